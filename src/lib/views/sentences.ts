import {type Metric, METRICS} from '../account/leaderboard/metrics.js'
import {listing, printable} from '../base/text.js'
import {type Age, formatSum, usesCalendarUnits} from '../base/time.js'
import {type Period, PERIODS} from '../retention/buckets.js'
import {needsRows} from '../retention/rule-names.js'
import {type RetentionRules} from '../retention/rules.js'
import {moment, thousands} from './format.js'

/** What each rule says in words, in one place for all who say it. */

/** A metric in words, and which end of it is better. */
function metricText(by: Metric): string {
  return `${METRICS[by].words}, ${METRICS[by].better} is better`
}

const UNITS: Readonly<Record<Period, [unit: string, note: string]>> = {
  hourly: ['hour', 'UTC'],
  daily: ['day', 'UTC'],
  weekly: ['week', 'ISO weeks, UTC'],
  monthly: ['month', 'UTC'],
  yearly: ['year', 'UTC'],
}

type Sentence = (rules: RetentionRules, cutoff?: Date) => string

const SENTENCES: Readonly<Record<string, Sentence>> = {
  '--older-than': ({olderThan}, cutoff) => (olderThan ? olderThanText(olderThan, cutoff) : ''),
  '--incomplete-only': ({ignoreLeaderboard}) =>
    ignoreLeaderboard ? 'incomplete' : 'incomplete and not finished',
  '--run': ({runs}) => `named by --run (${listing(runs)})`,
  '--model': ({models}) => `of a model that matches ${listing(models, 'or')}`,
  '--team': ({teams}) => `of the team ${listing(teams, 'or')}`,
  '--purpose': ({purposes}) => `for the purpose ${listing(purposes, 'or')}`,
  '--status': ({statuses}) => `${listing(statuses, 'or')}, as the leaderboard says`,
  '--unreferenced': () => 'cited by no row of the leaderboard',
  '--score-below': ({scoreBelow, by}) => `scored below ${scoreBelow} by ${METRICS[by].words}`,
  '--all': () => 'of this namespace, every one of them',
  '--keep-recent': ({keepRecent, groupBy}) => `${several(keepRecent, 'most recent')}${ofEach(groupBy)}`,
  '--keep-within': ({keepWithin}) =>
    keepWithin ? `runs no older than ${keepWithin.text}${unitNote(keepWithin)}` : '',
  '--keep-best': ({keepBest, by, groupBy}) =>
    `${several(keepBest, 'best')} by ${metricText(by)}${groupBy.length > 0 ? ',' : ''}${ofEach(groupBy)}`,
  ...Object.fromEntries(PERIODS.map((period) => [`--keep-${period}`, bucketSentence(period)])),
}

/**
 * What a rule says. A selector's sentence goes on from "runs that are", a keeper's says what stays.
 * @param flag the rule as `selectorsOf` and `keepersOf` name it
 * @param cutoff the moment that `--older-than` stands for, where it is known
 */
export function sentenceOf(flag: string, rules: RetentionRules, cutoff?: Date): string {
  return printable(SENTENCES[flag]?.(rules, cutoff) ?? flag)
}

/** What the grace period keeps: by rules that need rows it waits for these too, which come last of all. */
export function graceSentence(rules: RetentionRules): string {
  if (rules.graceMs === 0) return 'nothing: an upload under way is not waited for'
  const waiting = needsRows(rules) ? 'incomplete runs, and runs without a row,' : 'incomplete runs'
  return `${waiting} changed in the last ${formatSum(rules.graceMs)}`
}

/** What a number of runs does not count. */
export const COUNTING =
  'Numbers do not count runs that are pinned, in the grace period or dated in the future.'

function olderThanText(age: Age, cutoff: Date | undefined): string {
  return `older than ${age.text}${cutoff ? `, before ${moment(cutoff)}` : ''}${unitNote(age)}`
}

function unitNote(age: Age): string {
  return usesCalendarUnits(age) ? ' (a month is 30 days, a year 365)' : ''
}

function bucketSentence(period: Period): Sentence {
  const [unit, note] = UNITS[period]
  return ({keepBuckets, groupBy}) => {
    const number = keepBuckets[period] ?? 0
    const buckets =
      number === 1
        ? `the last ${unit} that has one`
        : `each of the last ${thousands(number)} ${unit}s that have one`
    return `the newest run of ${buckets}${groupBy.length > 0 ? ',' : ''}${ofEach(groupBy)} (${note})`
  }
}

function several(number = 0, which: string): string {
  return number === 1 ? `the ${which} run` : `the ${thousands(number)} ${which} runs`
}

function ofEach(groupBy: RetentionRules['groupBy']): string {
  const words = groupBy.map((column) => column.replaceAll('_', ' '))
  if (words.length === 0) return ''
  return words.length === 1 ? ` of each ${words[0]}` : ` of each group with the same ${listing(words)}`
}
