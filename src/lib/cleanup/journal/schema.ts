import * as z from 'zod/mini'

import {about, date, nonEmptyText} from '../../base/schema.js'
import {OUTCOME_STATUSES} from '../outcomes.js'
import {CONFIRMATIONS} from './write.js'

const at = about(date, 'When. ISO 8601, in UTC.')
const name = about(nonEmptyText, 'Full name.')
const id = about(nonEmptyText, 'The id that the Hub gave it.')
const sha = about(nonEmptyText, 'Its newest commit.')

/** A dataset as the plan had it. */
export const DATASET = z.object({
  name,
  id,
  sha,
  lastModified: about(date, 'When it was changed last. ISO 8601, in UTC.'),
})

/** The first line: the plan. */
export const HEADER = z.object({
  id: about(nonEmptyText, '12 hexadecimal digits.'),
  at: about(date, 'When it began. ISO 8601, in UTC.'),
  program: about(nonEmptyText, 'The program and its version.'),
  endpoint: about(nonEmptyText, 'The Hub.'),
  namespace: about(nonEmptyText, 'The user or organisation that it is about.'),
  user: about(nonEmptyText, "The token's owner."),
  phrase: about(nonEmptyText, 'What a person types to confirm such a plan.'),
  confirmedBy: about(
    z.enum(CONFIRMATIONS),
    'Who confirmed it: a person who typed the phrase, --yes, or a program.',
  ),
  savedPlan: about(
    z.nullable(
      z.object({madeBy: about(nonEmptyText, 'Who made it.'), digest: about(nonEmptyText, 'Its digest.')}),
    ),
    'Where a saved plan was carried out; else null.',
  ),
  rules: about(
    z.record(z.string(), z.unknown()),
    'The rules of the plan, as in cleanup.schema.json or as in another version.',
  ),
  archive: about(z.nullable(nonEmptyText), 'The folder in which copies are kept; null without.'),
  datasets: about(z.array(DATASET), 'In the order of the plan.'),
})

const kind = <const K extends string>(word: K) => about(z.literal(word), 'What the line is.')

/** Every other line. */
export const LINES = [
  about(z.object({kind: kind('intent'), at, name, id, sha}), 'A DELETE is about to be sent.'),
  about(
    z.object({
      kind: kind('outcome'),
      at,
      name,
      status: about(
        z.enum(OUTCOME_STATUSES),
        'deleted; failed; skipped: changed, protected or not archived; gone: was not there any more; unattempted.',
      ),
      uncertain: z.optional(about(z.literal(true), 'It is not known whether the Hub deleted it.')),
      reason: z.optional(about(z.string(), 'Why it is not deleted.')),
      requestId: z.optional(about(z.string(), "The Hub's id of the request.")),
      sha: z.optional(sha),
    }),
    'The outcome of a dataset.',
  ),
  about(
    z.object({
      kind: kind('end'),
      at,
      interrupted: about(z.boolean(), 'Whether it was stopped before its end.'),
    }),
    'The job came to an end.',
  ),
] as const
