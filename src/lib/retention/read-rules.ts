import {DEFAULT_METRIC, type Metric, METRICS, parseMetric} from '../account/leaderboard/metrics.js'
import {GROUP_COLUMNS, STATUSES} from '../account/leaderboard/row.js'
import {DEFAULT_GRACE} from '../account/runs.js'
import {checkCount, checkWords} from '../base/checks.js'
import {OptionError, UsageError} from '../base/errors.js'
import {checkTimestamps, RUN_TYPES} from '../base/names.js'
import {printable} from '../base/text.js'
import {parseAge, parseGrace, parseSpan} from '../base/time.js'
import {LONGEST_NAME} from '../base/wildcard.js'
import {goesByScores, KEEPERS, keepersOf, optionNames, SELECTORS, selectorsOf} from './rule-names.js'
import {type RetentionOptions, type RetentionRules} from './rules.js'

/**
 * Checks and reads the options.
 * @param options as the flags of `cleanup` say them
 * @param how who else says what may go
 * @param how.byHand a person does, picking the runs: the options need not
 * @throws UsageError where a value is bad, two of them clash, or none says what may go
 */
export function readRules(options: RetentionOptions, how: {byHand?: boolean} = {}): RetentionRules {
  const rules = rulesOf(options)
  checkCombination(rules, options, how.byHand ?? false)
  return rules
}

/**
 * Reads the options one by one, whether they make sense together or not.
 * @throws UsageError where a value is bad
 */
export function rulesOf(given: RetentionOptions): RetentionRules {
  // What a polluted `Object.prototype` says is not a rule.
  const options = Object.assign(Object.create(null) as object, given)
  checkValues(options)
  const {olderThan, keepWithin, by = DEFAULT_METRIC} = options
  return {
    olderThan: olderThan === undefined ? undefined : parseAge(olderThan),
    incompleteOnly: options.incompleteOnly ?? false,
    ignoreLeaderboard: options.ignoreLeaderboard ?? false,
    runs: [...new Set(options.run)],
    models: [...new Set(options.model)],
    teams: [...new Set(options.team)],
    purposes: [...new Set(options.purpose)],
    statuses: STATUSES.filter((status) => options.status?.includes(status)),
    unreferenced: options.unreferenced ?? false,
    scoreBelow: options.scoreBelow,
    all: options.all ?? false,
    keepRecent: options.keepRecent,
    keepWithin: keepWithin === undefined ? undefined : parseSpan(keepWithin),
    keepBuckets: {
      hourly: options.keepHourly,
      daily: options.keepDaily,
      weekly: options.keepWeekly,
      monthly: options.keepMonthly,
      yearly: options.keepYearly,
    },
    keepBest: options.keepBest,
    by: parseMetric(by),
    groupBy: GROUP_COLUMNS.filter((column) => options.groupBy?.includes(column)),
    graceMs: parseGrace(options.grace ?? DEFAULT_GRACE),
    only: RUN_TYPES.filter((type) => options.only?.includes(type)),
    deleteLeaderboard: options.deleteLeaderboard ?? false,
  }
}

function checkValues(options: RetentionOptions): void {
  for (const option of COUNTS) checkCount(options[option], option)

  const {run = [], only = [], status = [], groupBy = []} = options
  checkTimestamps(run, 'run')
  checkWords(only, RUN_TYPES, 'only', 'type')
  checkWords(status, STATUSES, 'status', 'status')
  checkWords(groupBy, GROUP_COLUMNS, 'groupBy', 'column to group by')
  for (const name of ['model', 'team', 'purpose'] as const) {
    if (options[name]?.some((text) => !isPlainText(text)))
      throw new OptionError(name, `takes a plain text of 1 to ${LONGEST_NAME} characters`)
  }
}

function isPlainText(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && text.length <= LONGEST_NAME && text === printable(text)
}

/** The options that count runs. */
const COUNTS = [
  'keepRecent',
  'keepHourly',
  'keepDaily',
  'keepWeekly',
  'keepMonthly',
  'keepYearly',
  'keepBest',
] as const

function checkCombination(rules: RetentionRules, {by}: RetentionOptions, byHand: boolean): void {
  const {all, only, deleteLeaderboard, scoreBelow, groupBy} = rules
  if (rules.ignoreLeaderboard && !rules.incompleteOnly)
    throw new OptionError('ignoreLeaderboard', 'needs `incompleteOnly`: it is about that alone')
  if (by !== undefined && !goesByScores(rules))
    throw new OptionError('by', 'needs `keepBest` or `scoreBelow`: no other rule goes by scores')
  if (scoreBelow !== undefined) checkScore(scoreBelow, rules.by)
  const counting = keepersOf(rules).filter((name) => name !== '--keep-within')
  if (groupBy.length > 0 && counting.length === 0)
    throw new OptionError('groupBy', 'needs a keeper with a number, such as `keepRecent` or `keepBest`')
  const others = [...selectorsOf(rules).filter((name) => name !== '--all'), ...keepersOf(rules)]
  if (all && others.length > 0) {
    throw new OptionError(
      'all',
      `goes with no other selector and no keeper: drop ${optionNames(others)}, or drop \`all\``,
    )
  }

  if (!all && others.length === 0 && only.length === 0 && !deleteLeaderboard && !byHand) {
    throw new UsageError(
      `Say what may go: a selector (${SELECTORS}), a keeper (${KEEPERS}), \`only\` or \`deleteLeaderboard\`.`,
      {
        suggestions: [
          'For example: smoltrace cleanup --older-than 30d --keep-recent 5',
          'What each means: smoltrace cleanup --help',
        ],
      },
    )
  }
}

/** "Below" has to mean "worse", and a threshold that nothing can reach would select everything. */
function checkScore(score: number, by: Metric): void {
  const {better, most} = METRICS[by]
  if (better === 'lower')
    throw new OptionError(
      'scoreBelow',
      `with \`by\` ${by} would select the best, where less is better: give success_rate or pass_at_1`,
    )
  if (!(score > 0 && score <= most))
    throw new OptionError('scoreBelow', `takes a number above 0 and up to ${most} with \`by\` ${by}`)
}
