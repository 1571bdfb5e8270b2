import {FINDING_KINDS, REMARK_KINDS} from '../../../src/lib/account/leaderboard/findings.js'
import {board, where} from '../definitions.js'
import {look, metric} from '../terms.js'
import {count, growingWord, list, object, orNull, text} from '../words.js'
import {type DocumentForm} from './form.js'

/** What does not agree with a leaderboard. */
export const check: DocumentForm = {
  command: 'leaderboard check',
  title: 'smoltrace leaderboard check --json',
  description: 'What does not agree between a leaderboard and the datasets.',
  properties: {
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
      'What is told without being wrong.',
    ),
  },
}

/** What a report was made of. */
export const report: DocumentForm = {
  command: 'leaderboard report',
  title: 'smoltrace leaderboard report --json',
  description: 'Where a report was written, and what it counts.',
  properties: {
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
    storage: orNull(count('What all runs take up. In bytes; null where any of it is unknown.')),
    policy: orNull(
      object('With --policy: what it would delete.', {
        runs: count('Runs of which datasets would go.'),
        datasets: count('Datasets that would go.'),
        keeps: count('Runs that would stay.'),
        frees: orNull(count('What that would free. In bytes; null where any of it is unknown.')),
      }),
    ),
  },
}
