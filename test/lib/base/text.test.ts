import {expect} from 'chai'
import * as fc from 'fast-check'

import {byText, firstFew, joinWords, messageOf, printable, safeName} from '../../../src/lib/base/text.js'
import {someCodePoint} from '../../support/arbitraries.js'

const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '')

describe('a path on this machine', () => {
  it('is shown as it is where a folder only begins like a token', () => {
    for (const path of ['/home/hf_bot/.local/share', '/mnt/hf_archive/2026-10', 'hf_smoltrace_copies'])
      expect(safeName(path)).to.equal(path)
  })

  it('shows no token and no control character', () => {
    expect(safeName(`/tmp/hf_${'aB3'.repeat(12)}/x`)).to.equal('/tmp/hf_…/x')
    expect(safeName('/tmp/hf_oauth_eyJhbGciOiJFZERTQSJ9.e30.x-y_z')).to.equal('/tmp/hf_…')
    expect(safeName('a\u001B[2Jb')).to.equal('a [2Jb')
  })
})

describe('text from outside', () => {
  for (const [title, text, shown] of [
    ['plain words', 'gpt-4 mini', 'gpt-4 mini'],
    ['words of other scripts', 'модель 模型 نموذج 🤗', 'модель 模型 نموذج 🤗'],
    ['an escape that clears the screen', 'a\u001B[2Jb', 'a [2Jb'],
    ['an escape that sets the title', '\u001B]0;owned\u0007x', ']0;owned x'],
    ['line breaks and tabs', 'a\r\nb\tc', 'a b c'],
    ['overrides of direction', 'a\u202Egpj.exe\u202C', 'a gpj.exe'],
    ['marks of direction', 'a\u200Eb\u200Fc', 'a b c'],
    ['the Arabic letter mark', 'a\u061Cb', 'a b'],
    ['half a character', 'a\uD83Db', 'a b'],
    ['characters of no width', 'a\u200Bb\uFEFFc\u2060d', 'a b c d'],
    ['nothing but control characters', '\u001B\u0007\r\n', ''],
  ] as const)
    it(`is safe to print with ${title}`, () => {
      expect(printable(text)).to.equal(shown)
    })

  it('[S17] never keeps a control character, loses no letter, and stays as it is once it is safe', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: someCodePoint}), fc.string({unit: 'grapheme'})), (text) => {
        const shown = printable(text)
        expect(shown).not.to.match(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u)
        expect(printable(shown)).to.equal(shown)
        expect(letters(shown)).to.equal(letters(text))
      }),
      {numRuns: 1000},
    )
  })
})

describe('texts', () => {
  for (const [thrown, said] of [
    [new Error('a\u001B[2Jb'), 'a [2Jb'],
    ['it broke', 'it broke'],
    [undefined, 'undefined'],
    [Object.create(null), '[Object: null prototype] {}'],
    [Object.assign(new Error('x'), {message: 5}), '5'],
  ] as Array<[unknown, string]>)
    it(`says in words what was thrown: ${said}`, () => {
      expect(messageOf(thrown)).to.equal(said)
    })

  it('orders texts by their code units, whatever the language of the machine', () => {
    const sorted = ['', '10', '9', 'Z', 'a', 'z', 'ä']
    expect(sorted.toReversed().toSorted(byText)).to.deep.equal(sorted)
    expect(byText('a', 'a')).to.equal(0)
  })

  it('lists things as a sentence does', () => {
    for (const text of ['', 'a', 'a or b', 'a, b or c'])
      expect(joinWords(text.match(/\b[abc]\b/g) ?? [], 'or')).to.equal(text)
  })

  it('names the first few of many, and counts the rest', () => {
    expect(firstFew(['a', 'b'], 2)).to.deep.equal(['a', 'b'])
    expect(
      firstFew(
        Array.from({length: 1236}, () => 'a'),
        2,
      ),
    ).to.deep.equal(['a', 'a', '1,234 more'])
  })
})
