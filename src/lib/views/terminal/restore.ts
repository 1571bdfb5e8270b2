import {type RestoreOutcome, type RestoreStatus} from '../../archive/restore-runs.js'
import {type RestoreResult} from '../../archive/restore.js'
import {formatCount, joinWords, printable} from '../../base/text.js'
import {type JobRestoreOutcome, type JobRestoreResult} from '../../cleanup/job/restore.js'
import {exposedIn} from '../../cleanup/trash/restore.js'
import {type Column, type Pair} from '../columns.js'
import {formatBytes} from '../format.js'
import {type Ending, MAX_NAMED, namespaceFlag, shortId} from '../result.js'
import {MAX_REPEATED} from './cleanup.js'
import {paragraphs, wrapText} from './layout.js'
import {paintFirst, type Screen, type Style} from './style.js'
import {formatPairs, formatTable} from './table.js'
import {endingOf} from './trash.js'

export const RESTORE_LABELS: Record<RestoreStatus, string> = {
  restored: 'Restored',
  restorable: 'Would restore',
  present: 'Already there',
  refused: 'Refused',
  failed: 'Failed',
  unattempted: 'Not attempted',
}

/** Of more datasets only those are listed that are not there. */
const MAX_LISTED = 40

/** @param next the command that restores what a dry run has checked, or what is left */
export function formatRestore(result: RestoreResult, screen: Screen, next?: string): string {
  const {namespace, from, outcomes} = result
  const whose = from === undefined || from === namespace ? '' : `, from the archives of ${printable(from)}`
  return formatWay(result, screen, {title: 'Restore', whose, table: tableOf(outcomes, COLUMNS, screen), next})
}

/** What a job took, where it came from, and what keeps it or would take it again. */
export function formatJobRestore(
  result: JobRestoreResult,
  caller: Pick<Ending, 'bin' | 'isNamespaceSet'>,
  screen: Screen,
  next: string,
): string {
  const title = `Restore of job ${shortId(result.job)}`
  const table = tableOf(result.outcomes, JOB_COLUMNS, screen)
  const ending = result.moved ? endingOf(result.moved, caller, screen) : []
  const way = formatWay(result, screen, {title, whose: '', table, next})
  return paragraphs([way, partlyText(result, caller, screen), ...ending])
}

/** How to make runs whole that another job took apart. */
function partlyText(
  {partly, namespace, user}: JobRestoreResult,
  {bin, isNamespaceSet}: Pick<Ending, 'bin' | 'isNamespaceSet'>,
  {style, width}: Screen,
): string {
  if (partly.length === 0) return ''
  const isMany = partly.length > MAX_NAMED
  const which = isMany ? formatCount(partly.length, 'run') : joinWords(partly)
  const flags = namespaceFlag({namespace, user}, isNamespaceSet)
  const command = [bin, 'trash restore', ...(isMany ? ['TIMESTAMP'] : partly), ...flags].join(' ')
  const text = `The trash has other datasets of ${which}, which this job did not move. To restore them:`
  return `${wrapText(text, width)}\n  ${style.bold(command)}`
}

const OUTCOME: Column<Pick<RestoreOutcome, 'reason' | 'status'>> = {
  title: 'Outcome',
  wrapsTo: RESTORE_LABELS.unattempted.length,
  cell: wordsOf,
}
const COLUMNS: Array<Column<RestoreOutcome>> = [
  {title: 'Dataset', cell: ({name}) => name},
  {title: 'Files', isRight: true, dropAt: 1, cell: ({files}) => String(files)},
  {title: 'Size', isRight: true, dropAt: 2, cell: ({bytes}) => formatBytes(bytes)},
  {title: 'Visibility', dropAt: 3, cell: ({visibility}) => visibility ?? '-'},
  OUTCOME,
]
const JOB_COLUMNS: Array<Column<JobRestoreOutcome>> = [
  {title: 'Dataset', cell: ({name}) => name},
  {title: 'From', dropAt: 1, cell: ({from}) => from ?? '-'},
  OUTCOME,
]

