import {rankRuns, rowsOf, scoreOfRun} from '../account/leaderboard/index.js'
import {type GroupColumn} from '../account/leaderboard/row.js'
import {
  cellsOf,
  groupsBy,
  type GroupValues,
  scoreText,
  type Verdict,
  yes,
} from '../account/leaderboard/values.js'
import {isOlderThan, newestFirst, type Run} from '../account/runs.js'
import {cutoffOf, DAY, formatAge} from '../base/time.js'
import {type Facts} from './context.js'
import {isCounted} from './guards.js'
import {type Answer, type Reason} from './reasons.js'
import {flagOf, type KeeperName, type RetentionRules, ruleOf} from './rules.js'

/** What a keeper does with its value. */
interface Keeper<T> {
  /** The runs that it keeps among these, which are sorted newest first, and why. */
  keeps: (newest: Run[], value: T, facts: Facts) => Array<[run: Run, why: string]>
  /** Why it does not keep a run. */
  misses: (value: T, ofGroup: string, run: Run, facts: Facts) => string
}

/**
 * An empty bucket of the calendar uses up nothing: of the newest buckets that have a run, each keeps its newest.
 * @param bucketOf the same for two moments exactly if one bucket holds both, in UTC
 */
function calendar(period: string, bucketOf: (time: Date) => string): Keeper<number> {
  return {
    keeps(newest, most) {
      const firsts = new Map<string, Run>()
      for (const run of newest) {
        const bucket = bucketOf(run.time)
        if (firsts.has(bucket)) continue
        if (firsts.size === most) break
        firsts.set(bucket, run)
      }

      return [...firsts].map(([bucket, run], index) => [run, `${period} ${index + 1} of ${most} (${bucket})`])
    },
    misses: (most, ofGroup) => `${notAmong(most, `${period} ${most === 1 ? 'run' : 'runs'}`)}${ofGroup}`,
  }
}

function notAmong(most: number, which: string): string {
  return most === 1 ? `not the ${which}` : `not among the ${most} ${which}`
}

const upTo = (form: string) => (time: Date) => time.toISOString().slice(0, form.length)

/** By ISO 8601: a week belongs to the year that its Thursday lies in. */
function isoWeek(time: Date): string {
  const day = Math.floor(time.getTime() / DAY)
  const daysSinceMonday = (new Date(day * DAY).getUTCDay() + 6) % 7
  const thursday = new Date((day - daysSinceMonday + 3) * DAY)
  const year = thursday.getUTCFullYear()
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY))
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** What each keeper does, in the order of the reasons. Those that count do so within each group of runs. */
const KEEPERS: {[K in KeeperName]: Keeper<NonNullable<RetentionRules[K]>>} = {
  keepWithin: {
    keeps(newest, span, {now}) {
      const cutoff = cutoffOf(span, now)
      return newest
        .filter((run) => !isOlderThan(run, cutoff))
        .map((run) => [run, `within the last ${formatAge(span)}`])
    },
    misses: (span) => `not within the last ${formatAge(span)}`,
  },
  keepRecent: {
    keeps: (newest, most) =>
      newest.slice(0, most).map((run, index) => [run, `most recent ${index + 1} of ${most}`]),
    misses: (most, ofGroup) => `${notAmong(most, 'most recent')}${ofGroup}`,
  },
  keepHourly: calendar('hourly', upTo('YYYY-MM-DDTHH')),
  keepDaily: calendar('daily', upTo('YYYY-MM-DD')),
  keepWeekly: calendar('weekly', isoWeek),
  keepMonthly: calendar('monthly', upTo('YYYY-MM')),
  keepYearly: calendar('yearly', upTo('YYYY')),
  keepBest: {
    keeps: (newest, most, {rules: {by}, rows}) =>
      rankRuns(newest, rows, by)
        .slice(0, most)
        .map(({run, score}, index) => [run, `best ${index + 1} of ${most} by ${by} (${scoreText(score)})`]),
    misses(most, ofGroup, run, {rules: {by}, rows}) {
      const score = scoreOfRun(run, rows, by)
      return score.is === 'yes'
        ? `${notAmong(most, 'best')}${ofGroup} by ${by} (${scoreText(score.value)})`
        : notRanked(score.why)
    },
  },
}

