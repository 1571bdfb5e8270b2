import {expect} from 'chai'
import * as fc from 'fast-check'

import {indexRows, type RowIndex} from '../../../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {type Standing} from '../../../../src/lib/account/leaderboard/values.js'
import {isUnfinished, type RunState, stateOf} from '../../../../src/lib/account/run-state.js'
import {RUN_TYPES, runDatasetName, type RunType} from '../../../../src/lib/base/names.js'
import {HOUR} from '../../../../src/lib/base/time.js'
import {someRows} from '../../../support/arbitraries.js'
import {ago, NAMESPACE, NOW, runOf, standings} from '../../../support/builders.js'
import {A, B, finished, named, rowOf} from '../../../support/rows.js'

const standingsIn = (rows: LeaderboardRow[]) =>
  [...indexRows(rows, NAMESPACE)].map(([run, {standing}]): [string, Standing] => [run, standing])
const standing = (...rows: LeaderboardRow[]) => indexRows(rows, NAMESPACE).get(A)?.standing

describe('the index of rows', () => {
  describe('of one row', () => {
    // What a status and a score say: values.test.ts.
    it('finished or failed, whatever its results are', () => {
      const row = finished(A, {resultsDataset: 'local:out', tracesDataset: named('traces', A)})
      expect(standing(row)).to.equal('finished')
      expect(standing({...row, runStatus: 'failed'})).to.equal('failed')
    })

    it('is about each run that it names any dataset of', () => {
      for (const field of ['resultsDataset', 'tracesDataset', 'metricsDataset'] as const) {
        for (const type of RUN_TYPES)
          expect(standing(rowOf({[field]: named(type, A), runStatus: 'failed'}))).to.equal('failed')
      }
    })

    it('is about none for certain where it names datasets of two', () => {
      const names = {resultsDataset: named('results', A), metricsDataset: named('metrics', B)}
      const mixed = rowOf({...names, runStatus: 'failed'})
      expect(standingsIn([mixed])).to.deep.equal([
        [A, 'unclear'],
        [B, 'unclear'],
      ])
    })

    const exact = named('results', A)
    const nearly = [
      ...['other', 'Kim', 'kim2'].map((namespace) => runDatasetName(namespace, 'results', A)),
      `${exact}\n`,
      `https://huggingface.co/datasets/${exact}/tree/main/data?row=7`,
      `https://huggingface.co/datasets/${exact.replaceAll('_', '%5F')}`,
      `git@hf.co:datasets/${exact}.git`,
      `hf://datasets/${exact}@main`,
      `smoltrace-results-${A}`,
      `[see ${exact}, please]`,
      exact.toUpperCase(),
      exact.replace('results', 'res\u200Bults'),
      ...['\u2011', '\u2212', '_'].map((dash) => exact.replaceAll('-', dash)),
      ...['-', String.raw`\_`, 'T'].map((gap) => exact.replaceAll('_', gap)),
      exact.replaceAll(/[-_]/g, ''),
      exact.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff_10 + Number(digit))),
    ]
    for (const name of nearly) {
      it(`[S11] saves a run and says nothing else of it, where it names it ${JSON.stringify(name)}`, () => {
        const row = (runStatus: string) => rowOf({metricsDataset: name, runStatus})
        expect(standingsIn([row('completed')])).to.deep.equal([[A, 'finished']])
        for (const status of ['failed', 'partial', 'aborted'])
          expect(standingsIn([row(status)])).to.deep.equal([[A, 'unclear']])
        expect(standing(finished(A, {runStatus: 'failed'}), row('completed'))).to.equal('unclear')
      })
    }

    it('[S11] says nothing clear where its status is damaged, whatever else it says', () => {
      const damaged = {runStatus: 'is not text'}
      for (const runStatus of ['failed', 'partial', 'completed', undefined])
        expect(standing(finished(A, {runStatus, damaged})), runStatus).to.equal('unclear')
    })

    it('is about no run where its names are those of something else', () => {
      for (const name of [
        'smoltrace-result-20260901_120000',
        'smoltrace-leaderboard',
        'smoltrace-results-20260901',
      ])
        expect(standingsIn([finished(A, {resultsDataset: `${NAMESPACE}/${name}`})]), name).to.deep.equal([])
    })

    it('reads a cell of a million letters at once', () => {
      for (const part of ['a', '/', 'smoltrace-', 'smoltrace-results-2026', '\u200B', '-'])
        expect(standingsIn([rowOf({resultsDataset: part.repeat(1_000_000 / part.length)})])).to.deep.equal([])
    })
  })

  it('of several rows does not depend on their order', () => {
    const shuffledRows = someRows.chain(({rows}) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, {minLength: rows.length})),
    )
    fc.assert(
      fc.property(shuffledRows, ([rows, shuffled]) => {
        expect(standingsIn(shuffled).toSorted()).to.deep.equal(standingsIn(rows).toSorted())
      }),
    )
  })

  describe('of an unfinished run', () => {
    const of = (value?: Standing) => (value ? standings([A, value]) : standings())
    const cases: Array<[index: RowIndex | 'unknown', title: string, expected: boolean]> = [
      [of(), 'no row', true],
      [of('failed'), 'failed', true],
      [of('partial'), 'partial', true],
      [of('finished'), 'finished', false],
      [of('unclear'), 'unclear', false],
      ['unknown', 'an unknown leaderboard', false],
      [standings([B, 'finished']), 'a row about another run', true],
    ]
    for (const [index, title, expected] of cases) {
      it(`is ${expected ? 'enough' : 'not enough'} with ${title}, never for one with all three types, and for one with metrics only where its row says so`, () => {
        expect(isUnfinished(runOf(A, ['results']), index)).to.equal(expected)
        expect(isUnfinished(runOf(A, ['results', 'traces']), index)).to.equal(expected)
        expect(isUnfinished(runOf(A), index)).to.equal(false)
        const isFailed = title === 'failed' || title === 'partial'
        expect(isUnfinished(runOf(A, ['results', 'metrics']), index)).to.equal(isFailed)
      })
    }
  })

  describe('and the datasets make the state', () => {
    const all = RUN_TYPES
    const cases: Array<
      [types: readonly RunType[], standing: Standing | undefined, settled: RunState, young?: RunState]
    > = [
      [all, undefined, 'complete'],
      [all, 'finished', 'complete'],
      [all, 'unclear', 'complete'],
      [all, 'partial', 'failed'],
      [all, 'failed', 'failed'],
      [['results', 'metrics'], 'finished', 'finished-without-traces'],
      [['results', 'traces'], 'finished', 'thinned'],
      [['traces', 'metrics'], 'finished', 'thinned'],
      [['results'], 'finished', 'thinned'],
      [['metrics'], 'finished', 'thinned'],
      [['results', 'metrics'], undefined, 'finished-without-traces', 'uploading'],
      [['metrics'], undefined, 'thinned', 'uploading'],
      [['results', 'metrics'], 'unclear', 'unknown', 'uploading'],
      [['results'], undefined, 'incomplete', 'uploading'],
      [['results'], 'unclear', 'unknown', 'uploading'],
      [['results', 'metrics'], 'failed', 'failed'],
      [['results'], 'partial', 'failed'],
      [['traces'], undefined, 'incomplete', 'uploading'],
    ]
    for (const [types, said, settled, young = settled] of cases) {
      it(`of ${types.join(', ')} and ${said ?? 'no row'}: ${settled}${young === settled ? '' : `, or ${young}`}`, () => {
        const rows = said ? standings([A, said]) : standings()
        const context = {now: NOW, rows}
        expect(stateOf(runOf(A, types), context)).to.equal(settled)
        const unknown = stateOf(runOf(A, types), {now: NOW, rows: 'unknown'})
        if (!said) expect(unknown).to.equal(settled === 'incomplete' ? 'unknown' : settled)
        expect(stateOf(runOf(A, types, {createdAt: ago(HOUR)}), context)).to.equal(young)
      })
    }
  })
})
