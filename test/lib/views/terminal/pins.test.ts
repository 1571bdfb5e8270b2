import {expect} from 'chai'

import {type PinnedRun} from '../../../../src/lib/account/protection/pin-runs.js'
import {formatPins, formatUnpinned} from '../../../../src/lib/views/terminal/pins.js'
import {PLAIN} from '../../../support/builders.js'

const TERMINAL = {style: PLAIN, width: 80}
const PIPE = {style: PLAIN, width: undefined}

/** As many runs as there are, each pinned by its tag. */
const pinned = (count: number, facts: Partial<PinnedRun> = {}) =>
  Array.from({length: count}, (_, index): PinnedRun => ({
    run: `20260901_${String(100_000 + index)}`,
    changed: true,
    pin: undefined,
    tagged: true,
    problem: undefined,
    ...facts,
  }))

const HALF = pinned(1, {
  run: '20260902_120000',
  pin: {by: 'kim', at: new Date('2026-10-01T00:00:00Z'), reason: undefined, until: undefined},
  tagged: false,
  problem: 'its card cannot be changed',
})

describe('the result of pinning', () => {
  it('names each of 40 runs, and of more on a terminal counts those without a problem', () => {
    expect(formatPins(pinned(40), TERMINAL).split('\n')).to.have.length(40)
    expect(formatPins(pinned(60), PIPE).split('\n')).to.have.length(60)
    expect(formatPins([...pinned(45), ...HALF, ...pinned(1, {changed: false})], TERMINAL)).to.equal(
      [
        '20260902_120000 is now pinned by kim, but only half pinned: its card cannot be changed.',
        '45 runs are now pinned.',
        '1 run is already pinned.',
      ].join('\n'),
    )
  })

  it('does the same where pins are lifted', () => {
    const runs = [
      ...pinned(41),
      ...pinned(1, {changed: false}),
      ...pinned(1, {run: 'x', problem: 'HTTP 500'}),
    ]
    expect(formatUnpinned(runs, TERMINAL)).to.equal(
      'x may still be pinned: HTTP 500.\n41 runs are no longer pinned.\n1 run is not pinned.',
    )
    expect(formatUnpinned(runs, PIPE).split('\n')).to.have.length(43)
  })
})
