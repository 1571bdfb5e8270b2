import {expect} from 'chai'
import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {connect} from 'node:net'
import {setImmediate as nextTurn} from 'node:timers/promises'
import {promisify} from 'node:util'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, failureOf, NOW, type Reply, sandboxAt} from './support.js'

describe('sandbox: faults', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
    for (const name of ['one', 'two']) sandbox.state.addDataset({name: `mira/${name}`, createdAt: NOW})
  })

  afterEach(() => sandbox.close())

  const whoami = (): Promise<Reply> => ask(sandbox, 'GET /api/whoami-v2')
  const statuses = async (count: number): Promise<number[]> => {
    const replies: number[] = []
    while (replies.length < count) replies.push((await whoami()).status)
    return replies
  }

  const remove = (name: string): Promise<Reply> =>
    ask(sandbox, 'DELETE /api/repos/delete', {body: {name, organization: 'mira', type: 'dataset'}})

  it('answers instead of the Hub, with no headers but its own', async () => {
    sandbox.intercept({
      match: ({path}) => path === '/api/whoami-v2',
      respond: {status: 503, headers: {'x-cache': 'Error'}, body: '<html>'},
    })
    const reply = await whoami()
    expect([reply.status, reply.text, reply.headers.get('x-cache')]).to.deep.equal([503, '<html>', 'Error'])
    expect(reply.headers.has('ratelimit')).to.equal(false)
    expect((await ask(sandbox, 'GET /api/datasets?author=mira')).status).to.equal(200)
  })

  it('sends JSON as JSON', async () => {
    sandbox.intercept({match: () => true, respond: {status: 500, body: '{"error":"oops"}'}})
    expect((await whoami()).headers.get('content-type')).to.equal('application/json; charset=utf-8')
  })

  it('strikes as often as it says, until it is removed', async () => {
    sandbox.intercept({match: () => true, times: 2, respond: {status: 500}})
    expect(await statuses(3)).to.deep.equal([500, 500, 200])
    const stop = sandbox.intercept({match: () => true, respond: {status: 502}})
    expect(await statuses(2)).to.deep.equal([502, 502])
    stop()
    expect(await statuses(2)).to.deep.equal([200, 200])
  })

  it('matches on method, path with the query, and body', async () => {
    const seen: unknown[] = []
    sandbox.intercept({
      match(request) {
        seen.push(request)
        return request.body.includes('"two"')
      },
      respond: {status: 500},
    })
    expect([(await remove('one')).status, (await remove('two')).status]).to.deep.equal([200, 500])
    await ask(sandbox, 'GET /api/datasets?author=x')
    expect(seen[0]).to.deep.equal({
      method: 'DELETE',
      path: '/api/repos/delete',
      body: '{"name":"one","organization":"mira","type":"dataset"}',
    })
    expect(seen.at(-1)).to.deep.equal({method: 'GET', path: '/api/datasets?author=x', body: ''})
  })

  it('cuts the connection before the Hub acted', async () => {
    sandbox.intercept({match: ({method}) => method === 'DELETE', times: 1, reset: 'before'})
    expect(await failureOf(remove('one'))).to.be.instanceOf(TypeError)
    expect(sandbox.state.get('mira/one')).not.to.equal(undefined)
    expect(sandbox.requests.at(-1)).to.include({method: 'DELETE', status: 0})
  })

  it('cuts the connection after the Hub acted', async () => {
    sandbox.intercept({match: ({method}) => method === 'DELETE', times: 1, reset: 'after'})
    expect(await failureOf(remove('one'))).to.be.instanceOf(TypeError)
    expect(sandbox.state.get('mira/one')).to.equal(undefined)
    expect((await remove('one')).status).to.equal(404)
  })

  it('lets as many requests through first as it says, and counts only those that it matches', async () => {
    sandbox.intercept({match: ({path}) => path.includes('whoami'), skip: 2, times: 1, respond: {status: 401}})
    expect((await ask(sandbox, 'GET /api/datasets?author=mira')).status).to.equal(200)
    expect(await statuses(4)).to.deep.equal([200, 200, 401, 200])
  })

  it('lets the Hub act where a gateway answers in its place, if it says so', async () => {
    const isDelete = ({method}: {method: string}) => method === 'DELETE'
    sandbox.intercept({match: isDelete, times: 1, acts: true, respond: {status: 502, body: '<html>'}})
    expect([(await remove('one')).status, sandbox.state.get('mira/one')]).to.deep.equal([502, undefined])
    sandbox.intercept({match: isDelete, times: 1, respond: {status: 502, body: '<html>'}})
    expect((await remove('two')).status).to.equal(502)
    expect(sandbox.state.get('mira/two')).not.to.equal(undefined)
  })

  for (const hold of ['before', 'after'] as const) {
    it(`never answers, and lets the Hub act only where it holds ${hold} that`, async () => {
      sandbox.intercept({match: ({method}) => method === 'DELETE', times: 1, hold})
      const giveUp = new AbortController()
      const held = failureOf(
        fetch(`${sandbox.url}/api/repos/delete`, {
          method: 'DELETE',
          headers: {authorization: `Bearer ${sandbox.token}`},
          body: JSON.stringify({name: 'one', organization: 'mira', type: 'dataset'}),
          signal: giveUp.signal,
        }),
      )
      while (sandbox.requests.length === 0) await nextTurn()
      expect((await whoami()).status).to.equal(200)
      giveUp.abort()
      expect(await held).to.have.property('name', 'AbortError')
      expect(sandbox.requests[0]).to.include({method: 'DELETE', status: 0})
      expect(sandbox.state.get('mira/one') === undefined).to.equal(hold === 'after')
    })
  }

  for (const breakOff of ['counted', 'chunked'] as const) {
    it(`breaks a ${breakOff} body off in its middle, so that it cannot be taken for whole`, async () => {
      sandbox.intercept({match: () => true, breakOff})
      const response = await fetch(`${sandbox.url}/api/whoami-v2`)
      expect(response.headers.has('content-length')).to.equal(breakOff === 'counted')
      const {value} = (await response.clone().body?.getReader().read()) ?? {}
      expect(value?.length).to.be.above(0)
      expect(await failureOf(response.text())).to.be.instanceOf(TypeError)
    })
  }

  it('breaks off a body of nothing as well', async () => {
    for (const breakOff of ['counted', 'chunked'] as const) {
      sandbox.intercept({match: () => true, times: 1, respond: {status: 200}, acts: true, breakOff})
      expect(await failureOf(fetch(sandbox.url).then((response) => response.text()))).to.be.instanceOf(
        TypeError,
      )
    }
  })

  it('sends half a body and no more, until the client gives up', async () => {
    sandbox.intercept({match: () => true, breakOff: 'stalled'})
    const giveUp = new AbortController()
    const response = await fetch(`${sandbox.url}/api/whoami-v2`, {signal: giveUp.signal})
    const reader = response.body?.getReader()
    const {value} = (await reader?.read()) ?? {}
    expect(value?.length).to.equal(Math.floor(Number(response.headers.get('content-length')) / 2))
    const more = failureOf(reader?.read() ?? Promise.reject(new Error('no body')))
    giveUp.abort()
    expect(await more).to.have.property('name', 'AbortError')
  })

  it('lets something happen first, then the Hub answers', async () => {
    sandbox.intercept({
      match: ({method}) => method === 'DELETE',
      before: () => sandbox.state.remove('mira/one'),
    })
    expect((await remove('one')).status).to.equal(404)
  })

  it('waits for what happens first', async () => {
    const order: string[] = []
    sandbox.intercept({
      match: ({method}) => method === 'DELETE',
      async before() {
        await nextTurn()
        order.push(sandbox.state.get('mira/one') ? 'before' : 'too late')
      },
    })
    order.push(String((await remove('one')).status))
    expect(order).to.deep.equal(['before', '200'])
  })

  it('reaches the CDN as well, whose requests are not in the log', async () => {
    sandbox.state.addDataset({name: 'mira/data', createdAt: NOW, files: {'x.parquet': 'PAR1'}})
    sandbox.intercept({
      match: ({path}) => path.startsWith('/xet-bridge-us/'),
      times: 1,
      respond: {status: 500},
    })
    const url = `${sandbox.url}/datasets/mira/data/resolve/main/x.parquet`
    expect((await fetch(url)).status).to.equal(500)
    expect((await fetch(url)).status).to.equal(200)
    expect(sandbox.requests.map(({path}) => path)).to.deep.equal([
      '/datasets/mira/data/resolve/main/x.parquet',
      '/datasets/mira/data/resolve/main/x.parquet',
    ])
  })

  it('logs every request with its body and its status', async () => {
    await remove('one')
    await ask(sandbox, 'GET /api/datasets/mira/one?expand=sha')
    expect(sandbox.requests).to.deep.equal([
      {
        method: 'DELETE',
        path: '/api/repos/delete',
        body: '{"name":"one","organization":"mira","type":"dataset"}',
        status: 200,
        at: NOW,
      },
      {method: 'GET', path: '/api/datasets/mira/one?expand=sha', status: 404, at: NOW},
    ])
  })

  it('ends at once, though somebody has sent half a request', async () => {
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1')
    const cut = once(socket, 'close')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write('POST /api/repos/create HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf')
    // The server reads in order: once this is answered, it has the other half request too.
    await whoami()
    await sandbox.close()
    await cut
  })

  it('ends at once, though an answer is still being held back', async () => {
    sandbox.intercept({match: () => true, delayMs: 3_600_000})
    const held = failureOf(whoami())
    while (sandbox.requests.length === 0) await nextTurn()
    await sandbox.close()
    expect(await held).to.be.instanceOf(TypeError)
    await sandbox.close()
  })

  it('leaves nothing behind that would keep the process alive', async () => {
    const script = `
      import {startSandbox} from './src/lib/sandbox/index.ts'
      const sandbox = await startSandbox({seed: 'empty'})
      const held = new Promise((resolve) => {
        sandbox.intercept({match: () => true, delayMs: 3600000, times: 1})
        sandbox.intercept({match: () => (resolve(), true)})
      })
      const failed = fetch(sandbox.url).catch(() => console.log('cut'))
      await Promise.all([fetch(sandbox.url), held])
      await sandbox.close()
      await failed`
    const {stdout} = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      {timeout: 90_000},
    )
    expect(stdout).to.equal('cut\n')
  })
})
