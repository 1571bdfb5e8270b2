import {OptionError, UsageError} from '../../base/errors.js'
import {checkTimestamps} from '../../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../../base/options.js'
import {isAsLong} from '../../base/pin-tags.js'
import {redact} from '../../base/text.js'
import {dayOf, isDay} from '../../base/time.js'
import {requireWriteAccess} from '../../hub/access.js'
import {type Hub} from '../../hub/client.js'
import {CONNECTION, type ConnectionOptions, machineTime, openSession} from '../../hub/session.js'
import {discover, type Inventory} from '../datasets.js'
import {DEFAULT_GRACE_MS, mayBeUploading, mayLackFiles, requireRuns, type Run, runsOf} from '../runs.js'
import {changeProtection, type ProtectionEdit} from './file.js'
import {
  datasetsToTag,
  entryOf,
  isTagged,
  type LeaderboardProtection,
  liveEntry,
  type Pin,
  type Protection,
} from './pins.js'
import {changeCards, type Tagged, type Tagging, type TaggingOptions} from './tagging.js'

/** The result of pinning or unpinning runs. */
export interface PinChange {
  /** Full name; undefined if there is none to keep pins in. */
  leaderboard: string | undefined
  /** Whether anything was written. */
  changed: boolean
  /** In the order asked for. */
  runs: PinnedRun[]
  /** Whether an abort left runs half pinned, or half unpinned. */
  interrupted: boolean
}

/** One run, by its timestamp, and its pin. */
export interface PinnedRun {
  run: string
  /** Whether this changed now, in the protection file or in a card. */
  changed: boolean
  /** The entry of the protection file in force now, or, after `unprotectRuns`, the one that was removed. */
  pin: Pin | undefined
  /** Whether its cards have the tag; after `unprotectRuns`, whether one may still have it, and pin it. */
  tagged: boolean
  /** Why its cards are not as they should be: the same call again finishes it. */
  problem: string | undefined
}

interface UnpinOptions extends ConnectionOptions, TaggingOptions {}

/** How long runs are pinned, and why. */
export interface PinOptions extends UnpinOptions {
  reason?: string | undefined
  /** The last day on which the pins hold, `YYYY-MM-DD` in UTC; without, they hold until they are removed. */
  until?: string | undefined
}

const UNPIN_OPTIONS: OptionTable<UnpinOptions> = {...CONNECTION, onEvent: 'function'}
const PIN_OPTIONS: OptionTable<PinOptions> = {...UNPIN_OPTIONS, reason: 'text', until: 'text'}

/**
 * Pins runs, so that every rule keeps them, `--all` included: in the protection file first, one commit for all, then with a tag in
 * the card of each run's results (of every dataset that it has, where there are none). Without a leaderboard the tag alone is the
 * pin, and the reason is kept nowhere. A run whose cards could not be changed is half pinned, which keeps it anyway. Of the
 * pin before and the new one that stays which holds longer.
 * @throws UsageError where a timestamp or `until` is not one, or `until` is over; RefusedError where a run does not exist;
 *   NotAllowedError where the token cannot write there
 */
export async function protectRuns(timestamps: string[], options: PinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, PIN_OPTIONS)
  const {until} = options
  checkUntil(until, machineTime(options))
  const account = await openPinAccount(options)
  const {hub, author, leaderboard, runs, trash} = account
  requireRuns(timestamps, [...runs.values()], undefined, trash)
  const pin = {...author, until}
  const edit =
    leaderboard &&
    (await changeProtection(hub, leaderboard, 'Pin runs', (current) => withPins(current, timestamps, pin)))
  return tagPins(timestamps, account, options, edit)
}

/**
 * Removes the pins of runs, whether these still exist or not: in the protection file first, then in the cards of all their datasets.
 * A run with a card that could not be changed may still be pinned.
 * @throws UsageError where a timestamp is not one; NotAllowedError where the token cannot write there
 */
export async function unprotectRuns(timestamps: string[], options: UnpinOptions = {}): Promise<PinChange> {
  timestamps = readTimestamps(timestamps)
  options = readOptions(options, UNPIN_OPTIONS)
  const account = await openPinAccount(options)
  const {hub, leaderboard, runs} = account
  const edit =
    leaderboard &&
    (await changeProtection(hub, leaderboard, 'Unpin runs', (current) => {
      const kept = Object.entries(current.runs ?? {}).filter(([run]) => !timestamps.includes(run))
      return {...current, runs: Object.fromEntries(kept)}
    }))
  const {unpinCard} = await import('./card.js')
  const taggings = timestamps.flatMap((timestamp) => {
    const run = runs.get(timestamp)
    // All its datasets: that the listing shows no tag does not say that there is none.
    return run ? {run: timestamp, datasets: run.datasets, edit: unpinCard} : []
  })
  const tagged = await changeCards(taggings, 'Unpin the run', hub, options)
  return resultOf(timestamps, account, options, {edit, tagged, isPinned: false})
}

