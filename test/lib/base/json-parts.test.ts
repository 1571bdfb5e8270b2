import {expect} from 'chai'
import * as fc from 'fast-check'

import {findingMembers} from '../../../src/lib/base/json-parts.js'
import {isList} from '../../../src/lib/base/lazy-list.js'
import {atOnce} from '../../../src/lib/base/steps.js'

const membersOf = (text: string) => atOnce(findingMembers(Buffer.from(text)))

/** What the parts of a text come to; throws where one of them is no JSON. */
function parsed(text: string): Array<[string, unknown]> | undefined {
  return membersOf(text)?.map(([name, part]) => [
    name,
    isList(part) ? [...part].map((each) => JSON.parse(each) as unknown) : JSON.parse(part),
  ])
}

/** Whether a text can be read; the message does not matter. */
function reads(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    expect(error).to.be.instanceOf(SyntaxError)
    return false
  }
}

describe('the members of a JSON object', () => {
  it('are what they are in the object as a whole, whatever is in them and around them', () => {
    const document = fc.dictionary(fc.string({unit: 'binary'}), fc.jsonValue({stringUnit: 'binary'}))
    fc.assert(
      fc.property(document, fc.constantFrom('', ' ', '\t'), (value, indent) => {
        const text = ` ${JSON.stringify(value, undefined, indent)}\r\n`
        expect(parsed(text)).to.deep.equal(Object.entries(JSON.parse(text) as object))
      }),
    )
  })

  it('cannot be read just where the whole cannot', () => {
    const text = String.raw`{"a\"": [1, {"b": "]\\"}], "c": {"d": []}, "e": [], "f": -1.5e3}`
    expect(parsed(text)).to.deep.equal(Object.entries(JSON.parse(text) as object))
    const marks = [...String.raw`{}[],:"\ 0ex`]
    for (let place = 0; place <= text.length; place++) {
      for (const mark of ['', ...marks]) {
        for (const rest of [text.slice(place), text.slice(place + 1), '']) {
          const changed = `${text.slice(0, place)}${mark}${rest}`
          const isObject = /^ *\{/.test(changed)
          if (isObject)
            expect(
              reads(() => parsed(changed)),
              changed,
            ).to.equal(reads(() => JSON.parse(changed)))
        }
      }
    }
  })

  it('are named twice where they stand there twice', () => {
    expect(parsed('{"a": 1, "a": 2}')).to.deep.equal([
      ['a', 1],
      ['a', 2],
    ])
  })

  it('are none where the text is no object', () => {
    for (const text of ['', '[]', 'null', '"{"']) expect(membersOf(text)).to.equal(undefined)
  })
})
