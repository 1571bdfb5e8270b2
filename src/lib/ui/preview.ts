import {countByType, type Dataset} from '../datasets.js'
import {type Age, formatDuration, usesCalendarUnits} from '../duration.js'
import {type KeptRun, type Plan, plannedDatasets, type PlannedLeaderboard} from '../plan.js'
import {choosesRuns, type RetentionRules} from '../retention.js'
import {type Style} from './style.js'
import {formatPairs, formatTable} from './table.js'
import {ageOf, count, listing, moment, protectionOf, thousands, typesOf} from './wording.js'

export interface Screen {
  style: Style
  /** Columns of the terminal; undefined on a pipe. */
  width: number | undefined
}

/** The whole plan as a person reads it: what was found, which rules apply, what goes, what stays, and why. */
export function formatPlan(plan: Plan, title: string, screen: Screen): string {
  return [
    `${screen.style.bold(title)}\n${plan.namespace} at ${plan.endpoint}, ${moment(plan.now)}`,
    formatFacts(plan, screen.style),
    formatRunsToDelete(plan, screen),
    formatRunsToKeep(plan, screen),
    formatDatasets(plan, screen.style),
    formatUntouched(plan, screen.style),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function formatFacts(plan: Plan, style: Style): string {
  const runs = [...plan.delete, ...plan.keep].map(({run}) => run)
  const complete = runs.filter((run) => run.complete).length
  const counts = countByType(runs.flatMap(({datasets}) => datasets))
  const found = `${count(runs.length, 'run')}: ${thousands(complete)} complete, ${thousands(runs.length - complete)} incomplete`
  const types = `${thousands(counts.results)} results, ${thousands(counts.traces)} traces, ${thousands(counts.metrics)} metrics`
  return formatPairs(
    [
      ['Found', `${found} (${types})`],
      ['May go', selectorText(plan.rules, plan.cutoff)],
      ['Must stay', keeperText(plan.rules)],
      ['Scope', scopeText(plan.rules)],
    ],
    style,
  )
}

function selectorText(rules: RetentionRules, cutoff: Date | undefined): string {
  const {olderThan, incompleteOnly, runs} = rules
  const selectors = [
    ...(olderThan && cutoff
      ? [`older than ${olderThan.text}, before ${moment(cutoff)}${unitNote(olderThan)}`]
      : []),
    ...(incompleteOnly ? ['incomplete'] : []),
    ...(runs.length > 0 ? [`named by --run (${listing(runs)})`] : []),
  ]
  if (selectors.length > 0) return `runs that are ${listing(selectors)}`
  return choosesRuns(rules) ? 'every run' : 'no run'
}

function unitNote(age: Age): string {
  return usesCalendarUnits(age) ? ' (a month is 30 days, a year 365)' : ''
}

function keeperText({keepRecent, graceMs}: RetentionRules): string {
  const recent =
    keepRecent === undefined
      ? []
      : [keepRecent === 1 ? 'the most recent run' : `the ${thousands(keepRecent)} most recent runs`]
  const grace = graceMs > 0 ? [`incomplete runs changed in the last ${formatDuration(graceMs)}`] : []
  return listing([...recent, ...grace]) || 'nothing'
}

function scopeText(rules: RetentionRules): string {
  const {only, deleteLeaderboard} = rules
  if (deleteLeaderboard && !choosesRuns(rules)) return 'the leaderboard alone'
  const runs = only.length > 0 ? `only ${listing(only)} of these runs` : 'whole runs'
  return deleteLeaderboard ? `${runs}, and the leaderboard` : `${runs}, never the leaderboard`
}

function formatRunsToDelete(plan: Plan, {style, width}: Screen): string {
  if (plan.delete.length === 0) return style.bold('Runs to delete: none')
  const rows = plan.delete.map(({run, datasets, reasons}) => [
    run.timestamp,
    ageOf(run, plan.now),
    typesOf({...run, datasets: run.datasets.filter((dataset) => datasets.includes(dataset))}),
    reasons.map(({text}) => text).join('; '),
  ])
  const columns = [{title: 'RUN'}, {title: 'AGE'}, {title: 'WHAT GOES'}, {title: 'WHY'}]
  return `${style.bold(`Runs to delete: ${thousands(rows.length)}`)}\n${formatTable(columns, rows, {style, width})}`
}

function formatRunsToKeep({keep, now}: Plan, {style, width}: Screen): string {
  if (keep.length === 0) return style.bold('Runs to keep: none')
  const rows = keep.map(({run, reasons}: KeptRun) => [
    run.timestamp,
    ageOf(run, now),
    typesOf(run),
    reasons.map(({text}) => text).join('; '),
  ])
  const columns = [{title: 'RUN'}, {title: 'AGE'}, {title: 'WHAT IT HAS'}, {title: 'WHY'}]
  return `${style.bold(`Runs to keep: ${thousands(keep.length)}`)}\n${formatTable(columns, rows, {style, width})}`
}

function formatDatasets(plan: Plan, style: Style): string {
  const datasets = plannedDatasets(plan)
  if (datasets.length === 0) return ''
  const digits = String(datasets.length).length
  const lines = datasets.map(({name}: Dataset, index) => `${String(index + 1).padStart(digits + 2)}. ${name}`)
  return [
    style.bold(`Datasets to delete: ${thousands(datasets.length)}, in this order within each run`),
    ...lines,
  ].join('\n')
}

function formatUntouched({leaderboard, rules, standard}: Plan, style: Style): string {
  return formatPairs(
    [
      ['Leaderboard', leaderboardText(leaderboard, rules)],
      ...standard.map((name): [string, string] => ['Standard', `${name}: never touched`]),
    ],
    style,
  )
}

function leaderboardText(
  leaderboard: PlannedLeaderboard | undefined,
  {deleteLeaderboard}: RetentionRules,
): string {
  if (!leaderboard) return deleteLeaderboard ? 'there is none to delete' : 'there is none'
  const {dataset, goes, protection} = leaderboard
  return `${dataset.name}: ${goes ? 'DELETED as well' : 'preserved'} (${protectionOf(protection)})`
}