function tableOf<O extends Pick<RestoreOutcome, 'status'>>(
  outcomes: O[],
  columns: Array<Column<O>>,
  screen: Screen,
): string {
  const isLong = screen.width !== undefined && outcomes.length > MAX_LISTED
  const isFolded = screen.width !== undefined && commonReason(outcomes) !== undefined
  const listed = outcomes.filter(
    ({status}) => !(isLong && isThere(status)) && !(isFolded && status === 'unattempted'),
  )
  return listed.length > 0 ? formatTable(columns, listed, screen) : ''
}

/** Why nothing was attempted, where so many have the same reason that it is shown once. */
function commonReason(
  outcomes: ReadonlyArray<Pick<RestoreOutcome, 'reason' | 'status'>>,
): string | undefined {
  const [first, ...others] = outcomes.filter(({status}) => status === 'unattempted')
  const isSame = others.length >= MAX_REPEATED && others.every(({reason}) => reason === first?.reason)
  return isSame ? first?.reason : undefined
}

function formatWay(
  result: JobRestoreResult | RestoreResult,
  screen: Screen,
  {title, whose, table, next}: {title: string; whose: string; table: string; next: string | undefined},
): string {
  const {dryRun, counts, namespace, endpoint} = result
  const {style, width} = screen
  const statuses = Object.entries(RESTORE_LABELS) as Array<[RestoreStatus, string]>
  const reason = commonReason(result.outcomes)
  const pairs = statuses.map(([status, label]): Pair => {
    const why = status === 'unattempted' && reason !== undefined ? `: ${printable(reason)}` : ''
    return [label, counts[status] > 0 ? `${formatCount(counts[status], 'dataset')}${why}` : undefined]
  })
  const isOpen = !dryRun && counts.failed + counts.unattempted > 0
  const goal = isOpen ? 'the rest' : counts.restorable === 1 ? 'it' : 'them'
  return paragraphs([
    `${style.bold(`${title}${dryRun ? ': dry run' : ''}`)}\n${wrapText(`${namespace} at ${endpoint}${whose}`, width)}`,
    table,
    `${wrapText(headline(result, style), width)}\n${formatPairs(pairs, screen)}`.trimEnd(),
    ...notes(result).map((note) => wrapText(note, width)),
    // A command that is wrapped could not be copied.
    ...(next && (isOpen || counts.restorable > 0) ? [`To restore ${goal}:\n  ${style.bold(next)}`] : []),
  ])
}

function isThere(status: RestoreStatus): boolean {
  return status === 'restored' || status === 'present' || status === 'restorable'
}

function wordsOf({status, reason}: Pick<RestoreOutcome, 'reason' | 'status'>): string {
  const words = RESTORE_LABELS[status].toLowerCase()
  return reason ? `${words}: ${reason}` : words
}

function headline(result: JobRestoreResult | RestoreResult, style: Style): string {
  const {dryRun, interrupted, counts, outcomes} = result
  if (interrupted) return paintFirst(style.yellow, 'Interrupted: not everything was restored.')
  if (counts.failed + counts.refused + counts.unattempted > 0)
    return style.red(dryRun ? 'Not everything can be restored.' : 'Not everything was restored.')
  if ('job' in result && result.moved && exposedIn(result.moved).length > 0)
    return style.red('Everything was restored, but not as private as it was.')
  if ('job' in result && counts.present === outcomes.length)
    return outcomes.length > 0
      ? 'Nothing to restore: all that this job took exists again.'
      : 'Nothing to restore: this job took nothing.'
  return dryRun
    ? `This is a dry run: nothing was ${'job' in result ? 'changed' : 'created'}.`
    : style.green('Restore complete.')
}

function notes({dryRun, outcomes}: JobRestoreResult | RestoreResult): string[] {
  const has = dryRun ? 'would have' : 'has'
  // What comes from the trash is the dataset itself.
  const created = outcomes.filter(
    (outcome) =>
      isThere(outcome.status) &&
      outcome.status !== 'present' &&
      !('from' in outcome && outcome.from === 'trash'),
  )
  const names = created.flatMap(({name, pin}) => (pin === undefined ? [] : [`${name} (${pin})`]))
  return [
    created.length > 0 &&
      `A restored dataset ${has} a new creation date and history: for it, \`--older-than\` counts from today.`,
    names.length > 0 && `Pinned by the card, so every cleanup keeps the run: ${names.join(', ')}.`,
  ].filter((note) => note !== false)
}
