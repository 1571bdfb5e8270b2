import {cellOf} from '../account/leaderboard/groups.js'
import {lostRows, type RowIndex} from '../account/leaderboard/index.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {scoreOf} from '../account/leaderboard/scores.js'
import {type Run} from '../account/runs.js'
import {RefusedError} from '../base/errors.js'
import {goesByScores, leaderboardRulesOf, needsRows, optionNames, rowRulesOf} from './rule-names.js'
import {type RetentionRules} from './rules.js'

/**
 * Refuses rules that rest on the leaderboard where it has no row at all: none was ever made, or it holds no data yet.
 * @param rowCount undefined where there is no leaderboard
 * @throws RefusedError
 */
export function requireAnyRow(rules: RetentionRules, rowCount?: number): void {
  const needing = leaderboardRulesOf(rules)
  if (needing.length === 0 || (rowCount ?? 0) > 0) return
  const why = rowCount === undefined ? 'there is no leaderboard' : 'the leaderboard has none'
  throw new RefusedError(`${optionNames(needing)}: this needs the leaderboard's rows, and ${why}.`, {
    suggestions: [...withoutRows(rules), 'Go by `olderThan` or `keepRecent`, which need no row.'],
  })
}

/**
 * Refuses rules that rest on rows where rows were lost, or none is of use to them: a leaderboard that is empty, of another
 * namespace, or without a column would otherwise look like one on which every run has failed to appear.
 * @param runs that are there
 * @param index what is not known is not held against the rules: then they make no run go
 * @throws RefusedError
 */
export function requireUsableRows(
  rules: RetentionRules,
  runs: readonly Run[],
  index: RowIndex | 'unknown',
  now: Date,
): void {
  const resting = leaderboardRulesOf(rules)
  if (index === 'unknown' || runs.length === 0 || resting.length === 0) return
  const lost = lostRows(runs, index, now, rules.graceMs)
  if (lost)
    throw new RefusedError(`${optionNames(resting)}: ${lost}.`, {
      suggestions: ['See which runs have no row: smoltrace leaderboard check', ...withoutRows(rules)],
    })
  if (needsRows(rules)) requireUse(rules, runs, index)
}

function withoutRows({incompleteOnly}: RetentionRules): string[] {
  return incompleteOnly
    ? ['`ignoreLeaderboard` goes by the datasets alone: then finished runs without traces are selected, too.']
    : []
}

function requireUse(rules: RetentionRules, runs: readonly Run[], index: RowIndex): void {
  const found = runs.flatMap(({timestamp}) => {
    const {exact = [], all = []} = index.get(timestamp) ?? {}
    return exact.length > 0 ? [all] : []
  })
  for (const [flag, what, isOfUse] of needsOf(rules)) {
    if (found.some((own) => isOfUse(own))) continue
    throw new RefusedError(
      `${optionNames([flag])} needs the leaderboard, and no row of it ${what} of a run that is there.`,
      {
        suggestions: ['See what it says: smoltrace leaderboard show'],
      },
    )
  }
}

type Need = [flag: string, what: string, isOfUse: (rows: readonly LeaderboardRow[]) => boolean]

/** A team and a purpose are up to whoever evaluates; a model is not, and a leaderboard without models is none. */
function needsOf(rules: RetentionRules): Need[] {
  const [first = ''] = rowRulesOf(rules)
  const scores = rules.keepBest === undefined ? '--score-below' : '--keep-best'
  const {groupBy, by, models} = rules
  const needs: Array<[applies: boolean, ...Need]> = [
    [true, first, 'names a dataset', () => true],
    [models.length > 0, '--model', 'has the model', (rows) => rows.some(({model}) => model !== undefined)],
    [goesByScores(rules), scores, `has the ${by}`, (rows) => scoreOf(rows, by).is === 'yes'],
    [
      groupBy.length > 0,
      '--group-by',
      `has the ${groupBy.join(' or ')}`,
      (rows) =>
        groupBy.some((column) => {
          const cell = cellOf(rows, column)
          return cell.is === 'yes' && cell.value !== undefined
        }),
    ],
  ]
  return needs.filter(([applies]) => applies).map(([, ...need]) => need)
}
