import {OptionError, UsageError} from './errors.js'

/**
 * The exact names that SMOLTRACE gives its datasets: the only patterns in the program. What does not match is
 * invisible to every command and can never be deleted.
 */

/** The three kinds of dataset that one evaluation leaves behind. */
export const RUN_TYPES = ['results', 'traces', 'metrics'] as const
export type RunType = (typeof RUN_TYPES)[number]
/** The kinds of dataset that the program knows by their names. */
export type DatasetType = RunType | 'leaderboard'

/** What a dataset's name says. */
export interface RunDatasetName {
  type: RunType
  /** `YYYYMMDD_HHMMSS`, the evaluating machine's unknown local time. */
  timestamp: string
}
/** What the name of any of SMOLTRACE's datasets says. */
export type DatasetName = RunDatasetName | {type: 'leaderboard'}
/** What the name of a run's dataset in the trash says. */
export interface TrashName extends RunDatasetName {
  /** `YYYYMMDD`, the day in UTC on which it was put there. */
  trashedOn: string
}

const RUN_DATASET = /^smoltrace-(results|traces|metrics)-(\d{8}_\d{6})$/
const TRASH_DATASET = /^smoltrace-trash-(\d{8})-(results|traces|metrics)-(\d{8}_\d{6})$/
const LEADERBOARD = 'smoltrace-leaderboard'
/** What evaluations read: shared by everyone, and never theirs to delete. */
const TASKS = /^smoltrace-(benchmark-v1|ops-benchmark|tasks|[a-z\d]+(?:[-_.][a-z\d]+)*-tasks(?:-v\d+)?)$/
const LIKE_RUN_DATASET =
  /^smoltrace-(?:trash-(?<trashedOn>\d{8})-)?(?:results|traces|metrics)-(?<timestamp>\d{8}_\d{6})(?<rest>.*)/s
const TIMESTAMP = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})$/

export function isRunType(value: string): value is RunType {
  return (RUN_TYPES as readonly string[]).includes(value)
}

/** Reads a run's timestamp as UTC; undefined where the text is not a `YYYYMMDD_HHMMSS` of a day and time that exist. */
export function parseTimestamp(timestamp: string): Date | undefined {
  const match = TIMESTAMP.exec(timestamp)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // Of 31 February, `Date` makes a day in March; of hour 24 the next day.
  return Number(year) >= 100 && date.getUTCDate() === Number(day) ? date : undefined
}

/** Refuses what is not a run's timestamp. @param list the command that lists those to choose from @throws UsageError */
export function checkTimestamps(timestamps: string[], option?: string, list = 'runs group'): void {
  for (const timestamp of timestamps) {
    if (parseTimestamp(timestamp)) continue
    const why = TIMESTAMP.test(timestamp) ? 'not a real date and time' : 'not a run timestamp'
    const problem = `"${timestamp}" is ${why}: use one from \`${list}\`, such as 20260131_235959`
    throw option === undefined ? new UsageError(`${problem}.`) : new OptionError(option, problem)
  }
}

/** Writes a moment as a run's timestamp, in UTC. */
export function formatTimestamp(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
}

/**
 * Reads the full name of a dataset, letter case as the Hub has it.
 * @param namespace the one that it must be in, spelled as whoami spells it
 * @returns undefined where it is not exactly a SMOLTRACE name of that namespace
 */
export function parseDatasetName(name: string, namespace: string): DatasetName | undefined {
  const own = withoutNamespace(name, namespace)
  if (own === LEADERBOARD) return {type: 'leaderboard'}
  const [, type = '', timestamp = ''] = RUN_DATASET.exec(own) ?? []
  return isRunType(type) && parseTimestamp(timestamp) ? {type, timestamp} : undefined
}

/** The same of a run's dataset only: undefined for the leaderboard, too. */
export function parseRunDatasetName(name: string, namespace: string): RunDatasetName | undefined {
  const parsed = parseDatasetName(name, namespace)
  return parsed?.type === 'leaderboard' ? undefined : parsed
}

