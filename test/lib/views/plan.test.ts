import {expect} from 'chai'

import {indexRows} from '../../../src/lib/account/leaderboard/index.js'
import {type Protection} from '../../../src/lib/account/protection/pins.js'
import {DAY} from '../../../src/lib/base/time.js'
import {applyPick} from '../../../src/lib/plan/pick.js'
import {makeRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  commonMisses,
  deletesText,
  graceSentence,
  keptText,
  type PlanNotes,
  planPairs,
  rulePairs,
  sentenceOf,
  shareText,
  shortWhy,
  totalsText,
} from '../../../src/lib/views/plan.js'
import {ago, inventoryOf, leaderboardDataset, NOW, planOf, runDatasets} from '../../support/builders.js'
import {finished} from '../../support/rows.js'

/** Options of one rule, and what it says. */
const SENTENCES: Array<[options: RetentionOptions, sentence: string]> = [
  [{olderThan: '1y'}, 'older than 1y, before 2026-10-05 12:00 UTC (a month is 30 days, a year 365)'],
  [{incompleteOnly: true}, 'incomplete and not finished'],
  [{incompleteOnly: true, ignoreLeaderboard: true}, 'incomplete'],
  [{run: ['20260131_235959']}, 'named with --run (20260131_235959)'],
  [{model: ['gpt-*']}, 'of a model that matches gpt-*'],
  [{team: ['a', 'b']}, 'of team a or b'],
  [{purpose: ['x', 'y', 'z']}, 'for the purpose x, y or z'],
  [{status: ['failed', 'partial']}, 'partial or failed, according to the leaderboard'],
  [{scoreBelow: 50}, 'scoring below 50 by success rate'],
  [{all: true}, 'all runs in this namespace'],
  [{keepRecent: 1}, 'the most recent run'],
  [{keepRecent: 1500}, 'the 1,500 most recent runs'],
  [
    {keepRecent: 5, groupBy: ['agent_type', 'model']},
    'the 5 most recent runs of each group with the same model and agent type',
  ],
  [{keepWithin: '2w'}, 'runs no older than 2w'],
  [{keepHourly: 24}, 'the newest run of each of the last 24 hours that have one (UTC)'],
  [{keepDaily: 1}, 'the newest run of the last day that has one (UTC)'],
  [
    {keepMonthly: 2, groupBy: ['team']},
    'the newest run of each of the last 2 months that have one, of each team (UTC)',
  ],
  [{keepYearly: 3}, 'the newest run of each of the last 3 years that have one (UTC)'],
  [{keepBest: 1, by: 'cost', groupBy: ['model']}, 'the best run by cost, lower is better, of each model'],
]

describe('the sentence of a rule', () => {
  for (const [options, sentence] of SENTENCES) {
    it(`is for ${JSON.stringify(options)}: ${sentence}`, () => {
      const rules = makeRules(options)
      const cutoff = new Date('2026-10-05T12:00:00Z')
      const names = [...rules.selectors, ...rules.keepers]
      expect(names.map((name) => sentenceOf(name, rules, cutoff))).to.deep.equal([sentence])
    })
  }

  it('says what the grace period keeps', () => {
    const sentence = (grace: string, options: RetentionOptions = {}) =>
      graceSentence(makeRules({grace, ...options}))
    expect(sentence('36h')).to.equal('incomplete runs changed in the last 1d12h')
    const waiting = 'incomplete runs, and runs without a row, changed in the last 6h'
    for (const options of [{unreferenced: true}, {keepBest: 3}, {groupBy: ['team' as const]}])
      expect(sentence('6h', options)).to.equal(waiting)
    expect(sentence('0')).to.include('nothing')
  })

  it('is safe for a terminal', () => {
    expect(sentenceOf('team', {...makeRules({}), team: ['a\u001B[2J']})).not.to.include('\u001B')
  })
})

