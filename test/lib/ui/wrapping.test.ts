import {expect} from 'chai'
import * as fc from 'fast-check'

import {indented, wrapText} from '../../../src/lib/ui/wrapping.js'

describe('wrapping', () => {
  it('breaks between words and keeps the lines that are there', () => {
    expect(wrapText('one two three\nfour', 8)).to.equal('one two\nthree\nfour')
  })

  it('breaks nothing without a width, and no word', () => {
    expect(wrapText('one two three')).to.equal('one two three')
    expect(wrapText('a-long-word b', 4)).to.equal('a-long-word\nb')
  })

  it('never makes a line too wide, and loses no word', () => {
    const words = fc.array(fc.string({unit: fc.constantFrom(...'abc'), minLength: 1, maxLength: 9}), {
      minLength: 1,
    })
    fc.assert(
      fc.property(words, fc.integer({min: 9, max: 40}), (all, width) => {
        const text = wrapText(all.join(' '), width)
        for (const line of text.split('\n')) expect(line.length).to.be.at.most(width)
        expect(text.split(/[ \n]/)).to.deep.equal(all)
      }),
    )
  })

  it('puts a margin before each line that has something', () => {
    expect(indented('a\n\nb', '  ')).to.equal('  a\n\n  b')
  })
})
