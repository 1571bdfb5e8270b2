import {discover, type Inventory, type RunDataset} from '../account/datasets.js'
import {hasMetrics, lostRows, modelOfRun, rankRuns, type RunRows} from '../account/leaderboard/index.js'
import {DEFAULT_METRIC, type Metric, parseMetric} from '../account/leaderboard/metrics.js'
import {readRowIndexIfPossible} from '../account/leaderboard/read.js'
import {readProtectionIfPossible} from '../account/protection/file.js'
import {pinOn} from '../account/protection/pins.js'
import {RUN_STATES, type RunContext, type RunState, stateOf} from '../account/run-state.js'
import {datasetsIn, DEFAULT_GRACE_MS, mayBeUploading, requireRuns, type Run, runsOf} from '../account/runs.js'
import {readSizesIfAsked, sizeOf, type Sizes, type SizesOption, storageOf} from '../account/sizes.js'
import {type RunType} from '../base/names.js'
import {byText, capitalize, joinWords} from '../base/text.js'
import {cutoffOf} from '../base/time.js'
import {
  type ConnectionOptions,
  machineTime,
  openSession,
  otherNamespaces,
  type Session,
} from '../hub/session.js'
import {readRules} from '../retention/read-rules.js'
import {nameOptions, type RetentionOptions, type SelectorName} from '../retention/rules.js'
import {selectorsOf} from '../retention/selectors.js'

/** The selectors of `cleanup`, and the rules that change them. */
export type SelectionOptions = Pick<RetentionOptions, SelectorName | 'by' | 'ignoreLeaderboard'>

export interface OverviewOptions extends ConnectionOptions, SizesOption {
  /** Only runs that all of these select, as in `cleanup` before keepers and guards; with none of them, every run. */
  selection?: SelectionOptions | undefined
  /** Asks the leaderboard about each run. */
  withRows?: boolean | undefined
}

/** What a namespace holds, for commands that only look; a warning says why something in it is unknown. */
export interface Overview extends RunContext {
  inventory: Inventory
  /** Those that the options select, newest first. */
  runs: Run[]
  /** How many runs there are, those that were not selected among them. */
  found: number
  /** The cutoff of `olderThan`. */
  cutoff: Date | undefined
  /** What runs are scored by. */
  by: Metric
  /** The other namespaces that the token has access to. */
  otherNamespaces: string[]
  warnings: string[]
}

/**
 * Looks at a namespace without changing anything.
 * @throws UsageError where the selection makes no sense, RefusedError where it names a run that is not there; else as
 *   `discoverSmoltraceDatasets`
 */
export async function readOverview(options: OverviewOptions): Promise<Overview> {
  const {withRows, selection: {by: metric, ...selection} = {}} = options
  const by = metric === undefined ? DEFAULT_METRIC : parseMetric(metric)
  const rules = readRules(selection.scoreBelow === undefined ? selection : {...selection, by}, {byHand: true})
  if (rules.olderThan) cutoffOf(rules.olderThan, machineTime(options))
  const session = await openSession(options)
  const {hub, now, warnings} = session
  const sizes = await readSizesIfAsked(session, options)
  const inventory = await discover(session, {isReadOnly: true})
  const protection = await readProtectionIfPossible(hub, inventory, warnings)
  const all = runsOf(inventory)
  requireRuns(rules.run, all, 'run', inventory.trash)
  const {rows, isCertain} = withRows ? await readRows(session, inventory, all) : UNKNOWN
  if (!isCertain && rules.needLeaderboard.length > 0) {
    const otherwise = rules.incompleteOnly ? ' `ignoreLeaderboard` uses the datasets alone.' : ''
    const names = joinWords(nameOptions(rules.needLeaderboard))
    warnings.push(`${names}: runs for which this is unclear are not shown.${otherwise}`)
  }

  // Where rows were lost, that a run has none is not evidence.
  const evidence = rules.unreferenced && !isCertain ? 'unknown' : rows
  const ask = selectorsOf({rules, now, protection, rows: evidence})
  const runs = all.filter((run) => ask(run).every(({holds}) => holds))
  return {
    inventory,
    now,
    runs,
    found: all.length,
    cutoff: rules.olderThan && cutoffOf(rules.olderThan, now),
    by,
    protection,
    rows,
    sizes,
    otherNamespaces: otherNamespaces(session),
    warnings,
  }
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
  warnings.push(`${capitalize(problem)}: it is unknown which runs finished.`)
  if (count === 0) return UNKNOWN
  // Where rows were lost, a run without a row may have finished anyway.
  const others = runs.filter((run) => !run.complete && !hasMetrics(run))
  const rows = new Map([...others.map(({timestamp}) => [timestamp, LOST] as const), ...index])
  return {rows, isCertain: false}
}

const LOST: RunRows = {exact: [], all: [], standing: 'unclear'}

/** What comes first: the newest, the best score, the model whose name does, the largest. */
export type RunOrder = 'age' | 'model' | 'score' | 'size'

/** Runs in one order; of equals, and of those of which nothing is known, which come last, the newest first. */
export function sortRuns(
  {runs, rows, by, sizes = 'unknown'}: Pick<Overview, 'by' | 'rows' | 'runs' | 'sizes'>,
  order: RunOrder,
): Run[] {
  if (order === 'age') return runs
  if (order === 'score') return [...new Set([...rankRuns(runs, rows, by).map(({run}) => run), ...runs])]
  if (order === 'size')
    return runs.toSorted((a, b) => storageOf(b.datasets, sizes).bytes - storageOf(a.datasets, sizes).bytes)
  const models = new Map(
    runs.map((run) => {
      const model = modelOfRun(run, rows)
      return [run, model.is === 'yes' ? model.value : undefined]
    }),
  )
  const nameOf = (run: Run) => models.get(run)?.toLowerCase() ?? '\uFFFF'
  return runs.toSorted((a, b) => byText(nameOf(a), nameOf(b)))
}

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
