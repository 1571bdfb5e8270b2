import {type RestoreOutcome, type RestoreStatus} from '../../archive/restore-runs.js'
import {type RestoreResult} from '../../archive/restore.js'
import {printable} from '../../base/text.js'
import {count, formatBytes} from '../format.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {formatPairs, formatTable} from './table.js'

const LABELS: Record<RestoreStatus, string> = {
  restored: 'Restored',
  restorable: 'Would restore',
  present: 'Already there',
  refused: 'Refused',
  failed: 'Failed',
  unattempted: 'Not attempted',
}

const SEEN_BY = {private: 'its owners', public: 'everyone', unknown: '-'} as const

/** The outcome of each dataset, the counts, and what is not as it was. */
export function formatRestore(result: RestoreResult, screen: Screen): string {
  const {style} = screen
  const columns = [
    {title: 'DATASET'},
    {title: 'FILES', dropAt: 1},
    {title: 'SIZE', dropAt: 2},
    {title: 'SEEN BY'},
    {title: 'OUTCOME'},
  ]
  const rows = result.outcomes.map((outcome) => [
    outcome.name,
    String(outcome.files),
    formatBytes(outcome.bytes),
    SEEN_BY[outcome.visibility ?? 'unknown'],
    wordsOf(outcome),
  ])
  const shown = (Object.keys(LABELS) as RestoreStatus[]).filter((status) => result.counts[status] > 0)
  const pairs = shown.map((status): [string, string] => [
    LABELS[status],
    count(result.counts[status], 'dataset'),
  ])
  return paragraphs([
    `${style.bold(`Restore${result.dryRun ? ': dry run' : ''}`)}\n${wrapText(placeOf(result), screen.width)}`,
    formatTable(columns, rows, screen),
    `${wrapText(headline(result, style), screen.width)}\n${formatPairs(pairs, screen)}`,
    ...notes(result).map((note) => wrapText(note, screen.width)),
  ])
}

function placeOf({namespace, endpoint, from}: RestoreResult): string {
  const whose = from === undefined || from === namespace ? '' : `, from the archives of ${printable(from)}`
  return `${namespace} at ${endpoint}${whose}`
}

/** One dataset and its outcome, in one line. */
export function describeRestored(outcome: RestoreOutcome): string {
  return `${outcome.name} (${count(outcome.files, 'file')}, ${formatBytes(outcome.bytes)}): ${wordsOf(outcome)}`
}

function wordsOf({status, reason}: RestoreOutcome): string {
  const words = LABELS[status].toLowerCase()
  return reason ? `${words}: ${reason}` : words
}

function headline({dryRun, interrupted, counts}: RestoreResult, style: Style): string {
  if (interrupted) return style.yellow('Interrupted: restore again to resume.')
  if (counts.failed + counts.refused + counts.unattempted > 0)
    return style.red(dryRun ? 'Not everything can be restored.' : 'Not everything was restored.')
  return dryRun ? 'This is a dry run: nothing was created.' : style.green('Restore complete.')
}

function notes({counts, dryRun, outcomes, interrupted}: RestoreResult): string[] {
  const has = dryRun ? 'would have' : 'has'
  const isSomethingNew = counts.restored + counts.restorable > 0
  const isSomethingOpen = !dryRun && !interrupted && counts.failed + counts.unattempted > 0
  const pinned = outcomes.filter(({pin, status}) => pin !== undefined && status !== 'present')
  const names = pinned.map(({name, pin}) => `${name} (${pin})`).join(', ')
  return [
    isSomethingNew &&
      `A restored dataset ${has} a new date of creation and a new history: \`--older-than\` counts from today for it.`,
    pinned.length > 0 && `Pinned by the card, so every cleanup keeps the run: ${names}.`,
    isSomethingOpen && 'The same command continues where this one stopped.',
  ].filter((note) => note !== false)
}
