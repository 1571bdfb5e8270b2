import {expect} from 'chai'

import {bucketOf, QuotaWatch, readQuota} from '../../../src/lib/hub/quota.js'

const quota = (ratelimit: string, policy?: string) =>
  readQuota(new Headers({ratelimit, ...(policy && {'ratelimit-policy': policy})}))
const turn = () => new Promise(setImmediate)

describe('quota', () => {
  const readable: Array<[text: string, bucket: string, remaining: number, resetMs: number]> = [
    ['"api";r=499;t=289', 'api', 499, 289_000],
    ['"api";r=0;t=52', 'api', 0, 52_000],
    ['"resolvers"; r=1; t=0', 'resolvers', 1, 0],
    ['"api" ; r = 3 ; t = 4', 'api', 3, 4000],
    ['"api";t=4;r=3', 'api', 3, 4000],
    ['api;r=3;t=4', 'api', 3, 4000],
    [' ;r=3;t=4', '', 3, 4000],
    ['"api";r=499;t=289, "burst";r=0;t=5', 'api', 0, 5000],
    ['"api";r=0;t=5, "day";r=0;t=600', 'api', 0, 600_000],
    ['"api";r=4;t=5, nonsense', 'api', 4, 5000],
  ]
  for (const [text, bucket, remaining, resetMs] of readable) {
    it(`is read from ${text}`, () => {
      expect(quota(text)).to.deep.equal({bucket, remaining, resetMs})
    })
  }

  it('is not known from anything else', () => {
    const unreadable = [
      '',
      '"api"',
      '"api";r=5',
      '"api";t=5',
      '"api";r=;t=5',
      '"api";r=-1;t=5',
      '"api";r=x;t=y',
    ]
    for (const text of [...unreadable, 'r=5, t=5', '"api";q=500;w=300'])
      expect(quota(text), text).to.equal(undefined)
    expect(readQuota(new Headers({'ratelimit-policy': '"fixed window";"api";q=500;w=300'}))).to.equal(
      undefined,
    )
  })

  const size = {requests: 500, windowMs: 300_000}
  for (const [policy, found] of [
    ['"fixed window";"api";q=500;w=300', size],
    ['"api"; q = 500 ; w = 300', size],
    ['"fixed window";"pages";q=1;w=1, "fixed window";"api";q=500;w=300', size],
    ['"fixed window";"api";q=500;w=31536000', {...size, windowMs: 3_600_000}],
    ['"fixed window";"pages";q=500;w=300', undefined],
    ['"fixed window";"api";q=0;w=300', undefined],
    ['"fixed window";"api";q=500', undefined],
    ['nonsense', undefined],
  ] as const) {
    it(`has ${found ? 'a' : 'no'} known size by ${policy}`, () => {
      const watch = new QuotaWatch(() => 0)
      watch.note(quota('"api";r=4;t=5', policy)!)
      expect(watch.sizeOf('api')).to.deep.equal(found)
      expect(watch.sizeOf('resolvers')).to.equal(undefined)
    })
  }

  for (const [path, bucket] of [
    ['/api/datasets?author=kim', 'api'],
    ['/api/repos/delete', 'api'],
    ['/datasets/kim/x/resolve/main/data.parquet', 'resolvers'],
    ['/datasets/kim/x', 'pages'],
    ['/datasets/kim/x?next=/api/', 'pages'],
  ] as const) {
    it(`is that of ${bucket} for ${path}`, () => {
      expect(bucketOf(`https://hub.example${path}`)).to.equal(bucket)
    })
  }
})

describe('the watch over the quota', () => {
  const UNKNOWN = {left: Number.POSITIVE_INFINITY, refillMs: 0}
  const watching = () => {
    const clock = {now: 1000}
    const watch = new QuotaWatch(() => clock.now)
    const note = (remaining: number, resetMs: number) => watch.note({bucket: 'api', remaining, resetMs})
    return {clock, watch, note}
  }

  it('knows nothing before the first response, of another bucket, and after the end of the window', () => {
    const {clock, watch, note} = watching()
    expect(watch.allowance('api')).to.deep.equal(UNKNOWN)
    note(3, 5000)
    expect(watch.allowance('resolvers')).to.deep.equal(UNKNOWN)
    expect(watch.allowance('api')).to.deep.equal({left: 3, refillMs: 0})
    clock.now += 5000
    expect(watch.allowance('api')).to.deep.equal(UNKNOWN)
  })

  it('says how long a used-up quota stays so, and believes in no window of weeks', () => {
    const {clock, watch, note} = watching()
    note(0, 5000)
    clock.now += 1500
    expect(watch.allowance('api')).to.deep.equal({left: 0, refillMs: 3500})
    note(0, 1e12)
    expect(watch.allowance('api').refillMs).to.equal(3_600_000)
  })

  it('takes the lowest count of a window for the latest, since responses overtake one another', () => {
    const {clock, watch, note} = watching()
    for (const remaining of [9, 5, 7]) {
      note(remaining, 5000)
      clock.now += 100
    }

    expect(watch.allowance('api').left).to.equal(5)
  })

  it('believes a new window, be it a later or an earlier one', () => {
    const {clock, watch, note} = watching()
    note(0, 300_000)
    note(0, 0)
    expect(watch.allowance('api')).to.deep.equal(UNKNOWN)
    note(1, 4000)
    clock.now += 3900
    note(99, 4000)
    expect(watch.allowance('api').left).to.equal(99)
  })

  it('counts the windows of each bucket in which nothing went well, once for all that wait together', async () => {
    const {watch} = watching()
    const wait = (bucket: string) => watch.refilled(bucket, async () => void (await turn()))
    await Promise.all([wait('api'), wait('api'), wait('resolvers')])
    await wait('api')
    const counts = () => ['api', 'resolvers', 'pages'].map((bucket) => watch.vainWindows(bucket))
    expect(counts()).to.deep.equal([2, 1, 0])
    watch.succeeded('api')
    expect(counts()).to.deep.equal([0, 1, 0])
  })

  it('lets a request go rather than wait for a fourth window in a row in which nothing went well', async () => {
    const {watch, note} = watching()
    note(0, 5000)
    const waits: number[] = []
    // Each window is over, and the next one is as empty: the clock does not move.
    const leave = await watch.enter('api', async (ms) => void waits.push(ms))
    expect(waits).to.deep.equal([5000, 5000, 5000])
    leave()
  })

  it('lets no more requests go at a time than are left, and all that wait for the quota wait once', async () => {
    const {clock, watch, note} = watching()
    note(2, 5000)
    const waits: number[] = []
    const refill = async (ms: number) => {
      waits.push(ms)
      await turn()
      clock.now += ms
    }

    const inside: Array<() => void> = []
    const entering = Array.from({length: 6}, async () => inside.push(await watch.enter('api', refill)))
    await turn()
    expect(inside).to.have.length(2)
    note(0, 5000)
    inside.shift()?.()
    await Promise.all(entering)
    expect(waits).to.deep.equal([5000])
    expect(inside).to.have.length(5)
  })
})
