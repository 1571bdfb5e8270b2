import {countByType} from '../account/datasets.js'
import {type RowIndex} from '../account/leaderboard/index.js'
import {datasetsIn, isPartlyInTrash} from '../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../account/sizes.js'
import {formatCount, formatNumber, joinWords, printable} from '../base/text.js'
import {formatAge, formatSum} from '../base/time.js'
import {type Outcome} from '../cleanup/outcomes.js'
import {isPicked} from '../plan/pick.js'
import {freedBy, type KeptRun, type Plan, plannedDatasets} from '../plan/plan.js'
import {type SavedPlan} from '../plan/saved/parse.js'
import {type Reason, type ReasonRule} from '../retention/reasons.js'
import {type KeeperName, type RetentionRules, ruleOf, type SelectorName} from '../retention/rules.js'
import {type Pair, whyText} from './columns.js'
import {formatMoment, formatStorage, formatStorageTotal, modelOf, protectionOf, typesOf} from './format.js'

/** A plan in words, for every view. */

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

/** What a plan does with its datasets. */
interface Verbs {
  /** `delete`, `Deletes`, `Deleted`; what is about it follows, and then `where`. */
  verb: string
  verbs: string
  did: string
  /** ` to the trash`; empty where it is deleted. */
  where: string
  /** `deleted`. */
  done: string
  /** What is done with what is taken for good, or not. */
  taken: 'deleted' | 'trashed'
}
const DELETE: Verbs = {
  verb: 'delete',
  verbs: 'Deletes',
  did: 'Deleted',
  where: '',
  done: 'deleted',
  taken: 'deleted',
}
const TRASH: Verbs = {
  verb: 'move',
  verbs: 'Moves',
  did: 'Moved',
  where: ' to the trash',
  done: 'moved to the trash',
  taken: 'trashed',
}

export function verbsOf({rules}: {rules: Pick<RetentionRules, 'trash'>}): Verbs {
  return rules.trash ? TRASH : DELETE
}

const TRASH_NOTE = 'trash restore. Frees no storage until the trash is emptied.'

/** All that decides about a plan, in the order of a screen, whose end is what a person sees when the question comes. */
export function planPairs(plan: Plan, notes: PlanNotes): Pair[] {
  const {saved} = notes
  const isTrash = plan.source === 'trash'
  return [
    ['Plan', saved && madeText(saved)],
    ['Still valid', saved && validText(plan, notes)],
    ...rulePairs(plan, keptText(plan, {saved})),
    [verbsOf(plan).verbs, deletesText(plan, notes)],
    ['Leaderboard', isTrash ? undefined : leaderboardText(plan, notes)],
    ['Copy', copyText(plan, notes)],
    ['Undo', plan.rules.trash && plan.delete.length > 0 ? TRASH_NOTE : undefined],
    ['Trash', isTrash ? heldPartsText(plan) : partlyText(plan)],
    ['Untouched', (saved || isTrash ? '' : untouchedText(plan)) || undefined],
  ]
}

/** How to finish what an interrupted job left partly in the trash. */
function partlyText({keep, delete: planned, rules}: Plan): string | undefined {
  const parts = [...planned, ...keep].map(({run}) => run).filter((run) => isPartlyInTrash(run))
  const [first, ...others] = parts
  if (first === undefined || rules.trash) return undefined
  const isOne = others.length === 0
  const which = isOne ? first.timestamp : 'TIMESTAMP'
  const types = typesOf({datasets: parts.flatMap(({inTrash}) => inTrash)}).split(', ')
  return [
    `${isOne ? `${which} is` : `${formatCount(parts.length, 'run')} are`} partly there (${joinWords(types)})`,
    `to restore: trash restore ${which}`,
    `to move the rest: cleanup --run ${which} --trash`,
  ].join('\n')
}

/** How to delete what is kept in the trash because the rest of its run is not there. */
function heldPartsText({keep}: Plan): string | undefined {
  const held = keep.filter(({reasons}) => mainReason(reasons).rule === 'trash').length
  if (held === 0) return undefined
  const what = `${formatCount(held, 'run')} ${held === 1 ? 'is' : 'are'}`
  return `${what} only partly there. To delete such parts: --only TYPE. To restore: trash restore TIMESTAMP`
}

