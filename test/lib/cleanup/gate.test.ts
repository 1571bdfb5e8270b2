import {expect} from 'chai'
import * as fc from 'fast-check'

import {Throttle} from '../../../src/lib/cleanup/gate.js'
import {gate} from '../../support/hub.js'

/** A throttle and those who were let in and are not out yet, in the order in which they came. */
function crowd(most: number, left = () => Number.POSITIVE_INFINITY) {
  const throttle = new Throttle(most, left)
  const inside: Array<{cuts: number; leave: () => void}> = []
  const turn = () => new Promise(setImmediate)
  return {
    inside,
    arrive(count: number) {
      for (let each = 0; each < count; each++)
        void throttle.run(async (cuts) => {
          const {before, open} = gate()
          inside.push({cuts, leave: open})
          await before()
        })
      return turn()
    },
    /** So many leave, the first ones first. */
    async go(count: number, how = 'neither') {
      for (const {cuts, leave} of inside.splice(0, count)) {
        if (how === 'overload') throttle.slowDown(cuts)
        if (how === 'success') throttle.speedUp()
        leave()
        await turn()
      }
    },
  }
}

describe('the throttle', () => {
  it('halves at an overload, once for all that were under way together, down to one', async () => {
    const {inside, arrive, go} = crowd(8)
    await arrive(40)
    const sizes = []
    for (const leaving of [8, 4, 2, 1]) {
      await go(leaving, 'overload')
      sizes.push(inside.length)
    }

    expect(sizes).to.deep.equal([4, 2, 1, 1])
  })

  it('recovers by one for each round that goes well, and never goes beyond what it was told', async () => {
    const {inside, arrive, go} = crowd(8)
    await arrive(200)
    await go(8, 'overload')
    const sizes = [inside.length]
    for (let round = 0; round < 8; round++) {
      await go(inside.length, 'success')
      sizes.push(inside.length)
    }

    expect(sizes).to.deep.equal([4, 5, 6, 7, 8, 8, 8, 8, 8])
  })

  it('lets in no more than the quota allows, but always one, who learns how it stands', async () => {
    let left = 2
    const {inside, arrive, go} = crowd(8, () => left)
    await arrive(6)
    const sizes = [inside.length]
    for (const allowed of [0, 0, 100]) {
      left = allowed
      await go(1)
      sizes.push(inside.length)
    }

    expect(sizes).to.deep.equal([2, 1, 1, 3])
  })

  it('never lets in too many and never leaves anybody waiting for ever, whatever happens', async () => {
    const steps = fc.array(fc.constantFrom('arrive', 'overload', 'success', 'neither'), {maxLength: 60})
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 6}), steps, async (most, happenings) => {
        const {inside, arrive, go} = crowd(most)
        let present = 0
        for (const step of happenings) {
          if (step !== 'arrive' && present === 0) continue
          present += step === 'arrive' ? 1 : -1
          await (step === 'arrive' ? arrive(1) : go(1, step))
          expect(inside.length).to.be.within(Math.min(present, 1), most)
        }

        for (; present > 0; present--) await go(1)
        expect(inside).to.deep.equal([])
      }),
      {numRuns: 50},
    )
  })
})
