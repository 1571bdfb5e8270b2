import {expect} from 'chai'
import * as fc from 'fast-check'

import {type RunDataset} from '../../../src/lib/account/datasets.js'
import {
  datasetsIn,
  groupDatasetsByRun,
  isInFuture,
  isOlderThan,
  mayBeUploading,
  mayLackFiles,
  requireRuns,
  type Run,
} from '../../../src/lib/account/runs.js'
import {RefusedError} from '../../../src/lib/base/errors.js'
import {formatTimestamp, RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../../../src/lib/base/time.js'
import {someInventory} from '../../support/arbitraries.js'
import {
  ago,
  errorOf,
  later,
  leaderboardDataset,
  NOW,
  runDataset,
  runDatasets,
  runOf,
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

describe('runs', () => {
  describe('grouping', () => {
    it('keeps two namespaces apart', () => {
      const both = [...runDatasets(STAMP), ...runDatasets(STAMP, RUN_TYPES, {namespace: 'team'})]
      expect(groupDatasetsByRun(both).map(({namespace}) => namespace)).to.deep.equal(['kim', 'team'])
    })

    it('puts every dataset into exactly one run, and says what is missing', () => {
      fc.assert(
        fc.property(someInventory, ({datasets}) => {
          const runs = groupDatasetsByRun([...datasets, leaderboardDataset()])
          expect(datasetsIn(runs)).to.have.members(datasets)
          for (const {datasets: own, missing, complete, timestamp} of runs) {
            expect(own.map(({type}) => type)).to.deep.equal(
              RUN_TYPES.filter((type) => !missing.includes(type)),
            )
            expect(own).to.have.length(RUN_TYPES.length - missing.length)
            expect(complete).to.equal(own.length === RUN_TYPES.length)
            expect(own.every((dataset) => dataset.timestamp === timestamp)).to.equal(true)
          }
        }),
        {numRuns: 200},
      )
    })
  })

  describe('the runs that are asked for', () => {
    const known = groupDatasetsByRun(runDatasets(STAMP))
    const message = '20200101_000000, 20210101_000000: no such run.'

    it('are refused by name where one is not there, and it is said where to look', () => {
      requireRuns([STAMP, STAMP], known)
      const asked = ['20200101_000000', STAMP, '20210101_000000']
      const error = errorOf(() => requireRuns(asked, known, 'run'))
      const suggestions = [`Did you mean ${STAMP}?`, 'To list the runs: smoltrace runs group --namespace kim']
      expect(error).to.be.instanceOf(RefusedError)
      expect(error).to.deep.include({message: `\`run\` ${message}`, suggestions})
    })

    const near: Array<[asked: string, meant: string]> = [
      ['20260901_120001', '20260901_120000 or 20260902_080000'],
      ['20261201_120000', '20260901_120000 or 20261231_000000'],
      ['20260902_010101', '20260902_080000 or 20260901_120000'],
    ]
    for (const [asked, meant] of near)
      it(`are taken for ${meant} where ${asked} is not there: by its letters, then by its time`, () => {
        const there = [STAMP, '20260902_080000', '20261231_000000'].flatMap((each) => runDatasets(each))
        expect(errorOf(() => requireRuns([asked], there))).to.have.nested.property(
          'suggestions[0]',
          `Did you mean ${meant}?`,
        )
      })

    it('are refused where there are none at all, and that is said', () => {
      requireRuns([], [])
      const error = errorOf(() => requireRuns(['20200101_000000', '20210101_000000'], []))
      expect(error).to.deep.include({message, suggestions: ['This namespace has no runs.']})
    })
  })

  describe('the time of a run', () => {
    const cases: Array<[title: string, distances: number[], time: number, datesDisagree: boolean]> = [
      ['the earliest date of creation', [3 * HOUR, HOUR, 2 * HOUR], HOUR, false],
      ['before the name, as a machine east of Greenwich has it', [-9 * HOUR], -9 * HOUR, false],
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

    it('is the newest date of creation where the name says no moment', () => {
      const datasets = [3 * DAY, 0].map((ms, index) =>
        runDataset(RUN_TYPES[index] ?? 'results', '20260231_000000', {createdAt: later(NAMED, ms)}),
      )
      expect(groupDatasetsByRun(datasets)[0]?.time).to.deep.equal(later(NAMED, 3 * DAY))
    })

    it('takes no notice of changes; the newest of creations and changes is the newest change', () => {
      const run = runOf(STAMP, RUN_TYPES, {createdAt: NAMED, lastModified: later(NAMED, 20 * DAY)})
      expect(run).to.deep.include({time: NAMED, datesDisagree: false, newestCreatedAt: NAMED})
      expect(run.newestChange).to.deep.equal(later(NAMED, 20 * DAY))
      const copied = runOf(STAMP, ['results'], {createdAt: later(NAMED, DAY), lastModified: NAMED})
      expect(copied.newestChange).to.deep.equal(later(NAMED, DAY))
    })
  })

  const ages: Array<[title: string, distances: number[], youngest: number]> = [
    ['[S4] strictly: of exactly the cutoff it is not older', [0, 0, 0], 0],
    ['[S3] where its dates disagree, by the newest of them', [0, 30 * DAY], 30 * DAY],
    ['[S3] where its dates disagree, by its time where that is the newest', [-90 * DAY], 0],
    ['by its time where its dates agree', [0, 40 * HOUR], 0],
  ]
  for (const [title, distances, youngest] of ages) {
    it(`have an age, ${title}`, () => {
      const run = createdAt(...distances)
      expect(isOlderThan(run, later(NAMED, youngest))).to.equal(false)
      expect(isOlderThan(run, later(NAMED, youngest + 1))).to.equal(true)
    })
  }

  describe('an upload that may be under way', () => {
    const grace = 6 * HOUR
    const untouched = runOf(ago(2 * HOUR), ['results'], {createdAt: ago(HOUR), lastModified: ago(9 * DAY)})
    const uploads: Array<[title: string, run: Run, graceMs: number, mayBe: boolean]> = [
      ['where an incomplete run changed within the grace', changed(grace - 1), grace, true],
      ['not as soon as the grace is over', changed(grace), grace, false],
      ['not where it was created just then', changed(grace, ['results'], grace), grace, false],
      ['not two days after the newest creation', changed(0, ['results'], 2 * DAY), grace, false],
      ['but within a longer grace', changed(0, ['results'], 2 * DAY), 3 * DAY, true],
      ['not of a complete run', changed(0, [...RUN_TYPES]), grace, false],
      ['where the last change lies in the future', changed(-DAY), grace, true],
      ['not where the grace is turned off', changed(-DAY), 0, false],
      ['where it was created within the grace and not changed since', untouched, grace, true],
    ]
    for (const [title, run, graceMs, mayBe] of uploads) {
      it(`[S7] is assumed ${title}`, () => {
        expect(mayBeUploading(run, NOW, graceMs)).to.equal(mayBe)
      })
    }

    it('[S7] may be one of a complete run for half an hour after the newest creation', () => {
      const created = (ms: number, types: RunType[] = [...RUN_TYPES]) =>
        runOf(ago(ms), types, {createdAt: ago(ms)})
      expect(mayLackFiles(created(30 * MINUTE - 1), NOW, grace)).to.equal(true)
      expect(mayLackFiles(created(30 * MINUTE), NOW, grace)).to.equal(false)
      expect(mayLackFiles(created(0, ['results']), NOW, grace)).to.equal(false)
      expect(mayLackFiles(created(0), NOW, 0)).to.equal(false)
    })
  })

  it('[S3] takes a run for one of the future only after now', () => {
    const at = (ms: number) => runOf(NOW, RUN_TYPES, {createdAt: ago(ms)})
    expect(isInFuture(at(-1), NOW)).to.equal(true)
    expect(isInFuture(at(0), NOW)).to.equal(false)
  })

  describe('the order of runs', () => {
    it('[S3] is newest first by time, not by name, and by name where two times are the same', () => {
      const times = {
        '20260902_000000': 10,
        '20260901_120000': 20,
        '20260901_120002': 20,
        '20260901_120001': 20,
      }
      const datasets = Object.entries(times).map(([stamp, hour]) =>
        runDataset('results', stamp, {createdAt: new Date(`2026-09-01T${hour}:00:00Z`)}),
      )
      const stamps = groupDatasetsByRun(datasets).map(({timestamp}) => timestamp)
      expect(stamps.map((stamp) => stamp.slice(-3))).to.deep.equal(['002', '001', '000', '000'])
      expect(stamps.at(-1)).to.equal('20260902_000000')
    })

    it('is newest first and the same, whatever the order of the listing', () => {
      const arbitrary = someInventory.chain(({datasets}) =>
        fc.tuple(fc.constant(datasets), fc.shuffledSubarray(datasets, {minLength: datasets.length})),
      )
      fc.assert(
        fc.property(arbitrary, ([datasets, shuffled]: [RunDataset[], RunDataset[]]) => {
          const runs = groupDatasetsByRun(shuffled)
          expect(runs).to.deep.equal(groupDatasetsByRun(datasets))
          const times = runs.map(({time}) => time.getTime())
          expect(times).to.deep.equal(times.toSorted((one, other) => other - one))
        }),
        {numRuns: 300},
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
