import {discover} from '../account/datasets.js'
import {type Metric} from '../account/leaderboard/metrics.js'
import {readLeaderboard, requireLeaderboard} from '../account/leaderboard/read.js'
import {groupDatasetsByRun} from '../account/runs.js'
import {readSizesIfAsked} from '../account/sizes.js'
import {type ConnectionOptions, openSession, warnIfReadOnly} from '../hub/session.js'
import {planBy} from '../plan/build.js'
import {readRules} from '../retention/read-rules.js'
import {type RetentionOptions} from '../retention/rules.js'
import {makeReport, type Report} from './report.js'

interface ReportOptions extends ConnectionOptions {
  /** What evaluations are compared by. */
  by: Metric
  /** Rules of which the report shows what they would delete. */
  policy?: RetentionOptions | undefined
}

/**
 * Asks the Hub for all that a report is made of. Changes nothing.
 * @throws RefusedError where there is no leaderboard, or where it cannot be read; else as `cleanupDatasets` where there is
 *   a policy, and as `discoverSmoltraceDatasets`
 */
export async function gatherReport(options: ReportOptions): Promise<Report> {
  const {by, policy, ...connection} = options
  const session = await openSession(connection)
  if (policy) warnIfReadOnly(session)
  const sizes = (await readSizesIfAsked(session, {sizes: true})) ?? 'unknown'
  const inventory = await discover(session, {isLook: true})
  const rows = await readLeaderboard(session.hub, requireLeaderboard(inventory, session))
  const runs = groupDatasetsByRun(inventory.datasets)
  // As in a dry run of `cleanup`, and of the very listing that the rest of the page shows.
  const plan = policy && (await planBy(readRules(policy), inventory, session, {mustBeCertain: false}))
  return makeReport({inventory, rows, runs, sizes, plan, by, warnings: session.warnings})
}
