import {expect} from 'chai'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {type Access, readAccount, requireFullView} from '../../../src/lib/hub/access.js'
import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {errorOf, tokenOf} from '../../support/builders.js'

const READ = 'repo.content.read'
const BOTH = [READ, 'repo.write']
const TEAMS = ['admin', 'write', 'read'].map((role) => ({name: `${role}-team`, roleInOrg: role}))
const WRITER = {...tokenOf('write', 'Kim'), orgs: TEAMS}

const accessOf = (answer: object, wanted?: string) => readAccount(answer, undefined, wanted).access
const scope = (type: unknown, name: unknown, ...permissions: string[]) => ({
  entity: {type, name},
  permissions,
})
const fine = (...scoped: unknown[]) => ({accessToken: {role: 'fineGrained', fineGrained: {scoped}}})

/** Whether all is seen and whether anything may be written, as `rw`, `r-`, `-w` or `--`. */
const powers = ({readLimit, writeLimit}: Access) => `${readLimit ? '-' : 'r'}${writeLimit ? '-' : 'w'}`

describe('whoami', () => {
  it('says who the owner is, what else they are a member of, and what time it is', () => {
    const date = 'Mon, 05 Oct 2026 12:00:00 GMT'
    const namespaces = ['Kim', 'admin-team', 'write-team', 'read-team']
    const account = {user: 'Kim', namespaces, access: {namespace: 'Kim'}}
    expect(readAccount(WRITER, date)).to.deep.equal({...account, date: new Date(date)})
    for (const none of [undefined, 'soon'])
      expect(readAccount(WRITER, none)).to.deep.equal({...account, date: undefined})
    const odd = [null, 'team', ...['te/am', '', undefined, 7].map((name) => ({name}))]
    for (const orgs of [odd, {name: 'team'}, null])
      expect(readAccount({...WRITER, orgs}).namespaces).to.deep.equal(['Kim'])
  })

  it('is refused without a name that can be one', () => {
    for (const name of [undefined, null, '', 5, 'a/b', '../x', 'kim\n', 'k im', '\u001B[2J', ['kim']])
      expect(errorOf(() => readAccount({...WRITER, name}))).to.be.instanceOf(HubFormatError)
  })
})

describe('access', () => {
  it('is to a namespace that whoami names, spelled as it spells it; the own one first', () => {
    const found = [undefined, 'KIM', 'Write-TEAM'].map((wanted) => accessOf(WRITER, wanted).namespace)
    expect(found).to.deep.equal(['Kim', 'Kim', 'write-team'])
    expect(accessOf({...WRITER, orgs: [{name: 'kim'}]}, 'kim').namespace).to.equal('Kim')
    for (const wanted of ['', 'somebody', 'ki', 'kimm', 'kim ', 'kim/x', 'write', '../kim', '\u001B[2J']) {
      const error = errorOf(() => accessOf(WRITER, wanted))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(JSON.stringify(wanted)).and.include('write-team')
      expect(error.message).not.to.include('\u001B')
    }
  })

  const odd = {entity: {type: 'user', name: 'Kim'}, permissions: READ}
  for (const [title, can, auth, wanted] of [
    ['a write token', 'rw', WRITER.auth],
    ['a token of the role god', 'rw', tokenOf('god').auth],
    ['a read token', 'r-', tokenOf('read').auth],
    ['a token of an unknown role', 'r-', tokenOf('janitor').auth],
    ['a token of no role', 'r-', {accessToken: {}}],
    ['a token of which nothing is said', 'r-', undefined],
    ['a role that is said in a way not known', 'r-', {accessToken: {role: ['write']}}],
    ['scopes that are said in ways not known', '--', fine(null, {}, scope(5, 5, ...BOTH), odd)],
    ['scopes that are not a list', '--', {accessToken: {role: 'fineGrained', fineGrained: {scoped: 'all'}}}],
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
  ] as Array<[string, string, object | undefined, string?]>) {
    it(`of ${title} is ${can}`, () => {
      const access = accessOf({...WRITER, auth}, wanted)
      expect(powers(access)).to.equal(can)
      expect(access.partial).to.equal(undefined)
      if (access.readLimit) expect(access.readLimit).to.include(READ).and.include(access.namespace)
    })
  }

  it('[S2] of an OAuth token may be in part, of which it says nothing', () => {
    for (const wanted of ['Kim', 'write-team']) {
      const access = accessOf({...WRITER, auth: {type: 'oauth'}}, wanted)
      expect(powers(access)).to.equal('rw')
      expect(access.partial).to.include('OAuth')
    }
  })

  it('[S2] has every limit of an organisation that is named twice', () => {
    for (const roles of [
      ['read', 'admin'],
      ['admin', 'read'],
    ]) {
      const orgs = roles.map((roleInOrg) => ({name: 'team', roleInOrg}))
      expect(powers(accessOf({...WRITER, orgs}, 'team'))).to.equal('r-')
    }
  })

  it('is what the role in the organisation allows, and with a read token no more than reading', () => {
    for (const [roleInOrg, can] of [
      ['admin', 'rw'],
      ['write', 'rw'],
      ['contributor', 'rw'],
      ['read', 'r-'],
      ['no_access', '--'],
      ['janitor', 'r-'],
      [undefined, 'rw'],
    ] as const) {
      const answer = {...WRITER, orgs: [{name: 'team', roleInOrg}]}
      expect(powers(accessOf(answer, 'team')), roleInOrg).to.equal(can)
      const reading = accessOf({...answer, ...tokenOf('read', 'Kim')}, 'team')
      expect(powers(reading), roleInOrg).to.equal(can.replace('w', '-'))
    }
  })

  it('[S2] may hide the datasets of resource groups from all but admins, which no token tells', () => {
    for (const roleInOrg of ['admin', 'write', 'contributor', undefined]) {
      const team = {name: 'team', roleInOrg, resourceGroups: [{id: '1'}]}
      const access = accessOf({...WRITER, orgs: [team]}, 'team')
      expect(powers(access)).to.equal('rw')
      const isHidden = roleInOrg === 'admin' ? undefined : true
      expect(access.partial?.includes('resource groups'), roleInOrg).to.equal(isHidden)
    }
  })

  it('is none where a restriction keeps the token out, and elsewhere as it is', () => {
    const closed = {name: 'closed', roleInOrg: 'admin', securityRestrictions: ['mfa', 'ip']}
    const answer = {...WRITER, orgs: [closed, ...TEAMS]}
    const found = ['closed', undefined, 'write-team'].map((wanted) => powers(accessOf(answer, wanted)))
    expect(found).to.deep.equal(['--', 'rw', 'rw'])
    expect(accessOf(answer, 'closed').readLimit).to.include('(mfa, ip)')
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
