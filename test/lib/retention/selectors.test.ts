import {expect} from 'chai'

import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun} from '../../../src/lib/account/runs.js'
import {RUN_TYPES} from '../../../src/lib/base/names.js'
import {readRules} from '../../../src/lib/retention/read-rules.js'
import {type ReasonRule} from '../../../src/lib/retention/reasons.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {selectorsOf} from '../../../src/lib/retention/selectors.js'
import {ago, NOW, runDatasets, runOf} from '../../support/builders.js'
import {A, B, C, decisionsOf, finished, knowing, named, rowOf} from '../../support/rows.js'

const RUNS = groupDatasetsByRun(
  [A, B, C].flatMap((timestamp) => runDatasets(timestamp, [...RUN_TYPES], {createdAt: createdOf(timestamp)})),
)

function createdOf(timestamp: string): Date {
  return new Date(`${timestamp.slice(0, 4)}-${timestamp.slice(4, 6)}-${timestamp.slice(6, 8)}T12:30:00Z`)
}

/** What every run comes to under these rules, oldest first. */
function verdicts(options: RetentionOptions, rows: LeaderboardRow[]): Array<{goes: boolean; why: string}> {
  return decisionsOf(RUNS, options, knowing(...rows))
    .map(({action, reasons}) => ({
      goes: action === 'delete',
      why: reasons.map(({text}) => text).join('; '),
    }))
    .toReversed()
}

const goes = (options: RetentionOptions, ...rows: LeaderboardRow[]) =>
  verdicts(options, rows).map((each) => each.goes)

