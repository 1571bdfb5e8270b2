import {expect} from 'chai'

import {bucketOf, Quota, readRateLimit} from '../../../src/lib/hub/quota.js'

const SIZE = {requests: 500, windowMs: 300_000}
const read = (ratelimit: string, policy = '') =>
  readRateLimit(new Headers({ratelimit, 'ratelimit-policy': policy}))

describe('rate limit', () => {
  it('is read from its header: the one that is used up first, in the bucket named first', () => {
    for (const [text, bucket, remaining, seconds] of [
      ['"api";r=499;t=289', 'api', 499, 289],
      ['"resolvers"; r=1; t=0', 'resolvers', 1, 0],
      ['"api";t=4;r=3', 'api', 3, 4],
      ['api;r=3;t=4', 'api', 3, 4],
      [' ;r=3;t=4', '', 3, 4],
      ['"api";r=499;t=289, "burst";r=0;t=5', 'api', 0, 5],
      ['"api";r=0;t=5, "day";r=0;t=600', 'api', 0, 600],
    ] as const)
      expect(read(text), text).to.deep.equal({bucket, remaining, resetMs: seconds * 1000})
  })

  it('is not known from anything else', () => {
    for (const text of ['', '"api"', '"api";r=5', '"api";t=5', '"api";r=-1;t=5', 'r=5, t=5'])
      expect(read(text, '"fixed window";"api";q=500;w=300'), text).to.equal(undefined)
  })

  it('has the size that the policy of its bucket says', () => {
    for (const [policy, size] of [
      ['"fixed window";"api";q=500;w=300', SIZE],
      ['"api"; q = 500 ; w = 300', SIZE],
      ['"fixed window";"pages";q=1;w=1, "fixed window";"api";q=500;w=300', SIZE],
      ['"fixed window";"api";q=500;w=31536000', {...SIZE, windowMs: 3_600_000}],
      ['"fixed window";"pages";q=500;w=300', undefined],
      ['"fixed window";"api";q=0;w=300', undefined],
    ] as const)
      expect(read('"api";r=4;t=5', policy)?.size, policy).to.deep.equal(size)
  })

  it('is counted in the bucket of the path', () => {
    for (const [path, bucket] of [
      ['/api/datasets?author=kim', 'api'],
      ['/datasets/kim/x/resolve/main/data.parquet', 'resolvers'],
      ['/datasets/kim/x', 'pages'],
      ['/datasets/kim/x?next=/api/', 'pages'],
    ] as const)
      expect(bucketOf(`https://hub.example${path}`)).to.equal(bucket)
  })
})

describe('quota', () => {
  const UNKNOWN = {left: Number.POSITIVE_INFINITY, refillMs: 0}
  const turn = () => new Promise(setImmediate)
  let now: number
  let quota: Quota
  let waits: number[]
  const note = (remaining: number, resetMs: number) => quota.note({remaining, resetMs})

  beforeEach(() => {
    now = 1000
    waits = []
    quota = new Quota(
      async ({ms}) => {
        waits.push(ms)
        await turn()
        now += ms
      },
      () => now,
    )
  })

  it('is unknown before the first response and after the end of the window; its size is kept', () => {
    expect(quota.allowance).to.deep.equal(UNKNOWN)
    quota.note({remaining: 3, resetMs: 5000, size: SIZE})
    expect(quota.allowance).to.deep.equal({left: 3, refillMs: 0})
    now += 5000
    expect(quota.allowance).to.deep.equal(UNKNOWN)
    note(3, 5000)
    expect(quota.size).to.equal(SIZE)
  })

  it('says how long it stays used up, and believes in no window of weeks', () => {
    note(0, 5000)
    now += 1500
    expect(quota.allowance).to.deep.equal({left: 0, refillMs: 3500})
    note(0, 1e12)
    expect(quota.allowance.refillMs).to.equal(3_600_000)
  })

  it('takes the lowest count of a window for the latest, since responses overtake one another', () => {
    for (const remaining of [9, 5, 7]) note(remaining, 5000)
    expect(quota.allowance.left).to.equal(5)
  })

  it('believes a new window, be it a later or an earlier one', () => {
    note(0, 300_000)
    note(0, 0)
    expect(quota.allowance).to.deep.equal(UNKNOWN)
    note(1, 4000)
    now += 3900
    note(99, 4000)
    expect(quota.allowance.left).to.equal(99)
  })

  it('counts the windows in which nothing succeeded, once for all that wait together', async () => {
    await Promise.all([quota.refilled(5), quota.refilled(5)])
    await quota.refilled(5)
    expect(waits).to.deep.equal([100, 1000])
    expect(quota.exhaustedWindows).to.equal(2)
    quota.succeeded()
    expect(quota.exhaustedWindows).to.equal(0)
  })

  it('lets a request go rather than wait for a fourth window in a row in which nothing succeeded', async () => {
    quota.exhaustedWindows = 3
    note(0, 5000)
    await quota.run(turn)
    expect(waits).to.deep.equal([])
  })

  it('lets no more requests go at a time than are left, and all that wait for it wait once', async () => {
    note(2, 5000)
    let inside = 0
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const sending = Array.from({length: 6}, () =>
      quota.run(() => {
        inside++
        return answered
      }),
    )
    await turn()
    expect(inside).to.equal(2)
    note(0, 5000)
    answer()
    await Promise.all(sending)
    expect([waits, inside]).to.deep.equal([[5000], 6])
  })
})
