import {type OutcomeStatus} from '../outcomes.js'
import {type Confirmation} from './write.js'

/** How a job ended; `broken-off`: it was killed, it crashed, or it is still running. */
type JobState = 'broken-off' | 'finished' | 'interrupted'

/**
 * What is certain of one dataset of a job: an outcome; `untouched`: the job sent nothing for it; or `uncertain`: it may be
 * deleted or not.
 */
export type DatasetState = 'uncertain' | 'untouched' | OutcomeStatus

/** In the order in which they are shown: what is certain first. */
export const DATASET_STATES = [
  'deleted',
  'gone',
  'untouched',
  'unattempted',
  'skipped',
  'failed',
  'uncertain',
] as const satisfies DatasetState[]

/** One dataset of a job. */
export interface DatasetRecord {
  name: string
  id: string
  sha: string
  lastModified: Date
  state: DatasetState
  /** Why it is in this state. */
  reason: string | undefined
  requestId: string | undefined
  /** When the last line about it was written. */
  at: Date | undefined
}

/** One carried-out plan, as far as its journal records it. All text in it is fit for a terminal. */
export interface JobRecord {
  id: string
  at: Date
  /** Undefined without a last line that says so. */
  endedAt: Date | undefined
  state: JobState
  program: string
  endpoint: string
  namespace: string
  user: string
  phrase: string
  confirmedBy: Confirmation
  /** As the documents of `--json` show them. */
  rules: Record<string, unknown>
  archive: string | undefined
  /** Where a saved plan was applied: who made it, and its digest. */
  savedPlan: Record<string, unknown> | undefined
  /** In the order of the plan. */
  datasets: DatasetRecord[]
  counts: Record<DatasetState, number>
  /** What in the journal could not be read. */
  problems: string[]
}

/** Whether nothing needs to be looked at: all that was planned is gone, and that is certain. */
export function isClean({state, counts, problems}: JobRecord): boolean {
  const isDone = DATASET_STATES.every((each) => counts[each] === 0 || each === 'deleted' || each === 'gone')
  return state === 'finished' && problems.length === 0 && isDone
}
