import {DEFINITIONS} from '../../scripts/schemas/definitions.js'
import {type Schema} from '../../scripts/schemas/words.js'

/** A part of a value, and the part of the schema that it is held against. */
export interface Part {
  schema: Schema
  value: unknown
  /** Where it stands. */
  path: string
}

/** All parts of a value that a schema holds for, itself first. */
export function* partsOf(schema: Schema, value: unknown, path = ''): Generator<Part> {
  const node = resolved(schema)
  yield {schema: node, value, path}
  const {items, properties = {}} = node
  if (value === null || typeof value !== 'object') return
  const form = formsOf(node).find((each) => isOf(each, value))
  if (form) yield* partsOf(form, value, path)
  else if (Array.isArray(value)) for (const each of value) yield* partsOf(items as Schema, each, `${path}[]`)
  else {
    for (const [name, part] of Object.entries(properties as Record<string, Schema>))
      if (name in value) yield* partsOf(part, (value as Record<string, unknown>)[name], `${path}.${name}`)
  }
}

function resolved(schema: Schema): Schema {
  const {$ref} = schema
  return typeof $ref === 'string' ? (DEFINITIONS[$ref.replace('#/definitions/', '')] as Schema) : schema
}

/** The forms of which a value has one; null is none of them. */
function formsOf({anyOf = [], oneOf = []}: Schema): Schema[] {
  return [...(anyOf as Schema[]), ...(oneOf as Schema[])].filter(({type}) => type !== 'null')
}

/** Several forms of an object are told apart by the one word of their kind. */
function isOf(form: Schema, value: object): boolean {
  const {kind} = (resolved(form).properties as Record<string, Schema> | undefined) ?? {}
  return kind?.const === undefined || kind.const === (value as {kind?: unknown}).kind
}

/**
 * Which parts of schemas values have shown: each word of a list, both sides of what may be null or left out, both of yes
 * and no, an entry of each list, each form of several. What no value ever shows may be made up.
 */
export class FormCoverage {
  private readonly seen = new Map<Schema, Set<string>>()

  /** Takes in a value that the schema holds for. */
  visit(schema: Schema, value: unknown): void {
    for (const part of partsOf(schema, value)) {
      const seen = this.seen.get(part.schema) ?? new Set()
      this.seen.set(part.schema, seen)
      for (const each of shownBy(part)) seen.add(each)
    }
  }

  /**
   * What values have to show, and none has shown yet. A part that stands in several places is one: what one place shows need
   * not be shown by another.
   */
  missing(schemas: ReadonlyArray<readonly [path: string, schema: Schema]>): string[] {
    const done = new Set<Schema>()
    return schemas.flatMap(([path, schema]) => [...this.missingIn(schema, path, done)])
  }

  private *missingIn(schema: Schema, path: string, done: Set<Schema>): Generator<string> {
    const node = resolved(schema)
    if (done.has(node)) return
    done.add(node)
    for (const each of wantedOf(node)) if (!this.seen.get(node)?.has(each)) yield `${path} ${each}`
    for (const form of formsOf(node)) yield* this.missingIn(form, path, done)
    if (node.items) yield* this.missingIn(node.items as Schema, `${path}[]`, done)
    for (const [name, part] of propertiesOf(node)) yield* this.missingIn(part, `${path}.${name}`, done)
  }
}

function propertiesOf({properties = {}}: Schema): Array<[name: string, part: Schema]> {
  return Object.entries(properties as Record<string, Schema>)
}

function* shownBy({schema, value}: Part): Generator<string> {
  yield 'is there'
  yield value === null ? 'is null' : 'is not null'
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') yield `= ${value}`
  if (Array.isArray(value)) yield value.length > 0 ? 'has entries' : 'is empty'
  else if (typeof value === 'object' && value !== null)
    for (const [name] of propertiesOf(schema)) yield `${name in value ? 'has' : 'lacks'} ${name}`
}

function* wantedOf(schema: Schema): Generator<string> {
  const {anyOf = [], type, enum: words = [], items, required = []} = schema
  const types = new Set([type, ...(anyOf as Schema[]).map((form) => form.type)].flat())
  yield 'is there'
  if (types.has('null')) yield* ['is null', 'is not null']
  if (types.has('boolean')) yield* ['= true', '= false']
  for (const each of words as unknown[]) if (each !== null) yield `= ${String(each)}`
  if (items) yield 'has entries'
  for (const [name] of propertiesOf(schema))
    if (!(required as string[]).includes(name)) yield* [`has ${name}`, `lacks ${name}`]
}
