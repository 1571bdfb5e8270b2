import {METRICS} from '../account/leaderboard/metrics.js'
import {dayOf} from '../base/time.js'
import {count} from '../views/format.js'
import {grid, image} from './frame.js'
import {type Markup, markup} from './markup.js'
import {type ScoreChart} from './report.js'
import {numberScale, type Scale, timeScale} from './scales.js'
import {MOST_MODELS, type Series} from './series.js'
import {mark, percent} from './shapes.js'
import {compact, METRIC_WORDS} from './units.js'

/** In pixels. */
const HEIGHT = 150
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
    HEIGHT,
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
