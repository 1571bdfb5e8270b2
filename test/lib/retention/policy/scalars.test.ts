import {expect} from 'chai'
import * as fc from 'fast-check'
import {parseDocument} from 'yaml'

import {AMBIGUOUS, readPlain} from '../../../../src/lib/retention/policy/scalars.js'

/** What another program makes of a value, by one version of YAML; undefined where it is none. */
function elsewhere(source: string, version: '1.1' | '1.2'): unknown {
  const document = parseDocument(`- ${source}`, {version, logLevel: 'silent'})
  if (document.errors.length > 0) return undefined
  const list = document.toJS()
  return Array.isArray(list) && list.length === 1 ? list[0] : undefined
}

describe('a value without quotes', () => {
  const read: Array<[source: string, value: unknown]> = [
    ['', null],
    ['~', null],
    ['null', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['12', 12],
    ['-1', -1],
    ['0.5', 0.5],
    ['12h', '12h'],
    ['1w3d', '1w3d'],
    ['2026-01-31', '2026-01-31'],
    ['gpt-4o', 'gpt-4o'],
    ['none', 'none'],
    ['1.2.3', '1.2.3'],
  ]
  for (const [source, value] of read) {
    it(`is ${JSON.stringify(value)} for ${JSON.stringify(source)}`, () => {
      expect(readPlain(source)).to.equal(value)
    })
  }

  const doubtful =
    'y Y yes Yes no NO n on off Off True FALSE Null NULL 010 0o17 0x1F 0b11 1_000 +7 1e3 1. .5 1:30 190:20:30 .inf -.Inf .nan'
  for (const source of doubtful.split(' ')) {
    it(`is not read as anything for ${source}`, () => {
      expect(readPlain(source)).to.equal(AMBIGUOUS)
    })
  }

  it('is read as every version of YAML reads it, or not at all', () => {
    const sign = fc.constantFrom(...'0123456789_.:+-eExob~yesnoffYESNOFtrualTRUALinfN')
    const source = fc.array(sign, {minLength: 1, maxLength: 6}).map((signs) => signs.join(''))
    fc.assert(
      fc.property(source, (text) => {
        const value = readPlain(text)
        if (value === AMBIGUOUS) return
        for (const version of ['1.1', '1.2'] as const) {
          const other = elsewhere(text, version)
          // A date is a text to us; what is no scalar at all never comes here.
          if (other === undefined || (typeof other === 'object' && other !== null)) continue
          expect(other, `${text} in ${version}`).to.equal(value)
        }
      }),
      {numRuns: 2000},
    )
  })
})
