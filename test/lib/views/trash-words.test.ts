import {expect} from 'chai'

import {groupDatasetsByRun} from '../../../src/lib/account/runs.js'
import {DAY} from '../../../src/lib/base/time.js'
import {describeState} from '../../../src/lib/views/format.js'
import {planPairs, totalsText, verbsOf} from '../../../src/lib/views/plan.js'
import {ago, inventoryOf, NOW, planOf, runDatasets, standings, trashed} from '../../support/builders.js'

const WHOLE = runDatasets(ago(60 * DAY))
const PART = runDatasets(ago(40 * DAY))
const [moved, ...left] = PART.toReversed()
const INVENTORY = inventoryOf([...WHOLE, ...left], {trash: [trashed(moved!)]})
const STAMP = moved!.timestamp
const factsOf = (plan: ReturnType<typeof planOf>) => Object.fromEntries(planPairs(plan, {title: ''}))

describe('the words of the trash', () => {
  it('say of a plan that it moves, that this can be undone, and that it frees nothing', () => {
    const plan = planOf(INVENTORY, {olderThan: '50d', trash: true})
    expect(verbsOf(plan).verb).to.equal('move')
    expect(factsOf(plan)).to.deep.include({
      Moves: '1 of 2 runs (3 of 5 datasets) to the trash: 2026-08-06',
      Copy: undefined,
      Undo: 'trash restore. Frees no storage until the trash is emptied.',
    })
    expect(totalsText(plan, false)).to.equal(
      'Would move 3 datasets of 1 run in kim to the trash; keeps 1 run.',
    )
    expect(totalsText(plan, true)).to.equal('Will move 3 datasets of 1 run in kim to the trash; keeps 1 run.')
  })

  it('say of a run that is partly there how to finish it, and how to undo it', () => {
    const plan = planOf(INVENTORY, {all: true})
    expect(factsOf(plan).Trash).to.equal(
      `${STAMP} is partly there (metrics)\nto restore: trash restore ${STAMP}\nto move the rest: cleanup --run ${STAMP} --trash`,
    )
    expect(factsOf(planOf(inventoryOf(WHOLE), {all: true})).Trash).to.equal(undefined)
    const [, run] = groupDatasetsByRun([...WHOLE, ...left], INVENTORY.trash).toReversed()
    expect(describeState(run!, {now: NOW, rows: standings(), protection: {}})).to.equal(
      'complete, partly in the trash',
    )
  })
})
