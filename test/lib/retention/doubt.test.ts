import {expect} from 'chai'
import * as fc from 'fast-check'

import {METRIC_NAMES} from '../../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS, STATUSES} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, runDatasets} from '../../support/builders.js'
import {type Cells, decisionsOf, deletedBy, knowing, named, rowsIn} from '../../support/rows.js'

const RUNS = {numRuns: 500}

/** Up to six runs, a few hours apart, not all of them complete. */
const someRuns: fc.Arbitrary<Run[]> = fc
  .array(fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}), {minLength: 3, maxLength: 6})
  .map((all) =>
    groupDatasetsByRun(
      all.flatMap((types, index) => {
        const createdAt = ago((index + 1) * 20 * HOUR)
        return runDatasets(createdAt, types, {createdAt})
      }),
    ),
  )

const someText = fc.constantFrom('a', 'a', 'b', null)

/** What a row about a run holds beside the names, all of it in order. */
const someFacts: fc.Arbitrary<Cells> = fc.record({
  run_status: fc.constantFrom('completed', 'completed', 'completed', 'partial', 'failed', null),
  success_rate: fc.constantFrom(10, 50, 50, 90, null),
  pass_at_1: fc.constantFrom(0.1, 0.5, 0.9, null),
  avg_duration_ms: fc.constantFrom(1, 5, 9, null),
  total_tokens: fc.constantFrom(10, 50, 90, null),
  total_cost_usd: fc.constantFrom(0.1, 0.5, 0.9, 0, null),
  co2_emissions_g: fc.constantFrom(1, 5, 9, 0, null),
  model: someText,
  agent_type: someText,
  provider: someText,
  dataset_used: someText,
  team: someText,
  use_case: someText,
  purpose: someText,
  suite_version: someText,
})

const COLUMNS = [...GROUP_COLUMNS, ...METRIC_NAMES, 'run_status'] as const

const someCell = (columns: readonly string[], cells: unknown[]): fc.Arbitrary<Cells> =>
  fc.tuple(fc.constantFrom(...columns), fc.constantFrom(...cells)).map(([column, cell]) => ({[column]: cell}))

/** One cell that holds what cannot be relied on. */
const someDamage: fc.Arbitrary<Cells> = fc.oneof(
  someCell(METRIC_NAMES, ['95.5', 'n/a', -1, Number.NaN, Infinity, true]),
  someCell(['success_rate', 'pass_at_1'], [100.1, 1e9]),
  someCell(['total_cost_usd', 'co2_emissions_g'], [0]),
  someCell(GROUP_COLUMNS, [7, true, {a: 1}]),
  someCell(['run_status'], ['success', 'Completed', 'completed ', 'degraded', '', 7]),
)

/** A row that says nothing certain, whatever it is asked. */
const HOPELESS: Cells = Object.fromEntries([
  ...METRIC_NAMES.map((column) => [column, 'n/a']),
  ...GROUP_COLUMNS.map((column) => [column, 7]),
  ['run_status', 'success'],
])

interface Case {
  runs: Run[]
  /** A row for each run, or none. */
  rows: Array<Cells | undefined>
  options: RetentionOptions
}

const few = fc.integer({min: 1, max: 2})
const someColumns = fc.subarray([...GROUP_COLUMNS], {minLength: 1, maxLength: 2})
const someMetric = fc.constantFrom(...METRIC_NAMES)

const someKeeping: fc.Arbitrary<RetentionOptions> = fc.oneof(
  fc.constant({}),
  fc.record({keepRecent: few}),
  fc.record({keepBest: few, by: someMetric}),
  fc.record({keepRecent: few, keepBest: few, by: someMetric}),
  fc.record({keepBest: few, by: someMetric, groupBy: someColumns}),
  fc.record({keepRecent: few, keepMonthly: few, groupBy: someColumns}),
)

const someSelecting: fc.Arbitrary<RetentionOptions> = fc
  .record({
    olderThan: fc.constantFrom('1d', '2d', '4d'),
    incompleteOnly: fc.constant(true),
    model: fc.constantFrom(['a'], ['*'], ['b', 'c']),
    team: fc.constantFrom(['a'], ['a', 'b']),
    purpose: fc.constantFrom(['b'], ['a', 'b']),
    status: fc.subarray([...STATUSES], {minLength: 1}),
    scoreBelow: fc.constantFrom(20, 60, 100),
    unreferenced: fc.constant(true),
  })
  .chain((all) =>
    fc
      .subarray(Object.entries(all), {maxLength: 1})
      .map((chosen): RetentionOptions => Object.fromEntries(chosen)),
  )

