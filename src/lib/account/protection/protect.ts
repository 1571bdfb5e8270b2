import {checkCount} from '../../base/checks.js'
import {OptionError, RefusedError, UsageError} from '../../base/errors.js'
import {EXIT, type ExitCode} from '../../base/exit-codes.js'
import {checkTimestamps, leaderboardName} from '../../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../../base/options.js'
import {withoutTokens} from '../../base/text.js'
import {dayOf, isDay} from '../../base/time.js'
import {type Verdict} from '../../base/verdict.js'
import {requireWriteAccess} from '../../hub/access.js'
import {
  CONNECTION,
  type ConnectionOptions,
  machineTime,
  openSession,
  type Session,
} from '../../hub/session.js'
import {discover, type Inventory} from '../datasets.js'
import {indexRows, isCited, rowsOf} from '../leaderboard/index.js'
import {DEFAULT_METRIC, parseMetric} from '../leaderboard/metrics.js'
import {readLeaderboard} from '../leaderboard/read.js'
import {rankRuns, scoreOfRun} from '../leaderboard/scores.js'
import {DEFAULT_GRACE_MS} from '../runs.js'
import {groupDatasetsByRun, mayBeFilling, mayBeUploading, requireRuns, type Run} from '../runs.js'
import {type Change, changeProtection} from './change.js'
import {
  datasetsToTag,
  entryOf,
  isTagged,
  type LeaderboardProtection,
  liveEntry,
  type Pin,
  type Protection,
} from './pins.js'
import {changeCards, type Tagged, type Tagging, type TaggingEvent} from './tagging.js'

/** The result of protecting or unprotecting the leaderboard. */
export interface ProtectionChange {
  /** Full name of the leaderboard. */
  leaderboard: string
  /** Whether the leaderboard's own protection changed; false where it was already so. */
  changed: boolean
  /** The protection in force now, or, after `unprotectLeaderboard`, the one that was lifted. */
  protection: LeaderboardProtection | undefined
  /** The runs that were to be pinned as well. */
  runs: PinnedRun[]
  /** The runs that are not pinned because it is in doubt whether they are among these. */
  inDoubt: RunInDoubt[]
  /** Whether an abort left runs half pinned. */
  interrupted: boolean
}

/** A run of which something is not certain. */
export interface RunInDoubt {
  /** The run's timestamp. */
  run: string
  /** Such as "its row has no success_rate". */
  why: string
}

/** The result of pinning or unpinning runs. */
export interface PinChange {
  /** Full name of the leaderboard, which keeps pins as well as the tags do; undefined where it does not exist. */
  leaderboard: string | undefined
  /** Whether anything was written; false where all was already so. */
  changed: boolean
  /** One for each run, in the order asked for. */
  runs: PinnedRun[]
  /** Whether an abort left runs half pinned, or half unpinned. */
  interrupted: boolean
}

/** One run, and its pin. */
export interface PinnedRun {
  /** The run's timestamp. */
  run: string
  /** Whether this changed now, in the protection file or in a card. */
  changed: boolean
  /**
   * The entry of the protection file in force now, or, after `unprotectRuns`, the one that was lifted; undefined where there was
   * none.
   */
  pin: Pin | undefined
  /** Whether its cards have the tag; after `unprotectRuns`, whether one may still have it: then it is still pinned. */
  tagged: boolean
  /** Why its cards are not as they should be: the same call again finishes it. */
  problem: string | undefined
}

/** How long runs are pinned, and why. */
export interface PinOptions extends ConnectionOptions {
  reason?: string | undefined
  /** The last day on which the pins hold, `YYYY-MM-DD` in UTC; without, they hold until they are lifted. */
  until?: string | undefined
  /** Called for each run whose cards are done. */
  onEvent?: ((event: TaggingEvent) => void) | undefined
}

const PIN_OPTIONS: OptionTable<PinOptions> = {
  ...CONNECTION,
  reason: 'text',
  until: 'text',
  onEvent: 'function',
}

/** How pins are lifted. */
export type UnpinOptions = ConnectionOptions & Pick<PinOptions, 'onEvent'>

