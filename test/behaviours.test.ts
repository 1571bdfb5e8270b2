import {expect} from 'chai'
import * as fc from 'fast-check'

import {cleanupDatasets, type CleanupOptions, type Plan} from '../src/index.js'
import {formatTimestamp, RUN_TYPES, runDatasetName, type RunType} from '../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../src/lib/base/time.js'
import {exitCodeOf} from '../src/lib/cleanup/result.js'
import {type Sandbox} from '../src/lib/sandbox/index.js'
import {type CliResult, runCli} from './support/cli.js'
import {deletionsAt, envOf, namesAt, withHub} from './support/hub.js'

const WET = ['--no-dry-run', '--yes']
const EMPTY = {seed: 'empty'} as const

/** Puts a run on the Hub that began half an hour before its datasets came. @returns their full names */
function addRun(hub: Sandbox, age: number, types: readonly RunType[] = RUN_TYPES): string[] {
  const createdAt = new Date(Date.now() - age)
  const stamp = formatTimestamp(new Date(createdAt.getTime() - 30 * MINUTE))
  const names = types.map((type) => runDatasetName(hub.user, type, stamp))
  for (const name of names) hub.state.addDataset({name, createdAt})
  return names
}

function addOther(hub: Sandbox, own: string, age = 200 * DAY): string {
  return hub.state.addDataset({name: `${hub.user}/${own}`, createdAt: new Date(Date.now() - age)}).id
}

const stampOf = (names: string[]) => names[0]?.slice(-15) ?? ''
const cleanup = (hub: Sandbox, ...argv: string[]) => runCli(['cleanup', ...argv], envOf(hub))
const clean = (hub: Sandbox, options: CleanupOptions) =>
  cleanupDatasets({token: hub.token, endpoint: hub.url, env: {}, ...options})
const documentOf = ({stdout}: CliResult) => JSON.parse(stdout)

/** Runs a job as if nobody could type anything. */
async function withoutTerminal<T>(job: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(process.stdin, 'isTTY')
  Object.defineProperty(process.stdin, 'isTTY', {value: undefined, configurable: true})
  try {
    return await job()
  } finally {
    if (before) Object.defineProperty(process.stdin, 'isTTY', before)
    else delete (process.stdin as {isTTY?: boolean}).isTTY
  }
}

