import {type RestoreStatus} from '../../../src/lib/archive/restore.js'
import {DATASET_STATES, type JobState} from '../../../src/lib/cleanup/journal/record.js'
import {CONFIRMATIONS} from '../../../src/lib/cleanup/journal/write.js'
import {place, tally, visibility} from '../terms.js'
import {allOf, count, list, moment, object, orNull, type Schema, text, word, yesNo} from '../words.js'
import {type DocumentForm} from './form.js'

const journaled = (description: string): Schema => ({type: 'object', description, additionalProperties: true})
/** What was deleted. */
export const history: DocumentForm = {
  command: 'history',
  title: 'smoltrace history --json',
  description: 'What was deleted from this machine, and what of it is certain.',
  properties: {
    dataDir: text('The folder in which the journals are.'),
    since: orNull(moment('The moment that --since stands for; null where it is not given.')),
    jobs: list(
      object('One plan that was carried out, as far as its journal tells.', {
        id: text('12 hexadecimal digits.'),
        at: moment('When it began.'),
        endedAt: orNull(moment('When it ended; null where nothing says so.')),
        state: word(
          allOf<JobState>({finished: true, interrupted: true, 'broken-off': true}),
          'How it ended; broken-off: it was killed, it crashed, or it is still running.',
        ),
        program: text('The program and its version.'),
        endpoint: text('The Hub.'),
        namespace: text('The user or organisation whose datasets these are.'),
        user: text("The token's owner."),
        phrase: text('What a person types to confirm such a plan.'),
        confirmedBy: word(
          CONFIRMATIONS,
          'Who said yes: a person who typed the phrase, --yes, or a program that uses the library.',
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
      }),
      'Newest first.',
    ),
    problems: list(
      object('Something among the journals that is not certain.', {
        file: text('The file.'),
        job: orNull(text('The job that it tells of; null where it tells of none.')),
        message: text('What is wrong with it.'),
      }),
      'What could not be read.',
    ),
  },
}

const RESTORED = allOf<RestoreStatus>({
  restored: true,
  present: true,
  refused: true,
  failed: true,
  unattempted: true,
  restorable: true,
})
/** What came back. */
export const restore: DocumentForm = {
  command: 'restore',
  title: 'smoltrace restore --json',
  description: 'What became of archived datasets.',
  properties: {
    ...place,
    from: orNull(
      text('The namespace that --from names: its archives come back under `namespace`. Null without it.'),
    ),
    dir: text('The folder of archives.'),
    dryRun: yesNo('Whether nothing was to be created.'),
    outcomes: list(
      object(
        'What became of one archived dataset.',
        {
          name: text('Full name.'),
          status: word(
            RESTORED,
            'restored; present: was there already, equal in every file; refused: a rule forbids it, or the archive is not whole; failed; unattempted; after a dry run restorable.',
          ),
          reason: text('Why it is not restored, or what about it is not as it was.'),
          visibility: visibility('Who sees it, there or once it is created.'),
          pin: text('The tag in its card that pins its run.'),
          files: count('Files in the archive; 0 where it cannot be read.'),
          bytes: count('Their size. In bytes; 0 where it cannot be read.'),
        },
        ['reason', 'visibility', 'pin'],
      ),
      'One for each archive, in the order in which they come back: run by run, the newest first.',
    ),
    counts: tally(RESTORED, 'How many came to what.'),
    interrupted: yesNo('Whether it was told to stop before everything had been attempted.'),
  },
}
