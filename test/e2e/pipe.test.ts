import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {root} from '../support/cli.js'
import {runsAt, until, withHub} from '../support/hub.js'
import {cleanEnv, type Finished, PROGRAM, run, start} from '../support/process.js'
import {isDelete} from '../support/sandbox.js'

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

  it('[S9] asks for --yes where there is no terminal, before anything is listed', () =>
    withHub({runs: 2}, async (hub) => {
      const result = await run(['cleanup', '--all', '--no-dry-run'], cleanEnv(hub))
      expectUsageError(result, /no terminal to ask on: add --yes/)
      expect(hub.requests).to.deep.equal([])
    }))

  it('takes nothing from stdin for its arguments: that belongs to the loop around it', async () => {
    const env = cleanEnv()
    const {stdout, stderr, exitCode} = await run(['history'], env, PROGRAM, 'one\ntwo\n')
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    expect(stdout).to.equal((await run(['history'], env)).stdout)
    for (const command of [['runs', 'protect'], ['runs', 'unprotect'], ['restore']])
      expectUsageError(
        await run(command, env, PROGRAM, '20250101_000000\n'),
        /Missing TIMESTAMP|Nothing selected: use DIR/,
      )
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
        hub.intercept({match: isDelete, times: 1, before: () => close.now()})
        const deletion = start(['cleanup', '--keep-recent', '3', '--no-dry-run', '--yes'], cleanEnv(hub))
        close.now = deletion[stream]
        const {exitCode} = await deletion.finished
        expect(exitCode).to.equal(0)
        expect(runsAt(hub)).to.have.length(4)
      }))
  }
})

describe('the stack that DEBUG shows', () => {
  it('names the sources and their lines', async () => {
    const {stderr} = await run(
      ['runs', 'group', '--older-than', 'nonsense'],
      cleanEnv(undefined, {DEBUG: 'smoltrace'}),
    )
    const [, path = '', line] = /at parseAge \(.*?(src\/lib\/\S+\.ts):(\d+):\d+\)/.exec(stderr) ?? []
    expect(readFileSync(join(root, path), 'utf8').split('\n')[Number(line) - 1]).to.include(
      'new OptionError(',
    )
  })

  it('has in it neither the token nor a control character', () =>
    withHub({seed: 'empty'}, async (hub) => {
      const token = String.raw`hf_Zq8$x'y!Zq8`
      const body = JSON.stringify({error: `\u009B2J\u202E ${token}`})
      hub.intercept({match: () => true, respond: {status: 400, headers: {'X-Request-Id': token}, body}})
      const env = {...cleanEnv(hub), HF_TOKEN: token, DEBUG: '1'}
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
    }))
})

function expectUsageError({stdout, stderr, exitCode}: Finished, says: RegExp): void {
  expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
  expect(stderr)
    .to.match(/^Error: /)
    .and.match(says)
  expect(stderr).not.to.match(/^\s+at /m)
}
