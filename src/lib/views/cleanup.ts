import {countByType} from '../account/datasets.js'
import {type RowIndex} from '../account/leaderboard/index.js'
import {datasetsIn} from '../account/runs.js'
import {type Sizes, storageOf} from '../account/sizes.js'
import {formatFlags, formatWords} from '../base/shell.js'
import {formatCount, formatNumber, joinWords, printable} from '../base/text.js'
import {formatSum} from '../base/time.js'
import {type Outcome, type OutcomeStatus} from '../cleanup/outcomes.js'
import {type CleanupResult} from '../cleanup/result.js'
import {isPicked} from '../plan/pick.js'
import {freedBy, type KeptRun, type Plan, plannedDatasets} from '../plan/plan.js'
import {type SavedPlan} from '../plan/saved/parse.js'
import {type KeeperName, type RetentionRules, ruleOf, type SelectorName} from '../retention/rules.js'
import {type Pair} from './columns.js'
import {formatBytes, formatMoment, formatStorageTotal, protectionOf} from './format.js'

/** A plan and its outcomes in words, for every view. */

/** What the plan does not know of its own deletion. */
export interface PlanNotes {
  title: string
  /** Where the datasets are archived before they are deleted. */
  archive?: string | undefined
  leaderboardArchive?: string | undefined
  sizes?: Sizes | undefined
  /** What the leaderboard says of runs. */
  rows?: RowIndex | 'unknown' | undefined
  /** The saved plan of which this one is what is left, and what is not. */
  saved?: SavedPlan | undefined
  stale?: readonly Outcome[] | undefined
}

/** What the rules chose from: the runs that were found, or a saved plan. */
export function originPairs(plan: Plan, {sizes, saved, stale}: PlanNotes): Pair[] {
  if (saved) {
    const {madeBy, madeAt, digest} = saved
    const left = plannedDatasets(plan).length
    return [
      ['Plan', `made by ${printable(madeBy)}, ${formatMoment(madeAt)} (${digest.slice(0, 19)}…)`],
      ['Left of it', stale && `${formatNumber(left)} of ${formatCount(left + stale.length, 'dataset')}`],
    ]
  }

  const runs = [...plan.delete, ...plan.keep].map(({run}) => run)
  const complete = runs.filter((run) => run.complete).length
  const found = `${formatCount(runs.length, 'run')}: ${formatNumber(complete)} complete, ${formatNumber(runs.length - complete)} incomplete`
  return [
    ['Found', `${found} (${typeCounts(datasetsIn(runs))})`],
    ['Storage', sizes && formatStorageTotal(storageOf(datasetsIn(runs), sizes))],
  ]
}

/** `12 results, 8 traces, 10 metrics`. */
export function typeCounts(datasets: Parameters<typeof countByType>[0]): string {
  const {results, traces, metrics} = countByType(datasets)
  return `${formatNumber(results)} results, ${formatNumber(traces)} traces, ${formatNumber(metrics)} metrics`
}

export function rulePairs(plan: Plan, archive?: string): Pair[] {
  const {rules, archives, delete: planned, keep} = plan
  const [more, less] = [planned, keep].map((runs) => runs.filter((each) => isPicked(each)).length)
  const changes = [
    more ? `${formatCount(more, 'run')} picked` : '',
    less ? `${formatCount(less, 'run')} not picked` : '',
  ]
  const to = archive ? `, to ${archive},` : ''
  return [
    ['May go', several(selectorTexts(plan))],
    ['By hand', joinWords(changes.filter(Boolean)) || undefined],
    ['Must stay', several(keeperTexts(plan))],
    ['Scope', scopeText(rules, planned.length === 0)],
    ['Archive', archive || archives ? `each dataset${to} before it is deleted` : undefined],
  ]
}

function selectorTexts({rules, cutoff}: Plan): string[] {
  const selectors = rules.selectors.filter((name) => name !== 'all')
  if (selectors.length === 0) return [rules.choosesRuns ? 'every run' : 'no run']
  const [first = '', ...rest] = selectors.map((name) => sentenceOf(name, rules, cutoff))
  return [`runs that are ${first}`, ...rest]
}

