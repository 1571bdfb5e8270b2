import {expect} from 'chai'

import {SmoltraceError} from '../../../src/lib/base/errors.js'
import {type HubAnswer, HubError, HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'

const answer = {method: 'GET', path: '/api/datasets', status: 500, text: 'Internal Error'}
const FULL = 'Private repository storage limit reached, please upgrade'

describe('errors of the Hub', () => {
  it('say what was asked, what was answered and the id of the request', () => {
    const {message, name} = new HubError({...answer, requestId: 'Root=1-abc'})
    expect(name).to.equal('HubError')
    for (const part of ['GET', '/api/datasets', '500', 'Internal Error', 'Root=1-abc'])
      expect(message).to.include(part)
    expect(new HubError({...answer, text: ' \n'}).message).to.include('no message')
  })

  it('are safe to print and not endless, whatever the Hub said', () => {
    const text = `\u001B[2J\u202E${'x'.repeat(5000)}`
    const {message} = new HubError({...answer, text, requestId: 'a\u0007b'})
    expect(message).not.to.match(/[\u0000-\u001F\u202E]/)
    expect(message.length).to.be.lessThan(500)
  })

  it('end with 4 where the Hub refuses the token, else with 1', () => {
    for (const status of [400, 401, 403, 404, 409, 412, 429, 500, 503]) {
      const error = new HubError({...answer, status})
      expect(error).to.include({exitCode: status === 401 || status === 403 ? 4 : 1, status})
      expect(error.oclif).to.deep.equal({exit: error.exitCode})
    }
  })

  const causes: Array<[about: Partial<HubAnswer>, exitCode: number, says: RegExp, never: RegExp]> = [
    [{status: 401, method: 'DELETE'}, 4, /knows this.*`repo\.write`.*`manage-repos`/, /rejected|invalid/],
    [{status: 401}, 4, /`repo\.content\.read`/, /rejected|invalid/],
    [{status: 401, path: '/api/whoami-v2'}, 4, /expired or been revoked/, /knows this token/],
    [{status: 404, path: '/api/whoami-v2'}, 1, /HF_ENDPOINT/, /`namespace`/],
    [{status: 403}, 4, /may not read/, /write access/],
    [{status: 403, method: 'POST'}, 4, /write access/, /may not read/],
    [
      {status: 403, method: 'POST', text: FULL},
      4,
      /Delete something first; traces.*--only traces.*Restoring and pinning need room/,
      /token|write access/,
    ],
    [{status: 403, text: FULL}, 4, /Delete something first/, /token|gate/],
    [{status: 403, store: 'cdn.test'}, 1, /none is sent to cdn\.test/, /settings\/tokens|too narrow/],
    [{status: 401, store: 'cdn.test'}, 1, /none is sent to cdn\.test/, /HF_TOKEN/],
    [{status: 503, store: 'cdn.test'}, 1, /cdn\.test has trouble/, /status\.huggingface/],
    [{status: 404}, 1, /`namespace`/, /HF_ENDPOINT/],
    [{status: 407}, 1, /a proxy: set HTTPS_PROXY/, /status\.huggingface/],
    [{status: 429}, 1, /Wait/, /status\.huggingface/],
    [{status: 503}, 1, /Try again later/, /HF_TOKEN/],
  ]
  for (const [about, exitCode, says, never] of causes) {
    it(`advise by the cause: ${Object.values(about).join(' ')}`, () => {
      const error = new HubError({...answer, ...about})
      expect(error.exitCode).to.equal(exitCode)
      expect(error.suggestions.join(' ')).to.match(says).and.not.match(never)
      expect(error.message).to.include(about.store ?? 'The Hub answered')
    })
  }

  it('give other advice where it is given to them', () => {
    const {suggestions} = new HubError({...answer, status: 401}, {suggestions: ['ask ann']})
    expect(suggestions).to.deep.equal(['ask ann'])
  })

  it('are all of one family, and end with 1 where no answer can be trusted', () => {
    for (const [error, says] of [
      [new HubUnreachableError('x'), 'HF_ENDPOINT'],
      [new HubFormatError('x'), 'newer version'],
    ] as const) {
      expect(error).to.be.instanceOf(SmoltraceError).and.to.have.property('exitCode', 1)
      expect(error.suggestions.join(',')).to.include(says)
    }
  })
})
