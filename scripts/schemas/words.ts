/** A part of a JSON Schema, draft 7: the draft of `schemas/policy.schema.json`, and the one that every tool reads. */
export type Schema = Record<string, unknown> & {description?: string}

/** Marks a list of words that may grow within one version of the documents. Symbols stand in no JSON. */
const GROWS = Symbol('grows')

/** An object with exactly these properties, all of them required but for the optional ones. */
export function object(
  description: string,
  properties: Record<string, Schema>,
  optional: readonly string[] = [],
): Schema {
  return {
    type: 'object',
    description,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
    additionalProperties: false,
  }
}

export const list = (items: Schema, description: string): Schema => ({type: 'array', description, items})
export const text = (description: string): Schema => ({type: 'string', description})
export const yesNo = (description: string): Schema => ({type: 'boolean', description})
export const number = (description: string): Schema => ({type: 'number', description})

/** A whole number from 0 up. */
export const count = (description: string): Schema => ({type: 'integer', minimum: 0, description})

/** A moment: always in UTC and with milliseconds. */
export const moment = (description: string): Schema => ({
  type: 'string',
  format: 'date-time',
  description: `${description} ISO 8601, in UTC.`,
})

/** One of a few words, to which none is added within one version. */
export const word = (words: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: [...words],
  description,
})

/** One of a few words, to which more may be added. */
export const growingWord = (words: readonly string[], description: string): Schema => ({
  ...word(words, `${description} More words may come.`),
  [GROWS]: true,
})

/** Every word of a type, in this order: the compiler misses one that is left out. */
export const allOf = <Word extends string>(words: Record<Word, true>): Word[] => Object.keys(words) as Word[]

/** Something, or null. */
export function orNull(schema: Schema): Schema {
  const {description, ...rest} = schema
  if (typeof rest.type !== 'string' || rest.properties)
    return {anyOf: [schema, {type: 'null'}], ...(description !== undefined && {description})}
  const words = rest.enum as unknown[] | undefined
  return {...schema, type: [rest.type, 'null'], ...(words && {enum: [...words, null]})}
}

/** A part that has a name of its own, which tools make the name of a type. */
export const named = (name: string): Schema => ({$ref: `#/definitions/${name}`})

/**
 * The form that is published: whoever has an older one must be able to read a newer document. Objects may have properties
 * that are not described, and words that may grow are only examples.
 */
export function opened<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map((each: unknown) => opened(each)) as T
  if (typeof schema !== 'object' || schema === null) return schema
  const isGrowing = GROWS in schema
  const entries = Object.entries(schema).filter(
    ([keyword, value]) => keyword !== 'additionalProperties' || value !== false,
  )
  return Object.fromEntries(
    entries.map(([keyword, value]) =>
      isGrowing && keyword === 'enum'
        ? ['examples', (value as unknown[]).filter((each) => each !== null)]
        : [keyword, opened(value)],
    ),
  ) as T
}
