import {expect} from 'chai'
import * as fc from 'fast-check'

import {safeName} from '../../../../src/lib/base/text.js'
import {
  collapse,
  command,
  escapeText,
  facts,
  page,
  table,
} from '../../../../src/lib/views/markdown/markdown.js'
import {someCodePoint} from '../../../support/arbitraries.js'
import {rendered} from '../../../support/gfm.js'

const TABLE = ['table', 'thead', 'tr', 'th', 'tbody', 'td', 'code', 'span']

const SIGNS = [
  '| ` `` \\ \\| < > & &lt; &#124; * ** _ __ ~~ [ ] ]( ) # #12 @ @mira $ $$ :tada: http:// https://a.b www.a.b',
  'a@b.io mailto: ! ![x](y) <!-- --> <b> </td> </details> <img = --- [x]:y [^1] |---| \u{1F600} \uD800 <img',
].flatMap((line) => line.split(' '))
const BREAKS = [' ', '# ', '- ', '1. ', '+ ', '> ', '    ', '\n', '\r\n', '\t', '\0', '\u202E']

/** What means something in one of the ways that a page is read, in any mixture. */
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...SIGNS, ...BREAKS), fc.string({unit: someCodePoint, maxLength: 4})), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

const squeezed = (value: string) => value.replaceAll(/\s+/g, ' ').trim()
const shown = (value: string) => squeezed(safeName(value))

describe('text of others in a summary', () => {
  it('stays what it is in a cell, whatever it says', () => {
    fc.assert(
      fc.property(hostile, hostile, fc.boolean(), (one, other, isCode) => {
        const columns = [one, other].map((value) => ({title: 'T', isCode, cell: () => value}))
        const {rows, elements} = rendered(table(columns, [0], {bytes: Infinity, more: ''}))
        expect(rows[1]?.map((cell) => squeezed(cell))).to.deep.equal([shown(one), shown(other)])
        expect(TABLE).to.include.members(elements)
      }),
    )
  })

  it('stays what it is at the beginning of an item, and ends no list', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const {elements, text: all} = rendered(`- first\n- ${escapeText(value)}\n- last`)
        expect(squeezed(all)).to.equal(squeezed(`first ${shown(value)} last`))
        expect(['ul', 'li', 'span']).to.include.members(elements)
        expect(elements.filter((element) => element === 'li')).to.have.length(3)
      }),
    )
  })

  it('mentions no one, refers to no issue and is no formula: these are looked for when the page is done', () => {
    expect(escapeText('@mira #12 $x$ a@b.io')).to.match(/^@<!-- -->mira #<!-- -->12 .*a@<!-- -->b\.io$/)
    expect(escapeText('$x$')).to.equal('<span>&#36;</span>x<span>&#36;</span>')
  })

  it('can still be read where it is not rendered', () => {
    for (const plain of [
      'mira/smoltrace-results-20260131_235959',
      'older than 30d, before 2026-10-26 22:35 UTC; (c)',
    ])
      expect(escapeText(plain)).to.equal(plain)
  })

  it('shows no token and no control character, and is cut where it is long', () => {
    expect(rendered(escapeText('hf_abcdefghijklmnopqrstuvwxyz')).text).to.equal('hf_…')
    expect(escapeText('a\u001B[31mb')).to.equal('a &#91;31mb')
    expect(rendered(escapeText('x'.repeat(10_000))).text.length).to.be.below(700)
    expect(rendered(escapeText('\u{1F600}'.repeat(1000))).text).to.match(/^\u{1F600}+…$/u)
  })
})

describe('a command to copy', () => {
  it('is shown as it is, or not at all', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const line = `smoltrace cleanup --policy '${value}'`
        const made = command(line)
        if (safeName(line) === line) expect(rendered(made ?? '').blocks).to.deep.equal([`${line}\n`])
        else expect(made).to.equal(undefined)
      }),
    )
  })

  it('is never cut: without its last flag it would delete more', () => {
    const long = `smoltrace cleanup ${'--run 20260131_235959 '.repeat(500)}--keep-recent 3`
    expect(command(long)).to.equal(undefined)
  })
})

describe('a table with little room', () => {
  const rows = (number: number, bytes: number) =>
    table([{title: 'Run', isCode: true, cell: String}], [...Array.from({length: number}).keys()], {
      bytes,
      more: 'more runs: `--json` names each',
    })

  it('has as many rows as fit, and says how many do not', () => {
    const cut = rows(5000, 1000)
    const there = rendered(cut).rows.length - 1
    expect(Buffer.byteLength(cut)).to.be.below(1200)
    expect(there).to.be.above(10)
    expect(cut).to.include(`… and ${(5000 - there).toLocaleString('en')} more runs: \`--json\` names each.`)
  })

  it('says nothing of the kind where all fit', () => {
    expect(rows(3, 1000)).not.to.include('more')
    expect(rendered(rows(3, 1000)).rows).to.deep.equal([['Run'], ['0'], ['1'], ['2']])
  })
})

describe('facts', () => {
  it('have each line of a text whole, however many there are', () => {
    const lines = Array.from({length: 40}, (_, index) => `rule ${index}: ${'x'.repeat(50)}`)
    const {rows} = rendered(facts([['Rules', lines.join('\n')]]))
    expect(rows.at(-1)).to.deep.equal(['Rules', lines.join('')])
  })
})

describe('a page', () => {
  it('keeps its parts apart, so that none becomes part of another', () => {
    const first = facts([
      ['a', 'b'],
      ['left out', undefined],
    ])
    const parts = ['## Title', first, undefined, '', collapse('more', facts([['c', 'd']])), '- last']
    const {elements, rows} = rendered(page(parts))
    const outside = elements.filter((name) => !name.startsWith('t'))
    expect(outside).to.deep.equal(['h2', 'details', 'summary', 'ul', 'li'])
    expect(rows.map((cells) => cells.join(''))).to.deep.equal(['', 'ab', '', 'cd'])
  })
})
