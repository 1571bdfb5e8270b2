import {expect} from 'chai'

import {SmoltraceError} from '../../../src/lib/errors.js'
import {HubError, HubFormatError, HubUnreachableError, isAuthStatus} from '../../../src/lib/hub/errors.js'

const answer = {method: 'GET', path: '/api/datasets', status: 500, text: 'Internal Error'}

describe('errors of the Hub', () => {
  it('say what was asked, what was answered and the id of the request', () => {
    const {message, name} = new HubError({...answer, requestId: 'Root=1-abc'})
    expect(name).to.equal('HubError')
    for (const part of ['GET', '/api/datasets', '500', 'Internal Error', 'Root=1-abc'])
      expect(message).to.include(part)
  })

  it('are safe to print and not endless, whatever the Hub said', () => {
    const {message} = new HubError({
      ...answer,
      text: `\u001B[2J\u202E${'x'.repeat(5000)}`,
      requestId: 'a\u0007b',
    })

    expect(message).not.to.match(/[\u0000-\u001F\u202E]/)
    expect(message.length).to.be.lessThan(500)
  })

  it('say so where the Hub said nothing', () => {
    expect(new HubError({...answer, text: ' \n'}).message).to.include('no message')
  })

  const codes: Array<[status: number, exitCode: number]> = [
    [400, 1],
    [401, 4],
    [403, 4],
    [404, 1],
    [409, 1],
    [412, 1],
    [429, 1],
    [500, 1],
    [503, 1],
  ]
  for (const [status, exitCode] of codes) {
    it(`end with ${exitCode} after an answer ${status}`, () => {
      const error = new HubError({...answer, status})
      expect(error.exitCode).to.equal(exitCode)
      expect(error.status).to.equal(status)
      expect(error.oclif).to.deep.equal({exit: exitCode})
      expect(isAuthStatus(status)).to.equal(exitCode === 4)
    })
  }

  it('say what to do next, by the status', () => {
    expect(new HubError({...answer, status: 401}).suggestions.join(',')).to.include('HF_TOKEN')
    expect(new HubError({...answer, method: 'GET', status: 403}).suggestions.join(',')).to.include(
      'may not read',
    )
    expect(new HubError({...answer, method: 'POST', status: 403}).suggestions.join(',')).to.include(
      'write access',
    )
    expect(new HubError({...answer, status: 404}).suggestions.join(',')).to.include('--namespace')
    expect(new HubError({...answer, status: 429}).suggestions.join(',')).to.include('Wait')
    expect(new HubError({...answer, status: 503}).suggestions.join(',')).to.include('Try again later')
    expect(new HubFormatError('x').suggestions.join(',')).to.include('newer version')
    expect(new HubUnreachableError('x').suggestions.join(',')).to.include('HF_ENDPOINT')
  })

  it('give other advice where it is given to them', () => {
    expect(new HubError({...answer, status: 401}, {suggestions: ['ask ann']}).suggestions).to.deep.equal([
      'ask ann',
    ])
  })

  it('are all of one family, and end with 1 where no answer can be trusted', () => {
    for (const error of [new HubUnreachableError('x'), new HubFormatError('x')]) {
      expect(error).to.be.instanceOf(SmoltraceError)
      expect(error.exitCode).to.equal(1)
    }
  })
})
