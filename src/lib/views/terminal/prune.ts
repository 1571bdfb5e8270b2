import {type DoubtfulRow, type OrphanedRow} from '../../account/leaderboard/orphans.js'
import {brief, firstFew, formatCount, formatNumber, joinWords, printable} from '../../base/text.js'
import {type PruneResult} from '../../cleanup/prune-leaderboard.js'
import {type Column} from '../columns.js'
import {NOTHING, placeAndTime} from '../format.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatPairs, formatTable} from './table.js'

/** On a terminal, of more rows the first are listed. */
const MAX_LISTED = 40
const FEW = 3

/** What would be pruned, or is about to be. */
export function formatPrune(found: PruneResult, screen: Screen): string {
  const {inventory, leaderboard, dryRun, drop, rows, orphans, doubtful} = found
  const {style, width} = screen
  const columns: Array<Column<OrphanedRow>> = [
    {title: 'Row', cell: ({row}) => String(row), isRight: true},
    {title: 'Run', cell: ({run}) => run},
    {title: 'Model', cell: ({data: {model}}) => (model === undefined ? NOTHING : brief(model))},
  ]
  const listed = width === undefined ? orphans : orphans.slice(0, MAX_LISTED)
  const more = orphans.length - listed.length
  return paragraphs([
    `${style.bold(`Leaderboard prune${dryRun ? ': dry run' : ''}`)}\n${wrapText(placeAndTime(leaderboard.name, inventory), width)}`,
    [
      ...(listed.length > 0 ? [formatTable(columns, listed, screen)] : []),
      ...(more > 0 ? [`… and ${formatNumber(more)} more: --json lists them all`] : []),
    ].join('\n'),
    orphans.length === 0
      ? wrapText(
          `No row names only datasets that are gone: nothing to prune in ${formatCount(rows, 'row')}.`,
          width,
        )
      : formatPairs(
          [
            [
              'Prunes',
              `${formatNumber(orphans.length)} of ${formatCount(rows, 'row')}, whose datasets are all gone`,
            ],
            ['How', drop ? WORDS.drop : WORDS.empty],
            ['Not pruned', doubtful.length > 0 ? doubtsText(doubtful) : undefined],
          ],
          screen,
        ),
    orphans.length === 0 && doubtful.length > 0
      ? wrapText(`Not pruned: ${doubtsText(doubtful)}.`, width)
      : '',
  ])
}

const WORDS = {
  drop: 'removes these rows, with their scores',
  empty: 'empties their references to these datasets; scores and everything else are kept',
}

function doubtsText(rows: readonly DoubtfulRow[]): string {
  return joinWords(
    firstFew(
      rows.map(({row, why}) => `row ${row} (${why})`),
      FEW,
    ),
  )
}

/** What is about to be changed, below the rows. */
export function pruneWarning({leaderboard, orphans, drop}: PruneResult, {style}: Screen): string {
  const what = formatCount(orphans.length, 'row')
  const doing = drop ? `remove ${what} from` : `empty the references of ${what} of`
  return `${style.red(style.bold('WARNING'))}  You are about to ${doing} ${style.bold(leaderboard.name)}. It is archived first.`
}

/** How it ended. */
export function formatPruned(result: PruneResult, {style, width}: Screen): string {
  const {leaderboard, orphans, pruned, drop, commit = '', archive = ''} = result
  const left = orphans.length - pruned
  const done = `${formatCount(pruned, 'row')} ${drop ? 'removed' : 'changed'}`
  return wrapText(
    [
      pruned > 0
        ? `${style.green(`${done}.`)} Commit ${commit.slice(0, 7)} of ${leaderboard.name}.`
        : 'Nothing was changed.',
      ...(left > 0
        ? [
            `${formatCount(left, 'row')} of these left as they are: they, or their datasets, changed in the meantime.`,
          ]
        : []),
      ...(pruned > 0 ? [`The leaderboard as it was before: ${printable(archive)}`] : []),
    ].join('\n'),
    width,
  )
}
