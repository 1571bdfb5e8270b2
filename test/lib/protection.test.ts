import {expect} from 'chai'

import {CancelledError, RefusedError} from '../../src/lib/errors.js'
import {type Hub} from '../../src/lib/hub/client.js'
import {HubUnreachableError} from '../../src/lib/hub/errors.js'
import {formatProtection} from '../../src/lib/protection-file.js'
import {
  describePin,
  livePin,
  pinnedRuns,
  type Protection,
  readProtection,
  readProtectionIfPossible,
  refuseProtected,
} from '../../src/lib/protection.js'
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

describe('protection', () => {
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
      expect(asked).to.deep.equal([{name: board.name, revision: 'main', path: '.smoltrace/protection.json'}])
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
      const error = errorOf(() => refuseProtected(leaderboardDataset(), protection, NOW)) as RefusedError
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('ann').and.include('2026-10-05').and.include('paper')
      expect(error.suggestions.join(',')).to.include('leaderboard unprotect --namespace kim')
    })

    it('is left out where there is no protection or no leaderboard', () => {
      expect(() => refuseProtected(leaderboardDataset(), {}, NOW)).not.to.throw()
      expect(() => refuseProtected(undefined, protection, NOW)).not.to.throw()
    })
  })
})

describe('pins', () => {
  const at = NOW
  const protection: Protection = {
    runs: {
      '20260101_000000': {by: 'ann', at},
      '20260102_000000': {by: 'ann', at, until: '2026-10-05', reason: 'paper'},
      '20260103_000000': {by: 'ann', at, until: '2026-10-04'},
    },
  }

  const cases: Array<[timestamp: string, now: string, isLive: boolean]> = [
    ['20260101_000000', '2226-01-01T00:00:00Z', true],
    ['20260102_000000', '2026-10-05T00:00:00.000Z', true],
    ['20260102_000000', '2026-10-05T23:59:59.999Z', true],
    ['20260102_000000', '2026-10-06T00:00:00.000Z', false],
    ['20260103_000000', '2026-10-05T00:00:00.000Z', false],
    ['20260104_000000', '2026-10-05T00:00:00.000Z', false],
  ]
  for (const [timestamp, now, isLive] of cases) {
    it(`hold ${isLive ? '' : 'nothing '}for ${timestamp} at ${now}`, () => {
      expect(livePin(protection, timestamp, new Date(now)) !== undefined).to.equal(isLive)
    })
  }

  it('are not found under names that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(livePin(protection, name, NOW)).to.equal(undefined)
  })

  it('that hold now are named, the others not', () => {
    expect(pinnedRuns(protection, NOW)).to.deep.equal(['20260101_000000', '20260102_000000'])
  })

  it('say who, until when and why, and are safe to print', () => {
    expect(describePin(protection.runs!['20260102_000000']!)).to.equal(
      'pinned by ann until 2026-10-05: paper',
    )
    expect(describePin({by: 'a\u001B[2J', at, reason: '\u0007x'})).not.to.match(/[\u001B\u0007]/)
  })

  it('that hold keep the leaderboard, which they live in', () => {
    const error = errorOf(() => refuseProtected(leaderboardDataset(), protection, NOW)) as RefusedError
    expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
    expect(error.suggestions.join(' ')).to.include(
      'runs unprotect 20260101_000000 20260102_000000 --namespace kim',
    )
    expect(error.message).to.include('20260102_000000 (pinned by ann until 2026-10-05: paper)')
  })

  it('that have run out do not keep it', () => {
    const over = {runs: {'20260103_000000': {by: 'ann', at, until: '2026-10-04'}}}
    expect(() => refuseProtected(leaderboardDataset(), over, NOW)).not.to.throw()
  })
})
