import {type Inventory} from '../../account/datasets.js'
import {formatFlags} from '../../base/shell.js'
import {type Session} from '../../hub/session.js'
import {planBy} from '../../plan/build.js'
import {flagsOf, optionsOf, readRules} from '../../retention/read-rules.js'
import {readHistory} from '../journal/history.js'
import {type JobRecord} from '../journal/parse.js'

/** Rules that once trashed runs, and would again. */
export interface Reselection {
  /** As flags. */
  rules: string
  /** Timestamps, newest first. */
  runs: string[]
}

/**
 * Which restored runs the rules that trashed them would take again, as far as this machine's journals know these rules.
 * @param back the names in the trash of what was restored
 */
export async function reselectionOf(
  back: ReadonlySet<string>,
  {before, after}: {before: Inventory; after: Inventory},
  session: Session,
  dataDir: string,
): Promise<Reselection[]> {
  const restored = before.trash.filter(({name}) => back.has(name))
  const {jobs} = await readHistory(dataDir).catch(() => ({jobs: [] as JobRecord[]}))
  const found: Reselection[] = []
  const open = new Map(restored.map(({id, timestamp}) => [id, timestamp]))
  for (const {rules, datasets, endpoint} of jobs) {
    if (endpoint !== before.endpoint || open.size === 0) continue
    const own = new Set<string>()
    for (const {id, state} of datasets) {
      const timestamp = state === 'trashed' ? open.get(id) : undefined
      if (timestamp !== undefined) own.add(timestamp)
      if (state === 'trashed') open.delete(id)
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
