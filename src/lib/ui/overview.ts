import {countByType, type RunDataset} from '../datasets.js'
import {visibilityOf} from '../documents.js'
import {RUN_STATES} from '../evidence.js'
import {contextOf, type Overview, type RunTotals} from '../overview.js'
import {each, paragraphs, type Pieces} from './pieces.js'
import {type Screen} from './style.js'
import {formatPairs, tablePieces} from './table.js'
import {
  ageOf,
  count,
  describeState,
  minute,
  moment,
  protectionOf,
  STATES,
  thousands,
  typesOf,
} from './wording.js'

/** The table of datasets, the counts by type, and what no command touches. */
export function formatDatasetList(overview: Overview, datasets: RunDataset[], screen: Screen): Pieces {
  const counts = countByType(datasets)
  const total = `${count(datasets.length, 'dataset')}: ${thousands(counts.results)} results, ${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  const columns = [
    {title: 'TYPE', dropAt: 2},
    {title: 'RUN', dropAt: 1},
    {title: 'DATASET'},
    {title: 'CREATED (UTC)'},
    {title: 'VISIBILITY', dropAt: 3},
  ]
  const rows = each(datasets, (dataset) => [
    dataset.type,
    dataset.timestamp,
    dataset.name,
    minute(dataset.createdAt),
    visibilityOf(dataset),
  ])
  return paragraphs([
    formatHead(overview, screen),
    datasets.length > 0 ? tablePieces(columns, rows, screen) : '',
    total,
    formatUntouched(overview, screen),
  ])
}

/** The table of runs, newest first, and the totals. */
export function formatRunTable(overview: Overview, totals: RunTotals, screen: Screen): Pieces {
  const context = contextOf(overview)
  const columns = [{title: 'RUN'}, {title: 'AGE'}, {title: 'WHAT IT HAS', dropAt: 1}, {title: 'STATE'}]
  const rows = each(overview.runs, (run) => [
    run.timestamp,
    ageOf(run, context.now),
    typesOf(run),
    describeState(run, context),
  ])
  const table = overview.runs.length > 0 ? tablePieces(columns, rows, screen) : ''
  return paragraphs([formatHead(overview, screen), table, formatTotals(totals, screen)])
}

function formatHead({inventory, cutoff}: Overview, {style}: Screen): string {
  const head = `${inventory.namespace} at ${inventory.endpoint}, ${moment(inventory.now)}`
  return cutoff ? `${style.bold(head)}\nOlder than ${moment(cutoff)}` : style.bold(head)
}

/** One line, or where the terminal is too narrow for it one for each state. */
function formatTotals({runs, states, datasets}: RunTotals, {width = Infinity}: Screen): string {
  const found = [count(runs, 'run'), count(datasets, 'dataset')]
  const counts = RUN_STATES.filter((state) => states[state] > 0).map(
    (state) => `${thousands(states[state])} ${STATES[state]}`,
  )
  if (counts.length === 0) return found.join(', ')
  const line = `${found[0]}: ${counts.join(', ')}; ${found[1]}`
  return line.length <= width ? line : [found.join(', '), ...counts.map((each) => `  ${each}`)].join('\n')
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
