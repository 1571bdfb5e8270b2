import {expect} from 'chai'

import {stopwatch} from '../../../src/lib/base/stopwatch.js'

describe('[S10] a stopwatch', () => {
  const {now} = performance
  let monotonic = 0
  let wall = 0

  beforeEach(() => {
    monotonic = 0
    wall = Date.UTC(2026, 0)
    performance.now = () => monotonic
  })

  afterEach(() => {
    performance.now = now
  })

  const cases: Array<[title: string, monotonic: number, wall: number, elapsed: number]> = [
    ['counts what the monotonic clock counts', 5000, 5000, 5000],
    ['counts the time in which the machine slept, and the monotonic clock stood still', 10, 60_000, 60_000],
    ['counts on where the wall clock is set back', 7000, -3_600_000, 7000],
    ['counts on where the wall clock gives no date', 7000, Number.NaN, 7000],
  ]
  for (const [title, byMonotonic, byWall, elapsed] of cases) {
    it(title, () => {
      const age = stopwatch(() => new Date(wall))
      monotonic += byMonotonic
      wall += byWall
      expect(age()).to.equal(elapsed)
    })
  }
})
