import * as z from 'zod/mini'

import {DATASET_STATES} from '../../../cleanup/journal/record.js'
import {CONFIRMATIONS} from '../../../cleanup/journal/write.js'
import {
  count,
  list,
  moment,
  object,
  optional,
  orNull,
  place,
  tally,
  text,
  visibility,
  word,
  yesNo,
} from './terms.js'

const journaled = (description: string) => z.record(z.string(), z.unknown()).check(z.meta({description}))

export const JOB = object('One plan that was carried out, as far as its journal tells.', {
  id: text('12 hexadecimal digits.'),
  at: moment('When it began.'),
  endedAt: orNull(moment('When it ended; null where nothing says so.')),
  state: word(
    ['finished', 'interrupted', 'broken-off'],
    'How it ended; broken-off: it was killed, it crashed, or it is still running.',
  ),
  program: text('The program and its version.'),
  endpoint: text('The Hub.'),
  namespace: text('The user or organisation whose datasets these are.'),
  user: text("The token's owner."),
  phrase: text('What a person types to confirm such a plan.'),
  confirmedBy: word(
    CONFIRMATIONS,
    'Who confirmed it: a person who typed the phrase, --yes, or a program that uses the library.',
  ),
  rules: journaled(
    'The rules of the plan, as in cleanup.schema.json; a journal of another version may have others.',
  ),
  archive: orNull(text('The folder in which copies were kept.')),
  savedPlan: orNull(journaled('Where a saved plan was carried out: madeBy and digest.')),
  datasets: list(
    object('One dataset of the plan.', {
      name: text('Full name.'),
      id: text('The id that the Hub had given it.'),
      sha: text('Its newest commit.'),
      lastModified: moment('When it was changed last.'),
      state: word(
        DATASET_STATES,
        'What is certain of it: an outcome; untouched: nothing was sent for it; or uncertain: it may be deleted or not.',
      ),
      reason: orNull(text('Why it is in this state.')),
      requestId: orNull(text("The Hub's id of the request that failed.")),
      at: orNull(moment('When the last line about it was written.')),
    }),
    'In the order of the plan.',
  ),
  counts: tally(DATASET_STATES, 'How many datasets are in which state.'),
  problems: list(text('A problem.'), 'What in the journal could not be read.'),
})

export const HISTORY = object('What was deleted from this machine, and what of it is certain.', {
  dataDir: text('The folder in which the journals are.'),
  since: orNull(moment('The moment that --since stands for; null where it is not given.')),
  jobs: list(JOB, 'Newest first.'),
  problems: list(
    object('Something among the journals that is not certain.', {
      file: text('The file.'),
      job: orNull(text('The job that it tells of; null where it tells of none.')),
      message: text('What is wrong with it.'),
    }),
    'What could not be read.',
  ),
})

const STATUSES = ['restored', 'present', 'refused', 'failed', 'unattempted', 'restorable'] as const
export const RESTORE = object('The outcomes of a restoration.', {
  ...place,
  from: orNull(
    text('The namespace that --from names: its archives come back under `namespace`. Null without it.'),
  ),
  dir: text('The folder of archives.'),
  dryRun: yesNo('Whether nothing was to be created.'),
  outcomes: list(
    object('The outcome of one archived dataset.', {
      name: text('Full name.'),
      status: word(
        STATUSES,
        'restored; present: was there already, equal in every file; refused: a rule forbids it, or the archive is not whole; failed; unattempted; after a dry run restorable.',
      ),
      reason: optional(text('Why it is not restored, or what about it is not as it was.')),
      visibility: optional(visibility('Who sees it, there or once it is created.')),
      pin: optional(text('The tag in its card that pins its run.')),
      files: count('Files in the archive; 0 where it cannot be read.'),
      bytes: count('Their size. In bytes; 0 where it cannot be read.'),
    }),
    'One for each archive, in the order in which they come back: run by run, the newest first.',
  ),
  counts: tally(STATUSES, 'How many have which outcome.'),
  interrupted: yesNo('Whether it was stopped before everything had been attempted.'),
})