function keeperTexts({rules, keep}: Plan): string[] {
  const pins = keep.filter(({reasons}) => reasons.some(({rule}) => rule === 'pinned')).length
  return [
    ...rules.keepers.map((name) => sentenceOf(name, rules)),
    ...(pins > 0 ? [formatCount(pins, 'pinned run')] : []),
    ...(rules.graceMs > 0 ? [graceSentence(rules)] : []),
  ]
}

/** What fits into a line of a usual terminal next to its name. */
const LINE = 68

/** On one line where they fit, else a line each. */
function several(texts: string[]): string {
  const line = joinWords(texts) || 'nothing'
  return line.length <= LINE || texts.length < 2
    ? line
    : `${texts.slice(0, -1).join(',\n')},\nand ${texts.at(-1)}`
}

function scopeText({only, deleteLeaderboard, choosesRuns}: RetentionRules, isEmpty: boolean): string {
  if (deleteLeaderboard && !choosesRuns && isEmpty) return 'the leaderboard alone'
  const runs = only.length > 0 ? `only ${joinWords(only)} of these runs` : 'whole runs'
  return `${runs}, ${deleteLeaderboard ? 'and' : 'never'} the leaderboard`
}

/** What a given rule says: a selector's sentence continues "runs that are", a keeper's says what stays. */
export function sentenceOf(name: KeeperName | SelectorName, rules: RetentionRules, cutoff?: Date): string {
  return printable(ruleOf(name).says?.(rules[name], rules, cutoff && formatMoment(cutoff)) ?? name)
}

/** What the grace period keeps: by rules that need rows it waits for these too, which come last of all. */
export function graceSentence({graceMs, needRows}: RetentionRules): string {
  if (graceMs === 0) return 'nothing: an upload under way is not waited for'
  const waiting = needRows.length > 0 ? 'incomplete runs, and runs without a row,' : 'incomplete runs'
  return `${waiting} changed in the last ${formatSum(graceMs)}`
}

/** The leaderboard, and what no rule takes in. */
export function untouchedPairs(plan: Plan, {leaderboardArchive, saved}: PlanNotes): Pair[] {
  const {leaderboard, rules, standard, nearMisses} = plan
  if (saved)
    return leaderboard?.planned ? [['Leaderboard', leaderboardText(leaderboard, leaderboardArchive)]] : []
  const none = rules.deleteLeaderboard ? 'there is none to delete' : 'there is none'
  const named = nearMisses === 1 ? '1 dataset is named' : `${formatNumber(nearMisses)} datasets are named`
  return [
    ['Leaderboard', leaderboard ? leaderboardText(leaderboard, leaderboardArchive) : none],
    ...standard.map((name): Pair => ['Standard', `${name}: never touched`]),
    [
      'Near misses',
      nearMisses > 0 ? `${named} nearly like a run's: never touched (datasets list says why)` : undefined,
    ],
  ]
}

function leaderboardText(
  {dataset, planned, protection}: NonNullable<Plan['leaderboard']>,
  archive: string | undefined,
): string {
  const archived = archive ? `archived first to ${archive}` : 'archived first'
  return `${dataset.name}: ${planned ? `DELETED as well, ${archived}` : 'preserved'} (${protectionOf(protection)})`
}

export function totalText(plan: Plan, sizes?: Sizes): string {
  if (plan.unknown) return `not known: ${unknownText(plan.unknown)} could not be read`
  const datasets = plannedDatasets(plan).length
  if (datasets === 0) return 'nothing to delete'
  const frees = sizes && freedBy(plan, sizes)
  const isUnsized = frees && frees.unknown > 0 && frees.bytes === 0
  const size = frees ? ` (${isUnsized ? '' : 'frees '}${formatStorageTotal(frees)})` : ''
  return `${formatCount(datasets, 'dataset')} of ${formatCount(plan.delete.length, 'run')} to delete${size}`
}

export function unknownText(unknown: NonNullable<Plan['unknown']>): string {
  return joinWords(unknown.map((each) => UNKNOWN[each]))
}

