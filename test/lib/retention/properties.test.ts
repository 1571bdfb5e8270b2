import {expect} from 'chai'
import * as fc from 'fast-check'

import {METRIC_NAMES} from '../../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS, STATUSES} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {type Decision} from '../../../src/lib/retention/decide.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {someInventory, someKeepers} from '../../support/arbitraries.js'
import {ago, NOW, runDatasets} from '../../support/builders.js'
import {type Cells, decisionsOf, deletedBy, knowing, named, rowsIn} from '../../support/rows.js'

/** Up to six runs, a few hours apart, not all of them complete; or any runs. */
const someRuns: fc.Arbitrary<Run[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}), {minLength: 3, maxLength: 6})
      .map((all) =>
        all.flatMap((types, index) => {
          const createdAt = ago((index + 1) * 20 * HOUR)
          return runDatasets(createdAt, types, {createdAt})
        }),
      )
      .map((datasets) => groupDatasetsByRun(datasets)),
  },
  {
    weight: 1,
    arbitrary: someInventory
      .map(({datasets}) => groupDatasetsByRun(datasets))
      .filter((runs) => runs.length > 0),
  },
)

const someText = fc.constantFrom('a', 'a', 'b', 'a, team b', null)
/** What a row about a run holds beside the names, all of it in order. */
const someFacts: fc.Arbitrary<Cells> = fc.record({
  run_status: fc.constantFrom('completed', 'completed', 'completed', 'partial', 'failed', null),
  success_rate: fc.constantFrom(10, 50, 50, 90, null),
  pass_at_1: fc.constantFrom(0.1, 0.5, 0.9, null),
  avg_duration_ms: fc.constantFrom(1, 5, 9, null),
  total_tokens: fc.constantFrom(10, 50, 90, null),
  total_cost_usd: fc.constantFrom(0.1, 0.5, 0.9, 0, null),
  co2_emissions_g: fc.constantFrom(1, 5, 9, 0, null),
  ...Object.fromEntries(['use_case', ...GROUP_COLUMNS].map((column) => [column, someText])),
})

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

const few = fc.integer({min: 1, max: 2})
const someColumns = fc.subarray([...GROUP_COLUMNS], {minLength: 1, maxLength: 2})
const someBest = fc.record({keepBest: few, by: fc.constantFrom(...METRIC_NAMES)})
const both = (a: fc.Arbitrary<RetentionOptions>, b: fc.Arbitrary<RetentionOptions>) =>
  fc.tuple(a, b).map(([one, other]): RetentionOptions => ({...one, ...other}))
const someRowKeepers: fc.Arbitrary<RetentionOptions> = fc.oneof(
  fc.constant({}),
  fc.record({keepRecent: few}),
  someBest,
  both(someBest, fc.record({keepRecent: few})),
  both(someBest, fc.record({groupBy: someColumns})),
  both(someBest, someKeepers),
  fc.record({keepRecent: few, keepMonthly: few, groupBy: someColumns}),
  someKeepers,
)
const selectorsUpTo = (maxLength: number): fc.Arbitrary<RetentionOptions> =>
  fc
    .record({
      olderThan: fc.constantFrom('1d', '2d', '4d', '20d'),
      incompleteOnly: fc.constant(true),
      model: fc.constantFrom(['a'], ['*'], ['b', 'c']),
      team: fc.constantFrom(['a'], ['a', 'b']),
      purpose: fc.constantFrom(['b'], ['a', 'b']),
      status: fc.subarray([...STATUSES], {minLength: 1}),
      scoreBelow: fc.constantFrom(20, 60, 100),
      unreferenced: fc.constant(true),
    })
    .chain((all) => fc.subarray(Object.entries(all), {maxLength}))
    .map((chosen) => Object.fromEntries(chosen))

/** Keepers and selectors that go together: the score that a limit is in is that of the other rule, too. */
function together(keepers: RetentionOptions, selectors: RetentionOptions, grace?: string): RetentionOptions {
  const by = selectors.scoreBelow === undefined ? keepers.by : 'success_rate'
  return {...keepers, ...selectors, ...(by && {by}), grace}
}

/** The row of a run, which names its datasets exactly. */
const about = (run: Run, facts: Cells): Cells => ({
  ...facts,
  results_dataset: named('results', run.timestamp),
})

interface Situation {
  runs: Run[]
  rows: Cells[]
  options: RetentionOptions
  now?: Date
}

/** Runs with or without a row, rules, and what may come to them. */
const some = someRuns.chain((runs) =>
  fc
    .record({
      runs: fc.constant(runs),
      /** A row for each run, or none. */
      facts: fc.tuple(...runs.map(() => fc.option(someFacts, {freq: 8, nil: undefined}))),
      keepers: someRowKeepers,
      selectors: selectorsUpTo(1),
      grace: fc.constantFrom('0', '0', '0', '1d'),
      place: fc.nat(runs.length - 1),
      more: someFacts,
      damage: someDamage,
      column: fc.constantFrom(...GROUP_COLUMNS, ...METRIC_NAMES, 'run_status'),
      isFirst: fc.boolean(),
      columns: someColumns,
      moreKeepers: someRowKeepers,
      moreSelectors: selectorsUpTo(2).map(({scoreBelow: _, ...others}) => others),
      hours: fc.integer({min: 1, max: 24 * 60}),
    })
    .filter(({keepers, selectors}) => Object.keys({...keepers, ...selectors}).length > 0)
    .map(({place, facts, keepers, selectors, grace, ...rest}) => {
      const rows = facts.map((each, index) => each && about(runs[index] as Run, each))
      const options = together(keepers, selectors, grace)
      const base: Situation = {runs, rows: rows.filter((row) => row !== undefined), options}
      const withRow = (row?: Cells) => rows.with(place, row).filter((each) => each !== undefined)
      return {...rest, base, keepers, selectors, withRow, run: runs[place] as Run, row: rows[place]}
    }),
)
type Some = typeof some extends fc.Arbitrary<infer T> ? T : never

