import {REASON_RULES} from '../../../retention/reasons.js'
import {DATASET, LEADERBOARD, RUN} from './account.js'
import {RULES} from './rules.js'
import {
  bytes,
  constant,
  count,
  growingWord,
  list,
  look,
  ms,
  named,
  names,
  object,
  optional,
  orNull,
  phrase,
  tally,
  text,
  word,
  yesNo,
} from './terms.js'

const STATUSES = ['deleted', 'failed', 'skipped', 'gone', 'unattempted'] as const

export const reasons = list(
  named('Reason', 'Why a run is deleted or kept.', {
    rule: growingWord(REASON_RULES, 'The rule.'),
    text: text('The same in words, for people.'),
  }),
  'Why it is deleted or kept.',
)
export const KEPT_RUN = named('KeptRun', 'A run that is kept.', {...RUN.shape, reasons})
const PLANNED_RUN = named('PlannedRun', 'A run of which datasets are deleted.', {
  ...RUN.shape,
  reasons,
  deletes: list(DATASET, 'The datasets that are deleted, in the order of deletion.'),
  frees: bytes('What that frees.'),
})

/** What a journal and a result say of a dataset. */
export const outcome = {
  name: text('Full name.'),
  status: word(
    STATUSES,
    'deleted; failed; skipped: changed or protected since the plan, or not archived; gone: was not there any more; unattempted.',
  ),
  reason: optional(text('Why it is not deleted.')),
  requestId: optional(text("The Hub's id of the request that failed.")),
  uncertain: optional(constant(true, 'It is not known whether the Hub deleted it.')),
}
const OUTCOME = named('Outcome', 'The outcome of one dataset.', outcome)
const RUN_COUNTS = named('RunCounts', 'Runs, and their datasets.', {
  runs: count('How many runs.'),
  datasets: count('How many datasets; the leaderboard is not among them.'),
})

export const CLEANUP = object('A plan, and after a deletion its outcomes.', {
  ...look,
  dryRun: yesNo('Whether nothing was to be deleted.'),
  declined: yesNo('Whether the answer was no; never with --json, which does not ask.'),
  interrupted: yesNo('Whether it was stopped before everything had been attempted.'),
  rules: RULES,
  phrase,
  archives: yesNo('Whether each dataset is archived before it is deleted.'),
  found: RUN_COUNTS,
  delete: list(PLANNED_RUN, 'The runs of which datasets are deleted, newest first.'),
  keep: list(KEPT_RUN, 'The runs that are kept, newest first; none where a saved plan is carried out.'),
  leaderboard: orNull(
    named('PlannedLeaderboard', 'The leaderboard of the namespace.', {
      ...LEADERBOARD.shape,
      goes: yesNo('Whether the plan deletes it.'),
    }),
  ),
  standard: names('The standard datasets, which are never touched.'),
  wouldDelete: orNull(
    count(
      'Datasets in the plan, the leaderboard among them where it is deleted; null where that is not known.',
    ),
  ),
  unknown: list(
    word(['protection', 'rows'], 'protection, or the rows of the leaderboard.'),
    'What a dry run could not read although its rules or guards rest on it; then it ends with 1.',
  ),
  stale: list(OUTCOME, 'What of a saved plan could not be deleted from the start.'),
  outcomes: list(OUTCOME, 'One for each dataset of a plan that was carried out.'),
  counts: named('OutcomeCounts', 'How many datasets have which outcome.', tally(STATUSES, '').shape),
  remaining: RUN_COUNTS,
  archive: orNull(
    object('Where datasets were archived before they were deleted.', {
      dir: text('The folder.'),
      datasets: count('How many datasets.'),
      bytes: count('What was written there. In bytes.'),
    }),
  ),
  journal: orNull(text('The file that records this deletion.')),
  deletionMs: ms('How long the deletion took, archiving not included.'),
  storage: bytes('What all runs that were found take up.'),
  frees: bytes('What the plan frees.'),
  freed: bytes('What was freed.'),
  policy: orNull(text('The policy that the rules came from.')),
})
