import {listing} from '../../base/text.js'
import {formatDuration} from '../../base/time.js'
import {type History, type HistoryProblem} from '../../cleanup/journal/history.js'
import {
  DATASET_STATES,
  type DatasetRecord,
  type DatasetState,
  isClean,
  type JobRecord,
} from '../../cleanup/journal/parse.js'
import {journalName} from '../../cleanup/journal/write.js'
import {count, minute, moment, thousands} from '../format.js'
import {joined, paragraphs, wrapIndented, wrapText} from './layout.js'
import {describeOutcome} from './result.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable} from './table.js'

/** What the reader asked for, and how the program is called. */
export interface HistoryView extends Screen {
  bin: string
  since?: Date | undefined
}

/** As many of a job's 12 digits as a person needs to name it. */
const SHORT_ID = 8
/** The longest word of the last column, with its comma. */
const LONGEST_COUNT = 'unattempted,'.length

/** The table of jobs, newest first; then, for each that needs a look, what is certain and what is not; then the problems. */
export function formatHistory({dataDir, jobs, problems}: History, view: HistoryView): string {
  const {style, since, bin, width} = view
  const from = since ? ` since ${moment(since)}` : ''
  const title =
    jobs.length > 0
      ? style.bold(`${count(jobs.length, 'job')}${from}, in ${dataDir}`)
      : `There is no job${from} in ${dataDir}.`
  const unclean = jobs.filter((job) => !isClean(job))
  return paragraphs([
    wrapText(title, width),
    formatJobs(jobs, view),
    ...unclean.map((job) => joined([formatTitle(job, view), formatStates(job, view, OVERVIEW)], '\n')),
    unclean.length > 0 ? `Everything about one of them: ${bin} history JOB` : '',
    formatProblems(problems, view),
  ])
}

/** How much of a job's datasets is named. */
interface Detail {
  namesWhatIsGone: boolean
  /** Of each state. */
  mostNamed: number
}

const OVERVIEW: Detail = {namesWhatIsGone: false, mostNamed: 40}
const EVERYTHING: Detail = {namesWhatIsGone: true, mostNamed: Infinity}

/** Everything that is known of one job. */
export function formatJob(job: JobRecord, problems: HistoryProblem[], view: HistoryView): string {
  return paragraphs([
    `${formatTitle(job, view)}\n${formatFacts(job, view)}`,
    formatStates(job, view, EVERYTHING),
    formatProblems(problems, view),
  ])
}

function formatJobs(jobs: JobRecord[], view: HistoryView): string {
  if (jobs.length === 0) return ''
  const columns = [
    {title: 'WHEN (UTC)'},
    {title: 'JOB'},
    {title: 'NAMESPACE', dropAt: 1},
    {title: 'STATE'},
    {title: 'DATASETS', wrapsTo: LONGEST_COUNT},
  ]
  const rows = jobs.map((job) => [
    minute(job.at),
    job.id.slice(0, SHORT_ID),
    job.namespace,
    STATE_WORDS[job.state],
    countsOf(job),
  ])
  return formatTable(columns, rows, view)
}

const STATE_WORDS = {'broken-off': 'broken off', finished: 'finished', interrupted: 'interrupted'}
const STATE_NOTES = {
  'broken-off': 'it was killed, it crashed, or it is still running',
  finished: 'it came to its end',
  interrupted: 'it was interrupted, and ended in order',
}

function countsOf({counts}: JobRecord): string {
  const shown = DATASET_STATES.filter((state) => counts[state] > 0)
  return shown.length === 0
    ? 'none'
    : shown.map((state) => `${thousands(counts[state])} ${SHORT_WORDS[state]}`).join(', ')
}

const SHORT_WORDS: Record<DatasetState, string> = {
  deleted: 'deleted',
  gone: 'gone',
  untouched: 'untouched',
  unattempted: 'unattempted',
  skipped: 'skipped',
  failed: 'failed',
  uncertain: 'uncertain',
}

