import {expect} from 'chai'

import {atOnce, inSlices, mapping, type Steps} from '../../../src/lib/base/steps.js'

describe('slices', () => {
  it('come to the same result as all steps at once', async () => {
    const doubled = () => mapping([1, 2, 3], (number) => number * 2)
    expect(atOnce(doubled())).to.deep.equal([2, 4, 6])
    expect(await inSlices(doubled())).to.deep.equal([2, 4, 6])
  })

  it('let the event loop have its turn between them', async () => {
    const loop = {hadTurn: false}
    setImmediate(() => {
      loop.hadTurn = true
    })
    function* long(): Steps<void> {
      for (let step = 0; !loop.hadTurn && step < 100_000_000; step++) yield
    }

    await inSlices(long())
    expect(loop.hadTurn).to.equal(true)
  })

  it('reject where a step throws', async () => {
    const failing = mapping([1], () => {
      throw new Error('no')
    })
    const error = await inSlices(failing).catch((error_: unknown) => error_)
    expect(error).to.be.an('error').with.property('message', 'no')
  })
})
