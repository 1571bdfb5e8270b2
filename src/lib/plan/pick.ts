import {newestFirst, requireRuns} from '../account/runs.js'
import {RefusedError, UsageError} from '../base/errors.js'
import {isGuard, type Reason} from '../retention/reasons.js'
import {deepFreeze, inScope, type KeptRun, outOfScope, type Plan, type PlannedRun} from './plan.js'

/** Why a run is deleted that the rules keep. */
export const PICKED: Reason = {rule: 'picked', text: 'picked by hand'}
/** Why a run that the rules would delete is kept. */
export const NOT_PICKED: Reason = {rule: 'picked', text: 'not picked'}

/** Whether a person picked it against the rules. */
export function isPicked({reasons}: Pick<PlannedRun, 'reasons'>): boolean {
  return reasons.some(({rule}) => rule === 'picked')
}

/** Those of the reasons to keep a run that win over a person's choice too. */
export function guardsAmong(reasons: Reason[]): Reason[] {
  return reasons.filter(({rule}) => isGuard(rule))
}

/** Why a run that a plan keeps cannot be picked: a guard holds it, or the scope takes nothing of it. Empty where it can. */
export function whyNotPickable({run, reasons}: KeptRun, {rules}: Pick<Plan, 'rules'>): Reason[] {
  const guards = guardsAmong(reasons)
  if (guards.length > 0 || inScope(run, rules.only).length > 0) return guards
  return [outOfScope(rules.only)]
}

/** Whether a plan leaves anything to choose. */
export function hasChoice(plan: Plan): boolean {
  return plan.delete.length > 0 || plan.keep.some((each) => whyNotPickable(each, plan).length === 0)
}

/**
 * Makes a plan again from what a person picked. The scope and what is planned for the leaderboard do not change.
 * @param timestamps of the runs to delete; all other runs of the plan are kept
 * @throws RefusedError where one is of a run that is not there, or that cannot be picked
 */
export function applyPick(plan: Plan, timestamps: string[]): Plan {
  if (!Array.isArray(timestamps)) throw new UsageError('`choose` must return run timestamps, or undefined.')
  requireRuns(
    timestamps,
    [...plan.delete, ...plan.keep].map(({run}) => run),
  )
  const chosen = new Set(timestamps)
  const planned: PlannedRun[] = []
  const kept: KeptRun[] = []
  for (const {each, isPlanned} of inOrder(plan)) {
    const isChosen = chosen.has(each.run.timestamp)
    if (isChosen) planned.push(isPlanned ? each : pickAgainstRules(each, plan))
    else kept.push(isPlanned ? deepFreeze({run: each.run, reasons: [NOT_PICKED]}) : each)
  }

  return deepFreeze({...plan, delete: planned, keep: kept})
}

function pickAgainstRules(kept: KeptRun, plan: Plan): PlannedRun {
  const {run} = kept
  const why = whyNotPickable(kept, plan).map(({text}) => text)
  if (why.length > 0)
    throw new RefusedError(`${run.timestamp} cannot be picked: ${why.join('; ')}.`, {
      suggestions: ['Do not pick it.'],
    })
  return deepFreeze({run, datasets: inScope(run, plan.rules.only), reasons: [PICKED]})
}

/** All runs of a plan and whether each is deleted, newest first, as each of its lists is. */
export function inOrder(
  plan: Plan,
): Array<{each: KeptRun; isPlanned: false} | {each: PlannedRun; isPlanned: true}> {
  return [
    ...plan.delete.map((each) => ({each, isPlanned: true}) as const),
    ...plan.keep.map((each) => ({each, isPlanned: false}) as const),
  ].sort((a, b) => newestFirst(a.each.run, b.each.run))
}
