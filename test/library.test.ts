import {expect} from 'chai'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {inspect} from 'node:util'

import {
  CancelledError,
  cleanupDatasets,
  type CleanupOptions,
  deleteDatasets,
  type DeleteOptions,
  discoverSmoltraceDatasets,
  filterRuns,
  groupDatasetsByRun,
  HubError,
  HubFormatError,
  type JobEvent,
  NotAllowedError,
  type Outcome,
  type Plan,
  protectLeaderboard,
  protectRuns,
  RefusedError,
  unprotectLeaderboard,
  UsageError,
} from '../src/index.js'
import {formatTimestamp, RUN_TYPES, runDatasetName, type RunType} from '../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../src/lib/base/time.js'
import {readHistory} from '../src/lib/cleanup/journal/history.js'
import {exitCodeOf} from '../src/lib/cleanup/result.js'
import {
  type Fault,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
  storedFile,
} from '../src/lib/sandbox/index.js'
import {json, rejectionOf, serve} from './support/builders.js'
import {patientClock} from './support/clock.js'
import {deletionsAt, namesAt, UNKNOWN_TOKEN, withHub} from './support/hub.js'

const CARRIED = {dryRun: false, yes: true} as const
const PROTECTION_PATH = '.smoltrace/protection.json'
const HTML = {status: 200, headers: {'Content-Type': 'text/html'}, body: '<html>Sign in</html>'}
const LOST_ANSWER = {reset: 'after', times: 1} as const

const isDelete: Fault['match'] = ({method}) => method === 'DELETE'
const isListing: Fault['match'] = ({path}) => path.startsWith('/api/datasets?')
const asksFor =
  (name: string): Fault['match'] =>
  ({path}) =>
    path.startsWith(`/api/datasets/${name}?`)
const isWhoami: Fault['match'] = ({path}) => path.startsWith('/api/whoami-v2')
const deletes =
  (name = ''): Fault['match'] =>
  ({method, body}) =>
    method === 'DELETE' && body.includes(`"${name.split('/')[1]}"`)

/** What became of each dataset, by full name. */
const statuses = (outcomes: Outcome[]) => Object.fromEntries(outcomes.map(({name, status}) => [name, status]))
const all = (names: string[], status: string) => Object.fromEntries(names.map((name) => [name, status]))
const namesOf = (plan: Plan) => plan.delete.flatMap(({datasets}) => datasets.map(({name}) => name))

/** Writable once more, as plans from a file or from a hostile caller are. */
type Writable<T> = T extends Date ? T : T extends object ? {-readonly [K in keyof T]: Writable<T[K]>} : T
const forged = (plan: Plan, change: (plan: Writable<Plan>) => void): Plan => {
  const copy = structuredClone(plan)
  change(copy)
  return copy
}

/** The place of a dataset in the order of deletion. */
const orderOf = (name: string) =>
  ['metrics', 'traces', 'results'].findIndex((type) => name.includes(`-${type}-`))

/** The value, which a test knows to be there. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('There is no such thing.')
  return value
}

/** The first run of a plan, and its first dataset. */
const firstRun = <T extends Plan | Writable<Plan>>(plan: T): T['delete'][number] => present(plan.delete[0])
const firstOf = <T extends Plan | Writable<Plan>>(plan: T): T['delete'][number]['datasets'][number] =>
  present(firstRun(plan).datasets[0])

