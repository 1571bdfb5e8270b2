import {type Dataset, type Inventory, type LeaderboardDataset, type RunDataset} from '../account/datasets.js'
import {
  describeLivePin,
  type LeaderboardProtection,
  pinOn,
  type Protection,
} from '../account/protection/pins.js'
import {type Run, runsOf} from '../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../account/sizes.js'
import {type RunType} from '../base/names.js'
import {byText} from '../base/text.js'
import {cutoffOf} from '../base/time.js'
import {type Decision} from '../retention/decide.js'
import {makeRules} from '../retention/read-rules.js'
import {type Reason} from '../retention/reasons.js'
import {type RetentionRules} from '../retention/rules.js'

/** What a person types to confirm. */
export const PHRASES = ['DELETE', 'YES DELETE ALL', 'TRASH', 'TRASH ALL'] as const
type Phrase = (typeof PHRASES)[number]

/** A run of which at least one dataset would be deleted. */
export interface PlannedRun {
  run: Run
  /** In the order of deletion; without `--only`, all that the run has. */
  datasets: RunDataset[]
  reasons: Reason[]
}

/** A run of which nothing would be deleted. */
export interface KeptRun {
  run: Run
  reasons: Reason[]
}

/** What is known of the leaderboard, and whether it is deleted too. */
interface PlannedLeaderboard {
  dataset: LeaderboardDataset
  planned: boolean
  /** `unknown` where it could not be read; a plan with that is never applied. */
  protection: LeaderboardProtection | 'unknown' | undefined
}

/** Where the datasets of a plan are. */
export const PLAN_SOURCES = ['runs', 'trash'] as const

/** Every dataset that would be deleted, every run kept, every reason: previewed, confirmed and applied as one. */
export interface Plan {
  endpoint: string
  namespace: string
  /** Where its datasets are: `trash`, with their names there, only where the trash is emptied. */
  source: (typeof PLAN_SOURCES)[number]
  /** The clock that the ages were measured with. */
  now: Date
  rules: RetentionRules
  /** The cutoff of `--older-than`. */
  cutoff: Date | undefined
  phrase: Phrase
  /** Each dataset is archived before it is deleted; such a plan is not applied without. */
  archives: boolean
  /** Newest first. */
  delete: PlannedRun[]
  /** Newest first. */
  keep: KeptRun[]
  leaderboard: PlannedLeaderboard | undefined
  /** Full names of the datasets of tasks, which are never touched. */
  standard: string[]
  /** What its rules or guards rest on and could not be read: the plan is only for display then. */
  unknown?: Array<'protection' | 'rows'> | undefined
  /** How many datasets have nearly a name of SMOLTRACE's, and are never touched; 0 in a plan from a file. */
  nearMisses: number
}

/** Results are deleted last, so that an interrupted run can still be identified. */
const DELETION_ORDER: RunType[] = ['metrics', 'traces', 'results']

/** Puts the decisions and the scope together into a plan. */
export function makePlan(
  inventory: Inventory,
  decisions: Decision[],
  rules: RetentionRules,
  protection: Protection | 'unknown',
): Plan {
  const {endpoint, namespace, now, leaderboard, standard, nearMisses} = inventory
  const planned: PlannedRun[] = []
  const kept: KeptRun[] = []
  for (const decision of decisions) {
    const {run, action, reasons} = withinScope(decision, rules)
    if (action === 'keep') kept.push({run, reasons})
    else planned.push({run, datasets: inScope(run, rules.only), reasons})
  }

  return deepFreeze({
    endpoint,
    namespace,
    source: 'runs',
    now,
    rules,
    cutoff: rules.olderThan && cutoffOf(rules.olderThan, now),
    phrase: phraseFor(rules),
    archives: false,
    delete: planned,
    keep: kept,
    leaderboard: leaderboard && {
      dataset: leaderboard,
      planned: rules.deleteLeaderboard,
      protection: protection === 'unknown' ? protection : protection.leaderboard,
    },
    standard,
    nearMisses: nearMisses.length,
  })
}

/** A run without datasets in the scope is kept, whatever was decided. */
export function withinScope(decision: Decision, {only}: RetentionRules): Decision {
  const {run, action} = decision
  if (action === 'keep' || inScope(run, only).length > 0) return decision
  return {run, action: 'keep', reasons: [outOfScope(only)]}
}

/** Why a run without datasets in the scope is kept. */
export function outOfScope(only: RunType[]): Reason {
  return {rule: 'only', text: `has no ${only.join(', no ')}`}
}

/** What a person types to confirm a plan made by these rules. */
export function phraseFor(rules: RetentionRules): Phrase {
  const isAll = rules.all || rules.everyRunByScope
  if (rules.trash) return isAll ? 'TRASH ALL' : 'TRASH'
  return isAll ? 'YES DELETE ALL' : 'DELETE'
}

/** What was shown and confirmed is what is applied: no callback that gets a plan may change it. */
export function deepFreeze<T>(value: T): T {
  // Texts, numbers and nothing count as frozen.
  if (!Object.isFrozen(value))
    for (const part of Object.values(Object.freeze(value) as object)) deepFreeze(part)
  return value
}

/** A plan of single datasets, by full name; names that the inventory lacks, and those of pinned runs, are omitted. */
export function makePlanOfNames(inventory: Inventory, names: string[], protection: Protection): Plan {
  const named = new Set(names)
  const {leaderboard} = inventory
  const rules = makeRules({
    run: inventory.datasets.filter(({name}) => named.has(name)).map(({timestamp}) => timestamp),
    deleteLeaderboard: leaderboard !== undefined && named.has(leaderboard.name),
    grace: '0',
  })
  const decisions = runsOf(inventory).map((run): Decision => {
    const pin = pinOn(run, protection, inventory.now)
    if (pin) return {run, action: 'keep', reasons: [{rule: 'pinned', text: describeLivePin(pin)}]}
    return run.datasets.some(({name}) => named.has(name))
      ? {run, action: 'delete', reasons: [{rule: 'run', text: 'named'}]}
      : {run, action: 'keep', reasons: [{rule: 'run', text: 'not named'}]}
  })
  const plan = makePlan(inventory, decisions, rules, protection)
  const planned = plan.delete.map((each) => ({
    ...each,
    datasets: each.datasets.filter(({name}) => named.has(name)),
  }))
  return deepFreeze({...plan, delete: planned})
}

/** The runs of a plan, oldest first, so that an interrupted job has taken the oldest. */
export function inOrderOfDeletion({delete: planned}: Plan): PlannedRun[] {
  return planned.toSorted(
    ({run: a}, {run: b}) => a.time.getTime() - b.time.getTime() || byText(a.timestamp, b.timestamp),
  )
}

/** The datasets of a run that the scope takes in, in the order of deletion. */
export function inScope(run: Run, only: RunType[]): RunDataset[] {
  return DELETION_ORDER.filter((type) => only.length === 0 || only.includes(type)).flatMap((type) =>
    run.datasets.filter((dataset) => dataset.type === type),
  )
}

/** Every dataset of a plan, in the order of the preview; the leaderboard last. */
export function plannedDatasets({delete: planned, leaderboard}: Plan): Dataset[] {
  const all: Dataset[] = []
  for (const {datasets} of planned) all.push(...datasets)
  if (leaderboard?.planned) all.push(leaderboard.dataset)
  return all
}

/** What the datasets take up that a plan deletes. */
export function freedBy(plan: Plan, sizes: Sizes): StorageSum {
  return storageOf(plannedDatasets(plan), sizes)
}
