import {type RunDataset} from '../../account/datasets.js'
import {rowsOf} from '../../account/leaderboard/index.js'
import {type Metric} from '../../account/leaderboard/metrics.js'
import {scoreOf, standingOfAll, whyUnclear} from '../../account/leaderboard/values.js'
import {type ReferenceState, type ViewedRow} from '../../account/leaderboard/view.js'
import {describeLivePin, pinOn} from '../../account/protection/pins.js'
import {storageOf} from '../../account/sizes.js'
import {formatNumber} from '../../base/text.js'
import {dayOf} from '../../base/time.js'
import {type WrittenRules} from '../../plan/explain.js'
import {type RunDetails} from '../../plan/run-details.js'
import {type Column, type Pair, sizeColumn} from '../columns.js'
import {
  ageOf,
  describeState,
  formatMetric,
  formatMinute,
  formatMoment,
  formatStorage,
  modelOf,
  placeAndTime,
} from '../format.js'
import {addressOf, visibilityOf} from '../json/documents.js'
import {indented, paragraphs, wrapText} from './layout.js'
import {formatAnswer, formatVerdicts} from './policy.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable} from './table.js'

/** One run on a screen. @param hint how to ask what rules would do with it, where none were given */
export function formatRun(
  details: RunDetails,
  {written, hint}: {written: WrittenRules | undefined; hint: string},
  screen: Screen,
): string {
  const {inventory, run, sizes, explanation} = details
  const {style, width} = screen
  const {endpoint, namespace} = inventory
  const columns: Array<Column<RunDataset>> = [
    {title: 'Dataset', cell: ({type}) => type},
    ...sizeColumn<RunDataset>(sizes, (dataset) => [dataset]),
    {title: 'Created (UTC)', cell: ({createdAt}) => formatMinute(createdAt)},
    {title: 'Visibility', cell: visibilityOf},
  ]
  const addresses = run.datasets.map(({name}) => addressOf(endpoint, name)).join('\n')
  const types = explanation?.deletes.map((name) => run.datasets.find((each) => each.name === name)?.type)
  return paragraphs([
    `${style.bold(`Run ${run.timestamp}`)}\n${wrapText(placeAndTime(namespace, inventory), width)}`,
    formatPairs([...evaluationPairs(details), ...storedPairs(details)], screen),
    formatTable(columns, run.datasets, screen),
    indented(addresses, '  '),
    ...(explanation && written
      ? [
          wrapText(
            [formatAnswer(explanation, written, screen), types?.join(', ')].filter(Boolean).join(' '),
            width,
          ),
          formatVerdicts(explanation, written, screen),
        ]
      : [`See what cleanup flags or --policy FILE would do with it:\n  ${hint}`]),
  ])
}

const STATUSES = {finished: 'completed', partial: 'partial', failed: 'failed'} as const

/** What the leaderboard says of it. */
function evaluationPairs({inventory, run, rows: index}: RunDetails): Pair[] {
  if (!inventory.leaderboard) return [['Model', 'unknown: there is no leaderboard']]
  const rows = rowsOf(run, index)
  if (rows.is !== 'yes') return [['Model', `unknown: ${rows.why}`]]
  const metric = (by: Metric, after: string) => {
    const score = scoreOf(rows.value, by)
    return score.is === 'yes' ? `${formatMetric(by, score.value)}${after}` : score.why
  }

  const standing = standingOfAll(rows.value)
  const cost = [
    metric('total_cost_usd', ''),
    metric('total_tokens', ' tokens'),
    metric('avg_duration_ms', ' per test'),
  ]
  return [
    ['Model', modelOf(run, index)],
    ['Status', standing === 'unclear' ? `unclear: ${whyUnclear(rows.value)}` : STATUSES[standing]],
    ...(standing === 'finished'
      ? ([
          ['Score', `${metric('success_rate', ' success rate')}; ${metric('pass_at_1', ' pass@1')}`],
          ['Cost', cost.join('; ')],
        ] satisfies Pair[])
      : []),
  ]
}

/** What is known of its datasets, and what refers to them. */
function storedPairs(details: RunDetails): Pair[] {
  const {run, now, sizes, protection, cited, inventory} = details
  const pin = pinOn(run, protection, now)
  const none = protection === 'unknown' ? 'unknown' : 'not pinned'
  const since = pin?.entry ? ` since ${dayOf(pin.entry.at)}` : ''
  const unread = inventory.leaderboard ? 'unknown' : 'there is no leaderboard'
  const rows = cited === 'unknown' ? [unread] : cited.map((row) => rowText(row))
  return [
    ['State', describeState(run, details)],
    ['Age', `${ageOf(run, now)}, evaluated ${formatMoment(run.time)}`],
    ['Size', sizes && sizes !== 'unknown' ? formatStorage(storageOf(run.datasets, sizes)) : 'unknown'],
    ['Pin', pin ? describeLivePin(pin, since) : none],
    ['Leaderboard', rows.join('\n') || 'no row cites it'],
  ]
}

const REFERENCES: Partial<Record<ReferenceState, string>> = {
  trashed: 'in the trash',
  gone: 'gone',
  unknown: 'not visible',
  inexact: 'spelled differently',
  renamed: 'under a former namespace',
}

function rowText({row, references}: ViewedRow): string {
  const odd = references.flatMap(({type, state}) => {
    // A row names traces also where none were made.
    const word = type === 'traces' && state === 'gone' ? 'not there' : REFERENCES[state]
    return word ? [`${type} ${word}`] : []
  })
  const whole = references.length === 1 ? 'its dataset is there' : 'all its datasets are there'
  return `row ${formatNumber(row)}: ${odd.join(', ') || whole}`
}
