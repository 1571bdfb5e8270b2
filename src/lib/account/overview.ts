import {type RunType} from '../base/names.js'
import {byText, capitalize} from '../base/text.js'
import {cutoffOf, parseAge} from '../base/time.js'
import {type ConnectionOptions, machineTime, openSession, type Session} from '../hub/session.js'
import {discover, type Inventory, type RunDataset} from './datasets.js'
import {hasMetrics, lostRows, type RunRows} from './leaderboard/index.js'
import {readRowIndexIfPossible} from './leaderboard/read.js'
import {readProtectionIfPossible} from './protection/file.js'
import {pinOn} from './protection/pins.js'
import {isUnfinished, RUN_STATES, type RunContext, type RunState, stateOf} from './run-state.js'
import {
  datasetsIn,
  DEFAULT_GRACE_MS,
  groupDatasetsByRun,
  isOlderThan,
  mayBeUploading,
  type Run,
} from './runs.js'
import {readSizesIfAsked, sizeOf, type Sizes, type SizesOption} from './sizes.js'

export interface OverviewOptions extends ConnectionOptions, SizesOption {
  /** Only runs this old: `30d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Only runs that lack a type and, by the leaderboard, did not finish. It needs `withRows`. */
  incompleteOnly?: boolean | undefined
  /** Uses the datasets alone. */
  ignoreLeaderboard?: boolean | undefined
  /** Asks the leaderboard about each run. */
  withRows?: boolean | undefined
}

/** What a namespace holds, for commands that only look; a warning says why something in it is unknown. */
export interface Overview extends RunContext {
  inventory: Inventory
  /** Those that the options choose, newest first. */
  runs: Run[]
  /** The cutoff of `olderThan`. */
  cutoff: Date | undefined
  warnings: string[]
}

/**
 * Looks at a namespace without changing anything.
 * @throws UsageError where `olderThan` is not an age; else as `discoverSmoltraceDatasets`
 */
export async function readOverview(options: OverviewOptions): Promise<Overview> {
  const {olderThan, incompleteOnly, ignoreLeaderboard, withRows} = options
  const age = olderThan === undefined ? undefined : parseAge(olderThan)
  if (age) cutoffOf(age, machineTime(options))
  const session = await openSession(options)
  const {hub, now, warnings} = session
  const sizes = await readSizesIfAsked(session, options)
  const inventory = await discover(session, {isReadOnly: true})
  const protection = await readProtectionIfPossible(hub, inventory, warnings)
  const all = groupDatasetsByRun(inventory.datasets)
  const {rows, isCertain} = withRows ? await readRows(session, inventory, all) : UNKNOWN
  if (incompleteOnly && !ignoreLeaderboard && !isCertain)
    warnings.push(
      '`incompleteOnly` shows only what certainly did not finish: add `ignoreLeaderboard` to use the datasets alone.',
    )
  const cutoff = age && cutoffOf(age, now)
  const isChosen = (run: Run) => (ignoreLeaderboard ? !run.complete : isUnfinished(run, rows))
  const runs = all.filter(
    (run) => (!cutoff || isOlderThan(run, cutoff)) && (!incompleteOnly || isChosen(run)),
  )
  return {inventory, now, runs, cutoff, protection, rows, sizes, warnings}
}

/** What the leaderboard says of runs, and whether that is the whole truth; a warning says where it is not. */
type RowsRead = Pick<RunContext, 'rows'> & {isCertain: boolean}
const UNKNOWN: RowsRead = {rows: 'unknown', isCertain: false}

async function readRows(
  {hub, warnings}: Session,
  {leaderboard, now}: Inventory,
  runs: readonly Run[],
): Promise<RowsRead> {
  const read = await readRowIndexIfPossible(hub, leaderboard, warnings)
  if (read === 'unknown') return UNKNOWN
  const {index} = read
  const count = read.rows.length
  const none = leaderboard ? 'the leaderboard has no rows' : 'there is no leaderboard'
  const problem = count === 0 ? none : lostRows(runs, index, now, DEFAULT_GRACE_MS)
  if (problem === undefined) return {rows: index, isCertain: true}
  warnings.push(`${capitalize(problem)}: which runs finished is not known.`)
  if (count === 0) return UNKNOWN
  // Where rows were lost, a run without a row may have finished all the same.
  const others = runs.filter((run) => !run.complete && !hasMetrics(run))
  const rows = new Map([...others.map(({timestamp}) => [timestamp, LOST] as const), ...index])
  return {rows, isCertain: false}
}

const LOST: RunRows = {exact: [], all: [], standing: 'unclear'}

export type DatasetOrder = 'created' | 'modified' | 'name' | 'size'

/** The datasets of runs, of some types only, in one order: newest first, largest first, or by name. */
export function datasetsOf(
  runs: Run[],
  sort: DatasetOrder,
  {only = [], sizes = 'unknown'}: {only?: RunType[] | undefined; sizes?: Sizes | undefined} = {},
): RunDataset[] {
  const rank = RANKS[sort]
  return datasetsIn(runs)
    .filter(({type}) => only.length === 0 || only.includes(type))
    .map((dataset) => ({dataset, most: rank(dataset, sizes)}))
    .sort((a, b) => b.most - a.most || byText(a.dataset.name, b.dataset.name))
    .map(({dataset}) => dataset)
}

/** The runs of these datasets that are pinned now, newest first; null where the protection is unknown. */
export function pinnedAmong(
  {runs, protection, now}: Overview,
  datasets: readonly RunDataset[],
): string[] | null {
  if (protection === 'unknown') return null
  const shown = new Set(datasets.map(({timestamp}) => timestamp))
  return runs
    .filter((run) => shown.has(run.timestamp) && pinOn(run, protection, now))
    .map(({timestamp}) => timestamp)
}

/** What comes first has most of it. */
const RANKS: Readonly<Record<DatasetOrder, (dataset: RunDataset, sizes: Sizes) => number>> = {
  created: ({createdAt}) => createdAt.getTime(),
  modified: ({lastModified}) => lastModified.getTime(),
  name: () => 0,
  // Behind an empty one.
  size: (dataset, sizes) => sizeOf(dataset, sizes) ?? -1,
}

export interface RunTotals {
  runs: number
  complete: number
  incomplete: number
  /** Of the incomplete ones. */
  mayBeUploading: number
  datasets: number
  /** By what the leaderboard says of them too. */
  states: Record<RunState, number>
}

/** Counts the runs of an overview, by the datasets they have and by state. */
export function totalsOf(overview: Pick<Overview, 'now' | 'rows' | 'runs'>): RunTotals {
  const {now, runs} = overview
  const states = Object.fromEntries(RUN_STATES.map((state) => [state, 0])) as RunTotals['states']
  for (const run of runs) states[stateOf(run, overview)]++
  const complete = runs.filter((run) => run.complete).length
  return {
    runs: runs.length,
    complete,
    incomplete: runs.length - complete,
    mayBeUploading: runs.filter((run) => mayBeUploading(run, now, DEFAULT_GRACE_MS)).length,
    datasets: datasetsIn(runs).length,
    states,
  }
}
