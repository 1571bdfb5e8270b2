import {lostRows, type RowIndex} from '../account/leaderboard/index.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {cellOf, scoreOf} from '../account/leaderboard/values.js'
import {type Protection} from '../account/protection/pins.js'
import {type Run} from '../account/runs.js'
import {RefusedError} from '../base/errors.js'
import {nameOptions, type RetentionRules, type RuleName} from './rules.js'

/** What decisions rest on in addition to the runs. */
export interface RetentionContext {
  /** Pinned runs are kept by every rule; `unknown` where it could not be read: then every run is kept. */
  protection: Protection | 'unknown'
  /** `unknown` where it was not, or could not be, read: then no run counts as unfinished, and rules that need rows select none. */
  rows: RowIndex | 'unknown'
}

/** All that a rule is asked with. */
export interface Facts extends RetentionContext {
  rules: RetentionRules
  now: Date
}

/**
 * Refuses rules that rest on the leaderboard where it has no row at all: none was ever made, or it holds no data yet.
 * @param rowCount undefined without a leaderboard
 * @throws RefusedError
 */
export function requireAnyRow(rules: RetentionRules, rowCount?: number): void {
  if (rules.needLeaderboard.length === 0 || (rowCount ?? 0) > 0) return
  const why = rowCount === undefined ? 'there is no leaderboard' : 'the leaderboard has none'
  throw refusal(rules.needLeaderboard, `leaderboard rows are required, but ${why}`, [
    ...withoutRows(rules),
    'Use `olderThan` or `keepRecent` instead: they do not need the leaderboard.',
  ])
}

/**
 * Refuses rules that rest on rows where rows were lost, or none is of use to them: a leaderboard that is empty, of another
 * namespace, or without a column would otherwise look like one on which every run has failed to appear.
 * @param index what is not known is not held against the rules: then they delete no run
 * @throws RefusedError
 */
export function requireUsableRows(
  rules: RetentionRules,
  runs: readonly Run[],
  index: RowIndex | 'unknown',
  now: Date,
): void {
  if (index === 'unknown' || runs.length === 0 || rules.needLeaderboard.length === 0) return
  const lost = lostRows(runs, index, now, rules.graceMs)
  if (lost)
    throw refusal(rules.needLeaderboard, lost, [
      'To list the runs without a row: smoltrace leaderboard check',
      ...withoutRows(rules),
    ])
  const found = runs.flatMap(({timestamp}) => {
    const rows = index.get(timestamp)
    return rows?.exact.length ? [rows.all] : []
  })
  for (const [name, what, isOfUse] of needsOf(rules)) {
    if (!name || found.some((rows) => isOfUse(rows))) continue
    throw refusal([name], `leaderboard rows are required, but no row of an existing run ${what}`, [
      'To see its rows: smoltrace leaderboard show',
    ])
  }
}

function refusal(names: RuleName[], why: string, suggestions: string[]): RefusedError {
  return new RefusedError(`${nameOptions(names).join(', ')}: ${why}.`, {suggestions})
}

function withoutRows({incompleteOnly}: RetentionRules): string[] {
  return incompleteOnly
    ? ['`ignoreLeaderboard` looks at the datasets alone. It also selects finished runs without traces.']
    : []
}

/** What a rule, where it is given, needs the rows of at least one run to hold. */
type Need = [name: RuleName | false | undefined, what: string, isOfUse: (rows: Rows) => boolean]
type Rows = readonly LeaderboardRow[]

/** Evaluators may omit team and purpose, but never the model: without models it is not a leaderboard. */
function needsOf({needRows, needScores, model, by, groupBy}: RetentionRules): Need[] {
  const hasGroup = (rows: Rows) =>
    groupBy.some((column) => {
      const cell = cellOf(rows, column)
      return cell.is === 'yes' && cell.value !== undefined
    })
  return [
    [needRows[0], 'names a dataset', () => true],
    [model.length > 0 && 'model', 'has the model', (rows) => rows.some((row) => row.model !== undefined)],
    [needScores.at(-1), `has the ${by}`, (rows) => scoreOf(rows, by).is === 'yes'],
    [groupBy.length > 0 && 'groupBy', `has the ${groupBy.join(' or ')}`, hasGroup],
  ]
}
