import {METRIC_NAMES} from '../../../account/leaderboard/metrics.js'
import {DATASET, RUN_STATE} from './account.js'
import * as t from './builders.js'
import {REFERENCES} from './leaderboard.js'
import {EXPLANATION, RULES} from './rules.js'

export const RUNS_SHOW = t.object('One run, and all that is known of it.', {
  ...t.look,
  ...RUN_STATE.shape,
  datasets: t.list(
    t.object('One of its datasets.', {...DATASET.shape, address: t.url('Where it is on the Hub.')}),
    'Its datasets.',
  ),
  by: t.metric('What its score is by.'),
  metrics: t.object(
    'What its rows say; null where they say nothing, or that is in doubt.',
    t.each(METRIC_NAMES, (name) => t.orNull(t.number(`${name}, in its own unit.`))),
  ),
  rows: t.orNull(
    t.list(
      t.object('A row of the leaderboard that cites it, in whatever form.', {
        row: t.ordinal('Which row of the leaderboard it is, counted from 1.'),
        datasets: REFERENCES,
      }),
      'Rows that cite it; null without a leaderboard, or if it cannot be read.',
    ),
  ),
  policy: t.orNull(t.text('The policy, as it was named; null without --policy.')),
  rules: t.orNull(RULES),
  explanation: t.orNull(
    t.named('Explanation', 'What these rules do with it, and why; null where none are given.', EXPLANATION),
  ),
})
