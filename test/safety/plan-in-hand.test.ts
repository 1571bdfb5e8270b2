import {expect} from 'chai'
import {inspect} from 'node:util'

import {
  cleanupDatasets,
  deleteDatasets,
  discoverSmoltraceDatasets,
  groupDatasetsByRun,
  type Plan,
  RefusedError,
  UsageError,
} from '../../src/index.js'
import {DAY} from '../../src/lib/base/time.js'
import {Account, all, CARRIED, plannedNames, stampOf, statusesOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {withHub} from '../support/hub.js'

/** Writable once more, as plans from a file or from a hostile caller are. */
type Writable<T> = T extends Date ? T : T extends object ? {-readonly [K in keyof T]: Writable<T[K]>} : T

/** The value, which a test knows to be there. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('There is no such thing.')
  return value
}

/** The first run of a plan, and its first dataset. */
const firstRun = <T extends Plan | Writable<Plan>>(plan: T): T['delete'][number] => present(plan.delete[0])
const firstOf = <T extends Plan | Writable<Plan>>(plan: T): T['delete'][number]['datasets'][number] =>
  present(firstRun(plan).datasets[0])

const forged = (plan: Plan, change: (plan: Writable<Plan>) => unknown): Plan => {
  const copy = structuredClone(plan)
  change(copy)
  return copy
}

describe('a plan in hand', () => {
  let account: Account
  let plan: Plan
  /** Of the account. */
  let old: string[]
  let older: string[]
  let recent: string[]

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
    ;({old, older, recent} = account)
    ;({plan} = await account.clean({olderThan: '30d'}))
  })

  afterEach(() => account.close())

  async function expectRefusal(
    copy: Plan,
    error: typeof RefusedError | typeof UsageError,
    options: object = {},
  ) {
    const before = account.hub.requests.length
    expect(await rejectionOf(account.remove(copy, {...CARRIED, ...options}))).to.be.instanceOf(error)
    expect(account.hub.requests.slice(before)).to.deep.equal([])
  }

  it('[S18] is carried out exactly, and a second time it is gone', async () => {
    const later = account.addRun(60 * DAY)
    expect((await account.remove(plan, CARRIED)).counts.deleted).to.equal(6)
    expect(account.names).to.have.members([...recent, ...later, account.board])
    expect((await account.remove(plan, CARRIED)).counts).to.include({deleted: 0, gone: 6, failed: 0})
  })

  it('[S18] is refused in another namespace, and at another Hub that has the same datasets', async () => {
    await expectRefusal(plan, UsageError, {namespace: account.hub.org})
    await withHub({seed: 'empty'}, async (other) => {
      for (const {name, createdAt} of plan.delete.flatMap(({datasets}) => datasets))
        other.state.addDataset({name, createdAt})
      const job = deleteDatasets(plan, {token: other.token, endpoint: other.url, env: {}, ...CARRIED})
      expect(await rejectionOf(job)).to.be.instanceOf(UsageError)
      expect(other.requests).to.deep.equal([])
    })
  })

  it('[S18] is carried out as it was confirmed, though its owner changes it meanwhile', async () => {
    const own = structuredClone(plan) as Writable<Plan>
    const confirm = (shown: Plan) => {
      expect(plannedNames(shown)).to.have.members([...old, ...older])
      firstOf(own).name = present(recent[0])
      own.delete.push(...(structuredClone(plan.keep) as unknown as Writable<Plan>['delete']))
      expect(() => Object.assign(firstOf(shown), {name: recent[0]})).to.throw(TypeError)
      return true
    }

    await account.remove(own, {dryRun: false, confirm})
    expect(account.names).to.have.members([...recent, account.board])
  })

  it('[S18] that was made with an archive is not carried out without', async () => {
    ;({plan} = await account.clean({olderThan: '30d', archive: account.folder}))
    await expectRefusal(plan, UsageError)
  })

  describe('is refused before anything is sent, dry run or not, where it was forged', () => {
    /** What a hostile or careless caller can make of a plan. */
    const forgeries: Array<[title: string, change: (copy: Writable<Plan>) => unknown]> = [
      [
        'to take the datasets of a run that it keeps',
        (copy) => Object.assign(firstRun(copy), {datasets: present(copy.keep[0]).run.datasets}),
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
          firstRun(copy).run.timestamp = stampOf(old[0])
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
      ['to have a dataset that its run has not', (copy) => firstRun(copy).run.datasets.pop()],
      ['to delete a run from its results on', (copy) => firstRun(copy).datasets.reverse()],
      ['to take more than its scope', (copy) => Object.assign(copy.rules, {only: ['traces']})],
      ['to make a run older than it is', (copy) => firstRun(copy).run.time.setFullYear(2001)],
      ['to call a run incomplete', (copy) => Object.assign(firstRun(copy).run, {complete: false})],
      [
        'to take the leaderboard though its rules do not',
        (copy) => Object.assign(present(copy.leaderboard), {goes: true}),
      ],
      [
        'to take another dataset for the leaderboard',
        (copy) => {
          const {dataset} = present(copy.leaderboard)
          dataset.name = present(recent[0])
          copy.rules.deleteLeaderboard = true
          present(copy.leaderboard).goes = true
        },
      ],
      ['to ask for a shorter phrase', (copy) => Object.assign(copy, {phrase: 'YES DELETE ALL'})],
      ['to be of another account', (copy) => Object.assign(copy, {namespace: account.hub.org})],
      [
        'to be of the same account in other letters',
        (copy) => Object.assign(copy, {namespace: account.hub.user.toUpperCase()}),
      ],
      ['to be of another Hub', (copy) => Object.assign(copy, {endpoint: 'https://huggingface.co'})],
      ['to have no dates', (copy) => Object.assign(firstOf(copy), {lastModified: '2026-01-31'})],
      ['to have no rules', (copy) => Reflect.deleteProperty(copy, 'rules')],
      ['to lack one rule', (copy) => Reflect.deleteProperty(copy.rules, 'keepWeekly')],
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
        keepWeekly: [null, {}, '5'],
        keepers: [['keepDaily'], null],
        selectors: [['all'], null],
        needScores: [null],
        by: ['score', ''],
        groupBy: [['colour']],
        model: [[null], ['']],
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
      it(`[S18] ${title}`, async () => {
        const copy = forged(plan, change)
        for (const dryRun of [true, false]) {
          const before = account.hub.requests.length
          const error = await rejectionOf(account.remove(copy, {...CARRIED, dryRun}))
          expect(error).to.satisfy(
            (each: unknown) => each instanceof RefusedError || each instanceof UsageError,
          )
          expect(account.hub.requests.slice(before)).to.deep.equal([])
        }
      })
    }

    it('[S18] to name, as it is, a dataset of another namespace', async () => {
      account.addRun(40 * DAY, {owner: account.hub.org})
      const theirs = await discoverSmoltraceDatasets({...account.connection, namespace: account.hub.org})
      const target = present(groupDatasetsByRun(theirs.datasets)[0])
      const copy = forged(plan, (each) => {
        Object.assign(firstRun(each), {run: target, datasets: target.datasets.toReversed()})
      })
      await expectRefusal(copy, RefusedError)
    })

    it('[S18] to name, as it is, a dataset that is not of SMOLTRACE', async () => {
      const name = account.add('mira/thesis')
      const {_id: id, sha, createdAt} = present(account.hub.state.get(name))
      const lie = {name, id, sha, createdAt, lastModified: createdAt}
      for (const isInRun of [false, true]) {
        const copy = forged(plan, (each) => {
          Object.assign(firstOf(each), lie)
          if (isInRun) Object.assign(present(firstRun(each).run.datasets[2]), lie)
        })
        await expectRefusal(copy, RefusedError)
      }
    })
  })

  for (const value of [{id: '0'.repeat(24)}, {sha: '0'.repeat(40)}, {lastModified: new Date(0)}]) {
    it(`[S10] that was forged to have another ${Object.keys(value)[0]} is skipped with its run`, async () => {
      const copy = forged(plan, (each) => Object.assign(firstOf(each), value))
      const {outcomes} = await account.remove(copy, CARRIED)
      expect(statusesOf(outcomes)).to.include({[present(old[0])]: 'skipped', ...all(older, 'deleted')})
      expect(account.names).to.include.members(old)
    })
  }
})

