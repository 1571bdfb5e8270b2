import {countByType, type RunDataset} from '../datasets.js'
import {visibilityOf} from '../documents.js'
import {DEFAULT_GRACE_MS, type Overview, type RunTotals} from '../overview.js'
import {type Screen} from './preview.js'
import {formatPairs, formatTable} from './table.js'
import {ageOf, count, minute, moment, protectionOf, stateOf, thousands} from './wording.js'

/** The table of datasets, the counts by type, and what no command touches. */
export function formatDatasetList(overview: Overview, datasets: RunDataset[], screen: Screen): string {
  const counts = countByType(datasets)
  const total = `${count(datasets.length, 'dataset')}: ${thousands(counts.results)} results, ${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  const columns = [
    {title: 'TYPE', dropAt: 2},
    {title: 'RUN', dropAt: 1},
    {title: 'DATASET'},
    {title: 'CREATED (UTC)'},
    {title: 'VISIBILITY', dropAt: 3},
  ]
  const rows = datasets.map((dataset) => [
    dataset.type,
    dataset.timestamp,
    dataset.name,
    minute(dataset.createdAt),
    visibilityOf(dataset),
  ])
  return [
    formatHead(overview, screen),
    datasets.length > 0 ? formatTable(columns, rows, screen) : '',
    total,
    formatUntouched(overview, screen),
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** The table of runs, newest first, and the totals. */
export function formatRunTable(overview: Overview, totals: RunTotals, screen: Screen): string {
  const {now} = overview.inventory
  const columns = [
    {title: 'RUN'},
    {title: 'AGE'},
    {title: 'RESULTS', dropAt: 3},
    {title: 'TRACES', dropAt: 2},
    {title: 'METRICS', dropAt: 1},
    {title: 'STATE'},
  ]
  const rows = overview.runs.map((run) => [
    run.timestamp,
    ageOf(run, now),
    ...(['results', 'traces', 'metrics'] as const).map((type) => (run.missing.includes(type) ? '-' : 'yes')),
    stateOf(run, now, DEFAULT_GRACE_MS),
  ])
  const table = overview.runs.length > 0 ? formatTable(columns, rows, screen) : ''
  return [formatHead(overview, screen), table, formatTotals(totals)].filter(Boolean).join('\n\n')
}

function formatHead({inventory, cutoff}: Overview, {style}: Screen): string {
  const head = `${inventory.namespace} at ${inventory.endpoint}, ${moment(inventory.now)}`
  return cutoff ? `${style.bold(head)}\nOlder than ${moment(cutoff)}` : style.bold(head)
}

function formatTotals({runs, complete, incomplete, mayBeUploading, datasets}: RunTotals): string {
  const uploading = mayBeUploading > 0 ? ` (${thousands(mayBeUploading)} may still be uploading)` : ''
  return `${count(runs, 'run')}: ${thousands(complete)} complete, ${thousands(incomplete)} incomplete${uploading}; ${count(datasets, 'dataset')}`
}

function formatUntouched({inventory, protection}: Overview, {style}: Screen): string {
  const {leaderboard, standard} = inventory
  const state = protectionOf(protection === 'unknown' ? protection : protection.leaderboard)
  return formatPairs(
    [
      [
        'Leaderboard',
        leaderboard ? `${leaderboard.name}, ${visibilityOf(leaderboard)}: ${state}` : 'there is none',
      ],
      ...standard.map((name): [string, string] => ['Standard', `${name}: protected, never touched`]),
    ],
    style,
  )
}
