import {countByType, type Dataset} from '../datasets.js'
import {type Age, formatDuration, usesCalendarUnits} from '../duration.js'
import {type KeptRun, type Plan, plannedDatasets, type PlannedLeaderboard} from '../plan.js'
import {choosesRuns} from '../rule-names.js'
import {type RetentionRules} from '../rules.js'
import {datasetsIn} from '../runs.js'
import {freedBy, type Sizes, storageOf, type StorageSum} from '../sizes.js'
import {each, joined, lines, paragraphs, type Pieces} from './pieces.js'
import {formatStorageTotal, sizeBehind, type SizeColumn, sizeColumn} from './sizes.js'
import {type Screen, type Style} from './style.js'
import {formatPairs, tablePieces, widest} from './table.js'
import {ageOf, count, listing, moment, protectionOf, thousands, typesOf} from './wording.js'

/** What the plan does not know of its own deletion. */
export interface PlanNotes {
  title: string
  /** Where the datasets are archived before they are deleted. */
  archive?: string | undefined
  /** Where the leaderboard is archived if it goes. */
  leaderboardArchive?: string | undefined
  /** What the datasets take up, where somebody asked. */
  sizes?: Sizes | undefined
}

/**
 * The whole plan as a person reads it: what was found, which rules apply, what goes, what stays, and why. The totals stand
 * last: of a long plan the end is on the screen when the question comes.
 */
export function formatPlan(plan: Plan, notes: PlanNotes, screen: Screen): Pieces {
  return paragraphs([
    formatTitle(plan, notes.title, screen.style),
    formatPairs([foundPair(plan, notes), ...rulePairs(plan, notes)], screen.style),
    formatRunsToDelete(plan, notes, screen),
    formatRunsToKeep(plan, notes, screen),
    formatDatasets(plan, notes, screen.style),
    formatPairs([...untouchedPairs(plan, notes), totalPair(plan, notes)], screen.style),
  ])
}

/** Whose plan it is, and of when. */
export function formatTitle(plan: Plan, title: string, style: Style): string {
  return `${style.bold(title)}\n${plan.namespace} at ${plan.endpoint}, ${moment(plan.now)}`
}

