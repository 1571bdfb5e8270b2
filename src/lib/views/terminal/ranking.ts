import {faultOf, type Metric, METRICS} from '../../account/leaderboard/metrics.js'
import {type LeaderboardRanking, type RankedGroup, type RankedRow} from '../../account/leaderboard/ranking.js'
import {type LeaderboardRow} from '../../account/leaderboard/row.js'
import {formatCount, formatNumber, joinWords, safeName} from '../../base/text.js'
import {dayOf} from '../../base/time.js'
import {type Column} from '../columns.js'
import {formatMetric, placeAndTime} from '../format.js'
import {cut, cutName, paragraphs, wrapText} from './layout.js'
import {bar, type Screen} from './style.js'
import {formatTables} from './table.js'

type RankingView = Screen & {hasBars: boolean}

/** Of the model: where that is too long for a terminal, and where the other columns need the room. */
const MAX_MODEL = 40
const MIN_MODEL = 15

/** On a pipe only unreadable lengths are cut. */
const MAX_TEXT = 120

/** The columns of numbers: one that rows are ranked by is never dropped, the others in this order, or never shown. */
const NUMBERS: ReadonlyArray<[title: string, metric: Metric, dropAt?: number]> = [
  ['Success', 'success_rate', 7],
  ['pass@1', 'pass_at_1'],
  ['Cost', 'total_cost_usd', 6],
  ['Tokens', 'total_tokens', 5],
  ['Duration', 'avg_duration_ms', 2],
  ['CO2', 'co2_emissions_g', 1],
]

/** The table of ranked rows, one for each group, and what its marks mean. */
export function formatRanking(ranked: LeaderboardRanking, view: RankingView): string {
  const {inventory, leaderboard, by, better, groupBy, groups} = ranked
  const {style, width} = view
  const tables = formatTables(
    columnsFor(ranked, view),
    groups.map(({rows}) => rows),
    view,
  )
  const within = groupBy.length > 0 ? `, within each ${joinWords(groupBy)}` : ''
  const head = style.bold(wrapText(placeAndTime(leaderboard.name, inventory), width))
  return paragraphs([
    `${head}\n${wrapText(`Ranked by ${by}, ${better} is better${within}`, width)}`,
    ...tables.map((table, index) => {
      const title = titleOf(groups[index]!)
      return title ? `${style.bold(wrapText(title, width))}\n${table}` : table
    }),
    wrapText(formatTotals(ranked, tables.join('\n')), width),
  ])
}

/** What the rows of a group agree in, and how many there are. */
function titleOf({values, rows, total}: RankedGroup): string {
  const named = Object.entries(values).map(
    ([column, value]) => `${column} ${value === undefined ? 'none' : shown(value)}`,
  )
  return named.length > 0 ? `${named.join(', ')}: ${rowsOf(rows.length, total)}` : ''
}

function rowsOf(shown: number, total: number): string {
  return `${shown < total ? `${formatNumber(shown)} of ` : ''}${formatCount(total, 'row')}`
}

function columnsFor({by, groups, groupBy}: LeaderboardRanking, view: RankingView): Array<Column<RankedRow>> {
  const most = view.width === undefined ? MAX_TEXT : MAX_MODEL
  const numbers = NUMBERS.filter(([, metric, dropAt]) => metric === by || dropAt !== undefined).map(
    ([title, metric, dropAt]): Column<RankedRow> => ({
      title,
      isRight: true,
      ...(metric !== by && {dropAt}),
      cell: ({data}) => scoreText(metric, data),
    }),
  )
  const columns: Array<Column<RankedRow>> = [
    {
      title: '#',
      isRight: true,
      cell: ({place, isTied}) => (place === undefined ? NO_NUMBER : `${place}${isTied ? '=' : ''}`),
    },
    {title: 'Model', dropAt: 4, cutsTo: MIN_MODEL, cell: ({data}) => cutName(shown(data.model), most)},
    {title: '', dropAt: 0, cell: barOf},
    ...numbers,
    {
      title: 'Date (UTC)',
      isRight: true,
      dropAt: 3,
      // A time that is not of the Hub is marked.
      cell: ({time}) => (time ? `${time.isLocal ? '~' : ''}${dayOf(time.date)}` : NO_NUMBER),
    },
    {title: 'Run', cell: ({run}) => run ?? NO_NUMBER},
    {title: 'Notes', wrapsTo: 10, cell: (row) => notesOn(row, by)},
  ]
  const hasNotes = groups.some(({rows}) => rows.some((row) => notesOn(row, by) !== ''))
  return columns.filter(
    ({title}) =>
      (title !== 'Model' || !groupBy.includes('model')) &&
      (title !== 'Notes' || hasNotes) &&
      (title !== '' || view.hasBars),
  )
}

function barOf({data: {successRate}}: RankedRow): string {
  return successRate === undefined ? '' : bar(successRate / METRICS.success_rate.most)
}

/** Why a row has no place, and what it lacks. */
function notesOn({data, standing, doubt, gone, isTotal}: RankedRow, by: Metric): string {
  const notes: string[] = []
  // Of what most rows may lack, one line below the table is enough.
  const isMarked = scoreText(by, data) === DOUBTFUL && doubt === faultOf(0, by)
  if (doubt !== undefined && !isMarked) notes.push(`unclear: ${shown(doubt)}`)
  else if (standing !== 'finished') notes.push(standing)
  if (isTotal) notes.push('datasets gone')
  else if (gone.length > 0) notes.push(`${gone.join(' and ')} gone`)
  return notes.join(', ')
}

function formatTotals({groups, rowsInAll, model}: LeaderboardRanking, table: string): string {
  const rows = groups.flatMap((group) => group.rows)
  const total = groups.reduce((sum, group) => sum + group.total, 0)
  if (rowsInAll === 0) return 'The leaderboard has no rows.'
  if (total === 0)
    return `None of ${formatCount(rowsInAll, 'row')} matches --model ${joinWords(
      model.map((each) => shown(each)),
      'or',
    )}.`
  const others = rowsInAll > total ? `; ${formatCount(rowsInAll - total, 'row')} of other models` : ''
  const marks: string[] = []
  if (rows.some(({isTied}) => isTied)) marks.push('=  the same score')
  // Their columns may have been dropped.
  if (/ \?( |$)/m.test(table)) marks.push('?  not measured, or not a valid number')
  if (/ ~\d{4}-/.test(table))
    marks.push("~  from the leaderboard row (evaluator's local time); the run's datasets are not listed")
  return [`${rowsOf(rows.length, total)}${others}`, ...marks].join('\n')
}

/** Text of the leaderboard, fit for a terminal, of a length that can be laid out. */
function shown(text = NO_NUMBER): string {
  return cut(safeName(text.slice(0, MAX_TEXT * 2)), MAX_TEXT) || NO_NUMBER
}

const NO_NUMBER = '-'
const DOUBTFUL = '?'

function scoreText(metric: Metric, row: LeaderboardRow): string {
  const {field} = METRICS[metric]
  const value = row[field]
  if (value === undefined) return row.damaged?.[field] === undefined ? NO_NUMBER : DOUBTFUL
  return faultOf(value, metric) === undefined ? formatMetric(metric, value) : DOUBTFUL
}