describe('what cleaning up must never get wrong', () => {
  describe('[S7] keeps a run that is being uploaded, whatever selects it', () => {
    for (const selected of [
      ['--incomplete-only', '--ignore-leaderboard'],
      ['--all'],
      ['--only', 'results', '--all'],
      ['--older-than', '1h', '--incomplete-only', '--ignore-leaderboard'],
    ]) {
      it(selected.join(' '), () =>
        withHub(EMPTY, async (hub) => {
          const uploading = addRun(hub, 2 * HOUR, ['results'])
          const dead = addRun(hub, 3 * DAY, ['results'])
          expect((await cleanup(hub, ...selected, ...WET)).exitCode).to.equal(0)
          expect(namesAt(hub)).to.deep.equal(uploading)
          expect(deletionsAt(hub)).to.deep.equal(dead)
        }),
      )
    }

    it('--run with its name', () =>
      withHub(EMPTY, async (hub) => {
        const uploading = addRun(hub, MINUTE, ['results'])
        expect((await cleanup(hub, '--run', stampOf(uploading), ...WET)).exitCode).to.equal(0)
        expect(namesAt(hub)).to.deep.equal(uploading)
        await cleanup(hub, '--run', stampOf(uploading), '--grace', '0', ...WET)
        expect(namesAt(hub)).to.deep.equal([])
      }))
  })

  it('asks nothing and deletes nothing where the runs lack the type that --only names', () =>
    withHub(EMPTY, async (hub) => {
      const names = addRun(hub, 60 * DAY, ['results', 'metrics'])
      let asked = 0
      const confirm = () => {
        asked++
        return true
      }

      const result = await clean(hub, {only: ['traces'], olderThan: '30d', dryRun: false, confirm})
      expect(asked).to.equal(0)
      expect(result).to.deep.include({wouldDelete: 0, outcomes: [], remaining: {runs: 1, datasets: 2}})
      expect(exitCodeOf(result)).to.equal(0)

      const {stdout, exitCode} = await cleanup(hub, '--only', 'traces', '--older-than', '30d', ...WET)
      expect(exitCode).to.equal(0)
      expect(stdout).to.include('Nothing to delete.')
      expect(namesAt(hub)).to.have.members(names)
    }))

  it('counts as remaining what the Hub still holds, after --only and after failures', () =>
    withHub(EMPTY, async (hub) => {
      const refused = addRun(hub, 60 * DAY)
      addRun(hub, 50 * DAY, ['metrics'])
      addRun(hub, 40 * DAY)
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes(stampOf(refused)),
        respond: {status: 403, body: '{"error":"no"}'},
      })
      const result = await cleanup(hub, '--only', 'metrics', '--older-than', '30d', ...WET, '--json')
      const {remaining, counts} = documentOf(result)
      expect(result.exitCode).to.equal(3)
      expect(counts).to.include({deleted: 2, failed: 1})
      expect(namesAt(hub)).to.have.length(5)
      expect(remaining).to.deep.equal({runs: 2, datasets: 5})
    }))

  it('deletes the leaderboard where that is asked for, and only there', () =>
    withHub(EMPTY, async (hub) => {
      addRun(hub, 60 * DAY)
      const leaderboard = addOther(hub, 'smoltrace-leaderboard')
      expect((await cleanup(hub, '--all', ...WET)).exitCode).to.equal(0)
      expect(namesAt(hub)).to.deep.equal([leaderboard])

      addRun(hub, 50 * DAY)
      const {exitCode, stdout} = await cleanup(hub, '--all', '--delete-leaderboard', ...WET)
      expect(exitCode).to.equal(0)
      expect(stdout).to.include(leaderboard)
      expect(namesAt(hub)).to.deep.equal([])
      expect(deletionsAt(hub).at(-1)).to.equal(leaderboard)
    }))

  describe('[S4] deletes nothing where an age is zero, negative or in the future', () => {
    for (const age of ['-5d', '0d', '0', '0h', '-1', '0d0h', '2999-01-01', '']) {
      it(`--older-than=${age}`, () =>
        withHub(EMPTY, async (hub) => {
          addRun(hub, 60 * DAY)
          addRun(hub, 2 * DAY)
          const before = namesAt(hub)
          expect((await cleanup(hub, `--older-than=${age}`, ...WET)).exitCode).to.equal(2)
          expect(namesAt(hub)).to.deep.equal(before)
          expect(hub.requests).to.deep.equal([])
        }))
    }
  })

  describe('refuses to keep zero runs or fewer, rather than to guess what was meant', () => {
    for (const number of ['0', '-1', '', '1.5']) {
      it(`--keep-recent=${number}`, () =>
        withHub(EMPTY, async (hub) => {
          addRun(hub, 60 * DAY)
          addRun(hub, 2 * DAY)
          const before = namesAt(hub)
          const {exitCode, stderr} = await cleanup(hub, `--keep-recent=${number}`, ...WET)
          expect(exitCode).to.equal(2)
          expect(stderr).to.include('--keep-recent')
          expect(namesAt(hub)).to.deep.equal(before)
        }))
    }
  })

  it('keeps the newest runs, not the oldest', () =>
    withHub(EMPTY, async (hub) => {
      addRun(hub, 60 * DAY)
      const newest = addRun(hub, 2 * DAY)
      addRun(hub, 30 * DAY)
      expect((await cleanup(hub, '--keep-recent', '1', ...WET)).exitCode).to.equal(0)
      expect(namesAt(hub)).to.have.members(newest)
    }))

  describe('[S8] deletes nothing where the flags contradict each other, in either order', () => {
    for (const flags of [
      ['--dry-run', '--no-dry-run'],
      ['--no-dry-run', '--dry-run'],
      ['--no-dry-run', '--preserve-leaderboard', '--delete-leaderboard'],
      ['--no-dry-run', '--delete-leaderboard', '--preserve-leaderboard'],
    ]) {
      it(flags.join(' '), () =>
        withHub(EMPTY, async (hub) => {
          addRun(hub, 60 * DAY)
          addOther(hub, 'smoltrace-leaderboard')
          const before = namesAt(hub)
          expect((await cleanup(hub, '--all', '--yes', ...flags)).exitCode).to.equal(2)
          expect(namesAt(hub)).to.deep.equal(before)
        }),
      )
    }
  })

  it('[S8] deletes nothing with --dry-run or without a word about it, --yes or not', () =>
    withHub(EMPTY, async (hub) => {
      addRun(hub, 60 * DAY)
      const before = namesAt(hub)
      for (const flags of [['--yes'], ['--dry-run', '--yes'], ['--dry-run']]) {
        const {exitCode, stdout} = await cleanup(hub, '--all', ...flags)
        expect(exitCode).to.equal(0)
        expect(stdout).to.include('nothing was deleted')
      }

      expect(namesAt(hub)).to.deep.equal(before)
    }))

  describe('never sees, counts or deletes a dataset whose timestamp is no time', () => {
    for (const flags of [['--older-than', '1d'], ['--keep-recent', '1'], ['--all']]) {
      it(flags.join(' '), () =>
        withHub(EMPTY, async (hub) => {
          const impossible = [
            '20251399_256199',
            '20250231_120000',
            '20250101_240000',
            '20250101_126000',
          ].flatMap((stamp) => RUN_TYPES.map((type) => addOther(hub, `smoltrace-${type}-${stamp}`)))
          const old = addRun(hub, 60 * DAY)
          const recent = addRun(hub, 2 * HOUR)
          const dry = documentOf(await cleanup(hub, ...flags, '--json'))
          expect(dry.found).to.deep.equal({runs: 2, datasets: 6})
          const shown = [...dry.delete, ...dry.keep].map(({run}: {run: string}) => run)
          expect(shown).to.have.members([stampOf(old), stampOf(recent)])

          expect((await cleanup(hub, ...flags, ...WET)).exitCode).to.equal(0)
          expect(namesAt(hub)).to.include.members(impossible)
          expect(deletionsAt(hub)).to.include.members(old)
        }),
      )
    }
  })

  describe('[S11] deletes nothing and does not call it success where the listing fails', () => {
    const html = {headers: {'Content-Type': 'text/html'}, body: '<html>Sign in</html>'}
    for (const [title, page, respond] of [
      ['at once', '/api/datasets?', {status: 500, body: 'oops'}],
      ['on its last page', 'cursor=', {status: 500, body: 'oops'}],
      ['with a web page', '/api/datasets?', {status: 200, ...html}],
      ['with a web page as its last page', 'cursor=', {status: 200, ...html}],
      ['with half of the JSON', 'cursor=', {status: 200, body: '[{"id":"mira/smoltr'}],
    ] as const) {
      it(title, () =>
        withHub({...EMPTY, pageSize: 4}, async (hub) => {
          addRun(hub, 60 * DAY)
          addRun(hub, 50 * DAY)
          const before = namesAt(hub)
          hub.intercept({match: ({path}) => path.includes(page), respond})
          const {exitCode, stdout, stderr} = await cleanup(hub, '--all', ...WET)
          expect(exitCode).to.equal(1)
          expect(stderr).to.include('Nothing was deleted.')
          expect(stdout).not.to.match(/nothing to delete|no datasets|complete/i)
          expect(deletionsAt(hub)).to.deep.equal([])
          expect(namesAt(hub)).to.deep.equal(before)
        }),
      )
    }
  })

  it('[S5] combines an age with a number of runs to keep', () =>
    withHub(EMPTY, async (hub) => {
      const [recent, kept, ...old] = [2, 40, 50, 60].map((days) => addRun(hub, days * DAY))
      expect((await cleanup(hub, '--older-than', '30d', '--keep-recent', '2', ...WET)).exitCode).to.equal(0)
      expect(namesAt(hub)).to.have.members([...(recent ?? []), ...(kept ?? [])])
      expect(deletionsAt(hub)).to.have.members(old.flat())
    }))

  it('keeps the newest of the runs that are all old enough to go', () =>
    withHub(EMPTY, async (hub) => {
      const [newest] = [40, 50, 60].map((days) => addRun(hub, days * DAY))
      await cleanup(hub, '--older-than', '30d', '--keep-recent', '1', ...WET)
      expect(namesAt(hub)).to.have.members(newest ?? [])
    }))

  describe('says without a stack that nobody can confirm, and deletes nothing', () => {
    for (const flags of [
      ['--all', '--no-dry-run'],
      ['--older-than', '1d', '--no-dry-run'],
      ['--all', '--no-dry-run', '--json'],
    ]) {
      it(flags.join(' '), () =>
        withHub(EMPTY, async (hub) => {
          const names = addRun(hub, 60 * DAY)
          const {exitCode, stdout, stderr} = await withoutTerminal(() => cleanup(hub, ...flags))
          expect(exitCode).to.equal(2)
          expect(stdout + stderr)
            .to.include('--yes')
            .and.not.to.match(/^\s+at /m)
          expect(hub.requests).to.deep.equal([])
          expect(namesAt(hub)).to.have.members(names)
        }),
      )
    }
  })

  it('[S16] tells a no from a success', () =>
    withHub(EMPTY, async (hub) => {
      const names = addRun(hub, 60 * DAY)
      const no = await clean(hub, {olderThan: '1d', dryRun: false, confirm: () => false})
      expect(exitCodeOf(no)).to.equal(130)
      expect(namesAt(hub)).to.have.members(names)
      const yes = await clean(hub, {olderThan: '1d', dryRun: false, confirm: () => true})
      expect(exitCodeOf(yes)).to.equal(0)
      expect(namesAt(hub)).to.deep.equal([])
    }))

  it('asks once for the phrase of --all, after every name has been shown', () =>
    withHub(EMPTY, async (hub) => {
      const names = addRun(hub, 60 * DAY)
      const order: string[] = []
      const shown = (plan: Plan) => plan.delete.flatMap(({datasets}) => datasets.map(({name}) => name))
      await clean(hub, {
        all: true,
        dryRun: false,
        onPlan(plan) {
          expect(shown(plan)).to.have.members(names)
          order.push('shown')
        },
        confirm({phrase}) {
          order.push(phrase)
          return true
        },
      })
      expect(order).to.deep.equal(['shown', 'YES DELETE ALL'])
      expect(namesAt(hub)).to.deep.equal([])
    }))

  it('[S9] shows every name of --all before the first goes, also where --yes skips the question', () =>
    withHub(EMPTY, async (hub) => {
      const names = addRun(hub, 60 * DAY)
      const {stdout} = await cleanup(hub, '--all', ...WET)
      const end = stdout.search(/cleanup complete/i)
      expect(end).to.be.above(0)
      for (const name of names) expect(stdout.indexOf(name), name).to.be.within(0, end)
    }))

  it('counts and names in a dry run what it would delete, for programs too', () =>
    withHub(EMPTY, async (hub) => {
      const names = addRun(hub, 60 * DAY)
      addRun(hub, 2 * DAY)
      expect((await clean(hub, {olderThan: '30d'})).wouldDelete).to.equal(3)
      const document = documentOf(await cleanup(hub, '--older-than', '30d', '--json'))
      expect(document).to.include({dryRun: true, wouldDelete: 3})
      expect(document.delete[0].deletes.map(({name}: {name: string}) => name)).to.have.members(names)
      const {stdout} = await cleanup(hub, '--older-than', '30d')
      expect(stdout)
        .to.match(/cleanup --older-than 30d --no-dry-run$/m)
        .and.not.to.include('dry_run')
      expect(namesAt(hub)).to.have.length(6)
    }))

  it('[S16] does not call a cleanup complete in which everything failed', () =>
    withHub(EMPTY, async (hub) => {
      const names = addRun(hub, 60 * DAY)
      hub.intercept({
        match: ({method}) => method === 'DELETE',
        respond: {status: 403, body: '{"error":"no"}'},
      })
      const {exitCode, stdout} = await cleanup(hub, '--all', ...WET)
      expect(exitCode).to.equal(3)
      expect(stdout)
        .to.include('not everything was deleted')
        .and.not.to.match(/complete$/im)
      expect(namesAt(hub)).to.have.members(names)
    }))

  it('speaks of no preserved leaderboard where there is none', () =>
    withHub(EMPTY, async (hub) => {
      addRun(hub, 60 * DAY)
      expect(documentOf(await cleanup(hub, '--all', '--json')).leaderboard).to.equal(null)
      expect((await cleanup(hub, '--all')).stdout).not.to.match(/preserved/i)
      addOther(hub, 'smoltrace-leaderboard')
      expect((await cleanup(hub, '--all')).stdout).to.match(/preserved/i)
    }))
})

