import {expect} from 'chai'

import {readIdentity} from '../../../src/lib/hub/access.js'
import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {errorOf} from '../../support/builders.js'

const DATE = 'Mon, 05 Oct 2026 12:00:00 GMT'
const BARE = {
  name: 'kim',
  organisations: [],
  isOAuth: false,
  tokenRole: undefined,
  scopes: [],
  date: undefined,
}

describe('identity', () => {
  it('is read from a full answer', () => {
    const scoped = [
      {entity: {_id: '1', type: 'user', name: 'kim'}, permissions: ['repo.content.read', 'repo.write']},
    ]
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
      auth: {type: 'access_token', accessToken: {role: 'fineGrained', fineGrained: {scoped}}},
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
    expect(readIdentity({name: 'kim', auth: {type: 'oauth'}}, DATE).isOAuth).to.equal(true)
  })

  it('is read from an answer that says little more than the name', () => {
    for (const [answer, date] of [
      [{}, null],
      [{orgs: null, auth: null}, ''],
      [{orgs: [null], auth: {accessToken: {fineGrained: {scoped: 'all'}}}}, 'soon'],
    ] as const)
      expect(readIdentity({name: 'kim', ...answer}, date)).to.deep.equal(BARE)
  })

  it('grants nothing that is said in a way not known', () => {
    const scoped = [
      {permissions: ['repo.write']},
      {entity: {type: 5, name: 5}, permissions: 'repo.write'},
      null,
    ]
    const auth = {accessToken: {role: ['write'], fineGrained: {scoped}}}
    expect(readIdentity({name: 'kim', auth}, null)).to.deep.equal({
      ...BARE,
      scopes: [
        {type: '', name: undefined, permissions: ['repo.write']},
        {type: '', name: undefined, permissions: []},
        {type: '', name: undefined, permissions: []},
      ],
    })
  })

  it('leaves out organisations whose name cannot be one', () => {
    const names = ['te/am', '', undefined, 7]
    const team = {name: 'team', roleInOrg: 7, securityRestrictions: ['mfa', 7]}
    const orgs = [...names.map((name) => ({name})), team]
    expect(readIdentity({name: 'kim', orgs}, DATE).organisations).to.deep.equal([
      {name: 'team', role: undefined, restrictions: ['mfa'], hasResourceGroups: false},
    ])
  })

  for (const name of [undefined, null, '', 5, 'a/b', '../x', 'kim\n', 'k im', '\u001B[2J', ['kim']]) {
    it(`is refused without a name that can be one: ${JSON.stringify(name)}`, () => {
      expect(errorOf(() => readIdentity({name}, DATE))).to.be.instanceOf(HubFormatError)
    })
  }
})