function foundPair(plan: Plan, {sizes}: PlanNotes): [string, string] {
  const runs = [...plan.delete, ...plan.keep].map(({run}) => run)
  const complete = runs.filter((run) => run.complete).length
  const counts = countByType(datasetsIn(runs))
  const found = `${count(runs.length, 'run')}: ${thousands(complete)} complete, ${thousands(runs.length - complete)} incomplete`
  const types = `${thousands(counts.results)} results, ${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  const storage = sizes ? `, ${formatStorageTotal(storageOf(datasetsIn(runs), sizes))}` : ''
  return ['Found', `${found} (${types})${storage}`]
}

/** The rules that a plan was made by, a line each. */
export function rulePairs(plan: Plan, {archive}: PlanNotes): Array<[string, string]> {
  const {rules, archives} = plan
  return [
    ['May go', selectorText(rules, plan.cutoff)],
    ['Must stay', keeperText(plan)],
    ['Scope', scopeText(rules)],
    ...(archive || archives
      ? [
          ['Archive', `each dataset${archive ? `, to ${archive},` : ''} before it is deleted`] as [
            string,
            string,
          ],
        ]
      : []),
  ]
}

function selectorText(rules: RetentionRules, cutoff: Date | undefined): string {
  const {olderThan, incompleteOnly, ignoreLeaderboard, runs} = rules
  const selectors = [
    ...(olderThan && cutoff
      ? [`older than ${olderThan.text}, before ${moment(cutoff)}${unitNote(olderThan)}`]
      : []),
    ...(incompleteOnly ? [ignoreLeaderboard ? 'incomplete' : 'incomplete and not finished'] : []),
    ...(runs.length > 0 ? [`named by --run (${listing(runs)})`] : []),
  ]
  if (selectors.length > 0) return `runs that are ${listing(selectors)}`
  return choosesRuns(rules) ? 'every run' : 'no run'
}

function unitNote(age: Age): string {
  return usesCalendarUnits(age) ? ' (a month is 30 days, a year 365)' : ''
}

function keeperText({rules: {keepRecent, graceMs}, keep}: Plan): string {
  const recent =
    keepRecent === undefined
      ? []
      : [keepRecent === 1 ? 'the most recent run' : `the ${thousands(keepRecent)} most recent runs`]
  const pins = keep.filter(({reasons}) => reasons.some(({rule}) => rule === 'pinned')).length
  const pinned = pins > 0 ? [count(pins, 'pinned run')] : []
  const grace = graceMs > 0 ? [`incomplete runs changed in the last ${formatDuration(graceMs)}`] : []
  return listing([...recent, ...pinned, ...grace]) || 'nothing'
}

function scopeText(rules: RetentionRules): string {
  const {only, deleteLeaderboard} = rules
  if (deleteLeaderboard && !choosesRuns(rules)) return 'the leaderboard alone'
  const runs = only.length > 0 ? `only ${listing(only)} of these runs` : 'whole runs'
  return deleteLeaderboard ? `${runs}, and the leaderboard` : `${runs}, never the leaderboard`
}

/** The table of the runs that lose something. */
export function formatRunsToDelete(plan: Plan, {sizes}: PlanNotes, screen: Screen): Pieces {
  const size = sizeColumn(sizes)
  const rows = each(plan.delete, ({run, datasets, reasons}) => [
    run.timestamp,
    ageOf(run, plan.now),
    typesOf({...run, datasets: run.datasets.filter((dataset) => datasets.includes(dataset))}),
    ...size.cells(datasets),
    reasons.map(({text}) => text).join('; '),
  ])
  return titledTable(['Runs to delete', 'WHAT GOES', size], plan.delete.length, rows, screen)
}

function formatRunsToKeep({keep, now}: Plan, {sizes}: PlanNotes, screen: Screen): Pieces {
  const size = sizeColumn(sizes)
  const rows = each(keep, ({run, reasons}: KeptRun) => [
    run.timestamp,
    ageOf(run, now),
    typesOf(run),
    ...size.cells(run.datasets),
    reasons.map(({text}) => text).join('; '),
  ])
  return titledTable(['Runs to keep', 'WHAT IT HAS', size], keep.length, rows, screen)
}

function titledTable(
  [title, types, size]: [title: string, types: string, size: SizeColumn],
  number: number,
  rows: Iterable<string[]>,
  screen: Screen,
): Pieces {
  const {bold} = screen.style
  if (number === 0) return [bold(`${title}: none`)]
  const columns = [{title: 'RUN'}, {title: 'AGE'}, {title: types}, ...size.columns, {title: 'WHY'}]
  return joined([bold(`${title}: ${thousands(number)}`), tablePieces(columns, rows, screen)], '\n')
}

/** Every dataset that goes, by full name. */
export function formatDatasets(plan: Plan, {sizes}: PlanNotes, style: Style): Pieces {
  const datasets = plannedDatasets(plan)
  if (datasets.length === 0) return []
  const digits = String(datasets.length).length
  const title = style.bold(`Datasets to delete: ${thousands(datasets.length)}, in this order within each run`)
  const longest = widest(datasets.map(({name}) => name))
  const names = each(datasets, (dataset: Dataset, index) => {
    const name = `${String(index + 1).padStart(digits + 2)}. ${dataset.name.padEnd(longest)}`
    return `${name}  ${sizeBehind(dataset, sizes)}`.trimEnd()
  })
  return joined([title, lines(names)], '\n')
}

function untouchedPairs({leaderboard, rules, standard}: Plan, notes: PlanNotes): Array<[string, string]> {
  return [
    ['Leaderboard', leaderboardText(leaderboard, rules, notes)],
    ...standard.map((name): [string, string] => ['Standard', `${name}: never touched`]),
  ]
}

/** What goes and what stays, in numbers. */
export function totalPair(plan: Plan, {sizes}: PlanNotes): [string, string] {
  const datasets = plannedDatasets(plan).length
  const goes =
    datasets === 0
      ? 'nothing to delete'
      : `${count(datasets, 'dataset')} of ${count(plan.delete.length, 'run')} to delete${sizes ? ` (${freesText(freedBy(plan, sizes))})` : ''}`
  return ['Total', `${goes}, ${count(plan.keep.length, 'run')} to keep`]
}

function freesText(sum: StorageSum): string {
  return sum.unknown > 0 && sum.bytes === 0 ? formatStorageTotal(sum) : `frees ${formatStorageTotal(sum)}`
}

function leaderboardText(
  leaderboard: PlannedLeaderboard | undefined,
  {deleteLeaderboard}: RetentionRules,
  {leaderboardArchive}: PlanNotes,
): string {
  if (!leaderboard) return deleteLeaderboard ? 'there is none to delete' : 'there is none'
  const {dataset, goes, protection} = leaderboard
  const archived = leaderboardArchive ? `, archived first to ${leaderboardArchive}` : ', archived first'
  return `${dataset.name}: ${goes ? `DELETED as well${archived}` : 'preserved'} (${protectionOf(protection)})`
}
