import {expect} from 'chai'

import {writeBoard} from '../../support/boards.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {type Sandbox} from '../../support/sandbox.js'

interface RowDocument {
  place: number | null
  row: number
  run: string | null
  model: string | null
  successRate: number | null
  totalCostUsd: number | null
  standing: string | null
  gone: string[]
  allGone: boolean
}

const UTF8 = {LC_ALL: 'C.UTF-8', TERM: 'xterm'}
const show = (hub: Sandbox, ...flags: string[]) =>
  runCli(['leaderboard', 'show', ...flags], {...envOf(hub), ...UTF8})
const showJson = async (hub: Sandbox, ...flags: string[]) =>
  JSON.parse((await show(hub, ...flags, '--json')).stdout) as {
    rows: RowDocument[]
    groups: Array<{values: Record<string, string | null>; rows: number; shown: number}>
    by: string
    better: string
    rowsInAll: number
    warnings: string[]
  }

describe('leaderboard show', () => {
  it('ranks by another metric within each group, and ends where it is told to', () =>
    withHub({runs: 12}, async (hub) => {
      const {rows, groups, rowsInAll} = await showJson(
        hub,
        '--by',
        'cost',
        '--group-by',
        'provider',
        '--limit',
        '2',
      )
      expect(groups.map(({rows: total}) => total).reduce((sum, total) => sum + total)).to.equal(rowsInAll)
      expect(groups.length).to.be.above(1)
      for (const {shown} of groups) expect(shown).to.be.within(1, 2)
      expect(rows).to.have.length(groups.reduce((sum, {shown}) => sum + shown, 0))
      const {stdout} = await show(hub, '--by', 'cost', '--group-by', 'provider,team', '--limit', '2')
      expect(stdout).to.include('lower is better, within each provider and team')
      expect(stdout.match(/^provider \S+, team none: /gm)).to.have.length.above(1)
    }))

  it('marks rows whose datasets are gone, and says which', () =>
    withHub({runs: 9}, async (hub) => {
      const {rows} = await showJson(hub)
      const [first, second, third] = rows.filter(({place}) => place !== null)
      for (const type of ['results', 'traces', 'metrics'])
        hub.state.remove(`mira/smoltrace-${type}-${first!.run}`)
      hub.state.remove(`mira/smoltrace-results-${second!.run}`)
      hub.state.remove(`mira/smoltrace-traces-${third!.run}`)
      const after = await showJson(hub)
      const of = (run: string | null) => after.rows.find((row) => row.run === run)
      expect(of(first!.run)).to.deep.include({gone: ['results', 'metrics'], allGone: true})
      expect(of(second!.run)).to.deep.include({gone: ['results'], allGone: false})
      expect(of(third!.run)).to.deep.include({gone: [], allGone: false})
      const {stdout} = await show(hub)
      expect(stdout).to.match(new RegExp(` ~\\S+ {2}${first!.run} {2}datasets gone$`, 'm'))
      expect(stdout).to.match(new RegExp(` ${second!.run} {2}results gone$`, 'm'))
      expect(stdout).to.match(new RegExp(` ${third!.run}$`, 'm'))
    }))

  it('calls nothing gone where the token may not see everything', () =>
    withHub({runs: 4}, async (hub) => {
      const env = envOf(hub, hub.tokens.fineGrainedNarrow)
      const {stdout, stderr} = await runCli(['leaderboard', 'show'], env)
      expect(stderr).to.match(/is\s+not\s+reported\s+as\s+gone/)
      expect(stdout).not.to.match(/ gone$/m)
    }))

  it('prints CSV that a spreadsheet can read and does not execute', () =>
    withHub({runs: 3}, async (hub) => {
      const models = ['=cmd|x', 'a,"b"\r\nc', '\u001B]0;title\u0007plain']
      writeBoard(hub, [
        models.map((model) => ({results_dataset: null, model, run_status: 'completed', success_rate: 50})),
      ])
      const {stdout, stderr, exitCode} = await show(hub, '--csv')
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      const [head, ...lines] = stdout.split('\r\n')
      expect(head).to.match(/^place,row,run,time,timestamp,model,agent_type,/)
      expect(lines.pop()).to.equal('')
      expect(lines.map((line) => line.slice(0, line.indexOf(',,,,,,,')))).to.deep.equal([
        '1,3,,,,"]0;title plain"',
        '1,2,,,,"a,""b"" c"',
        "1,1,,,,'=cmd|x",
      ])
      for (const line of lines) expect(line).to.include(',completed,finished,50,')
    }))

  it('takes --csv or --json, not both, and asks the Hub nothing where a value is bad', () =>
    withHub({runs: 1}, async (hub) => {
      const bad: Array<[flags: string[], message: RegExp]> = [
        [['--csv', '--json'], /--csv/],
        [['--by', 'beauty'], /^Error: Expected --by=beauty to be one of: success, pass, .*$/m],
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

  it('draws bars in ASCII where the terminal shows nothing else', () =>
    withHub({runs: 5}, async (hub) => {
      const plain = await runCli(['leaderboard', 'show'], {...envOf(hub), LC_ALL: 'C', TERM: 'xterm'})

      expect(plain.stdout)
        .to.match(/#+\.* /)
        .and.match(/^[\u0000-\u007F]*$/)
      expect((await show(hub)).stdout).to.match(/█+·* /)
    }))
})
