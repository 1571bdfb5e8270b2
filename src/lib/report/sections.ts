import {METRICS} from '../account/leaderboard/metrics.js'
import {listing} from '../base/text.js'
import {formatDuration} from '../base/time.js'
import {count, minute, thousands} from '../views/format.js'
import {costChart, storageChart, swatch, timeCharts} from './charts.js'
import {type LeftOut} from './evaluations.js'
import {type Losses, type LostRun} from './losses.js'
import {type Markup, markup} from './markup.js'
import {type Report, type ScoreChart} from './report.js'
import {MOST_MODELS, type Point, type Series, type ShownModel} from './series.js'
import {type AgeBand, amountText, isSized} from './storage.js'
import {type Column, dataTable, numbers, pairs, table, texts} from './tables.js'
import {METRIC_WORDS} from './units.js'

/** Score over time: a chart for each model, and the numbers of all. */
export function timeSection(scores: ScoreChart): Markup {
  const {by, series, leftOut} = scores
  const {title, format} = METRIC_WORDS[by]
  const name = `${title} over time`
  if (series.length === 0) return section('over-time', name, nothingScored(scores))
  const {shared, charts} = timeCharts(scores)
  const figures = series.map(({model, latest, mean, best, evaluations}, index) => {
    const facts = `latest ${format(latest)}, mean ${format(mean)}, best of ${thousands(evaluations)}: ${format(best)}`
    return markup`<figure><figcaption><span class="model">${swatch(model.place)}<bdi>${model.name}</bdi></span><span class="quiet">${facts}</span></figcaption>${charts[index]}</figure>`
  })
  return section(
    'over-time',
    name,
    markup`
<p>${METRICS[by].better === 'higher' ? 'Higher' : 'Lower'} is better. All charts have the same scales; the best model by its mean comes first, and the grey dots are the evaluations of all models. Dates are UTC. ${sentences(thinText(scores), othersText(series), leftOutText(leftOut))}</p>
${shared}<div class="panels">${figures}</div>
${dataTable(name, pointsOf(series), [texts('Time (UTC)', ({time}) => minute(time)), MODEL, numbers(title, ({score}) => format(score)), EVALUATIONS])}`,
  )
}

/** Cost against score: one chart, and its numbers. */
export function costSection(costs: Report['costs']): Markup {
  const {by, series, uncosted} = costs
  const {title, format} = METRIC_WORDS[by]
  const name = `Cost against ${uncapitalized(title)}`
  if (series.length === 0) {
    const text = uncosted > 0 ? empty('No evaluation with a score says what it cost.') : nothingScored(costs)
    return section('cost', name, text)
  }

  const corner = METRICS[by].better === 'higher' ? 'top left' : 'bottom left'
  const missing =
    uncosted > 0 ? `${count(uncosted, 'evaluation')} without a known cost ${isAre(uncosted)} left out.` : ''
  const key = series.map(
    ({model: {place, letter, name: model}}) =>
      markup`<li>${swatch(place)}<b>${letter}</b> <bdi>${model}</bdi></li>`,
  )
  const cost = METRIC_WORDS.total_cost_usd.format
  return section(
    'cost',
    name,
    markup`
<p>Small marks are evaluations, large ones the mean of each model; the best value is at the ${corner}. ${sentences(thinText(costs), missing)}</p>
<figure>${costChart(costs)}</figure>
<ul class="key">${key}</ul>
${dataTable(name, pointsOf(series), [MODEL, numbers('Cost', (point) => cost(point.cost ?? 0)), numbers(title, ({score}) => format(score)), EVALUATIONS])}`,
  )
}

/** The storage of runs, by their age. */
export function storageSection({storage: {bands, all}, losses}: Report): Markup {
  const areSized = isSized(all)
  const name = areSized ? 'Storage by run age' : 'Datasets by run age'
  if (bands.length === 0) return section('storage', name, empty('There are no runs on the Hub.'))
  const facts = areSized
    ? [
        `${amountText(all, true)} in ${count(all.datasets, 'dataset')} of runs, without the leaderboard.`,
        all.unknown > 0 ? `The size of ${count(all.unknown, 'dataset')} is unknown and not counted.` : '',
      ]
    : ['Storage is unknown: the Hub did not say the sizes of the datasets. So the bars count datasets.']
  const columns: Array<Column<AgeBand>> = [
    texts('Age of the run', ({title}) => title),
    numbers('Runs', ({runs}) => thousands(runs)),
    numbers('Datasets', (band) => thousands(band.all.datasets)),
    numbers('Storage', (band) => (areSized ? amountText(band.all, true) : 'unknown')),
  ]
  if (losses)
    columns.push(
      numbers('Datasets to delete', ({deleted}) => thousands(deleted.datasets)),
      numbers('Storage to free', ({deleted}) => (areSized ? amountText(deleted, true) : 'unknown')),
    )
  return section(
    'storage',
    name,
    markup`
<p>${sentences(...facts)}</p>
${losses ? markup`<ul class="key"><li>${sample('kept')}kept</li><li>${sample('deleted')}would be deleted</li></ul>` : undefined}
<figure>${storageChart(bands, areSized)}</figure>
${dataTable(name, bands, columns)}`,
  )
}

