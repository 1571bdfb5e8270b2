import {sizeOf, type Sizes} from '../../account/sizes.js'
import {pushTo} from '../../base/collections.js'
import {formatWords} from '../../base/shell.js'
import {formatCount, formatNumber, joinWords} from '../../base/text.js'
import {type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {type KeptRun, type Plan, plannedDatasets} from '../../plan/plan.js'
import {type SavedPlan} from '../../plan/saved/parse.js'
import {isGuard} from '../../retention/reasons.js'
import * as words from '../cleanup.js'
import {decisionColumns} from '../columns.js'
import {formatBytes, placeAndTime} from '../format.js'
import {indented, paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {formatPairs, layOutTables, widest} from './table.js'

/** A page may take so many lines of a lower terminal, too: the end of it is what is on the screen. */
const SHORT_PAGE = 40
/** Lines below a plan: what to do next, or the question. */
const BELOW = 6

/**
 * The plan as a person reads it, the lists first and what decides last. Where the screen has a height, the middle of long lists is left
 * out, and names that the table implies.
 */
export function formatPlan(plan: Plan, notes: words.PlanNotes, screen: Screen): string {
  const {title, sizes, stale = []} = notes
  const {style, width, height} = screen
  const head = `${style.bold(wrapText(title, width))}\n${wrapText(placeAndTime(plan.namespace, plan), width)}`
  const lost = `${style.bold(`No longer deletable: ${formatNumber(stale.length)}`)}\n${formatOutcomes(stale, screen)}`
  const [before, after] = [
    [head, stale.length > 0 ? lost : ''],
    [height === undefined ? formatDatasets(plan, sizes, style) : '', formatFacts(plan, notes, screen)],
  ].map((parts) => paragraphs(parts))
  const room =
    height === undefined
      ? Infinity
      : Math.max(height, SHORT_PAGE) - BELOW - linesOf(`${before}\n\n\n${after}`)
  return paragraphs([before!, formatRuns(plan, notes, screen, room), after!])
}

/** What decides about a plan: its end on the screen. */
export function formatFacts(plan: Plan, notes: words.PlanNotes, screen: Screen): string {
  return formatPairs(words.planPairs(plan, notes), screen)
}

export function linesOf(text: string): number {
  return text.split('\n').length
}

const MARK = {delete: '- ', keep: '  '}
/** So many lines of each list are shown in any case, where it has so many. */
const FEWEST = 4

/** The runs of a plan in one table, those that are deleted marked; of more than fit the newest and the oldest. */
function formatRuns(plan: Plan, notes: words.PlanNotes, {style, width}: Screen, room: number): string {
  const {named, others} = room === Infinity ? {named: plan.keep, others: []} : byNotice(plan.keep, plan)
  const kept = notes.saved ? [] : named
  const common = width === undefined ? [] : words.commonMisses(plan)
  const columns = decisionColumns(
    {now: plan.now, sizes: notes.sizes, rows: notes.rows},
    {whyOf: (each) => words.shortWhy(each, notes.rows, common)},
  )
  const heads = [
    `Deletes ${plan.delete.length > 0 ? formatCount(plan.delete.length, 'run') : plan.leaderboard?.planned ? 'the leaderboard alone' : 'no runs'}`,
    `Keeps ${formatCount(kept.length, 'run')}`,
  ]
  const why = common.length > 0 ? `: ${joinWords(common)}` : ''
  const inner = width && width - MARK.keep.length
  const isLong = kept.length > room
  const groups = [ends(plan.delete, room), ends(isLong ? urgentFirst(kept) : kept, room)]
  const {titles, tables} = layOutTables(columns, groups, {style, width: inner})
  const [planned = [], rest = []] = tables
  const below = others.map((line) => wrapIndented(line, MARK.keep, width))
  const free = Math.max(room - below.length - linesOf(wrapText(`${heads[0]}${why}`, width)) - 3, 2 * FEWEST)
  const [needed = 0, neededRest = 0] = [planned, rest].map((rows) => linesOf(rows.join('\n')))
  const roomOfRest = Math.min(neededRest, Math.max(Math.floor(free / 3), free - needed))
  const fold = (rows: string[], all: readonly KeptRun[], most: number, mark: string) =>
    foldRows(rows, all.length, most).map((row) =>
      row.startsWith('…') ? `  ${row}` : indented(row, MARK.keep).replace(MARK.keep, mark),
    )
  const inOrder = (rows: string[]) =>
    isLong || linesOf(rows.join('\n')) <= roomOfRest
      ? rows
      : urgentFirst(kept.map((each, index) => ({...each, row: rows[index] ?? ''}))).map(({row}) => row)
  const deleting = fold(planned, plan.delete, free - roomOfRest, MARK.delete).map((row) =>
    row.replace(/^- \S+/, style.red),
  )
  const keeping = fold(inOrder(rest), kept, roomOfRest, MARK.keep)
  const withTitles = (rows: string[]) => (rows.length > 0 ? [indented(titles, MARK.keep), ...rows] : rows)
  return paragraphs([
    [wrapText(`${style.bold(heads[0]!)}${why}`, width), ...withTitles(deleting)].join('\n'),
    [
      ...(kept.length > 0 ? [style.bold(heads[1]!)] : []),
      ...(deleting.length > 0 ? keeping : withTitles(keeping)),
      ...below,
    ].join('\n'),
  ])
}

/** The first and the last of many: no more of them can be shown. */
function ends<T>(items: readonly T[], most: number): readonly T[] {
  return items.length <= 2 * most ? items : [...items.slice(0, most), ...items.slice(-most)]
}

/** What a guard holds, or a doubt, before what the rules merely do not select. */
function urgentFirst<T extends KeptRun>(runs: readonly T[]): T[] {
  const isUrgent = ({reasons}: KeptRun) =>
    reasons.some(({rule, text}) => isGuard(rule) || text.includes('in doubt'))
  return [...runs.filter((each) => isUrgent(each)), ...runs.filter((each) => !isUrgent(each))]
}

/** Of the runs that are kept those that a rule looked at, and how many others there are, a line for each reason. */
function byNotice(keep: readonly KeptRun[], plan: Plan): {named: KeptRun[]; others: string[]} {
  const isOther = ({reasons}: KeptRun) => reasons.some(({rule}) => rule === 'run' || rule === 'only')
  const others = keep.filter((each) => isOther(each))
  const lines = words.countBy(others, ({reasons}) => words.keptBy(reasons.at(-1)!, plan))
  return {
    named: keep.filter((each) => !isOther(each)),
    others: lines.map(([why, count]) => `${formatCount(count, 'other run')}: ${why}`),
  }
}

/**
 * As many rows as fit into so many lines, newest and oldest in turn, and in their middle how many there are more.
 * @param rows the first and the last of them
 * @param total how many there are in all
 */
function foldRows(rows: readonly string[], total: number, most: number): string[] {
  if (rows.length === total && (rows.length === 0 || linesOf(rows.join('\n')) <= most)) return [...rows]
  const [first, last]: [string[], string[]] = [[], []]
  let left = most - 1
  for (let index = 0; index < rows.length; index++) {
    const isFirst = index % 2 === 0
    const row = rows.at(isFirst ? index / 2 : -(index + 1) / 2) ?? ''
    left -= linesOf(row)
    if (left < 0) break
    if (isFirst) first.push(row)
    else last.unshift(row)
  }

  const hidden = total - first.length - last.length
  return [...first, `… ${formatNumber(hidden)} more: --verbose shows every run and every dataset`, ...last]
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
    formatPlan(plan, {title: 'Saved plan', saved}, {...screen, height: undefined}),
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
  const title = `Deletes ${formatCount(datasets.length, 'dataset')}, in this order within each run`
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
