import {expect} from 'chai'

import {json as answer, serve} from '../support/builders.js'
import {deletionsAt, namesAt, runDatasetsAt, UNKNOWN_TOKEN, until, withHub} from '../support/hub.js'
import {cleanEnv, type Finished, PROGRAM, run, start} from '../support/process.js'
import {type Fault} from '../support/sandbox.js'

/** A port that is given to nobody who asks for a free one. */
const NOBODY = 'http://127.0.0.1:9'
const DELETE_ALL = ['cleanup', '--all', '--no-dry-run', '--yes']

describe('the program on a pipe', () => {
  it('prints the answer on stdout, without colours, and nothing on stderr', () =>
    withHub({runs: 4}, async (hub) => {
      const {stdout, stderr, exitCode} = await run(['runs', 'group'], cleanEnv(hub))
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout)
        .to.match(/^mira at http/)
        .and.to.include('4 runs: ')
      expect(stdout).not.to.include('\u001B')
    }))

  it('deletes what it showed and nothing else, several at a time', () =>
    withHub({runs: 12}, async (hub) => {
      const before = namesAt(hub)
      const {stdout, stderr, exitCode} = await run(
        ['cleanup', '--keep-recent', '3', '--no-dry-run', '--yes'],
        cleanEnv(hub),
      )
      expect(exitCode).to.equal(0)
      const shown = [...stdout.matchAll(/^ +\d+\. (.+)$/gm)].map(([, name]) => name)
      expect(shown.length).to.be.above(10)
      expect(deletionsAt(hub)).to.have.members(shown)
      expect(namesAt(hub)).to.deep.equal(before.filter((name) => !shown.includes(name)))
      expect(stderr.match(/^deleted /gm)).to.have.length(shown.length)
      expect(stdout).to.match(/\nDeleted +\d+ datasets\n/)
    }))

  it('[S9] asks for --yes where there is no terminal, before anything is listed', () =>
    withHub({runs: 2}, async (hub) => {
      const result = await run(['cleanup', '--all', '--no-dry-run'], cleanEnv(hub))
      expectFailure(result, 2, /no terminal to ask on: add --yes/)
      expect(hub.requests).to.deep.equal([])
    }))

  it('takes nothing from stdin for its arguments: that belongs to the loop around it', async () => {
    const env = cleanEnv()
    const {stdout, stderr, exitCode} = await run(['history'], env, PROGRAM, 'one\ntwo\n')
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    expect(stdout).to.equal((await run(['history'], env)).stdout)
    for (const command of [['runs', 'protect'], ['runs', 'unprotect'], ['restore']])
      expectFailure(await run(command, env, PROGRAM, '20250101_000000\n'), 2, /Missing: (?:TIMESTAMP|DIR)/)
  })

  it('stops in silence where nobody reads on', () =>
    withHub({runs: 500}, async (hub) => {
      const listing = start(['datasets', 'list'], cleanEnv(hub))
      await until('the first line', () => listing.stdout.includes('\n'))
      listing.closeStdout()
      const {stderr, exitCode} = await listing.finished
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    }))
})

describe('a deletion that nobody watches any more', () => {
  for (const stream of ['closeStdout', 'closeStderr'] as const) {
    it(`goes on to its end after ${stream}, with the exit code of the job`, () =>
      withHub({runs: 12}, async (hub) => {
        const close = {now() {}}
        hub.intercept({match: ({method}) => method === 'DELETE', times: 1, before: () => close.now()})
        const deletion = start(['cleanup', '--keep-recent', '3', '--no-dry-run', '--yes'], cleanEnv(hub))
        close.now = deletion[stream]
        const {exitCode} = await deletion.finished
        expect(exitCode).to.equal(0)
        expect(new Set(runDatasetsAt(hub).map((name) => name.slice(-15)))).to.have.property('size', 4)
      }))
  }
})

describe('the program without a Hub to rely on', () => {
  type Respond = NonNullable<Fault['respond']>
  const isListing: Fault['match'] = ({path}) => path.startsWith('/api/datasets?')
  const cut = {status: 200, headers: {'Content-Type': 'application/json'}, body: '[{"id":"mira/smol'}
  const cases: Array<
    [what: string, code: number, says: RegExp, how: {env?: Record<string, string>; respond?: Respond}]
  > = [
    ['there is no token', 4, /No Hugging Face token was found[^]*hf auth login/, {env: {HF_TOKEN: ''}}],
    ['the token is rejected', 4, /rejected the token from HF_TOKEN/, {env: {HF_TOKEN: UNKNOWN_TOKEN}}],
    ['nothing listens', 1, /cannot be reached: .*ECONNREFUSED[^]*HF_ENDPOINT/, {env: {HF_ENDPOINT: NOBODY}}],
    ['the Hub answers with broken JSON', 1, /cannot be read/, {respond: cut}],
  ]
  for (const [what, code, says, {env, respond}] of cases) {
    it(`deletes nothing, says why, and shows neither stack nor token where ${what}`, () =>
      withHub({runs: 3, pageSize: 9}, async (hub) => {
        if (respond) hub.intercept({match: isListing, respond})
        const before = namesAt(hub)
        const result = await run(DELETE_ALL, cleanEnv(hub, env))
        expectFailure(result, code, says)
        expect(result.stderr).to.include('Nothing was deleted.')
        expect(deletionsAt(hub)).to.deep.equal([])
        expect(namesAt(hub)).to.deep.equal(before)
      }))
  }

  it('shows a stack with DEBUG, and in it neither the token nor a control character', async () => {
    const token = String.raw`hf_Zq8$x'y!Zq8`
    const server = await serve((_, response) =>
      answer(response, {error: `\u009B2J\u202E ${token}`}, {status: 400, headers: {'x-request-id': token}}),
    )
    try {
      const env = {...cleanEnv(), HF_ENDPOINT: server.url, HF_TOKEN: token, DEBUG: '1'}
      const {stderr, exitCode} = await run(['datasets', 'list'], env)
      expect(exitCode).to.equal(1)
      expect(stderr)
        .to.match(/^\s+at /m)
        .and.include('hf_…')
      expect(stderr)
        .not.to.include('Zq8')
        .and.not.match(/[\u0080-\u009F\u202E]/)
      for (const flag of [['--token', token], [`--token=${token}`]]) {
        const typed = await run(['datasets', 'list', ...flag], {...env, HF_TOKEN: '', DEBUG: '*'})
        expect(typed.stderr).to.include('datasets:list').and.not.include('Zq8')
      }
    } finally {
      await server.close()
    }
  })
})

function expectFailure({stdout, stderr, exitCode}: Finished, code: number, says: RegExp): void {
  expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: code})
  const lines = stderr.split('\n')
  expect(lines.find((line) => !/, trying again in \d+ s \(\d of 5\)\.$/.test(line))).to.match(/^Error: /)
  expect(stderr).to.match(says)
  expect(stderr).not.to.match(/^\s+at /m)
  expect(stderr).not.to.include('hf_')
}
