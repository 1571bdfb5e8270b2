import {expect} from 'chai'

import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {ask, failureOf, NOW, sandboxAt} from './support.js'

describe('sandbox: robustness', () => {
  let sandbox: Sandbox

  before(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
    sandbox.state.addDataset({name: 'mira/one', createdAt: NOW})
  })

  after(() => sandbox.close())

  afterEach(async () => {
    expect((await ask(sandbox, 'GET /api/whoami-v2')).status).to.equal(200)
  })

  for (const [line, body] of [
    ['DELETE /api/repos/delete', '{"name":'],
    ['DELETE /api/repos/delete', ''],
    ['DELETE /api/repos/delete', '[]'],
    ['DELETE /api/repos/delete', 'null'],
    ['DELETE /api/repos/delete', '{"name":1,"organization":"mira","type":"dataset"}'],
    ['DELETE /api/repos/delete', '{"name":"one","organization":{},"type":"dataset"}'],
    ['DELETE /api/repos/delete', '{"name":"one","organization":"mira","type":7}'],
    ['POST /api/repos/create', '{"type":"dataset","name":"x","files":[null]}'],
    ['POST /api/repos/create', '{"type":"dataset","name":"x","visibility":"secret"}'],
    ['POST /api/repos/create', '{"type":"space","name":"x"}'],
    ['POST /api/repos/move', '{"type":"dataset","fromRepo":"mira/one","toRepo":"mira"}'],
    ['POST /api/repos/move', '{"type":"dataset","fromRepo":"mira/one","toRepo":"mira/a/b"}'],
    ['PUT /api/datasets/mira/one/settings', '"x"'],
    ['POST /api/datasets/mira/one/commit/main', '{"key":"header"'],
    ['POST /api/datasets/mira/one/commit/main', '{"key":1,"value":{}}'],
    ['POST /api/datasets/mira/one/commit/main', '{"key":"header","value":null}'],
    ['POST /api/datasets/mira/one/preupload/main', '{"files":7}'],
    ['POST /api/datasets/mira/one/preupload/main', '{"files":[7]}'],
    ['POST /api/datasets/mira/one/paths-info/main', '{"paths":[{}]}'],
    ['POST /datasets/mira/one.git/info/lfs/objects/batch', '{"operation":"upload","objects":[{"oid":"x"}]}'],
    ['POST /datasets/mira/one.git/info/lfs/objects/batch', '{"operation":"download"}'],
  ] as const)
    it(`answers 400 to ${line} with ${body || 'nothing'}`, async () => {
      const reply = await ask(sandbox, line, {body})
      expect([reply.status, typeof reply.json().error]).to.deep.equal([
        line.includes('.git') ? 400 : 400,
        'string',
      ])
    })

  for (const line of [
    'GET /api/datasets/mira/%E0%A4%A',
    'GET /datasets/mira/one/resolve/main/%zz',
    'GET /api/datasets/%/x',
  ])
    it(`answers 400 to a broken encoding: ${line}`, async () => {
      expect((await ask(sandbox, line)).status).to.equal(400)
    })

  for (const line of [
    'GET /',
    'PATCH /api/datasets',
    'POST /api/whoami-v2',
    'GET /api',
    'GET //',
    'DELETE /api/datasets/mira/one',
  ])
    it(`answers 404 to ${line}`, async () => {
      expect((await ask(sandbox, line)).status).to.equal(404)
    })

  it('answers 413 to a body of more than 16 MB', async () => {
    const body = new Uint8Array(16 * 1024 * 1024 + 1)
    const reply = await ask(sandbox, 'POST /api/datasets/mira/one/commit/main', {body})
    expect(reply.status).to.equal(413)
  })

  it('listens on loopback only, and says clearly that a port is taken', async () => {
    expect(new URL(sandbox.url).hostname).to.equal('127.0.0.1')
    const port = Number(new URL(sandbox.url).port)
    const error = await failureOf(startSandbox({port}))
    expect(error).to.be.instanceOf(Error)
    expect((error as Error).message).to.equal(`--port ${port}: it is already in use on 127.0.0.1.`)
  })
})
