import {expect} from 'chai'

import {nearest} from '../../../src/lib/base/nearest.js'

const FLAGS = 'older-than incomplete-only keep-recent keep-best dry-run no-dry-run run all'.split(' ')

describe('nearest', () => {
  for (const [word, expected] of [
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
  ] as Array<[string, string | undefined]>)
    it(`${word || 'nothing'} → ${expected ?? 'nothing'}`, () =>
      expect(nearest(word, FLAGS)).to.equal(expected))

  it('takes the first of several that are equally near, and nothing of nothing', () => {
    expect(nearest('cat', ['bat', 'hat'])).to.equal('bat')
    expect(nearest('cleanup', [])).to.equal(undefined)
  })

  it('finds each word with one letter doubled, and itself', () => {
    for (const flag of FLAGS)
      for (let at = 0; at <= flag.length; at++)
        expect(nearest(`${flag.slice(0, at)}${flag.charAt(at)}${flag.slice(at)}`, FLAGS)).to.equal(flag)
  })
})
