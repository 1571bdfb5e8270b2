import {cellsOf, groupsBy, type GroupValues} from '../account/leaderboard/groups.js'
import {rowsOf} from '../account/leaderboard/index.js'
import {rankRuns, scoreOfRun, scoreText} from '../account/leaderboard/scores.js'
import {isOlderThan, newestFirst, type Run} from '../account/runs.js'
import {pushTo} from '../base/collections.js'
import {cutoffOf} from '../base/time.js'
import {no, type Verdict, yes} from '../base/verdict.js'
import {bucketOf, type Period} from './buckets.js'
import {type RetentionContext} from './context.js'
import {isCounted} from './guards.js'
import {type Reason} from './reasons.js'
import {flagOf, type KeeperName, type RetentionRules, ruleOf} from './rules.js'

interface Facts {
  rules: RetentionRules
  now: Date
  known: RetentionContext
}

/** What a keeper does with its value. */
interface Keeper<T> {
  /** The runs that it keeps among these, which are sorted newest first, and why. */
  keeps: (newest: Run[], value: T, facts: Facts) => Array<[run: Run, why: string]>
  /** Why it does not keep a run. */
  misses: (value: T, ofGroup: string, run: Run, facts: Facts) => string
}

/** An empty bucket uses up nothing: of the newest buckets that have a run, each keeps its newest. */
function calendar(period: Period): Keeper<number> {
  return {
    keeps(newest, most) {
      const firsts = new Map<string, Run>()
      for (const run of newest) {
        const bucket = bucketOf(run.time, period)
        if (firsts.has(bucket)) continue
        if (firsts.size === most) break
        firsts.set(bucket, run)
      }

      return [...firsts].map(([bucket, run], index) => [run, `${period} ${index + 1} of ${most} (${bucket})`])
    },
    misses: (most, ofGroup) => `none of the ${most} ${period} ones${ofGroup}`,
  }
}

/** What each keeper does, in the order of the reasons. Those that count do so within each group of runs. */
const KEEPERS: {[K in KeeperName]: Keeper<NonNullable<RetentionRules[K]>>} = {
  keepWithin: {
    keeps(newest, span, {now}) {
      const cutoff = cutoffOf(span, now)
      return newest
        .filter((run) => !isOlderThan(run, cutoff))
        .map((run) => [run, `within the last ${span.text}`])
    },
    misses: (span) => `not within the last ${span.text}`,
  },
  keepRecent: {
    keeps: (newest, most) =>
      newest.slice(0, most).map((run, index) => [run, `most recent ${index + 1} of ${most}`]),
    misses: (most, ofGroup) => `not among the ${most} most recent${ofGroup}`,
  },
  keepHourly: calendar('hourly'),
  keepDaily: calendar('daily'),
  keepWeekly: calendar('weekly'),
  keepMonthly: calendar('monthly'),
  keepYearly: calendar('yearly'),
  keepBest: {
    keeps: (newest, most, {rules: {by}, known: {rows}}) =>
      rankRuns(newest, rows, by)
        .slice(0, most)
        .map(({run, score}, index) => [run, `best ${index + 1} of ${most} by ${by} (${scoreText(score)})`]),
    misses(most, ofGroup, run, {rules: {by}, known: {rows}}) {
      const score = scoreOfRun(run, rows, by)
      return score.is === 'yes'
        ? `not among the ${most} best${ofGroup} by ${by} (${scoreText(score.value)})`
        : neverBest(score.why)
    },
  },
}

function neverBest(why: string): string {
  return `${why}, so never among the best`
}

/** The keepers given, each with its value. */
function keepersIn(rules: RetentionRules) {
  return (Object.keys(KEEPERS) as KeeperName[])
    .filter((name) => rules.keepers.includes(name))
    .map((name) => ({
      rule: flagOf(name),
      counts: ruleOf(name).value === 'count',
      value: rules[name],
      keeper: KEEPERS[name] as Keeper<unknown>,
    }))
}

