import {expect} from 'chai'
import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {type CliResult, runCli} from '../support/cli.js'
import {LIMIT} from '../support/faults.js'
import {envOf, withHub} from '../support/hub.js'
import {withLimits} from '../support/limits.js'
import {withoutPauses} from '../support/pauses.js'
import {inMemory} from '../support/scratch.js'
import {type Cell, expectedCode, faultsFor, isAskedAgain, isEveryday, type Stake} from './rules.js'
import {type Archived, archiveOnce, type Scenario, scenarios} from './scenarios.js'
import {expectCopy, expectIntent} from './truth.js'
import {snapshotOf, strike, type Watch, watch} from './watch.js'

/** How long the Hub may be silent, in ms; unlike any other limit. Where a fault keeps it silent, it is over at once. */
const PATIENCE = 2345
/** In ms. What takes longer hangs; then its Hub ends, and so does it. */
const DEADLINE = 60_000

/** Whether every cell is played, also those that few would miss. */
const IS_WHOLE = process.env.TEST_FAULTS === 'all'

type Strike = Pick<Cell, 'fault' | 'often'> & {kind: string}

describe('every request, with everything that may go wrong', function () {
  this.slow(2000)
  let home: string
  let archived: Archived | undefined
  let count = 0

  before(async () => {
    home = await mkdtemp(join(inMemory(), 'smoltrace-faults-'))
    archived = await archiveOnce(join(home, 'archived'))
  })

  after(() => rm(home, {recursive: true, force: true}))

  /** Runs a scenario with one thing going wrong, or nothing, and makes sure that what it tells is true. */
  async function play(
    scenario: Scenario,
    fault?: Strike,
    concurrency = 4,
  ): Promise<{result: CliResult; seen: Watch}> {
    const folder = join(home, String(count++))
    await mkdir(folder)
    const options = {seed: 'empty', pageSize: scenario.pageSize} as const
    return withHub(options, async (hub) => {
      await scenario.prepare(hub, folder)
      const before = snapshotOf(hub)
      const failures: Error[] = []
      const seen = watch(hub, scenario.classify(), (name, time) => {
        try {
          expectIntent(folder, name, time)
          if (scenario.copies) expectCopy(scenario.copies(folder), name, before.get(name))
        } catch (error) {
          failures.push(error as Error)
        }
      })
      scenario.trouble?.(hub)
      const deadline = setTimeout(() => void hub.close(), DEADLINE)
      const patience = {HF_HUB_DOWNLOAD_TIMEOUT: String(PATIENCE / 1000)}
      const env = {...envOf(hub), XDG_DATA_HOME: folder, ...patience}
      const argv = [...scenario.argv(folder), ...concurrencyOf(scenario, concurrency)]
      const result = await withLimits(PATIENCE, (runOut) => {
        if (fault) strike(hub, seen, fault, runOut)
        return withoutPauses(() => runCli(argv, env))
      })
      clearTimeout(deadline)
      if (failures[0]) throw failures[0]
      await scenario.expectTruth({hub, result, before, seen, dataHome: folder, planned: scenario.planned})
      await rm(folder, {recursive: true, force: true})
      return {result, seen}
    })
  }

  const all = scenarios(() => archived as Archived)
  const whats = all.flatMap(({kinds}) => Object.keys(kinds).map((kind) => withoutStage(kind)))
  const played = new Set<string>()
  for (const scenario of all) {
    describe(scenario.title, () => {
      it('goes through, and asks for nothing that fails in no scenario', async () => {
        const {result, seen} = await play(scenario)
        expect(result.exitCode, result.stdout).to.equal(scenario.ends ?? 0)
        expect(whats).to.include.members([...seen.kinds].map((kind) => withoutStage(kind)))
      })

      for (const [kind, stake] of Object.entries(scenario.kinds)) {
        const cells = cellsOf(kind, stake, played.has(withoutStage(kind)))
        played.add(withoutStage(kind))
        describe(kind, () => {
          for (const cell of cells) {
            for (const concurrency of concurrenciesFor(cell)) {
              it(`${cell.fault}, ${cell.often}${concurrency === 1 ? ', one at a time' : ''}`, async () => {
                const {result, seen} = await play(scenario, {...cell, kind}, concurrency)
                expect(seen.struck, 'how often it struck').to.be.above(0)
                expect(result.exitCode, result.stdout).to.equal(scenario.ends ?? expectedCode(cell))
                const isLimited =
                  cell.fault === '429, a limit of this action' && !['look', 'whereabouts'].includes(cell.what)
                if (result.exitCode !== 0 && isLimited) expect(result.stdout).to.include(LIMIT)
              })
            }
          }
        })
      }
    })
  }
})

/** What a request asks for, at whatever stage. */
function withoutStage(kind: string): string {
  return kind.replace(/^\w+: /, '')
}

function cellsOf(kind: string, stake: Stake, isRepeated: boolean): Cell[] {
  const what = withoutStage(kind)
  return faultsFor(what)
    .flatMap((fault) => (['once', 'always'] as const).map((often) => ({stake, what, fault, often})))
    .filter((cell) => cell.often === 'once' || isAskedAgain(cell))
    .filter((cell) => IS_WHOLE || isEveryday(cell, isRepeated))
}

/** Where several DELETEs are under way, one that fails meets others that do not. */
function concurrenciesFor({stake, often}: Cell): number[] {
  return stake === 'deletion' && often === 'once' ? [4, 1] : [4]
}

function concurrencyOf({argv}: Scenario, concurrency: number): string[] {
  return argv('').some((word) => /protect$|^leaderboard$/.test(word))
    ? []
    : ['--concurrency', String(concurrency)]
}
