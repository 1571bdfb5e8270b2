import {expect} from 'chai'
import * as fc from 'fast-check'

import {formatProtection} from '../../../../src/lib/account/protection/file.js'
import {parseProtection} from '../../../../src/lib/account/protection/parse.js'
import {type Protection, PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {formatTimestamp} from '../../../../src/lib/base/names.js'
import {someCodePoint, someMoment} from '../../../support/arbitraries.js'
import {errorOf, NOW} from '../../../support/builders.js'

const AT = '2026-10-05T12:00:00.000Z'
const BOARD = 'kim/smoltrace-leaderboard'
const pin = {by: 'ann', at: AT}
const run = '20260131_235959'
const pinned = (more: object) => `{"version": 1, "runs": {"${run}": ${JSON.stringify({...pin, ...more})}}}`

describe('the protection file', () => {
  const entry = {by: 'ann', at: NOW}
  const board = (more: object) => `{"version": 1, "leaderboard": ${JSON.stringify({...pin, ...more})}}`
  const why = {reason: 'paper', until: '2026-12-31'}
  const files: Array<[title: string, text: string, protection: Protection]> = [
    ['who protected it, when and why', board({reason: 'paper'}), {leaderboard: {...entry, reason: 'paper'}}],
    ['no reason where it is not a text', board({reason: 5}), {leaderboard: entry}],
    ['nothing where it names nothing', '{"version": 1, "leaderboard": null, "runs": null}', {}],
    ['nothing where it names no run', '{"version": 1, "runs": {}}', {}],
    ['which runs are pinned, and until when', pinned(why), {runs: {[run]: {...entry, ...why}}}],
    ['nothing by null', pinned({reason: null, until: null}), {runs: {[run]: entry}}],
  ]
  for (const [title, text, protection] of files) {
    it(`says ${title}`, () => {
      expect(formatProtection(parseProtection(text, BOARD))).to.equal(formatProtection(protection))
    })
  }

  // Of what is not JSON, or says too much: schema.test.ts.
  const broken: Array<[title: string, text: string]> = [
    ['no version beside a protection', `{"leaderboard": {"by": "ann", "at": "${AT}"}}`],
    ['a later version', '{"version": 2}'],
    ['its version as a text', '{"version": "1"}'],
    ['an unknown part', '{"version": 1, "pins": null}'],
    ['a leaderboard that is only false', '{"version": 1, "leaderboard": false}'],
    ['a leaderboard without a date', '{"version": 1, "leaderboard": {"by": "ann"}}'],
    ['a leaderboard without an author', `{"version": 1, "leaderboard": {"at": "${AT}"}}`],
    ['a date that is not one', '{"version": 1, "leaderboard": {"by": "ann", "at": "yesterday"}}'],
    ['__proto__ for a run', `{"version": 1, "runs": {"__proto__": ${JSON.stringify(pin)}}}`],
    ['a list of runs', `{"version": 1, "runs": ["${run}"]}`],
    ['a run that cannot be', pinned({}).replace(run, '20260231_000000')],
    ['a run that every object has', pinned({}).replace(run, 'constructor')],
    ['a pin that is null', `{"version": 1, "runs": {"${run}": null}}`],
    ['a pin without an author', pinned({by: undefined})],
    ['a pin without a date', pinned({at: undefined})],
    ['a pin until a day that does not exist', pinned({until: '2026-02-30'})],
    ['a pin until a moment', pinned({until: '2026-12-31T00:00:00Z'})],
    ['a pin with a reason that is not a text', pinned({reason: 5})],
    ['a pin with a condition that is not known', pinned({only: ['traces']})],
    ['one bad pin among good ones', pinned({}).replace(/}}$/, ', "20260201_000000": {}}}')],
  ]
  for (const [title, text] of broken) {
    it(`is refused where it holds ${title}, and never taken for no protection`, () => {
      const error = errorOf(() => parseProtection(text, BOARD))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(PROTECTION_PATH).and.include(BOARD)
    })
  }

  it('is read as it was written', () => {
    const words = {
      by: fc.string({unit: someCodePoint}),
      at: fc.date({noInvalidDate: true}),
      reason: fc.string({unit: someCodePoint, minLength: 1}),
    }
    const day = fc
      .date({min: new Date('2000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true})
      .map((date) => date.toISOString().slice(0, 10))
    const protections = fc.record(
      {
        leaderboard: fc.record(words, {requiredKeys: ['by', 'at']}),
        runs: fc.dictionary(
          someMoment.map((moment) => formatTimestamp(moment)),
          fc.record({...words, until: day}, {requiredKeys: ['by', 'at']}),
          {minKeys: 1, noNullPrototype: true},
        ),
      },
      {requiredKeys: []},
    )
    fc.assert(
      fc.property(protections, (protection) => {
        expect(parseProtection(formatProtection(protection), 'x')).to.deep.equal(protection)
      }),
      {numRuns: 300},
    )
  })
})
