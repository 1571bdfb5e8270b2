import {expect} from 'chai'

import {SmoltraceError} from '../../../src/lib/base/errors.js'
import {type HubAnswer, HubError, HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'

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
    })
  }

  it('say what to do next, by the status', () => {
    expect(new HubError({...answer, method: 'GET', status: 403}).suggestions.join(',')).to.include(
      'may not read',
    )
    expect(new HubError({...answer, method: 'POST', status: 403}).suggestions.join(',')).to.include(
      'write access',
    )
    expect(new HubError({...answer, status: 404}).suggestions.join(',')).to.include('`namespace`')
    expect(new HubError({...answer, status: 429}).suggestions.join(',')).to.include('Wait')
    expect(new HubError({...answer, status: 503}).suggestions.join(',')).to.include('Try again later')
    expect(new HubFormatError('x').suggestions.join(',')).to.include('newer version')
    expect(new HubUnreachableError('x').suggestions.join(',')).to.include('HF_ENDPOINT')
  })

  const causes: Array<
    [what: string, about: Partial<HubAnswer>, exitCode: number, says: RegExp, never: RegExp]
  > = [
    [
      'a 401 to a deletion',
      {status: 401, method: 'DELETE'},
      4,
      /knows this token.*`repo\.write`.*`manage-repos`/,
      /rejected|invalid/,
    ],
    ['a 401 to a read', {status: 401}, 4, /`repo\.content\.read`/, /rejected|invalid/],
    ['a 401 of whoami', {status: 401, path: '/api/whoami-v2'}, 4, /rejected/, /knows this token/],
    [
      'a full account on writing',
      {status: 403, method: 'POST', text: 'Private repository storage limit reached, please upgrade'},
      4,
      /Delete something first; traces.*--only traces.*Restoring and pinning need room/,
      /token|write access/,
    ],
    [
      'a full account on reading',
      {status: 403, text: 'Private repository storage limit reached, please upgrade'},
      4,
      /Delete something first/,
      /token|gate/,
    ],
    [
      'a 403 of the file store',
      {status: 403, store: 'cdn.test'},
      1,
      /none is sent to cdn\.test/,
      /settings\/tokens|too narrow/,
    ],
    ['a 401 of the file store', {status: 401, store: 'cdn.test'}, 1, /none is sent to cdn\.test/, /HF_TOKEN/],
    [
      'a 503 of the file store',
      {status: 503, store: 'cdn.test'},
      1,
      /cdn\.test has trouble/,
      /status\.huggingface/,
    ],
    ['a 407', {status: 407}, 1, /a proxy: set HTTPS_PROXY/, /status\.huggingface/],
  ]
  for (const [what, about, exitCode, says, never] of causes) {
    it(`advise by the cause: ${what}`, () => {
      const error = new HubError({...answer, ...about})
      expect(error.exitCode).to.equal(exitCode)
      expect(error.suggestions.join(' ')).to.match(says).and.not.match(never)
      expect(error.message).to.include(about.store ?? 'The Hub answered')
    })
  }

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
