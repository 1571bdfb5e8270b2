import {expect} from 'chai'

import {NotAllowedError, RefusedError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {HubError} from '../../../src/lib/hub/errors.js'
import {openSession} from '../../../src/lib/hub/session.js'
import {
  ago,
  json,
  later,
  MINUTE,
  NOW,
  rejectionOf,
  serve,
  type StubServer,
  TOKEN,
} from '../../support/builders.js'

const OWNER = {name: 'Kim', orgs: [{name: 'Team', roleInOrg: 'write'}], auth: {accessToken: {role: 'write'}}}

const whoami =
  (date: Date | string = NOW, owner: object = OWNER): Parameters<typeof serve>[0] =>
  (_, response) =>
    json(response, owner, {headers: {date: typeof date === 'string' ? date : date.toUTCString()}})

describe('session', () => {
  let server: StubServer | undefined

  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  const open = async (
    answer: Parameters<typeof serve>[0],
    options: Parameters<typeof openSession>[0] = {},
  ) => {
    server = await serve(answer)
    return openSession({env: {HF_ENDPOINT: server.url, HF_TOKEN: TOKEN}, clock: () => NOW, ...options})
  }

  it('knows the owner and the namespace as the Hub spells them', async () => {
    expect(await open(whoami())).to.deep.include({user: 'Kim', access: {namespace: 'Kim'}})
  })

  it('knows an organisation in any letter case', async () => {
    expect((await open(whoami(), {namespace: 'TEAM'})).access.namespace).to.equal('Team')
  })

  it('[S2] refuses a namespace that whoami does not name, before anything is listed', async () => {
    expect(await rejectionOf(open(whoami(), {namespace: 'nobody'}))).to.be.instanceOf(RefusedError)
    expect(server?.seen.map(({path}) => path)).to.deep.equal(['/api/whoami-v2'])
  })

  describe('now', () => {
    const clocks: Array<[title: string, hub: Date | string, now: Date, warnings: number]> = [
      ['is that of both where they agree', NOW, NOW, 0],
      ["is the Hub's where the machine is ahead", ago(3 * MINUTE), ago(3 * MINUTE), 0],
      ["is the machine's where it is behind", later(NOW, 3 * MINUTE), NOW, 0],
      ['is without a warning up to five minutes apart', ago(5 * MINUTE), ago(5 * MINUTE), 0],
      ['warns where the machine is further ahead', ago(6 * MINUTE), ago(6 * MINUTE), 1],
      ['warns where the machine is further behind', later(NOW, 6 * MINUTE), NOW, 1],
      ["is the machine's, with a warning, where the Hub's cannot be read", 'tomorrow', NOW, 1],
    ]
    for (const [title, hub, now, warnings] of clocks) {
      it(title, async () => {
        const session = await open(whoami(hub))
        expect(session.now).to.deep.equal(now)
        expect(session.warnings).to.have.length(warnings)
      })
    }

    it('says by how much and in which direction the clocks differ', async () => {
      expect((await open(whoami(ago(90 * MINUTE)))).warnings[0]).to.include('90 min ahead')
      await server?.close()
      expect((await open(whoami(later(NOW, 90 * MINUTE)))).warnings[0]).to.include('90 min behind')
    })
  })

  it('[S2] warns where the token may not see everything', async () => {
    const owner = {name: 'Kim', auth: {accessToken: {role: 'fineGrained', fineGrained: {scoped: []}}}}
    const {warnings, access} = await open(whoami(NOW, owner))
    expect(access.readLimit).to.be.a('string')
    expect(warnings.join(',')).to.include('Kim').and.include('repo.content.read')
  })

  it('[S16] takes a rejected token for an error with exit code 4, which says where it came from and not what it is', async () => {
    const error = (await rejectionOf(
      open((_, response) => json(response, {error: 'Invalid username or password.'}, {status: 401})),
    )) as SmoltraceError
    expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
    expect(error.message).to.include('HF_TOKEN').and.include(server?.url)
    expect([error.message, error.stack, ...error.suggestions, String(error.cause)].join('\n')).not.to.include(
      TOKEN,
    )
  })

  it('takes any other answer for what it is', async () => {
    const error = await rejectionOf(open((_, response) => json(response, {error: 'busy'}, {status: 500})))
    expect(error).to.be.instanceOf(HubError).and.to.have.property('exitCode', 1)
  })
})
