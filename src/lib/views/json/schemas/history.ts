import * as z from 'zod/mini'

import {PRESENT_STATES} from '../../../cleanup/job/locate.js'
import {DATASET_STATES} from '../../../cleanup/journal/parse.js'
import {DATASET, HEADER, LINES, PICKED, SOURCE} from '../../../cleanup/journal/schema.js'
import * as t from './builders.js'
import {RULES} from './rules.js'
import {RESELECTED} from './trash.js'

const CHECK = t.object('Where it is now; with --check.', {
  state: t.word(
    PRESENT_STATES,
    'gone; trash: in the trash; back: its name is in use again; there: the job never took it; unknown.',
  ),
  name: t.orNull(t.text('Its full name now; null if it has none.')),
  other: t.yesNo('Whether another dataset has its name.'),
  reason: t.optional(t.text('Why it is unknown, or what its name leads to.')),
})

export const JOB = t.object('One cleanup, as recorded in its journal.', {
  ...HEADER.shape,
  source: SOURCE,
  picked: PICKED,
  endedAt: t.orNull(t.moment('When it ended; null if that was not recorded.')),
  state: t.word(['finished', 'interrupted', 'broken-off'], 'broken-off: killed, crashed, or still running.'),
  datasets: t.list(
    t.object('One dataset of the plan.', {
      ...DATASET.shape,
      state: t.word(
        DATASET_STATES,
        'What is certain: an outcome; untouched: no request was sent; or uncertain: it may or may not be deleted.',
      ),
      reason: t.orNull(t.text('Why it is in this state.')),
      requestId: t.orNull(t.text("The Hub's id of the request that failed.")),
      at: t.orNull(t.moment('When it was last recorded.')),
      now: t.optional(CHECK),
    }),
    'In the order of the plan.',
  ),
  counts: t.object('The number of datasets by state.', t.counts(DATASET_STATES)),
  problems: t.list(t.text('A problem.'), 'The parts of the journal that could not be read.'),
})

export const HISTORY = t.object(
  'Past cleanups run from this machine, and what is certain about each dataset.',
  {
    dataDir: t.text('The folder with the journals.'),
    checkedAt: t.optional(t.moment('When the Hub was asked; with --check.')),
    since: t.orNull(t.moment('The time of --since; null without it.')),
    jobs: t.list(JOB, 'Newest first.'),
    problems: t.list(
      t.object('A problem with a journal.', {
        file: t.text('The file.'),
        job: t.orNull(t.text('The job it belongs to; null if none.')),
        message: t.text('What is wrong with it.'),
      }),
      'What could not be read.',
    ),
  },
)

const STATUSES = ['restored', 'present', 'refused', 'failed', 'unattempted', 'restorable'] as const
export const RESTORE = t.object('The outcomes of a restore.', {
  ...t.place,
  from: t.orNull(
    t.text('The namespace of --from, whose archives are restored to `namespace`; null without it.'),
  ),
  dir: t.text('The folder of archives.'),
  dryRun: t.yesNo('Whether this was a dry run.'),
  outcomes: t.list(
    t.object('The outcome of one archived dataset.', {
      name: t.text('Full name: NAMESPACE/NAME.'),
      status: t.word(
        STATUSES,
        'restored; present: already there, with identical files; refused: a rule forbids it, or the archive is incomplete; ' +
          'failed; unattempted; restorable, in a dry run.',
      ),
      reason: t.optional(t.text('Why it was not restored, or how it differs from before.')),
      visibility: t.optional(t.visibility('Who can see it, now or once it is created.')),
      pin: t.optional(t.text('The tag in its card that pins its run.')),
      files: t.count('The number of files in the archive; 0 if it cannot be read.'),
      bytes: t.count('Their size. In bytes; 0 if it cannot be read.'),
    }),
    'One for each archive, in order: run by run, newest first.',
  ),
  counts: t.object('The number by outcome.', t.counts(STATUSES)),
  interrupted: t.yesNo('Whether it was interrupted before everything was attempted.'),
})

export const RESTORE_JOB = t.object('The outcomes of a restore of what a job took.', {
  ...t.place,
  job: t.text('Its id.'),
  archive: t.orNull(t.text('The folder of its archive; null without one.')),
  dryRun: t.yesNo('Whether this was a dry run.'),
  outcomes: t.list(
    t.object('The outcome of one dataset.', {
      name: t.text('The full name that it had, and has again once it is restored.'),
      from: t.optional(t.word(['archive', 'trash'], 'Where it comes from.')),
      status: t.word(
        STATUSES,
        'restored; present: exists again; refused: it has no copy, its name is taken, or a rule forbids it; ' +
          'failed; unattempted; restorable, in a dry run.',
      ),
      reason: t.optional(t.text('Why it was not restored, or how it differs from before.')),
      visibility: t.optional(t.visibility('Who can see it, now or once it is created; from an archive.')),
      pin: t.optional(t.text('What pins its run.')),
      requestId: t.optional(t.text("The Hub's id of the request that failed.")),
      uncertain: t.optional(t.constant(true, 'Set if it is unknown whether the Hub moved it.')),
    }),
    'One for each dataset that the job took, or may have: run by run, newest first.',
  ),
  counts: t.object('The number by outcome.', t.counts(STATUSES)),
  partly: t.list(
    t.timestamp('A run.'),
    'Runs of the job of which other jobs moved datasets to the trash that are still there, newest first.',
  ),
  reselected: RESELECTED,
  interrupted: t.yesNo('Whether it was interrupted before everything was attempted.'),
})

/** One line of a journal. */
export const JOURNAL_LINE = z
  .discriminatedUnion('kind', [
    t.object('The plan, before anything is sent.', {
      kind: t.constant('plan', 'What the line is.'),
      version: t.constant(1, 'The version of this format.'),
      ...HEADER.shape,
      endpoint: t.place.endpoint,
      phrase: t.phrase,
      rules: RULES,
    }),
    ...LINES,
  ])
  .check(
    z.meta({
      description:
        'One line of a journal (JSON Lines): first the plan, then intents and outcomes, finally the end.',
    }),
  )
