import {expect} from 'chai'
import {existsSync, utimesSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {Random} from '../../src/lib/sandbox/index.js'
import {ALL_OF_RUNS, fillAccount, LEADERBOARD, PAGE_SIZE} from '../faults/account.js'
import {expectCopy, expectUntouched, sameFiles} from '../faults/truth.js'
import {type Snapshot, snapshotOf} from '../faults/watch.js'
import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, withHub} from '../support/hub.js'
import {cleanEnv, start} from '../support/process.js'
import {type Sandbox} from '../support/sandbox.js'

/** How often each job is killed; each time at another moment. */
const ROUNDS = Number(process.env.TEST_KILL_ROUNDS ?? 7)
/** Another seed makes other moments. */
const SEED = process.env.TEST_KILL_SEED ?? 'kill'
/** What of the request in question has happened by then; `raced`: its answer is on the way, and may be read or not. */
const MOMENTS = ['arrived', 'acted', 'raced'] as const
type Moment = (typeof MOMENTS)[number]

interface Job {
  title: string
  argv: (copies: string) => string[]
  prepare: (hub: Sandbox) => void
  /** Full names of what goes, or comes back. */
  planned: readonly string[]
  isArchived?: true
}

const DELETE_ALL = ['cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes', '--concurrency', '3']
const WITH_ARCHIVE = [...DELETE_ALL, '--delete-leaderboard', '--archive']
/** The same names in the trash, where what was moved there before is. */
const inTrash = (names: readonly string[]) =>
  names.map((name) => name.replace('/smoltrace-', '/smoltrace-trash-20250201-'))
const fillTrash = (hub: Sandbox) => {
  fillAccount(hub)
  for (const name of ALL_OF_RUNS) hub.state.rename(hub.state.get(name)!, inTrash([name])[0]!)
}

const EMPTY = ['trash', 'empty', '--all', '--no-dry-run', '--yes', '--concurrency', '3']
const DELETIONS: Job[] = [
  {title: 'cleanup', argv: () => DELETE_ALL, prepare: fillAccount, planned: ALL_OF_RUNS},
  {
    title: 'cleanup --archive --delete-leaderboard',
    argv: (copies) => [...WITH_ARCHIVE, copies],
    prepare: fillAccount,
    planned: [...ALL_OF_RUNS, LEADERBOARD],
    isArchived: true,
  },
  {title: 'trash empty', argv: () => EMPTY, prepare: fillTrash, planned: inTrash(ALL_OF_RUNS)},
]

/** What moves, and loses nothing: the names that it begins with. */
const MOVES: Job[] = [
  {
    title: 'cleanup --trash',
    argv: () => [...DELETE_ALL, '--trash'],
    prepare: fillAccount,
    planned: ALL_OF_RUNS,
  },
  {
    title: 'trash restore',
    argv: () => ['trash', 'restore', '--all', '--concurrency', '3'],
    prepare: fillTrash,
    planned: inTrash(ALL_OF_RUNS),
  },
]

/** Restores all but one dataset, which is there. */
const RESTORE: Job = {
  title: 'restore',
  argv: (copies) => ['restore', copies, '--concurrency', '2'],
  prepare(hub) {
    fillAccount(hub)
    for (const name of ALL_OF_RUNS.slice(1)) hub.state.remove(name)
  },
  planned: ALL_OF_RUNS,
}

