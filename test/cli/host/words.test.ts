import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {findByWords, splitArguments, topicOf, wordsOf} from '../../../src/cli/host/words.js'
import {root} from '../../support/cli.js'

const words = (text: string) => (text === '' ? [] : text.split(' '))

describe('the topic of our commands in a host', () => {
  for (const [id, topic, words] of [
    ['cleanup', [], 'cleanup'],
    ['runs:group', [], 'runs group'],
    ['smoltrace:cleanup', ['smoltrace'], 'cleanup'],
    ['smoltrace:runs:group', ['smoltrace'], 'runs group'],
    ['smoltrace', ['smoltrace'], ''],
  ] as const) {
    it(`is known from the words of ${id}`, () => {
      expect(topicOf(id)).to.deep.equal(topic)
      expect(wordsOf(id)).to.equal(words)
    })
  }

  it('has the topics of the program in it, in the same words', () => {
    const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
    const {subtopics} = read('package.json').oclif.topics.smoltrace
    expect(subtopics).to.deep.equal(read('src/cli/oclif.json').topics)
  })
})

describe('the command that words begin with', () => {
  const find = (words: string[], topic: string[], ids: string[]) =>
    findByWords(words, topic, (id) => ids.includes(id))

  it('is the longest that there is, and the rest are its arguments', () => {
    const ids = ['runs', 'runs:group']
    expect(find(['runs', 'group', '--json'], [], ids)).to.deep.equal({id: 'runs:group', argv: ['--json']})
    expect(find(['runs', 'grope'], [], ids)).to.deep.equal({id: 'runs', argv: ['grope']})
  })

  it("is never the host's own", () => {
    expect(find(['cleanup'], ['smoltrace'], ['cleanup'])).to.equal(undefined)
    expect(find(['cleanup'], ['smoltrace'], ['cleanup', 'smoltrace:cleanup'])).to.deep.equal({
      id: 'smoltrace:cleanup',
      argv: [],
    })
  })

  it('is none where none begins so', () => {
    expect(find([], [], ['cleanup'])).to.equal(undefined)
    expect(find(['--json', 'cleanup'], [], ['cleanup'])).to.equal(undefined)
  })
})

describe('the arguments of the sandbox', () => {
  const cases: Array<[line: string, own: string, inner: string]> = [
    ['', '', ''],
    ['--runs=3 cleanup', '--runs=3', 'cleanup'],
    ['--runs 3 --latency 5 --port 1 datasets list', '--runs 3 --latency 5 --port 1', 'datasets list'],
    ['--json --quota 1/2 cleanup --json', '--json --quota 1/2', 'cleanup --json'],
    ['-h cleanup', '-h', 'cleanup'],
    ['--runs 3 -- cleanup', '--runs 3', 'cleanup'],
    ['cleanup -- x', '', 'cleanup -- x'],
    ['--runs', '--runs', ''],
  ]
  for (const [line, own, inner] of cases) {
    it(`of "${line}" are its own "${own}" and inside "${inner}"`, () => {
      expect(splitArguments(words(line))).to.deep.equal({own: words(own), inner: words(inner)})
    })
  }
})
