import {RUN_STATES} from '../../../account/run-state.js'
import {RUN_TYPES} from '../../../base/names.js'
import * as t from './builders.js'

const facts = {
  visibility: t.visibility('Who can see it.'),
  createdAt: t.moment('When the Hub created it.'),
  lastModified: t.moment('When it was last changed.'),
  id: t.text('Its id on the Hub.'),
  sha: t.text('Its latest commit.'),
  storage: t.bytes('Its size.'),
}

export const DATASET = t.named('Dataset', 'One dataset of a run.', {
  name: t.text('Full name: NAMESPACE/NAME.'),
  type: t.runType('Its type.'),
  run: t.timestamp('The run it belongs to.'),
  ...facts,
})

const author = {
  by: t.text('Who did it.'),
  at: t.moment('When.'),
  reason: t.optional(t.text('Why, if a reason was given.')),
}
const PROTECTION = t.named('Protection', 'Who protected the leaderboard, when and why.', author)

export const LEADERBOARD = t.named('Leaderboard', 'The leaderboard of the namespace.', {
  name: t.text('Full name: NAMESPACE/NAME.'),
  type: t.constant('leaderboard', 'What it is.'),
  ...facts,
  state: t.word(['protected', 'unprotected', 'unknown'], 'Whether it is protected against deletion.'),
  protection: t.orNull(PROTECTION),
})

/** What every document says of a run. */
export const run = {
  run: t.timestamp('The run: its datasets have this timestamp in their names. YYYYMMDD_HHMMSS.'),
  time: t.moment(
    'When it was evaluated: its first upload, or the timestamp read as UTC if the two are far apart.',
  ),
  ageMs: t.integer(
    'Its age, in milliseconds; negative if it is dated in the future. In the trash: since the end of the day on which it was moved there, or 0.',
  ),
  complete: t.yesNo('Whether it has results, traces and metrics.'),
  missing: t.list(t.runType('A type.'), 'The types that are missing.'),
  mayBeUploading: t.yesNo('Whether it is incomplete, but so recent that it may still be uploading.'),
  datesDisagree: t.yesNo('Whether the timestamp in the names is far from the creation date.'),
  datasets: t.names('Its datasets.'),
}
const runStorage = {storage: t.bytes('Its size.')}
export const RUN = t.object('', {...run, ...runStorage})

export const DATASETS_LIST = t.object('The SMOLTRACE datasets of a namespace.', {
  ...t.look,
  cutoff: t.cutoff,
  datasets: t.list(DATASET, 'The datasets of runs, in the order of --sort; at most --limit.'),
  counts: t.object(
    'The number of datasets of each type, including those beyond --limit.',
    t.counts([...RUN_TYPES, 'leaderboard']),
  ),
  storage: t.bytes('The size of these datasets.'),
  leaderboard: t.orNull(LEADERBOARD),
  pinned: t.orNull(t.names('Their runs that are pinned now; null if unknown.')),
  standard: t.names('The task datasets that evaluations read; no command changes them.'),
  nearMisses: t.list(
    t.object('A dataset whose name is almost a SMOLTRACE name; no command changes it.', {
      name: t.text('Full name: NAMESPACE/NAME.'),
      reason: t.text('Why its name does not match, in words.'),
    }),
    'By name.',
  ),
})

const PIN = t.named('Pin', 'Who pinned the run, when, why and for how long.', {
  ...author,
  until: t.optional(t.day('Its last day, in UTC; without one, it holds until it is removed.')),
})
const LIVE_PIN = t.named('LivePin', 'What pins a run now: the protection file, tags in its cards, or both.', {
  entry: t.orNull(PIN),
  tags: t.list(t.text('As written in the card.'), 'The tags in effect, from any of its datasets.'),
  half: t.yesNo('Whether the entry holds alone, or longer than the tags.'),
})

