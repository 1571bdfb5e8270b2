import {METRICS} from '../account/leaderboard/metrics.js'
import {formatCount, formatNumber, joinWords} from '../base/text.js'
import {freedBy, type Plan, plannedDatasets, type PlannedRun} from '../plan/plan.js'
import {decisionColumns} from '../views/columns.js'
import {formatMinute, formatStorage} from '../views/format.js'
import {countByRule, rulePairs} from '../views/plan.js'
import {costChart, letterOf, storageChart, swatch, timeCharts} from './charts.js'
import {type LeftOut} from './evaluations.js'
import {dataTable, type Markup, markup, numbers, pairs, table} from './markup.js'
import {rankingTables} from './ranking.js'
import {type Report, type ScoreChart} from './report.js'
import {figureOf} from './scales.js'
import {MAX_MODELS, type Point, type Series} from './series.js'
import {type AgeBand, isSized} from './storage.js'

export function rankingSection(report: Report): Markup {
  const {ranked} = report
  const content = ranked.length > 0 ? rankingTables(report) : empty('The leaderboard has no rows.')
  return section('ranking', 'Ranking', content)
}

export function timeSection(scores: ScoreChart): Markup {
  const {by, title, series, leftOut} = scores
  const format = (value: number) => figureOf(by, value)
  const name = `${title} over time`
  if (series.length === 0) return section('over-time', name, nothingScored(scores))
  const {shared, charts} = timeCharts(scores)
  const figures = series.map(({model, latest, mean, best, evaluations}, index) => {
    const facts = `latest ${format(latest)}, mean ${format(mean)}, best of ${formatNumber(evaluations)}: ${format(best)}`
    return markup`<figure><figcaption><span class="model">${swatch(model.place)}<bdi>${model.name}</bdi></span><span class="quiet">${facts}</span></figcaption>${charts[index]}</figure>`
  })
  return section(
    'over-time',
    name,
    markup`
<p>${METRICS[by].better === 'higher' ? 'Higher' : 'Lower'} is better. All charts have the same scales; the best model by its mean comes first, and the grey dots are the evaluations of all models. Dates are UTC. ${sentences(thinText(scores), othersText(series), leftOutText(leftOut))}</p>
${shared}<div class="panels">${figures}</div>
${scores.isThinned ? dataTable(name, scores.points, [{title: 'Time (UTC)', cell: ({time}) => formatMinute(time)}, MODEL, numbers(title, ({score}) => format(score)), EVALUATIONS]) : undefined}`,
  )
}

export function costSection(costs: Report['costs']): Markup {
  const {by, title, series, uncosted} = costs
  const name = `Cost against ${METRICS[by].words}`
  if (series.length === 0) {
    const text = uncosted > 0 ? empty('No scored evaluation has a known cost.') : nothingScored(costs)
    return section('cost', name, text)
  }

  const corner = METRICS[by].better === 'higher' ? 'top left' : 'bottom left'
  const missing =
    uncosted > 0 ? `Not shown: ${formatCount(uncosted, 'evaluation')} without a known cost.` : ''
  const key = series.map(
    ({model: {place, name: model}}) =>
      markup`<li>${swatch(place)}<b>${letterOf(place)}</b> <bdi>${model}</bdi></li>`,
  )
  return section(
    'cost',
    name,
    markup`
<p>Small marks are evaluations, large ones the mean of the model that the letter names in the key; the best value is at the ${corner}. ${sentences(thinText(costs), missing)}</p>
<figure>${costChart(costs)}</figure>
<ul class="key">${key}</ul>
${costs.isThinned ? dataTable(name, costs.points, [MODEL, numbers('Cost', (point) => figureOf('total_cost_usd', point.cost ?? 0)), numbers(title, ({score}) => figureOf(by, score)), EVALUATIONS]) : undefined}`,
  )
}

export function storageSection({storage: all, bands, plan}: Report): Markup {
  const areSized = isSized(all)
  const name = areSized ? 'Storage by run age' : 'Datasets by run age'
  if (bands.length === 0) return section('storage', name, empty('There are no runs on the Hub.'))
  const facts = areSized
    ? [
        `${formatStorage(all)} in ${formatCount(all.datasets, 'dataset')} of runs, without the leaderboard.`,
        all.unknown > 0
          ? `The size of ${formatCount(all.unknown, 'dataset')} is unknown and not counted.`
          : '',
      ]
    : ['Storage is unknown: the Hub did not report the sizes of the datasets, so the bars count datasets.']
  const columns = [
    {title: 'Age of the run', cell: ({title}: AgeBand) => title},
    numbers<AgeBand>('Runs', ({runs}) => formatNumber(runs)),
    numbers<AgeBand>('Datasets', (band) => formatNumber(band.all.datasets)),
    numbers<AgeBand>('Storage', (band) => formatStorage(band.all)),
    ...(plan
      ? [
          numbers<AgeBand>('Datasets to delete', ({deleted}) => formatNumber(deleted.datasets)),
          numbers<AgeBand>('Storage to free', ({deleted}) => formatStorage(deleted)),
        ]
      : []),
  ]
  return section(
    'storage',
    name,
    markup`
<p>${sentences(...facts)}</p>
${plan ? markup`<ul class="key"><li>${sample('kept')}kept</li><li>${sample('deleted')}would be deleted</li></ul>` : undefined}
<figure>${storageChart(bands, areSized)}</figure>
${dataTable(name, bands, columns)}`,
  )
}