const UNKNOWN = {protection: 'what is protected', rows: 'what the leaderboard says'}

/** How many runs each rule keeps, the most first; a run that several keep counts with the first, which weighs most. */
export function countByRule(keep: readonly KeptRun[]): Array<[rule: string, runs: number]> {
  const counts = new Map<string, number>()
  for (const {reasons} of keep) {
    const rule = reasons[0]?.rule ?? 'no rule'
    counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }

  return [...counts].sort(([, many], [, few]) => few - many)
}

/** What to do next, in words, and the command that does it where there is one. */
export interface NextStep {
  text: string
  command?: string
}

export const OUTCOME_LABELS: Readonly<Record<OutcomeStatus, string>> = {
  deleted: 'Deleted',
  failed: 'Failed',
  unattempted: 'Not attempted',
  skipped: 'Skipped',
  gone: 'Already gone',
}

const NOT_DELETED = ['failed', 'unattempted', 'skipped', 'gone'] as const

/** The outcomes that are not deletions, by kind. */
export function notDeleted(outcomes: readonly Outcome[]): Array<[title: string, outcomes: Outcome[]]> {
  return NOT_DELETED.map((status): [string, Outcome[]] => [
    OUTCOME_LABELS[status],
    outcomes.filter((outcome) => outcome.status === status),
  ]).filter(([, own]) => own.length > 0)
}

type Described = {name: string; reason?: string | undefined; requestId?: string | undefined}
export function describeOutcome({name, reason, requestId}: Described): string {
  return printable(`${name}${reason ? `: ${reason}` : ''}${requestId ? ` (request ${requestId})` : ''}`)
}

/** How the deletion ended, in one or two sentences: of a partial one, what each of the other datasets came to. */
export function resultText({
  plan,
  counts,
  outcomes,
  interrupted,
  deletionMs,
  remaining,
}: CleanupResult): string {
  const deleted = new Set(outcomes.flatMap(({name, status}) => (status === 'deleted' ? [name] : [])))
  const runs = plan.delete.filter(({datasets}) => datasets.some(({name}) => deleted.has(name))).length
  const rest = notDeleted(outcomes).map(
    ([label, own]) => `${formatNumber(own.length)} ${label.toLowerCase()}`,
  )
  const share = rest.length > 0 ? `${formatNumber(counts.deleted)} of ` : ''
  const datasets = formatCount(rest.length > 0 ? outcomes.length : counts.deleted, 'dataset')
  const ofRuns =
    runs > 0 ? (share ? ` (${formatCount(runs, 'run')})` : ` of ${formatCount(runs, 'run')}`) : ''
  const others = rest.length > 0 ? `: ${rest.join(', ')}` : ''
  const left = `${formatCount(remaining.runs, 'run')}, ${formatCount(remaining.datasets, 'dataset')} remain`
  return (
    `${interrupted ? 'Interrupted: running requests were finished, nothing new was started. ' : ''}` +
    `Deleted ${share}${datasets}${ofRuns} in ${(deletionMs / 1000).toFixed(1)} s${others}. ${left}.`
  )
}

export function resultPairs({storage, archive}: CleanupResult): Pair[] {
  return [
    ['Freed', storage && formatStorageTotal(storage.freed)],
    [
      'Archived',
      archive && archive.datasets > 0
        ? `${formatCount(archive.datasets, 'dataset')} (${formatBytes(archive.bytes)}) in ${archive.dir}\n\`restore\` brings back what it holds`
        : undefined,
    ],
  ]
}

/** As many of a job's 12 digits as a person needs to name it. */
export function shortId(id: string): string {
  return id.slice(0, 8)
}

/** The command that brings back what a job archived; undefined where it archived nothing. */
export function undoCommand(
  job: {archive: string | null | undefined; namespace: string; user: string},
  bin: string,
): string | undefined {
  if (!job.archive) return undefined
  const elsewhere = job.namespace === job.user ? undefined : job.namespace
  return [`${bin} restore`, formatWords([job.archive]), ...formatFlags({namespace: elsewhere})].join(' ')
}
