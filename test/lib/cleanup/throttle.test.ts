import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Pass, Throttle} from '../../../src/lib/cleanup/throttle.js'

/** Lets everybody in who may go in. */
const turn = () => new Promise(setImmediate)

/** A throttle and those who were let in and are not out yet, in the order in which they came. */
function crowd(most: number, left?: () => number) {
  const throttle = new Throttle(most, left)
  const inside: Array<{number: number; pass: Pass}> = []
  let arrived = 0
  return {
    throttle,
    inside,
    arrive(count: number) {
      for (let each = 0; each < count; each++) {
        const number = arrived++
        void throttle.enter().then((pass) => inside.push({number, pass}))
      }

      return turn()
    },
    /** The first one leaves. */
    async go(how?: 'overload' | 'success') {
      const {pass} = inside.shift() ?? {}
      if (!pass) throw new Error('nobody is inside')
      if (how === 'overload') throttle.slowDown(pass)
      if (how === 'success') throttle.speedUp()
      throttle.leave()
      await turn()
    },
  }
}

describe('the throttle', () => {
  it('lets in as many as it was told, and the next one when one leaves, in the order of arrival', async () => {
    const {inside, arrive, go} = crowd(3)
    await arrive(5)
    expect(inside.map(({number}) => number)).to.deep.equal([0, 1, 2])
    await go()
    expect(inside.map(({number}) => number)).to.deep.equal([1, 2, 3])
    await arrive(1)
    await go()
    await go()
    expect(inside.map(({number}) => number)).to.deep.equal([3, 4, 5])
  })

  it('halves at an overload, once for all that were under way together, down to one', async () => {
    const {inside, arrive, go} = crowd(8)
    await arrive(40)
    for (let each = 0; each < 8; each++) await go('overload')
    expect(inside).to.have.length(4)
    for (let each = 0; each < 4; each++) await go('overload')
    expect(inside).to.have.length(2)
    for (let each = 0; each < 6; each++) await go('overload')
    expect(inside).to.have.length(1)
  })

  it('recovers by one for each round that goes well, and never goes beyond what it was told', async () => {
    const {inside, arrive, go} = crowd(8)
    await arrive(200)
    for (let each = 0; each < 8; each++) await go('overload')
    const sizes = [inside.length]
    for (let round = 0; round < 8; round++) {
      for (let each = inside.length; each > 0; each--) await go('success')
      sizes.push(inside.length)
    }

    expect(sizes).to.deep.equal([4, 5, 6, 7, 8, 8, 8, 8, 8])
  })

  it('lets in no more than the quota allows, but always one, who learns how it stands', async () => {
    let left = 2
    const {inside, arrive, go} = crowd(8, () => left)
    await arrive(6)
    expect(inside).to.have.length(2)
    left = 0
    await go()
    expect(inside).to.have.length(1)
    await go()
    expect(inside).to.have.length(1)
    left = 100
    await go()
    expect(inside).to.have.length(3)
  })

  it('never lets in too many and never leaves anybody waiting for ever, whatever happens', async () => {
    const steps = fc.array(fc.constantFrom('arrive', 'overload', 'success', 'leave'), {maxLength: 60})
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 6}), steps, async (most, happenings) => {
        const {inside, arrive, go} = crowd(most)
        let present = 0
        for (const step of happenings) {
          if (step === 'arrive') {
            present++
            await arrive(1)
          } else if (inside.length > 0) {
            present--
            await go(step === 'leave' ? undefined : (step as 'overload' | 'success'))
          }

          expect(inside.length).to.be.at.most(most)
          if (present > 0) expect(inside.length).to.be.at.least(1)
        }

        while (inside.length > 0) {
          present--
          await go()
        }

        expect(present).to.equal(0)
      }),
      {numRuns: 50},
    )
  })
})
