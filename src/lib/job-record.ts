import {RefusedError} from './errors.js'
import {type Confirmation, CONFIRMATIONS, JOURNAL_VERSION, textFor} from './journal.js'
import {type OutcomeStatus} from './outcomes.js'
import {atOnce, type Steps} from './slices.js'
import {safe} from './text.js'

/** How a job ended; `broken-off`: it was killed, it crashed, or it is still running. */
export type JobState = 'broken-off' | 'finished' | 'interrupted'

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

/** One carried-out plan, as far as its journal tells. All text in it is fit for a terminal. */
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

/**
 * Reads one journal. A line says something only whole: what is torn off at the end had no effect, since nothing is sent
 * before its intent is whole; a line that cannot be read leaves uncertain what is known from no other.
 * @throws RefusedError where the text is no journal, or one of an unknown version
 */
export function parseJournal(text: string): JobRecord {
  return atOnce(parsingJournal(Buffer.from(text)))
}

/**
 * The steps of `parseJournal`.
 * @param bytes the text in UTF-8; a long one would be there twice as a string
 */
export function* parsingJournal(bytes: Buffer): Steps<JobRecord> {
  const lines = linesOf(bytes)
  const first = lines.next().value ?? {text: '', isLast: true}
  const job = yield* readHeader(first.text, first.isLast)
  const datasets = new Map(job.datasets.map((dataset) => [dataset.name, dataset]))
  let isDamaged = false
  let number = 1
  for (const {text, isLast} of lines) {
    yield
    number++
    if (isLast && text === '') continue
    const fields = fieldsOf(text)
    if (isLast && !fields) {
      job.problems.push('its last line is cut off and says nothing')
    } else if (!fields || !follow(fields, job, datasets)) {
      isDamaged = true
      job.problems.push(`its line ${number} cannot be read: what has no other line is uncertain`)
    }
  }

  for (const dataset of job.datasets) {
    const {state} = dataset
    if (isDamaged && state === 'untouched') Object.assign(dataset, {state: 'uncertain', reason: DAMAGED})
    job.counts[dataset.state]++
  }

  return job
}

/** The lines of a text; the last one has no newline behind it. */
function* linesOf(bytes: Buffer): Generator<{text: string; isLast: boolean}, undefined> {
  for (let isLast = false, start = 0; !isLast;) {
    const newline = bytes.indexOf('\n', start)
    isLast = newline === -1
    yield {text: bytes.toString('utf8', start, isLast ? bytes.length : newline), isLast}
    start = newline + 1
  }
}

/** Whether nothing needs to be looked at: all that was planned is gone, and that is certain. */
export function isClean({state, counts, problems}: JobRecord): boolean {
  const isDone = DATASET_STATES.every((each) => counts[each] === 0 || each === 'deleted' || each === 'gone')
  return state === 'finished' && problems.length === 0 && isDone
}

/** A job as `--json` shows it: what is not known is null. */
export function jobDocument({problems, ...job}: JobRecord): object {
  const datasets = job.datasets.map((dataset) => withNulls(dataset))
  return {...withNulls(job), datasets, problems}
}

function withNulls(record: object): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, value ?? null]))
}

const DAMAGED = 'a line of the journal that cannot be read may have been about it'
const NO_RESULT = 'its DELETE was sent or about to be sent, and no result of it is recorded'
const STATUSES = ['deleted', 'failed', 'gone', 'skipped', 'unattempted'] as const satisfies OutcomeStatus[]

type Fields = Record<string, unknown>

