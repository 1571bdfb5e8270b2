import {expect} from 'chai'
import * as fc from 'fast-check'
import {posix, win32} from 'node:path'

import {pathProblem, pathsProblem} from '../../../src/lib/archive/paths.js'
import {someCodePoint} from '../../support/arbitraries.js'

const REFUSED: Array<[path: string, problem: RegExp]> = [
  ['', /empty/],
  ['/etc/passwd', /empty/],
  ['a/../../x', /outside its folder/],
  [String.raw`a\b`, /backslash/],
  ['C:/x', /Windows/],
  ['a\0b', /control/],
  ['a\u0085b', /control/],
  ['\uD800', /incomplete character/],
  ['a/.GIT/hooks/post-commit', /git/],
  ['git~1/config', /git/],
  ['x'.repeat(256), /longer than 255/],
  ['ü'.repeat(128), /longer than 255/],
  ['CON', /device/],
  ['data/nul.txt', /device/],
  ['LPT³', /device/],
  ['a.', /dot or a space/],
  ['a /b', /dot or a space/],
  ...[...'<>:"|?*'].map((mark): [string, RegExp] => [`a${mark}b`, /Windows/]),
]

const ACCEPTED = [
  '.gitattributes',
  'data/ü (1) & more.txt',
  '...a',
  'console.log',
  'com10.txt',
  'x'.repeat(255),
]

describe('paths of an archive', () => {
  for (const [path, problem] of REFUSED)
    it(`refuses ${JSON.stringify(path).slice(0, 60)}`, () => {
      expect(pathProblem(path)).to.match(problem)
      expect(pathsProblem(['a.txt', path])).to.include(JSON.stringify(path))
    })

  it('takes any other', () => {
    for (const path of ACCEPTED) expect(pathProblem(path), path).to.equal(undefined)
    expect(pathsProblem(['a/b/1', 'a/b/2', 'a/c/1', 'b/b/1', ...ACCEPTED])).to.equal(undefined)
  })

  for (const [title, paths] of [
    ['that are the same', ['a/b', 'a/b']],
    ['that differ in letter case', ['a/README.md', 'a/readme.MD']],
    ['that differ in letter case only in capitals', ['stra\u00DFe', 'STRASSE']],
    ['that differ in how an accent is written', ['caf\u00E9', 'cafe\u0301']],
    ['of which one is a folder on the way to the other', ['x', 'a/b', 'a/b/c/d']],
    ['of which one is the folder of the other in another letter case', ['A', 'a/b']],
    ['in folders that differ in letter case', ['Data/a', 'data/b']],
  ] as const)
    it(`refuses two paths ${title}`, () => {
      expect(pathsProblem(paths)).to.match(/may be the same file/)
      expect(pathsProblem(paths.toReversed())).to.match(/may be the same file/)
    })

  it('lets nothing out of its folder, whatever the system', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', 'a', '~', 'C:', '\\', '.git', '...', '.. ', 'aux'),
      fc.string({unit: someCodePoint, maxLength: 8}),
    )
    fc.assert(
      fc.property(fc.array(part, {minLength: 1, maxLength: 5}), (parts) => {
        const path = parts.join('/')
        if (pathProblem(path) !== undefined) return
        expect(posix.join('/archive', path).startsWith('/archive/')).to.equal(true)
        expect(win32.join(String.raw`D:\archive`, path).startsWith('D:\\archive\\')).to.equal(true)
        expect(posix.normalize(path)).to.equal(path)
      }),
      {numRuns: 500},
    )
  })
})
