import {countByType, type Dataset} from '../datasets.js'
import {type Age, formatDuration, usesCalendarUnits} from '../duration.js'
import {isPicked} from '../picking.js'
import {type KeptRun, type Plan, plannedDatasets, type PlannedLeaderboard} from '../plan.js'
import {choosesRuns} from '../rule-names.js'
import {type RetentionRules} from '../rules.js'
import {type Run} from '../runs.js'
import {each, joined, lines, paragraphs, type Pieces} from './pieces.js'
import {type Screen, type Style} from './style.js'
import {formatPairs, tablePieces} from './table.js'
import {ageOf, count, listing, moment, protectionOf, thousands, typesOf} from './wording.js'

/** What the plan does not know of its own deletion. */
export interface PlanNotes {
  title: string
  /** Where the datasets are archived before they are deleted. */
  archive?: string | undefined
  /** Where the leaderboard is archived if it goes. */
  leaderboardArchive?: string | undefined
}

/**
 * The whole plan as a person reads it: what was found, which rules apply, what goes, what stays, and why. The totals stand
 * last: of a long plan the end is on the screen when the question comes.
 */
export function formatPlan(plan: Plan, notes: PlanNotes, screen: Screen): Pieces {
  return paragraphs([
    formatTitle(plan, notes.title, screen.style),
    formatPairs([foundPair(plan), ...rulePairs(plan, notes)], screen.style),
    formatRunsToDelete(plan, screen),
    formatRunsToKeep(plan, screen),
    formatDatasets(plan, screen.style),
    formatPairs([...untouchedPairs(plan, notes), totalPair(plan)], screen.style),
  ])
}

/** Whose plan it is, and of when. */
export function formatTitle(plan: Plan, title: string, style: Style): string {
  return `${style.bold(title)}\n${plan.namespace} at ${plan.endpoint}, ${moment(plan.now)}`
}

function foundPair(plan: Plan): [string, string] {
  const runs = [...plan.delete, ...plan.keep].map(({run}) => run)
  const complete = runs.filter((run) => run.complete).length
  const counts = countByType(datasetsIn(runs))
  const found = `${count(runs.length, 'run')}: ${thousands(complete)} complete, ${thousands(runs.length - complete)} incomplete`
  const types = `${thousands(counts.results)} results, ${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  return ['Found', `${found} (${types})`]
}

function* datasetsIn(runs: Run[]): Generator<Dataset> {
  for (const {datasets} of runs) yield* datasets
}

/** The rules that a plan was made by, a line each. */
export function rulePairs(plan: Plan, {archive}: PlanNotes): Array<[string, string]> {
  const {rules, archives} = plan
  return [
    ['May go', selectorText(rules, plan.cutoff)],
    ...byHandPairs(plan),
    ['Must stay', keeperText(plan)],
    ['Scope', scopeText(plan)],
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

/** What a person changed of what the rules say. */
function byHandPairs({delete: planned, keep}: Plan): Array<[string, string]> {
  const more = planned.filter((each) => isPicked(each)).length
  const less = keep.filter((each) => isPicked(each)).length
  const changes = [
    ...(more > 0 ? [`${count(more, 'run')} picked`] : []),
    ...(less > 0 ? [`${count(less, 'run')} not picked`] : []),
  ]
  return changes.length > 0 ? [['By hand', listing(changes)]] : []
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

function scopeText({rules, delete: planned}: Plan): string {
  const {only, deleteLeaderboard} = rules
  if (deleteLeaderboard && !choosesRuns(rules) && planned.length === 0) return 'the leaderboard alone'
  const runs = only.length > 0 ? `only ${listing(only)} of these runs` : 'whole runs'
  return deleteLeaderboard ? `${runs}, and the leaderboard` : `${runs}, never the leaderboard`
}

/** The table of the runs that lose something. */
export function formatRunsToDelete(plan: Plan, screen: Screen): Pieces {
  const rows = each(plan.delete, ({run, datasets, reasons}) => [
    run.timestamp,
    ageOf(run, plan.now),
    typesOf({...run, datasets: run.datasets.filter((dataset) => datasets.includes(dataset))}),
    reasons.map(({text}) => text).join('; '),
  ])
  return titledTable(['Runs to delete', 'WHAT GOES'], plan.delete.length, rows, screen)
}

function formatRunsToKeep({keep, now}: Plan, screen: Screen): Pieces {
  const rows = each(keep, ({run, reasons}: KeptRun) => [
    run.timestamp,
    ageOf(run, now),
    typesOf(run),
    reasons.map(({text}) => text).join('; '),
  ])
  return titledTable(['Runs to keep', 'WHAT IT HAS'], keep.length, rows, screen)
}

function titledTable(
  [title, types]: [title: string, types: string],
  number: number,
  rows: Iterable<string[]>,
  screen: Screen,
): Pieces {
  const {bold} = screen.style
  if (number === 0) return [bold(`${title}: none`)]
  const columns = [{title: 'RUN'}, {title: 'AGE'}, {title: types}, {title: 'WHY'}]
  return joined([bold(`${title}: ${thousands(number)}`), tablePieces(columns, rows, screen)], '\n')
}

/** Every dataset that goes, by full name. */
export function formatDatasets(plan: Plan, style: Style): Pieces {
  const datasets = plannedDatasets(plan)
  if (datasets.length === 0) return []
  const digits = String(datasets.length).length
  const title = style.bold(`Datasets to delete: ${thousands(datasets.length)}, in this order within each run`)
  const names = each(
    datasets,
    ({name}: Dataset, index) => `${String(index + 1).padStart(digits + 2)}. ${name}`,
  )
  return joined([title, lines(names)], '\n')
}

function untouchedPairs({leaderboard, rules, standard}: Plan, notes: PlanNotes): Array<[string, string]> {
  return [
    ['Leaderboard', leaderboardText(leaderboard, rules, notes)],
    ...standard.map((name): [string, string] => ['Standard', `${name}: never touched`]),
  ]
}

/** What goes and what stays, in numbers. */
export function totalPair(plan: Plan): [string, string] {
  const datasets = plannedDatasets(plan).length
  const goes =
    datasets === 0
      ? 'nothing to delete'
      : `${count(datasets, 'dataset')} of ${count(plan.delete.length, 'run')} to delete`
  return ['Total', `${goes}, ${count(plan.keep.length, 'run')} to keep`]
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
