import {expect} from 'chai'

import {type Item, Items} from '../../../src/cli/progress/window.js'

const itemsOf = (count: number) => new Items(Array.from({length: count}, (_, index) => `kim/${index}`))
const namesOf = (items: Iterable<Item>) => [...items].map(({name}) => name)
const counts = ({in: states}: Items) =>
  Object.fromEntries(Object.entries(states).flatMap(([state, {size}]) => (size > 0 ? [[state, size]] : [])))

describe('the datasets of a deletion', () => {
  it('are in one state each, in the order in which they reached it', () => {
    const items = itemsOf(6)
    for (const index of [0, 1, 2, 3]) items.start(`kim/${index}`)
    items.finish({name: 'kim/0', status: 'deleted'})
    items.finish({name: 'kim/1', status: 'failed', reason: '403 no\u0007', requestId: 'r'})
    items.finish({name: 'kim/2', status: 'gone', reason: 'was not there any more'})
    items.finish({name: 'kim/5', status: 'skipped', reason: 'changed'})
    items.start('kim/unknown')
    expect(items.finish({name: 'kim/unknown', status: 'deleted'})).to.equal(undefined)
    expect(counts(items)).to.deep.equal({
      waiting: 1,
      deleting: 1,
      deleted: 1,
      failed: 1,
      gone: 1,
      skipped: 1,
    })
    expect(items.done).to.equal(4)
    expect(namesOf(items.in.deleting)).to.deep.equal(['kim/3'])
    expect(namesOf(items.in.waiting)).to.deep.equal(['kim/4'])
    expect([...items.in.failed].map(({name, reason}) => [name, reason])).to.deep.equal([
      ['kim/1', '403 no  (request r)'],
    ])
  })

  it('may have another outcome than was said at first', () => {
    const items = itemsOf(3)
    items.finish({name: 'kim/0', status: 'deleted'})
    items.finish({name: 'kim/1', status: 'failed', reason: 'lost'})
    items.finish({name: 'kim/2', status: 'gone'})
    items.finish({name: 'kim/0', status: 'failed', reason: 'it is still there'})
    items.finish({name: 'kim/1', status: 'deleted'})
    items.finish({name: 'kim/2', status: 'failed', reason: 'it is still there'})
    expect(counts(items)).to.deep.equal({deleted: 1, failed: 2})
    expect(namesOf(items.in.failed)).to.deep.equal(['kim/0', 'kim/2'])
    expect([...items.in.deleted][0]?.reason).to.equal('')
    expect(items.done).to.equal(3)
  })
})
