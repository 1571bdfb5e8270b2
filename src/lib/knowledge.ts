import {type Inventory} from './datasets.js'
import {weighing} from './evidence.js'
import {readLeaderboard, readLeaderboardIfPossible} from './leaderboard.js'
import {readProtection, readProtectionIfPossible} from './protection-file.js'
import {type Protection, refuseProtected} from './protection.js'
import {type Knowledge} from './retention.js'
import {asksLeaderboard} from './rule-names.js'
import {type RetentionRules} from './rules.js'
import {type Session} from './session.js'
import {inSlices} from './slices.js'

/** Reads what the rules rest on beside the datasets: what is protected, and what the leaderboard says of runs. */
export async function findOut(
  {hub, access, warnings, now}: Session,
  {leaderboard}: Inventory,
  rules: RetentionRules,
  {mustBeCertain}: {mustBeCertain: boolean},
): Promise<Pick<Knowledge, 'evidence'> & {protection: Protection | 'unknown'}> {
  const protection =
    mustBeCertain || rules.deleteLeaderboard
      ? await readProtection(hub, leaderboard)
      : await readProtectionIfPossible(hub, leaderboard, warnings)
  if (rules.deleteLeaderboard && protection !== 'unknown') refuseProtected(leaderboard, protection, now)
  if (!asksLeaderboard(rules)) return {protection, evidence: new Map()}
  if (!leaderboard)
    warnings.push(
      'There is no leaderboard: which runs finished is not known, and one without traces looks broken.',
    )
  const rows = mustBeCertain
    ? await readLeaderboard(hub, leaderboard)
    : await readLeaderboardIfPossible(hub, leaderboard, warnings)
  const evidence = rows === 'unknown' ? rows : await inSlices(weighing(rows, access.namespace))
  return {protection, evidence}
}
