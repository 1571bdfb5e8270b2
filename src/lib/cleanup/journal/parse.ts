import * as z from 'zod/mini'

import {isObject} from '../../base/collections.js'
import {RefusedError} from '../../base/errors.js'
import {safe} from '../../base/text.js'
import {type OutcomeStatus} from '../outcomes.js'
import {HEADER, LINES} from './schema.js'
import {JOURNAL_VERSION, textFor} from './write.js'

const LINE = z.discriminatedUnion('kind', LINES)

/** How a job ended; `broken-off`: it was killed, it crashed, or it is still running. */
type JobState = 'broken-off' | 'finished' | 'interrupted'

/** In the order in which they are shown: what is certain first. */
export const DATASET_STATES = [
  'deleted',
  'trashed',
  'gone',
  'untouched',
  'unattempted',
  'skipped',
  'failed',
  'uncertain',
] as const satisfies Array<OutcomeStatus | 'uncertain' | 'untouched'>

/** Of one dataset of a job: an outcome; `untouched`: nothing was sent for it; or `uncertain`: it may be deleted or not. */
export type DatasetState = (typeof DATASET_STATES)[number]

/** The first line. Types are those of what is read: the declarations of the package can name no schema, without zod. */
const headerIn = (fields: Fields) => z.safeParse(HEADER, fields).data
type Header = NonNullable<ReturnType<typeof headerIn>>
type DatasetHeader = Header['datasets'][number]

/** One dataset of a job. */
export interface DatasetRecord extends DatasetHeader {
  state: DatasetState
  /** Why it is in this state. */
  reason: string | undefined
  requestId: string | undefined
  /** When the last line about it was written. */
  at: Date | undefined
}

/** One carried-out plan, as far as its journal records it. All text in it is fit for a terminal. */
export interface JobRecord extends Header {
  /** Undefined without a last line that says so. */
  endedAt: Date | undefined
  state: JobState
  /** In the order of the plan. */
  datasets: DatasetRecord[]
  counts: Record<DatasetState, number>
  /** What in the journal could not be read. */
  problems: string[]
}

/**
 * Reads one journal. A torn last line says nothing, since nothing is sent before its intent is whole; another line that cannot be read
 * leaves uncertain what is known from no other.
 * @throws RefusedError where the text is not a journal, or one of an unknown version
 */
export function parseJournal(text: string): JobRecord {
  const [header = '', ...lines] = text.split('\n')
  const job = readHeader(header, lines.length === 0)
  const datasets = new Map(job.datasets.map((dataset) => [dataset.name, dataset]))
  let isDamaged = false
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1
    if (isLast && line === '') continue
    const fields = fieldsOf(line)
    if (isLast && !fields) {
      job.problems.push('its last line is cut off and was ignored')
    } else if (!follow(fields, job, datasets)) {
      isDamaged = true
      job.problems.push(`its line ${index + 2} cannot be read: datasets without another line are uncertain`)
    }
  }

  for (const dataset of job.datasets) {
    if (isDamaged && dataset.state === 'untouched')
      Object.assign(dataset, {state: 'uncertain', reason: DAMAGED})
    job.counts[dataset.state]++
  }

  return job
}

const DAMAGED = 'an unreadable line of the journal may have been about it'

/** What a job moved to the trash, or may have. */
export function movedBy(job: JobRecord): DatasetRecord[] {
  return isMove(job) ? job.datasets.filter(({state}) => state === 'trashed' || state === 'uncertain') : []
}

/** Whether a job moves to the trash what it takes. */
export const isMove = ({source, rules}: Pick<JobRecord, 'rules' | 'source'>) =>
  source === 'runs' && rules.trash === true

/** Takes in one line. @returns false where it is not one that this program writes. */
function follow(fields: object | undefined, job: JobRecord, datasets: Map<string, DatasetRecord>): boolean {
  const parsed = z.safeParse(LINE, fields)
  if (!parsed.success) return false
  const line = parsed.data
  const {at} = line
  if (line.kind === 'end') {
    Object.assign(job, {endedAt: at, state: line.interrupted ? 'interrupted' : 'finished'})
    return true
  }

  const dataset = datasets.get(line.name)
  if (!dataset) return false
  if (line.kind === 'intent') {
    const reason = `its ${isMove(job) ? 'move' : 'DELETE'} was sent or about to be sent, and no result was recorded`
    Object.assign(dataset, {state: 'uncertain', reason, requestId: undefined, at})
  } else {
    const {status, uncertain, reason, requestId} = line
    const state = uncertain ? 'uncertain' : status
    Object.assign(dataset, {state, reason: reason || undefined, requestId: requestId || undefined, at})
  }

  return true
}

function readHeader(line: string, isCutOff: boolean): JobRecord {
  if (line === '' && isCutOff) throw new RefusedError('is empty')
  const fields = fieldsOf(line)
  if (!fields && isCutOff) throw new RefusedError('is not a journal, or its first line is cut off')
  if (fields?.kind !== 'plan') throw new RefusedError('is not a journal')
  if (fields.version !== JOURNAL_VERSION) throw new RefusedError('is a journal of an unknown version')
  const header = headerIn(fields)
  if (!header || new Set(header.datasets.map(({name}) => name)).size < header.datasets.length)
    throw new RefusedError('is not a journal: its first line is incomplete')
  const nothingYet = {state: 'untouched', reason: undefined, requestId: undefined, at: undefined} as const
  return {
    ...header,
    endedAt: undefined,
    state: 'broken-off',
    datasets: header.datasets.map((dataset) => ({...dataset, ...nothingYet})),
    counts: {
      deleted: 0,
      trashed: 0,
      gone: 0,
      untouched: 0,
      unattempted: 0,
      skipped: 0,
      failed: 0,
      uncertain: 0,
    },
    problems: [],
  }
}

type Fields = Record<string, unknown>

/** The object that a line is, safe to show, since others may have changed it; undefined where it is not one. */
function fieldsOf(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line, (key, part: unknown) => {
      if (typeof part === 'string') return textFor(key, part)
      if (!isObject(part) || Array.isArray(part)) return part
      return Object.fromEntries(Object.entries(part).map(([name, each]) => [safe(name), each]))
    })
    return isObject(value) && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