describe('options that make no sense', () => {
  const wrong: Array<[title: string, options: object]> = [
    ['no selector and no keeper', {}],
    ['an age that is none', {olderThan: 'soon'}],
    ['an age in the future', {olderThan: '2999-01-01'}],
    ['a number that keeps nothing', {keepRecent: 0}],
    ['all beside a keeper', {all: true, keepRecent: 3}],
    ['a deletion that nothing confirms', {all: true, dryRun: false}],
    ['a keeper whose name is misspelt', {olderThan: '3d', keepRecnt: 5, ...CARRIED}],
    ['a limit that is none', {all: true, maxDelete: 'few'}],
    ['an archive without a name', {all: true, archive: ''}],
    ['a plan to save of a real deletion', {all: true, savePlan: 'plan.json', ...CARRIED}],
    ['a plan to save where no folder is', {all: true, savePlan: 'no/such/folder/plan.json'}],
    ...[0, -1, 1.5, 33, Number.NaN, Infinity].map((concurrency): [string, object] => [
      `a concurrency of ${concurrency}`,
      {all: true, concurrency},
    ]),
  ]
  for (const [title, options] of wrong) {
    it(`[S18] are refused before anything is sent: ${title}`, () =>
      withHub({}, async (hub) => {
        const connection = {token: hub.token, endpoint: hub.url, env: {}}
        expect(await rejectionOf(cleanupDatasets({...connection, ...options}))).to.be.instanceOf(UsageError)
        expect(hub.requests).to.deep.equal([])
      }))
  }

  it('[S18] are refused of a deletion by names, too', () =>
    withHub({}, async (hub) => {
      const options = {token: hub.token, endpoint: hub.url, env: {}, ...CARRIED, archve: 'copies'}
      expect(await rejectionOf(deleteDatasets([], options as object))).to.be.instanceOf(UsageError)
      expect(hub.requests).to.deep.equal([])
    }))
})
