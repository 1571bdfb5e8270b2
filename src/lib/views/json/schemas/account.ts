import {RUN_STATES} from '../../../account/run-state.js'
import {RUN_TYPES} from '../../../base/names.js'
import * as t from './builders.js'

const facts = {
  visibility: t.visibility('Who sees it.'),
  createdAt: t.moment('When the Hub created it.'),
  lastModified: t.moment('When it was changed last.'),
  id: t.text('The id that the Hub gave it.'),
  sha: t.text('Its newest commit.'),
  storage: t.bytes('What it takes up.'),
}

export const DATASET = t.named('Dataset', 'One dataset of a run.', {
  name: t.text('Full name.'),
  type: t.runType('What is in it.'),
  run: t.timestamp('The run that it belongs to.'),
  ...facts,
})

const author = {
  by: t.text('Who did it.'),
  at: t.moment('When.'),
  reason: t.optional(t.text('Why, if a reason was given.')),
}
const PROTECTION = t.named('Protection', 'Who protected the leaderboard, when and why.', author)

export const LEADERBOARD = t.named('Leaderboard', 'The leaderboard of the namespace.', {
  name: t.text('Full name.'),
  type: t.constant('leaderboard', 'What it is.'),
  ...facts,
  state: t.word(['protected', 'unprotected', 'unknown'], 'Whether it is protected against deletion.'),
  protection: t.orNull(PROTECTION),
})

/** What every document says of a run. */
export const run = {
  run: t.timestamp('The run: its datasets have this timestamp in their names. YYYYMMDD_HHMMSS.'),
  time: t.moment('When it was evaluated: its first upload, or the timestamp as UTC where that is far off.'),
  ageMs: t.integer('Its age, in milliseconds; below 0 where it is dated in the future.'),
  complete: t.yesNo('Whether it has results, traces and metrics.'),
  missing: t.list(t.runType('A type.'), 'The types that it lacks.'),
  mayBeUploading: t.yesNo('Whether it is incomplete and so new that it may still be uploading.'),
  datesDisagree: t.yesNo('Whether the timestamp in the names is far from the date of creation.'),
  datasets: t.names('Its datasets.'),
}
const runStorage = {storage: t.bytes('What it takes up.')}
export const RUN = t.object('', {...run, ...runStorage})

export const DATASETS_LIST = t.object('The SMOLTRACE datasets of a namespace.', {
  ...t.look,
  cutoff: t.cutoff,
  datasets: t.list(DATASET, 'The datasets of runs, in the order of --sort; at most --limit.'),
  counts: t.object(
    'How many datasets of runs there are of each type, those beyond --limit among them.',
    t.counts([...RUN_TYPES, 'leaderboard']),
  ),
  storage: t.bytes('What these datasets take up.'),
  leaderboard: t.orNull(LEADERBOARD),
  pinned: t.orNull(t.names('Their runs that are pinned now; null where that is unknown.')),
  standard: t.names('The datasets of tasks that evaluations read; no command touches them.'),
  nearMisses: t.list(
    t.object('A dataset that is named nearly like one of SMOLTRACE; no command touches it.', {
      name: t.text('Full name.'),
      reason: t.text('Why its name is not one, in words.'),
    }),
    'By name.',
  ),
})

const PIN = t.named('Pin', 'Who pinned the run, when, why and for how long.', {
  ...author,
  until: t.optional(t.day('Its last day, in UTC; without, it holds until it is lifted.')),
})
const LIVE_PIN = t.named('LivePin', 'What pins a run now: the protection file, tags in its cards, or both.', {
  entry: t.orNull(PIN),
  tags: t.list(t.text('As it is in the card.'), 'The tags that hold, of whichever of its datasets.'),
  half: t.yesNo('Whether the entry alone holds, or holds longer than the tags.'),
})

