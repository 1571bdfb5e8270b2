import {countByType, type Dataset} from '../datasets.js'
import {type KeptRun, type Plan, plannedDatasets, type PlannedLeaderboard} from '../plan.js'
import {choosesRuns, keepersOf, selectorsOf} from '../rule-names.js'
import {type RetentionRules} from '../rules.js'
import {type Run} from '../runs.js'
import {each, joined, lines, paragraphs, type Pieces} from './pieces.js'
import {graceSentence, sentenceOf} from './rule-sentences.js'
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
    ...severalPairs('May go', selectorTexts(rules, plan.cutoff)),
    ...severalPairs('Must stay', keeperTexts(plan)),
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

function selectorTexts(rules: RetentionRules, cutoff: Date | undefined): string[] {
  const selectors = selectorsOf(rules).filter((flag) => flag !== '--all')
  if (selectors.length === 0) return [choosesRuns(rules) ? 'every run' : 'no run']
  const [first = '', ...rest] = selectors.map((flag) => sentenceOf(flag, rules, cutoff))
  return [`runs that are ${first}`, ...rest]
}

function keeperTexts({rules, keep}: Plan): string[] {
  const pins = keep.filter(({reasons}) => reasons.some(({rule}) => rule === 'pinned')).length
  return [
    ...keepersOf(rules).map((flag) => sentenceOf(flag, rules)),
    ...(pins > 0 ? [count(pins, 'pinned run')] : []),
    ...(rules.graceMs > 0 ? [graceSentence(rules)] : []),
  ]
}

/** What fits into a line of a usual terminal beside its name. */
const LINE = 68

/** On one line where they fit, else a line each. */
function severalPairs(name: string, texts: string[]): Array<[string, string]> {
  const line = listing(texts) || 'nothing'
  if (texts.length < 2 || line.length <= LINE) return [[name, line]]
  return texts.map((text, index) => [
    index === 0 ? name : '',
    index === texts.length - 1 ? `and ${text}` : `${text},`,
  ])
}

function scopeText(rules: RetentionRules): string {
  const {only, deleteLeaderboard} = rules
  if (deleteLeaderboard && !choosesRuns(rules)) return 'the leaderboard alone'
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
function totalPair(plan: Plan): [string, string] {
  return ['Total', `${goingText(plan)}, ${count(plan.keep.length, 'run')} to keep`]
}

/** What goes, in numbers. */
export function goingText(plan: Plan): string {
  const datasets = plannedDatasets(plan).length
  return datasets === 0
    ? 'nothing to delete'
    : `${count(datasets, 'dataset')} of ${count(plan.delete.length, 'run')} to delete`
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
