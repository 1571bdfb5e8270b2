import {expect} from 'chai'
import * as fc from 'fast-check'

import {METRIC_NAMES} from '../../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS, type LeaderboardRow, STATUSES} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {type Decision} from '../../../src/lib/retention/decide.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, NOW, someInventory, someKeepers} from '../../support/builders.js'
import {decisionsOf, deletedBy, knowing, rowOf} from '../../support/rows.js'

const RUNS = {numRuns: 400}

interface Case {
  runs: Run[]
  rows: LeaderboardRow[]
  keepers: RetentionOptions
  selectors: RetentionOptions
}

const someName = fc.option(fc.constantFrom('a', 'b', 'a, team b'), {nil: undefined})
const someScore = fc.option(fc.constantFrom(0, 0.5, 1, 1, 2), {nil: undefined})

function someRows(runs: Run[]): fc.Arbitrary<LeaderboardRow[]> {
  const names = runs.flatMap(({datasets}) => datasets.map(({name}) => name))
  const facts = fc.record({
    resultsDataset: fc.constantFrom(...names, 'kim/smoltrace-results-20200101_000000', 'local:out'),
    runStatus: fc.option(fc.constantFrom('completed', 'completed', 'failed', 'partial', 'aborted'), {
      nil: undefined,
    }),
    timestamp: fc.option(fc.constantFrom('2026-09-01T10:00:00', '2026-09-02T10:00:00'), {nil: undefined}),
    model: someName,
    team: someName,
    purpose: someName,
    successRate: someScore,
    totalCostUsd: someScore,
  })
  return fc.array(
    facts.map((row) => rowOf(row)),
    {maxLength: 16},
  )
}

const someRowKeepers: fc.Arbitrary<RetentionOptions> = fc
  .tuple(
    fc.option(someKeepers, {nil: {}}),
    fc.option(fc.record({keepBest: fc.integer({min: 1, max: 4}), by: fc.constantFrom(...METRIC_NAMES)}), {
      nil: {},
    }),
  )
  .map((parts): RetentionOptions => Object.assign({}, ...parts))

const someRowSelectors: fc.Arbitrary<RetentionOptions> = fc
  .record({
    olderThan: fc.constantFrom('1d', '20d', '60d'),
    model: fc.constantFrom(['a'], ['a*'], ['*'], ['b', 'c']),
    team: fc.constantFrom(['a'], ['a', 'b']),
    purpose: fc.constantFrom(['b'], ['a', 'b']),
    status: fc.subarray([...STATUSES], {minLength: 1}),
    unreferenced: fc.constant(true),
  })
  .chain((all) =>
    fc
      .subarray(Object.entries(all), {minLength: 1, maxLength: 2})
      .map((chosen): RetentionOptions => Object.fromEntries(chosen)),
  )

const someCase: fc.Arbitrary<Case> = someInventory.chain(({datasets}) => {
  const runs = groupDatasetsByRun(datasets)
  return fc.record({
    runs: fc.constant(runs),
    rows: someRows(runs),
    keepers: someRowKeepers,
    selectors: someRowSelectors,
  })
})

const decide = ({runs, rows}: Case, options: RetentionOptions, now = NOW) =>
  decisionsOf(runs, options, knowing(...rows), now)

const going = (each: Case, options: RetentionOptions) => deletedBy(decide(each, options))

