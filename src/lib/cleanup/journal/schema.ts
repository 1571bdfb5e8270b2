import * as z from 'zod/mini'

import {about, date, nonEmptyText} from '../../base/schema.js'
import {PLAN_SOURCES} from '../../plan/plan.js'
import {OUTCOME_STATUSES} from '../outcomes.js'
import {CONFIRMATIONS} from './write.js'

const at = about(date, 'When. ISO 8601, in UTC.')
const name = about(nonEmptyText, 'Full name.')
const id = about(nonEmptyText, 'Its id on the Hub.')
const sha = about(nonEmptyText, 'Its latest commit.')

/** A dataset as the plan had it. */
export const DATASET = z.object({
  name,
  id,
  sha,
  lastModified: about(date, 'When it was last changed. ISO 8601, in UTC.'),
})

/** Where what was taken had its names. */
export const SOURCE = about(z.enum(PLAN_SOURCES), 'runs: of a cleanup; trash: of `trash empty`.')

export const PICKED = about(z.boolean(), 'Whether a person picked other runs than the rules select.')

/** The first line: the plan. */
export const HEADER = z.object({
  id: about(nonEmptyText, '12 hexadecimal digits.'),
  at: about(date, 'When it began. ISO 8601, in UTC.'),
  program: about(nonEmptyText, 'The program and its version.'),
  endpoint: about(nonEmptyText, 'The address of the Hub.'),
  namespace: about(nonEmptyText, 'The user or organisation.'),
  user: about(nonEmptyText, "The token's owner."),
  phrase: about(nonEmptyText, 'The phrase to type to confirm it.'),
  confirmedBy: about(
    z.enum(CONFIRMATIONS),
    'Who confirmed it: a person who typed the phrase, --yes, or a program.',
  ),
  savedPlan: about(
    z.nullable(
      z.object({madeBy: about(nonEmptyText, 'Who made it.'), digest: about(nonEmptyText, 'Its digest.')}),
    ),
    'The saved plan that was applied; null without one.',
  ),
  // A journal of an earlier version has neither.
  source: z._default(SOURCE, 'runs'),
  picked: z._default(PICKED, false),
  rules: about(
    z.record(z.string(), z.unknown()),
    'The rules of the plan, as in cleanup.schema.json or as in another version.',
  ),
  archive: about(z.nullable(nonEmptyText), 'The folder of the archive; null without one.'),
  datasets: about(z.array(DATASET), 'In the order of the plan.'),
})

const kind = <const K extends string>(word: K) => about(z.literal(word), 'What the line is.')

/** Every other line. */
export const LINES = [
  about(z.object({kind: kind('intent'), at, name, id, sha}), 'A DELETE or a move is about to be sent.'),
  about(
    z.object({
      kind: kind('outcome'),
      at,
      name,
      status: about(
        z.enum(OUTCOME_STATUSES),
        'deleted; trashed: moved to the trash; failed; skipped: changed, protected or not archived; gone: already gone; unattempted.',
      ),
      uncertain: z.optional(
        about(z.literal(true), 'Set if it is unknown whether the Hub deleted or moved it.'),
      ),
      reason: z.optional(about(z.string(), 'Why it was not deleted or moved.')),
      requestId: z.optional(about(z.string(), "The Hub's id of the request.")),
      sha: z.optional(sha),
    }),
    'The outcome of a dataset.',
  ),
  about(
    z.object({
      kind: kind('end'),
      at,
      interrupted: about(z.boolean(), 'Whether it was stopped early.'),
    }),
    'The job ended.',
  ),
] as const
