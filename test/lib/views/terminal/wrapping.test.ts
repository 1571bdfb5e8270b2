import {expect} from 'chai'
import * as fc from 'fast-check'

import {breakWords, columnsOf, indented, wrapText} from '../../../../src/lib/views/terminal/layout.js'

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

  it('breaks words where it is told to, and keeps each letter', () => {
    expect(breakWords('to anthropic/claude, by hand', 9)).to.equal('to anthropic /claude, by hand')
    expect(breakWords('東京タワー', 4)).to.equal('東京 タワ ー')
    const texts = fc.array(fc.string({unit: fc.constantFrom(...'abc東'), minLength: 1, maxLength: 30}), {
      minLength: 1,
    })
    fc.assert(
      fc.property(texts, fc.integer({min: 2, max: 12}), (words, width) => {
        const text = breakWords(words.join(' '), width)
        for (const word of text.split(' ')) expect(columnsOf(word)).to.be.at.most(width)
        expect(text.replaceAll(' ', '')).to.equal(words.join(''))
        for (const line of wrapText(text, width).split('\n')) expect(columnsOf(line)).to.be.at.most(width)
      }),
    )
  })

  it('puts a margin before each line that has something', () => {
    expect(indented('a\n\nb', '  ')).to.equal('  a\n\n  b')
  })
})
