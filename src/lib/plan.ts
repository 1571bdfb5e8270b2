import {type Dataset, type Inventory, type LeaderboardDataset, type RunDataset} from './datasets.js'
import {cutoffOf} from './duration.js'
import {type RunType} from './naming.js'
import {type LeaderboardProtection, type Protection} from './protection.js'
import {type Decision, isEveryRunByScope, type Reason, type RetentionRules} from './retention.js'
import {groupDatasetsByRun, type Run} from './runs.js'

/** What a person types to confirm. */
export type Phrase = 'DELETE' | 'YES DELETE ALL'

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

/** What is known of the leaderboard, and whether it goes too. */
export interface PlannedLeaderboard {
  dataset: LeaderboardDataset
  goes: boolean
  /** `unknown` where it could not be read; a plan with that is never carried out. */
  protection: LeaderboardProtection | 'unknown' | undefined
}

/** Every dataset that would be deleted, every run kept, every reason: previewed, confirmed and carried out as one. */
export interface Plan {
  endpoint: string
  namespace: string
  /** The clock that the ages were measured with. */
  now: Date
  rules: RetentionRules
  /** The moment that `--older-than` stands for. */
  cutoff: Date | undefined
  phrase: Phrase
  /** Each dataset is archived before it is deleted; such a plan is not carried out without. */
  archives: boolean
  /** Newest first. */
  delete: PlannedRun[]
  /** Newest first. */
  keep: KeptRun[]
  leaderboard: PlannedLeaderboard | undefined
  /** Full names of the standard datasets, which are never touched. */
  standard: string[]
}

/** What became of one dataset of a plan before its turn came. */
export interface Exclusion {
  status: 'gone' | 'skipped'
  reason: string
}

/** An interrupted run stays identifiable by what is left: its results go last. */
const DELETION_ORDER: RunType[] = ['metrics', 'traces', 'results']

/** Puts the decisions and the scope together into a plan. */
export function makePlan(
  inventory: Inventory,
  decisions: Decision[],
  rules: RetentionRules,
  protection: Protection | 'unknown',
): Plan {
  const {endpoint, namespace, now, leaderboard, standard} = inventory
  const planned: PlannedRun[] = []
  const kept: KeptRun[] = []
  for (const {run, action, reasons} of decisions) {
    const datasets = inScope(run, rules.only)
    if (action === 'keep') kept.push({run, reasons})
    else if (datasets.length > 0) planned.push({run, datasets, reasons})
    else kept.push({run, reasons: [{rule: 'only', text: `has no ${rules.only.join(', no ')}`}]})
  }

  return frozen({
    endpoint,
    namespace,
    now,
    rules,
    cutoff: rules.olderThan && cutoffOf(rules.olderThan, now),
    phrase: rules.all || isEveryRunByScope(rules) ? 'YES DELETE ALL' : 'DELETE',
    archives: false,
    delete: planned,
    keep: kept,
    leaderboard: leaderboard && {
      dataset: leaderboard,
      goes: rules.deleteLeaderboard,
      protection: protection === 'unknown' ? protection : protection.leaderboard,
    },
    standard,
  })
}

/** What was shown and confirmed is what is carried out: nobody who sees a plan may change it on the way. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }

  return value
}

/** A plan of single datasets, by full name; names that the inventory lacks are left out. */
export function makePlanOfNames(inventory: Inventory, names: string[], protection: Protection): Plan {
  const named = new Set(names)
  const rules = {...NO_RULES, deleteLeaderboard: named.has(inventory.leaderboard?.name ?? '')}
  const decisions = groupDatasetsByRun(inventory.datasets).map((run): Decision => {
    const isNamed = run.datasets.some(({name}) => named.has(name))
    return {
      run,
      action: isNamed ? 'delete' : 'keep',
      reasons: [{rule: 'run', text: isNamed ? 'named' : 'not named'}],
    }
  })
  const plan = makePlan(inventory, decisions, rules, protection)
  return frozen({
    ...plan,
    delete: plan.delete.map((each) => ({
      ...each,
      datasets: each.datasets.filter(({name}) => named.has(name)),
    })),
  })
}

const NO_RULES: RetentionRules = {
  olderThan: undefined,
  incompleteOnly: false,
  ignoreLeaderboard: false,
  runs: [],
  all: false,
  keepRecent: undefined,
  graceMs: 0,
  only: [],
  deleteLeaderboard: false,
}

/** The datasets of a run that the scope takes in, in the order of deletion. */
export function inScope(run: Run, only: RunType[]): RunDataset[] {
  return DELETION_ORDER.filter((type) => only.length === 0 || only.includes(type)).flatMap((type) =>
    run.datasets.filter((dataset) => dataset.type === type),
  )
}

/** Every dataset of a plan, in the order of the preview; the leaderboard last. */
export function plannedDatasets(plan: Plan): Dataset[] {
  const {leaderboard} = plan
  return [
    ...plan.delete.flatMap(({datasets}) => datasets),
    ...(leaderboard?.goes ? [leaderboard.dataset] : []),
  ]
}

/**
 * Compares a plan with a new listing. Nothing can enter a plan; what changed, left or became protected falls out.
 * @returns what falls out, by full name. Where one dataset of a run changed, or one came to it, the whole run does
 */
export function comparePlan(plan: Plan, fresh: Inventory, protection: Protection): Map<string, Exclusion> {
  const excluded = new Map<string, Exclusion>()
  const current = new Map(
    [...fresh.datasets, ...(fresh.leaderboard ? [fresh.leaderboard] : [])].map((each) => [each.name, each]),
  )
  const freshRuns = new Map(groupDatasetsByRun(fresh.datasets).map((run) => [run.timestamp, run]))
  for (const {run, datasets} of plan.delete) {
    const change = changeOf(run, freshRuns.get(run.timestamp))
    for (const dataset of datasets) {
      const now = current.get(dataset.name)
      const reason = change ?? (now && !isSame(dataset, now) ? CHANGED : undefined)
      if (!now) excluded.set(dataset.name, GONE)
      else if (reason) excluded.set(dataset.name, {status: 'skipped', reason})
    }
  }

  const {leaderboard} = plan
  if (leaderboard?.goes) {
    const exclusion = excludeLeaderboard(leaderboard.dataset, fresh.leaderboard, protection)
    if (exclusion) excluded.set(leaderboard.dataset.name, exclusion)
  }

  return excluded
}

const CHANGED = 'changed since the plan was made'
const GONE: Exclusion = {status: 'gone', reason: 'was not there any more'}

function excludeLeaderboard(
  planned: LeaderboardDataset,
  current: LeaderboardDataset | undefined,
  protection: Protection,
): Exclusion | undefined {
  if (!current) return GONE
  if (protection.leaderboard)
    return {status: 'skipped', reason: `protected by ${protection.leaderboard.by} since the plan was made`}
  return isSame(planned, current) ? undefined : {status: 'skipped', reason: CHANGED}
}

/** What changed in a run since the plan, in words; a dataset that left is no change of the others. */
function changeOf(planned: Run, current: Run | undefined): string | undefined {
  for (const dataset of current?.datasets ?? []) {
    const before = planned.datasets.find(({name}) => name === dataset.name)
    if (!before) return `${dataset.type} came to the run since the plan was made`
    if (!isSame(before, dataset)) return `${dataset.type} changed since the plan was made`
  }

  return undefined
}

/** A DELETE goes by name alone, so that it is still the same dataset can only be checked here. */
function isSame(a: Dataset, b: Dataset): boolean {
  return a.id === b.id && a.sha === b.sha && a.lastModified.getTime() === b.lastModified.getTime()
}
