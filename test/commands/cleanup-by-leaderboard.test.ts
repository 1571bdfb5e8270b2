import {expect} from 'chai'

import Cleanup from '../../src/commands/cleanup.js'
import {type Sandbox} from '../../src/lib/sandbox/index.js'
import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, withHub} from '../support/hub.js'

interface Planned {
  run: string
  reasons: Array<{rule: string; text: string}>
}

/** What a dry run says that could find out what it needs. */
async function planAt(hub: Sandbox, ...argv: string[]): Promise<{delete: Planned[]; keep: Planned[]}> {
  const {stdout, exitCode} = await runCli(['cleanup', ...argv, '--json'], envOf(hub))
  expect(exitCode).to.equal(0)
  return JSON.parse(stdout) as {delete: Planned[]; keep: Planned[]}
}

const LEADERBOARD = 'mira/smoltrace-leaderboard'

/** Every rule that rests on rows, as a person types it. */
const ROW_RULES = [
  ['--keep-best', '2'],
  ['--keep-recent', '1', '--group-by', 'model'],
  ['--model', '*'],
  ['--team', 'x'],
  ['--purpose', 'x'],
  ['--status', 'failed'],
  ['--unreferenced'],
  ['--score-below', '50'],
]

describe('cleanup by the leaderboard', () => {
  it('keeps the best of each model, and deletes exactly what it showed', () =>
    withHub({}, async (hub) => {
      const rules = ['--keep-best', '1', '--by', 'success', '--group-by', 'model']
      const plan = await planAt(hub, ...rules)
      const best = plan.keep.filter(({reasons}) => reasons.some(({rule}) => rule === 'keep-best'))
      expect(best.length).to.be.above(2)
      expect(plan.delete.length).to.be.above(2)
      const {exitCode} = await runCli(['cleanup', ...rules, '--no-dry-run', '--yes'], envOf(hub))
      expect(exitCode).to.equal(0)
      const gone = new Set(deletionsAt(hub).map((name) => name.slice(-15)))
      expect([...gone]).to.have.members(plan.delete.map(({run}) => run))
    }))

  it('says weekly 3 of 8, and prints which rules hold', () =>
    withHub({}, async (hub) => {
      const {stdout} = await runCli(['cleanup', '--keep-weekly', '8', '--keep-within', '1d'], envOf(hub))
      expect(stdout).to.match(/weekly 3 of 8 \(\d{4}-W\d\d\)/)
      expect(stdout).to.include('the newest run of each of the last 8 weeks that have one (ISO weeks, UTC)')
    }))

  it('selects the one run that no row cites', () =>
    withHub({}, async (hub) => {
      const {delete: planned} = await planAt(hub, '--unreferenced')
      expect(planned).to.have.length(1)
      expect(planned[0]?.reasons[0]?.rule).to.equal('unreferenced')
    }))

  it('says in its help which rules need rows', () => {
    const paragraph = Cleanup.description.split('\n\n').find((text) => text.startsWith('--model'))
    const flags = ROW_RULES.flat().filter((word) => word.startsWith('--') && word !== '--keep-recent')
    for (const flag of flags) expect(paragraph).to.include(flag)
  })

  for (const rule of ROW_RULES) {
    it(`refuses ${rule.join(' ')} where there is no leaderboard, in a dry run too`, () =>
      withHub({}, async (hub) => {
        hub.state.remove(LEADERBOARD)
        for (const argv of [[], ['--no-dry-run', '--yes']]) {
          const {stderr, exitCode} = await runCli(['cleanup', ...rule, ...argv], envOf(hub))
          expect(exitCode).to.equal(1)
          expect(stderr).to.include('there is no leaderboard').and.include('Nothing was deleted.')
        }

        expect(deletionsAt(hub)).to.deep.equal([])
      }))

    it(`deletes nothing by ${rule.join(' ')} where the leaderboard cannot be read`, () =>
      withHub({}, async (hub) => {
        hub.intercept({
          match: ({path}) => path.includes('.parquet'),
          respond: {status: 200, body: 'no Parquet'},
        })
        const {stderr, exitCode} = await runCli(['cleanup', ...rule, '--no-dry-run', '--yes'], envOf(hub))
        expect(exitCode).to.equal(1)
        expect(stderr).to.include('it is not known which runs finished')
        expect(deletionsAt(hub)).to.deep.equal([])
        const dry = await runCli(['cleanup', ...rule, '--json'], envOf(hub))
        expect(dry.exitCode).to.equal(1)
        const {delete: planned, keep} = JSON.parse(dry.stdout) as {delete: Planned[]; keep: Planned[]}
        expect(planned).to.deep.equal([])
        expect(keep.every(({reasons}) => reasons.some(({rule: name}) => name === 'leaderboard'))).to.equal(
          true,
        )
      }))
  }

  const refused: Array<[argv: string[], words: string]> = [
    [['--score-below', 'low'], '--score-below'],
    [['--score-below', '-5'], '--score-below'],
    [['--keep-weekly', '0'], '--keep-weekly'],
    [['--keep-best', '3', '--by', 'luck'], '--by'],
    [['--group-by', 'notes', '--keep-recent', '1'], '--group-by'],
    [['--keep-within', '2026-01-31'], '--keep-within'],
    [['--all', '--keep-best', '3'], '--keep-best'],
    [['--unreferenced', '--all'], '--unreferenced'],
  ]
  for (const [argv, words] of refused) {
    it(`asks the Hub nothing for ${argv.join(' ')}`, () =>
      withHub({}, async (hub) => {
        const {stderr, exitCode} = await runCli(['cleanup', ...argv], envOf(hub))
        expect(exitCode).to.equal(2)
        expect(stderr).to.include(words)
        expect(hub.requests).to.deep.equal([])
      }))
  }
})
