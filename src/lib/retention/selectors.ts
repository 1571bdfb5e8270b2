import {cellOf} from '../account/leaderboard/groups.js'
import {isCited, rowsOf, type Standing, standingOfAll, whyUnclear} from '../account/leaderboard/index.js'
import {type LeaderboardRow, type Status} from '../account/leaderboard/row.js'
import {scoreOf, scoreText} from '../account/leaderboard/scores.js'
import {isUnfinished} from '../account/run-state.js'
import {isOlderThan, restoredText, type Run} from '../account/runs.js'
import {brief} from '../base/text.js'
import {cutoffOf} from '../base/time.js'
import {matcherOf} from '../base/wildcard.js'
import {type RetentionContext} from './context.js'
import {type Reason, type ReasonRule} from './reasons.js'
import {flagOf, type RetentionRules, type SelectorName} from './rules.js'

/** Whether a selector selects a run, and why; `rule` where the reason is another one's. */
interface Answer {
  selects: boolean
  text: string
  rule?: ReasonRule
}

/** One selector, ready to be asked about every run. */
type Selector = (run: Run, known: RetentionContext) => Answer

const EVERY_RUN: Selector = () => yes('all runs')

/** What each selector does with its value, in the order of the reasons. */
const SELECTORS: {
  [K in SelectorName]: (value: NonNullable<RetentionRules[K]>, rules: RetentionRules, now: Date) => Selector
} = {
  all: () => EVERY_RUN,
  run(timestamps) {
    const named = new Set(timestamps)
    return ({timestamp}) => (named.has(timestamp) ? yes('named by --run') : no('not named by --run'))
  },
  incompleteOnly: (_, rules) => byCompleteness(rules),
  olderThan(age, _, now) {
    const cutoff = cutoffOf(age, now)
    return (run) => {
      if (isOlderThan(run, cutoff)) return yes(`older than ${age.text}`)
      return no(`${run.time < cutoff ? `${restoredText(run)}, which is ` : ''}not older than ${age.text}`)
    }
  },
  model: (patterns) => byColumn('model', matcherOf(patterns)),
  team: (teams) => byColumn('team', (team) => teams.includes(team)),
  purpose: (purposes) => byColumn('purpose', (purpose) => purposes.includes(purpose)),
  status: (wanted) =>
    byRows((rows) => {
      const status = STATUS_OF[standingOfAll(rows)]
      return status === undefined
        ? no(whyUnclear(rows))
        : {selects: wanted.includes(status), text: `status ${status}`}
    }),
  unreferenced: () => byAbsence,
  scoreBelow: (limit, {by}) =>
    byRows((rows) => {
      const score = scoreOf(rows, by)
      if (score.is !== 'yes') return no(score.why)
      const text = `${by} ${scoreText(score.value, limit)}`
      return score.value < limit ? yes(`${text}, below ${limit}`) : no(`${text}, not below ${limit}`)
    }),
}

/** @returns the selectors that the rules give; a run is a candidate only if all of them select it */
export function selectorsIn(rules: RetentionRules, now: Date): Selector[] {
  if (!rules.choosesRuns) return [() => ({...no('no rule selects it'), rule: 'run'})]
  return (Object.keys(SELECTORS) as SelectorName[])
    .filter((name) => rules.selectors.includes(name))
    .map((name) => {
      const make = SELECTORS[name] as (value: unknown, rules: RetentionRules, now: Date) => Selector
      const ask = make(rules[name], rules, now)
      return (run, known) => ({rule: flagOf(name), ...ask(run, known)})
    })
}

/** What all selectors say of a run: the reasons of those that select it, and of those that do not. */
export function evaluateSelectors(
  selectors: readonly Selector[],
  run: Run,
  known: RetentionContext,
): {selected: Reason[]; refused: Reason[]} {
  const answers = selectors.map((ask) => ask(run, known))
  const reasons = (selects: boolean) =>
    answers.filter((each) => each.selects === selects).map(({rule = 'run', text}) => ({rule, text}))
  return {selected: reasons(true), refused: reasons(false)}
}

function yes(text: string): Answer {
  return {selects: true, text}
}

function no(text: string): Answer {
  return {selects: false, text}
}

/**
 * Selects what broke off. An evaluation without tracing rightly has no traces, and `--only` takes datasets of finished runs
 * away: the leaderboard knows.
 */
function byCompleteness({ignoreLeaderboard}: RetentionRules): Selector {
  return (run, known) => {
    const lacks = `no ${run.missing.join(', no ')}`
    if (run.complete) return no('complete')
    if (ignoreLeaderboard) return yes(lacks)
    if (isUnfinished(run, known.rows)) return yes(`${lacks}; not listed as finished`)
    const why = known.rows === 'unknown' ? 'whether it finished is unknown' : whyFinished(run, known)
    return {...no(why), rule: 'finished'}
  }
}

function whyFinished(run: Run, {rows: index}: RetentionContext): string {
  const standing = index === 'unknown' ? undefined : index.get(run.timestamp)?.standing
  if (standing === 'finished') return 'finished, listed on the leaderboard'
  if (standing === undefined) return 'finished: metrics are uploaded last'
  const rows = rowsOf(run, index)
  const why = rows.is === 'yes' ? whyUnclear(rows.value) : rows.why
  return `whether it finished is in doubt: ${why}`
}

/** Asks the rows of a run; one without a row, or whose rows are in doubt, is never selected. */
function byRows(ask: (rows: readonly LeaderboardRow[]) => Answer): Selector {
  return (run, known) => {
    const rows = rowsOf(run, known.rows)
    return rows.is === 'yes' ? ask(rows.value) : no(rows.why)
  }
}

function byColumn(column: 'model' | 'purpose' | 'team', isWanted: (text: string) => boolean): Selector {
  return byRows((rows) => {
    const cell = cellOf(rows, column)
    if (cell.is !== 'yes') return no(cell.why)
    const {value} = cell
    if (value === undefined) return no(`its row names no ${column}`)
    return {selects: isWanted(value), text: `${column} ${brief(value)}`}
  })
}

const STATUS_OF: Partial<Record<Standing, Status>> = {
  finished: 'completed',
  partial: 'partial',
  failed: 'failed',
}

const byAbsence: Selector = ({timestamp}, {rows}) => {
  if (rows === 'unknown') return no('whether the leaderboard cites it is unknown')
  if (rows.get(timestamp)?.exact.length) return no('cited by the leaderboard')
  return isCited(timestamp, rows)
    ? no('a row of the leaderboard seems to mean it')
    : yes('no row of the leaderboard cites it')
}
