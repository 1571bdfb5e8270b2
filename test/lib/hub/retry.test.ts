import {expect} from 'chai'
import {getEventListeners} from 'node:events'

import {CancelledError, UsageError} from '../../../src/lib/base/errors.js'
import {HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {
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
  it('may be transient (T), have an outcome that is not known (U), or be an overload (O)', () => {
    for (const [is, ...errors] of [
      ['TU', new HubUnreachableError('cut'), refusal(408)],
      ['', new HubUnreachableError('refused', {isPermanent: true}), new TypeError('x'), new UsageError('x')],
      ['U', new HubFormatError('a page'), ...[301, 304, 307].map((status) => refusal(status))],
      ['O', refusal(429, {resetMs: 1000}), refusal(429, {actionLimit: true})],
      // Of a gateway.
      ['TO', refusal(429)],
      ['', ...[400, 401, 403, 404, 409, 412, 416].map((status) => refusal(status))],
      ['UO', ...[501, 505, 520, 524, 599].map((status) => refusal(status))],
      ['TUO', ...[500, 502, 503, 504].map((status) => refusal(status))],
    ] as Array<[string, ...Error[]]>)
      for (const error of errors) {
        const found = [isTransient(error) && 'T', isOutcomeUnknown(error) && 'U', isOverload(error) && 'O']
        expect(found.filter(Boolean).join(''), error.message).to.equal(is)
      }
  })
})

describe('the pause before a retry', () => {
  it('is drawn from a span that doubles, up to eight seconds, five times', () => {
    const pauses = (draw: number) =>
      Array.from({length: 6}, (_, retries) => retryDelay(refusal(503), retries, () => draw)?.ms)
    expect(pauses(1)).to.deep.equal([500, 1000, 2000, 4000, 8000, undefined])
    expect(pauses(0)).to.deep.equal([0, 0, 0, 0, 0, undefined])
  })

  it('is as long as the response asks for, up to five minutes', () => {
    for (const [retryAfterMs, ms] of [
      [30, 500],
      [30_000, 30_000],
      [10_000_000, 300_000],
    ] as const)
      expect(retryDelay(refusal(503, {retryAfterMs}), 0, () => 1)).to.include({ms})
  })

  it('says what went wrong, and which retry follows', () => {
    const wait = {why: 'retry', ms: 500, cause: 'the Hub returned 503', retry: 2, of: 5}
    expect(retryDelay(refusal(503), 1, () => 0.5)).to.deep.equal(wait)
    for (const [error, cause] of [
      [new HubUnreachableError('long', {reason: 'cut'}), 'no response from the Hub (cut)'],
      [new HubFormatError('long'), 'the response did not come from the Hub'],
    ] as const)
      expect(retryDelay(error, 0)).to.include({cause})
  })
})

describe('a used-up quota', () => {
  it('is waited for as long as the Hub says, whatever else was, but a moment at least and an hour at most', () => {
    for (const [resetMs, ms, retries, windows] of [
      [5000, 5000, 50, 2],
      [0, 100, 0, 0],
      [0, 1000, 0, 1],
      [1e12, 3_600_000, 0, 0],
    ] as const) {
      const wait = waitBeforeRetry(refusal(429, {resetMs}), {retries, windows})
      expect(wait).to.deep.equal({why: 'quota', ms})
    }
  })
})

describe('a pause', () => {
  const long: Wait = {why: 'quota', ms: 3_600_000}

  it('ends at once where the signal is aborted, and many pile up no listeners on it', async () => {
    const controller = new AbortController()
    const {signal} = controller
    const waiting = Array.from({length: 32}, () => rejectionOf(pause(long, signal)))
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
    controller.abort()
    for (const error of await Promise.all([...waiting, rejectionOf(pause(long, signal))])) {
      expect(error).to.be.instanceOf(CancelledError)
      expect(error.message).to.include('rate limit')
    }
  })
})