interface Account {
  runs: Array<{hoursAgo: number; types: RunType[]}>
  hasLeaderboard: boolean
}

const someAccount: fc.Arbitrary<Account> = fc.record({
  runs: fc.uniqueArray(
    fc.record({
      hoursAgo: fc.oneof(fc.integer({min: 0, max: 24}), fc.integer({min: 0, max: 60 * 24})),
      types: fc.oneof(
        fc.constant<RunType[]>([...RUN_TYPES]),
        fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}),
      ),
    }),
    {minLength: 1, maxLength: 6, selector: ({hoursAgo}) => hoursAgo},
  ),
  hasLeaderboard: fc.boolean(),
})

const someScope = fc.record({
  only: fc.subarray<RunType>([...RUN_TYPES], {maxLength: 2}),
  grace: fc.constantFrom('', '0', '30min', '1d'),
  deleteLeaderboard: fc.boolean(),
})

const someFlags: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.oneof(
      {weight: 1, arbitrary: fc.constant(['--all'])},
      {
        weight: 4,
        arbitrary: fc
          .record({
            age: fc.constantFrom('', '12h', '1', '7d', '2w', '1m', '1w3d'),
            keep: fc.integer({min: 0, max: 3}),
            incomplete: fc.constantFrom(false, false, true),
          })
          .map(({age, keep, incomplete}) => [
            ...(age === '' ? [] : ['--older-than', age]),
            ...(keep === 0 ? [] : ['--keep-recent', String(keep)]),
            ...(incomplete ? ['--incomplete-only', '--ignore-leaderboard'] : []),
          ]),
      },
    ),
    someScope,
  )
  .map(([chosen, {only, grace, deleteLeaderboard}]) => [
    ...chosen,
    ...only.flatMap((type) => ['--only', type]),
    ...(grace === '' ? [] : ['--grace', grace]),
    ...(deleteLeaderboard ? ['--delete-leaderboard'] : []),
  ])

