import {type RunDataset} from '../../account/datasets.js'
import {type Overview, pinnedAmong, type RunTotals} from '../../account/overview.js'
import {RUN_STATES} from '../../account/run-state.js'
import {datasetsIn, type Run} from '../../account/runs.js'
import {storageOf} from '../../account/sizes.js'
import {formatCount, formatNumber, printable} from '../../base/text.js'
import {typeCounts} from '../cleanup.js'
import {type Column, type Pair, sizeColumn} from '../columns.js'
import {
  ageOf,
  describeState,
  formatMinute,
  formatMoment,
  formatStorage,
  formatStorageTotal,
  placeAndTime,
  protectionOf,
  STATES,
  typesOf,
} from '../format.js'
import {visibilityOf} from '../json/documents.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable} from './table.js'

export function formatDatasetList(overview: Overview, datasets: RunDataset[], screen: Screen): string {
  const {sizes} = overview
  const columns: Array<Column<RunDataset>> = [
    {title: 'Type', dropAt: 2, cell: ({type}) => type},
    {title: 'Run', dropAt: 1, cell: ({timestamp}) => timestamp},
    {title: 'Dataset', isCode: true, cell: ({name}) => name},
    ...sizeColumn<RunDataset>(sizes, (dataset) => [dataset]),
    {title: 'Created (UTC)', dropAt: 4, cell: ({createdAt}) => formatMinute(createdAt)},
    {title: 'Visibility', dropAt: 3, cell: visibilityOf},
  ]
  const total = `${formatCount(datasets.length, 'dataset')}: ${typeCounts(datasets)}`
  return paragraphs([
    formatHead(overview, screen),
    datasets.length > 0 ? formatTable(columns, datasets, screen) : '',
    sizes ? `${total}; ${formatStorageTotal(storageOf(datasets, sizes))}` : total,
    formatPairs(untouchedPairs(overview, datasets), screen),
  ])
}

export function formatRunTable(overview: Overview, totals: RunTotals, screen: Screen): string {
  const {runs, sizes, now} = overview
  const columns: Array<Column<Run>> = [
    {title: 'Run', cell: ({timestamp}) => timestamp},
    {title: 'Age', cell: (run) => ageOf(run, now)},
    {title: 'What it has', dropAt: 1, cell: typesOf},
    ...sizeColumn<Run>(sizes, ({datasets}) => datasets),
    {title: 'State', cell: (run) => describeState(run, overview)},
  ]
  const storage = sizes ? `, ${formatStorageTotal(storageOf(datasetsIn(runs), sizes))}` : ''
  const found = `${formatCount(totals.datasets, 'dataset')}${storage}`
  const states = RUN_STATES.filter((state) => totals.states[state] > 0)
    .map((state) => `${formatNumber(totals.states[state])} ${STATES[state]}`)
    .join(', ')
  return paragraphs([
    formatHead(overview, screen),
    runs.length > 0 ? formatTable(columns, runs, screen) : '',
    wrapText(`${formatCount(totals.runs, 'run')}${states ? `: ${states};` : ','} ${found}`, screen.width),
  ])
}

function formatHead({inventory, cutoff}: Overview, {style, width}: Screen): string {
  const head = style.bold(wrapText(placeAndTime(inventory.namespace, inventory), width))
  return cutoff ? `${head}\nOlder than ${formatMoment(cutoff)}` : head
}

const MAX_NEAR_MISSES = 10

function untouchedPairs(overview: Overview, datasets: RunDataset[]): Pair[] {
  const {inventory, protection, sizes} = overview
  const {leaderboard, standard, nearMisses} = inventory
  const state = protectionOf(protection === 'unknown' ? protection : protection.leaderboard)
  const size = leaderboard && sizes ? `, ${formatStorage(storageOf([leaderboard], sizes))}` : ''
  const pinned = pinnedAmong(overview, datasets) ?? []
  const hidden = nearMisses.length - MAX_NEAR_MISSES
  return [
    [
      'Leaderboard',
      leaderboard ? `${leaderboard.name}, ${visibilityOf(leaderboard)}${size}: ${state}` : 'there is none',
    ],
    ['Pinned', pinned.length > 0 ? `${formatCount(pinned.length, 'run')}: kept by every cleanup` : undefined],
    ...standard.map((name): Pair => ['Standard', `${name}: protected, never touched`]),
    ...nearMisses
      .slice(0, MAX_NEAR_MISSES)
      .map(({name, reason}): Pair => ['Near miss', printable(`${name}: never touched, ${reason}`)]),
    ['Near miss', hidden > 0 ? `and ${formatNumber(hidden)} more: --json names them` : undefined],
  ]
}