describe('selectors by the leaderboard', () => {
  describe('by model, team and purpose', () => {
    const rows = [
      finished(A, {model: 'openai/gpt-4o', team: 'core', purpose: 'selection'}),
      finished(B, {model: 'openai/gpt-4.1-mini', team: 'Core'}),
    ]
    const cases: Array<[options: RetentionOptions, expected: boolean[]]> = [
      [{model: ['openai/gpt-4o']}, [true, false, false]],
      [{model: ['*gpt-4*']}, [true, true, false]],
      [{model: ['openai/*']}, [true, true, false]],
      [{model: ['*']}, [true, true, false]],
      [{model: ['gpt-4o']}, [false, false, false]],
      [{model: ['OPENAI/*']}, [false, false, false]],
      [{model: ['nothing', '*mini']}, [false, true, false]],
      [{team: ['core']}, [true, false, false]],
      [{team: ['core', 'Core']}, [true, true, false]],
      [{purpose: ['selection']}, [true, false, false]],
      [{purpose: ['*']}, [false, false, false]],
      [{model: ['*gpt-4*'], team: ['Core']}, [false, true, false]],
      [{model: ['*'], olderThan: '1y'}, [false, false, false]],
    ]
    for (const [options, expected] of cases) {
      it(`select with ${JSON.stringify(options)}`, () => {
        expect(goes(options, ...rows)).to.deep.equal(expected)
      })
    }

    it('say why', () => {
      const why = (options: RetentionOptions) => verdicts(options, rows).map((each) => each.why)
      const none = 'no row on the leaderboard, though it has metrics'
      expect(why({model: ['*4o']})).to.deep.equal(['model openai/gpt-4o', 'model openai/gpt-4.1-mini', none])
      expect(why({purpose: ['x']})).to.deep.equal(['purpose selection', 'its row names no purpose', none])
    })

    it('say it so that a terminal can show it, and in one line', () => {
      const model = `hf_${'a'.repeat(20)}\u001B[2J\n${'x'.repeat(5000)}`
      const {why = ''} = verdicts({model: ['*x*']}, [finished(A, {model})])[0] ?? {}
      expect(why).to.match(/^model hf_… \[2J x+…$/)
      expect(why.length).to.be.below(100)
    })

    it('leave a run alone whose rows disagree', () => {
      const [first] = verdicts({model: ['a']}, [finished(A, {model: 'a'}), finished(A, {model: 'b'})])
      expect(first).to.deep.equal({goes: false, why: 'its rows disagree about the model'})
    })
  })

  describe('by status', () => {
    it('select what the rows together say', () => {
      const rows = [
        finished(A, {runStatus: 'failed'}),
        finished(B, {runStatus: undefined, successRate: 0}),
        finished(C, {runStatus: 'partial'}),
      ]
      expect(goes({status: ['failed']}, ...rows)).to.deep.equal([true, false, false])
      expect(goes({status: ['completed']}, ...rows)).to.deep.equal([false, true, false])
      expect(goes({status: ['partial', 'failed']}, ...rows)).to.deep.equal([true, false, true])
    })

    it('say which status it is, and select nothing in doubt', () => {
      const rows = [finished(A, {runStatus: 'failed'}), finished(B), finished(C, {runStatus: 'aborted'})]
      expect(verdicts({status: ['failed', 'partial']}, rows)).to.deep.equal([
        {goes: true, why: 'status failed'},
        {goes: false, why: 'status completed'},
        {goes: false, why: 'status "aborted" is unknown'},
      ])
      expect(goes({status: ['failed']}, ...rows, finished(A))[0]).to.equal(false)
    })

    it('select nothing where a row that only seems to mean the run says something else', () => {
      const nearly = rowOf({
        resultsDataset: `https://huggingface.co/datasets/${named('results', A)}`,
        runStatus: 'completed',
      })
      const rows = [finished(A, {runStatus: 'failed'}), nearly]
      expect(goes({status: ['failed', 'completed']}, ...rows)).to.deep.equal([false, false, false])
    })
  })

  describe('by absence', () => {
    it('select what no row cites, in whatever form', () => {
      const rows = [
        rowOf({tracesDataset: named('traces', A), runStatus: 'failed'}),
        rowOf({resultsDataset: `renamed/smoltrace-results-${B}`}),
      ]
      expect(verdicts({unreferenced: true}, rows)).to.deep.equal([
        {goes: false, why: 'cited by the leaderboard'},
        {goes: false, why: 'a row of the leaderboard seems to mean it'},
        {goes: true, why: 'no row of the leaderboard cites it'},
      ])
    })

    it('leave alone what is new: its row may be seconds away', () => {
      const runs = [runOf('20261005_100000', RUN_TYPES, {createdAt: ago(60_000)})]
      const decided = (grace: string) => decisionsOf(runs, {unreferenced: true, grace}, knowing())[0]?.action
      expect(decided('6h')).to.equal('keep')
      expect(decided('0')).to.equal('delete')
    })
  })

  describe('by score', () => {
    it('select finished runs strictly below, and never one without a score', () => {
      const rows = [finished(A, {successRate: 49.99}), finished(B, {successRate: 50}), finished(C)]
      expect(verdicts({scoreBelow: 50}, rows)).to.deep.equal([
        {goes: true, why: 'success_rate 49.99, below 50'},
        {goes: false, why: 'success_rate 50, not below 50'},
        {goes: false, why: 'its row has no success_rate'},
      ])
      const [first] = verdicts({scoreBelow: 50}, [finished(A, {successRate: 0, runStatus: 'failed'})])
      expect(first?.goes).to.equal(false)
    })

    it('take the score that all rows agree about, and none where they do not', () => {
      const older = (successRate: number) => finished(A, {timestamp: '2026-09-01T12:00:00', successRate})
      const newer = (facts: Partial<LeaderboardRow>) =>
        finished(A, {timestamp: '2026-09-02T12:00:00', ...facts})
      const isSelected = (...rows: LeaderboardRow[]) => goes({scoreBelow: 50}, ...rows)[0]
      expect(isSelected(older(10), newer({successRate: 10}))).to.equal(true)
      expect(isSelected(older(90), newer({successRate: 10}))).to.equal(false)
      expect(isSelected(older(10), newer({successRate: 20}))).to.equal(false)
      expect(isSelected(older(10), newer({}))).to.equal(false)
      expect(isSelected(older(10), newer({successRate: 10, runStatus: 'failed'}))).to.equal(false)
    })

    it('never show a score on the other side of the limit', () => {
      const rows = [finished(A, {successRate: 49.999_999}), finished(B, {successRate: 50.000_001})]
      expect(verdicts({scoreBelow: 50}, rows).map(({why}) => why)).to.deep.include.members([
        'success_rate 49.999999, below 50',
        'success_rate 50, not below 50',
      ])
      expect(
        verdicts({scoreBelow: 0.000_02, by: 'pass'}, [finished(A, {passAt1: 0.000_01})])[0]?.why,
      ).to.equal('pass_at_1 0.00001, below 0.00002')
    })

    it('go by another metric', () => {
      const rows = [finished(A, {successRate: 10, passAt1: 0.9}), finished(B, {passAt1: 0.2})]
      expect(goes({scoreBelow: 0.5, by: 'pass'}, ...rows)).to.deep.equal([false, true, false])
    })
  })

  it('are named in the reasons, whether they select a run or not', () => {
    const rows = [
      finished(A, {model: 'a', team: 'a', purpose: 'a', successRate: 10}),
      finished(B, {runStatus: 'aborted'}),
    ]
    const meant = rowOf({resultsDataset: `renamed/smoltrace-results-${C}`})
    const cases: Array<[options: RetentionOptions, rule: ReasonRule]> = [
      [{model: ['a']}, 'model'],
      [{team: ['a']}, 'team'],
      [{purpose: ['a']}, 'purpose'],
      [{status: ['completed']}, 'status'],
      [{unreferenced: true}, 'unreferenced'],
      [{scoreBelow: 50}, 'score-below'],
      [{scoreBelow: 5}, 'score-below'],
    ]
    for (const [options, rule] of cases) {
      for (const known of [knowing(...rows), knowing(...rows, meant)]) {
        const reasons = decisionsOf(RUNS, options, known).map((decision) => decision.reasons)
        expect(
          reasons.map((of) => of.map((reason) => reason.rule)),
          rule,
        ).to.deep.equal([[rule], [rule], [rule]])
      }
    }
  })

  it('select no run where the leaderboard is not known, even asked one by one', () => {
    const all: RetentionOptions[] = [
      {model: ['*']},
      {status: ['failed']},
      {scoreBelow: 50},
      {unreferenced: true},
    ]
    for (const options of all) {
      const rules = readRules(options)
      for (const answer of RUNS.flatMap(selectorsOf({rules, now: NOW, protection: {}, rows: 'unknown'}))) {
        expect(answer.holds, JSON.stringify(options)).to.equal(false)
        expect(answer.reason.text).to.include('unknown')
      }
    }
  })
})
