import {METRICS} from '../account/leaderboard/metrics.js'
import {listing} from '../base/text.js'
import {count, minute, thousands} from '../views/format.js'
import {costChart} from './charts.js'
import {type LeftOut} from './evaluations.js'
import {type Markup, markup, type Part} from './markup.js'
import {type Report, type ScoreChart} from './report.js'
import {MOST_MODELS, type Point, type Series} from './series.js'
import {swatch} from './shapes.js'
import {dataTable} from './tables.js'
import {timeCharts} from './time-chart.js'
import {METRIC_WORDS} from './units.js'

/** Score over time: a chart for each model, and the numbers of all. */
export function timeSection({scores}: Report): Markup {
  const {by, series} = scores
  const {title, format} = METRIC_WORDS[by]
  const better = METRICS[by].better === 'higher' ? 'Higher is better' : 'Lower is better'
  if (series.length === 0)
    return markup`${heading('over-time', `${title} over time`)}${nothingScored(scores)}`
  const {shared, charts} = timeCharts(scores)
  const figures = series.map((each, index) => {
    const facts = `latest ${format(each.latest)}, mean ${format(each.mean)}, best of ${thousands(each.evaluations)}: ${format(each.best)}`
    return markup`<figure><figcaption>${modelName(each)}<span class="quiet">${facts}</span></figcaption>${charts[index]}</figure>`
  })
  const rows = series.flatMap((each) =>
    each.points.map((point): Part[] => [
      minute(point.time),
      modelText(each),
      format(point.score),
      point.count,
    ]),
  )
  return markup`${heading('over-time', `${title} over time`)}
<p>${better}. All charts have the same scales; the best model by its mean comes first, and the grey dots are the evaluations of all models. Dates are UTC. ${sentences(thinning(scores), grouping(series), omissions(scores.leftOut))}</p>
${shared}<div class="panels">${figures}</div>
${dataTable(`${title} over time`, [{title: 'Time (UTC)'}, {title: 'Model'}, {title, isNumber: true}, {title: 'Evaluations', isNumber: true}], rows)}`
}

/** Cost against score: one chart, and its numbers. */
export function costSection({costs}: Report): Markup {
  const {by, series, uncosted} = costs
  const {title, format} = METRIC_WORDS[by]
  const head = heading('cost', `Cost against ${lowered(title)}`)
  if (series.length === 0) {
    const why = costs.evaluations + uncosted > 0 ? 'No evaluation with a score says what it cost.' : undefined
    return markup`${head}${why ? markup`<p class="empty">${why}</p>` : nothingScored(costs)}`
  }

  const cost = METRIC_WORDS.total_cost_usd.format
  const corner = METRICS[by].better === 'higher' ? 'top left' : 'bottom left'
  const rows = series.flatMap((each) =>
    each.points.map((point): Part[] => [
      modelText(each),
      cost(point.cost ?? 0),
      format(point.score),
      point.count,
    ]),
  )
  const missing =
    uncosted > 0 ? `${count(uncosted, 'evaluation')} without a known cost ${isAre(uncosted)} left out.` : ''
  const key = series.map(
    (each) =>
      markup`<li>${swatch(each.model.place)}<b>${each.model.letter}</b> <bdi>${each.model.name}</bdi></li>`,
  )
  return markup`${head}
<p>Small marks are evaluations, large ones the mean of each model; the best value is at the ${corner}. ${sentences(thinning(costs), missing)}</p>
<figure>${costChart(costs)}</figure>
<ul class="key">${key}</ul>
${dataTable(`Cost against ${lowered(title)}`, [{title: 'Model'}, {title: 'Cost', isNumber: true}, {title, isNumber: true}, {title: 'Evaluations', isNumber: true}], rows)}`
}

/** The heading of a section, which is named after it. */
export function heading(id: string, text: string): Markup {
  return markup`<h2 id="${id}">${text}</h2>`
}

function modelName({model}: Series): Markup {
  return markup`<span class="model">${swatch(model.place)}<bdi>${model.name}</bdi></span>`
}

function modelText({model}: Series): Markup {
  return markup`<bdi>${model.name}</bdi>`
}

function thinning({series, evaluations}: ScoreChart): string {
  const largest = Math.max(...series.flatMap(({points}) => points.map((point: Point) => point.count)))
  return largest > 1
    ? `There are ${count(evaluations, 'evaluation')}: each mark is the mean of up to ${largest} that follow one another.`
    : ''
}

function grouping(series: readonly Series[]): string {
  const others = series.find(({model}) => model.place === MOST_MODELS)
  if (!others) return ''
  const {models} = others.model
  return `The ${MOST_MODELS} models with most evaluations have a chart each; ${models === 1 ? '1 more is' : `${thousands(models)} more are`} shown as other models.`
}

function omissions({unfinished, unscored, undated}: LeftOut): string {
  const all = unfinished + unscored + undated
  const why = (
    [
      [unfinished, 'did not finish'],
      [unscored, `${hasHave(unscored)} no usable score`],
      [undated, `${hasHave(undated)} no usable date`],
    ] as const
  )
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number === all ? pronoun(all) : thousands(number)} ${what}`)
  return all > 0 ? `${count(all, 'evaluation')} ${isAre(all)} left out: ${listing(why)}.` : ''
}

function nothingScored({by, leftOut}: ScoreChart): Markup {
  const {title} = METRIC_WORDS[by]
  return markup`<p class="empty">The leaderboard has no evaluation that finished and has a ${lowered(title)} yet. ${omissions(leftOut)}</p>`
}

/** Those that say something. */
function sentences(...texts: string[]): string {
  return texts.filter(Boolean).join(' ')
}

/** Inside a sentence; names that are written in their own way stay. */
function lowered(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}

function isAre(number: number): string {
  return number === 1 ? 'is' : 'are'
}

function pronoun(number: number): string {
  return number === 1 ? 'it' : 'they'
}

function hasHave(number: number): string {
  return number === 1 ? 'has' : 'have'
}
