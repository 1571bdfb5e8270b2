import {type RunDataset} from '../account/datasets.js'
import {type RowIndex} from '../account/leaderboard/index.js'
import {type Metric} from '../account/leaderboard/metrics.js'
import {type Run} from '../account/runs.js'
import {type Sizes, storageOf} from '../account/sizes.js'
import {dayOf} from '../base/time.js'
import {type KeptRun} from '../plan/plan.js'
import {type Reason} from '../retention/reasons.js'
import {ageCell, formatStorage, modelOf, scoreOfRunText, typesOf} from './format.js'

/** A column of a table, and what it shows of a row: for a terminal, Markdown or HTML. */
export interface Column<Row, Cell = string> {
  title: string
  cell: (row: Row) => Cell
  /** Numbers are right-aligned. */
  isRight?: boolean
  /** A name that is copied: never broken. */
  isCode?: boolean
  /** Where the terminal is too narrow, columns are dropped in this order, lowest first; without it, a column is always shown. */
  dropAt?: number
  /** Of a last column with sentences: how narrow it may become, its long words broken, before a column is dropped instead. */
  wrapsTo?: number
  /** Of a column with names, such as models: its cells are cut to this when its turn comes, instead of dropping it. */
  cutsTo?: number
}

/** A name and what there is to say of it, which may have several lines; omitted where that is undefined. */
export type Pair = readonly [name: string, text: string | undefined]

/** What datasets take up; no column where that was not asked for or is unknown: then the totals say everything. */
export function sizeColumn<Row>(
  sizes: Sizes | undefined,
  datasetsOf: (row: Row) => Iterable<{name: string}>,
): Array<Column<Row>> {
  if (sizes === undefined || sizes === 'unknown') return []
  return [{title: 'Size', isRight: true, cell: (row) => formatStorage(storageOf(datasetsOf(row), sizes))}]
}

/** Which model a run evaluated and what it scored; by default no columns where the leaderboard was not read. */
export function evaluationColumns<Row extends {run: Run}>(
  rows: RowIndex | 'unknown' = 'unknown',
  {by, isShown = rows !== 'unknown'}: {by?: Metric; isShown?: boolean} = {},
): Array<Column<Row>> {
  if (!isShown) return []
  return [
    {title: 'Model', dropAt: 2, cutsTo: 15, cell: ({run}) => modelOf(run, rows)},
    {title: 'Score', isRight: true, dropAt: 3, cell: ({run}) => scoreOfRunText(run, rows, by)},
  ]
}

/** The last day on which something of a run was moved to the trash: its time is the end of that day. */
export const TRASHED: Column<{run: Run}> = {
  title: 'Trashed',
  cell: ({run: {time}}) => dayOf(new Date(time.getTime() - 1)),
}

const NARROWEST_WHY = 17

type DecidedRun = KeptRun & {datasets?: RunDataset[]}

interface DecisionOptions {
  /** The title of the column of types: those that are deleted or, under `Has`, all; no column where the page names them elsewhere. */
  types?: string
  whyOf?: (row: DecidedRun) => string
  /** The runs are in the trash: what matters is since when. */
  isTrash?: boolean
}

/** The columns of runs, with their datasets, and why they are deleted or kept. */
export function decisionColumns(
  {now, sizes, rows}: {now: Date; sizes: Sizes | undefined; rows?: RowIndex | 'unknown' | undefined},
  {types = 'Deletes', whyOf = ({reasons}) => whyText(reasons), isTrash = false}: DecisionOptions = {},
): Array<Column<DecidedRun>> {
  const typesIn = ({run, datasets = types === 'Has' ? run.datasets : []}: DecidedRun) => typesOf({datasets})
  return [
    {title: 'Run', isCode: true, cell: ({run}) => run.timestamp},
    isTrash ? TRASHED : {title: 'Age', cell: ({run}) => ageCell(run, now)},
    ...evaluationColumns(rows),
    ...(types === 'elsewhere' ? [] : [{title: types, dropAt: 4, cell: typesIn}]),
    ...sizeColumn(sizes, ({run, datasets = run.datasets}: DecidedRun) => datasets),
    {title: 'Why', wrapsTo: NARROWEST_WHY, cell: whyOf},
  ]
}

export function whyText(reasons: readonly Reason[]): string {
  return reasons.map(({text}) => text).join('; ')
}
