import {expect} from 'chai'
import {existsSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {
  LEADERBOARD_COLUMNS,
  type Sandbox,
  startSandbox,
  storedFile,
  toParquet,
} from '../src/lib/sandbox/index.js'
import {runCli} from './support/cli.js'
import {deletionsAt, envOf, namesAt, runDatasetsAt} from './support/hub.js'

/** Ways in which the Python original lost people's data, each of them tried on the whole program. */
describe('what the original lost', () => {
  let hub: Sandbox
  let data: string

  const cli = (...argv: string[]) => runCli(argv, {...envOf(hub), XDG_DATA_HOME: data})
  const json = async (...argv: string[]) => JSON.parse((await cli(...argv, '--json')).stdout)
  const wet = ['--no-dry-run', '--yes']
  const stateOf = async (stamp: string) =>
    (await json('runs', 'group')).runs.find((each: {run: string}) => each.run === stamp).state
  const board = 'mira/smoltrace-leaderboard'
  const rowsFile = 'data/train-00000-of-00001.parquet'

  /** Types that each run of the account has, by timestamp. */
  function typesByRun(): Map<string, string[]> {
    const runs = new Map<string, string[]>()
    for (const name of runDatasetsAt(hub)) {
      const [, type = '', stamp = ''] = /smoltrace-(\w+)-(\d{8}_\d{6})$/.exec(name) ?? []
      runs.set(stamp, [...(runs.get(stamp) ?? []), type])
    }

    return runs
  }

  beforeEach(async () => {
    hub = await startSandbox({runs: 9})
    data = await mkdtemp(join(tmpdir(), 'smoltrace-defects-'))
  })

  afterEach(async () => {
    await hub.close()
    await rm(data, {recursive: true, force: true})
  })

  it('[S7] runs without tracing, which are not broken: --incomplete-only keeps them and says why', async () => {
    const untraced = [...typesByRun()].filter(([, types]) => types.length === 2).map(([stamp]) => stamp)
    expect(untraced).to.have.length.greaterThan(0)
    const {stdout} = await cli('cleanup', '--incomplete-only', '--grace', '0', ...wet)
    for (const stamp of untraced) {
      expect(typesByRun().get(stamp)).to.have.members(['results', 'metrics'])
      expect(stdout).to.match(new RegExp(`^${stamp} .*finished, listed on the leaderboard$`, 'm'))
      expect(await stateOf(stamp)).to.equal('finished-without-traces')
    }

    // The one that was killed and the one that looks like an upload did go, so it is not that nothing goes.
    expect(deletionsAt(hub)).to.have.length(2)
  })

  it('what --only left of runs: the next --incomplete-only keeps it', async () => {
    await cli('cleanup', '--only', 'results', '--all', '--grace', '0', ...wet)
    const left = runDatasetsAt(hub)
    expect(left.some((name) => name.includes('-results-'))).to.equal(false)
    await cli('cleanup', '--incomplete-only', '--grace', '0', ...wet)
    expect(runDatasetsAt(hub)).to.deep.equal(left)
    const [thinned = ''] = [...typesByRun()].filter(([, types]) => types.length === 2).map(([stamp]) => stamp)
    expect(await stateOf(thinned)).to.equal('thinned')
  })

  it('runs whose evaluation failed or stopped early, taken for complete because three names exist', async () => {
    const stamps = [...typesByRun()].filter(([, types]) => types.length === 3).map(([stamp]) => stamp)
    const [failed = '', partial = '', fine = ''] = stamps
    const statuses = new Map([
      [failed, 'failed'],
      [fine, 'completed'],
      [partial, 'partial'],
    ])
    const rows = toParquet<string>(
      [
        ['results_dataset', 'STRING', (stamp) => `mira/smoltrace-results-${stamp}`],
        ['run_status', 'STRING', (stamp) => statuses.get(stamp) ?? null],
      ],
      [...statuses.keys()],
    )
    hub.state.commit(hub.state.get(board)!, 'rows', new Map([[rowsFile, storedFile(rows, true)]]))
    expect(await stateOf(failed)).to.equal('failed')
    expect(await stateOf(partial)).to.equal('failed')
    expect(await stateOf(fine)).to.equal('complete')
    const {stdout} = await cli('runs', 'group')
    expect(stdout).to.match(new RegExp(`^${partial} .*failed \\(partial\\)`, 'm'))
  })

  describe('by deleting names without looking again', () => {
    it('what changed since it was shown: it is skipped with its run, and the rest goes', async () => {
      const plan = join(data, 'plan.json')
      const {delete: runs} = await json('cleanup', '--keep-recent', '2', '--plan', plan)
      const changed = runs[0].deletes.at(-1).name as string
      hub.state.touch(changed)
      const result = await json('cleanup', '--apply', plan, ...wet)
      expect(result.counts).to.include({skipped: runs[0].deletes.length, failed: 0})
      expect(deletionsAt(hub)).not.to.include(changed)
      expect(deletionsAt(hub)).to.have.length(result.counts.deleted)
    })

    it('traces and metrics of a run whose results went first: they go last, and a second call finishes', async () => {
      hub.intercept({
        match: ({body}) => body.includes('smoltrace-results'),
        times: 1,
        respond: {status: 403, body: ''},
      })
      const first = await cli('cleanup', '--keep-recent', '2', '--concurrency', '1', ...wet)
      expect(first.exitCode).to.equal(3)
      const isInterrupted = (stamp: string) => first.stdout.includes(`smoltrace-results-${stamp}: 403`)
      const interrupted = [...typesByRun().keys()].find((stamp) => isInterrupted(stamp)) ?? ''
      expect(typesByRun().get(interrupted)).to.deep.equal(['results'])
      expect((await cli('cleanup', '--keep-recent', '2', ...wet)).exitCode).to.equal(0)
      expect(typesByRun().has(interrupted)).to.equal(false)
    })

    it('nothing where a dataset is gone already: that is no failure', async () => {
      hub.intercept({
        match: ({method}) => method === 'DELETE',
        times: 1,
        before: () => hub.state.remove(deletionsAt(hub).at(-1) ?? ''),
      })
      const {exitCode, stdout} = await cli('cleanup', '--keep-recent', '2', ...wet)
      expect(exitCode).to.equal(0)
      expect(stdout).to.match(/Already gone +1 dataset/)
    })

    it('everything after an answer 429: it is waited for, and nothing fails', async () => {
      hub.intercept({
        match: ({method}) => method === 'DELETE',
        times: 1,
        respond: {status: 429, headers: {RateLimit: '"api";r=0;t=0'}, body: 'too many'},
      })
      const {exitCode, stdout} = await cli('cleanup', '--keep-recent', '2', ...wet)
      expect(exitCode).to.equal(0)
      expect(stdout).to.match(/Failed +0 datasets/)
    })

    it('every trace of what was done: history tells it', async () => {
      await cli('cleanup', '--keep-recent', '2', ...wet)
      const {jobs} = await json('history')
      expect(jobs).to.have.length(1)
      const told = jobs[0].datasets.filter(({state}: {state: string}) => state === 'deleted')
      expect(told.map(({name}: {name: string}) => name)).to.have.members(deletionsAt(hub))
    })
  })

  describe('of the leaderboard', () => {
    const rowsNow = () => hub.state.get(board)?.head.files.get(rowsFile)?.bytes()

    it('rows that somebody else added while it was changed: the commit is made on top of them', async () => {
      const appended = storedFile(toParquet(LEADERBOARD_COLUMNS, []), true)
      hub.intercept({
        match: ({method, path}) => method === 'POST' && path.includes('/commit/'),
        times: 1,
        before: () => hub.state.commit(hub.state.get(board)!, 'a row', new Map([[rowsFile, appended]])),
      })
      expect((await cli('leaderboard', 'protect')).exitCode).to.equal(0)
      expect(rowsNow()).to.deep.equal(appended.bytes())
      expect(hub.state.get(board)?.head.files.has('.smoltrace/protection.json')).to.equal(true)
    })

    it('what its rows point at: pinned runs stay, so that no row is left dangling', async () => {
      await cli('leaderboard', 'protect', '--runs')
      const before = new Map(
        (await json('runs', 'group')).runs.map((each: {run: string; state: string}) => [
          each.run,
          each.state,
        ]),
      )
      await cli('cleanup', '--all', '--grace', '0', ...wet)
      for (const [stamp, state] of before) {
        if (state === 'complete' || state === 'finished-without-traces')
          expect(typesByRun().has(stamp as string)).to.equal(true)
      }
    })

    it('its whole history when it is deleted: it is archived first, and can be restored', async () => {
      const before = rowsNow()
      const {archive} = await json('cleanup', '--delete-leaderboard', ...wet)
      expect(namesAt(hub)).not.to.include(board)
      expect(existsSync(join(archive.dir, board, rowsFile))).to.equal(true)
      expect((await cli('restore', archive.dir)).exitCode).to.equal(0)
      expect(rowsNow()).to.deep.equal(before)
    })

    it('the leaderboard that --delete-leaderboard was to delete and did not: it is deleted', async () => {
      await cli('cleanup', '--all', '--grace', '0', '--delete-leaderboard', ...wet)
      expect(deletionsAt(hub).at(-1)).to.equal(board)
      expect(namesAt(hub)).not.to.include(board)
    })
  })
})
