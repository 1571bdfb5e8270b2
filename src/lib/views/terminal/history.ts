import {basename} from 'node:path'

import {pushTo} from '../../base/collections.js'
import {formatFlags, type GivenFlags} from '../../base/shell.js'
import {firstFew, formatCount, formatNumber, joinWords} from '../../base/text.js'
import {dayOf} from '../../base/time.js'
import {type JobCheck, type Present, type PresentState} from '../../cleanup/job/locate.js'
import {type History, type HistoryProblem} from '../../cleanup/journal/history.js'
import {
  DATASET_STATES,
  type DatasetRecord,
  type DatasetState,
  isMove,
  type JobRecord,
} from '../../cleanup/journal/parse.js'
import {journalName} from '../../cleanup/journal/write.js'
import {flagsOf, optionsOf, readRules} from '../../retention/read-rules.js'
import {type Column, type Pair} from '../columns.js'
import {formatMinute, formatMoment} from '../format.js'
import {describeOutcome, type Ending, namespaceFlag, OUTCOME_LABELS, shortId} from '../result.js'
import {cut, paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable, widest} from './table.js'

/** What the reader asked for, and how the program is called; in a rehearsal there is no way back, since its Hub is gone. */
export type HistoryView = Omit<Ending, 'next'> & Screen & {since?: Date | undefined; isSettled?: boolean}

const STATE_TITLES: Readonly<Record<DatasetState, string>> = {
  ...OUTCOME_LABELS,
  untouched: 'Not attempted (nothing was sent)',
  uncertain: 'May or may not be deleted',
}

function titleOf(state: DatasetState, job: JobRecord): string {
  return state === 'uncertain' && isMove(job) ? 'May or may not be trashed' : STATE_TITLES[state]
}

const DONE = 'completed'

/** How a job ended, in words that continue "1 job". */
function endOf({state, counts}: JobRecord): string {
  if (state === 'broken-off') return 'did not finish'
  if (state === 'interrupted') return 'stopped by Ctrl-C'
  const how = counts.deleted + counts.trashed + counts.gone > 0 ? 'partly ' : ''
  if (counts.failed + counts.uncertain + counts.unattempted + counts.untouched > 0) return `${how}failed`
  return counts.skipped > 0 ? `${how}skipped` : DONE
}

const END_NOTES: Readonly<Record<string, string>> = {
  'did not finish': ': it was killed, it crashed, or it is still running',
  'stopped by Ctrl-C': ' or another signal',
}

/** A rule takes at least this much, so that a terminal of 80 columns has room for it, and all that the other columns leave. */
const RULE_WIDTH = 18

