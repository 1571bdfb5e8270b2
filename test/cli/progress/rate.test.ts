import {expect} from 'chai'

import {describeRate} from '../../../src/cli/progress/rate.js'

describe('the rate of a job', () => {
  const cases: Array<[done: number, total: number, seconds: number, text: string]> = [
    [410, 30_000, 10, '41/s, 12 min left'],
    [25, 100, 10, '2.5/s, 30 s left'],
    [6, 300, 60, '6/min, 49 min left'],
    [1000, 30_000, 300, '3.3/s, 2 h 25 min left'],
    [12_000, 30_000, 10, '1,200/s, 15 s left'],
    [99, 100, 1000, '6/min, 11 s left'],
  ]
  for (const [done, total, seconds, text] of cases)
    it(`of ${done} of ${total} in ${seconds} s is ${text}`, () => {
      expect(describeRate(done, total, seconds * 1000)).to.equal(text)
    })

  it('is not given before it can be known, nor at the end', () => {
    expect(describeRate(0, 10, 60_000)).to.equal('')
    expect(describeRate(5, 10, 1000)).to.equal('')
    expect(describeRate(10, 10, 60_000)).to.equal('')
  })
})