const STANDING = 'Its data from the leaderboard; null without a row, unknown if it cannot be read.'
export const RUN_STATE = t.object('A run, and what is known about it.', {
  ...run,
  ...runStorage,
  model: t.orNull(t.text('The model that it evaluated; null if its rows name none, or if that is unclear.')),
  score: t.orNull(t.number('Its score, in the unit of `by`; null if it has none, or if that is unclear.')),
  state: t.word(RUN_STATES, 'Its state, from its datasets and the leaderboard.'),
  standing: t.orNull(t.word([...t.STANDINGS, 'unknown'], STANDING)),
  pinned: t.orNull(t.yesNo('Whether it is pinned; null if unknown.')),
  pin: t.orNull(LIVE_PIN),
})

export const RUNS_GROUP = t.object('The evaluation runs of a namespace.', {
  ...t.look,
  cutoff: t.cutoff,
  by: t.metric('The metric of their scores.'),
  runs: t.list(RUN_STATE, 'The selected runs, in the order of --sort; at most --limit.'),
  totals: t.object('Counts of the selected runs, including those beyond --limit.', {
    runs: t.count('How many.'),
    complete: t.count('Those that have results, traces and metrics.'),
    incomplete: t.count('Those that lack at least one of these.'),
    mayBeUploading: t.count('The incomplete runs that may still be uploading.'),
    datasets: t.count('Their datasets.'),
    states: t.object('The number in each state.', t.counts(RUN_STATES)),
    storage: t.bytes('Their size.'),
  }),
  trash: t.object('What is in the trash.', {
    runs: t.count('The number of runs, also those that are only partly there.'),
    datasets: t.count('The number of datasets.'),
  }),
})

export const PINNED_RUN = t.named('PinnedRun', 'One run, and its pin.', {
  run: t.timestamp('The run.'),
  changed: t.yesNo('Whether this command changed it, in the protection file or in a card.'),
  pin: t.orNull(PIN),
  tagged: t.yesNo('Whether its cards have the tag.'),
  half: t.yesNo('Whether only the protection file pins it; run the same command again to finish.'),
  problem: t.orNull(t.text('Why its cards are not as expected.')),
})
const UNPINNED_RUN = t.named('UnpinnedRun', 'One run, and the pin that was removed.', {
  run: t.timestamp('The run.'),
  changed: t.yesNo('Whether this command changed it.'),
  lifted: t.orNull(PIN),
  pinned: t.yesNo('Whether it may still be pinned; run the same command again to finish.'),
  problem: t.orNull(t.text('Why one of its cards is not as expected.')),
})

const interrupted = t.yesNo('Whether an interruption left some cards unchanged.')
const pinning = {
  leaderboard: t.orNull(t.text('Full name of the leaderboard, which stores the pins; null without one.')),
  changed: t.yesNo('Whether anything was written; false if nothing had to change.'),
  interrupted,
}

export const RUNS_PROTECT = t.object('The runs to pin.', {
  ...pinning,
  runs: t.list(PINNED_RUN, 'In the order given.'),
})
export const RUNS_UNPROTECT = t.object('The runs to unpin.', {
  ...pinning,
  runs: t.list(UNPINNED_RUN, 'In the order given.'),
})
export const LEADERBOARD_PROTECT = t.object("The leaderboard's protection, and the runs to pin with it.", {
  leaderboard: t.text('Full name of the leaderboard.'),
  changed: t.yesNo("Whether the leaderboard's own protection is new."),
  protection: PROTECTION,
  runs: t.list(PINNED_RUN, 'With --runs or --top: the runs that the leaderboard cites.'),
  inDoubt: t.list(
    t.named('RunInDoubt', 'A run about which something is unclear.', {
      run: t.timestamp('The run.'),
      why: t.text('What is unclear, such as "its row has no success_rate".'),
    }),
    'The runs that were not pinned because it is unclear whether they should be.',
  ),
  interrupted,
})
export const LEADERBOARD_UNPROTECT = t.object("The leaderboard's protection, and whether it was removed.", {
  leaderboard: t.text('Full name of the leaderboard.'),
  changed: t.yesNo('Whether there was protection to remove.'),
  lifted: t.orNull(PROTECTION),
})
