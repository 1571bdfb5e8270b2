import {parseTimestamp} from '../../base/names.js'
import {type Run} from '../runs.js'

/** What a run's evaluation may have come to, as the leaderboard says it. */
export const STATUSES = ['completed', 'partial', 'failed'] as const
export type Status = (typeof STATUSES)[number]

/** Columns of the leaderboard that runs can be grouped by, in the order in which they are named. */
export const GROUP_COLUMNS = [
  'model',
  'agent_type',
  'provider',
  'dataset_used',
  'team',
  'use_case',
  'purpose',
  'suite_version',
] as const

/** A column of the leaderboard that runs can be grouped by. */
export type GroupColumn = (typeof GROUP_COLUMNS)[number]

/** The columns that hold text, by the field of a row. The last ones came with newer evaluators. */
const TEXTS = {
  runId: 'run_id',
  model: 'model',
  agentType: 'agent_type',
  provider: 'provider',
  /** Local time of the evaluating machine at the end of the run, ISO 8601 without a zone. */
  timestamp: 'timestamp',
  submittedBy: 'submitted_by',
  useCase: 'use_case',
  team: 'team',
  purpose: 'purpose',
  suiteVersion: 'suite_version',
  /** Full names; a traces dataset is also named where none was ever created. */
  resultsDataset: 'results_dataset',
  tracesDataset: 'traces_dataset',
  metricsDataset: 'metrics_dataset',
  datasetUsed: 'dataset_used',
  /** `completed`, `partial` or `failed`; an empty text is none of them, and is kept. */
  runStatus: 'run_status',
} as const

/** The columns that hold numbers, with their units. */
const NUMBERS = {
  /** 0 to 100. */
  successRate: 'success_rate',
  /** 0 to 1. */
  passAt1: 'pass_at_1',
  avgDurationMs: 'avg_duration_ms',
  totalTokens: 'total_tokens',
  totalCostUsd: 'total_cost_usd',
  co2EmissionsG: 'co2_emissions_g',
} as const

/** A column that is read, as the field of a row. */
export type RowField = keyof typeof NUMBERS | keyof typeof TEXTS

/**
 * What one row says about one evaluation. Texts are not empty; texts and numbers are undefined where the row has none. Texts
 * are free text: only exact names in them mean anything, and none is safe to print as it is.
 * @interface
 */
export type LeaderboardRow = Record<keyof typeof NUMBERS, number | undefined> &
  Record<keyof typeof TEXTS, string | undefined> & {
    /** Cells that hold something else than their column: `is text`. Their fields are undefined, and that is not "nothing". */
    damaged?: Partial<Record<string, string>> | undefined
  }

/** Every field of a row that comes from a column. */
export const ROW_FIELDS = [...Object.keys(TEXTS), ...Object.keys(NUMBERS)] as RowField[]

const FIELDS = Object.fromEntries(Object.entries(TEXTS).map(([field, column]) => [column, field])) as Record<
  GroupColumn,
  keyof typeof TEXTS
>

/** What a row has in a column that rows can be grouped by; undefined where it has nothing there. */
export function groupCell(row: LeaderboardRow, column: GroupColumn): string | undefined {
  return row[FIELDS[column]]
}

/** What is wrong with a row's cell in such a column: `is not text`; undefined where nothing is. */
export function groupDamage(row: LeaderboardRow, column: GroupColumn): string | undefined {
  return row.damaged?.[FIELDS[column]]
}

/** What these say decides which runs finished: nothing in them may be passed over. */
const NAMES: ReadonlySet<string> = new Set([TEXTS.metricsDataset, TEXTS.resultsDataset, TEXTS.tracesDataset])

/** Every column that is read. */
export const COLUMNS: readonly string[] = [...Object.values(TEXTS), ...Object.values(NUMBERS)]

/** The column without which a file is not a leaderboard. */
export const IDENTITY: string = TEXTS.resultsDataset

