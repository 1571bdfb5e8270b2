import {type Inventory} from '../account/datasets.js'
import {groupDatasetsByRun, requireRuns} from '../account/runs.js'
import {type Session} from '../hub/session.js'
import {requireUsableRows} from '../retention/context.js'
import {decide} from '../retention/decide.js'
import {type RetentionRules} from '../retention/rules.js'
import {findOut} from './facts.js'
import {frozen, makePlan, type Plan} from './plan.js'

/**
 * The plan that rules make of what a listing shows. Reads what they rest on in addition to the datasets; unless that must be certain,
 * what cannot be read is only `unknown`, with a warning.
 * @throws RefusedError where a run that is named is not there, where rows were lost, or where none is of use
 *   to rules that need rows; else as `findOut`
 */
export async function planBy(
  rules: RetentionRules,
  inventory: Inventory,
  session: Session,
  certainty: {mustBeCertain: boolean},
): Promise<Plan> {
  const {protection, rows} = await findOut(session, inventory, rules, certainty)
  const runs = groupDatasetsByRun(inventory.datasets)
  requireRuns(rules.run, runs, 'run')
  requireUsableRows(rules, runs, rows, session.now)
  const decisions = decide(runs, rules, session.now, {protection, rows})
  const plan = makePlan(inventory, decisions, rules, protection)
  const unknown: Plan['unknown'] = [
    ...(protection === 'unknown' ? (['protection'] as const) : []),
    ...(rows === 'unknown' ? (['rows'] as const) : []),
  ]
  return unknown.length > 0 ? frozen({...plan, unknown}) : plan
}
