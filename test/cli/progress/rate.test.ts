import {expect} from 'chai'

import {noteText} from '../../../src/cli/progress/board.js'
import {describePace} from '../../../src/cli/progress/rate.js'
import {describeWait} from '../../../src/lib/views/format.js'

describe('the pace of a deletion', () => {
  const cases: Array<[done: number, total: number, seconds: number, text: string]> = [
    [410, 30_000, 10, '41/s, 12 min left'],
    [25, 100, 10, '2.5/s, 30 s left'],
    [6, 300, 60, '6/min, 49 min left'],
    [1000, 30_000, 300, '3.3/s, 2 h 25 min left'],
    [12_000, 30_000, 10, '1,200/s, 15 s left'],
    [99, 100, 1000, '6/min, 11 s left'],
  ]
  for (const [done, total, seconds, text] of cases)
    it(`of ${done} of ${total} in ${seconds} s is ${text}`, () => {
      expect(describePace(done, total, seconds * 1000)).to.equal(text)
    })

  it('is not told before it can be known, nor when all is done', () => {
    expect(describePace(0, 10, 60_000)).to.equal('')
    expect(describePace(5, 10, 1000)).to.equal('')
    expect(describePace(10, 10, 60_000)).to.equal('')
  })
})

describe('what holds up a deletion', () => {
  it('says of a pause how long it still is', () => {
    const wait = {why: 'quota', ms: 60_000} as const
    const note = {until: 50_000, wait}
    expect(noteText(note, 3000))
      .to.equal(describeWait({...wait, ms: 47_000}))
      .and.to.equal('quota used up, going on in 47 s')
    expect(noteText(note, 49_900))
      .to.equal(describeWait({...wait, ms: 100}))
      .and.to.include('in 1 s')
    expect(noteText(note, 60_000)).to.include('in 0 s')
    expect(noteText('looking again', 0)).to.equal('looking again')
  })
})
