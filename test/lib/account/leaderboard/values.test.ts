import {expect} from 'chai'

import {indexRows, rowsOf} from '../../../../src/lib/account/leaderboard/index.js'
import {METRIC_NAMES, METRICS} from '../../../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../../../src/lib/account/leaderboard/row.js'
import {cellOf, scoreOf, standingOfAll} from '../../../../src/lib/account/leaderboard/values.js'
import {isUnfinished} from '../../../../src/lib/account/run-state.js'
import {RUN_TYPES} from '../../../../src/lib/base/names.js'
import {groupOf} from '../../../../src/lib/retention/keepers.js'
import {NAMESPACE, runOf} from '../../../support/builders.js'
import {A, type Cells, named, rowsIn} from '../../../support/rows.js'

type Answer = 'doubt' | 'no' | 'yes'
type Case = [answer: Answer, title: string, cells: Cells[]]

const read = (cells: Cells[]) => rowsIn(cells.map((row) => ({results_dataset: named('results', A), ...row})))
const completed = (cells: Cells) => ({run_status: 'completed', ...cells})
const failed = (cells: Cells) => ({run_status: 'failed', ...cells})

describe('[S11] a value that a rule rests on is yes, no or in doubt', () => {
  describe('finished, by run_status', () => {
    const answers: Record<string, Answer> = {finished: 'yes', partial: 'no', failed: 'no', unclear: 'doubt'}
    const cases: Case[] = [
      ['yes', 'completed', [{run_status: 'completed'}]],
      ['yes', 'null beside a success rate', [{success_rate: 0}]],
      ['yes', 'null beside a pass rate', [{pass_at_1: 1}]],
      ['yes', 'completed in one row, null beside a score in another', [completed({}), {success_rate: 1}]],
      ['no', 'partial', [{run_status: 'partial', success_rate: 50}]],
      ['no', 'failed', [failed({})]],
      ['no', 'failed twice', [failed({}), failed({})]],
      ['doubt', 'null without a score', [{}]],
      ['doubt', 'null beside a score that is text', [{success_rate: '50'}]],
      ['doubt', 'null beside a score that cannot be', [{success_rate: 101}]],
      ['doubt', 'another word', [{run_status: 'success', success_rate: 50}]],
      ['doubt', 'other letters', [{run_status: 'Completed', success_rate: 50}]],
      ['doubt', 'a blank behind it', [{run_status: 'completed ', success_rate: 50}]],
      ['doubt', 'an empty text', [{run_status: '', success_rate: 50}]],
      ['doubt', 'a number', [{run_status: 1, success_rate: 50}]],
      ['doubt', 'a name of every object', [{run_status: 'constructor', success_rate: 50}]],
      ['doubt', 'completed and failed', [completed({}), failed({})]],
      ['doubt', 'partial and failed', [failed({}), {run_status: 'partial'}]],
      ['doubt', 'completed and another word', [completed({}), {run_status: 'done'}]],
    ]
    for (const [answer, title, cells] of cases) {
      it(`${answer}: ${title}`, () => {
        expect(answers[standingOfAll(read(cells))]).to.equal(answer)
      })
    }
  })

  for (const metric of METRIC_NAMES) {
    const {most, zero} = METRICS[metric]
    const is = (cell: unknown) => ({[metric]: cell})
    const all: Case[] = [
      ['yes', 'a number in its range', [completed(is(0.5))]],
      ['yes', 'the same number in all rows', [completed(is(0.5)), completed(is(0.5))]],
      ['yes', 'a large integer', [completed(is(most === Infinity ? 12_345_678_901n : 1n))]],
      [zero === 'measured' ? 'yes' : 'doubt', '0', [completed({...is(0), total_tokens: 0})]],
      ['no', 'null beside failed', [failed({})]],
      ['no', 'null beside partial', [{run_status: 'partial'}]],
      ['no', 'a number beside failed', [failed(is(0.5))]],
      ['doubt', 'null beside completed', [completed({})]],
      ['doubt', 'not a number', [completed(is(Number.NaN))]],
      ['doubt', 'infinite', [completed(is(Infinity))]],
      ['doubt', 'text', [completed(is('0.5'))]],
      ['doubt', 'an empty text', [completed(is(''))]],
      ['doubt', 'true', [completed(is(true))]],
      ['doubt', 'below 0', [completed(is(-1))]],
      ['doubt', 'text beside failed', [failed(is('n/a'))]],
      ['doubt', 'rows that disagree', [completed(is(0.5)), completed(is(0.25))]],
      ['doubt', 'a number in one row, null in another', [completed(is(0.5)), completed({})]],
      ['doubt', 'a status that is not known', [{run_status: 'success', ...is(0.5)}]],
      ...(most < Infinity
        ? ([['doubt', 'above what can be', [completed(is(most + 0.1))]]] satisfies Case[])
        : []),
    ]
    for (const [answer, title, cells] of all) {
      it(`${metric}: ${answer}: ${title}`, () => {
        expect(scoreOf(read(cells), metric).is).to.equal(answer)
      })
    }
  }

  for (const column of GROUP_COLUMNS) {
    const is = (...cells: unknown[]) => cells.map((cell) => ({[column]: cell}))
    const cases: Case[] = [
      ['yes', 'a text', is('a')],
      ['yes', 'null', [{}]],
      ['yes', 'an empty text, which is null', is('', undefined)],
      ['yes', 'the same in all rows', is('a', 'a')],
      ['doubt', 'a number', is(7)],
      ['doubt', 'rows that disagree', is('a', 'b')],
      ['doubt', 'a text in one row, null in another', is('a', undefined)],
    ]
    for (const [answer, title, cells] of cases) {
      it(`${column}: ${answer}: ${title}`, () => {
        expect(cellOf(read(cells), column).is).to.equal(answer)
      })
    }
  }

  it('model, team, purpose and group: doubt, of a run with metrics without a row; without metrics, one group', () => {
    const none = indexRows([], NAMESPACE)
    expect(groupOf(runOf(A), ['model'], none).is).to.equal('doubt')
    expect(groupOf(runOf(A, ['results']), ['model'], none)).to.deep.equal({is: 'yes', value: 'no row'})
  })

  describe('has a row', () => {
    const withMetrics = runOf(A)
    const without = runOf(A, ['results', 'traces'])
    const cases: Array<[answer: Answer, title: string, name: string | null, run: typeof without]> = [
      ['yes', 'exactly', named('traces', A), without],
      ['doubt', 'in another form', `hf://datasets/${named('results', A)}@main`, without],
      ['doubt', 'alone, without a namespace', `smoltrace-metrics-${A}`, without],
      ['no', 'no metrics, and no row', null, without],
      ['doubt', 'metrics, and no row', null, withMetrics],
    ]
    for (const [answer, title, name, run] of cases) {
      it(`${answer}: ${title}`, () => {
        const rows = rowsIn([{results_dataset: name, run_status: 'completed'}])
        expect(rowsOf(run, indexRows(rows, NAMESPACE)).is).to.equal(answer)
      })
    }

    it('is not needed by a run that has metrics to be finished', () => {
      for (const types of [['results', 'metrics'], ['metrics'], ['traces', 'metrics']] as const)
        expect(isUnfinished(runOf(A, types), indexRows([], NAMESPACE))).to.equal(false)
      expect(isUnfinished(runOf(A, [RUN_TYPES[0]]), indexRows([], NAMESPACE))).to.equal(true)
    })
  })
})
