import {RUN_STATES} from '../../../src/lib/account/run-state.js'
import {RUN_TYPES} from '../../../src/lib/base/names.js'
import {runWith} from '../definitions.js'
import {bytes, cutoff, look, names, STANDINGS, tally} from '../terms.js'
import {count, list, named, object, orNull, text, word, yesNo} from '../words.js'
import {type DocumentForm} from './form.js'

/** What there is, by datasets. */
export const datasetsList: DocumentForm = {
  command: 'datasets list',
  title: 'smoltrace datasets list --json',
  description: 'The SMOLTRACE datasets of a namespace.',
  properties: {
    ...look,
    cutoff,
    datasets: list(named('Dataset'), 'The datasets of runs, in the order of --sort.'),
    counts: tally([...RUN_TYPES, 'leaderboard'], 'How many of these datasets there are of each type.'),
    storage: bytes('What these datasets take up.'),
    leaderboard: orNull(named('Leaderboard')),
    pinned: orNull(
      names('The runs of these datasets that are pinned now; null where the protection is unknown.'),
    ),
    standard: names('The datasets of tasks that evaluations read; no command touches them.'),
    nearMisses: list(
      object('A dataset that has nearly a name of SMOLTRACE, and that no command touches.', {
        name: text('Full name.'),
        reason: text('Why its name is none, in words.'),
      }),
      'By name.',
    ),
  },
  optional: ['storage'],
}

/** What there is, by runs. */
export const runsGroup: DocumentForm = {
  command: 'runs group',
  title: 'smoltrace runs group --json',
  description: 'The evaluation runs of a namespace.',
  properties: {
    ...look,
    cutoff,
    runs: list(
      runWith('A run, and what is known of it beside its datasets.', {
        state: word(RUN_STATES, 'Its datasets and the leaderboard taken together.'),
        standing: orNull(
          word(
            [...STANDINGS, 'unknown'],
            'What the leaderboard says of it; null where no row is about it, unknown where the leaderboard cannot be read.',
          ),
        ),
        pinned: orNull(yesNo('Whether it is pinned; null where that is not known.')),
        pin: orNull(named('LivePin')),
      }),
      'Newest first.',
    ),
    totals: object(
      'Counts of these runs.',
      {
        runs: count('How many.'),
        complete: count('Those that have results, traces and metrics.'),
        incomplete: count('Those that lack one.'),
        mayBeUploading: count('Of the incomplete ones, those that may still be uploading.'),
        datasets: count('Their datasets.'),
        states: tally(RUN_STATES, 'How many are in which state.'),
        storage: bytes('What they take up.'),
      },
      ['storage'],
    ),
  },
}