const judge = ({runs, rows, options, now = NOW}: Situation): Decision[] =>
  decisionsOf(runs, options, knowing(...rowsIn(rows)), now)
const going = (situation: Situation) => deletedBy(judge(situation))

const NEARLY: Array<(name: string) => string> = [
  (name) => name.replace(/^.*\//, ''),
  (name) => `https://huggingface.co/datasets/${name}/tree/main`,
  (name) => name.toUpperCase(),
  (name) => name.replace(/^.*\//, 'renamed/'),
]

/** What a situation is changed to; undefined where it cannot be. */
type Change = [title: string, change: (some: Some) => Partial<Situation> | undefined]

function checkChange([title, change]: Change): void {
  it(title, () => {
    fc.assert(
      fc.property(some, (each) => {
        const changed = change(each)
        fc.pre(changed !== undefined)
        expect(going(each.base)).to.include.members(going({...each.base, ...changed}))
      }),
      {numRuns: 500},
    )
  })
}

describe('[S11] what is in doubt never makes more go', () => {
  const changes: Change[] = [
    [
      'where one value of a row is damaged',
      ({row, damage, withRow}) => row && {rows: withRow({...row, ...damage})},
    ],
    [
      'where there is one doubtful row more about a run',
      ({base, run, row, more, damage, isFirst}) => {
        // A first row, however damaged, ends the wait for it.
        if (!row && base.options.grace !== '0') return
        const doubtful = about(run, row ? {...more, ...damage} : HOPELESS)
        return {rows: isFirst ? [doubtful, ...base.rows] : [...base.rows, doubtful]}
      },
    ],
    [
      'where a second row about a run says something else',
      ({base, row, more, column}) =>
        row && more[column] !== row[column]
          ? {rows: [...base.rows, {...row, [column]: more[column]}]}
          : undefined,
    ],
    ...NEARLY.map((form, index): Change => [
      `where a row names a dataset of a run only nearly (${index + 1})`,
      ({base, run, more}) => ({
        rows: [...base.rows, {...more, results_dataset: form(named('results', run.timestamp))}],
      }),
    ]),
    [
      'where the row of a run with metrics is gone, but for --unreferenced, which asks for just that',
      ({base, run, row, withRow}) =>
        row && !run.missing.includes('metrics') && !base.options.unreferenced ? {rows: withRow()} : undefined,
    ],
  ]
  for (const change of changes) checkChange(change)
})

describe('rules make no more go', () => {
  const counts = (options: RetentionOptions) =>
    Object.keys(options).some((name) => name.startsWith('keep') && name !== 'keepWithin')
  const changes: Change[] = [
    [
      '[S5] with a keeper more',
      ({keepers, selectors, moreKeepers, base}) => ({
        options: together({...moreKeepers, ...keepers}, selectors, base.options.grace),
      }),
    ],
    [
      'with a keeper of more runs',
      ({base}) => {
        const more = Object.entries(base.options).map(([name, value]) => [
          name,
          typeof value === 'number' && name.startsWith('keep') ? value + 1 : value,
        ])
        return {options: Object.fromEntries(more)}
      },
    ],
    [
      '[S5] with a selector more',
      ({base, moreSelectors}) => ({options: {...moreSelectors, ...base.options}}),
    ],
    ['with a longer grace period', ({base}) => ({options: {...base.options, grace: '2w'}})],
    [
      '[S5] in groups than together',
      ({base, columns}) =>
        counts(base.options) && !base.options.groupBy
          ? {options: {...base.options, groupBy: columns}}
          : undefined,
    ],
    ['by an earlier clock', ({hours}) => ({now: ago(hours * HOUR)})],
  ]
  for (const change of changes) checkChange(change)
})

describe('rules by the leaderboard', () => {
  it('do not depend on the order of the runs, or of the flags', () => {
    const turn = ({runs, options, rows}: Situation): Situation => {
      const turned = Object.entries(options)
        .map(([name, value]) => [name, name === 'groupBy' ? (value as string[]).toReversed() : value])
        .toReversed()
      return {rows, runs: runs.toReversed(), options: Object.fromEntries(turned)}
    }

    const isSame = fc.property(some, ({base}) => {
      expect(judge(turn(base)).toReversed()).to.deep.equal(judge(base))
    })
    fc.assert(isSame, {numRuns: 500})
  })

  it('make something go often enough for these properties to mean anything', () => {
    // Always the same cases: how many it is of others differs, and says nothing of the rules.
    const cases = fc.sample(some, {numRuns: 400, seed: 1}).map(({base}) => base)
    expect(cases.filter((base) => going(base).length > 0).length).to.be.above(80)
    const ranked = cases.filter((base) => going({...base, options: {keepBest: 1, grace: '0'}}).length > 0)
    expect(ranked.length).to.be.above(30)
  })
})
