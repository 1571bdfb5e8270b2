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

/** The run of these datasets, and all of them in the order of deletion. */
const planned = (datasets: any) => ({run: groupDatasetsByRun(datasets)[0], datasets: datasets.toReversed()})

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

  describe('is refused before anything is sent, dry run or not, where it was forged to', () => {
    const set = Object.assign
    const forgeries: Array<[title: string, change: Forgery]> = [
      ['take the datasets of a kept run', (_, first, kept) => set(first, {datasets: kept.datasets})],
      ['take a kept run', ({delete: runs}, _, {datasets}) => runs.push({...planned(datasets), reasons: []})],
      [
        'have a kept run under the name of another',
        (_, first, kept) => {
          const {timestamp} = first.run
          set(first, {run: {...kept, timestamp}, datasets: kept.datasets.toReversed()})
        },
      ],
      [
        'have the datasets of a kept run as those of another',
        (_, first, {datasets}) => {
          for (const each of datasets) each.timestamp = first.run.timestamp
          set(first, planned(datasets))
        },
      ],
      [
        'take the results for the metrics',
        (_, {run, datasets}) => {
          const swapped: any = {results: run.datasets[2].name, metrics: run.datasets[0].name}
          for (const each of [...run.datasets, ...datasets]) each.name = swapped[each.type] ?? each.name
        },
      ],
      ['have a run twice', (copy, first) => copy.delete.push(first)],
      ['have a dataset twice in a run', (_, {datasets}) => datasets.push(structuredClone(datasets[0]))],
      ['have a dataset that its run has not', (_, {run}) => run.datasets.pop()],
      ['delete a run from its results on', (_, {datasets}) => datasets.reverse()],
      ['take more than its scope', ({rules}) => set(rules, {only: ['traces']})],
      ['make a run older than it is', (_, {run}) => run.time.setFullYear(2001)],
      ['call a run incomplete', (_, {run}) => set(run, {complete: false})],
      ['take the leaderboard against its rules', ({leaderboard}) => set(leaderboard, {planned: true})],
      [
        'take another dataset for the leaderboard',
        ({leaderboard, rules}, _, kept) => {
          set(rules, {deleteLeaderboard: true})
          set(leaderboard, {planned: true})
          leaderboard.dataset.name = kept.datasets[0].name
        },
      ],
      ...[false, true].map((isInRun): [string, Forgery] => [
        `take the leaderboard for a dataset of a run, ${isInRun ? 'and of' : 'but not of'} the run itself`,
        ({leaderboard}, first) => {
          const {timestamp} = first.run
          first.datasets = [{...leaderboard.dataset, type: 'results', timestamp}]
          if (isInRun) first.run.datasets = first.datasets
        },
      ]),
      ['ask for a shorter phrase', (copy) => set(copy, {phrase: 'YES DELETE ALL'})],
      ['be of another account', (copy, _, __, {hub}) => set(copy, {namespace: hub.org})],
      ['be of the same account in other letters', (copy) => set(copy, {namespace: 'MIRA'})],
      ['be of another Hub', (copy) => set(copy, {endpoint: 'https://huggingface.co'})],
      ['have no dates', (_, {datasets}) => set(datasets[0], {lastModified: '2026-01-31'})],
      ['have no rules', (copy) => delete copy.rules],
      ['lack one rule', ({rules}) => delete rules.keepWeekly],
      ['hold no runs', (copy) => copy.delete.push(null)],
      ['have a hole for a run', (copy) => delete copy.delete[0]],
      ['have a hole for a run that stays', ({keep}) => delete keep[0]],
      ['give no reasons', (_, {reasons}) => reasons.push(null)],
      ['say neither yes nor no of the leaderboard', ({leaderboard}) => set(leaderboard, {planned: 'no'})],
      ['say neither yes nor no of archives', (copy) => set(copy, {archives: 0})],
      ['hold what no plan can', (copy) => set(copy, {now: () => new Date()})],
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
          `have ${inspect(value)} for ${rule}`,
          ({rules}) => set(rules, {[rule]: value}),
        ]),
      ),
    ]
    for (const [title, change] of forgeries) it(`[S18] ${title}`, () => expectRefusal(forged(change)))

    it('[S18] name, as it is, a dataset of another namespace', async () => {
      account.addRun(40 * DAY, {owner: account.hub.org})
      const theirs = await discoverSmoltraceDatasets({...account.connection, namespace: account.hub.org})
      await expectRefusal(forged((_, first) => set(first, planned(theirs.datasets))))
    })

    it('[S18] name, as it is, a dataset that is not of SMOLTRACE', async () => {
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
    ['an archive without a name', {all: true, archive: ''}],
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
