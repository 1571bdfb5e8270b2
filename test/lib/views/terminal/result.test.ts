import {expect} from 'chai'

import {type Outcome, type OutcomeStatus} from '../../../../src/lib/cleanup/outcomes.js'
import {type Report, resultOf} from '../../../../src/lib/cleanup/result.js'
import {formatResult} from '../../../../src/lib/views/terminal/cleanup.js'
import {inventoryOf, leaderboardDataset, PLAIN, planOf, runDatasets} from '../../../support/builders.js'

const INVENTORY = inventoryOf(runDatasets('20260901_120000'), {leaderboard: leaderboardDataset()})
const PLAN = planOf(INVENTORY, {all: true})
const summary = (outcomes: Outcome[], facts: Partial<Report> = {}, width?: number) =>
  formatResult(
    resultOf({plan: PLAN, inventory: INVENTORY, dryRun: false, warnings: [], outcomes, ...facts}),
    {style: PLAIN, width},
  )
const outcomeOf = (status: OutcomeStatus, more: Partial<Outcome> = {}): Outcome => ({
  name: `kim/${status}`,
  status,
  ...(status === 'deleted' ? {} : {reason: `why ${status}`}),
  ...more,
})

describe('the result of a plan', () => {
  it('names everything that was not deleted, the worst first, with the reason and the id of the request', () => {
    const statuses = ['deleted', 'gone', 'skipped', 'unattempted'] as const
    const failed = outcomeOf('failed', {requestId: 'Root=1-abc'})
    expect(summary([...statuses.map((status) => outcomeOf(status)), failed], {deletionMs: 2345})).to.equal(
      `Failed: 1
  kim/failed: why failed (request Root=1-abc)

Not attempted: 1
  kim/unattempted: why unattempted

Skipped: 1
  kim/skipped: why skipped

Already gone: 1
  kim/gone: why gone

Cleanup ended in 2.3 s, not everything was deleted.
Deleted        1 dataset
Failed         1 dataset
Not attempted  1 dataset
Skipped        1 dataset
Already gone   1 dataset
Leaderboard    preserved
Remaining      1 run, 3 datasets`,
    )
  })

  const headlines: Array<[others: OutcomeStatus[], facts: Partial<Report>, isComplete: boolean]> = [
    [[], {}, true],
    [['gone'], {}, true],
    [['failed'], {}, false],
    [['skipped'], {}, false],
    [['unattempted'], {}, false],
    [['unattempted'], {interrupted: true}, false],
  ]
  for (const [others, facts, isComplete] of headlines) {
    it(`${isComplete ? 'is' : 'does not claim to be'} complete with ${[...others, ...Object.keys(facts)].join(', ') || 'all deleted'}`, () => {
      const text = summary(
        ['deleted' as const, ...others].map((status) => outcomeOf(status)),
        facts,
      )
      expect(text.includes('Cleanup complete')).to.equal(isComplete)
      expect(text.includes('Interrupted')).to.equal('interrupted' in facts)
    })
  }

  it('says that the leaderboard was preserved only where there is one that is not deleted', () => {
    for (const plan of [
      planOf(INVENTORY, {all: true, deleteLeaderboard: true}),
      planOf({...INVENTORY, leaderboard: undefined}, {all: true}),
    ])
      expect(summary([outcomeOf('deleted')], {plan})).not.to.include('preserved')
  })

  it('says what was freed, as far as that is known, and where the archive is', () => {
    const [name = ''] = INVENTORY.datasets.map((dataset) => dataset.name)
    const outcomes = [outcomeOf('deleted', {name}), outcomeOf('deleted')]
    expect(summary(outcomes, {sizes: new Map([[name, 5]])})).to.match(
      /^Freed +at least 5 B, 1 dataset of unknown size$/m,
    )
    const archive = {dir: '/home/kim/copies/of-2026-11', datasets: 31, bytes: 99_000}
    expect(summary(outcomes, {archive})).to.match(
      /^Archived {5}31 datasets \(99 kB\) in \/home\/kim\/copies\/of-2026-11\n {13}`restore` brings back what it holds$/m,
    )
  })

  const many = (count: number, reasonOf: (index: number) => string) =>
    Array.from({length: count}, (_, index) =>
      outcomeOf('failed', {name: `kim/${index}`, reason: reasonOf(index)}),
    )

  it('groups thousands by their reasons, with how often there is each and a name', () => {
    const outcomes = many(5000, (index) => (index % 5 === 0 ? '403 not yours' : '500 oops'))
    const text = summary(outcomes, {journal: '/data/x'})
    expect(text).to.match(/^Failed: 5,000 \(`history` names each\)$/m)
    expect(text).to.match(
      /^ {2}4,000 datasets, the first kim\/1: 500 oops\n {2}1,000 datasets, the first kim\/0: 403 not yours$/m,
    )
  })

  it('is short also where each of thousands has a reason of its own, and accounts for all of them', () => {
    const text = summary(many(5000, (index) => `no ${index}`))
    expect(text.split('\n').length).to.be.below(60)
    const numbers = [...text.matchAll(/^ {2}([\d,]+) datasets?[,: ]/gm)].map(([, number = '']) => number)
    const sum = numbers.reduce((all, number) => all + Number(number.replaceAll(',', '')), 0)
    expect(sum).to.equal(5000)
  })

  it('is safe to print and fits a narrow terminal', () => {
    const text = summary([outcomeOf('failed', {reason: 'ann\u001B[2J'})], {interrupted: true}, 60)
    expect(text).not.to.include('\u001B')
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(60)
  })
})