describe('a plan in words', () => {
  const BOARD = leaderboardDataset()
  const INVENTORY = inventoryOf([...runDatasets(ago(60 * DAY)), ...runDatasets(ago(DAY))], {
    leaderboard: BOARD,
  })
  const facts = (options: RetentionOptions, notes: Partial<PlanNotes> = {}) =>
    Object.fromEntries(planPairs(planOf(INVENTORY, options), {title: '', ...notes}))
  const grace = 'incomplete runs changed in the last 6h'
  const until = 'before 2026-09-05 12:00 UTC'

  const cases: Array<[options: RetentionOptions, pair: string, text: string | undefined]> = [
    [{all: true}, 'Rule', 'every run'],
    [{only: ['traces']}, 'Rule', 'every run; only traces'],
    [{keepRecent: 1}, 'Rule', 'every run that is not kept'],
    [{deleteLeaderboard: true}, 'Rule', 'the leaderboard alone'],
    [
      {olderThan: '30d', incompleteOnly: true, run: ['20260806_120000']},
      'Rule',
      `older than 30d, ${until}, incomplete and not finished and named with --run (20260806_120000)`,
    ],
    [{all: true, grace: '0'}, 'Keeps', '0 runs\nalways kept: pinned runs'],
    [{keepRecent: 1}, 'Keeps', `1 run: most recent\nalways kept: pinned runs; the most recent run; ${grace}`],
    [{olderThan: '30d'}, 'Deletes', '1 of 2 runs (3 of 6 datasets): 2026-08-06'],
    [{olderThan: '1y'}, 'Deletes', 'nothing: 0 of 2 runs'],
    [{all: true}, 'Deletes', 'ALL runs, 2 of 2 (6 of 6 datasets): 2026-08-06 to 2026-10-04'],
    [{deleteLeaderboard: true}, 'Deletes', 'the leaderboard'],
    [{deleteLeaderboard: true}, 'Keeps', `2 runs: not selected\nalways kept: pinned runs; ${grace}`],
    [{deleteLeaderboard: true}, 'Copy', undefined],
    [{all: true}, 'Copy', 'none. Add --archive DIR to be able to restore, or --trash instead of deleting.'],
    [{all: true}, 'By hand', undefined],
  ]
  for (const [options, pair, text] of cases) {
    it(`says of ${JSON.stringify(options)}: ${pair}: ${text ?? 'nothing'}`, () => {
      expect(facts(options)[pair]).to.equal(text)
    })
  }

  it('counts pinned runs, and those picked against the rules', () => {
    const pinned = planOf(INVENTORY, {olderThan: '30d'}, {runs: {'20260806_120000': {by: 'ann', at: NOW}}})
    expect(keptText(pinned)).to.equal('2 runs: 1 not older than 30d, 1 pinned')
    expect(keptText(pinned, {most: 1})).to.equal('2 runs: 1 not older than 30d, 1 for other reasons')
    const others = planOf(
      INVENTORY,
      {run: ['20260806_120000']},
      {runs: {'20261004_120000': {by: 'ann', at: NOW}}},
    )
    expect(keptText(others)).to.equal('1 run: not named with --run')
    const byHand = (chosen: string[]) =>
      Object.fromEntries(rulePairs(applyPick(planOf(INVENTORY, {olderThan: '30d'}), chosen)))['By hand']
    expect(byHand(['20261004_120000'])).to.equal('1 run picked and 1 run not picked')
    expect(byHand([])).to.equal('1 run not picked')
    expect(byHand(['20260806_120000'])).to.equal(undefined)
  })

  it('says where datasets are archived', () => {
    expect(facts({all: true}, {archive: 'copies'}).Copy).to.equal(
      'of each dataset, to copies, before it is deleted',
    )
  })

  const ten = inventoryOf(
    Array.from({length: 10}, (_, index) => runDatasets(ago((index + 1) * DAY), ['results'])).flat(),
  )
  const pin = (index: number) => ({
    [runDatasets(ago((index + 1) * DAY), ['results'])[0]!.timestamp]: {by: 'ann', at: NOW},
  })
  const shares: Array<[options: RetentionOptions, pins: Protection['runs'], share: string]> = [
    [{keepRecent: 2}, {}, '8 of 10 runs (8 of 10 datasets)'],
    [{keepRecent: 1}, {}, 'nearly all runs, 9 of 10 (9 of 10 datasets)'],
    [{keepRecent: 1}, pin(5), '8 of 10 runs (8 of 10 datasets)'],
    [{all: true}, pin(5), 'ALL runs that may be deleted, 9 of 10 (9 of 10 datasets)'],
    [{all: true, only: ['results']}, {}, 'the results of ALL runs, 10 of 10 (10 of 10 datasets)'],
  ]
  for (const [options, runs, share] of shares) {
    it(`says how much of all it is: ${share}`, () => {
      expect(shareText(planOf(ten, {grace: '0', ...options}, {runs}), {})).to.equal(share)
    })
  }

  const hundred = inventoryOf(
    Array.from({length: 100}, (_, index) => runDatasets(ago((index + 1) * DAY), ['results'])).flat(),
  )
  for (const [kept, share] of [
    [11, '89 of 100 runs'],
    [10, 'nearly all runs, 90 of 100'],
    [1, 'nearly all runs, 99 of 100'],
  ] as const)
    it(`of 100 runs says: ${share}`, () => {
      const plan = planOf(hundred, {keepRecent: kept})
      expect(shareText(plan, {})).to.match(new RegExp(`^${share} \\(`))
      const keptRuns = plan.keep.map(({run}) => ({run: run.timestamp, reasons: []}))
      const saved = {plan, madeBy: 'ann', madeAt: NOW, digest: 'x', keptRuns}
      const left = {...plan, delete: plan.delete.slice(1), keep: []}
      expect(shareText({...plan, keep: []}, {saved})).to.equal(`${share} (${100 - kept} datasets)`)
      expect(shareText(left, {saved})).to.include(`${99 - kept} of 100`)
    })

  it('shows the days of the oldest and of the newest run that is deleted, and one where it is the same', () => {
    const days = (options: RetentionOptions) =>
      deletesText(planOf(hundred, options), {}).replace(/^.*\): /, '')
    expect(days({keepRecent: 10})).to.equal('2026-06-27 to 2026-09-24')
    expect(days({run: ['20260924_120000']})).to.equal('2026-09-24')
  })

  it('says once why no keeper saves any of the runs, and only what is the same of all', () => {
    const misses = (options: RetentionOptions) => commonMisses(planOf(ten, options))
    expect(misses({keepRecent: 3, keepWeekly: 1})).to.deep.equal([
      'not among the 3 most recent',
      'not the weekly run',
    ])
    expect(misses({olderThan: '1d', keepRecent: 3})).to.deep.equal([])
    expect(misses({keepRecent: 9})).to.deep.equal([])
    const plan = planOf(ten, {keepRecent: 3})
    const [first, ...others] = plan.delete
    const other = {...first!, reasons: [{rule: 'picked', text: 'picked by hand'} as const]}
    expect(commonMisses({...plan, delete: [...others, other]})).to.deep.equal([])
  })

  it('leaves out of a reason what is said above, and the model that its row shows', () => {
    const [each] = planOf(ten, {keepRecent: 3}).delete
    const {run} = each!
    const within = (group: string, text: string) => ({text: `${text} for ${group}`, within: {group, text}})
    const reasons = [
      {rule: 'keep-best', ...within('model a/b', 'best 1 of 1 by cost (2)')},
      {rule: 'keep-recent', ...within('model a/c', 'most recent 1 of 1')},
      {rule: 'keep-daily', ...within('model a/b, team c', 'daily 1 of 1')},
      {rule: 'older-than', text: 'older than 1d'},
    ] as const
    const rows = indexRows([finished(run.timestamp, {model: 'a/b'})], 'kim')
    const why = (known: PlanNotes['rows']) => shortWhy({run, reasons: [...reasons]}, known, ['older than 1d'])
    expect(why(rows)).to.equal(
      'best 1 of 1 by cost (2); most recent 1 of 1 for model a/c; daily 1 of 1 for model a/b, team c',
    )
    for (const known of ['unknown', undefined, new Map()] as const)
      expect(why(known)).to.equal(
        'best 1 of 1 by cost (2) for model a/b; most recent 1 of 1 for model a/c; daily 1 of 1 for model a/b, team c',
      )
  })

  const boards: Array<
    [options: RetentionOptions, facts: {isThere?: boolean; protection?: object}, text: string]
  > = [
    [{deleteLeaderboard: true}, {}, `${BOARD.name}: DELETED, archived first to /a (not protected)`],
    [
      {all: true, deleteLeaderboard: true},
      {},
      `${BOARD.name}: DELETED as well, archived first to /a (not protected)`,
    ],
    [
      {all: true},
      {protection: {leaderboard: {by: 'ann', at: NOW}}},
      `${BOARD.name}: preserved (protected by ann on 2026-10-05 12:00 UTC)`,
    ],
    [{all: true}, {isThere: false}, 'there is none'],
    [{deleteLeaderboard: true}, {isThere: false}, 'there is none to delete'],
  ]
  for (const [options, {isThere = true, protection = {}}, text] of boards) {
    it(`says of the leaderboard: ${text}`, () => {
      const inventory = isThere ? INVENTORY : {...INVENTORY, leaderboard: undefined}
      const pairs = planPairs(planOf(inventory, options, protection), {title: '', leaderboardArchive: '/a'})
      expect(pairs).to.deep.include(['Leaderboard', text])
    })
  }

  it('of a saved plan does not say whether the leaderboard is protected before it was compared with the Hub', () => {
    const plan = planOf(INVENTORY, {all: true})
    const saved = {plan, madeBy: 'ann', madeAt: NOW, digest: 'x', keptRuns: []}
    const board = (notes: Partial<PlanNotes>) =>
      Object.fromEntries(planPairs(plan, {title: '', saved, ...notes})).Leaderboard
    expect(board({})).to.equal(`${BOARD.name}: preserved`)
    expect(board({stale: []})).to.equal(`${BOARD.name}: preserved (not protected)`)
  })

  it('says what it takes up, as far as that is known', () => {
    const plan = planOf(INVENTORY, {olderThan: '30d'})
    const [first = '', ...rest] = plan.delete.flatMap(({datasets}) => datasets.map(({name}) => name))
    const others = plan.keep.flatMap(({run}) => run.datasets.map(({name}) => name))
    const share = (names: string[]) =>
      shareText(plan, {sizes: new Map([...names, ...others].map((name) => [name, 1000]))})
    expect(share([first, ...rest])).to.equal('1 of 2 runs (3 of 6 datasets, 3.0 kB of 6.0 kB)')
    expect(share(rest)).to.equal('1 of 2 runs (3 of 6 datasets, at least 2.0 kB, 1 dataset of unknown size)')
    expect(shareText(plan, {sizes: 'unknown'})).to.equal('1 of 2 runs (3 of 6 datasets, size unknown)')
  })

  it('has its totals in one line', () => {
    const plan = planOf(INVENTORY, {olderThan: '30d'})
    expect(totalsText(plan, false)).to.equal('Would delete 3 datasets of 1 run in kim; keeps 1 run.')
    expect(totalsText(plan, true)).to.equal('Will delete 3 datasets of 1 run in kim; keeps 1 run.')
    expect(totalsText(planOf(INVENTORY, {olderThan: '1y'}), false)).to.equal(
      'Would delete nothing in kim; keeps 2 runs.',
    )
    expect(totalsText({...plan, unknown: ['rows']}, false)).to.equal(
      'Not known: what the leaderboard says could not be read.',
    )
  })
})
