import {printable} from '../../base/text.js'
import {type Outcome, type OutcomeStatus} from '../../cleanup/outcomes.js'
import {type CleanupResult} from '../../cleanup/result.js'
import {count, formatBytes, formatStorageTotal, thousands} from '../format.js'
import {joined, paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {formatPairs} from './table.js'

/** Outcomes of datasets, in words. */
export const OUTCOME_LABELS: Readonly<Record<OutcomeStatus, string>> = {
  deleted: 'Deleted',
  failed: 'Failed',
  unattempted: 'Not attempted',
  skipped: 'Skipped',
  gone: 'Already gone',
}

/** What did not go as planned, the worst first. */
export const NOT_DELETED = ['failed', 'unattempted', 'skipped', 'gone'] as const satisfies OutcomeStatus[]

/** Up to this many outcomes of one kind are all named; of more, those with the same reason are grouped. */
export const MOST_NAMED = 40

/** How many reasons are listed, and how many names with each. */
const REASONS_TOLD = 20
const NAMES_TOLD = 3

/** As much of a dataset as one line shows. */
interface Described {
  name: string
  reason?: string | undefined
  requestId?: string | undefined
}

/** One dataset and its outcome, in one line. */
export function describeOutcome({name, reason, requestId}: Described): string {
  return printable(`${name}${reason ? `: ${reason}` : ''}${requestId ? ` (request ${requestId})` : ''}`)
}

/** Outcomes of one kind, a line each; of thousands the reasons, how often there is each, and some names. */
export function formatOutcomes(outcomes: readonly Outcome[], {width}: Screen): string {
  const lines =
    outcomes.length > MOST_NAMED ? byReason(outcomes) : outcomes.map((outcome) => describeOutcome(outcome))
  return lines.map((line) => wrapIndented(line, '  ', width)).join('\n')
}

/** The most frequent reasons first. */
function byReason(outcomes: readonly Outcome[]): string[] {
  const lines: string[] = []
  const groups = new Map<string, Outcome[]>()
  for (const outcome of outcomes) {
    const group = groups.get(outcome.reason ?? '')
    if (group) group.push(outcome)
    else groups.set(outcome.reason ?? '', [outcome])
  }

  const sorted = [...groups].toSorted(([, a], [, b]) => b.length - a.length)
  for (const [reason, group] of sorted.slice(0, REASONS_TOLD)) {
    lines.push(printable(`${count(group.length, 'dataset')}${reason ? `: ${reason}` : ''}`))
    for (const {name, requestId} of group.slice(0, NAMES_TOLD))
      lines.push(`  ${describeOutcome({name, requestId})}`)
    if (group.length > NAMES_TOLD) lines.push(`  … and ${count(group.length - NAMES_TOLD, 'more dataset')}`)
  }

  const rest = sorted.slice(REASONS_TOLD).reduce((sum, [, group]) => sum + group.length, 0)
  if (rest > 0) lines.push(`${count(rest, 'dataset')} for other reasons`)
  return lines
}

/** The outcome of a plan: everything not deleted and why, then, where the eye rests, the counts and what is left. */
export function formatResult(result: CleanupResult, screen: Screen): string {
  const {style, width} = screen
  const {counts, remaining, plan, storage} = result
  const shown = (['deleted', ...NOT_DELETED] as const).filter(
    (status) => status === 'deleted' || status === 'failed' || counts[status] > 0,
  )
  const leaderboard =
    plan.leaderboard && !plan.leaderboard.goes ? [['Leaderboard', 'preserved'] as [string, string]] : []
  const pairs = formatPairs(
    [
      ...shown.map((status): [string, string] => [OUTCOME_LABELS[status], count(counts[status], 'dataset')]),
      ...(storage ? [['Freed', formatStorageTotal(storage.freed)] as [string, string]] : []),
      ...leaderboard,
      ...archivedPairs(result),
      ['Remaining', `${count(remaining.runs, 'run')}, ${count(remaining.datasets, 'dataset')}`],
    ],
    screen,
  )
  return paragraphs([...formatRest(result, screen), `${wrapText(headline(result, style), width)}\n${pairs}`])
}

/** Where a person finds again what was deleted. */
function archivedPairs({archive}: CleanupResult): Array<[string, string]> {
  if (!archive || archive.datasets === 0) return []
  const what = `${count(archive.datasets, 'dataset')} (${formatBytes(archive.bytes)})`
  return [
    ['Archived', `${what} in ${archive.dir}`],
    ['', '`restore` brings back what it holds'],
  ]
}

function headline({counts, interrupted, outcomes, deletionMs}: CleanupResult, style: Style): string {
  const seconds = `${(deletionMs / 1000).toFixed(1)} s`
  if (interrupted)
    return style.yellow(`Interrupted after ${seconds}: what had begun was finished, nothing new was started.`)
  if (counts.deleted + counts.gone === outcomes.length) return style.green(`Cleanup complete in ${seconds}.`)
  return style.red(`Cleanup ended in ${seconds}, not everything was deleted.`)
}

/** Everything that did not go as planned; where that is too much to read, where each of it is named. */
function formatRest({outcomes, journal}: CleanupResult, screen: Screen): string[] {
  return NOT_DELETED.map((status) => outcomes.filter((outcome) => outcome.status === status))
    .filter((group) => group.length > 0)
    .map((group) => {
      const elsewhere = group.length > MOST_NAMED && journal ? ' (`history` names each)' : ''
      const title = screen.style.bold(
        `${OUTCOME_LABELS[group[0]?.status ?? 'failed']}: ${thousands(group.length)}`,
      )
      return joined([`${title}${elsewhere}`, formatOutcomes(group, screen)], '\n')
    })
}
