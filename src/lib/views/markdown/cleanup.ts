import {capitalize, formatCount} from '../../base/text.js'
import {type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isTaken, isTooLate, isUnknown} from '../../cleanup/result.js'
import {decisionColumns} from '../columns.js'
import {ageNote, placeAndTime} from '../format.js'
import * as plans from '../plan.js'
import * as results from '../result.js'
import {
  collapse,
  command,
  escapeText,
  type JobFacts,
  jobTable,
  page,
  table,
  warningsPart,
} from './markdown.js'

/** What each list may take up, in bytes: GitHub shows no summary that is larger than 1 MiB, all that a step writes together. */
const ROOM = {runs: 100_000, left: 100_000, deleted: 50_000, kept: 50_000}
const ELSEWHERE = '`--json` names each, and `history` where there is a journal'

/**
 * The summary of a cleanup, or of the saved plan that it applied: what is wrong first, then what was asked, what it came to and what
 * to do, then the lists.
 */
export function cleanupSummary(
  result: CleanupResult,
  notes: plans.PlanNotes,
  ending: results.Ending,
  job: JobFacts,
): string {
  const {plan, outcomes, stale, journal} = result
  return page([
    job.failed ?? `## ${plan.source === 'trash' ? 'Trash' : 'Cleanup'}: ${titleOf(result)}`,
    leftPart(outcomes.length > 0 ? outcomes : stale, plans.verbsOf(plan).done),
    jobTable(job, [
      ['Namespace', placeAndTime(plan.namespace, plan)],
      ...plans.planPairs(plan, notes),
      // Whole: a reviewer compares it with the file's.
      ['Digest', notes.saved?.digest],
      ...(outcomes.length > 0
        ? ([['Result', results.resultText(result)], ...results.resultPairs(result, ending)] as const)
        : []),
      ['Journal', journal],
    ]),
    job.failed === undefined ? nextPart(ending.next) : '',
    ...listParts(result, notes),
    warningsPart(job),
  ])
}

function titleOf(result: CleanupResult): string {
  const {plan, dryRun, declined, interrupted, wouldDelete, counts, outcomes} = result
  const {verb, where, done, taken} = plans.verbsOf(plan)
  if (declined) return `cancelled, nothing was ${done}`
  if (isTooLate(result)) return 'nothing of the plan could be applied'
  if (isUnknown(result)) return `dry run, what would be ${done} is not known`
  if (wouldDelete === 0) return `nothing to ${verb}${where}`
  if (dryRun) return `dry run, ${formatCount(wouldDelete, 'dataset')} to ${verb}${where}`
  if (interrupted) return `interrupted, ${formatCount(counts[taken], 'dataset')} ${done}`
  const ended = counts[taken] + counts.gone
  return ended === outcomes.length
    ? `${formatCount(counts[taken], 'dataset')} ${done}`
    : `${outcomes.length - ended} of ${formatCount(outcomes.length, 'dataset')} not ${done}`
}

function leftPart(outcomes: readonly Outcome[], done: string): string {
  const left = results.remarkable(outcomes).flatMap(([, own]) => own)
  if (left.length === 0) return ''
  const columns = [
    {title: `Not ${done}`, isCode: true, cell: ({name}: Outcome) => name},
    {title: 'Outcome', cell: ({status}: Outcome) => results.OUTCOME_LABELS[status]},
    {
      title: 'Why',
      cell: ({reason = '', requestId}: Outcome) => `${reason}${requestId ? ` (request ${requestId})` : ''}`,
    },
  ]
  return table(columns, left, {bytes: ROOM.left, more: `more: ${ELSEWHERE}`})
}

/** What a person does next, with the very command where there is one. */
function nextPart(next: results.NextStep | undefined): string {
  if (!next) return ''
  const shown = next.command && (command(next.command) ?? 'The command is in the log.')
  return page([escapeText(next.text), shown])
}

/** The runs of the plan, then those that are kept; all but what is still to be done is folded. */
function listParts({plan, dryRun, outcomes}: CleanupResult, {sizes, rows}: plans.PlanNotes): string[] {
  const context = {now: plan.now, sizes, rows}
  const {keep} = plan
  const {verbs, where, done, verb} = plans.verbsOf(plan)
  const isTrash = plan.source === 'trash'
  const taken = outcomes.filter(({status}) => isTaken(status))
  const title = `${verbs} ${formatCount(plan.delete.length, 'run')}${where}`
  const planned = table(decisionColumns(context, {types: verbs, isTrash}), plan.delete, {
    bytes: ROOM.runs,
    more: `more runs to ${verb}: the log and a saved plan name each`,
  })
  const names = table([{title: capitalize(done), isCode: true, cell: ({name}: Outcome) => name}], taken, {
    bytes: ROOM.deleted,
    more: `more ${done}: ${ELSEWHERE}`,
  })
  const rest = table(decisionColumns(context, {types: 'Has', isTrash}), keep, {
    bytes: ROOM.kept,
    more: 'more runs kept: `--json` names each',
  })
  return [
    ...(plan.delete.length > 0 ? [dryRun ? page([`### ${title}`, planned]) : collapse(title, planned)] : []),
    ...(taken.length > 0 ? [collapse(`${formatCount(taken.length, 'dataset')} ${done}`, names)] : []),
    ...(keep.length > 0 ? [collapse(`Keeps ${plans.keptText(plan)}`, rest)] : []),
    escapeText(ageNote([...plan.delete, ...keep].map(({run}) => run))),
  ]
}
