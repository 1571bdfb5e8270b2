import {pushTo} from '../../base/collections.js'
import {formatCount, formatNumber, joinWords} from '../../base/text.js'
import {type History, type HistoryProblem, MAX_NAMED} from '../../cleanup/journal/history.js'
import {
  DATASET_STATES,
  type DatasetRecord,
  type DatasetState,
  isClean,
  type JobRecord,
} from '../../cleanup/journal/parse.js'
import {journalName} from '../../cleanup/journal/write.js'
import {describeOutcome, OUTCOME_LABELS} from '../cleanup.js'
import {type Column} from '../columns.js'
import {formatMinute, formatMoment} from '../format.js'
import {paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable} from './table.js'

/** What the reader asked for, and how the program is called. */
export type HistoryView = Screen & {bin: string; since?: Date | undefined}

/** As many of a job's 12 digits as a person needs to name it. */
const SHORT_ID = 8

const ENDS: Readonly<Record<JobRecord['state'], [state: string, note: string]>> = {
  'broken-off': ['broken off', 'it was killed, it crashed, or it is still running'],
  finished: ['finished', 'it came to its end'],
  interrupted: ['interrupted', 'it was interrupted, and ended in order'],
}
const STATE_TITLES: Readonly<Record<DatasetState, string>> = {
  ...OUTCOME_LABELS,
  untouched: 'Untouched, nothing was sent for them',
  uncertain: 'May be deleted or not',
}

const COLUMNS: Array<Column<JobRecord>> = [
  {title: 'When (UTC)', cell: ({at}) => formatMinute(at)},
  {title: 'Job', cell: ({id}) => id.slice(0, SHORT_ID)},
  {title: 'Namespace', dropAt: 1, cell: ({namespace}) => namespace},
  {title: 'State', cell: ({state}) => ENDS[state][0]},
  {
    title: 'Datasets',
    // Its longest word.
    wrapsTo: 'unattempted,'.length,
    cell: ({counts}) =>
      statesOf(counts)
        .map((state) => `${formatNumber(counts[state])} ${state}`)
        .join(', ') || 'none',
  },
]

function statesOf(counts: JobRecord['counts']): DatasetState[] {
  return DATASET_STATES.filter((state) => counts[state] > 0)
}

/** The table of jobs, newest first; then, for each that needs a look, what is certain and what is not; then the problems. */
export function formatHistory({dataDir, jobs, problems}: History, view: HistoryView): string {
  const {style, since, bin, width} = view
  const from = since ? ` since ${formatMoment(since)}` : ''
  const unclean = jobs.filter((job) => !isClean(job))
  return paragraphs([
    jobs.length > 0
      ? wrapText(style.bold(`${formatCount(jobs.length, 'job')}${from}, in ${dataDir}`), width)
      : wrapText(`There is no job${from} in ${dataDir}.`, width),
    jobs.length > 0 ? formatTable(COLUMNS, jobs, view) : '',
    ...unclean.map((job) => `${formatTitle(job, view)}\n${formatStates(job, view, MAX_NAMED)}`),
    unclean.length > 0 ? `Everything about one of them: ${bin} history JOB` : '',
    formatProblems(problems, view),
  ])
}

export function formatJob(job: JobRecord, problems: HistoryProblem[], view: HistoryView): string {
  const {at, id, namespace, endpoint, user, program, confirmedBy, phrase, endedAt, savedPlan} = job
  const facts = formatPairs(
    [
      ['Namespace', `${namespace} at ${endpoint}`],
      ['User', `${user}, with ${program}`],
      ['Confirmed', {phrase: `by typing ${phrase}`, yes: 'by --yes', callback: 'by a program'}[confirmedBy]],
      ['Rules', rulesText(job.rules)],
      ['Plan', savedPlan ? `saved by ${String(savedPlan.madeBy)}` : undefined],
      ['Archive', job.archive ?? 'none'],
      ['Ended', endedAt ? formatMoment(endedAt) : 'not known'],
      ['Journal', journalName(at, id)],
    ],
    view,
  )
  return paragraphs([
    `${formatTitle(job, view)}\n${facts}`,
    formatStates(job, view),
    formatProblems(problems, view),
  ])
}

function formatTitle({id, at, namespace, state}: JobRecord, {style, width}: HistoryView): string {
  const [word, note] = ENDS[state]
  const paint = state === 'finished' ? style.bold : style.yellow
  return wrapText(`${paint(`Job ${id} in ${namespace}, ${formatMoment(at)}: ${word}`)}, ${note}`, width)
}

/** The rules as in `--json`, without those that said nothing. */
function rulesText(rules: JobRecord['rules']): string {
  const texts = Object.entries(rules)
    .filter(([, value]) => Boolean(value) && JSON.stringify(value) !== '[]')
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return texts.join(', ') || 'none'
}

/** The datasets by what is certain of them, of the open ones at most so many by name; what is not certain comes last, where the eye rests. */
function formatStates(
  {counts, datasets, namespace}: JobRecord,
  {style, width, bin}: HistoryView,
  most?: number,
): string {
  const lines = statesOf(counts).flatMap((state) => {
    const paint = state === 'uncertain' ? style.yellow : state === 'failed' ? style.red : style.bold
    const title = paint(`  ${STATE_TITLES[state]}: ${formatNumber(counts[state])}`)
    if (most !== undefined && (state === 'deleted' || state === 'gone')) return [title]
    const named = datasets.filter((dataset) => dataset.state === state).slice(0, most)
    const rest = counts[state] - named.length
    return [
      title,
      ...named.map((dataset) => wrapIndented(describe(dataset), '    ', width)),
      ...(rest > 0 ? [`    … and ${formatCount(rest, 'more dataset')}`] : []),
    ]
  })
  const hint = `  What is there now: ${bin} datasets list --namespace ${namespace}`
  return [...lines, ...(counts.uncertain > 0 ? [hint] : [])].join('\n')
}

function describe(dataset: DatasetRecord): string {
  const {at} = dataset
  const when = at ? `${at.toISOString().slice(0, 19).replace('T', ' ')}  ` : ''
  return `${when}${describeOutcome(dataset)}`
}

function formatProblems(problems: HistoryProblem[], {style}: HistoryView): string {
  if (problems.length === 0) return ''
  const files = new Map<string, string[]>()
  for (const {file, message} of problems) pushTo(files, file, message)
  const lines = [...files].map(([file, messages]) => `  ${file}: ${joinWords(messages)}`)
  return [style.yellow(`Not read, or not whole: ${formatCount(files.size, 'file')}`), ...lines].join('\n')
}
