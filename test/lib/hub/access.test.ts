import {expect} from 'chai'

import {NotAllowedError, RefusedError} from '../../../src/lib/base/errors.js'
import {
  type Access,
  accessTo,
  type Identity,
  type Organisation,
  requireFullView,
  requireWriteAccess,
  type TokenScope,
} from '../../../src/lib/hub/access.js'
import {errorOf} from '../../support/builders.js'

const org = (name: string, role?: string, facts: Partial<Organisation> = {}): Organisation => ({
  name,
  role,
  restrictions: [],
  hasResourceGroups: false,
  ...facts,
})
const ROLES = ['admin', 'write', 'contributor', 'read', 'no_access']
const WRITER: Identity = {
  name: 'Kim',
  organisations: ROLES.map((role) => org(`${role}-team`, role)),
  isOAuth: false,
  tokenRole: 'write',
  scopes: [],
  date: undefined,
}

const scope = (type: string, name: string | undefined, ...permissions: string[]): TokenScope => ({
  type,
  name,
  permissions,
})

/** Whether all is seen and whether anything may be written, as `rw`, `r-`, `-w` or `--`. */
const powers = ({readLimit, writeLimit}: Access) => `${readLimit ? '-' : 'r'}${writeLimit ? '-' : 'w'}`

describe('access', () => {
  describe('the namespace', () => {
    for (const [wanted, namespace] of [
      [undefined, 'Kim'],
      ['Kim', 'Kim'],
      ['kim', 'Kim'],
      ['KIM', 'Kim'],
      ['write-team', 'write-team'],
      ['Write-TEAM', 'write-team'],
    ] as const) {
      it(`asked for as ${wanted ?? 'nothing'} is ${namespace}, spelled as whoami spells it`, () => {
        expect(accessTo(WRITER, wanted).namespace).to.equal(namespace)
      })
    }

    for (const wanted of ['', 'somebody', 'ki', 'kimm', 'kim ', 'kim/x', 'write', '../kim', '\u001B[2J']) {
      it(`asked for as ${JSON.stringify(wanted)} is refused, with those there are`, () => {
        const error = errorOf(() => accessTo(WRITER, wanted))
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.include(JSON.stringify(wanted)).and.include('write-team')
        expect(error.message).not.to.include('\u001B')
      })
    }

    it("is the user's own where an organisation has the same name", () => {
      expect(accessTo({...WRITER, organisations: [org('kim', 'admin')]}, 'kim').namespace).to.equal('Kim')
    })
  })

  describe('a token', () => {
    for (const [tokenRole, can] of [
      ['write', 'rw'],
      ['god', 'rw'],
      ['read', 'r-'],
      [undefined, 'r-'],
      ['janitor', 'r-'],
      ['fineGrained', '--'],
    ] as const) {
      it(`of the role ${tokenRole} can do ${can}`, () => {
        expect(powers(accessTo({...WRITER, tokenRole}))).to.equal(can)
      })
    }

    it('of OAuth tells no role, sees all and writes, as far as is known, and some may be hidden', () => {
      const access = accessTo({...WRITER, tokenRole: undefined, isOAuth: true})
      expect(powers(access)).to.equal('rw')
      expect(access.partial).to.include('OAuth')
      expect(accessTo(WRITER).partial).to.equal(undefined)
    })
  })

  describe('a fine-grained token', () => {
    const READ = 'repo.content.read'
    const both = [READ, 'repo.write']
    const cases: Array<[title: string, scopes: TokenScope[], wanted: string | undefined, can: string]> = [
      ['for the user', [scope('user', 'Kim', ...both)], undefined, 'rw'],
      [
        'for the user, in two scopes',
        [scope('user', 'Kim', 'repo.write'), scope('user', 'Kim', READ)],
        undefined,
        'rw',
      ],
      ['for the user, reading only', [scope('user', 'Kim', READ)], undefined, 'r-'],
      ['for the user, writing only', [scope('user', 'Kim', 'repo.write')], undefined, '--'],
      [
        'for access but not contents',
        [scope('user', 'Kim', 'repo.access.read', 'repo.write')],
        undefined,
        '--',
      ],
      ['for one dataset', [scope('dataset', 'Kim/smoltrace-leaderboard', ...both)], undefined, '--'],
      ['for a dataset named like the user', [scope('dataset', 'Kim', ...both)], undefined, '--'],
      ['for a resource group', [scope('resource-group', 'Kim', ...both)], undefined, '--'],
      ['for another user', [scope('user', 'ann', ...both)], undefined, '--'],
      ['without a name', [scope('user', undefined, ...both)], undefined, '--'],
      ['for an organisation, asked about the user', [scope('org', 'write-team', ...both)], undefined, '--'],
      ['for an organisation', [scope('org', 'write-team', ...both)], 'write-team', 'rw'],
      ['for an organisation, reading only', [scope('org', 'write-team', READ)], 'write-team', 'r-'],
      ['for the user, asked about an organisation', [scope('user', 'Kim', ...both)], 'write-team', '--'],
      ['for another organisation', [scope('org', 'admin-team', ...both)], 'write-team', '--'],
      ['where the user may only read', [scope('org', 'read-team', ...both)], 'read-team', 'r-'],
    ]
    for (const [title, scopes, wanted, can] of cases) {
      it(`${title} can do ${can}`, () => {
        expect(powers(accessTo({...WRITER, tokenRole: 'fineGrained', scopes}, wanted))).to.equal(can)
      })
    }

    it('says which permission it lacks, and where', () => {
      const limits = (...scopes: TokenScope[]) => accessTo({...WRITER, tokenRole: 'fineGrained', scopes})
      expect(limits().readLimit).to.include('repo.content.read').and.include('Kim')
      expect(limits(scope('user', 'Kim', READ)).writeLimit).to.include('repo.write')
    })
  })

  describe('a role in an organisation', () => {
    for (const [index, can] of ['rw', 'rw', 'rw', 'r-', '--'].entries()) {
      const role = ROLES[index]
      it(`of ${role} can do ${can}, and gives a read token no more than reading`, () => {
        expect(powers(accessTo(WRITER, `${role}-team`))).to.equal(can)
        const access = accessTo({...WRITER, tokenRole: 'read'}, `${role}-team`)
        expect(powers(access)).to.equal(can.replace('w', '-'))
      })
    }

    const accessOf = (...args: Parameters<typeof org>) =>
      accessTo({...WRITER, organisations: [org(...args)]}, args[0])

    it('that is not known does not write, and one that whoami does not tell takes nothing away', () => {
      const access = accessOf('team', 'janitor')
      expect(powers(access)).to.equal('r-')
      expect(access.writeLimit).to.include('janitor')
      expect(powers(accessOf('team'))).to.equal('rw')
    })

    for (const role of ['write', 'contributor', undefined]) {
      it(`of ${role} may not see the datasets of resource groups, which no token tells`, () => {
        const access = accessOf('team', role, {hasResourceGroups: true})
        expect(powers(access)).to.equal('rw')
        expect(access.partial).to.include('resource groups')
      })
    }

    it('[S2] of admin sees those of every resource group', () => {
      expect(accessOf('team', 'admin', {hasResourceGroups: true}).partial).to.equal(undefined)
    })

    for (const restriction of ['mfa', 'token-policy', 'token-revoked', 'sso', 'ip']) {
      it(`counts for nothing where ${restriction} keeps the token out, and elsewhere that counts for nothing`, () => {
        const closed = org('closed', 'admin', {restrictions: [restriction]})
        const identity = {...WRITER, organisations: [closed, ...WRITER.organisations]}
        const access = accessTo(identity, 'closed')
        expect(powers(access)).to.equal('--')
        expect(access.readLimit).to.include(restriction)
        expect([undefined, 'write-team'].map((wanted) => powers(accessTo(identity, wanted)))).to.deep.equal([
          'rw',
          'rw',
        ])
      })
    }
  })

  it('is enough for writing where all is seen and may be written', () => {
    requireWriteAccess({namespace: 'kim'})
    for (const limit of [{readLimit: 'half of it is hidden'}, {writeLimit: 'the token is read-only'}]) {
      const error = errorOf(() => requireWriteAccess({namespace: 'kim', ...limit}))
      expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
      expect(error.message).to.include(Object.values(limit).join(','))
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
