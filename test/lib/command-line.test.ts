import {expect} from 'chai'
import * as fc from 'fast-check'
import {execFileSync} from 'node:child_process'

import {formatFlags} from '../../src/lib/command-line.js'

describe('a command line to type again', () => {
  it('writes each kind of flag as a person would', () => {
    expect(
      formatFlags({
        'older-than': '30d',
        'incomplete-only': true,
        'keep-recent': 5,
        only: ['traces', 'metrics'],
      }),
    ).to.deep.equal([
      '--older-than 30d',
      '--incomplete-only',
      '--keep-recent 5',
      '--only traces',
      '--only metrics',
    ])
  })

  it('leaves out what is not set', () => {
    expect(formatFlags({all: false, run: [], token: undefined})).to.deep.equal([])
  })

  it('keeps a zero', () => {
    expect(formatFlags({grace: '0', number: 0})).to.deep.equal(['--grace 0', '--number 0'])
  })

  const quoted: Array<[word: string, written: string]> = [
    ['2026-01-31', '2026-01-31'],
    ['http://127.0.0.1:80/a?', "'http://127.0.0.1:80/a?'"],
    ['kim/a_b.c', 'kim/a_b.c'],
    ['', "''"],
    ['for the paper', "'for the paper'"],
    ["it's", String.raw`'it'\''s'`],
    ['$(rm -rf ~)', "'$(rm -rf ~)'"],
    ['a;b', "'a;b'"],
    ['a\nb', "'a\nb'"],
    ['~', "'~'"],
    ['*', "'*'"],
    ['ü', "'ü'"],
  ]
  for (const [word, written] of quoted) {
    it(`writes ${JSON.stringify(word)} as ${written}`, () => {
      expect(formatFlags({reason: word})).to.deep.equal([`--reason ${written}`])
    })
  }

  it('means the same to a shell, whatever the words', () => {
    const words = fc.array(
      fc.string({unit: 'grapheme'}).filter((word) => !word.includes('\0')),
      {minLength: 40, maxLength: 60},
    )
    fc.assert(
      fc.property(words, (values) => {
        const line = formatFlags({x: values}).join(' ')
        const script = `for word in ${line}; do printf '%s\\0' "$word"; done`
        const heard = execFileSync('/bin/sh', ['-c', script], {encoding: 'utf8'}).split('\0').slice(0, -1)
        expect(heard.filter((_, index) => index % 2 === 1)).to.deep.equal(values)
      }),
      {numRuns: 20},
    )
  })
})
