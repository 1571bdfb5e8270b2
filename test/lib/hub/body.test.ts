/* eslint-disable n/no-unsupported-features/node-builtins -- streams work in Node 20, whatever it calls them */
import {expect} from 'chai'

import {watchedBody, wholeAnswer} from '../../../src/lib/hub/body.js'
import {HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {silenceIn, timeLimit} from '../../../src/lib/hub/time-limit.js'
import {rejectionOf} from '../../support/builders.js'

describe('a body that is watched', () => {
  it('counts only the time in which a piece is waited for, not that of the reader', async () => {
    const log: string[] = []
    const limit = {
      ...timeLimit(1000),
      start: () => log.push('start'),
      stop: () => log.push('stop'),
    }
    const reader = watchedBody(new Blob(['piece']).stream(), limit).getReader()
    expect(log).to.deep.equal([])
    await reader.read()
    expect(log).to.deep.equal(['start', 'stop'])
    log.push('the reader takes its time')
    expect((await reader.read()).done).to.equal(true)
    expect(log).to.deep.equal(['start', 'stop', 'the reader takes its time', 'start', 'stop'])
  })

  it('is an error of the program where it breaks off, also for whoever wants the whole', async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.error(new TypeError('terminated'))
        },
      })
    const answer = new Response(watchedBody(broken(), timeLimit(1000)))
    expect(await rejectionOf(wholeAnswer(answer))).to.be.instanceOf(HubUnreachableError)
  })

  it('that nobody wants any more is not read on', async () => {
    let reason: unknown
    const source = new ReadableStream<Uint8Array>({
      cancel(why) {
        reason = why
      },
    })
    await watchedBody(source, timeLimit(1000)).cancel('enough')
    expect(reason).to.equal('enough')
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
