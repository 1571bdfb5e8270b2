import {expect} from 'chai'

import {GUARD_RULES} from '../../../src/lib/retention/reasons.js'
import {formatBytes} from '../../../src/lib/views/format.js'
import {listedIn, playJson} from '../../recordings/play.js'
import {addToBoard, pinInFile} from '../../support/boards.js'
import {NOW} from '../../support/builders.js'
import {runCli} from '../../support/cli.js'
import {at, envOf, isRunDataset, withHub} from '../../support/hub.js'
import {fillAccount, RUNS} from '../../support/rich-account.js'
import {isProtection, type Sandbox, startSandbox} from '../../support/sandbox.js'

interface RunDocument {
  run: string
  datasets: string[]
  standing: string | null
  pinned: boolean | null
  storage?: number | null
}

const onFile = () => listedIn('runs-group').filter((name) => isRunDataset(name, 'mira'))
const runsOf = async (more: string[] = []) => (await playJson('runs-group', more)).runs as RunDocument[]
const named = (runs: RunDocument[]) => runs.map(({run}) => run)

describe('runs group', () => {
  it('puts every dataset into exactly one run, that of its timestamp', async () => {
    const runs = await runsOf()
    expect(runs.flatMap(({datasets}) => datasets)).to.have.members(onFile())
    for (const {run, datasets} of runs)
      for (const name of datasets) expect(name).to.match(new RegExp(`-${run}$`))
    expect(new Set(named(runs)).size).to.equal(runs.length)
  })
})

describe('runs group on an account', () => {
  const group = (hub: Sandbox, ...flags: string[]) => runCli(['runs', 'group', ...flags], envOf(hub))
  const groupJson = async (hub: Sandbox, ...flags: string[]) =>
    JSON.parse((await group(hub, ...flags, '--json')).stdout) as {
      runs: RunDocument[]
      totals: {states: Record<string, number>; storage?: number | null}
      warnings: string[]
    }

  it('marks the runs that are pinned, and says so where it does not know', () =>
    withHub({runs: 4}, async (hub) => {
      const [first] = (await groupJson(hub)).runs
      pinInFile(hub, {[first!.run]: {by: 'mira', at: new Date()}})
      expect((await groupJson(hub)).runs.map((run) => run.pinned)).to.deep.equal([true, false, false, false])
      expect((await group(hub)).stdout).to.match(new RegExp(`^${first!.run} .*, half pinned$`, 'm'))
      hub.intercept({match: isProtection, respond: {status: 500}})
      const {runs, warnings} = await groupJson(hub)
      expect(runs.map((run) => run.pinned)).to.deep.equal([null, null, null, null])
      expect(warnings).to.have.length(1)
    }))

  it('tells with --sizes what each run takes up, and all of them', () =>
    withHub({runs: 6}, async (hub) => {
      const {runs, totals} = await groupJson(hub, '--sizes')
      const sizes = (names: string[]) => names.map((name) => hub.state.get(name)!.storage)
      const total = (names: string[]) => sizes(names).reduce((sum, bytes) => sum + bytes)
      for (const {storage, datasets} of runs) expect(storage).to.equal(total(datasets))
      const all = total(runs.flatMap(({datasets}) => datasets))
      expect(totals.storage).to.equal(all)
      const {stdout} = await group(hub, '--sizes')
      expect(stdout).to.match(/^RUN +AGE +MODEL +SCORE +HAS +SIZE +STATE$/m)
      expect(stdout).to.match(new RegExp(`^6 runs: .* datasets, ${formatBytes(all)}$`, 'm'))
    }))

  it('warns, ends well and shows the datasets where the leaderboard cannot be read', () =>
    withHub({runs: 12}, async (hub) => {
      addToBoard(hub, 'data/extra.csv', 'not a leaderboard\u001B[2J')
      const {stdout, stderr, exitCode} = await group(hub)
      expect(exitCode).to.equal(0)
      expect(stderr).to.include('Leaderboard data is unknown').and.include('data/extra.csv')
      expect(stdout.match(/^\d{8}_\d{6} +\w+ +\? +\? /gm)).to.have.length(12)
      expect((await groupJson(hub)).runs.map(({standing}) => standing)).to.include('unknown')
      const ignoring = await groupJson(hub, '--incomplete-only', '--ignore-leaderboard')
      expect(ignoring.runs).to.have.length(4)
    }))
})

