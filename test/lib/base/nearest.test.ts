import {expect} from 'chai'
import * as fc from 'fast-check'

import {nearest} from '../../../src/lib/base/nearest.js'

const FLAGS = 'older-than incomplete-only keep-recent keep-best dry-run no-dry-run run all'.split(' ')

describe('nearest', () => {
  const cases: Array<[word: string, expected: string | undefined]> = [
    ['older-then', 'older-than'],
    ['olderthan', 'older-than'],
    ['older_than', 'older-than'],
    ['Older-Than', 'older-than'],
    ['older', 'older-than'],
    ['incomplete', 'incomplete-only'],
    ['runs', 'run'],
    ['dryrun', 'dry-run'],
    ['no-dryrun', 'no-dry-run'],
    ['keep-bets', 'keep-best'],
    // Two words begin so, and neither is near.
    ['keep-', undefined],
    ['in', undefined],
    ['frobnicate', undefined],
    ['', undefined],
  ]
  for (const [word, expected] of cases)
    it(`${word || 'nothing'} → ${expected ?? 'nothing'}`, () =>
      expect(nearest(word, FLAGS)).to.equal(expected))

  it('finds nothing among nothing', () => expect(nearest('cleanup', [])).to.equal(undefined))

  it('takes the first of several that are equally near', () =>
    expect(nearest('cat', ['bat', 'hat'])).to.equal('bat'))

  it('finds each word with one letter doubled, and itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FLAGS), fc.nat(), (flag, place) => {
        const at = place % flag.length
        const slip = `${flag.slice(0, at)}${flag.charAt(at)}${flag.slice(at)}`
        expect(nearest(slip, FLAGS)).to.equal(flag)
        expect(nearest(flag, FLAGS)).to.equal(flag)
      }),
    )
  })
})