describe('[S14] kill -9 at any moment', () => {
  let home: string

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'smoltrace-kill-'))
  })

  after(() => rm(home, {recursive: true, force: true}))

  for (const job of DELETIONS) {
    describe(job.title, () => {
      let requests: number

      before(() =>
        atHub(job, async (hub) => {
          const dir = await mkdtemp(join(home, 'whole-'))
          requests = await requestsOf(hub, () => runCli(job.argv(join(dir, 'copies')), envIn(hub, dir)))
        }),
      )

      for (const {title, ...when} of momentsOf(job))
        it(title, () =>
          atHub(job, async (hub) => {
            const dir = await mkdtemp(join(home, 'killed-'))
            const copies = join(dir, 'copies')
            const before = snapshotOf(hub)
            await kill(hub, job.argv(copies), envIn(hub, dir), {...when, requests})
            expectUntouched(hub, before, job.planned)
            await expectTrueHistory(hub, before, dir)
            if (job.isArchived)
              for (const name of goneAt(hub, before)) expectCopy(copies, name, before.get(name))

            passSilence(copies)
            const {exitCode, stderr} = await runCli(job.argv(copies), envIn(hub, dir))
            expect(exitCode, stderr).to.equal(0)
            expect(goneAt(hub, before), 'what is gone after another call').to.have.members(job.planned)
            expectUntouched(hub, before, job.planned)
            if (job.isArchived) for (const name of job.planned) expectCopy(copies, name, before.get(name))
          }),
        )
    })
  }

  for (const job of MOVES) {
    describe(job.title, () => {
      let requests: number

      before(() =>
        atHub(job, async (hub) => {
          const dir = await mkdtemp(join(home, 'whole-'))
          requests = await requestsOf(hub, () => runCli(job.argv(''), envIn(hub, dir)))
        }),
      )

      for (const {title, ...when} of momentsOf(job))
        it(title, () =>
          atHub(job, async (hub) => {
            const dir = await mkdtemp(join(home, 'killed-'))
            const before = snapshotOf(hub)
            await kill(hub, job.argv(''), envIn(hub, dir), {...when, requests})
            await expectTrueMoves(hub, before, dir, job)
            const {exitCode, stderr} = await runCli(job.argv(''), envIn(hub, dir))
            expect(exitCode, stderr).to.equal(0)
            expect(goneAt(hub, before), 'what is moved after another call').to.have.members(job.planned)
            await expectTrueMoves(hub, before, dir, job)
          }),
        )
    })
  }

  describe(RESTORE.title, () => {
    let copies: string
    let requests: number
    let archived: ReadonlyMap<string, Snapshot>

    before(async () => {
      const dir = await mkdtemp(join(home, 'restore-'))
      copies = join(dir, 'copies')
      await withHub({seed: 'empty'}, async (hub) => {
        fillAccount(hub)
        archived = snapshotOf(hub)
        expect((await runCli([...DELETE_ALL, '--archive', copies], envIn(hub, dir))).exitCode).to.equal(0)
      })
      await atHub(RESTORE, async (hub) => {
        requests = await requestsOf(hub, () => runCli(RESTORE.argv(copies), envIn(hub, dir)))
      })
    })

    for (const {title, ...when} of momentsOf(RESTORE))
      it(title, () =>
        atHub(RESTORE, async (hub) => {
          const dir = await mkdtemp(join(home, 'killed-'))
          const before = snapshotOf(hub)
          const missing = RESTORE.planned.filter((name) => !before.has(name))
          await kill(hub, RESTORE.argv(copies), envIn(hub, dir), {...when, requests})
          expectUntouched(hub, before, missing)
          expect(deletionsAt(hub)).to.deep.equal([])
          const {exitCode, stderr} = await runCli(RESTORE.argv(copies), envIn(hub, dir))
          expect(exitCode, stderr).to.equal(0)
          expectUntouched(hub, before, missing)
          const now = snapshotOf(hub)
          for (const name of RESTORE.planned) {
            expect(sameFiles(archived.get(name), now.get(name)), name).to.equal(true)
            expect(now.get(name)?.isPrivate, name).to.equal(true)
          }
        }),
      )
  })
})

interface When {
  moment: Moment
  /** Which request it is, as a part of all of them: 0 the first, 1 the last. */
  place: number
}

/** Rounds at seeded random moments, each kind of moment in turn. */
function momentsOf({title}: Job): Array<When & {title: string}> {
  const random = new Random(`${SEED} ${title}`)
  return Array.from({length: ROUNDS}, (_, round) => {
    const moment = MOMENTS[round % MOMENTS.length] ?? 'raced'
    const place = random.decimal(0, 1, 3)
    return {moment, place, title: `at ${(place * 100).toFixed(1)} % of its requests, which ${moment}`}
  })
}

function atHub<T>({prepare}: Job, play: (hub: Sandbox) => Promise<T>): Promise<T> {
  return withHub({seed: 'empty', pageSize: PAGE_SIZE}, (hub) => {
    prepare(hub)
    return play(hub)
  })
}

function envIn(hub: Sandbox, dir: string): Record<string, string> {
  return {...envOf(hub), XDG_DATA_HOME: dir}
}

