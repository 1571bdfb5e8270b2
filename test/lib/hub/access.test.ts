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
    for (const [answer, date, read] of [
      [{}, null, {}],
      [{orgs: [null], auth: {accessToken: {fineGrained: {scoped: 'all'}}}}, 'soon', {}],
      [{auth: {accessToken: {role: ['write'], fineGrained: {scoped: [null]}}}}, null, {scopes: [nothing]}],
      [
        {auth: {accessToken: {fineGrained: {scoped: [{entity: {type: 5, name: 5}, permissions: READ}]}}}},
        null,
        {scopes: [nothing]},
      ],
      [{orgs: ['te/am', '', undefined, 7].map((name) => ({name}))}, null, {}],
      [
        {orgs: [{name: 'team', roleInOrg: 7, securityRestrictions: ['mfa', 7]}]},
        null,
        {organisations: [org('team', undefined, {restrictions: ['mfa']})]},
      ],
    ] as const)
      expect(readIdentity({name: 'Kim', ...answer}, date)).to.deep.equal({...BARE, ...read})
  })

  it('is refused without a name that can be one', () => {
    for (const name of [undefined, null, '', 5, 'a/b', '../x', 'kim\n', 'k im', '\u001B[2J', ['kim']])
      expect(
        errorOf(() => readIdentity({name}, DATE)),
        String(name),
      ).to.be.instanceOf(HubFormatError)
  })
})

describe('access', () => {
  it('is to a namespace that whoami names, spelled as it spells it; the own one first', () => {
    for (const [wanted, namespace] of [
      [undefined, 'Kim'],
      ['KIM', 'Kim'],
      ['Write-TEAM', 'write-team'],
    ] as const)
      expect(accessTo(WRITER, wanted).namespace).to.equal(namespace)
    expect(accessTo({...WRITER, organisations: [org('kim', 'admin')]}, 'kim').namespace).to.equal('Kim')
    for (const wanted of ['', 'somebody', 'ki', 'kimm', 'kim ', 'kim/x', 'write', '../kim', '\u001B[2J']) {
      const error = errorOf(() => accessTo(WRITER, wanted))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(JSON.stringify(wanted)).and.include('write-team')
      expect(error.message).not.to.include('\u001B')
    }
  })

  for (const [tokenRole, can] of [
    ['write', 'rw'],
    ['god', 'rw'],
    ['read', 'r-'],
    [undefined, 'r-'],
    ['janitor', 'r-'],
    ['fineGrained', '--'],
  ] as const) {
    it(`of a token of the role ${tokenRole} is ${can}`, () => {
      expect(powers(accessTo({...WRITER, tokenRole}))).to.equal(can)
    })
  }

  it('of an OAuth token is all, as far as is known, and some may be hidden', () => {
    const access = accessTo({...WRITER, tokenRole: undefined, isOAuth: true})
    expect(powers(access)).to.equal('rw')
    expect(access.partial).to.include('OAuth')
  })

  const granted: Array<[title: string, can: string, scopes: TokenScope[], wanted?: string]> = [
    ['the user', 'rw', [scope('user', 'Kim', ...BOTH)]],
    ['the user, in two scopes', 'rw', [scope('user', 'Kim', 'repo.write'), scope('user', 'Kim', READ)]],
    ['the user, reading only', 'r-', [scope('user', 'Kim', READ)]],
    ['access but not contents', '--', [scope('user', 'Kim', 'repo.access.read', 'repo.write')]],
    ['a dataset named like the user', '--', [scope('dataset', 'Kim', ...BOTH)]],
    ['another user', '--', [scope('user', 'ann', ...BOTH)]],
    ['nothing with a name', '--', [scope('user', undefined, ...BOTH)]],
    ['an organisation', 'rw', [scope('org', 'write-team', ...BOTH)], 'write-team'],
    ['another organisation', '--', [scope('org', 'admin-team', ...BOTH)], 'write-team'],
    ['one in which the user may only read', 'r-', [scope('org', 'read-team', ...BOTH)], 'read-team'],
  ]
  for (const [title, can, scopes, wanted] of granted) {
    it(`of a fine-grained token for ${title} is ${can}`, () => {
      const access = accessTo({...WRITER, tokenRole: 'fineGrained', scopes}, wanted)
      expect(powers(access)).to.equal(can)
      expect(access.readLimit ?? `${READ} ${access.namespace}`)
        .to.include(READ)
        .and.include(access.namespace)
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
      const access = accessTo(
        {...WRITER, organisations: [org('team', role, {hasResourceGroups: true})]},
        'team',
      )
      expect(powers(access)).to.equal('rw')
      expect(access.partial?.includes('resource groups'), role).to.equal(role === 'admin' ? undefined : true)
    }
  })

  it('is none where a restriction keeps the token out, and elsewhere as it is', () => {
    for (const restriction of ['mfa', 'ip']) {
      const closed = org('closed', 'admin', {restrictions: [restriction]})
      const identity = {...WRITER, organisations: [closed, ...WRITER.organisations]}
      const found = ['closed', undefined, 'write-team'].map((wanted) => powers(accessTo(identity, wanted)))
      expect(found).to.deep.equal(['--', 'rw', 'rw'])
      expect(accessTo(identity, 'closed').readLimit).to.include(restriction)
    }
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
