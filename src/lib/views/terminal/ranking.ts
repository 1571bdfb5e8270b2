import {type Metric, METRICS} from '../../account/leaderboard/metrics.js'
import {type LeaderboardRanking, type RankedGroup, type RankedRow} from '../../account/leaderboard/ranking.js'
import {type LeaderboardRow} from '../../account/leaderboard/row.js'
import {listing, safeName} from '../../base/text.js'
import {dayOf} from '../../base/time.js'
import {count, moment, thousands} from '../format.js'
import {columnsOf, cut, joined, paragraphs, wrapText} from './layout.js'
import {isPlainWanted, type Screen} from './style.js'
import {type Column, formatTable} from './table.js'

interface RankingView extends Screen {
  marks: BarMarks
}

/** A column, and what it shows of a row. */
interface RankingColumn extends Column {
  cellOf: (row: RankedRow) => string
}

const BAR_LENGTH = 8

/** Columns of the terminal that stay for all but the model: enough for the costs and a note. */
const WITHOUT_MODEL = 60
const SHORTEST_MODEL = 20
const LONGEST_MODEL = 40

/** On a pipe only unreadable lengths are cut. */
const LONGEST_TEXT = 120

/** The columns of numbers; the one that rows are ranked by is never dropped, the others in this order. */
const NUMBERS: ReadonlyArray<[title: string, metric: Metric, dropAt: number]> = [
  ['COST', 'total_cost_usd', 5],
  ['TOKENS', 'total_tokens', 4],
  ['DURATION', 'avg_duration_ms', 3],
  ['CO2', 'co2_emissions_g', 2],
]

/** The table of ranked rows, one for each group, and what its marks mean. */
export function formatRanking(ranked: LeaderboardRanking, view: RankingView): string {
  const columns = columnsFor(ranked, view)
  const cells = cellsOf(ranked.groups, columns)
  const sections = ranked.groups.map((group, index) => formatGroup(group, columns, cells[index] ?? [], view))
  return paragraphs([formatHead(ranked, view), ...sections, wrapText(formatTotals(ranked), view.width)])
}

function formatHead(
  {inventory, leaderboard, by, better, groupBy}: LeaderboardRanking,
  {style, width}: Screen,
): string {
  const head = wrapText(`${leaderboard.name} at ${inventory.endpoint}, ${moment(inventory.now)}`, width)
  const within = groupBy.length > 0 ? `, within each ${listing(groupBy)}` : ''
  return `${style.bold(head)}\n${wrapText(`Ranked by ${by}, ${better} is better${within}`, width)}`
}

function formatGroup(group: RankedGroup, columns: Column[], cells: string[][], screen: Screen): string {
  const {values, rows, total} = group
  const named = Object.entries(values).map(
    ([column, value]) => `${column} ${value === undefined ? 'none' : shown(value)}`,
  )
  const table = formatTable(columns, cells, screen)
  if (named.length === 0) return table
  const number =
    rows.length < total ? `${thousands(rows.length)} of ${count(total, 'row')}` : count(total, 'row')
  return joined([screen.style.bold(`${named.join(', ')}: ${number}`), table], '\n')
}

function columnsFor({by, groups, groupBy}: LeaderboardRanking, view: RankingView): RankingColumn[] {
  const {width, marks} = view
  const most =
    width === undefined
      ? LONGEST_TEXT
      : Math.min(Math.max(width - WITHOUT_MODEL, SHORTEST_MODEL), LONGEST_MODEL)
  const numbers = [...(by === 'pass_at_1' ? [['PASS@1', by, 6] as const] : []), ...NUMBERS]
  const hasNotes = groups.some(({rows}) => rows.some((row) => notesOn(row) !== ''))
  return [
    {title: '#', isRight: true, cellOf: placeOf},
    ...(groupBy.includes('model')
      ? []
      : [{title: 'MODEL', cellOf: ({data}: RankedRow) => cut(shown(data.model), most)}]),
    {title: 'SUCCESS', cellOf: (row) => successOf(row, marks)},
    ...numbers.map(([title, metric, dropAt]) => ({
      title,
      isRight: true,
      ...(metric === by ? {} : {dropAt}),
      cellOf: ({data}: RankedRow) => formatScore(metric, data),
    })),
    {title: 'DATE (UTC)', isRight: true, dropAt: 6, cellOf: dateOf},
    {title: 'RUN', dropAt: 1, cellOf: ({run}) => run ?? NO_NUMBER},
    ...(hasNotes ? [{title: 'NOTES', cellOf: notesOn}] : []),
  ]
}

/** The cells of each group; makes every column as wide as its widest cell in any of them. */
function cellsOf(groups: RankedGroup[], columns: RankingColumn[]): string[][][] {
  const all = groups.map(({rows}) => rows.map((row) => columns.map(({cellOf}) => cellOf(row))))
  if (groups.length < 2) return all
  for (const row of all.flat()) {
    for (const [index, column] of columns.entries())
      column.least = Math.max(column.least ?? 0, columnsOf(row[index] ?? ''))
  }

  return all
}

