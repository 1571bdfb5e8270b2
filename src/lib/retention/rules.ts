import {type Metric} from '../account/leaderboard/metrics.js'
import {type GroupColumn, type Status} from '../account/leaderboard/row.js'
import {type RunType} from '../base/names.js'
import {type OptionTable} from '../base/options.js'
import {type Age} from '../base/time.js'
import {type Period} from './buckets.js'

/** What may go and what must stay, as the flags of `cleanup` say it. */
export interface RetentionOptions {
  /** Selector: `30d`, `12h`, `1w3d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Selector: runs that lack at least one of results, traces, metrics, and did not finish. */
  incompleteOnly?: boolean | undefined
  /** Does not ask the leaderboard whether an incomplete run finished. */
  ignoreLeaderboard?: boolean | undefined
  /** Selector: timestamps of single runs. */
  run?: string[] | undefined
  /** Selector: runs of a model that one of these patterns matches: `*` stands for any letters, `?` for one. */
  model?: string[] | undefined
  /** Selector: runs of one of these teams. */
  team?: string[] | undefined
  /** Selector: runs with one of these purposes. */
  purpose?: string[] | undefined
  /** Selector: runs whose evaluation came to one of these. */
  status?: Status[] | undefined
  /** Selector: runs that no row of the leaderboard cites. */
  unreferenced?: boolean | undefined
  /** Selector: runs whose score by `by` is below this. */
  scoreBelow?: number | undefined
  /** Selector: every run. Goes with no other selector and no keeper. */
  all?: boolean | undefined
  /** Keeper: the N newest runs, whatever selects them. */
  keepRecent?: number | undefined
  /** Keeper: runs no older than this, `30d`, `12h`, …, counted from now. */
  keepWithin?: string | undefined
  /** Keeper: the newest run of each of the N newest hours that have one, in UTC. */
  keepHourly?: number | undefined
  /** Keeper: the same by days. */
  keepDaily?: number | undefined
  /** Keeper: the same by ISO weeks. */
  keepWeekly?: number | undefined
  /** Keeper: the same by months. */
  keepMonthly?: number | undefined
  /** Keeper: the same by years. */
  keepYearly?: number | undefined
  /** Keeper: the N runs with the best scores by `by`. */
  keepBest?: number | undefined
  /** What `keepBest` and `scoreBelow` go by, a column or its short name; default `success_rate`. */
  by?: string | undefined
  /** Keepers that count do so within each group of runs that agree in all of these. */
  groupBy?: GroupColumn[] | undefined
  /** Guard: how long an incomplete run may still be uploading; default `6h`, `0` turns it off. */
  grace?: string | undefined
  /** Scope: only these types of the chosen runs. Without selector and keeper: these types of every run. */
  only?: RunType[] | undefined
  /** Scope: the leaderboard as well. */
  deleteLeaderboard?: boolean | undefined
}

export const RETENTION: OptionTable<RetentionOptions> = {
  olderThan: 'text',
  incompleteOnly: 'boolean',
  ignoreLeaderboard: 'boolean',
  run: 'texts',
  model: 'texts',
  team: 'texts',
  purpose: 'texts',
  status: 'texts',
  unreferenced: 'boolean',
  scoreBelow: 'number',
  all: 'boolean',
  keepRecent: 'number',
  keepWithin: 'text',
  keepHourly: 'number',
  keepDaily: 'number',
  keepWeekly: 'number',
  keepMonthly: 'number',
  keepYearly: 'number',
  keepBest: 'number',
  by: 'text',
  groupBy: 'texts',
  grace: 'text',
  only: 'texts',
  deleteLeaderboard: 'boolean',
}

/** The options, checked and read. */
export interface RetentionRules {
  olderThan: Age | undefined
  incompleteOnly: boolean
  ignoreLeaderboard: boolean
  runs: string[]
  models: string[]
  teams: string[]
  purposes: string[]
  /** In the order of `STATUSES`. */
  statuses: Status[]
  unreferenced: boolean
  scoreBelow: number | undefined
  all: boolean
  keepRecent: number | undefined
  keepWithin: Age | undefined
  keepBuckets: Record<Period, number | undefined>
  keepBest: number | undefined
  by: Metric
  /** In the order of `GROUP_COLUMNS`. */
  groupBy: GroupColumn[]
  graceMs: number
  /** In the order results, traces, metrics. */
  only: RunType[]
  deleteLeaderboard: boolean
}
