import {expect} from 'chai'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {
  type Access,
  accessTo,
  type Identity,
  type Organisation,
  readIdentity,
  requireFullView,
  type TokenScope,
} from '../../../src/lib/hub/access.js'
import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {errorOf} from '../../support/builders.js'

const DATE = 'Mon, 05 Oct 2026 12:00:00 GMT'
const READ = 'repo.content.read'
const BOTH = [READ, 'repo.write']

const org = (name: string, role?: string, facts: Partial<Organisation> = {}): Organisation => ({
  name,
  role,
  restrictions: [],
  hasResourceGroups: false,
  ...facts,
})
const scope = (type: string, name?: string, ...permissions: string[]): TokenScope => ({
  type,
  name,
  permissions,
})
const BARE: Identity = {
  name: 'Kim',
  organisations: [],
  isOAuth: false,
  tokenRole: undefined,
  scopes: [],
  date: undefined,
}
const WRITER = {
  ...BARE,
  tokenRole: 'write',
  organisations: ['admin', 'write', 'read'].map((role) => org(`${role}-team`, role)),
}

/** Whether all is seen and whether anything may be written, as `rw`, `r-`, `-w` or `--`. */
const powers = ({readLimit, writeLimit}: Access) => `${readLimit ? '-' : 'r'}${writeLimit ? '-' : 'w'}`

describe('identity', () => {
  it('is read from a full answer', () => {
    const scoped = [{entity: {_id: '1', type: 'user', name: 'Kim'}, permissions: BOTH}]
    const closed = {roleInOrg: 'admin', securityRestrictions: ['sso', 'ip'], resourceGroups: [{id: '1'}]}
    const orgs = [
      {type: 'org', name: 'team', roleInOrg: 'write'},
      {name: 'closed', ...closed},
    ]
    const auth = {type: 'access_token', accessToken: {role: 'fineGrained', fineGrained: {scoped}}}
    expect(readIdentity({type: 'user', name: 'Kim', orgs, auth}, DATE)).to.deep.equal({
      ...BARE,
      organisations: [
        org('team', 'write'),
        org('closed', 'admin', {restrictions: ['sso', 'ip'], hasResourceGroups: true}),
      ],
      tokenRole: 'fineGrained',
      scopes: [scope('user', 'Kim', ...BOTH)],
      date: new Date(DATE),
    })
    expect(readIdentity({name: 'Kim', auth: {type: 'oauth'}}, DATE).isOAuth).to.equal(true)
  })

  it('is granted nothing that is said in a way not known', () => {
    const nothing = scope('')
    const odd = {entity: {type: 5, name: 5}, permissions: READ}
    const mfa = org('team', undefined, {restrictions: ['mfa']})
    for (const [answer, date, read] of [
      [{}, null, {}],
      [{orgs: [null], auth: {accessToken: {fineGrained: {scoped: 'all'}}}}, 'soon', {}],
      [{auth: {accessToken: {role: ['write'], fineGrained: {scoped: [null]}}}}, null, {scopes: [nothing]}],
      [{auth: {accessToken: {fineGrained: {scoped: [odd]}}}}, null, {scopes: [nothing]}],
      [{orgs: ['te/am', '', undefined, 7].map((name) => ({name}))}, null, {}],
      [
        {orgs: [{name: 'team', roleInOrg: 7, securityRestrictions: ['mfa', 7]}]},
        null,
        {organisations: [mfa]},
      ],
    ] as const)
      expect(readIdentity({name: 'Kim', ...answer}, date)).to.deep.equal({...BARE, ...read})
  })

  it('is refused without a name that can be one', () => {
    for (const name of [undefined, null, '', 5, 'a/b', '../x', 'kim\n', 'k im', '\u001B[2J', ['kim']])
      expect(errorOf(() => readIdentity({name}, DATE))).to.be.instanceOf(HubFormatError)
  })
})