/** Names that are nearly those of a run, in and beside the user's namespace. */
function decoysOf(user: string, stamp: string): string[] {
  const own = [
    `smoltrace-results-${stamp}-copy`,
    `smoltrace-resultsx-${stamp}`,
    `smoltrace-result-${stamp}`,
    `my-smoltrace-results-${stamp}`,
    `smoltrace-results-${stamp}0`,
    `smoltrace-results-${stamp.slice(1)}`,
    `smoltrace-results-${stamp.replace('_', '-')}`,
    `smoltrace-results-${stamp.slice(0, 4)}0231${stamp.slice(8)}`,
    `smoltrace-results-${stamp.slice(0, 9)}256199`,
    `smoltrace-leaderboard-${stamp}`,
    `smoltrace-tasks-${stamp}`,
    `Smoltrace-Traces-${stamp}`,
  ]
  const theirs = RUN_TYPES.map((type) => `smoltrace-${type}-${stamp}`)
  return [
    ...own.map((name) => `${user}/${name}`),
    ...['tinyagents', 'openbench', `${user}2`].flatMap((owner) => theirs.map((name) => `${owner}/${name}`)),
  ]
}

/** Fills a sandbox. @returns the names that may go */
function furnish(hub: Sandbox, {runs, hasLeaderboard}: Account, now: Date): Set<string> {
  const mayGo = new Set<string>()
  const others = new Set(
    ['leaderboard-copy', 'Leaderboard2', 'benchmark-v1', 'tasks'].map(
      (name) => `${hub.user}/smoltrace-${name}`,
    ),
  )
  others.add('tinyagents/smoltrace-leaderboard').add(`${hub.user}/notes`)
  for (const {hoursAgo, types} of runs) {
    const createdAt = new Date(now.getTime() - hoursAgo * HOUR - 20 * MINUTE)
    const stamp = formatTimestamp(new Date(createdAt.getTime() - 5 * MINUTE))
    for (const type of types) {
      const name = runDatasetName(hub.user, type, stamp)
      hub.state.addDataset({name, createdAt})
      mayGo.add(name)
    }

    for (const decoy of decoysOf(hub.user, stamp)) others.add(decoy)
  }

  for (const name of others) hub.state.addDataset({name, createdAt: new Date(now.getTime() - 90 * DAY)})
  if (hasLeaderboard) {
    const leaderboard = `${hub.user}/smoltrace-leaderboard`
    hub.state.addDataset({name: leaderboard, createdAt: new Date(now.getTime() - 90 * DAY)})
    mayGo.add(leaderboard)
  }

  return mayGo
}

