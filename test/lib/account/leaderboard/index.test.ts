import {expect} from 'chai'
import * as fc from 'fast-check'

import {indexRows, type RowIndex} from '../../../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {type Standing} from '../../../../src/lib/account/leaderboard/values.js'
import {isUnfinished, type RunState, stateOf} from '../../../../src/lib/account/run-state.js'
import {groupDatasetsByRun, type Run} from '../../../../src/lib/account/runs.js'
import {RUN_TYPES, runDatasetName, type RunType} from '../../../../src/lib/base/names.js'
import {HOUR} from '../../../../src/lib/base/time.js'
import {ago, NAMESPACE, NOW, runOf, someInventory, standings} from '../../../support/builders.js'
import {A, B, finished, named, rowOf, someCase} from '../../../support/rows.js'

const standingsIn = (rows: LeaderboardRow[]) =>
  [...indexRows(rows, NAMESPACE)].map(([run, {standing}]): [string, Standing] => [run, standing])
const standing = (...rows: LeaderboardRow[]) => indexRows(rows, NAMESPACE).get(A)?.standing

describe('the index of rows', () => {
  describe('of one row', () => {
    const cases: Array<[title: string, row: Partial<LeaderboardRow>, expected: Standing | undefined]> = [
      ['finished, where its status is completed', {runStatus: 'completed'}, 'finished'],
      ['failed', {runStatus: 'failed'}, 'failed'],
      ['partial', {runStatus: 'partial'}, 'partial'],
      ['finished, where an older evaluator wrote a score and no status', {successRate: 0}, 'finished'],
      ['finished, where the only score is another one', {passAt1: 0.5}, 'finished'],
      ['unclear, where there is neither a status nor a score', {}, 'unclear'],
      ['unclear, where the only score cannot be one', {successRate: 101}, 'unclear'],
      [
        'unclear, where its status is not text',
        {damaged: {runStatus: 'is not text'}, successRate: 1},
        'unclear',
      ],
      ['unclear, where its status is empty', {runStatus: '', successRate: 1}, 'unclear'],
      ['unclear, where its status is new', {runStatus: 'aborted'}, 'unclear'],
      ['unclear, where its status is nearly a known one', {runStatus: 'Completed'}, 'unclear'],
      ['unclear, where its status is blank', {runStatus: ' '}, 'unclear'],
      [
        'finished, though its results are elsewhere',
        {resultsDataset: 'local:out', successRate: 1},
        'finished',
      ],
      ['failed, though it has no results', {runStatus: 'failed', resultsDataset: undefined}, 'failed'],
    ]
    for (const [title, row, expected] of cases) {
      it(`says: ${title}`, () => {
        const names = {resultsDataset: named('results', A), tracesDataset: named('traces', A)}
        expect(standing(rowOf({...names, ...row}))).to.equal(expected)
      })
    }

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

    const nearly = [
      ...['other', 'Kim', 'kim2'].map((namespace) => runDatasetName(namespace, 'results', A)),
      ` ${named('results', A)}`,
      `${named('results', A)}\n`,
      `datasets/${named('results', A)}`,
      `https://huggingface.co/datasets/${named('results', A)}/`,
      `https://huggingface.co/datasets/${named('results', A)}/tree/main/data`,
      `https://huggingface.co/datasets/${named('results', A)}?row=7`,
      `https://huggingface.co/datasets/${named('results', A).replaceAll('_', '%5F')}`,
      `git@hf.co:datasets/${named('results', A)}.git`,
      `hf://datasets/${named('results', A)}@main`,
      `smoltrace-results-${A}`,
      `"${named('results', A)}"`,
      `[see ${named('results', A)}, please]`,
      `${named('results', A)}-copy`,
      named('results', A).toUpperCase(),
      named('results', A).replace('results', 'res\u200Bults'),
      named('results', A).replaceAll('-', '\u2011'),
      named('results', A).replaceAll('-', '\u2212'),
      named('results', A).replaceAll('-', '_'),
      named('results', A).replaceAll('_', '-'),
      named('results', A).replaceAll('_', String.raw`\_`),
      named('results', A).replace('_', 'T'),
      named('results', A).replaceAll(/[-_]/g, ''),
      named('results', A).replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff_10 + Number(digit))),
    ]
    const notAtAll = [
      'smoltrace-result-20260901_120000',
      'smoltrace-leaderboard',
      'smoltrace-results-20260901',
    ].map((name) => `${NAMESPACE}/${name}`)

    it('[S11] saves a run also where it does not name it exactly', () => {
      for (const name of nearly) {
        const row = rowOf({resultsDataset: name, runStatus: 'completed'})
        expect(standingsIn([row]), name).to.deep.equal([[A, 'finished']])
        expect([...new Set(indexRows([row], NAMESPACE).keys())], name).to.deep.equal([A])
      }
    })

    it('says nothing else for certain of a run, where it does not name it exactly', () => {
      for (const name of nearly) {
        for (const runStatus of ['failed', 'partial', 'aborted'])
          expect(standingsIn([rowOf({metricsDataset: name, runStatus})])).to.deep.equal([[A, 'unclear']])
      }
    })

    it('puts in doubt what an exact row says, where the two disagree', () => {
      for (const name of nearly) {
        const rows = [
          finished(A, {runStatus: 'failed'}),
          rowOf({resultsDataset: name, runStatus: 'completed'}),
        ]
        expect(standing(...rows)).to.equal('unclear')
      }
    })

    it('is about no run where its names are those of something else', () => {
      const rows = notAtAll.map((name) => rowOf({resultsDataset: name, runStatus: 'completed'}))
      expect(indexRows(rows, NAMESPACE).size).to.equal(0)
    })

    it('reads a cell of a million letters at once', () => {
      for (const part of ['a', '/', 'smoltrace-', 'smoltrace-results-2026', '\u200B', '-'])
        expect(
          indexRows([rowOf({resultsDataset: part.repeat(1_000_000 / part.length)})], NAMESPACE).size,
        ).to.equal(0)
    })
  })

  describe('of several rows', () => {
    it('is what they agree about, and unclear where they disagree', () => {
      const statuses = ['completed', 'aborted', 'partial', 'failed']
      const standings = ['finished', 'unclear', 'partial', 'failed']
      for (const [index, runStatus] of statuses.entries()) {
        for (const other of statuses) {
          const rows = [finished(A, {runStatus}), finished(A, {runStatus: other})]
          expect(standing(...rows)).to.equal(runStatus === other ? standings[index] : 'unclear')
        }
      }
    })

    it('does not depend on their order', () => {
      fc.assert(
        fc.property(
          someCase.chain(({rows}) =>
            fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, {minLength: rows.length})),
          ),
          ([rows, shuffled]) => {
            const entries = (each: LeaderboardRow[]) => standingsIn(each).toSorted()
            expect(entries(shuffled)).to.deep.equal(entries(rows))
          },
        ),
      )
    })

    it('names no run that they do not speak of', () => {
      fc.assert(
        fc.property(someCase, ({rows}) => {
          const text = JSON.stringify(rows)
          for (const run of indexRows(rows, NAMESPACE).keys()) expect(text).to.include(run)
        }),
      )
    })

    it('cites also the runs of which they say nothing clear', () => {
      const rows = [rowOf({tracesDataset: named('traces', A)}), finished(B)]
      expect([...new Set(indexRows(rows, NAMESPACE).keys())]).to.deep.equal([A, B])
      expect(standingsIn(rows)).to.deep.equal([
        [A, 'unclear'],
        [B, 'finished'],
      ])
    })
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

    it('can only become less with more rows, but for one that clearly says so of a run without metrics', () => {
      fc.assert(
        fc.property(someCase, fc.nat(8), ({runs, rows, row}, place) => {
          const before = indexRows(rows, NAMESPACE)
          const after = indexRows(rows.toSpliced(place, 0, row), NAMESPACE)
          const said = indexRows([row], NAMESPACE)
          const isClear = ({timestamp}: Run) =>
            ['failed', 'partial'].includes(said.get(timestamp)?.standing ?? '')
          for (const run of runs.filter((each) => each.missing.includes('metrics') && !isClear(each)))
            if (!isUnfinished(run, before)) expect(isUnfinished(run, after)).to.equal(false)
        }),
        {numRuns: 500},
      )
    })

    it('is only about runs that lack a type, whatever the rows', () => {
      fc.assert(
        fc.property(someCase, ({runs, rows}) => {
          const evidence = indexRows(rows, NAMESPACE)
          for (const run of runs) if (isUnfinished(run, evidence)) expect(run.missing).not.to.deep.equal([])
        }),
      )
    })
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
        expect(stateOf(runOf(A, types, {createdAt: ago(HOUR)}), context)).to.equal(young)
      })
    }

    it('as if there were no rows where the leaderboard is unknown, but never incomplete for certain', () => {
      fc.assert(
        fc.property(someInventory, ({datasets}) => {
          for (const run of groupDatasetsByRun(datasets)) {
            const state = stateOf(run, {now: NOW, rows: new Map()})
            expect(stateOf(run, {now: NOW, rows: 'unknown'})).to.equal(
              state === 'incomplete' ? 'unknown' : state,
            )
          }
        }),
      )
    })
  })
})
