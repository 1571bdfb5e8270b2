import {expect} from 'chai'

import {DAY, HOUR} from '../../../src/lib/duration.js'
import {RUN_TYPES} from '../../../src/lib/naming.js'
import {type Protection} from '../../../src/lib/protection.js'
import {
  ageOf,
  count,
  describeWait,
  listing,
  minute,
  moment,
  protectionOf,
  stateOf,
  thousands,
  typesOf,
} from '../../../src/lib/ui/wording.js'
import {ago, MINUTE, NOW, runOf} from '../../support/builders.js'

const aged = (ms: number) => ageOf(runOf(ago(ms), RUN_TYPES, {createdAt: ago(ms)}), NOW)

describe('wording', () => {
  it('counts in words that agree with the number', () => {
    expect([0, 1, 2, 1024].map((number) => count(number, 'dataset'))).to.deep.equal([
      '0 datasets',
      '1 dataset',
      '2 datasets',
      '1,024 datasets',
    ])
  })

  it('groups digits by three', () => {
    expect([0, 999, 1000, 12_345, 1_234_567].map((number) => thousands(number))).to.deep.equal([
      '0',
      '999',
      '1,000',
      '12,345',
      '1,234,567',
    ])
  })

  it('lists things as a sentence does', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listing(items))).to.deep.equal([
      '',
      'a',
      'a and b',
      'a, b and c',
    ])
  })

  it('writes moments in UTC, to the minute, wherever the machine is', () => {
    const zone = process.env.TZ
    try {
      process.env.TZ = 'Pacific/Kiritimati'
      expect(moment(NOW)).to.equal('2026-10-05 12:00 UTC')
      expect(minute(NOW)).to.equal('2026-10-05 12:00')
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  it('tells the age of a run, and which run is of the future', () => {
    expect([76 * DAY, 5 * HOUR, 12 * MINUTE, 0, -1].map((ms) => aged(ms))).to.deep.equal([
      '76d',
      '5h',
      '12min',
      '0min',
      'future',
    ])
  })

  it('names the types that a run has', () => {
    expect(typesOf(runOf(NOW, ['metrics', 'results']))).to.equal('results, metrics')
  })

  it('tells the state of a run and all that is odd about it', () => {
    const old = ago(9 * DAY)
    const far = {createdAt: ago(DAY)}
    expect(stateOf(runOf(old), NOW, HOUR)).to.equal('complete')
    expect(stateOf(runOf(old, RUN_TYPES, far), NOW, HOUR))
      .to.include('complete')
      .and.include('dates disagree')
    expect(stateOf(runOf(old, ['results']), NOW, HOUR)).to.equal('no traces, no metrics')
    const state = stateOf(runOf(old, ['metrics'], {createdAt: NOW}), NOW, HOUR)
    expect(state).to.include('no results').and.include('uploading').and.include('dates disagree')
  })

  it('tells who protected the leaderboard, in letters that are safe to print', () => {
    const text = protectionOf({by: 'ann\u001B[2J', at: NOW, reason: 'pa\nper'})
    expect(text)
      .to.include('ann')
      .and.include('2026-10-05 12:00 UTC')
      .and.include('pa per')
      .and.not.include('\u001B')
    expect(protectionOf({by: 'ann', at: NOW})).not.to.include('undefined')
    const {leaderboard}: Protection = {}
    expect(protectionOf(leaderboard)).to.equal('not protected')
    expect(protectionOf('unknown')).to.include('unknown')
  })

  it('tells how long a pause is, rounded up to seconds', () => {
    expect([1, 1000, 1001, 289_000].map((ms) => /(\d+) s$/.exec(describeWait(ms))?.[1])).to.deep.equal([
      '1',
      '1',
      '2',
      '289',
    ])
  })
})
