import {expect} from 'chai'

import {DAY} from '../../../../src/lib/base/time.js'
import {type Outcome} from '../../../../src/lib/cleanup/outcomes.js'
import {type Plan} from '../../../../src/lib/plan/plan.js'
import {type SavedPlan} from '../../../../src/lib/plan/saved/parse.js'
import {formatAppliedPlan} from '../../../../src/lib/views/terminal/cleanup.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  NOW,
  PLAIN,
  planOf,
  runDatasets,
} from '../../../support/builders.js'

const INVENTORY = inventoryOf([...runDatasets(ago(60 * DAY)), ...runDatasets(ago(40 * DAY))], {
  leaderboard: leaderboardDataset(),
})
const PLAN = planOf(INVENTORY, {olderThan: '30d'})
const CHANGED: Outcome = {name: 'kim/smoltrace-results-20260101_000000', status: 'skipped', reason: 'changed'}

const shown = (plan: Plan, stale: Outcome[] = [], facts: Partial<SavedPlan> = {}) =>
  formatAppliedPlan(
    {plan, madeBy: 'ann', madeAt: NOW, digest: `sha256:${'a'.repeat(64)}`, keptRuns: [], ...facts},
    stale,
    {title: 'Cleanup by a saved plan'},
    {style: PLAIN, width: 80},
  )

describe('the preview of a saved plan', () => {
  it('says who made it and when, what it is of, and how much of it is left', () => {
    const text = shown(PLAN, [CHANGED])
    expect(text).to.match(/^Cleanup by a saved plan\nkim at /)
    expect(text).to.match(/^Plan +made by ann, 2026-10-05 12:00 UTC \(sha256:aaaaaaaaaaaa…\)$/m)
    expect(text).to.match(/^May go +runs that are older than 30d/m)
    expect(text).to.match(/^Left of it +6 of 7 datasets$/m)
  })

  it('names every dataset that goes, and every one that does not any more, with its reason', () => {
    const text = shown(PLAN, [CHANGED])
    for (const {datasets} of PLAN.delete) for (const {name} of datasets) expect(text).to.include(name)
    expect(text).to.include('Not any more: 1\n  kim/smoltrace-results-20260101_000000: changed')
  })

  it('does not speak of runs that are kept, which the plan does not know any more', () => {
    const text = shown({...PLAN, keep: []})
    expect(text).not.to.include('to keep').and.not.include('Not any more')
    expect(text).to.match(/^Total +6 datasets of 2 runs to delete$/m)
  })

  it('says that the leaderboard goes as well where it does, and else nothing of it', () => {
    expect(shown(planOf(INVENTORY, {deleteLeaderboard: true}))).to.match(
      /^Leaderboard +kim\/\S+: DELETED as well/m,
    )
    expect(shown(PLAN)).not.to.match(/^Leaderboard/m)
  })

  it('shows no empty tables where nothing is left', () => {
    const nothing = {...PLAN, delete: []}
    expect(shown(nothing, [CHANGED]))
      .not.to.include('Runs to delete')
      .and.not.include('Datasets to delete')
  })

  it('is safe to print, whoever wrote the file', () => {
    const text = shown(PLAN, [{...CHANGED, reason: 'x\u001B[2J'}], {madeBy: 'ann\u001B[31m'})
    expect(text).not.to.include('\u001B')
  })

  it('stays within 80 columns but for names', () => {
    for (const line of shown(PLAN).split('\n'))
      if (!line.includes('kim/')) expect(line.length).to.be.at.most(80)
  })
})