const STANDING = 'What the leaderboard says of it; null without a row, unknown where it cannot be read.'
export const RUN_STATE = t.object('A run, and what is known of it other than its datasets.', {
  ...run,
  ...runStorage,
  model: t.orNull(t.text('The model that it evaluated; null where its rows name none, or that is in doubt.')),
  score: t.orNull(
    t.number('What it scored, in the unit of `by`; null where it has no score, or that is in doubt.'),
  ),
  state: t.word(RUN_STATES, 'Its datasets and the leaderboard taken together.'),
  standing: t.orNull(t.word([...t.STANDINGS, 'unknown'], STANDING)),
  pinned: t.orNull(t.yesNo('Whether it is pinned; null where that is not known.')),
  pin: t.orNull(LIVE_PIN),
})

export const RUNS_GROUP = t.object('The evaluation runs of a namespace.', {
  ...t.look,
  cutoff: t.cutoff,
  by: t.metric('What score they are shown with.'),
  runs: t.list(RUN_STATE, 'Those that are selected, in the order of --sort; at most --limit.'),
  totals: t.object('Counts of the selected runs, those beyond --limit among them.', {
    runs: t.count('How many.'),
    complete: t.count('Those that have results, traces and metrics.'),
    incomplete: t.count('Those that lack one.'),
    mayBeUploading: t.count('Of the incomplete ones, those that may still be uploading.'),
    datasets: t.count('Their datasets.'),
    states: t.object('How many are in which state.', t.counts(RUN_STATES)),
    storage: t.bytes('What they take up.'),
  }),
})

export const PINNED_RUN = t.named('PinnedRun', 'One run, and its pin.', {
  run: t.timestamp('The run.'),
  changed: t.yesNo('Whether this changed now, in the protection file or in a card.'),
  pin: t.orNull(PIN),
  tagged: t.yesNo('Whether its cards have the tag.'),
  half: t.yesNo('Whether the protection file alone pins it: the same command again finishes it.'),
  problem: t.orNull(t.text('Why its cards are not as they should be.')),
})
const UNPINNED_RUN = t.named('UnpinnedRun', 'One run, and the pin that was lifted.', {
  run: t.timestamp('The run.'),
  changed: t.yesNo('Whether this changed now.'),
  lifted: t.orNull(PIN),
  pinned: t.yesNo('Whether it may still be pinned: the same command again finishes it.'),
  problem: t.orNull(t.text('Why a card of it is not as it should be.')),
})

const interrupted = t.yesNo('Whether an interruption left cards as they were.')
const pinning = {
  leaderboard: t.orNull(t.text('Full name of the leaderboard, which keeps pins too; null without one.')),
  changed: t.yesNo('Whether anything was written; false where all was so already.'),
  interrupted,
}

export const RUNS_PROTECT = t.object('The runs that were to be pinned.', {
  ...pinning,
  runs: t.list(PINNED_RUN, 'In the order in which they were named.'),
})
export const RUNS_UNPROTECT = t.object('The runs whose pins were to be lifted.', {
  ...pinning,
  runs: t.list(UNPINNED_RUN, 'In the order in which they were named.'),
})
export const LEADERBOARD_PROTECT = t.object("The leaderboard's protection, and runs to be pinned with it.", {
  leaderboard: t.text('Full name of the leaderboard.'),
  changed: t.yesNo("Whether the leaderboard's own protection is new."),
  protection: PROTECTION,
  runs: t.list(PINNED_RUN, 'With --runs or --top: the runs that the leaderboard cites.'),
  inDoubt: t.list(
    t.named('RunInDoubt', 'A run of which something is not certain.', {
      run: t.timestamp('The run.'),
      why: t.text('What is not certain, such as "its row has no success_rate".'),
    }),
    'The runs that are not pinned: whether they are among these is in doubt.',
  ),
  interrupted,
})
export const LEADERBOARD_UNPROTECT = t.object("The leaderboard's protection, and whether it was lifted.", {
  leaderboard: t.text('Full name of the leaderboard.'),
  changed: t.yesNo('Whether there was a protection to lift.'),
  lifted: t.orNull(PROTECTION),
})