describe('the library', () => {
  let hub: Sandbox
  /** Full names of an old run, in the order of deletion. */
  let old: [string, string, string]
  /** Full names of another old run, older still, in the order of deletion. */
  let older: [string, string, string]
  let recent: [string, string, string]
  let leaderboard: string

  const connection = (options: {hub?: Sandbox; token?: string} = {}) => ({
    token: options.token ?? hub.token,
    endpoint: (options.hub ?? hub).url,
    env: {},
  })
  const clean = (options: CleanupOptions) => cleanupDatasets({...connection(), ...options})
  const remove = (target: Plan | string[], options: DeleteOptions = {}) =>
    deleteDatasets(target, {...connection(), ...options})
  const ofOwn = (name: string) => `${hub.user}/${name}`

  function addRun(
    ageMs: number,
    {owner = hub.user, types = RUN_TYPES}: {owner?: string; types?: readonly RunType[]} = {},
  ): string[] {
    const createdAt = new Date(Date.now() - ageMs)
    const stamp = formatTimestamp(new Date(createdAt.getTime() - 10 * MINUTE))
    const names = types.map((type) => runDatasetName(owner, type, stamp))
    for (const name of names) hub.state.addDataset({name, createdAt})
    return names.toSorted((a, b) => orderOf(a) - orderOf(b))
  }

  function addLeaderboard(protection?: string): void {
    hub.state.addDataset({
      name: leaderboard,
      createdAt: new Date(Date.now() - 200 * DAY),
      files: protection === undefined ? {} : {[PROTECTION_PATH]: protection},
    })
  }

  const writeToLeaderboard = (path: string, text: string) =>
    hub.state.commit(present(hub.state.get(leaderboard)), 'write', new Map([[path, storedFile(text, false)]]))

  const protectedBy = (by: string) =>
    `${JSON.stringify({version: 1, leaderboard: {by, at: '2026-01-01T00:00:00.000Z'}})}\n`

  /** Starts over with another Hub, with two old runs and a recent one. */
  async function furnish(options: SandboxOptions = {}): Promise<void> {
    await hub?.close()
    hub = await startSandbox({seed: 'empty', ...options})
    old = addRun(40 * DAY) as typeof old
    older = addRun(50 * DAY) as typeof older
    recent = addRun(2 * DAY) as typeof recent
    leaderboard = ofOwn('smoltrace-leaderboard')
  }

  beforeEach(() => furnish())

  afterEach(() => hub.close())

  describe('discoverSmoltraceDatasets', () => {
    it('finds every dataset of exactly the right name, over all pages, private ones too', async () => {
      await furnish({pageSize: 3})
      addLeaderboard()
      const createdAt = new Date()
      const secret = ofOwn('smoltrace-traces-20200101_000000')
      hub.state.addDataset({name: secret, createdAt, private: true})
      for (const own of [
        'smoltrace-results-20260231_000000',
        'smoltrace-traces-20200101_000000-copy',
        'smoltrace-tasks',
      ])
        hub.state.addDataset({name: ofOwn(own), createdAt})
      hub.state.addDataset({name: `${hub.org}/smoltrace-traces-20200101_000001`, createdAt})

      const inventory = await discoverSmoltraceDatasets(connection())
      const names = inventory.datasets.map(({name}) => name)
      expect(names).to.have.members([...old, ...older, ...recent, secret])
      expect(inventory.leaderboard?.name).to.equal(leaderboard)
      expect(inventory.standard).to.deep.equal([ofOwn('smoltrace-tasks')])
      expect(inventory).to.include({namespace: hub.user, endpoint: hub.url})
    })

    it('finds those of an organisation where that is asked for', async () => {
      const names = addRun(DAY, {owner: hub.org})
      const {datasets} = await discoverSmoltraceDatasets({...connection(), namespace: hub.org})
      expect(datasets.map(({name}) => name)).to.have.members(names)
    })

    it('does not take an unknown namespace for an empty one', async () => {
      const error = await rejectionOf(discoverSmoltraceDatasets({...connection(), namespace: 'nobody'}))
      expect(error).to.be.instanceOf(RefusedError)
    })

    it('does without a token nothing, and with a rejected one as little', async () => {
      const {endpoint} = connection()
      const env = {HF_HOME: '/nowhere'}
      expect(await rejectionOf(discoverSmoltraceDatasets({endpoint, env}))).to.be.instanceOf(NotAllowedError)
      expect(hub.requests).to.deep.equal([])
      expect(
        await rejectionOf(discoverSmoltraceDatasets(connection({token: UNKNOWN_TOKEN}))),
      ).to.be.instanceOf(NotAllowedError)
    })
  })

  describe('groupDatasetsByRun', () => {
    it('makes runs of what was discovered, newest first, and says what each lacks', async () => {
      addRun(DAY, {types: ['results', 'metrics']})
      const {datasets} = await discoverSmoltraceDatasets(connection())
      const runs = groupDatasetsByRun(datasets)
      expect(runs.map(({missing}) => missing)).to.deep.equal([['traces'], [], [], []])
      expect(runs.map(({complete}) => complete)).to.deep.equal([false, true, true, true])
      expect(runs.map((run) => run.datasets.map(({name}) => name)).at(1)).to.have.members(recent)
      expect(runs.at(-1)?.datasets.map(({name}) => name)).to.have.members(older)
    })
  })

  describe('filterRuns', () => {
    it('says which runs may go, which stay, and why', async () => {
      const {datasets, now} = await discoverSmoltraceDatasets(connection())
      const {delete: going, keep} = filterRuns(groupDatasetsByRun(datasets), {
        olderThan: '30d',
        keepRecent: 2,
        now,
      })
      expect(going.map(({run}) => run.timestamp)).to.deep.equal([older[0].slice(-15)])
      expect(keep.map(({reasons}) => reasons.map(({rule}) => rule))).to.deep.equal([
        ['keep-recent', 'older-than'],
        ['keep-recent'],
      ])
    })

    it('refuses what says nothing, what is no age and what is not there', () => {
      for (const options of [{}, {olderThan: '0d'}, {olderThan: '-5d'}, {keepRecent: 0}, {keepRecent: -1}])
        expect(() => filterRuns([], options), JSON.stringify(options)).to.throw(UsageError)
      expect(() => filterRuns([], {run: ['20200101_000000']})).to.throw(RefusedError)
    })
  })

  describe('protectLeaderboard and unprotectLeaderboard', () => {
    it('decide whether the leaderboard can be deleted', async () => {
      addLeaderboard()
      expect(await protectLeaderboard({...connection(), reason: 'cited'})).to.include({
        leaderboard,
        changed: true,
      })
      expect((await protectLeaderboard(connection())).changed).to.equal(false)
      expect(await rejectionOf(clean({...CARRIED, deleteLeaderboard: true}))).to.be.instanceOf(RefusedError)
      expect(namesAt(hub)).to.include(leaderboard)

      expect((await unprotectLeaderboard(connection())).protection?.reason).to.equal('cited')
      await clean({...CARRIED, deleteLeaderboard: true})
      expect(namesAt(hub)).not.to.include(leaderboard)
    })
  })

  describe('cleanupDatasets', () => {
    for (const dryRun of [undefined, true, null, 0, '', 'false', 'no'] as unknown as boolean[]) {
      it(`deletes nothing with dryRun: ${JSON.stringify(dryRun) ?? 'undefined'}, and counts what would go`, async () => {
        const result = await clean({all: true, yes: true, dryRun, confirm: () => true})
        expect(result).to.deep.include({dryRun: true, wouldDelete: 9, outcomes: []})
        expect(deletionsAt(hub)).to.deep.equal([])
        expect(namesAt(hub)).to.have.length(9)
      })
    }

    it('counts the leaderboard among what would go, where it would', async () => {
      addLeaderboard()
      expect((await clean({olderThan: '30d'})).wouldDelete).to.equal(6)
      expect((await clean({olderThan: '30d', deleteLeaderboard: true})).wouldDelete).to.equal(7)
      expect((await clean({deleteLeaderboard: true})).wouldDelete).to.equal(1)
      expect((await clean({olderThan: '5y'})).wouldDelete).to.equal(0)
    })

    it('deletes with dryRun: false what the dry run showed, and nothing else', async () => {
      const {plan} = await clean({olderThan: '30d'})
      const {outcomes, counts} = await clean({olderThan: '30d', ...CARRIED})
      expect(statuses(outcomes)).to.deep.equal(all(namesOf(plan), 'deleted'))
      expect(counts.deleted).to.equal(6)
      expect(namesAt(hub)).to.have.members(recent)
    })

    it('deletes in an organisation nothing of the user, and the other way round', async () => {
      const theirs = addRun(40 * DAY, {owner: hub.org})
      await clean({all: true, namespace: hub.org, ...CARRIED})
      expect(namesAt(hub)).to.have.members([...old, ...older, ...recent])
      for (const name of theirs) hub.state.addDataset({name, createdAt: new Date()})
      await clean({all: true, ...CARRIED})
      expect(namesAt(hub)).to.have.members(theirs)
    })

    it('[S18] needs somebody who confirms, or `yes`', async () => {
      expect(await rejectionOf(clean({all: true, dryRun: false}))).to.be.instanceOf(UsageError)
      expect(hub.requests).to.deep.equal([])
    })

    it('[S18] takes every answer of `confirm` but true for a no', async () => {
      for (const answer of [false, undefined, null, 1, 'yes'] as unknown as boolean[]) {
        const result = await clean({all: true, dryRun: false, confirm: async () => answer})
        expect(result).to.deep.include({declined: true, outcomes: [], wouldDelete: 9})
      }

      expect(namesAt(hub)).to.have.length(9)
    })

    it('deletes nothing where `confirm` or `onPlan` throws, and passes on what they threw', async () => {
      const fault = new Error('the prompt broke')
      const throwing = () => {
        throw fault
      }

      const rejecting = () => Promise.reject(fault)
      for (const callbacks of [
        {confirm: throwing},
        {confirm: rejecting},
        {yes: true, onPlan: throwing},
        {yes: true, onPlan: rejecting},
      ])
        expect(await rejectionOf(clean({all: true, dryRun: false, ...callbacks}))).to.equal(fault)
      expect(namesAt(hub)).to.have.length(9)
    })

    it('sends nothing where the signal was aborted before', async () => {
      const signal = AbortSignal.abort()
      expect(await rejectionOf(clean({all: true, ...CARRIED, signal}))).to.be.instanceOf(CancelledError)
      expect(hub.requests).to.deep.equal([])
    })

    it('deletes nothing where the signal is aborted while it lists', async () => {
      const stop = new AbortController()
      hub.intercept({match: isListing, before: () => stop.abort()})
      const error = await rejectionOf(clean({all: true, ...CARRIED, signal: stop.signal}))
      expect(error).to.be.instanceOf(CancelledError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('deletes nothing where the signal is aborted during the question, whatever the answer', async () => {
      const stop = new AbortController()
      const confirm = () => {
        stop.abort()
        return true
      }

      const error = await rejectionOf(clean({all: true, dryRun: false, confirm, signal: stop.signal}))
      expect(error).to.be.instanceOf(CancelledError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('deletes nothing where the signal is aborted while the plan is shown', async () => {
      const stop = new AbortController()
      const onPlan = () => stop.abort()
      const error = await rejectionOf(clean({all: true, ...CARRIED, onPlan, signal: stop.signal}))
      expect(error).to.be.instanceOf(CancelledError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('finishes the deletion under way where the signal is aborted, knows its result, and starts no other', async () => {
      const stop = new AbortController()
      hub.intercept({match: isDelete, before: () => stop.abort()})
      const result = await clean({olderThan: '30d', ...CARRIED, concurrency: 1, signal: stop.signal})
      expect(result.interrupted).to.equal(true)
      expect(statuses(result.outcomes)).to.deep.equal({
        ...all([...old, ...older], 'unattempted'),
        [older[0]]: 'deleted',
      })
      expect(deletionsAt(hub)).to.deep.equal([older[0]])
      expect(namesAt(hub)).to.have.length(8)
    })

    for (const [title, onEvent] of [
      [
        'throws',
        () => {
          throw new Error('the listener broke')
        },
      ],
      ['rejects', () => Promise.reject(new Error('the listener broke'))],
    ] as Array<[string, () => void]>) {
      it(`finishes the job where onEvent ${title}, and warns of it`, async () => {
        const result = await clean({all: true, ...CARRIED, onEvent})
        expect(result.counts.deleted).to.equal(9)
        expect(namesAt(hub)).to.deep.equal([])
        expect(result.warnings.join(' ')).to.include('the listener broke')
      })

      it(`warns once where onEvent ${title} every time`, async () => {
        const {warnings} = await clean({all: true, ...CARRIED, onEvent})
        expect(warnings.filter((text) => text.includes('the listener broke'))).to.have.length(1)
      })
    }

    it('tells onEvent of each dataset once', async () => {
      const events: JobEvent[] = []
      await clean({olderThan: '30d', ...CARRIED, onEvent: (event) => events.push(event)})
      const started = events.flatMap((event) => (event.kind === 'started' ? [event.name] : []))
      const finished = events.flatMap((event) => (event.kind === 'finished' ? [event.outcome.name] : []))
      expect(started).to.have.members([...old, ...older])
      expect(finished).to.have.members([...old, ...older])
    })

    it('[S3] trusts the earlier of two clocks', async () => {
      const clock = () => new Date(Date.now() + 365 * DAY)
      const result = await clean({olderThan: '30d', ...CARRIED, clock})
      expect(namesAt(hub)).to.have.members(recent)
      expect(result.warnings.join(' ')).to.include('clock')
    })

    it('leaves no object of the plan that a confirmation could change', async () => {
      const changes: Array<(plan: Writable<Plan>) => void> = [
        (plan) => plan.delete.push(...(plan.keep as unknown as Writable<Plan>['delete'])),
        (plan) => {
          plan.namespace = hub.org
        },
        (plan) => {
          firstOf(plan).name = recent[0]
        },
        (plan) => {
          firstOf(plan).id = 'x'
        },
        (plan) => firstRun(plan).datasets.push(present(present(plan.keep[0]).run.datasets[0])),
        (plan) => {
          firstRun(plan).datasets = present(plan.keep[0]).run.datasets
        },
        (plan) => {
          firstRun(plan).run = present(plan.keep[0]).run
        },
        (plan) => {
          present(plan.leaderboard).goes = true
        },
        (plan) => {
          plan.rules.deleteLeaderboard = true
        },
      ]
      addLeaderboard()
      const confirm = (plan: Plan) => {
        for (const change of changes)
          expect(() => change(plan as Writable<Plan>), String(change)).to.throw(TypeError)
        return true
      }

      await clean({olderThan: '30d', dryRun: false, confirm})
      expect(namesAt(hub)).to.have.members([...recent, leaderboard])
    })
  })

  describe('deleteDatasets with a plan', () => {
    let plan: Plan

    beforeEach(async () => {
      ;({plan} = await clean({olderThan: '30d'}))
    })

    it('is a dry run unless told otherwise', async () => {
      for (const options of [{}, {yes: true}, {yes: true, dryRun: null as unknown as boolean}])
        expect(await remove(plan, options)).to.deep.include({dryRun: true, wouldDelete: 6, outcomes: []})
      expect(namesAt(hub)).to.have.length(9)
    })

    it('deletes what the plan says, and a second time finds it gone', async () => {
      expect((await remove(plan, CARRIED)).counts.deleted).to.equal(6)
      expect(namesAt(hub)).to.have.members(recent)
      expect((await remove(plan, CARRIED)).counts).to.include({deleted: 0, gone: 6, failed: 0})
    })

    it('deletes nothing that was not in the plan, though the same rules would select it now', async () => {
      const later = addRun(60 * DAY)
      await remove(plan, CARRIED)
      expect(namesAt(hub)).to.have.members([...recent, ...later])
    })

    it('skips a run of which a dataset changed since, and deletes the others', async () => {
      hub.state.touch(old[1])
      const {outcomes} = await remove(plan, CARRIED)
      expect(statuses(outcomes)).to.deep.equal({...all(old, 'skipped'), ...all(older, 'deleted')})
      expect(namesAt(hub)).to.have.members([...old, ...recent])
    })

    it('skips a dataset that was deleted and made anew under its name', async () => {
      hub.state.remove(old[2])
      hub.state.addDataset({name: old[2], createdAt: firstOf(plan).createdAt})
      const {outcomes} = await remove(plan, CARRIED)
      expect(statuses(outcomes)).to.include({[old[2]]: 'skipped'})
      expect(namesAt(hub)).to.include.members(old)
    })

    it('is refused in another namespace', async () => {
      expect(await rejectionOf(remove(plan, {...CARRIED, namespace: hub.org}))).to.be.instanceOf(RefusedError)
      expect(namesAt(hub)).to.have.length(9)
    })

    it('is refused at another Hub that has the same datasets', () =>
      withHub({seed: 'empty'}, async (other) => {
        for (const name of [...old, ...older])
          other.state.addDataset({name, createdAt: firstOf(plan).createdAt})
        const job = deleteDatasets(plan, {...connection({hub: other}), ...CARRIED})
        expect(await rejectionOf(job)).to.be.instanceOf(RefusedError)
        expect(namesAt(other)).to.have.length(6)
        expect(deletionsAt(other)).to.deep.equal([])
      }))

    it('[S18] cannot be turned against other datasets after it was made', async () => {
      const hostile = plan as Writable<Plan>
      expect(() => hostile.delete.push(firstRun(hostile))).to.throw(TypeError)
      expect(() => {
        firstOf(hostile).name = recent[0]
      }).to.throw(TypeError)
      expect(() => {
        present(firstRun(hostile).run.datasets[0]).sha = 'x'
      }).to.throw(TypeError)
      await remove(plan, CARRIED)
      expect(namesAt(hub)).to.have.members(recent)
    })

    it('is carried out as it was confirmed, though its owner changes it meanwhile', async () => {
      const own = structuredClone(plan) as Writable<Plan>
      const confirm = (shown: Plan) => {
        expect(namesOf(shown)).to.have.members([...old, ...older])
        firstOf(own).name = recent[0]
        own.delete.push(...(structuredClone(plan.keep) as unknown as Writable<Plan>['delete']))
        expect(() => Object.assign(firstOf(shown), {name: recent[0]})).to.throw(TypeError)
        return true
      }

      await remove(own, {dryRun: false, confirm})
      expect(namesAt(hub)).to.have.members(recent)
    })

    /** What a hostile or careless caller can make of a plan. */
    const forgeries: Array<[title: string, change: (copy: Writable<Plan>) => unknown]> = [
      [
        'to take the datasets of a run that it keeps',
        (copy) => {
          firstRun(copy).datasets = present(copy.keep[0]).run.datasets
        },
      ],
      [
        'to take a run that it keeps',
        (copy) => {
          const {run} = present(copy.keep[0])
          copy.delete.push({run, datasets: run.datasets.toReversed(), reasons: []})
        },
      ],
      [
        'to have a kept run under the name of another',
        (copy) => {
          const {run} = present(copy.keep[0])
          Object.assign(firstRun(copy), {run, datasets: run.datasets.toReversed()})
          firstRun(copy).run.timestamp = old[0].slice(-15)
        },
      ],
      [
        'to have the datasets of a kept run as those of another',
        (copy) => {
          const {datasets} = present(copy.keep[0]).run
          const {run} = firstRun(copy)
          for (const each of datasets) each.timestamp = run.timestamp
          run.datasets = datasets
          firstRun(copy).datasets = datasets.toReversed()
          const [regrouped] = groupDatasetsByRun(datasets)
          Object.assign(run, regrouped)
        },
      ],
      [
        'to take the results for the metrics',
        (copy) => {
          const {run, datasets} = firstRun(copy)
          const [first, , last] = run.datasets
          const names = [present(first).name, present(last).name]
          for (const each of [...run.datasets, ...datasets]) {
            if (each.type === 'results') each.name = present(names[1])
            if (each.type === 'metrics') each.name = present(names[0])
          }
        },
      ],
      ['to have a run twice', (copy) => copy.delete.push(firstRun(copy))],
      [
        'to have a dataset twice in a run',
        (copy) => firstRun(copy).datasets.push(structuredClone(firstOf(copy))),
      ],
      [
        'to have a dataset that its run has not',
        (copy) => {
          firstRun(copy).run.datasets.pop()
        },
      ],
      ['to delete a run from its results on', (copy) => firstRun(copy).datasets.reverse()],
      [
        'to take more than its scope',
        (copy) => {
          copy.rules.only = ['traces']
        },
      ],
      ['to make a run older than it is', (copy) => firstRun(copy).run.time.setFullYear(2001)],
      [
        'to call a run incomplete',
        (copy) => {
          firstRun(copy).run.complete = false
        },
      ],
      [
        'to take the leaderboard though its rules do not',
        (copy) => {
          present(copy.leaderboard).goes = true
        },
      ],
      [
        'to take another dataset for the leaderboard',
        (copy) => {
          const {dataset} = present(copy.leaderboard)
          dataset.name = recent[0]
          copy.rules.deleteLeaderboard = true
          present(copy.leaderboard).goes = true
        },
      ],
      [
        'to ask for a shorter phrase',
        (copy) => {
          copy.phrase = 'YES DELETE ALL'
        },
      ],
      [
        'to be of another account',
        (copy) => {
          copy.namespace = hub.org
        },
      ],
      [
        'to be of the same account in other letters',
        (copy) => {
          copy.namespace = hub.user.toUpperCase()
        },
      ],
      [
        'to be of another Hub',
        (copy) => {
          copy.endpoint = 'https://huggingface.co'
        },
      ],
      [
        'to have no dates',
        (copy) => {
          Object.assign(firstOf(copy), {lastModified: '2026-01-31'})
        },
      ],
      ['to have no rules', (copy) => Reflect.deleteProperty(copy, 'rules')],
      ['to lack one rule', (copy) => Reflect.deleteProperty(copy.rules, 'keepBuckets')],
      ['to hold no runs', (copy) => copy.delete.push(null as never)],
      ['to have a hole for a run', (copy) => Reflect.deleteProperty(copy.delete, 0)],
      ['to have a hole for a dataset', (copy) => Reflect.deleteProperty(firstRun(copy).datasets, 0)],
      [
        'to have a hole for a dataset of a run',
        (copy) => Reflect.deleteProperty(firstRun(copy).run.datasets, 0),
      ],
      ['to have a hole for a run that stays', (copy) => Reflect.deleteProperty(copy.keep, 0)],
      ['to give no reasons', (copy) => firstRun(copy).reasons.push(null as never)],
      [
        'to say neither yes nor no of the leaderboard',
        (copy) => Object.assign(present(copy.leaderboard), {goes: 'no'}),
      ],
      ['to say neither yes nor no of archives', (copy) => Object.assign(copy, {archives: 0})],
      ...Object.entries({
        keepRecent: ['5', Number.NaN, -1, 0, 1.5, 5n],
        keepBest: [true, Number.NEGATIVE_INFINITY],
        keepWithin: [null, 0, '30d', {kind: 'duration', text: '30d', ms: 1}],
        olderThan: [null, false, {kind: 'duration', text: '30d', ms: 0}, {kind: 'date', text: 'x'}],
        keepBuckets: [null, {}, {weekly: '5'}],
        by: ['score', ''],
        groupBy: [['colour']],
        models: [[null], ['']],
        graceMs: [Number.NaN, -1, 0.5],
        scoreBelow: ['50', Number.POSITIVE_INFINITY],
        only: [['everything']],
      }).flatMap(([rule, values]) =>
        values.map((value): [string, (copy: Writable<Plan>) => unknown] => [
          `to have ${inspect(value)} for ${rule}`,
          (copy) => Object.assign(copy.rules, {[rule]: value}),
        ]),
      ),
      ['to hold what no plan can', (copy) => Object.assign(copy, {now: () => new Date()})],
    ]
    for (const [title, change] of forgeries) {
      it(`is refused before anything is sent where it was forged ${title}, dry run or not`, async () => {
        addLeaderboard()
        ;({plan} = await clean({olderThan: '30d'}))
        const copy = forged(plan, change)
        for (const options of [{}, CARRIED]) {
          const before = hub.requests.length
          const error = await rejectionOf(remove(copy, options))
          expect(error).to.satisfy(
            (each: unknown) => each instanceof RefusedError || each instanceof UsageError,
          )
          expect(hub.requests.slice(before)).to.deep.equal([])
        }

        expect(namesAt(hub)).to.have.length(10)
      })
    }

    it('[S18] deletes nothing in another namespace, though it was forged to name a dataset there as it is', async () => {
      addRun(40 * DAY, {owner: hub.org})
      const {datasets} = await discoverSmoltraceDatasets({...connection(), namespace: hub.org})
      const target = present(groupDatasetsByRun(datasets)[0])
      const copy = forged(plan, (each) => {
        firstRun(each).datasets = target.datasets.toReversed()
        firstRun(each).run = target
      })
      expect(await rejectionOf(remove(copy, CARRIED))).to.be.instanceOf(RefusedError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('[S18] deletes nothing that is not SMOLTRACE, though it was forged to name it as it is', async () => {
      const {_id: id, sha, createdAt} = hub.state.addDataset({name: ofOwn('thesis'), createdAt: new Date()})
      const lie = {name: ofOwn('thesis'), id, sha, createdAt, lastModified: createdAt}
      for (const isInRun of [false, true]) {
        const copy = forged(plan, (each) => {
          Object.assign(firstOf(each), lie)
          if (isInRun) Object.assign(present(firstRun(each).run.datasets[2]), lie)
        })
        expect(await rejectionOf(remove(copy, CARRIED))).to.be.instanceOf(RefusedError)
      }

      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('does not delete the leaderboard as part of a run', async () => {
      addLeaderboard()
      const found = present((await discoverSmoltraceDatasets(connection())).leaderboard)
      const disguised = {...found, type: 'results' as const, timestamp: old[0].slice(-15)}
      for (const isInRun of [false, true]) {
        const copy = forged(plan, (each) => {
          firstRun(each).datasets = [disguised]
          if (isInRun) firstRun(each).run.datasets = [disguised]
        })
        expect(await rejectionOf(remove(copy, CARRIED))).to.be.instanceOf(RefusedError)
      }

      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('[S18] is compared in a dry run as in a real one: what is gone, changed or pinned is not counted', async () => {
      addLeaderboard()
      ;({plan} = await clean({all: true}))
      hub.state.remove(old[0])
      hub.state.touch(older[1])
      await protectRuns([recent[0].slice(-15)], connection())
      const {wouldDelete, stale, plan: rest} = await remove(plan)
      const expected = {...all(old, 'left'), [old[0]]: 'gone', ...all([...older, ...recent], 'skipped')}
      expect(wouldDelete).to.equal(2)
      expect(namesOf(rest)).to.have.members(old.slice(1))
      expect({...all(namesOf(rest), 'left'), ...statuses(stale)}).to.deep.equal(expected)
      const {outcomes} = await remove(plan, CARRIED)
      expect(statuses(outcomes)).to.deep.equal({...expected, ...all(old.slice(1), 'deleted')})
    })

    it('[S18] of one type of every run needs more than `yes`', async () => {
      ;({plan} = await clean({only: ['traces']}))
      expect(await rejectionOf(remove(plan, CARRIED))).to.be.instanceOf(UsageError)
      expect(deletionsAt(hub)).to.deep.equal([])
      expect((await remove(plan, {dryRun: false, confirm: () => true})).counts.deleted).to.equal(3)
    })

    it('that says --all beside --only needs no more than `yes`', async () => {
      ;({plan} = await clean({all: true, only: ['traces']}))
      expect((await remove(plan, CARRIED)).counts.deleted).to.equal(3)
    })

    it('that was made with an archive is not carried out without', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'smoltrace-library-'))
      try {
        ;({plan} = await clean({olderThan: '30d', archive: folder}))
        expect(await rejectionOf(remove(plan, CARRIED))).to.be.instanceOf(UsageError)
        expect(deletionsAt(hub)).to.deep.equal([])
      } finally {
        await rm(folder, {recursive: true})
      }
    })

    for (const [what, value] of [
      ['id', {id: '0'.repeat(24)}],
      ['sha', {sha: '0'.repeat(40)}],
      ['lastModified', {lastModified: new Date(0)}],
    ] as const) {
      it(`skips a dataset of which it was forged to have another ${what}`, async () => {
        const {outcomes} = await remove(
          forged(plan, (copy) => {
            Object.assign(firstOf(copy), value)
          }),
          CARRIED,
        )
        expect(statuses(outcomes)).to.include({[old[0]]: 'skipped', ...all(older, 'deleted')})
        expect(namesAt(hub)).to.include(old[0])
      })
    }
  })

  describe('deleteDatasets with names', () => {
    it('deletes these and no others', async () => {
      const {outcomes, counts} = await remove([old[2], older[1], old[2]], CARRIED)
      expect(statuses(outcomes)).to.deep.equal(all([old[2], older[1]], 'deleted'))
      expect(counts.deleted).to.equal(2)
      expect(namesAt(hub)).to.have.members([old[0], old[1], older[0], older[2], ...recent])
    })

    it('is a dry run unless told otherwise', async () => {
      expect(await remove([old[0]], {yes: true})).to.deep.include({
        dryRun: true,
        wouldDelete: 1,
        outcomes: [],
      })
      expect(namesAt(hub)).to.have.length(9)
    })

    it('deletes nothing where there are no names', async () => {
      expect((await remove([], CARRIED)).wouldDelete).to.equal(0)
      expect(namesAt(hub)).to.have.length(9)
    })

    const refused: Array<[title: string, names: () => unknown[]]> = [
      ['without a namespace', () => [old[0].split('/')[1]]],
      ['with something behind it', () => [`${old[0]}-copy`]],
      ['of a day that does not exist', () => [ofOwn('smoltrace-results-20260231_000000')]],
      ['in capitals', () => [ofOwn('Smoltrace-results-20260101_000000')]],
      ['of a standard dataset', () => [ofOwn('smoltrace-tasks')]],
      ['that is empty', () => ['']],
      ['that is none', () => [undefined]],
      ['of which only the second is bad', () => [old[0], ofOwn('thesis')]],
      ['of the leaderboard, unless that is said', () => [leaderboard]],
      ['of the leaderboard among others, unless that is said', () => [old[0], leaderboard]],
      ['of two namespaces', () => [old[0], `${hub.org}/smoltrace-results-20260101_000000`]],
      ['in the namespace with another letter case', () => [old[0].replace(hub.user, hub.user.toUpperCase())]],
    ]
    for (const [title, names] of refused) {
      it(`refuses a name ${title}`, async () => {
        addLeaderboard()
        expect(await rejectionOf(remove(names() as string[], CARRIED))).to.be.instanceOf(UsageError)
        expect(deletionsAt(hub)).to.deep.equal([])
        expect(namesAt(hub)).to.have.length(10)
      })
    }

    it('refuses names of a namespace that is not the one asked for', async () => {
      const error = await rejectionOf(remove([old[0]], {...CARRIED, namespace: hub.org}))
      expect(error).to.be.instanceOf(UsageError)
      expect(namesAt(hub)).to.have.length(9)
    })

    it('refuses names of a namespace that the token does not know', async () => {
      const error = await rejectionOf(remove(['nobody/smoltrace-results-20260101_000000'], CARRIED))
      expect(error).to.be.instanceOf(RefusedError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('refuses a token that cannot delete or may not see everything, before anything is listed', async () => {
      const {plan} = await clean({olderThan: '30d'})
      const before = hub.requests.length
      for (const target of [[old[0]], plan]) {
        for (const token of [hub.tokens.read, hub.tokens.fineGrainedReadOnly, hub.tokens.fineGrainedNarrow])
          expect(await rejectionOf(remove(target, {...CARRIED, token}))).to.be.instanceOf(NotAllowedError)
      }

      expect(hub.requests.slice(before).filter((request) => !isWhoami({...request, body: ''}))).to.deep.equal(
        [],
      )
      expect(namesAt(hub)).to.have.length(9)
    })

    it('deletes the leaderboard where that is said, after the rest', async () => {
      addLeaderboard()
      await remove([leaderboard, old[0]], {...CARRIED, deleteLeaderboard: true})
      expect(deletionsAt(hub)).to.deep.equal([old[0], leaderboard])
      expect(namesAt(hub)).not.to.include(leaderboard)
    })

    it('refuses the leaderboard while it is protected', async () => {
      addLeaderboard(protectedBy('ann'))
      const job = remove([leaderboard, old[0]], {...CARRIED, deleteLeaderboard: true})
      expect(await rejectionOf(job)).to.be.instanceOf(RefusedError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it('finds gone what is not there', async () => {
      const absent = ofOwn('smoltrace-results-20200101_000000')
      const {outcomes, counts} = await remove([absent, old[0]], CARRIED)
      expect(statuses(outcomes)).to.deep.equal({[absent]: 'gone', [old[0]]: 'deleted'})
      expect(counts).to.include({gone: 1, deleted: 1})
    })

    it('finds gone the second time what it deleted the first', async () => {
      await remove([...old], CARRIED)
      const {outcomes} = await remove([...old], CARRIED)
      expect(statuses(outcomes)).to.deep.equal(all(old, 'gone'))
      expect(deletionsAt(hub)).to.have.length(3)
    })

    it('[S18] reads the protection before it deletes runs', async () => {
      addLeaderboard('no JSON')
      expect(await rejectionOf(remove([old[0]], CARRIED))).to.be.instanceOf(RefusedError)
      expect(namesAt(hub)).to.include(old[0])
    })
  })

  describe('what is confirmed is what goes', () => {
    /** Confirms, after somebody else did something to the Hub. */
    const whenAsked = (change: () => unknown) => ({
      olderThan: '30d',
      dryRun: false,
      confirm() {
        change()
        return true
      },
    })

    it('skips a run of which a dataset changes before the answer', async () => {
      const {outcomes} = await clean(whenAsked(() => hub.state.touch(old[2])))
      expect(statuses(outcomes)).to.deep.equal({...all(old, 'skipped'), ...all(older, 'deleted')})
      expect(namesAt(hub)).to.have.members([...old, ...recent])
    })

    it('finds gone what leaves before the answer, and deletes the rest', async () => {
      const {outcomes} = await clean(whenAsked(() => hub.state.remove(old[0])))
      expect(statuses(outcomes)).to.deep.equal({...all([...old, ...older], 'deleted'), [old[0]]: 'gone'})
      expect(namesAt(hub)).to.have.members(recent)
    })

    it('finds gone what is renamed before the answer, and does not follow it', async () => {
      const {outcomes} = await clean(
        whenAsked(() => hub.state.rename(present(hub.state.get(old[0])), ofOwn('my-best-run'))),
      )
      expect(statuses(outcomes)).to.include({[old[0]]: 'gone'})
      expect(namesAt(hub)).to.include(ofOwn('my-best-run'))
    })

    it('skips an incomplete run to which a dataset comes before the answer', async () => {
      const [results = ''] = addRun(60 * DAY, {types: ['results']})
      const traces = results.replace('-results-', '-traces-')
      const {outcomes} = await clean(
        whenAsked(() => hub.state.addDataset({name: traces, createdAt: new Date()})),
      )
      expect(statuses(outcomes)).to.deep.equal({...all([...old, ...older], 'deleted'), [results]: 'skipped'})
      expect(namesAt(hub)).to.have.members([...recent, results, traces])
    })

    it('deletes no run that comes before the answer, however old', async () => {
      let late: string[] = []
      await clean(
        whenAsked(() => {
          late = addRun(70 * DAY)
        }),
      )
      expect(namesAt(hub)).to.have.members([...recent, ...late])
    })

    it('[S10] skips a dataset made anew under its name before the answer', async () => {
      const {createdAt} = present(hub.state.get(old[1]))
      const {outcomes} = await clean(
        whenAsked(() => {
          hub.state.remove(old[1])
          hub.state.addDataset({name: old[1], createdAt})
        }),
      )
      expect(statuses(outcomes)).to.include({[old[1]]: 'skipped'})
      expect(namesAt(hub)).to.include.members(old)
    })

    it('skips a leaderboard that is protected or written to before the answer', async () => {
      for (const path of [PROTECTION_PATH, 'notes.txt']) {
        addLeaderboard()
        const {outcomes} = await clean({
          ...whenAsked(() => writeToLeaderboard(path, protectedBy('ann'))),
          olderThan: undefined,
          deleteLeaderboard: true,
        })
        expect(statuses(outcomes)).to.deep.equal({[leaderboard]: 'skipped'})
        expect(namesAt(hub)).to.include(leaderboard)
        hub.state.remove(leaderboard)
      }
    })

    it('deletes nothing where the second listing fails', async () => {
      const error = await rejectionOf(
        clean(whenAsked(() => hub.intercept({match: isListing, respond: {status: 500, body: 'oops'}}))),
      )
      expect(error).to.be.instanceOf(HubError)
      expect(deletionsAt(hub)).to.deep.equal([])
    })
  })

  describe('[S11] what is not certain', () => {
    const everything = {all: true, ...CARRIED, deleteLeaderboard: true}

    async function expectRefusal(
      error: new (...parts: never[]) => Error,
      options: CleanupOptions = everything,
    ) {
      const before = namesAt(hub)
      expect(await rejectionOf(clean(options))).to.be.instanceOf(error)
      expect(deletionsAt(hub)).to.deep.equal([])
      expect(namesAt(hub)).to.deep.equal(before)
    }

    for (const [title, page, respond, error] of [
      ['a first page answered 500', '/api/datasets?', {status: 500, body: 'oops'}, HubError],
      ['a later page answered 500', 'cursor=', {status: 500, body: 'oops'}, HubError],
      ['a later page answered 403', 'cursor=', {status: 403, body: '{"error":"no"}'}, HubError],
      ['a page of HTML', '/api/datasets?', HTML, HubFormatError],
      ['a later page of HTML', 'cursor=', HTML, HubFormatError],
      ['a later page of broken JSON', 'cursor=', {status: 200, body: '[{'}, HubFormatError],
      ['a later page that is an object', 'cursor=', {status: 200, body: '{"error":"busy"}'}, HubFormatError],
      [
        'one of ours without sha',
        'cursor=',
        {status: 200, body: '[{"id":"mira/smoltrace-leaderboard","_id":"1"}]'},
        HubFormatError,
      ],
      ['an entry without a name', 'cursor=', {status: 200, body: '[null]'}, HubFormatError],
      ['whoami answered 500', '/api/whoami', {status: 500, body: 'oops'}, HubError],
      ['whoami answered in HTML', '/api/whoami', HTML, HubFormatError],
    ] as const) {
      it(`deletes nothing: ${title}`, async () => {
        await furnish({pageSize: 4})
        hub.intercept({match: ({path}) => path.includes(page), respond})
        await expectRefusal(error)
      })
    }

    for (const [title, text] of [
      ['is broken', '{"version": 1, '],
      ['is no object', '[]'],
      ['is blank', ' '],
      ['is of an unknown version', '{"version": 2}'],
      ['has parts that are unknown', '{"version": 1, "runs": []}'],
      ['does not say who', '{"version": 1, "leaderboard": {}}'],
    ] as const) {
      it(`deletes nothing, runs either: the protection file ${title}`, async () => {
        addLeaderboard(text)
        await expectRefusal(RefusedError)
        await expectRefusal(RefusedError, {olderThan: '30d', ...CARRIED})
      })
    }

    for (const [title, respond] of [
      ['403', {status: 403, body: '{"error":"no"}'}],
      ['500', {status: 500, body: 'oops'}],
      ['401', {status: 401, body: '{"error":"who?"}'}],
      [
        '404 RepoNotFound',
        {status: 404, headers: {'X-Error-Code': 'RepoNotFound'}, body: '{"error":"no repo"}'},
      ],
      ['404 without a code', {status: 404, body: 'not found'}],
    ] as const) {
      it(`deletes nothing, runs either: the protection file is answered ${title}`, async () => {
        addLeaderboard(protectedBy('ann'))
        hub.intercept({match: ({path}) => path.includes(PROTECTION_PATH), respond})
        await expectRefusal(HubError)
        await expectRefusal(HubError, {olderThan: '30d', ...CARRIED})
      })
    }

    it('takes a leaderboard without that file for unprotected', async () => {
      addLeaderboard()
      expect((await clean(everything)).counts.deleted).to.equal(10)
      expect(namesAt(hub)).to.deep.equal([])
    })

    it('refuses a listing that is redirected to another origin, and sends no token there', async () => {
      const bait = await serve((_request, response) => json(response, []))
      try {
        for (const status of [302, 307, 308]) {
          const headers = {Location: `${bait.url}/api/datasets?author=mira`}
          const restore = hub.intercept({match: isListing, respond: {status, headers}})
          await expectRefusal(HubFormatError)
          restore()
        }

        expect(bait.seen.every(({headers}) => headers.authorization === undefined)).to.equal(true)
      } finally {
        await bait.close()
      }
    })

    it('refuses a listing whose next page is at another origin, and asks nothing there', async () => {
      const bait = await serve((_request, response) => json(response, []))
      try {
        const headers = {Link: `<${bait.url}/api/datasets?cursor=x>; rel="next"`}
        hub.intercept({match: isListing, respond: {status: 200, headers, body: '[]'}})
        await expectRefusal(HubFormatError)
        expect(bait.seen).to.deep.equal([])
      } finally {
        await bait.close()
      }
    })

    /** The sandbox's own answer of whoami, changed. */
    async function answerWhoami(
      change: (answer: {auth: {accessToken: {role?: string}}}) => void,
      headers: Record<string, string> = {},
    ): Promise<void> {
      const response = await fetch(`${hub.url}/api/whoami-v2`, {
        headers: {authorization: `Bearer ${hub.token}`},
      })
      const answer = (await response.json()) as {auth: {accessToken: {role?: string}}}
      change(answer)
      hub.intercept({match: isWhoami, respond: {status: 200, headers, body: JSON.stringify(answer)}})
    }

    it('[S3] deletes nothing where the Hub does not say what time it is; a dry run warns', async () => {
      await answerWhoami(() => {}, {Date: 'garbage'})
      await expectRefusal(RefusedError)
      const {warnings, wouldDelete} = await clean({all: true})
      expect(warnings.join(' ')).to.include('did not say what time it is')
      expect(wouldDelete).to.equal(9)
    })

    it('deletes nothing where whoami does not say what the token may do; a dry run warns', async () => {
      await answerWhoami(({auth}) => {
        delete auth.accessToken.role
      })
      await expectRefusal(NotAllowedError)
      expect((await clean({all: true})).warnings.join(' ')).to.include('nothing could be deleted')
    })

    it('deletes nothing where the role of the token is not known', async () => {
      await answerWhoami(({auth}) => {
        auth.accessToken.role = 'superWrite'
      })
      await expectRefusal(NotAllowedError)
    })

    it('[S2] deletes nothing with a token that cannot, or may not see everything', async () => {
      for (const token of [hub.tokens.read, hub.tokens.fineGrainedReadOnly, hub.tokens.fineGrainedNarrow])
        await expectRefusal(NotAllowedError, {...everything, token})
      const names = await remove([old[0]], {...CARRIED, token: hub.tokens.fineGrained})
      expect(names.counts.deleted).to.equal(1)
    })
  })

  describe('the leaderboard', () => {
    const everything = {all: true, ...CARRIED, deleteLeaderboard: true}

    for (const dryRun of [true, false]) {
      it(`is refused while it is protected, ${dryRun ? 'in a dry run' : 'and the runs stay as well'}`, async () => {
        addLeaderboard(protectedBy('ann'))
        const error = await rejectionOf(clean({...everything, dryRun}))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include('ann')
        expect(namesAt(hub)).to.have.length(10)
      })
    }

    it('goes last', async () => {
      addLeaderboard()
      await clean({...everything, concurrency: 8})
      expect(deletionsAt(hub)).to.have.length(10)
      expect(deletionsAt(hub).at(-1)).to.equal(leaderboard)
      expect(namesAt(hub)).to.deep.equal([])
    })

    it('stays where anything before it failed', async () => {
      addLeaderboard()
      hub.intercept({match: deletes(older[1]), respond: {status: 403, body: '{"error":"no"}'}})
      const {outcomes} = await clean(everything)
      expect(statuses(outcomes)).to.include({
        [older[0]]: 'deleted',
        [older[1]]: 'failed',
        [older[2]]: 'unattempted',
        [leaderboard]: 'unattempted',
      })
      expect(namesAt(hub)).to.have.members([older[1], older[2], leaderboard])
    })

    it('[S12] stays where anything before it was skipped', async () => {
      addLeaderboard()
      const confirm = () => {
        hub.state.touch(old[0])
        return true
      }

      const {outcomes} = await clean({...everything, yes: false, confirm})
      expect(statuses(outcomes)).to.include({...all(old, 'skipped'), [leaderboard]: 'unattempted'})
      expect(namesAt(hub)).to.have.members([...old, leaderboard])
    })

    it('stays where it is protected while the runs are deleted', async () => {
      addLeaderboard()
      hub.intercept({
        match: deletes(older[2]),
        before: () => writeToLeaderboard(PROTECTION_PATH, protectedBy('ann')),
      })
      const {outcomes} = await clean(everything)
      expect(statuses(outcomes)).to.include({...all(older, 'deleted'), [leaderboard]: 'skipped'})
      expect(outcomes.at(-1)?.reason).to.include('protected by ann')
      expect(namesAt(hub)).to.deep.equal([leaderboard])
    })

    it('that is made anew after the answer to its deletion was lost is not deleted', async () => {
      addLeaderboard()
      hub.intercept({match: deletes(leaderboard), ...LOST_ANSWER})
      hub.intercept({
        match: (request) => asksFor(leaderboard)(request) && hub.state.get(leaderboard) === undefined,
        before: () => addLeaderboard(),
      })
      const {outcomes} = await clean(everything)
      expect(statuses(outcomes)).to.include({[leaderboard]: 'deleted'})
      expect(deletionsAt(hub).filter((name) => name === leaderboard)).to.have.length(1)
      expect(namesAt(hub)).to.deep.equal([leaderboard])
    })
  })

  describe('the answer to a deletion', () => {
    it('that is lost after the Hub acted leaves no doubt: deleted', async () => {
      hub.intercept({match: deletes(old[0]), ...LOST_ANSWER})
      const {outcomes} = await clean({olderThan: '30d', ...CARRIED})
      expect(statuses(outcomes)).to.deep.equal(all([...old, ...older], 'deleted'))
      expect(namesAt(hub)).to.have.members(recent)
    })

    it('that is lost before the Hub acted is asked for again', async () => {
      hub.intercept({match: deletes(old[0]), reset: 'before', times: 1})
      const {outcomes} = await clean({olderThan: '30d', ...CARRIED})
      expect(statuses(outcomes)).to.deep.equal(all([...old, ...older], 'deleted'))
      expect(deletionsAt(hub).filter((name) => name === old[0])).to.have.length(2)
      expect(namesAt(hub)).to.have.members(recent)
    })

    it('that is lost, and then is that it is not there, counts as deleted', async () => {
      hub.intercept({match: deletes(old[0]), reset: 'before', times: 1})
      hub.intercept({match: deletes(old[0]), before: () => hub.state.remove(old[0])})
      const {outcomes} = await remove([old[0]], CARRIED)
      expect(deletionsAt(hub)).to.deep.equal([old[0], old[0]])
      expect(statuses(outcomes)).to.deep.equal({[old[0]]: 'deleted'})
    })

    it('[S14] that is lost, of a dataset made anew since, does not take the new one', async () => {
      const {createdAt} = present(hub.state.get(old[0]))
      hub.intercept({match: deletes(old[0]), ...LOST_ANSWER})
      hub.intercept({
        match: (request) => asksFor(old[0])(request) && hub.state.get(old[0]) === undefined,
        before: () => hub.state.addDataset({name: old[0], createdAt}),
      })
      const {outcomes} = await clean({olderThan: '30d', ...CARRIED})
      expect(statuses(outcomes)).to.include({[old[0]]: 'deleted'})
      expect(deletionsAt(hub).filter((name) => name === old[0])).to.have.length(1)
      expect(namesAt(hub)).to.include(old[0])
    })

    it('[S14] that is OK though the Hub does nothing is a failure, in counts, exit code, journal and history', async () => {
      hub.intercept({match: deletes(old[0]), respond: {status: 200, body: 'OK'}})
      const result = await clean({olderThan: '30d', ...CARRIED})
      const {outcomes, counts, remaining, found} = result
      expect(statuses(outcomes)).to.deep.equal({...all([...old, ...older], 'deleted'), [old[0]]: 'failed'})
      expect(outcomes.find(({name}) => name === old[0])?.reason).to.equal(
        'the Hub answered OK, but it is still there',
      )
      expect(counts).to.include({deleted: 5, failed: 1})
      expect(remaining.datasets).to.equal(found.datasets - 5)
      expect(exitCodeOf(result)).to.equal(3)
      const [job] = (await readHistory(dirname(dirname(present(result.journal))))).jobs
      const told = job?.datasets.find(({name}) => name === old[0])
      expect([told?.state, told?.reason]).to.deep.equal([
        'failed',
        'the Hub answered OK, but it is still there',
      ])
      expect(job?.counts).to.include({deleted: 5, failed: 1})
    })

    for (const [title, respond] of [
      ['200 with nothing', {status: 200}],
      ['202 with OK', {status: 202, body: 'OK'}],
      ['204', {status: 204}],
      ['206 with OK', {status: 206, body: 'OK'}],
      ['200 with JSON', {status: 200, body: '{"ok":true}'}],
    ] as const) {
      it(`that is ${title} is deleted where the dataset is not there any more, and failed where it is`, async () => {
        hub.intercept({match: deletes(old[0]), respond, acts: true, times: 1})
        hub.intercept({match: deletes(older[0]), respond})
        const result = await clean({olderThan: '30d', ...CARRIED})
        expect(statuses(result.outcomes)).to.deep.equal({
          ...all(old, 'deleted'),
          [older[0]]: 'failed',
          [older[1]]: 'unattempted',
          [older[2]]: 'unattempted',
        })
        expect(exitCodeOf(result)).to.equal(3)
        expect(deletionsAt(hub).filter((name) => name === old[0])).to.have.length(1)
        expect(namesAt(hub)).to.have.members([...older, ...recent])
      })
    }

    it('that it is not there, though it is, is a failure', async () => {
      const headers = {'X-Error-Code': 'RepoNotFound'}
      hub.intercept({match: deletes(old[0]), respond: {status: 404, headers, body: '{"error":"no"}'}})
      const result = await clean({olderThan: '30d', ...CARRIED})
      expect(statuses(result.outcomes)).to.include({[old[0]]: 'failed'})
      expect(exitCodeOf(result)).to.equal(3)
    })

    for (const [title, respond] of [
      ['HTML', HTML],
      ['an error in JSON', {status: 200, body: '{"error":"try later"}'}],
    ] as const) {
      it(`that is 200 with ${title} never counts as deleted`, async () => {
        const [only = ''] = addRun(90 * DAY, {types: ['metrics']})
        hub.intercept({match: deletes(only), respond})
        const {outcomes, counts} = await remove([only, old[0]], CARRIED)
        expect(statuses(outcomes)).to.deep.equal({[only]: 'failed', [old[0]]: 'deleted'})
        expect(counts).to.include({deleted: 1, failed: 1})
        expect(namesAt(hub)).to.include(only)
      })
    }

    it('that is a redirect is not followed and never counts as deleted', async () => {
      const bait = await serve((_request, response) => json(response, 'OK'))
      try {
        hub.intercept({match: deletes(old[0]), respond: {status: 307, headers: {Location: bait.url}}})
        const {outcomes} = await remove([old[0]], CARRIED)
        expect(statuses(outcomes)).to.deep.equal({[old[0]]: 'failed'})
        expect(bait.seen).to.deep.equal([])
        expect(namesAt(hub)).to.include(old[0])
      } finally {
        await bait.close()
      }
    })

    it('that says that the dataset is not there makes it gone', async () => {
      hub.intercept({match: deletes(old[0]), before: () => hub.state.remove(old[0])})
      const {outcomes} = await clean({olderThan: '30d', ...CARRIED})
      expect(statuses(outcomes)).to.deep.equal({...all([...old, ...older], 'deleted'), [old[0]]: 'gone'})
    })

    it('401 stops everything after it', async () => {
      addLeaderboard()
      let sent = 0
      hub.intercept({
        match: (request) => isDelete(request) && ++sent > 2,
        respond: {status: 401, body: '{"error":"Invalid credentials"}'},
      })
      const result = await clean({all: true, ...CARRIED, deleteLeaderboard: true, concurrency: 1})
      expect(result.counts).to.deep.equal({deleted: 2, failed: 1, skipped: 0, gone: 0, unattempted: 7})
      expect(result.interrupted).to.equal(false)
      expect(deletionsAt(hub)).to.have.length(3)
      expect(namesAt(hub)).to.have.length(8)
    })
  })

  describe('the quota', () => {
    it('is waited for before it is used up, and nothing fails', async () => {
      const quota = {requests: 6, windowSeconds: 1}
      const {clock, match} = patientClock(quota)
      await furnish({quota, clock})
      hub.intercept({match})
      const events: JobEvent[] = []
      const result = await clean({all: true, ...CARRIED, onEvent: (event) => events.push(event)})
      expect(events.some(({kind}) => kind === 'waiting')).to.equal(true)
      expect(hub.requests.filter(({status}) => status === 429)).to.deep.equal([])
      expect(result.counts).to.deep.equal({deleted: 9, failed: 0, skipped: 0, gone: 0, unattempted: 0})
      expect(namesAt(hub)).to.deep.equal([])
    })

    it('that had to be waited for is followed by another look at what is left', async () => {
      const headers = {RateLimit: '"api";r=0;t=0'}
      hub.intercept({
        match: deletes(older[0]),
        times: 1,
        respond: {status: 429, headers},
        before: () => hub.state.touch(old[2]),
      })
      const {outcomes} = await clean({olderThan: '30d', ...CARRIED, concurrency: 1})
      expect(statuses(outcomes)).to.deep.equal({...all(older, 'deleted'), ...all(old, 'skipped')})
      expect(namesAt(hub)).to.have.members([...old, ...recent])
    })

    it('of one kind of action stops the rest, which is left unattempted', async () => {
      const respond = {
        status: 429,
        headers: {RateLimit: '"api";r=500;t=60'},
        body: '{"error":"Too many deletions"}',
      }
      hub.intercept({match: deletes(older[1]), respond})
      const {outcomes} = await clean({olderThan: '30d', ...CARRIED, concurrency: 1})
      expect(statuses(outcomes)).to.deep.equal({
        ...all([...old, ...older], 'unattempted'),
        [older[0]]: 'deleted',
      })
      expect(outcomes.at(-1)?.reason).to.include('Too many deletions')
      expect(namesAt(hub)).to.have.length(8)
    })
  })

  it('keeps a run that may still be uploading, whatever selects it', async () => {
    const uploading = addRun(HOUR, {types: ['results']})
    await clean({all: true, ...CARRIED})
    expect(namesAt(hub)).to.deep.equal(uploading)
  })
})
