import {OptionError, RefusedError} from '../../base/errors.js'
import {leaderboardName} from '../../base/names.js'
import {checkCount, type OptionTable, readOptions} from '../../base/options.js'
import {CONNECTION, type ConnectionOptions} from '../../hub/session.js'
import {type LeaderboardDataset} from '../datasets.js'
import {isCited, rankRuns, rowsOf, scoreOfRun} from '../leaderboard/index.js'
import {DEFAULT_METRIC, parseMetric} from '../leaderboard/metrics.js'
import {readRowIndex} from '../leaderboard/read.js'
import {type Verdict} from '../leaderboard/values.js'
import {type Run} from '../runs.js'
import {changeProtection} from './file.js'
import {
  openPinAccount,
  type PinAccount,
  type PinnedRun,
  type PinOptions,
  tagPins,
  withPins,
} from './pin-runs.js'
import {type LeaderboardProtection} from './pins.js'

/** The result of protecting or unprotecting the leaderboard. */
export interface ProtectionChange {
  /** Full name. */
  leaderboard: string
  /** Whether the leaderboard's own protection changed. */
  changed: boolean
  /** The protection in force now, or, after `unprotectLeaderboard`, the one that was removed. */
  protection: LeaderboardProtection | undefined
  /** The runs that were to be pinned as well. */
  runs: PinnedRun[]
  /** The runs that are not pinned because it is unclear whether they are among these. */
  inDoubt: RunInDoubt[]
  /** Whether an abort left runs half pinned. */
  interrupted: boolean
}

/** A run, by its timestamp, and what of it is not certain: "its row has no success_rate". */
export interface RunInDoubt {
  run: string
  why: string
}

/** Why the leaderboard is protected, and which runs with it. */
export interface ProtectOptions extends Omit<PinOptions, 'until'> {
  /** Pins every run that the leaderboard cites as well, so that no row is left pointing at nothing. */
  runs?: boolean | undefined
  /** Pins only this many of them, the best. */
  top?: number | undefined
  /** What "the best" is measured by, a column or its short name; default `success_rate`. */
  by?: string | undefined
}

const PROTECT_OPTIONS: OptionTable<ProtectOptions> = {
  ...CONNECTION,
  reason: 'text',
  runs: 'boolean',
  top: 'number',
  by: 'text',
  onEvent: 'function',
}

/**
 * Protects the leaderboard against deletion, for everyone and on every machine. Protecting it again changes nothing.
 * @throws RefusedError where the namespace has no leaderboard, or its rows are not certain where they are needed; NotAllowedError
 *   where the token cannot write there
 */
export async function protectLeaderboard(
  options: ProtectOptions = {},
): Promise<ProtectionChange & {protection: LeaderboardProtection}> {
  options = readOptions(options, PROTECT_OPTIONS)
  checkTop(options)
  const account = await openPinAccount(options)
  const {hub, author} = account
  const leaderboard = requireLeaderboardToProtect(account)
  const {runs, inDoubt} = await runsToPin(options, account)
  const edit = await changeProtection(hub, leaderboard, 'Protect the leaderboard', (current) => ({
    ...withPins(current, runs, author, 'cited by the leaderboard'),
    leaderboard: current.leaderboard ?? author,
  }))
  const {runs: pinned, interrupted} = await tagPins(runs, account, options, edit)
  return {
    leaderboard: leaderboard.name,
    changed: edit.before.leaderboard === undefined,
    protection: edit.before.leaderboard ?? author,
    runs: pinned,
    inDoubt,
    interrupted,
  }
}

/**
 * Removes the leaderboard's protection. Pins remain, and protect it until they end.
 * @throws RefusedError where the namespace has no leaderboard; NotAllowedError where the token cannot write there
 */
export async function unprotectLeaderboard(options: ConnectionOptions = {}): Promise<ProtectionChange> {
  const account = await openPinAccount(readOptions(options, CONNECTION))
  const leaderboard = requireLeaderboardToProtect(account)
  const title = 'Lift the protection of the leaderboard'
  const {before} = await changeProtection(account.hub, leaderboard, title, ({runs}) => ({runs}))
  const protection = before.leaderboard
  const changed = protection !== undefined
  return {leaderboard: leaderboard.name, changed, protection, runs: [], inDoubt: [], interrupted: false}
}

function checkTop({runs = false, top, by}: ProtectOptions): void {
  checkCount(top, 'top')
  if (top !== undefined && runs)
    throw new OptionError('runs', 'pins every cited run, `top` only the best: use one of them')
  if (by !== undefined) parseMetric(by)
  if (by !== undefined && top === undefined) throw new OptionError('by', 'needs `top`')
}

/** The runs that the leaderboard cites and that still exist, all or the best, and those of which that is not certain. */
async function runsToPin(
  {runs = false, top, by = DEFAULT_METRIC}: ProtectOptions,
  {hub, leaderboard, runs: known}: PinAccount,
): Promise<{runs: string[]; inDoubt: RunInDoubt[]}> {
  if (!runs && top === undefined) return {runs: [], inDoubt: []}
  const {index} = await readRowIndex(hub, leaderboard)
  const there = [...known.values()]
  if (runs) {
    const others = there.filter(({timestamp}) => !isCited(timestamp, index))
    const cited = [...known.keys()].filter((timestamp) => isCited(timestamp, index))
    return {runs: cited.toSorted(), inDoubt: doubtsOn(others, (run) => rowsOf(run, index))}
  }

  const metric = parseMetric(by)
  const best = rankRuns(there, index, metric).slice(0, top)
  const inDoubt = doubtsOn(there, (run) => scoreOfRun(run, index, metric))
  return {runs: best.map(({run}) => run.timestamp), inDoubt}
}

function doubtsOn(runs: readonly Run[], verdictOn: (run: Run) => Verdict<unknown>): RunInDoubt[] {
  return runs.flatMap((run) => {
    const verdict = verdictOn(run)
    return verdict.is === 'doubt' ? [{run: run.timestamp, why: verdict.why}] : []
  })
}

function requireLeaderboardToProtect({leaderboard, namespace}: PinAccount): LeaderboardDataset {
  if (leaderboard) return leaderboard
  throw new RefusedError(`${leaderboardName(namespace)} does not exist, and protection is stored in it.`, {
    suggestions: ['The first evaluation creates it. If it is in another namespace, use `namespace`.'],
  })
}
