import {count, printable} from '../base/text.js'
import {type Outcome, type OutcomeStatus} from '../cleanup/outcomes.js'
import {type CleanupResult} from '../cleanup/result.js'
import {type Pair} from './columns.js'
import {formatBytes, formatStorageTotal} from './format.js'

/** What to do next, in words, and the command that does it where there is one. */
export interface NextStep {
  text: string
  command?: string
}

/** Outcomes of datasets, in words. */
export const OUTCOME_LABELS: Readonly<Record<OutcomeStatus, string>> = {
  deleted: 'Deleted',
  failed: 'Failed',
  unattempted: 'Not attempted',
  skipped: 'Skipped',
  gone: 'Already gone',
}

/** What did not go as planned, the worst first. */
const NOT_DELETED = ['failed', 'unattempted', 'skipped', 'gone'] as const

/** The outcomes that are not deletions, by kind. */
export function notDeleted(outcomes: readonly Outcome[]): Array<[title: string, outcomes: Outcome[]]> {
  return NOT_DELETED.map((status): [string, Outcome[]] => [
    OUTCOME_LABELS[status],
    outcomes.filter((outcome) => outcome.status === status),
  ]).filter(([, own]) => own.length > 0)
}

type Described = {name: string; reason?: string | undefined; requestId?: string | undefined}
/** One dataset and its outcome, in one line. */
export function describeOutcome({name, reason, requestId}: Described): string {
  return printable(`${name}${reason ? `: ${reason}` : ''}${requestId ? ` (request ${requestId})` : ''}`)
}

/** The outcome of a plan that was carried out, in numbers. */
export function resultPairs({counts, remaining, plan, storage, archive}: CleanupResult): Pair[] {
  return [
    ...(['deleted', ...NOT_DELETED] as const)
      .filter((status) => status === 'deleted' || status === 'failed' || counts[status] > 0)
      .map((status): Pair => [OUTCOME_LABELS[status], count(counts[status], 'dataset')]),
    ['Freed', storage && formatStorageTotal(storage.freed)],
    ['Leaderboard', plan.leaderboard && !plan.leaderboard.goes ? 'preserved' : undefined],
    [
      'Archived',
      archive && archive.datasets > 0
        ? `${count(archive.datasets, 'dataset')} (${formatBytes(archive.bytes)}) in ${archive.dir}\n\`restore\` brings back what it holds`
        : undefined,
    ],
    ['Remaining', `${count(remaining.runs, 'run')}, ${count(remaining.datasets, 'dataset')}`],
  ]
}
