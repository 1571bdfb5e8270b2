import {parseTimestamp} from '../../base/names.js'
import {type Run} from '../runs.js'
import {type Metric, METRIC_NAMES, METRICS} from './metrics.js'

/** What a run's evaluation may have come to. */
export const STATUSES = ['completed', 'partial', 'failed'] as const
export type Status = (typeof STATUSES)[number]

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

/** What runs can be grouped by: fields of a row, in the order in which their columns are named. */
const GROUP_FIELDS = [
  'model',
  'agentType',
  'provider',
  'datasetUsed',
  'team',
  'useCase',
  'purpose',
  'suiteVersion',
] as const
const FIELDS = new Map(GROUP_FIELDS.map((field) => [TEXTS[field], field]))

/** Columns of the leaderboard that runs can be grouped by. */
export const GROUP_COLUMNS = [...FIELDS.keys()]
export type GroupColumn = (typeof GROUP_COLUMNS)[number]

/** The field of a row that such a column fills. */
export function groupField(column: GroupColumn): (typeof GROUP_FIELDS)[number] {
  return FIELDS.get(column)!
}

/** In the unit that the column's name says. */
type NumberField = (typeof METRICS)[Metric]['field']
export type RowField = keyof typeof TEXTS | NumberField

/**
 * What one row says about one evaluation. Texts are not empty, and not safe to print as they are; texts and numbers are undefined
 * where the row has none.
 * @interface
 */
export type LeaderboardRow = Record<keyof typeof TEXTS, string | undefined> &
  Record<NumberField, number | undefined> & {
    /** Cells that hold something else than their column: `is text`. Their fields are undefined, and that is not "nothing". */
    damaged?: Partial<Record<string, string>> | undefined
  }

/** The columns that are read. */
type Cell = [column: string, field: RowField, damageOf: (cell: unknown) => string | undefined]
const CELLS: readonly Cell[] = [
  ...Object.entries(TEXTS).map(([field, column]): Cell => [column, field as RowField, damageOfText]),
  ...METRIC_NAMES.map((column): Cell => [column, METRICS[column].field, damageOfNumber]),
]

export const COLUMNS: readonly string[] = CELLS.map(([column]) => column)
export const ROW_FIELDS: readonly RowField[] = CELLS.map(([, field]) => field)

/** The column without which a file is not a leaderboard. */
export const IDENTITY: string = TEXTS.resultsDataset
/** What these say decides which runs finished: nothing in them may be passed over. */
export const NAMES: ReadonlySet<string> = new Set([IDENTITY, TEXTS.metricsDataset, TEXTS.tracesDataset])

/** Makes rows of columns. @throws Error where one lacks rows, or one that names datasets holds what is not text */
export function toRows(columns: ReadonlyMap<string, unknown[]>, count: number): LeaderboardRow[] {
  for (const [column, cells] of columns) {
    if (NAMES.has(column) && cells.some((cell) => cell !== null && typeof cell !== 'string'))
      throw new Error(`its column ${column} has a value that is not text`)
  }

  return Array.from({length: count}, (_, index) => rowOf((column) => columns.get(column)?.[index]))
}

const NOTHING: Record<RowField, undefined> = Object.assign(
  {} as Record<RowField, undefined>,
  ...ROW_FIELDS.map((field) => ({[field]: undefined})),
)

function rowOf(cellIn: (column: string) => unknown): LeaderboardRow {
  // A copy of a whole object: one that grows field by field leaves a dozen smaller ones behind.
  const row: Partial<Record<RowField, unknown>> & Pick<LeaderboardRow, 'damaged'> = {...NOTHING}
  for (const [column, field, damageOf] of CELLS) {
    const cell = cellIn(column) ?? undefined
    const value = typeof cell === 'bigint' ? Number(cell) : cell
    const damage = value === undefined ? undefined : damageOf(value)
    const isNothing = value === '' && field !== 'runStatus'
    row[field] = damage !== undefined || isNothing ? undefined : value
    if (damage !== undefined) (row.damaged ??= {})[field] = damage
  }

  return row as LeaderboardRow
}

function damageOfText(value: unknown): string | undefined {
  return typeof value === 'string' ? undefined : 'is not text'
}

function damageOfNumber(value: unknown): string | undefined {
  if (typeof value === 'string') return 'is text'
  if (typeof value !== 'number' || Number.isNaN(value)) return 'is not a number'
  return Number.isFinite(value) ? undefined : 'is not finite'
}

/** When the evaluation of a row took place, as far as is known. */
export interface RowTime {
  date: Date
  /** It is the evaluating machine's local time, in an unknown zone, read as UTC: its datasets are not there. */
  isLocal: boolean
}

/**
 * The time of the run that a row is about, where it is there; else what the row says, which is the end of the evaluation too, and
 * else what the run's name says. Where a source says what is not possible, the next one counts.
 */
export function timeOfRow(
  timestamp = '',
  run = '',
  runs: ReadonlyMap<string, Run> = new Map(),
  isPossible: (date: Date) => boolean = () => true,
): RowTime | undefined {
  const found = runs.get(run)
  const named = parseTimestamp(run)
  const times = [
    found && {date: found.time, isLocal: false},
    parseIso(timestamp),
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
