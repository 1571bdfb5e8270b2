import {type ReferenceState} from '../../../src/lib/account/leaderboard/references.js'
import {type RowField} from '../../../src/lib/account/leaderboard/row.js'
import {GROUP_COLUMNS} from '../../../src/lib/account/leaderboard/row.js'
import {board} from '../definitions.js'
import {column, metric, runType, STANDINGS, timestamp} from '../terms.js'
import {
  allOf,
  count,
  growingWord,
  list,
  moment,
  number,
  object,
  orNull,
  type Schema,
  text,
  word,
  yesNo,
} from '../words.js'
import {type DocumentForm} from './form.js'

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
} satisfies Record<RowField, Schema>

/** The rows of a leaderboard. */
export const show: DocumentForm = {
  command: 'leaderboard show',
  title: 'smoltrace leaderboard show --json',
  description: 'The rows of a leaderboard, ranked by one metric.',
  properties: {
    ...board,
    by: metric('What they are ranked by.'),
    better: word(['higher', 'lower'], 'Which end of the metric is the better one.'),
    groupBy: list(column('A column of the leaderboard.'), '--group-by.'),
    model: list(text('A pattern.'), '--model.'),
    limit: orNull(count('--limit; null where it is not given.')),
    rowsInAll: count('How many rows the leaderboard has.'),
    groups: list(
      object('Rows that agree in the columns they are grouped by.', {
        values: object(
          'What they agree in, by column; null where the rows have nothing there.',
          Object.fromEntries(GROUP_COLUMNS.map((name) => [name, orNull(text(`Of the column ${name}.`))])),
          GROUP_COLUMNS,
        ),
        rows: count('How many there are.'),
        shown: count('How many of them stand in this document.'),
      }),
      'The group with the best row first; one group where nothing is grouped by.',
    ),
    rows: list(
      object('One row.', {
        place: orNull(
          count('From 1, within its group; null for one that did not finish, or of which that is in doubt.'),
        ),
        score: orNull(number("In the metric's own unit; null where it has none.")),
        row: count('Which row of the leaderboard it is, counted from 1.'),
        run: orNull(timestamp('The run that it is about; null where it names none of this namespace.')),
        time: orNull(moment('When that was; null where only the local time of a machine is known.')),
        standing: word(STANDINGS, 'What the row says of its evaluation.'),
        doubt: orNull(
          text(
            'Why nobody can rely on what the rows of its run say of its place; null where nothing is in doubt.',
          ),
        ),
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
              allOf<ReferenceState>({
                there: true,
                gone: true,
                inexact: true,
                renamed: true,
                elsewhere: true,
                local: true,
                other: true,
                unknown: true,
              }),
              'there; gone; inexact: there in other letters; renamed: there, under a former namespace; elsewhere: of another namespace; local: a file of the evaluating machine; other: no dataset of a run; unknown.',
            ),
          }),
          'The datasets that the row names.',
        ),
      }),
      'The shown rows of all groups, one group after the other.',
    ),
  },
}
