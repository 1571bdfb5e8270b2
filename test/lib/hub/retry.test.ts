import {expect} from 'chai'
import * as fc from 'fast-check'
import {getEventListeners} from 'node:events'

import {CancelledError, UsageError} from '../../../src/lib/base/errors.js'
import {HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {
  backoff,
  isOutcomeUnknown,
  isOverload,
  isTransient,
  pause,
  retryDelay,
  type Wait,
  waitBeforeRetry,
} from '../../../src/lib/hub/retry.js'
import {refusal, rejectionOf} from '../../support/builders.js'

describe('a failure', () => {
  const dropped = new HubUnreachableError('cut')
  const wrongAddress = new HubUnreachableError('nobody there', {isPermanent: true})
  const exhausted = refusal(429, {resetMs: 1000})
  const actionLimit = refusal(429, {actionLimit: true})
  const edge = refusal(429)
  const page = new HubFormatError('a page')

  const cases: Array<[what: string, error: Error, passing: boolean, lost: boolean, overload: boolean]> = [
    ['a dropped connection', dropped, true, true, false],
    ['an address where nobody is', wrongAddress, false, false, false],
    ['an answer that is not of the Hub', page, false, true, false],
    ['a used-up quota', exhausted, false, false, true],
    ['a limit of one action', actionLimit, false, false, true],
    ['a 429 from before the Hub', edge, true, false, true],
    ['a mistake in the program', new TypeError('odd'), false, false, false],
    ['wrong usage', new UsageError('odd'), false, false, false],
    ...[400, 401, 403, 404, 409, 412, 416].map(
      (status) =>
        [`a ${status}`, refusal(status), false, false, false] as [string, Error, boolean, boolean, boolean],
    ),
    ['a 408', refusal(408), true, true, false],
    ...[301, 304, 307].map(
      (status) =>
        [`a ${status}`, refusal(status), false, true, false] as [string, Error, boolean, boolean, boolean],
    ),
    ...[501, 505, 520, 524, 599].map(
      (status) =>
        [`a ${status}`, refusal(status), false, true, true] as [string, Error, boolean, boolean, boolean],
    ),
    ...[500, 502, 503, 504].map(
      (status) =>
        [`a ${status}`, refusal(status), true, true, true] as [string, Error, boolean, boolean, boolean],
    ),
  ]
  for (const [what, error, passing, lost, overload] of cases) {
    it(`such as ${what} ${passing ? 'may pass' : 'does not pass'}, and leaves ${lost ? 'open' : 'no doubt'} what was done`, () => {
      expect({
        passing: isTransient(error),
        lost: isOutcomeUnknown(error),
        overload: isOverload(error),
      }).to.deep.equal({
        passing,
        lost,
        overload,
      })
    })
  }
})

describe('the pause before a repeat', () => {
  it('is drawn from a span that doubles, up to eight seconds', () => {
    const longest = Array.from({length: 8}, (_, repeats) => backoff(repeats, () => 1))
    expect(longest).to.deep.equal([500, 1000, 2000, 4000, 8000, 8000, 8000, 8000])
    expect(
      Array.from({length: 8}, (_, repeats) => backoff(repeats, () => 0)).every((ms) => ms === 0),
    ).to.equal(true)
  })

  it('is never longer than its span, and as long as the answer asks for, up to five minutes', () => {
    fc.assert(
      fc.property(
        fc.nat({max: 4}),
        fc.double({min: 0, max: 0.999, noNaN: true}),
        fc.nat({max: 10_000_000}),
        (repeats, draw, asked) => {
          const wait = retryDelay(refusal(503, {retryAfterMs: asked}), repeats, () => draw)
          expect(wait?.ms).to.be.within(Math.min(asked, 300_000), Math.max(Math.min(asked, 300_000), 8000))
        },
      ),
    )
  })

  it('says what went wrong and which repeat follows, five times', () => {
    const waits = Array.from({length: 7}, (_, repeats) =>
      waitBeforeRetry(refusal(503), {retries: repeats, windows: 0}, () => 0.5),
    )
    expect(waits.slice(0, 2)).to.deep.equal([
      {why: 'retry', ms: 250, cause: 'the Hub answered 503', retry: 1, of: 5},
      {why: 'retry', ms: 500, cause: 'the Hub answered 503', retry: 2, of: 5},
    ])
    expect(waits.map((wait) => wait !== undefined)).to.deep.equal([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ])
  })

  it('tells no connection and an odd answer apart', () => {
    const cause = (error: Error) => retryDelay(error, 0)?.cause
    expect(cause(new HubUnreachableError('long', {reason: 'other side closed'}))).to.equal(
      'no answer from the Hub (other side closed)',
    )
    expect(cause(new HubFormatError('long'))).to.equal('the answer was not one of the Hub')
  })
})

describe('a used-up quota', () => {
  const FIRST = {retries: 0, windows: 0}
  const msAfter = (resetMs: number, repeats = 0, windows = 0) =>
    waitBeforeRetry(refusal(429, {resetMs}), {retries: repeats, windows}, () => 0)?.ms

  it('is waited for as long as the Hub says, however often it was repeated for another reason', () => {
    expect([0, 5, 50].map((repeats) => msAfter(5000, repeats))).to.deep.equal([5000, 5000, 5000])
    expect(waitBeforeRetry(refusal(429, {resetMs: 5000}), FIRST)).to.deep.equal({why: 'quota', ms: 5000})
  })

  it('is not waited for a fourth time in a row in which nothing went well', () => {
    expect([0, 1, 2, 3, 4].map((windows) => msAfter(5000, 0, windows))).to.deep.equal([
      5000,
      5000,
      5000,
      undefined,
      undefined,
    ])
  })

  it('is waited for a second at least where the wait before it was in vain: the Hub counts whole ones', () => {
    expect([0, 1, 2].map((windows) => msAfter(0, 0, windows))).to.deep.equal([100, 1000, 1000])
  })

  it('is waited for a moment at least and an hour at most', () => {
    expect([0, 99, 1e12].map((resetMs) => msAfter(resetMs))).to.deep.equal([100, 100, 3_600_000])
  })

  it('is not what a limit of one action is: waiting for that is useless', () => {
    expect(waitBeforeRetry(refusal(429, {actionLimit: true}), FIRST)).to.equal(undefined)
  })
})

describe('a pause', () => {
  const long: Wait = {why: 'quota', ms: 3_600_000}

  it('ends at once where the signal is aborted', async () => {
    const controller = new AbortController()
    const waiting = rejectionOf(pause(long, controller.signal))
    controller.abort()
    const error = await waiting
    expect(error).to.be.instanceOf(CancelledError)
    expect(error.message).to.include('quota')
    expect(await rejectionOf(pause(long, controller.signal))).to.be.instanceOf(CancelledError)
  })

  it('of many piles up no listeners on the signal', async () => {
    const controller = new AbortController()
    const {signal} = controller
    const waiting = Array.from({length: 32}, () => rejectionOf(pause(long, signal)))
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
    controller.abort()
    for (const error of await Promise.all(waiting)) expect(error).to.be.instanceOf(CancelledError)
  })

  it('needs no signal', async () => {
    await pause({why: 'quota', ms: 0})
  })
})
