import {expect} from 'chai'
import * as fc from 'fast-check'

import {CancelledError, NotAllowedError, RefusedError} from '../../src/lib/errors.js'
import {type Hub} from '../../src/lib/hub/client.js'
import {HubUnreachableError} from '../../src/lib/hub/errors.js'
import {
  formatProtection,
  parseProtection,
  PROTECTION_PATH,
  protectLeaderboard,
  readProtection,
  readProtectionIfPossible,
  refuseProtected,
  unprotectLeaderboard,
} from '../../src/lib/protection.js'
import {type Sandbox, startSandbox} from '../../src/lib/sandbox/index.js'
import {storedFile} from '../../src/lib/sandbox/objects.js'
import {
  errorOf,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  missing,
  NOW,
  refusal,
  rejectionOf,
} from '../support/builders.js'

const AT = '2026-10-05T12:00:00.000Z'
const parse = (value: unknown) => parseProtection(JSON.stringify(value), 'kim/smoltrace-leaderboard')

describe('protection', () => {
  describe('its file', () => {
    it('says who protected the leaderboard, when and why', () => {
      expect(parse({version: 1, leaderboard: {by: 'ann', at: AT, reason: 'paper'}})).to.deep.equal({
        leaderboard: {by: 'ann', at: NOW, reason: 'paper'},
      })
    })

    it('need not say why', () => {
      expect(parse({version: 1, leaderboard: {by: 'ann', at: AT}})).to.deep.equal({
        leaderboard: {by: 'ann', at: NOW},
      })
      expect(parse({version: 1, leaderboard: {by: 'ann', at: AT, reason: 5}})).to.deep.equal({
        leaderboard: {by: 'ann', at: NOW},
      })
    })

    it('protects nothing where it names nothing', () => {
      expect(parse({version: 1})).to.deep.equal({})

      expect(parse({version: 1, leaderboard: null})).to.deep.equal({})
    })

    const broken: Array<[title: string, text: string]> = [
      ['nothing', ''],
      ['blanks', ' \n'],
      ['no JSON', '{version: 1}'],
      ['half of its JSON', '{"version": 1, "leaderboard": {"by": "a'],
      ['a page', '<!doctype html><title>Log in</title>'],
      ['null', 'null'],
      ['a number', '1'],
      ['a text', '"protected"'],
      ['a list', '[{"version": 1}]'],
      ['a merge conflict', '<<<<<<< HEAD\n{"version": 1}'],
      ['no version', '{}'],
      ['no version beside a protection', `{"leaderboard": {"by": "ann", "at": "${AT}"}}`],
      ['a later version', '{"version": 2}'],
      ['an earlier version', '{"version": 0}'],
      ['its version as a text', '{"version": "1"}'],
      ['an unknown part', '{"version": 1, "runs": {}}'],
      ['an empty unknown part', '{"version": 1, "pins": null}'],
      ['a leaderboard that is only true', '{"version": 1, "leaderboard": true}'],
      ['a leaderboard that is only false', '{"version": 1, "leaderboard": false}'],
      ['a leaderboard that is a text', '{"version": 1, "leaderboard": ""}'],
      ['a leaderboard that is a list', '{"version": 1, "leaderboard": []}'],
      ['a leaderboard that says nothing', '{"version": 1, "leaderboard": {}}'],
      ['a leaderboard without a date', '{"version": 1, "leaderboard": {"by": "ann"}}'],
      ['a leaderboard without an author', `{"version": 1, "leaderboard": {"at": "${AT}"}}`],
      ['a date that is none', '{"version": 1, "leaderboard": {"by": "ann", "at": "yesterday"}}'],
      ['a date that is a number', '{"version": 1, "leaderboard": {"by": "ann", "at": 1}}'],
      ['an author that is a number', `{"version": 1, "leaderboard": {"by": 1, "at": "${AT}"}}`],
    ]
    for (const [title, text] of broken) {
      it(`is refused where it holds ${title}, and never taken for no protection`, () => {
        const error = errorOf(() => parseProtection(text, 'kim/smoltrace-leaderboard'))
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.include(PROTECTION_PATH).and.include('kim/smoltrace-leaderboard')
      })
    }

    it('is refused for a name of an object that every object has', () => {
      expect(() => parseProtection('{"version": 1, "__proto__": {"x": 1}}', 'x')).to.throw(RefusedError)
      expect(() => parseProtection('{"version": 1, "constructor": 1}', 'x')).to.throw(RefusedError)
    })

    it('is read as it was written', () => {
      const protections = fc.record({
        leaderboard: fc.record(
          {
            by: fc.string({unit: 'binary'}),
            at: fc.date({noInvalidDate: true}),
            reason: fc.string({unit: 'binary', minLength: 1}),
          },
          {requiredKeys: ['by', 'at']},
        ),
      })
      fc.assert(
        fc.property(protections, (protection) => {
          expect(parseProtection(formatProtection(protection), 'x')).to.deep.equal(protection)
        }),
        {numRuns: 300},
      )
      expect(parseProtection(formatProtection({}), 'x')).to.deep.equal({})
    })
  })

  describe('reading it', () => {
    const board = leaderboardDataset()

    it('asks for nothing where the listing has no leaderboard', async () => {
      const hub = fakeHub([])
      const {leaderboard} = inventoryOf([])
      expect(await readProtection(hub, leaderboard)).to.deep.equal({})
      expect(hub.log).to.deep.equal([])
    })

    it('finds nothing protected where the leaderboard has no such file', async () => {
      expect(await readProtection(fakeHub([board]), board)).to.deep.equal({})
    })

    it('asks for its path on main of the leaderboard', async () => {
      const asked: unknown[] = []
      const hub: Hub = {
        ...fakeHub([board]),
        async readText(...args) {
          asked.push(...args)
          return formatProtection({leaderboard: {by: 'ann', at: NOW}})
        },
      }
      expect((await readProtection(hub, board)).leaderboard?.by).to.equal('ann')
      expect(asked).to.deep.equal([board.name, '.smoltrace/protection.json', 'main'])
    })

    const uncertain: Array<[title: string, error: Error]> = [
      ['401', refusal(401)],
      ['403', refusal(403)],
      ['404 for the whole dataset', missing()],
      ['500', refusal(500)],
      ['no answer', new HubUnreachableError('gone')],
    ]
    for (const [title, cause] of uncertain) {
      it(`is not certain after ${title}, so it is an error`, async () => {
        const hub: Hub = {...fakeHub([board]), readText: () => Promise.reject(cause)}
        expect(await rejectionOf(readProtection(hub, board))).to.equal(cause)
      })

      it(`is unknown to a preview after ${title}, with a warning`, async () => {
        const hub: Hub = {...fakeHub([board]), readText: () => Promise.reject(cause)}
        const warnings: string[] = []
        expect(await readProtectionIfPossible(hub, board, warnings)).to.equal('unknown')
        expect(warnings).to.have.length(1)
        expect(warnings[0]).to.include('protected').and.include(cause.message)
      })
    }

    it('is unknown to a preview where the file is broken', async () => {
      const hub = fakeHub([board])
      hub.protection = '{'
      const warnings: string[] = []
      expect(await readProtectionIfPossible(hub, board, warnings)).to.equal('unknown')
      expect(warnings).to.have.length(1)
    })

    it('warns of nothing where all is well', async () => {
      const warnings: string[] = []
      expect(await readProtectionIfPossible(fakeHub([board]), board, warnings)).to.deep.equal({})
      expect(warnings).to.deep.equal([])
    })

    it('ends a preview too where the user cancelled or the program is at fault', async () => {
      for (const cause of [new CancelledError('enough'), new TypeError('a bug')]) {
        const hub: Hub = {...fakeHub([board]), readText: () => Promise.reject(cause)}
        expect(await rejectionOf(readProtectionIfPossible(hub, board, []))).to.equal(cause)
      }
    })
  })

  describe('refusing', () => {
    const protection = {leaderboard: {by: 'ann', at: NOW, reason: 'paper'}}

    it('names who protected the leaderboard, when, why, and how to lift it', () => {
      const error = errorOf(() => refuseProtected(leaderboardDataset(), protection)) as RefusedError
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('ann').and.include('2026-10-05').and.include('paper')
      expect(error.suggestions.join(',')).to.include('leaderboard unprotect')
    })

    it('is left out where there is no protection or no leaderboard', () => {
      expect(() => refuseProtected(leaderboardDataset(), {})).not.to.throw()
      expect(() => refuseProtected(undefined, protection)).not.to.throw()
    })
  })
})

