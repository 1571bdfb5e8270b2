import {expect} from 'chai'

import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun} from '../../../src/lib/account/runs.js'
import {RUN_TYPES} from '../../../src/lib/base/names.js'
import {readRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {selectorsOf} from '../../../src/lib/retention/selectors.js'
import {ago, NOW, runDatasets, runOf} from '../../support/builders.js'
import {A, B, C, decisionsOf, deletedBy, finished, knowing, named, rowOf, saidOf} from '../../support/rows.js'

/** Oldest first. */
const RUNS = groupDatasetsByRun(
  [A, B, C].flatMap((timestamp) => runDatasets(timestamp, RUN_TYPES)),
).toReversed()

const said = (options: RetentionOptions, ...rows: LeaderboardRow[]) =>
  saidOf(decisionsOf(RUNS, options, knowing(...rows)))

const a = (facts: Partial<LeaderboardRow> = {}) => finished(A, facts)
const b = (facts: Partial<LeaderboardRow> = {}) => finished(B, facts)

describe('selectors by the leaderboard', () => {
  describe('by model, team and purpose', () => {
    const rows = [
      a({model: 'openai/gpt-4o', team: 'core', purpose: 'selection'}),
      b({model: 'openai/gpt-4.1-mini', team: 'Core'}),
    ]
    const cases: Array<[options: RetentionOptions, selected: string[]]> = [
      [{model: ['*gpt-4*']}, [A, B]],
      [{model: ['*']}, [A, B]],
      [{model: ['gpt-4o']}, []],
      [{model: ['nothing', '*mini']}, [B]],
      [{team: ['core']}, [A]],
      [{team: ['core', 'Core']}, [A, B]],
      [{purpose: ['selection']}, [A]],
      [{purpose: ['*']}, []],
      [{model: ['*gpt-4*'], team: ['Core']}, [B]],
    ]
    for (const [options, selected] of cases) {
      it(`select with ${JSON.stringify(options)}`, () => {
        expect(deletedBy(decisionsOf(RUNS, options, knowing(...rows)))).to.deep.equal(selected)
      })
    }

    it('say it so that a terminal can show it, and in one line', () => {
      const model = `hf_${'a'.repeat(20)}\u001B[2J\n${'x'.repeat(5000)}`
      const [why = ''] = said({model: ['*x*']}, a({model}))
      expect(why).to.match(/^keep: model hf_… \[2J x+…$/)
      expect(why.length).to.be.below(100)
    })
  })

  /** What is said of the first runs. */
  type Case = [options: RetentionOptions, rows: LeaderboardRow[], first: string, second?: string]
  const SEEMS = 'keep: a leaderboard row may refer to it'
  const NO_ROW = 'keep: no row on the leaderboard, though it has metrics'
  const DISAGREE = 'keep: its rows disagree about'
  const nearly = {resultsDataset: `https://huggingface.co/datasets/${named('results', A)}`}
  const tracesOfA = rowOf({tracesDataset: named('traces', A), runStatus: 'failed'})
  const resultsOfB = rowOf({resultsDataset: `renamed/smoltrace-results-${B}`})
  const failed = a({runStatus: 'failed'})
  const older = a({timestamp: '2026-09-01T12:00:00', successRate: 10})
  const LATER = '2026-09-02T12:00:00'
  const broken: RetentionOptions = {status: ['failed', 'partial']}
  const pass: RetentionOptions = {scoreBelow: 0.5, by: 'pass'}
  const cases: Case[] = [
    [{model: ['*4o']}, [a({model: '4o'}), b({model: 'mini'})], 'delete: model 4o', 'keep: model mini'],
    [{model: ['*']}, [b()], NO_ROW, 'keep: its row names no model'],
    [{purpose: ['x']}, [a({purpose: 'b'}), b()], 'keep: purpose b', 'keep: its row names no purpose'],
    [{model: ['a']}, [a({model: 'a'}), a({model: 'b'})], `${DISAGREE} the model`],
    [broken, [failed, b()], 'delete: status failed', 'keep: status completed'],
    [{status: ['completed']}, [a({runStatus: 'partial'})], 'keep: status partial'],
    [{status: ['completed']}, [a({runStatus: undefined, successRate: 0})], 'delete: status completed'],
    [{status: ['failed']}, [a({runStatus: 'aborted'})], 'keep: status "aborted" is unknown'],
    [broken, [failed, a()], `${DISAGREE} run_status`],
    // A row that only seems to mean the run says something else.
    [broken, [failed, rowOf({...nearly, runStatus: 'completed'})], `${DISAGREE} run_status`],
    [{unreferenced: true}, [tracesOfA, resultsOfB], 'keep: cited by the leaderboard', SEEMS],
    [{unreferenced: true}, [b()], 'delete: no leaderboard row cites it'],
    [{scoreBelow: 50}, [a({successRate: 49.99})], 'delete: success_rate 49.99, below 50'],
    [{scoreBelow: 50}, [a({successRate: 50})], 'keep: success_rate 50, not below 50'],
    [{scoreBelow: 50}, [a()], 'keep: its row has no success_rate'],
    [{scoreBelow: 50}, [a({successRate: 0, runStatus: 'failed'})], 'keep: status failed'],
    [pass, [a({successRate: 10, passAt1: 0.9})], 'keep: pass_at_1 0.9, not below 0.5'],
    [pass, [a({passAt1: 0.2})], 'delete: pass_at_1 0.2, below 0.5'],
    // A score is never shown on the other side of the limit, nor as nothing.
    [{scoreBelow: 50}, [a({successRate: 49.999_999})], 'delete: success_rate 49.999999, below 50'],
    [{scoreBelow: 50}, [a({successRate: 50.000_001})], 'keep: success_rate 50, not below 50'],
    [pass, [a({passAt1: 0.000_01})], 'delete: pass_at_1 0.00001, below 0.5'],
    [{scoreBelow: 50}, [older, {...older, timestamp: LATER}], 'delete: success_rate 10, below 50'],
    [{scoreBelow: 50}, [older, a({timestamp: LATER})], `${DISAGREE} success_rate`],
    [{scoreBelow: 50}, [older, {...older, runStatus: 'failed'}], `${DISAGREE} run_status`],
  ]
  for (const [options, rows, ...expected] of cases) {
    it(`${JSON.stringify(options)} says of ${JSON.stringify(rows)}: "${expected.join('", "')}"`, () => {
      expect(said(options, ...rows).slice(0, expected.length)).to.deep.equal(expected)
    })
  }

  it('take a run with metrics for finished, without a row too, and doubt an unclear status', () => {
    const decisions = decisionsOf([runOf(A, ['results', 'metrics'])], {incompleteOnly: true}, knowing())
    expect(saidOf(decisions)).to.deep.equal(['keep: finished: metrics are uploaded last'])
    const known = knowing(a({runStatus: 'aborted'}))
    const doubtful = decisionsOf([runOf(A, ['results'])], {incompleteOnly: true}, known)
    const why = 'keep: unclear whether it finished: status "aborted" is unknown'
    expect(saidOf(doubtful)).to.deep.equal([why])
  })

  it('leave alone what is new: its row may be seconds away', () => {
    const runs = [runOf('20261005_100000', RUN_TYPES, {createdAt: ago(60_000)})]
    const decided = (grace: string) => decisionsOf(runs, {unreferenced: true, grace}, knowing())[0]?.action
    expect([decided('6h'), decided('0')]).to.deep.equal(['keep', 'delete'])
  })

  it('select no run where the leaderboard is not known, even asked alone', () => {
    const rules = readRules({model: ['a'], status: ['completed'], unreferenced: true, scoreBelow: 50})
    const ask = selectorsOf({rules, now: NOW, protection: {}, rows: 'unknown'})
    for (const {name, holds, reason} of RUNS.flatMap((run) => ask(run))) {
      expect(holds, name).to.equal(false)
      expect(reason.text).to.match(/unknown|could not be read/)
    }
  })
})
