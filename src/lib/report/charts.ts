import {METRICS} from '../account/leaderboard/metrics.js'
import {dayOf} from '../base/time.js'
import {count} from '../views/format.js'
import {GAP, type Named, placeLabels} from './labels.js'
import {type Markup, markup} from './markup.js'
import {type ScoreChart} from './report.js'
import {amountScale, numberScale, type Scale, timeScale} from './scales.js'
import {MOST_MODELS, type Point, type Series, type ShownModel} from './series.js'
import {type AgeBand, type Amount, amountText} from './storage.js'
import {compact, METRIC_WORDS} from './units.js'

const COST_HEIGHT = 380

/** The narrowest chart that shows names, and the narrowest that there is, with the letters of the key instead. */
const WIDE = 500
const NARROW = 200
const LONGEST_NAME = 30

/** The mean of a model. */
interface Mean extends Named {
  model: ShownModel
}

/** Every evaluation by its cost and its score, and the mean of each model with its name. */
export function costChart({by, series}: ScoreChart): Markup {
  const {format, title} = METRIC_WORDS[by]
  const points = series.flatMap((each) => each.points)
  const x = amountScale(
    points.map(({cost = 0}) => cost),
    (value) => METRIC_WORDS.total_cost_usd.format(value, compact),
  )
  const y = numberScale(
    points.map(({score}) => score),
    (value) => format(value, compact),
    {most: METRICS[by].most},
  )
  const means = series
    .filter(({model}) => model.place < MOST_MODELS)
    .map(({model, mean, points: own}): Mean => ({
      model,
      text: shortName(model.name),
      x: x.place(meanCost(own)),
      y: y.place(mean),
    }))
  const marks = series.map(
    ({model, points: own}) =>
      markup`<g class="c${model.place} faint">${own.map(({cost = 0, score}) => mark(model.place, x.place(cost), y.place(score)))}</g>`,
  )
  return image(
    {
      id: 'cost-score',
      title: `${title} against cost`,
      text: `${count(points.length, 'mark')}, cost from left to right, ${title} from bottom to top. The table below the chart has the numbers.`,
    },
    'scatter',
    COST_HEIGHT,
    markup`${grid(x, y)}<text x="0" y="0" dx="-50" dy="-16" class="axis">${title}</text><text x="100%" y="100%" dy="40" class="axis end">Cost of an evaluation, US dollars</text>
${marks}
${means.map((each) => bigMark(each))}
${named(means)}`,
  )
}

function bigMark({model, x, y}: Mean): Markup {
  return markup`<svg class="c${model.place} mean" x="${percent(x)}" y="${percent(1 - y)}"><use href="#m${model.place}" transform="scale(1.8)"/></svg>`
}

/** Names for who has room for them, and letters for who has not: the styles show one of them. */
function named(means: readonly Mean[]): Markup {
  const letters = means.map((mean) => ({...mean, text: mean.model.letter}))
  return markup`${labelled('name', means, WIDE)}${labelled('letter', letters, NARROW)}`
}

function labelled(kind: string, means: readonly Mean[], width: number): Markup {
  const labels = placeLabels(means, {width, height: COST_HEIGHT})
  return markup`${means.map(({x, y, text}, index) => {
    const {side, offset} = labels[index] ?? {side: 'right', offset: 0}
    const [dx, anchor] = side === 'right' ? [GAP, 'start'] : [-GAP, 'end']
    return markup`<text class="${kind} ${anchor}" x="${percent(x)}" y="${percent(1 - y)}" dx="${dx}" dy="${offset + 4}">${text}</text>`
  })}`
}

/** The last part of a name says most. */
function shortName(name: string): string {
  const letters = [...(name.split('/').at(-1) || name)]
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : letters.join('')
}

function meanCost(points: readonly Point[]): number {
  const evaluations = points.reduce((sum, {count: number}) => sum + number, 0)
  return points.reduce((sum, {cost = 0, count: number}) => sum + cost * number, 0) / evaluations
}

/** The text alternative of a chart, and an id that is unique in the page. */
interface Description {
  id: string
  title: string
  text: string
}

/** A chart: one image with a name, whatever it is drawn of. */
function image({id, title, text}: Description, kind: string, height: number, content: Markup): Markup {
  return markup`<svg class="chart ${kind}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text" height="${height}">
<title id="${id}-title">${title}</title><desc id="${id}-text">${text}</desc>
${content}
</svg>`
}

/** The lines behind the marks and the labels at their ends. */
function grid(x: Scale, y: Scale): Markup {
  const across = y.ticks.map(({value, text}) => {
    const at = percent(1 - y.place(value))
    return markup`<line x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="end" x="0" y="${at}" dx="-8" dy="4">${text}</text>`
  })
  const up = x.ticks.map(({value, text}) => {
    const at = percent(x.place(value))
    return markup`<line x1="${at}" x2="${at}" y1="100%" y2="100%" class="tick"/><text class="middle" x="${at}" y="100%" dy="19">${text}</text>`
  })
  return markup`<g class="grid">${across}${up}</g>`
}

/** The outlines of marks, by the place of a model, about (0, 0): they distinguish models without colour. */
const OUTLINES = [
  'M4 0A4 4 0 1 1-4 0A4 4 0 1 1 4 0Z',
  'M-3.6-3.6H3.6V3.6H-3.6Z',
  'M0-4.6L4.4 3.4H-4.4Z',
  'M0-5L5 0L0 5L-5 0Z',
  'M0 4.6L-4.4-3.4H4.4Z',
  'M-1.5-4.5H1.5V-1.5H4.5V1.5H1.5V4.5H-1.5V1.5H-4.5V-1.5H-1.5Z',
  'M0-5L1.4-1.6L5-1.5L2.2 .7L3.1 4.2L0 2.2L-3.1 4.2L-2.2 .7L-5-1.5L-1.4-1.6Z',
  'M-4.8 0L-2.4-4.2H2.4L4.8 0L2.4 4.2H-2.4Z',
] as const