const UNPIN_OPTIONS: OptionTable<UnpinOptions> = {...CONNECTION, onEvent: 'function'}

/** Why the leaderboard is protected, and which runs with it. */
export interface ProtectOptions extends ConnectionOptions {
  reason?: string | undefined
  /** Pins every run that the leaderboard cites as well, so that no row is left pointing at nothing. */
  runs?: boolean | undefined
  /** Pins only this many of them, the best. */
  top?: number | undefined
  /** What "the best" is measured by, a column or its short name; default `success_rate`. */
  by?: string | undefined
  /** Called for each run whose cards are done. */
  onEvent?: ((event: TaggingEvent) => void) | undefined
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
 * @throws UsageError where the options make no sense
 * @throws RefusedError where the namespace has no leaderboard, or its rows are not certain where they are needed
 * @throws NotAllowedError where the token cannot write there
 */
export async function protectLeaderboard(
  options: ProtectOptions = {},
): Promise<ProtectionChange & {protection: LeaderboardProtection}> {
  options = readOptions(options, PROTECT_OPTIONS)
  checkTop(options)
  const reason = reasonIn(options)
  const {session, inventory} = await open(options)
  const leaderboard = requireLeaderboard(inventory)
  const {runs, inDoubt} = await runsToPin(options, session, inventory)
  const {now} = session
  const author = {by: session.user, at: now, ...(reason && {reason})}
  const change = await changeProtection(session, leaderboard, 'Protect the leaderboard', (current) => ({
    ...pinned(current, runs, {pin: author, now, reason: CITED}),
    leaderboard: current.leaderboard ?? author,
  }))
  const changed = change.before.leaderboard === undefined
  const protection = change.before.leaderboard ?? author
  const {pins, interrupted} = await tagRuns(runs, {session, inventory, options, change})
  return {leaderboard, changed, protection, runs: pins, inDoubt, interrupted}
}

/**
 * Lifts the leaderboard's protection. Where there is none, nothing changes. Pins stay, and hold it as long as they live.
 * @throws RefusedError where the namespace has no leaderboard
 * @throws NotAllowedError where the token cannot write there
 */
export async function unprotectLeaderboard(options: ConnectionOptions = {}): Promise<ProtectionChange> {
  const {session, inventory} = await open(readOptions(options, CONNECTION))
  const leaderboard = requireLeaderboard(inventory)
  const title = 'Lift the protection of the leaderboard'
  const {before, changed} = await changeProtection(
    session,
    leaderboard,
    title,
    ({leaderboard: _lifted, ...rest}) => rest,
  )
  return {leaderboard, changed, protection: before.leaderboard, runs: [], inDoubt: [], interrupted: false}
}

/**
 * Pins runs, so that every rule keeps them, `--all` included: in the protection file first, one commit for all, then with a tag in
 * the card of each run's results (of every dataset that it has, where there are none). Without a leaderboard the tag alone is the
 * pin, and the reason is kept nowhere. A pin is never shortened by pinning again: the one that holds longer stays.
 * @param timestamps of runs that exist
 * @returns the result for each; a run whose cards could not be changed is half pinned, which keeps it all the same
 * @throws UsageError where a timestamp or `until` is none, or `until` is over
 * @throws RefusedError where a run does not exist
 * @throws NotAllowedError where the token cannot write there
 */
export async function protectRuns(timestamps: string[], options: PinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, PIN_OPTIONS)
  const {until} = options
  const reason = reasonIn(options)
  checkUntil(until, machineTime(options))
  const {session, inventory} = await open(options)
  checkUntil(until, session.now)
  requireRuns(timestamps, inventory.datasets)
  const pin: Pin = {by: session.user, at: session.now, ...(reason && {reason}), ...(until && {until})}
  const leaderboard = inventory.leaderboard?.name
  const change = leaderboard
    ? await changeProtection(session, leaderboard, 'Pin runs', (current) =>
        pinned(current, timestamps, {pin, now: session.now}),
      )
    : undefined
  const {pins, interrupted} = await tagRuns(timestamps, {session, inventory, options, change})
  return {leaderboard, changed: pins.some(({changed}) => changed), runs: pins, interrupted}
}

