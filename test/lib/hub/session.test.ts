import {expect} from 'chai'

import {NotAllowedError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {MINUTE} from '../../../src/lib/base/time.js'
import {openSession} from '../../../src/lib/hub/session.js'
import {ago, later, NOW, rejectionOf, TOKEN, tokenOf} from '../../support/builders.js'
import {type Reply, stubHubs, type StubServer} from './stub.js'

describe('session', () => {
  const {replies, closeAll} = stubHubs()
  let server: StubServer

  afterEach(closeAll)

  const open = async (reply: Reply) => {
    server = await replies(reply)
    return openSession({env: {HF_ENDPOINT: server.url, HF_TOKEN: TOKEN}, clock: () => NOW})
  }

  it('has for its time the earlier of both clocks, with a warning where they are more than five minutes apart', async () => {
    for (const [hub, now, warns] of [
      [NOW, NOW, undefined],
      [ago(3 * MINUTE), ago(3 * MINUTE), undefined],
      [later(NOW, 3 * MINUTE), NOW, undefined],
      [ago(5 * MINUTE), ago(5 * MINUTE), undefined],
      [ago(6 * MINUTE), ago(6 * MINUTE), '6 min ahead'],
      [later(NOW, 90 * MINUTE), NOW, '90 min behind'],
      ['tomorrow', NOW, "this machine's clock alone"],
    ] as const) {
      const date = typeof hub === 'string' ? hub : hub.toUTCString()
      const session = await open({headers: {date}, json: tokenOf('write')})
      expect(session.now).to.deep.equal(now)
      expect(session.warnings).to.have.length(warns === undefined ? 0 : 1)
      expect(session.warnings.join('')).to.include(warns ?? '')
    }
  })

  it('[S16] takes a rejected token for an error with exit code 4, which says where it came from and not what it is', async () => {
    const rejected = open({json: {error: 'Invalid username or password.'}, status: 401})
    const error = (await rejectionOf(rejected)) as SmoltraceError
    expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
    expect(error.message).to.include('HF_TOKEN').and.include(server.url)
    const all = [error.message, error.stack, ...error.suggestions, String(error.cause)]
    expect(all.join('\n')).not.to.include(TOKEN)
  })
})
