import {isCited, rowsOf} from '../account/leaderboard/index.js'
import {type LeaderboardRow, type Status} from '../account/leaderboard/row.js'
import {
  cellOf,
  scoreOf,
  scoreText,
  type Standing,
  standingOfAll,
  type Verdict,
  whyUnclear,
} from '../account/leaderboard/values.js'
import {isUnfinished} from '../account/run-state.js'
import {isOlderThan, restoredText, type Run} from '../account/runs.js'
import {brief} from '../base/text.js'
import {cutoffOf, formatAge} from '../base/time.js'
import {matcherOf} from '../base/wildcard.js'
import {type Facts} from './context.js'
import {type Answer, type ReasonRule} from './reasons.js'
import {flagOf, type RetentionRules, type SelectorName} from './rules.js'

/** Whether a selector selects a run, and why; `rule` where the reason is another one's. */
interface Match {
  holds: boolean
  text: string
  rule?: ReasonRule
  isUnclear?: true
}

/** One selector, ready to be asked about every run. */
type Selector = (run: Run) => Match

const EVERY_RUN: Selector = () => yes('all runs')

/** What each selector does with its value, in the order of the reasons. */
const SELECTORS: {[K in SelectorName]: (value: NonNullable<RetentionRules[K]>, facts: Facts) => Selector} = {
  all: () => EVERY_RUN,
  run(timestamps) {
    const named = new Set(timestamps)
    return ({timestamp}) => (named.has(timestamp) ? yes('named with --run') : no('not named with --run'))
  },
  incompleteOnly: (_, facts) => (run) => matchCompleteness(run, facts),
  olderThan(age, {now}) {
    const cutoff = cutoffOf(age, now)
    return (run) => {
      if (isOlderThan(run, cutoff)) return yes(`older than ${formatAge(age)}`)
      return no(
        `${run.time < cutoff ? `${restoredText(run)}, which is ` : ''}not older than ${formatAge(age)}`,
      )
    }
  },
  model: (patterns, facts) => byColumn('model', matcherOf(patterns), facts),
  team: (teams, facts) => byColumn('team', (team) => teams.includes(team), facts),
  purpose: (purposes, facts) => byColumn('purpose', (purpose) => purposes.includes(purpose), facts),
  status: (wanted, facts) =>
    byRows(facts, (rows) => {
      const status = STATUS_OF[standingOfAll(rows)]
      return status === undefined
        ? unclear(whyUnclear(rows))
        : {holds: wanted.includes(status), text: `status ${status}`}
    }),
  unreferenced:
    (_, {rows}) =>
    ({timestamp}) => {
      if (rows === 'unknown') return unclear('unknown whether the leaderboard cites it')
      if (rows.get(timestamp)?.exact.length) return no('cited by the leaderboard')
      return isCited(timestamp, rows)
        ? unclear('a leaderboard row may refer to it')
        : yes('no leaderboard row cites it')
    },
  scoreBelow: (limit, facts) =>
    byRows(facts, (rows) => {
      const {by} = facts.rules
      const score = scoreOf(rows, by)
      if (score.is !== 'yes') return unlessYes(score)
      const text = `${by} ${scoreText(score.value, limit)}`
      return score.value < limit ? yes(`${text}, below ${limit}`) : no(`${text}, not below ${limit}`)
    }),
}

/** Asks each selector given about a run; the run is a candidate only if all of them select it. */
export function selectorsOf(facts: Facts): (run: Run) => Answer[] {
  const {rules} = facts
  const selectors = (Object.keys(SELECTORS) as SelectorName[])
    .filter((name) => rules.selectors.includes(name))
    .map((name) => {
      const make = SELECTORS[name] as (value: unknown, facts: Facts) => Selector
      return {name, ask: make(rules[name], facts)}
    })
  return (run) =>
    selectors.map(({name, ask}) => {
      const {holds, rule = flagOf(name), ...why} = ask(run)
      return {name, holds, reason: {rule, ...why}}
    })
}

function yes(text: string): Match {
  return {holds: true, text}
}

function no(text: string): Match {
  return {holds: false, text}
}

function unclear(text: string): Match {
  return {holds: false, text, isUnclear: true}
}

function unlessYes({is, why}: Exclude<Verdict<unknown>, {is: 'yes'}>): Match {
  return is === 'doubt' ? unclear(why) : no(why)
}

/**
 * Selects what broke off. An evaluation without tracing rightly has no traces, and `--only` takes datasets of finished runs
 * away: the leaderboard knows.
 */
function matchCompleteness(run: Run, {rules: {ignoreLeaderboard}, rows}: Facts): Match {
  const lacks = `no ${run.missing.join(', no ')}`
  if (run.complete) return no('complete')
  if (ignoreLeaderboard) return yes(lacks)
  return isUnfinished(run, rows)
    ? yes(`${lacks}; not listed as finished`)
    : {...whyFinished(run, rows), rule: 'finished'}
}

function whyFinished(run: Run, index: Facts['rows']): Match {
  if (index === 'unknown') return unclear('unknown whether it finished')
  const standing = index.get(run.timestamp)?.standing
  if (standing === 'finished') return no('finished, per the leaderboard')
  if (standing === undefined) return no('finished: metrics are uploaded last')
  const rows = rowsOf(run, index)
  const why = rows.is === 'yes' ? whyUnclear(rows.value) : rows.why
  return unclear(`unclear whether it finished: ${why}`)
}

/** Asks the rows of a run; one without a row, or whose rows are unclear, is never selected. */
function byRows({rows: index}: Facts, ask: (rows: readonly LeaderboardRow[]) => Match): Selector {
  return (run) => {
    const rows = rowsOf(run, index)
    return rows.is === 'yes' ? ask(rows.value) : unlessYes(rows)
  }
}

function byColumn(
  column: 'model' | 'purpose' | 'team',
  isWanted: (text: string) => boolean,
  facts: Facts,
): Selector {
  return byRows(facts, (rows) => {
    const cell = cellOf(rows, column)
    if (cell.is !== 'yes') return unlessYes(cell)
    const {value} = cell
    if (value === undefined) return no(`its row names no ${column}`)
    return {holds: isWanted(value), text: `${column} ${brief(value)}`}
  })
}

const STATUS_OF: Partial<Record<Standing, Status>> = {
  finished: 'completed',
  partial: 'partial',
  failed: 'failed',
}
