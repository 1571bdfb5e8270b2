import {type Inventory, type RunDataset} from '../../account/datasets.js'
import {formatFlags} from '../../base/shell.js'
import {type Session} from '../../hub/session.js'
import {planBy} from '../../plan/build.js'
import {flagsOf, optionsOf, readRules} from '../../retention/read-rules.js'
import {readHistory} from '../journal/history.js'
import {type JobRecord, movedBy} from '../journal/parse.js'

/** Rules that once trashed runs, and would again. */
export interface Reselection {
  /** As flags. */
  rules: string
  /** Timestamps, newest first. */
  runs: string[]
}

/**
 * Which runs the rules that trashed them would take again, as far as this machine's journals know these rules.
 * @param back the datasets that are back
 * @param after the namespace with them
 */
export async function reselectionOf(
  back: readonly RunDataset[],
  after: Inventory,
  session: Session,
  dataDir: string,
): Promise<Reselection[]> {
  const {jobs} = await readHistory(dataDir).catch(() => ({jobs: [] as JobRecord[]}))
  const found: Reselection[] = []
  const open = new Map(back.map(({id, timestamp}) => [id, timestamp]))
  for (const job of jobs) {
    if (job.endpoint !== after.endpoint) continue
    const {rules} = job
    const own = new Set<string>()
    for (const {id} of movedBy(job)) {
      const timestamp = open.get(id)
      if (timestamp !== undefined && open.delete(id)) own.add(timestamp)
    }

    const runs = own.size > 0 ? await takenBy(rules, after, session) : []
    const again = runs.filter((run) => own.has(run))
    if (again.length > 0) found.push({rules: formatFlags(flagsOf(rules)).join(' '), runs: again})
  }

  return found
}

/** Nobody's decision rests on it: what cannot be read is not said. */
async function takenBy(rules: JobRecord['rules'], inventory: Inventory, session: Session): Promise<string[]> {
  try {
    const read = readRules(optionsOf(rules), {byHand: true})
    const {plan} = await planBy(read, inventory, {...session, warnings: []}, {mustBeCertain: false})
    return plan.delete.map(({run}) => run.timestamp)
  } catch {
    return []
  }
}
