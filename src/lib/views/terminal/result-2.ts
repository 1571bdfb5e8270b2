import {type CleanupResult} from '../../cleanup/result.js'
import {count, formatBytes, thousands} from '../format.js'
import {joined, paragraphs} from './layout.js'
import {formatOutcomes, MOST_NAMED, NOT_DELETED, OUTCOME_LABELS} from './result.js'
import {formatStorageTotal} from './sizes.js'
import {type Screen, type Style} from './style.js'
import {formatPairs} from './table.js'
import {wrapText} from './wrapping.js'

/** What became of a plan: everything that is not deleted and why, then, where the eye rests, the counts and what is left. */
export function formatResult(result: CleanupResult, screen: Screen): string {
  const {style, width} = screen
  const {counts, remaining, plan, storage} = result
  const shown = (['deleted', ...NOT_DELETED] as const).filter(
    (status) => status === 'deleted' || status === 'failed' || counts[status] > 0,
  )
  const leaderboard =
    plan.leaderboard && !plan.leaderboard.goes ? [['Leaderboard', 'preserved'] as [string, string]] : []
  const pairs = formatPairs(
    [
      ...shown.map((status): [string, string] => [OUTCOME_LABELS[status], count(counts[status], 'dataset')]),
      ...(storage ? [['Freed', formatStorageTotal(storage.freed)] as [string, string]] : []),
      ...leaderboard,
      ...archivedPairs(result),
      ['Remaining', `${count(remaining.runs, 'run')}, ${count(remaining.datasets, 'dataset')}`],
    ],
    screen,
  )
  return paragraphs([...formatRest(result, screen), `${wrapText(headline(result, style), width)}\n${pairs}`])
}

/** Where a person finds again what was deleted. */
function archivedPairs({archive}: CleanupResult): Array<[string, string]> {
  if (!archive || archive.datasets === 0) return []
  const what = `${count(archive.datasets, 'dataset')} (${formatBytes(archive.bytes)})`
  return [
    ['Archived', `${what} in ${archive.dir}`],
    ['', '`restore` brings back what it holds'],
  ]
}

function headline({counts, interrupted, outcomes, deletionMs}: CleanupResult, style: Style): string {
  const seconds = `${(deletionMs / 1000).toFixed(1)} s`
  if (interrupted)
    return style.yellow(`Interrupted after ${seconds}: what had begun was finished, nothing new was started.`)
  if (counts.deleted + counts.gone === outcomes.length) return style.green(`Cleanup complete in ${seconds}.`)
  return style.red(`Cleanup ended in ${seconds}, not everything was deleted.`)
}

/** Everything that did not go as planned; where that is too much to read, where each of it is named. */
function formatRest({outcomes, journal}: CleanupResult, screen: Screen): string[] {
  return NOT_DELETED.map((status) => outcomes.filter((outcome) => outcome.status === status))
    .filter((group) => group.length > 0)
    .map((group) => {
      const elsewhere = group.length > MOST_NAMED && journal ? ' (`history` names each)' : ''
      const title = screen.style.bold(
        `${OUTCOME_LABELS[group[0]?.status ?? 'failed']}: ${thousands(group.length)}`,
      )
      return joined([`${title}${elsewhere}`, formatOutcomes(group, screen)], '\n')
    })
}
