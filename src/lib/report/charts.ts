import {METRICS} from '../account/leaderboard/metrics.js'
import {formatCount} from '../base/text.js'
import {dayOf} from '../base/time.js'
import {formatStorage} from '../views/format.js'
import {type Markup, markup} from './markup.js'
import {type ScoreChart} from './report.js'
import {amountScale, compact, figureOf, numberScale, type Scale, timeScale} from './scales.js'
import {MAX_MODELS, type Point} from './series.js'
import {type AgeBand, type Amount} from './storage.js'

/** All sizes are in pixels. */
const COST_HEIGHT = 380

/** The letter of a model by its place: names do not fit next to marks, and are in a key. */
export function letterOf(place: number): string {
  return 'ABCDEFGH+'.charAt(place)
}

/** Every evaluation by its cost and its score, and the mean of each model with its letter. */
export function costChart(chart: ScoreChart): Markup {
  const {title, series, points} = chart
  const x = amountScale(
    points.map(({cost = 0}) => cost),
    (value) => figureOf('total_cost_usd', value, compact),
  )
  const y = scoreScale(chart)
  const marks = series.map(
    ({model: {place}, points: own}) =>
      markup`<g class="c${place} faint">${own.map(({cost = 0, score}) => use(`m${place}`, x.place(cost), y.place(score)))}</g>`,
  )
  const means = series
    .filter(({model}) => model.place < MAX_MODELS)
    .map(({model: {place}, mean, points: own, evaluations}) => {
      const cost = own.reduce((sum, point) => sum + (point.cost ?? 0) * point.count, 0) / evaluations
      return {place, at: [x.place(cost), y.place(mean)] as Position}
    })
  const offsets = letterOffsets(means.map(({at}) => at))
  return image({
    id: 'cost-score',
    kind: 'scatter',
    height: COST_HEIGHT,
    title: `${title} against cost`,
    text: `${formatCount(points.length, 'mark')}, cost from left to right, ${title} from bottom to top. ${whereNumbersAre(chart)}`,
    content: markup`${grid(x, y)}<text x="0" y="0" dx="-50" dy="-16" class="axis">${title}</text><text x="100%" y="100%" dy="40" class="axis end">Cost of an evaluation, US dollars</text>
${marks}
${means.map(({place, at}) => markup`<svg class="c${place} mean" ${position(...at)}><use href="#m${place}" transform="scale(1.8)"/></svg>`)}
${means.map(({place, at}, index) => markup`<text class="letter" ${position(...at)} dx="11" dy="${offsets[index]}">${letterOf(place)}</text>`)}`,
  })
}

function whereNumbersAre({isThinned}: ScoreChart): string {
  return `The ${isThinned ? 'table below' : 'ranking'} has the numbers.`
}

const LETTER = {width: 14, height: 17}
const NARROWEST = 200

/** How far below its mark each letter is, so that none covers another; letters give way towards the middle of the chart. */
function letterOffsets(marks: readonly Position[]): number[] {
  const taken: Position[] = []
  return marks.map(([x, y]) => {
    const top = (1 - y) * COST_HEIGHT
    const step = y > 0.5 ? LETTER.height : -LETTER.height
    const isTaken = (at: number) =>
      taken.some(
        ([left, other]) =>
          Math.abs(left - x) * NARROWEST < LETTER.width && Math.abs(other - at) < LETTER.height,
      )
    let at = top
    while (isTaken(at)) at += step
    taken.push([x, at])
    return Math.round(at - top) + 4
  })
}

const TIME_HEIGHT = 150
const SCORE_TICKS = 4

/** One small chart for each model, all on the same scales, drawn once, and before the points of all, so that they compare. */
export function timeCharts(chart: ScoreChart): {shared: Markup; charts: Markup[]} {
  const x = timeScale(chart.points.map(({time}) => time.getTime()))
  const y = scoreScale(chart, SCORE_TICKS)
  const positionOf = ({time, score}: Point): Position => [x.place(time.getTime()), y.place(score)]
  const all = chart.points.map((point) => positionOf(point))
  return {
    // Lines of no length, with round ends.
    shared: definitions(
      markup`<svg id="everything" ${STRETCHED}><path d="${all.map((at) => `M${inHundredths(at)}h0`).join('')}"/></svg>`,
    ),
    charts: chart.series.map(({model, points, evaluations}, index) => {
      const [first, last] = [points[0], points.at(-1)]
      const own = points.map((point) => positionOf(point))
      const span = first && last ? ` from ${dayOf(first.time)} to ${dayOf(last.time)}` : ''
      return image({
        id: `time-${model.place}`,
        kind: 'panel',
        height: TIME_HEIGHT,
        title: `${chart.title} of ${model.name} over time`,
        text: `${formatCount(evaluations, 'evaluation')}${span}. ${whereNumbersAre(chart)}`,
        // Marks of several models follow one another by chance, so no line joins them.
        content: markup`${index === 0 ? markup`<g id="grid">${grid(x, y)}</g>` : markup`<use href="#grid"/>`}<use href="#everything" class="context"/><g class="c${model.place}">
${model.place < MAX_MODELS ? path(own) : undefined}${own.map((at) => use(`m${model.place}`, ...at))}</g>`,
      })
    }),
  }
}

