import {expect} from 'chai'

import {carryOut, type Outcome} from '../../src/lib/deletion.js'
import {CancelledError, SmoltraceError} from '../../src/lib/errors.js'
import {type CleanupResult} from '../../src/lib/execution.js'
import {connectHub} from '../../src/lib/hub/client.js'
import {findCredentials} from '../../src/lib/hub/credentials.js'
import {HubError, HubFormatError, HubUnreachableError} from '../../src/lib/hub/errors.js'
import {createTransport} from '../../src/lib/hub/transport.js'
import {RUN_TYPES} from '../../src/lib/naming.js'
import {comparePlan, plannedDatasets} from '../../src/lib/plan.js'
import {printable} from '../../src/lib/text.js'
import {styleFor} from '../../src/lib/ui/style.js'
import {formatSummary} from '../../src/lib/ui/summary.js'
import {formatTable} from '../../src/lib/ui/table.js'
import {drawWindow} from '../../src/lib/ui/window.js'
import {
  ago,
  fakeHub,
  inventoryOf,
  json,
  leaderboardDataset,
  MINUTE,
  namesIn,
  NOW,
  PLAIN,
  planOf,
  refusal,
  rejectionOf,
  runDatasets,
  serve,
  streamOf,
  type StubServer,
  TOKEN,
} from '../support/builders.js'

const RUN = 'kim/smoltrace-results-20260901_120000'
const AUTHORIZED = {headers: {Authorization: `Bearer ${TOKEN}`}}

