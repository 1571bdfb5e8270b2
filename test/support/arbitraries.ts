import * as fc from 'fast-check'

import {type Inventory, type RunDataset} from '../../src/lib/account/datasets.js'
import {type LeaderboardRow} from '../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun} from '../../src/lib/account/runs.js'
import {formatTimestamp, RUN_TYPES, type RunType} from '../../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../../src/lib/base/time.js'
import {type RetentionOptions} from '../../src/lib/retention/rules.js'
import {ago, inventoryOf, later, leaderboardDataset, runDataset} from './builders.js'
import {A, named} from './rows.js'

/** Dates that are apt to break calculations with dates. */
const HOSTILE_DATES = [
  '0100-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '2024-02-29T12:00:00Z',
  '2025-03-30T02:30:00+01:00',
  '2025-10-26T02:30:00+01:00',
  '2026-03-08T02:30:00-05:00',
  '2026-10-04T02:30:00+10:00',
  '2026-10-05T12:00:00Z',
  '2026-12-31T23:59:59Z',
  '2038-01-19T03:14:08Z',
  // What follows it is still in the years that ISO 8601 writes with four digits.
  '9990-12-31T23:59:59Z',
].map((text) => new Date(text))

/** Moments of evaluations: mostly of the last months, some just now or in the future, some apt to break things. */
export const someMoment: fc.Arbitrary<Date> = fc.oneof(
  {weight: 6, arbitrary: fc.integer({min: 0, max: 90 * 24 * 60}).map((minutes) => ago(minutes * MINUTE))},
  {weight: 2, arbitrary: fc.integer({min: -72, max: 24}).map((hours) => ago(hours * HOUR))},
  {weight: 1, arbitrary: fc.constantFrom(...HOSTILE_DATES)},
)

/** Any character, and halves of some. fast-check's own `binary` takes more than a second to prepare what shrinks it. */
export const someCodePoint: fc.Arbitrary<string> = fc
  .integer({min: 0, max: 0x10_ff_ff})
  .map((code) => String.fromCodePoint(code))

/** How far the Hub's date of creation is from the name read as UTC: time zones, and clocks gone wrong. */
const someDistance: fc.Arbitrary<number> = fc.oneof(
  {weight: 8, arbitrary: fc.integer({min: -14 * 60, max: 14 * 60}).map((minutes) => minutes * MINUTE)},
  {
    weight: 1,
    arbitrary: fc.constantFrom(-48 * HOUR - 1, -48 * HOUR, 48 * HOUR, 48 * HOUR + 1, 400 * DAY, -400 * DAY),
  },
)

const someTypes = fc.subarray<RunType>([...RUN_TYPES], {minLength: 1})
const three = <T>(each: fc.Arbitrary<T>) => fc.array(each, {minLength: 3, maxLength: 3})

/** The datasets of one run, one to three of them. */
const someRun: fc.Arbitrary<RunDataset[]> = fc
  .record({
    moment: someMoment,
    types: fc.oneof(fc.constant<RunType[]>([...RUN_TYPES]), someTypes),
    distances: three(someDistance),
    changes: three(fc.constantFrom(0, 0, MINUTE, 5 * HOUR, 30 * DAY)),
  })
  .map(({moment, types, distances, changes}) =>
    types.map((type, index) => {
      const createdAt = later(moment, distances[index] ?? 0)
      const lastModified = later(createdAt, changes[index] ?? 0)
      return runDataset(type, formatTimestamp(moment), {createdAt, lastModified})
    }),
  )

/** Inventories of up to a dozen runs, no two of them of one second, in the order of a listing that means nothing. */
export const someInventory: fc.Arbitrary<Inventory> = fc
  .record({
    runs: fc.uniqueArray(someRun, {maxLength: 12, selector: ([first]) => first?.timestamp}),
    leaderboard: fc.option(fc.constant(leaderboardDataset()), {freq: 2, nil: undefined}),
  })
  .chain(({runs, leaderboard}) => {
    const datasets = runs.flat()
    return fc
      .shuffledSubarray(datasets, {minLength: datasets.length})
      .map((shuffled) => inventoryOf(shuffled, {leaderboard}))
  })

