import {expect} from 'chai'
import * as fc from 'fast-check'

import {formatCsv} from '../../../src/lib/views/csv.js'

type Cell = boolean | number | string | undefined
const fieldOf = (value: Cell) => formatCsv([{title: 'T', cell: () => value}], [value]).slice(3, -2)

describe('CSV', () => {
  const FIELDS: Array<[cell: Cell, field: string]> = [
    [undefined, ''],
    ['a,b', '"a,b"'],
    ['a;b', '"a;b"'],
    ['say "so"', '"say ""so"""'],
    ['two\r\nlines', 'two lines'],
    ['\u001B[2Jgone', '[2Jgone'],
    ['maker/hf_small', 'maker/hf_small'],
    ['hf_abcdefghijklmnopqrst', 'hf_…'],
    ['=1+1', "'=1+1"],
    ['-cmd', "'-cmd"],
    ['\t=1+1', "'=1+1"],
    ['＝1+1', "'＝1+1"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ['+5.25', '+5.25'],
    ['-5+1', "'-5+1"],
    [-5, '-5'],
    [false, 'false'],
  ]
  for (const [cell, field] of FIELDS) {
    it(`writes ${JSON.stringify(cell) ?? 'nothing'} as ${field}`, () => {
      expect(fieldOf(cell)).to.equal(field)
    })
  }

  it('ends every line in CR LF, the last one too', () => {
    const columns = ['a', 'b'].map((title, index) => ({title, cell: (row: Cell[]) => row[index]}))
    const text = formatCsv(columns, [
      [1, 'x'],
      [undefined, ''],
    ])
    expect(text).to.equal('a,b\r\n1,x\r\n,\r\n')
  })

  it('gives a spreadsheet nothing to execute, whatever a cell holds', () => {
    const mark = fc.constantFrom(...'=+-@\t\r\n "\',;', '\u200B', '\u00A0', '＝')
    const text = fc
      .tuple(fc.array(mark, {maxLength: 4}), fc.string())
      .map(([marks, rest]) => marks.join('') + rest)
    fc.assert(
      fc.property(text, (cell) => {
        const field = fieldOf(cell)
        const inner = field.startsWith('"') ? field.slice(1) : field
        expect(inner).not.to.match(/^\s*[=@＝]/)
        if (/^\s*[+-]/.test(inner)) expect(Number(field)).to.be.finite
        expect(field).not.to.match(/[\r\n]/)
      }),
      {numRuns: 500},
    )
  })
})