/** Of these facts those that a question repeats: with the warning above they fit on a low terminal. */
const DECIDING: ReadonlySet<string> = new Set([
  'By hand',
  'Deletes',
  'Keeps',
  'Moves',
  'Plan',
  'Rule',
  'Still valid',
])
const MAX_KEPT_BY = 3

/** The facts that decide, in few lines. */
export function decidingPairs(plan: Plan, notes: PlanNotes): Pair[] {
  const kept: Pair = ['Keeps', keptText(plan, {saved: notes.saved, most: MAX_KEPT_BY})]
  return planPairs(plan, notes).flatMap((pair) =>
    DECIDING.has(pair[0]) ? [pair[0] === kept[0] ? kept : pair] : [],
  )
}

function madeText({madeBy, madeAt, digest}: SavedPlan): string {
  return `made by ${printable(madeBy)}, ${formatMoment(madeAt)} (${digest.slice(0, 19)}…)`
}

/** How much of a saved plan is left; undefined where it was not compared with the Hub. */
function validText(plan: Plan, {stale}: PlanNotes): string | undefined {
  const left = plannedDatasets(plan).length
  return stale && `${formatNumber(left)} of ${formatCount(left + stale.length, 'dataset')}`
}

/** The rules of a plan in words. @param kept how many runs it keeps, and why */
export function rulePairs(plan: Plan, kept?: string): Pair[] {
  const [more, less] = [plan.delete, plan.keep].map((runs) => runs.filter((each) => isPicked(each)).length)
  const changes = [
    more ? `${formatCount(more, 'run')} picked` : '',
    less ? `${formatCount(less, 'run')} not picked` : '',
  ]
  const always = ['pinned runs', ...keeperTexts(plan)].join('; ')
  return [
    ['Rule', ruleText(plan)],
    ['By hand', joinWords(changes.filter(Boolean)) || undefined],
    ['Keeps', [...(kept === undefined ? [] : [kept]), `always kept: ${always}`].join('\n')],
  ]
}

function ruleText({rules, cutoff, source, delete: planned}: Plan): string {
  const {only, deleteLeaderboard, choosesRuns} = rules
  if (source === 'trash') return trashRuleText(rules, cutoff)
  if (deleteLeaderboard && !choosesRuns && planned.length === 0) return 'the leaderboard alone'
  const selectors = rules.selectors
    .filter((name) => name !== 'all')
    .map((name) => sentenceOf(name, rules, cutoff))
  const every = rules.keepers.length > 0 ? 'every run that is not kept' : 'every run'
  const chosen = joinWords(selectors) || (choosesRuns ? every : 'no run')
  return only.length > 0 ? `${chosen}; only ${joinWords(only)}` : chosen
}

function keeperTexts({rules, source}: Plan): string[] {
  if (source === 'trash') return []
  return [
    ...rules.keepers.map((name) => sentenceOf(name, rules)),
    ...(rules.graceMs > 0 ? [graceSentence(rules)] : []),
  ]
}

function trashRuleText({only, olderThan}: RetentionRules, cutoff: Date | undefined): string {
  const which = olderThan
    ? `moved to the trash more than ${formatAge(olderThan)} ago, before ${cutoff && formatMoment(cutoff)}`
    : 'everything in the trash'
  return only.length > 0 ? `${which}; only ${joinWords(only)}` : which
}

/** How many runs are kept, and by which rules, `most` of them named: `30 runs: 28 not older than 30d, 2 pinned`. */
export function keptText(
  plan: Plan,
  {saved, most = Infinity}: {saved?: SavedPlan | undefined; most?: number} = {},
): string {
  if (saved) return `${formatCount(saved.keptRuns.length, 'run')} when the plan was made`
  const {keep} = plan
  const counts = countBy(keep, ({reasons}) => keptBy(mainReason(reasons), plan))
  const [only] = counts
  const total = formatCount(keep.length, 'run')
  if (!only) return total
  if (counts.length === 1) return `${total}: ${only[0]}`
  const why = counts.slice(0, most).map(([words, runs]) => `${formatNumber(runs)} ${words}`)
  const others = counts.slice(most).reduce((sum, [, runs]) => sum + runs, 0)
  return `${total}: ${[...why, ...(others > 0 ? [`${formatNumber(others)} for other reasons`] : [])].join(', ')}`
}

