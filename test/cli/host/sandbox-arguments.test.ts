import {expect} from 'chai'
import * as fc from 'fast-check'

import {splitArguments} from '../../../src/cli/host/sandbox-arguments.js'

const words = (text: string) => (text === '' ? [] : text.split(' '))

describe('the arguments of the sandbox', () => {
  const cases: Array<[line: string, own: string, inner: string]> = [
    ['', '', ''],
    ['--json', '--json', ''],
    ['--port 8080', '--port 8080', ''],
    ['cleanup --all --json', '', 'cleanup --all --json'],
    ['--runs 3 cleanup --all', '--runs 3', 'cleanup --all'],
    ['--runs=3 cleanup', '--runs=3', 'cleanup'],
    ['--runs 3 --latency 5 --port 1 datasets list', '--runs 3 --latency 5 --port 1', 'datasets list'],
    ['--quota 100/20 cleanup --all', '--quota 100/20', 'cleanup --all'],
    ['--json --runs 3 cleanup --json', '--json --runs 3', 'cleanup --json'],
    ['cleanup --help', '', 'cleanup --help'],
    ['--help', '--help', ''],
    ['-h cleanup', '-h', 'cleanup'],
    ['-- cleanup --json', '', 'cleanup --json'],
    ['--runs 3 -- cleanup', '--runs 3', 'cleanup'],
    ['-- --help', '', '--help'],
    ['cleanup -- x', '', 'cleanup -- x'],
    ['--runs', '--runs', ''],
    ['--runs --json cleanup', '--runs --json', 'cleanup'],
  ]
  for (const [line, own, inner] of cases) {
    it(`of "${line}" are its own "${own}" and inside "${inner}"`, () => {
      expect(splitArguments(words(line))).to.deep.equal({own: words(own), inner: words(inner)})
    })
  }

  it('are all kept, in their order, but for one --', () => {
    const word = fc.constantFrom(
      '--runs',
      '--json',
      '3',
      'cleanup',
      '--all',
      '-h',
      '--port=1',
      '--latency',
      'x',
    )
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        const {own, inner} = splitArguments(argv)
        expect([...own, ...inner]).to.deep.equal(argv)
      }),
      {numRuns: 500},
    )
  })
})
