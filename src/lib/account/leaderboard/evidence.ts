import {brief} from '../../base/text.js'
import {mayBeUploading, type Run} from '../runs.js'
import {type Citations, citationsIn, rowsAbout} from './citations.js'
import {faultOf, METRICS} from './metrics.js'
import {type LeaderboardRow} from './row.js'

/**
 * What the leaderboard says about one run, all its rows together: its evaluation finished; stopped early or failed; or that is in
 * doubt: a status that this version does not know, no status and no score, or rows that disagree.
 */
export type Standing = 'failed' | 'finished' | 'partial' | 'unclear'

/** The standing of each run that the leaderboard cites, by the run's timestamp. */
export type Evidence = ReadonlyMap<string, Standing>

/**
 * What is known of a run, its datasets and the leaderboard taken together. `thinned` has finished and lost its results or
 * metrics since; one without traces may never have had any; of an `unknown` one nothing says whether it finished.
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
/**
 * One of them.
 */
export type RunState = (typeof RUN_STATES)[number]

/** What a run's state depends on beside the run itself. */
export interface StateContext {
  now: Date
  /** How long an incomplete run may still be uploading, in ms. */
  graceMs: number
  /** `unknown` where the leaderboard could not be read. */
  evidence: Evidence | 'unknown'
}

/**
 * What the leaderboard says about each run, all its rows together. A row that only seems to mean a run (in other letters, by an
 * address, in a namespace that was renamed since) can say that it finished, and put all else in doubt. The order of the
 * rows does not matter.
 * @param namespace spelled as whoami spells it
 */
export function evidenceOf(rows: readonly LeaderboardRow[], namespace: string): Evidence {
  return weighCitations(citationsIn(rows, namespace))
}

/** The same, from rows that are sorted by run. */
export function weighCitations(citations: Citations): Evidence {
  const evidence = new Map<string, Standing>()
  for (const run of new Set([...citations.loose.keys(), ...citations.rows.keys()])) {
    const standing = standingOfAll(rowsAbout(run, citations))
    evidence.set(run, citations.rows.has(run) || standing === 'finished' ? standing : 'unclear')
  }

  return evidence
}

/** Metrics are pushed always, and last of the three: an evaluation that has them ran to its end, and had a row. */
export function hasMetrics({missing}: Pick<Run, 'missing'>): boolean {
  return !missing.includes('metrics')
}

/**
 * Whether a run lacks a type although nothing says that its evaluation finished. Where the leaderboard is not known or
 * not clear, no run is: when in doubt it is kept.
 */
export function isUnfinished(run: Run, evidence: Evidence | 'unknown'): boolean {
  if (run.complete || evidence === 'unknown') return false
  const standing = evidence.get(run.timestamp)
  if (standing === undefined) return !hasMetrics(run)
  return standing === 'partial' || standing === 'failed'
}

/**
 * The state of a run. Three datasets do not make an evaluation complete that failed; two of them do not make one
 * incomplete that finished without tracing. Where nothing says whether it finished, nobody can tell these apart.
 */
export function stateOf(run: Run, {now, graceMs, evidence}: StateContext): RunState {
  const standing = evidence === 'unknown' ? undefined : evidence.get(run.timestamp)
  if (standing === 'failed' || standing === 'partial') return 'failed'
  if (run.complete) return 'complete'
  if (standing === 'finished') return finishedState(run)
  if (mayBeUploading(run, now, graceMs)) return 'uploading'
  if (standing === 'unclear') return 'unknown'
  if (hasMetrics(run)) return finishedState(run)
  return evidence === 'unknown' ? 'unknown' : 'incomplete'
}

function finishedState({missing}: Run): RunState {
  return missing.every((type) => type === 'traces') ? 'finished-without-traces' : 'thinned'
}

/** What rows about one run say together: where they disagree, nothing that is clear. */
export function standingOfAll(rows: readonly LeaderboardRow[]): Standing {
  const [standing = 'unclear', ...others] = new Set(rows.map((row) => standingOf(row)))
  return others.length > 0 ? 'unclear' : standing
}

/**
 * What one row says of its run. Older evaluators wrote no status, and a row only after everything else: then a score says that
 * it finished.
 */
export function standingOf(row: LeaderboardRow): Standing {
  const {runStatus} = row
  if (row.damaged?.runStatus !== undefined) return 'unclear'
  if (runStatus === undefined) return hasScore(row) ? 'finished' : 'unclear'
  if (runStatus === 'completed') return 'finished'
  return runStatus === 'failed' || runStatus === 'partial' ? runStatus : 'unclear'
}

/** Why what rows about one run say of their evaluation is unclear. */
export function whyUnclear(rows: readonly LeaderboardRow[]): string {
  const row = rows.find((each) => standingOf(each) === 'unclear')
  if (!row) return 'its rows disagree about run_status'
  const damage = row.damaged?.runStatus
  if (damage !== undefined) return `its run_status ${damage}`
  return row.runStatus === undefined
    ? 'its row has neither a run_status nor a score'
    : `status "${brief(row.runStatus)}" is unknown`
}

const SCORES = ['success_rate', 'pass_at_1'] as const

function hasScore(row: LeaderboardRow): boolean {
  return SCORES.some((metric) => {
    const score = row[METRICS[metric].field]
    return score !== undefined && faultOf(score, metric) === undefined
  })
}
