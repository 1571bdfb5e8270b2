import {type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isTooLate, isUnknown} from '../../cleanup/result.js'
import {type KeptRun, type Plan, type PlannedRun} from '../../plan/plan.js'
import {type SavedPlan} from '../../plan/saved/parse.js'
import {
  ageOf,
  count,
  formatBytes,
  formatStorageTotal,
  moment,
  type SizeColumn,
  sizeColumn,
  thousands,
  typesOf,
} from '../format.js'
import {type Asked, notesOn, stepAfter} from '../terminal/cleanup.js'
import {goingText, rulePairs, untouchedPairs} from '../terminal/plan.js'
import {NOT_DELETED, OUTCOME_LABELS} from '../terminal/result.js'
import {askedFact, exitFact, type JobFacts, warningsPart} from './job.js'
import {code, command, facts, folded, page, table, text} from './markdown.js'

/** What the result does not say of its job. */
interface CleanupFacts extends JobFacts {
  /** The plan that was applied. */
  saved?: SavedPlan | undefined
}

/** What each list may take up, in bytes: GitHub shows no summary that is larger than 1 MiB, all that a step writes together. */
const ROOM = {runs: 100_000, left: 100_000, deleted: 50_000, kept: 50_000}

/** The summary of a cleanup: what is wrong first, then what was asked, what it came to and what to do, then the lists. */
export function cleanupSummary(result: CleanupResult, asked: Asked, job: CleanupFacts): string {
  const {plan, dryRun, storage, outcomes, stale} = result
  const size = sizeColumn(storage?.sizes)
  return page([
    `## Cleanup: ${titleOf(result)}`,
    leftPart(outcomes.length > 0 ? outcomes : stale),
    facts([askedFact(job), ...planFacts(result, asked, job), ...resultFacts(result), exitFact(job)]),
    nextPart(result, asked, job),
    plan.delete.length === 0 ? '' : goingPart(plan, size, dryRun),
    deletedPart(outcomes),
    keptPart(plan, size),
    warningsPart(job),
  ])
}

function titleOf(result: CleanupResult): string {
  const {dryRun, declined, interrupted, wouldDelete, counts, outcomes} = result
  if (declined) return 'cancelled, nothing was deleted'
  if (isTooLate(result)) return 'nothing of the plan could be applied'
  if (isUnknown(result)) return 'dry run, what would be deleted is not known'
  if (wouldDelete === 0) return 'nothing to delete'
  if (dryRun) return `dry run, ${count(wouldDelete, 'dataset')} to delete`
  if (interrupted) return `interrupted, ${count(counts.deleted, 'dataset')} deleted`
  const done = counts.deleted + counts.gone
  return done === outcomes.length
    ? `${count(counts.deleted, 'dataset')} deleted`
    : `${outcomes.length - done} of ${count(outcomes.length, 'dataset')} not deleted`
}

function planFacts(
  {plan, storage}: CleanupResult,
  asked: Asked,
  {saved}: CleanupFacts,
): Array<[string, string]> {
  const notes = notesOn(plan, '', storage?.sizes, asked)
  const said = [...rulePairs(plan, notes), ...untouchedPairs(plan, notes)]
  return [
    ['Namespace', `${code(plan.namespace)} at ${code(plan.endpoint)}, ${moment(plan.now)}`],
    ...(saved ? [['Plan', planText(saved)] as [string, string]] : []),
    ...said.map(([name, value]): [string, string] => [name, text(value)]),
    ['Plan deletes', text(goingText(plan, notes))],
  ]
}

function planText({madeBy, madeAt, digest}: SavedPlan): string {
  return `made by ${code(madeBy)}, ${moment(madeAt)}, ${code(digest)}`
}

function resultFacts({
  outcomes,
  counts,
  archive,
  journal,
  storage,
  found,
  remaining,
}: CleanupResult): Array<[string, string]> {
  const there = (left: {runs: number; datasets: number}) =>
    `${count(left.runs, 'run')}, ${count(left.datasets, 'dataset')}`
  if (outcomes.length === 0) return [['Found', there(found)]]
  return [
    ...(['deleted', ...NOT_DELETED] as const)
      .filter((status) => status === 'deleted' || counts[status] > 0)
      .map((status): [string, string] => [OUTCOME_LABELS[status], count(counts[status], 'dataset')]),
    ...(storage ? [['Freed', formatStorageTotal(storage.freed)] as [string, string]] : []),
    ...(archive && archive.datasets > 0
      ? [
          [
            'Archived',
            `${count(archive.datasets, 'dataset')} (${formatBytes(archive.bytes)}) in ${code(archive.dir)}`,
          ] as [string, string],
        ]
      : []),
    ...(journal === undefined ? [] : [['Journal', code(journal)] as [string, string]]),
    ['Remaining', there(remaining)],
  ]
}

