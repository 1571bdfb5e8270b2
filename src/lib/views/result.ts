import {formatFlags, formatWords} from '../base/shell.js'
import {formatCount, formatNumber, printable} from '../base/text.js'
import {isExposed, type Outcome, type OutcomeStatus} from '../cleanup/outcomes.js'
import {type CleanupResult, isTaken, type PruneOutcome} from '../cleanup/result.js'
import {type PlannedRun} from '../plan/plan.js'
import {type Pair} from './columns.js'
import {formatBytes, formatStorageTotal} from './format.js'
import {verbsOf} from './plan.js'

/** How a job ended, in words, for every view. */

/** What to do next, in words, and the command that does it where there is one. */
export interface NextStep {
  text: string
  command?: string
}

export const OUTCOME_LABELS: Readonly<Record<OutcomeStatus, string>> = {
  deleted: 'Deleted',
  trashed: 'Trashed',
  failed: 'Failed',
  unattempted: 'Not attempted',
  skipped: 'Skipped',
  gone: 'Already gone',
}

const NOT_DELETED = ['failed', 'unattempted', 'skipped', 'gone'] as const

/** The outcomes that are not deletions, by kind. */
function notDeleted(outcomes: readonly Outcome[]): Array<[title: string, outcomes: Outcome[]]> {
  return NOT_DELETED.map((status): [string, Outcome[]] => [
    OUTCOME_LABELS[status],
    outcomes.filter((outcome) => outcome.status === status),
  ]).filter(([, own]) => own.length > 0)
}

/** What somebody has to look at: what a move may have shown to others first, then what is not deleted. */
export function remarkable(outcomes: readonly Outcome[]): Array<[title: string, outcomes: Outcome[]]> {
  const exposed = outcomes.filter((outcome) => isExposed(outcome))
  return [...(exposed.length > 0 ? [[EXPOSED, exposed] as [string, Outcome[]]] : []), ...notDeleted(outcomes)]
}

export const EXPOSED = 'Public after the move'

type Described = {name: string; reason?: string | undefined; requestId?: string | undefined}
export function describeOutcome({name, reason, requestId}: Described): string {
  return printable(`${name}${reason ? `: ${reason}` : ''}${requestId ? ` (request ${requestId})` : ''}`)
}

/** The names of what was taken, and the runs that it was of. */
function takenIn({plan, outcomes}: CleanupResult): {names: ReadonlySet<string>; runs: PlannedRun[]} {
  const names = new Set(outcomes.flatMap(({name, status}) => (isTaken(status) ? [name] : [])))
  return {names, runs: plan.delete.filter(({datasets}) => datasets.some(({name}) => names.has(name)))}
}

/** How a job ended, in one or two sentences: of a partial one, what each of the other datasets came to. */
export function resultText(result: CleanupResult): string {
  const {plan, counts, outcomes, interrupted, deletionMs, remaining} = result
  const verbs = verbsOf(plan)
  const taken = counts[verbs.taken]
  const runs = runsText(result)
  const rest = notDeleted(outcomes).map(
    ([label, own]) => `${formatNumber(own.length)} ${label.toLowerCase()}`,
  )
  const share = rest.length > 0 ? `${formatNumber(taken)} of ` : ''
  const datasets = formatCount(rest.length > 0 ? outcomes.length : taken, 'dataset')
  const ofRuns = runs && (share ? ` (${runs})` : ` of ${runs}`)
  const others = rest.length > 0 ? `: ${rest.join(', ')}` : ''
  const left = `${formatCount(remaining.runs, 'run')}, ${formatCount(remaining.datasets, 'dataset')} remain`
  return [
    ...(interrupted ? ['Interrupted: running requests were finished, nothing new was started.'] : []),
    `${verbs.did} ${share}${datasets}${ofRuns}${verbs.where} in ${(deletionMs / 1000).toFixed(1)} s${others}.`,
    `${left}${plan.source === 'trash' ? ' in the trash' : ''}.`,
  ].join(' ')
}

/** `2 runs, 1 partly`: of how many runs all that was planned is gone, and of how many a part. */
function runsText(result: CleanupResult): string {
  const {runs} = takenIn(result)
  const left = new Set(
    result.outcomes.flatMap(({name, status}) => (isTaken(status) || status === 'gone' ? [] : [name])),
  )
  const whole = runs.filter(({datasets}) => !datasets.some(({name}) => left.has(name))).length
  const partly = runs.length - whole
  if (whole === 0) return partly > 0 ? `${formatCount(partly, 'run')} partly` : ''
  return `${formatCount(whole, 'run')}${partly > 0 ? `, ${formatNumber(partly)} partly` : ''}`
}

