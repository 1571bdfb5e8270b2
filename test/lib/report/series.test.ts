import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Evaluation} from '../../../src/lib/report/evaluations.js'
import {MAX_MODELS, MAX_POINTS, seriesOf, shownModels} from '../../../src/lib/report/series.js'
import {ago} from '../../support/builders.js'

const evaluation = (model: string, score: number, age = 0): Evaluation => ({
  run: undefined,
  model,
  time: ago(age),
  score,
  cost: score,
})
const seriesIn = (evaluations: Evaluation[], by: 'success_rate' | 'total_cost_usd' = 'success_rate') =>
  seriesOf(evaluations, shownModels(evaluations, by), by)

describe('the series of a chart', () => {
  it('are one for each model, the best mean first', () => {
    const evaluations = [evaluation('a', 10, 3), evaluation('b', 90, 2), evaluation('a', 30, 1)]
    const series = seriesIn(evaluations)
    expect(series.map(({model}) => `${model.place} ${model.name}`)).to.deep.equal(['0 b', '1 a'])
    expect(series[1]).to.include({evaluations: 2, latest: 30, mean: 20, best: 30})
  })

  it('have the lowest first where less is better', () => {
    const series = seriesIn([evaluation('a', 10), evaluation('b', 5), evaluation('b', 7)], 'total_cost_usd')
    expect(series.map(({model, best}) => `${model.name} ${best}`)).to.deep.equal(['b 5', 'a 10'])
  })

  it('put together the models beyond those with most evaluations', () => {
    const evaluations = Array.from({length: MAX_MODELS + 3}, (_, model) =>
      Array.from({length: model + 1}, () => evaluation(`m${model}`, model)),
    ).flat()
    const series = seriesIn(evaluations)
    expect(series).to.have.length(MAX_MODELS + 1)
    expect(series.at(-1)?.model).to.deep.equal({place: MAX_MODELS, name: 'Other models', models: 3})
    expect(series.at(-1)?.evaluations).to.equal(1 + 2 + 3)
  })

  it('show few evaluations one by one, and means of neighbours where there are many', () => {
    const some = Array.from({length: MAX_POINTS}, (_, index) => evaluation('a', index % 100, -index))
    expect(seriesIn(some)[0]?.points.map(({count}) => count)).to.deep.equal(some.map(() => 1))
    const [many] = seriesIn([...some, evaluation('a', 50)])
    expect(many?.points.length).to.be.at.most(MAX_POINTS)
    expect(many?.points[0]).to.deep.include({score: 0.5, count: 2})
  })

  it('count every evaluation once, and never draw more than they may', () => {
    const one = fc.tuple(fc.integer({min: 0, max: 30}), fc.integer({min: 0, max: 100}))
    fc.assert(
      fc.property(fc.array(one, {maxLength: 1500, size: 'max'}), (pairs) => {
        const series = seriesIn(pairs.map(([model, score]) => evaluation(`m${model}`, score)))
        const points = series.flatMap((each) => each.points)
        expect(points.length).to.be.at.most(MAX_POINTS)
        expect(points.reduce((sum, {count}) => sum + count, 0)).to.equal(pairs.length)
        for (const {score} of points) expect(score).to.be.within(0, 100)
      }),
      {numRuns: 50},
    )
  })
})
