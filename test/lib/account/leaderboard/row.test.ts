import {expect} from 'chai'

import {timeOfRow} from '../../../../src/lib/account/leaderboard/row.js'
import {runOf} from '../../../support/builders.js'
import {A} from '../../../support/rows.js'

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
      const time = timeOfRow(timestamp)
      expect(time?.date.toISOString()).to.equal(iso)
      expect(time?.isLocal).to.equal(isLocal)
    })
  }

  it('is that of the run where it is there, and else what its name says', () => {
    const found = runOf(A)
    const there = new Map([[A, found]])
    const timestamp = '2020-01-01T00:00:00'
    const named = {date: new Date('2026-09-01T12:00:00Z'), isLocal: true}
    expect(timeOfRow(timestamp, A, there)).to.deep.equal({date: found.time, isLocal: false})
    expect(timeOfRow(undefined, A)).to.deep.equal(named)
  })

  it('is what the next source says where one says what cannot be', () => {
    const isPossible = (date: Date) => date.getUTCFullYear() === 2026
    const timestamp = '9999-12-31T23:59:59'
    const named = {date: new Date('2026-09-01T12:00:00Z'), isLocal: true}
    expect(timeOfRow(timestamp, A, undefined, isPossible)).to.deep.equal(named)
    expect(timeOfRow(timestamp, undefined, undefined, isPossible)).to.equal(undefined)
  })
})
