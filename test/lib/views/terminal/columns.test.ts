import {expect} from 'chai'
import * as fc from 'fast-check'
import stringWidth from 'string-width'

import {columnsOf, cut, isPlain} from '../../../../src/lib/views/terminal/layout.js'

describe('columns of the terminal', () => {
  it('are one for each character that is taken for plain', () => {
    for (let code = 0; code < 0xff_ff; code++) {
      const character = String.fromCodePoint(code)
      if (isPlain(character)) expect(stringWidth(character), code.toString(16)).to.equal(1)
    }
  })

  it('are as many as the library says', () => {
    const text = fc.string({unit: 'grapheme', maxLength: 12})
    fc.assert(
      fc.property(text, (each) => {
        expect(columnsOf(each)).to.equal(stringWidth(each))
      }),
    )
  })

  it('are never more than a text is cut to, and it is not cut where it fits', () => {
    expect(cut('openai/gpt-4.1-mini', 10)).to.equal('openai/gp…')
    expect(cut('openai', 6)).to.equal('openai')
    expect(cut('模型模型', 5)).to.equal('模型…')
    expect(cut('🤗🤗', 3)).to.equal('🤗…')
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 1, max: 20}), (text, width) => {
        expect(columnsOf(cut(text, width))).to.be.at.most(width)
        if (columnsOf(text) <= width) expect(cut(text, width)).to.equal(text)
      }),
    )
  })
})
