import {RUN_STATES} from '../../../account/run-state.js'
import {RUN_TYPES} from '../../../base/names.js'
import {
  bytes,
  constant,
  count,
  cutoff,
  day,
  integer,
  list,
  look,
  moment,
  named,
  names,
  object,
  optional,
  orNull,
  runType,
  STANDINGS,
  tally,
  text,
  timestamp,
  visibility,
  word,
  yesNo,
} from './terms.js'

const facts = {
  visibility: visibility('Who sees it.'),
  createdAt: moment('When the Hub created it.'),
  lastModified: moment('When it was changed last.'),
  id: text('The id that the Hub gave it.'),
  sha: text('Its newest commit.'),
  storage: bytes('What it takes up.'),
}

export const DATASET = named('Dataset', 'One dataset of a run.', {
  name: text('Full name.'),
  type: runType('What is in it.'),
  run: timestamp('The run that it belongs to.'),
  ...facts,
})

const author = {
  by: text('Who did it.'),
  at: moment('When.'),
  reason: optional(text('Why, if a reason was given.')),
}
const PROTECTION = named('Protection', 'Who protected the leaderboard, when and why.', author)

export const LEADERBOARD = named('Leaderboard', 'The leaderboard of the namespace.', {
  name: text('Full name.'),
  type: constant('leaderboard', 'What it is.'),
  ...facts,
  state: word(['protected', 'unprotected', 'unknown'], 'Whether it is protected against deletion.'),
  protection: orNull(PROTECTION),
})

/** What every document says of a run. */
export const run = {
  run: timestamp('The run: its datasets have this timestamp in their names. YYYYMMDD_HHMMSS.'),
  time: moment(
    'When it was evaluated, as well as that can be known: its first upload, or the timestamp read as UTC where the dates of the Hub are far from it.',
  ),
  ageMs: integer('Its age, in milliseconds; below 0 where it is dated in the future.'),
  complete: yesNo('Whether it has results, traces and metrics.'),
  missing: list(runType('A type.'), 'The types that it lacks.'),
  mayBeUploading: yesNo('Whether it is incomplete and so new that it may still be uploading.'),
  datesDisagree: yesNo('Whether the timestamp in the names is far from the date of creation.'),
  datasets: names('Its datasets.'),
}
const runStorage = {storage: bytes('What it takes up.')}
export const RUN = object('', {...run, ...runStorage})

export const DATASETS_LIST = object('The SMOLTRACE datasets of a namespace.', {
  ...look,
  cutoff,
  datasets: list(DATASET, 'The datasets of runs, in the order of --sort.'),
  counts: tally([...RUN_TYPES, 'leaderboard'], 'How many of these datasets there are of each type.'),
  storage: bytes('What these datasets take up.'),
  leaderboard: orNull(LEADERBOARD),
  pinned: orNull(
    names('The runs of these datasets that are pinned now; null where the protection is unknown.'),
  ),
  standard: names('The datasets of tasks that evaluations read; no command touches them.'),
  nearMisses: list(
    object('A dataset that has nearly a name of SMOLTRACE, and that no command touches.', {
      name: text('Full name.'),
      reason: text('Why its name is not one, in words.'),
    }),
    'By name.',
  ),
})

const PIN = named('Pin', 'Who pinned the run, when, why and for how long.', {
  ...author,
  until: optional(day('The last day on which it holds, in UTC; without, it holds until it is lifted.')),
})
const LIVE_PIN = named(
  'LivePin',
  'What pins a run now: its entry in the protection file, the tags in its cards, or both.',
  {
    entry: orNull(PIN),
    tags: list(text('As it is in the card.'), 'The tags that hold, of whichever of its datasets.'),
    half: yesNo('Whether the entry alone holds, or holds longer than the tags.'),
  },
)

export const RUN_STATE = object('A run, and what is known of it beside its datasets.', {
  ...run,
  ...runStorage,
  state: word(RUN_STATES, 'Its datasets and the leaderboard taken together.'),
  standing: orNull(
    word(
      [...STANDINGS, 'unknown'],
      'What the leaderboard says of it; null where no row is about it, unknown where the leaderboard cannot be read.',
    ),
  ),
  pinned: orNull(yesNo('Whether it is pinned; null where that is not known.')),
  pin: orNull(LIVE_PIN),
})

export const RUNS_GROUP = object('The evaluation runs of a namespace.', {
  ...look,
  cutoff,
  runs: list(RUN_STATE, 'Newest first.'),
  totals: object('Counts of these runs.', {
    runs: count('How many.'),
    complete: count('Those that have results, traces and metrics.'),
    incomplete: count('Those that lack one.'),
    mayBeUploading: count('Of the incomplete ones, those that may still be uploading.'),
    datasets: count('Their datasets.'),
    states: tally(RUN_STATES, 'How many are in which state.'),
    storage: bytes('What they take up.'),
  }),
})

export const PINNED_RUN = named('PinnedRun', 'One run, and its pin.', {
  run: timestamp('The run.'),
  changed: yesNo('Whether this changed now, in the protection file or in a card.'),
  pin: orNull(PIN),
  tagged: yesNo('Whether its cards have the tag.'),
  half: yesNo('Whether the protection file alone pins it: the same command again finishes it.'),
  problem: orNull(text('Why its cards are not as they should be.')),
})
const UNPINNED_RUN = named('UnpinnedRun', 'One run, and the pin that was lifted.', {
  run: timestamp('The run.'),
  changed: yesNo('Whether this changed now.'),
  lifted: orNull(PIN),
  pinned: yesNo('Whether it may still be pinned: the same command again finishes it.'),
  problem: orNull(text('Why a card of it is not as it should be.')),
})

const interrupted = yesNo('Whether an interruption left cards as they were.')
const pinning = {
  leaderboard: orNull(
    text('Full name of the leaderboard, in which pins are kept beside the tags; null where there is none.'),
  ),
  changed: yesNo('Whether anything was written; false where all was so already.'),
  interrupted,
}

export const RUNS_PROTECT = object('The runs that were to be pinned.', {
  ...pinning,
  runs: list(PINNED_RUN, 'In the order in which they were named.'),
})
export const RUNS_UNPROTECT = object('The runs whose pins were to be lifted.', {
  ...pinning,
  runs: list(UNPINNED_RUN, 'In the order in which they were named.'),
})
export const LEADERBOARD_PROTECT = object(
  "The leaderboard's protection, and the runs that were to be pinned with it.",
  {
    leaderboard: text('Full name of the leaderboard.'),
    changed: yesNo("Whether the leaderboard's own protection is new."),
    protection: PROTECTION,
    runs: list(PINNED_RUN, 'With --runs or --top: the runs that the leaderboard cites.'),
    inDoubt: list(
      named('RunInDoubt', 'A run of which something is not certain.', {
        run: timestamp('The run.'),
        why: text('What is not certain, such as "its row has no success_rate".'),
      }),
      'The runs that are not pinned because it is in doubt whether they are among these.',
    ),
    interrupted,
  },
)
export const LEADERBOARD_UNPROTECT = object("The leaderboard's protection, and whether it was lifted.", {
  leaderboard: text('Full name of the leaderboard.'),
  changed: yesNo('Whether there was a protection to lift.'),
  lifted: orNull(PROTECTION),
})
