import {FINDING_KINDS, REMARK_KINDS} from '../../../account/leaderboard/check.js'
import {GROUP_COLUMNS, type RowField} from '../../../account/leaderboard/row.js'
import * as t from './builders.js'

/** Which leaderboard a document is about, and when. */
const board = {
  ...t.look,
  leaderboard: t.named('BoardName', 'The leaderboard whose rows these are.', {
    name: t.text('Full name.'),
    visibility: t.visibility('Who sees it.'),
    sha: t.text('Its newest commit.'),
  }),
}

const cell = (title: string, inWords = '') =>
  t.orNull(t.text(`${title} of the row${inWords}; null where it has none.`))
const measure = (title: string) => t.orNull(t.number(`${title}; null where the row has none.`))
const cells = {
  runId: cell('run_id'),
  model: cell('model'),
  agentType: cell('agent_type'),
  provider: cell('provider'),
  timestamp: cell('timestamp', ', the local time of the evaluating machine'),
  submittedBy: cell('submitted_by'),
  useCase: cell('use_case'),
  team: cell('team'),
  purpose: cell('purpose'),
  suiteVersion: cell('suite_version'),
  resultsDataset: cell('results_dataset'),
  tracesDataset: cell('traces_dataset', ', named also where there never was one'),
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

const GROUP = t.object('Rows that agree in the columns they are grouped by.', {
  values: t.object(
    'What they agree in; null where they have nothing.',
    t.each(GROUP_COLUMNS, (name) => t.optional(t.orNull(t.text(`Of the column ${name}.`)))),
  ),
  rows: t.count('How many there are.'),
  shown: t.count('How many of them are in this document.'),
})
export const ROW = t.object('One row.', {
  place: t.orNull(t.count('From 1, within its group; null where it did not finish, or that is in doubt.')),
  score: t.orNull(t.number("In the metric's own unit; null where it has none.")),
  row: t.count('Which row of the leaderboard it is, counted from 1.'),
  run: t.orNull(t.timestamp('The run that it is about; null where it names none of this namespace.')),
  time: t.orNull(t.moment('When that was; null where only the local time of a machine is known.')),
  standing: t.word(t.STANDINGS, 'What the row says of its evaluation.'),
  doubt: t.orNull(t.text('Why its place is in doubt; null where nothing is.')),
  gone: t.list(
    t.word(['results', 'metrics'], 'A type.'),
    'What is gone; traces that are missing say nothing.',
  ),
  allGone: t.yesNo('Whether nothing that the row names is there any more.'),
  ...cells,
  datasets: t.list(
    t.object('A dataset that the row names.', {
      type: t.runType('Which column of the row names it.'),
      name: t.text('As the row has it.'),
      state: t.growingWord(
        ['there', 'gone', 'inexact', 'renamed', 'elsewhere', 'local', 'other', 'unknown'],
        'there; gone; inexact: there in other letters; renamed: there, under a former namespace; elsewhere: of another namespace; local: a file of the evaluating machine; other: not a dataset of a run; unknown.',
      ),
    }),
    'The datasets that the row names.',
  ),
})

export const LEADERBOARD_SHOW = t.object('The rows of a leaderboard, ranked by one metric.', {
  ...board,
  by: t.metric('What they are ranked by.'),
  better: t.word(['higher', 'lower'], 'Which end of the metric is the better one.'),
  groupBy: t.list(t.column('A column of the leaderboard.'), '--group-by.'),
  model: t.list(t.text('A pattern.'), '--model.'),
  limit: t.orNull(t.count('--limit; null where it is not given.')),
  rowsInAll: t.count('How many rows the leaderboard has.'),
  groups: t.list(GROUP, 'The group with the best row first; one group where nothing is grouped by.'),
  rows: t.list(ROW, 'The shown rows of all groups, one group after the other.'),
})

/** Where in a leaderboard, and on the Hub, something is. */
const where = {
  rows: t.list(t.ordinal('A row.'), 'Rows of the leaderboard, counted from 1.'),
  runs: t.list(t.timestamp('A run.'), 'Runs.'),
  datasets: t.names('Datasets.'),
}
export const LEADERBOARD_CHECK = t.object('What does not agree between a leaderboard and the datasets.', {
  ...board,
  rows: t.count('How many rows the leaderboard has.'),
  runs: t.count('How many runs the namespace has.'),
  findings: t.list(
    t.object('Something that is not as it should be.', {
      kind: t.growingWord(FINDING_KINDS, 'What it is.'),
      message: t.text('What it is, in words.'),
      suggestion: t.text('What to do about it.'),
      ...where,
    }),
    'What was found.',
  ),
  remarks: t.list(
    t.object('Why a row or a run is not found fault with.', {
      kind: t.growingWord(REMARK_KINDS, 'What it is.'),
      message: t.text('What it is, in words.'),
      ...where,
    }),
    'What is said without being wrong.',
  ),
})

const amount = (description: string) =>
  t.orNull(t.count(`${description} In bytes; null where any of it is unknown.`))
export const LEADERBOARD_REPORT = t.object('Where a report was written, and what it counts.', {
  file: t.text('The page.'),
  bytes: t.count('Its size. In bytes.'),
  ...t.look,
  by: t.metric('What evaluations are compared by.'),
  counts: t.object('What it is made of.', {
    rows: t.count('Rows of the leaderboard.'),
    evaluations: t.count('Evaluations that finished and have a score.'),
    models: t.count('Models of these.'),
    runs: t.count('Runs of the namespace.'),
    datasets: t.count('Datasets of these.'),
  }),
  storage: amount('What all runs take up.'),
  policy: t.orNull(
    t.object('With --policy: what it would delete.', {
      runs: t.count('Runs of which datasets would be deleted.'),
      datasets: t.count('Datasets that would be deleted.'),
      keeps: t.count('Runs that would be kept.'),
      frees: amount('What that would free.'),
    }),
  ),
})
