import {FINDING_KINDS, REMARK_KINDS} from '../../../account/leaderboard/check.js'
import {GROUP_COLUMNS, type RowField} from '../../../account/leaderboard/row.js'
import * as t from './builders.js'

/** Which leaderboard a document is about, and when. */
const board = {
  ...t.look,
  leaderboard: t.named('BoardName', 'The leaderboard whose rows these are.', {
    name: t.text('Full name: NAMESPACE/NAME.'),
    visibility: t.visibility('Who can see it.'),
    sha: t.text('Its latest commit.'),
  }),
}

const cell = (title: string, inWords = '') =>
  t.orNull(t.text(`${title} of the row${inWords}; null if it has none.`))
const measure = (title: string) => t.orNull(t.number(`${title}; null if the row has none.`))
const cells = {
  runId: cell('run_id'),
  model: cell('model'),
  agentType: cell('agent_type'),
  provider: cell('provider'),
  timestamp: cell('timestamp', ", in the evaluator's local time"),
  submittedBy: cell('submitted_by'),
  useCase: cell('use_case'),
  team: cell('team'),
  purpose: cell('purpose'),
  suiteVersion: cell('suite_version'),
  resultsDataset: cell('results_dataset'),
  tracesDataset: cell('traces_dataset', ', named even if there never was one'),
  metricsDataset: cell('metrics_dataset'),
  datasetUsed: cell('dataset_used'),
  runStatus: cell('run_status'),
  successRate: measure('success_rate, 0 to 100'),
  passAt1: measure('pass_at_1, 0 to 1'),
  avgDurationMs: measure('avg_duration_ms, of one test, in milliseconds'),
  totalTokens: measure('total_tokens'),
  totalCostUsd: measure('total_cost_usd, in US dollars'),
  co2EmissionsG: measure('co2_emissions_g, in grams'),
} satisfies Record<RowField, ReturnType<typeof cell> | ReturnType<typeof measure>>

const GROUP = t.object('Rows with the same values in the grouped columns.', {
  values: t.object(
    'The shared values; null if empty.',
    t.each(GROUP_COLUMNS, (name) => t.optional(t.orNull(t.text(`Of the column ${name}.`)))),
  ),
  rows: t.count('The number of rows.'),
  shown: t.count('The number of these rows in this document.'),
})
export const REFERENCES = t.list(
  t.object('A dataset named in the row.', {
    type: t.runType('The column that names it.'),
    name: t.text('As written in the row.'),
    state: t.growingWord(
      ['there', 'trashed', 'gone', 'inexact', 'renamed', 'elsewhere', 'local', 'other', 'unknown'],
      'there; trashed: in the trash; gone; inexact: there, but spelled differently; renamed: there, under a former namespace; ' +
        "elsewhere: in another namespace; local: a file on the evaluator's machine; other: not a dataset of a run; unknown.",
    ),
  }),
  'The datasets named in the row.',
)
export const ROW = t.object('One row.', {
  place: t.orNull(t.count('From 1, within its group; null if it did not finish, or that is unclear.')),
  score: t.orNull(t.number("In the metric's own unit; null if it has none.")),
  row: t.count('The row number in the leaderboard, from 1.'),
  run: t.orNull(t.timestamp('The run it describes; null if it names none in this namespace.')),
  time: t.orNull(t.moment("When it ran; null if only the evaluator's local time is known.")),
  standing: t.word(t.STANDINGS, 'The data in the row.'),
  doubt: t.orNull(t.text('Why its rank is unclear; null if it is clear.')),
  gone: t.list(
    t.word(['results', 'metrics'], 'A type.'),
    'The datasets that are gone. Missing traces are not reported.',
  ),
  allGone: t.yesNo('Whether all datasets the row names are gone.'),
  ...cells,
  datasets: REFERENCES,
})

