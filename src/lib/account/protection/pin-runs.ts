import {OptionError, UsageError} from '../../base/errors.js'
import {checkTimestamps} from '../../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../../base/options.js'
import {isAsLong} from '../../base/pin-tags.js'
import {withoutTokens} from '../../base/text.js'
import {dayOf, isDay} from '../../base/time.js'
import {requireWriteAccess} from '../../hub/access.js'
import {
  CONNECTION,
  type ConnectionOptions,
  machineTime,
  openSession,
  type Session,
} from '../../hub/session.js'
import {discover, type Inventory} from '../datasets.js'
import {
  DEFAULT_GRACE_MS,
  groupDatasetsByRun,
  mayBeFilling,
  mayBeUploading,
  requireRuns,
  type Run,
} from '../runs.js'
import {changeProtection, type ProtectionEdit} from './file.js'
import {datasetsToTag, entryOf, isTagged, liveEntry, type Pin, type Protection} from './pins.js'
import {changeCards, type Tagged, type Tagging, type TaggingEvent} from './tagging.js'

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
  /** The entry of the protection file in force now, or, after `unprotectRuns`, the one that was lifted. */
  pin: Pin | undefined
  /** Whether its cards have the tag; after `unprotectRuns`, whether one may still have it, and pin it. */
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

type UnpinOptions = ConnectionOptions & Pick<PinOptions, 'onEvent'>

const UNPIN_OPTIONS: OptionTable<UnpinOptions> = {...CONNECTION, onEvent: 'function'}

/**
 * Pins runs, so that every rule keeps them, `--all` included: in the protection file first, one commit for all, then with a tag in
 * the card of each run's results (of every dataset that it has, where there are none). Without a leaderboard the tag alone is the
 * pin, and the reason is kept nowhere. A pin is never shortened by pinning again: the one that holds longer stays.
 * @param timestamps of runs that exist
 * @returns the result for each; a run whose cards could not be changed is half pinned, which keeps it all the same
 * @throws UsageError where a timestamp or `until` is not one, or `until` is over
 * @throws RefusedError where a run does not exist
 * @throws NotAllowedError where the token cannot write there
 */
export async function protectRuns(timestamps: string[], options: PinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, PIN_OPTIONS)
  const {until} = options
  checkUntil(until, machineTime(options))
  const account = await openAccount(options)
  const {user, now} = account.session
  requireRuns(timestamps, account.inventory.datasets)
  const pin = {by: user, at: now, reason: reasonIn(options), until}
  const edit = await changeEntries(account, 'Pin runs', (current) =>
    withPins(current, timestamps, {pin, now}),
  )
  return tagPins(timestamps, account, options, edit)
}

/**
 * Lifts the pins of runs, whether these still exist or not: in the protection file first, then in the cards of all their datasets.
 * Where there is none, nothing changes.
 * @returns the result for each; a run with a card that could not be changed may still be pinned
 * @throws UsageError where a timestamp is not one
 * @throws NotAllowedError where the token cannot write there
 */
export async function unprotectRuns(timestamps: string[], options: UnpinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, UNPIN_OPTIONS)
  const account = await openAccount(options)
  const edit = await changeEntries(account, 'Unpin runs', ({runs = {}, ...rest}) => {
    const kept = Object.entries(runs).filter(([run]) => !timestamps.includes(run))
    return {...rest, runs: Object.fromEntries(kept)}
  })
  const {unpinCard} = await import('./card.js')
  // All datasets: that the listing shows no tag does not say that there is none.
  const taggings = runsNamed(timestamps, account.inventory).map(({timestamp: run, datasets}) => ({
    run,
    datasets,
    edit: unpinCard,
  }))
  const tagged = await changeCards(taggings, 'Unpin the run', account.session.hub, options)
  return resultOf(timestamps, account, {edit, tagged, isPinned: false, signal: options.signal})
}

/** What a change of pins is made with. */
interface Account {
  session: Session
  inventory: Inventory
}

/** @throws NotAllowedError where the token cannot write there */
export async function openAccount(options: ConnectionOptions): Promise<Account> {
  const session = await openSession(options)
  requireWriteAccess(session.access)
  return {session, inventory: await discover(session)}
}

function readTimestamps(given: string[]): string[] {
  const timestamps = readTexts(given, 'Timestamps')
  if (timestamps.length === 0) throw new UsageError('Name at least one run by its timestamp.')
  checkTimestamps(timestamps)
  return timestamps
}

