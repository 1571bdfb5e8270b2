import {expect} from 'chai'
import * as fc from 'fast-check'

import {type LocalFile} from '../../../src/lib/archive/entries.js'
import {batches} from '../../../src/lib/archive/restore-dataset.js'

const MB = 1024 * 1024
const local = (path: string, size: number, inLfs = false): LocalFile => ({
  path,
  size,
  inLfs,
  source: `/${path}`,
  oid: '',
  sha256: '',
})
const pathsOf = (files: LocalFile[]) => batches(files).map((bundle) => bundle.map(({path}) => path))

describe('the commits of a restoration', () => {
  it('say first which files go to LFS, and last what the dataset is', () => {
    expect(
      pathsOf([local('README.md', 1), local('a', 1), local('.gitattributes', 1), local('b', 1)]),
    ).to.deep.equal([['.gitattributes', 'a', 'b', 'README.md']])
  })

  it('are one where there is nothing to add, since there may be something to take out', () => {
    expect(pathsOf([])).to.deep.equal([[]])
  })

  it('hold a few MB of small files', () => {
    expect(pathsOf([local('a', 3 * MB), local('b', 2 * MB), local('c', 2 * MB)])).to.deep.equal([
      ['a'],
      ['b', 'c'],
    ])
  })

  it('hold one file that is larger than that', () => {
    expect(pathsOf([local('a', 1), local('b', 9 * MB), local('c', 1)])).to.deep.equal([['a'], ['b'], ['c']])
  })

  it('hold more of what goes to LFS', () => {
    const files = Array.from({length: 10}, (_, index) => local(`${index}.parquet`, 500 * MB, true))
    expect(pathsOf(files).map((bundle) => bundle.length)).to.deep.equal([4, 4, 2])
  })

  it('hold every file once, a hundred at most, and not more than they may', () => {
    const someFile = fc.record({size: fc.nat({max: 20 * MB}), inLfs: fc.boolean()})
    fc.assert(
      fc.property(fc.array(someFile, {maxLength: 400}), (facts) => {
        const files = facts.map(({size, inLfs}, index) => local(`${index}`, size, inLfs))
        const bundles = batches(files)
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