export const LEADERBOARD_SHOW = t.object('The rows of a leaderboard, ranked by one metric.', {
  ...board,
  by: t.metric('The metric they are ranked by.'),
  better: t.word(['higher', 'lower'], 'Whether higher or lower is better.'),
  groupBy: t.list(t.column('A column of the leaderboard.'), '--group-by.'),
  model: t.list(t.text('A pattern.'), '--model.'),
  limit: t.orNull(t.count('--limit; null without it.')),
  rowsInAll: t.count('The number of rows in the leaderboard.'),
  groups: t.list(GROUP, 'The group with the best row comes first; a single group without --group-by.'),
  rows: t.list(ROW, 'The rows shown, group by group.'),
})

/** Where in a leaderboard, and on the Hub, something is. */
const where = {
  rows: t.list(t.ordinal('A row.'), 'Rows of the leaderboard, counted from 1.'),
  runs: t.list(t.timestamp('A run.'), 'Runs.'),
  datasets: t.names('Datasets.'),
}
export const LEADERBOARD_CHECK = t.object('Differences between a leaderboard and the datasets.', {
  ...board,
  rows: t.count('The number of rows in the leaderboard.'),
  runs: t.count('The number of runs in the namespace.'),
  findings: t.list(
    t.object('A problem.', {
      kind: t.growingWord(FINDING_KINDS, 'What it is.'),
      message: t.text('A description.'),
      suggestion: t.text('How to fix it.'),
      ...where,
    }),
    'The problems found.',
  ),
  remarks: t.list(
    t.object('Why something unusual is not a finding.', {
      kind: t.growingWord(REMARK_KINDS, 'What it is.'),
      message: t.text('A description.'),
      ...where,
    }),
    'Observations that are not problems.',
  ),
  past: t.orNull(
    t.object('The earlier commits that were searched for lost rows.', {
      states: t.count('Earlier states of the rows that were read.'),
      areAll: t.yesNo('Whether there are no others.'),
    }),
  ),
})

const orphan = {
  row: t.ordinal('The row number in the leaderboard, from 1.'),
  run: t.timestamp('The run it describes.'),
  model: cell('model'),
  datasets: t.names('The datasets it names.'),
}
export const LEADERBOARD_PRUNE = t.object('Rows whose datasets are gone, and what was done to them.', {
  ...board,
  drop: t.yesNo('Whether the rows are removed; otherwise their references are emptied.'),
  dryRun: t.yesNo('Whether this was a dry run.'),
  declined: t.yesNo('Whether it was cancelled at the confirmation.'),
  rows: t.count('The number of rows in the leaderboard before.'),
  orphans: t.list(t.object('A row to prune.', orphan), 'The rows whose datasets are all gone.'),
  doubtful: t.list(
    t.object('A row that is not pruned.', {
      ...orphan,
      why: t.text('Why it is unclear whether its datasets are gone.'),
    }),
    'The rows that are not pruned, because one of their datasets may not be gone.',
  ),
  pruned: t.count('The number of rows that were changed; 0 in a dry run.'),
  commit: t.orNull(t.text('The commit that changed them; null if nothing was changed.')),
  archive: t.orNull(t.text('The folder with the leaderboard as it was before; null if nothing was changed.')),
})

const amount = (description: string) =>
  t.orNull(t.count(`${description} In bytes; null if any of it is unknown.`))
export const LEADERBOARD_REPORT = t.object('Where a report was written, and its totals.', {
  file: t.text('The page.'),
  bytes: t.count('Its size. In bytes.'),
  ...t.look,
  by: t.metric('The metric used to compare evaluations.'),
  counts: t.object('The data it is based on.', {
    rows: t.count('Rows of the leaderboard.'),
    evaluations: t.count('Evaluations that finished and have a score.'),
    models: t.count('Models of these.'),
    runs: t.count('Runs of the namespace.'),
    datasets: t.count('Datasets of these.'),
  }),
  storage: amount('The size of all runs.'),
  policy: t.orNull(
    t.object('With --policy: what the policy would delete.', {
      runs: t.count('Runs with datasets that would be deleted.'),
      datasets: t.count('Datasets that would be deleted.'),
      keeps: t.count('Runs that would be kept.'),
      frees: amount('The storage that would be freed.'),
    }),
  ),
})
