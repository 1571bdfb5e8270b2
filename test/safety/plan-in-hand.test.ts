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
import {Account, all, CARRIED, plannedNames, statusesOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {withHub} from '../support/hub.js'

/** What a hostile or careless caller makes of a plan: of its parts, as JavaScript lets it. */
type Forgery = (copy: any, first: any, kept: any, account: Account) => unknown

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

  const forged = (change: Forgery) => {
    const copy: any = structuredClone(plan)
    change(copy, copy.delete[0], copy.keep[0].run, account)
    return copy as Plan
  }

  async function expectRefusal(copy: Plan, options: object = {}) {
    for (const dryRun of [true, false]) {
      account.hub.requests.length = 0
      const error = await rejectionOf(account.remove(copy, {...CARRIED, ...options, dryRun}))
      expect(error).to.satisfy((each: unknown) => each instanceof RefusedError || each instanceof UsageError)
      expect(account.hub.requests).to.deep.equal([])
    }
  }

  it('[S18] is carried out exactly, and a second time it is gone', async () => {
    const later = account.addRun(60 * DAY)
    expect((await account.remove(plan, CARRIED)).counts.deleted).to.equal(6)
    expect(account.names).to.have.members([...recent, ...later, account.board])
    expect((await account.remove(plan, CARRIED)).counts).to.include({deleted: 0, gone: 6, failed: 0})
  })

  it('[S18] is refused in another namespace, and at another Hub that has the same datasets', async () => {
    await expectRefusal(plan, {namespace: account.hub.org})
    await withHub({seed: 'empty'}, async (other) => {
      for (const {name, createdAt} of plan.delete.flatMap(({datasets}) => datasets))
        other.state.addDataset({name, createdAt})
      const job = deleteDatasets(plan, {token: other.token, endpoint: other.url, env: {}, ...CARRIED})
      expect(await rejectionOf(job)).to.be.instanceOf(UsageError)
      expect(other.requests).to.deep.equal([])
    })
  })

  it('[S18] is carried out as it was confirmed, though its owner changes it meanwhile', async () => {
    const own: any = structuredClone(plan)
    const confirm = (shown: Plan) => {
      expect(plannedNames(shown)).to.have.members([...old, ...older])
      own.delete[0].datasets[0].name = recent[0]
      own.delete.push(...structuredClone(plan.keep))
      return true
    }

    await account.remove(own, {dryRun: false, confirm})
    expect(account.names).to.have.members([...recent, account.board])
  })

  it('[S18] that was made with an archive is not carried out without', async () => {
    ;({plan} = await account.clean({olderThan: '30d', archive: account.folder}))
    expect(await rejectionOf(account.remove(plan, CARRIED))).to.be.instanceOf(UsageError)
    expect(account.deletions).to.deep.equal([])
  })

  describe('is refused before anything is sent, dry run or not, where it was forged', () => {
    const forgeries: Array<[title: string, change: Forgery]> = [
      [
        'to take the datasets of a run that it keeps',
        (_, first, kept) => Object.assign(first, {datasets: kept.datasets}),
      ],
      [
        'to take a run that it keeps',
        (copy, _, kept) => copy.delete.push({run: kept, datasets: kept.datasets.toReversed(), reasons: []}),
      ],
      [
        'to have a kept run under the name of another',
        (_, first, kept) => {
          const {timestamp} = first.run
          Object.assign(first, {run: {...kept, timestamp}, datasets: kept.datasets.toReversed()})
        },
      ],
      [
        'to have the datasets of a kept run as those of another',
        (_, first, {datasets}) => {
          for (const each of datasets) each.timestamp = first.run.timestamp
          Object.assign(first.run, groupDatasetsByRun(datasets)[0])
          first.datasets = datasets.toReversed()
        },
      ],
      [
        'to take the results for the metrics',
        (_, {run, datasets}) => {
          const swapped: any = {results: run.datasets[2].name, metrics: run.datasets[0].name}
          for (const each of [...run.datasets, ...datasets]) each.name = swapped[each.type] ?? each.name
        },
      ],
      ['to have a run twice', (copy, first) => copy.delete.push(first)],
      ['to have a dataset twice in a run', (_, {datasets}) => datasets.push(structuredClone(datasets[0]))],
      ['to have a dataset that its run has not', (_, {run}) => run.datasets.pop()],
      ['to delete a run from its results on', (_, {datasets}) => datasets.reverse()],
      ['to take more than its scope', ({rules}) => Object.assign(rules, {only: ['traces']})],
      ['to make a run older than it is', (_, {run}) => run.time.setFullYear(2001)],
      ['to call a run incomplete', (_, {run}) => Object.assign(run, {complete: false})],
      [
        'to take the leaderboard though its rules do not',
        ({leaderboard}) => Object.assign(leaderboard, {goes: true}),
      ],
      [
        'to take another dataset for the leaderboard',
        ({leaderboard, rules}, _, kept) => {
          Object.assign(rules, {deleteLeaderboard: true})
          Object.assign(leaderboard, {goes: true})
          leaderboard.dataset.name = kept.datasets[0].name
        },
      ],
      ...[false, true].map((isInRun): [string, Forgery] => [
        `to take the leaderboard for a dataset of a run, ${isInRun ? 'and of' : 'but not of'} the run itself`,
        ({leaderboard}, first) => {
          const {timestamp} = first.run
          first.datasets = [{...leaderboard.dataset, type: 'results', timestamp}]
          if (isInRun) first.run.datasets = first.datasets
        },
      ]),
      ['to ask for a shorter phrase', (copy) => Object.assign(copy, {phrase: 'YES DELETE ALL'})],
      ['to be of another account', (copy, _, __, {hub}) => Object.assign(copy, {namespace: hub.org})],
      [
        'to be of the same account in other letters',
        (copy) => Object.assign(copy, {namespace: copy.namespace.toUpperCase()}),
      ],
      ['to be of another Hub', (copy) => Object.assign(copy, {endpoint: 'https://huggingface.co'})],
      ['to have no dates', (_, {datasets}) => Object.assign(datasets[0], {lastModified: '2026-01-31'})],
      ['to have no rules', (copy) => delete copy.rules],
      ['to lack one rule', ({rules}) => delete rules.keepWeekly],
      ['to hold no runs', (copy) => copy.delete.push(null)],
      ['to have a hole for a run', (copy) => delete copy.delete[0]],
      ['to have a hole for a run that stays', ({keep}) => delete keep[0]],
      ['to give no reasons', (_, {reasons}) => reasons.push(null)],
      [
        'to say neither yes nor no of the leaderboard',
        ({leaderboard}) => Object.assign(leaderboard, {goes: 'no'}),
      ],
      ['to say neither yes nor no of archives', (copy) => Object.assign(copy, {archives: 0})],
      ['to hold what no plan can', (copy) => Object.assign(copy, {now: () => new Date()})],
      ...Object.entries({
        keepRecent: ['5', Number.NaN, 0, 1.5, 5n],
        keepBest: [true, Number.NEGATIVE_INFINITY],
        keepWithin: [null, '30d', {kind: 'duration', text: '30d', ms: 1}],
        olderThan: [null, false, {kind: 'duration', text: '30d', ms: 0}, {kind: 'date', text: 'x'}],
        keepWeekly: [null, {}, '5'],
        keepers: [['keepDaily'], null],
        by: ['score', ''],
        groupBy: [['colour']],
        model: [[null], ['']],
        graceMs: [Number.NaN, -1, 0.5],
        only: [['everything']],
      }).flatMap(([rule, values]) =>
        values.map((value): [string, Forgery] => [
          `to have ${inspect(value)} for ${rule}`,
          ({rules}) => Object.assign(rules, {[rule]: value}),
        ]),
      ),
    ]
    for (const [title, change] of forgeries) it(`[S18] ${title}`, () => expectRefusal(forged(change)))

    it('[S18] to name, as it is, a dataset of another namespace', async () => {
      account.addRun(40 * DAY, {owner: account.hub.org})
      const theirs = await discoverSmoltraceDatasets({...account.connection, namespace: account.hub.org})
      const [run] = groupDatasetsByRun(theirs.datasets)
      await expectRefusal(
        forged((_, first) => Object.assign(first, {run, datasets: run?.datasets.toReversed()})),
      )
    })

    it('[S18] to name, as it is, a dataset that is not of SMOLTRACE', async () => {
      const name = account.add('mira/thesis')
      const {_id: id, sha, createdAt} = account.hub.state.get(name)!
      const lie = {name, id, sha, createdAt, lastModified: createdAt}
      for (const isInRun of [false, true])
        await expectRefusal(
          forged((_, {run, datasets}) => {
            Object.assign(datasets[0], lie)
            if (isInRun) Object.assign(run.datasets[2], lie)
          }),
        )
    })
  })

  for (const value of [{id: '0'.repeat(24)}, {sha: '0'.repeat(40)}, {lastModified: new Date(0)}]) {
    it(`[S10] that was forged to have another ${Object.keys(value)[0]} is skipped with its run`, async () => {
      const copy = forged((_, {datasets}) => Object.assign(datasets[0], value))
      const {outcomes} = await account.remove(copy, CARRIED)
      expect(statusesOf(outcomes)).to.include({[old[0] ?? '']: 'skipped', ...all(older, 'deleted')})
      expect(account.names).to.include.members(old)
    })
  }
})

describe('options that make no sense', () => {
  const connectionTo = ({token, url}: {token: string; url: string}) => ({token, endpoint: url, env: {}})
  const wrong: Array<[title: string, options: object]> = [
    ['no selector and no keeper', {}],
    ['a number that keeps nothing', {keepRecent: 0}],
    ['a keeper whose name is misspelt', {olderThan: '3d', keepRecnt: 5, ...CARRIED}],
    ['an archive without a name', {all: true, archive: ''}],
    ['a plan to save of a real deletion', {all: true, savePlan: 'plan.json', ...CARRIED}],
    ['a plan to save where no folder is', {all: true, savePlan: 'no/such/folder/plan.json'}],
    ...[0, 1.5, 33, Number.NaN].map((concurrency): [string, object] => [
      `a concurrency of ${concurrency}`,
      {all: true, concurrency},
    ]),
  ]
  for (const [title, options] of wrong) {
    it(`[S18] are refused before anything is sent: ${title}`, () =>
      withHub({}, async (hub) => {
        const all = {...connectionTo(hub), ...options}
        expect(await rejectionOf(cleanupDatasets(all))).to.be.instanceOf(UsageError)
        expect(hub.requests).to.deep.equal([])
      }))
  }
})