/** Why keepers keep runs; a run that is not here is kept by none. */
type Kept = ReadonlyMap<Run, Reason[]>

/**
 * Finds the runs that keepers save. Complete and incomplete runs count alike; pinned ones, those in their grace period, those of
 * the future and those in doubt do not count; what is in doubt is kept as well.
 * @param runs in any order
 */
export function applyKeepers(
  runs: readonly Run[],
  rules: RetentionRules,
  now: Date,
  known: RetentionContext,
): Kept {
  const kept = new Map<Run, Reason[]>()
  const facts = {rules, now, known}
  const keepers = keepersIn(rules)
  for (const {rule, counts, value, keeper} of keepers) {
    if (counts) continue
    for (const [run, text] of keeper.keeps([...runs], value, facts)) pushTo(kept, run, {rule, text})
  }

  const counted: Run[] = []
  for (const run of runs) {
    if (!isCounted(run, rules, now, known)) continue
    const doubts = doubtsAbout(run, rules, known)
    for (const doubt of doubts) pushTo(kept, run, doubt)
    if (doubts.length === 0) counted.push(run)
  }

  const valuesOf = (run: Run) => {
    const group = groupOf(run, rules.groupBy, known.rows)
    return group.is === 'yes' ? group.value : 'no row'
  }

  for (const {name, members} of groupsBy(counted.sort(newestFirst), rules.groupBy, valuesOf)) {
    const suffix = name === '' ? '' : ` for ${name}`
    for (const {rule, counts, value, keeper} of keepers) {
      if (!counts) continue
      for (const [run, text] of keeper.keeps(members, value, facts))
        pushTo(kept, run, {rule, text: `${text}${suffix}`})
    }
  }

  return kept
}

/** What each keeper says of a run that none of them keeps. */
export function whyNotKept(run: Run, rules: RetentionRules, now: Date, known: RetentionContext): Reason[] {
  const ofGroup = rules.groupBy.length > 0 ? ' of its group' : ''
  return keepersIn(rules).map(({rule, value, keeper}) => ({
    rule,
    text: keeper.misses(value, ofGroup, run, {rules, now, known}),
  }))
}

/** What a person who counts on the best being kept has to know of a run that can have no place among them. */
export function whyNeverBest(
  run: Run,
  {keepBest, by}: RetentionRules,
  {rows: index}: RetentionContext,
): Reason[] {
  if (keepBest === undefined) return []
  const score = scoreOfRun(run, index, by)
  return score.is === 'yes' ? [] : [{rule: 'keep-best', text: neverBest(score.why)}]
}

/**
 * Why it is in doubt whether a keeper would keep a run: its score, or its group. Such a run is kept in addition, and
 * takes no place among them.
 */
export function doubtsAbout(
  run: Run,
  {keepBest, by, groupBy}: RetentionRules,
  {rows: index}: RetentionContext,
): Reason[] {
  // Then every run stays, whatever a keeper would say of it.
  if (index === 'unknown') return []
  const group = groupBy.length > 0 ? groupOf(run, groupBy, index) : no('nothing is grouped')
  const score = keepBest === undefined ? no('nothing is ranked') : scoreOfRun(run, index, by)
  if (group.is === 'doubt') {
    const doubt: Reason = {rule: 'leaderboard', text: `its group is in doubt: ${group.why}`}
    if (score.is !== 'doubt' || score.why === group.why) return [doubt]
    return [doubt, placeInDoubt(score.why)]
  }

  return score.is === 'doubt' ? [placeInDoubt(score.why)] : []
}

function placeInDoubt(why: string): Reason {
  return {rule: 'keep-best', text: `its place is in doubt: ${why}`}
}

/** What a run has in the columns that runs are grouped by. */
export function groupOf(
  run: Run,
  columns: RetentionRules['groupBy'],
  index: RetentionContext['rows'],
): Verdict<GroupValues> {
  const rows = rowsOf(run, index)
  if (rows.is === 'doubt') return rows
  return rows.is === 'no' ? yes('no row' as const) : cellsOf(rows.value, columns)
}