function sample(kind: string): Markup {
  return markup`<svg class="swatch" width="22" height="12" aria-hidden="true" focusable="false"><rect class="${kind}" width="22" height="12"/></svg>`
}

/** Runs that are named; the rest is only counted: `cleanup` lists all of them. */
const MAX_RUNS = 500

/** What the policy would delete, why, and with which scores. */
export function lossesSection(
  {inventory: {now}, scores: {by, title}, storage, sizes, evaluations}: Report,
  plan: Plan,
): Markup {
  const areSized = isSized(storage)
  const [run, age, ...rest] = decisionColumns({now, sizes: areSized ? sizes : undefined})
  const columns = [
    run!,
    age!,
    {
      title: 'Model',
      cell: (each: PlannedRun) => markup`<bdi>${evaluations.get(each.run.timestamp)?.model ?? '–'}</bdi>`,
    },
    numbers(title, (each: PlannedRun) => {
      const evaluation = evaluations.get(each.run.timestamp)
      return evaluation ? figureOf(by, evaluation.score) : '–'
    }),
    ...rest,
  ]
  const planned = plannedDatasets(plan)
  const total = plan.delete.length
  const unnamed = total - MAX_RUNS
  const keepers = countByRule(plan.keep)
  return section(
    'policy',
    'Runs the policy would delete',
    markup`
<p>A dry run of ${formatMinute(now)} UTC: nothing was deleted. The same policy may choose other runs later.</p>
${pairs('facts', [
  ['Would be deleted', `${formatCount(planned.length, 'dataset')} of ${formatCount(total, 'run')}`],
  ['Would be freed', formatStorage(freedBy(plan, sizes))],
  ['Would be kept', formatCount(plan.keep.length, 'run')],
  ...rulePairs(plan),
])}
${total === 0 ? empty('No run would be deleted.') : table('Runs to delete, newest first', plan.delete.slice(0, MAX_RUNS), columns)}
${unnamed > 0 ? markup`<p>Counted above but not listed: ${formatCount(unnamed, 'older run')} of the plan.</p>` : undefined}
${keepers.length > 0 ? dataTable('Why runs are kept', keepers, [{title: 'Rule', cell: ([rule]) => rule}, numbers('Runs', ([, number]) => formatNumber(number))]) : undefined}`,
  )
}

function section(id: string, title: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>\n`
}

function empty(text: string): Markup {
  return markup`<p class="empty">${text}</p>`
}

const MODEL = {title: 'Model', cell: ({model}: Point) => markup`<bdi>${model.name}</bdi>`}
const EVALUATIONS = numbers<Point>('Evaluations', (point) => point.count)

function thinText({points, evaluations, isThinned}: ScoreChart): string {
  const largest = Math.max(...points.map((point) => point.count))
  return isThinned
    ? `There are ${formatCount(evaluations, 'evaluation')}: each mark is the mean of up to ${largest} consecutive ones.`
    : ''
}

function othersText(series: readonly Series[]): string {
  const models = series.find(({model}) => model.place === MAX_MODELS)?.model.models ?? 0
  return models > 0
    ? `The ${MAX_MODELS} models with the most evaluations have a chart each; one more shows the others (${formatNumber(models)}).`
    : ''
}

function leftOutText({unfinished, unscored, undated}: LeftOut): string {
  const all = unfinished + unscored + undated
  const why = [
    unfinished > 0 && `${formatNumber(unfinished)} unfinished`,
    unscored > 0 && `${formatNumber(unscored)} without a usable score`,
    undated > 0 && `${formatNumber(undated)} without a usable date`,
  ]
  return all > 0 ? `Not shown: ${joinWords(why.filter((each) => each !== false))}.` : ''
}

function nothingScored({by, leftOut}: ScoreChart): Markup {
  const lacks = `No finished evaluation on the leaderboard has a ${METRICS[by].words} yet.`
  return empty(`${lacks} ${leftOutText(leftOut)}`)
}

function sentences(...all: string[]): string {
  return all.filter(Boolean).join(' ')
}
