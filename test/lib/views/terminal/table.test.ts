import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Column, formatPairs, formatTable} from '../../../../src/lib/views/terminal/table.js'
import {PLAIN} from '../../../support/builders.js'

const COLUMNS: Column[] = [
  {title: 'TYPE', dropAt: 2},
  {title: 'RUN', dropAt: 1},
  {title: 'DATASET'},
  {title: 'WHY'},
]
const ROW = [
  'results',
  '20260901_120000',
  'kim/smoltrace-results-20260901_120000',
  'older than 30d; no traces, no metrics',
]
const table = (columns: Column[], rows: string[][], width?: number) =>
  formatTable(columns, rows, {style: PLAIN, width})
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))
/** The words that are left if only the breaks of lines are taken out. */
const words = (text: string) => text.split(/\s+/).filter(Boolean)

describe('table', () => {
  it('puts titles over columns that are aligned', () => {
    const lines = table(
      [{title: 'RUN'}, {title: 'AGE'}],
      [
        ['a', '1'],
        ['bbbbbb', '2'],
      ],
    ).split('\n')
    expect(lines).to.deep.equal(['RUN     AGE', 'a       1', 'bbbbbb  2'])
  })

  it('puts numbers under each other by their ends, and their title too, wrapped or not', () => {
    const columns: Column[] = [{title: 'RUN'}, {title: 'SIZE', isRight: true}, {title: 'WHY'}]
    const rows = [
      ['a', '8.0 MB', 'x'],
      ['bb', '139 kB', 'one word and many more'],
    ]
    expect(table(columns, rows).split('\n')).to.deep.equal([
      'RUN    SIZE  WHY',
      'a    8.0 MB  x',
      'bb   139 kB  one word and many more',
    ])
    expect(table(columns, rows, 24).split('\n').slice(0, 3)).to.deep.equal([
      'RUN    SIZE  WHY',
      'a    8.0 MB  x',
      'bb   139 kB  one word',
    ])
  })

  it('puts numbers under each other by their last digits, and plain rows as those that are wrapped', () => {
    const columns = [{title: '#', isRight: true}, {title: 'NAME'}, {title: 'COST', isRight: true}]
    const rows = [
      ['1', 'a', '$0.25'],
      ['10', '模', '$12.5'],
      ['-', 'bbb', '-'],
    ]
    expect(table(columns, rows).split('\n')).to.deep.equal([
      ' #  NAME   COST',
      ' 1  a     $0.25',
      '10  模    $12.5',
      ' -  bbb       -',
    ])
  })

  it('makes a column as wide as it is told to, and wider where it has to be', () => {
    expect(table([{title: 'A', least: 4}, {title: 'B'}], [['x', 'y']])).to.equal('A     B\nx     y')
    expect(table([{title: 'A', least: 4}, {title: 'B'}], [['xxxxxx', 'y']])).to.equal('A       B\nxxxxxx  y')
  })

  it('ends no line in blanks, and itself in no newline', () => {
    const text = table(COLUMNS, [ROW, ['x', '', '', '']])
    expect(text).not.to.match(/[ \t]$/m)
    expect(text.endsWith('\n')).to.equal(false)
  })

  it('drops and wraps nothing on a pipe', () => {
    const long = 'w'.repeat(50)
    const text = table(COLUMNS, [[...ROW.slice(0, 3), `${long} ${long} ${long} ${long}`]])
    expect(text.split('\n')).to.have.length(2)
    for (const cell of [...ROW.slice(0, 3), long]) expect(text).to.include(cell)
  })

  it('drops and wraps nothing where all fits exactly', () => {
    const width = widest(table(COLUMNS, [ROW]))
    expect(table(COLUMNS, [ROW], width)).to.equal(table(COLUMNS, [ROW]))
  })

  it('drops columns in their order, one more for each that does not fit', () => {
    const titles = (width: number) => words(table(COLUMNS, [ROW], width).split('\n')[0] ?? '')
    const full = widest(table(COLUMNS, [ROW]))
    expect(titles(full)).to.deep.equal(['TYPE', 'RUN', 'DATASET', 'WHY'])
    expect(titles(full - 1)).to.deep.equal(['TYPE', 'DATASET', 'WHY'])
    expect(titles(full - '20260901_120000'.length - 2)).to.deep.equal(['TYPE', 'DATASET', 'WHY'])
    expect(titles(full - '20260901_120000'.length - 3)).to.deep.equal(['DATASET', 'WHY'])
    expect(titles(20)).to.deep.equal(['DATASET', 'WHY'])
  })

  it('wraps the last column and loses no word of it', () => {
    const reason = 'older than 30d; no traces, no metrics; named by --run; may still be uploading'
    const text = table([{title: 'RUN'}, {title: 'WHY'}], [['20260901_120000', reason]], 50)
    expect(widest(text)).to.be.at.most(50)
    const [, ...body] = words(text.split('\n').slice(1).join(' '))
    expect(body).to.deep.equal(words(reason))
  })

  it('is never wider than the terminal where what stays has room, and loses no word', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/)
    const rows = fc.array(
      fc.tuple(
        word,
        word,
        fc.array(word, {minLength: 1, maxLength: 12}).map((list) => list.join(' ')),
      ),
      {minLength: 1, maxLength: 6},
    )
    fc.assert(
      fc.property(rows, fc.integer({min: 44, max: 120}), (cells, width) => {
        const text = table([{title: 'A', dropAt: 1}, {title: 'B'}, {title: 'C'}], cells, width)
        expect(widest(text)).to.be.at.most(width)
        const shown = new Set(words(text))
        for (const [, second, third] of cells) {
          for (const each of [second, ...third.split(' ')]) expect(shown.has(each), each).to.equal(true)
        }
      }),
      {numRuns: 300},
    )
  })

  it('loses nothing of words whose characters take two columns', () => {
    const name = '日本語の名前'
    expect(table([{title: 'A'}, {title: 'B'}], [[name, name]])).to.match(new RegExp(`${name}\\s+${name}`))
  })

  it('loses nothing of a long word in its last column', () => {
    const name = 'kim/smoltrace-results-20260901_120000'
    expect(table([{title: 'RUN'}, {title: 'DATASET'}], [['20260901_120000', name]], 40)).to.include(name)
  })

  it('makes text from outside safe before it is laid out', () => {
    const text = table([{title: 'A'}, {title: 'B'}], [['a\u001B[2J\nb', 'c\u202Ed']])
    expect(text.split('\n')).to.have.length(2)
    expect(text).not.to.include('\u001B').and.not.include('\u202E')
    expect(text).to.include('a [2J b').and.include('c d')
  })

  it('has only its titles without rows', () => {
    expect(table(COLUMNS, [])).to.equal('TYPE  RUN  DATASET  WHY')
  })

  it('aligns values after their names', () => {
    expect(
      formatPairs(
        [
          ['Found', '3 runs'],
          ['Must stay', 'nothing'],
        ],
        {style: PLAIN, width: undefined},
      ),
    ).to.equal('Found      3 runs\nMust stay  nothing')
    expect(formatPairs([], {style: PLAIN, width: undefined})).to.equal('')
  })

  it('wraps a value between words below itself where it is too wide', () => {
    const screen = {style: PLAIN, width: 24}
    expect(
      formatPairs(
        [
          ['Total', 'three datasets to delete, one run'],
          ['X', 'short'],
        ],
        screen,
      ),
    ).to.equal(['Total  three datasets to', '       delete, one run', 'X      short'].join('\n'))
  })
})
