import {type Dataset, type Inventory, type LeaderboardDataset} from './datasets.js'
import {type Evidence, isUnfinished} from './evidence.js'
import {type Plan} from './plan.js'
import {holdOn, livePin, type Protection} from './protection.js'
import {asksLeaderboard} from './rules.js'
import {groupDatasetsByRun, type Run} from './runs.js'
import {printable} from './text.js'

/** What became of one dataset of a plan before its turn came. */
export interface Exclusion {
  status: 'gone' | 'skipped'
  reason: string
}

/** What is known when a plan is compared with what is there now. */
export interface PlanCheck {
  protection: Protection
  /** Needed where the plan rests on the leaderboard; undefined where it says what it said when the plan was made. */
  evidence?: Evidence | undefined
}

/** Whether the leaderboard that a plan rests on may say something else by now. */
export function needsNewEvidence({rules, leaderboard}: Plan, fresh: Inventory): boolean {
  return asksLeaderboard(rules) && leaderboard?.dataset.sha !== fresh.leaderboard?.sha
}

/**
 * Compares a plan with a new listing. Nothing can enter a plan; what changed, left or became protected falls out.
 * @returns what falls out, by full name. Where one dataset of a run changed, or one came to it, the whole run does
 */
export function comparePlan(
  plan: Plan,
  fresh: Inventory,
  {protection, evidence}: PlanCheck,
): Map<string, Exclusion> {
  const excluded = new Map<string, Exclusion>()
  const current = new Map(
    [...fresh.datasets, ...(fresh.leaderboard ? [fresh.leaderboard] : [])].map((each) => [each.name, each]),
  )
  const freshRuns = new Map(groupDatasetsByRun(fresh.datasets).map((run) => [run.timestamp, run]))
  for (const {run, datasets} of plan.delete) {
    const change =
      changeOf(run, freshRuns.get(run.timestamp)) ?? savedSince(run, fresh.now, {protection, evidence})
    for (const dataset of datasets) {
      const now = current.get(dataset.name)
      const reason = change ?? (now && !isSame(dataset, now) ? CHANGED : undefined)
      if (!now) excluded.set(dataset.name, GONE)
      else if (reason) excluded.set(dataset.name, {status: 'skipped', reason})
    }
  }

  const {leaderboard} = plan
  if (leaderboard?.goes) {
    const exclusion = excludeLeaderboard(leaderboard.dataset, fresh, protection)
    if (exclusion) excluded.set(leaderboard.dataset.name, exclusion)
  }

  return excluded
}

const CHANGED = 'changed since the plan was made'
const GONE: Exclusion = {status: 'gone', reason: 'was not there any more'}

function excludeLeaderboard(
  planned: LeaderboardDataset,
  {leaderboard: current, now}: Inventory,
  protection: Protection,
): Exclusion | undefined {
  if (!current) return GONE
  if (protection.leaderboard) {
    const by = printable(protection.leaderboard.by)
    return {status: 'skipped', reason: `protected by ${by} since the plan was made`}
  }

  const hold = holdOn(protection, now)
  if (hold) return {status: 'skipped', reason: `it ${hold.why} since the plan was made`}
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

/** What came to hold for a run although none of its datasets changed. */
function savedSince(run: Run, now: Date, {protection, evidence}: PlanCheck): string | undefined {
  const pin = livePin(protection, run.timestamp, now)
  if (pin) return `pinned by ${printable(pin.by)} since the plan was made`
  return evidence && !isUnfinished(run, evidence) && !run.complete
    ? 'listed on the leaderboard since the plan was made'
    : undefined
}

/** A DELETE goes by name alone, so that it is still the same dataset can only be checked here. */
function isSame(a: Dataset, b: Dataset): boolean {
  return a.id === b.id && a.sha === b.sha && a.lastModified.getTime() === b.lastModified.getTime()
}
