import * as z from 'zod/mini'

import {POLICY} from '../../src/lib/retention/policy/schema.js'

/** Where editors find the published schema. */
export const SCHEMA_ID = 'https://unpkg.com/smoltrace/schemas/policy.schema.json'

/** The form of a policy file, as it is published: what editors read. */
export const POLICY_SCHEMA = {
  $id: SCHEMA_ID,
  ...z.toJSONSchema(POLICY, {target: 'draft-07', io: 'input'}),
} as unknown as PolicySchema

export interface PolicySchema {
  [keyword: string]: unknown
  properties?: Record<string, PolicySchema>
}
