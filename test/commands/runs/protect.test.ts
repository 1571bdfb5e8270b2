import {expect} from 'chai'

import {runCli} from '../../support/cli.js'
import {envOf, runDatasetsAt} from '../../support/hub.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

describe('runs protect and unprotect', () => {
  let hub: Sandbox
  let first: string
  let second: string

  const run = (...argv: string[]) => runCli(['runs', ...argv], envOf(hub))

  beforeEach(async () => {
    hub = await startSandbox({runs: 6})
    ;[first = '', second = ''] = runDatasetsAt(hub).flatMap((name) => /traces-(.*)$/.exec(name)?.[1] ?? [])
    hub.requests.length = 0
  })

  afterEach(() => hub.close())

  it('pins runs and lifts pins, says so for each, and shows which are pinned', async () => {
    const why = ['--reason', 'paper', '--until', '2999-12-31']
    const {stdout, stderr, exitCode} = await run('protect', first, second, ...why)
    expect([exitCode, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.include(`${first} is now pinned by mira until 2999-12-31: paper.`).and.include(second)
    const shown = (await run('group')).stdout.split('\n').filter((line) => line.includes('pinned'))
    expect(shown).to.have.length(2)
    expect((await run('protect', first)).stdout).to.include(`${first} is now pinned by mira: paper.`)
    expect((await run('protect', first)).stdout).to.include(`${first} is already pinned by mira: paper.`)
    const lifted = await run('unprotect', first)
    expect(lifted.stdout).to.include(`${first} is no longer pinned. It was pinned by mira`)
    expect((await run('unprotect', first)).stdout).to.include('was not pinned')
  })

  it('end with 3 where a card cannot be changed, say what is half, and finish it when called again', async () => {
    const refuse = () =>
      hub.intercept({
        match: ({method, path}) => method === 'POST' && path.includes(`results-${first}/commit`),
        respond: {status: 403, body: '{"error": "no"}'},
      })
    let allow = refuse()
    const half = await run('protect', first, second)
    expect(half.exitCode).to.equal(3)
    expect(half.stdout).to.match(new RegExp(`^${first} is now pinned by mira, but only half pinned: `, 'm'))
    expect(half.stdout).to.include('1 of 2 runs')
    expect((await run('group')).stdout).to.match(new RegExp(`^${first} .*half pinned$`, 'm'))
    const document = JSON.parse((await run('protect', first, '--json')).stdout)
    expect(document.runs[0]).to.deep.include({half: true, tagged: false})
    allow()
    expect((await run('protect', first)).exitCode ?? 0).to.equal(0)
    allow = refuse()
    const still = await run('unprotect', first)
    expect(still.exitCode).to.equal(3)
    expect(still.stdout).to.include(`${first} may still be pinned: `)
    allow()
    expect((await run('unprotect', first)).exitCode).to.equal(0)
    expect((await run('group')).stdout).not.to.match(new RegExp(`^${first} .*pinned`, 'm'))
  })

  it('refuse a run that is not there with 1', async () => {
    const {exitCode, stderr} = await run('protect', '20200101_000000')
    expect(exitCode).to.equal(1)
    expect(stderr).to.include('20200101_000000').and.include('runs group')
  })
})
