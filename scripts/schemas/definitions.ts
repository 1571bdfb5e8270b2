import {type rulesDocument} from '../../src/lib/documents.js'
import {METRIC_NAMES, METRICS} from '../../src/lib/metrics.js'
import {RUN_TYPES} from '../../src/lib/naming.js'
import {type OutcomeStatus} from '../../src/lib/outcomes.js'
import {type KEYS} from '../../src/lib/policy/keys.js'
import {REASON_RULES} from '../../src/lib/reasons.js'
import {GROUP_COLUMNS, STATUSES} from '../../src/lib/rule-words.js'
import {
  count,
  growingWord,
  list,
  moment,
  named,
  number,
  object,
  orNull,
  type Schema,
  text,
  word,
  yesNo,
} from './words.js'

export const timestamp = (description: string): Schema => ({
  type: 'string',
  pattern: String.raw`^\d{8}_\d{6}$`,
  description,
})
export const runType = (description: string) => word(RUN_TYPES, description)
export const visibility = (description: string) => word(['private', 'public'], description)
export const metric = (description: string) => growingWord(METRIC_NAMES, description)
export const column = (description: string) => growingWord(GROUP_COLUMNS, description)
export const names = (description: string) => list(text('Full name of a dataset.'), description)
export const ms = (description: string) => count(`${description} In milliseconds.`)

/** What datasets take up: null where it is not known of all of them. */
export const bytes = (description: string) =>
  orNull(
    count(
      `${description} In bytes, the whole history included; null where any of it is unknown. With --sizes.`,
    ),
  )

/** Which Hub a document is about, and when. */
export const place = {
  endpoint: {type: 'string', format: 'uri', description: 'The Hub that was asked.'},
  namespace: text('The user or organisation that it is about.'),
} satisfies Record<string, Schema>
export const now = moment(
  "The clock that every age is measured with: the earlier of the Hub's and the machine's.",
)

/** How many of something there are, by word. */
export function tally(words: readonly string[], description: string): Schema {
  return object(description, Object.fromEntries(words.map((each) => [each, count(`How many: ${each}.`)])))
}

export const OUTCOMES = [
  'deleted',
  'failed',
  'skipped',
  'gone',
  'unattempted',
] as const satisfies OutcomeStatus[]

const identity = {
  visibility: visibility('Who sees it.'),
  createdAt: moment('When the Hub created it.'),
  lastModified: moment('When it was changed last.'),
  id: text('The id that the Hub gave it.'),
  sha: text('Its newest commit.'),
}

const storage = bytes('What it takes up.')

/** The leaderboard; `more` is what else a command says of it. */
function leaderboard(more: Record<string, Schema> = {}): Schema {
  const facts = {
    name: text('Full name.'),
    type: {const: 'leaderboard'},
    ...identity,
    storage,
    state: word(['protected', 'unprotected', 'unknown'], 'Whether it is protected against deletion.'),
    protection: orNull(named('Protection')),
  }
  return object('The leaderboard of the namespace.', {...facts, ...more}, ['storage'])
}

/** What every document says of a run. */
export const runProperties = {
  run: timestamp('The run: its datasets have this timestamp in their names. YYYYMMDD_HHMMSS.'),
  time: moment(
    'When it was evaluated, as well as that can be known: its first upload, or the timestamp read as UTC where the dates of the Hub are far from it.',
  ),
  ageMs: {
    type: 'integer',
    description: 'Its age, in milliseconds; below 0 where it is dated in the future.',
  },
  complete: yesNo('Whether it has results, traces and metrics.'),
  missing: list(runType('A type.'), 'The types that it lacks.'),
  mayBeUploading: yesNo('Whether it is incomplete and so new that it may still be uploading.'),
  datesDisagree: yesNo('Whether the timestamp in the names is far from the date of creation.'),
  datasets: names('Its datasets.'),
} satisfies Record<string, Schema>

export const reasons = list(named('Reason'), 'Why it goes or stays.')