/**
 * Lifts the pins of runs, whether these still exist or not: in the protection file first, then in the cards of all their datasets.
 * Where there is none, nothing changes.
 * @returns the result for each; a run with a card that could not be changed is still pinned
 * @throws UsageError where a timestamp is none
 * @throws NotAllowedError where the token cannot write there
 */
export async function unprotectRuns(timestamps: string[], options: UnpinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, UNPIN_OPTIONS)
  const {session, inventory} = await open(options)
  const leaderboard = inventory.leaderboard?.name
  const change = leaderboard
    ? await changeProtection(session, leaderboard, 'Unpin runs', ({runs = {}, ...rest}) => {
        const kept = Object.entries(runs).filter(([run]) => !timestamps.includes(run))
        return {...rest, ...(kept.length > 0 && {runs: Object.fromEntries(kept)})}
      })
    : undefined
  const {unpinCard} = await import('./card.js')
  const wanted = runsNamed(timestamps, inventory)
  // Tags lag behind in the listing: that it shows none does not say that there is none.
  const taggings = wanted.map(({timestamp: run, datasets}) => ({
    run,
    datasets,
    edit: (card = '') => unpinCard(card),
  }))
  const {results, interrupted} = await tag(taggings, 'Unpin the run', {session, options})
  const pins = [...new Set(timestamps)].map((run): PinnedRun => {
    const pin = change && entryOf(change.before, run)
    const {changed = false, problem} = results.get(run) ?? {}
    return {run, changed: changed || pin !== undefined, pin, tagged: problem !== undefined, problem}
  })
  return {leaderboard, changed: pins.some(({changed}) => changed), runs: pins, interrupted}
}

/** Everyone who sees the leaderboard sees the reason. */
function reasonIn({reason}: {reason?: string | undefined}): string | undefined {
  return reason === undefined ? undefined : withoutTokens(reason)
}

function checkUntil(until: string | undefined, now: Date): void {
  if (until === undefined) return
  if (!isDay(until)) throw new OptionError('until', `"${until}" is not a day: give one such as 2026-12-31`)
  if (until < dayOf(now))
    throw new OptionError('until', `"${until}" is over already: give today or a day to come`)
}

function checkTop({runs = false, top, by}: ProtectOptions): void {
  checkCount(top, 'top')
  if (top !== undefined && runs)
    throw new OptionError('runs', 'pins every cited run, `top` only the best: give one')
  if (by !== undefined) parseMetric(by)
  if (by !== undefined && top === undefined) throw new OptionError('by', 'needs `top`')
}

function readTimestamps(given: string[]): string[] {
  const timestamps = readTexts(given, 'Timestamps')
  if (timestamps.length === 0) throw new UsageError('Name at least one run by its timestamp.')
  checkTimestamps(timestamps)
  return timestamps
}

const CITED = 'cited by the leaderboard'

/** The runs that the leaderboard cites and that still exist, all or the best, and those of which that is not certain. */
async function runsToPin(
  {runs = false, top, by = DEFAULT_METRIC}: ProtectOptions,
  {hub, access: {namespace}}: Session,
  {datasets, leaderboard}: Inventory,
): Promise<{runs: string[]; inDoubt: RunInDoubt[]}> {
  if (!runs && top === undefined) return {runs: [], inDoubt: []}
  const rows = await readLeaderboard(hub, leaderboard)
  const there = groupDatasetsByRun(datasets)
  const index = indexRows(rows, namespace)
  if (runs) {
    const cited = there.filter(({timestamp}) => isCited(timestamp, index))
    const others = there.filter((run) => !cited.includes(run))
    return {
      runs: cited.map(({timestamp}) => timestamp).toSorted(),
      inDoubt: inDoubt(others, (run) => rowsOf(run, index)),
    }
  }

  const metric = parseMetric(by)
  const ranked = rankRuns(there, index, metric)
  return {
    runs: ranked.map(({run}) => run.timestamp).slice(0, top),
    inDoubt: inDoubt(there, (run) => scoreOfRun(run, index, metric)),
  }
}

