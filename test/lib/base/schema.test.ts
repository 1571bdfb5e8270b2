import {expect} from 'chai'
import * as z from 'zod/mini'

import {MAX_JSON} from '../../../src/lib/base/files.js'
import {date, parseJson, sha1} from '../../../src/lib/base/schema.js'
import {errorOf} from '../../support/builders.js'

const SCHEMA = z.strictObject({files: z.array(z.strictObject({oid: sha1})), at: z.optional(date)})
const SHA = 'a'.repeat(40)
const parse = (json: string) => parseJson(json, SCHEMA, (why) => new Error(why))

describe('JSON from outside', () => {
  it('becomes what its schema describes, dates included', () => {
    const at = new Date('2026-01-05T12:00:00.123Z')
    expect(parse(JSON.stringify({files: [{oid: SHA}], at}))).to.deep.equal({files: [{oid: SHA}], at})
  })

  it('may hold colons, quotes and the same name in several objects', () => {
    const json = String.raw`{"n\"a:m\\": "a:b\"c\":", "o": {"o": [{"o": ":"}]}}`
    const anything = z.record(z.string(), z.unknown())
    expect(parseJson(json, anything, (why) => new Error(why))).to.have.property('o')
    for (const twice of ['{"o": [{"a": 1, "a": 1}]}', String.raw`{"a:\"": 1, "a:\"": 2}`])
      expect(() => parseJson(twice, anything, (why) => new Error(why))).to.throw('the same key twice')
  })

  for (const [title, json, problem] of [
    ['no JSON', '{"files": [', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['another value', 'null', 'expected object, received null'],
    ['a lack', '{}', 'files: missing'],
    [
      'a wrong value deep in it',
      `{"files": [{"oid": "${SHA}"}, {"oid": 1}]}`,
      'files[1].oid: expected string',
    ],
    ['a wrong text', '{"files": [{"oid": "main"}]}', 'files[0].oid: not a SHA-1'],
    ['a day that does not exist', '{"files": [], "at": "2026-02-31T00:00:00Z"}', 'at: not a date in UTC'],
    ['a year of six digits', '{"files": [], "at": "+012026-01-01T00:00:00.000Z"}', 'at: not a date in UTC'],
    ['an unknown name', '{"files": [], "fils": 1}', 'Unrecognized key: "fils"'],
    ['a name that hides a command', String.raw`{"files": [], "\u001b[2J": 1}`, 'Unrecognized key: " [2J"'],
    ['an endless name', `{"files": [], "${'x'.repeat(1e6)}": 1}`, 'Unrecognized key: "xxx'],
    ['a prototype', '{"files": [], "__proto__": {"a": 1}}', 'Unrecognized key: "__proto__"'],
    ['the same key twice', '{"files": [], "files": []}', 'an object has the same key twice'],
    ['a deep nest', `{"files": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 'nested too deeply'],
    ['faults beyond number', `{"files": [${'1,'.repeat(3e5)}1]}`, 'too many errors'],
    ['more values than fit', `{"files": [${'1,'.repeat(3e6)}1]}`, 'too many values'],
    ['more than is read', `"${'x'.repeat(MAX_JSON.bytes)}"`, 'larger than 64 MiB'],
  ] as const)
    it(`is refused with ${title}, in one short line`, () => {
      const {message} = errorOf(() => parse(json))
      expect(message).to.include(problem).and.have.length.below(400)
      expect(message).not.to.match(/\p{Cc}/u)
    })
})
