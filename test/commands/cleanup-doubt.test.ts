import {expect} from 'chai'
import {mkdtemp, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {DAY} from '../../src/lib/base/time.js'
import {type Sandbox} from '../../src/lib/sandbox/index.js'
import {writeBoard} from '../support/boards.js'
import {runDatasets} from '../support/builders.js'
import {type CliResult, runCli} from '../support/cli.js'
import {deletionsAt, envOf, withHub} from '../support/hub.js'
import {type Cells} from '../support/rows.js'

const EMPTY = {seed: 'empty'} as const
const STAMPS = ['20260801_120000', '20260802_120000', '20260803_120000'] as const
const [BEST, SECOND, THIRD] = STAMPS
const WET = ['--no-dry-run', '--yes'] as const

/** Old runs without tracing, as evaluations leave them by default, and a leaderboard with these rows. */
function furnish(hub: Sandbox, shards: ReadonlyArray<readonly Cells[]> | undefined, owner = hub.user): void {
  for (const stamp of STAMPS) {
    for (const {name, createdAt} of runDatasets(stamp, ['results', 'metrics'], {namespace: owner}))
      hub.state.addDataset({name, createdAt})
  }

  if (!shards) return
  hub.state.addDataset({
    name: `${hub.user}/smoltrace-leaderboard`,
    createdAt: new Date(Date.now() - 90 * DAY),
  })
  writeBoard(hub, shards)
}

const row = (hub: Sandbox, stamp: string, cells: Cells = {}): Cells => ({
  results_dataset: `${hub.user}/smoltrace-results-${stamp}`,
  run_status: 'completed',
  success_rate: 50,
  ...cells,
})
const cleanup = (hub: Sandbox, ...argv: string[]): Promise<CliResult> =>
  runCli(['cleanup', ...argv], envOf(hub))

interface Document {
  wouldDelete: number | null
  unknown: string[]
  delete: Array<{run: string}>
  keep: Array<{run: string; reasons: Array<{text: string}>}>
}

describe('cleanup --incomplete-only, where absence is no evidence', () => {
  const boards: Array<[title: string, shards: (hub: Sandbox) => Cells[][] | undefined, why: string]> = [
    ['there is no leaderboard', () => {}, 'there is no leaderboard'],
    ['it is hollow', () => [], 'the leaderboard has none'],
    ['it has lost rows', (hub) => [[row(hub, THIRD)]], 'lost rows: 2 of 3 runs'],
  ]
  for (const [title, shards, why] of boards) {
    it(`is refused with 1 where ${title}, and by a policy, in dry runs too`, () =>
      withHub(EMPTY, async (hub) => {
        furnish(hub, shards(hub))
        const policy = join(await mkdtemp(join(tmpdir(), 'smoltrace-doubt-')), 'policy.yaml')
        await writeFile(policy, 'version: 1\nselect: {incomplete-only: true}\n')
        for (const rules of [['--incomplete-only'], ['--policy', policy]]) {
          for (const argv of [[], ['--exit-code'], [...WET]]) {
            const {stderr, exitCode} = await cleanup(hub, ...rules, ...argv)
            expect(exitCode).to.equal(1)
            expect(stderr).to.include(why).and.include('--ignore-leaderboard')
          }
        }

        expect(deletionsAt(hub)).to.deep.equal([])
        const ignoring = await cleanup(hub, '--incomplete-only', '--ignore-leaderboard', '--json')
        expect(JSON.parse(ignoring.stdout)).to.include({wouldDelete: 6})
      }))
  }

  it('is refused in an organisation, whose leaderboard is elsewhere', () =>
    withHub({}, async (hub) => {
      furnish(hub, undefined, 'tinyagents')
      hub.state.remove('tinyagents/smoltrace-leaderboard')
      const {stderr, exitCode} = await cleanup(hub, '--namespace', 'tinyagents', '--incomplete-only', ...WET)
      expect(exitCode).to.equal(1)
      expect(stderr).to.include('there is no leaderboard')
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('keeps a run with metrics that has no row, and says why', () =>
    withHub(EMPTY, async (hub) => {
      furnish(hub, [[row(hub, SECOND), row(hub, THIRD)]])
      const {stdout, exitCode} = await cleanup(hub, '--incomplete-only')
      expect(exitCode).to.equal(0)
      expect(stdout).to.match(/^20260801_120000 .* finished: metrics are uploaded last$/m)
    }))
})

describe('cleanup --keep-best, where the row of the best run is in doubt', () => {
  const others = (hub: Sandbox) => [row(hub, SECOND, {success_rate: 40}), row(hub, THIRD, {success_rate: 30})]
  const boards: Array<[title: string, shards: (hub: Sandbox) => Cells[][], why: string]> = [
    [
      'its status is not known',
      (hub) => [[row(hub, BEST, {success_rate: 95.5, run_status: 'success'}), ...others(hub)]],
      'status "success" is unknown',
    ],
    [
      'its score is text in a shard of its own',
      (hub) => [[row(hub, BEST, {success_rate: '95.5'})], others(hub)],
      'its success_rate is text',
    ],
    [
      'it has a second row',
      (hub) => [[row(hub, BEST, {success_rate: 95.5}), ...others(hub), row(hub, BEST, {success_rate: 20})]],
      'its rows disagree about success_rate',
    ],
    [
      'its row names it nearly',
      (hub) => [[row(hub, BEST, {results_dataset: `smoltrace-results-${BEST}`}), ...others(hub)]],
      'a row only seems to mean it',
    ],
    ['its row is gone', (hub) => [others(hub)], 'no row on the leaderboard, though it has metrics'],
  ]
  for (const [title, shards, why] of boards) {
    it(`keeps it beside the N and says so: ${title}`, () =>
      withHub(EMPTY, async (hub) => {
        furnish(hub, shards(hub))
        for (const rules of [
          ['--keep-best', '1'],
          ['--older-than', '5d', '--keep-best', '1'],
        ]) {
          const {stdout} = await cleanup(hub, ...rules, '--json')
          const {delete: planned, keep} = JSON.parse(stdout) as Document
          expect(planned.map(({run}) => run)).to.deep.equal([THIRD])
          const best = keep.find(({run}) => run === BEST)
          expect(best?.reasons.map(({text}) => text)).to.deep.equal([`its place is in doubt: ${why}`])
        }

        expect((await cleanup(hub, '--keep-best', '1', ...WET)).exitCode).to.equal(0)
        expect(deletionsAt(hub).map((name) => name.slice(-15))).to.deep.equal([THIRD, THIRD])
      }))
  }

  it('takes no cost of 0 for the best', () =>
    withHub(EMPTY, async (hub) => {
      const facts = [0, 0.3, 0.2].map((total_cost_usd, index) =>
        row(hub, STAMPS[index] ?? '', {total_cost_usd, total_tokens: 100}),
      )
      furnish(hub, [facts])
      const {stdout} = await cleanup(hub, '--keep-best', '1', '--by', 'cost', '--json')
      expect((JSON.parse(stdout) as Document).delete.map(({run}) => run)).to.deep.equal([SECOND])
      const shown = JSON.parse(
        (await runCli(['leaderboard', 'show', '--by', 'cost', '--json'], envOf(hub))).stdout,
      )
      expect(shown.rows.map(({run, place}: {run: string; place: number}) => [run, place])).to.deep.equal([
        [THIRD, 1],
        [SECOND, 2],
        [BEST, null],
      ])
      expect(shown.rows[2].doubt).to.equal('its total_cost_usd is 0, so was not measured')
    }))
})

describe('[S11] a dry run that could not find out', () => {
  const unreadable: Array<[title: string, path: string, rules: string[], what: string]> = [
    ['the rows', '.parquet', ['--keep-best', '1'], 'what the leaderboard says'],
    ['which runs finished', '.parquet', ['--incomplete-only'], 'what the leaderboard says'],
    ['the protection', 'protection.json', ['--older-than', '1d'], 'what is protected'],
  ]
  for (const [title, path, rules, what] of unreadable) {
    it(`says that it does not know, and ends with 1: ${title}`, () =>
      withHub({}, async (hub) => {
        hub.intercept({match: (request) => request.path.includes(path), respond: {status: 403, body: 'no'}})
        for (const argv of [[], ['--exit-code']]) {
          const {stdout, exitCode} = await cleanup(hub, ...rules, ...argv)
          expect(exitCode).to.equal(1)
          expect(stdout).to.match(
            new RegExp(`^Total +not known: ${what} could not be read, \\d+ runs to keep$`, 'm'),
          )
          expect(stdout)
            .to.include('What would be deleted is not known')
            .and.not.match(/nothing to delete/i)
          expect(stdout).not.to.include('--no-dry-run')
        }

        const {stdout, exitCode} = await cleanup(hub, ...rules, '--sizes', '--json')
        expect(exitCode).to.equal(1)
        const document = JSON.parse(stdout) as Document & {frees: number | null}
        expect([document.wouldDelete, document.frees, document.delete]).to.deep.equal([null, null, []])
        expect(document.unknown).to.deep.equal([path === '.parquet' ? 'rows' : 'protection'])
        expect((await runCli(['runs', 'group'], envOf(hub))).exitCode).to.equal(0)
        expect((await runCli(['datasets', 'list'], envOf(hub))).exitCode).to.equal(0)
      }))
  }

  it('knows what it needs to know where nothing rests on the leaderboard', () =>
    withHub({}, async (hub) => {
      hub.intercept({match: ({path}) => path.includes('.parquet'), respond: {status: 403, body: 'no'}})
      const {stdout, exitCode} = await cleanup(hub, '--older-than', '1d', '--exit-code', '--json')
      expect(exitCode).to.equal(10)
      expect((JSON.parse(stdout) as Document).unknown).to.deep.equal([])
    }))
})