function notRanked(why: string): string {
  return `${why}, so it is not ranked`
}

/** What keepers say of one run. */
export interface Keeping {
  /** What each keeper given says, in the order of the reasons. */
  keepers: Answer[]
  /** Why it is unclear what they would say: such a run is kept in addition, and takes no place. */
  doubts: Reason[]
  /** Whether their numbers count it. */
  counts: boolean
}

/**
 * Asks the keepers given about all runs together. Complete and incomplete runs count alike; pinned ones, those in their grace
 * period, those of the future and unclear ones do not count; unclear runs are kept as well.
 */
export function keepersOf(runs: readonly Run[], facts: Facts): (run: Run) => Keeping {
  const {rules, rows} = facts
  const doubts = new Map<Run, Reason[]>()
  for (const run of runs) if (isCounted(run, facts)) doubts.set(run, doubtsAbout(run, facts))
  const counted = runs.filter((run) => doubts.get(run)?.length === 0)
  const groups = groupsBy(counted.sort(newestFirst), rules.groupBy, (run) => {
    const group = groupOf(run, rules.groupBy, rows)
    return group.is === 'yes' ? group.value : 'no row'
  })
  const ofGroup = rules.groupBy.length > 0 ? ' of its group' : ''
  const given = (Object.keys(KEEPERS) as KeeperName[]).filter((name) => rules.keepers.includes(name))
  const keepers = given.map((name) => {
    const keeper = KEEPERS[name] as Keeper<unknown>
    const value = rules[name]
    const kept = new Map<Run, Omit<Reason, 'rule'>>()
    const among = ruleOf(name).value === 'count' ? groups : [{name: '', members: [...runs]}]
    for (const {name: group, members} of among) {
      for (const [run, why] of keeper.keeps(members, value, facts))
        kept.set(run, group === '' ? {text: why} : {text: `${why} for ${group}`, within: {group, text: why}})
    }

    return (run: Run): Answer => {
      const why = kept.get(run)
      const reason = why ?? {text: keeper.misses(value, ofGroup, run, facts)}
      return {name, holds: why !== undefined, reason: {rule: flagOf(name), ...reason}}
    }
  })
  const isUnknown = rows === 'unknown' && rules.needRows.length > 0
  return (run) => {
    const own = doubts.get(run)
    return {
      keepers: keepers.map((ask) => ask(run)),
      doubts: isUnknown ? [ROWS_UNKNOWN] : (own ?? []),
      counts: own?.length === 0,
    }
  }
}

/** Where rows are not known, it is not known what rules that need them would select or keep: every run is kept. */
export const ROWS_UNKNOWN: Reason = {
  rule: 'leaderboard',
  text: 'the leaderboard could not be read',
  isUnclear: true,
}

/** What a person who counts on the best being kept has to know of a run that can have no place among them. */
export function whyNeverBest(run: Run, {rules: {keepBest, by}, rows}: Facts): Reason[] {
  if (keepBest === undefined) return []
  const score = scoreOfRun(run, rows, by)
  return score.is === 'yes' ? [] : [{rule: 'keep-best', text: notRanked(score.why)}]
}

/** Why it is unclear whether a keeper would keep a run: its score, or its group. */
function doubtsAbout(run: Run, {rules: {keepBest, by, groupBy}, rows}: Facts): Reason[] {
  if (rows === 'unknown') return []
  const group = groupBy.length > 0 ? groupOf(run, groupBy, rows) : undefined
  const score = keepBest === undefined ? undefined : scoreOfRun(run, rows, by)
  const doubts: Reason[] = []
  if (group?.is === 'doubt')
    doubts.push({rule: 'leaderboard', text: `its group is unclear: ${group.why}`, isUnclear: true})
  if (score?.is === 'doubt' && !(group?.is === 'doubt' && group.why === score.why))
    doubts.push({rule: 'keep-best', text: `its rank is unclear: ${score.why}`, isUnclear: true})
  return doubts
}

/** What a run has in the columns that runs are grouped by. */
export function groupOf(
  run: Run,
  columns: readonly GroupColumn[],
  index: Facts['rows'],
): Verdict<GroupValues> {
  const rows = rowsOf(run, index)
  if (rows.is === 'doubt') return rows
  return rows.is === 'no' ? yes('no row' as const) : cellsOf(rows.value, columns)
}
