import {expect} from 'chai'
import * as fc from 'fast-check'

import {citedRuns} from '../../src/lib/citations.js'
import {DAY, HOUR} from '../../src/lib/duration.js'
import {
  type Evidence,
  evidenceOf,
  isUnfinished,
  type RunState,
  type Standing,
  stateOf,
} from '../../src/lib/evidence.js'
import {type LeaderboardRow} from '../../src/lib/leaderboard-rows.js'
import {RUN_TYPES, runDatasetName, type RunType} from '../../src/lib/naming.js'
import {groupDatasetsByRun} from '../../src/lib/runs.js'
import {ago, NAMESPACE, NEAR_MISSES, NOW, runOf, someInventory} from '../support/builders.js'
import {A, B, finished, named, rowOf, someCase} from '../support/rows.js'

const standing = (...rows: LeaderboardRow[]) => evidenceOf(rows, NAMESPACE).get(A)

describe('evidence', () => {
  describe('of one row', () => {
    const cases: Array<[title: string, row: Partial<LeaderboardRow>, expected: Standing | undefined]> = [
      ['finished, where its status is completed', {runStatus: 'completed'}, 'finished'],
      ['failed', {runStatus: 'failed'}, 'failed'],
      ['partial', {runStatus: 'partial'}, 'partial'],
      ['finished, where an older evaluator wrote no status', {}, 'finished'],
      ['unclear, where its status is new', {runStatus: 'aborted'}, 'unclear'],
      ['unclear, where its status is nearly a known one', {runStatus: 'Completed'}, 'unclear'],
      ['unclear, where its status is blank', {runStatus: ' '}, 'unclear'],
      ['finished, though its results are elsewhere', {resultsDataset: 'local:out'}, 'finished'],
      ['nothing, where it has no status and no results', {resultsDataset: undefined}, undefined],
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

      const mixed = rowOf({resultsDataset: named('results', A), metricsDataset: named('metrics', B)})
      expect([...evidenceOf([mixed], NAMESPACE).keys()]).to.deep.equal([A, B])
    })

    const nearly = [
      ...['other', 'Kim', 'kim2'].map((namespace) => runDatasetName(namespace, 'results', A)),
      ` ${named('results', A)}`,
      `${named('results', A)}\n`,
      `datasets/${named('results', A)}`,
      `https://huggingface.co/datasets/${named('results', A)}/`,
      named('results', A).toUpperCase(),
    ]
    const notAtAll = [
      'smoltrace-results-20260901_120000-copy',
      'copy-smoltrace-results-20260901_120000',
      'smoltrace-results-20260901_1200000',
      'smoltrace-leaderboard',
    ].map((name) => `${NAMESPACE}/${name}`)

    it('saves a run also where it does not name it exactly', () => {
      for (const name of nearly) {
        expect([...evidenceOf([rowOf({resultsDataset: name})], NAMESPACE)]).to.deep.equal([[A, 'finished']])
        const odd = rowOf({metricsDataset: name, runStatus: 'aborted'})
        expect([...evidenceOf([odd], NAMESPACE)]).to.deep.equal([[A, 'unclear']])
      }
    })

    it('says nothing else of a run, and cites none, where it does not name it exactly', () => {
      const rows = nearly.map((name) => rowOf({resultsDataset: name, runStatus: 'failed'}))
      expect(evidenceOf(rows, NAMESPACE).size).to.equal(0)
      expect(citedRuns(rows, NAMESPACE).size).to.equal(0)
    })

    it('is about no run where its names are those of something else', () => {
      const names = [
        ...NEAR_MISSES.map((name) => `${NAMESPACE}/${name}`),
        ...notAtAll,
        'smoltrace-results-20260901_120000',
      ]
      const rows = names.map((name) => rowOf({resultsDataset: name, runStatus: 'completed'}))
      expect(evidenceOf(rows, NAMESPACE).has(A)).to.equal(false)
      expect(citedRuns(rows, NAMESPACE).size).to.equal(0)
    })
  })

  describe('of several rows', () => {
    it('is what keeps the run: finished, then unclear, then partial, then failed', () => {
      const order = ['completed', 'aborted', 'partial', 'failed']
      const standings = ['finished', 'unclear', 'partial', 'failed']
      for (const [strong, runStatus] of order.entries()) {
        for (const weaker of order.slice(strong)) {
          const rows = [finished(A, {runStatus}), finished(A, {runStatus: weaker})]
          expect(standing(...rows)).to.equal(standings[strong])
          expect(standing(...rows.toReversed())).to.equal(standings[strong])
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
            const entries = (each: LeaderboardRow[]) => [...evidenceOf(each, NAMESPACE)].toSorted()
            expect(entries(shuffled)).to.deep.equal(entries(rows))
          },
        ),
      )
    })

    it('names no run that they do not speak of', () => {
      fc.assert(
        fc.property(someCase, ({rows}) => {
          const text = JSON.stringify(rows)
          for (const run of evidenceOf(rows, NAMESPACE).keys()) expect(text).to.include(run)
        }),
      )
    })

    it('cites also the runs that they say nothing about', () => {
      const rows = [rowOf({tracesDataset: named('traces', A)}), finished(B)]
      expect([...citedRuns(rows, NAMESPACE)]).to.deep.equal([A, B])
      expect([...evidenceOf(rows, NAMESPACE).keys()]).to.deep.equal([B])
    })
  })

  describe('of an unfinished run', () => {
    const of = (value?: Standing): Evidence => new Map(value ? [[A, value]] : [])
    const cases: Array<[evidence: Evidence | 'unknown', title: string, expected: boolean]> = [
      [of(), 'no row', true],
      [of('failed'), 'failed', true],
      [of('partial'), 'partial', true],
      [of('finished'), 'finished', false],
      [of('unclear'), 'unclear', false],
      ['unknown', 'an unknown leaderboard', false],
      [new Map([[B, 'finished']]), 'a row about another run', true],
    ]
    for (const [evidence, title, expected] of cases) {
      it(`is ${expected ? 'enough' : 'not enough'} with ${title}, and never for one with all three types`, () => {
        expect(isUnfinished(runOf(A, ['results']), evidence)).to.equal(expected)
        expect(isUnfinished(runOf(A, ['results', 'metrics']), evidence)).to.equal(expected)
        expect(isUnfinished(runOf(A), evidence)).to.equal(false)
      })
    }

    it('can only become less with more rows: none makes a run unfinished that was not', () => {
      fc.assert(
        fc.property(someCase, fc.nat(8), ({runs, rows, row}, place) => {
          const before = evidenceOf(rows, NAMESPACE)
          const after = evidenceOf(rows.toSpliced(place, 0, row), NAMESPACE)
          for (const run of runs)
            if (!isUnfinished(run, before)) expect(isUnfinished(run, after)).to.equal(false)
        }),
        {numRuns: 500},
      )
    })

    it('is only about runs that lack a type, whatever the rows', () => {
      fc.assert(
        fc.property(someCase, ({runs, rows}) => {
          const evidence = evidenceOf(rows, NAMESPACE)
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
      [['results', 'metrics'], undefined, 'incomplete', 'uploading'],
      [['results', 'metrics'], 'unclear', 'incomplete', 'uploading'],
      [['results', 'metrics'], 'failed', 'failed'],
      [['results'], 'partial', 'failed'],
      [['traces'], undefined, 'incomplete', 'uploading'],
    ]
    for (const [types, said, settled, young = settled] of cases) {
      it(`of ${types.join(', ')} and ${said ?? 'no row'}: ${settled}${young === settled ? '' : `, or ${young}`}`, () => {
        const evidence: Evidence = new Map(said ? [[A, said]] : [])
        const context = {now: NOW, graceMs: 6 * HOUR, evidence}
        expect(stateOf(runOf(A, types), context)).to.equal(settled)
        expect(stateOf(runOf(A, types, {createdAt: ago(HOUR)}), context)).to.equal(young)
        expect(stateOf(runOf(A, types, {createdAt: ago(HOUR)}), {...context, graceMs: 0})).to.equal(settled)
      })
    }

    it('as if there were no rows where the leaderboard is unknown, but never incomplete for certain', () => {
      fc.assert(
        fc.property(someInventory, ({datasets}) => {
          for (const run of groupDatasetsByRun(datasets)) {
            const context = {now: NOW, graceMs: DAY}
            const state = stateOf(run, {...context, evidence: new Map()})
            expect(stateOf(run, {...context, evidence: 'unknown'})).to.equal(
              state === 'incomplete' ? 'unknown' : state,
            )
          }
        }),
      )
    })
  })
})
