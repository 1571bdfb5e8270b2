import {expect} from 'chai'
import * as fc from 'fast-check'

import {drawWindow, type Item, Items} from '../../../src/cli/progress/window.js'
import {PLAIN} from '../../support/builders.js'

const item = (name: string, state: Item['state'], reason = ''): Item => ({name, state, reason})
const items = (state: Item['state'], number: number, from = 0) =>
  Array.from({length: number}, (_, index) => item(`${state}-${String(from + index).padStart(4, '0')}`, state))
/** A list in which all that has happened to these. */
function listOf(all: Item[]): Items {
  const list = new Items(all.map(({name}) => name))
  for (const {name, state, reason} of all) {
    if (state !== 'waiting') list.start(name)
    if (state !== 'waiting' && state !== 'deleting') list.finish({name, status: state, reason})
  }

  return list
}

const draw = (all: Item[], {height = 24, width = 79, note = '', rate = ''} = {}) =>
  drawWindow(listOf(all), {height, width, style: PLAIN, note, rate})

describe('window', () => {
  it('shows every row, in its place, where all fit', () => {
    const all = [
      item('a', 'waiting'),
      item('b', 'failed', '500 oops'),
      item('c', 'deleted'),
      item('d', 'deleting'),
    ]
    const [head, ...body] = draw(all, {height: 5})
    expect(head).to.include('2/4').and.include('1 failed')
    expect(body.map((line) => line.trim().split(' ')[1])).to.deep.equal(['a', 'b', 'c', 'd'])
    expect(body[1]).to.include('500 oops')
  })

  it('shows the last word of each, and knows no other datasets', () => {
    const list = new Items(['a', 'b', 'c'])
    list.start('a')
    list.finish({name: 'a', status: 'deleted'})
    list.finish({name: 'b', status: 'failed', reason: 'lost'})
    list.finish({name: 'a', status: 'failed', reason: '403 no\u0007', requestId: 'r'})
    list.finish({name: 'b', status: 'gone'})
    list.start('unknown')
    expect(list.finish({name: 'unknown', status: 'deleted'})).to.equal(undefined)
    const lines = drawWindow(list, {height: 9, width: 79, style: PLAIN, note: '', rate: ''})
    expect(lines.map((line) => line.trim())).to.deep.equal([
      'Deleting 2/3, 1 failed',
      '✗ a  failed: 403 no  (request r)',
      '- b  already gone',
      '· c  waiting',
    ])
  })

  it('shows what is under way however much failed, the newest failures, and what failed however much is under way', () => {
    const text = draw([...items('failed', 500), ...items('deleting', 8), ...items('waiting', 92)]).join('\n')
    for (const {name} of items('deleting', 8)) expect(text).to.include(name)
    expect(text).to.include('failed-0499').and.include('failed-0490')
    const busy = draw([...items('deleting', 32), ...items('failed', 1), ...items('waiting', 567)])
    expect(busy.join('\n')).to.include('failed-0000')
  })

  it('gives what holds up the job a line of its own where the terminal is narrow', () => {
    const all = [...items('deleted', 12_345), ...items('failed', 3), ...items('waiting', 9000)]
    const heading = {note: 'quota used up, resuming in 47 s', rate: '41/s, 4 min left'}
    expect(draw(all, {...heading, width: 120})[0]).to.match(
      /3 failed, quota used up, resuming in 47 s, 41\/s, 4 min left$/,
    )
    expect(draw(all, {...heading, width: 79})[0]).to.match(/3 failed, quota used up, resuming in 47 s$/)
    const [head, note, ...more] = draw(all, {...heading, width: 59})
    expect(head).to.equal('Deleting 12,348/21,348, 3 failed, 41/s, 4 min left')
    expect(note).to.equal('  Quota used up, resuming in 47 s')
    expect(more).to.have.length(22)
  })

  it('does not speak of deleting before anything is', () => {
    const [head] = draw(items('waiting', 3), {note: 'archiving: 1 of 3 datasets'})
    expect(head).to.equal('Archiving: 1 of 3 datasets')
  })

  it('tells the states apart without colours', () => {
    const states: Array<Item['state']> = ['deleted', 'deleting', 'failed', 'skipped', 'waiting']
    const marks = draw(states.map((state) => item(state, state)))
      .slice(1)
      .map((line) => line.trim()[0])
    expect(new Set(marks).size).to.equal(5)
  })

  it('is never higher or wider than there is room, and always accounts for every row', () => {
    const someItem = fc.record({
      name: fc.string({unit: 'grapheme-ascii', maxLength: 60}),
      state: fc.constantFrom<Item['state']>('deleted', 'deleting', 'failed', 'skipped', 'waiting'),
      reason: fc.string({unit: 'grapheme-ascii', maxLength: 60}),
    })
    const size = {
      height: fc.integer({min: 1, max: 40}),
      width: fc.integer({min: 1, max: 120}),
      note: fc.string({unit: 'grapheme-ascii'}),
    }
    fc.assert(
      fc.property(fc.array(someItem, {maxLength: 60}), fc.record(size), (some, {height, width, note}) => {
        const all = some.map((each, index) => ({...each, name: `${index} ${each.name}`}))
        const lines = draw(all, {height, width, note})
        expect(lines.length).to.be.within(1, height)
        for (const line of lines) expect(line.length).to.be.at.most(width)
        if (height < 3 || width < 119) return
        const sums = /… and (.*)$/.exec(lines.at(-1) ?? '')?.[1]
        const summed = (sums?.match(/\d+/g) ?? []).map(Number).reduce((sum, each) => sum + each, 0)
        const drawn = lines.length - 1 - (sums === undefined ? 0 : 1)
        if (all.length >= height) expect(drawn + summed).to.equal(all.length)
        else expect(drawn).to.equal(all.length)
      }),
      {numRuns: 500},
    )
  })
})
