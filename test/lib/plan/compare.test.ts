import {expect} from 'chai'

import {type LeaderboardDataset, type RunDataset} from '../../../src/lib/account/datasets.js'
import {type Standing} from '../../../src/lib/account/leaderboard/values.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {comparePlan, type Exclusion} from '../../../src/lib/plan/compare.js'
import {type Plan, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  ago,
  freshId,
  inventoryOf,
  leaderboardDataset,
  NOTHING_KNOWN,
  NOW,
  planOf,
  runDataset,
  runDatasets,
  standings,
} from '../../support/builders.js'

const OLD = '20260801_120000'
const NEW = '20260901_120000'
const PROTECTION = {leaderboard: {by: 'ann', at: NOW}}

describe('a plan compared with a new listing', () => {
  const datasets = [...runDatasets(OLD), ...runDatasets(NEW)]
  const leaderboard = leaderboardDataset()
  const inventory = inventoryOf(datasets, {leaderboard})
  const plan = planOf(inventory, {all: true, deleteLeaderboard: true})
  const [results, traces, metrics] = datasets as [RunDataset, RunDataset, RunDataset]
  const ofOldRun = [results.name, traces.name, metrics.name]

  const compare = (
    fresh: RunDataset[],
    {
      protection = {},
      board = leaderboard,
      of = plan,
    }: {protection?: typeof PROTECTION | object; board?: LeaderboardDataset | undefined; of?: Plan} = {},
  ) => comparePlan(of, inventoryOf(fresh, {leaderboard: board}), {...NOTHING_KNOWN, protection})

  const withChange = (facts: Partial<RunDataset>) =>
    datasets.map((dataset) => (dataset === traces ? {...dataset, ...facts} : dataset))

  it('loses nothing where nothing changed', () => {
    expect(compare(datasets)).to.deep.equal(new Map())
  })

  const changes: Array<[title: string, facts: Partial<RunDataset>]> = [
    ['another id, as after a deletion and a new upload', {id: freshId()}],
    ['another head', {sha: freshId()}],
    ['a later change', {lastModified: new Date(traces.lastModified.getTime() + 1)}],
    ['an earlier change', {lastModified: new Date(traces.lastModified.getTime() - 1)}],
  ]
  for (const [title, facts] of changes) {
    it(`loses the whole run where one of its datasets has ${title}`, () => {
      const excluded = compare(withChange(facts))
      expect([...excluded.keys()]).to.have.members(ofOldRun)
      for (const {status, reason} of excluded.values()) {
        expect(status).to.equal('skipped')
        expect(reason).to.include('traces changed')
      }
    })
  }

  it('takes no notice of a dataset that only became public', () => {
    expect(compare(withChange({private: false})).size).to.equal(0)
  })

  it('finds what left gone, and goes on with the rest of its run', () => {
    const excluded = compare(datasets.filter((dataset) => dataset !== metrics))
    expect([...excluded]).to.have.length(1)
    expect(excluded.get(metrics.name)?.status).to.equal('gone')
  })

  it('finds a run gone that left altogether', () => {
    const excluded = compare(datasets.slice(3))
    expect([...excluded.keys()]).to.have.members(ofOldRun)
    expect([...excluded.values()].every(({status}) => status === 'gone')).to.equal(true)
  })

  it('tells what left from what changed in the same run', () => {
    const excluded = compare(withChange({sha: freshId()}).filter((dataset) => dataset !== metrics))
    expect(excluded.get(metrics.name)?.status).to.equal('gone')
    expect(excluded.get(traces.name)?.status).to.equal('skipped')
    expect(excluded.get(results.name)?.status).to.equal('skipped')
  })

  it('loses the whole run that a dataset came to', () => {
    const partial = [...runDatasets(OLD, ['results']), ...runDatasets(NEW)]
    const of = planOf(inventoryOf(partial), {all: true})
    const excluded = compare([...partial, runDataset('metrics', OLD)], {of, board: undefined})
    expect([...excluded.keys()]).to.deep.equal([`kim/smoltrace-results-${OLD}`])
    expect([...excluded.values()][0]).to.deep.include({status: 'skipped'})
    expect([...excluded.values()][0]?.reason).to.include('metrics came')
  })

  it('loses the run where a dataset beyond the scope changed', () => {
    const of = planOf(inventory, {all: true, only: ['metrics']})
    expect([...compare(withChange({sha: freshId()}), {of}).keys()]).to.deep.equal([metrics.name])
  })

  it('[S10] never gains anything, and knows only what is planned', () => {
    const of = planOf(inventory, {run: [OLD]})
    const excluded = compare(
      [...runDatasets('20260701_000000'), ...datasets.slice(3).map((each) => ({...each, sha: freshId()}))],
      {of},
    )
    expect([...excluded.keys()]).to.have.members(ofOldRun)
  })

  it('loses the leaderboard that became protected, and says by whom', () => {
    const excluded = compare(datasets, {protection: PROTECTION})
    expect([...excluded.keys()]).to.deep.equal([leaderboard.name])
    expect(excluded.get(leaderboard.name)?.status).to.equal('skipped')
    expect(excluded.get(leaderboard.name)?.reason).to.include('ann')
  })

  it('loses the leaderboard that changed', () => {
    for (const facts of [{sha: freshId()}, {id: freshId()}, {lastModified: NOW}]) {
      const excluded = compare(datasets, {board: {...leaderboard, ...facts}})
      expect([...excluded].map(([name, {status}]) => [name, status])).to.deep.equal([
        [leaderboard.name, 'skipped'],
      ])
    }
  })

  it('finds the leaderboard gone that left, even one that was protected', () => {
    const excluded = comparePlan(plan, inventoryOf(datasets), {...NOTHING_KNOWN, protection: PROTECTION})
    expect(excluded.get(leaderboard.name)?.status).to.equal('gone')
  })

  it('loses the whole run that was pinned since', () => {
    const [timestamp = ''] = [results.timestamp]
    const excluded = compare(datasets, {protection: {runs: {[timestamp]: {by: 'ann', at: NOW}}}})
    expect([...excluded.keys()]).to.include.members(ofOldRun)
    expect(excluded.get(traces.name)).to.deep.equal({
      status: 'skipped',
      reason: 'kept now: pinned by ann (half: not in its card)',
    })
  })

  it('names the pin of a run, not the change that pinning made to its card', () => {
    const fresh = datasets.map((dataset) =>
      dataset === results ? {...dataset, sha: freshId(), pinTags: ['smoltrace-pinned']} : dataset,
    )
    const protection = {runs: {[results.timestamp]: {by: 'ann', at: NOW}}}
    const excluded = compare(fresh, {protection})
    for (const name of ofOldRun)
      expect(excluded.get(name)).to.deep.equal({status: 'skipped', reason: 'kept now: pinned by ann'})
  })

  for (const [title, tag] of [
    ['has a tag since', 'smoltrace-pinned'],
    ['has a tag since that is in doubt', 'smoltrace-pinned-x'],
  ] as const) {
    it(`loses the whole run that ${title}, and the leaderboard with it`, () => {
      const excluded = compare(withChange({pinTags: [tag]}))
      expect([...excluded.keys()]).to.have.members([...ofOldRun, leaderboard.name])
      expect(excluded.get(results.name)?.reason).to.match(/^kept now: pinned by its tag/)
    })
  }

  it('does not count a run that has a tag since, as it does not count one with an entry', () => {
    const keepOne = planOf(inventory, {keepRecent: 1})
    const fresh = [...runDatasets(NEW, undefined, {pinTags: ['smoltrace-pinned']}), ...datasets.slice(0, 3)]
    expect([...compare(fresh, {of: keepOne}).keys()]).to.have.members(ofOldRun)
  })

  it('takes no notice of a tag that has run out', () => {
    expect(compare(withChange({pinTags: ['smoltrace-pinned-until-20261004']})).size).to.equal(0)
  })

  it('[S12] keeps the leaderboard in which a run was pinned since, though it be another run', () => {
    const excluded = compare(datasets, {protection: {runs: {'20200101_000000': {by: 'ann', at: NOW}}}})
    expect([...excluded.keys()]).to.deep.equal([leaderboard.name])
    expect(excluded.get(leaderboard.name)?.reason).to.include('20200101_000000')
  })

  it('takes no notice of a pin that has run out', () => {
    const runs = {[results.timestamp]: {by: 'ann', at: NOW, until: '2026-10-04'}}
    expect(compare(datasets, {protection: {runs}}).size).to.equal(0)
  })

  it('that rests on the leaderboard loses a run that is listed there by now', () => {
    const half = runDatasets('20260701_120000', ['results', 'traces'])
    const stock = inventoryOf(half, {leaderboard})
    const of = planOf(stock, {incompleteOnly: true})
    const later = inventoryOf(half, {leaderboard: {...leaderboard, sha: freshId()}})
    const excludedBy = (standing: Standing) => [
      ...comparePlan(of, later, {
        ...NOTHING_KNOWN,
        rows: standings(['20260701_120000', standing]),
      }).keys(),
    ]
    expect(excludedBy('finished')).to.have.members(half.map(({name}) => name))
    expect(excludedBy('unclear')).to.have.members(half.map(({name}) => name))
    expect(excludedBy('failed')).to.deep.equal([])
  })

  it('keeps by now what its own keeper saves, because others are gone', () => {
    const stamps = ['20260901_120000', '20260801_120000', '20260701_120000', '20260601_120000']
    const stock = stamps.flatMap((stamp) => runDatasets(stamp))
    const of = planOf(inventoryOf(stock), {keepRecent: 2})
    const left = stock.filter(({timestamp}) => timestamp !== stamps[0])
    const excluded = comparePlan(of, inventoryOf(left), NOTHING_KNOWN)
    expect([...excluded.keys()]).to.have.members(runDatasets('20260701_120000').map(({name}) => name))
    expect([...excluded.values()][0]).to.deep.equal({
      status: 'skipped',
      reason: 'kept now: most recent 2 of 2',
    })
  })

  it('keeps what its own rules never chose, whoever wrote it into the plan', () => {
    const young = runDatasets(ago(2 * HOUR))
    const uploading = runDatasets(ago(HOUR), ['results'])
    const stock = inventoryOf([...datasets, ...young, ...uploading])
    const honest = planOf(stock, {olderThan: '30d'})
    const everything = planOf(stock, {all: true, grace: '0'})
    const forged = {...everything, rules: honest.rules}
    const honestNames = plannedDatasets(honest).map(({name}) => name)
    const left = plannedDatasets(forged).filter(
      ({name}) => !comparePlan(forged, stock, NOTHING_KNOWN).has(name),
    )
    expect(left.map(({name}) => name)).to.have.members(honestNames)
  })

  it('takes a run that it has begun to delete for the run it was, not for an upload', () => {
    const young = runDatasets(ago(2 * HOUR))
    const stock = inventoryOf(young)
    for (const options of [{run: [young[0]?.timestamp ?? '']}, {all: true}] as RetentionOptions[]) {
      const of = planOf(stock, options)
      expect(comparePlan(of, inventoryOf(young.slice(0, 1)), NOTHING_KNOWN)).to.satisfy(
        (excluded: Map<string, Exclusion>) => [...excluded.values()].every(({status}) => status === 'gone'),
      )
    }
  })

  it('takes no notice of a leaderboard that stays anyway', () => {
    const of = planOf(inventory, {all: true})
    expect(comparePlan(of, inventoryOf(datasets), NOTHING_KNOWN).size).to.equal(0)
    expect(
      compare(datasets, {of, protection: PROTECTION, board: {...leaderboard, sha: freshId()}}).size,
    ).to.equal(0)
  })
})
