import {cutoffOf} from '../duration.js'
import {isUnfinished, type Standing, standingOfAll} from '../evidence.js'
import {type LeaderboardRow} from '../leaderboard-rows.js'
import {matcherOf} from '../patterns.js'
import {scoreOf, scoreText} from '../ranking.js'
import {type Reason, type ReasonRule} from '../reasons.js'
import {choosesRuns} from '../rule-names.js'
import {type RetentionRules} from '../rule-types.js'
import {type Status} from '../rule-words.js'
import {isOlderThan, type Run} from '../runs.js'
import {brief} from '../text.js'
import {type Knowledge, rowsOf} from './knowledge.js'

/** What one selector says of one run. */
interface Verdict {
  rule: ReasonRule
  selects: boolean
  text: string
}

/** One selector, ready to be asked about every run. */
export type Selector = (run: Run, known: Knowledge) => Verdict

/** @returns the selectors that the rules give; a run is a candidate only if all of them select it */
export function selectorsIn(rules: RetentionRules, now: Date): Selector[] {
  return [
    ...(choosesRuns(rules) ? [] : [() => verdict('run', false, 'no rule selects it')]),
    ...(rules.all ? [() => verdict('all', true, 'all runs')] : []),
    ...(rules.runs.length > 0 ? [byName(rules)] : []),
    ...(rules.incompleteOnly ? [byCompleteness(rules)] : []),
    ...(rules.olderThan ? [byAge(rules.olderThan, now)] : []),
    ...byRows(rules),
  ]
}

/** What all selectors say of a run: the reasons of those that select it, and of those that do not. */
export function askSelectors(
  selectors: readonly Selector[],
  run: Run,
  known: Knowledge,
): {selected: Reason[]; refused: Reason[]} {
  const verdicts = selectors.map((ask) => ask(run, known))
  const reasons = (selects: boolean) =>
    verdicts.filter((each) => each.selects === selects).map(({rule, text}) => ({rule, text}))
  return {selected: reasons(true), refused: reasons(false)}
}

function verdict(rule: ReasonRule, selects: boolean, text: string): Verdict {
  return {rule, selects, text}
}

function byName({runs}: RetentionRules): Selector {
  const named = new Set(runs)
  return ({timestamp}) =>
    named.has(timestamp)
      ? verdict('run', true, 'named by --run')
      : verdict('run', false, 'not named by --run')
}

function byAge(age: NonNullable<RetentionRules['olderThan']>, now: Date): Selector {
  const cutoff = cutoffOf(age, now)
  return (run) => {
    if (isOlderThan(run, cutoff)) return verdict('older-than', true, `older than ${age.text}`)
    return run.time < cutoff
      ? verdict('older-than', false, 'its dates disagree, and the newest is after the cutoff')
      : verdict('older-than', false, `not older than ${age.text}`)
  }
}

/**
 * Selects what broke off. An evaluation without tracing rightly has no traces, and `--only` takes datasets of finished runs
 * away: the leaderboard knows.
 */
function byCompleteness({ignoreLeaderboard}: RetentionRules): Selector {
  return (run, {evidence}) => {
    const lacks = `no ${run.missing.join(', no ')}`
    if (run.complete) return verdict('incomplete-only', false, 'complete')
    if (ignoreLeaderboard) return verdict('incomplete-only', true, lacks)
    if (isUnfinished(run, evidence))
      return verdict('incomplete-only', true, `${lacks}; not listed as finished`)
    if (evidence === 'unknown') return verdict('finished', false, 'whether it finished is unknown')
    return evidence.get(run.timestamp) === 'finished'
      ? verdict('finished', false, 'finished, listed on the leaderboard')
      : verdict('finished', false, 'its row on the leaderboard has a status that is not known')
  }
}

function byRows(rules: RetentionRules): Selector[] {
  const {models, teams, purposes, statuses, unreferenced, scoreBelow} = rules
  return [
    ...(models.length > 0 ? [byColumn('model', matcherOf(models))] : []),
    ...(teams.length > 0 ? [byColumn('team', (team) => teams.includes(team))] : []),
    ...(purposes.length > 0 ? [byColumn('purpose', (purpose) => purposes.includes(purpose))] : []),
    ...(statuses.length > 0 ? [byStatus(statuses)] : []),
    ...(unreferenced ? [byAbsence] : []),
    ...(scoreBelow === undefined ? [] : [byScore(scoreBelow, rules)]),
  ]
}

/** Asks the rows of a run; one without a row is never selected. */
function ofRows(
  rule: ReasonRule,
  ask: (rows: readonly [LeaderboardRow, ...LeaderboardRow[]], run: Run, known: Knowledge) => Verdict,
): Selector {
  return (run, known) => {
    const [first, ...rest] = rowsOf(run, known.citations)
    return first ? ask([first, ...rest], run, known) : verdict(rule, false, 'no row on the leaderboard')
  }
}

/** Where the rows of one run disagree it is in doubt which of them speaks of it: all of them must match. */
function byColumn(rule: 'model' | 'purpose' | 'team', isWanted: (text: string) => boolean): Selector {
  return ofRows(rule, (rows) => {
    const [{[rule]: said}] = rows
    const matching = rows.filter((row) => row[rule] !== undefined && isWanted(row[rule]))
    const named = said === undefined ? `its row names no ${rule}` : `${rule} ${brief(said)}`
    if (matching.length === rows.length) return verdict(rule, true, named)
    return verdict(rule, false, matching.length > 0 ? `its rows disagree about the ${rule}` : named)
  })
}

const STATUS_OF: Partial<Record<Standing, Status>> = {
  finished: 'completed',
  partial: 'partial',
  failed: 'failed',
}

/** A row that only seems to mean the run makes it doubtful, and selects nothing. */
function byStatus(wanted: readonly Status[]): Selector {
  return ofRows('status', (rows, {timestamp}, {evidence}) => {
    const own = standingOfAll(rows)
    const known = evidence === 'unknown' ? undefined : evidence.get(timestamp)
    const status = own !== undefined && own === known ? STATUS_OF[own] : undefined
    if (status === undefined) return verdict('status', false, 'its status is not clear')
    return verdict('status', wanted.includes(status), `status ${status}`)
  })
}

const byAbsence: Selector = ({timestamp}, {citations}) => {
  if (citations === 'unknown' || citations.rows.has(timestamp))
    return verdict('unreferenced', false, 'cited by the leaderboard')
  return citations.meant.has(timestamp)
    ? verdict('unreferenced', false, 'a row of the leaderboard seems to mean it')
    : verdict('unreferenced', true, 'no row of the leaderboard cites it')
}

/** An older row's score makes no run go that a newer row speaks of too. */
function byScore(limit: number, {by}: RetentionRules): Selector {
  return ofRows('score-below', ([newest]) => {
    const score = scoreOf([newest], by)
    if (score === undefined) return verdict('score-below', false, `no ${by} of a finished evaluation`)
    const text = `${by} ${scoreText(score, limit)}`
    return score < limit
      ? verdict('score-below', true, `${text}, below ${limit}`)
      : verdict('score-below', false, `${text}, not below ${limit}`)
  })
}
