import {expect} from 'chai'

import {RefusedError} from '../../src/lib/errors.js'
import {describePin, livePin, pinnedRuns, type Protection, refuseProtected} from '../../src/lib/protection.js'
import {errorOf, leaderboardDataset, NOW} from '../support/builders.js'

describe('protection', () => {
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