function checkUntil(until: string | undefined, now: Date): void {
  if (until === undefined) return
  if (!isDay(until)) throw new OptionError('until', `"${until}" is not a day: give one such as 2026-12-31`)
  if (until < dayOf(now))
    throw new OptionError('until', `"${until}" is over already: give today or a day to come`)
}

/** Everyone who sees the leaderboard sees the reason. */
export function reasonIn({reason}: {reason?: string | undefined}): string | undefined {
  return reason && withoutTokens(reason)
}

/** Changes the protection file; without a leaderboard there is none. */
async function changeEntries(
  {session, inventory: {leaderboard}}: Account,
  title: string,
  edit: (current: Protection) => Protection,
): Promise<ProtectionEdit | undefined> {
  return leaderboard && changeProtection(session.hub, leaderboard, title, edit)
}

/** Adds pins; `otherwise` is the reason of those which have none of their own: a person's reason is never replaced by it. */
export function withPins(
  current: Protection,
  timestamps: string[],
  {pin, now, otherwise}: {pin: Pin; now: Date; otherwise?: string},
): Protection {
  const pins = timestamps.map((run) => {
    const before = liveEntry(current, run, now)
    const isKept = before && isAsLong(before.until, pin.until)
    const longer = isKept ? before : {...pin, reason: pin.reason ?? before?.reason}
    return [run, {...longer, reason: longer.reason || otherwise}] as const
  })
  return {...current, runs: {...current.runs, ...Object.fromEntries(pins)}}
}

/**
 * Puts the tags into the cards of runs whose entries are made. Those that the listing shows as tagged cost nothing; where the tag
 * alone is the pin, their cards are read all the same, since the listing may still show one that was taken out.
 * @param edit of the protection file; undefined where there is none to keep pins in
 */
export async function tagPins(
  timestamps: string[],
  account: Account,
  options: PinOptions,
  edit: ProtectionEdit | undefined,
): Promise<PinChange> {
  const {session, inventory} = account
  const {pinCard} = await import('./card.js')
  const waiting: string[] = []
  const taggings: Tagging[] = []
  for (const run of runsNamed(timestamps, inventory)) {
    const {timestamp} = run
    const until = edit ? entryOf(edit.after, timestamp)?.until : options.until
    if (edit && isTagged(run, until)) continue
    if (isInGrace(run, session.now)) waiting.push(timestamp)
    else taggings.push({run: timestamp, datasets: datasetsToTag(run), edit: (card) => pinCard(card, until)})
  }

  const tagged = await changeCards(taggings, 'Pin the run', session.hub, options)
  for (const run of waiting) tagged.set(run, {changed: false, problem: WAITING})
  return resultOf(timestamps, account, {edit, tagged, isPinned: true, signal: options.signal})
}

/** A commit to a card would clash with the evaluator's. */
const WAITING = 'it may still be uploading, so its card waits'

function isInGrace(run: Run, now: Date): boolean {
  return mayBeUploading(run, now, DEFAULT_GRACE_MS) || mayBeFilling(run, now, DEFAULT_GRACE_MS)
}

/** Those of the runs that are there, each once, in the order in which they were named. */
function runsNamed(timestamps: string[], {datasets}: Inventory): Run[] {
  const named = new Set(timestamps)
  const runs = groupDatasetsByRun(datasets.filter(({timestamp}) => named.has(timestamp)))
  const byTimestamp = new Map(runs.map((run) => [run.timestamp, run]))
  return [...named].flatMap((timestamp) => byTimestamp.get(timestamp) ?? [])
}

/** What came of the entries and of the cards, which were to get the tag or to lose it. */
function resultOf(
  timestamps: string[],
  {inventory: {leaderboard}}: Account,
  job: {
    edit: ProtectionEdit | undefined
    tagged: Map<string, Tagged>
    isPinned: boolean
    signal: AbortSignal | undefined
  },
): PinChange {
  const {edit, tagged, isPinned, signal} = job
  const runs = [...new Set(timestamps)].map((run): PinnedRun => {
    const before = edit && entryOf(edit.before, run)
    const after = edit && entryOf(edit.after, run)
    const isEdited = JSON.stringify(after) !== JSON.stringify(before)
    const {changed = false, problem} = tagged.get(run) ?? {}
    return {
      run,
      changed: changed || isEdited,
      pin: after ?? before,
      tagged: isPinned === (problem === undefined),
      problem,
    }
  })
  const isOpen = runs.some(({problem}) => problem !== undefined)
  return {
    leaderboard: leaderboard?.name,
    changed: runs.some(({changed}) => changed),
    runs,
    interrupted: signal?.aborted === true && isOpen,
  }
}