describe('defects found', () => {
  let server: StubServer | undefined

  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  const start = async (...args: Parameters<typeof serve>) => {
    server = await serve(...args)
    return server
  }

  it('a slow clock never makes --keep-recent give up the newest run, named by --run', () => {
    const newest = runDatasets('20261005_110000', RUN_TYPES, {createdAt: ago(10 * MINUTE)})
    const older = runDatasets('20261001_110000')
    const inventory = inventoryOf([...newest, ...older])
    const options = {run: ['20261005_110000'], keepRecent: 1}
    expect(namesIn(planOf(inventory, options)), 'with the right clock').to.deep.equal([])
    expect(namesIn(planOf({...inventory, now: ago(60 * MINUTE)}, options)), 'an hour slow').to.deep.equal([])
  })

  it('a signal that ends a body in its middle is a cancellation with exit code 130, not a broken answer', async () => {
    const controller = new AbortController()
    const {url} = await start((_, response) => {
      response.writeHead(200, {'content-type': 'application/json'})
      response.write('[', () => setTimeout(() => controller.abort(), 20))
    })
    const hub = connectHub({endpoint: url, token: TOKEN, source: 'HF_TOKEN', signal: controller.signal})
    const error = (await rejectionOf(hub.listDatasets('kim'))) as SmoltraceError
    expect(error).to.be.instanceOf(CancelledError)
  })

  it('a page is not taken for a deletion where the endpoint has a path', async () => {
    const {url} = await start((_, response) =>
      response.writeHead(200, {'content-type': 'text/html'}).end('<html>Log in'),
    )
    const hub = connectHub({endpoint: `${url}/hub`, token: TOKEN, source: 'HF_TOKEN'})
    expect(await rejectionOf(hub.deleteDataset(RUN, 'kim', 'run'))).to.be.instanceOf(HubFormatError)
  })

  for (const link of [
    '<URL/api/datasets?cursor=2>; rel="NEXT"',
    '<UPPER/api/datasets?cursor=2>; rel="next"',
  ]) {
    it(`a listing that goes on at ${link} is an error, never a short listing`, async () => {
      const {url} = await start((_, response) =>
        json(response, [], {
          headers: {link: link.replace('URL', url).replace('UPPER', url.replace('http', 'HTTP'))},
        }),
      )
      const hub = connectHub({endpoint: url, token: TOKEN, source: 'HF_TOKEN'})
      expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
    })
  }

  it('a listing with an entry whose last change is null is an error', async () => {
    const {url} = await start((_, response) =>
      json(response, [
        {_id: '1', id: RUN, sha: 'a', createdAt: '2026-09-01T12:00:00Z', lastModified: null, private: true},
      ]),
    )
    const hub = connectHub({endpoint: url, token: TOKEN, source: 'HF_TOKEN'})
    expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
  })

  it('a DELETE whose answer was lost is not called unattempted after a limit of the action', async () => {
    const plan = planOf(inventoryOf(runDatasets('20260901_120000', ['results'])), {all: true, grace: '0'})
    const answers = [
      new HubUnreachableError('no answer'),
      refusal(429, {actionLimit: true, text: '300 per day'}),
    ]
    const [outcome] = await carryOut(plan, {
      hub: fakeHub(plannedDatasets(plan), (_, time) => answers[time]),
      concurrency: 1,
      excluded: new Map(),
      lookAgain: async () => new Map(),
      onEvent() {},
    })
    expect(outcome?.status).to.equal('failed')
    expect(outcome?.reason).to.include('may be deleted or not')
  })

  it('the name of who protected the leaderboard is safe to print in the summary', () => {
    const inventory = inventoryOf([], {leaderboard: leaderboardDataset()})
    const plan = planOf(inventory, {deleteLeaderboard: true})
    const excluded = comparePlan(plan, inventory, {leaderboard: {by: 'ann\u001B[2J', at: NOW}})
    const outcomes = [...excluded].map(([name, exclusion]): Outcome => ({name, ...exclusion}))
    const counts = {deleted: 0, failed: 0, skipped: 1, gone: 0, unattempted: 0}
    const none = {runs: 0, datasets: 0}
    const result: CleanupResult = {
      plan,
      dryRun: false,
      declined: false,
      interrupted: false,
      outcomes,
      counts,
      found: none,
      remaining: none,
      deletionMs: 1,
      warnings: [],
    }
    expect(formatSummary(result, PLAIN)).to.include('ann').and.not.include('\u001B')
  })

  it('the Arabic letter mark, which turns the direction of writing, is not printed', () => {
    expect(printable('a\u061Cb')).to.equal('a b')
  })

  it('a token that stands where the endpoint should be does not show in the error', async () => {
    const error = await rejectionOf(findCredentials({env: {HF_ENDPOINT: TOKEN, HF_TOKEN: TOKEN}}))
    expect(error.message).not.to.include(TOKEN)
  })

  it('a token that the other side sends back does not show in the error', async () => {
    const {url} = await start(({headers}, response) =>
      json(response, {error: `bad header ${headers.authorization}`}, {status: 400}),
    )
    const error = await rejectionOf(createTransport({endpoint: url})(`${url}/api/x`, AUTHORIZED))
    expect(error.message).not.to.include(TOKEN)
  })

  it('a password in the endpoint does not show in the error', async () => {
    const endpoint = 'http://kim:hunter2@127.0.0.1:9'
    const error = await rejectionOf(createTransport({endpoint})(`${endpoint}/api/x`))
    expect(error.message).not.to.include('hunter2')
  })

  const bodies: Array<[body: string, words: string[]]> = [
    ['{"error":{"message":"too long"}}', ['too long']],
    ['{"error":"invalid_grant","error_description":"it expired"}', ['invalid_grant', 'it expired']],
  ]
  for (const [body, words] of bodies) {
    it(`an error of the Hub such as ${body} keeps its words`, async () => {
      const {url} = await start((_, response) =>
        response.writeHead(400, {'content-type': 'application/json'}).end(body),
      )
      const {answer} = (await rejectionOf(createTransport({endpoint: url})(`${url}/api/x`))) as HubError
      for (const word of words) expect(answer.text).to.include(word)
    })
  }

  it('an error of the Hub such as {"errors":[{"message":"…"}]} is told in its words, not in JSON', async () => {
    const {url} = await start((_, response) =>
      json(response, {errors: [{message: 'too long'}]}, {status: 400}),
    )
    const {answer} = (await rejectionOf(createTransport({endpoint: url})(`${url}/api/x`))) as HubError
    expect(answer.text).to.equal('too long')
  })

  it('a coloured stderr stays coloured where stdout is a pipe', () => {
    const {isTTY} = process.stdout
    const {NO_COLOR} = process.env
    try {
      process.stdout.isTTY = false
      delete process.env.NO_COLOR
      expect(styleFor(streamOf({isTTY: true, colours: true})).red('x')).to.include('\u001B[')
    } finally {
      process.stdout.isTTY = isTTY
      if (NO_COLOR !== undefined) process.env.NO_COLOR = NO_COLOR
    }
  })

  it('a table that fits exactly is not wrapped', () => {
    const columns = [{title: 'RUN'}, {title: 'WHY'}]
    const rows = [['20260901_120000', 'older than 30d; no traces, no metrics']]
    const width = 15 + 2 + (rows[0]?.[1]?.length ?? 0)
    expect(formatTable(columns, rows, {style: PLAIN, width}).split('\n')).to.have.length(2)
  })

  it('a table loses nothing of words whose characters take two columns', () => {
    const name = '日本語の名前'
    expect(
      formatTable([{title: 'A'}, {title: 'B'}], [[name, name]], {style: PLAIN, width: undefined}),
    ).to.match(new RegExp(`${name}\\s+${name}`))
  })

  it('a table loses nothing of a long word in its last column', () => {
    const name = 'kim/smoltrace-results-20260901_120000'
    const text = formatTable([{title: 'RUN'}, {title: 'DATASET'}], [['20260901_120000', name]], {
      style: PLAIN,
      width: 40,
    })
    expect(text.replaceAll(/\s+/g, '')).to.include(name)
  })

  it('a line that is cut never ends in half a character', () => {
    const [, line = ''] = drawWindow(
      [{name: 'x', state: 'failed', word: 'failed', reason: '🤗🤗🤗🤗🤗🤗🤗🤗🤗🤗'}],
      '',
      {height: 5, width: 24},
      PLAIN,
    )
    expect(line)
      .to.match(/…$/)
      .and.not.match(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/)
  })
})
