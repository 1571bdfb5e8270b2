import {type Dirent} from 'node:fs'
import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {RefusedError} from '../../base/errors.js'
import {isErrno} from '../../base/files.js'
import {type OptionTable, readOptions, readText} from '../../base/options.js'
import {messageOf, safe, safeName} from '../../base/text.js'
import {type DatasetRecord, type DatasetState, type JobRecord, movedBy, parseJournal} from './parse.js'
import {dataDirectory, journalFolder, journalName} from './write.js'

/** Something among the journals that is not certain. */
export interface HistoryProblem {
  file: string
  /** The job that the file records; undefined where it records none. */
  job: string | undefined
  message: string
}

/** What the journals of a machine record. */
export interface History {
  dataDir: string
  /** Newest first. */
  jobs: JobRecord[]
  /** Ids of those jobs of which later ones took all that was left. */
  settled: ReadonlySet<string>
  problems: HistoryProblem[]
}

/** What to omit from a history. */
export interface HistoryOptions {
  /** Jobs that began before it. */
  since?: Date | undefined
  /** The datasets of each job; its counts are kept. */
  brief?: boolean | undefined
}

const HISTORY_OPTIONS: OptionTable<HistoryOptions> = {since: 'date', brief: 'boolean'}

/**
 * Reads every journal in a data directory. A file that is not a journal becomes a problem; one hidden by its name is omitted.
 * @param dataDir where the command line keeps its data, by default
 * @throws UsageError where the options make no sense, RefusedError where the folder is there and cannot be read
 */
export async function readHistory(
  dataDir: string = dataDirectory(),
  options: HistoryOptions = {},
): Promise<History> {
  const {since, brief = false} = readOptions(options, HISTORY_OPTIONS)
  const folder = journalFolder(readText(dataDir, '`dataDir`'))
  const settled = new Set<string>()
  const history: History = {dataDir: safeName(dataDir), jobs: [], settled, problems: []}
  const taken = new Set<string>()
  for (const entry of await entriesOf(folder)) {
    const file = safe(entry.name)
    try {
      if (!entry.isFile()) throw new RefusedError('is not a file')
      const whole = await readJournal(folder, entry.name)
      const job = brief ? {...whole, datasets: []} : whole
      if (since && job.at < since) continue
      history.jobs.push(job)
      if (takeIn(whole, taken)) settled.add(job.id)
      history.problems.push(...job.problems.map((message) => ({file, job: job.id, message})))
    } catch (error) {
      history.problems.push({file, job: undefined, message: messageOf(error)})
    }
  }

  return history
}

/** Adds what a job took to what later ones took. @returns whether nothing of it is left */
function takeIn({datasets, endpoint}: JobRecord, taken: Set<string>): boolean {
  const keyOf = ({id}: DatasetRecord) => `${endpoint} ${id}`
  const isSettled = datasets.every((dataset) => TAKEN.has(dataset.state) || taken.has(keyOf(dataset)))
  for (const dataset of datasets) if (TAKEN.has(dataset.state)) taken.add(keyOf(dataset))
  return isSettled
}

const TAKEN: ReadonlySet<DatasetState> = new Set(['deleted', 'gone', 'trashed'])

/** The Hub's ids of what this machine moved to the trash since a moment, or may have: a listing that lags still has their old names. */
export async function trashedSince(dataDir: string, since: Date): Promise<ReadonlySet<string>> {
  const folder = journalFolder(dataDir)
  // A job without a journal may run where none can be read.
  const entries = await entriesOf(folder).catch(() => [])
  const names = entries.map(({name}) => name).filter((name) => name >= journalName(since, ''))
  const jobs = await Promise.all(names.map((name) => readJournal(folder, name).catch(() => {})))
  return new Set(jobs.flatMap((job) => (job ? movedBy(job) : [])).map(({id}) => id))
}

/** Reads a job of a brief history as a whole. @throws RefusedError where its journal is no longer one */
export function readJob(dataDir: string, {at, id}: JobRecord): Promise<JobRecord> {
  return readJournal(journalFolder(dataDir), journalName(at, id))
}

/** The one job whose id starts like this, or the `latest`. @throws RefusedError without one, or more than one */
export function findJob({dataDir, jobs}: History, id: string): JobRecord {
  const wanted = id.toLowerCase()
  const found =
    wanted === 'latest' ? jobs.slice(0, 1) : jobs.filter((job) => job.id.startsWith(wanted || ' '))
  const [job] = found
  if (found.length === 1 && job) return job
  const named = JSON.stringify(safe(id))
  const [why, advice] = job
    ? [
        `Several jobs begin with ${named}: ${found.map((each) => each.id).join(', ')}.`,
        'Use more characters of the id.',
      ]
    : [`No job ${named} is recorded in ${dataDir}.`, 'To list all jobs: smoltrace history']
  throw new RefusedError(why, {suggestions: [advice]})
}

/** Newest first: a journal's name begins with its moment. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, {withFileTypes: true})
    return entries.filter(({name}) => !name.startsWith('.')).toSorted((a, b) => (a.name < b.name ? 1 : -1))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw new RefusedError(`The journals in ${safeName(folder)} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

async function readJournal(folder: string, name: string): Promise<JobRecord> {
  const job = parseJournal(await readFile(join(folder, name), 'utf8'))
  if (journalName(job.at, job.id) === name) return job
  throw new RefusedError('has another name than its journal: it is a copy, or was changed')
}
