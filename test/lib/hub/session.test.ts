import {expect} from 'chai'

import {NotAllowedError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {type ConnectionOptions, openSession} from '../../../src/lib/hub/session.js'
import {ago, later, MINUTE, NOW, rejectionOf, type StubServer, TOKEN} from '../../support/builders.js'
import {type Reply, stubHubs} from './stub.js'

const OWNER = {name: 'Kim', orgs: [{name: 'Team', roleInOrg: 'write'}], auth: {accessToken: {role: 'write'}}}

describe('session', () => {
  const {replies, closeAll} = stubHubs()
  let server: StubServer

  afterEach(closeAll)

  const open = async (reply: Reply, options: ConnectionOptions = {}) => {
    server = await replies(reply)
    return openSession({env: {HF_ENDPOINT: server.url, HF_TOKEN: TOKEN}, clock: () => NOW, ...options})
  }

  const whoami = (date: Date | string = NOW, owner: object = OWNER): Reply => ({
    headers: {date: typeof date === 'string' ? date : date.toUTCString()},
    json: owner,
  })

  it('knows the owner and the namespace as the Hub spells them', async () => {
    expect(await open(whoami())).to.deep.include({user: 'Kim', access: {namespace: 'Kim'}})
    expect((await open(whoami(), {namespace: 'TEAM'})).access.namespace).to.equal('Team')
  })

  for (const [title, hub, now, warns] of [
    ['that of both where they agree', NOW, NOW, undefined],
    ["the Hub's where the machine is ahead", ago(3 * MINUTE), ago(3 * MINUTE), undefined],
    ["the machine's where it is behind", later(NOW, 3 * MINUTE), NOW, undefined],
    ["the Hub's, up to five minutes apart", ago(5 * MINUTE), ago(5 * MINUTE), undefined],
    ["the Hub's, further apart", ago(6 * MINUTE), ago(6 * MINUTE), '6 min ahead'],
    ["the machine's, further apart", later(NOW, 90 * MINUTE), NOW, '90 min behind'],
    ["the machine's where the Hub's cannot be read", 'tomorrow', NOW, "this machine's clock alone"],
  ] as const) {
    it(`has for its time ${title}, ${warns ? 'with a' : 'without a'} warning`, async () => {
      const session = await open(whoami(hub))
      expect(session.now).to.deep.equal(now)
      expect(session.warnings).to.have.length(warns === undefined ? 0 : 1)
      expect(session.warnings.join('')).to.include(warns ?? '')
    })
  }

  it('[S16] takes a rejected token for an error with exit code 4, which says where it came from and not what it is', async () => {
    const rejected = open({json: {error: 'Invalid username or password.'}, status: 401})
    const error = (await rejectionOf(rejected)) as SmoltraceError
    expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
    expect(error.message).to.include('HF_TOKEN').and.include(server.url)
    const all = [error.message, error.stack, ...error.suggestions, String(error.cause)]
    expect(all.join('\n')).not.to.include(TOKEN)
  })
})
