import {UsageError} from './errors.js'

/**
 * The exact names that SMOLTRACE gives its datasets: the only patterns in the program. What does not match is
 * invisible to every command and can never be deleted.
 */

/** The three kinds of dataset that one evaluation leaves behind. */
export const RUN_TYPES = ['results', 'traces', 'metrics'] as const
export type RunType = (typeof RUN_TYPES)[number]
export type DatasetType = RunType | 'leaderboard'

/** What a dataset's name says. */
export interface RunDatasetName {
  type: RunType
  /** `YYYYMMDD_HHMMSS`, the evaluating machine's unknown local time. */
  timestamp: string
}
export type DatasetName = RunDatasetName | {type: 'leaderboard'}

const RUN_DATASET = /^smoltrace-(results|traces|metrics)-(\d{8}_\d{6})$/
const LEADERBOARD = 'smoltrace-leaderboard'
const STANDARD = ['smoltrace-benchmark-v1', 'smoltrace-tasks']
const TIMESTAMP = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})$/

/** Whether `value` names one of the three types of a run's datasets. */
export function isRunType(value: string): value is RunType {
  return (RUN_TYPES as readonly string[]).includes(value)
}

/**
 * Reads a run's timestamp as UTC.
 * @returns the moment, or undefined where the text is no `YYYYMMDD_HHMMSS` of a day and time that exist.
 */
export function parseTimestamp(timestamp: string): Date | undefined {
  const parts = TIMESTAMP.exec(timestamp)?.slice(1).map(Number)
  if (!parts) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // Of 31 February, `Date` makes a day in March.
  return formatTimestamp(date) === timestamp ? date : undefined
}

/**
 * Refuses what is no run's timestamp.
 * @param flag what the person wrote before each of them
 * @throws UsageError
 */
export function checkTimestamps(timestamps: string[], flag = ''): void {
  for (const timestamp of timestamps) {
    if (!parseTimestamp(timestamp))
      throw new UsageError(
        `${flag}"${timestamp}" is no run's timestamp: give one as \`runs group\` shows it, such as 20260131_235959.`,
      )
  }
}

/** Writes a moment as a run's timestamp, in UTC. */
export function formatTimestamp(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
}

/**
 * Reads the full name of a dataset.
 * @param name `namespace/name`, letter case as the Hub has it
 * @param namespace the namespace it must be in, spelled as whoami spells it
 * @returns what the name says, or undefined where it is not exactly a SMOLTRACE name of that namespace.
 */
export function parseDatasetName(name: string, namespace: string): DatasetName | undefined {
  if (namespace === '' || !name.startsWith(`${namespace}/`)) return undefined
  const own = name.slice(namespace.length + 1)
  if (own === LEADERBOARD) return {type: 'leaderboard'}
  const [, type = '', timestamp = ''] = RUN_DATASET.exec(own) ?? []
  return isRunType(type) && parseTimestamp(timestamp) ? {type, timestamp} : undefined
}

/** The full name of one of a run's datasets. */
export function runDatasetName(namespace: string, type: RunType, timestamp: string): string {
  return `${namespace}/smoltrace-${type}-${timestamp}`
}

/** The full name of a namespace's leaderboard. */
export function leaderboardName(namespace: string): string {
  return `${namespace}/${LEADERBOARD}`
}

/** Whether a full name is one of SMOLTRACE's standard datasets, which no command ever touches. */
export function isStandardDataset(name: string, namespace: string): boolean {
  return STANDARD.some((standard) => name === `${namespace}/${standard}`)
}