/** Everything of the plan that is not deleted by this job, and why. */
function leftPart(outcomes: readonly Outcome[]): string | undefined {
  const left = NOT_DELETED.flatMap((status) => outcomes.filter((outcome) => outcome.status === status))
  if (left.length === 0) return undefined
  return table({
    titles: ['Not deleted', 'Outcome', 'Why'],
    rows: left.map(({name, status, reason = '', requestId}) => [
      code(name),
      OUTCOME_LABELS[status],
      `${text(reason)}${requestId ? ` (request ${code(requestId)})` : ''}`,
    ]),
    number: left.length,
    bytes: ROOM.left,
    more: 'more: `--json` names each, and `history` where there is a journal',
  })
}

/** What a person does next, with the very command where there is one. */
function nextPart(result: CleanupResult, asked: Asked, {saved}: CleanupFacts): string {
  const next = stepAfter(result, asked)
  if (next) {
    const shown = next.command === undefined ? '' : command(next.command)
    return [text(next.text), shown ?? 'The command is in the log.'].filter(Boolean).join('\n\n')
  }

  const {counts, dryRun} = result
  const again = saved ? 'Apply the same plan again' : 'Run the same command again'
  return [
    ...(isTooLate(result)
      ? ['Make the plan again: what is in it changed, or may not be deleted any more.']
      : []),
    ...(!dryRun && counts.failed + counts.unattempted > 0
      ? [`${again} to try what failed or was not attempted; what is gone is passed over.`]
      : []),
    ...(!dryRun && counts.skipped > 0 ? ['What was skipped stays until a new plan takes it in.'] : []),
  ].join('\n')
}

function goingPart(plan: Plan, size: SizeColumn, isOpen: boolean): string {
  const title = `${count(plan.delete.length, 'run')} to delete`
  const rows = table({
    titles: ['Run', 'Age', 'Deleted', ...size.columns.map(() => 'Size'), 'Why'],
    rows: plan.delete.map(({run, datasets, reasons}: PlannedRun) => [
      code(run.timestamp),
      ageOf(run, plan.now),
      datasets.map(({type}) => type).join(', '),
      ...size.cells(datasets),
      whyOf(reasons),
    ]),
    number: plan.delete.length,
    bytes: ROOM.runs,
    more: 'more runs to delete: the log and a saved plan name each',
  })
  return isOpen ? page([`### ${title}`, rows]) : folded(title, rows)
}

function deletedPart(outcomes: readonly Outcome[]): string | undefined {
  const deleted = outcomes.filter(({status}) => status === 'deleted')
  if (deleted.length === 0) return undefined
  const rows = table({
    titles: ['Deleted'],
    rows: deleted.map(({name}) => [code(name)]),
    number: deleted.length,
    bytes: ROOM.deleted,
    more: 'more deleted: `--json` names each, and `history` where there is a journal',
  })
  return folded(`${count(deleted.length, 'dataset')} deleted`, rows)
}

function keptPart({keep, now}: Plan, size: SizeColumn): string | undefined {
  if (keep.length === 0) return undefined
  const rows = table({
    titles: ['Run', 'Age', 'What it has', ...size.columns.map(() => 'Size'), 'Why'],
    rows: keep.map(({run, reasons}: KeptRun) => [
      code(run.timestamp),
      ageOf(run, now),
      typesOf(run),
      ...size.cells(run.datasets),
      whyOf(reasons),
    ]),
    number: keep.length,
    bytes: ROOM.kept,
    more: 'more runs stay: `--json` names each',
  })
  return folded(`${count(keep.length, 'run')} to keep (${countsByRule(keep)})`, rows)
}

function whyOf(reasons: KeptRun['reasons']): string {
  return text(reasons.map((reason) => reason.text).join('; '))
}

/** `keep-recent 3, pinned 1`: a run that several rules keep counts with the first, which weighs most. */
function countsByRule(keep: readonly KeptRun[]): string {
  const counts = new Map<string, number>()
  for (const {reasons} of keep) {
    const rule = reasons[0]?.rule ?? 'no rule'
    counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }

  return [...counts].map(([rule, number]) => `${rule} ${thousands(number)}`).join(', ')
}
