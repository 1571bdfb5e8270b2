import {expect} from 'chai'

import {NotAllowedError, RefusedError} from '../../../src/lib/base/errors.js'
import {type Access, accessTo, requireWriteAccess} from '../../../src/lib/hub/access.js'
import {type Identity, type Organisation, type TokenScope} from '../../../src/lib/hub/whoami.js'
import {errorOf} from '../../support/builders.js'

const ORGANISATIONS: Organisation[] = ['admin', 'write', 'contributor', 'read', 'no_access'].map((role) => ({
  name: `${role}-team`,
  role,
  restrictions: [],
  hasResourceGroups: false,
}))
const WRITER: Identity = {
  name: 'Kim',
  organisations: ORGANISATIONS,
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
const fineGrained = (...scopes: TokenScope[]): Identity => ({...WRITER, tokenRole: 'fineGrained', scopes})

/** Whether all is seen and whether anything may be written. */
const powers = ({readLimit, writeLimit}: Access) => ({
  sees: readLimit === undefined,
  writes: writeLimit === undefined,
})

describe('access', () => {
  describe('the namespace', () => {
    const cases: Array<[wanted: string | undefined, namespace: string]> = [
      [undefined, 'Kim'],
      ['Kim', 'Kim'],
      ['kim', 'Kim'],
      ['KIM', 'Kim'],
      ['write-team', 'write-team'],
      ['Write-TEAM', 'write-team'],
    ]
    for (const [wanted, namespace] of cases) {
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
      const identity = {
        ...WRITER,
        tokenRole: 'read',
        organisations: [{name: 'kim', role: 'admin', restrictions: [], hasResourceGroups: false}],
      }
      expect(accessTo(identity, 'kim').namespace).to.equal('Kim')
    })
  })

  describe('a token', () => {
    const cases: Array<[title: string, role: string | undefined, sees: boolean, writes: boolean]> = [
      ['of the role write', 'write', true, true],
      ['of the role god', 'god', true, true],
      ['of the role read', 'read', true, false],
      ['that tells no role', undefined, true, false],
      ['of a role that is not known', 'janitor', true, false],
      ['that is fine-grained and has no scopes', 'fineGrained', false, false],
    ]

    it('of OAuth tells no role, sees all and writes, as far as is known, and some may be hidden', () => {
      const access = accessTo({...WRITER, tokenRole: undefined, isOAuth: true})
      expect(powers(access)).to.deep.equal({sees: true, writes: true})
      expect(access.partial).to.include('OAuth')
      expect(accessTo(WRITER).partial).to.equal(undefined)
    })

    for (const [title, tokenRole, sees, writes] of cases) {
      it(`${title} ${sees ? 'sees all' : 'may not see all'} and ${writes ? 'writes' : 'does not write'}`, () => {
        expect(powers(accessTo({...WRITER, tokenRole}))).to.deep.equal({sees, writes})
      })
    }
  })

  describe('a fine-grained token', () => {
    const both = ['repo.content.read', 'repo.write']
    const cases: Array<
      [title: string, scopes: TokenScope[], wanted: string | undefined, sees: boolean, writes: boolean]
    > = [
      ['for the user, both permissions', [scope('user', 'Kim', ...both)], undefined, true, true],
      [
        'for the user, the permissions in two scopes',
        [scope('user', 'Kim', 'repo.write'), scope('user', 'Kim', 'repo.content.read')],
        undefined,
        true,
        true,
      ],
      ['for the user, reading only', [scope('user', 'Kim', 'repo.content.read')], undefined, true, false],
      ['for the user, writing only', [scope('user', 'Kim', 'repo.write')], undefined, false, false],
      [
        'for the user, access but not contents',
        [scope('user', 'Kim', 'repo.access.read', 'repo.write')],
        undefined,
        false,
        false,
      ],
      ['for one dataset', [scope('dataset', 'Kim/smoltrace-leaderboard', ...both)], undefined, false, false],
      [
        'for a dataset that is named like the user',
        [scope('dataset', 'Kim', ...both)],
        undefined,
        false,
        false,
      ],
      ['for a resource group', [scope('resource-group', 'Kim', ...both)], undefined, false, false],
      ['for somebody else', [scope('user', 'ann', ...both)], undefined, false, false],
      ['for nobody', [scope('user', undefined, ...both)], undefined, false, false],
      [
        'for an organisation, asked about the user',
        [scope('org', 'write-team', ...both)],
        undefined,
        false,
        false,
      ],
      [
        'for an organisation, asked about it',
        [scope('org', 'write-team', ...both)],
        'write-team',
        true,
        true,
      ],
      [
        'for an organisation, reading only',
        [scope('org', 'write-team', 'repo.content.read')],
        'write-team',
        true,
        false,
      ],
      [
        'for the user, asked about an organisation',
        [scope('user', 'Kim', ...both)],
        'write-team',
        false,
        false,
      ],
      ['for another organisation', [scope('org', 'admin-team', ...both)], 'write-team', false, false],
      [
        'for an organisation where the user may only read',
        [scope('org', 'read-team', ...both)],
        'read-team',
        true,
        false,
      ],
    ]
    for (const [title, scopes, wanted, sees, writes] of cases) {
      it(`${title}: ${sees ? 'sees all' : 'may not see all'} and ${writes ? 'writes' : 'does not write'}`, () => {
        expect(powers(accessTo(fineGrained(...scopes), wanted))).to.deep.equal({sees, writes})
      })
    }

    it('says which permission it lacks, and where', () => {
      expect(accessTo(fineGrained()).readLimit).to.include('repo.content.read').and.include('Kim')
      expect(accessTo(fineGrained(scope('user', 'Kim', 'repo.content.read'))).writeLimit).to.include(
        'repo.write',
      )
    })
  })

  describe('a role in an organisation', () => {
    const cases: Array<[role: string, sees: boolean, writes: boolean]> = [
      ['admin', true, true],
      ['write', true, true],
      ['contributor', true, true],
      ['read', true, false],
      ['no_access', false, false],
    ]
    for (const [role, sees, writes] of cases) {
      it(`of ${role} ${sees ? 'sees all' : 'may not see all'} and ${writes ? 'may write' : 'does not write'}`, () => {
        expect(powers(accessTo(WRITER, `${role}-team`))).to.deep.equal({sees, writes})
      })

      it(`of ${role} never gives a read token more than reading`, () => {
        expect(powers(accessTo({...WRITER, tokenRole: 'read'}, `${role}-team`))).to.deep.equal({
          sees,
          writes: false,
        })
      })
    }

    it('that is not known does not write', () => {
      const organisations = [{name: 'team', role: 'janitor', restrictions: [], hasResourceGroups: false}]
      const access = accessTo({...WRITER, organisations}, 'team')
      expect(powers(access)).to.deep.equal({sees: true, writes: false})
      expect(access.writeLimit).to.include('janitor')
    })

    for (const role of ['write', 'contributor', undefined]) {
      it(`of ${role ?? 'nothing'} may not see the datasets of resource groups, which no token tells`, () => {
        const organisations = [{name: 'team', role, restrictions: [], hasResourceGroups: true}]
        const access = accessTo({...WRITER, organisations}, 'team')
        expect(powers(access)).to.deep.equal({sees: true, writes: true})
        expect(access.partial).to.include('resource groups')
        expect(accessTo({...WRITER, organisations}).partial).to.equal(undefined)
      })
    }

    it('[S2] of admin sees those of every resource group', () => {
      const organisations = [{name: 'team', role: 'admin', restrictions: [], hasResourceGroups: true}]
      expect(accessTo({...WRITER, organisations}, 'team').partial).to.equal(undefined)
    })

    it('that whoami does not tell takes nothing away', () => {
      const organisations = [{name: 'team', role: undefined, restrictions: [], hasResourceGroups: false}]
      expect(powers(accessTo({...WRITER, organisations}, 'team'))).to.deep.equal({sees: true, writes: true})
    })

    for (const restriction of ['mfa', 'token-policy', 'token-revoked', 'sso', 'ip']) {
      it(`counts for nothing where ${restriction} keeps the token out`, () => {
        const organisations = [
          {name: 'team', role: 'admin', restrictions: [restriction], hasResourceGroups: false},
        ]
        const access = accessTo({...WRITER, organisations}, 'team')
        expect(powers(access)).to.deep.equal({sees: false, writes: false})
        expect(access.readLimit).to.include(restriction)
      })
    }

    it('has nothing to do with the restrictions of other organisations', () => {
      const organisations = [
        {name: 'closed', role: 'admin', restrictions: ['sso'], hasResourceGroups: false},
        ...ORGANISATIONS,
      ]
      expect(powers(accessTo({...WRITER, organisations}, 'write-team'))).to.deep.equal({
        sees: true,
        writes: true,
      })
      expect(powers(accessTo({...WRITER, organisations}))).to.deep.equal({sees: true, writes: true})
    })
  })

  describe('writing', () => {
    it('is let through where all is seen and may be written', () => {
      expect(() => requireWriteAccess({namespace: 'kim'})).not.to.throw()
    })

    for (const access of [{readLimit: 'half of it is hidden'}, {writeLimit: 'the token is read-only'}]) {
      it(`is refused with exit code 4 where ${Object.values(access).join(',')}`, () => {
        const error = errorOf(() => requireWriteAccess({namespace: 'kim', ...access}))
        expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
        expect(error.message).to.include(Object.values(access).join(','))
      })
    }
  })
})
