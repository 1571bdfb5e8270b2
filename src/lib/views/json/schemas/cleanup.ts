import {OUTCOME_STATUSES} from '../../../cleanup/outcomes.js'
import {DATASET, LEADERBOARD, RUN} from './account.js'
import * as t from './builders.js'
import {reasons, RULES} from './rules.js'

const KEPT_RUN = t.named('KeptRun', 'A run that is kept.', {...RUN.shape, reasons})
const PLANNED_RUN = t.named('PlannedRun', 'A run of which datasets are deleted.', {
  ...RUN.shape,
  reasons,
  deletes: t.list(DATASET, 'The datasets that are deleted, in the order of deletion.'),
  frees: t.bytes('What that frees.'),
})

const OUTCOME = t.named('Outcome', 'The outcome of one dataset.', {
  name: t.text('Full name.'),
  status: t.word(
    OUTCOME_STATUSES,
    'deleted; failed; skipped: changed or protected since the plan, or not archived; gone: was not there any more; unattempted.',
  ),
  reason: t.optional(t.text('Why it is not deleted.')),
  requestId: t.optional(t.text("The Hub's id of the request that failed.")),
  uncertain: t.optional(t.constant(true, 'It is not known whether the Hub deleted it.')),
})
const RUN_COUNTS = t.named('RunCounts', 'Runs, and their datasets.', {
  runs: t.count('How many runs.'),
  datasets: t.count('How many datasets; the leaderboard is not among them.'),
})

export const CLEANUP = t.object('A plan, and after a deletion its outcomes.', {
  ...t.look,
  dryRun: t.yesNo('Whether nothing was to be deleted.'),
  declined: t.yesNo('Whether the answer was no; never with --json, which does not ask.'),
  interrupted: t.yesNo('Whether it was stopped before everything had been attempted.'),
  rules: RULES,
  phrase: t.phrase,
  archives: t.yesNo('Whether each dataset is archived before it is deleted.'),
  found: RUN_COUNTS,
  delete: t.list(PLANNED_RUN, 'The runs of which datasets are deleted, newest first.'),
  keep: t.list(KEPT_RUN, 'The runs that are kept, newest first; none of a saved plan.'),
  leaderboard: t.orNull(
    t.named('PlannedLeaderboard', 'The leaderboard of the namespace.', {
      ...LEADERBOARD.shape,
      planned: t.yesNo('Whether the plan deletes it.'),
    }),
  ),
  standard: t.names('The standard datasets, which are never touched.'),
  wouldDelete: t.orNull(t.count('Datasets that the plan deletes, the leaderboard too; null where unknown.')),
  unknown: t.list(
    t.word(['protection', 'rows'], 'protection, or the rows of the leaderboard.'),
    'What a dry run could not read although it rests on that; then it ends with 1.',
  ),
  stale: t.list(OUTCOME, 'What of a saved plan could not be deleted from the start.'),
  outcomes: t.list(OUTCOME, 'One for each dataset of a plan that was carried out.'),
  counts: t.named('OutcomeCounts', 'How many datasets have which outcome.', t.counts(OUTCOME_STATUSES)),
  remaining: RUN_COUNTS,
  archive: t.orNull(
    t.object('Where datasets were archived before they were deleted.', {
      dir: t.text('The folder.'),
      datasets: t.count('How many datasets.'),
      bytes: t.count('What was written there. In bytes.'),
    }),
  ),
  journal: t.orNull(t.text('The file that records this deletion.')),
  deletionMs: t.ms('How long the deletion took, archiving not included.'),
  storage: t.bytes('What all runs that were found take up.'),
  frees: t.bytes('What the plan frees.'),
  freed: t.bytes('What was freed.'),
  policy: t.orNull(t.text('The policy that the rules came from.')),
})

export const PLAN_SHOW = t.object('A saved plan. It was not compared with the Hub.', {
  file: t.text('The file.'),
  madeBy: t.text('The owner of the token that it was made with.'),
  madeAt: t.moment('When it was made.'),
  digest: t.text('`sha256:` of the plan. It finds a value that was edited, and is not a signature.'),
  ...t.place,
  rules: RULES,
  phrase: t.phrase,
  archives: t.yesNo('Whether each dataset is archived before it is deleted.'),
  delete: t.list(
    PLANNED_RUN,
    'The runs of which datasets are deleted, newest first; states and ages are those of `madeAt`.',
  ),
  keep: t.list(
    t.object('A run that is kept.', {run: t.timestamp('The run.'), reasons}),
    'The runs that are kept, newest first.',
  ),
  deletesLeaderboard: t.yesNo('Whether it deletes the leaderboard, too.'),
  wouldDelete: t.count('Datasets that it deletes, the leaderboard too.'),
})
