import {expect} from 'chai'

import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {readIdentity} from '../../../src/lib/hub/whoami.js'
import {errorOf} from '../../support/builders.js'

const DATE = 'Mon, 05 Oct 2026 12:00:00 GMT'

describe('identity', () => {
  it('is read from a full answer', () => {
    const answer = {
      type: 'user',
      name: 'kim',
      orgs: [
        {type: 'org', name: 'team', roleInOrg: 'write'},
        {
          type: 'org',
          name: 'closed',
          roleInOrg: 'admin',
          securityRestrictions: ['sso', 'ip'],
          resourceGroups: [{id: '1', name: 'lab', role: 'write'}],
        },
      ],
      auth: {
        type: 'access_token',
        accessToken: {
          role: 'fineGrained',
          fineGrained: {
            scoped: [
              {
                entity: {_id: '1', type: 'user', name: 'kim'},
                permissions: ['repo.content.read', 'repo.write'],
              },
            ],
          },
        },
      },
    }
    expect(readIdentity(answer, DATE)).to.deep.equal({
      name: 'kim',
      organisations: [
        {name: 'team', role: 'write', restrictions: [], hasResourceGroups: false},
        {name: 'closed', role: 'admin', restrictions: ['sso', 'ip'], hasResourceGroups: true},
      ],
      isOAuth: false,
      tokenRole: 'fineGrained',
      scopes: [{type: 'user', name: 'kim', permissions: ['repo.content.read', 'repo.write']}],
      date: new Date('2026-10-05T12:00:00.000Z'),
    })
  })

  it('is read from an answer that says little more than the name', () => {
    const bare = {
      name: 'kim',
      organisations: [],
      isOAuth: false,
      tokenRole: undefined,
      scopes: [],
      date: undefined,
    }
    expect(readIdentity({name: 'kim'}, null)).to.deep.equal(bare)
    expect(readIdentity({name: 'kim', orgs: null, auth: null}, '')).to.deep.equal(bare)
    expect(
      readIdentity({name: 'kim', orgs: {}, auth: {accessToken: {fineGrained: {scoped: 'all'}}}}, ''),
    ).to.deep.equal(bare)
  })

  it('grants nothing that is said in a way not known', () => {
    const scoped = [{permissions: ['repo.write']}, {entity: {type: 5, name: 5}, permissions: 'repo.write'}]
    const {scopes, tokenRole} = readIdentity(
      {name: 'kim', auth: {accessToken: {role: ['write'], fineGrained: {scoped}}}},
      DATE,
    )
    expect(tokenRole).to.equal(undefined)
    expect(scopes).to.deep.equal([
      {type: '', name: undefined, permissions: ['repo.write']},
      {type: '', name: undefined, permissions: []},
    ])
  })

  it('leaves out organisations whose name cannot be one', () => {
    const orgs = [
      {name: 'te/am'},
      {name: ''},
      {},
      {name: 7},
      {name: 'team', roleInOrg: 7, securityRestrictions: ['mfa', 7]},
    ]
    expect(readIdentity({name: 'kim', orgs}, DATE).organisations).to.deep.equal([
      {name: 'team', role: undefined, restrictions: ['mfa'], hasResourceGroups: false},
    ])
  })

  for (const name of [undefined, null, '', 5, 'a/b', '../x', 'kim\n', 'k im', '\u001B[2J', ['kim']]) {
    it(`is refused without a name that can be one: ${JSON.stringify(name)}`, () => {
      expect(errorOf(() => readIdentity({name}, DATE))).to.be.instanceOf(HubFormatError)
    })
  }

  it("has no clock where the answer's date cannot be read", () => {
    expect(readIdentity({name: 'kim'}, 'soon').date).to.equal(undefined)
  })
})
