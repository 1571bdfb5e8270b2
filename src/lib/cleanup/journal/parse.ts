import {RefusedError} from '../../base/errors.js'
import {isText, safe} from '../../base/text.js'
import {type OutcomeStatus} from '../outcomes.js'
import {type DatasetRecord, type JobRecord} from './record.js'
import {CONFIRMATIONS, JOURNAL_VERSION, textFor} from './write.js'

/**
 * Reads one journal. A line says something only whole: what is torn off at the end had no effect, since nothing is sent
 * before its intent is whole; a line that cannot be read leaves uncertain what is known from no other.
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
      job.problems.push('its last line is cut off and says nothing')
    } else if (!fields || !follow(fields, job, datasets)) {
      isDamaged = true
      job.problems.push(`its line ${index + 2} cannot be read: what has no other line is uncertain`)
    }
  }

  for (const dataset of job.datasets) {
    if (isDamaged && dataset.state === 'untouched')
      Object.assign(dataset, {state: 'uncertain', reason: DAMAGED})
    job.counts[dataset.state]++
  }

  return job
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

function readHeader(line: string, isCutOff: boolean): JobRecord {
  if (line === '' && isCutOff) throw new RefusedError('is empty')
  const fields = fieldsOf(line)
  if (!fields && isCutOff) throw new RefusedError('is no journal, or its first line is cut off')
  if (fields?.kind !== 'plan') throw new RefusedError('is no journal')
  if (fields.version !== JOURNAL_VERSION) throw new RefusedError('is a journal of a version unknown here')
  const {archive, rules, savedPlan = null} = fields
  const at = dateOf(fields.at)
  const confirmedBy = CONFIRMATIONS.find((each) => each === fields.confirmedBy)
  const datasets = readDatasets(fields.datasets)
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
function readDatasets(list: unknown): DatasetRecord[] | undefined {
  if (!Array.isArray(list)) return undefined
  const datasets = new Map<string, DatasetRecord>()
  for (const entry of list as unknown[]) {
    const {name, id, sha, lastModified} = isFields(entry) ? entry : {}
    const date = dateOf(lastModified)
    if (!isText(name) || !isText(id) || !isText(sha) || !date || datasets.has(name)) return undefined
    const nothingYet = {state: 'untouched' as const, reason: undefined, requestId: undefined, at: undefined}
    datasets.set(name, {name, id, sha, lastModified: date, ...nothingYet})
  }

  return [...datasets.values()]
}

/** The object that a text is, safe to show; undefined where it is none. */
function fieldsOf(text: string): Fields | undefined {
  const value = parsed(text)
  return value && (cleaned(value) as Fields)
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
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
