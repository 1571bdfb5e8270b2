import {pinOn} from '../../account/protection/pins.js'
import {datasetsIn} from '../../account/runs.js'
import {storageOf} from '../../account/sizes.js'
import {type TrashedRun} from '../../account/trash.js'
import {pushTo} from '../../base/collections.js'
import {formatWords} from '../../base/shell.js'
import {formatCount, joinWords} from '../../base/text.js'
import {type TrashListing} from '../../cleanup/trash/list.js'
import {
  exposedIn,
  type RestoredRun,
  type TrashRestoreOutcome,
  type TrashRestoreResult,
} from '../../cleanup/trash/restore.js'
import {type Column, evaluationColumns, sizeColumn, TRASHED} from '../columns.js'
import {formatStorageTotal, placeAndTime, typesOf} from '../format.js'
import {type Ending, EXPOSED, MAX_NAMED, namespaceFlag, shortId} from '../result.js'
import {formatOutcomes} from './cleanup.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {formatTable} from './table.js'

/** What is in the trash, and how to get it out, or rid of it. */
export function formatTrash(
  {inventory, user, runs, protection, rows, sizes}: TrashListing,
  {bin, isNamespaceSet}: Pick<Ending, 'bin' | 'isNamespaceSet'>,
  screen: Screen,
): string {
  const {style, width} = screen
  const {namespace, now} = inventory
  const flags = namespaceFlag({namespace, user}, isNamespaceSet)
  const noteOf = (run: TrashedRun) =>
    [
      pinOn(run, protection, now) ? 'pinned' : '',
      run.outside.length > 0 ? 'the rest is not in the trash' : '',
      ...lackOf(run, rows),
    ]
      .filter(Boolean)
      .join(', ')
  const columns: Array<Column<{run: TrashedRun}>> = [
    {title: 'Run', isCode: true, cell: ({run}) => run.timestamp},
    TRASHED,
    ...evaluationColumns<{run: TrashedRun}>(rows),
    {title: 'Has', dropAt: 1, cell: ({run}) => typesOf(run)},
    ...sizeColumn<{run: TrashedRun}>(sizes, ({run}) => run.datasets),
    ...(runs.some((run) => noteOf(run) !== '')
      ? [{title: 'Note', wrapsTo: 12, cell: ({run}: {run: TrashedRun}) => noteOf(run)}]
      : []),
  ]
  const head = style.bold(wrapText(`Trash of ${placeAndTime(namespace, inventory)}`, width))
  if (runs.length === 0) return paragraphs([head, wrapText('The trash is empty.', width)])
  const size = sizes ? `, ${formatStorageTotal(storageOf(datasetsIn(runs), sizes))}` : ''
  const total = `${formatCount(runs.length, 'run')}, ${formatCount(datasetsIn(runs).length, 'dataset')}${size}.`
  return paragraphs([
    head,
    formatTable(
      columns,
      runs.map((run) => ({run})),
      screen,
    ),
    wrapText(`${total} They use storage until the trash is emptied.`, width),
    [
      ['Restore:', bin, 'trash restore TIMESTAMP', ...flags].join(' '),
      ['Delete for good:', bin, 'trash empty --older-than 14d', ...flags].join(' '),
    ].join('\n'),
  ])
}

/** What a restored run would lack. Only of a run that finished it is certain that it had results. */
function lackOf({timestamp, missing}: TrashedRun, rows: TrashListing['rows']): string[] {
  const isFinished = rows !== 'unknown' && rows.get(timestamp)?.standing === 'finished'
  const others = missing.filter((type) => !isFinished || type !== 'results')
  return [
    others.length < missing.length ? 'its results are gone' : '',
    others.length > 0 ? `without ${joinWords(others)}` : '',
  ]
}

const LABELS: Array<[TrashRestoreOutcome['status'], string]> = [
  ['failed', 'Failed'],
  ['skipped', 'Skipped'],
  ['gone', 'Not in the trash'],
  ['unattempted', 'Not attempted'],
]