/** Rules that look at no run but their own: what else would keep the others does not matter. */
const EXCLUDING: ReadonlySet<ReasonRule> = new Set(['only', 'run'])

/** Whether a plan does not look at a run at all. */
export function isOther({reasons}: KeptRun): boolean {
  return reasons.some(({rule}) => EXCLUDING.has(rule))
}

/** The reason that a run counts with: the first weighs most. */
export function mainReason(reasons: readonly Reason[]): Reason {
  return reasons.find(({rule}) => EXCLUDING.has(rule)) ?? reasons[0]!
}

/** What a count of the runs that one rule keeps ends with. */
export function keptBy({rule, isUnclear}: Reason, {rules, source}: Plan): string {
  if (isUnclear) return rule === 'pinned' ? 'pinned or not, unknown' : 'unclear'
  if (rule === 'older-than' && rules.olderThan)
    return source === 'trash'
      ? `moved there within ${formatAge(rules.olderThan)}`
      : `not older than ${formatAge(rules.olderThan)}`
  if (rule === 'keep-within' && rules.keepWithin) return `within the last ${formatAge(rules.keepWithin)}`
  if (rule === 'run') return rules.run.length > 0 ? 'not named with --run' : 'not selected'
  if (rule === 'only') return `without ${joinWords(rules.only, 'or')}`
  return (
    KEPT_BY[rule] ?? (rule.startsWith('keep-') ? rule.slice('keep-'.length) : `not selected by --${rule}`)
  )
}

const KEPT_BY: Partial<Record<ReasonRule, string>> = {
  pinned: 'pinned',
  grace: 'may still be uploading',
  future: 'dated in the future',
  trash: 'partly in the trash',
  finished: 'finished',
  picked: 'not picked',
  'incomplete-only': 'complete',
  unreferenced: 'cited by the leaderboard',
  'keep-recent': 'most recent',
}

/** Why no keeper saves any of the runs that are deleted, where that is as good as the same for all: to be said once. */
export function commonMisses({delete: [first, second, ...others]}: Plan): string[] {
  if (!first || !second) return []
  const texts = first.reasons.filter(({rule}) => rule.startsWith('keep-')).map(({text}) => text)
  return texts.filter((text) =>
    [second, ...others].every(({reasons}) => reasons.some((reason) => reason.text === text)),
  )
}

/** Why a run is deleted or kept, in a table whose column names the model, without what is said above it. */
export function shortWhy({run, reasons}: KeptRun, rows: PlanNotes['rows'], common: string[]): string {
  const shown = `model ${modelOf(run, rows ?? 'unknown')}`
  const own = reasons.filter(({text}) => !common.includes(text))
  return whyText(own.map((each) => (each.within?.group === shown ? {...each, ...each.within} : each)))
}

/** How much of all there is a plan deletes, and from when to when. */
export function deletesText(plan: Plan, notes: Pick<PlanNotes, 'saved' | 'sizes'>): string {
  if (plan.unknown) return `not known: ${unknownText(plan.unknown)} could not be read`
  const {delete: planned, keep} = plan
  if (plannedDatasets(plan).length === 0)
    return `nothing${notes.saved ? '' : `: 0 of ${formatCount(keep.length, 'run')}`}`
  const share = `${shareText(plan, notes)}${verbsOf(plan).where}`
  // When they were evaluated does not matter there.
  if (plan.source === 'trash') return share
  // By their names, as the table shows them.
  const days = planned.map(({run}) => run.timestamp.replace(/^(....)(..)(..).*/, '$1-$2-$3')).toSorted()
  const dates = new Set([days[0], days.at(-1)].filter(Boolean))
  return `${share}${dates.size > 0 ? `: ${[...dates].join(' to ')}` : ''}`
}

/** From this share on, in per cent, a plan deletes nearly all. */
const NEARLY_ALL = 90

