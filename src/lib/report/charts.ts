import {METRICS} from '../account/leaderboard/metrics.js'
import {count} from '../views/format.js'
import {grid, image} from './frame.js'
import {GAP, type Named, placeLabels} from './labels.js'
import {type Markup, markup} from './markup.js'
import {type ScoreChart} from './report.js'
import {amountScale, numberScale} from './scales.js'
import {MOST_MODELS, type Point, type ShownModel} from './series.js'
import {mark, percent} from './shapes.js'
import {compact, METRIC_WORDS} from './units.js'

const HEIGHT = 380
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
    HEIGHT,
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
  const labels = placeLabels(means, {width, height: HEIGHT})
  return markup`${means.map(({x, y, text}, index) => {
    const {side, offset} = labels[index] ?? {side: 'right', offset: 0}
    const [dx, anchor] = side === 'right' ? [GAP, 'start'] : [-GAP, 'end']
    return markup`<text class="${kind} ${anchor}" x="${percent(x)}" y="${percent(1 - y)}" dx="${dx}" dy="${offset + 4}">${text}</text>`
  })}`
}

/** The last part of a name tells most. */
function shortName(name: string): string {
  const letters = [...(name.split('/').at(-1) || name)]
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : letters.join('')
}

function meanCost(points: readonly Point[]): number {
  const evaluations = points.reduce((sum, {count: number}) => sum + number, 0)
  return points.reduce((sum, {cost = 0, count: number}) => sum + cost * number, 0) / evaluations
}
