import {countByType, type RunDataset} from '../../account/datasets.js'
import {type Overview, pinnedAmong, type RunTotals} from '../../account/overview.js'
import {RUN_STATES} from '../../account/run-state.js'
import {datasetsIn} from '../../account/runs.js'
import {storageOf} from '../../account/sizes.js'
import {printable} from '../../base/text.js'
import {
  ageOf,
  count,
  describeState,
  formatStorage,
  formatStorageTotal,
  minute,
  moment,
  protectionOf,
  sizeColumn,
  STATES,
  thousands,
  typesOf,
} from '../format.js'
import {visibilityOf} from '../json/documents.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable, widest} from './table.js'

/** The table of datasets, the counts by type, and what no command touches. */
export function formatDatasetList(overview: Overview, datasets: RunDataset[], screen: Screen): string {
  const {sizes} = overview
  const size = sizeColumn(sizes)
  const created = createdColumn(datasets, sizes !== undefined, screen)
  const counts = countByType(datasets)
  const types =
    `${count(datasets.length, 'dataset')}: ${thousands(counts.results)} results, ` +
    `${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  const total = sizes ? `${types}; ${formatStorageTotal(storageOf(datasets, sizes))}` : types
  const columns = [
    {title: 'TYPE', dropAt: 2},
    {title: 'RUN', dropAt: 1},
    {title: 'DATASET'},
    ...size.columns,
    created.column,
    {title: 'VISIBILITY', dropAt: 3},
  ]
  const rows = datasets.map((dataset) => [
    dataset.type,
    dataset.timestamp,
    dataset.name,
    ...size.cells([dataset]),
    created.cellOf(dataset),
    visibilityOf(dataset),
  ])
  return paragraphs([
    formatHead(overview, screen),
    datasets.length > 0 ? formatTable(columns, rows, screen) : '',
    total,
    formatUntouched(overview, datasets, screen),
  ])
}

/** When datasets were created; only the day where the time of day does not fit. */
function createdColumn(datasets: RunDataset[], hasSizes: boolean, {width}: Screen) {
  const name = width === undefined ? 0 : widest(datasets.map((each) => each.name))
  const isWide = width === undefined || name + (hasSizes ? SIZE_WIDTH : 0) + MINUTE_WIDTH <= width
  return {
    column: {title: isWide ? 'CREATED (UTC)' : 'CREATED'},
    cellOf: ({createdAt}: RunDataset) => (isWide ? minute(createdAt) : minute(createdAt).slice(0, DAY_WIDTH)),
  }
}

/** Columns that a size and a moment take, with the gaps before them. */
const SIZE_WIDTH = 9
const MINUTE_WIDTH = 18
const DAY_WIDTH = 10

/** The table of runs, newest first, and the totals. */
export function formatRunTable(overview: Overview, totals: RunTotals, screen: Screen): string {
  const size = sizeColumn(overview.sizes)
  const columns = [
    {title: 'RUN'},
    {title: 'AGE'},
    {title: 'WHAT IT HAS', dropAt: 1},
    ...size.columns,
    {title: 'STATE'},
  ]
  const rows = overview.runs.map((run) => [
    run.timestamp,
    ageOf(run, overview.now),
    typesOf(run),
    ...size.cells(run.datasets),
    describeState(run, overview),
  ])
  const table = overview.runs.length > 0 ? formatTable(columns, rows, screen) : ''
  return paragraphs([formatHead(overview, screen), table, formatTotals(overview, totals, screen)])
}

function formatHead({inventory, cutoff}: Overview, {style, width}: Screen): string {
  const head = wrapText(`${inventory.namespace} at ${inventory.endpoint}, ${moment(inventory.now)}`, width)
  return cutoff ? `${style.bold(head)}\nOlder than ${moment(cutoff)}` : style.bold(head)
}

/** One line, or where the terminal is too narrow for it one for each state. */
function formatTotals(
  {runs: shown, sizes}: Overview,
  {runs, states, datasets}: RunTotals,
  {width = Infinity}: Screen,
): string {
  const storage = sizes ? [formatStorageTotal(storageOf(datasetsIn(shown), sizes))] : []
  const found = [count(runs, 'run'), [count(datasets, 'dataset'), ...storage].join(', ')]
  const counts = RUN_STATES.filter((state) => states[state] > 0).map(
    (state) => `${thousands(states[state])} ${STATES[state]}`,
  )
  if (counts.length === 0) return found.join(', ')
  const line = `${found[0]}: ${counts.join(', ')}; ${found[1]}`
  return line.length <= width ? line : [found.join(', '), ...counts.map((each) => `  ${each}`)].join('\n')
}

function pinnedPairs(pinned = 0): Array<[string, string]> {
  return pinned > 0 ? [['Pinned', `${count(pinned, 'run')}: kept by every cleanup`]] : []
}

function nearMissesLeft(hidden: number): [string, string] {
  return ['Near miss', `and ${thousands(hidden)} more: --json names them`]
}

/** Of many only some are shown. */
const NEAR_MISSES_SHOWN = 10

function formatUntouched(overview: Overview, datasets: RunDataset[], screen: Screen): string {
  const {inventory, protection, sizes} = overview
  const {leaderboard, standard, nearMisses} = inventory
  const hidden = nearMisses.length - NEAR_MISSES_SHOWN
  const state = protectionOf(protection === 'unknown' ? protection : protection.leaderboard)
  const size = leaderboard && sizes ? `, ${formatStorage(storageOf([leaderboard], sizes))}` : ''
  return formatPairs(
    [
      [
        'Leaderboard',
        leaderboard ? `${leaderboard.name}, ${visibilityOf(leaderboard)}${size}: ${state}` : 'there is none',
      ],
      ...pinnedPairs(pinnedAmong(overview, datasets)?.length),
      ...standard.map((name): [string, string] => ['Standard', `${name}: protected, never touched`]),
      ...nearMisses
        .slice(0, NEAR_MISSES_SHOWN)
        .map(({name, reason}): [string, string] => [
          'Near miss',
          printable(`${name}: never touched, ${reason}`),
        ]),
      ...(hidden > 0 ? [nearMissesLeft(hidden)] : []),
    ],
    screen,
  )
}