describe('protecting the leaderboard', () => {
  const isCommit = ({method, path}: {method: string; path: string}) =>
    method === 'POST' && path.includes('/commit/')
  const name = 'mira/smoltrace-leaderboard'
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({runs: 2})
  })

  afterEach(() => hub.close())

  const connection = () => ({endpoint: hub.url, token: hub.token, env: {}})

  it('starts over where somebody else changed the leaderboard in between', async () => {
    hub.intercept({match: isCommit, times: 2, before: () => hub.state.touch(name)})
    const {changed, protection} = await protectLeaderboard({...connection(), reason: 'cited'})
    expect(changed).to.equal(true)
    expect(protection).to.deep.include({by: 'mira', reason: 'cited'})
    expect(hub.requests.filter((request) => isCommit(request)).map(({status}) => status)).to.deep.equal([
      412, 412, 200,
    ])
  })

  it('gives up where others never stop changing it, and nothing is protected', async () => {
    hub.intercept({match: isCommit, before: () => hub.state.touch(name)})
    const error = await rejectionOf(protectLeaderboard(connection()))
    expect(error).to.be.instanceOf(RefusedError)
    expect(hub.state.get(name)?.head.files.has(PROTECTION_PATH)).to.equal(false)
  })

  it('keeps what the first one said: who protected it, when and why', async () => {
    const first = await protectLeaderboard({...connection(), reason: 'first'})
    const second = await protectLeaderboard({...connection(), reason: 'second'})
    expect(second).to.deep.equal({...first, changed: false})
  })

  it('is lifted for good, and lifted again without a commit', async () => {
    await protectLeaderboard(connection())
    expect((await unprotectLeaderboard(connection())).changed).to.equal(true)
    const commits = hub.state.get(name)?.history.length
    expect((await unprotectLeaderboard(connection())).changed).to.equal(false)
    expect(hub.state.get(name)?.history.length).to.equal(commits)
    expect(hub.state.get(name)?.head.files.has(PROTECTION_PATH)).to.equal(false)
  })

  it('does not touch a file that it does not understand', async () => {
    hub.state.commit(
      hub.state.get(name)!,
      'newer',
      new Map([[PROTECTION_PATH, storedFile('{"version":2}', false)]]),
    )
    for (const job of [protectLeaderboard, unprotectLeaderboard]) {
      expect(await rejectionOf(job(connection()))).to.be.instanceOf(RefusedError)
    }

    expect(hub.requests.some((request) => isCommit(request))).to.equal(false)
  })

  it('is refused to a token that may only read, before anything is listed', async () => {
    const error = await rejectionOf(protectLeaderboard({...connection(), token: hub.tokens.read}))
    expect(error).to.be.instanceOf(NotAllowedError)
    expect(hub.requests.map(({path}) => path)).to.deep.equal(['/api/whoami-v2'])
  })
})