/** How a restoration ended, everything that did not come back and why first, then what would take it again. */
export function formatTrashRestore(
  {runs, counts, present, job, reselected, interrupted, namespace, user}: TrashRestoreResult,
  caller: Pick<Ending, 'bin' | 'isNamespaceSet'>,
  {style, width}: Screen,
): string {
  const outcomes = runs.flatMap((run) => run.outcomes)
  const parts = LABELS.map(
    ([status, label]) => [label, outcomes.filter((outcome) => outcome.status === status)] as const,
  )
  const rest = [[EXPOSED, exposedIn({runs})] as const, ...parts].flatMap(([label, own]) => {
    if (own.length === 0) return []
    return [`${style.bold(`${label}: ${own.length}`)}\n${formatOutcomes(own, {width})}`]
  })
  const back = cameBack(runs)
  return paragraphs([
    ...rest,
    wrapText(headline({counts, interrupted, back, present, job, total: outcomes.length}, style), width),
    ...endingOf({runs, reselected, namespace, user}, caller, {style, width}),
  ])
}

function cameBack(runs: RestoredRun[]): RestoredRun[] {
  return runs.filter((run) => run.outcomes.some(({status}) => status === 'restored'))
}

/** What keeps restored runs, and what would take them again. */
export function endingOf(
  {runs, reselected, namespace, user}: Pick<TrashRestoreResult, 'namespace' | 'reselected' | 'runs' | 'user'>,
  {bin, isNamespaceSet}: Pick<Ending, 'bin' | 'isNamespaceSet'>,
  {style, width}: Pick<Screen, 'style' | 'width'>,
): string[] {
  const back = cameBack(runs)
  const flags = namespaceFlag({namespace, user}, isNamespaceSet)
  const again = reselected.flatMap(({rules, runs: own}) => {
    const them = own.length === 1 ? 'it' : 'them'
    const named = own.length > MAX_NAMED ? 'TIMESTAMP' : formatWords(own)
    const warning = `The rules that moved ${them} (${rules}) would take ${which(own, back)} again.`
    const command = [bin, 'runs protect', named, ...flags].join(' ')
    return [wrapText(`${warning} To keep ${them}:`, width), `  ${style.bold(command)}`]
  })
  const pinned = back.filter(({pin}) => pin !== undefined)
  return [
    lacksText(back, width),
    pinned.length > 0
      ? wrapText(
          `Pinned, so every cleanup keeps ${pinned.length === 1 ? 'it' : 'them'}: ${joinWords(pinned.map(({timestamp}) => timestamp))}.`,
          width,
        )
      : '',
    again.join('\n'),
  ]
}

/** Which runs are not whole although they are restored. */
function lacksText(back: RestoredRun[], width: number | undefined): string {
  const kinds = new Map<string, string[]>()
  for (const {timestamp, missing} of back)
    if (missing.length > 0) pushTo(kinds, joinWords(missing), timestamp)
  const lines = Array.from(kinds, ([types, own]) => {
    const named = own.length > MAX_NAMED ? formatCount(own.length, 'run') : joinWords(own)
    return wrapText(`Restored without ${types} (neither in the trash nor outside): ${named}.`, width)
  })
  return lines.join('\n')
}

function which(own: string[], back: RestoredRun[]): string {
  if (own.length === back.length) return own.length === 1 ? 'this run' : 'these runs'
  return own.length > MAX_NAMED ? formatCount(own.length, 'run') : joinWords(own)
}

function headline(
  {
    counts,
    interrupted,
    back,
    total,
    present,
    job,
  }: Pick<TrashRestoreResult, 'counts' | 'interrupted' | 'job' | 'present'> & {
    back: RestoredRun[]
    total: number
  },
  style: Style,
): string {
  const there = present.length > 0 ? ` Already back: ${joinWords(present)}.` : ''
  if (total === 0) return `Nothing to restore.${there}`
  const isDone = counts.restored === total
  const share = `${isDone ? '' : `${counts.restored} of `}${formatCount(total, 'dataset')}`
  const ofRuns = back.length > 0 ? ` of ${formatCount(back.length, 'run')}` : ''
  const text = `Restored ${share}${ofRuns}${job === undefined ? '' : `, moved by job ${shortId(job)}`}.${there}`
  const isOpen = counts.failed + counts.unattempted > 0
  const next = isOpen ? ' To restore the rest, run the same command again.' : ''
  if (interrupted) return `${style.yellow(`Interrupted: running requests were finished. ${text}`)}${next}`
  return `${isDone ? style.green(text) : style.red(text)}${next}`
}
