import {type RunType} from '../base/names.js'
import {byText, capitalized} from '../base/text.js'
import {cutoffOf, parseAge} from '../base/time.js'
import {type ConnectionOptions, machineTime, openSession, type Session} from '../hub/session.js'
import {discover, type Inventory, type RunDataset} from './datasets.js'
import {hasMetrics, lostRows, type RowIndex, type RunRows} from './leaderboard/index.js'
import {type IndexedRows, readRowIndexIfPossible} from './leaderboard/read.js'
import {readProtectionIfPossible} from './protection/file.js'
import {pinOn, type Protection} from './protection/pins.js'
import {isUnfinished, RUN_STATES, type RunState, type StateContext, stateOf} from './run-state.js'
import {DEFAULT_GRACE_MS, groupDatasetsByRun, isOlderThan, mayBeUploading, type Run} from './runs.js'
import {readSizesIfAsked, sizeOf, type Sizes, type SizesOption} from './sizes.js'

export interface OverviewOptions extends ConnectionOptions, SizesOption {
  /** Only runs this old: `30d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Only runs that lack a type; with rows, and unless `ignoreLeaderboard`, only those that did not finish. */
  incompleteOnly?: boolean | undefined
  ignoreLeaderboard?: boolean | undefined
  /** Asks the leaderboard about each run. */
  withRows?: boolean | undefined
}

/** What a namespace holds, for commands that only look. */
export interface Overview {
  inventory: Inventory
  /** Those that the options choose, newest first. */
  runs: Run[]
  /** The cutoff of `olderThan`. */
  cutoff: Date | undefined
  /** `unknown` where it could not be read; a warning then says why. */
  protection: Protection | 'unknown'
  /** What the leaderboard says; `unknown` where there is none or it could not be read (a warning says why), or `withRows` is off. */
  rows: RowIndex | 'unknown'
  /** Undefined where they were not asked for. */
  sizes: Sizes | undefined
  warnings: string[]
}

/**
 * Looks at a namespace without changing anything.
 * @throws UsageError where `olderThan` is not an age; else as `discoverSmoltraceDatasets`
 */
export async function lookAround(options: OverviewOptions): Promise<Overview> {
  const age = options.olderThan === undefined ? undefined : parseAge(options.olderThan)
  if (age) cutoffOf(age, machineTime(options))
  const session = await openSession(options)
  const sizes = await readSizesIfAsked(session, options)
  const inventory = await discover(session, {isLook: true})
  const protection = await readProtectionIfPossible(session.hub, inventory, session.warnings)
  const all = groupDatasetsByRun(inventory.datasets)
  const rows = options.withRows ? await askLeaderboard(session, inventory, {runs: all, options}) : 'unknown'
  const cutoff = age && cutoffOf(age, session.now)
  const asksRows = options.withRows && !options.ignoreLeaderboard
  const isChosen = (run: Run) => (asksRows ? isUnfinished(run, rows) : !run.complete)
  const runs = all.filter(
    (run) => (!cutoff || isOlderThan(run, cutoff)) && (!options.incompleteOnly || isChosen(run)),
  )
  return {inventory, runs, cutoff, protection, rows, sizes, warnings: session.warnings}
}

async function askLeaderboard(
  {hub, warnings}: Session,
  inventory: Inventory,
  {runs, options}: {runs: readonly Run[]; options: OverviewOptions},
): Promise<RowIndex | 'unknown'> {
  const read = await readRowIndexIfPossible(hub, inventory.leaderboard, warnings)
  const {rows, problem} =
    read === 'unknown' ? {rows: read, problem: undefined} : indexOf(read, runs, inventory)
  if (problem !== undefined) warnings.push(`${capitalized(problem)}: which runs finished is not known.`)
  const isCertain = read !== 'unknown' && problem === undefined
  if (!isCertain && options.incompleteOnly && !options.ignoreLeaderboard)
    warnings.push(
      'So `incompleteOnly` shows only what certainly did not finish: add `ignoreLeaderboard` to go by the datasets alone.',
    )
  return rows
}

/** What rows say of the runs, and why that is not the whole truth, where it is not. */
function indexOf(
  {index, count}: IndexedRows,
  runs: readonly Run[],
  {leaderboard, now}: Inventory,
): {rows: RowIndex | 'unknown'; problem: string | undefined} {
  const none = whyNoRows(leaderboard !== undefined, count)
  if (none !== undefined) return {rows: 'unknown', problem: none}
  const problem = lostRows(runs, index, now, DEFAULT_GRACE_MS)
  return {rows: problem === undefined ? index : withDoubts(index, runs), problem}
}

const LOST: RunRows = {exact: [], all: [], standing: 'unclear'}

/** Where rows were lost, a run without a row may have finished all the same. */
function withDoubts(index: RowIndex, runs: readonly Run[]): RowIndex {
  const others = runs.filter((run) => !run.complete && !hasMetrics(run))
  return new Map([...others.map(({timestamp}) => [timestamp, LOST] as const), ...index])
}

/** Without rows it is unknown whether a run finished. */
function whyNoRows(isThere: boolean, rows: number): string | undefined {
  if (!isThere) return 'there is no leaderboard'
  return rows === 0 ? 'the leaderboard has no rows' : undefined
}

export type DatasetOrder = 'created' | 'modified' | 'name' | 'size'

/** The datasets of runs, of some types only, in one order: newest first, largest first, or by name. */
export function datasetsOf(
  runs: Run[],
  {
    only = [],
    sort,
    sizes = 'unknown',
  }: {only?: RunType[] | undefined; sort: DatasetOrder; sizes?: Sizes | undefined},
): RunDataset[] {
  const rank = RANKS[sort]
  return runs
    .flatMap((run) => run.datasets)
    .filter(({type}) => only.length === 0 || only.includes(type))
    .map((dataset) => ({dataset, most: rank(dataset, sizes)}))
    .sort((a, b) => b.most - a.most || byText(a.dataset.name, b.dataset.name))
    .map(({dataset}) => dataset)
}

/** The runs of these datasets that are pinned now, newest first; null where the protection is unknown. */
export function pinnedAmong(
  {runs, protection, inventory}: Overview,
  datasets: readonly RunDataset[],
): string[] | null {
  if (protection === 'unknown') return null
  const shown = new Set(datasets.map(({timestamp}) => timestamp))
  return runs
    .filter((run) => shown.has(run.timestamp) && pinOn(run, protection, inventory.now))
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

/** How many runs are in which state. */
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

/** Counts runs, by the datasets they have and by state. */
export function totalsOf(runs: Run[], context: StateContext): RunTotals {
  const {now, graceMs} = context
  const states = runs.map((run) => stateOf(run, context))
  const complete = runs.filter((run) => run.complete).length
  return {
    runs: runs.length,
    complete,
    incomplete: runs.length - complete,
    mayBeUploading: runs.filter((run) => mayBeUploading(run, now, graceMs)).length,
    datasets: runs.reduce((sum, run) => sum + run.datasets.length, 0),
    states: Object.fromEntries(
      RUN_STATES.map((state) => [state, states.filter((each) => each === state).length]),
    ) as Record<RunState, number>,
  }
}

/** What is known of runs apart from their datasets. */
export interface RunContext extends StateContext {
  protection: Protection | 'unknown'
  /** Undefined where they were not asked for. */
  sizes?: Sizes | undefined
}

/** What an overview knows of its runs apart from their datasets. */
export function contextOf({inventory: {now}, rows, protection, sizes}: Overview): RunContext {
  return {now, graceMs: DEFAULT_GRACE_MS, rows, protection, ...(sizes && {sizes})}
}
