import {expect} from 'chai'

import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {type Sandbox} from '../../support/sandbox.js'

const UTF8 = {LC_ALL: 'C.UTF-8', TERM: 'xterm'}
const show = (hub: Sandbox, ...flags: string[]) =>
  runCli(['leaderboard', 'show', ...flags], {...envOf(hub), ...UTF8})

describe('leaderboard show', () => {
  it('ranks by another metric within each group, as many rows as are asked for', () =>
    withHub({runs: 12}, async (hub) => {
      const {stdout} = await show(hub, '--by', 'cost', '--group-by', 'provider,team', '--limit', '1')
      expect(stdout).to.include('lower is better, within each provider and team')
      const groups = stdout.match(/^provider \S+, team none: /gm) ?? []
      expect(groups.length).to.be.above(1)
      expect(stdout.match(/^(?:\d+|-) {2}/gm)).to.have.length(groups.length)
    }))

  it('calls nothing gone where the token may not see everything', () =>
    withHub({runs: 4}, async (hub) => {
      const env = envOf(hub, hub.tokens.fineGrainedNarrow)
      const {stdout, stderr} = await runCli(['leaderboard', 'show'], env)
      expect(stderr).to.match(/not\s+reported\s+as\s+gone/)
      expect(stdout).not.to.match(/\bgone\b/)
    }))

  it('prints CSV, and nothing else', () =>
    withHub({runs: 3}, async (hub) => {
      const {stdout, stderr, exitCode} = await show(hub, '--csv')
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.match(/^place,row,run,time,timestamp,model,agent_type,.*\r\n1,\d,.*\r\n$/s)
    }))

  it('takes --csv or --json, not both, and asks the Hub nothing where a value is bad', () =>
    withHub({runs: 1}, async (hub) => {
      const bad: Array<[flags: string[], message: RegExp]> = [
        [['--csv', '--json'], /--csv/],
        [['--by', 'beauty'], /^Error: --by: "beauty" is not one of success, pass, .*$/m],
        [['--group-by', 'colour'], /--group-by/],
        [['--limit', '0'], /^Error: --limit: /],
        [['--model', ''], /^Error: --model /],
      ]
      for (const [flags, message] of bad) {
        const {stdout, stderr, exitCode} = await show(hub, ...flags)
        expect(exitCode, flags.join(' ')).to.equal(2)
        expect(stdout + stderr).to.match(message)
      }

      expect(hub.requests).to.deep.equal([])
    }))
})
