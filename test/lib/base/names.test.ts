import {expect} from 'chai'
import * as fc from 'fast-check'

import {UsageError} from '../../../src/lib/base/errors.js'
import {
  checkTimestamps,
  formatTimestamp,
  isRunType,
  isStandardDataset,
  leaderboardName,
  nearMissOf,
  parseDatasetName,
  parseTimestamp,
  parseTrashName,
  RUN_TYPES,
  runDatasetName,
  trashNameOf,
} from '../../../src/lib/base/names.js'
import {someMoment} from '../../support/arbitraries.js'
import {NEAR_MISSES} from '../../support/builders.js'

/** Whether a text of digits names a moment of the calendar. */
function exists(text: string): boolean {
  const part = (from: number, to: number) => Number(text.slice(from, to))
  const [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)]
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  return day >= 1 && day <= length && part(9, 11) < 24 && part(11, 13) < 60 && part(13, 15) < 60
}

describe('naming', () => {
  describe('the name of a dataset', () => {
    for (const [start, namespace] of [
      ['Kim/', 'kim'],
      ['kim/', 'Kim'],
      ['kim2/', 'kim'],
      ['other/kim/', 'kim'],
      ['', ''],
      ['/', ''],
      ['datasets/kim/', 'kim'],
      ['kxm/', 'k.m'],
    ] as const)
      it(`is refused where it begins with "${start}" in the namespace "${namespace}"`, () => {
        for (const own of ['smoltrace-results-20260101_000000', 'smoltrace-leaderboard'])
          expect(parseDatasetName(`${start}${own}`, namespace)).to.equal(undefined)
      })

    it('is what the name is written from', () => {
      fc.assert(
        fc.property(someMoment, fc.constantFrom(...RUN_TYPES), (moment, type) => {
          const timestamp = formatTimestamp(moment)
          const name = runDatasetName('kim', type, timestamp)
          expect(parseDatasetName(name, 'kim')).to.deep.equal({type, timestamp})
          expect(parseTrashName(name, 'kim')).to.equal(undefined)
        }),
        {numRuns: 300},
      )
      expect(parseDatasetName(leaderboardName('kim'), 'kim')).to.deep.equal({type: 'leaderboard'})
    })
  })

  describe('the name of a dataset in the trash', () => {
    it('[S1] is what it is written from, and none of a dataset that a cleanup could delete, nor a near miss', () => {
      fc.assert(
        fc.property(someMoment, someMoment, fc.constantFrom(...RUN_TYPES), (trashed, moment, type) => {
          const [trashedOn = ''] = formatTimestamp(trashed).split('_')
          const timestamp = formatTimestamp(moment)
          const name = trashNameOf('kim', trashedOn, type, timestamp)
          expect(parseTrashName(name, 'kim')).to.deep.equal({type, timestamp, trashedOn})
          expect(parseTrashName(name, 'Kim')).to.equal(undefined)
          expect(parseDatasetName(name, 'kim')).to.equal(undefined)
          expect(nearMissOf(name, 'kim')).to.equal(undefined)
        }),
        {numRuns: 300},
      )
    })

    it('[S1] has two dates that exist, or is refused', () => {
      const days = fc.stringMatching(/^20\d\d[0-3]\d[0-3]\d$/)
      const stamps = fc.stringMatching(/^20\d\d[0-1]\d[0-3]\d_[0-2]\d[0-5]\d[0-5]\d$/)
      fc.assert(
        fc.property(days, stamps, (day, stamp) => {
          const isExact = exists(`${day}_000000`) && exists(stamp)
          const found = parseTrashName(trashNameOf('kim', day, 'traces', stamp), 'kim')
          expect(found !== undefined, `${day} ${stamp}`).to.equal(isExact)
        }),
        {numRuns: 2000},
      )
    })
  })

  describe('a timestamp', () => {
    it('is what each run is named by, or is refused with the name of its option', () => {
      expect(() => checkTimestamps([])).not.to.throw()
      expect(() => checkTimestamps(['20260131_235959'])).not.to.throw()
      const names = ['20260131_235959', '2026']
      expect(() => checkTimestamps(names)).to.throw(UsageError, /^"2026" is not a run timestamp/)
      expect(() => checkTimestamps(['20260231_000000'], undefined, 'trash list')).to.throw(
        /^"20260231_000000" is not a real date and time: use one from `trash list`/,
      )
      expect(() => checkTimestamps(names, 'run')).to.throw(UsageError, /^`run` "2026" is not a run timestamp/)
      expect(() => checkTimestamps([undefined as unknown as string])).to.throw(UsageError)
    })

    it('is read as UTC, to the second, or is refused in any other form', () => {
      expect(parseTimestamp('20260131_235958')?.toISOString()).to.equal('2026-01-31T23:59:58.000Z')
      expect(parseTimestamp('20240229_000000')?.toISOString()).to.equal('2024-02-29T00:00:00.000Z')
      for (const text of ['', '20260131', '20260131T235959', ' 20260131_235959', '20260131_235959Z'])
        expect(parseTimestamp(text), text).to.equal(undefined)
    })

    it('[S1] names a day and a time that exist, or is refused', () => {
      fc.assert(
        fc.property(fc.stringMatching(/^20\d\d[0-3]\d[0-3]\d_[0-2]\d[0-6]\d[0-6]\d$/), (text) => {
          expect(parseTimestamp(text) !== undefined, text).to.equal(exists(text))
        }),
        {numRuns: 2000},
      )
    })
  })

  it('knows the types by their exact words', () => {
    const words = [...RUN_TYPES, 'leaderboard', 'Results', 'result', '', 'results ']
    expect(words.filter((word) => isRunType(word))).to.deep.equal(['results', 'traces', 'metrics'])
  })

  it('knows the datasets of tasks of a namespace by their exact names', () => {
    for (const [isStandard, names] of [
      [true, 'benchmark-v1 tasks ops-benchmark customer-support-tasks finance-tasks-v2 x1-tasks-v10'],
      [
        false,
        'tasks-copy tasks-v Finance-tasks -tasks benchmark-v2 finance-tasks-v2-copy a-B-tasks leaderboard',
      ],
    ] as const)
      for (const name of names.split(' '))
        expect(isStandardDataset(`kim/smoltrace-${name}`, 'kim'), name).to.equal(isStandard)
    for (const name of ['other/smoltrace-tasks', 'kim/my-smoltrace-tasks'])
      expect(isStandardDataset(name, 'kim'), name).to.equal(false)
  })

  describe('a near miss', () => {
    for (const [own, reason] of [
      ['smoltrace-results-20260101_000000-copy', /it has extra text after its timestamp: "-copy"/],
      ['smoltrace-results-20260101_000000\u001B[2J', /after its timestamp: "\\u001b\[2J"/],
      ['smoltrace-results-20260231_120000', /not a real date and time: 20260231_120000/],
      ['smoltrace-traces-20260101_240000', /not a real date and time: 20260101_240000/],
      ['Smoltrace-metrics-20260101_000000', /capital letters/],
      ['SMOLTRACE-LEADERBOARD', /capital letters/],
      ['smoltrace-results-gpt4-20251114', /named exactly smoltrace-results-YYYYMMDD_HHMMSS/],
      ['smoltrace_results_20260101_000000', /named exactly/],
      ['my-smoltrace-metrics-20260101_000000', /named exactly/],
      ['smoltrace-trash-20260231-results-20260101_000000', /day in the trash is not a real date: 20260231/],
      ['smoltrace-trash-20260101-results-20260231_000000', /not a real date and time: 20260231_000000/],
      ['smoltrace-trash-20260101-results-20260101_000000-copy', /after its timestamp: "-copy"/],
      ['smoltrace-Trash-20260101-metrics-20260101_000000', /capital letters/],
      ['smoltrace-trash-20260101-leaderboard', /named exactly smoltrace-leaderboard/],
      ['smoltrace-trash-results-20260101_000000', /named exactly smoltrace-trash-YYYYMMDD-results-/],
      ['smoltrace-leaderboard-backup', /the leaderboard is named exactly smoltrace-leaderboard/],
    ] as const)
      it(`is ${JSON.stringify(own)}, and says why`, () => {
        const near = nearMissOf(`kim/${own}`, 'kim')
        expect(near?.name).to.equal(`kim/${own}`)
        expect(near?.reason).to.match(reason)
      })

    it('is not an exact name, a dataset of tasks, nor anything that does not mention SMOLTRACE', () => {
      for (const own of [
        'smoltrace-results-20260101_000000',
        'smoltrace-leaderboard',
        'smoltrace-tasks',
        'notes',
      ])
        expect(nearMissOf(`kim/${own}`, 'kim'), own).to.equal(undefined)
      expect(nearMissOf('other/smoltrace-results-copy', 'kim')).to.equal(undefined)
    })

    it('[S1] is never one that could be deleted', () => {
      for (const own of NEAR_MISSES) {
        const name = `kim/${own}`
        const isTasks = isStandardDataset(name, 'kim')
        expect(nearMissOf(name, 'kim') !== undefined, own).to.equal(/smoltrace/i.test(own) && !isTasks)
        expect(parseDatasetName(name, 'kim') ?? parseTrashName(name, 'kim'), own).to.equal(undefined)
      }
    })
  })
})
