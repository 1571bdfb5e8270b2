import {expect} from 'chai'
import * as fc from 'fast-check'
import {execFileSync} from 'node:child_process'

import {formatFlags, formatVariables} from '../../src/cli/command-line.js'

describe('a command line to type again', () => {
  it('writes each kind of flag as a person would, and leaves out what is not set', () => {
    const set = {'older-than': '30d', 'incomplete-only': true, grace: 0, only: ['traces', 'metrics']}
    const flags = formatFlags({...set, all: false, run: [], token: undefined})
    expect(flags.join(' ')).to.equal(
      '--older-than 30d --incomplete-only --grace 0 --only traces --only metrics',
    )
  })

  it('quotes what a shell would take apart, and nothing else', () => {
    const words = ['kim/a_b.c', '', "it's", '$(rm -rf ~)', 'http://127.0.0.1:80/a?']
    expect(formatFlags({x: words}).map((flag) => flag.slice('--x '.length))).to.deep.equal([
      'kim/a_b.c',
      "''",
      String.raw`'it'\''s'`,
      "'$(rm -rf ~)'",
      "'http://127.0.0.1:80/a?'",
    ])
  })

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

describe('a command line on Windows', () => {
  const cases: Array<[word: string, written: string]> = [
    [String.raw`C:\data\plan.json`, String.raw`C:\data\plan.json`],
    [String.raw`C:\my data\plan.json`, String.raw`"C:\my data\plan.json"`],
    ['C:\\my data\\', String.raw`"C:\my data\\"`],
    ['10%', '10%'],
    ['openai/*', '"openai/*"'],
    ["it's", `"it's"`],
    ['', '""'],
    ['%PATH%', "'%PATH%'"],
    ["a $b's", "'a $b''s'"],
    ['a & del b', '"a & del b"'],
  ]
  for (const [word, written] of cases) {
    it(`writes ${word || 'nothing'} as ${written}`, () => {
      expect(formatFlags({archive: word}, 'win32')).to.deep.equal([`--archive ${written}`])
    })
  }

  it('means the same to a program, whatever the words that need double quotes', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        const [line = ''] = formatFlags({x: word}, 'win32')
        const written = line.slice('--x '.length)
        if (written.startsWith("'")) return
        expect(asProgramsRead(written)).to.equal(word)
      }),
    )
  })

  it('never leaves to a shell what it replaces between double quotes', () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom(...'ab $`%!"\\')}), (word) => {
        const [line = ''] = formatFlags({x: word}, 'win32')
        expect(line.replace(/^--x /, '')).to.match(/^'|^[^$`%!]*$|^\d+%$/)
      }),
    )
  })

  it('sets variables in both shells', () => {
    const variables = {HF_ENDPOINT: 'http://127.0.0.1:8080', HF_TOKEN: 'hf_sandbox'}
    expect(formatVariables(variables, 'win32')).to.deep.equal([
      "PowerShell:  $env:HF_ENDPOINT='http://127.0.0.1:8080'; $env:HF_TOKEN='hf_sandbox'",
      'cmd.exe:     set "HF_ENDPOINT=http://127.0.0.1:8080" & set "HF_TOKEN=hf_sandbox"',
    ])
    expect(formatVariables(variables, 'linux')).to.deep.equal([
      'export HF_ENDPOINT=http://127.0.0.1:8080 HF_TOKEN=hf_sandbox',
    ])
  })
})

/** One word as the runtime of a Windows program reads it: backslashes are doubled only before a quote. */
function asProgramsRead(written: string): string {
  return written.replaceAll(/(\\*)"/g, (_, slashes: string) => slashes.slice(slashes.length / 2))
}
