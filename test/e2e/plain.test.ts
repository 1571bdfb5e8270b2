import {expect} from 'chai'

import {type Sandbox} from '../../src/lib/sandbox/index.js'
import {deletionsAt, withHub} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {startInTerminal, type Terminal} from '../support/pty.js'

const KEEP_ONE = ['cleanup', '--keep-recent', '1', '--no-dry-run']
const QUESTION = 'Type DELETE to go on, anything else to cancel: '
const COLOUR = /\u001B\[\d+m/

const PLAIN: Array<Record<string, string>> = [{SMOLTRACE_PLAIN: '1'}, {TERM: 'dumb'}]

describe('a terminal on which nothing may be drawn anew', () => {
  async function asked(hub: Sandbox, variables: Record<string, string>): Promise<Terminal> {
    const terminal = startInTerminal(KEEP_ONE, {...cleanEnv(hub), NO_COLOR: '1', ...variables})
    await terminal.waitFor(QUESTION)
    return terminal
  }

  for (const variables of PLAIN) {
    const title = Object.entries(variables).join(',').replace(',', '=')

    it(`gets lines, a question and an answer, and not one code for the cursor: ${title}`, () =>
      withHub({runs: 3}, async (hub) => {
        const terminal = await asked(hub, variables)
        expect(deletionsAt(hub)).to.deep.equal([])
        terminal.type('DELETE')
        expect(await terminal.finished).to.equal(0)
        expect(deletionsAt(hub).length).to.be.above(1)
        expect(terminal.text)
          .to.match(/^deleted {8}mira\/smoltrace-metrics-/m)
          .and.include('Cleanup complete')
        expect(terminal.raw).not.to.include('\u001B')
      }))

    it(`is refused a list to pick from, and told what to do instead: ${title}`, () =>
      withHub({runs: 1}, async (hub) => {
        const terminal = startInTerminal(['cleanup', '--all', '-i'], {...cleanEnv(hub), ...variables})
        expect(await terminal.finished).to.equal(2)
        expect(terminal.text).to.match(/name\s+runs\s+with\s+--run\s+TIMESTAMP/)
        expect(hub.requests).to.deep.equal([])
      }))
  }

  const noes: Array<[what: string, answer: (terminal: Terminal) => void]> = [
    ['another word', (terminal) => terminal.type('delete')],
    ['an empty line', (terminal) => terminal.type('')],
    ['Ctrl-C', (terminal) => terminal.ctrlC()],
    ['the end of the input', (terminal) => terminal.ctrlD()],
  ]
  for (const [what, answer] of noes) {
    it(`takes ${what} for a no, says so and ends with 130`, () =>
      withHub({runs: 3}, async (hub) => {
        const terminal = await asked(hub, {SMOLTRACE_PLAIN: '1'})
        answer(terminal)
        expect(await terminal.finished).to.equal(130)
        expect(terminal.text).to.include('Cancelled: nothing was deleted.')
        expect(deletionsAt(hub)).to.deep.equal([])
      }))
  }

  it('takes nothing that was typed before the question for an answer', () =>
    withHub({runs: 3, latencyMs: 200}, async (hub) => {
      const terminal = startInTerminal(KEEP_ONE, {...cleanEnv(hub), SMOLTRACE_PLAIN: '1'})
      terminal.type('DELETE')
      await terminal.waitFor(QUESTION)
      terminal.type('no')
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))
})

describe('colours on a terminal', () => {
  const cases: Array<[argv: string[], variables: Record<string, string>, coloured: boolean]> = [
    [['runs', 'group'], {}, true],
    [['runs', 'group', '--no-color'], {}, false],
    [['runs', 'group', '--no-color'], {FORCE_COLOR: '1'}, false],
    [['runs', 'group'], {NO_COLOR: 'yes'}, false],
    [['runs', 'group'], {NO_COLOR: 'yes', FORCE_COLOR: '1'}, false],
    [['runs', 'group', '--help'], {NO_COLOR: 'yes', FORCE_COLOR: '1'}, false],
    [['runs', 'group'], {NO_COLOR: ''}, true],
    [['runs', 'group', '--help'], {NO_COLOR: ''}, true],
    [['runz'], {NO_COLOR: ''}, true],
    [[], {NO_COLOR: ''}, true],
    [['runs', 'group', '--frobnicate', '--no-color'], {}, false],
    [['runs', 'group', '--help'], {}, true],
    [['runs', 'group', '--help', '--no-color'], {}, false],
    [['--help', '--no-color'], {}, false],
    [[], {}, true],
    [[], {NO_COLOR: '1'}, false],
    [[], {TERM: 'dumb'}, false],
  ]
  for (const [argv, variables, coloured] of cases) {
    const words = [...Object.entries(variables).map((pair) => pair.join('=')), 'smoltrace', ...argv]
    it(`are ${coloured ? '' : 'not '}there with ${words.join(' ')}`, () =>
      withHub({runs: 1}, async (hub) => {
        const terminal = startInTerminal(argv, {...cleanEnv(hub), ...variables})
        await terminal.finished
        expect(terminal.text).not.to.equal('').and.not.to.include('Warning')
        expect(COLOUR.test(terminal.raw)).to.equal(coloured)
      }))
  }
})
