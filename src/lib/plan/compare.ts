import {type Dataset, type Inventory, type LeaderboardDataset, listedIn} from '../account/datasets.js'
import {findLeaderboardHold, type Protection} from '../account/protection/pins.js'
import {type Run, runsOf} from '../account/runs.js'
import {type TrashedRun, trashedRunsOf} from '../account/trash.js'
import {printable} from '../base/text.js'
import {type RetentionContext} from '../retention/context.js'
import {decide} from '../retention/decide.js'
import {decideTrash} from '../retention/trash.js'
import {guardsAmong, isPicked} from './pick.js'
import {type Plan} from './plan.js'

/** Why one dataset of a plan is stale. */
export interface Exclusion {
  status: 'gone' | 'skipped'
  reason: string
}

/**
 * Compares a plan with a new listing. Nothing can enter a plan; what changed, left, or is kept by the plan's own rules by now falls
 * out. What was picked by hand went against keepers and selectors from the start: only guards save it.
 * @param known what is pinned now, and what the leaderboard says now if the rules ask it
 * @returns what falls out, by full name; where one dataset of a run changed, or one came to it, the whole run
 */
export function comparePlan(
  plan: Plan,
  fresh: Inventory,
  known: RetentionContext & {protection: Protection},
): Map<string, Exclusion> {
  const excluded = new Map<string, Exclusion>()
  const current = new Map(listedIn(fresh).map((each) => [each.name, each]))
  const runs = plan.source === 'trash' ? trashedRunsOf(fresh) : runsOf(fresh)
  const freshRuns = new Map(runs.map((run) => [run.timestamp, run]))
  const kept = keptNow(plan, [...freshRuns.values()], fresh.now, known)
  for (const {run, datasets} of plan.delete) {
    // Pinning changes a card, so why a run is kept says more than what changed.
    const change = kept.get(run.timestamp) ?? changeOf(run, freshRuns.get(run.timestamp))
    for (const dataset of datasets) {
      const now = current.get(dataset.name)
      const reason = change ?? (now && !isSame(dataset, now) ? CHANGED : undefined)
      if (!now) excluded.set(dataset.name, GONE)
      else if (reason) excluded.set(dataset.name, {status: 'skipped', reason})
    }
  }

  const {leaderboard} = plan
  if (leaderboard?.planned) {
    const exclusion = excludeLeaderboard(leaderboard.dataset, fresh, known.protection)
    if (exclusion) excluded.set(leaderboard.dataset.name, exclusion)
  }

  return excluded
}

export const CHANGED = 'changed since the plan was made'
const GONE: Exclusion = {status: 'gone', reason: 'was already gone'}

function excludeLeaderboard(
  planned: LeaderboardDataset,
  fresh: Inventory,
  protection: Protection,
): Exclusion | undefined {
  const {leaderboard: current} = fresh
  if (!current) return GONE
  if (protection.leaderboard) {
    const by = printable(protection.leaderboard.by)
    return {status: 'skipped', reason: `protected by ${by} since the plan was made`}
  }

  const hold = findLeaderboardHold(protection, fresh)
  if (hold) return {status: 'skipped', reason: `it ${hold.why}`}
  return isSame(planned, current) ? undefined : {status: 'skipped', reason: CHANGED}
}

/** What changed in a run since the plan, in words; a dataset that left is not a change of the others. */
function changeOf(planned: Run, current: Run | undefined): string | undefined {
  for (const dataset of current?.datasets ?? []) {
    const before = planned.datasets.find(({name}) => name === dataset.name)
    if (!before) return `the run has new ${dataset.type} since the plan was made`
    if (!isSame(before, dataset)) return `${dataset.type} changed since the plan was made`
  }

  return undefined
}

/**
 * Why the plan's rules keep runs of it now. What is left of a run counts as the run that was planned, not as one that is uploading. A run
 * that was picked counts even where nothing of it is left: no other is kept in its place.
 */
function keptNow(plan: Plan, freshRuns: Run[], now: Date, known: RetentionContext): Map<string, string> {
  const planned = new Map(plan.delete.map((each) => [each.run.timestamp, each]))
  const there = new Set(freshRuns.map(({timestamp}) => timestamp))
  const gone = plan.delete.filter((each) => isPicked(each) && !there.has(each.run.timestamp))
  const runs = [
    ...freshRuns.map((run) => withNewTags(planned.get(run.timestamp)?.run, run)),
    ...gone.map(({run}) => run),
  ]
  const kept = new Map<string, string>()
  const decideAll = plan.source === 'trash' ? decideTrash : decide
  for (const {run, action, reasons} of decideAll(runs, plan.rules, now, known)) {
    if (action !== 'keep') continue
    const before = planned.get(run.timestamp)
    // Keepers and selectors were asked before a person picked.
    const holding = before && isPicked(before) ? guardsAmong(reasons) : reasons
    if (holding.length > 0) kept.set(run.timestamp, `now kept: ${holding.map(({text}) => text).join('; ')}`)
  }

  return kept
}

/** A run as it was planned, with the tags that its datasets have now, wherever they are. */
function withNewTags(planned: Run | undefined, fresh: Partial<Pick<TrashedRun, 'outside'>> & Run): Run {
  if (!planned) return fresh
  const left = planned.datasets.filter(({name}) => fresh.datasets.every((each) => each.name !== name))
  const hasTags = fresh.datasets.some(({pinTags}) => pinTags)
  const datasets = hasTags ? [...fresh.datasets, ...left] : planned.datasets
  // Where this very job moved it, what is in the trash is only asked for its tags.
  const pinned: Pick<TrashedRun, 'outside'> & Run = {
    ...planned,
    datasets,
    outside: [...fresh.inTrash, ...(fresh.outside ?? [])],
  }
  return pinned
}

/**
 * A DELETE identifies a dataset by name alone, so only here can it be checked that it is still the same one. Its creation never
 * changes, but who edits a saved plan might give it another: age and grace are judged by it.
 */
function isSame(a: Dataset, b: Dataset): boolean {
  const dates = ({lastModified, createdAt}: Dataset) =>
    [lastModified.getTime(), createdAt.getTime()].join(' ')
  return a.id === b.id && a.sha === b.sha && dates(a) === dates(b)
}