function columnsFor(jobs: readonly JobRecord[], {width = Infinity}: HistoryView): Array<Column<JobRecord>> {
  const hubs = new Set(jobs.map(({endpoint}) => endpoint))
  const hub: Column<JobRecord> = {
    title: 'Hub',
    dropAt: 2,
    cell: ({endpoint}) => endpoint.replace(/^https?:\/\//, ''),
  }
  const archive: Column<JobRecord> = {
    title: 'Archive',
    dropAt: 1,
    cell: (job) => (job.archive === null ? '' : basename(job.archive)),
  }
  const before: Array<Column<JobRecord>> = [
    {title: 'When (UTC)', cell: ({at}) => formatMinute(at)},
    {title: 'Job', cell: ({id}) => shortId(id)},
    {title: 'Namespace', dropAt: 3, cell: ({namespace}) => namespace},
    ...(hubs.size > 1 ? [hub] : []),
  ]
  const after: Array<Column<JobRecord>> = [
    {title: 'Done', cell: doneText},
    ...(jobs.some((job) => job.archive !== null) ? [archive] : []),
    {title: 'State', cell: endOf},
  ]
  const taken = [...before, ...after].map(
    ({title, cell}) => 2 + widest([title, ...jobs.map((job) => cell(job))]),
  )
  const room = Math.max(
    RULE_WIDTH,
    taken.reduce((left, each) => left - each, width),
  )
  const rule = (job: JobRecord) => cut(ruleText(job) || 'picked by hand', room)
  return [...before, {title: 'Rule', dropAt: 4, cell: rule}, ...after]
}

/** `9 deleted`, or `6 of 9 trashed`, without those that were gone before. */
function doneText(job: JobRecord): string {
  const {counts} = job
  const all = DATASET_STATES.reduce((sum, state) => sum + counts[state], -counts.gone)
  const done = counts.deleted + counts.trashed
  const part = done === all ? '' : ` of ${formatNumber(all)}`
  return `${formatNumber(done)}${part} ${isMove(job) ? 'trashed' : 'deleted'}`
}

/** The rules as flags, after a command that is not a cleanup; runs that were picked, or datasets that were named, need none. */
function ruleText(job: JobRecord, added: GivenFlags = {}): string {
  const flags = formatFlags({...flagsOf(job.rules), ...added})
  return [...(job.source === 'trash' ? ['trash empty'] : []), ...flags].join(' ')
}

/** The table of jobs, newest first, then a line for each way in which jobs did not come to a good end, and for each problem. */
export function formatHistory({dataDir, jobs, settled, problems}: History, view: HistoryView): string {
  const {style, since, width, bin} = view
  const from = since ? ` since ${formatMoment(since)}` : ''
  const ends = new Map<string, JobRecord[]>()
  for (const job of jobs) if (!settled.has(job.id)) pushTo(ends, endOf(job), job)
  ends.delete(DONE)
  const lines = [...ends].map(([end, own]) => {
    const which = own.length > 1 ? ', the latest' : ''
    return `${formatCount(own.length, 'job')} ${end}${which}: ${bin} history ${shortId(own[0]?.id ?? '')}`
  })
  return paragraphs([
    jobs.length > 0
      ? wrapText(style.bold(`${formatCount(jobs.length, 'job')}${from}, in ${dataDir}`), width)
      : wrapText(`No cleanups recorded${from} in ${dataDir}.`, width),
    jobs.length > 0 ? formatTable(columnsFor(jobs, view), jobs, view) : '',
    [...lines, ...problemLines(problems, 1)].map((line) => style.yellow(line)).join('\n'),
  ])
}

/** One job: its datasets first, what it was and how to undo it last, where a long list does not scroll it away. */
export function formatJob(
  job: JobRecord,
  problems: HistoryProblem[],
  view: HistoryView,
  check?: JobCheck,
): string {
  const {
    at,
    id,
    namespace,
    endpoint,
    user,
    program,
    confirmedBy,
    phrase,
    endedAt,
    savedPlan,
    archive,
    picked,
  } = job
  const {style, isRehearsal} = view
  const how = {phrase: `by typing ${phrase}`, yes: 'with --yes', callback: 'by a program'}[confirmedBy]
  const flags = ruleText(job, {archive: archive ?? undefined})
  const undo = isRehearsal ? undefined : undoOf(job, view, check)
  const end = endOf(job)
  const paint = end === DONE ? style.bold : style.yellow
  const facts: Pair[] = [
    ['Result', `${paint(end)}${END_NOTES[end] ?? ''}`],
    ['Datasets', countsText(job) || undefined],
    ['Now', check && presentText(check)],
    ['Namespace', `${namespace} at ${endpoint}`],
    ['Flags', flags ? `${flags}${picked ? ' (and picked by hand)' : ''}` : 'none: picked by hand'],
    ['Plan', savedPlan ? `saved by ${String(savedPlan.madeBy)} (${savedPlan.digest})` : undefined],
    ['Confirmed', `${how}, by ${user}`],
    ['Ended', endedAt ? formatMoment(endedAt) : 'unknown'],
    ['Program', program],
    ['Journal', journalName(at, id)],
    ['To finish', isRehearsal || view.isSettled ? undefined : finishOf(job, view)],
    ['Undo', undo && style.bold(undo)],
  ]
  return paragraphs([
    style.bold(`Job ${id}, ${formatMoment(at)}`),
    check ? formatPresent(check, view) : formatStates(job, view),
    problemLines(problems)
      .map((line) => style.yellow(line))
      .join('\n'),
    formatPairs(facts, view, new Set(['To finish', 'Undo'])),
  ])
}

/** The command that takes what the job left, by its rules; undefined where nothing is left, or a person or a saved plan chose. */
function finishOf(job: JobRecord, {bin, isNamespaceSet}: HistoryView): string | undefined {
  const {counts, savedPlan, picked, rules, archive, source} = job
  const open = counts.failed + counts.unattempted + counts.untouched + counts.uncertain
  if (open === 0 || savedPlan || picked || !isSelecting(rules)) return undefined
  const words = [
    bin,
    ...(source === 'runs' ? ['cleanup'] : []),
    ruleText(job, {archive: archive ?? undefined}),
  ]
  return [...words, ...namespaceFlag(job, isNamespaceSet), '--no-dry-run'].join(' ')
}

/** Whether a cleanup would accept these rules: those of a list of names select nothing, those of another version may be unknown. */
function isSelecting(rules: JobRecord['rules']): boolean {
  try {
    readRules(optionsOf(rules))
    return true
  } catch {
    return false
  }
}

/** The command that brings back what the job took; undefined where nothing can come back, or nothing is away. */
function undoOf({id, counts, archive}: JobRecord, {bin}: HistoryView, check?: JobCheck): string | undefined {
  const hasCopies = counts.trashed > 0 || (counts.deleted > 0 && archive !== null)
  const isBack = check?.found.every(({state}) => state === 'back' || state === 'there')
  return hasCopies && !isBack ? `${bin} restore --job ${shortId(id)}` : undefined
}

/** `7 deleted, 1 failed`. */
function countsText(job: JobRecord): string {
  const {counts} = job
  const states = DATASET_STATES.filter((state) => counts[state] > 0)
  return states
    .map((state) => `${formatNumber(counts[state])} ${titleOf(state, job).toLowerCase()}`)
    .join(', ')
}

/** The datasets by what is certain of them; what is not certain comes last, where the eye rests. */
function formatStates(job: JobRecord, view: HistoryView): string {
  const {id, at: start, counts, datasets} = job
  const {style, width, bin} = view
  const lines = DATASET_STATES.filter((state) => counts[state] > 0).flatMap((state) => {
    const paint = state === 'uncertain' ? style.yellow : state === 'failed' ? style.red : style.bold
    // Why it is certain that one is deleted does not matter.
    const named = datasets
      .filter((dataset) => dataset.state === state)
      .map((dataset) => (state === 'deleted' ? {...dataset, reason: undefined} : dataset))
    return [...byReason(named)].flatMap(([reason, own]) => {
      const title = wrapText(
        `${titleOf(state, job)}: ${formatNumber(own.length)}${reason && ` (${reason})`}`,
        width,
      )
      return [paint(title), ...own.map((dataset) => describe(dataset, start, width))]
    })
  })
  const hint = `To see where they are now: ${bin} history ${shortId(id)} --check`
  return [...lines, ...(counts.uncertain > 0 ? [hint] : [])].join('\n')
}

/** Datasets of one state, those that share a reason in a group of their own that has it; the others first. */
function byReason(datasets: DatasetRecord[]): Map<string, DatasetRecord[]> {
  const reasons = new Map<string, DatasetRecord[]>()
  for (const dataset of datasets) pushTo(reasons, dataset.reason ?? '', dataset)
  const groups = new Map<string, DatasetRecord[]>()
  for (const own of [...reasons.values()].filter(({length}) => length === 1)) pushTo(groups, '', own[0]!)
  for (const [reason, own] of reasons)
    if (own.length > 1) for (const dataset of own) pushTo(groups, reason, {...dataset, reason: undefined})
  return groups
}

/** Where datasets of a job may be now, what is not known last. */
const PRESENT: ReadonlyArray<[title: string, state: PresentState, isOther?: true]> = [
  ['Gone', 'gone'],
  ['In the trash', 'trash'],
  ['Back', 'back'],
  ['Back as another dataset', 'back', true],
  ['Still there', 'there'],
  ['Unknown', 'unknown'],
]

function presentGroups({found}: JobCheck): Array<[title: string, own: Present[]]> {
  const groups = PRESENT.map(([title, state, isOther]): [string, Present[]] => [
    title,
    found.filter((each) => each.state === state && each.isOther === isOther),
  ])
  return groups.filter(([, own]) => own.length > 0)
}

function presentText(check: JobCheck): string {
  const parts = presentGroups(check).map(
    ([title, own]) => `${formatNumber(own.length)} ${title.toLowerCase()}`,
  )
  return `${parts.join(', ') || 'no datasets'} (${formatMoment(check.at)})`
}

/** The datasets by where they are now. */
function formatPresent(check: JobCheck, {style, width}: HistoryView): string {
  const lines = presentGroups(check).flatMap(([title, own]) => {
    const named = own.map(({name, original, reason}) => describeOutcome({name: name ?? original, reason}))
    return [
      style.bold(`${title}: ${formatNumber(own.length)}`),
      ...named.map((text) => wrapIndented(text, '  ', width)),
    ]
  })
  return lines.join('\n')
}

/** A dataset with the time in UTC, and with the day where that is another than the job's. */
function describe(dataset: DatasetRecord, start: Date, width: number | undefined): string {
  const {name, at, state, reason} = dataset
  const [day = '', time = ''] = at?.toISOString().slice(0, 19).split('T') ?? []
  const when = at ? `${day === dayOf(start) ? '' : `${day} `}${time}  ` : ''
  // The id of a request helps where something went wrong.
  const plain = state === 'trashed' ? {name, reason} : {name}
  const text = describeOutcome(state === 'deleted' || state === 'trashed' ? plain : dataset)
  const margin = ' '.repeat(when.length + 2)
  return `  ${when}${wrapIndented(text, margin, width).slice(margin.length)}`
}

/** A line for each file, with so many of its problems. */
function problemLines(problems: HistoryProblem[], most = Infinity): string[] {
  const files = new Map<string, string[]>()
  for (const {file, message} of problems) pushTo(files, file, message)
  return [...files].map(([file, messages]) => `Damaged: ${file} (${joinWords(firstFew(messages, most))})`)
}