/** Along each side of a chart, from 0 at the left and at the bottom to 1. */
type Position = [x: number, y: number]

/** A drawing that fills a chart, from 0 to 100 along each side: lines in it take a few letters a point. */
const STRETCHED = markup`viewBox="0 0 100 100" preserveAspectRatio="none"`

function path(positions: readonly Position[]): Markup {
  return markup`<svg class="path" ${STRETCHED}><polyline points="${positions.map((at) => inHundredths(at)).join(' ')}"/></svg>`
}

function inHundredths([x, y]: Position): string {
  return [x, 1 - y].map((share) => Number((share * 100).toFixed(1))).join(',')
}

const ROW = 46
const BAR = {top: 22, height: 13}

/** A bar for each age: what the runs take up, and the part that would be deleted. Without sizes it counts datasets. */
export function storageChart(bands: readonly AgeBand[], areSized: boolean): Markup {
  const measure = (amount: Amount) => (areSized ? amount.bytes : amount.datasets)
  const inWords = (amount: Amount) =>
    areSized ? formatStorage(amount) : formatCount(amount.datasets, 'dataset')
  const most = Math.max(...bands.map(({all}) => measure(all))) || 1
  const rows = bands.map(({title, runs, all, deleted}, index) => {
    const top = index * ROW
    const [whole, gone] = [measure(all) / most, measure(deleted) / most]
    const bar = (kind: string, begin: string, width: number) =>
      markup`<rect class="${kind}" x="${begin}" y="${top + BAR.top}" height="${BAR.height}" width="${percent(width)}"/>`
    return markup`<text x="0" y="${top + 14}">${title}</text><text x="100%" y="${top + 14}" class="end">${inWords(all)}, ${formatCount(runs, 'run')}</text>
${bar('kept', '0', whole)}${gone > 0 ? bar('deleted', percent(whole - gone), gone) : undefined}`
  })
  return image({
    id: 'storage-age',
    kind: 'bars',
    height: bands.length * ROW,
    title: `${areSized ? 'Storage' : 'Datasets'} by the age of runs`,
    text: `${formatCount(bands.length, 'bar')}, youngest runs first. The table below the chart has the numbers.`,
    content: markup`${rows}`,
  })
}

type Image = Record<'id' | 'kind' | 'text' | 'title', string> & {height: number; content: Markup}

/** A chart, with an id that is unique in the page: to a screen reader, one image with a title and a text. */
function image({id, kind, height, title, text, content}: Image): Markup {
  return markup`<svg class="chart ${kind}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text" height="${height}">
<title id="${id}-title">${title}</title><desc id="${id}-text">${text}</desc>
${content}
</svg>`
}

function scoreScale({by, points}: ScoreChart, ticks?: number): Scale {
  const scores = points.map(({score}) => score)
  return numberScale(scores, (value) => figureOf(by, value, compact), {ticks, most: METRICS[by].most})
}

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
export const DEFINITIONS: Markup = definitions(markup`
${OUTLINES.map((outline, place) => markup`<path id="m${place}" d="${outline}"/>`)}
<path id="m${MAX_MODELS}" d="M3.5 0A3.5 3.5 0 1 1-3.5 0A3.5 3.5 0 1 1 3.5 0Z" fill="none" stroke-width="1.6"/>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-back" width="6" height="6"/><rect class="hatch-line" width="2.5" height="6"/></pattern>
`)

function definitions(content: Markup): Markup {
  return markup`<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs>${content}</defs></svg>`
}

/** The mark of a model next to its name; the name says the same. */
export function swatch(place: number): Markup {
  return markup`<svg class="swatch c${place}" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" focusable="false"><use href="#m${place}"/></svg>`
}

function use(id: string, x: number, y: number): Markup {
  return markup`<use href="#${id}" ${position(x, y)}/>`
}

function position(x: number, y: number): Markup {
  return markup`x="${percent(x)}" y="${percent(1 - y)}"`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`
}
