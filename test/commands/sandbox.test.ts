import {expect} from 'chai'

import {runCli} from '../support/cli.js'
import {at, withHub} from '../support/hub.js'

describe('sandbox, with a command', () => {
  it('runs the command on an account of its own, whatever the environment says', async () => {
    const elsewhere = {
      HF_TOKEN: 'hf_a_real_one',
      HF_ENDPOINT: 'http://127.0.0.1:9',
      HF_HUB_OFFLINE: '1',
    }
    const {stdout, stderr, exitCode} = await runCli(['sandbox', '--runs', '3', 'runs', 'group'], elsewhere)
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    expect(stdout)
      .to.match(/^mira at http:\/\/127\.0\.0\.1:\d+, /)
      .and.to.include('3 runs: ')
    expect(stdout).not.to.include('hf_a_real_one')
  })

  it("shows the inner command's help with its --help, and its own without", async () => {
    const inner = await runCli(['sandbox', 'cleanup', '--help'])
    expect(inner.stdout).to.include('--grace').and.not.to.include('--latency')
    const own = await runCli(['sandbox', '--help'])
    expect(own.stdout).to.include('--latency').and.not.to.include('--grace')
    expect([inner.exitCode, own.exitCode]).to.deep.equal([0, 0])
  })

  for (const [words, command] of [
    ['datasets', 'datasets list'],
    ['help', 'sandbox'],
    ['help cleanup', 'cleanup'],
  ] as const) {
    it(`shows the help that ${words} shows outside`, async () => {
      const {stdout, stderr, exitCode} = await runCli(['sandbox', ...words.split(' ')])
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.include(command)
    })
  }

  it('has the quota that is asked for, and says how to give one', async () => {
    const argv = ['sandbox', '--runs', '2', '--quota', '2/1', 'datasets', 'list']
    const {stderr, exitCode} = await runCli(argv)
    expect(exitCode).to.equal(0)
    expect(stderr).to.match(/Rate limit reached, resuming in 1 s/)
    const wrong = await runCli(['sandbox', '--quota', '100', 'datasets', 'list'])
    expect(wrong.exitCode).to.equal(2)
    expect(wrong.stderr).to.include('--quota').and.include('such as 100/20')
  })

  it("ends with the inner command's exit code", async () => {
    expect((await runCli(['sandbox', 'cleanup', '--all', '--exit-code'])).exitCode).to.equal(10)
  })

  for (const words of ['autocomplete bash', 'sandbox history']) {
    it(`runs nothing that would do the same outside: ${words}`, async () => {
      const {stdout, stderr, exitCode} = await runCli(['sandbox', ...words.split(' ')])
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      expect(stderr).to.include('Unknown command for the sandbox')
    })
  }

  it('pins a run that an earlier call has shown', () =>
    at(new Date('2026-10-03T12:00:00Z'), async () => {
      const shown = await runCli(['sandbox', 'runs', 'group'])
      const run = /^(\d{8}_\d{6}) .* complete$/m.exec(shown.stdout)?.[1] ?? ''
      const {stdout, exitCode} = await runCli(['sandbox', 'runs', 'protect', run])
      expect({stdout, exitCode}).to.deep.equal({stdout: `${run} is now pinned by mira.\n`, exitCode: 0})
    }))

  it('writes the command that carries out a dry run as it must be typed', async () => {
    const {stdout} = await runCli(['sandbox', '--runs', '4', 'cleanup', '--keep-recent', '1'])
    expect(stdout).to.match(/^ +smoltrace sandbox --runs 4 cleanup --keep-recent 1 --no-dry-run$/m)
  })
})

describe('sandbox, bad input', () => {
  for (const flag of ['--runs -1', '--port 65536', '--speed 3']) {
    it(`refuses ${flag}, and names it`, async () => {
      const {stdout, stderr, exitCode} = await runCli(['sandbox', ...flag.split(' '), 'runs', 'group'])
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      expect(stderr).to.match(new RegExp(`^Error: .*${flag.split(' ')[0]}`))
    })
  }

  it('says so where the port is taken', () =>
    withHub({seed: 'empty'}, async (hub) => {
      const {port} = new URL(hub.url)
      const {stdout, stderr, exitCode} = await runCli(['sandbox', '--port', port, 'runs', 'group'])
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      expect(stderr)
        .to.match(/^Error: /)
        .and.to.include(`--port ${port}`)
        .and.to.include('Use another port')
      expect(hub.requests).to.deep.equal([])
    }))
})
