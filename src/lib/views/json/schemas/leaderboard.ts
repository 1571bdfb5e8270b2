import {FINDING_KINDS, REMARK_KINDS} from '../../../account/leaderboard/findings.js'
import {GROUP_COLUMNS, type GroupColumn, type RowField} from '../../../account/leaderboard/row.js'
import {
  column,
  count,
  growingWord,
  list,
  look,
  metric,
  moment,
  named,
  names,
  number,
  object,
  optional,
  ordinal,
  orNull,
  runType,
  STANDINGS,
  text,
  timestamp,
  visibility,
  word,
  yesNo,
} from './terms.js'

/** Which leaderboard a document is about, and when. */
const board = {
  ...look,
  leaderboard: named('BoardName', 'The leaderboard whose rows these are.', {
    name: text('Full name.'),
    visibility: visibility('Who sees it.'),
    sha: text('Its newest commit.'),
  }),
}
export const BOARD = object('', board)

const cell = (title: string, inWords = '') =>
  orNull(text(`${title} of the row${inWords}; null where it has none.`))
const measure = (title: string) => orNull(number(`${title}; null where the row has none.`))
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
export const CELLS = object('', cells)

const columnValue = (name: string) => optional(orNull(text(`Of the column ${name}.`)))
export const GROUP = object('Rows that agree in the columns they are grouped by.', {
  values: object(
    'What they agree in, by column; null where the rows have nothing there.',
    Object.fromEntries(GROUP_COLUMNS.map((name) => [name, columnValue(name)])) as Record<
      GroupColumn,
      ReturnType<typeof columnValue>
    >,
  ),
  rows: count('How many there are.'),
  shown: count('How many of them stand in this document.'),
})
export const ROW = object('One row.', {
  place: orNull(
    count('From 1, within its group; null for one that did not finish, or of which that is in doubt.'),
  ),
  score: orNull(number("In the metric's own unit; null where it has none.")),
  row: count('Which row of the leaderboard it is, counted from 1.'),
  run: orNull(timestamp('The run that it is about; null where it names none of this namespace.')),
  time: orNull(moment('When that was; null where only the local time of a machine is known.')),
  standing: word(STANDINGS, 'What the row says of its evaluation.'),
  doubt: orNull(text('Why its place is in doubt; null where nothing is.')),
  gone: list(
    word(['results', 'metrics'], 'A type.'),
    'The types of the datasets that are gone; a missing traces dataset says nothing.',
  ),
  allGone: yesNo('Whether nothing that the row names is there any more.'),
  ...cells,
  datasets: list(
    object('A dataset that the row names.', {
      type: runType('Which column of the row names it.'),
      name: text('As the row has it.'),
      state: growingWord(
        ['there', 'gone', 'inexact', 'renamed', 'elsewhere', 'local', 'other', 'unknown'],
        'there; gone; inexact: there in other letters; renamed: there, under a former namespace; elsewhere: of another namespace; local: a file of the evaluating machine; other: not a dataset of a run; unknown.',
      ),
    }),
    'The datasets that the row names.',
  ),
})

export const LEADERBOARD_SHOW = object('The rows of a leaderboard, ranked by one metric.', {
  ...board,
  by: metric('What they are ranked by.'),
  better: word(['higher', 'lower'], 'Which end of the metric is the better one.'),
  groupBy: list(column('A column of the leaderboard.'), '--group-by.'),
  model: list(text('A pattern.'), '--model.'),
  limit: orNull(count('--limit; null where it is not given.')),
  rowsInAll: count('How many rows the leaderboard has.'),
  groups: list(GROUP, 'The group with the best row first; one group where nothing is grouped by.'),
  rows: list(ROW, 'The shown rows of all groups, one group after the other.'),
})

/** Where in a leaderboard, and on the Hub, something is. */
const where = {
  rows: list(ordinal('A row.'), 'Rows of the leaderboard, counted from 1.'),
  runs: list(timestamp('A run.'), 'Runs.'),
  datasets: names('Datasets.'),
}
export const LEADERBOARD_CHECK = object('What does not agree between a leaderboard and the datasets.', {
  ...board,
  rows: count('How many rows the leaderboard has.'),
  runs: count('How many runs the namespace has.'),
  findings: list(
    object('Something that is not as it should be.', {
      kind: growingWord(FINDING_KINDS, 'What it is.'),
      message: text('What it is, in words.'),
      suggestion: text('What to do about it.'),
      ...where,
    }),
    'What was found.',
  ),
  remarks: list(
    object('Something that explains why a row or a run is not found fault with.', {
      kind: growingWord(REMARK_KINDS, 'What it is.'),
      message: text('What it is, in words.'),
      ...where,
    }),
    'What is said without being wrong.',
  ),
})

const amount = (description: string) =>
  orNull(count(`${description} In bytes; null where any of it is unknown.`))
export const LEADERBOARD_REPORT = object('Where a report was written, and what it counts.', {
  file: text('The page.'),
  bytes: count('Its size. In bytes.'),
  ...look,
  by: metric('What evaluations are compared by.'),
  counts: object('What it is made of.', {
    rows: count('Rows of the leaderboard.'),
    evaluations: count('Evaluations that finished and have a score.'),
    models: count('Models of these.'),
    runs: count('Runs of the namespace.'),
    datasets: count('Datasets of these.'),
  }),
  storage: amount('What all runs take up.'),
  policy: orNull(
    object('With --policy: what it would delete.', {
      runs: count('Runs of which datasets would be deleted.'),
      datasets: count('Datasets that would be deleted.'),
      keeps: count('Runs that would be kept.'),
      frees: amount('What that would free.'),
    }),
  ),
})
