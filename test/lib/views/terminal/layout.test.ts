import {expect} from 'chai'
import * as fc from 'fast-check'
import stringWidth from 'string-width'

import {
  breakWords,
  columnsOf,
  cut,
  cutName,
  indented,
  isPlain,
  wrapText,
} from '../../../../src/lib/views/terminal/layout.js'

const wordsOf = (letters: string, maxLength: number) =>
  fc.array(fc.string({unit: fc.constantFrom(...letters), minLength: 1, maxLength}), {minLength: 1})

describe('columns of the terminal', () => {
  it('are one for each character that is taken for plain', () => {
    for (let code = 0; code < 0xff_ff; code++) {
      const character = String.fromCodePoint(code)
      if (isPlain(character)) expect(stringWidth(character), code.toString(16)).to.equal(1)
    }
  })

  it('are as many as the library says, and never more than a text is cut to', () => {
    expect(cut('openai/gpt-4.1-mini', 10)).to.equal('openai/gp…')
    expect(cut('模型模型', 5)).to.equal('模型…')
    expect(cut('🤗🤗', 3)).to.equal('🤗…')
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 1, max: 20}), (text, width) => {
        expect(columnsOf(text)).to.equal(stringWidth(text))
        expect(columnsOf(cut(text, width))).to.be.at.most(width)
        if (columnsOf(text) <= width) expect(cut(text, width)).to.equal(text)
      }),
    )
  })
})

describe('a name that is cut', () => {
  const model = 'mistralai/Mistral-Small-3.1-24B'
  const cases: Array<[name: string, width: number, cut: string]> = [
    [model, 31, model],
    [model, 30, 'mistral…/Mistral-Small-3.1-24B'],
    [model, 23, '…/Mistral-Small-3.1-24B'],
    [model, 22, '…Mistral-Small-3.1-24B'],
    [model, 14, 'Mistr…-3.1-24B'],
    ['Qwen/Qwen2.5-Coder-32B-Instruct', 24, 'Qwen2.5-Co…-32B-Instruct'],
    ['Qwen/Qwen2.5-Coder-32B-Instruct', 22, 'Qwen2.5-…-32B-Instruct'],
    ['a-model-without-owner', 11, 'a-mod…owner'],
    ['/model', 5, '/m…el'],
    ['模型/模型模型', 9, '…模型模型'],
    ['模型/模型模型', 6, '模…型'],
  ]
  for (const [name, width, expected] of cases)
    it(`shows ${name} as ${expected} in ${width} columns`, () => {
      expect(cutName(name, width)).to.equal(expected)
    })

  it('is never wider than what it is cut to', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 3, max: 20}), (text, width) => {
        expect(columnsOf(cutName(`${text}/${text}`, width))).to.be.at.most(width)
      }),
    )
  })
})

describe('wrapping', () => {
  it('breaks between words, no word, keeps the lines that are there, and makes none too wide', () => {
    expect(wrapText('one two three\nfour', 8)).to.equal('one two\nthree\nfour')
    expect(wrapText('one two three')).to.equal('one two three')
    expect(wrapText('a-long-word b', 4)).to.equal('a-long-word\nb')
    fc.assert(
      fc.property(wordsOf('abc', 9), fc.integer({min: 9, max: 40}), (words, width) => {
        const text = wrapText(words.join(' '), width)
        for (const line of text.split('\n')) expect(line.length).to.be.at.most(width)
        expect(text.split(/[ \n]/)).to.deep.equal(words)
      }),
    )
  })

  it('breaks words where it is told to, and keeps each letter', () => {
    expect(breakWords('to anthropic/claude, by hand', 9)).to.equal('to anthropic /claude, by hand')
    expect(breakWords('東京タワー', 4)).to.equal('東京 タワ ー')
    fc.assert(
      fc.property(wordsOf('abc東', 30), fc.integer({min: 2, max: 12}), (words, width) => {
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
