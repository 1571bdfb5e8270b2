import {pushTo} from '../../base/collections.js'
import {RefusedError} from '../../base/errors.js'
import {coversUntil, type PinTag, readPinTag} from '../../base/pin-tags.js'
import {briefReason, byText, safe} from '../../base/text.js'
import {dayOf} from '../../base/time.js'
import {type Inventory, type RunDataset} from '../datasets.js'
import {type Run} from '../runs.js'

/** In a dot-directory of the leaderboard: `datasets` ignores it, and evaluations, which write the README again, leave it alone. */
export const PROTECTION_PATH = '.smoltrace/protection.json'
/** Of the file's format. */
export const PROTECTION_VERSION = 1

/** Who protected the leaderboard, when and why. */
export interface LeaderboardProtection {
  by: string
  at: Date
  reason?: string | undefined
}

/** A run that is kept by every rule: who pinned it, when, why and for how long. */
export interface Pin extends LeaderboardProtection {
  /** The last day on which it holds, `YYYY-MM-DD` in UTC; without, it holds until it is removed. */
  until?: string | undefined
}

/** What is protected in a namespace. */
export interface Protection {
  leaderboard?: LeaderboardProtection | undefined
  /** Pins by the run's timestamp, those that have run out among them. */
  runs?: Record<string, Pin> | undefined
}

interface PinnableRun extends Partial<Pick<Run, 'inTrash'>>, Pick<Run, 'datasets' | 'timestamp'> {
  /** Of a run in the trash, what of it is not there. */
  outside?: RunDataset[]
}

/**
 * What pins a run now. There are two witnesses, each judged by itself and enough: its entry in the protection file, and the tags in
 * the cards of its datasets, which remain if the leaderboard is deleted.
 */
interface LivePin {
  /** The file's entry; undefined where only tags pin it. */
  entry: Pin | undefined
  /** The tags that hold, of whichever of its datasets. */
  tags: PinTag[]
  /** The entry alone holds, or holds longer than the tags: without the leaderboard the pin would be lost. */
  isHalf: boolean
}

/** The pin that holds for a run now: this alone says whether it is pinned. Where the file is unknown, the tags alone say it. */
export function pinOn(run: PinnableRun, protection: Protection | 'unknown', now: Date): LivePin | undefined {
  const entry = protection === 'unknown' ? undefined : liveEntry(protection, run.timestamp, now)
  const {datasets, inTrash = [], outside = []} = run
  const texts = new Set([...datasets, ...inTrash, ...outside].flatMap(({pinTags = []}) => pinTags))
  const tags = [...texts].map((text) => readPinTag(text)).filter(({until}) => holdsUntil(until, now))
  if (!entry && tags.length === 0) return undefined
  return {entry, tags, isHalf: entry !== undefined && !isTagged(run, entry.until)}
}

/** A run's entry in the protection file, one that has run out too. */
export function entryOf({runs}: Protection, timestamp: string): Pin | undefined {
  return runs && Object.hasOwn(runs, timestamp) ? runs[timestamp] : undefined
}

/** A run's entry in the protection file that holds now. Another witness may pin it without one. */
export function liveEntry(protection: Protection, timestamp: string, now: Date): Pin | undefined {
  const entry = entryOf(protection, timestamp)
  return entry && holdsUntil(entry.until, now) ? entry : undefined
}

/** The last day, in UTC, is over when the next one begins. */
function holdsUntil(until: string | undefined, now: Date): boolean {
  return until === undefined || dayOf(now) <= until
}

/** The datasets whose cards take a run's tag: its results, or where there are none all that it has. */
export function datasetsToTag({datasets}: Pick<Run, 'datasets'>): RunDataset[] {
  const results = datasets.filter(({type}) => type === 'results')
  return results.length > 0 ? results : datasets
}

/** Whether all cards that take a run's tag have one that holds as long as is wanted, as far as the listing shows. */
export function isTagged(run: PinnableRun, until: string | undefined): boolean {
  return datasetsToTag(run).every(({pinTags = []}) => pinTags.some((tag) => coversUntil(tag, until)))
}

/** Orders tags by what they say for certain: one without an end is the latest, an unclear one the earliest. */
const endOf = ({until, isDoubtful}: PinTag) => (isDoubtful ? '' : (until ?? 'never'))

/** Why a pinned run is kept, in words. */
export function describeLivePin({entry, tags, isHalf}: LivePin, since = ''): string {
  if (entry) return `${describePin(entry, since)}${isHalf ? ' (half: not in its card)' : ''}`
  const [longest] = tags.toSorted((a, b) => byText(endOf(b), endOf(a)))
  if (longest?.isDoubtful) return safe(`pinned by its tag "${longest.text}", which is not a valid pin tag`)
  return `pinned by its tag${longest?.until ? ` until ${longest.until}` : ''}`
}

/** What an entry of the protection file says, in words. */
export function describePin({by, reason, until}: Pin, since = ''): string {
  const end = until ? ` until ${until}` : ''
  return `${safe(`pinned by ${by}${since}${end}`)}${reason ? `: ${briefReason(reason)}` : ''}`
}

/** @throws RefusedError where the leaderboard is protected, or any run is pinned, naming the command that removes it */
export function requireUnprotected(inventory: Inventory, protection: Protection): void {
  const {leaderboard} = inventory
  const hold = leaderboard && findLeaderboardHold(protection, inventory)
  if (!hold) return
  throw new RefusedError(`\`deleteLeaderboard\` refused: ${leaderboard.name} ${hold.why}.`, {
    suggestions: [
      `Unprotect first: smoltrace ${hold.lift} --namespace ${leaderboard.namespace}`,
      'Or omit `deleteLeaderboard`.',
    ],
  })
}

/** Says of a leaderboard that it is protected, and since when: the end of a sentence that begins with its name. */
export function describeProtection({by, at, reason}: LeaderboardProtection): string {
  const since = `${by} protected it on ${dayOf(at)}${reason ? `: ${briefReason(reason)}` : ''}`
  return safe(`is protected. ${since}`)
}

/** Of many pins, so many are named. */
const PINS_SHOWN = 3

/** What holds the leaderboard, in words, and the command that removes it; undefined where nothing does. */
export function findLeaderboardHold(
  protection: Protection,
  {datasets, trash, now}: Pick<Inventory, 'datasets' | 'now' | 'trash'>,
): {why: string; lift: string} | undefined {
  if (protection.leaderboard) {
    return {why: describeProtection(protection.leaderboard), lift: 'leaderboard unprotect'}
  }

  // A pinned run may be gone.
  const byRun = new Map(Object.keys(protection.runs ?? {}).map((run) => [run, [] as RunDataset[]]))
  for (const dataset of [...datasets, ...trash])
    if (dataset.pinTags) pushTo(byRun, dataset.timestamp, dataset)
  const pinned = [...byRun].flatMap(([timestamp, tagged]) => {
    const pin = pinOn({timestamp, datasets: tagged}, protection, now)
    // Half or not does not matter here, and not all of its datasets are at hand.
    return pin ? {timestamp, why: describeLivePin({...pin, isHalf: false})} : []
  })
  if (pinned.length === 0) return undefined
  const shown = pinned.slice(0, PINS_SHOWN).map(({timestamp, why}) => `${timestamp} (${why})`)
  const rest = pinned.length > PINS_SHOWN ? ` and ${pinned.length - PINS_SHOWN} more` : ''
  return {
    why: `cannot be deleted while runs are pinned: ${shown.join(', ')}${rest}`,
    lift: `runs unprotect ${pinned.map(({timestamp}) => timestamp).join(' ')}`,
  }
}
