import {expect} from 'chai'

import {gate, withHub} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {startInTerminal} from '../support/pty.js'
import {type Fault, isListing, isProtection} from '../support/sandbox.js'

const at =
  (part: string): Fault['match'] =>
  ({path}) =>
    path.includes(part)

/** What a command waits for, the request whose answer is late, and how many such requests are answered at once before. */
const WAITS: Array<[line: string, argv: string, late: Fault['match'], skip?: number]> = [
  ['Checking the token…', 'runs group', at('/whoami')],
  ['Reading sizes…', 'datasets list --sizes', at('/settings/repositories')],
  ['Listing mira…', 'leaderboard check', isListing],
  ['Reading the pins…', 'runs group', isProtection],
  ['Reading the leaderboard…', 'leaderboard show', at('.parquet')],
  ['Changing mira/smoltrace-leaderboard…', 'leaderboard protect', at('/commit/')],
  ['Checking that nothing changed…', 'cleanup --keep-recent 1 --no-dry-run --yes', isListing, 1],
]

describe('a wait on a terminal', () => {
  for (const [line, argv, match, skip = 0] of WAITS)
    it(`shows "${line}" during ${argv}, and leaves nothing of it`, () =>
      withHub({runs: 3}, async (hub) => {
        const {before, open} = gate()
        hub.intercept({match, skip, times: 1, before})
        const terminal = startInTerminal(argv.split(' '), cleanEnv(hub))
        await terminal.waitFor(line)
        expect(terminal.screen.visible()).to.include(line)
        open()
        expect(await terminal.finished).to.equal(0)
        expect(terminal.screen.everything().join('\n')).not.to.include('…')
      }))

  it('shows a pause in the same line', () =>
    withHub({runs: 3}, async (hub) => {
      const later = {status: 503, headers: {'Retry-After': '2'}}
      hub.intercept({match: isListing, times: 1, respond: later})
      const terminal = startInTerminal(['runs', 'group'], cleanEnv(hub))
      await terminal.waitFor(/The Hub returned 503, trying again in \d s \(1 of 5\)…/)
      expect(await terminal.finished).to.equal(0)
      expect(terminal.screen.everything().join('\n')).not.to.include('503')
    }))

  it('is not drawn with --json', () =>
    withHub({runs: 3}, async (hub) => {
      const later = {status: 503, headers: {'Retry-After': '1'}}
      hub.intercept({match: isListing, times: 1, respond: later})
      const terminal = startInTerminal(['runs', 'group', '--json'], cleanEnv(hub))
      expect(await terminal.finished).to.equal(0)
      expect(hub.requests.filter((request) => isListing(request))).to.have.length(2)
      expect(terminal.text).to.match(/^\{/)
      expect(terminal.raw).not.to.include('\u001B')
    }))
})
