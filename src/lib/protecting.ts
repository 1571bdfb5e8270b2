import {requireWriteAccess} from './access.js'
import {checkCount} from './checks.js'
import {citationsIn, citedRuns} from './citations.js'
import {discover, type Inventory} from './datasets.js'
import {isDay} from './days.js'
import {RefusedError, UsageError} from './errors.js'
import {readLeaderboard} from './leaderboard.js'
import {DEFAULT_METRIC, parseMetric} from './metrics.js'
import {checkTimestamps, leaderboardName} from './naming.js'
import {type OptionTable, readOptions, readTexts} from './options.js'
import {type Change, changeProtection} from './protection-change.js'
import {entryOf, type LeaderboardProtection, liveEntry, type Pin, type Protection} from './protection.js'
import {rankingRuns} from './ranking.js'
import {groupDatasetsByRun, requireRuns} from './runs.js'
import {CONNECTION, type ConnectionOptions, machineTime, openSession, type Session} from './session.js'
import {atOnce} from './slices.js'
import {withoutTokens} from './text.js'

/** What became of the wish to protect or unprotect the leaderboard. */
export interface ProtectionChange {
  /** Full name of the leaderboard. */
  leaderboard: string
  /** Whether the leaderboard's own protection changed; false where it was already so. */
  changed: boolean
  /** The protection in force now, or, after `unprotectLeaderboard`, the one that was lifted. */
  protection: LeaderboardProtection | undefined
  /** The runs that were to be pinned as well. */
  runs: PinnedRun[]
}

/** What became of the wish to pin or unpin runs. */
export interface PinChange {
  /** Full name of the leaderboard, in which the pins are kept. */
  leaderboard: string
  /** Whether anything was written; false where all was already so. */
  changed: boolean
  /** One for each run, in the order asked for. */
  runs: PinnedRun[]
}

/** One run, and its pin. */
export interface PinnedRun {
  /** The run's timestamp. */
  run: string
  /** Whether this changed now. */
  changed: boolean
  /** The pin in force now, or, after `unprotectRuns`, the one that was lifted; undefined where there was none. */
  pin: Pin | undefined
}

/** How long runs are pinned, and why. */
export interface PinOptions extends ConnectionOptions {
  reason?: string | undefined
  /** The last day on which the pins hold, `YYYY-MM-DD` in UTC; without, they hold until they are lifted. */
  until?: string | undefined
}

const PIN_OPTIONS: OptionTable<PinOptions> = {...CONNECTION, reason: 'text', until: 'text'}

/** Why the leaderboard is protected, and which runs with it. */
export interface ProtectOptions extends ConnectionOptions {
  reason?: string | undefined
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
}

/**
 * Protects the leaderboard against deletion, for everyone and on every machine. Protecting it again changes nothing.
 * @throws UsageError where the options make no sense
 * @throws RefusedError where the namespace has no leaderboard, or its rows are not certain where they are needed
 * @throws NotAllowedError where the token cannot write there
 */
export async function protectLeaderboard(options: ProtectOptions = {}): Promise<ProtectionChange> {
  options = readOptions(options, PROTECT_OPTIONS)
  checkTop(options)
  const reason = reasonIn(options)
  const {session, inventory, leaderboard} = await open(options)
  const runs = await runsToPin(options, session, inventory)
  const author = {by: session.user, at: session.now}
  const change = await changeProtection(session.hub, leaderboard, 'Protect the leaderboard', (current) => {
    const board = current.leaderboard ?? {...author, ...(reason && {reason})}
    const pin: Pin = {...author, ...(reason && {reason})}
    return {...pinned(current, runs, {pin, now: session.now, reason: CITED}), leaderboard: board}
  })
  const changed = change.before.leaderboard === undefined
  return {leaderboard, changed, protection: change.after.leaderboard, runs: pinsMade(runs, change)}
}

/**
 * Lifts the leaderboard's protection. Where there is none, nothing changes. Pins stay, and hold it as long as they live.
 * @throws RefusedError where the namespace has no leaderboard
 * @throws NotAllowedError where the token cannot write there
 */
export async function unprotectLeaderboard(options: ConnectionOptions = {}): Promise<ProtectionChange> {
  const {session, leaderboard} = await open(readOptions(options, CONNECTION))
  const title = 'Lift the protection of the leaderboard'
  const {before, changed} = await changeProtection(
    session.hub,
    leaderboard,
    title,
    ({leaderboard: _lifted, ...rest}) => rest,
  )
  return {leaderboard, changed, protection: before.leaderboard, runs: []}
}

/**
 * Pins runs, so that every rule keeps them, `--all` included. A pin is never shortened by pinning again: the one that
 * holds longer stays.
 * @param timestamps of runs that exist
 * @throws UsageError where a timestamp or `until` is none, or `until` is over
 * @throws RefusedError where there is no such run, or no leaderboard to keep the pins in
 * @throws NotAllowedError where the token cannot write there
 */
export async function protectRuns(timestamps: string[], options: PinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, PIN_OPTIONS)
  const {until} = options
  const reason = reasonIn(options)
  checkUntil(until, machineTime(options))
  const {session, inventory, leaderboard} = await open(options)
  checkUntil(until, session.now)
  requireRuns(timestamps, inventory.datasets)
  const pin: Pin = {by: session.user, at: session.now, ...(reason && {reason}), ...(until && {until})}
  const change = await changeProtection(session.hub, leaderboard, 'Pin runs', (current) =>
    pinned(current, timestamps, {pin, now: session.now}),
  )
  return {leaderboard, changed: change.changed, runs: pinsMade(timestamps, change)}
}

