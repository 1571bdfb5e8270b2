import {type Citations} from '../citations.js'
import {RefusedError} from '../errors.js'
import {groupCell, type LeaderboardRow} from '../leaderboard-rows.js'
import {scoreOf} from '../ranking.js'
import {goesByScores, needsRows, rowRulesOf} from '../rule-names.js'
import {type RetentionRules} from '../rule-types.js'

/**
 * Refuses rules that need rows where no row is of use to them: a leaderboard that is empty, of another namespace, or without a
 * column would otherwise look like one on which every run has failed to appear.
 * @param runs that are there, or their datasets
 * @param citations what is not known is not held against the rules: then they make no run go
 * @throws RefusedError
 */
export function requireUsableRows(
  rules: RetentionRules,
  runs: ReadonlyArray<{timestamp: string}>,
  citations: Citations | 'unknown',
): void {
  if (citations === 'unknown' || runs.length === 0 || !needsRows(rules)) return
  const found = runs.flatMap(({timestamp}) => {
    const own = citations.rows.get(timestamp)
    return own ? [own] : []
  })
  for (const [flag, what, isOfUse] of needsOf(rules)) {
    if (found.some((own) => isOfUse(own))) continue
    throw new RefusedError(
      `${flag} needs the leaderboard, and no row of it ${what} of a run that is there.`,
      {
        suggestions: ['See what it says: {bin} leaderboard show'],
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
    [goesByScores(rules), scores, `has the ${by}`, (rows) => scoreOf(rows, by) !== undefined],
    [
      groupBy.length > 0,
      '--group-by',
      `has the ${groupBy.join(' or ')}`,
      ([newest]) => groupBy.some((column) => newest && groupCell(newest, column) !== undefined),
    ],
  ]
  return needs.filter(([applies]) => applies).map(([, ...need]) => need)
}
