import {expect} from 'chai'

import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, withHub} from '../support/hub.js'

describe('words that name no command', () => {
  for (const [words, guess] of [
    ['cleanupp --all --no-dry-run --yes', 'cleanup'],
    ['runs:grup', 'runs group'],
    ['help runs grup', 'runs group'],
    ['clenup --help', 'cleanup'],
    ['sandbox clenup', 'sandbox cleanup'],
    ['sandbox clenup --help', 'cleanup'],
  ] as const) {
    it(`are answered for ${words} with a suggestion, and with exit code 2`, async () => {
      const {stdout, stderr, exitCode} = await runCli(words.split(' '))
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      const [first, second] = stderr.split('\n')
      expect(first).to.match(/^Error: Unknown command(?: for the sandbox)?: ".*"\.$/)
      expect(second).to.equal(`  Did you mean: smoltrace ${guess}`)
    })
  }

  it('never run what may have been meant, and ask the Hub nothing', () =>
    withHub({runs: 3}, async (hub) => {
      const deletes = ['--all', '--grace', '0', '--no-dry-run', '--yes']
      for (const words of [
        ['cleanupp', ...deletes],
        ['--json', 'cleanup', ...deletes],
        ['cleanup', 'all', ...deletes],
        ['smoltrace', 'cleanup', ...deletes],
        ['--', 'cleanup', ...deletes],
      ]) {
        expect((await runCli(words, envOf(hub))).exitCode).to.equal(2)
      }

      expect(deletionsAt(hub)).to.deep.equal([])
      expect(hub.requests).to.deep.equal([])
    }))
})

describe('help', () => {
  for (const words of [
    'help runs group',
    'runs:group --help',
    'runs group 30d --help',
    'runs',
    'runs -h',
    'runs --no-color',
  ]) {
    it(`explains the command in ${words}`, async () => {
      const {stdout, stderr, exitCode} = await runCli(words.split(' '))
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.include('runs group')
    })
  }
})
