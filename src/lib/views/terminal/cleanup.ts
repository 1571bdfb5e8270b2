import {sizeOf, type Sizes} from '../../account/sizes.js'
import {pushTo} from '../../base/collections.js'
import {formatWords} from '../../base/shell.js'
import {formatCount, formatNumber, joinWords} from '../../base/text.js'
import {isExposed, type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {type KeptRun, type Plan, plannedDatasets} from '../../plan/plan.js'
import {type SavedPlan} from '../../plan/saved/parse.js'
import {isGuard} from '../../retention/reasons.js'
import {decisionColumns} from '../columns.js'
import {ageNote, formatBytes, placeAndTime} from '../format.js'
import * as plans from '../plan.js'
import * as results from '../result.js'
import {indented, paragraphs, wrapIndented, wrapText} from './layout.js'
import {paintFirst, type Screen, type Style} from './style.js'
import {formatPairs, layOutTables, widest} from './table.js'

/** A page may take so many lines of a lower terminal, too: the end of it is what is on the screen. */
const SHORT_PAGE = 40
/** So many lines of each list are shown in any case, where it has so many. */
const FEWEST = 4
/** And so many of its rows, unless their reasons take more lines than that. */
const FEWEST_ROWS = 2
const MAX_FEWEST = 9
/** Lines below a plan: what to do next, or the question. */
const BELOW = 6

/**
 * The plan as a person reads it, the lists first and what decides last. Where the screen has a height, the lists are folded to fit it,
 * and the names that they imply are omitted.
 */
export function formatPlan(plan: Plan, notes: plans.PlanNotes, screen: Screen): string {
  const {title, sizes, stale = []} = notes
  const {style, width, height} = screen
  const head = `${style.bold(wrapText(title, width))}\n${wrapText(placeAndTime(plan.namespace, plan), width)}`
  const lost = `${style.bold(`No longer deletable: ${formatNumber(stale.length)}`)}\n${formatOutcomes(stale, screen)}`
  const above = paragraphs([head, stale.length > 0 ? lost : ''])
  const names = height === undefined ? formatDatasets(plan, sizes, style) : ''
  const below = paragraphs([names, formatFacts(plan, notes, screen)])
  const page = height === undefined ? Infinity : Math.max(height, SHORT_PAGE) - BELOW
  const restored = [...plan.delete, ...plan.keep].flatMap(({run}) => (run.datesDisagree ? run : []))
  const mark = wrapText(ageNote(restored), width)
  const room = page - linesOf(above) - linesOf(paragraphs([mark, below])) - 2
  const runs = formatRuns(plan, notes, screen, Math.max(room, 2 * FEWEST))
  const isMarked = restored.some(({timestamp}) => runs.includes(timestamp))
  return paragraphs([above, runs, isMarked ? mark : '', below])
}

/** What decides about a plan: its end on the screen. */
export function formatFacts(plan: Plan, notes: plans.PlanNotes, screen: Screen): string {
  return formatPairs(plans.planPairs(plan, notes), screen)
}

export function linesOf(text: string): number {
  return text.split('\n').length
}

/** Runs under a heading. */
interface Section {
  heading: string
  /** Each with its mark, of one line or several; of more than can fit, those that may be shown are enough. */
  rows: readonly string[]
  total: number
  /** Which rows are shown where not all of them fit. */
  shows: 'both ends' | 'the first'
  /** Lines about runs that have no row of their own. */
  others: readonly string[]
}

const MARGIN = '  '
const DELETED = '- '

/** The runs of a plan: which are deleted, then which are kept and why, their columns aligned, folded to so many lines. */
function formatRuns(plan: Plan, notes: plans.PlanNotes, screen: Screen, room: number): string {
  const {style, width, height} = screen
  const isFolded = height !== undefined
  const {named, others} = isFolded ? separateOthers(plan) : {named: plan.keep, others: []}
  // What a guard or something unclear keeps is never folded away before the rest.
  const kept = notes.saved ? [] : isFolded ? urgentFirst(named) : named
  const common = width === undefined ? [] : plans.commonMisses(plan)
  const why = common.length > 0 ? `: ${joinWords(common)}` : ''
  const {titles, tables} = layOutTables(
    planColumns(plan, notes, {common, isPipe: width === undefined}),
    [ends(plan.delete, room), kept.slice(0, room)],
    {style, width: width && width - MARGIN.length},
  )
  const [planned = [], rest = []] = tables
  const deleted: Section = {
    heading: wrapText(`${style.bold(plans.deletesTitle(plan, width !== undefined))}${why}`, width),
    rows: withMark(DELETED, planned).map((row) => row.replace(/^- \S+/, style.red)),
    total: plan.delete.length,
    shows: 'both ends',
    others: [],
  }
  const keeps: Section = {
    heading: kept.length > 0 ? style.bold(`Keeps ${formatCount(plan.keep.length, 'run')}`) : '',
    rows: withMark(MARGIN, rest),
    total: kept.length,
    shows: 'the first',
    others: others.map((line) => wrapIndented(line, MARGIN, width)),
  }
  const lines = shareRoom(deleted, keeps, room)
  const titled = deleted.total > 0 ? deleted : keeps
  return paragraphs(
    [deleted, keeps].map((each) => {
      const rows = fold(each, each === deleted ? lines.deleted : lines.kept)
      const head = each === titled && rows.length > 0 ? [each.heading, `${MARGIN}${titles}`] : [each.heading]
      return [...head, ...rows, ...each.others].filter(Boolean).join('\n')
    }),
  )
}

function planColumns(
  plan: Plan,
  {sizes, rows}: plans.PlanNotes,
  {common, isPipe}: {common: string[]; isPipe: boolean},
) {
  const types = isPipe || plans.typesDiffer(plan) ? plans.verbsOf(plan).verbs : 'elsewhere'
  // Why is said above, where it is the same for all.
  const whyOf = (each: KeptRun) => plans.shortWhy(each, rows, common) || 'no rule keeps it'
  return decisionColumns({now: plan.now, sizes, rows}, {types, whyOf, isTrash: plan.source === 'trash'})
}

/** As many as may be shown of both ends: laying out thousands that are folded away takes a second. */
function ends<T>(items: readonly T[], most: number): readonly T[] {
  return items.length <= 2 * most ? items : [...items.slice(0, most), ...items.slice(-most)]
}

function urgentFirst(runs: readonly KeptRun[]): KeptRun[] {
  const isUrgent = ({reasons}: KeptRun) => reasons.some(({rule, isUnclear}) => isGuard(rule) || isUnclear)
  return [...runs.filter((each) => isUrgent(each)), ...runs.filter((each) => !isUrgent(each))]
}

/** Of the runs that are kept those that a rule looked at, and how many others there are, a line for each reason. */
function separateOthers(plan: Plan): {named: KeptRun[]; others: string[]} {
  const [named, others]: [KeptRun[], KeptRun[]] = [[], []]
  for (const each of plan.keep) (plans.isOther(each) ? others : named).push(each)
  const lines = plans.countBy(others, ({reasons}) => plans.keptBy(plans.mainReason(reasons), plan))
  return {
    named,
    // Of these alone the facts say as much.
    others: (named.length > 0 ? lines : []).map(
      ([why, count]) => `${formatCount(count, 'other run')}: ${why}`,
    ),
  }
}

function withMark(mark: string, rows: readonly string[]): string[] {
  return rows.map((row) => `${mark}${indented(row, MARGIN).slice(mark.length)}`)
}

/** How many lines the rows of each section may take: the runs that are kept a third, and what the others leave. */
function shareRoom(deleted: Section, kept: Section, room: number): {deleted: number; kept: number} {
  // The titles of the columns, the heading below, and the blank line between.
  const around = linesOf(deleted.heading) + kept.others.length + 3
  const ofDeleted = fewestIn(deleted.rows.slice(0, 1), deleted.rows.slice(-1))
  const first = fewestIn(kept.rows.slice(0, FEWEST_ROWS))
  const free = Math.max(room - around, ofDeleted + Math.min(first, linesIn(kept.rows)))
  const left = deleted.total > 0 ? free - linesIn(deleted.rows) : 0
  const wanted = Math.max(Math.floor(free / 3), first, left)
  const ofKept = Math.min(wanted, linesIn(kept.rows), free - ofDeleted)
  return {deleted: free - ofKept, kept: ofKept}
}

/** Lines for these rows, and for how many more there are. */
function fewestIn(...rows: Array<readonly string[]>): number {
  return Math.min(Math.max(linesIn(rows.flat()) + 1, FEWEST), MAX_FEWEST)
}

/** The rows of a section that fit into so many lines, in their order, and how many there are more. */
export function fold({rows, total, shows}: Omit<Section, 'heading' | 'others'>, lines: number): string[] {
  if (rows.length === total && linesIn(rows) <= lines) return [...rows]
  const [first, last]: [string[], string[]] = [[], []]
  let left = lines - 1
  while (first.length + last.length < rows.length) {
    const isFirst = shows === 'the first' || first.length === last.length
    const row = (isFirst ? rows[first.length] : rows.at(-1 - last.length)) ?? ''
    left -= linesOf(row)
    if (left < 0) break
    if (isFirst) first.push(row)
    else last.unshift(row)
  }

  const hidden = formatNumber(total - first.length - last.length)
  return [...first, `${MARGIN}… ${hidden} more: --verbose shows every run and every dataset`, ...last]
}

function linesIn(rows: readonly string[]): number {
  return rows.reduce((sum, row) => sum + linesOf(row), 0)
}

/** A plan as it was saved, with all that it deletes, and the commands that go on with it. */
export function formatSavedPlan(
  saved: SavedPlan,
  {file, bin}: {file: string; bin: string},
  screen: Screen,
): string {
  const {plan, digest} = saved
  const apply = `${bin} cleanup --apply ${formatWords([file])}`
  return paragraphs([
    formatPlan(plan, {title: 'Saved plan', saved}, {...screen, height: undefined}),
    formatPairs(
      [
        ['Digest', digest],
        ['Dry run', apply],
        [plan.rules.trash ? 'Trash' : 'Delete', `${apply} --no-dry-run`],
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
  const {verbs, where} = plans.verbsOf(plan)
  const title = `${verbs} ${formatCount(datasets.length, 'dataset')}${where}, in this order within each run`
  return [style.bold(title), ...lines].join('\n')
}

/** Equally wide for all datasets; empty where no size is known. */
function sizeText(dataset: {name: string}, sizes: Sizes | undefined): string {
  if (sizes === undefined || sizes === 'unknown') return ''
  const bytes = sizeOf(dataset, sizes)
  return (bytes === undefined ? 'unknown' : formatBytes(bytes)).padStart('unknown'.length)
}

/** How a cleanup that was not declined ended, and what to do next. */
export function resultText(
  result: CleanupResult,
  ending: results.Ending,
  screen: Screen,
  isQuiet?: boolean,
): string {
  const {wouldDelete, stale, dryRun} = result
  const {next} = ending
  const {style, width} = screen
  const {verb, where, done} = plans.verbsOf(result.plan)
  if (isUnknown(result)) {
    // Neither "nothing" nor a number would be true.
    const what = plans.unknownText(result.plan.unknown ?? [])
    return wrapText(
      `What would be ${done} is not known: ${what} could not be read. Nothing was ${done}.`,
      width,
    )
  }

  if (wouldDelete > 0 && !dryRun) return formatResult(result, ending, screen, isQuiet)
  const nothing =
    stale.length > 0 ? `No dataset of the plan can still be ${done}.` : `Nothing to ${verb}${where}.`
  const lines = [...(wouldDelete === 0 ? [nothing] : []), ...(next ? [next.text] : [])]
  return paragraphs([wrapText(lines.join('\n'), width), commandOf(next, style)])
}

/** On a line of its own: a command that is wrapped could not be copied. */
function commandOf(next: results.NextStep | undefined, style: Style): string {
  return next?.command === undefined ? '' : `  ${style.bold(next.command)}`
}

/**
 * The outcome of a plan: everything not deleted and why, then, where the eye rests, the counts, what is left, and what to do.
 * @param isQuiet whether that ends with the counts
 */
export function formatResult(
  result: CleanupResult,
  ending: results.Ending,
  screen: Screen,
  isQuiet = false,
): string {
  const {next} = ending
  const {outcomes, journal} = result
  const rest = results.remarkable(outcomes).map(([label, own]) => {
    const elsewhere = isGrouped(own) && journal ? ' (`history` names each)' : ''
    const title = screen.style.bold(`${label}: ${formatNumber(own.length)}`)
    return `${title}${elsewhere}\n${formatOutcomes(own, screen)}`
  })
  const head = paintResult(result, screen.style)(wrapText(results.resultText(result), screen.width))
  if (isQuiet) return paragraphs([...rest, head])
  const pairs = formatPairs(results.resultPairs(result, ending), screen, COMMANDS)
  return paragraphs([
    ...rest,
    [head, pairs].filter(Boolean).join('\n'),
    [wrapText(next?.text ?? '', screen.width), commandOf(next, screen.style)].filter(Boolean).join('\n'),
  ])
}

/** What ends with a command. */
const COMMANDS = new Set(['Details', 'Undo'])

function paintResult({counts, interrupted, outcomes}: CleanupResult, style: Style): (text: string) => string {
  if (interrupted) return (text) => paintFirst(style.yellow, text)
  const isDone = counts.deleted + counts.trashed + counts.gone === outcomes.length
  return isDone && !outcomes.some((outcome) => isExposed(outcome)) ? style.green : style.red
}

/** Up to this many outcomes of one kind are all named; of more, those with the same reason are one line. */
const MAX_NAMED = 40
const MAX_REASONS = 20
export const MAX_REPEATED = 3

type Described = Pick<Outcome, 'name' | 'reason' | 'requestId'> & {status: string}

/** After an interruption nearly all have the same reason, from so many on one line. */
function isGrouped(outcomes: readonly Described[]): boolean {
  return outcomes.length > (outcomes.every(({status}) => status === 'unattempted') ? MAX_REPEATED : MAX_NAMED)
}

/** Outcomes of one kind, a line each; of thousands the reasons, how often there is each, and the first name. */
export function formatOutcomes(outcomes: readonly Described[], {width}: Pick<Screen, 'width'>): string {
  const lines = isGrouped(outcomes)
    ? byReason(outcomes)
    : outcomes.map((outcome) => results.describeOutcome(outcome))
  return lines.map((line) => wrapIndented(line, '  ', width)).join('\n')
}

function byReason(outcomes: readonly Described[]): string[] {
  const groups = new Map<string, Described[]>()
  for (const outcome of outcomes) pushTo(groups, outcome.reason ?? '', outcome)
  const sorted = [...groups.values()].toSorted((a, b) => b.length - a.length)
  const lines = sorted.slice(0, MAX_REASONS).map((own) =>
    results.describeOutcome({
      ...own[0]!,
      name:
        own.length === 1 ? own[0]!.name : `${formatCount(own.length, 'dataset')}, the first ${own[0]!.name}`,
    }),
  )
  const rest = sorted.slice(MAX_REASONS).reduce((sum, own) => sum + own.length, 0)
  return rest > 0 ? [...lines, `${formatCount(rest, 'dataset')} for other reasons`] : lines
}
