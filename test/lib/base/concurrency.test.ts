import {expect} from 'chai'

import {checkConcurrency, MAX_CONCURRENCY} from '../../../src/lib/base/concurrency.js'
import {UsageError} from '../../../src/lib/base/errors.js'

describe('concurrency', () => {
  it('is a whole number, and not too large', () => {
    for (const one of [1, 2, MAX_CONCURRENCY]) expect(() => checkConcurrency(one)).not.to.throw()
    for (const one of [0, -1, 1.5, MAX_CONCURRENCY + 1, Number.NaN, Infinity])
      expect(() => checkConcurrency(one)).to.throw(UsageError, '`concurrency` takes a whole number')
  })
})
