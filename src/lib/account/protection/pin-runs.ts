import {OptionError, UsageError} from '../../base/errors.js'
import {checkTimestamps} from '../../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../../base/options.js'
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
import {type Change, changeProtection, type Edit, withoutPins, withPins} from './change.js'
import {datasetsToTag, entryOf, isTagged, type Pin} from './pins.js'
import {changeCards, type TaggingEvent} from './tagging.js'

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
type UnpinOptions = ConnectionOptions & Pick<PinOptions, 'onEvent'>

const UNPIN_OPTIONS: OptionTable<UnpinOptions> = {...CONNECTION, onEvent: 'function'}

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
  const account = await openAccount(options)
  const {user, now} = account.session
  checkUntil(until, now)
  requireRuns(timestamps, account.inventory.datasets)
  const pin: Pin = {by: user, at: now, ...(reason && {reason}), ...(until && {until})}
  const change = await changeIfThere(account, 'Pin runs', (current) =>
    withPins(current, timestamps, {pin, now}),
  )
  return tagPins(timestamps, account, options, change)
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
  const account = await openAccount(options)
  const change = await changeIfThere(account, 'Unpin runs', (current) => withoutPins(current, timestamps))
  return removeTags(timestamps, account, options, change)
}

/** Changes the protection file; without a leaderboard there is none. */
async function changeIfThere(
  {session, inventory: {leaderboard}}: Account,
  title: string,
  edit: Edit,
): Promise<Change | undefined> {
  return leaderboard && changeProtection(session, leaderboard.name, title, edit)
}

function changeOf({inventory: {leaderboard}}: Account, runs: PinnedRun[], interrupted: boolean): PinChange {
  return {leaderboard: leaderboard?.name, changed: runs.some(({changed}) => changed), runs, interrupted}
}

/** Everyone who sees the leaderboard sees the reason. */
export function reasonIn({reason}: {reason?: string | undefined}): string | undefined {
  return reason === undefined ? undefined : withoutTokens(reason)
}

function checkUntil(until: string | undefined, now: Date): void {
  if (until === undefined) return
  if (!isDay(until)) throw new OptionError('until', `"${until}" is not a day: give one such as 2026-12-31`)
  if (until < dayOf(now))
    throw new OptionError('until', `"${until}" is over already: give today or a day to come`)
}

function readTimestamps(given: string[]): string[] {
  const timestamps = readTexts(given, 'Timestamps')
  if (timestamps.length === 0) throw new UsageError('Name at least one run by its timestamp.')
  checkTimestamps(timestamps)
  return timestamps
}

/**
 * Puts the tags into the cards of runs whose entries are made. Those that the listing shows as tagged cost nothing; where the tag
 * alone is the pin, their cards are read all the same, since the listing may still show one that was taken out.
 * @param change of the protection file; undefined where there is none to keep pins in
 */
export async function tagPins(
  timestamps: string[],
  account: Account,
  options: PinOptions,
  change: Change | undefined,
): Promise<PinChange> {
  const {session, inventory} = account
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
  const {results, interrupted} = await changeCards(taggings, 'Pin the run', session.hub, options)
  const pins = runs.map((run): PinnedRun => {
    const {timestamp} = run
    const pin = change && entryOf(change.after, timestamp)
    const isNew = change && JSON.stringify(pin) !== JSON.stringify(entryOf(change.before, timestamp))
    const {changed = false, problem = waiting.has(run) ? WAITING : undefined} = results.get(timestamp) ?? {}
    return {run: timestamp, changed: changed || isNew === true, pin, tagged: problem === undefined, problem}
  })
  return changeOf(account, pins, interrupted)
}

/** Takes the tags out of the cards of all datasets: that the listing shows none does not say that there is none. */
async function removeTags(
  timestamps: string[],
  account: Account,
  options: UnpinOptions,
  change: Change | undefined,
): Promise<PinChange> {
  const {unpinCard} = await import('./card.js')
  const edit = (card = '') => unpinCard(card)
  const runs = runsNamed(timestamps, account.inventory)
  const taggings = runs.map(({timestamp: run, datasets}) => ({run, datasets, edit}))
  const {results, interrupted} = await changeCards(taggings, 'Unpin the run', account.session.hub, options)
  const pins = [...new Set(timestamps)].map((run): PinnedRun => {
    const pin = change && entryOf(change.before, run)
    const {changed = false, problem} = results.get(run) ?? {}
    return {run, changed: changed || pin !== undefined, pin, tagged: problem !== undefined, problem}
  })
  return changeOf(account, pins, interrupted)
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