describe('rules by the leaderboard', () => {
  it('keep no less with a keeper more', () => {
    fc.assert(
      fc.property(someCase, someRowKeepers, (each, more) => {
        const before = going(each, {...each.keepers, ...each.selectors})
        expect(before).to.include.members(going(each, {...more, ...each.keepers, ...each.selectors}))
      }),
      RUNS,
    )
  })

  it('select no more with a selector more', () => {
    fc.assert(
      fc.property(someCase, someRowSelectors, (each, more) => {
        const before = going(each, {...each.keepers, ...each.selectors})
        expect(before).to.include.members(going(each, {...each.keepers, ...more, ...each.selectors}))
      }),
      RUNS,
    )
  })

  it('[S5] keep no less in groups than together', () => {
    fc.assert(
      fc.property(
        someCase,
        fc.integer({min: 1, max: 4}),
        fc.subarray([...GROUP_COLUMNS], {minLength: 1}),
        (each, keepRecent, groupBy) => {
          const options = {...each.keepers, ...each.selectors, keepRecent}
          expect(going(each, options)).to.include.members(going(each, {...options, groupBy}))
        },
      ),
      RUNS,
    )
  })

  it('select no run without a row, but for --unreferenced', () => {
    fc.assert(
      fc.property(someCase, (each) => {
        const selectors = {...each.selectors, unreferenced: false}
        const byRows = Object.keys(selectors).some((name) => name !== 'olderThan' && name !== 'unreferenced')
        fc.pre(byRows)
        const cited = new Set(each.rows.flatMap(({resultsDataset = ''}) => resultsDataset.slice(-15)))
        for (const run of going(each, {...selectors, grace: '0'})) expect(cited.has(run), run).to.equal(true)
      }),
      RUNS,
    )
  })

  it('keep the best: what goes is no better than any of those', () => {
    fc.assert(
      fc.property(someCase, fc.integer({min: 1, max: 4}), (each, keepBest) => {
        const scores = (action: Decision['action']) =>
          decide(each, {keepBest, by: 'cost', grace: '0'})
            .filter((decision) => decision.action === action)
            .flatMap(({reasons}) => reasons.flatMap(({rule, text}) => (rule === 'keep-best' ? text : [])))
            .flatMap((text) => /\((\d+(?:\.\d+)?)\)/.exec(text)?.[1] ?? [])
            .map(Number)
        const kept = scores('keep')
        expect(kept.length).to.be.at.most(keepBest)
        for (const score of scores('delete')) {
          expect(kept).to.have.length(keepBest)
          expect(score).to.be.at.least(Math.max(...kept))
        }
      }),
      RUNS,
    )
  })

  it('do not depend on the order of the runs, or of the flags', () => {
    const shuffledCase = someCase.chain((each) =>
      fc.record({
        each: fc.constant(each),
        runs: fc.shuffledSubarray(each.runs, {minLength: each.runs.length}),
        groupBy: fc.shuffledSubarray(['model', 'team', 'purpose'] as const, {minLength: 3}),
      }),
    )
    fc.assert(
      fc.property(shuffledCase, ({each, runs, groupBy}) => {
        const inOrder = (decisions: Decision[]) =>
          decisions.toSorted((a, b) => (a.run.timestamp < b.run.timestamp ? -1 : 1))
        const options = {...each.selectors, ...each.keepers, keepRecent: 1}
        const flags = Object.fromEntries(Object.entries(options).toReversed())
        const first = decide(each, {...options, groupBy: ['model', 'team', 'purpose']})
        const second = decide({...each, runs}, {...flags, groupBy})
        expect(inOrder(second)).to.deep.equal(inOrder(first))
      }),
      RUNS,
    )
  })

  it('make no more go by an earlier clock', () => {
    fc.assert(
      fc.property(someCase, fc.integer({min: 1, max: 24 * 60}), (each, hours) => {
        const options = {...each.keepers, ...each.selectors}
        const early = ago(hours * 60 * 60 * 1000)
        const before = going(each, options)
        expect(before).to.include.members(deletedBy(decide(each, options, early)))
      }),
      RUNS,
    )
  })

  it('make something go often enough for this to mean anything', () => {
    // Always the same cases: how many it is of others differs, and says nothing of the rules.
    const cases = fc.sample(someCase, {numRuns: 400, seed: 1})
    const some = cases.filter((each) => going(each, {...each.keepers, ...each.selectors}).length > 0)
    expect(some.length).to.be.above(10)
    const ranked = cases.filter((each) => going(each, {keepBest: 1}).length > 0)
    expect(ranked.length).to.be.above(30)
  })
})
