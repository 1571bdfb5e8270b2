import {expect} from 'chai'
import * as fc from 'fast-check'

import {jsonPieces} from '../../src/lib/json.js'

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

  it('has many pieces where its lists are long', () => {
    const document = {list: Array.from({length: 5000}, (_, index) => ({name: `n${index}`, parts: [{a: 1}]}))}
    const longest = Math.max(...[...jsonPieces(document)].map(({length}) => length))
    expect(longest).to.be.below(200)
  })
})
