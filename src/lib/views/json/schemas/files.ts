import * as z from 'zod/mini'

import {outcome, reasons} from './cleanup.js'
import {dataset, job} from './past.js'
import {RULES} from './rules.js'
import * as t from './terms.js'

const version = t.constant(1, 'The version of this form.')
const SAVED_DATASET = t.object('A dataset as it was when the plan was made.', {
  goes: t.yesNo('Whether the plan deletes it.'),
  ...dataset,
  sha: t.matching(/^[\da-f]{40}$/, 'Its newest commit.'),
  createdAt: t.moment('When the Hub created it.'),
  private: t.yesNo('Whether only its owner sees it.'),
})

/** What `cleanup --plan FILE` writes, and `--apply FILE` carries out. */
export const SAVED_PLAN = t.object(
  'What `smoltrace cleanup --plan FILE` writes and `--apply FILE` carries out.',
  {
    format: t.constant('smoltrace-plan', 'Says that this is a plan.'),
    version,
    program: t.text('The program that wrote it.'),
    madeBy: t.text('The owner of the token that it was made with.'),
    madeAt: t.moment('When it was made.'),
    ...t.place,
    rules: RULES,
    phrase: t.phrase,
    archives: t.yesNo('Whether each dataset is to be archived before it is deleted.'),
    leaderboard: t.orNull(SAVED_DATASET),
    delete: t.list(
      t.object('A run of which datasets are deleted, and all datasets that it had.', {
        run: t.timestamp('The run.'),
        reasons,
        datasets: t.list(
          SAVED_DATASET,
          'Those that are kept among them: one that changes holds back the whole run.',
        ),
      }),
      'The runs of which datasets are deleted.',
    ),
    keep: t.list(
      t.object('A run that is kept.', {run: t.timestamp('The run.'), reasons}),
      'The runs that are kept.',
    ),
    standard: t.names('The standard datasets, which are never touched.'),
    digest: t.matching(
      /^sha256:[\da-f]{64}$/,
      'Covers all the rest. It finds a value that was edited, and is not a signature.',
    ),
  },
)

const at = t.moment('When.')
/** One line of a journal. */
export const JOURNAL_LINE = z
  .discriminatedUnion('kind', [
    t.object('The plan, before anything is sent.', {
      kind: t.constant('plan', 'What the line is.'),
      version,
      ...job,
      phrase: t.phrase,
      savedPlan: t.orNull(
        t.object('Where a saved plan is carried out.', {
          madeBy: t.text('Who made it.'),
          digest: t.text('Its digest.'),
        }),
      ),
      rules: RULES,
      datasets: t.list(t.object('A dataset that is deleted.', dataset), 'In the order of the plan.'),
    }),
    t.object('A DELETE is about to be sent.', {
      kind: t.constant('intent', 'What the line is.'),
      at,
      name: dataset.name,
      id: dataset.id,
      sha: dataset.sha,
    }),
    t.object('The outcome of a dataset.', {
      kind: t.constant('outcome', 'What the line is.'),
      at,
      ...outcome,
      sha: t.optional(dataset.sha),
    }),
    t.object('The job came to an end.', {
      kind: t.constant('end', 'What the line is.'),
      at,
      interrupted: t.yesNo('Whether it was stopped before its end.'),
    }),
  ])
  .check(
    z.meta({
      description:
        'One line of a journal (JSON Lines): first the plan, then intents and outcomes, at last the end.',
    }),
  )
