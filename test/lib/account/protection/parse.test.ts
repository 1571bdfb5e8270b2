import {expect} from 'chai'
import * as fc from 'fast-check'

import {formatProtection} from '../../../../src/lib/account/protection/file.js'
import {parseProtection} from '../../../../src/lib/account/protection/parse.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {formatTimestamp} from '../../../../src/lib/base/names.js'
import {errorOf, NOW, someMoment} from '../../../support/builders.js'

const AT = '2026-10-05T12:00:00.000Z'
const parse = (value: unknown) => parseProtection(JSON.stringify(value), 'kim/smoltrace-leaderboard')

describe('the protection file', () => {
  it('says who protected the leaderboard, when and why', () => {
    expect(parse({version: 1, leaderboard: {by: 'ann', at: AT, reason: 'paper'}})).to.deep.equal({
      leaderboard: {by: 'ann', at: NOW, reason: 'paper'},
    })
  })

  it('need not say why', () => {
    expect(parse({version: 1, leaderboard: {by: 'ann', at: AT}})).to.deep.equal({
      leaderboard: {by: 'ann', at: NOW},
    })
    expect(parse({version: 1, leaderboard: {by: 'ann', at: AT, reason: 5}})).to.deep.equal({
      leaderboard: {by: 'ann', at: NOW},
    })
  })

  it('protects nothing where it names nothing', () => {
    expect(parse({version: 1})).to.deep.equal({})

    expect(parse({version: 1, leaderboard: null})).to.deep.equal({})
  })

  const broken: Array<[title: string, text: string]> = [
    ['nothing', ''],
    ['blanks', ' \n'],
    ['no JSON', '{version: 1}'],
    ['half of its JSON', '{"version": 1, "leaderboard": {"by": "a'],
    ['a page', '<!doctype html><title>Log in</title>'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"protected"'],
    ['a list', '[{"version": 1}]'],
    ['a merge conflict', '<<<<<<< HEAD\n{"version": 1}'],
    ['no version', '{}'],
    ['no version beside a protection', `{"leaderboard": {"by": "ann", "at": "${AT}"}}`],
    ['a later version', '{"version": 2}'],
    ['an earlier version', '{"version": 0}'],
    ['its version as a text', '{"version": "1"}'],
    ['a name twice', '{"version": 1, "runs": {"20260801_120000": {}}, "runs": {}}'],
    ['an unknown part', '{"version": 1, "models": {}}'],
    ['an empty unknown part', '{"version": 1, "pins": null}'],
    ['a leaderboard that is only true', '{"version": 1, "leaderboard": true}'],
    ['a leaderboard that is only false', '{"version": 1, "leaderboard": false}'],
    ['a leaderboard that is a text', '{"version": 1, "leaderboard": ""}'],
    ['a leaderboard that is a list', '{"version": 1, "leaderboard": []}'],
    ['a leaderboard that says nothing', '{"version": 1, "leaderboard": {}}'],
    ['a leaderboard without a date', '{"version": 1, "leaderboard": {"by": "ann"}}'],
    ['a leaderboard without an author', `{"version": 1, "leaderboard": {"at": "${AT}"}}`],
    ['a date that is none', '{"version": 1, "leaderboard": {"by": "ann", "at": "yesterday"}}'],
    ['a date that is a number', '{"version": 1, "leaderboard": {"by": "ann", "at": 1}}'],
    ['an author that is a number', `{"version": 1, "leaderboard": {"by": 1, "at": "${AT}"}}`],
  ]
  for (const [title, text] of broken) {
    it(`is refused where it holds ${title}, and never taken for no protection`, () => {
      const error = errorOf(() => parseProtection(text, 'kim/smoltrace-leaderboard'))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(PROTECTION_PATH).and.include('kim/smoltrace-leaderboard')
    })
  }

  const pin = {by: 'ann', at: AT}
  const run = '20260131_235959'

  it('says which runs are pinned, by whom, since when, why and until when', () => {
    expect(parse({version: 1, runs: {[run]: {...pin, reason: 'paper', until: '2026-12-31'}}})).to.deep.equal({
      runs: {[run]: {by: 'ann', at: NOW, reason: 'paper', until: '2026-12-31'}},
    })
    expect(parse({version: 1, runs: {[run]: {...pin, reason: null, until: null}}})).to.deep.equal({
      runs: {[run]: {by: 'ann', at: NOW}},
    })
  })

  it('pins nothing where it names no run', () => {
    for (const runs of [null, {}]) expect(parse({version: 1, runs})).to.deep.equal({})
  })

  const brokenPins: Array<[title: string, runs: unknown]> = [
    ['a list', [run]],
    ['a text', run],
    ['a run that can be none', {'20260231_000000': pin}],
    ['a run by its full name', {'ann/smoltrace-results-20260131_235959': pin}],
    ['a run that every object has', {constructor: pin}],
    ['a pin that is only true', {[run]: true}],
    ['a pin that is null', {[run]: null}],
    ['a pin without an author', {[run]: {at: AT}}],
    ['a pin without a date', {[run]: {by: 'ann'}}],
    ['a pin until a day that is none', {[run]: {...pin, until: '2026-02-30'}}],
    ['a pin until a moment', {[run]: {...pin, until: '2026-12-31T00:00:00Z'}}],
    ['a pin until a number', {[run]: {...pin, until: 2026}}],
    ['a pin with a reason that is no text', {[run]: {...pin, reason: 5}}],
    ['a pin with a condition that is not known', {[run]: {...pin, only: ['traces']}}],
    ['one bad pin among good ones', {[run]: pin, '20260201_000000': {}}],
  ]
  for (const [title, runs] of brokenPins) {
    it(`is refused where its runs are or hold ${title}`, () => {
      expect(() => parse({version: 1, runs})).to.throw(RefusedError, PROTECTION_PATH)
    })
  }

  it('is refused for a name of an object that every object has', () => {
    expect(() => parseProtection('{"version": 1, "__proto__": {"x": 1}}', 'x')).to.throw(RefusedError)
    expect(() => parseProtection('{"version": 1, "constructor": 1}', 'x')).to.throw(RefusedError)
    for (const runs of [
      `{"__proto__": ${JSON.stringify(pin)}}`,
      `{"${run}": {"by": "ann", "at": "${AT}", "__proto__": {}}}`,
    ])
      expect(() => parseProtection(`{"version": 1, "runs": ${runs}}`, 'x')).to.throw(RefusedError)
  })

  it('is read as it was written', () => {
    const words = {
      by: fc.string({unit: 'binary'}),
      at: fc.date({noInvalidDate: true}),
      reason: fc.string({unit: 'binary', minLength: 1}),
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
    expect(parseProtection(formatProtection({}), 'x')).to.deep.equal({})
  })
})