describe('runs group, as cleanup selects', () => {
  const SELECTIONS = [
    '',
    '--older-than 12d',
    '--older-than 2026-09-01',
    '--incomplete-only',
    '--incomplete-only --ignore-leaderboard',
    `--run ${RUNS.failed} --run ${RUNS.future}`,
    '--model openai/*',
    '--model anthropic/*',
    '--team tiny',
    '--purpose nothing',
    '--status failed,partial',
    '--status completed --older-than 30d',
    '--unreferenced',
    '--score-below 50',
    '--score-below 0.8 --by pass_at_1',
    '--model openai/* --status completed --score-below 80',
  ]
  const GUARDS = new Set<string>(GUARD_RULES)
  let hub: Sandbox

  before(async () => {
    hub = await startSandbox({seed: 'empty', clock: () => NOW})
    fillAccount(hub)
    pinInFile(hub, {[RUNS.twice]: {by: 'mira', at: NOW}})
  })

  after(() => hub.close())

  const json = async (line: string) => {
    const {stdout, exitCode} = await at(NOW, () =>
      runCli([...line.split(' ').filter(Boolean), '--json'], envOf(hub)),
    )
    expect(exitCode, stdout).to.equal(0)
    return JSON.parse(stdout)
  }

  for (const selection of SELECTIONS)
    it(`shows with "${selection}" exactly what cleanup selects, before keepers and guards`, async () => {
      const plan = await json(`cleanup ${selection || '--all'}`)
      const selected = [
        ...plan.delete,
        ...plan.keep.filter((kept: {reasons: Array<{rule: string}>}) =>
          kept.reasons.every(({rule}) => GUARDS.has(rule)),
        ),
      ]
      const {runs, totals} = await json(`runs group ${selection}`)
      expect(named(runs)).to.have.members(named(selected))
      expect(totals.runs).to.equal(runs.length)
    })

  const ORDERS: Array<[flags: string, first: string[], why: string]> = [
    ['', [RUNS.future, RUNS.uploading, RUNS.best], 'the newest'],
    ['--sort score', [RUNS.best, RUNS.untraced, RUNS.thinned], 'the best, then the newer'],
    ['--sort score --by cost --status completed', [RUNS.best, RUNS.untraced, RUNS.thinned], 'the cheapest'],
    ['--sort model', [RUNS.best, RUNS.failed, RUNS.untraced], 'those of which the model is known'],
  ]
  for (const [flags, first, why] of ORDERS)
    it(`shows first with "${flags}": ${why}`, async () => {
      const {runs, totals} = await json(`runs group ${flags} --limit 3`)
      expect(named(runs)).to.deep.equal(first)
      expect(totals.runs).to.be.above(3)
    })

  it('says how many runs were not selected, and how many are not shown', async () => {
    const {stdout} = await at(NOW, () =>
      runCli(['runs', 'group', '--team', 'tiny', '--limit', '2'], envOf(hub)),
    )
    expect(stdout).to.match(/^\d+ of 13 runs: .*; \d+ datasets; \d+ not shown \(--limit 2\)$/m)
  })

  it('goes by the names that other tools have for it, and says its own', async () => {
    for (const alias of ['list', 'ls']) {
      const {command, runs} = await json(`runs ${alias} --limit 1`)
      expect([command, runs.length]).to.deep.equal(['runs group', 1])
    }
  })

  for (const [line, says] of [
    ['--limit 0', '--limit'],
    ['--sort cost', '--sort'],
    ['--sort size', '--sizes'],
    ['--by cost --score-below 5', '--score-below'],
    ['--run 2026', '--run'],
  ])
    it(`refuses ${line}`, async () => {
      const {stderr, exitCode} = await runCli(['runs', 'group', ...line!.split(' ')], envOf(hub))
      expect(exitCode, stderr).to.equal(2)
      expect(stderr).to.include(says)
    })
})

describe('an account without datasets', () => {
  for (const command of ['runs group', 'datasets list'])
    it(`is named with its organisations by ${command}`, () =>
      withHub({seed: 'empty'}, async (hub) => {
        const {stdout, exitCode} = await runCli(command.split(' '), envOf(hub))
        expect(exitCode).to.equal(0)
        expect(stdout).to.include(
          '\nNo SMOLTRACE datasets in mira. You also belong to tinyagents, openbench: --namespace NAME\n',
        )
      }))
})