function inDoubt(runs: readonly Run[], verdictOn: (run: Run) => Verdict<unknown>): RunInDoubt[] {
  return runs.flatMap((run) => {
    const verdict = verdictOn(run)
    return verdict.is === 'doubt' ? [{run: run.timestamp, why: verdict.why}] : []
  })
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

interface TagsWanted {
  session: Session
  inventory: Inventory
  options: PinOptions
  /** Of the protection file; undefined where there is none to keep pins in. */
  change: Change | undefined
}

/**
 * Puts the tags into the cards of runs whose entries are made. Those that the listing shows as tagged cost nothing; where the tag
 * alone is the pin, their cards are read all the same, since the listing may still show one that was taken out.
 */
async function tagRuns(
  timestamps: string[],
  {session, inventory, options, change}: TagsWanted,
): Promise<{pins: PinnedRun[]; interrupted: boolean}> {
  const {pinCard} = await import('./card.js')
  const runs = runsNamed(timestamps, inventory)
  const untilOf = (run: string) => (change ? entryOf(change.after, run)?.until : options.until)
  const untagged = change ? runs.filter((run) => !isTagged(run, untilOf(run.timestamp))) : runs
  const waiting = new Set(untagged.filter((run) => isInGrace(run, session.now)))
  const taggings = untagged
    .filter((run) => !waiting.has(run))
    .map((run) => ({
      run: run.timestamp,
      datasets: datasetsToTag(run),
      edit: (card: string | undefined) => pinCard(card, untilOf(run.timestamp)),
    }))
  const {results, interrupted} = await tag(taggings, 'Pin the run', {session, options})
  const pins = runs.map((run): PinnedRun => {
    const pin = change && entryOf(change.after, run.timestamp)
    const isNew = change && JSON.stringify(pin) !== JSON.stringify(entryOf(change.before, run.timestamp))
    const {changed = false, problem = waiting.has(run) ? WAITING : undefined} =
      results.get(run.timestamp) ?? {}
    return {
      run: run.timestamp,
      changed: changed || isNew === true,
      pin,
      tagged: problem === undefined,
      problem,
    }
  })
  return {pins, interrupted}
}

function isInGrace(run: Run, now: Date): boolean {
  return mayBeUploading(run, now, DEFAULT_GRACE_MS) || mayBeFilling(run, now, DEFAULT_GRACE_MS)
}

/** A commit to a card would clash with the evaluator's. */
const WAITING = 'it may still be uploading, so its card waits'

async function tag(
  taggings: Tagging[],
  title: string,
  {session, options}: {session: Session; options: UnpinOptions},
): Promise<{results: Map<string, Tagged>; interrupted: boolean}> {
  const {signal, onEvent} = options
  const results = await changeCards(taggings, {hub: session.hub, title, signal, onEvent})
  const isOpen = [...results.values()].some(({problem}) => problem !== undefined)
  return {results, interrupted: signal?.aborted === true && isOpen}
}

/** How a command ends that pins or unpins runs. */
export function exitCodeOfPins({
  runs,
  interrupted,
}: Pick<PinChange, 'interrupted' | 'runs'>): ExitCode | undefined {
  if (interrupted) return EXIT.cancelled
  return runs.some(({problem}) => problem !== undefined) ? EXIT.incomplete : undefined
}

/** Those of the runs that are there, each once, in the order in which they were named. */
function runsNamed(timestamps: string[], {datasets}: Inventory): Run[] {
  const named = new Set(timestamps)
  const runs = groupDatasetsByRun(datasets.filter(({timestamp}) => named.has(timestamp)))
  const byTimestamp = new Map(runs.map((run) => [run.timestamp, run]))
  return [...named].flatMap((timestamp) => byTimestamp.get(timestamp) ?? [])
}

async function open(options: ConnectionOptions): Promise<{session: Session; inventory: Inventory}> {
  const session = await openSession(options)
  requireWriteAccess(session.access)
  return {session, inventory: await discover(session)}
}

function requireLeaderboard({leaderboard, namespace}: Inventory): string {
  if (leaderboard) return leaderboard.name
  throw new RefusedError(`${leaderboardName(namespace)} does not exist, and protection is kept in it.`, {
    suggestions: ['The first evaluation creates it. Is it in another `namespace`?'],
  })
}
