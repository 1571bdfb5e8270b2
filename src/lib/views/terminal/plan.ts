import {countByType, type Dataset} from '../../account/datasets.js'
import {datasetsIn} from '../../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../../account/sizes.js'
import {listing} from '../../base/text.js'
import {isPicked} from '../../plan/pick.js'
import {freedBy, type KeptRun, type Plan, plannedDatasets, type PlannedLeaderboard} from '../../plan/plan.js'
import {type RetentionRules} from '../../retention/rules.js'
import {
  ageOf,
  count,
  formatStorageTotal,
  moment,
  protectionOf,
  sizeBehind,
  type SizeColumn,
  sizeColumn,
  thousands,
  typesOf,
} from '../format.js'
import {graceSentence, sentenceOf} from '../sentences.js'
import {joined, paragraphs, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {type Column, formatPairs, formatTable, widest} from './table.js'

/** What the plan does not know of its own deletion. */
export interface PlanNotes {
  title: string
  /** Where the datasets are archived before they are deleted. */
  archive?: string | undefined
  /** Where the leaderboard is archived if it is deleted. */
  leaderboardArchive?: string | undefined
  /** What the datasets take up, where sizes are asked for. */
  sizes?: Sizes | undefined
}

/**
 * The whole plan as a person reads it: what was found, which rules apply, what is deleted, what stays, and why. The totals come
 * last: of a long plan the end is on the screen when the question comes.
 */
export function formatPlan(plan: Plan, notes: PlanNotes, screen: Screen): string {
  return paragraphs([
    formatTitle(plan, notes.title, screen),
    formatPairs([...foundPairs(plan, notes), ...rulePairs(plan, notes)], screen),
    formatRunsToDelete(plan, notes, screen),
    formatRunsToKeep(plan, notes, screen),
    formatDatasets(plan, notes, screen.style),
    formatPairs([...untouchedPairs(plan, notes), totalPair(plan, notes)], screen),
  ])
}

/** Whose plan it is, and of when. */
export function formatTitle(plan: Plan, title: string, {style, width}: Screen): string {
  const place = `${plan.namespace} at ${plan.endpoint}, ${moment(plan.now)}`
  return `${style.bold(wrapText(title, width))}\n${wrapText(place, width)}`
}

function foundPairs(plan: Plan, {sizes}: PlanNotes): Array<[string, string]> {
  const runs = [...plan.delete, ...plan.keep].map(({run}) => run)
  const complete = runs.filter((run) => run.complete).length
  const counts = countByType(datasetsIn(runs))
  const found = `${count(runs.length, 'run')}: ${thousands(complete)} complete, ${thousands(runs.length - complete)} incomplete`
  const types = `${thousands(counts.results)} results, ${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  return [
    ['Found', `${found} (${types})`],
    ...(sizes
      ? [['Storage', formatStorageTotal(storageOf(datasetsIn(runs), sizes))] as [string, string]]
      : []),
  ]
}

/** The rules that a plan was made by, a line each. */
export function rulePairs(plan: Plan, {archive}: PlanNotes): Array<[string, string]> {
  const {rules, archives} = plan
  return [
    ...severalPairs('May go', selectorTexts(rules, plan.cutoff)),
    ...byHandPairs(plan),
    ...severalPairs('Must stay', keeperTexts(plan)),
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

function selectorTexts(rules: RetentionRules, cutoff: Date | undefined): string[] {
  const selectors = rules.selectors.filter((name) => name !== 'all')
  if (selectors.length === 0) return [rules.choosesRuns ? 'every run' : 'no run']
  const [first = '', ...rest] = selectors.map((name) => sentenceOf(name, rules, cutoff))
  return [`runs that are ${first}`, ...rest]
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

function keeperTexts({rules, keep}: Plan): string[] {
  const pins = keep.filter(({reasons}) => reasons.some(({rule}) => rule === 'pinned')).length
  return [
    ...rules.keepers.map((name) => sentenceOf(name, rules)),
    ...(pins > 0 ? [count(pins, 'pinned run')] : []),
    ...(rules.graceMs > 0 ? [graceSentence(rules)] : []),
  ]
}

/** What fits into a line of a usual terminal next to its name. */
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

function scopeText({rules, delete: planned}: Plan): string {
  const {only, deleteLeaderboard} = rules
  if (deleteLeaderboard && !rules.choosesRuns && planned.length === 0) return 'the leaderboard alone'
  const runs = only.length > 0 ? `only ${listing(only)} of these runs` : 'whole runs'
  return deleteLeaderboard ? `${runs}, and the leaderboard` : `${runs}, never the leaderboard`
}

/** The table of the runs that lose something. */
export function formatRunsToDelete(plan: Plan, {sizes}: PlanNotes, screen: Screen): string {
  const size = sizeColumn(sizes)
  const rows = plan.delete.map(({run, datasets, reasons}) => [
    run.timestamp,
    ageOf(run, plan.now),
    typesOf({...run, datasets: run.datasets.filter((dataset) => datasets.includes(dataset))}),
    ...size.cells(datasets),
    reasons.map(({text}) => text).join('; '),
  ])
  return titledTable(['Runs to delete', 'WHAT GOES', size], plan.delete.length, rows, screen)
}

function formatRunsToKeep({keep, now}: Plan, {sizes}: PlanNotes, screen: Screen): string {
  const size = sizeColumn(sizes)
  const rows = keep.map(({run, reasons}: KeptRun) => [
    run.timestamp,
    ageOf(run, now),
    typesOf(run),
    ...size.cells(run.datasets),
    reasons.map(({text}) => text).join('; '),
  ])
  return titledTable(['Runs to keep', 'WHAT IT HAS', size], keep.length, rows, screen)
}

/** The least width that is readable; the deleted datasets are listed by name below, so their types can give way to it. */
const NARROWEST_WHY = 20

function titledTable(
  [title, types, size]: [title: string, types: string, size: SizeColumn],
  number: number,
  rows: Iterable<string[]>,
  screen: Screen,
): string {
  const {bold} = screen.style
  if (number === 0) return bold(`${title}: none`)
  const columns: Column[] = [
    {title: 'RUN'},
    {title: 'AGE'},
    {title: types, dropAt: 1},
    ...size.columns,
    {title: 'WHY', wrapsTo: NARROWEST_WHY},
  ]
  return joined([bold(`${title}: ${thousands(number)}`), formatTable(columns, rows, screen)], '\n')
}

/** Every dataset to delete, by full name. */
export function formatDatasets(plan: Plan, {sizes}: PlanNotes, style: Style): string {
  const datasets = plannedDatasets(plan)
  if (datasets.length === 0) return ''
  const digits = String(datasets.length).length
  const title = style.bold(`Datasets to delete: ${thousands(datasets.length)}, in this order within each run`)
  const longest = widest(datasets.map(({name}) => name))
  const names = datasets.map((dataset: Dataset, index) => {
    const name = `${String(index + 1).padStart(digits + 2)}. ${dataset.name.padEnd(longest)}`
    return `${name}  ${sizeBehind(dataset, sizes)}`.trimEnd()
  })
  return [title, ...names].join('\n')
}

/** What no rule takes in, and what becomes of the leaderboard. */
export function untouchedPairs(
  {leaderboard, rules, standard, nearMisses}: Plan,
  notes: PlanNotes,
): Array<[string, string]> {
  return [
    ['Leaderboard', leaderboardText(leaderboard, rules, notes)],
    ...standard.map((name): [string, string] => ['Standard', `${name}: never touched`]),
    ...(nearMisses > 0 ? [nearMissesPair(nearMisses)] : []),
  ]
}

function nearMissesPair(nearMisses: number): [string, string] {
  const names = nearMisses === 1 ? '1 dataset is named' : `${thousands(nearMisses)} datasets are named`
  return ['Near misses', `${names} nearly like a run's: never touched (datasets list says why)`]
}

/** What is deleted and what stays, in numbers. */
function totalPair(plan: Plan, notes: PlanNotes): [string, string] {
  return ['Total', `${goingText(plan, notes)}, ${count(plan.keep.length, 'run')} to keep`]
}

/** What a plan rests on that could not be read. */
export function unknownText(unknown: NonNullable<Plan['unknown']>): string {
  return listing(unknown.map((each) => UNKNOWN[each]))
}

const UNKNOWN: Readonly<Record<NonNullable<Plan['unknown']>[number], string>> = {
  protection: 'what is protected',
  rows: 'what the leaderboard says',
}

/** What is deleted, in numbers. */
export function goingText(plan: Plan, {sizes}: PlanNotes): string {
  if (plan.unknown) return `not known: ${unknownText(plan.unknown)} could not be read`
  const datasets = plannedDatasets(plan).length
  if (datasets === 0) return 'nothing to delete'
  const frees = sizes ? ` (${freesText(freedBy(plan, sizes))})` : ''
  return `${count(datasets, 'dataset')} of ${count(plan.delete.length, 'run')} to delete${frees}`
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
