import {expect} from 'chai'

import {Rows} from '../../../src/cli/progress/rows.js'
import {drawWindow} from '../../../src/cli/progress/window.js'
import {PLAIN} from '../../support/builders.js'

const names = (count: number) => Array.from({length: count}, (_, index) => `kim/${index}`)

/** Counts how often one of the rows is looked at by its place. */
function watched(rows: Rows): {looks: () => number} {
  let looks = 0
  const all = new Proxy(rows.all, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks++
      return Reflect.get(target, key, receiver) as unknown
    },
  })
  Object.defineProperty(rows, 'all', {value: all})
  return {looks: () => looks}
}

describe('the rows of a deletion', () => {
  it('count what became of each, and keep what is under way, failed or passed over', () => {
    const rows = new Rows(names(6))
    for (const index of [0, 1, 2, 3]) rows.start(`kim/${index}`)
    rows.finish({name: 'kim/0', status: 'deleted'})
    rows.finish({name: 'kim/1', status: 'failed', reason: '403 no\u0007', requestId: 'r'})
    rows.finish({name: 'kim/2', status: 'gone', reason: 'was not there any more'})
    rows.finish({name: 'kim/5', status: 'skipped', reason: 'changed'})
    rows.start('kim/unknown')
    expect(rows.finish({name: 'kim/unknown', status: 'deleted'})).to.equal(undefined)
    expect(rows.counts).to.deep.equal({waiting: 1, deleting: 1, deleted: 1, failed: 1, other: 2})
    expect(rows.done).to.equal(4)
    expect([...rows.deleting].map(({name}) => name)).to.deep.equal(['kim/3'])
    expect(rows.failed.map(({name, reason}) => [name, reason])).to.deep.equal([
      ['kim/1', '403 no  (request r)'],
    ])
    expect(rows.other.map(({word}) => word)).to.deep.equal(['already gone', 'skipped'])
    expect(rows.waiting(9).map(({name}) => name)).to.deep.equal(['kim/4'])
  })

  it('may come out otherwise than was said at first', () => {
    const rows = new Rows(names(3))
    for (const index of [0, 1, 2]) rows.start(`kim/${index}`)
    rows.finish({name: 'kim/0', status: 'deleted'})
    rows.finish({name: 'kim/1', status: 'failed', reason: 'lost'})
    rows.finish({name: 'kim/2', status: 'gone', reason: 'was not there any more'})
    rows.start('kim/0')
    rows.finish({name: 'kim/0', status: 'failed', reason: 'it is still there'})
    rows.finish({name: 'kim/1', status: 'deleted'})
    rows.finish({name: 'kim/2', status: 'failed', reason: 'it is still there'})
    expect(rows.counts).to.deep.equal({waiting: 0, deleting: 0, deleted: 1, failed: 2, other: 0})
    expect(rows.failed.map(({name}) => name)).to.deep.equal(['kim/0', 'kim/2'])
    expect(rows.other).to.deep.equal([])
    expect(rows.done).to.equal(3)
  })

  it('are looked at once each in a whole job that is drawn after every change, however many there are', () => {
    const rows = new Rows(names(3000))
    const {looks} = watched(rows)
    const draw = () => drawWindow(rows, {note: '', pace: ''}, {height: 23, width: 79}, PLAIN)
    for (const name of names(3000)) {
      rows.start(name)
      draw()
      rows.finish({name, status: 'deleted'})
    }

    expect(draw()).to.deep.equal(['Deleting 3,000/3,000', '  … and 3,000 deleted'])
    expect(looks()).to.be.below(3000 * 30)
  })
})
