import {expect} from 'chai'

import {readQuota} from '../../../src/lib/hub/quota.js'

const quota = (text: string) => readQuota(new Headers({ratelimit: text}))

describe('quota', () => {
  const readable: Array<[text: string, remaining: number, resetMs: number]> = [
    ['"api";r=499;t=289', 499, 289_000],
    ['"api";r=0;t=52', 0, 52_000],
    ['"resolvers"; r=1; t=0', 1, 0],
    ['"api" ; r = 3 ; t = 4', 3, 4000],
    ['"api";t=4;r=3', 3, 4000],
  ]
  for (const [text, remaining, resetMs] of readable) {
    it(`is read from ${text}`, () => {
      expect(quota(text)).to.deep.equal({remaining, resetMs})
    })
  }

  for (const text of [
    '',
    '"api"',
    '"api";r=5',
    '"api";t=5',
    '"api";r=;t=5',
    '"api";r=-1;t=5',
    '"api";r=x;t=y',
    'r=5, t=5',
    '"api";q=500;w=300',
  ]) {
    it(`is not known from ${JSON.stringify(text)}`, () => {
      expect(quota(text)).to.equal(undefined)
    })
  }

  it('is not known without the header', () => {
    expect(readQuota(new Headers({'ratelimit-policy': '"fixed window";"api";q=500;w=300'}))).to.equal(
      undefined,
    )
  })
})
