import {sizeOf, type Sizes} from '../../account/sizes.js'
import {pushTo} from '../../base/collections.js'
import {formatWords} from '../../base/shell.js'
import {formatCount, formatNumber} from '../../base/text.js'
import {type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {type KeptRun, type Plan, plannedDatasets} from '../../plan/plan.js'
import {type SavedPlan} from '../../plan/saved/parse.js'
import * as words from '../cleanup.js'
import {decisionColumns} from '../columns.js'
import {formatBytes, placeAndTime} from '../format.js'
import {paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {formatPairs, formatTable, widest} from './table.js'

/** The whole plan as a person reads it. The totals come last: of a long plan the end is on the screen when the question comes. */
export function formatPlan(plan: Plan, notes: words.PlanNotes, screen: Screen): string {
  const {title, archive, sizes, rows, saved, stale = []} = notes
  const {style, width} = screen
  const tableOf = (name: string, types: string, runs: KeptRun[]) => {
    if (runs.length === 0) return style.bold(`${name}: none`)
    const columns = decisionColumns(types, {now: plan.now, sizes, rows})
    return `${style.bold(`${name}: ${formatNumber(runs.length)}`)}\n${formatTable(columns, runs, screen)}`
  }

  const total = words.totalText(plan, sizes)
  return paragraphs([
    `${style.bold(wrapText(title, width))}\n${wrapText(placeAndTime(plan.namespace, plan), width)}`,
    formatPairs([...words.originPairs(plan, notes), ...words.rulePairs(plan, archive)], screen),
    stale.length > 0
      ? `${style.bold(`Not any more: ${formatNumber(stale.length)}`)}\n${formatOutcomes(stale, screen)}`
      : '',
    tableOf('Runs to delete', 'What goes', plan.delete),
    saved ? '' : tableOf('Runs to keep', 'What it has', plan.keep),
    formatDatasets(plan, sizes, style),
    formatPairs(
      [
        ...words.untouchedPairs(plan, notes),
        ['Total', saved ? total : `${total}, ${formatCount(plan.keep.length, 'run')} to keep`],
      ],
      screen,
    ),
  ])
}

/** A plan as it was saved, with all that it deletes, and the commands that go on with it. */
export function formatSavedPlan(
  saved: SavedPlan,
  {file, bin}: {file: string; bin: string},
  screen: Screen,
): string {
  const {plan, digest, keptRuns} = saved
  const apply = `${bin} cleanup --apply ${formatWords([file])}`
  return paragraphs([
    formatPlan(plan, {title: 'Saved plan', saved}, screen),
    formatPairs(
      [
        ['Keeps', `${formatCount(keptRuns.length, 'run')} (--json shows why)`],
        ['Digest', digest],
        ['Compare', `${apply} (a dry run: shows which datasets are still as planned)`],
        ['Delete', `${apply} --no-dry-run`],
      ],
      {...screen, width: undefined},
    ),
  ])
}

function formatDatasets(plan: Plan, sizes: Sizes | undefined, style: Style): string {
  const datasets = plannedDatasets(plan)
  if (datasets.length === 0) return ''
  const digits = String(datasets.length).length
  const longest = widest(datasets.map(({name}) => name))
  const lines = datasets.map((dataset, index) => {
    const name = `${String(index + 1).padStart(digits + 2)}. ${dataset.name.padEnd(longest)}`
    return `${name}  ${sizeText(dataset, sizes)}`.trimEnd()
  })
  const title = `Datasets to delete: ${formatNumber(datasets.length)}, in this order within each run`
  return [style.bold(title), ...lines].join('\n')
}

/** Equally wide for all datasets; empty where no size is known. */
function sizeText(dataset: {name: string}, sizes: Sizes | undefined): string {
  if (sizes === undefined || sizes === 'unknown') return ''
  const bytes = sizeOf(dataset, sizes)
  return (bytes === undefined ? 'unknown' : formatBytes(bytes)).padStart('unknown'.length)
}

/** How a cleanup that was not declined ended, and what to do next. */
export function resultText(result: CleanupResult, next: words.NextStep | undefined, screen: Screen): string {
  const {wouldDelete, stale, dryRun} = result
  const {style, width} = screen
  if (isUnknown(result)) {
    // Neither "nothing" nor a number would be true.
    const what = words.unknownText(result.plan.unknown ?? [])
    return wrapText(
      `What would be deleted is not known: ${what} could not be read. Nothing was deleted.`,
      width,
    )
  }

  if (wouldDelete > 0 && !dryRun) return formatResult(result, screen)
  const nothing = stale.length > 0 ? 'Nothing of the plan is left to delete.' : 'Nothing to delete.'
  const lines = [...(wouldDelete === 0 ? [nothing] : []), ...(next ? [next.text] : [])]
  // A command that is wrapped could not be copied.
  const command = next?.command === undefined ? '' : `  ${style.bold(next.command)}`
  return paragraphs([wrapText(lines.join('\n'), width), command])
}

/** The outcome of a plan: everything not deleted and why, then, where the eye rests, the counts and what is left. */
export function formatResult(result: CleanupResult, screen: Screen): string {
  const {outcomes, journal} = result
  const rest = words.notDeleted(outcomes).map(([label, own]) => {
    const elsewhere = own.length > MAX_NAMED && journal ? ' (`history` names each)' : ''
    const title = screen.style.bold(`${label}: ${formatNumber(own.length)}`)
    return `${title}${elsewhere}\n${formatOutcomes(own, screen)}`
  })
  const head = paintResult(result, screen.style)(wrapText(words.resultText(result), screen.width))
  return paragraphs([
    ...rest,
    [head, formatPairs(words.resultPairs(result), screen)].filter(Boolean).join('\n'),
  ])
}

function paintResult({counts, interrupted, outcomes}: CleanupResult, style: Style): (text: string) => string {
  if (interrupted) return style.yellow
  return counts.deleted + counts.gone === outcomes.length ? style.green : style.red
}

/** Up to this many outcomes of one kind are all named; of more, those with the same reason are one line. */
const MAX_NAMED = 40
const MAX_REASONS = 20

/** Outcomes of one kind, a line each; of thousands the reasons, how often there is each, and the first name. */
export function formatOutcomes(outcomes: readonly Outcome[], {width}: Screen): string {
  const lines =
    outcomes.length > MAX_NAMED
      ? byReason(outcomes)
      : outcomes.map((outcome) => words.describeOutcome(outcome))
  return lines.map((line) => wrapIndented(line, '  ', width)).join('\n')
}

function byReason(outcomes: readonly Outcome[]): string[] {
  const groups = new Map<string, Outcome[]>()
  for (const outcome of outcomes) pushTo(groups, outcome.reason ?? '', outcome)
  const sorted = [...groups.values()].toSorted((a, b) => b.length - a.length)
  const lines = sorted.slice(0, MAX_REASONS).map((own) =>
    words.describeOutcome({
      ...own[0]!,
      name: `${formatCount(own.length, 'dataset')}, the first ${own[0]!.name}`,
    }),
  )
  const rest = sorted.slice(MAX_REASONS).reduce((sum, own) => sum + own.length, 0)
  return rest > 0 ? [...lines, `${formatCount(rest, 'dataset')} for other reasons`] : lines
}
