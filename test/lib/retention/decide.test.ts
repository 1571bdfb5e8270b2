import {expect} from 'chai'

import {type Standing} from '../../../src/lib/account/leaderboard/index.js'
import {DEFAULT_GRACE} from '../../../src/lib/account/runs.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {RefusedError, SmoltraceError, UsageError} from '../../../src/lib/base/errors.js'
import {formatTimestamp, RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {type RetentionContext} from '../../../src/lib/retention/context.js'
import {decide, type Decision, filterRuns} from '../../../src/lib/retention/decide.js'
import {readRules} from '../../../src/lib/retention/read-rules.js'
import {type ReasonRule} from '../../../src/lib/retention/reasons.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, errorOf, MINUTE, NOTHING_KNOWN, NOW, runDatasets, standings} from '../../support/builders.js'
import {finished} from '../../support/rows.js'

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

function accountRuns(keys: Key[] = Object.keys(ACCOUNT)): Run[] {
  return groupDatasetsByRun(
    keys.flatMap((key) => {
      const {age = 0, types = [...RUN_TYPES], changed = age} = ACCOUNT[key] ?? {}
      return runDatasets(stampOf(key), types, {createdAt: ago(age), lastModified: ago(changed)})
    }),
  )
}

function verdicts(
  options: RetentionOptions,
  runs = accountRuns(),
  known: RetentionContext = NOTHING_KNOWN,
): Map<Key, Decision> {
  const keys = new Map(Object.keys(ACCOUNT).map((key) => [stampOf(key), key]))
  return new Map(
    decide(runs, readRules(options), NOW, known).map((decision) => [
      keys.get(decision.run.timestamp) ?? '?',
      decision,
    ]),
  )
}

function goingWith(options: RetentionOptions): Key[] {
  return [...verdicts(options)].filter(([, {action}]) => action === 'delete').map(([key]) => key)
}

function rulesFor(key: Key, options: RetentionOptions): string[] {
  return (verdicts(options).get(key)?.reasons ?? []).map(({rule}) => rule)
}

function textsFor(key: Key, options: RetentionOptions): string {
  return (verdicts(options).get(key)?.reasons ?? []).map(({text}) => text).join('; ')
}

describe('retention', () => {
  describe('what goes', () => {
    const run = (...keys: Key[]) => keys.map((key) => stampOf(key))
    const cases: Array<[title: string, options: RetentionOptions, goes: Key[]]> = [
      ['runs older than a duration', {olderThan: '30d'}, ['month', 'oldHalf', 'ancient']],
      [
        'runs older than seven days, not one of exactly seven',
        {olderThan: '7d'},
        ['month', 'oldHalf', 'ancient'],
      ],
      [
        'runs older than an hour less than seven days',
        {olderThan: '167h'},
        ['week', 'month', 'oldHalf', 'ancient'],
      ],
      ['runs before a date', {olderThan: '2026-09-01'}, ['oldHalf', 'ancient']],
      ['incomplete runs that are not just uploading', {incompleteOnly: true}, ['halfDay', 'oldHalf']],
      [
        'every incomplete run without a grace period',
        {incompleteOnly: true, grace: '0'},
        ['uploading', 'halfDay', 'retouched', 'oldHalf'],
      ],
      ['fewer incomplete runs with a longer grace period', {incompleteOnly: true, grace: '1d'}, ['oldHalf']],
      [
        'more incomplete runs with a shorter grace period',
        {incompleteOnly: true, grace: '90min'},
        ['uploading', 'halfDay', 'oldHalf'],
      ],
      ['the runs that are named', {run: run('week', 'ancient')}, ['week', 'ancient']],
      ['a run of the future that is named', {run: run('tomorrow')}, ['tomorrow']],
      [
        'not a run of the future that a keeper might keep, though it is named',
        {run: run('tomorrow', 'ancient'), keepRecent: 1},
        ['ancient'],
      ],
      [
        'not an incomplete run of the future that another selector selects beside its name',
        {run: run('dayAfter', 'halfDay'), incompleteOnly: true, grace: '0'},
        ['halfDay'],
      ],
      [
        'not a run of the future that is named but does not meet another selector',
        {run: run('tomorrow'), olderThan: '1d'},
        [],
      ],
      ['not a named run that is uploading', {run: run('uploading', 'week')}, ['week']],
      [
        'a named run that is uploading, without a grace period',
        {run: run('uploading'), grace: '0'},
        ['uploading'],
      ],
      ['runs that are old and incomplete', {olderThan: '30d', incompleteOnly: true}, ['oldHalf']],
      ['runs that are old and named', {olderThan: '30d', run: run('week', 'month')}, ['month']],
      [
        'runs that are incomplete and named',
        {incompleteOnly: true, run: run('halfDay', 'month')},
        ['halfDay'],
      ],
      [
        'runs that are old, incomplete and named',
        {olderThan: '30d', incompleteOnly: true, run: run('halfDay', 'month', 'oldHalf')},
        ['oldHalf'],
      ],
      ['nothing where no run meets every selector', {olderThan: '1y', incompleteOnly: true}, []],
      [
        'with --all everything but what is uploading, or was created by a clock that is ahead',
        {all: true},
        ['fresh', 'halfDay', 'week', 'month', 'oldHalf', 'ancient'],
      ],
      ['with --all and no grace period everything', {all: true, grace: '0'}, Object.keys(ACCOUNT)],
      ['all but the newest with a keeper alone', {keepRecent: 4}, ['oldHalf', 'ancient']],
      ['nothing where a keeper keeps more than there is', {keepRecent: 1000}, []],
      ['old runs that the keeper does not save', {olderThan: '7d', keepRecent: 4}, ['oldHalf', 'ancient']],
      ['incomplete runs that the keeper does not save', {incompleteOnly: true, keepRecent: 2}, ['oldHalf']],
      ['no named run that the keeper saves', {run: run('fresh', 'ancient'), keepRecent: 1}, ['ancient']],
      [
        'with --only alone a type of every run, but not of one that is uploading or of the future',
        {only: ['traces']},
        ['fresh', 'halfDay', 'week', 'month', 'oldHalf', 'ancient'],
      ],
      [
        'with --only and a selector what the selector selects',
        {only: ['traces'], olderThan: '1y'},
        ['ancient'],
      ],
      ['no run with --delete-leaderboard alone', {deleteLeaderboard: true}, []],
      [
        'with --delete-leaderboard and a selector what the selector selects',
        {deleteLeaderboard: true, olderThan: '1y'},
        ['ancient'],
      ],
    ]
    for (const [title, options, goes] of cases) {
      it(`is ${title}`, () => {
        expect(goingWith(options)).to.have.members(goes)
      })
    }
  })

  describe('--keep-recent', () => {
    it('counts complete and incomplete runs alike', () => {
      const kept = [...verdicts({keepRecent: 2})].filter(([, {reasons}]) =>
        reasons.some(({rule}) => rule === 'keep-recent'),
      )
      expect(kept.filter(([, {action}]) => action === 'keep').map(([key]) => key)).to.deep.equal([
        'fresh',
        'halfDay',
      ])
    })

    it('[S6] does not count runs of the future or in their grace period, which stay all the same', () => {
      const decisions = verdicts({keepRecent: 1})
      expect(decisions.get('fresh')?.action).to.equal('keep')
      expect(decisions.get('halfDay')?.action).to.equal('delete')
      for (const key of ['tomorrow', 'uploading', 'retouched'])
        expect(decisions.get(key)?.action).to.equal('keep')
      const withoutGrace = verdicts({keepRecent: 1, grace: '0'})
      for (const key of ['dayAfter', 'tomorrow', 'uploading'])
        expect(withoutGrace.get(key)?.action).to.equal('keep')
      expect(withoutGrace.get('fresh')?.action).to.equal('delete')
    })

    it('[S7] keeps and does not count a complete run that was just created, unless it is named', () => {
      const just = runDatasets('20261005_110000', RUN_TYPES, {createdAt: ago(29 * MINUTE)})
      const good = runDatasets('20261004_120000')
      const kept = (options: RetentionOptions) =>
        decide(groupDatasetsByRun([...just, ...good]), readRules(options), NOW, NOTHING_KNOWN)
          .filter(({action}) => action === 'keep')
          .map(({run, reasons}) => [run.timestamp, reasons[0]?.rule])
      expect(kept({keepRecent: 1})).to.deep.equal([
        ['20261005_110000', 'grace'],
        ['20261004_120000', 'keep-recent'],
      ])
      expect(kept({all: true})).to.deep.equal([['20261005_110000', 'grace']])
      expect(kept({run: ['20261005_110000']})).to.deep.equal([['20261004_120000', 'run']])
    })

    it('[S7] keeps it all the same where a keeper stands beside its name: it would take the place of an older run', () => {
      const just = runDatasets('20261005_110000', RUN_TYPES, {createdAt: ago(29 * MINUTE)})
      const runs = groupDatasetsByRun([...just, ...runDatasets('20261004_120000')])
      for (const run of [[], ['20261005_110000', '20261004_120000']]) {
        const decisions = decide(runs, readRules({keepRecent: 1, run}), NOW, NOTHING_KNOWN)
        expect(
          decisions.map(({action}) => action),
          String(run),
        ).to.deep.equal(['keep', 'keep'])
      }
    })

    it('counts an incomplete run as soon as its grace period is over', () => {
      expect(verdicts({keepRecent: 1, grace: '1h'}).get('uploading')?.action).to.equal('keep')
      expect(verdicts({keepRecent: 1, grace: '1h'}).get('fresh')?.action).to.equal('delete')
    })

    it('counts what another selector does not select', () => {
      expect(goingWith({olderThan: '30d', keepRecent: 1})).to.include('month')
    })

    it('says which place a run has', () => {
      expect(textsFor('fresh', {keepRecent: 3})).to.include('1 of 3')
      expect(textsFor('week', {keepRecent: 3})).to.include('3 of 3')
    })
  })

  describe('pinned runs', () => {
    const pinned = (keys: Key[], until?: string): RetentionContext => ({
      ...NOTHING_KNOWN,
      protection: {
        runs: Object.fromEntries(
          keys.map((key) => [stampOf(key), {by: 'ann', at: NOW, ...(until && {until})}]),
        ),
      },
    })
    const everything: RetentionOptions[] = [
      {all: true, grace: '0'},
      {run: [stampOf('ancient')]},
      {olderThan: '30d'},
      {keepRecent: 1, grace: '0'},
      {only: ['traces']},
    ]
    for (const options of everything) {
      it(`are kept under ${JSON.stringify(options)}, which says why`, () => {
        expect(verdicts(options).get('ancient')?.action).to.equal('delete')
        const decision = verdicts(options, accountRuns(), pinned(['ancient'])).get('ancient')
        expect(decision?.action).to.equal('keep')
        expect(decision?.reasons[0]).to.deep.equal({
          rule: 'pinned',
          text: 'pinned by ann (half: not in its card)',
        })
      })
    }

    it('[S6] do not use up the number of --keep-recent', () => {
      const keptBy = (known: RetentionContext) =>
        [...verdicts({keepRecent: 2}, accountRuns(), known)]
          .filter(
            ([, {action, reasons}]) => action === 'keep' && reasons.some(({rule}) => rule === 'keep-recent'),
          )
          .map(([key]) => key)
      expect(keptBy(NOTHING_KNOWN)).to.deep.equal(['fresh', 'halfDay'])
      expect(keptBy(pinned(['fresh']))).to.deep.equal(['halfDay', 'week'])
    })

    it('go again on the day after the last one', () => {
      const actionUntil = (until: string) =>
        verdicts({all: true}, accountRuns(), pinned(['ancient'], until)).get('ancient')?.action
      expect(actionUntil('2026-10-05')).to.equal('keep')
      expect(actionUntil('2026-10-04')).to.equal('delete')
    })
  })

  describe('--incomplete-only and what the leaderboard says', () => {
    const said = (standing?: Standing): RetentionContext => ({
      ...NOTHING_KNOWN,
      rows: standing ? standings([stampOf('oldHalf'), standing]) : standings(),
    })
    const decisionOf = (known: RetentionContext, options: RetentionOptions = {}) =>
      verdicts({incompleteOnly: true, ...options}, accountRuns(), known).get('oldHalf')
    const nobodyKnows: RetentionContext = {...NOTHING_KNOWN, rows: 'unknown'}
    const cases: Array<[title: string, known: RetentionContext, rule: ReasonRule, text: string]> = [
      ['keeps a run that finished', said('finished'), 'finished', 'finished, listed on the leaderboard'],
      [
        'keeps a run of which it is not clear',
        said('unclear'),
        'finished',
        'whether it finished is in doubt',
      ],
      ['selects a run that failed', said('failed'), 'incomplete-only', 'no results, no metrics'],
      ['selects a run that stopped early', said('partial'), 'incomplete-only', 'no results, no metrics'],
      ['selects a run that no row cites', said(), 'incomplete-only', 'no results, no metrics'],
      ['keeps a run where nobody knows', nobodyKnows, 'finished', 'is unknown'],
    ]
    for (const [title, known, rule, text] of cases) {
      it(title, () => {
        const decision = decisionOf(known)
        expect(decision?.action).to.equal(rule === 'finished' ? 'keep' : 'delete')
        expect(decision?.reasons.map((reason) => reason.rule)).to.deep.equal([rule])
        expect(decision?.reasons[0]?.text).to.include(text)
      })
    }

    it('does not ask it with --ignore-leaderboard', () => {
      for (const known of [said('finished'), nobodyKnows]) {
        const decision = decisionOf(known, {ignoreLeaderboard: true})
        expect(decision?.action).to.equal('delete')
        expect(decision?.reasons.map(({rule}) => rule)).to.deep.equal(['incomplete-only'])
      }
    })

    it('says of a complete run only that it is complete, whatever its rows say', () => {
      const known: RetentionContext = {...NOTHING_KNOWN, rows: standings([stampOf('ancient'), 'failed'])}
      const decision = verdicts({incompleteOnly: true}, accountRuns(), known).get('ancient')
      expect(decision?.reasons.map(({text}) => text)).to.deep.equal(['complete'])
    })

    it('lets other selectors choose a finished run', () => {
      expect(verdicts({olderThan: '30d'}, accountRuns(), said('finished')).get('oldHalf')?.action).to.equal(
        'delete',
      )
    })
  })

  describe('reasons', () => {
    const all: RetentionOptions = {
      olderThan: '30d',
      incompleteOnly: true,
      run: [stampOf('oldHalf'), stampOf('week')],
    }
    const cases: Array<[title: string, key: Key, options: RetentionOptions, rules: string[]]> = [
      [
        'of a run that goes are all selectors that select it',
        'oldHalf',
        all,
        ['run', 'incomplete-only', 'older-than'],
      ],
      [
        'of a run that stays are the selectors that do not select it',
        'week',
        all,
        ['incomplete-only', 'older-than'],
      ],
      ['of a run that is not named say so', 'month', all, ['run', 'incomplete-only']],
      [
        'put keepers before selectors',
        'fresh',
        {olderThan: '1d', keepRecent: 1},
        ['keep-recent', 'older-than'],
      ],
      ['put guards before all else', 'uploading', {olderThan: '1d'}, ['grace', 'older-than']],
      ['name the grace period whatever selected the run', 'retouched', {all: true}, ['grace']],
      ['name the future', 'tomorrow', {keepRecent: 1}, ['future']],
      ['name --all', 'week', {all: true}, ['all']],
      ['name the keeper that did not save the run', 'ancient', {keepRecent: 1}, ['keep-recent']],
      ['name the scope that took in every run', 'week', {only: ['traces']}, ['only']],
      ['say that --delete-leaderboard alone selects no run', 'week', {deleteLeaderboard: true}, ['run']],
      [
        'of a run that selectors select leave out the keepers',
        'ancient',
        {olderThan: '30d', keepRecent: 1},
        ['older-than'],
      ],
    ]
    for (const [title, key, options, rules] of cases) {
      it(title, () => {
        expect(rulesFor(key, options)).to.deep.equal(rules)
      })
    }

    const said: Array<[key: Key, options: RetentionOptions, text: string]> = [
      ['week', {run: [stampOf('week')]}, 'named by --run'],
      ['month', {run: [stampOf('week')]}, 'not named by --run'],
      ['week', {all: true}, 'all runs'],
      ['week', {only: ['traces', 'metrics']}, 'the traces, metrics of every run'],
      ['week', {deleteLeaderboard: true}, 'no rule selects it'],
      ['week', {olderThan: '7d'}, 'not older than 7d'],
      ['tomorrow', {keepRecent: 1}, 'dated in the future'],
    ]
    for (const [key, options, text] of said) {
      it(`say "${text}" with ${Object.keys(options).join(',')}`, () => {
        expect(textsFor(key, options)).to.equal(text)
      })
    }

    it('tell what an incomplete run lacks', () => {
      expect(textsFor('oldHalf', {incompleteOnly: true}))
        .to.include('no results')
        .and.include('no metrics')
        .and.not.include('no traces')
    })

    it('tell when a run that may be uploading changed last', () => {
      expect(textsFor('uploading', {all: true})).to.include('2h')
      expect(textsFor('retouched', {all: true})).to.include('1h')
    })

    it('tell the age that was asked for as it was typed', () => {
      expect(textsFor('ancient', {olderThan: '1w3d'})).to.include('1w3d')
      expect(textsFor('fresh', {olderThan: '1w3d'})).to.include('1w3d')
    })

    it('tell since when a restored run counts, where nothing else keeps it', () => {
      const datasets = runDatasets('20260601_120000', RUN_TYPES, {createdAt: ago(DAY)})
      const [decision] = decide(
        groupDatasetsByRun(datasets),
        readRules({olderThan: '30d'}),
        NOW,
        NOTHING_KNOWN,
      )
      expect(decision?.action).to.equal('keep')
      expect(decision?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than'])
      expect(decision?.reasons[0]?.text).to.include('restored 2026-10-04: counts from then')
    })

    it('are never missing', () => {
      for (const options of [
        {all: true},
        {keepRecent: 2},
        {olderThan: '7d'},
        {only: ['traces' as const]},
        {deleteLeaderboard: true},
      ]) {
        for (const {reasons} of verdicts(options).values()) expect(reasons).to.have.length.greaterThan(0)
      }
    })
  })

  it('decides about every run once, in the order given', () => {
    const runs = accountRuns()
    expect(decide(runs, readRules({olderThan: '7d'}), NOW, NOTHING_KNOWN).map(({run}) => run)).to.deep.equal(
      runs,
    )
  })

  it('keeps a run whose dates agree and that is exactly as old as asked for', () => {
    expect(goingWith({olderThan: '31d'})).not.to.include('month')
    expect(goingWith({olderThan: '30d'})).to.include('month')
  })

  it('has a grace period of six hours by default', () => {
    expect(DEFAULT_GRACE).to.equal('6h')
    expect(readRules({all: true}).graceMs).to.equal(6 * HOUR)
  })

  describe('filterRuns', () => {
    it('selects no run as incomplete as long as it is not told what the leaderboard says', () => {
      const runs = accountRuns()
      const going = (options: object) =>
        filterRuns(runs, {incompleteOnly: true, now: NOW, ...options}).delete.map(({run}) => run.timestamp)
      expect(going({})).to.deep.equal([])
      const rows = runs.filter((run) => run.complete).map(({timestamp}) => finished(timestamp))
      expect(going({rows})).to.deep.equal([stampOf('halfDay'), stampOf('oldHalf')])
      expect(going({rows: [...rows, finished(stampOf('halfDay'))]})).to.deep.equal([stampOf('oldHalf')])
      expect(going({ignoreLeaderboard: true})).to.deep.equal([stampOf('halfDay'), stampOf('oldHalf')])
    })

    it('takes runs of one namespace: rows and pins of another may have the same timestamp', () => {
      const [first] = accountRuns()
      const runs = first ? [first, {...first, namespace: 'tinyagents'}] : []
      expect(() => filterRuns(runs, {all: true, now: NOW})).to.throw(UsageError, 'several namespaces')
    })

    it('keeps what it is told is pinned', () => {
      const protection = {runs: {[stampOf('ancient')]: {by: 'ann', at: NOW}}}
      const {keep} = filterRuns(accountRuns(), {all: true, now: NOW, protection})
      expect(keep.map(({run}) => run.timestamp)).to.include(stampOf('ancient'))
    })

    it('parts the runs into those that go and those that stay', () => {
      const runs = accountRuns()
      const parted = filterRuns(runs, {olderThan: '30d', now: NOW})
      expect(parted.delete.map(({run}) => run.timestamp)).to.deep.equal(
        ['month', 'oldHalf', 'ancient'].map((key) => stampOf(key)),
      )
      expect([...parted.delete, ...parted.keep].map(({run}) => run)).to.have.members(runs)
    })

    it('makes nothing go by rules that need rows where it is given none', () => {
      const parted = filterRuns(accountRuns(), {keepBest: 1, now: NOW})
      expect(parted.delete).to.deep.equal([])
      const reasons = parted.keep.flatMap((each) => each.reasons)
      expect(reasons).to.deep.include({rule: 'leaderboard', text: 'what the leaderboard says is unknown'})
    })

    it('refuses an option whose name is misspelt: a keeper would keep nothing', () => {
      const misspelt = {olderThan: '30d', keepRecnt: 5, now: NOW}
      expect(() => filterRuns(accountRuns(), misspelt as never)).to.throw(UsageError, 'keepRecnt')
    })

    it('has nothing to decide where there is no run', () => {
      expect(filterRuns([], {keepBest: 1, rows: [], now: NOW})).to.deep.equal({delete: [], keep: []})
    })

    it('refuses a clock that shows no time', () => {
      expect(() => filterRuns(accountRuns(), {all: true, now: new Date('never')})).to.throw(UsageError, 'now')
    })

    it('refuses a run that is not there, by name, and says where to look', () => {
      const error = errorOf(() =>
        filterRuns(accountRuns(), {run: [stampOf('week'), '20200101_000000'], now: NOW}),
      )
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include('`run` 20200101_000000').and.not.include(stampOf('week'))
      expect((error as SmoltraceError).suggestions.join(',')).to.include('runs group')
    })

    it('refuses an age whose date lies in the future', () => {
      expect(() => filterRuns(accountRuns(), {olderThan: '2026-10-06', now: NOW})).to.throw(
        UsageError,
        'future',
      )
    })

    it("goes by the machine's clock where no other is given", () => {
      const young = new Date(Date.now() - HOUR)
      const runs = groupDatasetsByRun([
        ...runDatasets('20200101_000000'),
        ...runDatasets(young, RUN_TYPES, {createdAt: young}),
      ])
      const parted = filterRuns(runs, {olderThan: '1d'})
      expect(parted.delete.map(({run}) => run.timestamp)).to.deep.equal(['20200101_000000'])
      expect(parted.keep.map(({run}) => run.timestamp)).to.deep.equal([formatTimestamp(young)])
    })

    it('needs a selector or a keeper', () => {
      expect(() => filterRuns(accountRuns(), {now: NOW})).to.throw(UsageError)
    })
  })
})
