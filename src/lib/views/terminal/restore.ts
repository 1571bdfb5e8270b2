import {type RestoreOutcome, type RestoreStatus} from '../../archive/restore-runs.js'
import {type RestoreResult} from '../../archive/restore.js'
import {formatCount, printable} from '../../base/text.js'
import {type Column, type Pair} from '../columns.js'
import {formatBytes} from '../format.js'
import {paragraphs, wrapText} from './layout.js'
import {paintFirst, type Screen, type Style} from './style.js'
import {formatPairs, formatTable} from './table.js'

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
  const {dryRun, counts, outcomes, namespace, endpoint, from} = result
  const {style, width} = screen
  const columns: Array<Column<RestoreOutcome>> = [
    {title: 'Dataset', cell: ({name}) => name},
    {title: 'Files', isRight: true, dropAt: 1, cell: ({files}) => String(files)},
    {title: 'Size', isRight: true, dropAt: 2, cell: ({bytes}) => formatBytes(bytes)},
    {title: 'Visibility', dropAt: 3, cell: ({visibility}) => visibility ?? '-'},
    {title: 'Outcome', wrapsTo: RESTORE_LABELS.unattempted.length, cell: wordsOf},
  ]
  const isLong = width !== undefined && outcomes.length > MAX_LISTED
  const listed = outcomes.filter(({status}) => !isLong || !isThere(status))
  const statuses = Object.entries(RESTORE_LABELS) as Array<[RestoreStatus, string]>
  const pairs = statuses.map(([status, label]): Pair => [
    label,
    counts[status] > 0 ? formatCount(counts[status], 'dataset') : undefined,
  ])
  const isOpen = !dryRun && counts.failed + counts.unattempted > 0
  const goal = isOpen ? 'the rest' : counts.restorable === 1 ? 'it' : 'them'
  const whose = from === undefined || from === namespace ? '' : `, from the archives of ${printable(from)}`
  return paragraphs([
    `${style.bold(`Restore${dryRun ? ': dry run' : ''}`)}\n${wrapText(`${namespace} at ${endpoint}${whose}`, width)}`,
    listed.length > 0 ? formatTable(columns, listed, screen) : '',
    `${wrapText(headline(result, style), width)}\n${formatPairs(pairs, screen)}`,
    ...notes(result).map((note) => wrapText(note, width)),
    // A command that is wrapped could not be copied.
    ...(next && (isOpen || counts.restorable > 0) ? [`To restore ${goal}:\n  ${style.bold(next)}`] : []),
  ])
}

function isThere(status: RestoreStatus): boolean {
  return status === 'restored' || status === 'present' || status === 'restorable'
}

function wordsOf({status, reason}: RestoreOutcome): string {
  const words = RESTORE_LABELS[status].toLowerCase()
  return reason ? `${words}: ${reason}` : words
}

function headline({dryRun, interrupted, counts}: RestoreResult, style: Style): string {
  if (interrupted) return paintFirst(style.yellow, 'Interrupted: not everything was restored.')
  if (counts.failed + counts.refused + counts.unattempted > 0)
    return style.red(dryRun ? 'Not everything can be restored.' : 'Not everything was restored.')
  return dryRun ? 'This is a dry run: nothing was created.' : style.green('Restore complete.')
}

function notes({counts, dryRun, outcomes}: RestoreResult): string[] {
  const has = dryRun ? 'would have' : 'has'
  const isSomethingNew = counts.restored + counts.restorable > 0
  const pinned = outcomes.filter(({pin, status}) => pin !== undefined && status !== 'present')
  const names = pinned.map(({name, pin}) => `${name} (${pin})`).join(', ')
  return [
    isSomethingNew &&
      `A restored dataset ${has} a new creation date and history: for it, \`--older-than\` counts from today.`,
    pinned.length > 0 && `Pinned by the card, so every cleanup keeps the run: ${names}.`,
  ].filter((note) => note !== false)
}