const someAge = fc.oneof(
  fc.constantFrom('1h', '12h', '1d', '7', '7d', '2w', '1m', '2mo', '1y', '1w3d', '2026-09-01', '2026-10-05'),
  fc.integer({min: 1, max: 90}).map((days) => `${days}d`),
)
const someGrace = fc.constantFrom('0', '30min', '6h', '1d', '2w')
const someCount = fc.integer({min: 1, max: 8})
const KEEPERS = {
  keepRecent: someCount,
  keepWithin: fc.constantFrom('1h', '12h', '7d', '2w', '1m', '1y'),
  keepHourly: someCount,
  keepDaily: someCount,
  keepWeekly: someCount,
  keepMonthly: someCount,
  keepYearly: someCount,
}

/** At least one of these options. */
const someOf = (options: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<RetentionOptions> =>
  fc.record(options, {requiredKeys: []}).filter((chosen) => Object.keys(chosen).length > 0)

/** Keepers that need to know nothing but the runs' dates, at least one. */
export const someKeepers = someOf(KEEPERS)

/** Options that go together: a selector or a keeper, perhaps with a scope; all runs, a scope alone, or the leaderboard alone. */
function someOptions({datasets}: Inventory): fc.Arbitrary<RetentionOptions> {
  const timestamps = [...new Set(datasets.map(({timestamp}) => timestamp))]
  const run = timestamps.length > 0 && {run: fc.subarray(timestamps, {minLength: 1})}
  const selectors = someOf({olderThan: someAge, incompleteOnly: fc.constant(true), ...run})
  const rules = fc.oneof(
    {weight: 3, arbitrary: fc.tuple(selectors, someKeepers)},
    {weight: 1, arbitrary: fc.tuple(selectors)},
    {weight: 1, arbitrary: fc.tuple(someKeepers)},
  )
  const scope = {grace: someGrace, only: someTypes, deleteLeaderboard: fc.boolean()}
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(rules, fc.record(scope, {requiredKeys: []}))
        .map(([parts, more]) => Object.assign({}, ...parts, more)),
    },
    {weight: 1, arbitrary: fc.record({all: fc.constant(true), grace: someGrace, only: someTypes})},
    {weight: 1, arbitrary: fc.record({only: someTypes})},
    {weight: 1, arbitrary: fc.constantFrom({all: true, grace: '0'}, {all: true}, {deleteLeaderboard: true})},
  )
}

/** An inventory and options that fit it. */
export const someCase = someInventory.chain((inventory) =>
  someOptions(inventory).map((options) => ({inventory, options})),
)

const STATUSES = ['completed', 'failed', 'partial', 'aborted', 'Completed', undefined]

/** Rows about these runs, or about none of them. */
function someRow(timestamps: string[]): fc.Arbitrary<LeaderboardRow> {
  const timestamp = fc.constantFrom(...timestamps, A)
  const name = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom(...RUN_TYPES), timestamp).map((parts) => named(...parts)),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(undefined, 'local:out/x', 'other/smoltrace-results-20260901_120000'),
    },
  )
  return fc.record({
    resultsDataset: name,
    tracesDataset: name,
    metricsDataset: name,
    runStatus: fc.constantFrom(...STATUSES),
    timestamp: fc.constantFrom('2026-09-01T10:00:00', '2026-09-02T10:00:00'),
    successRate: fc.option(fc.double({min: 0, max: 100, noNaN: true}), {nil: undefined}),
  }) as fc.Arbitrary<LeaderboardRow>
}

/** Any runs, and rows about them. */
export const someRows = someInventory.chain(({datasets}) => {
  const runs = groupDatasetsByRun(datasets)
  const row = someRow(runs.map(({timestamp}) => timestamp))
  return fc.record({runs: fc.constant(runs), rows: fc.array(row, {maxLength: 8}), row})
})