/** How many requests a job makes that nobody kills, those to the CDN among them. */
async function requestsOf(hub: Sandbox, play: () => Promise<{exitCode: number}>): Promise<number> {
  let requests = 0
  const stop = hub.intercept({
    match() {
      requests++
      return false
    },
  })
  expect((await play()).exitCode).to.equal(0)
  stop()
  return requests
}

/** Runs the whole program, and kills it at one of its requests. */
async function kill(
  hub: Sandbox,
  argv: string[],
  env: Record<string, string>,
  {moment, place, requests}: When & {requests: number},
): Promise<void> {
  const skip = Math.round(place * (requests - 1))
  const stop = hub.intercept({
    match: () => true,
    skip,
    times: 1,
    ...(moment !== 'raced' && {hold: moment === 'arrived' ? 'before' : 'after'}),
    before: () => program.kill('SIGKILL'),
  })
  const program = start(argv, cleanEnv(hub, env))
  const {exitCode} = await program.finished
  // Its last answer may let it end by itself.
  expect(moment === 'raced' ? [0, 137] : [137]).to.include(exitCode)
  stop()
  // What it had sent before is read before what is sent now.
  await fetch(hub.url)
}

/** What history says of each dataset, compared with what the Hub was asked and what it holds. */
async function expectTrueHistory(
  hub: Sandbox,
  before: ReadonlyMap<string, Snapshot>,
  dataHome: string,
): Promise<void> {
  const shown = await runCli(['history'], {XDG_DATA_HOME: dataHome})
  expect(shown.exitCode, shown.stderr).to.equal(0)
  const {stdout, exitCode} = await runCli(['history', '--json'], {XDG_DATA_HOME: dataHome})
  const {jobs, problems} = JSON.parse(stdout)
  expect({exitCode, problems}).to.deep.equal({exitCode: 0, problems: []})
  expect(jobs.length).to.be.at.most(1)
  const datasets: Array<{name: string; state: string}> = jobs[0]?.datasets ?? []
  const states = new Map(datasets.map(({name, state}) => [name, state]))
  const gone = new Set(goneAt(hub, before))
  for (const name of deletionsAt(hub)) expect(states.get(name), name).to.be.oneOf(['deleted', 'uncertain'])
  for (const name of gone) expect(states.get(name), name).to.be.oneOf(['deleted', 'uncertain'])
  for (const [name, state] of states) {
    expect(['deleted', 'uncertain', 'untouched'], name).to.include(state)
    if (state === 'deleted') expect(gone.has(name), name).to.equal(true)
  }
}

/** That everything is where it was, or moved, and as it was, and what history says of what went to the trash. */
async function expectTrueMoves(
  hub: Sandbox,
  before: ReadonlyMap<string, Snapshot>,
  dataHome: string,
  {planned, title}: Job,
): Promise<void> {
  const now = new Map([...snapshotOf(hub)].map(([name, dataset]) => [dataset.id, {name, dataset}]))
  expect(now.size).to.equal(before.size)
  for (const [name, dataset] of before) {
    const found = now.get(dataset.id)
    expect(found?.dataset, name).to.deep.equal(dataset)
    if (!planned.includes(name)) expect(found?.name).to.equal(name)
  }

  if (title === 'trash restore') return
  const {stdout} = await runCli(['history', '--json'], {XDG_DATA_HOME: dataHome})
  const {jobs} = JSON.parse(stdout) as {jobs: Array<{datasets: Array<{name: string; state: string}>}>}
  const told = new Map<string, Set<string>>()
  for (const {datasets} of jobs)
    for (const {name, state} of datasets) told.set(name, (told.get(name) ?? new Set()).add(state))
  for (const name of goneAt(hub, before)) {
    const states = told.get(name) ?? new Set()
    expect(states.has('trashed') || states.has('uncertain'), `${name}: ${[...states].join(', ')}`).to.equal(
      true,
    )
  }

  for (const [name, states] of told)
    if (states.has('trashed')) expect(hub.state.get(name), name).to.equal(undefined)
}

/** Lets the time pass in which a killed process is taken for alive. */
function passSilence(copies: string): void {
  const lock = join(copies, 'mira', '.archiving.lock')
  const longAgo = new Date(Date.now() - 60_000)
  if (existsSync(lock)) utimesSync(lock, longAgo, longAgo)
}

function goneAt(hub: Sandbox, before: ReadonlyMap<string, Snapshot>): string[] {
  return [...before.keys()].filter((name) => !hub.state.get(name))
}
