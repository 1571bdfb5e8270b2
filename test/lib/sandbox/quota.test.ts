import {expect} from 'chai'

import {parseQuota} from '../../../src/lib/sandbox/index.js'
import {ask, NOW, sandboxForEach} from './support.js'

describe('sandbox: quota', () => {
  let now = NOW.getTime()
  const options = {clock: () => new Date(now), quota: {requests: 3, windowSeconds: 60}}
  const sandbox = sandboxForEach(options, ({state}) => {
    now = NOW.getTime()
    state.addDataset({name: 'mira/one', createdAt: NOW})
  })

  const use = async (line = 'GET /api/whoami-v2') => {
    const {status, headers} = await ask(sandbox(), line)
    return `${status} ${headers.get('ratelimit')}`
  }

  it('counts down, refuses, and starts again when the window is over (A.9)', async () => {
    for (const [wait, answer] of [
      [0, '200 "api";r=2;t=60'],
      [8000, '200 "api";r=1;t=52'],
      [0, '200 "api";r=0;t=52'],
      [51_999, '429 "api";r=0;t=1'],
      [1, '200 "api";r=2;t=60'],
    ] as const) {
      now += wait
      expect(await use()).to.equal(answer)
    }
  })

  it('refuses in plain text, with the policy and without Retry-After, and nothing is done', async () => {
    await Promise.all([use(), use(), use()])
    const body = {name: 'one', organization: 'mira', type: 'dataset'}
    const {status, headers, text} = await ask(sandbox(), 'DELETE /api/repos/delete', {body})
    expect([status, headers.get('content-type')]).to.deep.equal([429, 'text/plain; charset=utf-8'])
    expect(headers.get('ratelimit-policy')).to.equal('"fixed window";"api";q=3;w=60')
    expect(headers.has('retry-after')).to.equal(false)
    expect(text).to.match(/^We had to rate limit you/)
    expect(sandbox().state.get('mira/one')).not.to.equal(undefined)
  })

  it('counts buckets apart', async () => {
    expect(await use('GET /datasets/mira/one/resolve/main/x')).to.include('"resolvers";r=4999;t=60')
    expect(await use('GET /')).to.include('"pages";r=199;t=60')
  })
})

describe('sandbox: a quota in words', () => {
  it('is a number of requests and of seconds', () => {
    expect(parseQuota('100/20')).to.deep.equal({requests: 100, windowSeconds: 20})
    expect(parseQuota('900000000/86400')).to.deep.equal({requests: 900_000_000, windowSeconds: 86_400})
    const wrong = ['', '100', '0/20', '100/0', '-1/20', '100/20s', ' 100/20', '1.5/2', '100/86401', '1/2/3']
    for (const text of wrong) expect(() => parseQuota(text), text).to.throw('such as 100/20')
  })
})
