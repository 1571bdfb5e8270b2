import {OUTCOME_STATUSES} from '../../../cleanup/outcomes.js'
import {DATASET, LEADERBOARD, RUN} from './account.js'
import * as t from './builders.js'
import {reasons, RULES} from './rules.js'

const KEPT_RUN = t.named('KeptRun', 'A run that is kept.', {...RUN.shape, reasons})
const PLANNED_RUN = t.named('PlannedRun', 'A run with datasets to delete.', {
  ...RUN.shape,
  reasons,
  deletes: t.list(DATASET, 'The datasets to delete, in order of deletion.'),
  frees: t.bytes('The storage this frees.'),
})

const OUTCOME = t.named('Outcome', 'The outcome of one dataset.', {
  name: t.text('Full name: NAMESPACE/NAME.'),
  status: t.word(
    OUTCOME_STATUSES,
    'deleted; failed; skipped: changed or protected since the plan, or not archived; gone: already gone; unattempted.',
  ),
  reason: t.optional(t.text('Why it was not deleted.')),
  requestId: t.optional(t.text("The Hub's id of the request that failed.")),
  uncertain: t.optional(t.constant(true, 'Set if it is unknown whether the Hub deleted it.')),
})
const RUN_COUNTS = t.named('RunCounts', 'Runs, and their datasets.', {
  runs: t.count('The number of runs.'),
  datasets: t.count('The number of datasets, without the leaderboard.'),
})

export const CLEANUP = t.object('A plan and, after a deletion, its outcomes.', {
  ...t.look,
  dryRun: t.yesNo('Whether this was a dry run.'),
  declined: t.yesNo('Whether the user declined; always false with --json, which does not prompt.'),
  interrupted: t.yesNo('Whether it was interrupted before everything was attempted.'),
  rules: RULES,
  phrase: t.phrase,
  archives: t.yesNo('Whether each dataset is archived before it is deleted.'),
  found: RUN_COUNTS,
  delete: t.list(PLANNED_RUN, 'The runs with datasets to delete, newest first.'),
  keep: t.list(KEPT_RUN, 'The runs to keep, newest first; empty for a saved plan.'),
  leaderboard: t.orNull(
    t.named('PlannedLeaderboard', 'The leaderboard of the namespace.', {
      ...LEADERBOARD.shape,
      planned: t.yesNo('Whether the plan deletes it.'),
    }),
  ),
  standard: t.names('The task datasets, which are never deleted.'),
  wouldDelete: t.orNull(
    t.count('The number of datasets the plan deletes, including the leaderboard; null if unknown.'),
  ),
  unknown: t.list(
    t.word(['protection', 'rows'], 'protection, or the leaderboard rows.'),
    'What a dry run needed but could not read; the exit code is then 1.',
  ),
  stale: t.list(OUTCOME, 'The datasets of a saved plan that could no longer be deleted when it was applied.'),
  outcomes: t.list(OUTCOME, 'One for each dataset of a plan that was applied; empty after a dry run.'),
  counts: t.named('OutcomeCounts', 'The number of datasets by outcome.', t.counts(OUTCOME_STATUSES)),
  remaining: RUN_COUNTS,
  archive: t.orNull(
    t.object('Where datasets were archived before they were deleted.', {
      dir: t.text('The folder.'),
      datasets: t.count('The number of datasets.'),
      bytes: t.count('The size written. In bytes.'),
    }),
  ),
  prune: t.orNull(
    t.object('The leaderboard rows about the deleted runs, with --prune-leaderboard.', {
      status: t.word(['pruned', 'failed', 'unattempted'], 'unattempted: something before it failed.'),
      rows: t.count('The number of rows whose references were emptied.'),
      reason: t.orNull(t.text('Why they were not.')),
      commit: t.orNull(t.text('The commit that changed them; null if nothing was changed.')),
      archive: t.orNull(
        t.text('The folder with the leaderboard as it was before; null if nothing was changed.'),
      ),
    }),
  ),
  journal: t.orNull(t.text('The file that records this deletion.')),
  deletionMs: t.ms('How long the deletion took, without archiving.'),
  storage: t.bytes('The size of all runs found.'),
  frees: t.bytes('The storage the plan frees.'),
  freed: t.bytes('The storage freed.'),
  policy: t.orNull(t.text('The policy file the rules came from.')),
})

export const PLAN_SHOW = t.object('A saved plan. It was not compared with the Hub.', {
  file: t.text('The file.'),
  madeBy: t.text('The owner of the token used to make it.'),
  madeAt: t.moment('When it was made.'),
  digest: t.text('`sha256:` of the plan. It detects edits, but is not a signature.'),
  ...t.place,
  rules: RULES,
  phrase: t.phrase,
  archives: t.yesNo('Whether each dataset is archived before it is deleted.'),
  delete: t.list(
    PLANNED_RUN,
    'The runs with datasets to delete, newest first; states and ages as of `madeAt`.',
  ),
  keep: t.list(
    t.object('A run that is kept.', {run: t.timestamp('The run.'), reasons}),
    'The runs to keep, newest first.',
  ),
  deletesLeaderboard: t.yesNo('Whether it also deletes the leaderboard.'),
  wouldDelete: t.count('The number of datasets it deletes, including the leaderboard.'),
})