/** Takes in one line. @returns false where it is not one that this program writes. */
function follow(fields: Fields, job: JobRecord, datasets: Map<string, DatasetRecord>): boolean {
  const {kind, name, reason, requestId, uncertain = false} = fields
  const at = dateOf(fields.at)
  if (!at) return false
  if (kind === 'end') {
    if (typeof fields.interrupted !== 'boolean') return false
    Object.assign(job, {endedAt: at, state: fields.interrupted ? 'interrupted' : 'finished'})
    return true
  }

  const dataset = datasets.get(String(name))
  if (!dataset) return false
  if (kind === 'intent') {
    Object.assign(dataset, {state: 'uncertain', reason: NO_RESULT, requestId: undefined, at})
    return true
  }

  const status = STATUSES.find((each) => each === fields.status)
  const isWhole = [reason, requestId].every((each) => each === undefined || typeof each === 'string')
  if (kind !== 'outcome' || !status || !isWhole || typeof uncertain !== 'boolean') return false
  Object.assign(dataset, {
    state: uncertain ? 'uncertain' : status,
    reason: reason || undefined,
    requestId: requestId || undefined,
    at,
  })
  return true
}

const TEXTS = ['id', 'program', 'endpoint', 'namespace', 'user', 'phrase'] as const

/** Its datasets may be many thousand, so they are cleaned one by one. */
function* readHeader(line: string, isCutOff: boolean): Steps<JobRecord> {
  const {datasets: list, ...rest} = parsed(line) ?? {}
  const fields = Object.keys(rest).length > 0 ? (cleaned(rest) as Fields) : undefined
  if (line === '' && isCutOff) throw new RefusedError('is empty')
  if (!fields && isCutOff) throw new RefusedError('is no journal, or its first line is cut off')
  if (fields?.kind !== 'plan') throw new RefusedError('is no journal')
  if (fields.version !== JOURNAL_VERSION) throw new RefusedError('is a journal of a version unknown here')
  const {archive, rules, savedPlan = null} = fields
  const at = dateOf(fields.at)
  const confirmedBy = CONFIRMATIONS.find((each) => each === fields.confirmedBy)
  const datasets = yield* readDatasets(list)
  const hasTexts = TEXTS.every((name) => isText(fields[name]))
  if (
    !at ||
    !confirmedBy ||
    !datasets ||
    !hasTexts ||
    !isFields(rules) ||
    !(archive === null || isText(archive))
  )
    throw new RefusedError('is no journal: its first line lacks what a plan has')
  const texts = Object.fromEntries(TEXTS.map((name) => [name, fields[name]])) as Record<
    (typeof TEXTS)[number],
    string
  >
  return {
    ...texts,
    at,
    endedAt: undefined,
    state: 'broken-off',
    confirmedBy,
    rules,
    archive: archive ?? undefined,
    savedPlan: isFields(savedPlan) ? savedPlan : undefined,
    datasets,
    counts: {deleted: 0, gone: 0, untouched: 0, unattempted: 0, skipped: 0, failed: 0, uncertain: 0},
    problems: [],
  }
}

/** @returns undefined where one of them is not whole, or is there twice. */
function* readDatasets(list: unknown): Steps<DatasetRecord[] | undefined> {
  if (!Array.isArray(list)) return undefined
  const datasets = new Map<string, DatasetRecord>()
  for (const each of list) {
    yield
    const {name, id, sha, lastModified} = isFields(each) ? (cleaned(each) as Fields) : {}
    const date = dateOf(lastModified)
    if (!isText(name) || !isText(id) || !isText(sha) || !date || datasets.has(name)) return undefined
    const nothingYet = {state: 'untouched' as const, reason: undefined, requestId: undefined, at: undefined}
    datasets.set(name, {name, id, sha, lastModified: date, ...nothingYet})
  }

  return [...datasets.values()]
}

/** The object that a line is, safe to show; undefined where it is none. */
function fieldsOf(line: string): Fields | undefined {
  const value = parsed(line)
  return value && (cleaned(value) as Fields)
}

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A journal may have been changed by others since. */
function cleaned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return textFor(key, value)
  if (Array.isArray(value)) return value.map((each) => cleaned(each))
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [safe(name), cleaned(each, name)]))
}

/** A moment, written as `toISOString` does and in no other form. */
function dateOf(value: unknown): Date | undefined {
  const date = new Date(isText(value) ? value : Number.NaN)
  return !Number.isNaN(date.getTime()) && date.toISOString() === value ? date : undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
