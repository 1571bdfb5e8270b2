import {expect} from 'chai'

import {UsageError} from '../../../src/lib/base/errors.js'
import {parseDeletionLimit, refusalOfSize} from '../../../src/lib/plan/limit.js'
import {errorOf} from '../../support/builders.js'

describe('the limit of --max-delete', () => {
  const cases: Array<[limit: number | string, datasets: number, total: number, isFine: boolean]> = [
    ['20', 20, 100, true],
    ['20', 21, 100, false],
    [20, 21, 100, false],
    ['0', 1, 100, false],
    ['10%', 10, 100, true],
    ['10%', 11, 100, false],
    ['12.5%', 1, 8, true],
    ['12.5%', 2, 8, false],
    ['33%', 1, 3, false],
    ['0%', 1, 1_000_000, false],
    ['100%', 30, 30, true],
    ['99.9%', 30, 30, false],
  ]
  for (const [limit, datasets, total, isFine] of cases) {
    it(`of ${limit} ${isFine ? 'lets' : 'does not let'} ${datasets} of ${total} go`, () => {
      const refusal = refusalOfSize(datasets, total, limit)
      if (isFine) expect(refusal).to.equal(undefined)
      else expect(refusal?.message).to.include(`\`maxDelete\` ${limit}`).and.include(String(datasets))
    })
  }

  const raised: Array<[limit: string, enough: string]> = [
    ['10%', '22%'],
    ['20', '33'],
  ]
  for (const [limit, enough] of raised) {
    it(`says how much is enough, in the unit of ${limit}`, () => {
      const {message, suggestion = ''} = refusalOfSize(33, 151, limit) ?? {}
      expect(message).to.equal(
        `\`maxDelete\` ${limit} refused: the plan deletes 33 of the namespace's 151 datasets (22%).`,
      )
      expect(suggestion).to.include(`raise \`maxDelete\` to ${enough} `)
      expect(refusalOfSize(33, 151, enough)).to.equal(undefined)
    })
  }

  it('names what the plan does, and what it is a share of', () => {
    const [trashing, emptying] = [
      {source: 'runs', rules: {trash: true}},
      {source: 'trash', rules: {trash: false}},
    ] as const
    expect(refusalOfSize(9, 30, 3, trashing)?.message).to.include("trashes 9 of the namespace's 30 datasets")
    expect(refusalOfSize(9, 12, 3, emptying)?.message).to.include('deletes 9 of the 12 datasets in the trash')
  })

  it('lets everything go where there is none', () => {
    expect(refusalOfSize(1e6, 1e6)).to.equal(undefined)
  })

  const texts = ['', ' ', '-1', '1.5', '1e3', '10 %', '%', '101%', '-5%', '1%%', '٣', 'NaN', 'Infinity']
  for (const text of texts) {
    it(`is not one where it says ${JSON.stringify(text)}`, () => {
      const error = errorOf(() => parseDeletionLimit(text))
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(error.message).to.include('`maxDelete`')
    })
  }
})
