import {expect} from 'chai'

import {play, playJson} from '../recordings/play.js'
import {type ScenarioName} from '../recordings/scenarios.js'
import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, isRunDataset, withHub} from '../support/hub.js'
import {withoutPauses} from '../support/pauses.js'
import {listedIn, readRecording} from '../support/recordings.js'

interface Planned {
  run: string
  reasons: Array<{rule: string; text: string}>
  /** Of the run, those that would go. */
  deletes: Array<{name: string}>
}

const DELETE_ALL = ['--all', '--no-dry-run', '--yes', '--concurrency', '1']
const namesIn = (planned: Planned[]) => planned.flatMap(({deletes}) => deletes.map(({name}) => name))

/** What was deleted while a scenario was recorded, in order. */
function deletedIn(name: ScenarioName, status?: number): string[] {
  return readRecording(name)
    .filter(
      (exchange) => exchange.method === 'DELETE' && (status === undefined || exchange.status === status),
    )
    .map(({body}) => {
      const {organization, name: own} = body as {organization?: string; name: string}
      return `${organization ?? 'mira'}/${own}`
    })
}

describe('cleanup, dry run', () => {
  it('[S8] is what happens without --no-dry-run, and sends nothing but questions', async () => {
    const methods = readRecording('cleanup-dry-run').map(({method}) => method)
    expect(new Set(methods)).to.deep.equal(new Set(['GET']))
    const {dryRun, outcomes, counts} = await playJson('cleanup-dry-run')
    expect({dryRun, outcomes}).to.deep.equal({dryRun: true, outcomes: []})
    expect(counts).to.deep.equal({deleted: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0})
  })

  it('shows each run with its reason, on one side or the other', async () => {
    const document = await playJson('cleanup-dry-run')
    const runs = new Set(
      listedIn('cleanup-dry-run')
        .filter((name) => isRunDataset(name, 'mira'))
        .map((name) => name.slice(-15)),
    )
    const sides = [...document.delete, ...document.keep].map(({run}: Planned) => run)
    expect(sides).to.have.members([...runs])
    expect(document.delete).to.have.length(4)
    expect(document.keep).to.have.length(5)
    for (const {reasons} of [...document.delete, ...document.keep] as Planned[]) {
      expect(reasons).not.to.deep.equal([])
      for (const {text} of reasons) expect(text).not.to.equal('')
    }
  })

  it('keeps the most recent runs, the one that may still be uploading, and all that is younger', async () => {
    const {keep} = await playJson('cleanup-dry-run')
    const rules = Object.fromEntries(
      keep.map(({run, reasons}: Planned) => [run, reasons.map(({rule}) => rule)]),
    )
    expect(rules).to.deep.equal({
      '20250615_114324': ['grace', 'older-than'],
      '20250612_165106': ['keep-recent', 'older-than'],
      '20250603_090843': ['keep-recent', 'older-than'],
      '20250528_234223': ['older-than'],
      '20250518_061715': ['older-than'],
    })
  })

  it('[S4] prints the resolved cutoff, the number of datasets, and each by its full name', async () => {
    const document = await playJson('cleanup-dry-run')
    const {stdout, stderr} = await play('cleanup-dry-run')
    expect(stderr).to.equal('')
    expect(document.rules).to.include({olderThan: '30d', cutoff: '2025-05-16T12:00:00.000Z', keepRecent: 2})
    expect(document.wouldDelete).to.equal(namesIn(document.delete).length)
    expect(stdout).to.include('before 2025-05-16 12:00 UTC')
    expect(stdout).to.include(`Datasets to delete: ${document.wouldDelete}`)
    const listed = stdout.match(/^ +\d+\. (.+)$/gm)?.map((line) => line.replace(/^ +\d+\. /, ''))
    expect(listed).to.deep.equal(namesIn(document.delete))
  })

  it('says that a month counts 30 days', async () => {
    const argv = ['cleanup', '--older-than', '1m']
    expect((await play('cleanup-dry-run', [], {argv})).stdout).to.include('(a month is 30 days')
    expect((await play('cleanup-dry-run')).stdout).not.to.include('a month')
  })

  it('says that nothing was deleted, and which command deletes it', async () => {
    const {stdout} = await play('cleanup-dry-run')
    expect(stdout).to.include('This is a dry run: nothing was deleted.')
    expect(stdout).to.match(/^ +smoltrace cleanup --older-than 30d --keep-recent 2 --no-dry-run$/m)
  })

  it('[S1] says what it never touches: the leaderboard and the standard datasets', async () => {
    const {stdout} = await play('cleanup-dry-run')
    expect(stdout).to.match(/^Leaderboard +mira\/smoltrace-leaderboard: preserved/m)
    expect(stdout).to.include('smoltrace-benchmark-v1: never touched')
    expect(stdout).to.include('smoltrace-tasks: never touched')
    expect(stdout).to.match(/^Near misses +6 datasets are named nearly like a run's: never touched/m)
  })

  it('[S16] ends with 10 under --exit-code where it finds work, and else with 0', async () => {
    expect((await play('cleanup-dry-run', ['--exit-code'])).exitCode).to.equal(10)
    expect((await play('cleanup-dry-run', ['--exit-code', '--json'])).exitCode).to.equal(10)
    const argv = ['cleanup', '--keep-recent', '99']
    const nothing = await play('cleanup-dry-run', ['--exit-code'], {argv})
    expect(nothing.exitCode).to.equal(0)
    expect(nothing.stdout).to.include('Nothing to delete.')
  })

  it('takes with --only only that type of the runs', async () => {
    const {delete: planned, rules} = await playJson('cleanup-dry-run', ['--only', 'metrics'])
    expect(namesIn(planned)).to.have.length(3)
    for (const name of namesIn(planned)) expect(name).to.include('-metrics-')
    expect(rules.only).to.deep.equal(['metrics'])
  })

  it('plans the same after --dry-run was given in so many words', async () => {
    const plain = await playJson('cleanup-dry-run')
    const said = await playJson('cleanup-dry-run', ['--dry-run', '--preserve-leaderboard'])
    expect(said.delete).to.deep.equal(plain.delete)
  })
})

describe('cleanup, wet run', () => {
  it('deletes exactly the datasets that it showed', async () => {
    const document = await playJson('cleanup-wet-run')
    const deleted = deletedIn('cleanup-wet-run')
    expect(deleted).to.have.members(namesIn(document.delete))
    expect(document.outcomes).to.deep.equal(deleted.map((name) => ({name, status: 'deleted'})))
    expect(document.counts).to.include({deleted: 4, failed: 0})
    expect(document).to.include({dryRun: false, declined: false, interrupted: false})
    expect(document.remaining).to.deep.equal({runs: 3, datasets: 7})
  })

  it('deletes the oldest run first, and within a run the metrics, then the traces, then the results', () => {
    const types = deletedIn('cleanup-wet-run').map((name) => /-(metrics|traces|results)-/.exec(name)?.[1])
    expect(types).to.deep.equal(['metrics', 'traces', 'results', 'results'])
  })

  it('shows the plan first and the summary last', async () => {
    const {stdout, stderr} = await play('cleanup-wet-run')
    expect(stdout).to.match(/^Cleanup\n/)
    expect(stdout.indexOf('Datasets to delete: 4')).to.be.within(1, stdout.indexOf('Cleanup complete'))
    expect(stdout.slice(stdout.indexOf('Cleanup complete'))).to.match(/Deleted +4 datasets\n/)
    expect(stdout.trimEnd()).to.match(/Remaining +3 runs, 7 datasets$/)
    expect(stderr.match(/^deleted .*$/gm)).to.have.length(4)
  })

  it('[S11] reads the protection of the leaderboard before the first deletion', () => {
    const paths = readRecording('cleanup-wet-run').map(({method, path}) => `${method} ${path}`)
    const first = paths.findIndex((line) => line.startsWith('DELETE'))
    expect(paths.findIndex((line) => line.includes('.smoltrace/protection.json'))).to.be.within(0, first)
  })

  it('reports a deletion that the Hub refuses, leaves the rest of that run, and goes on with others', async () => {
    const {outcomes, counts} = await playJson('deletion-refused')
    expect(counts).to.deep.equal({deleted: 4, failed: 1, skipped: 0, gone: 0, unattempted: 1})
    const [refused] = deletedIn('deletion-refused', 403)
    const status = (wanted: string) => outcomes.filter((each: {status: string}) => each.status === wanted)
    expect(status('failed')[0]).to.include({name: refused})
    expect(status('failed')[0].reason).to.include('403').and.to.include('locked collection')
    expect(status('unattempted')[0].name).to.equal(refused?.replace('traces', 'results'))
    const {stdout} = await play('deletion-refused')
    expect(stdout).to.include('not everything was deleted').and.to.include(`${refused}: 403`)
  })

  it('takes a dataset that is already gone for what was wanted', () =>
    withHub({runs: 2}, async (hub) => {
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes('-traces-'),
        times: 1,
        before: () => hub.state.remove(deletionsAt(hub).at(-1) ?? ''),
      })
      const {stdout} = await runCli(['cleanup', ...DELETE_ALL, '--json'], envOf(hub))
      const {outcomes, counts} = JSON.parse(stdout)
      expect(counts).to.deep.equal({deleted: 5, failed: 0, skipped: 0, gone: 1, unattempted: 0})
      const gone = outcomes.find(({status}: {status: string}) => status === 'gone')
      expect(gone.name).to.include('-traces-')
    }))

  it('waits for the quota as long as the Hub says, and calls nothing failed', async () => {
    expect(readRecording('quota-used-up').filter(({status}) => status === 429)).to.have.length(2)
    const {counts} = await withoutPauses(async (pauses) => {
      const document = await playJson('quota-used-up')
      expect(pauses).to.include(1000)
      return document
    })
    expect(counts).to.deep.equal({deleted: 6, failed: 0, skipped: 0, gone: 0, unattempted: 0})
    expect((await play('quota-used-up')).stderr).to.match(/going on in 1 s/)
  })

  it('deletes the leaderboard last, where that was asked for', () =>
    withHub({runs: 2}, async (hub) => {
      const argv = ['cleanup', ...DELETE_ALL, '--delete-leaderboard', '--json']
      const {leaderboard, counts} = JSON.parse((await runCli(argv, envOf(hub))).stdout)
      expect(deletionsAt(hub).at(-1)).to.equal('mira/smoltrace-leaderboard')
      expect(leaderboard).to.include({goes: true, state: 'unprotected'})
      expect(counts.deleted).to.equal(7)
    }))
})

