import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Metric} from '../../../src/lib/account/leaderboard/metrics.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {
  amountScale,
  compact,
  figureOf,
  numberScale,
  type Scale,
  timeScale,
} from '../../../src/lib/report/scales.js'

const START = Date.UTC(2026, 8, 1)
const textsOf = ({ticks}: Scale) => ticks.map(({text}) => text)

describe('a scale of numbers', () => {
  const CASES: Array<[values: number[], texts: string]> = [
    [[37.5, 95.8], '20 40 60 80 100'],
    [[0.2, 0.9], '0.2 0.4 0.6 0.8 1'],
    [[3, 99.9], '0 50 100'],
    [[50], '45 50 55'],
    [[0], '0 0.5 1'],
    [[100], '90 95 100'],
  ]
  for (const [values, texts] of CASES) {
    it(`has round ticks about ${values.join(' and ')}`, () => {
      expect(textsOf(numberScale(values, compact, {ticks: 4, most: 100})).join(' ')).to.equal(texts)
    })
  }
})

describe('a scale of amounts', () => {
  it('begins at nothing, and is written as people write amounts of money, also small ones', () => {
    expect(textsOf(amountScale([0.2, 0.9], compact))).to.deep.equal(['0', '0.5', '1'])
    expect(textsOf(amountScale([0.0006], compact))).to.deep.equal(['0', '0.0002', '0.0004', '0.0006'])
  })

  it('has powers of ten where amounts are far apart, with a place of its own for 0', () => {
    const scale = amountScale([0, 0.001, 10], compact)
    expect(textsOf(scale)).to.deep.equal(['0', '0.001', '0.1', '10'])
    expect(scale.place(0)).to.equal(0)
    expect(scale.place(0.001)).to.be.above(0.1)
    expect(scale.place(10)).to.equal(1)
  })
})

describe('a scale of time', () => {
  const CASES: Array<[days: number, texts: string[]]> = [
    [0, ['2026-09-01']],
    [0.2, ['2026-09-01', '03:00']],
    [3, ['2026-09-02', '2026-09-04']],
    [85, ['2026-09-08', '2026-10-10']],
    [700, ['2026-10-10', '2027-06-23']],
  ]
  for (const [days, texts] of CASES) {
    it(`has ticks at days or hours over ${days} days`, () => {
      const shown = textsOf(timeScale([START, START + days * DAY]))
      expect(shown).to.include.members(texts)
      expect(shown.length).to.be.within(1, 5)
    })
  }
})

describe('every scale', () => {
  const inside = (scale: Scale, values: number[]) => {
    for (const value of [...values, ...scale.ticks.map((tick) => tick.value)])
      expect(scale.place(value)).to.be.within(0, 1)
    expect(scale.ticks.length).to.be.within(1, 9)
    const [low, high] = [Math.min(...values), Math.max(...values)]
    expect(scale.place(low)).to.be.at.most(scale.place(high))
  }

  it('holds all values and few ticks, whatever they are', () => {
    const amount = fc.oneof(fc.constant(0), fc.double({min: 1e-9, max: 1e15, noNaN: true}))
    fc.assert(
      fc.property(fc.array(amount, {minLength: 1, maxLength: 10}), (values) => {
        inside(numberScale(values, compact), values)
        inside(amountScale(values, compact), values)
      }),
    )
    const moment = fc.integer({min: Date.UTC(2020, 0), max: Date.UTC(2040, 0)})
    fc.assert(
      fc.property(fc.array(moment, {minLength: 1, maxLength: 10}), (values) => {
        inside(timeScale(values), values)
      }),
    )
    inside(timeScale([START, START + HOUR]), [START, START + HOUR])
  })
})

describe('a figure', () => {
  const FIGURES: Array<[metric: Metric, value: number, text: string]> = [
    ['success_rate', 90, '90%'],
    ['success_rate', 87.5, '87.5%'],
    ['total_cost_usd', 0.5, '$0.50'],
    ['total_cost_usd', 2, '$2.00'],
    ['total_cost_usd', 12.34, '$12.34'],
    ['total_cost_usd', 0.084_63, '$0.0846'],
    ['total_cost_usd', 1234.5, '$1,235'],
    ['avg_duration_ms', 2500, '2.5 s'],
  ]
  for (const [metric, value, text] of FIGURES)
    it(`of ${metric}, ${value}, is ${text}`, () => {
      expect(figureOf(metric, value)).to.equal(text)
    })
})