/** The marks that all charts of a page refer to, and the hatching of what would be deleted. */
export const DEFINITIONS: Markup = markup`<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs>
${OUTLINES.map((outline, place) => markup`<path id="m${place}" d="${outline}"/>`)}
<path id="m${MOST_MODELS}" d="M3.5 0A3.5 3.5 0 1 1-3.5 0A3.5 3.5 0 1 1 3.5 0Z" fill="none" stroke-width="1.6"/>
<circle id="dot" r="1.6"/>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-back" width="6" height="6"/><rect class="hatch-line" width="2.5" height="6"/></pattern>
</defs></svg>`

/** A mark at a place of a chart, from 0 to 1 along each side. */
function mark(place: number, x: number, y: number): Markup {
  return markup`<use href="#m${place}" x="${percent(x)}" y="${percent(1 - y)}"/>`
}

/** The mark of a model next to its name; the name says the same. */
export function swatch(place: number): Markup {
  return markup`<svg class="swatch c${place}" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" focusable="false"><use href="#m${place}"/></svg>`
}

/** A part of a side, as SVG wants it. */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`
}

/** In pixels. */
const ROW = 46
const BAR = {top: 22, height: 13}

/** A bar for each age: what the runs take up, and of it what would be deleted. Without sizes it counts datasets. */
export function storageChart(bands: readonly AgeBand[], areSized: boolean): Markup {
  const measure = (amount: Amount) => (areSized ? amount.bytes : amount.datasets)
  const most = Math.max(...bands.map(({all}) => measure(all))) || 1
  const rows = bands.map(({title, runs, all, goes}, index) => {
    const top = index * ROW
    const [whole, gone] = [measure(all) / most, measure(goes) / most]
    const bar = markup`y="${top + BAR.top}" height="${BAR.height}"`
    return markup`<text x="0" y="${top + 14}">${title}</text><text x="100%" y="${top + 14}" class="end">${amountText(all, areSized)}, ${count(runs, 'run')}</text>
<rect class="stays" x="0" ${bar} width="${percent(whole)}"/>${
      gone > 0
        ? markup`<rect class="goes" x="${percent(whole - gone)}" ${bar} width="${percent(gone)}"/>`
        : undefined
    }`
  })
  const what = areSized ? 'Storage' : 'Datasets'
  return image(
    {
      id: 'storage-age',
      title: `${what} by the age of runs`,
      text: `${count(bands.length, 'bar')}, youngest runs first. The table below the chart has the numbers.`,
    },
    'bars',
    bands.length * ROW,
    markup`${rows}`,
  )
}

/** In pixels. */
const TIME_HEIGHT = 150

/** Distances between ticks: what a telephone has room for. */
const TIME_TICKS = 3.5
const SCORE_TICKS = 4

/** The scales of a chart over time. */
interface Scales {
  x: Scale
  y: Scale
}

/** One small chart for each model, all on the same scales and before the points of all, so that they compare. */
export function timeCharts(chart: ScoreChart): {shared: Markup; charts: Markup[]} {
  const scales = scalesOf(chart)
  return {
    shared: everyPoint(chart, scales),
    charts: chart.series.map((series) => timeChart(series, scales, METRIC_WORDS[chart.by].title)),
  }
}

function scalesOf({by, series}: ScoreChart): Scales {
  const points = series.flatMap((each) => each.points)
  const {format} = METRIC_WORDS[by]
  return {
    x: timeScale(
      points.map(({time}) => time.getTime()),
      TIME_TICKS,
    ),
    y: numberScale(
      points.map(({score}) => score),
      (value) => format(value, compact),
      {ticks: SCORE_TICKS, most: METRICS[by].most},
    ),
  }
}

function timeChart({model, points, evaluations}: Series, {x, y}: Scales, title: string): Markup {
  const places = points.map(({time, score}) => [x.place(time.getTime()), y.place(score)] as const)
  const [first, last] = [points[0], points.at(-1)]
  const span = first && last ? ` from ${dayOf(first.time)} to ${dayOf(last.time)}` : ''
  return image(
    {
      id: `time-${model.place}`,
      title: `${title} of ${model.name} over time`,
      text: `${count(evaluations, 'evaluation')}${span}. The table below the charts has the numbers.`,
    },
    'panel',
    TIME_HEIGHT,
    markup`${grid(x, y)}<use href="#everything" class="context"/><g class="c${model.place}">
${
  // Those of several models follow one another by chance.
  model.place < MOST_MODELS ? linesThrough(places) : undefined
}${places.map(([left, up]) => mark(model.place, left, up))}</g>`,
  )
}

function linesThrough(places: ReadonlyArray<readonly [x: number, y: number]>): Markup {
  const lines = places.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = places[index] ?? [x, y]
    return markup`<line x1="${percent(fromX)}" y1="${percent(1 - fromY)}" x2="${percent(x)}" y2="${percent(1 - y)}"/>`
  })
  return markup`<g class="path">${lines}</g>`
}

/** Written once, and shown behind each model's own points. */
function everyPoint({series}: ScoreChart, {x, y}: Scales): Markup {
  const dots = series.flatMap(({points}) =>
    points.map(
      ({time, score}) =>
        markup`<use href="#dot" x="${percent(x.place(time.getTime()))}" y="${percent(1 - y.place(score))}"/>`,
    ),
  )
  return markup`<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs><g id="everything">${dots}</g></defs></svg>`
}
