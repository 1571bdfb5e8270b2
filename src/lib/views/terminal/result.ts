import {printable} from '../../base/text.js'
import {type Outcome, type OutcomeStatus} from '../../cleanup/outcomes.js'
import {count} from '../format.js'
import {type Screen} from './style.js'
import {wrapIndented} from './wrapping.js'

/** What became of datasets, in words. */
export const OUTCOME_LABELS: Readonly<Record<OutcomeStatus, string>> = {
  deleted: 'Deleted',
  failed: 'Failed',
  unattempted: 'Not attempted',
  skipped: 'Skipped',
  gone: 'Already gone',
}

/** What did not go as planned, the worst first. */
export const NOT_DELETED = ['failed', 'unattempted', 'skipped', 'gone'] as const satisfies OutcomeStatus[]

/** As many outcomes of one kind as are all named; of more, those with the same reason are told together. */
export const MOST_NAMED = 40
/** How many reasons are told, and how many names with each. */
const REASONS_TOLD = 20
const NAMES_TOLD = 3

/** As much of a dataset as one line tells. */
interface Told {
  name: string
  reason?: string | undefined
  requestId?: string | undefined
}

/** One dataset and what became of it, in one line. */
export function describeOutcome({name, reason, requestId}: Told): string {
  return printable(`${name}${reason ? `: ${reason}` : ''}${requestId ? ` (request ${requestId})` : ''}`)
}

/** Outcomes of one kind, a line each; of thousands the reasons, how often there is each, and some names. */
export function formatOutcomes(outcomes: readonly Outcome[], {width}: Screen): string {
  const told =
    outcomes.length > MOST_NAMED ? byReason(outcomes) : outcomes.map((outcome) => describeOutcome(outcome))
  return told.map((line) => wrapIndented(line, '  ', width)).join('\n')
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
