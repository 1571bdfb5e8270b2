import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {publishedSchemas, type JsonSchema as Schema} from '../../../../scripts/published-schemas.js'
import {RULE_NAMES, ruleOf} from '../../../../src/lib/retention/rules.js'
import {root} from '../../../support/cli.js'

const POLICY_SCHEMA = publishedSchemas().get('policy.schema.json') ?? {}

/** Every key of the schema, with its part. */
function keysOf({properties = {}}: Schema, part = ''): Array<[key: string, schema: Schema]> {
  return Object.entries(properties as Record<string, Schema>).flatMap(
    ([name, schema]): Array<[string, Schema]> =>
      schema.properties ? keysOf(schema, `${name}.`) : [[`${part}${name}`, schema]],
  )
}

describe('the schema of policies', () => {
  it('has a key for each option, and no other', () => {
    const keys = keysOf(POLICY_SCHEMA).map(([key]) => key)
    expect(keys).to.have.members([
      'version',
      'select.by',
      ...RULE_NAMES.flatMap((name) => ruleOf(name).policy ?? []),
    ])
  })

  it('is named by the example', () => {
    const [line] = readFileSync(join(root, 'schemas/policy.example.yaml'), 'utf8').split('\n')
    expect(line).to.equal(`# yaml-language-server: $schema=${POLICY_SCHEMA.$id}`)
  })
})
