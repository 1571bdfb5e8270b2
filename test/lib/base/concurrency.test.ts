import {expect} from 'chai'

import {checkConcurrency, MAX_CONCURRENCY} from '../../../src/lib/base/concurrency.js'
import {UsageError} from '../../../src/lib/base/errors.js'

describe('concurrency', () => {
  for (const concurrency of [1, 2, MAX_CONCURRENCY])
    it(`of ${concurrency} is fine`, () => {
      expect(() => checkConcurrency(concurrency)).not.to.throw()
    })

  for (const concurrency of [0, -1, 1.5, MAX_CONCURRENCY + 1, Number.NaN, Number.POSITIVE_INFINITY])
    it(`of ${concurrency} is refused`, () => {
      expect(() => checkConcurrency(concurrency)).to.throw(UsageError, '`concurrency` takes a whole number')
    })
})
