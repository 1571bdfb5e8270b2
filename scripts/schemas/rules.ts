import {METRIC_NAMES, METRICS} from '../../src/lib/account/leaderboard/metrics.js'
import {STATUSES} from '../../src/lib/account/leaderboard/row.js'
import {type KEYS} from '../../src/lib/retention/policy/keys.js'
import {type rulesDocument} from '../../src/lib/retention/rules-document.js'
import {column, metric, ms, runType, timestamp} from './terms.js'
import {count, growingWord, list, moment, number, orNull, type Schema, text, word, yesNo} from './words.js'

const flagged = (flag: string) => orNull(count(`--${flag}; null where it is not given.`))
/** The rules of a plan, by name. */
export const rules = {
  olderThan: orNull(text('--older-than, as it was written.')),
  cutoff: orNull(moment('The moment that --older-than stands for: what is before it is older.')),
  incompleteOnly: yesNo('--incomplete-only.'),
  ignoreLeaderboard: yesNo('--ignore-leaderboard.'),
  run: list(timestamp('A run.'), '--run.'),
  model: list(text('A pattern.'), '--model.'),
  team: list(text('A team.'), '--team.'),
  purpose: list(text('A purpose.'), '--purpose.'),
  status: list(word(STATUSES, 'A status.'), '--status.'),
  unreferenced: yesNo('--unreferenced.'),
  scoreBelow: orNull(number('--score-below, in the unit of the metric.')),
  all: yesNo('--all.'),
  keepRecent: flagged('keep-recent'),
  keepWithin: orNull(text('--keep-within, as it was written.')),
  keepHourly: flagged('keep-hourly'),
  keepDaily: flagged('keep-daily'),
  keepWeekly: flagged('keep-weekly'),
  keepMonthly: flagged('keep-monthly'),
  keepYearly: flagged('keep-yearly'),
  keepBest: flagged('keep-best'),
  by: orNull(metric('--by; null where no rule goes by scores.')),
  groupBy: list(column('A column of the leaderboard.'), '--group-by.'),
  graceMs: ms('--grace: how long an incomplete run may still be uploading.'),
  only: list(runType('A type.'), '--only: the types that go; none stands for all.'),
  deleteLeaderboard: yesNo('--delete-leaderboard.'),
} satisfies Record<keyof ReturnType<typeof rulesDocument>, Schema>

const asWritten = (key: string, schema: (description: string) => Schema) =>
  schema(`${key}, as the file has it.`)
const always = (description: string): Schema => ({const: true, description})
const several = (key: string) => list(text('One of them.'), `${key}; one of them is enough.`)
/** What a policy may say, by name. */
export const options = {
  olderThan: asWritten('select.older-than', text),
  incompleteOnly: asWritten('select.incomplete-only', always),
  ignoreLeaderboard: asWritten('select.ignore-leaderboard', always),
  model: several('select.model'),
  team: several('select.team'),
  purpose: several('select.purpose'),
  status: list(word(STATUSES, 'A status.'), 'select.status; one of them is enough.'),
  unreferenced: asWritten('select.unreferenced', always),
  scoreBelow: number('select.score-below, in the unit of the metric.'),
  keepRecent: asWritten('keep.recent', count),
  keepWithin: asWritten('keep.within', text),
  keepHourly: asWritten('keep.hourly', count),
  keepDaily: asWritten('keep.daily', count),
  keepWeekly: asWritten('keep.weekly', count),
  keepMonthly: asWritten('keep.monthly', count),
  keepYearly: asWritten('keep.yearly', count),
  keepBest: asWritten('keep.best', count),
  by: growingWord(
    METRIC_NAMES.flatMap((name) => [name, METRICS[name].short]),
    'select.by or keep.by: a metric or its short name, as the file has it.',
  ),
  groupBy: list(column('A column of the leaderboard.'), 'keep.group-by.'),
  only: list(runType('A type.'), 'only.'),
  grace: asWritten('grace', text),
} satisfies Record<keyof typeof KEYS, Schema>
