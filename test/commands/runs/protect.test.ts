import {expect} from 'chai'

import {RUN_TYPES} from '../../../src/lib/base/names.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {writeBoard} from '../../support/boards.js'
import {runDatasets} from '../../support/builders.js'
import {runCli} from '../../support/cli.js'
import {deletionsAt, envOf, isRunDataset, namesAt, runDatasetsAt} from '../../support/hub.js'
import {type Cells} from '../../support/rows.js'

describe('runs protect and unprotect', () => {
  let hub: Sandbox
  let first: string
  let second: string

  const run = (...argv: string[]) => runCli(['runs', ...argv], envOf(hub))

  beforeEach(async () => {
    hub = await startSandbox({runs: 6})
    const stamps = runDatasetsAt(hub).flatMap((name) => /traces-(.*)$/.exec(name)?.[1] ?? [])
    ;[first = '', second = ''] = stamps
    hub.requests.length = 0
  })

  afterEach(() => hub.close())

  it('pins runs, says so for each, and shows them as pinned', async () => {
    const {stdout, stderr, exitCode} = await run(
      'protect',
      first,
      second,
      '--reason',
      'paper',
      '--until',
      '2999-12-31',
    )
    expect([exitCode, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.include(`${first} is now pinned by mira until 2999-12-31: paper.`).and.include(second)
    const shown = (await run('group')).stdout.split('\n').filter((line) => line.includes('pinned'))
    expect(shown).to.have.length(2)
    expect((await run('protect', first)).stdout).to.include(`${first} is now pinned by mira: paper.`)
    expect((await run('protect', first)).stdout).to.include(`${first} is already pinned by mira: paper.`)
  })

  it('lifts the pins again', async () => {
    await run('protect', first, second)
    const {stdout, exitCode} = await run('unprotect', first)
    expect(exitCode).to.equal(0)
    expect(stdout).to.include(`${first} is no longer pinned. It was pinned by mira.`)
    expect((await run('unprotect', first)).stdout).to.include('nothing to lift')
    const shown = (await run('group')).stdout.split('\n').filter((line) => line.includes('pinned'))
    expect(shown.map((line) => line.includes(second))).to.deep.equal([true])
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
    expect(half.stdout).to.match(new RegExp(`^${first} is now pinned by mira, but only half: `, 'm'))
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

  it('[S13] pin runs of an organisation, which stay when its leaderboard is gone', async () => {
    const ofOrg = () => namesAt(hub).filter((name) => isRunDataset(name, 'tinyagents'))
    const [pinned = ''] = ofOrg().flatMap((name) => /traces-(.*)$/.exec(name)?.[1] ?? [])
    const kept = ofOrg().filter((name) => name.endsWith(pinned))
    const going = ofOrg().filter((name) => !kept.includes(name))
    const mine = runDatasetsAt(hub)
    const org = ['--namespace', 'tinyagents']
    expect(await run('protect', pinned, ...org)).to.include({
      stdout: `${pinned} is now pinned by mira.\n`,
      exitCode: 0,
    })
    hub.state.remove('tinyagents/smoltrace-leaderboard')
    const argv = ['cleanup', '--all', '--grace', '0', ...org, '--no-dry-run', '--yes']
    const {stdout, stderr, exitCode} = await runCli(argv, envOf(hub))
    expect(exitCode, stderr).to.equal(0)
    expect(stdout).to.match(new RegExp(`${pinned} .*pinned by its tag`))
    expect(deletionsAt(hub)).to.have.members(going)
    expect(going).not.to.deep.equal([])
    expect(ofOrg()).to.deep.equal(kept)
    expect(runDatasetsAt(hub)).to.deep.equal(mine)
  })

  const bad: Array<[title: string, argv: string[], word: string]> = [
    ['no run', ['protect'], 'TIMESTAMP'],
    ['no run to lift', ['unprotect'], 'TIMESTAMP'],
    ['what is no timestamp', ['protect', 'latest'], 'latest'],
    ['a full name', ['protect', 'mira/smoltrace-results-20260101_000000'], 'timestamp'],
    ['a day that is none', ['protect', '20260101_000000', '--until', 'tomorrow'], '--until'],
    ['an unknown flag', ['protect', '20260101_000000', '--forever'], '--forever'],
  ]
  for (const [title, argv, word] of bad) {
    it(`refuse ${title} with 2, and send nothing`, async () => {
      const {exitCode, stderr, stdout} = await run(...argv)
      expect(exitCode).to.equal(2)
      expect(stderr).to.include(word)
      expect(stdout).to.equal('')
      expect(hub.requests).to.deep.equal([])
    })
  }

  it('refuse a run that is not there with 1', async () => {
    const {exitCode, stderr} = await run('protect', '20200101_000000')
    expect(exitCode).to.equal(1)
    expect(stderr).to.include('20200101_000000').and.include('runs group')
  })

  it('refuse a token that may only read with 4', async () => {
    const {exitCode} = await runCli(['runs', 'protect', first], envOf(hub, hub.tokens.read))
    expect(exitCode).to.equal(4)
  })
})

describe('leaderboard protect, with runs', () => {
  let hub: Sandbox

  const run = (...argv: string[]) => runCli(['leaderboard', 'protect', ...argv], envOf(hub))

  beforeEach(async () => {
    hub = await startSandbox({runs: 9})
  })

  afterEach(() => hub.close())

  it('pins every run that is cited', async () => {
    const {runs} = JSON.parse((await run('--runs', '--json')).stdout)
    expect(runs.length).to.be.greaterThan(5)
    expect((await run('--runs')).stdout.match(/already pinned/g)).to.have.length(runs.length)
  })

  describe('says which runs are in doubt and not pinned, and pins them where named', () => {
    const STAMPS = Array.from({length: 6}, (_, index) => `2026080${index + 1}_120000`)
    const [best = '', text = '', twice = '', bare = ''] = STAMPS
    let board: Sandbox

    beforeEach(async () => {
      board = await startSandbox({seed: 'empty'})
      for (const stamp of STAMPS) {
        for (const {name, createdAt} of runDatasets(stamp, RUN_TYPES, {namespace: board.user}))
          board.state.addDataset({name, createdAt})
      }

      board.state.addDataset({name: `${board.user}/smoltrace-leaderboard`, createdAt: '2026-08-01T00:00:00Z'})
      const row = (stamp: string, cells: Cells): Cells => ({
        results_dataset: `${board.user}/smoltrace-results-${stamp}`,
        run_status: 'completed',
        ...cells,
      })
      writeBoard(board, [
        [row(best, {success_rate: 90}), row(twice, {success_rate: 50}), row(twice, {success_rate: 95})],
        [row(text, {success_rate: 'very good'})],
      ])
    })

    afterEach(() => board.close())

    const protect = (...argv: string[]) => runCli(['leaderboard', 'protect', ...argv], envOf(board))

    it('under --top, for want of a score', async () => {
      const {stdout, stderr, exitCode} = await protect('--top', '1')
      expect(exitCode).to.equal(0)
      expect(stdout).to.include(`${best} is now pinned`)
      const plain = stderr.replaceAll(/\s+(?:›\s+)?/g, ' ')
      expect(plain).to.include('Warning: 5 runs are in doubt and not pinned: ')
      expect(plain).to.match(/and 2 more\. `runs protect \d{8}_\d{6}` pins one all the same\./)
      const {inDoubt, warnings} = JSON.parse((await protect('--top', '1', '--json')).stdout)
      expect(warnings).to.have.length(1)
      expect(inDoubt).to.deep.include({run: bare, why: 'no row on the leaderboard, though it has metrics'})
      expect(inDoubt.map((each: {run: string}) => each.run)).to.have.members(STAMPS.slice(1))
      const command = /`(runs protect \S+)`/.exec(plain)?.[1]?.split(' ') ?? []
      expect((await runCli(command, envOf(board))).exitCode).to.equal(0)
    })

    it('under --runs, those alone that have metrics and no row', async () => {
      const {runs: pinned, inDoubt} = JSON.parse((await protect('--runs', '--json')).stdout)
      expect(pinned.map((each: {run: string}) => each.run)).to.deep.equal([best, text, twice])
      expect(inDoubt.map((each: {run: string}) => each.run)).to.have.members(STAMPS.slice(3))
    })
  })

  for (const argv of [
    ['--top', '0'],
    ['--top', '2', '--runs'],
    ['--by', 'success_rate'],
    ['--top', '1', '--by', 'luck'],
  ]) {
    it(`refuses ${argv.join(' ')} with 2, and sends nothing`, async () => {
      expect((await run(...argv)).exitCode).to.equal(2)
      expect(hub.requests).to.deep.equal([])
    })
  }
})
