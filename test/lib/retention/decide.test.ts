import {expect} from 'chai'

import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {type Standing} from '../../../src/lib/account/leaderboard/values.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {RefusedError, SmoltraceError, UsageError} from '../../../src/lib/base/errors.js'
import {formatTimestamp, RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../../../src/lib/base/time.js'
import {type RetentionContext} from '../../../src/lib/retention/context.js'
import {type Decision, filterRuns} from '../../../src/lib/retention/decide.js'
import {readRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, errorOf, NOTHING_KNOWN, NOW, runDatasets, runOf, standings} from '../../support/builders.js'
import {A, decisionsOf, deletedBy, finished} from '../../support/rows.js'

/** A small account: what each run is for is in its key. */
const ACCOUNT: Record<string, {age: number; types?: RunType[]; changed?: number}> = {
  dayAfter: {age: -2 * DAY, types: ['results']},
  tomorrow: {age: -DAY},
  uploading: {age: 2 * HOUR, types: ['results']},
  fresh: {age: 5 * HOUR},
  halfDay: {age: 12 * HOUR, types: ['results', 'traces']},
  retouched: {age: 30 * HOUR, types: ['results', 'traces'], changed: HOUR},
  week: {age: 7 * DAY},
  month: {age: 31 * DAY},
  oldHalf: {age: 60 * DAY, types: ['traces']},
  ancient: {age: 400 * DAY},
}
type Key = keyof typeof ACCOUNT

const stampOf = (key: Key) => formatTimestamp(ago(ACCOUNT[key]?.age ?? 0))
const stamps = (...keys: Key[]) => keys.map((key) => stampOf(key))
const KEYS = new Map(Object.keys(ACCOUNT).map((key) => [stampOf(key), key]))

const RUNS: Run[] = groupDatasetsByRun(
  Object.entries(ACCOUNT).flatMap(([key, {age, types = [...RUN_TYPES], changed = age}]) =>
    runDatasets(stampOf(key), types, {createdAt: ago(age), lastModified: ago(changed)}),
  ),
)

const deleted = (options: RetentionOptions) =>
  deletedBy(decisionsOf(RUNS, options)).map((timestamp) => KEYS.get(timestamp))

function decisionOn(key: Key, options: RetentionOptions, known: RetentionContext = NOTHING_KNOWN): Decision {
  const decision = decisionsOf(RUNS, options, known).find(({run}) => run.timestamp === stampOf(key))
  if (!decision) throw new Error(`no decision on ${key}`)
  return decision
}

const textOf = ({reasons}: Decision) => reasons.map(({rule, text}) => `${rule}: ${text}`).join('; ')

describe('retention', () => {
  describe('deletes', () => {
    const past = ['week', 'month', 'oldHalf', 'ancient']
    const cases: Array<[options: RetentionOptions, deletes: Key[]]> = [
      // Strictly older, so not the run of exactly seven days.
      [{olderThan: '7d'}, ['month', 'oldHalf', 'ancient']],
      [{olderThan: '2026-09-01'}, ['oldHalf', 'ancient']],
      // An incomplete run may still be uploading within the grace period.
      [{incompleteOnly: true}, ['halfDay', 'oldHalf']],
      [{incompleteOnly: true, grace: '0'}, ['uploading', 'halfDay', 'retouched', 'oldHalf']],
      [{incompleteOnly: true, grace: '90min'}, ['uploading', 'halfDay', 'oldHalf']],
      [{run: stamps('uploading'), grace: '0'}, ['uploading']],
      // A run dated in the future is selected by its name alone.
      [{run: stamps('tomorrow')}, ['tomorrow']],
      [{run: stamps('tomorrow', 'ancient'), keepRecent: 1}, ['ancient']],
      [{run: stamps('dayAfter', 'halfDay'), incompleteOnly: true, grace: '0'}, ['halfDay']],
      [{run: stamps('tomorrow'), olderThan: '1d'}, []],
      // What every selector selects.
      [{olderThan: '30d', incompleteOnly: true}, ['oldHalf']],
      [{olderThan: '30d', incompleteOnly: true, run: stamps('halfDay', 'month', 'oldHalf')}, ['oldHalf']],
      [{all: true}, ['fresh', 'halfDay', ...past]],
      [{all: true, grace: '0'}, Object.keys(ACCOUNT)],
      // What no keeper saves; it counts runs that no selector selects.
      [{keepRecent: 4}, ['oldHalf', 'ancient']],
      [{olderThan: '30d', keepRecent: 1}, ['month', 'oldHalf', 'ancient']],
      [{run: stamps('fresh', 'ancient'), keepRecent: 1}, ['ancient']],
      // A scope selects nothing, but for --only alone.
      [{only: ['traces']}, ['fresh', 'halfDay', ...past]],
      [{deleteLeaderboard: true}, []],
    ]
    for (const [options, deletes] of cases) {
      it(`${deletes.join(', ') || 'nothing'} with ${JSON.stringify(options)}`, () => {
        expect(deleted(options)).to.have.members(deletes)
      })
    }
  })

  it('[S6] does not count runs of the future or in their grace period, which stay all the same', () => {
    const rest = ['week', 'month', 'oldHalf', 'ancient']
    expect(deleted({keepRecent: 1})).to.have.members(['halfDay', ...rest])
    expect(deleted({keepRecent: 1, grace: '1h'})).to.have.members(['fresh', 'halfDay', 'retouched', ...rest])
    expect(deleted({keepRecent: 1, grace: '0'})).to.have.members(['fresh', 'halfDay', 'retouched', ...rest])
  })

  it('[S7] keeps a run that may still be uploading even from its own name', () => {
    const half = runDatasets('20261005_110000', ['results'], {createdAt: ago(29 * MINUTE)})
    const [decision] = decisionsOf(groupDatasetsByRun(half), {run: ['20261005_110000']})
    expect(decision).to.include({action: 'keep'}).and.have.nested.property('reasons[0].rule', 'grace')
  })

  it('[S7] keeps a complete run that was just created, without a place, unless its name alone is given', () => {
    const [just, good] = ['20261005_110000', '20261004_120000']
    const runs = groupDatasetsByRun([
      ...runDatasets(just, RUN_TYPES, {createdAt: ago(29 * MINUTE)}),
      ...runDatasets(good),
    ])
    const cases: Array<[options: RetentionOptions, kept: Record<string, string>]> = [
      [{keepRecent: 1}, {[just]: 'grace', [good]: 'keep-recent'}],
      [{all: true}, {[just]: 'grace'}],
      [{run: [just]}, {[good]: 'run'}],
      // It would take the place of an older run.
      [
        {keepRecent: 1, run: [just, good]},
        {[just]: 'grace', [good]: 'keep-recent'},
      ],
    ]
    for (const [options, kept] of cases) {
      const decisions = decisionsOf(runs, options).filter(({action}) => action === 'keep')
      const first = decisions.map(({run, reasons}) => [run.timestamp, reasons[0]?.rule])
      expect(Object.fromEntries(first), JSON.stringify(options)).to.deep.equal(kept)
    }
  })

  it('keeps a pinned run under every rule, and says why, to the end of the last day of its pin', () => {
    const pinned = (until?: string): RetentionContext => ({
      ...NOTHING_KNOWN,
      protection: {runs: {[stampOf('ancient')]: {by: 'ann', at: NOW, ...(until && {until})}}},
    })
    const everything: RetentionOptions[] = [
      {all: true, grace: '0'},
      {run: [stampOf('ancient')]},
      {olderThan: '30d'},
      {keepRecent: 1, grace: '0'},
      {only: ['traces']},
    ]
    for (const options of everything) {
      expect(decisionOn('ancient', options).action).to.equal('delete')
      const {action, reasons} = decisionOn('ancient', options, pinned())
      expect(action).to.equal('keep')
      expect(reasons[0]).to.deep.equal({rule: 'pinned', text: 'pinned by ann (half: not in its card)'})
      expect(decisionOn('ancient', options, pinned('2026-10-05')).action).to.equal('keep')
      expect(decisionOn('ancient', options, pinned('2026-10-04')).action).to.equal('delete')
    }
  })

  it('keeps every run where it is unknown what is pinned, and says so of those without a tag', () => {
    const runs = [...RUNS, runOf('20260801_000000', RUN_TYPES, {pinTags: ['smoltrace-pinned']})]
    const decisions = decisionsOf(runs, {olderThan: '30d'}, {...NOTHING_KNOWN, protection: 'unknown'})
    expect(deletedBy(decisions)).to.deep.equal([])
    const pins = decisions.map(({reasons}) => reasons[0])
    expect(pins.pop()).to.deep.equal({rule: 'pinned', text: 'pinned by its tag'})
    for (const pin of pins)
      expect(pin).to.deep.equal({rule: 'pinned', text: 'unknown whether it is pinned', isUnclear: true})
  })

  describe('--incomplete-only and what the leaderboard says', () => {
    const said = (standing?: Standing): RetentionContext => ({
      ...NOTHING_KNOWN,
      rows: standing ? standings([stampOf('oldHalf'), standing]) : standings(),
    })
    const unknown: RetentionContext = {...NOTHING_KNOWN, rows: 'unknown'}
    const lacks = 'incomplete-only: no results, no metrics'
    const cases: Array<[title: string, known: RetentionContext, reason: string]> = [
      ['keeps a run that finished', said('finished'), 'finished: finished, per the leaderboard'],
      ['keeps a run in doubt', said('unclear'), 'finished: unclear whether it finished'],
      ['keeps a run where rows are not known', unknown, 'finished: unknown whether it finished'],
      ['selects a run that failed', said('failed'), lacks],
      ['selects a run that no row cites', said(), lacks],
    ]
    for (const [title, known, reason] of cases) {
      it(title, () => {
        const decision = decisionOn('oldHalf', {incompleteOnly: true}, known)
        expect(decision.action).to.equal(reason === lacks ? 'delete' : 'keep')
        expect(textOf(decision)).to.include(reason)
        expect(decision.reasons).to.have.length(1)
      })
    }

    it('does not ask it with --ignore-leaderboard, nor for another selector', () => {
      for (const known of [said('finished'), unknown]) {
        const decision = decisionOn('oldHalf', {incompleteOnly: true, ignoreLeaderboard: true}, known)
        expect(decision.action).to.equal('delete')
        expect(textOf(decision)).to.equal(lacks)
      }

      expect(decisionOn('oldHalf', {olderThan: '30d'}, said('finished')).action).to.equal('delete')
    })

    it('says of a complete run only that it is complete, whatever its rows say', () => {
      const known: RetentionContext = {...NOTHING_KNOWN, rows: standings([stampOf('ancient'), 'failed'])}
      expect(textOf(decisionOn('ancient', {incompleteOnly: true}, known))).to.equal(
        'incomplete-only: complete',
      )
    })
  })

  it('decides about every run once, in the order given, and gives a reason', () => {
    for (const options of [{all: true}, {keepRecent: 2}, {olderThan: '7d'}, {only: ['traces' as const]}]) {
      const decisions = decisionsOf(RUNS, options)
      expect(decisions.map(({run}) => run)).to.deep.equal(RUNS)
      for (const {reasons} of decisions) expect(reasons).not.to.deep.equal([])
    }

    expect(readRules({all: true}).graceMs).to.equal(6 * HOUR)
  })

  describe('says', () => {
    const three: RetentionOptions = {olderThan: '30d', incompleteOnly: true, run: stamps('oldHalf', 'week')}
    const uploading = 'grace: may still be uploading'
    const cases: Array<[key: Key, options: RetentionOptions, reasons: string]> = [
      [
        'oldHalf',
        three,
        'run: named with --run; incomplete-only: no results, no metrics; not listed as finished; older-than: older than 30d',
      ],
      ['week', three, 'incomplete-only: complete; older-than: not older than 30d'],
      ['week', {olderThan: '7d'}, 'older-than: not older than 7d'],
      ['month', three, 'run: not named with --run; incomplete-only: complete'],
      [
        'fresh',
        {olderThan: '9d', keepRecent: 1},
        'keep-recent: most recent 1 of 1; older-than: not older than 9d',
      ],
      ['uploading', {olderThan: '1d'}, `${uploading}: changed 2h ago; older-than: not older than 1d`],
      ['retouched', {all: true}, `${uploading}: changed 1h ago`],
      ['tomorrow', {keepRecent: 1}, 'future: dated in the future'],
      ['ancient', {keepRecent: 1}, 'keep-recent: not the most recent'],
      ['week', {all: true}, 'all: all runs'],
      ['week', {only: ['traces', 'metrics']}, 'only: the traces, metrics of every run'],
      ['week', {deleteLeaderboard: true}, 'run: no rule selects it'],
    ]
    for (const [key, options, reasons] of cases) {
      it(`"${reasons}" of ${key} with ${JSON.stringify(options)}`, () => {
        expect(textOf(decisionOn(key, options))).to.equal(reasons)
      })
    }

    it('since when a restored run counts, where nothing else keeps it', () => {
      const restored = groupDatasetsByRun(runDatasets('20260601_120000', RUN_TYPES, {createdAt: ago(DAY)}))
      const [decision] = decisionsOf(restored, {olderThan: '30d'})
      expect(decision?.action).to.equal('keep')
      expect(decision?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than'])
      expect(decision?.reasons[0]?.text).to.include('restored 2026-10-04: counts from then')
    })
  })

  describe('filterRuns', () => {
    it('selects no run as incomplete as long as it is not told what the leaderboard says', () => {
      const going = (options: object) =>
        deletedBy(filterRuns(RUNS, {incompleteOnly: true, now: NOW, ...options}).delete)
      expect(going({})).to.deep.equal([])
      const rows = RUNS.filter((run) => run.complete).map(({timestamp}) => finished(timestamp))
      expect(going({rows})).to.deep.equal(stamps('halfDay', 'oldHalf'))
      expect(going({rows: [...rows, finished(stampOf('halfDay'))]})).to.deep.equal(stamps('oldHalf'))
      expect(going({ignoreLeaderboard: true})).to.deep.equal(stamps('halfDay', 'oldHalf'))
    })

    it('parts the runs into those that it deletes and those that it keeps, what it is told is pinned among them', () => {
      const protection = {runs: {[stampOf('oldHalf')]: {by: 'ann', at: NOW}}}
      const parted = filterRuns(RUNS, {olderThan: '30d', now: NOW, protection})
      expect(deletedBy(parted.delete)).to.deep.equal(stamps('month', 'ancient'))
      expect([...parted.delete, ...parted.keep].map(({run}) => run)).to.have.members(RUNS)
      expect(filterRuns([], {keepBest: 1, rows: [], now: NOW})).to.deep.equal({delete: [], keep: []})
    })

    // Rows and pins of another namespace may have the same timestamp; a misspelt keeper would keep nothing.
    const others = RUNS.map((run) => ({...run, namespace: 'tinyagents'}))
    const many = [A, '20260902_120000', '20260903_120000'].map((stamp) => runOf(stamp))
    const refused: Array<[title: string, runs: Run[], options: object, message: string]> = [
      ['runs of two namespaces', [...RUNS, ...others], {all: true}, 'several namespaces'],
      ['a misspelt option', RUNS, {olderThan: '30d', keepRecnt: 5}, 'keepRecnt'],
      ['a clock that shows no time', RUNS, {all: true, now: new Date('never')}, 'now'],
      ['an age whose date lies in the future', RUNS, {olderThan: '2026-10-06'}, 'future'],
    ]
    for (const [title, runs, options, message] of refused) {
      it(`refuses ${title}`, () => {
        expect(() => filterRuns(runs, {now: NOW, ...options})).to.throw(UsageError, message)
      })
    }

    it('refuses rules that rest on rows where rows were lost, or none is of use', () => {
      const filter = (options: RetentionOptions, ...rows: LeaderboardRow[]) =>
        filterRuns(many, {...options, rows, now: NOW})
      expect(() => filter({unreferenced: true})).to.throw(
        RefusedError,
        '`unreferenced`: leaderboard rows are required',
      )
      expect(() => filter({incompleteOnly: true}, finished(A))).to.throw(RefusedError, 'lost rows')
      expect(filterRuns([runOf(A)], {unreferenced: true, rows: [finished(A)]}).keep).to.have.length(1)
    })

    it('refuses a run that is not there, by name, and says where to look', () => {
      const error = errorOf(() => filterRuns(RUNS, {run: [stampOf('week'), '20200101_000000'], now: NOW}))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include('`run` 20200101_000000').and.not.include(stampOf('week'))
      expect((error as SmoltraceError).suggestions.join(',')).to.include('runs group')
    })

    it("goes by the machine's clock where no other is given", () => {
      const young = new Date(Date.now() - HOUR)
      const runs = groupDatasetsByRun([
        ...runDatasets('20200101_000000'),
        ...runDatasets(young, RUN_TYPES, {createdAt: young}),
      ])
      const parted = filterRuns(runs, {olderThan: '1d'})
      expect(deletedBy(parted.delete)).to.deep.equal(['20200101_000000'])
      expect(parted.keep.map(({run}) => run.timestamp)).to.deep.equal([formatTimestamp(young)])
    })
  })
})
