import {runsCitedBy, runsMeantBy} from './citations.js'
import {type LeaderboardRow} from './leaderboard-rows.js'
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
/**
 * One of them.
 * @useDeclaredType
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
    for (const timestamp of [...runsCitedBy(row, namespace), ...(saves ? runsMeantBy(row) : [])]) {
      const known = evidence.get(timestamp)
      const strongest = STRONGEST_FIRST.find((each) => each === standing || each === known)
      evidence.set(timestamp, strongest ?? standing)
    }
  }

  return evidence
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

/** What rows about one run say together. */
export function standingOfAll(rows: readonly LeaderboardRow[]): Standing | undefined {
  const standings = new Set(rows.map((row) => standingOf(row)))
  return STRONGEST_FIRST.find((each) => standings.has(each))
}

/**
 * What one row says of its run. Older evaluators wrote no status, and a row only after everything else; one without results
 * then says nothing.
 */
export function standingOf({runStatus, resultsDataset}: LeaderboardRow): Standing | undefined {
  if (runStatus === undefined) return resultsDataset === undefined ? undefined : 'finished'
  if (runStatus === 'completed') return 'finished'
  return runStatus === 'failed' || runStatus === 'partial' ? runStatus : 'unclear'
}
