import {type OutcomeStatus} from '../../src/lib/cleanup/outcomes.js'
import {REASON_RULES} from '../../src/lib/retention/reasons.js'
import {options, rules} from './rules.js'
import {bytes, look, names, runType, tally, timestamp, visibility} from './terms.js'
import {
  allOf,
  count,
  growingWord,
  list,
  moment,
  named,
  object,
  orNull,
  type Schema,
  text,
  word,
  yesNo,
} from './words.js'

const OUTCOMES = allOf<OutcomeStatus>({
  deleted: true,
  failed: true,
  skipped: true,
  gone: true,
  unattempted: true,
})

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

/** Which leaderboard a document is about, and when. */
export const board = {...look, leaderboard: named('BoardName')}

/** Where in a leaderboard, and on the Hub, something is. */
export const where = {
  rows: list({type: 'integer', minimum: 1}, 'Rows of the leaderboard, counted from 1.'),
  runs: list(timestamp('A run.'), 'Runs.'),
  datasets: names('Datasets.'),
}
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
  LivePin: object('What pins a run now: its entry in the protection file, the tags in its cards, or both.', {
    entry: orNull(named('Pin')),
    tags: list(text('As it is in the card.'), 'The tags that hold, of whichever of its datasets.'),
    half: yesNo('Whether the entry alone holds, or holds longer than the tags.'),
  }),
  PinnedRun: object('One run, and its pin.', {
    run: timestamp('The run.'),
    changed: yesNo('Whether this changed now, in the protection file or in a card.'),
    pin: orNull(named('Pin')),
    tagged: yesNo('Whether its cards have the tag.'),
    half: yesNo('Whether the protection file alone pins it: the same command again finishes it.'),
    problem: orNull(text('Why its cards are not as they should be.')),
  }),
  RunInDoubt: object('A run of which something is not certain.', {
    run: timestamp('The run.'),
    why: text('What is not certain, such as "its row has no success_rate".'),
  }),
  UnpinnedRun: object('One run, and the pin that was lifted.', {
    run: timestamp('The run.'),
    changed: yesNo('Whether this changed now.'),
    lifted: orNull(named('Pin')),
    pinned: yesNo('Whether it may still be pinned: the same command again finishes it.'),
    problem: orNull(text('Why a card of it is not as it should be.')),
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