function formatTitle({id, at, namespace, state}: JobRecord, {style, width}: HistoryView): string {
  const title = `Job ${id} in ${namespace}, ${moment(at)}: ${STATE_WORDS[state]}`
  const paint = state === 'finished' ? style.bold : style.yellow
  return wrapText(`${paint(title)}, ${STATE_NOTES[state]}`, width)
}

function formatFacts(job: JobRecord, view: HistoryView): string {
  const {
    at,
    id,
    namespace,
    endpoint,
    user,
    program,
    confirmedBy,
    phrase,
    rules,
    archive,
    endedAt,
    savedPlan,
  } = job
  return formatPairs(
    [
      ['Namespace', `${namespace} at ${endpoint}`],
      ['User', `${user}, with ${program}`],
      ['Confirmed', {phrase: `by typing ${phrase}`, yes: 'by --yes', callback: 'by a program'}[confirmedBy]],
      ['Rules', rulesText(rules)],
      ...(savedPlan ? [['Plan', `saved by ${String(savedPlan.madeBy)}`] as [string, string]] : []),
      ['Archive', archive ?? 'none'],
      ['Ended', endedAt ? moment(endedAt) : 'not known'],
      ['Journal', journalName(at, id)],
    ],
    view,
  )
}

/** The rules by the names of `--json`, without those that said nothing. */
function rulesText(rules: JobRecord['rules']): string {
  const given = Object.entries(rules).filter(([, value]) => value !== null && value !== false && value !== 0)
  const texts = given
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => {
      if (value === true) return name
      return name === 'graceMs' ? `grace ${formatDuration(Number(value))}` : `${name} ${valueText(value)}`
    })
  return texts.join(', ') || 'none'
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => valueText(each)).join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The datasets by what is certain of them; what is not certain comes last, where the eye rests. */
function formatStates(job: JobRecord, view: HistoryView, detail: Detail): string {
  const states = DATASET_STATES.filter((state) => job.counts[state] > 0)
  const uncertain = job.counts.uncertain > 0
  const hint = `  What is there now: ${view.bin} datasets list --namespace ${job.namespace}`
  return joined(
    [...states.map((state) => formatState(job, state, view, detail)), uncertain ? hint : ''],
    '\n',
  )
}

function formatState(job: JobRecord, state: DatasetState, screen: Screen, detail: Detail): string {
  const {style, width} = screen
  const paint = state === 'uncertain' ? style.yellow : state === 'failed' ? style.red : style.bold
  const number = job.counts[state]
  const title = paint(`  ${STATE_TITLES[state]}: ${thousands(number)}`)
  const isGone = state === 'deleted' || state === 'gone'
  if (isGone && !detail.namesWhatIsGone) return title
  const named = job.datasets.filter((dataset) => dataset.state === state).slice(0, detail.mostNamed)
  const rest = number - named.length
  const names = named.map((dataset) => wrapIndented(describe(dataset), '    ', width))
  return joined([title, ...names, rest > 0 ? `    … and ${count(rest, 'more dataset')}` : ''], '\n')
}

const STATE_TITLES: Record<DatasetState, string> = {
  deleted: 'Deleted',
  gone: 'Already gone',
  untouched: 'Untouched, nothing was sent for them',
  unattempted: 'Not attempted',
  skipped: 'Skipped',
  failed: 'Failed',
  uncertain: 'May be deleted or not',
}

function describe(dataset: DatasetRecord): string {
  const {at} = dataset
  const when = at ? `${at.toISOString().slice(0, 19).replace('T', ' ')}  ` : ''
  return `${when}${describeOutcome(dataset)}`
}

function formatProblems(problems: HistoryProblem[], {style}: HistoryView): string {
  if (problems.length === 0) return ''
  const files = new Map<string, string[]>()
  for (const {file, message} of problems) files.set(file, [...(files.get(file) ?? []), message])
  const lines = [...files].map(([file, messages]) => `  ${file}: ${listing(messages)}`)
  return [style.yellow(`Not read, or not whole: ${count(files.size, 'file')}`), ...lines].join('\n')
}