const someOptions = fc
  .tuple(someKeeping, someSelecting)
  .map(([keepers, selectors]): RetentionOptions => {
    // The score that a limit is in is that of the other rule, too.
    const by = selectors.scoreBelow === undefined ? keepers.by : 'success_rate'
    return {...keepers, ...selectors, ...(by && {by}), grace: '0'}
  })
  .filter((options) => Object.keys(options).some((name) => !['by', 'grace', 'groupBy'].includes(name)))

const someCase: fc.Arbitrary<Case> = someRuns.chain((runs) =>
  fc.record({
    runs: fc.constant(runs),
    rows: fc.tuple(...runs.map(() => fc.option(someFacts, {freq: 8, nil: undefined}))),
    options: someOptions,
  }),
)

/** The row of a run, which names its datasets exactly. */
function about(run: Run, facts: Cells): Cells {
  return {...facts, results_dataset: named('results', run.timestamp)}
}

function rowsOf({runs, rows}: Case): Cells[] {
  return runs.flatMap((run, index) => {
    const facts = rows[index]
    return facts ? [about(run, facts)] : []
  })
}

const going = ({runs, options}: Case, cells: Cells[]) =>
  deletedBy(decisionsOf(runs, options, knowing(...rowsIn(cells))))

describe('[S11] what is in doubt never makes more go', () => {
  it('where one value of a row is damaged', () => {
    fc.assert(
      fc.property(someCase, fc.nat(5), someDamage, (each, index, damage) => {
        const place = index % each.runs.length
        fc.pre(each.rows[place] !== undefined)
        const damaged = each.rows.with(place, {...each.rows[place], ...damage})
        expect(going(each, rowsOf(each))).to.include.members(going(each, rowsOf({...each, rows: damaged})))
      }),
      RUNS,
    )
  })

  it('where there is one doubtful row more about a run', () => {
    fc.assert(
      fc.property(
        someCase,
        fc.nat(5),
        fc.record({facts: someFacts, damage: someDamage, isFirst: fc.boolean()}),
        (each, index, {facts, damage, isFirst}) => {
          const run = each.runs[index % each.runs.length]
          if (!run) return
          const before = rowsOf(each)
          const isFirstRow = each.rows[index % each.runs.length] === undefined
          const row = about(run, isFirstRow ? HOPELESS : {...facts, ...damage})
          const after = isFirst ? [row, ...before] : [...before, row]
          expect(going(each, before)).to.include.members(going(each, after))
        },
      ),
      RUNS,
    )
  })

  it('where a second row about a run says something else', () => {
    fc.assert(
      fc.property(
        someCase,
        fc.nat(5),
        someFacts,
        fc.constantFrom(...COLUMNS),
        (each, index, facts, column) => {
          const place = index % each.runs.length
          const run = each.runs[place]
          const first = each.rows[place]
          fc.pre(run !== undefined && first !== undefined && facts[column] !== first[column])
          const before = rowsOf(each)
          const second = about(run, {...first, [column]: facts[column]})
          expect(going(each, before)).to.include.members(going(each, [...before, second]))
        },
      ),
      RUNS,
    )
  })

  it('where a row names a dataset of a run only nearly', () => {
    const forms: Array<(name: string) => string> = [
      (name) => name.replace(/^.*\//, ''),
      (name) => `https://huggingface.co/datasets/${name}/tree/main`,
      (name) => name.toUpperCase(),
      (name) => name.replace(/^.*\//, 'renamed/'),
    ]
    fc.assert(
      fc.property(someCase, fc.nat(5), someFacts, fc.constantFrom(...forms), (each, index, facts, form) => {
        const run = each.runs[index % each.runs.length]
        if (!run) return
        const before = rowsOf(each)
        const row = {...facts, results_dataset: form(named('results', run.timestamp))}
        expect(going(each, before)).to.include.members(going(each, [...before, row]))
      }),
      RUNS,
    )
  })

  it('where the row of a run with metrics is gone, but for --unreferenced, which asks for just that', () => {
    fc.assert(
      fc.property(someCase, fc.nat(5), (each, index) => {
        const place = index % each.runs.length
        const run = each.runs[place]
        fc.pre(run !== undefined && !run.missing.includes('metrics') && each.rows[place] !== undefined)
        fc.pre(!each.options.unreferenced)
        const without = {...each, rows: each.rows.map((row, at) => (at === place ? undefined : row))}
        expect(going(each, rowsOf(each))).to.include.members(going(each, rowsOf(without)))
      }),
      RUNS,
    )
  })

  it('in cases of which many make something go, so that this means anything', () => {
    const cases = fc.sample(someCase, {numRuns: 400, seed: 1})
    const some = cases.filter((each) => going(each, rowsOf(each)).length > 0)
    expect(some.length).to.be.above(80)
  })
})
