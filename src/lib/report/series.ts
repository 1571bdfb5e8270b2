import {type Metric} from '../account/leaderboard/metrics.js'
import {bestFirst} from '../account/leaderboard/values.js'
import {pushTo} from '../base/collections.js'
import {byText} from '../base/text.js'
import {type Evaluation} from './evaluations.js'

/** A model as every chart shows it, or all those beyond the ones with most evaluations together. */
export interface ShownModel {
  /** From 0, best mean score first: decides the colour and the shape of its marks. */
  place: number
  name: string
  models: number
}

/** One mark of a chart: an evaluation, or the mean of several. */
export interface Point {
  model: ShownModel
  time: Date
  score: number
  /** In US dollars; undefined where none of them has one. */
  cost: number | undefined
  count: number
}

export interface Series {
  model: ShownModel
  evaluations: number
  latest: number
  mean: number
  best: number
  points: Point[]
}

/** Models that are shown one by one. */
export const MAX_MODELS = 8
/** Marks that a chart has at most, so that a page of any leaderboard opens at once. */
export const MAX_POINTS = 360

/** Chooses the models that are shown one by one, those with most evaluations, by mean score; the rest are one. By name. */
export function shownModels(evaluations: readonly Evaluation[], by: Metric): Map<string, ShownModel> {
  const order = bestFirst(by)
  const groups = [...groupBy(evaluations, ({model}) => model)]
    .map(([name, own]) => ({name, size: own.length, mean: meanOf(own.map(({score}) => score))}))
    .sort((a, b) => b.size - a.size || byText(a.name, b.name))
  const rest = groups.splice(MAX_MODELS)
  groups.sort((a, b) => order(a.mean, b.mean) || byText(a.name, b.name))
  const others = {place: MAX_MODELS, name: 'Other models', models: rest.length}
  const shown = new Map<string, ShownModel>(rest.map(({name}) => [name, others]))
  for (const [place, {name}] of groups.entries()) shown.set(name, {place, name, models: 1})
  return shown
}

/** The series of a chart, by place. Where there are too many evaluations, neighbours in their order become one mark. */
export function seriesOf(
  evaluations: readonly Evaluation[],
  models: ReadonlyMap<string, ShownModel>,
  by: Metric,
): Series[] {
  const groups = groupBy(evaluations, ({model}) => models.get(model))
  const most = evaluations.length > MAX_POINTS ? Math.floor(MAX_POINTS / groups.size) : Infinity
  return [...groups]
    .flatMap(([model, own]) => (model ? [{model, own}] : []))
    .sort((a, b) => a.model.place - b.model.place)
    .map(({model, own}) => {
      const scores = own.map(({score}) => score)
      return {
        model,
        evaluations: own.length,
        latest: own.toSorted((a, b) => b.time.getTime() - a.time.getTime())[0]?.score ?? 0,
        mean: meanOf(scores),
        best: scores.toSorted(bestFirst(by))[0] ?? 0,
        points: thin(model, own, most),
      }
    })
}

/** At most so many marks: where there are more evaluations, each is the mean of some that follow one another. */
function thin(model: ShownModel, evaluations: readonly Evaluation[], most: number): Point[] {
  const size = Math.max(1, Math.ceil(evaluations.length / most))
  return Array.from({length: Math.ceil(evaluations.length / size)}, (_, index) => {
    const own = evaluations.slice(index * size, (index + 1) * size)
    const costs = own.flatMap(({cost}) => cost ?? [])
    return {
      model,
      time: new Date(meanOf(own.map(({time}) => time.getTime()))),
      score: meanOf(own.map(({score}) => score)),
      cost: costs.length > 0 ? meanOf(costs) : undefined,
      count: own.length,
    }
  })
}

function meanOf(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) pushTo(groups, keyOf(item), item)
  return groups
}
