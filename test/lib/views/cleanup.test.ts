import {expect} from 'chai'

import {DAY} from '../../../src/lib/base/time.js'
import {applyPick} from '../../../src/lib/plan/pick.js'
import {makeRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  graceSentence,
  rulePairs,
  sentenceOf,
  totalText,
  untouchedPairs,
} from '../../../src/lib/views/cleanup.js'
import {ago, inventoryOf, leaderboardDataset, NOW, planOf, runDatasets} from '../../support/builders.js'

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
  [{scoreBelow: 50}, 'scored below 50 by success rate'],
  [{all: true}, 'in this namespace, all of them'],
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
  const rules = (options: RetentionOptions, archive?: string) =>
    Object.fromEntries(rulePairs(planOf(INVENTORY, options), archive))
  const grace = 'incomplete runs changed in the last 6h'

  const cases: Array<[options: RetentionOptions, pair: string, text: string | undefined]> = [
    [{all: true}, 'May go', 'every run'],
    [{only: ['traces']}, 'May go', 'every run'],
    [{deleteLeaderboard: true}, 'May go', 'no run'],
    [
      {olderThan: '30d', incompleteOnly: true, run: ['20260806_120000']},
      'May go',
      'runs that are older than 30d, before 2026-09-05 12:00 UTC,\nincomplete and not finished,\nand named with --run (20260806_120000)',
    ],
    [{all: true, grace: '0'}, 'Must stay', 'nothing'],
    [
      {all: true, only: ['traces', 'metrics']},
      'Scope',
      'only traces and metrics of these runs, never the leaderboard',
    ],
    [{all: true, deleteLeaderboard: true}, 'Scope', 'whole runs, and the leaderboard'],
    [{deleteLeaderboard: true}, 'Scope', 'the leaderboard alone'],
    [{all: true}, 'Archive', undefined],
    [{all: true}, 'By hand', undefined],
  ]
  for (const [options, pair, text] of cases) {
    it(`says of ${JSON.stringify(options)}: ${pair}: ${text ?? 'nothing'}`, () => {
      expect(rules(options)[pair]).to.equal(text)
    })
  }

  it('counts pinned runs, and those picked against the rules', () => {
    const pinned = planOf(INVENTORY, {olderThan: '30d'}, {runs: {'20260806_120000': {by: 'ann', at: NOW}}})
    expect(rulePairs(pinned)).to.deep.include(['Must stay', `1 pinned run and ${grace}`])
    const byHand = (chosen: string[]) =>
      Object.fromEntries(rulePairs(applyPick(planOf(INVENTORY, {olderThan: '30d'}), chosen)))['By hand']
    expect(byHand(['20261004_120000'])).to.equal('1 run picked and 1 run not picked')
    expect(byHand([])).to.equal('1 run not picked')
    expect(byHand(['20260806_120000'])).to.equal(undefined)
  })

  it('says where datasets are archived', () => {
    expect(rules({all: true}, 'copies').Archive).to.equal('each dataset, to copies, before it is deleted')
  })

  const boards: Array<
    [options: RetentionOptions, facts: {isThere?: boolean; protection?: object}, text: string]
  > = [
    [{deleteLeaderboard: true}, {}, `${BOARD.name}: DELETED as well, archived first to /a (not protected)`],
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
      const pairs = untouchedPairs(planOf(inventory, options, protection), {
        title: '',
        leaderboardArchive: '/a',
      })
      expect(pairs[0]).to.deep.equal(['Leaderboard', text])
    })
  }

  it('says what it frees, as far as that is known', () => {
    const plan = planOf(INVENTORY, {olderThan: '30d'})
    const [first = '', ...rest] = plan.delete.flatMap(({datasets}) => datasets.map(({name}) => name))
    const sizes = (names: string[]) => new Map(names.map((name) => [name, 1000]))
    const deleted = '3 datasets of 1 run to delete'
    expect(totalText(plan)).to.equal(deleted)
    expect(totalText(plan, sizes([first, ...rest]))).to.equal(`${deleted} (frees 3.0 kB)`)
    expect(totalText(plan, sizes(rest))).to.equal(
      `${deleted} (frees at least 2.0 kB, 1 dataset of unknown size)`,
    )
    expect(totalText(plan, 'unknown')).to.equal(`${deleted} (size unknown)`)
    expect(totalText({...plan, unknown: ['rows']})).to.equal(
      'not known: what the leaderboard says could not be read',
    )
  })
})
