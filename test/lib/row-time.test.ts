import {expect} from 'chai'

import {timeOfRow} from '../../src/lib/row-time.js'
import {runOf} from '../support/builders.js'
import {A, rowOf} from '../support/rows.js'

describe('the time of a row', () => {
  const TIMES: Array<[text: string, iso: string | undefined, isLocal?: boolean]> = [
    ['2026-09-01T10:00:00', '2026-09-01T10:00:00.000Z', true],
    ['2026-09-01T10:00:00.123412', '2026-09-01T10:00:00.123Z', true],
    ['2026-09-01 10:00', '2026-09-01T10:00:00.000Z', true],
    ['2024-02-29T10:00:00', '2024-02-29T10:00:00.000Z', true],
    ['2026-09-01T10:00:00Z', '2026-09-01T10:00:00.000Z', false],
    ['2026-09-01T10:00:00+05:30', '2026-09-01T04:30:00.000Z', false],
    ['2026-02-31T10:00:00', undefined],
    ['2026-13-01T10:00:00', undefined],
    ['2026-09-01T25:00:00', undefined],
    ['2026-09-01', undefined],
    ['yesterday', undefined],
    ['\u001B[2J2026-09-01T10:00:00', undefined],
    ['', undefined],
  ]
  for (const [timestamp, iso, isLocal] of TIMES) {
    it(`is ${iso ?? 'unknown'} for ${JSON.stringify(timestamp)}`, () => {
      const time = timeOfRow(rowOf({timestamp}))
      expect(time?.date.toISOString()).to.equal(iso)
      expect(time?.isLocal).to.equal(isLocal)
    })
  }

  it('is that of the run where it is there, and else what its name says', () => {
    const run = runOf(A)
    const row = rowOf({timestamp: '2020-01-01T00:00:00'})
    expect(timeOfRow(row, A, run)).to.deep.equal({date: run.time, isLocal: false})
    expect(timeOfRow(rowOf({}), A)).to.deep.equal({
      date: new Date('2026-09-01T12:00:00Z'),
      isLocal: true,
    })
  })
})
