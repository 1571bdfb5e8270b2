import {type RunDataset} from '../../account/datasets.js'
import {RUN_STATES} from '../../account/run-state.js'
import {datasetsIn, type Run} from '../../account/runs.js'
import {storageOf} from '../../account/sizes.js'
import {trashedRunsOf} from '../../account/trash.js'
import {formatCount, formatNumber, printable} from '../../base/text.js'
import {type Overview, pinnedAmong, type RunTotals} from '../../plan/overview.js'
import {type Column, evaluationColumns, type Pair, sizeColumn} from '../columns.js'
import {
  ageCell,
  ageNote,
  describeState,
  formatMinute,
  formatMoment,
  formatStorage,
  formatStorageTotal,
  nothingIn,
  placeAndTime,
  protectionOf,
  STATES,
  typesOf,
} from '../format.js'
import {visibilityOf} from '../json/documents.js'
import {typeCounts} from '../plan.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable} from './table.js'

/** The first of a list of datasets, the totals of all, and what no command touches. */
export function formatDatasetList(
  overview: Overview,
  {datasets, shown}: {datasets: RunDataset[]; shown: RunDataset[]},
  screen: Screen,
): string {
  const {sizes, found, otherNamespaces, inventory} = overview
  const columns: Array<Column<RunDataset>> = [
    {title: 'Type', dropAt: 1, cell: ({type}) => type},
    {title: 'Dataset', isCode: true, cell: ({name}) => name},
    ...sizeColumn<RunDataset>(sizes, (dataset) => [dataset]),
    {title: 'Created (UTC)', dropAt: 3, cell: ({createdAt}) => formatMinute(createdAt)},
    {title: 'Visibility', dropAt: 2, cell: visibilityOf},
  ]
  const noun = inventory.leaderboard ? 'datasets of runs' : 'SMOLTRACE datasets'
  const size = sizes ? `; ${formatStorageTotal(storageOf(datasets, sizes))}` : ''
  const total = `${formatCount(datasets.length, 'dataset')}: ${typeCounts(datasets)}${size}`
  return paragraphs([
    formatHead(overview, screen),
    shown.length > 0 ? formatTable(columns, shown, screen) : '',
    wrapText(
      found > 0
        ? `${total}${notShown(datasets, shown)}`
        : nothingIn(inventory.namespace, otherNamespaces, noun),
      screen.width,
    ),
    formatPairs(untouchedPairs(overview, datasets), screen),
  ])
}

/** The first of an overview's runs, and the totals of all. */
export function formatRunTable(
  overview: Overview,
  {shown, totals}: {shown: Run[]; totals: RunTotals},
  screen: Screen,
): string {
  const {runs, found, sizes, now, rows, by, otherNamespaces, inventory} = overview
  const {leaderboard, namespace} = inventory
  const columns: Array<Column<{run: Run}>> = [
    {title: 'Run', isCode: true, cell: ({run}) => run.timestamp},
    {title: 'Age', cell: ({run}) => ageCell(run, now)},
    ...evaluationColumns(rows, {by, isShown: leaderboard !== undefined}),
    {title: 'Has', dropAt: 1, cell: ({run}) => typesOf(run)},
    ...sizeColumn<{run: Run}>(sizes, ({run}) => run.datasets),
    {title: 'State', wrapsTo: narrowestState(screen), cell: ({run}) => describeState(run, overview)},
  ]
  const storage = sizes ? `, ${formatStorageTotal(storageOf(datasetsIn(runs), sizes))}` : ''
  const datasets = `${formatCount(totals.datasets, 'dataset')}${storage}`
  const states = RUN_STATES.filter((state) => totals.states[state] > 0)
    .map((state) => `${formatNumber(totals.states[state])} ${STATES[state]}`)
    .join(', ')
  const count = `${runs.length < found ? `${formatNumber(runs.length)} of ` : ''}${formatCount(found, 'run')}`
  const total = `${count}${states ? `: ${states};` : ','} ${datasets}${notShown(runs, shown)}`
  const nothing = nothingIn(namespace, otherNamespaces, leaderboard ? 'runs' : 'SMOLTRACE datasets')
  const table = formatTable(
    columns,
    shown.map((run) => ({run})),
    screen,
  )
  return paragraphs([
    formatHead(overview, screen),
    shown.length > 0 ? paragraphs([table, wrapText(ageNote(shown), screen.width)]) : '',
    wrapText(`${found > 0 ? total : nothing}${trashText(inventory)}`, screen.width),
  ])
}

/** What of a namespace is in the trash, to be added to what is not. */
function trashText(inventory: Overview['inventory']): string {
  const runs = trashedRunsOf(inventory).length
  if (runs === 0) return ''
  const datasets = formatCount(inventory.trash.length, 'dataset')
  return `\nIn the trash: ${formatCount(runs, 'run')}, ${datasets} (trash list)`
}

/** Below 72 columns the model is worth more than states of one line. */
function narrowestState({width = Infinity}: Screen): number {
  return width < 72 ? 12 : 24
}

function notShown(all: readonly unknown[], shown: readonly unknown[]): string {
  const rest = all.length - shown.length
  return rest > 0 ? `; ${formatNumber(rest)} not shown (--limit ${formatNumber(shown.length)})` : ''
}

function formatHead({inventory, cutoff}: Overview, {style, width}: Screen): string {
  const head = style.bold(wrapText(placeAndTime(inventory.namespace, inventory), width))
  return cutoff ? `${head}\nOlder than ${formatMoment(cutoff)}` : head
}

const MAX_NEAR_MISSES = 10

function untouchedPairs(overview: Overview, datasets: RunDataset[]): Pair[] {
  const {inventory, protection, sizes} = overview
  const {leaderboard, standard, nearMisses, trash} = inventory
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
    ['Trash', trash.length > 0 ? `${formatCount(trash.length, 'dataset')} (trash list)` : undefined],
    ...standard.map((name): Pair => ['Tasks', `${name}: never touched`]),
    ...nearMisses
      .slice(0, MAX_NEAR_MISSES)
      .map(({name, reason}): Pair => ['Near miss', printable(`${name}: never touched, ${reason}`)]),
    ['Near miss', hidden > 0 ? `and ${formatNumber(hidden)} more: --json names them` : undefined],
  ]
}
