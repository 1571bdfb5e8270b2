import {expect} from 'chai'
import * as fc from 'fast-check'

import {type LocalFile} from '../../../src/lib/archive/disk.js'
import {batchFiles} from '../../../src/lib/archive/restore-dataset.js'

const MB = 1024 * 1024
const local = (path: string, size: number, inLfs = false): LocalFile => ({
  path,
  size,
  inLfs,
  source: `/${path}`,
  oid: '',
  sha256: '',
})

describe('the commits of a restoration', () => {
  it('begin with what says which files go to LFS, end with the card, and hold a few MB, or more in LFS', () => {
    const big = Array.from({length: 5}, (_, index) => local(`${index}.parquet`, 500 * MB, true))
    const [first, second, third, fourth] = big.map(({path}) => path)
    const small = ['README.md', 'a', '.gitattributes', 'b'].map((path) => local(path, 1))
    const middling = Object.entries({a: 3, b: 2, c: 2, d: 9}).map(([path, size]) => local(path, size * MB))
    for (const [files, expected] of [
      // There may be something to take out.
      [[], [[]]],
      [small, [['.gitattributes', 'a', 'b', 'README.md']]],
      [middling, [['a'], ['b', 'c'], ['d']]],
      [big, [[first, second, third, fourth], ['4.parquet']]],
    ] as Array<[LocalFile[], string[][]]>)
      expect(batchFiles(files).map((bundle) => bundle.map(({path}) => path))).to.deep.equal(expected)
  })

  it('hold every file once, a hundred at most, and not more than they may', () => {
    const someFile = fc.record({size: fc.nat({max: 20 * MB}), inLfs: fc.boolean()})
    fc.assert(
      fc.property(fc.array(someFile, {maxLength: 400}), (facts) => {
        const files = facts.map(({size, inLfs}, index) => local(`${index}`, size, inLfs))
        const bundles = batchFiles(files)
        expect(bundles.flat()).to.have.members(files)
        for (const bundle of bundles) {
          const inRequest = bundle.filter(({inLfs}) => !inLfs).reduce((sum, {size}) => sum + size, 0)
          expect(bundle.length).to.be.at.most(100)
          if (bundle.length > 1) expect(inRequest).to.be.at.most(4 * MB)
        }
      }),
    )
  })
})