/**
 * Makes rows of columns.
 * @param columns cells by the column's name; those that the file has not are left out
 * @param count of rows
 * @param isWanted the others are not kept
 * @throws Error where a column lacks rows, or one that names datasets holds what is not text
 */
export function toRows(
  columns: ReadonlyMap<string, unknown[]>,
  count: number,
  isWanted: (row: LeaderboardRow) => boolean = () => true,
): LeaderboardRow[] {
  for (const [column, cells] of columns) {
    // A cell without a value is null: undefined is one that hyparquet did not find.
    if (cells.length !== count || cells.includes(undefined))
      throw new Error(`its column ${column} lacks rows`)
    if (NAMES.has(column) && cells.some((cell) => cell !== null && typeof cell !== 'string'))
      throw new Error(`its column ${column} holds a value that is not text`)
  }

  const rows: LeaderboardRow[] = []
  for (let index = 0; index < count; index++) {
    const row = rowOf((column) => columns.get(column)?.[index] ?? undefined)
    if (isWanted(row)) rows.push(row)
  }

  return rows
}

function rowOf(cellIn: (column: string) => unknown): LeaderboardRow {
  const row: Record<string, unknown> = {}
  const damaged: Record<string, string> = {}
  const read = (field: string, cell: unknown, damageOf: (value: unknown) => string | undefined) => {
    const value = typeof cell === 'bigint' ? Number(cell) : cell
    const damage = value === undefined ? undefined : damageOf(value)
    row[field] = damage === undefined ? value : undefined
    if (damage !== undefined) damaged[field] = damage
  }

  for (const [field, column] of Object.entries(TEXTS)) {
    const cell = cellIn(column)
    read(field, cell === '' && column !== TEXTS.runStatus ? undefined : cell, damageOfText)
  }

  for (const [field, column] of Object.entries(NUMBERS)) read(field, cellIn(column), damageOfNumber)
  return {...row, ...(Object.keys(damaged).length > 0 && {damaged})} as LeaderboardRow
}

function damageOfText(value: unknown): string | undefined {
  return typeof value === 'string' ? undefined : 'is not text'
}

function damageOfNumber(value: unknown): string | undefined {
  if (typeof value === 'string') return 'is text'
  if (typeof value !== 'number' || Number.isNaN(value)) return 'is not a number'
  return Number.isFinite(value) ? undefined : 'is not finite'
}

/** When the evaluation of a row took place, as well as that can be known. */
export interface RowTime {
  date: Date
  /** It is the evaluating machine's local time, in an unknown zone, read as UTC: its datasets are not there. */
  isLocal: boolean
}

/** What says when an evaluation took place. */
interface TimeSources {
  /** What the row says. */
  timestamp: string | undefined
  /** The timestamp of the run that the row is about. */
  run?: string | undefined
  /** The run itself, where it is there. */
  found?: Run | undefined
}

/**
 * The time of the run where it is there; else what the row says, and else what the run's name says: the evaluation ended
 * later than its name says, and a run on the Hub is dated by its end too.
 * @param isPossible where a source says what cannot be, the next one counts
 */
export function timeOfRow(
  sources: TimeSources,
  isPossible: (date: Date) => boolean = () => true,
): RowTime | undefined {
  const {timestamp, run, found} = sources
  const named = run === undefined ? undefined : parseTimestamp(run)
  const times = [
    found && {date: found.time, isLocal: false},
    parseIso(timestamp ?? ''),
    named && {date: named, isLocal: true},
  ]
  return times.find((time) => time && isPossible(time.date))
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/

/** A time with a zone is a moment, whatever wrote it; one without is local. */
function parseIso(text: string): RowTime | undefined {
  const [, year, month, day, time, zone] = ISO.exec(text) ?? []
  const midnight = new Date(`${year}-${month}-${day}T00:00Z`)
  const date = new Date(`${year}-${month}-${day}T${time}${zone ?? 'Z'}`)
  if (Number.isNaN(date.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined
  return {date, isLocal: zone === undefined}
}