function placeOf({place, isTied}: RankedRow): string {
  return place === undefined ? NO_NUMBER : `${place}${isTied ? '=' : ''}`
}

function successOf({data}: RankedRow, marks: BarMarks): string {
  if (data.successRate === undefined) return NO_NUMBER
  const share = data.successRate / METRICS.success_rate.most
  return `${bar(share, BAR_LENGTH, marks)} ${formatScore('success_rate', data).padStart(6)}`.trimStart()
}

/** A time that is not of the Hub is marked. */
function dateOf({time}: RankedRow): string {
  return time ? `${time.isLocal ? '~' : ''}${dayOf(time.date)}` : NO_NUMBER
}

/** Why a row has no place, and what it lacks. */
function notesOn({standing, doubt, gone, isTotal}: RankedRow): string {
  const notes: string[] = []
  if (doubt !== undefined) notes.push(`in doubt: ${shown(doubt)}`)
  else if (standing !== 'finished') notes.push(standing)
  if (isTotal) notes.push('datasets gone')
  else if (gone.length > 0) notes.push(`${gone.join(' and ')} gone`)
  return notes.join(', ')
}

function formatTotals({groups, rowsInAll, model}: LeaderboardRanking): string {
  const rows = groups.flatMap((group) => group.rows)
  const total = groups.reduce((sum, group) => sum + group.total, 0)
  if (rowsInAll === 0) return 'The leaderboard has no rows.'
  if (total === 0)
    return `None of ${count(rowsInAll, 'row')} is of such a model: ${listing(model.map((each) => shown(each)))}.`
  const of = rows.length < total ? `${thousands(rows.length)} of ` : ''
  const others = rowsInAll > total ? `; ${count(rowsInAll - total, 'row')} of other models` : ''
  const marks = [
    ...(rows.some(({isTied}) => isTied) ? ['=  the same score'] : []),
    ...(rows.some(({time}) => time?.isLocal)
      ? ['~  local time of the evaluating machine: the run itself is not there']
      : []),
  ]
  return [`${of}${count(total, 'row')}${others}`, ...marks].join('\n')
}

/** Text of the leaderboard, fit for a terminal, of a length that can be laid out. */
function shown(text = NO_NUMBER): string {
  return cut(safeName(text.slice(0, LONGEST_TEXT * 2)), LONGEST_TEXT) || NO_NUMBER
}

/** What bars are made of. Both are distinct without colour. */
interface BarMarks {
  full: string
  empty: string
}
const BLOCKS: BarMarks = {full: '█', empty: '·'}
const ASCII: BarMarks = {full: '#', empty: '.'}

/** To a screen reader a bar is noise; the number is next to it. */
const NONE: BarMarks = {full: '', empty: ''}

/** The marks that a terminal can show: blocks, unless it says that it is dumb or that its letters are not UTF-8. */
export function marksFor(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): BarMarks {
  if (isPlainWanted(env)) return NONE
  if (env.TERM === 'dumb') return ASCII
  const letters = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return platform === 'win32' || /utf-?8/i.test(letters) ? BLOCKS : ASCII
}

/**
 * A bar of a share. Only nothing at all is empty, and only all of it is full.
 * @param share 0 to 1; what lies beyond is shown as the nearest of these
 */
export function bar(share: number, length: number, {full, empty}: BarMarks): string {
  const inside = Math.min(Math.max(Math.round(share * length), 1), length - 1)
  const filled = share <= 0 ? 0 : share >= 1 ? length : inside
  return full.repeat(filled) + empty.repeat(length - filled)
}

/** Shown where a row has no number. */
const NO_NUMBER = '-'

/** From here on a number is written with an exponent: no evaluation comes so far, but a row may say anything. */
const LARGEST = 1e9
const FORMS: Record<(typeof METRICS)[Metric]['field'], (value: number) => string> = {
  successRate: (value) => `${fixed(value, 1)}%`,
  passAt1: (value) => fixed(value, 3),
  avgDurationMs: (value) => `${fixed(value / 1000, 1)} s`,
  totalTokens: (value) => grouped(value),
  totalCostUsd: (value) => `$${fixed(value, 4)}`,
  co2EmissionsG: (value) => `${fixed(value, 1)} g`,
}

/** The number that a row has for a metric, with its unit; all of a metric have as many decimals. */
export function formatScore(metric: Metric, row: LeaderboardRow): string {
  const {field} = METRICS[metric]
  const value = row[field]
  return value === undefined ? NO_NUMBER : FORMS[field](value)
}

function fixed(value: number, decimals: number): string {
  return Math.abs(value) < LARGEST ? value.toFixed(decimals) : value.toExponential(1)
}

function grouped(value: number): string {
  return Math.abs(value) < LARGEST * 1e3 ? thousands(Math.round(value)) : value.toExponential(1)
}
