import {expect} from 'chai'
import * as fc from 'fast-check'
import stringWidth from 'string-width'

import {type Column} from '../../../../src/lib/views/columns.js'
import {formatPairs, formatTable, formatTables} from '../../../../src/lib/views/terminal/table.js'
import {PLAIN} from '../../../support/builders.js'

/** Columns that show the texts of a row, one after the other. */
const columnsOf = (...columns: Array<Omit<Column<string[]>, 'cell'>>) =>
  columns.map((column, index): Column<string[]> => ({...column, cell: (row) => row[index] ?? ''}))
const table = (columns: Array<Column<string[]>>, rows: string[][], width?: number) =>
  formatTable(columns, rows, {style: PLAIN, width})

const TWO = columnsOf({title: 'Run'}, {title: 'Why'})
const COLUMNS = columnsOf(
  {title: 'Type', dropAt: 2},
  {title: 'Run', dropAt: 1},
  {title: 'Dataset'},
  {title: 'Why'},
)
const NAMES = columnsOf(
  {title: 'Type', dropAt: 1},
  {title: 'Model', dropAt: 2, cutsTo: 12},
  {title: 'Run', dropAt: 3},
  {title: 'Why', wrapsTo: 10},
)
const ROW = [
  'results',
  '20260901_120000',
  'kim/smoltrace-results-20260901_120000',
  'older than 30d; no traces',
]
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))
/** The words that are left if only the breaks of lines are taken out. */
const words = (text: string) => text.split(/\s+/).filter(Boolean)

describe('table', () => {
  const columns = columnsOf({title: '#', isRight: true}, {title: 'Name'}, {title: 'Why'})
  const rows = [
    ['8.0 MB', 'a', 'x'],
    ['139 kB', '模', 'one word and many more'],
  ]
  const laidOut: Array<[title: string, actual: string, expected: string[]]> = [
    ['has only its titles without rows', table(COLUMNS, []), ['TYPE  RUN  DATASET  WHY']],
    [
      'aligns texts by their beginnings and numbers by their ends, also of two columns a character',
      table(columns, rows),
      ['     #  NAME  WHY', '8.0 MB  a     x', '139 kB  模    one word and many more'],
    ],
    [
      'wraps the last column',
      table(columns, rows.slice(1), 24),
      ['     #  NAME  WHY', '139 kB  模    one word', '              and many', '              more'],
    ],
    [
      'breaks no name that is copied',
      table(columnsOf({title: 'Run'}, {title: 'Dataset', isCode: true}), [ROW.slice(1)], 40),
      [`${'RUN'.padEnd(17)}DATASET`, ROW.slice(1, 3).join('  ')],
    ],
    [
      'breaks a long word of its last column where that is too narrow',
      table(TWO, [['a', 'of a-very-long-word']], 15),
      ['RUN  WHY', 'a    of', '     a-very-lon', '     g-word'],
    ],
    [
      'drops a column for a narrow last one, not for a long word in it',
      table(
        columnsOf({title: 'Run', dropAt: 1}, {title: 'Why', wrapsTo: 10}),
        [['a', 'a-very-long-word']],
        15,
      ),
      ['RUN  WHY', 'a    a-very-lon', '     g-word'],
    ],
    [
      'cuts names instead of dropping their column, when its turn comes',
      table(NAMES, [['a', 'maker/model-7b', 'b', 'older than 30d']], 30),
      ['MODEL         RUN  WHY', 'ma…/model-7b  b    older than', '                   30d'],
    ],
    [
      'drops the next column where names cannot be cut further',
      table(NAMES, [['a', 'maker/model-7b', 'b', 'older than 30d']], 24),
      ['MODEL         WHY', 'ma…/model-7b  older than', '              30d'],
    ],
    [
      'makes text from outside safe before it is laid out',
      table(TWO, [['a\u001B[2J\nb', 'c\u202Ed']]),
      ['RUN      WHY', 'a [2J b  c d'],
    ],
    ['ends no line in blanks', table(TWO, [['a', '']]), ['RUN  WHY', 'a']],
  ]
  for (const [title, actual, expected] of laidOut) {
    it(title, () => {
      expect(actual.split('\n')).to.deep.equal(expected)
    })
  }

  it('aligns the columns of several tables', () => {
    expect(formatTables(TWO, [[['x', 'y']], [['xxxxxx', 'y']]], {style: PLAIN, width: 80})).to.deep.equal([
      'RUN     WHY\nx       y',
      'RUN     WHY\nxxxxxx  y',
    ])
  })

  it('drops and wraps nothing on a pipe, nor where all fits exactly', () => {
    const long = 'w'.repeat(500)
    expect(table(COLUMNS, [[...ROW, long]]).split('\n')).to.have.length(2)
    const text = table(COLUMNS, [ROW])
    expect(table(COLUMNS, [ROW], widest(text))).to.equal(text)
  })

  it('drops columns in their order, one more for each that does not fit', () => {
    const titles = (width: number) => words(table(COLUMNS, [ROW], width).split('\n')[0] ?? '')
    const full = widest(table(COLUMNS, [ROW]))
    const withoutRun = full - '20260901_120000'.length - 2
    expect(titles(full)).to.deep.equal(['TYPE', 'RUN', 'DATASET', 'WHY'])
    expect(titles(full - 1)).to.deep.equal(['TYPE', 'DATASET', 'WHY'])
    expect(titles(withoutRun)).to.deep.equal(['TYPE', 'DATASET', 'WHY'])
    expect(titles(withoutRun - 1)).to.deep.equal(['DATASET', 'WHY'])
    expect(titles(20)).to.deep.equal(['DATASET', 'WHY'])
  })

  it('is never wider than the terminal, however long the words of its last column', () => {
    const word = fc.string({unit: fc.constantFrom('a', '模'), minLength: 1, maxLength: 90})
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constant('20260901_120000'), word)), (cells) => {
        expect(
          Math.max(
            ...table(TWO, cells, 60)
              .split('\n')
              .map((line) => stringWidth(line)),
          ),
        ).to.be.at.most(60)
      }),
    )
  })

  it('is never wider than the terminal where what stays has room, and loses no word', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/)
    const sentence = fc.array(word, {minLength: 1, maxLength: 12}).map((list) => list.join(' '))
    const some = fc.array(fc.tuple(word, word, sentence), {minLength: 1, maxLength: 6})
    const three = columnsOf({title: 'A', dropAt: 1}, {title: 'B'}, {title: 'C'})
    fc.assert(
      fc.property(some, fc.integer({min: 44, max: 120}), (cells, width) => {
        const text = table(three, cells, width)
        expect(widest(text)).to.be.at.most(width)
        expect(words(text)).to.include.members(
          cells.flatMap(([, second, third]) => words(`${second} ${third}`)),
        )
      }),
      {numRuns: 300},
    )
  })
})

describe('pairs', () => {
  it('are aligned, wrapped below themselves, with their own lines, and without what there is not', () => {
    const screen = {style: PLAIN, width: 24}
    expect(formatPairs([], screen)).to.equal('')
    const text = formatPairs(
      [
        ['Total', 'three datasets to delete, one run'],
        ['Nothing of it', undefined],
        ['X', 'one\ntwo'],
      ],
      screen,
    )
    expect(text).to.equal('Total  three datasets to\n       delete, one run\nX      one\n       two')
  })
})