export function runDatasetName(namespace: string, type: RunType, timestamp: string): string {
  return `${namespace}/smoltrace-${type}-${timestamp}`
}

/**
 * Reads the full name of a dataset in the trash, which `parseDatasetName` does not take: what deletes runs never reaches it.
 * @returns undefined where it is not exactly the name of a trashed dataset of that namespace
 */
export function parseTrashName(name: string, namespace: string): TrashName | undefined {
  const own = withoutNamespace(name, namespace)
  const [, trashedOn = '', type = '', timestamp = ''] = TRASH_DATASET.exec(own) ?? []
  const isExact = isRunType(type) && isDay(trashedOn) && parseTimestamp(timestamp) !== undefined
  return isExact ? {type, timestamp, trashedOn} : undefined
}

/** A day in UTC as names in the trash have it. */
export function trashDayOf(date: Date): string {
  return formatTimestamp(date).slice(0, 8)
}

/** The name in the trash of a run's dataset. @param trashedOn `YYYYMMDD` */
export function trashNameOf(namespace: string, trashedOn: string, type: RunType, timestamp: string): string {
  return `${namespace}/smoltrace-trash-${trashedOn}-${type}-${timestamp}`
}

/** Whether a `YYYYMMDD` is a day of the calendar. */
function isDay(text: string): boolean {
  return parseTimestamp(`${text}_000000`) !== undefined
}

/** The name that a dataset in the trash had, and has again once it is restored; any other name as it is. */
export function nameOutsideTrash(name: string, namespace: string): string {
  const trashed = parseTrashName(name, namespace)
  return trashed ? runDatasetName(namespace, trashed.type, trashed.timestamp) : name
}

export function leaderboardName(namespace: string): string {
  return `${namespace}/${LEADERBOARD}`
}

/** Whether a full name is that of a dataset of tasks, which evaluations read and no command ever touches. */
export function isStandardDataset(name: string, namespace: string): boolean {
  const own = withoutNamespace(name, namespace)
  return TASKS.test(own)
}

/** A dataset whose name resembles SMOLTRACE's, and that no command ever touches. */
export interface NearMiss {
  /** `namespace/name`. */
  name: string
  reason: string
}

/** Why a name that mentions SMOLTRACE is not one of its names; undefined for its names, for tasks, and for anything else. */
export function nearMissOf(name: string, namespace: string): NearMiss | undefined {
  const own = withoutNamespace(name, namespace)
  if (!/smoltrace/i.test(own)) return undefined
  if (parseDatasetName(name, namespace) || parseTrashName(name, namespace) || TASKS.test(own))
    return undefined
  return {name, reason: whyNotExact(own)}
}

function whyNotExact(own: string): string {
  const small = own.toLowerCase()
  const isRun = RUN_DATASET.test(small) || TRASH_DATASET.test(small)
  if (small !== own && (isRun || small === LEADERBOARD || TASKS.test(small))) return 'it has capital letters'
  const {trashedOn, timestamp = '', rest = ''} = LIKE_RUN_DATASET.exec(own)?.groups ?? {}
  if (rest !== '') return `it has extra text after its timestamp: ${JSON.stringify(rest)}`
  if (trashedOn !== undefined && !isDay(trashedOn))
    return `its day in the trash is not a real date: ${trashedOn}`
  if (timestamp !== '') return `its timestamp is not a real date and time: ${timestamp}`
  if (/leaderboard/i.test(own)) return `the leaderboard is named exactly ${LEADERBOARD}`
  if (/smoltrace-trash-/i.test(own))
    return 'datasets in the trash are named exactly smoltrace-trash-YYYYMMDD-results-YYYYMMDD_HHMMSS (or -traces-, -metrics-)'
  return 'datasets of a run are named exactly smoltrace-results-YYYYMMDD_HHMMSS (or -traces-, -metrics-)'
}

/** A name without its namespace; empty, as no name of SMOLTRACE's is, where it lies in another. */
function withoutNamespace(name: string, namespace: string): string {
  return namespace !== '' && name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : ''
}
