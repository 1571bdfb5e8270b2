import {expect} from 'chai'
import * as fc from 'fast-check'

import {type RunDataset} from '../../../src/lib/account/datasets.js'
import {
  datasetsIn,
  groupDatasetsByRun,
  isInFuture,
  isOlderThan,
  mayBeFilling,
  mayBeUploading,
  requireRuns,
  type Run,
} from '../../../src/lib/account/runs.js'
import {RefusedError} from '../../../src/lib/base/errors.js'
import {formatTimestamp, RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {
  ago,
  errorOf,
  later,
  leaderboardDataset,
  MINUTE,
  NOW,
  runDataset,
  runDatasets,
  runOf,
  someInventory,
} from '../../support/builders.js'

const STAMP = '20260901_120000'
const NAMED = new Date('2026-09-01T12:00:00.000Z')

/** A run whose datasets were created this far from the time in its name. */
function createdAt(...distances: number[]): Run {
  const datasets = distances.map((ms, index) =>
    runDataset(RUN_TYPES[index] ?? 'results', STAMP, {createdAt: later(NAMED, ms)}),
  )
  const [run] = groupDatasetsByRun(datasets)
  if (!run) throw new Error('no run')
  return run
}

/** An incomplete run of three days ago that changed later. */
const changed = (ms: number, types: RunType[] = ['results'], created = 2 * DAY - 1) =>
  runOf(ago(created), types, {createdAt: ago(created), lastModified: ago(ms)})

function expectGrouped(datasets: RunDataset[]): void {
  const runs = groupDatasetsByRun(datasets)
  expect(runs.flatMap((run) => run.datasets)).to.have.members(datasets)
  for (const run of runs) {
    const types = run.datasets.map(({type}) => type)
    expect([...types, ...run.missing]).to.have.members([...RUN_TYPES])
    expect(run.complete).to.equal(types.length === RUN_TYPES.length)
    expect(run.datasets.every(({timestamp}) => timestamp === run.timestamp)).to.equal(true)
  }
}

describe('runs', () => {
  describe('grouping', () => {
    it('puts the datasets of one timestamp together, in the order results, traces, metrics', () => {
      const [first, second] = [runDatasets('20260901_120000'), runDatasets('20260902_120000')]
      const runs = groupDatasetsByRun([...first, ...second].reverse())
      expect(runs.map(({timestamp}) => timestamp)).to.deep.equal(['20260902_120000', '20260901_120000'])
      for (const run of runs)
        expect(run.datasets.map(({type}) => type)).to.deep.equal(['results', 'traces', 'metrics'])
    })

    it('keeps two namespaces apart', () => {
      const runs = groupDatasetsByRun([
        ...runDatasets(STAMP),
        ...runDatasets(STAMP, RUN_TYPES, {namespace: 'team'}),
      ])
      expect(runs.map(({namespace, complete}) => [namespace, complete])).to.deep.equal([
        ['kim', true],
        ['team', true],
      ])
    })

    it('leaves the leaderboard out', () => {
      expect(groupDatasetsByRun([leaderboardDataset()])).to.deep.equal([])
    })

    it('finds nothing in nothing', () => {
      expect(groupDatasetsByRun([])).to.deep.equal([])
    })

    it('does not mistake a second for the next', () => {
      const runs = groupDatasetsByRun([
        ...runDatasets('20260901_120000', ['results']),
        ...runDatasets('20260901_120001', ['traces']),
      ])
      expect(runs.map(({complete}) => complete)).to.deep.equal([false, false])
    })

    it('puts every dataset into exactly one run, and says what is missing', () => {
      fc.assert(
        fc.property(someInventory, ({datasets}) => expectGrouped(datasets)),
        {numRuns: 200},
      )
    })
  })

  it('hold every dataset of theirs, one run after the other', () => {
    const datasets = [...runDatasets('20260902_120000'), ...runDatasets(STAMP)]
    expect(datasetsIn(groupDatasetsByRun(datasets))).to.deep.equal(datasets)
  })

  describe('the runs that are asked for', () => {
    const known = groupDatasetsByRun(runDatasets(STAMP))

    it('may be any that are there', () => {
      requireRuns([], known)
      requireRuns([STAMP, STAMP], known)
    })

    it('are refused by name where one is not there, and it is said where to look', () => {
      const asked = ['20200101_000000', STAMP, '20210101_000000']
      const error = errorOf(() => requireRuns(asked, known, 'run'))
      expect(error)
        .to.be.instanceOf(RefusedError)
        .and.to.deep.include({
          message: '`run` 20200101_000000, 20210101_000000: there is no such run.',
          suggestions: ['See which there are: smoltrace runs group --namespace kim'],
        })
    })

    it('are refused where there are none at all, and that is said', () => {
      expect(errorOf(() => requireRuns([STAMP], []))).to.deep.include({
        message: `${STAMP}: there is no such run.`,
        suggestions: ['There are no runs at all.'],
      })
    })
  })

  describe('what is missing', () => {
    const cases: Array<[types: RunType[], missing: RunType[]]> = [
      [['results', 'traces', 'metrics'], []],
      [['results', 'metrics'], ['traces']],
      [['results'], ['traces', 'metrics']],
      [['metrics'], ['results', 'traces']],
      [['traces'], ['results', 'metrics']],
    ]
    for (const [types, missing] of cases) {
      it(`from ${types.join(', ')} is ${missing.join(', ') || 'nothing'}`, () => {
        const run = runOf(STAMP, types)
        expect(run.missing).to.deep.equal(missing)
        expect(run.complete).to.equal(missing.length === 0)
      })
    }
  })

  describe('the time of a run', () => {
    const cases: Array<[title: string, distances: number[], time: number, datesDisagree: boolean]> = [
      ['the earliest date of creation', [3 * HOUR, HOUR, 2 * HOUR], HOUR, false],
      [
        'a date of creation before the name, as a machine east of Greenwich has it',
        [-9 * HOUR],
        -9 * HOUR,
        false,
      ],
      ['plausible at exactly 48 hours after the name', [48 * HOUR], 48 * HOUR, false],
      ['plausible at exactly 48 hours before the name', [-48 * HOUR], -48 * HOUR, false],
      ['the name where all dates are a millisecond too late', [48 * HOUR + 1], 0, true],
      ['the name where all dates are a millisecond too early', [-48 * HOUR - 1], 0, true],
      ['the earliest of the plausible dates where one is too early', [-90 * DAY, 2 * HOUR, HOUR], HOUR, true],
      ['the earliest of the plausible dates where one is too late', [90 * DAY, 2 * HOUR, HOUR], HOUR, true],
      ['the name where the whole run was restored', [90 * DAY, 91 * DAY, 92 * DAY], 0, true],
    ]
    for (const [title, distances, time, datesDisagree] of cases) {
      it(`is ${title}`, () => {
        const run = createdAt(...distances)
        expect(run.time).to.deep.equal(later(NAMED, time))
        expect(run.datesDisagree).to.equal(datesDisagree)
      })
    }

    it('takes no notice of later changes, which the newest change does', () => {
      const run = runOf(STAMP, RUN_TYPES, {createdAt: NAMED, lastModified: later(NAMED, 20 * DAY)})
      expect(run.time).to.deep.equal(NAMED)
      expect(run.datesDisagree).to.equal(false)
      expect(run.newestCreatedAt).to.deep.equal(NAMED)
      expect(run.newestChange).to.deep.equal(later(NAMED, 20 * DAY))
    })

    it('has the newest date of creation among the newest changes', () => {
      const run = runOf(STAMP, ['results'], {createdAt: later(NAMED, DAY), lastModified: NAMED})
      expect(run.newestChange).to.deep.equal(later(NAMED, DAY))
    })
  })

  describe('age', () => {
    it('[S4] is measured strictly: a run of exactly the cutoff is not older', () => {
      const run = createdAt(0, 0, 0)
      expect(isOlderThan(run, run.time)).to.equal(false)
      expect(isOlderThan(run, later(run.time, 1))).to.equal(true)
    })

    it('[S3] of a run whose dates disagree counts only once its newest date is past the cutoff as well', () => {
      const run = createdAt(0, 30 * DAY)
      expect(isOlderThan(run, later(NAMED, 10 * DAY))).to.equal(false)
      expect(isOlderThan(run, later(NAMED, 30 * DAY))).to.equal(false)
      expect(isOlderThan(run, later(NAMED, 30 * DAY + 1))).to.equal(true)
    })

    it('of a run whose dates disagree counts only once its time is past the cutoff as well', () => {
      const run = createdAt(-90 * DAY)
      expect(isOlderThan(run, later(NAMED, -DAY))).to.equal(false)
      expect(isOlderThan(run, later(NAMED, 1))).to.equal(true)
    })

    it('of a run whose dates agree takes no notice of its newest date', () => {
      const run = createdAt(0, 40 * HOUR)
      expect(isOlderThan(run, later(NAMED, HOUR))).to.equal(true)
    })
  })

  describe('an upload that may be under way', () => {
    const grace = 6 * HOUR

    it('is one of an incomplete run that changed within the grace period', () => {
      expect(mayBeUploading(changed(grace - 1), NOW, grace)).to.equal(true)
      expect(mayBeUploading(changed(0), NOW, grace)).to.equal(true)
    })

    it('is over as soon as the grace period is', () => {
      expect(mayBeUploading(changed(grace), NOW, grace)).to.equal(false)
    })

    it('[S7] is over two days after the newest creation, whatever is changed later', () => {
      expect(mayBeUploading(changed(0, ['results'], 2 * DAY), NOW, grace)).to.equal(false)
      expect(mayBeUploading(changed(0, ['results'], 2 * DAY), NOW, 3 * DAY)).to.equal(true)
    })

    it('may be one of a complete run for half an hour after the newest creation', () => {
      const created = (ms: number, types: RunType[] = [...RUN_TYPES]) =>
        runOf(ago(ms), types, {createdAt: ago(ms)})
      expect(mayBeFilling(created(30 * MINUTE - 1), NOW, grace)).to.equal(true)
      expect(mayBeFilling(created(30 * MINUTE), NOW, grace)).to.equal(false)
      expect(mayBeFilling(created(0, ['results']), NOW, grace)).to.equal(false)
      expect(mayBeFilling(created(0), NOW, 0)).to.equal(false)
    })

    it('is none of a complete run', () => {
      expect(mayBeUploading(changed(0, [...RUN_TYPES]), NOW, grace)).to.equal(false)
    })

    it('is assumed where the last change lies in the future', () => {
      expect(mayBeUploading(changed(-DAY), NOW, grace)).to.equal(true)
    })

    it('is never assumed where the grace period is turned off', () => {
      expect(mayBeUploading(changed(0), NOW, 0)).to.equal(false)
      expect(mayBeUploading(changed(-DAY), NOW, 0)).to.equal(false)
    })

    it('counts a creation as a change', () => {
      const run = runOf(ago(2 * HOUR), ['results'], {
        createdAt: ago(HOUR),
        lastModified: ago(9 * DAY),
      })
      expect(mayBeUploading(run, NOW, grace)).to.equal(true)
    })
  })

  it('[S3] takes a run for one of the future only after now', () => {
    const at = (ms: number) => runOf(NOW, RUN_TYPES, {createdAt: ago(ms)})
    expect(isInFuture(at(-1), NOW)).to.equal(true)
    expect(isInFuture(at(0), NOW)).to.equal(false)
  })

  describe('the order of runs', () => {
    it('[S3] is newest first by time, not by name', () => {
      const early = runDatasets('20260902_000000', ['results'], {createdAt: new Date('2026-09-01T10:00:00Z')})
      const late = runDatasets('20260901_120000', ['results'], {createdAt: new Date('2026-09-01T20:00:00Z')})
      const runs = groupDatasetsByRun([...early, ...late])
      expect(runs.map(({timestamp}) => timestamp)).to.deep.equal(['20260901_120000', '20260902_000000'])
    })

    it('is by name, newest first, where two times are the same', () => {
      const same = new Date('2026-09-01T20:00:00Z')
      const stamps = ['20260901_120000', '20260901_120002', '20260901_120001']
      const datasets = stamps.flatMap((stamp) => runDatasets(stamp, ['results'], {createdAt: same}))
      expect(groupDatasetsByRun(datasets).map(({timestamp}) => timestamp)).to.deep.equal([
        '20260901_120002',
        '20260901_120001',
        '20260901_120000',
      ])
    })

    it('is the same whatever the order of the listing', () => {
      const arbitrary = someInventory.chain(({datasets}) =>
        fc.tuple(fc.constant(datasets), fc.shuffledSubarray(datasets, {minLength: datasets.length})),
      )
      fc.assert(
        fc.property(arbitrary, ([datasets, shuffled]: [RunDataset[], RunDataset[]]) => {
          expect(groupDatasetsByRun(shuffled)).to.deep.equal(groupDatasetsByRun(datasets))
        }),
        {numRuns: 300},
      )
    })

    it('never has a newer run after an older one', () => {
      fc.assert(
        fc.property(someInventory, ({datasets}) => {
          const times = groupDatasetsByRun(datasets).map(({time}) => time.getTime())
          expect(times).to.deep.equal([...times].sort((a, b) => b - a))
        }),
        {numRuns: 200},
      )
    })
  })

  it('reads names and dates alike on both sides of a change to summer time', () => {
    const zone = process.env.TZ
    try {
      process.env.TZ = 'Europe/Berlin'
      expect(new Date('2026-03-29T01:00:00Z').getTimezoneOffset(), 'summer time').to.equal(-120)
      const stamps = ['20260329_013000', '20260329_023000', '20260329_033000', '20261025_023000']
      for (const stamp of stamps) {
        const [run] = groupDatasetsByRun([runDataset('results', stamp, {createdAt: new Date('2020-01-01')})])
        expect(formatTimestamp(run?.time ?? NOW)).to.equal(stamp)
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})