/** A run, and what else a command says of it. */
export function runWith(
  description: string,
  more: Record<string, Schema>,
  optional: readonly string[] = [],
): Schema {
  return object(description, {...runProperties, storage, ...more}, ['storage', ...optional])
}

const author = {
  by: text('Who did it.'),
  at: moment('When.'),
  reason: text('Why, if somebody said so.'),
}

/** Where in a leaderboard, and on the Hub, something is. */
export const where = {
  rows: list({type: 'integer', minimum: 1}, 'Rows of the leaderboard, counted from 1.'),
  runs: list(timestamp('A run.'), 'Runs.'),
  datasets: names('Datasets.'),
}
type RuleName = keyof ReturnType<typeof rulesDocument>
const flagged = (flag: string) => orNull(count(`--${flag}; null where it is not given.`))
const rules = {
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
} satisfies Record<RuleName, Schema>

const asWritten = (key: string, schema: (description: string) => Schema) =>
  schema(`${key}, as the file has it.`)
const always = (description: string): Schema => ({const: true, description})
const several = (key: string) => list(text('One of them.'), `${key}; one of them is enough.`)
const options = {
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

/** The parts that several documents have, or that deserve a name. */
export const DEFINITIONS: Readonly<Record<string, Schema>> = {
  Dataset: object(
    'One dataset of a run.',
    {
      name: text('Full name.'),
      type: runType('What is in it.'),
      run: timestamp('The run that it belongs to.'),
      ...identity,
      storage,
    },
    ['storage'],
  ),
  Leaderboard: leaderboard(),
  PlannedLeaderboard: leaderboard({goes: yesNo('Whether the plan deletes it.')}),
  BoardName: object('The leaderboard whose rows these are.', {
    name: text('Full name.'),
    visibility: visibility('Who sees it.'),
    sha: text('Its newest commit.'),
  }),
  Protection: object('Who protected the leaderboard, when and why.', author, ['reason']),
  Pin: object(
    'Who pinned the run, when, why and for how long.',
    {
      ...author,
      until: {
        type: 'string',
        format: 'date',
        description: 'The last day on which it holds, in UTC; without, it holds until it is lifted.',
      },
    },
    ['reason', 'until'],
  ),
  PinnedRun: object('One run, and its pin.', {
    run: timestamp('The run.'),
    changed: yesNo('Whether this changed now.'),
    pin: named('Pin'),
  }),
  UnpinnedRun: object('One run, and the pin that was lifted.', {
    run: timestamp('The run.'),
    changed: yesNo('Whether this changed now.'),
    lifted: orNull(named('Pin')),
  }),
  Reason: object('Why a run goes or stays.', {
    rule: growingWord(REASON_RULES, 'The rule.'),
    text: text('The same in words, for people.'),
  }),
  KeptRun: runWith('A run that stays.', {reasons}),
  PlannedRun: runWith(
    'A run of which datasets go.',
    {
      reasons,
      deletes: list(named('Dataset'), 'The datasets that go, in the order of deletion.'),
      frees: bytes('What that frees.'),
    },
    ['frees'],
  ),
  Outcome: object(
    'What became of one dataset.',
    {
      name: text('Full name.'),
      status: word(
        OUTCOMES,
        'deleted; failed; skipped: changed or protected since the plan, or not archived; gone: was not there any more; unattempted.',
      ),
      reason: text('Why it is not deleted.'),
      requestId: text("The Hub's id of the request that failed."),
      uncertain: {const: true, description: 'Nobody knows whether the Hub deleted it.'},
    },
    ['reason', 'requestId', 'uncertain'],
  ),
  OutcomeCounts: tally(OUTCOMES, 'How many datasets came to what.'),
  RunCounts: object('Runs, and their datasets.', {
    runs: count('How many runs.'),
    datasets: count('How many datasets; the leaderboard is not among them.'),
  }),
  Rules: object('The rules that a plan was made by.', rules),
  PolicyOptions: object('What the file says: each rule that stands in it.', options, Object.keys(options)),
}
