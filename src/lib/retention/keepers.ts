import {groupsBy} from '../account/leaderboard/groups.js'
import {rankRuns, scoreOfRun, scoreText} from '../account/leaderboard/scores.js'
import {isOlderThan, newestFirst, type Run} from '../account/runs.js'
import {cutoffOf} from '../base/time.js'
import {type Period, PERIODS} from './buckets.js'
import {bucketOf} from './buckets.js'
import {doubtsAbout, groupOf} from './doubts.js'
import {isCounted} from './guards.js'
import {type Knowledge} from './knowledge.js'
import {type Reason, type ReasonRule} from './reasons.js'
import {type RetentionRules} from './rules.js'

/** Why keepers keep runs; a run that is not here is kept by none. */
export type Kept = ReadonlyMap<Run, Reason[]>

/**
 * Finds the runs that keepers save. Complete and incomplete runs count alike; pinned ones, those in their grace period, those of
 * the future and those in doubt do not count; what is in doubt is kept beside the others.
 * @param runs in any order
 */
export function applyKeepers(runs: readonly Run[], rules: RetentionRules, now: Date, known: Knowledge): Kept {
  const kept = new Map<Run, Reason[]>()
  const keep: Keep = (run, rule, text) => {
    const reasons = kept.get(run)
    if (reasons) reasons.push({rule, text})
    else kept.set(run, [{rule, text}])
  }

  keepWithin(runs, rules, now, keep)
  const counted = countedAmong(runs, rules, known, {now, keep})
  const groups = groupsBy(counted, rules.groupBy, (run) => {
    const group = groupOf(run, rules.groupBy, known.rows)
    return group.is === 'yes' ? group.value : 'no row'
  })
  for (const {name, members} of groups) {
    const keepOf = forGroup(name, keep)
    keepRecent(members, rules, keepOf)
    for (const period of PERIODS) keepNewestPer(period, members, rules, keepOf)
    keepBest(members, rules, known, keepOf)
  }

  return kept
}

/** The runs that numbers count, newest first; keeps those of which that is in doubt. */
function countedAmong(
  runs: readonly Run[],
  rules: RetentionRules,
  known: Knowledge,
  {now, keep}: {now: Date; keep: Keep},
): Run[] {
  const counted: Run[] = []
  for (const run of runs) {
    if (!isCounted(run, rules, now, known)) continue
    const doubts = doubtsAbout(run, rules, known)
    for (const {rule, text} of doubts) keep(run, rule, text)
    if (doubts.length === 0) counted.push(run)
  }

  return counted.sort(newestFirst)
}

type Keep = (run: Run, rule: ReasonRule, text: string) => void

/** Says of which group a run is one of the kept. */
function forGroup(name: string, keep: Keep): Keep {
  return name === '' ? keep : (run, rule, text) => keep(run, rule, `${text} for ${name}`)
}

/** What is not older than the span is within it, dates that disagree included. */
function keepWithin(runs: readonly Run[], {keepWithin: span}: RetentionRules, now: Date, keep: Keep): void {
  if (!span) return
  const cutoff = cutoffOf(span, now, 'keepWithin')
  for (const run of runs) {
    if (!isOlderThan(run, cutoff)) keep(run, 'keep-within', `within the last ${span.text}`)
  }
}

function keepRecent(newest: Run[], {keepRecent: most = 0}: RetentionRules, keep: Keep): void {
  for (const [index, run] of newest.slice(0, most).entries()) {
    keep(run, 'keep-recent', `most recent ${index + 1} of ${most}`)
  }
}

/** An empty bucket uses up nothing: of the newest buckets that have a run, each keeps its newest. */
function keepNewestPer(period: Period, newest: Run[], {keepBuckets}: RetentionRules, keep: Keep): void {
  const most = keepBuckets[period] ?? 0
  const buckets = new Set<string>()
  for (const run of newest) {
    if (buckets.size === most) return
    const bucket = bucketOf(run.time, period)
    if (buckets.has(bucket)) continue
    buckets.add(bucket)
    keep(run, `keep-${period}`, `${period} ${buckets.size} of ${most} (${bucket})`)
  }
}

function keepBest(members: Run[], {keepBest: most, by}: RetentionRules, {rows}: Knowledge, keep: Keep): void {
  if (most === undefined) return
  const ranked = rankRuns(members, rows, by)
  for (const [index, {run, score}] of ranked.slice(0, most).entries()) {
    keep(run, 'keep-best', `best ${index + 1} of ${most} by ${by} (${scoreText(score)})`)
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
  {rows}: Knowledge,
  otherwise?: string,
): Reason[] {
  if (most === undefined) return []
  const score = scoreOfRun(run, rows, by)
  const text =
    score.is === 'yes'
      ? otherwise && `${otherwise} by ${by} (${scoreText(score.value)})`
      : `${score.why}, so never among the best`
  return text === undefined ? [] : [{rule: 'keep-best', text}]
}
