import {expect} from 'chai'
import * as fc from 'fast-check'

import {UsageError} from '../../../src/lib/base/errors.js'
import {
  cutoffOf,
  DAY,
  dayAfter,
  formatAge,
  formatDuration,
  formatSum,
  HOUR,
  MINUTE,
  parseAge,
  parseGrace,
  parseSpan,
  shortForm,
  stopwatch,
  usesCalendarUnits,
} from '../../../src/lib/base/time.js'
import {NOW} from '../../support/builders.js'

describe('duration', () => {
  describe('an age', () => {
    const accepted: Array<[text: string, ms: number]> = [
      ['7', 7 * DAY],
      ['007', 7 * DAY],
      ['7d', 7 * DAY],
      ['12h', 12 * HOUR],
      ['2w', 14 * DAY],
      ['1m', 30 * DAY],
      ['1mo', 30 * DAY],
      ['1y', 365 * DAY],
      ['1w3d', 10 * DAY],
      ['1y1m1w1d1h', 403 * DAY + HOUR],
      ['0d1h', HOUR],
      ['1000y', 365_000 * DAY],
    ]
    for (const [text, ms] of accepted) {
      it(`[S4] of ${text} is ${ms / HOUR} hours, also in capitals and with blanks around it`, () => {
        for (const typed of [text, text.toUpperCase(), `  ${text}\r\n`, `\t\u00A0${text}`]) {
          expect(parseAge(typed)).to.deep.equal({kind: 'duration', text, ms})
          expect(parseSpan(typed)).to.deep.equal({kind: 'duration', text, ms})
        }
      })
    }

    it('is shown with its unit', () => {
      const shown = ['30', '30d', '2026-01-31'].map((text) => formatAge(parseAge(text)))
      expect(shown).to.deep.equal(['30d', '30d', '2026-01-31'])
    })

    it('may be a date, which means midnight in UTC', () => {
      for (const text of ['2026-01-31', '2024-02-29'])
        expect(parseAge(` ${text}\n`)).to.deep.equal({
          kind: 'date',
          text,
          date: new Date(`${text}T00:00:00.000Z`),
        })
    })

    const refused = [
      ...'0 00 0d 0h 0w0d -5 -5d -1w3d +7d 1.5d 1,5d 7X 1MIN d 7x 7days x7 1w3 7dd 1d-1h 7s now'.split(' '),
      ...'30min 1h30min 1min P7D 1e3 1e3d abcd NaN Infinity ٧d 1001y 999999999999999999999d'.split(' '),
      ...'2026-02-30 2025-02-29 2026-13-01 2026-00-10 2026-01 2026-1-1 2026/01/31 31.01.2026 20260131'.split(
        ' ',
      ),
      ...'x2026-01-31 +012345-01 -000001-01 2026-01-31x 2026-01-31T00:00 2026-01-31T00:00:00Z 20260131_000000'.split(
        ' ',
      ),
      ...'| |\t|7 d|7 D|1d 2h|2026- 01-31| 0d | -7d'.split('|'),
    ]
    for (const text of refused) {
      it(`is refused for ${JSON.stringify(text)}, with what was typed`, () => {
        // No message holds control characters.
        expect(() => parseAge(text)).to.throw(UsageError, `\`olderThan\` "${text.replace('\t', ' ')}"`)
      })
    }

    it('says whether the length of its units has to be explained', () => {
      for (const text of ['1m', '1mo', '1y', '1w1m', '1y1d', '7', '7d', '12h', '2w', '2026-01-31'])
        expect(usesCalendarUnits(parseAge(text)), text).to.equal(/[my]/.test(text))
    })

    it('[S4] never is zero, negative or beyond what a date can hold, whatever is typed', () => {
      fc.assert(
        fc.property(
          fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[\d.]{0,4}[a-z]{0,3}\d{0,4}[a-z]{0,3}$/)),
          (text) => {
            try {
              const age = parseAge(text)
              const cutoff = age.kind === 'date' ? age.date : cutoffOf(age, NOW)
              expect(cutoff.getTime(), text).not.to.be.NaN
              if (age.kind === 'duration') expect(age.ms).to.be.greaterThan(0)
            } catch (error) {
              expect(error, text).to.be.instanceOf(UsageError)
            }
          },
        ),
        {numRuns: 1000},
      )
    })
  })

  it('an age that counts from now is refused for what does not, with the forms it may have', () => {
    const forms = 'use a number of days, 12h, 7d, 2w, 1m (30 days), 1y, or a sum such as 1w3d.'
    for (const text of ['2026-01-31', '0', '30min', '']) {
      const message = `\`keepWithin\` "${text}" is not a valid age: ${forms}`
      expect(() => parseSpan(text)).to.throw(UsageError, message)
    }
  })

  for (const [typed, short] of [
    ['30 days', '30d'],
    ['1month', '1mo'],
    ['2 Months', '2mo'],
    ['1 week, 3 days', '1w3d'],
    ['1 year and 6 hours', '1y6h'],
    ['90 minutes', undefined],
    ['30 d', undefined],
    ['days', undefined],
    ['30d', undefined],
    ['2026-01-31', undefined],
  ] as const) {
    it(`in words has a short form: ${typed}`, () => {
      expect(shortForm(typed)).to.equal(short)
    })
  }

  it('in words is refused with its short form', () => {
    expect(() => parseAge('30 days')).to.throw(
      UsageError,
      '`olderThan` "30 days" is not a valid age: use 30d.',
    )
    expect(() => parseGrace('90 minutes')).to.throw(UsageError, 'is not a valid duration: use 90min.')
    expect(() => parseGrace('1 month')).to.throw(UsageError, 'is not a valid duration: use 30min, 6h')
  })

  for (const [typed, day] of [
    ['30d', '2026-10-31'],
    ['12h', '2026-10-02'],
    ['30', undefined],
    ['2026', undefined],
    ['0d', undefined],
    ['2026-12-31', undefined],
  ] as const) {
    it(`counts from now to a day: ${typed}`, () => {
      expect(dayAfter(typed, new Date('2026-10-01T13:00:00Z'))).to.equal(day)
    })
  }

  describe('[S4] a grace period', () => {
    const accepted: Array<[text: string, ms: number]> = [
      ['0', 0],
      ['30min', 30 * MINUTE],
      ['6h', 6 * HOUR],
      ['1d', DAY],
      ['2w', 14 * DAY],
      ['1h30min', HOUR + 30 * MINUTE],
      ['365000d', 365_000 * DAY],
    ]
    for (const [text, ms] of accepted) {
      it(`of ${text} is ${ms / MINUTE} minutes`, () => {
        for (const typed of [text, `\t${text.toUpperCase()}\n`]) expect(parseGrace(typed)).to.equal(ms)
      })
    }

    const refused = [
      ...'6 30 5m 5M 30m 1MO 1mo 1h30m 1min30m 1y -1h -6h +6h 1.5h h min 6hours 1001y'.split(' '),
      ...'| | 30m |6 h|999999999999w|2026-01-31|off|none'.split('|'),
    ]
    for (const text of refused) {
      it(`is refused for ${JSON.stringify(text)}`, () => {
        expect(() => parseGrace(text)).to.throw(UsageError, /^`grace` ".*: use (?:30min|6h\.$)/)
      })
    }
  })

  describe('a cutoff', () => {
    const midnight = new Date('2026-10-05T00:00:00.000Z')

    it('is now less the duration, or a date itself, whatever the hour is now', () => {
      expect(cutoffOf(parseAge('7d'), NOW)).to.deep.equal(new Date('2026-09-28T12:00:00.000Z'))
      expect(cutoffOf(parseAge('2026-10-05'), NOW)).to.deep.equal(midnight)
    })

    it('[S4] may be this very moment but not a millisecond later, and is refused in the name of its option', () => {
      expect(cutoffOf(parseAge('2026-10-05'), midnight)).to.deep.equal(midnight)
      const before = new Date(midnight.getTime() - 1)
      const future = /^`since` "2026-10-05" .*future/
      expect(() => cutoffOf(parseAge('2026-10-05', 'since'), before, 'since')).to.throw(UsageError, future)
      expect(() => cutoffOf(parseAge('2026-10-05'), before)).to.throw(UsageError, /^`olderThan` "/)
      expect(() => parseAge('soon', 'since')).to.throw(UsageError, /^`since` "soon" .* such as 2026-01-31/)
    })
  })

  const words: Array<[ms: number, largest: string, sum?: string]> = [
    [0, '0min'],
    [59_999, '0min'],
    [MINUTE, '1min'],
    [HOUR - MINUTE, '59min'],
    [HOUR, '1h'],
    [DAY - MINUTE, '23h', '23h59min'],
    [DAY + MINUTE, '1d', '1d1min'],
    [76 * DAY + 5 * HOUR, '76d', '76d5h'],
  ]
  for (const [ms, largest, sum = largest] of words) {
    it(`of ${ms} ms is ${largest} in words, and as a sum ${sum}`, () => {
      expect(formatDuration(ms)).to.equal(largest)
      expect(formatSum(ms)).to.equal(sum)
      if (ms >= MINUTE) expect(formatDuration(-ms)).to.equal(`-${largest}`)
      if (ms >= MINUTE) expect(parseGrace(sum)).to.equal(ms)
    })
  }
})

describe('[S10] a stopwatch', () => {
  for (const [title, byMonotonic, byWall, elapsed] of [
    ['counts what the monotonic clock counts', 5000, 5000, 5000],
    ['counts the time in which the machine slept, and the monotonic clock stood still', 10, 60_000, 60_000],
    ['counts on where the wall clock is set back', 7000, -3_600_000, 7000],
    ['counts on where the wall clock gives no date', 7000, Number.NaN, 7000],
  ] as const)
    it(title, () => {
      const {now} = performance
      let [monotonic, wall] = [1000, Date.UTC(2026, 0)]
      performance.now = () => monotonic
      try {
        const age = stopwatch(() => new Date(wall))
        monotonic += byMonotonic
        wall += byWall
        expect(age()).to.equal(elapsed)
      } finally {
        performance.now = now
      }
    })
})
