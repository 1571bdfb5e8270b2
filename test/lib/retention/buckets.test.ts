import {expect} from 'chai'
import * as fc from 'fast-check'

import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {bucketOf, type Period, PERIODS} from '../../../src/lib/retention/buckets.js'

const someTime = fc.date({
  min: new Date('1971-01-01T00:00:00Z'),
  max: new Date('2400-01-01T00:00:00Z'),
  noInvalidDate: true,
})

describe('calendar buckets', () => {
  const cases: Array<[moment: string, period: Period, bucket: string]> = [
    ['2026-10-05T12:59:59.999Z', 'hourly', '2026-10-05T12'],
    ['2026-10-05T13:00:00.000Z', 'hourly', '2026-10-05T13'],
    ['2028-02-29T23:59:59.999Z', 'daily', '2028-02-29'],
    ['2028-03-01T00:00:00.000Z', 'daily', '2028-03-01'],
    ['2028-02-29T12:00:00.000Z', 'monthly', '2028-02'],
    ['2026-12-31T23:59:59.999Z', 'yearly', '2026'],
    ['2027-01-01T00:00:00.000Z', 'yearly', '2027'],
    // Monday is the first day: Sunday 4 October 2026 still belongs to week 40.
    ['2026-10-04T23:59:59.999Z', 'weekly', '2026-W40'],
    ['2026-10-05T00:00:00.000Z', 'weekly', '2026-W41'],
    // 2026 has 53 weeks, and the last one ends on 3 January 2027.
    ['2026-12-28T00:00:00.000Z', 'weekly', '2026-W53'],
    ['2027-01-03T23:59:59.999Z', 'weekly', '2026-W53'],
    ['2027-01-04T00:00:00.000Z', 'weekly', '2027-W01'],
    // 30 December 2024 is a Monday of the first week of 2025.
    ['2024-12-30T00:00:00.000Z', 'weekly', '2025-W01'],
  ]
  for (const [moment, period, bucket] of cases) {
    it(`put ${moment} into the ${period} one ${bucket}`, () => {
      expect(bucketOf(new Date(moment), period)).to.equal(bucket)
    })
  }

  it('of a week hold the seven days from a Monday on', () => {
    fc.assert(
      fc.property(someTime, (time) => {
        const midnight = Math.floor(time.getTime() / DAY) * DAY
        const monday = midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * DAY
        const week = bucketOf(time, 'weekly')
        const others = [0, 3 * DAY, 7 * DAY - 1].map((after) => bucketOf(new Date(monday + after), 'weekly'))
        expect(new Set([week, ...others]).size).to.equal(1)
        expect(bucketOf(new Date(monday - 1), 'weekly')).not.to.equal(week)
        expect(bucketOf(new Date(monday + 7 * DAY), 'weekly')).not.to.equal(week)
        expect(week).to.match(/^\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])$/)
      }),
    )
  })

  it('are in the order of time', () => {
    fc.assert(
      fc.property(
        someTime,
        fc.integer({min: 0, max: 800 * 24}),
        fc.constantFrom(...PERIODS),
        (time, hours, period) => {
          const later = new Date(time.getTime() + hours * HOUR)
          expect(bucketOf(time, period) <= bucketOf(later, period)).to.equal(true)
        },
      ),
    )
  })
})
