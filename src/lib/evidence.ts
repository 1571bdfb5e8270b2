import {type LeaderboardRow} from './leaderboard-rows.js'
import {parseDatasetName} from './naming.js'
import {mayBeUploading, type Run} from './runs.js'
import {atOnce, type Steps} from './slices.js'

/**
 * What the leaderboard says about one run, all its rows together: its evaluation finished; stopped early or failed; or it
 * says something that this version does not know.
 */
export type Standing = 'failed' | 'finished' | 'partial' | 'unclear'

/** The standing of each run that the leaderboard cites, by the run's timestamp. */
export type Evidence = ReadonlyMap<string, Standing>

/**
 * What is known of a run, its datasets and the leaderboard taken together. `thinned` has finished and lost its results or
 * metrics since; one without traces may never have had any.
 */
export const RUN_STATES = [
  'complete',
  'finished-without-traces',
  'thinned',
  'incomplete',
  'uploading',
  'failed',
  'unknown',
] as const
export type RunState = (typeof RUN_STATES)[number]

/** What a run's state depends on beside the run itself. */
export interface StateContext {
  now: Date
  /** How long an incomplete run may still be uploading, in ms. */
  graceMs: number
  /** `unknown` where the leaderboard could not be read. */
  evidence: Evidence | 'unknown'
}

/** Of several rows about one run the one that is first here counts: what is in doubt is kept. */
const STRONGEST_FIRST: readonly Standing[] = ['finished', 'unclear', 'partial', 'failed']

/**
 * What the leaderboard says about each run. A row belongs to the runs whose datasets it names exactly. One that saves a run
 * need not be so exact: letter case, an address instead of a name, or a namespace that was renamed since, must not cost a
 * finished run. The order of the rows does not matter.
 * @param namespace spelled as whoami spells it
 */
export function evidenceOf(rows: readonly LeaderboardRow[], namespace: string): Evidence {
  return atOnce(weighing(rows, namespace))
}

/** The steps of `evidenceOf`. */
export function* weighing(rows: readonly LeaderboardRow[], namespace: string): Steps<Evidence> {
  const evidence = new Map<string, Standing>()
  for (const row of rows) {
    yield
    const standing = standingOf(row)
    if (!standing) continue
    const saves = standing === 'finished' || standing === 'unclear'
    for (const timestamp of [...runsOf(row, namespace), ...(saves ? runsNearly(row) : [])]) {
      const known = evidence.get(timestamp)
      const strongest = STRONGEST_FIRST.find((each) => each === standing || each === known)
      evidence.set(timestamp, strongest ?? standing)
    }
  }

  return evidence
}

/** Timestamps of all runs that any row names a dataset of, whatever it says about them. */
export function citedRuns(rows: readonly LeaderboardRow[], namespace: string): Set<string> {
  return new Set(rows.flatMap((row) => runsOf(row, namespace)))
}

/**
 * Whether a run lacks a type although nothing says that its evaluation finished. Where the leaderboard is not known or
 * not clear, no run is: when in doubt it is kept.
 */
export function isUnfinished(run: Run, evidence: Evidence | 'unknown'): boolean {
  if (run.complete || evidence === 'unknown') return false
  const standing = evidence.get(run.timestamp)
  return standing !== 'finished' && standing !== 'unclear'
}

/**
 * The state of a run. Three datasets do not make an evaluation complete that failed; two of them do not make one
 * incomplete that finished without tracing. Where the leaderboard is not known, nobody can tell these apart.
 */
export function stateOf(run: Run, {now, graceMs, evidence}: StateContext): RunState {
  const standing = evidence === 'unknown' ? undefined : evidence.get(run.timestamp)
  if (standing === 'failed' || standing === 'partial') return 'failed'
  if (run.complete) return 'complete'
  if (standing === 'finished')
    return run.missing.every((type) => type === 'traces') ? 'finished-without-traces' : 'thinned'
  if (mayBeUploading(run, now, graceMs)) return 'uploading'
  return evidence === 'unknown' ? 'unknown' : 'incomplete'
}

/** Columns that runs can be ranked by, and which end of them is the better one. */
const RANKINGS = [
  ['success_rate', 'successRate', 'higher'],
  ['pass_at_1', 'passAt1', 'higher'],
  ['avg_duration_ms', 'avgDurationMs', 'lower'],
  ['total_tokens', 'totalTokens', 'lower'],
  ['total_cost_usd', 'totalCostUsd', 'lower'],
  ['co2_emissions_g', 'co2EmissionsG', 'lower'],
] as const
type Ranking = (typeof RANKINGS)[number]
export type Metric = Ranking[0]

/** What runs can be ranked by, named after the leaderboard's columns: the field of a row, and which is better. */
export const METRICS = Object.fromEntries(
  RANKINGS.map(([column, field, better]) => [column, {field, better}]),
) as Record<Metric, {field: Ranking[1]; better: Ranking[2]}>

/**
 * Ranks the runs that finished. A run's score is that of its newest row which says so and has one (by the row's
 * `timestamp`, then by its place); a run without any is not ranked. Of equals the newer run is the better one.
 * @returns timestamps, best first, at most `limit` of them
 */
export function rankedRuns(
  rows: readonly LeaderboardRow[],
  {by, namespace, limit}: {by: Metric; namespace: string; limit?: number | undefined},
): string[] {
  const {field, better} = METRICS[by]
  const newest = new Map<string, {at: string; score: number}>()
  for (const row of rows.filter((each) => standingOf(each) === 'finished')) {
    const score = row[field]
    const at = row.timestamp ?? ''
    if (score === undefined) continue
    for (const run of runsOf(row, namespace)) {
      const known = newest.get(run)
      if (!known || at >= known.at) newest.set(run, {at, score})
    }
  }

  const sign = better === 'higher' ? -1 : 1
  return [...newest]
    .sort(([runA, a], [runB, b]) => sign * (a.score - b.score) || (runA < runB ? 1 : -1))
    .map(([run]) => run)
    .slice(0, limit)
}

/** Older evaluators wrote no status, and a row only after everything else; one without results then says nothing. */
function standingOf({runStatus, resultsDataset}: LeaderboardRow): Standing | undefined {
  if (runStatus === undefined) return resultsDataset === undefined ? undefined : 'finished'
  if (runStatus === 'completed') return 'finished'
  return runStatus === 'failed' || runStatus === 'partial' ? runStatus : 'unclear'
}

/** Timestamps of names that are meant to be a run's dataset, whosever and however written. */
function runsNearly({resultsDataset, tracesDataset, metricsDataset}: LeaderboardRow): string[] {
  return [resultsDataset, tracesDataset, metricsDataset].flatMap((name = '') => {
    const timestamp = NEARLY.exec(name.trim())?.[1]
    return timestamp ? [timestamp] : []
  })
}

const NEARLY = /[^/]\/smoltrace-(?:results|traces|metrics)-(\d{8}_\d{6})\/?$/i

function runsOf(
  {resultsDataset, tracesDataset, metricsDataset}: LeaderboardRow,
  namespace: string,
): string[] {
  return [resultsDataset, tracesDataset, metricsDataset].flatMap((name = '') => {
    const parsed = parseDatasetName(name, namespace)
    return parsed && parsed.type !== 'leaderboard' ? [parsed.timestamp] : []
  })
}
