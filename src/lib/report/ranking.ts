import {type RunDataset} from '../account/datasets.js'
import {faultOf, type Metric, METRICS} from '../account/leaderboard/metrics.js'
import {type RankedRow} from '../account/leaderboard/ranking.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {parseDatasetName} from '../base/names.js'
import {capitalize, formatCount} from '../base/text.js'
import {dayOf} from '../base/time.js'
import {addressOf} from '../views/json/documents.js'
import {MAX_VALUE} from './evaluations.js'
import {type Columns, type Markup, markup, numbers, table} from './markup.js'
import {type Report} from './report.js'
import {figureOf} from './scales.js'

/** Rows that are seen at once; the others are to unfold. */
const MAX_SEEN = 20
/** Rows that are named; the rest is only counted: `leaderboard show` lists all of them. */
const MAX_RANKED = 500

const NONE = '–'
const LOCAL = '~'
const COMMA = markup`, `

/** The rows as `leaderboard show` ranks them, with links to the datasets of their runs. */
export function rankingTables({by, inventory: {namespace, endpoint}, runs, ranked}: Report): Markup {
  const datasetsByRun = new Map(runs.map(({timestamp, datasets}) => [timestamp, datasets]))
  const datasetsOf = ({run = ''}: RankedRow) => datasetsByRun.get(run) ?? []
  // A row may name anything: only what the listing has, by its exact name, becomes an address.
  const link = ({name}: RunDataset, text: string) =>
    parseDatasetName(name, namespace)
      ? markup`<a rel="noreferrer" href="${addressOf(endpoint, name)}">${text}</a>`
      : text
  const facts = [
    ...FACTS,
    numbers<RankedRow>(capitalize(METRICS[by].words), (row) => scoreIn(row, by)),
    ...OTHERS.filter(([, metric]) => metric !== by).map(([title, metric]) =>
      numbers<RankedRow>(title, ({data}) => valueIn(data, metric)),
    ),
    DATE,
  ]
  const seen = [
    ...facts,
    {title: 'Run', cell: ({run}: RankedRow) => run ?? NONE},
    {
      title: 'Datasets',
      cell(row: RankedRow) {
        const datasets = datasetsOf(row)
        if (datasets.length === 0) return NONE
        return datasets.map((each, index) => [index > 0 ? COMMA : undefined, link(each, each.type)])
      },
    },
  ]
  // One address for each run: three would be half of the page.
  const folded = [
    ...facts,
    {
      title: 'Run',
      cell(row: RankedRow) {
        const [first] = datasetsOf(row)
        return first && row.run !== undefined ? link(first, row.run) : (row.run ?? NONE)
      },
    },
  ]
  const shown = ranked.slice(0, MAX_RANKED)
  const rest = shown.slice(MAX_SEEN)
  const unnamed = ranked.length - shown.length
  const isLocal = shown.some(({time}) => time?.isLocal)
  return markup`
<p>Ranked by ${METRICS[by].words}, ${METRICS[by].better} is better. Equal scores share a place; only finished evaluations have one. Dates are UTC. ${isLocal ? `${LOCAL} marks the evaluator's local time, from the leaderboard row.` : undefined}</p>
${table('Ranking', shown.slice(0, MAX_SEEN), seen)}
${rest.length > 0 ? markup`<details><summary>${formatCount(rest.length, 'more row')}</summary>${table('Ranking, continued', rest, folded)}</details>` : undefined}
${unnamed > 0 ? markup`<p>Not shown: ${formatCount(unnamed, 'more row')}.</p>` : undefined}`
}

const FACTS: Columns<RankedRow> = [
  numbers('Place', ({place, isTied}) => (place === undefined ? NONE : `${place}${isTied ? '=' : ''}`)),
  {title: 'Model', cell: ({data: {model}}) => markup`<bdi>${model ?? NONE}</bdi>`},
]

/** Beside the score, whatever that is: so the charts show nothing that the table lacks. */
const OTHERS: ReadonlyArray<[title: string, metric: Metric]> = [
  ['Success rate', 'success_rate'],
  ['Cost', 'total_cost_usd'],
  ['Tokens', 'total_tokens'],
  ['Duration', 'avg_duration_ms'],
]

const DATE = numbers<RankedRow>('Date', ({time}) =>
  time ? `${time.isLocal ? LOCAL : ''}${dayOf(time.date)}` : NONE,
)

/** Its score, or why it has no place. */
function scoreIn({data, doubt, standing}: RankedRow, by: Metric): string {
  if (doubt !== undefined) return 'unclear'
  return standing === 'finished' ? valueIn(data, by) : standing
}

function valueIn(row: LeaderboardRow, metric: Metric): string {
  const value = row[METRICS[metric].field]
  return value === undefined || faultOf(value, metric) !== undefined || value > MAX_VALUE
    ? NONE
    : figureOf(metric, value)
}
