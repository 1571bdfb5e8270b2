import * as z from 'zod/mini'

import {CONFIRMATIONS} from '../../../cleanup/journal/write.js'
import {outcome, reasons} from './cleanup.js'
import {RULES} from './rules.js'
import {
  constant,
  list,
  matching,
  moment,
  names,
  object,
  optional,
  orNull,
  phrase,
  place,
  text,
  timestamp,
  word,
  yesNo,
} from './terms.js'

const version = constant(1, 'The version of this form.')
const dataset = {
  name: text('Full name.'),
  id: text('The id that the Hub gave it.'),
  sha: matching(/^[\da-f]{40}$/, 'Its newest commit.'),
  lastModified: moment('When it was changed last.'),
}
const SAVED_DATASET = object('A dataset as it was when the plan was made.', {
  goes: yesNo('Whether the plan deletes it.'),
  ...dataset,
  createdAt: moment('When the Hub created it.'),
  private: yesNo('Whether only its owner sees it.'),
})

/** What `cleanup --plan FILE` writes, and `--apply FILE` carries out. */
export const SAVED_PLAN = object(
  'What `smoltrace cleanup --plan FILE` writes and `--apply FILE` carries out.',
  {
    format: constant('smoltrace-plan', 'Says that this is a plan.'),
    version,
    program: text('The program that wrote it.'),
    madeBy: text('The owner of the token that it was made with.'),
    madeAt: moment('When it was made.'),
    ...place,
    rules: RULES,
    phrase,
    archives: yesNo('Whether each dataset is to be archived before it is deleted.'),
    leaderboard: orNull(SAVED_DATASET),
    delete: list(
      object('A run of which datasets are deleted, and all datasets that it had.', {
        run: timestamp('The run.'),
        reasons,
        datasets: list(
          SAVED_DATASET,
          'Those that are kept among them: one that changes holds back the whole run.',
        ),
      }),
      'The runs of which datasets are deleted.',
    ),
    keep: list(
      object('A run that is kept.', {run: timestamp('The run.'), reasons}),
      'The runs that are kept.',
    ),
    standard: names('The standard datasets, which are never touched.'),
    digest: matching(
      /^sha256:[\da-f]{64}$/,
      'Covers all the rest. It finds a value that was edited, and is not a signature.',
    ),
  },
)

const at = moment('When.')
const sha = text('Its newest commit.')
/** One line of a journal. */
export const JOURNAL_LINE = z
  .discriminatedUnion('kind', [
    object('The plan, before anything is sent.', {
      kind: constant('plan', 'What the line is.'),
      version,
      id: text('12 hexadecimal digits.'),
      at: moment('When it began.'),
      program: text('The program and its version.'),
      ...place,
      user: text("The token's owner."),
      phrase,
      confirmedBy: word(
        CONFIRMATIONS,
        'Who confirmed it: a person who typed the phrase, --yes, or a program.',
      ),
      savedPlan: orNull(
        object('Where a saved plan is carried out.', {
          madeBy: text('Who made it.'),
          digest: text('Its digest.'),
        }),
      ),
      rules: RULES,
      archive: orNull(text('The folder in which copies are kept.')),
      datasets: list(object('A dataset that is deleted.', {...dataset, sha}), 'In the order of the plan.'),
    }),
    object('A DELETE is about to be sent.', {
      kind: constant('intent', 'What the line is.'),
      at,
      name: dataset.name,
      id: dataset.id,
      sha,
    }),
    object('The outcome of a dataset.', {
      kind: constant('outcome', 'What the line is.'),
      at,
      ...outcome,
      sha: optional(sha),
    }),
    object('The job came to an end.', {
      kind: constant('end', 'What the line is.'),
      at,
      interrupted: yesNo('Whether it was stopped before its end.'),
    }),
  ])
  .check(
    z.meta({
      description:
        'One line of a journal (JSON Lines): first the plan, then intents and outcomes, at last the end.',
    }),
  )
