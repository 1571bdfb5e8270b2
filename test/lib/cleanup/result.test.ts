import {expect} from 'chai'

import {type Outcome, type OutcomeStatus} from '../../../src/lib/cleanup/outcomes.js'
import {exitCodeOf, resultOf} from '../../../src/lib/cleanup/result.js'
import {inventoryOf, planOf} from '../../support/builders.js'

/** What a job is told of, beyond its plan. */
interface Facts {
  applied?: boolean
  declined?: boolean
  dryRun?: boolean
  interrupted?: boolean
  wouldDelete?: number
}

describe('[S16] the exit code of a job', () => {
  const inventory = inventoryOf([])
  const plan = planOf(inventory, {all: true})
  const DRY = {dryRun: true}
  const SAVED = {applied: true}
  const some = (statuses: string) =>
    statuses
      .split(' ')
      .map((status, index): Outcome => ({name: `kim/${index}`, status: status as OutcomeStatus}))

  /** `outcomes` are of the plan, `stale` is what had fallen out of it: after a real deletion, both count. */
  const cases: Array<
    [code: number, title: string, facts: Facts, outcomes?: string, stale?: string, reportWork?: true]
  > = [
    [0, 'all was deleted, though work was to be reported', {}, 'deleted deleted', '', true],
    [0, 'all was gone', {}, 'gone gone'],
    [0, 'there was nothing to do', {wouldDelete: 0}, '', '', true],
    [3, 'one failed', {}, 'deleted failed'],
    [3, 'one was skipped', {}, 'deleted skipped'],
    [3, 'one was not attempted', {}, 'deleted unattempted'],
    [3, 'nothing was tried, but of no saved plan', {}, 'skipped skipped'],
    [3, 'none of the names can be deleted from the start', {wouldDelete: 0}, '', 'skipped'],
    [130, 'it was declined', {declined: true}, '', '', true],
    [130, 'it was interrupted, whatever failed', {interrupted: true}, 'failed'],
    [130, 'a saved plan was interrupted at once', {...SAVED, interrupted: true}, 'unattempted'],
    [5, 'all of a saved plan changed', {...SAVED, wouldDelete: 0}, '', 'skipped'],
    [5, 'what is not gone of a saved plan changed', {...SAVED, wouldDelete: 0}, '', 'gone skipped'],
    [5, 'what was left of a saved plan changed in the end', SAVED, 'skipped skipped', 'gone'],
    [5, 'nothing of a saved plan was attempted', SAVED, 'unattempted unattempted'],
    [5, 'a dry run finds a saved plan stale', {...SAVED, ...DRY, wouldDelete: 0}, '', 'skipped', true],
    [3, 'one of a saved plan failed and nothing was deleted', SAVED, 'failed skipped'],
    [3, 'a part of a saved plan changed', SAVED, 'deleted deleted', 'skipped'],
    [0, 'all of a saved plan is gone', {...SAVED, wouldDelete: 0}, '', 'gone'],
    [10, 'a dry run finds a part of a saved plan left', {...SAVED, ...DRY}, '', 'skipped', true],
    [10, 'a dry run found work, and that is asked for', DRY, '', '', true],
    [0, 'a dry run found work', DRY],
    [0, 'a dry run found none', {...DRY, wouldDelete: 0}, '', '', true],
  ]
  for (const [code, title, facts, outcomes = '', fallen = '', reportWork] of cases) {
    it(`is ${code} where ${title}`, () => {
      const {wouldDelete = 3, dryRun = false, ...others} = facts
      const stale = fallen === '' ? [] : some(fallen)
      const all = dryRun ? [] : [...stale, ...(outcomes === '' ? [] : some(outcomes))]
      const result = resultOf({
        ...others,
        plan,
        inventory,
        dryRun,
        user: 'kim',
        warnings: [],
        stale,
        outcomes: all,
      })
      expect(exitCodeOf({...result, wouldDelete}, reportWork)).to.equal(code)
    })
  }
})
