import {cellOf} from '../account/leaderboard/groups.js'
import {isCited, rowsOf, type Standing, standingOfAll, whyUnclear} from '../account/leaderboard/index.js'
import {type LeaderboardRow, type Status} from '../account/leaderboard/row.js'
import {scoreOf, scoreText} from '../account/leaderboard/scores.js'
import {isUnfinished} from '../account/run-state.js'
import {isOlderThan, restoredText, type Run} from '../account/runs.js'
import {brief} from '../base/text.js'
import {cutoffOf} from '../base/time.js'
import {matcherOf} from '../base/wildcard.js'
import {type Knowledge} from './knowledge.js'
import {type Reason, type ReasonRule} from './reasons.js'
import {choosesRuns} from './rule-names.js'
import {type RetentionRules} from './rules.js'

/** What one selector says of one run. */
interface Answer {
  rule: ReasonRule
  selects: boolean
  text: string
}

/** One selector, ready to be asked about every run. */
export type Selector = (run: Run, known: Knowledge) => Answer

/** @returns the selectors that the rules give; a run is a candidate only if all of them select it */
export function selectorsIn(rules: RetentionRules, now: Date): Selector[] {
  return [
    ...(choosesRuns(rules) ? [] : [() => answer('run', false, 'no rule selects it')]),
    ...(rules.all ? [() => answer('all', true, 'all runs')] : []),
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
  const answers = selectors.map((ask) => ask(run, known))
  const reasons = (selects: boolean) =>
    answers.filter((each) => each.selects === selects).map(({rule, text}) => ({rule, text}))
  return {selected: reasons(true), refused: reasons(false)}
}

function answer(rule: ReasonRule, selects: boolean, text: string): Answer {
  return {rule, selects, text}
}

function byName({runs}: RetentionRules): Selector {
  const named = new Set(runs)
  return ({timestamp}) =>
    named.has(timestamp) ? answer('run', true, 'named by --run') : answer('run', false, 'not named by --run')
}

function byAge(age: NonNullable<RetentionRules['olderThan']>, now: Date): Selector {
  const cutoff = cutoffOf(age, now)
  return (run) => {
    if (isOlderThan(run, cutoff)) return answer('older-than', true, `older than ${age.text}`)
    return run.time < cutoff
      ? answer('older-than', false, `${restoredText(run)}, which is not older than ${age.text}`)
      : answer('older-than', false, `not older than ${age.text}`)
  }
}

/**
 * Selects what broke off. An evaluation without tracing rightly has no traces, and `--only` takes datasets of finished runs
 * away: the leaderboard knows.
 */
function byCompleteness({ignoreLeaderboard}: RetentionRules): Selector {
  return (run, known) => {
    const lacks = `no ${run.missing.join(', no ')}`
    if (run.complete) return answer('incomplete-only', false, 'complete')
    if (ignoreLeaderboard) return answer('incomplete-only', true, lacks)
    if (isUnfinished(run, known.rows))
      return answer('incomplete-only', true, `${lacks}; not listed as finished`)
    if (known.rows === 'unknown') return answer('finished', false, 'whether it finished is unknown')
    return answer('finished', false, whyFinished(run, known))
  }
}

function whyFinished(run: Run, {rows: index}: Knowledge): string {
  const standing = index === 'unknown' ? undefined : index.get(run.timestamp)?.standing
  if (standing === 'finished') return 'finished, listed on the leaderboard'
  if (standing === undefined) return 'finished: metrics are uploaded last'
  const rows = rowsOf(run, index)
  const why = rows.is === 'yes' ? whyUnclear(rows.value) : rows.why
  return `whether it finished is in doubt: ${why}`
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

/** Asks the rows of a run; one without a row, or whose rows are in doubt, is never selected. */
function ofRows(rule: ReasonRule, ask: (rows: readonly LeaderboardRow[]) => Answer): Selector {
  return (run, known) => {
    const rows = rowsOf(run, known.rows)
    return rows.is === 'yes' ? ask(rows.value) : answer(rule, false, rows.why)
  }
}

function byColumn(rule: 'model' | 'purpose' | 'team', isWanted: (text: string) => boolean): Selector {
  return ofRows(rule, (rows) => {
    const cell = cellOf(rows, rule)
    if (cell.is !== 'yes') return answer(rule, false, cell.why)
    const {value} = cell
    if (value === undefined) return answer(rule, false, `its row names no ${rule}`)
    return answer(rule, isWanted(value), `${rule} ${brief(value)}`)
  })
}

const STATUS_OF: Partial<Record<Standing, Status>> = {
  finished: 'completed',
  partial: 'partial',
  failed: 'failed',
}

function byStatus(wanted: readonly Status[]): Selector {
  return ofRows('status', (rows) => {
    const status = STATUS_OF[standingOfAll(rows)]
    if (status === undefined) return answer('status', false, whyUnclear(rows))
    return answer('status', wanted.includes(status), `status ${status}`)
  })
}

const byAbsence: Selector = ({timestamp}, {rows}) => {
  if (rows === 'unknown') return answer('unreferenced', false, 'whether the leaderboard cites it is unknown')
  if (rows.get(timestamp)?.exact.length) return answer('unreferenced', false, 'cited by the leaderboard')
  return isCited(timestamp, rows)
    ? answer('unreferenced', false, 'a row of the leaderboard seems to mean it')
    : answer('unreferenced', true, 'no row of the leaderboard cites it')
}

function byScore(limit: number, {by}: RetentionRules): Selector {
  return ofRows('score-below', (rows) => {
    const score = scoreOf(rows, by)
    if (score.is !== 'yes') return answer('score-below', false, score.why)
    const text = `${by} ${scoreText(score.value, limit)}`
    return score.value < limit
      ? answer('score-below', true, `${text}, below ${limit}`)
      : answer('score-below', false, `${text}, not below ${limit}`)
  })
}