/** `70 of 100 runs (210 of 300 datasets, 1.4 GB of 2.0 GB)`; says so where these are all or nearly all that may be deleted at all. */
export function shareText(plan: Plan, {sizes, saved}: Pick<PlanNotes, 'saved' | 'sizes'>): string {
  const {delete: planned, keep, leaderboard} = plan
  const board = leaderboard?.planned ? 'the leaderboard' : ''
  if (planned.length === 0) return board
  const all = datasetsIn([...planned, ...keep].map(({run}) => run))
  const datasets = planned.reduce((sum, each) => sum + each.datasets.length, 0)
  const size = sizes && sizeText(freedBy(plan, sizes), saved ? undefined : storageOf(all, sizes))
  const runs = planned.length
  // A saved plan knows how many runs there were when it was made, but of what it kept only the names.
  const total = saved ? saved.plan.delete.length + saved.keptRuns.length : runs + keep.length
  const held = keep.filter(({reasons: [reason]}) => reason && NEVER_DELETED.has(reason.rule)).length
  const possible = total - held
  const isNearly = runs * 100 >= possible * NEARLY_ALL
  const where = plan.source === 'trash' ? ' in the trash' : ''
  const which = `${runs === possible ? 'ALL' : 'nearly all'} runs${where}${held > 0 ? ' that may be deleted' : ''}`
  const share = `${formatNumber(runs)} of ${formatNumber(total)}`
  const ofDatasets = saved ? '' : `${formatNumber(datasets)} of `
  const details = [`${ofDatasets}${formatCount(saved ? datasets : all.length, 'dataset')}`, size]
    .filter(Boolean)
    .join(', ')
  const whole = isNearly ? `${which}, ${share}` : `${share} ${total === 1 ? 'run' : 'runs'}${where}`
  return `${scopeText(plan)}${whole} (${details})${board && `, and ${board}`}`
}

/** `the traces of `; empty where whole runs are deleted. */
function scopeText({rules: {only}}: Plan): string {
  return only.length > 0 ? `the ${joinWords(only)} of ` : ''
}

/** Whether a table has to show of each run what is deleted: it is neither all of every run nor the same of each. */
export function typesDiffer({delete: planned, rules: {only}, source}: Plan): boolean {
  const scope = typesOf({datasets: only.map((type) => ({type}))})
  const isWhole = planned.every(
    ({run, datasets}) => datasets.length === run.datasets.length && (source !== 'trash' || run.complete),
  )
  return only.length > 0 ? planned.some((each) => typesOf(each) !== scope) : !isWhole
}

/**
 * The heading of the runs that a plan deletes.
 * @param isAlone whether no column below shows what is deleted of a run where that is the same of each
 */
export function deletesTitle(plan: Plan, isAlone: boolean): string {
  const {length} = plan.delete
  const {verbs, where} = verbsOf(plan)
  if (length === 0)
    return `${verbs} ${plan.leaderboard?.planned ? 'the leaderboard alone' : 'no runs'}${where}`
  if (!isAlone || typesDiffer(plan)) return `${verbs} ${formatCount(length, 'run')}${where}`
  const what = formatCount(length, plan.rules.only.length > 0 ? 'run' : 'whole run')
  return `${verbs} ${scopeText(plan)}${what}${where}`
}

/** Rules that keep a run whatever is asked for: what they keep hides nothing of a plan that deletes all the rest. */
const NEVER_DELETED: ReadonlySet<ReasonRule> = new Set(['only', 'pinned'])

function sizeText(frees: StorageSum, all: StorageSum | undefined): string {
  const isKnown = frees.unknown === 0 && all?.unknown === 0
  return isKnown ? `${formatStorage(frees)} of ${formatStorage(all)}` : formatStorageTotal(frees)
}

function copyText(plan: Plan, {archive}: PlanNotes): string | undefined {
  if (plan.delete.length === 0) return undefined
  const before = `before it is ${verbsOf(plan).done}`
  if (archive !== undefined) return `of each dataset, to ${archive}, ${before}`
  if (plan.archives) return `of each dataset ${before}: add --archive DIR`
  if (plan.rules.trash) return undefined
  return plan.source === 'trash'
    ? 'none, and no undo. Add --archive DIR to be able to restore.'
    : 'none. Add --archive DIR to be able to restore, or --trash instead of deleting.'
}

