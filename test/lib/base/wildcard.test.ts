import {expect} from 'chai'
import * as fc from 'fast-check'

import {UsageError} from '../../../src/lib/base/errors.js'
import {matcherOf} from '../../../src/lib/base/wildcard.js'

// Of letters and stars: the property below.
const CASES: Array<[pattern: string, matches: string[], misses?: string[]]> = [
  ['*', ['openai/gpt-4.1-mini', 'two\nlines', '*'], ['', 'x'.repeat(501)]],
  ['OpenAI/*', ['OpenAI/gpt-4'], ['openai/gpt-4']],
  ['gpt-4.?', ['gpt-4.1'], ['gpt-4x1', 'gpt-4.', 'gpt-4.1\n']],
  ['gpt?4', ['gpt-4'], ['gpt/4']],
  ['?', ['🤗']],
  ['a?c*', ['abcd'], ['abd']],
  ['!gpt', ['!gpt']],
  ['a+b', ['a+b'], ['aab']],
  [String.raw`[a-c]{a,b}\d`, [String.raw`[a-c]{a,b}\d`], ['ba1']],
  [String.raw`\*`, [String.raw`\x`], ['*']],
]

describe('patterns', () => {
  for (const [pattern, matches, misses = []] of CASES) {
    it(`matches by ${pattern}`, () => {
      for (const text of [...matches, ...misses])
        for (const patterns of [[pattern], ['never', pattern]])
          expect(matcherOf(patterns)(text), text.slice(0, 20)).to.equal(matches.includes(text))
    })
  }

  it('refuses a pattern that is empty or has no end, and names the flag', () => {
    expect(() => matcherOf(['a', ''])).to.throw(UsageError, /^`model` /)
    expect(() => matcherOf(['a'.repeat(501)], 'suite')).to.throw(UsageError, /^`suite` /)
  })

  it('knows of letters and stars nothing that a simple matching would not say', () => {
    const letters = (marks: string) =>
      fc.string({unit: fc.constantFrom(...marks), minLength: 1, maxLength: 8})
    fc.assert(
      fc.property(letters('ab/.-*'), letters('ab/.-'), (pattern, text) => {
        expect(matcherOf([pattern])(text)).to.equal(isLike(text, pattern))
      }),
      {numRuns: 1000},
    )
  })

  it('takes no long time over texts that are made for it', () => {
    expect(matcherOf(['*a*a*'])('b'.repeat(500))).to.equal(false)
    expect(matcherOf(['*a*a*'])('a'.repeat(5_000_000))).to.equal(false)
    const name = 'a'.repeat(500)
    for (const pattern of ['*a*a*a*a*a*a*a*b', `${'*a'.repeat(249)}*b`])
      expect(matcherOf([pattern])(name)).to.equal(false)
  })
})

/** The same by other means: what is between the stars is found in its order. */
function isLike(text: string, pattern: string): boolean {
  const [head = '', ...parts] = pattern.split('*')
  const tail = parts.pop()
  if (tail === undefined) return text === pattern
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false
  let rest = text.slice(head.length, text.length - tail.length)
  for (const part of parts) {
    const place = rest.indexOf(part)
    if (place === -1) return false
    rest = rest.slice(place + part.length)
  }

  return true
}