/** What a screen shows at the end of a cleanup, beside its result. */
export interface Ending {
  bin: string
  /** The Hub is gone with the command. */
  isRehearsal: boolean
  /** A variable says what a command without `--namespace` means: one that is shown must name its own. */
  isNamespaceSet?: boolean
  next?: NextStep | undefined
}

/** What a deletion came to, and the commands that undo it and show it again, which end their lines to be copied. */
export function resultPairs(result: CleanupResult, ending: Ending): Pair[] {
  const {plan, storage, archive, job, prune} = result
  const {bin, isRehearsal} = ending
  const archived = archive && archive.datasets > 0
  return [
    [
      'Freed',
      plan.rules.trash
        ? `nothing yet; in two weeks: ${emptyCommand(result, ending)}`
        : storage && formatStorageTotal(storage.freed),
    ],
    [
      'Archived',
      archived
        ? `${formatCount(archive.datasets, 'dataset')} (${formatBytes(archive.bytes)}) in ${printable(archive.dir)}`
        : undefined,
    ],
    ['Rows', prune && pruneText(prune)],
    ['Undo', isRehearsal ? undefined : undoText(result, ending)],
    ['Details', job === undefined ? undefined : `${bin} history ${shortId(job)}`],
  ]
}

/** What became of the rows about the runs that were deleted. */
function pruneText({status, rows, reason = '', archive = ''}: PruneOutcome): string {
  if (status !== 'pruned') return printable(`not pruned: ${reason}`)
  if (rows === 0) return 'no row to prune'
  return printable(
    `references of ${formatCount(rows, 'row')} emptied. The leaderboard as it was before: ${archive}`,
  )
}

/** Of more runs or datasets a command that names each would be too long to be read. */
export const MAX_NAMED = 5

/** The command that brings back what a job took: by the job, or without a journal from where it is. */
function undoText(result: CleanupResult, {bin, isNamespaceSet}: Ending): string | undefined {
  const {plan, archive, user, job} = result
  const {names: taken, runs} = takenIn(result)
  const isKept = plan.rules.trash || (archive !== undefined && !archive.isLeaderboardOnly)
  if (job !== undefined && isKept) return taken.size > 0 ? `${bin} restore --job ${shortId(job)}` : undefined
  const flags = namespaceFlag({namespace: plan.namespace, user}, isNamespaceSet)
  const timestamps = runs.map(({run}) => run.timestamp)
  if (plan.rules.trash && taken.size > 0) {
    const named = timestamps.length > MAX_NAMED ? ['TIMESTAMP'] : timestamps
    return [`${bin} trash restore`, ...named, ...flags].join(' ')
  }

  const board = plan.leaderboard?.dataset.name ?? ''
  const isBack = archive?.isLeaderboardOnly ? taken.has(board) : taken.size > 0
  if (!archive || !isBack) return undefined
  const words = [...(taken.has(board) ? [board.slice(plan.namespace.length + 1)] : []), ...timestamps]
  const isExact = archive.isShared && words.length <= MAX_NAMED
  const command = [`${bin} restore`, formatWords([archive.dir, ...(isExact ? words : [])]), ...flags].join(
    ' ',
  )
  if (archive.isLeaderboardOnly) return taken.size > 1 ? `${command}\n(the leaderboard only)` : command
  return archive.isShared && !isExact ? `${command}\n(also restores what else is in that folder)` : command
}

/** The command that deletes for good what has been in the trash for two weeks. */
function emptyCommand(
  {plan: {namespace, rules}, user}: CleanupResult,
  {bin, isNamespaceSet}: Ending,
): string {
  // A part of a run is deleted only where its type is named.
  const only = formatFlags({only: rules.only})
  return [
    `${bin} trash empty --older-than 14d`,
    ...only,
    ...namespaceFlag({namespace, user}, isNamespaceSet),
  ].join(' ')
}

/** The flag that a command of a screen needs, where its namespace is not the one that it would have without. */
export function namespaceFlag(
  {namespace, user}: {namespace: string; user: string},
  isNamespaceSet: boolean | undefined,
): string[] {
  return formatFlags({namespace: namespace === user && !isNamespaceSet ? undefined : namespace})
}

/** As many of a job's 12 digits as a person needs to name it. */
export function shortId(id: string): string {
  return id.slice(0, 8)
}