describe('cleanup, refused', () => {
  for (const [name, what] of [
    ['listing-breaks-off', 'where a page of the listing fails'],
    ['html-instead-of-json', 'where a page that is not JSON comes back'],
  ] as const) {
    it(`deletes nothing ${what}, and says so`, async () => {
      expect(readRecording(name).every(({method}) => method === 'GET')).to.equal(true)
      expect((await play(name)).stderr).to.include('\n  Nothing was deleted.\n')
      expect((await playJson(name)).error.suggestions).to.include('Nothing was deleted.')
    })
  }

  it('deletes nothing with a read-only token, and says so', () =>
    withHub({runs: 1}, async (hub) => {
      const {stderr, exitCode} = await runCli(['cleanup', ...DELETE_ALL], envOf(hub, hub.tokens.read))
      expect(exitCode).to.equal(4)
      expect(stderr).to.include('\n  Nothing was deleted.\n')
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('deletes nothing while the leaderboard is protected, and names by whom, why, and the command that lifts it', () =>
    withHub({runs: 1}, async (hub) => {
      await runCli(['leaderboard', 'protect', '--reason', 'cited in the paper'], envOf(hub))
      const {stderr, exitCode} = await runCli(['cleanup', ...DELETE_ALL, '--delete-leaderboard'], envOf(hub))
      expect(exitCode).to.equal(1)
      expect(stderr).to.include('\n  Nothing was deleted.\n').and.include('smoltrace leaderboard unprotect')
      expect(stderr).to.match(/mira protected it on \d{4}-\d\d-\d\d: cited in the paper/)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))
})

describe('cleanup, bad input', () => {
  const selected = ['--all']
  const cases: Array<[argv: string[], names: string]> = [
    [['--older-than', 'abc'], '--older-than'],
    [['--older-than', '0d'], '--older-than'],
    [['--older-than', '-5d'], '--older-than'],
    [['--older-than=-5d'], '--older-than'],
    [['--older-than', ''], '--older-than'],
    [['--older-than', '1.5d'], '--older-than'],
    [['--older-than', '2999-01-01'], '--older-than'],
    [['--older-than', '2025-02-31'], '--older-than'],
    [['--keep-recent', '0'], '--keep-recent'],
    [['--keep-recent', '-1'], '--keep-recent'],
    [['--keep-recent=-1'], '--keep-recent'],
    [['--keep-recent', '2.5'], '--keep-recent'],
    [['--keep-recent', 'all'], '--keep-recent'],
    [['--run', 'yesterday'], '--run'],
    [['--run', '20250231_120000'], '--run'],
    [['--run', '20250131'], '--run'],
    [['--only', 'foo', ...selected], '--only'],
    [['--only', 'leaderboard', ...selected], '--only'],
    [['--all', '--older-than', '30d'], '--all'],
    [['--all', '--incomplete-only'], '--all'],
    [['--all', '--run', '20250131_235959'], '--all'],
    [['--all', '--keep-recent', '5'], '--all'],
    [['--all', '--dry-run', '--no-dry-run', '--yes'], '--dry-run'],
    [['--all', '--no-dry-run', '--dry-run', '--yes'], '--dry-run'],
    [['--all', '--preserve-leaderboard', '--delete-leaderboard'], '--preserve-leaderboard'],
    [['--all', '--delete-leaderboard', '--preserve-leaderboard'], '--preserve-leaderboard'],
    [['--all', '--concurrency', '0'], '--concurrency'],
    [['--all', '--concurrency', '33'], '--concurrency'],
    [['--all', '--grace', '5m'], '--grace'],
    [['--all', '--grace', '-1h'], '--grace'],
    [['--all', '--grace', 'soon'], '--grace'],
    [[], '--older-than'],
    [['--no-dry-run', '--yes'], '--older-than'],
    [['--only', 'traces', '--no-dry-run', '--yes'], '--all'],
    [['--all', '--no-dry-run'], '--yes'],
    [['--all', '--delete-everything'], '--delete-everything'],
    [['--all', 'everything'], 'everything'],
  ]

  for (const [argv, names] of cases) {
    const line = ['cleanup', ...argv].map((word) => (word === '' ? "''" : word)).join(' ')
    it(`refuses \`${line}\`, names ${names}, and asks the Hub nothing`, () =>
      withHub({seed: 'empty'}, async (hub) => {
        const env = envOf(hub)
        const plain = await runCli(['cleanup', ...argv], env)
        expect(plain).to.include({stdout: '', exitCode: 2})
        const [first = '', ...rest] = plain.stderr.trimEnd().split('\n')
        expect(first)
          .to.match(/^Error: /)
          .and.to.include(names)
        expect(rest.filter((each) => !each.startsWith('  '))).to.deep.equal([])

        const json = await runCli(['cleanup', ...argv, '--json'], env)
        expect(json).to.include({stderr: '', exitCode: 2})
        const {error, schemaVersion} = JSON.parse(json.stdout)
        expect({schemaVersion, ...error}).to.include({schemaVersion: 1, name: 'UsageError', exitCode: 2})
        expect(error.message).to.include(names).and.not.to.include('\n')

        expect(hub.requests).to.deep.equal([])
      }))
  }

  it('refuses --no-dry-run under --json without --yes, for the reason that --json never asks', async () => {
    const argv = ['cleanup', '--all', '--no-dry-run', '--json']
    const {stdout, exitCode} = await runCli(argv, {HF_TOKEN: 'hf_x'})
    expect(exitCode).to.equal(2)
    expect(JSON.parse(stdout).error.message).to.match(/--json never asks: add --yes/)
  })

  it('[S5] lists the selectors and keepers where none is given', async () => {
    const {stderr} = await runCli(['cleanup'])
    for (const flag of ['--older-than', '--incomplete-only', '--run', '--all', '--keep-recent', '--only'])
      expect(stderr).to.include(flag)
  })
})

describe('cleanup, bad input that only the Hub can tell', () => {
  it('refuses a --run that does not exist before anything is deleted', async () => {
    const {stdout, exitCode} = await play('cleanup-dry-run', ['--run', '20240101_000000', '--json'])
    expect(exitCode).to.equal(1)
    expect(JSON.parse(stdout).error.message).to.include('20240101_000000')
  })
})