function untouchedText({standard, nearMisses}: Plan): string {
  const parts = [
    standard.length > 0 ? formatCount(standard.length, 'task dataset') : '',
    nearMisses > 0 ? `${formatCount(nearMisses, 'dataset')} with a similar name` : '',
  ]
  const words = joinWords(parts.filter(Boolean))
  return words && `${words} (see datasets list)`
}

/** `12 results, 8 traces, 10 metrics`. */
export function typeCounts(datasets: Parameters<typeof countByType>[0]): string {
  const {results, traces, metrics} = countByType(datasets)
  return `${formatNumber(results)} results, ${formatNumber(traces)} traces, ${formatNumber(metrics)} metrics`
}

/** A given rule in words: which runs a selector selects, and which a keeper keeps. */
export function sentenceOf(name: KeeperName | SelectorName, rules: RetentionRules, cutoff?: Date): string {
  return printable(ruleOf(name).says?.(rules[name], rules, cutoff && formatMoment(cutoff)) ?? name)
}

/** What the grace period keeps: by rules that need rows it waits for these too, which come last of all. */
export function graceSentence({graceMs, needRows}: RetentionRules): string {
  if (graceMs === 0) return 'nothing: runs that may still be uploading are not kept'
  const waiting = needRows.length > 0 ? 'incomplete runs, and runs without a row,' : 'incomplete runs'
  return `${waiting} changed in the last ${formatSum(graceMs)}`
}

function leaderboardText({delete: runs, leaderboard, rules}: Plan, notes: PlanNotes): string {
  if (!leaderboard) return rules.deleteLeaderboard ? 'there is none to delete' : 'there is none'
  const {leaderboardArchive: archive, saved, stale} = notes
  const {dataset, planned, protection} = leaderboard
  const archived = archive ? `archived first to ${archive}` : 'archived first'
  const deleted = `DELETED${runs.length > 0 ? ' as well' : ''}, ${archived}`
  // No plan saves how it is protected: that is read again where it is compared with the Hub.
  const isKnown = !saved || stale !== undefined
  const left = rules.pruneLeaderboard ? 'archived, then references to these runs emptied' : 'preserved'
  return `${dataset.name}: ${planned ? deleted : left}${isKnown ? ` (${protectionOf(protection)})` : ''}`
}

/** The whole plan in one line, and whose it is. */
export function totalsText(plan: Plan, isLive: boolean): string {
  const kept = formatCount(plan.keep.length, 'run')
  if (plan.unknown) return `Not known: ${unknownText(plan.unknown)} could not be read.`
  const datasets = plannedDatasets(plan).length
  const what =
    datasets === 0
      ? 'nothing'
      : `${formatCount(datasets, 'dataset')} of ${formatCount(plan.delete.length, 'run')}`
  const {verb, where} = verbsOf(plan)
  const place =
    plan.source === 'trash' ? `from the trash of ${plan.namespace}` : `in ${plan.namespace}${where}`
  return `${isLive ? 'Will' : 'Would'} ${verb} ${what} ${place}; keeps ${kept}.`
}

export function unknownText(unknown: NonNullable<Plan['unknown']>): string {
  return joinWords(unknown.map((each) => UNKNOWN[each]))
}

const UNKNOWN = {protection: 'what is protected', rows: 'what the leaderboard says'}

/** How many runs each rule keeps, the most first; a run that several keep counts with the first, which weighs most. */
export function countByRule(keep: readonly KeptRun[]): Array<[rule: string, runs: number]> {
  return countBy(keep, ({reasons}) => reasons[0]?.rule ?? 'no rule')
}

export function countBy<T>(
  items: readonly T[],
  kindOf: (item: T) => string,
): Array<[kind: string, count: number]> {
  const counts = new Map<string, number>()
  for (const item of items) {
    const kind = kindOf(item)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }

  return [...counts].sort(([, many], [, few]) => few - many)
}