describe('cleanup of any account with any flags', () => {
  it('deletes what the dry run named, and nothing but datasets of exactly such names', async () => {
    let deleted = 0
    await fc.assert(
      fc.asyncProperty(someAccount, someFlags, async (account, flags) => {
        const now = new Date()
        await withHub({...EMPTY, clock: () => now, pageSize: 7}, async (hub) => {
          const mayGo = furnish(hub, account, now)
          const before = namesAt(hub)
          const dry = await cleanup(hub, ...flags, '--json')
          expect(namesAt(hub), 'a dry run deletes nothing').to.deep.equal(before)
          const {delete: planned = [], leaderboard} = documentOf(dry)
          const named: string[] = planned.flatMap(({deletes}: {deletes: Array<{name: string}>}) =>
            deletes.map(({name}) => name),
          )
          if (leaderboard?.goes) named.push(leaderboard.name)

          const wet = await cleanup(hub, ...flags, ...WET, '--json')
          const left = new Set(namesAt(hub))
          const went = before.filter((name) => !left.has(name))
          for (const name of [...named, ...went]) expect(mayGo.has(name), name).to.equal(true)
          if (!flags.includes('--delete-leaderboard'))
            expect(went).not.to.include(`${hub.user}/smoltrace-leaderboard`)
          expect(wet.exitCode).to.be.oneOf([0, 2])
          expect(went).to.have.members(wet.exitCode === 0 ? named : [])
          expect(deletionsAt(hub)).to.have.members(went)
          deleted += went.length
        })
      }),
      {numRuns: 20},
    )
    expect(deleted, 'datasets deleted in all cases together').to.be.above(0)
  })
})
