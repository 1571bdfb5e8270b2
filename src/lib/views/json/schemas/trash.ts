import {TRASH_RESTORE_STATUSES} from '../../../cleanup/trash/restore.js'
import {DATASET} from './account.js'
import * as t from './builders.js'

export const TRASH_LIST = t.object('What is in the trash.', {
  ...t.look,
  runs: t.list(
    t.object('A run in the trash.', {
      run: t.timestamp('The run.'),
      trashedBefore: t.moment(
        'The end of the day on which the last of it was moved there: its age counts from then.',
      ),
      missing: t.list(t.runType('A type.'), 'The types that exist neither in the trash nor outside.'),
      partly: t.yesNo('Whether other datasets of the run are not in the trash.'),
      pinned: t.orNull(t.yesNo('Whether it is pinned; null if unknown.')),
      model: t.orNull(t.text('Its model, according to the leaderboard; null if unknown or not read.')),
      score: t.orNull(t.number('Its success_rate, likewise.')),
      datasets: t.list(
        t.object('A dataset in the trash, by its name there.', {
          ...DATASET.shape,
          originalName: t.text('The name that it had, and has again once it is restored.'),
        }),
        'Its datasets in the trash.',
      ),
      storage: t.bytes('Their size.'),
    }),
    'What was moved there last comes first.',
  ),
  counts: t.object('How much there is.', {
    runs: t.count('The number of runs.'),
    datasets: t.count('The number of datasets.'),
  }),
  storage: t.bytes('Their size.'),
})

/** What would take restored runs again. */
export const RESELECTED = t.list(
  t.object('Rules that moved some of these runs to the trash, and would again.', {
    rules: t.text('As flags of cleanup.'),
    runs: t.list(t.timestamp('A run.'), 'The runs, newest first.'),
  }),
  "As far as this machine's journals show.",
)

export const TRASH_RESTORE = t.object('The outcomes of a restore from the trash.', {
  ...t.place,
  job: t.orNull(t.text('The id of the job that moved them there; null without --job.')),
  runs: t.list(
    t.object('A run.', {
      run: t.timestamp('The run.'),
      missing: t.list(t.runType('A type.'), 'The types that exist neither in the trash nor outside.'),
      pin: t.orNull(t.text('What pins it now; null without a pin.')),
      outcomes: t.list(
        t.object('The outcome of one dataset.', {
          name: t.text('The full name that it had, and has again once it is restored.'),
          from: t.text('Its full name in the trash.'),
          status: t.word(
            TRASH_RESTORE_STATUSES,
            'restored; failed; skipped: a name of its run is taken; gone: no longer in the trash; unattempted.',
          ),
          reason: t.optional(t.text('Why it was not restored.')),
          requestId: t.optional(t.text("The Hub's id of the request that failed.")),
          uncertain: t.optional(t.constant(true, 'Set if it is unknown whether the Hub moved it.')),
        }),
        'One for each dataset of the run in the trash.',
      ),
    }),
    'The runs, newest first.',
  ),
  present: t.list(t.timestamp('A run.'), 'The runs asked for that are not in the trash, but exist.'),
  counts: t.object('The number of datasets by outcome.', t.counts(TRASH_RESTORE_STATUSES)),
  reselected: RESELECTED,
  interrupted: t.yesNo('Whether it was interrupted before everything was attempted.'),
})
