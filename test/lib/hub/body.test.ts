import {expect} from 'chai'
import {setTimeout as sleep} from 'node:timers/promises'

import {HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {HubResponse, limitedBody, timeLimit} from '../../../src/lib/hub/http.js'
import {silenceIn} from '../../../src/lib/hub/transport.js'
import {rejectionOf} from '../../support/builders.js'
import {withLimits} from '../../support/limits.js'

const answerOf = (body: AsyncIterable<Uint8Array>) =>
  new HubResponse({status: 200, url: 'https://hub.example/', headers: new Headers(), body, discard() {}})

describe('a body that is watched', () => {
  it('counts only the time in which a piece is waited for, not that of the reader', async () => {
    const log: string[] = []
    const limit = {
      ...timeLimit(1000),
      start: () => log.push('start'),
      stop: () => log.push('stop'),
    }
    async function* source() {
      yield Buffer.from('piece')
    }

    const pieces = limitedBody(source(), limit)
    expect(log).to.deep.equal([])
    await pieces.next()
    expect(log).to.deep.equal(['start', 'stop'])
    log.push('the reader takes its time')
    expect((await pieces.next()).done).to.equal(true)
    expect(log.slice(0, 5)).to.deep.equal(['start', 'stop', 'the reader takes its time', 'start', 'stop'])
    expect(log.slice(5).every((each) => each === 'stop')).to.equal(true)
  })

  it('is an error of the program where it breaks off, also for whoever wants the whole', async () => {
    // eslint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('aborted')
    }

    const answer = answerOf(limitedBody(broken(), timeLimit(1000)))
    expect(await rejectionOf(answer.bytes())).to.be.instanceOf(HubUnreachableError)
  })

  it('that nobody wants any more is not read on', async () => {
    const log: string[] = []
    async function* source() {
      try {
        for (;;) yield Buffer.from('piece')
      } finally {
        log.push('ended')
      }
    }

    const pieces = limitedBody(source(), timeLimit(1000))
    log.push(String((await pieces.next()).value))
    await pieces.return(null)
    expect(log).to.deep.equal(['piece', 'ended'])
  })

  it('that is longer than anything that was asked for is an error, and not read on', async () => {
    let sent = 0
    async function* endless() {
      for (;;) {
        sent += 1000
        yield Buffer.alloc(1000)
      }
    }

    const answer = answerOf(limitedBody(endless(), timeLimit(1000), undefined, {maxBytes: 5000}))
    expect(await rejectionOf(answer.bytes())).to.be.instanceOf(HubFormatError)
    expect(sent).to.be.at.most(6000)
  })

  it('that says only a word has its time as a whole', async () => {
    async function* trickle() {
      for (;;) {
        await new Promise(setImmediate)
        yield Buffer.from('.')
      }
    }

    const limit = timeLimit(20)
    const source = async function* () {
      for await (const piece of trickle()) {
        if (limit.isOver) throw new Error('aborted')
        yield piece
      }
    }

    const answer = answerOf(limitedBody(source(), limit, undefined, {totalMs: 20}))
    expect(await rejectionOf(answer.bytes())).to.be.instanceOf(HubUnreachableError)
  })

  it('that has its time as a whole is over when that is, though something comes now and then', () =>
    withLimits(20, async () => {
      const limit = timeLimit(20)
      async function* source() {
        for (;;) {
          await sleep(2)
          if (limit.isOver) throw new Error('aborted')
          yield Buffer.from('.')
        }
      }

      const answer = answerOf(limitedBody(source(), limit, undefined, {totalMs: 60}))
      const error = await rejectionOf(answer.bytes())
      expect(error).to.be.instanceOf(HubUnreachableError).and.to.have.property('isPermanent', true)
      expect(error.message).to.include('took too long')
    }))

  it('that has its time as a whole does not count that of the reader', async () => {
    const left: number[] = []
    const limit = {...timeLimit(20), start: (most = 0) => left.push(most)}
    async function* source() {
      yield Buffer.from('a')
      yield Buffer.from('b')
    }

    for await (const piece of limitedBody(source(), limit, undefined, {totalMs: 1000}))
      await sleep(piece.length * 30)
    expect(left.every((ms) => ms > 980)).to.equal(true)
  })

  it('that is whole can be read as bytes, text and JSON', async () => {
    async function* source() {
      yield Buffer.from('{"grün":')
      yield Buffer.from(' 1}')
    }

    const whole = answerOf(source())
    expect(await whole.json()).to.deep.equal({grün: 1})
  })
})

describe('how long the Hub may be silent', () => {
  const cases: Array<[text: string | undefined, ms: number]> = [
    [undefined, 60_000],
    ['', 60_000],
    ['soon', 60_000],
    ['0', 60_000],
    ['-5', 60_000],
    ['10', 10_000],
    ['0.25', 250],
    ['3600', 300_000],
    ['Infinity', 300_000],
  ]
  for (const [text, ms] of cases) {
    it(`is ${ms} ms where HF_HUB_DOWNLOAD_TIMEOUT is ${text ?? 'not set'}`, () => {
      expect(silenceIn(text === undefined ? {} : {HF_HUB_DOWNLOAD_TIMEOUT: text})).to.equal(ms)
    })
  }
})
