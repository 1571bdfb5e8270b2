import {expect} from 'chai'

import {runDatasetName} from '../../../src/lib/base/names.js'
import {writeBoard} from '../../support/boards.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {isCommit, isListing, type Sandbox} from '../../support/sandbox.js'

const BOARD = 'mira/smoltrace-leaderboard'
const GONE = '20260101_120000'

describe('leaderboard prune', () => {
  const withBoard = (job: (hub: Sandbox) => Promise<void>) =>
    withHub({seed: 'empty'}, async (hub) => {
      hub.state.addDataset({name: BOARD, createdAt: '2025-01-01T00:00:00Z', files: {'README.md': '#'}})
      writeBoard(hub, [[{results_dataset: runDatasetName('mira', 'results', GONE), model: 'gpt\u001B[31m'}]])
      await job(hub)
    })
  const heads = (hub: Sandbox) => hub.state.get(BOARD)?.sha

  it('shows the rows, and the command that changes them', () =>
    withBoard(async (hub) => {
      const {stdout, exitCode} = await runCli(['leaderboard', 'prune', '--drop'], envOf(hub))
      expect(exitCode).to.equal(0)
      expect(stdout)
        .to.match(/^ {2}1 {2}20260101_120000 {2}gpt/m)
        .and.not.include('\u001B')
      expect(stdout).to.match(/^How +removes these rows/m)
      expect(stdout).to.match(/\n\n {2}smoltrace leaderboard prune --drop --no-dry-run\n$/)
    }))

  it('changes them with --yes, and shows the plan first; again there is nothing to prune', () =>
    withBoard(async (hub) => {
      const prune = () => runCli(['leaderboard', 'prune', '--no-dry-run', '--yes'], envOf(hub))
      const {stdout} = await prune()
      expect(stdout).to.match(/Prunes +1 of 1 row.*\n[^]*1 row changed\. Commit [\da-f]{7} of/)
      const {stdout: again, exitCode} = await prune()
      expect([again.includes('nothing to prune in 1 row.'), exitCode]).to.deep.equal([true, 0])
      expect(hub.requests.filter((request) => isCommit(request))).to.have.length(1)
    }))

  const refused: Array<[argv: string[], code: number, says: RegExp]> = [
    [['--no-dry-run'], 2, /no terminal to ask on: add --yes/],
    [['--no-dry-run', '--json'], 2, /--json never asks: add --yes/],
    [['--no-dry-run', '--dry-run'], 2, /--dry-run/],
    [['--no-dry-run', '--yes', '--token', 'hf_sandbox_read'], 4, /read-only/],
    [['--namespace', 'nobody'], 1, /nobody/],
  ]
  for (const [argv, code, says] of refused)
    it(`ends with ${code} for ${argv.join(' ')}, before anything is listed`, () =>
      withBoard(async (hub) => {
        const {HF_TOKEN, ...others} = envOf(hub)
        const env = argv.includes('--token') ? others : {...others, HF_TOKEN}
        const head = heads(hub)
        const {stdout, stderr, exitCode} = await runCli(['leaderboard', 'prune', ...argv], env)
        expect(exitCode).to.equal(code)
        expect(stdout + stderr).to.match(says)
        expect(hub.requests.filter((request) => isListing(request))).to.deep.equal([])
        expect(heads(hub)).to.equal(head)
      }))

  it('says of an error that nothing was changed', () =>
    withBoard(async (hub) => {
      hub.intercept({match: isListing, respond: {status: 403}})
      const {stderr} = await runCli(['leaderboard', 'prune', '--no-dry-run', '--yes'], envOf(hub))
      expect(stderr).to.match(/\n {2}Nothing was changed\.\n/)
    }))
})