function sample(kind: string): Markup {
  return markup`<svg class="swatch" width="22" height="12" aria-hidden="true" focusable="false"><rect class="${kind}" width="22" height="12"/></svg>`
}

/** Runs that are in sight at once; the others are in a table to open. */
const IN_SIGHT = 25

/** What the policy would delete, why, and with which scores. */
export function lossesSection({now, scores, storage}: Report, losses: Losses): Markup {
  const {runs, total, kept, amount, rules, keepers} = losses
  const areSized = isSized(storage.all)
  const {title, format} = METRIC_WORDS[scores.by]
  const columns: Array<Column<LostRun>> = [
    texts('Run', ({run}) => run),
    numbers('Age', ({time}) => formatDuration(now.getTime() - time.getTime())),
    texts('Model', ({model}) => markup`<bdi>${model ?? '–'}</bdi>`),
    numbers(title, ({score}) => (score === undefined ? '–' : format(score))),
    texts('Datasets to delete', ({types}) => types.join(', ')),
    ...(areSized ? [numbers<LostRun>('Storage', (run) => amountText(run.amount, true))] : []),
    texts('Why', ({reasons}) => reasons),
  ]
  const shown = table('Runs to delete, newest first', runs.slice(0, IN_SIGHT), columns)
  const rest = runs.slice(IN_SIGHT)
  const unnamed = total - runs.length
  return section(
    'policy',
    'What the policy would delete',
    markup`
<p>A dry run of ${minute(now)} UTC: nothing was deleted. The same policy may choose other runs later.</p>
${pairs('facts', [
  ['Would be deleted', `${count(amount.datasets, 'dataset')} of ${count(total, 'run')}`],
  ['Would be freed', areSized ? amountText(amount, true) : 'unknown'],
  ['Would be kept', count(kept, 'run')],
  ...rules,
])}
${total === 0 ? empty('No run would be deleted.') : shown}
${rest.length > 0 ? markup`${dataTable('More runs to delete', rest, columns)}<p class="unprinted">${count(rest.length, 'older run')} ${isAre(rest.length)} not printed here: open the table of more runs on the screen, and print again.</p>` : undefined}${unnamed > 0 ? markup`<p>${count(unnamed, 'older run')} of the plan ${isAre(unnamed)} counted above and not named here.</p>` : undefined}
${keepers.length > 0 ? dataTable('Why runs are kept', keepers, [texts('Rule', ([rule]) => rule), numbers('Runs', ([, number]) => thousands(number))]) : undefined}`,
  )
}

function section(id: string, title: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>\n`
}

function empty(text: string): Markup {
  return markup`<p class="empty">${text}</p>`
}

interface ModelPoint extends Point {
  model: ShownModel
}

function pointsOf(series: readonly Series[]): ModelPoint[] {
  return series.flatMap(({model, points}) => points.map((point) => ({...point, model})))
}

const MODEL = texts<ModelPoint>('Model', ({model}) => markup`<bdi>${model.name}</bdi>`)
const EVALUATIONS = numbers<ModelPoint>('Evaluations', (point) => point.count)

function thinText({series, evaluations}: ScoreChart): string {
  const largest = Math.max(...pointsOf(series).map((point) => point.count))
  return largest > 1
    ? `There are ${count(evaluations, 'evaluation')}: each mark is the mean of up to ${largest} that follow one another.`
    : ''
}

function othersText(series: readonly Series[]): string {
  const models = series.find(({model}) => model.place === MOST_MODELS)?.model.models ?? 0
  return models > 0
    ? `The ${MOST_MODELS} models with most evaluations have a chart each; ${thousands(models)} more ${isAre(models)} shown as other models.`
    : ''
}

function leftOutText({unfinished, unscored, undated}: LeftOut): string {
  const all = unfinished + unscored + undated
  const pronoun = all === 1 ? 'it' : 'they'
  const why = [
    {number: unfinished, what: 'did not finish'},
    {number: unscored, what: `${hasHave(unscored)} no usable score`},
    {number: undated, what: `${hasHave(undated)} no usable date`},
  ]
    .filter(({number}) => number > 0)
    .map(({number, what}) => `${number === all ? pronoun : thousands(number)} ${what}`)
  return all > 0 ? `${count(all, 'evaluation')} ${isAre(all)} left out: ${listing(why)}.` : ''
}

function nothingScored({by, leftOut}: ScoreChart): Markup {
  const title = uncapitalized(METRIC_WORDS[by].title)
  return empty(
    `The leaderboard has no evaluation that finished and has a ${title} yet. ${leftOutText(leftOut)}`,
  )
}

function sentences(...all: string[]): string {
  return all.filter(Boolean).join(' ')
}

/** As inside a sentence; `pass@1` and `CO₂` stay. */
function uncapitalized(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}

function hasHave(number: number): string {
  return number === 1 ? 'has' : 'have'
}

function isAre(number: number): string {
  return number === 1 ? 'is' : 'are'
}
