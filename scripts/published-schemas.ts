import * as z from 'zod/mini'

import {PLAN} from '../src/lib/plan/saved/schema.js'
import {POLICY} from '../src/lib/retention/policy/schema.js'
import {DOCUMENTS} from '../src/lib/views/json/schemas/documents.js'
import {JOURNAL_LINE} from '../src/lib/views/json/schemas/history.js'

/** Everything under `schemas/` of the package is there too. */
const HOME = 'https://unpkg.com/smoltrace/schemas/'

/** A JSON Schema, draft 7: what every tool reads. */
export interface JsonSchema {
  [keyword: string]: unknown
  type?: unknown
  properties?: Record<string, JsonSchema>
  definitions?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  enum?: unknown[]
  examples?: unknown[]
}

/** The schemas as they are published, by their files below `schemas/`. */
export function publishedSchemas(): Map<string, JsonSchema> {
  return new Map([
    ['journal.schema.json', publish('journal.schema.json', 'Journal of smoltrace, one line', JOURNAL_LINE)],
    ['plan.schema.json', publish('plan.schema.json', 'Saved plan of smoltrace', PLAN, {isStrict: true})],
    ['policy.schema.json', {$id: `${HOME}policy.schema.json`, ...exportSchema(POLICY)}],
    ...DOCUMENTS.map(({path, title, schema}): [string, JsonSchema] => [path, publish(path, title, schema)]),
  ])
}

function exportSchema(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, {target: 'draft-07', io: 'input'}) as unknown as JsonSchema
}

function publish(path: string, title: string, schema: z.core.$ZodType, {isStrict = false} = {}): JsonSchema {
  const {$schema, ...rest} = exportSchema(schema)
  const simplified = JSON.parse(JSON.stringify(rest), (_, part: unknown) =>
    simplify(part, isStrict),
  ) as object
  return {$schema, $id: `${HOME}${path}`, title, ...simplified}
}

/**
 * A part as it is published: a reader of an older schema must be able to read a newer document, so words that may grow are only
 * examples, and objects may have more properties, unless it is strict. What zod adds and JSON Schema implies is left out.
 */
function simplify(part: unknown, isStrict: boolean): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
  const schema = part as JsonSchema
  if (schema.additionalProperties === false && !isStrict) delete schema.additionalProperties
  if (schema.enum && schema.examples) delete schema[isStrict ? 'examples' : 'enum']
  if (schema.format) delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  const {anyOf: [value, none] = [], ...rest} = schema
  if (none?.type !== 'null' || typeof value?.type !== 'string' || value.properties) return schema
  return {...value, ...rest, type: [value.type, 'null'], ...(value.enum && {enum: [...value.enum, null]})}
}