/** A namespace whose pins may be changed. */
export interface PinAccount extends Pick<Inventory, 'leaderboard' | 'namespace' | 'now' | 'trash'> {
  hub: Hub
  /** Of what is protected now. */
  author: LeaderboardProtection
  /** By timestamp, newest first. */
  runs: ReadonlyMap<string, Run>
}

/** @throws NotAllowedError where the token cannot write there */
export async function openPinAccount({reason, ...options}: PinOptions): Promise<PinAccount> {
  const session = await openSession(options)
  requireWriteAccess(session.access)
  const inventory = await discover(session)
  const {hub, user, now} = session
  const author = {by: user, at: now, reason: reason ? redact(reason) : undefined}
  const runs = runsOf(inventory).map((run) => [run.timestamp, run] as const)
  return {...inventory, hub, author, runs: new Map(runs)}
}

/** Each once. */
function readTimestamps(given: string[]): string[] {
  const timestamps = readTexts(given, 'Timestamps')
  if (timestamps.length === 0) throw new UsageError('Add at least one run timestamp.')
  checkTimestamps(timestamps)
  return [...new Set(timestamps)]
}

function checkUntil(until: string | undefined, now: Date): void {
  if (until === undefined) return
  if (!isDay(until))
    throw new OptionError('until', `"${until}" is not a valid date: use one such as 2026-12-31`)
  if (until < dayOf(now))
    throw new OptionError('until', `"${until}" is in the past: use today or a later date`)
}

/** Adds pins; `otherwise` is the reason of those which have none of their own: a person's reason is never replaced by it. */
export function withPins(
  current: Protection,
  timestamps: string[],
  pin: Pin,
  otherwise?: string,
): Protection {
  const pins = timestamps.map((run) => {
    const before = liveEntry(current, run, pin.at)
    const isKept = before && isAsLong(before.until, pin.until)
    const longer = isKept ? before : {...pin, reason: pin.reason ?? before?.reason}
    return [run, {...longer, reason: longer.reason || otherwise}] as const
  })
  return {...current, runs: {...current.runs, ...Object.fromEntries(pins)}}
}

/**
 * Puts the tags into the cards of runs whose entries are made. Those that the listing shows as tagged cost nothing; where the tag
 * alone is the pin (no `edit`), their cards are read anyway: the listing may still show one that was taken out.
 */
export async function tagPins(
  timestamps: string[],
  account: PinAccount,
  options: PinOptions,
  edit: ProtectionEdit | undefined,
): Promise<PinChange> {
  const {hub, now, runs} = account
  const {pinCard} = await import('./card.js')
  const waiting: string[] = []
  const taggings: Tagging[] = []
  for (const timestamp of timestamps) {
    const run = runs.get(timestamp)
    const until = edit ? entryOf(edit.after, timestamp)?.until : options.until
    if (!run || (edit && isTagged(run, until))) continue
    if (mayBeUploading(run, now, DEFAULT_GRACE_MS) || mayLackFiles(run, now, DEFAULT_GRACE_MS))
      waiting.push(timestamp)
    else taggings.push({run: timestamp, datasets: datasetsToTag(run), edit: (card) => pinCard(card, until)})
  }

  const tagged = await changeCards(taggings, 'Pin the run', hub, options)
  for (const run of waiting) tagged.set(run, {changed: false, problem: WAITING})
  return resultOf(timestamps, account, options, {edit, tagged, isPinned: true})
}

/** A commit to a card would clash with the evaluator's. */
const WAITING = 'it may still be uploading, so its card was not changed yet'

/** The result of the file's change and the cards', which were to get the tag or to lose it. */
function resultOf(
  timestamps: string[],
  {leaderboard}: PinAccount,
  {signal}: ConnectionOptions,
  {
    edit,
    tagged,
    isPinned,
  }: {edit: ProtectionEdit | undefined; tagged: Map<string, Tagged>; isPinned: boolean},
): PinChange {
  const runs = timestamps.map((run): PinnedRun => {
    const before = edit && entryOf(edit.before, run)
    const after = edit && entryOf(edit.after, run)
    const isEdited = JSON.stringify(after) !== JSON.stringify(before)
    const {changed = false, problem} = tagged.get(run) ?? {}
    const isDone = problem === undefined
    return {run, changed: changed || isEdited, pin: after ?? before, tagged: isDone === isPinned, problem}
  })
  return {
    leaderboard: leaderboard?.name,
    changed: runs.some(({changed}) => changed),
    runs,
    // What only waits for its upload would wait without an abort, too.
    interrupted:
      signal?.aborted === true && runs.some(({problem}) => problem !== undefined && problem !== WAITING),
  }
}
