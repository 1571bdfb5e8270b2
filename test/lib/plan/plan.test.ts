import {expect} from 'chai'

import {type Protection} from '../../../src/lib/account/protection/pins.js'
import {type Run} from '../../../src/lib/account/runs.js'
import {type RunType} from '../../../src/lib/base/names.js'
import {DAY} from '../../../src/lib/base/time.js'
import {
  freedBy,
  inOrderOfDeletion,
  makePlanOfNames,
  type Plan,
  plannedDatasets,
} from '../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  NOW,
  planOf,
  runDataset,
  runDatasets,
} from '../../support/builders.js'

const OLD = '20260801_120000'
const NEW = '20260901_120000'
const PROTECTION = {leaderboard: {by: 'ann', at: NOW}}

const typesIn = (plan: Plan) => plannedDatasets(plan).map(({type}) => type)
const runsOf = (entries: Array<{run: Run}>) => entries.map(({run}) => run.timestamp)

describe('plan', () => {
  describe('of a run', () => {
    // Metrics, then traces, then results.
    const scopes: Array<[only: RunType[], planned: RunType[]]> = [
      [[], ['metrics', 'traces', 'results']],
      [['results'], ['results']],
      [
        ['results', 'metrics'],
        ['metrics', 'results'],
      ],
    ]
    for (const [only, planned] of scopes) {
      it(`takes in ${planned.join(', ')} with only: ${JSON.stringify(only)}`, () => {
        expect(typesIn(planOf(inventoryOf(runDatasets(OLD)), {all: true, only}))).to.deep.equal(planned)
      })
    }

    it('that has nothing in scope keeps it, and says why', () => {
      const inventory = inventoryOf([...runDatasets(OLD, ['results']), ...runDatasets(NEW)])
      const plan = planOf(inventory, {all: true, only: ['traces', 'metrics']})
      expect([runsOf(plan.delete), runsOf(plan.keep)]).to.deep.equal([[NEW], [OLD]])
      expect(plan.keep[0]?.reasons).to.deep.equal([{rule: 'only', text: 'has no traces, no metrics'}])
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
    expect([runsOf(plan.delete), runsOf(plan.keep)]).to.deep.equal([[NEW, OLD], ['20261004_120000']])
  })

  it('tells the moment that an age stands for, and none without an age', () => {
    expect(planOf(inventoryOf([]), {olderThan: '1d'}).cutoff).to.deep.equal(ago(DAY))
    expect(planOf(inventoryOf([]), {all: true}).cutoff).to.equal(undefined)
  })

  it('says where and when it was made, and what is never touched, and archives nothing by itself', () => {
    const plan = planOf(inventoryOf([], {standard: ['kim/smoltrace-tasks']}), {all: true})
    const standard = ['kim/smoltrace-tasks']
    expect(plan).to.deep.include({namespace: 'kim', now: NOW, standard, archives: false})
  })

  it('cannot be changed by anybody who sees it, in none of its parts', () => {
    const plan = planOf(inventoryOf(runDatasets(OLD), {leaderboard: leaderboardDataset()}), {all: true})
    const [first] = plan.delete
    const [dataset] = first?.datasets ?? []
    for (const part of [plan, plan.delete, first, first?.datasets, dataset, plan.leaderboard?.dataset])
      expect(part).to.be.an.instanceOf(Object).and.to.be.frozen
  })

  describe('is confirmed with', () => {
    const cases: Array<[options: RetentionOptions, phrase: string]> = [
      [{olderThan: '7d'}, 'DELETE'],
      [{deleteLeaderboard: true}, 'DELETE'],
      [{all: true}, 'YES DELETE ALL'],
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

    const cases: Array<[title: string, options: RetentionOptions, types: string[]]> = [
      ['[S12] never includes it with --all alone', {all: true}, ['metrics', 'traces', 'results']],
      [
        'puts it last with --delete-leaderboard',
        {all: true, deleteLeaderboard: true},
        ['metrics', 'traces', 'results', 'leaderboard'],
      ],
      ['is the whole plan with --delete-leaderboard alone', {deleteLeaderboard: true}, ['leaderboard']],
    ]
    for (const [title, options, types] of cases) {
      it(title, () => {
        expect(typesIn(planOf(inventory, options))).to.deep.equal(types)
        expect(typesIn(planOf(inventoryOf([]), options))).to.deep.equal([])
      })
    }

    it('deletes the oldest run first, of one moment by name', () => {
      const datasets = Object.entries({[OLD]: 12, '20260801_120002': 12, '20260801_120001': 11}).map(
        ([stamp, hour]) => runDataset('results', stamp, {createdAt: new Date(`2026-08-01T${hour}:00:00Z`)}),
      )
      const mixed = {...inventory, datasets}
      const order = inOrderOfDeletion(planOf(mixed, {all: true}))
      expect(order.map(({run}) => run.timestamp.slice(-3))).to.deep.equal(['001', '000', '002'])
    })

    it('frees with it what it takes up, and says of how many that is unknown', () => {
      const plan = planOf(inventory, {all: true, deleteLeaderboard: true})
      const sizes = new Map(plannedDatasets(plan).map(({name}, index) => [name, 10 ** index]))
      sizes.delete(`kim/smoltrace-traces-${OLD}`)
      expect(freedBy(plan, sizes)).to.deep.equal({bytes: 1101, unknown: 1})
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

    const named = (names: string[], protection: Protection = {}, at = inventory) => {
      const plan = makePlanOfNames(at, names, protection)
      return {plan, names: plannedDatasets(plan).map(({name}) => name)}
    }

    it('has exactly the named datasets, in the order of deletion', () => {
      const {plan, names} = named([`kim/smoltrace-results-${OLD}`, `kim/smoltrace-metrics-${OLD}`])
      expect(names).to.deep.equal([`kim/smoltrace-metrics-${OLD}`, `kim/smoltrace-results-${OLD}`])
      expect(runsOf(plan.keep)).to.deep.equal([NEW])
      expect(plan.rules).to.deep.include({run: [OLD], graceMs: 0})
      expect(plan.delete[0]?.reasons).to.deep.equal([{rule: 'run', text: 'named'}])
      expect(plan.keep[0]?.reasons).to.deep.equal([{rule: 'run', text: 'not named'}])
    })

    it('keeps a pinned run that is named, and says why', () => {
      const both = [OLD, NEW].map((run) => `kim/smoltrace-results-${run}`)
      const {plan, names} = named(both, {runs: {[OLD]: {by: 'ann', at: NOW}}})
      expect(names).to.deep.equal([`kim/smoltrace-results-${NEW}`])
      expect(runsOf(plan.keep)).to.deep.equal([OLD])
      const text = 'pinned by ann (half: not in its card)'
      expect(plan.keep[0]?.reasons).to.deep.equal([{rule: 'pinned', text}])
    })

    it('leaves out names that are not there, and has the leaderboard only where it is named', () => {
      expect(named(['kim/smoltrace-results-20200101_000000', '']).names).to.deep.equal([])
      expect(named(['kim/smoltrace-leaderboard']).names).to.deep.equal(['kim/smoltrace-leaderboard'])
      expect(named([`kim/smoltrace-results-${OLD}`]).plan.leaderboard?.planned).to.equal(false)
      const without = named(['kim/smoltrace-leaderboard', ''], {}, inventoryOf([]))
      expect(without.names).to.deep.equal([])
      expect(without.plan.rules.deleteLeaderboard).to.equal(false)
    })
  })
})
