import {expect} from 'chai'

import {type Outcome} from '../../../../src/lib/cleanup/outcomes.js'
import {type CleanupResult} from '../../../../src/lib/cleanup/result.js'
import {comparePlan} from '../../../../src/lib/plan/compare.js'
import {describeOutcome, formatResult, MOST_NAMED} from '../../../../src/lib/views/terminal/result.js'
import {
  inventoryOf,
  leaderboardDataset,
  NOTHING_KNOWN,
  NOW,
  PLAIN,
  planOf,
  runDatasets,
} from '../../../support/builders.js'

const INVENTORY = inventoryOf(runDatasets('20260901_120000'), {leaderboard: leaderboardDataset()})

function resultOf(outcomes: Outcome[], facts: Partial<CleanupResult> = {}): CleanupResult {
  const counts = {deleted: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  return {
    plan: planOf(INVENTORY, {all: true}),
    dryRun: false,
    applied: false,
    declined: false,
    interrupted: false,
    wouldDelete: outcomes.length,
    stale: [],
    outcomes,
    counts,
    found: {runs: 1, datasets: 3},
    remaining: {runs: 1, datasets: 1234},
    deletionMs: 2345,
    warnings: [],
    ...facts,
  }
}

const summary = (outcomes: Outcome[], facts: Partial<CleanupResult> = {}) =>
  formatResult(resultOf(outcomes, facts), {style: PLAIN, width: undefined})
const deleted = (name: string): Outcome => ({name, status: 'deleted'})

describe('what became of a plan', () => {
  it('of a job that went well is its counts, what is left and the time it took', () => {
    const text = summary([deleted('kim/a'), deleted('kim/b')])
    expect(text).to.include('complete').and.include('2.3 s')
    expect(text)
      .to.match(/^Deleted +2 datasets$/m)
      .and.match(/^Failed +0 datasets$/m)
    expect(text).to.match(/^Remaining +1 run, 1,234 datasets$/m)
    expect(text).not.to.include('kim/a').and.not.include('Skipped')
  })

  it('says what was freed, where somebody asked', () => {
    const sums = {sizes: 'unknown', found: {bytes: 9, unknown: 0}, frees: {bytes: 9, unknown: 0}} as const
    const freed = (bytes: number, unknown: number) =>
      summary([deleted('kim/a')], {storage: {...sums, freed: {bytes, unknown}}})
    expect(freed(1_240_000_000, 0)).to.match(/^Freed +1\.2 GB$/m)
    expect(freed(5, 1)).to.match(/^Freed +at least 5 B, 1 dataset of unknown size$/m)
    expect(freed(0, 3)).to.match(/^Freed +size unknown$/m)
    expect(summary([deleted('kim/a')])).not.to.include('Freed')
  })

  it('names everything that did not go, by what became of it, with the reason and the id of the request', () => {
    const rest: Outcome[] = [
      {name: 'kim/f', status: 'failed', reason: '403 not yours', requestId: 'Root=1-abc'},
      {name: 'kim/s', status: 'skipped', reason: 'traces changed'},
      {name: 'kim/g', status: 'gone', reason: 'was not there any more'},
      {name: 'kim/u', status: 'unattempted', reason: 'interrupted'},
    ]
    const text = summary([deleted('kim/a'), ...rest])
    for (const {name, reason = ''} of rest) expect(text).to.include(`${name}: ${reason}`)
    expect(text).to.include('Root=1-abc')
    for (const title of ['Failed: 1', 'Skipped: 1', 'Already gone: 1', 'Not attempted: 1'])
      expect(text).to.include(title)
    for (const label of ['Deleted', 'Failed', 'Skipped', 'Already gone', 'Not attempted']) {
      expect(text).to.match(new RegExp(`^${label} +1 dataset$`, 'm'))
    }
  })

  it('says where the archive is and what it is good for, in lines that a narrow terminal does not break', () => {
    const archive = {dir: '/home/kim/copies/of-2026-11', datasets: 31, bytes: 99_000}
    const text = summary([deleted('kim/a')], {archive})
    expect(text).to.include('31 datasets (99 kB) in /home/kim/copies/of-2026-11').and.include('`restore`')
    expect(text.split('\n').filter((line) => line.length > 80)).to.deep.equal([])
  })

  const many = (count: number, reasonOf: (index: number) => string) =>
    Array.from({length: count}, (_, index): Outcome => ({
      name: `kim/${index}`,
      status: 'failed',
      reason: reasonOf(index),
    }))

  it('leaves out none of those that can still be read', () => {
    const text = summary(many(MOST_NAMED, () => 'x'))
    for (let index = 0; index < MOST_NAMED; index++) expect(text).to.include(`kim/${index}: x`)
  })

  it('tells thousands by their reasons, with how often there is each and some names', () => {
    const text = summary(
      many(5000, (index) => (index % 5 === 0 ? '403 not yours' : '500 oops')),
      {
        journal: '/data/x',
      },
    )
    expect(text).to.match(/^Failed: 5,000 \(`history` names each\)$/m)
    expect(text).to.match(
      /^ {2}4,000 datasets: 500 oops\n {4}kim\/1\n {4}kim\/2\n {4}kim\/3\n {4}… and 3,997 more datasets$/m,
    )
    expect(text).to.match(/^ {2}1,000 datasets: 403 not yours\n {4}kim\/0$/m)
    expect(text.split('\n').length).to.be.below(30)
  })

  it('is short also where each of thousands has a reason of its own, and accounts for all of them', () => {
    const text = summary(many(5000, (index) => `no ${index}`))
    expect(text.split('\n').length).to.be.below(60)
    const told = [...text.matchAll(/^ {2}([\d,]+) datasets?[: ]/gm)].map(([, number = '']) =>
      Number(number.replaceAll(',', '')),
    )
    expect(told.reduce((sum, number) => sum + number, 0)).to.equal(5000)
  })

  it('does not claim to be complete where something failed, was skipped or was not attempted', () => {
    for (const status of ['failed', 'skipped', 'unattempted'] as const) {
      expect(summary([deleted('kim/a'), {name: 'kim/b', status, reason: 'x'}]), status)
        .to.include('not everything was deleted')
        .and.not.include('complete')
    }
  })

  it('is complete where the rest was gone already', () => {
    expect(summary([deleted('kim/a'), {name: 'kim/b', status: 'gone', reason: 'x'}])).to.include('complete')
  })

  it('says so where the job was interrupted', () => {
    const text = summary([deleted('kim/a'), {name: 'kim/b', status: 'unattempted', reason: 'interrupted'}], {
      interrupted: true,
    })
    expect(text).to.include('Interrupted').and.not.include('complete')
    const narrow = formatResult(resultOf([], {interrupted: true}), {style: PLAIN, width: 60})
    for (const line of narrow.split('\n')) expect(line.length, line).to.be.at.most(60)
  })

  it('says that the leaderboard was preserved where there is one that did not go', () => {
    expect(summary([deleted('kim/a')])).to.match(/^Leaderboard +preserved$/m)
    expect(
      summary([deleted('kim/a')], {plan: planOf(INVENTORY, {all: true, deleteLeaderboard: true})}),
    ).not.to.include('preserved')
    expect(
      summary([deleted('kim/a')], {plan: planOf({...INVENTORY, leaderboard: undefined}, {all: true})}),
    ).not.to.include('preserved')
  })

  it('is safe to print, whoever protected the leaderboard since the plan was made', () => {
    const plan = planOf(INVENTORY, {deleteLeaderboard: true})
    const excluded = comparePlan(plan, INVENTORY, {
      ...NOTHING_KNOWN,
      protection: {leaderboard: {by: 'ann\u001B[2J', at: NOW}},
    })
    const outcomes = [...excluded].map(([name, exclusion]): Outcome => ({name, ...exclusion}))
    expect(summary(outcomes, {plan})).to.include('ann').and.not.include('\u001B')
  })

  it('puts one dataset and what became of it into one line', () => {
    expect(describeOutcome(deleted('kim/a'))).to.equal('kim/a')
    expect(describeOutcome({name: 'kim/a', reason: 'x', requestId: 'y'})).to.equal('kim/a: x (request y)')
  })
})