describe('access', () => {
  it('is to a namespace that whoami names, spelled as it spells it; the own one first', () => {
    const found = [undefined, 'KIM', 'Write-TEAM'].map((wanted) => accessTo(WRITER, wanted).namespace)
    expect(found).to.deep.equal(['Kim', 'Kim', 'write-team'])
    expect(accessTo({...WRITER, organisations: [org('kim', 'admin')]}, 'kim').namespace).to.equal('Kim')
    for (const wanted of ['', 'somebody', 'ki', 'kimm', 'kim ', 'kim/x', 'write', '../kim', '\u001B[2J']) {
      const error = errorOf(() => accessTo(WRITER, wanted))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(JSON.stringify(wanted)).and.include('write-team')
      expect(error.message).not.to.include('\u001B')
    }
  })

  const fine = (...scopes: TokenScope[]) => ({tokenRole: 'fineGrained', scopes})
  for (const [title, can, identity, wanted] of [
    ['a write token', 'rw', {}],
    ['a token of the role god', 'rw', {tokenRole: 'god'}],
    ['a read token', 'r-', {tokenRole: 'read'}],
    ['a token of no role', 'r-', {tokenRole: undefined}],
    ['a token of an unknown role', 'r-', {tokenRole: 'janitor'}],
    ['an OAuth token', 'rw', {tokenRole: undefined, isOAuth: true}],
    ['one for nothing', '--', fine()],
    ['one for the user', 'rw', fine(scope('user', 'Kim', ...BOTH))],
    [
      'one for the user, in two scopes',
      'rw',
      fine(scope('user', 'Kim', 'repo.write'), scope('user', 'Kim', READ)),
    ],
    ['one for the user, reading only', 'r-', fine(scope('user', 'Kim', READ))],
    ['one for access but not contents', '--', fine(scope('user', 'Kim', 'repo.access.read', 'repo.write'))],
    ['one for a dataset named like the user', '--', fine(scope('dataset', 'Kim', ...BOTH))],
    ['one for another user', '--', fine(scope('user', 'ann', ...BOTH))],
    ['one for an organisation', 'rw', fine(scope('org', 'write-team', ...BOTH)), 'write-team'],
    ['one for another organisation', '--', fine(scope('org', 'admin-team', ...BOTH)), 'write-team'],
    ['one where the user may only read', 'r-', fine(scope('org', 'read-team', ...BOTH)), 'read-team'],
  ] as Array<[string, string, Partial<Identity>, string?]>) {
    it(`of ${title} is ${can}`, () => {
      const access = accessTo({...WRITER, ...identity}, wanted)
      expect(powers(access)).to.equal(can)
      expect(access.partial !== undefined).to.equal(identity.isOAuth === true)
      if (access.readLimit) expect(access.readLimit).to.include(READ).and.include(access.namespace)
    })
  }

  it('is what the role in the organisation allows, and with a read token no more than reading', () => {
    for (const [role, can] of [
      ['admin', 'rw'],
      ['write', 'rw'],
      ['contributor', 'rw'],
      ['read', 'r-'],
      ['no_access', '--'],
      ['janitor', 'r-'],
      [undefined, 'rw'],
    ] as const) {
      const identity = {...WRITER, organisations: [org('team', role)]}
      expect(powers(accessTo(identity, 'team')), role).to.equal(can)
      const reading = accessTo({...identity, tokenRole: 'read'}, 'team')
      expect(powers(reading), role).to.equal(can.replace('w', '-'))
    }
  })

  it('[S2] may hide the datasets of resource groups from all but admins, which no token tells', () => {
    for (const role of ['admin', 'write', 'contributor', undefined]) {
      const organisations = [org('team', role, {hasResourceGroups: true})]
      const access = accessTo({...WRITER, organisations}, 'team')
      expect(powers(access)).to.equal('rw')
      expect(access.partial?.includes('resource groups'), role).to.equal(role === 'admin' ? undefined : true)
    }
  })

  it('is none where a restriction keeps the token out, and elsewhere as it is', () => {
    const closed = org('closed', 'admin', {restrictions: ['mfa']})
    const identity = {...WRITER, organisations: [closed, ...WRITER.organisations]}
    const found = ['closed', undefined, 'write-team'].map((wanted) => powers(accessTo(identity, wanted)))
    expect(found).to.deep.equal(['--', 'rw', 'rw'])
    expect(accessTo(identity, 'closed').readLimit).to.include('mfa')
  })

  it('is enough for rules that rest on absence where nothing may be hidden', () => {
    const rules = ['`unreferenced`']
    requireFullView({namespace: 'kim', writeLimit: 'the token is read-only'}, rules)
    for (const limit of [{readLimit: 'half of it is hidden'}, {partial: 'it may be'}]) {
      requireFullView({namespace: 'kim', ...limit}, [])
      const error = errorOf(() => requireFullView({namespace: 'kim', ...limit}, rules))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('`unreferenced`').and.include(Object.values(limit).join(','))
    }
  })
})
