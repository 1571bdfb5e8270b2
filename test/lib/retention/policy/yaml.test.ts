import {expect} from 'chai'
import * as fc from 'fast-check'
import {parseDocument} from 'yaml'

import {isAmbiguous} from '../../../../src/lib/retention/policy/yaml.js'

/** What another program makes of a value, by one version of YAML; undefined where it is none. */
function elsewhere(source: string, version: '1.1' | '1.2'): unknown {
  const document = parseDocument(`- ${source}`, {version, logLevel: 'silent'})
  if (document.errors.length > 0) return undefined
  const list = document.toJS()
  return Array.isArray(list) && list.length === 1 ? list[0] : undefined
}

describe('a value without quotes', () => {
  it('is not ambiguous where every program reads it the same way', () => {
    const clear = ['', '~', 'null', 'true', 'false', '0', '12', '-1', '0.5']
    const texts = ['12h', '1w3d', '2026-01-31', 'gpt-4o', 'none', '1.2.3']
    for (const source of [...clear, ...texts]) expect(isAmbiguous(source), source).to.equal(false)
  })

  it('is ambiguous where some read a number or yes and no', () => {
    const words = 'y Y yes Yes no NO n on off Off True FALSE Null NULL'
    const numbers = '010 0o17 0x1F 0b11 1_000 +7 1e3 1. .5 1:30 190:20:30 .inf -.Inf .nan'
    for (const source of `${words} ${numbers}`.split(' ')) expect(isAmbiguous(source), source).to.equal(true)
  })

  it('is read alike by every version of YAML, or ambiguous', () => {
    const sign = fc.constantFrom(...'0123456789_.:+-eExob~yesnoffYESNOFtrualTRUALinfN')
    const source = fc.array(sign, {minLength: 1, maxLength: 6}).map((signs) => signs.join(''))
    fc.assert(
      fc.property(source, (text) => {
        if (isAmbiguous(text)) return
        const [older, newer] = [elsewhere(text, '1.1'), elsewhere(text, '1.2')]
        // A date is a text to us; what is not a scalar at all never comes here.
        if ([older, newer].some((value) => typeof value === 'object' && value !== null)) return
        expect(older, text).to.equal(newer)
      }),
      {numRuns: 2000},
    )
  })
})
