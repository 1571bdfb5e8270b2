import {expect} from 'chai'

import {SmoltraceError} from '../../../src/lib/base/errors.js'
import {
  type HubAnswer,
  HubError,
  HubFormatError,
  HubUnreachableError,
  toHubError,
} from '../../../src/lib/hub/errors.js'

const HUB = 'https://hub.example'
const answer = {method: 'GET', path: '/api/datasets', status: 500, text: 'Internal Error'}
const FULL = 'Private repository storage limit reached, please upgrade'

/** What an answer of a Hub came to, or of what it led to. */
const answered = (
  status: number,
  {
    headers,
    text = '',
    path = '/api/x?y',
    from = HUB,
  }: Partial<Record<'from' | 'path' | 'text', string>> & {
    headers?: Record<string, string>
  } = {},
) => {
  const response = {status, url: `${from}/z`, headers: new Headers(headers), text}
  return toHubError(response, {method: 'GET', url: HUB + path}, HUB).answer
}

describe('an answer that is not a success', () => {
  const header = {'x-error-message': 'from the header'}

  it("says in the Hub's own words what is wrong", () => {
    for (const [text, said, headers = {}] of [
      ['{"error": "Repository not found"}', 'Repository not found'],
      ['{"error": ["too long", "too odd"]}', 'too long; too odd'],
      ['{"message": "try later"}', 'try later'],
      ['{"error": "invalid_grant", "error_description": "it expired"}', 'invalid_grant; it expired'],
      ['{"errors": [{"message": "too long"}, {"message": "too odd"}]}', 'too long; too odd'],
      ['{"error": "first", "message": "second"}', 'first'],
      ['<Error><Code>AccessDenied</Code><Message>expired</Message></Error>', 'AccessDenied: expired'],
      ['{"error": ""}', 'from the header', header],
      ['null', 'from the header', header],
      ['', 'from the header', header],
      ['We had to rate limit you', 'We had to rate limit you', {'content-type': 'text/plain'}],
      ['<html><script>alert(1)</script>', 'an HTML page', {'content-type': 'text/html'}],
      ['', ''],
    ] as Array<[string, string, Record<string, string>?]>)
      expect(answered(400, {text, headers}).text).to.equal(said)
  })

  it('has its code, the id of the request and what was asked, without the query', () => {
    const headers = {'x-error-code': 'RepoNotFound', 'x-request-id': 'Root=1-abc'}
    const known = {method: 'GET', path: '/api/x', status: 404, store: undefined}
    expect(answered(404, {headers})).to.include({...known, code: 'RepoNotFound', requestId: 'Root=1-abc'})
    const stored = {store: 'store.example', code: undefined}
    expect(answered(404, {headers, from: 'https://store.example'})).to.include(stored)
  })

  it('[S15] is a used-up quota, or a limit of one action, only with 429 and as its header says', () => {
    const used = {ratelimit: '"api";r=0;t=7'}
    const left = {ratelimit: '"api";r=499;t=7'}
    for (const [status, headers, is, path = '/api/x'] of [
      [429, used, {resetMs: 7000, actionLimit: false}],
      [429, left, {resetMs: undefined, actionLimit: true}],
      [429, {}, {resetMs: undefined, actionLimit: false}],
      [503, used, {resetMs: undefined, actionLimit: false}],
      [429, left, {resetMs: 7000, actionLimit: false}, '/api/whoami-v2'],
      [429, {...left, 'retry-after': '9'}, {resetMs: 9000, actionLimit: false}, '/api/whoami-v2'],
    ] as Array<[number, Record<string, string>, object, string?]>)
      expect(answered(status, {headers, path})).to.include(is)
  })

  it('may ask for a pause, in seconds or until a date by its own clock', () => {
    const date = 'Thu, 26 Nov 2026 10:00:00 GMT'
    for (const [text, ms] of [
      ['30', 30_000],
      ['Thu, 26 Nov 2026 10:00:40 GMT', 40_000],
      ['Thu, 26 Nov 1998 10:00:00 GMT', 0],
      ['soon', undefined],
      ['1.5', undefined],
      ['2026-11-26', undefined],
    ] as const)
      expect(answered(503, {headers: {'retry-after': text, date}}).retryAfterMs, text).to.equal(ms)
    const year = {'retry-after': 'Thu, 26 Nov 2099 10:00:40 GMT'}
    expect(answered(503, {headers: year}).retryAfterMs).to.be.greaterThan(300_000)
  })
})

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

  const causes: Array<[about: Partial<HubAnswer>, exitCode: number, says: RegExp, never: RegExp]> = [
    [{status: 401, method: 'DELETE'}, 4, /knows this.*`repo\.write`.*`manage-repos`/, /rejected|invalid/],
    [{status: 401}, 4, /`repo\.content\.read`/, /rejected|invalid/],
    [{status: 401, path: '/api/whoami-v2'}, 4, /expired or been revoked/, /knows this token/],
    [{status: 404, path: '/api/whoami-v2'}, 1, /HF_ENDPOINT/, /`namespace`/],
    [{status: 403}, 4, /cannot read/, /write access/],
    [{status: 403, method: 'POST'}, 4, /write access/, /cannot read/],
    [
      {status: 403, method: 'POST', text: FULL},
      4,
      /Free some space first; traces.*--only traces.*Restoring and pinning need space/,
      /token|write access/,
    ],
    [{status: 403, text: FULL}, 4, /Free some space first/, /token|gate/],
    [{status: 403, store: 'cdn.test'}, 1, /none is sent to cdn\.test/, /settings\/tokens|too narrow/],
    [{status: 401, store: 'cdn.test'}, 1, /none is sent to cdn\.test/, /HF_TOKEN/],
    [{status: 503, store: 'cdn.test'}, 1, /cdn\.test is having problems/, /status\.huggingface/],
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
      expect(error.message).to.include(about.store ?? 'The Hub returned')
    })
  }

  it('are all of one family, and end with 1 where no answer can be trusted', () => {
    for (const [error, says] of [
      [new HubUnreachableError('x'), 'HF_ENDPOINT'],
      [new HubFormatError('x'), 'update smoltrace'],
    ] as const) {
      expect(error).to.be.instanceOf(SmoltraceError).and.to.have.property('exitCode', 1)
      expect(error.suggestions.join(',')).to.include(says)
    }
  })
})
