import {discover, type Inventory} from '../account/datasets.js'
import {readRowIndexIfPossible} from '../account/leaderboard/read.js'
import {type ViewedRow, viewRows} from '../account/leaderboard/view.js'
import {type RunContext} from '../account/run-state.js'
import {requireRuns, type Run} from '../account/runs.js'
import {readSizesIfAsked} from '../account/sizes.js'
import {RefusedError} from '../base/errors.js'
import {checkTimestamps} from '../base/names.js'
import {cutoffOf} from '../base/time.js'
import {whyHidden} from '../hub/access.js'
import {type ConnectionOptions, machineTime, openSession} from '../hub/session.js'
import {makeRules, readRules} from '../retention/read-rules.js'
import {readContext} from './build.js'
import {explain, type Explanation, type WrittenRules} from './explain.js'

/** Everything that is known of one run. */
export interface RunDetails extends RunContext {
  inventory: Inventory
  run: Run
  /** The rows of the leaderboard that mean it, in whatever form; `unknown` without one, or if it could not be read. */
  cited: ViewedRow[] | 'unknown'
  /** What rules do with it, where some were given. */
  explanation: Explanation | undefined
  warnings: string[]
}

/**
 * Looks at one run without changing anything; what cannot be read of it is unknown, and a warning says why.
 * @param timestamp as `runs group` shows it
 * @throws UsageError where it is not a timestamp, or the rules make no sense; RefusedError where there is no such run, or the rules rest
 *   on rows that are missing or lost; else as `discoverSmoltraceDatasets`
 */
export async function readRun(
  timestamp: string,
  {written, ...options}: ConnectionOptions & {written?: WrittenRules | undefined} = {},
): Promise<RunDetails> {
  checkTimestamps([timestamp])
  const rules = written ? readRules(written.options) : makeRules({})
  if (rules.olderThan) cutoffOf(rules.olderThan, machineTime(options))
  const session = await openSession(options)
  const {hub, now, access, warnings} = session
  // Of a run that is looked at, a size that may not be read is not worth a warning.
  const sizes = await readSizesIfAsked({...session, warnings: []}, {sizes: true})
  const inventory = await discover(session, {isReadOnly: written === undefined})
  const {datasets, leaderboard, namespace} = inventory
  const read = leaderboard && (await readRowIndexIfPossible(hub, leaderboard, warnings))
  const isRead = read !== undefined && read !== 'unknown'
  const cited = isRead
    ? viewRows(read, inventory, whyHidden(access) === undefined).rows.filter(({references}) =>
        references.some((reference) => reference.timestamp === timestamp),
      )
    : 'unknown'
  const isAnywhere = [...datasets, ...inventory.trash].some((dataset) => dataset.timestamp === timestamp)
  if (cited !== 'unknown' && cited[0] && !isAnywhere)
    throw new RefusedError(`${timestamp}: its datasets are gone.`, {
      suggestions: [
        `Row ${cited[0].row} of the leaderboard still has it: smoltrace leaderboard show --namespace ${namespace}`,
      ],
    })
  requireRuns([timestamp], datasets, undefined, inventory.trash)
  const context = await readContext(rules, inventory, session, {mustBeCertain: false, read})
  const run = context.runs.find((each) => each.timestamp === timestamp) as Run
  return {
    inventory,
    now,
    run,
    protection: context.known.protection,
    rows: isRead ? read.index : 'unknown',
    sizes,
    cited,
    explanation: written && explain(written, run, context, now),
    warnings,
  }
}
