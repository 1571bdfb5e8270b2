import {METRICS} from '../account/leaderboard/metrics.js'
import {listing} from '../base/text.js'
import {formatDuration} from '../base/time.js'
import {count, minute, thousands} from '../views/format.js'
import {costChart, storageChart, swatch, timeCharts} from './charts.js'
import {type LeftOut} from './evaluations.js'
import {type LostRun} from './losses.js'
import {type Markup, markup, type Part} from './markup.js'
import {type Report, type ScoreChart} from './report.js'
import {MOST_MODELS, type Point, type Series} from './series.js'
import {amountText, isSized} from './storage.js'
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
function heading(id: string, text: string): Markup {
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

/** What runs take up, by their age. */
export function storageSection({storage: {bands, all}, losses}: Report): Markup {
  const areSized = isSized(all)
  const head = heading('storage', areSized ? 'Storage by run age' : 'Datasets by run age')
  if (bands.length === 0) return markup`${head}<p class="empty">There are no runs on the Hub.</p>`
  const unsized = areSized
    ? all.unknown > 0
      ? `The size of ${count(all.unknown, 'dataset')} is unknown and not counted.`
      : ''
    : 'Storage is unknown: the Hub did not say what the datasets take up. So the bars count datasets.'
  const columns: Column[] = [
    {title: 'Age of the run'},
    {title: 'Runs', isNumber: true},
    {title: 'Datasets', isNumber: true},
    {title: 'Storage', isNumber: true},
    ...(losses
      ? [
          {title: 'Datasets to delete', isNumber: true},
          {title: 'Storage to free', isNumber: true},
        ]
      : []),
  ]
  const rows = bands.map((band): Part[] => [
    band.title,
    thousands(band.runs),
    thousands(band.all.datasets),
    areSized ? amountText(band.all, true) : 'unknown',
    ...(losses ? [thousands(band.goes.datasets), areSized ? amountText(band.goes, true) : 'unknown'] : []),
  ])
  return markup`${head}
<p>${areSized ? `${amountText(all, true)} in ${count(all.datasets, 'dataset')} of runs, without the leaderboard.` : ''} ${unsized}</p>
${losses ? markup`<ul class="key"><li>${sample('stays')}stays</li><li>${sample('goes')}would be deleted</li></ul>` : undefined}
<figure>${storageChart(bands, areSized)}</figure>
${dataTable(areSized ? 'Storage by run age' : 'Datasets by run age', columns, rows)}`
}

function sample(kind: string): Markup {
  return markup`<svg class="swatch" width="22" height="12" aria-hidden="true" focusable="false"><rect class="${kind}" width="22" height="12"/></svg>`
}

/** Runs that are in sight at once; the others wait behind a line to open. */
const IN_SIGHT = 25

/** What the policy would delete, why, and what it is worth. */
export function lossesSection(report: Report): Markup {
  const {losses, now, scores, storage} = report
  if (!losses) return markup``
  const {runs, total, kept, amount, rules, keepers} = losses
  const areSized = isSized(storage.all)
  const {title, format} = METRIC_WORDS[scores.by]
  const columns: Column[] = [
    {title: 'Run'},
    {title: 'Age', isNumber: true},
    {title: 'Model'},
    {title, isNumber: true},
    {title: 'What goes'},
    ...(areSized ? [{title: 'Storage', isNumber: true}] : []),
    {title: 'Why'},
  ]
  const rowOf = ({run, time, model, score, types, amount: own, reasons}: LostRun): Part[] => [
    run,
    formatDuration(now.getTime() - time.getTime()),
    markup`<bdi>${model ?? '–'}</bdi>`,
    score === undefined ? '–' : format(score),
    types.join(', '),
    ...(areSized ? [amountText(own, true)] : []),
    reasons,
  ]
  const rows = runs.map((run) => rowOf(run))
  const [first, rest] = [rows.slice(0, IN_SIGHT), rows.slice(IN_SIGHT)]
  const unnamed =
    total > runs.length
      ? markup`<p>${count(total - runs.length, 'older run')} of the plan ${total - runs.length === 1 ? 'is' : 'are'} counted above and not named here.</p>`
      : undefined
  return markup`${heading('policy', 'What the policy would delete')}
<p>A dry run of ${minute(now)} UTC: nothing was deleted. The same policy may choose other runs later.</p>
${pairs('facts', [
  ['Would be deleted', `${count(amount.datasets, 'dataset')} of ${count(total, 'run')}`],
  ['Would be freed', areSized ? amountText(amount, true) : 'unknown'],
  ['Would stay', count(kept, 'run')],
  ...rules,
])}
${total === 0 ? markup`<p class="empty">No run would be deleted.</p>` : table('Runs to delete, newest first', columns, first)}
${rest.length > 0 ? markup`${dataTable('More runs to delete', columns, rest)}<p class="unprinted">${count(rest.length, 'older run')} ${rest.length === 1 ? 'is' : 'are'} not printed here: open the table of more runs on the screen, and print again.</p>` : undefined}${unnamed}
${
  keepers.length > 0
    ? dataTable(
        'Why runs stay',
        [{title: 'Rule'}, {title: 'Runs', isNumber: true}],
        keepers.map(([rule, number]) => [rule, thousands(number)]),
      )
    : undefined
}`
}

/** A column, and whether it holds numbers, which are right-aligned. */
interface Column {
  title: string
  isNumber?: boolean
}

/**
 * A table that a screen reader can follow, in a frame that scrolls where a telephone is too narrow.
 * @param rows cells in the order of the columns; the first names the row
 */
function table(caption: string, columns: readonly Column[], rows: readonly Part[][]): Markup {
  const classOf = (index: number) => (columns[index]?.isNumber ? markup` class="number"` : undefined)
  const head = columns.map(({title}, index) => markup`<th scope="col"${classOf(index)}>${title}</th>`)
  const body = rows.map(
    ([name, ...cells]) =>
      markup`<tr><th scope="row"${classOf(0)}>${name}</th>${cells.map((cell, index) => markup`<td${classOf(index + 1)}>${cell}</td>`)}</tr>\n`,
  )
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`
}

/** The numbers of a chart as a table, for those who cannot see it too. */
function dataTable(caption: string, columns: readonly Column[], rows: readonly Part[][]): Markup {
  return markup`<details><summary>Table: ${caption} <span class="quiet">(${count(rows.length, 'row')})</span></summary>
${table(caption, columns, rows)}</details>`
}

/** Terms and what is said of them. */
export function pairs(kind: string, items: ReadonlyArray<[term: string, text: Part]>): Markup {
  return markup`<dl class="${kind}">${items.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`
}
