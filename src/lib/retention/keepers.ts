import {cutoffOf} from '../duration.js'
import {groupsBy} from '../groups.js'
import {bestFirst, scoreOf, scoreText} from '../ranking.js'
import {type Reason, type ReasonRule} from '../reasons.js'
import {type RetentionRules} from '../rule-types.js'
import {type Period, PERIODS} from '../rule-words.js'
import {isOlderThan, newestFirst, type Run} from '../runs.js'
import {type Steps} from '../slices.js'
import {bucketOf} from './buckets.js'
import {isCounted} from './guards.js'
import {type Knowledge, rowsOf} from './knowledge.js'

/** Why keepers keep runs; a run that is not here is kept by none. */
export type Kept = ReadonlyMap<Run, Reason[]>

/**
 * Finds the runs that keepers save. Complete and incomplete runs count alike; pinned ones, those in their grace period and
 * those of the future do not count.
 * @param runs in any order
 */
export function* keeping(
  runs: readonly Run[],
  rules: RetentionRules,
  now: Date,
  known: Knowledge,
): Steps<Kept> {
  const kept = new Map<Run, Reason[]>()
  const keep: Keep = (run, rule, text) => {
    const reasons = kept.get(run)
    if (reasons) reasons.push({rule, text})
    else kept.set(run, [{rule, text}])
  }

  yield* keepWithin(runs, rules, now, keep)
  const counted = yield* countedAmong(runs, rules, now, known)
  const groups = yield* groupsBy(counted, rules.groupBy, (run) => rowsOf(run, known.citations)[0])
  for (const {name, members} of groups) {
    const keepOf = forGroup(name, keep)
    yield* keepRecent(members, rules, keepOf)
    for (const period of PERIODS) yield* keepNewestPer(period, members, rules, keepOf)
    yield* keepBest(members, rules, known, keepOf)
    yield
  }

  return kept
}

/** The runs that numbers count, newest first. */
function* countedAmong(
  runs: readonly Run[],
  rules: RetentionRules,
  now: Date,
  known: Knowledge,
): Steps<Run[]> {
  const counted: Run[] = []
  for (const run of runs) {
    if (isCounted(run, rules, now, known)) counted.push(run)
    yield
  }

  return counted.sort(newestFirst)
}

type Keep = (run: Run, rule: ReasonRule, text: string) => void

/** Says of which group a run is one of the kept. */
function forGroup(name: string, keep: Keep): Keep {
  return name === '' ? keep : (run, rule, text) => keep(run, rule, `${text} for ${name}`)
}

/** What is not older than the span is within it, dates that disagree included. */
function* keepWithin(
  runs: readonly Run[],
  {keepWithin: span}: RetentionRules,
  now: Date,
  keep: Keep,
): Steps<void> {
  if (!span) return
  const cutoff = cutoffOf(span, now, '--keep-within')
  for (const run of runs) {
    if (!isOlderThan(run, cutoff)) keep(run, 'keep-within', `within the last ${span.text}`)
    yield
  }
}

function* keepRecent(newest: Run[], {keepRecent: most = 0}: RetentionRules, keep: Keep): Steps<void> {
  for (const [index, run] of newest.slice(0, most).entries()) {
    keep(run, 'keep-recent', `most recent ${index + 1} of ${most}`)
    yield
  }
}

/** An empty bucket uses up nothing: of the newest buckets that have a run, each keeps its newest. */
function* keepNewestPer(
  period: Period,
  newest: Run[],
  {keepBuckets}: RetentionRules,
  keep: Keep,
): Steps<void> {
  const most = keepBuckets[period] ?? 0
  const buckets = new Set<string>()
  for (const run of newest) {
    if (buckets.size === most) return
    yield
    const bucket = bucketOf(run.time, period)
    if (buckets.has(bucket)) continue
    buckets.add(bucket)
    keep(run, `keep-${period}`, `${period} ${buckets.size} of ${most} (${bucket})`)
  }
}

/** Sorting is stable: of equal scores the newer run comes first. */
function* keepBest(
  newest: Run[],
  {keepBest: most, by}: RetentionRules,
  {citations}: Knowledge,
  keep: Keep,
): Steps<void> {
  if (most === undefined) return
  const order = bestFirst(by)
  const ranked: Array<{run: Run; score: number}> = []
  for (const run of newest) {
    const score = scoreOf(rowsOf(run, citations), by)
    if (score !== undefined) ranked.push({run, score})
    yield
  }

  ranked.sort((a, b) => order(a.score, b.score))
  for (const [index, {run, score}] of ranked.slice(0, most).entries()) {
    keep(run, 'keep-best', `best ${index + 1} of ${most} by ${by} (${scoreText(score)})`)
    yield
  }
}

/** What each keeper says of a run that none of them keeps. */
export function unkeptReasons(run: Run, rules: RetentionRules, known: Knowledge): Reason[] {
  const reasons: Reason[] = []
  const of = rules.groupBy.length > 0 ? ' of its group' : ''
  if (rules.keepWithin)
    reasons.push({rule: 'keep-within', text: `not within the last ${rules.keepWithin.text}`})
  if (rules.keepRecent !== undefined)
    reasons.push({rule: 'keep-recent', text: `not among the ${rules.keepRecent} most recent${of}`})
  for (const period of PERIODS) {
    const most = rules.keepBuckets[period]
    if (most !== undefined)
      reasons.push({rule: `keep-${period}`, text: `none of the ${most} ${period} ones${of}`})
  }

  return [...reasons, ...unranked(run, rules, known, `not among the ${rules.keepBest} best${of}`)]
}

/** What a person who counts on the best being kept has to know of a run that has no place among them. */
export function unranked(
  run: Run,
  {keepBest: most, by}: RetentionRules,
  {citations}: Knowledge,
  otherwise?: string,
): Reason[] {
  if (most === undefined) return []
  const rows = rowsOf(run, citations)
  const score = scoreOf(rows, by)
  const text =
    rows.length === 0
      ? 'no row on the leaderboard, so never among the best'
      : score === undefined
        ? `no ${by} of a finished evaluation, so never among the best`
        : otherwise && `${otherwise} by ${by} (${scoreText(score)})`
  return text === undefined ? [] : [{rule: 'keep-best', text}]
}
