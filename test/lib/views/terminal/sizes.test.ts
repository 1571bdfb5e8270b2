import {expect} from 'chai'

import {type Sizes} from '../../../../src/lib/account/sizes.js'
import {formatStorage, formatStorageTotal, sizeBehind, sizeColumn} from '../../../../src/lib/views/format.js'

const A = {name: 'kim/a'}
const B = {name: 'kim/b'}
const KNOWN: Sizes = new Map([
  ['kim/a', 1_240_000],
  ['kim/zero', 0],
])

describe('sizes in words', () => {
  const cases: Array<[bytes: number, unknown: number, cell: string, total: string]> = [
    [0, 0, '0 B', '0 B'],
    [1_240_000, 0, '1.2 MB', '1.2 MB'],
    [1_240_000, 1, 'at least 1.2 MB', 'at least 1.2 MB, 1 dataset of unknown size'],
    [5, 1234, 'at least 5 B', 'at least 5 B, 1,234 datasets of unknown size'],
    [0, 2, 'unknown', 'size unknown'],
  ]
  for (const [bytes, unknown, cell, total] of cases) {
    it(`are ${total}`, () => {
      expect(formatStorage({bytes, unknown})).to.equal(cell)
      expect(formatStorageTotal({bytes, unknown})).to.equal(total)
    })
  }

  it('are a column of numbers where any is known, and none where nobody asked or knows', () => {
    const {columns, cells} = sizeColumn(KNOWN)
    expect(columns).to.deep.equal([{title: 'SIZE', isRight: true}])
    expect([cells([A]), cells([A, B]), cells([B]), cells([])]).to.deep.equal([
      ['1.2 MB'],
      ['at least 1.2 MB'],
      ['unknown'],
      ['0 B'],
    ])
    for (const sizes of ['unknown', undefined] as const) {
      expect(sizeColumn(sizes).columns).to.deep.equal([])
      expect(sizeColumn(sizes).cells([A])).to.deep.equal([])
    }
  })

  it('are as wide behind any name', () => {
    expect(sizeBehind(A, KNOWN)).to.equal(' 1.2 MB')
    expect(sizeBehind({name: 'kim/zero'}, KNOWN)).to.equal('    0 B')
    expect(sizeBehind(B, KNOWN)).to.equal('unknown')
    for (const sizes of ['unknown', undefined] as const) expect(sizeBehind(A, sizes)).to.equal('')
  })
})
