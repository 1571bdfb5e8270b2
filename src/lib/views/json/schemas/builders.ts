import * as z from 'zod/mini'

import {METRIC_NAMES} from '../../../account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../../account/leaderboard/row.js'
import {RUN_TYPES} from '../../../base/names.js'
import {about} from '../../../base/schema.js'
import {PHRASES} from '../../../plan/plan.js'

/** The terms in which documents are described. Code that prints takes only types from this folder, and so loads no zod. */

/** As `toISOString` writes it. */
const ISO = z.codec(z.iso.datetime({precision: 3}), z.date(), {
  decode: (text) => new Date(text),
  encode: (moment) => moment.toISOString(),
})

export const text = (description: string) => about(z.string(), description)
export const yesNo = (description: string) => about(z.boolean(), description)
export const number = (description: string) => about(z.number(), description)
export const integer = (description: string) => about(z.int(), description)
/** A whole number from 0 up. */
export const count = (description: string) => about(z.int().check(z.nonnegative()), description)
/** A number that counts from 1. */
export const ordinal = (description: string) => about(z.int().check(z.minimum(1)), description)
export const url = (description: string) => about(z.url({protocol: /^https?$/}), description)
export const moment = (description: string) => about(z.clone(ISO), `${description} ISO 8601, in UTC.`)
export const day = (description: string) => about(z.iso.date(), description)
export const constant = <const T extends z.core.util.Literal>(value: T, description: string) =>
  about(z.literal(value), description)
const pattern = (pattern: RegExp, description: string) =>
  about(z.string().check(z.regex(pattern)), description)
/** One of a few words, to which none is added within one version. */
export const word = <const Words extends readonly string[]>(words: Words, description: string) =>
  about(z.enum(words), description)
/** One of a few words, to which more may be added: published as examples. */
export const growingWord = <const Words extends readonly string[]>(words: Words, description: string) =>
  z.enum(words).check(z.meta({description: `${description} More values may be added.`, examples: [...words]}))
export const list = <S extends z.ZodMiniType>(item: S, description: string) =>
  about(z.array(item), description)
/** An object with exactly these properties. */
export const object = <Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) =>
  about(z.strictObject(shape), description)
/** An object with a name of its own, which tools make the name of a type. */
export const named = <Shape extends z.core.$ZodLooseShape>(id: string, description: string, shape: Shape) =>
  z.strictObject(shape).check(z.meta({id, description}))

export const orNull = z.nullable
export const {optional} = z

export const timestamp = (description: string) => pattern(/^\d{8}_\d{6}$/, description)
export const runType = (description: string) => word(RUN_TYPES, description)
export const visibility = (description: string) => word(['private', 'public'], description)
export const metric = (description: string) => growingWord(METRIC_NAMES, description)
export const column = (description: string) => growingWord(GROUP_COLUMNS, description)
export const names = (description: string) =>
  list(text('Full name of a dataset: NAMESPACE/NAME.'), description)
export const ms = (description: string) => count(`${description} In milliseconds.`)
/** A property of one form for each word. */
export const each = <Word extends string, S extends z.ZodMiniType>(
  words: readonly Word[],
  form: (word: Word) => S,
) => Object.fromEntries(words.map((word) => [word, form(word)])) as Record<Word, S>
/** How many of something there are, by word. */
export const counts = <Word extends string>(words: readonly Word[]) =>
  each(words, (word) => count(`How many: ${word}.`))
const SIZE = 'In bytes, including history; null if any of it is unknown. With --sizes.'
/** What datasets take up; only with `--sizes`. */
export const bytes = (description: string) => optional(orNull(count(`${description} ${SIZE}`)))

/** Which Hub a document is about, and whose datasets. */
export const place = {
  endpoint: url('The address of the Hub.'),
  namespace: text('The user or organisation.'),
}
/** Which Hub a document is about, and when. */
export const look = {
  ...place,
  now: moment("The time used for all ages: the earlier of the Hub's and the machine's clock."),
}
export const cutoff = orNull(moment('The cutoff of --older-than; null without it.'))
/** What a person types to confirm. */
export const phrase = word(PHRASES, 'The phrase to type to confirm it.')
/** What a row says of its evaluation. */
export const STANDINGS = ['finished', 'partial', 'failed', 'unclear'] as const
