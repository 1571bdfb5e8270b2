import {type Plan} from '../../../src/lib/plan/plan.js'
import {bytes, look, ms, names, PHRASES} from '../terms.js'
import {allOf, count, list, named, object, orNull, text, word, yesNo} from '../words.js'
import {type DocumentForm} from './form.js'

/** A plan, and what became of it. */
export const cleanup: DocumentForm = {
  command: 'cleanup',
  title: 'smoltrace cleanup --json',
  description: 'A plan, and after a deletion what became of it.',
  properties: {
    ...look,
    dryRun: yesNo('Whether nothing was to be deleted.'),
    declined: yesNo('Whether somebody said no; never with --json, which does not ask.'),
    interrupted: yesNo('Whether it was told to stop before everything had been attempted.'),
    rules: named('Rules'),
    phrase: word(PHRASES, 'What a person types to confirm this plan.'),
    archives: yesNo('Whether each dataset is archived before it is deleted.'),
    found: named('RunCounts'),
    delete: list(named('PlannedRun'), 'The runs of which datasets go, newest first.'),
    keep: list(named('KeptRun'), 'The runs that stay, newest first; none where a saved plan is carried out.'),
    leaderboard: orNull(named('PlannedLeaderboard')),
    standard: names('The standard datasets, which are never touched.'),
    wouldDelete: orNull(
      count('Datasets in the plan, the leaderboard among them where it goes; null where that is not known.'),
    ),
    unknown: list(
      word(
        allOf<NonNullable<Plan['unknown']>[number]>({protection: true, rows: true}),
        'protection, or the rows of the leaderboard.',
      ),
      'What a dry run could not read although its rules or guards rest on it; then it ends with 1.',
    ),
    stale: list(named('Outcome'), 'What of a saved plan could not be deleted from the start.'),
    outcomes: list(named('Outcome'), 'One for each dataset of a plan that was carried out.'),
    counts: named('OutcomeCounts'),
    remaining: named('RunCounts'),
    archive: orNull(
      object('Where datasets were archived before they were deleted.', {
        dir: text('The folder.'),
        datasets: count('How many datasets.'),
        bytes: count('What was written there. In bytes.'),
      }),
    ),
    journal: orNull(text('The file that tells of this deletion.')),
    deletionMs: ms('How long the deletion took, archiving not included.'),
    storage: bytes('What all runs that were found take up.'),
    frees: bytes('What the plan frees.'),
    freed: bytes('What was freed.'),
    policy: orNull(text('The policy that the rules came from.')),
  },
  optional: ['storage', 'frees', 'freed'],
}
