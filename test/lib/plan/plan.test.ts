import {expect} from 'chai'

import {type RunDataset} from '../../../src/lib/account/datasets.js'
import {type RunType} from '../../../src/lib/base/names.js'
import {DAY} from '../../../src/lib/base/time.js'
import {inScope, makePlanOfNames, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  namesIn,
  NOW,
  planOf,
  runDatasets,
  runOf,
} from '../../support/builders.js'

const OLD = '20260801_120000'
const NEW = '20260901_120000'
const PROTECTION = {leaderboard: {by: 'ann', at: NOW}}
const SUFFIX = /smoltrace-(\w+)-/

const typesOf = (datasets: RunDataset[]) => datasets.map(({type}) => type)

describe('plan', () => {
  describe('of a run', () => {
    it('deletes metrics, then traces, then results', () => {
      const plan = planOf(inventoryOf(runDatasets(OLD)), {all: true})
      expect(namesIn(plan).map((name) => SUFFIX.exec(name)?.[1])).to.deep.equal([
        'metrics',
        'traces',
        'results',
      ])
    })

    const scopes: Array<[only: RunType[], goes: RunType[]]> = [
      [[], ['metrics', 'traces', 'results']],
      [['results'], ['results']],
      [
        ['results', 'metrics'],
        ['metrics', 'results'],
      ],
      [
        ['results', 'traces', 'metrics'],
        ['metrics', 'traces', 'results'],
      ],
    ]
    for (const [only, goes] of scopes) {
      it(`takes in ${goes.join(', ')} with ${only.length > 0 ? `--only ${only.join(' --only ')}` : 'no --only'}`, () => {
        expect(typesOf(inScope(runOf(OLD), only))).to.deep.equal(goes)
        expect(
          typesOf(planOf(inventoryOf(runDatasets(OLD)), {all: true, only}).delete[0]?.datasets ?? []),
        ).to.deep.equal(goes)
      })
    }

    it('that has nothing in scope keeps it, and says why', () => {
      const inventory = inventoryOf([...runDatasets(OLD, ['results']), ...runDatasets(NEW)])
      const plan = planOf(inventory, {all: true, only: ['traces', 'metrics']})
      expect(plan.delete.map(({run}) => run.timestamp)).to.deep.equal([NEW])
      expect(plan.keep.map(({run}) => run.timestamp)).to.deep.equal([OLD])
      const [reason] = plan.keep[0]?.reasons ?? []
      expect(reason?.rule).to.equal('only')
      expect(reason?.text).to.equal('has no traces, no metrics')
    })

    it('that stays anyway keeps its own reason, whatever the scope', () => {
      const plan = planOf(inventoryOf(runDatasets(OLD, ['results'])), {
        incompleteOnly: true,
        olderThan: '1y',
        only: ['traces'],
      })
      expect(plan.keep[0]?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than'])
    })
  })

  it('goes through the runs newest first, and has each of them once', () => {
    const inventory = inventoryOf([...runDatasets(OLD), ...runDatasets(NEW), ...runDatasets(ago(DAY))])
    const plan = planOf(inventory, {olderThan: '20d'})
    expect(plan.delete.map(({run}) => run.timestamp)).to.deep.equal([NEW, OLD])
    expect(plan.keep.map(({run}) => run.timestamp)).to.deep.equal(['20261004_120000'])
  })

  it('tells the moment that an age stands for, and none without an age', () => {
    expect(planOf(inventoryOf([]), {olderThan: '1d'}).cutoff).to.deep.equal(ago(DAY))
    expect(planOf(inventoryOf([]), {all: true}).cutoff).to.equal(undefined)
  })

  it('says where and when it was made, and what is never touched', () => {
    const plan = planOf(inventoryOf([], {standard: ['kim/smoltrace-tasks']}), {all: true})
    expect(plan).to.deep.include({namespace: 'kim', now: NOW, standard: ['kim/smoltrace-tasks']})
  })

  it('archives nothing, unless somebody says so', () => {
    expect(planOf(inventoryOf(runDatasets(OLD)), {all: true}).archives).to.equal(false)
  })

  it('cannot be changed by anybody who sees it, in none of its parts', () => {
    const plan = planOf(inventoryOf(runDatasets(OLD), {leaderboard: leaderboardDataset()}), {all: true})
    const [first] = plan.delete
    const [dataset] = first?.datasets ?? []
    for (const part of [plan, plan.delete, first, first?.datasets, dataset, plan.leaderboard?.dataset])
      expect(part).to.be.an.instanceOf(Object).and.to.be.frozen
    expect(() => {
      if (dataset) dataset.name = 'kim/another'
    }).to.throw(TypeError)
    expect(namesIn(plan)).to.include(`kim/smoltrace-results-${OLD}`).and.not.include('kim/another')
  })

  describe('is confirmed with', () => {
    const cases: Array<[options: RetentionOptions, phrase: string]> = [
      [{olderThan: '7d'}, 'DELETE'],
      [{keepRecent: 3}, 'DELETE'],
      [{incompleteOnly: true, only: ['traces']}, 'DELETE'],
      [{deleteLeaderboard: true}, 'DELETE'],
      [{all: true}, 'YES DELETE ALL'],
      [{all: true, only: ['traces']}, 'YES DELETE ALL'],
      [{only: ['traces']}, 'YES DELETE ALL'],
      [{only: ['traces'], deleteLeaderboard: true}, 'YES DELETE ALL'],
    ]
    for (const [options, phrase] of cases) {
      it(`${phrase} for ${JSON.stringify(options)}`, () => {
        expect(planOf(inventoryOf(runDatasets(OLD)), options).phrase).to.equal(phrase)
      })
    }
  })

  describe('and the leaderboard', () => {
    const inventory = inventoryOf(runDatasets(OLD), {leaderboard: leaderboardDataset()})

    it('[S12] never includes it with --all alone', () => {
      const plan = planOf(inventory, {all: true})
      expect(plan.leaderboard?.goes).to.equal(false)
      expect(plannedDatasets(plan).some(({type}) => type === 'leaderboard')).to.equal(false)
    })

    it('puts it last with --delete-leaderboard', () => {
      const planned = plannedDatasets(planOf(inventory, {all: true, deleteLeaderboard: true}))
      expect(planned.map(({type}) => type)).to.deep.equal(['metrics', 'traces', 'results', 'leaderboard'])
    })

    it('is the whole plan with --delete-leaderboard alone', () => {
      const plan = planOf(inventory, {deleteLeaderboard: true})
      expect(plannedDatasets(plan).map(({type}) => type)).to.deep.equal(['leaderboard'])
      expect(plan.keep).to.have.length(1)
    })

    it('is empty where there is none to delete', () => {
      expect(plannedDatasets(planOf(inventoryOf([]), {deleteLeaderboard: true}))).to.deep.equal([])
    })

    it('says how it is protected, as far as that is known', () => {
      expect(planOf(inventory, {all: true}, PROTECTION).leaderboard?.protection).to.deep.equal(
        PROTECTION.leaderboard,
      )
      expect(planOf(inventory, {all: true}, 'unknown').leaderboard?.protection).to.equal('unknown')
      expect(planOf(inventory, {all: true}, {}).leaderboard?.protection).to.equal(undefined)
    })
  })

  describe('of names', () => {
    const datasets = [...runDatasets(OLD), ...runDatasets(NEW)]
    const inventory = inventoryOf(datasets, {leaderboard: leaderboardDataset()})

    it('has exactly the named datasets, in the order of deletion', () => {
      const plan = makePlanOfNames(
        inventory,
        [`kim/smoltrace-results-${OLD}`, `kim/smoltrace-metrics-${OLD}`],
        {},
      )
      expect(plannedDatasets(plan).map(({name}) => name)).to.deep.equal([
        `kim/smoltrace-metrics-${OLD}`,
        `kim/smoltrace-results-${OLD}`,
      ])
      expect(plan.keep.map(({run}) => run.timestamp)).to.deep.equal([NEW])
      expect(plan.rules.run).to.deep.equal([OLD])
      expect(plan.delete[0]?.reasons).to.deep.equal([{rule: 'run', text: 'named'}])
      expect(plan.keep[0]?.reasons).to.deep.equal([{rule: 'run', text: 'not named'}])
    })

    it('keeps a pinned run that is named, and says why', () => {
      const protection = {runs: {[OLD]: {by: 'ann', at: NOW}}}
      const names = [`kim/smoltrace-results-${OLD}`, `kim/smoltrace-results-${NEW}`]
      const plan = makePlanOfNames(inventory, names, protection)
      expect(plannedDatasets(plan).map(({name}) => name)).to.deep.equal([`kim/smoltrace-results-${NEW}`])
      const [kept] = plan.keep
      expect(kept?.run.timestamp).to.equal(OLD)
      expect(kept?.reasons).to.deep.equal([{rule: 'pinned', text: 'pinned by ann (half: not in its card)'}])
    })

    it('leaves out names that are not there', () => {
      expect(
        plannedDatasets(makePlanOfNames(inventory, ['kim/smoltrace-results-20200101_000000'], {})),
      ).to.deep.equal([])
    })

    it('has the leaderboard only where it is named', () => {
      expect(makePlanOfNames(inventory, ['kim/smoltrace-leaderboard'], {}).leaderboard?.goes).to.equal(true)
      expect(makePlanOfNames(inventory, [`kim/smoltrace-results-${OLD}`], {}).leaderboard?.goes).to.equal(
        false,
      )
      const without = makePlanOfNames(inventoryOf([]), ['kim/smoltrace-leaderboard', ''], {})
      expect(plannedDatasets(without)).to.deep.equal([])
      expect(without.rules.deleteLeaderboard).to.equal(false)
    })
  })
})
