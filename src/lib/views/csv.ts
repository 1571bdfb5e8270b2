import {METRIC_NAMES, METRICS} from '../account/leaderboard/metrics.js'
import {type RankedRow, type Ranking} from '../account/leaderboard/ranking.js'
import {GROUP_COLUMNS, groupField} from '../account/leaderboard/row.js'
import {safeName} from '../base/text.js'
import {type Column} from './columns.js'

type Cell = boolean | number | string | undefined

/** A spreadsheet takes these for the beginning of a formula, the wide forms in some of its languages. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** CSV by RFC 4180. Text loses control characters and tokens, and has an apostrophe before what would be a formula. */
export function formatCsv<Row>(columns: ReadonlyArray<Column<Row, Cell>>, rows: readonly Row[]): string {
  const cells = [columns.map(({title}) => title), ...rows.map((row) => columns.map(({cell}) => cell(row)))]
  return cells.map((line) => `${line.map((cell) => fieldOf(cell)).join(',')}\r\n`).join('')
}

function fieldOf(cell: Cell): string {
  if (cell === undefined) return ''
  const text = safeName(String(cell))
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  // A semicolon separates fields where the comma is the decimal sign.
  return /[",;\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** What there is to say of a row, named after the leaderboard's columns where it comes from there. */
const COLUMNS: ReadonlyArray<Column<RankedRow, Cell>> = [
  {title: 'place', cell: ({place}) => place},
  {title: 'row', cell: ({row}) => row},
  {title: 'run', cell: ({run}) => run},
  {title: 'time', cell: ({time}) => (time && !time.isLocal ? time.date.toISOString() : undefined)},
  {title: 'timestamp', cell: ({data}) => data.timestamp},
  ...GROUP_COLUMNS.map((title) => ({title, cell: ({data}: RankedRow) => data[groupField(title)]})),
  {title: 'run_status', cell: ({data}) => data.runStatus},
  {title: 'standing', cell: ({standing}) => standing},
  ...METRIC_NAMES.map((title) => ({title, cell: ({data}: RankedRow) => data[METRICS[title].field]})),
  {title: 'gone', cell: ({gone, isTotal}) => (isTotal ? 'all' : gone.join(' '))},
  {title: 'results_dataset', cell: ({data}) => data.resultsDataset},
  {title: 'traces_dataset', cell: ({data}) => data.tracesDataset},
  {title: 'metrics_dataset', cell: ({data}) => data.metricsDataset},
  {title: 'run_id', cell: ({data}) => data.runId},
  {title: 'submitted_by', cell: ({data}) => data.submittedBy},
]

export function rankingCsv({groups}: Ranking): string {
  return formatCsv(
    COLUMNS,
    groups.flatMap(({rows}) => rows),
  )
}
