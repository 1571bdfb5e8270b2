import {expect} from 'chai'
import * as fc from 'fast-check'

import {jsonPieces} from '../../../src/lib/base/json.js'
import {LazyList} from '../../../src/lib/base/lazy-list.js'

describe('a JSON document in pieces', () => {
  it('has the same bytes as one that is made as a whole', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.option(fc.string(), {nil: undefined}),
      fc.date(),
      fc.constant(() => 1),
    )
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        {maxDepth: 7},
        leaf,
        fc.array(tie('tree'), {maxLength: 4}),
        fc.dictionary(fc.string(), tie('tree'), {maxKeys: 4}),
      ),
    })).tree
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (document) => {
        expect([...jsonPieces(document)].join('')).to.equal(JSON.stringify(document, undefined, 2))
      }),
      {numRuns: 1000},
    )
  })

  it('asks a lazy list for its entries one by one, and again each time', () => {
    let made = 0
    const list = LazyList.of([1, 2, 3], (number) => ({number, made: ++made}))
    const document = {list, none: LazyList.of([], String)}
    const pieces = jsonPieces(document)
    let text = ''
    for (const piece of pieces) {
      text += piece
      if (!text.includes('"number": 2')) expect(made).to.be.below(3)
    }

    expect(JSON.parse(text)).to.deep.equal({list: [1, 2, 3].map((n) => ({number: n, made: n})), none: []})
    expect(JSON.stringify(list)).to.match(/^\[\{"number":1,.*\{"number":3,/)
    expect(made).to.equal(6)
  })

  it('has many pieces where its lists are long', () => {
    const document = {list: Array.from({length: 5000}, (_, index) => ({name: `n${index}`, parts: [{a: 1}]}))}
    const longest = Math.max(...[...jsonPieces(document)].map(({length}) => length))
    expect(longest).to.be.below(200)
  })
})