/**
 * Lifts the pins of runs, whether these still exist or not. Where there is none, nothing changes.
 * @throws UsageError where a timestamp is none
 * @throws RefusedError where the namespace has no leaderboard
 * @throws NotAllowedError where the token cannot write there
 */
export async function unprotectRuns(
  timestamps: string[],
  options: ConnectionOptions = {},
): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  const {session, leaderboard} = await open(readOptions(options, CONNECTION))
  const change = await changeProtection(session.hub, leaderboard, 'Unpin runs', ({runs = {}, ...rest}) => {
    const kept = Object.entries(runs).filter(([run]) => !timestamps.includes(run))
    return {...rest, ...(kept.length > 0 && {runs: Object.fromEntries(kept)})}
  })
  return {leaderboard, changed: change.changed, runs: pinsLifted(timestamps, change)}
}

/** Everyone who sees the leaderboard sees the reason. */
function reasonIn({reason}: {reason?: string | undefined}): string | undefined {
  return reason === undefined ? undefined : withoutTokens(reason)
}

function checkUntil(until: string | undefined, now: Date): void {
  if (until === undefined) return
  if (!isDay(until)) throw new UsageError(`--until "${until}" is no day: give one such as 2026-12-31.`)
  if (until < now.toISOString().slice(0, 10))
    throw new UsageError(`--until "${until}" is over already: give today or a day to come.`)
}

function checkTop({runs = false, top, by}: ProtectOptions): void {
  checkCount(top, '--top')
  if (top !== undefined && runs)
    throw new UsageError('--runs pins every cited run, --top only the best: give one.')
  if (by !== undefined) parseMetric(by)
  if (by !== undefined && top === undefined) throw new UsageError('--by goes with --top.')
}

function readTimestamps(given: string[]): string[] {
  const timestamps = readTexts(given, 'Timestamps')
  if (timestamps.length === 0) throw new UsageError('Name at least one run by its timestamp.')
  checkTimestamps(timestamps)
  return timestamps
}

const CITED = 'cited by the leaderboard'

/** The runs that the leaderboard cites and that still exist. */
async function runsToPin(
  {runs = false, top, by = DEFAULT_METRIC}: ProtectOptions,
  {hub, access: {namespace}}: Session,
  {datasets, leaderboard}: Inventory,
): Promise<string[]> {
  if (!runs && top === undefined) return []
  const rows = await readLeaderboard(hub, leaderboard)
  const there = groupDatasetsByRun(datasets)
  if (runs) {
    const cited = citedRuns(rows)
    return there
      .map(({timestamp}) => timestamp)
      .filter((timestamp) => cited.has(timestamp))
      .toSorted()
  }

  const ranked = atOnce(rankingRuns(there, {by: parseMetric(by), citations: citationsIn(rows, namespace)}))
  return ranked.map(({run}) => run.timestamp).slice(0, top)
}

/** Adds pins; `reason` is that of those which have none of their own: a person's reason is never replaced by it. */
function pinned(
  current: Protection,
  timestamps: string[],
  {pin, now, reason}: {pin: Pin; now: Date; reason?: string},
): Protection {
  const explained = (each: Pin): Pin => ({...each, ...(reason && !each.reason && {reason})})
  const pins = timestamps.map((run) => [run, explained(longer(liveEntry(current, run, now), pin))] as const)
  return pins.length === 0 ? current : {...current, runs: {...current.runs, ...Object.fromEntries(pins)}}
}

function longer(before: Pin | undefined, wanted: Pin): Pin {
  if (!before) return wanted
  const isLonger = before.until !== undefined && (wanted.until === undefined || wanted.until > before.until)
  const reason = wanted.reason ?? before.reason
  return isLonger ? {...wanted, ...(reason && {reason})} : before
}

/** The pins that were to be made, and which of them are new. */
function pinsMade(timestamps: string[], {before, after}: Change): PinnedRun[] {
  return [...new Set(timestamps)].map((run) => {
    const pin = entryOf(after, run)
    return {run, changed: JSON.stringify(pin) !== JSON.stringify(entryOf(before, run)), pin}
  })
}

/** The pins that were to be lifted, as they were. */
function pinsLifted(timestamps: string[], {before}: Change): PinnedRun[] {
  return [...new Set(timestamps)].map((run) => {
    const pin = entryOf(before, run)
    return {run, changed: pin !== undefined, pin}
  })
}

async function open(
  options: ConnectionOptions,
): Promise<{session: Session; inventory: Inventory; leaderboard: string}> {
  const session = await openSession(options)
  requireWriteAccess(session.access)
  const inventory = await discover(session, {isLook: true})
  if (inventory.leaderboard) return {session, inventory, leaderboard: inventory.leaderboard.name}
  throw new RefusedError(
    `${leaderboardName(session.access.namespace)} does not exist: protection and pins are kept in it.`,
    {suggestions: ['The first evaluation of this namespace makes it. Is it another --namespace?']},
  )
}
