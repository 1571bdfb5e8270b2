import * as z from 'zod/mini'

import {DATASET_STATES} from '../../../cleanup/journal/parse.js'
import {DATASET, HEADER, LINES} from '../../../cleanup/journal/schema.js'
import * as t from './builders.js'
import {RULES} from './rules.js'

export const JOB = t.object('One plan that was carried out, as recorded in its journal.', {
  ...HEADER.shape,
  endedAt: t.orNull(t.moment('When it ended; null where nothing says so.')),
  state: t.word(['finished', 'interrupted', 'broken-off'], 'broken-off: killed, crashed, or still running.'),
  datasets: t.list(
    t.object('One dataset of the plan.', {
      ...DATASET.shape,
      state: t.word(
        DATASET_STATES,
        'What is certain of it: an outcome; untouched: nothing was sent for it; or uncertain: it may be deleted or not.',
      ),
      reason: t.orNull(t.text('Why it is in this state.')),
      requestId: t.orNull(t.text("The Hub's id of the request that failed.")),
      at: t.orNull(t.moment('When the last line about it was written.')),
    }),
    'In the order of the plan.',
  ),
  counts: t.object('How many datasets are in which state.', t.counts(DATASET_STATES)),
  problems: t.list(t.text('A problem.'), 'What in the journal could not be read.'),
})

export const HISTORY = t.object('What was deleted from this machine, and what of it is certain.', {
  dataDir: t.text('The folder in which the journals are.'),
  since: t.orNull(t.moment('The moment of --since; null without.')),
  jobs: t.list(JOB, 'Newest first.'),
  problems: t.list(
    t.object('Something among the journals that is not certain.', {
      file: t.text('The file.'),
      job: t.orNull(t.text('The job it belongs to; null where it belongs to none.')),
      message: t.text('What is wrong with it.'),
    }),
    'What could not be read.',
  ),
})

const STATUSES = ['restored', 'present', 'refused', 'failed', 'unattempted', 'restorable'] as const
export const RESTORE = t.object('The outcomes of a restoration.', {
  ...t.place,
  from: t.orNull(t.text('Whose archives come back under `namespace`, by --from; null without.')),
  dir: t.text('The folder of archives.'),
  dryRun: t.yesNo('Whether nothing was to be created.'),
  outcomes: t.list(
    t.object('The outcome of one archived dataset.', {
      name: t.text('Full name.'),
      status: t.word(
        STATUSES,
        'restored; present: was there already, equal in every file; refused: a rule forbids it, or the archive is not whole; failed; unattempted; after a dry run restorable.',
      ),
      reason: t.optional(t.text('Why it is not restored, or what about it is not as it was.')),
      visibility: t.optional(t.visibility('Who sees it, there or once it is created.')),
      pin: t.optional(t.text('The tag in its card that pins its run.')),
      files: t.count('Files in the archive; 0 where it cannot be read.'),
      bytes: t.count('Their size. In bytes; 0 where it cannot be read.'),
    }),
    'One for each archive, as they come back: run by run, the newest first.',
  ),
  counts: t.object('How many have which outcome.', t.counts(STATUSES)),
  interrupted: t.yesNo('Whether it was stopped before everything had been attempted.'),
})

/** One line of a journal. */
export const JOURNAL_LINE = z
  .discriminatedUnion('kind', [
    t.object('The plan, before anything is sent.', {
      kind: t.constant('plan', 'What the line is.'),
      version: t.constant(1, 'The version of this form.'),
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
        'One line of a journal (JSON Lines): first the plan, then intents and outcomes, at last the end.',
    }),
  )
