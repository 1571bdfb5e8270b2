import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Ended, Items} from '../../../src/cli/progress/items.js'
import {drawWindow} from '../../../src/cli/progress/window.js'
import {columnsOf} from '../../../src/lib/views/terminal/layout.js'
import {PLAIN} from '../../support/builders.js'

type State = Ended['ending'] | 'running' | 'waiting'
interface Part {
  name: string
  state: State
  reason?: string
}

const WORDS = {done: 'deleted', failed: 'failed', skipped: 'skipped', unattempted: 'not attempted'}
const parts = (state: State, number: number): Part[] =>
  Array.from({length: number}, (_, index) => ({name: `${state}-${String(index).padStart(4, '0')}`, state}))

/** A job to whose parts all that has happened. */
function jobOf(all: Part[]): Items {
  const items = new Items(all.length)
  for (const {name, state, reason = ''} of all) {
    if (state === 'waiting') continue
    items.start(name)
    if (state === 'running') items.explain(name, reason)
    else items.finish({name, ending: state, words: WORDS[state], reason})
  }

  return items
}

const draw = (all: Part[], {height = 21, width = 79, note = '', rate = '', hasBars = true} = {}) =>
  drawWindow(jobOf(all), {height, width, style: PLAIN, doing: 'deleting', note, rate, hasBars})

describe('the window of a job', () => {
  it('shows how far it is, what failed, what is under way by run, and what was done last, but nothing that waits', () => {
    const all: Part[] = [
      {name: 'mira/smoltrace-metrics-20260101_000001', state: 'done'},
      {name: 'mira/smoltrace-traces-20260101_000001', state: 'done'},
      {name: 'mira/smoltrace-results-20260101_000001', state: 'failed', reason: '403 no\u0007'},
      {name: 'mira/smoltrace-metrics-20260102_000001', state: 'skipped', reason: 'changed'},
      {name: 'mira/smoltrace-metrics-20260103_000001', state: 'running', reason: 'trying again in 1 s'},
      {name: 'mira/smoltrace-traces-20260104_000001', state: 'running'},
      {name: 'mira/smoltrace-results-20260105_000001', state: 'running'},
      {name: 'mira/smoltrace-traces-20260106_000001', state: 'running'},
      {name: 'mira/smoltrace-leaderboard', state: 'running'},
      {name: 'mira/smoltrace-traces-20260107_000001', state: 'waiting'},
    ]
    expect(draw(all, {rate: '14/s, 7 s left', width: 100})).to.deep.equal([
      'Deleting  ██████········  4/10  14/s, 7 s left  1 failed  1 skipped',
      '  ✗ results of 20260101_000001: 403 no',
      '  - metrics of 20260102_000001: changed',
      '  deleting metrics of 20260103_000001: trying again in 1 s',
      '  deleting traces of 20260104_000001, 20260106_000001; results of 20260105_000001; the leaderboard',
      '  ✓ traces of 20260101_000001  deleted',
      '  ✓ metrics of 20260101_000001  deleted',
    ])
  })

  it('shows the last word of each', () => {
    const items = new Items(3)
    items.start('a')
    items.finish({name: 'a', ending: 'done', words: 'deleted'})
    items.finish({name: 'b', ending: 'failed', words: 'failed', reason: 'lost'})
    items.finish({name: 'a', ending: 'failed', words: 'failed', reason: 'it is still there'})
    items.finish({name: 'b', ending: 'done', words: 'already gone'})
    const options = {
      height: 9,
      width: 79,
      style: PLAIN,
      doing: 'deleting',
      note: '',
      rate: '',
      hasBars: false,
    }
    expect(drawWindow(items, options)).to.deep.equal([
      'Deleting  2/3  1 failed',
      '  x a: it is still there',
      '  + b  already gone',
    ])
  })

  it('does not count what was not attempted', () => {
    const [head] = draw([...parts('done', 60), ...parts('unattempted', 12)], {hasBars: false})
    expect(head).to.equal('Deleting  60/72  12 not attempted')
  })

  it('shows every failure that there is room for, the newest first, and what is under way however much failed', () => {
    const lines = draw([...parts('failed', 500), ...parts('running', 8), ...parts('done', 5)])
    expect(lines).to.have.length(21)
    expect(lines[1]).to.include('failed-0499')
    expect(lines.at(-2)).to.equal('  … and 482 more')
    expect(lines.at(-1)).to.match(/^ {2}deleting running-0000, /)
  })

  it('leaves out the bar first where the terminal is narrow, then the rate, and never how much failed', () => {
    const all = [...parts('done', 50), ...parts('failed', 3), ...parts('waiting', 47)]
    const rate = '41/s, 4 min left'
    expect(draw(all, {rate, width: 60})[0]).to.equal(
      'Deleting  ███████·······  53/100  41/s, 4 min left  3 failed',
    )
    expect(draw(all, {rate, width: 59})[0]).to.equal('Deleting  53/100  41/s, 4 min left  3 failed')
    expect(draw(all, {rate, width: 40})[0]).to.equal('Deleting  53/100  3 failed')
  })

  it('says below how far it is what holds it up', () => {
    expect(draw(parts('waiting', 3), {note: 'rate limit reached'})[1]).to.equal('  Rate limit reached')
  })

  it('is never higher or wider than there is room', () => {
    const part = fc.record({
      name: fc.string({unit: 'grapheme', maxLength: 60}),
      state: fc.constantFrom<State>('done', 'running', 'failed', 'skipped', 'unattempted', 'waiting'),
      reason: fc.string({unit: 'grapheme-ascii', maxLength: 60}),
    })
    const size = {
      height: fc.integer({min: 1, max: 40}),
      width: fc.integer({min: 1, max: 120}),
      note: fc.string({unit: 'grapheme-ascii'}),
      hasBars: fc.boolean(),
    }
    fc.assert(
      fc.property(fc.array(part, {maxLength: 60}), fc.record(size), (some, options) => {
        const all = some.map((each, index) => ({...each, name: `${index} ${each.name}`}))
        const lines = draw(all, options)
        expect(lines.length).to.be.within(1, options.height)
        for (const line of lines) expect(columnsOf(line)).to.be.at.most(options.width)
      }),
      {numRuns: 500},
    )
  })
})
