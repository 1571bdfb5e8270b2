import {expect} from 'chai'

import {type Outcome} from '../../../src/lib/cleanup/outcomes.js'
import {type CleanupResult, exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {inventoryOf, planOf} from '../../support/builders.js'

describe('[S16] the exit code of a job', () => {
  const plan = planOf(inventoryOf([]), {all: true})
  const none = {deleted: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0}
  const result = (facts: Partial<CleanupResult> = {}): CleanupResult => ({
    plan,
    dryRun: false,
    applied: false,
    declined: false,
    interrupted: false,
    wouldDelete: 3,
    stale: [],
    outcomes: [],
    counts: none,
    found: {runs: 0, datasets: 0},
    remaining: {runs: 0, datasets: 0},
    deletionMs: 0,
    warnings: [],
    ...facts,
  })
  const gone: Outcome = {name: 'kim/a', status: 'gone'}
  const changed: Outcome = {name: 'kim/b', status: 'skipped'}
  const cases: Array<[title: string, facts: Partial<CleanupResult>, reportWork: boolean, code: number]> = [
    ['0 where all was deleted', {counts: {...none, deleted: 3}}, false, 0],
    ['0 where all was gone', {counts: {...none, gone: 3}}, false, 0],
    ['0 where there was nothing to do', {wouldDelete: 0}, true, 0],
    ['3 where one failed', {counts: {...none, deleted: 2, failed: 1}}, false, 3],
    ['3 where one was skipped', {counts: {...none, deleted: 2, skipped: 1}}, false, 3],
    ['3 where one was not attempted', {counts: {...none, deleted: 2, unattempted: 1}}, false, 3],
    ['130 where it was declined', {declined: true}, true, 130],
    [
      '130 where it was interrupted, whatever failed',
      {interrupted: true, counts: {...none, failed: 1}},
      false,
      130,
    ],
    [
      '5 where all of a saved plan changed',
      {applied: true, wouldDelete: 0, stale: [changed], counts: {...none, skipped: 1}},
      false,
      5,
    ],
    [
      '5 where what is not gone of a saved plan changed',
      {applied: true, wouldDelete: 0, stale: [gone, changed], counts: {...none, gone: 1, skipped: 1}},
      false,
      5,
    ],
    [
      '5 where all that was left of a saved plan changed before the first DELETE',
      {applied: true, stale: [gone], counts: {...none, gone: 1, skipped: 2}},
      false,
      5,
    ],
    [
      '5 where nothing of a saved plan was attempted',
      {applied: true, counts: {...none, unattempted: 3}},
      false,
      5,
    ],
    [
      '3 where one of a saved plan failed and nothing was deleted',
      {applied: true, counts: {...none, failed: 1, skipped: 2}},
      false,
      3,
    ],
    ['3 where nothing was tried, but of no saved plan', {counts: {...none, skipped: 3}}, false, 3],
    [
      '3 where none of the names can be deleted from the start',
      {wouldDelete: 0, stale: [changed], counts: {...none, skipped: 1}},
      false,
      3,
    ],
    [
      '5 where a dry run finds a saved plan stale',
      {applied: true, dryRun: true, wouldDelete: 0, stale: [changed]},
      true,
      5,
    ],
    [
      '130 where a saved plan was interrupted before anything was tried',
      {applied: true, interrupted: true, counts: {...none, unattempted: 3}},
      false,
      130,
    ],
    [
      '0 where all of a saved plan is gone',
      {applied: true, wouldDelete: 0, stale: [gone], counts: {...none, gone: 1}},
      false,
      0,
    ],
    [
      '3 where a part of a saved plan changed',
      {applied: true, wouldDelete: 2, stale: [changed], counts: {...none, deleted: 2, skipped: 1}},
      false,
      3,
    ],
    [
      '10 where a dry run finds a part of a saved plan left',
      {applied: true, dryRun: true, wouldDelete: 2, stale: [changed]},
      true,
      10,
    ],
    ['0 after a dry run', {dryRun: true}, false, 0],
    ['10 after a dry run that found work, where that is asked for', {dryRun: true, wouldDelete: 3}, true, 10],
    ['0 after a dry run that found none', {dryRun: true, wouldDelete: 0}, true, 0],
    ['0 after a deletion, though work was to be reported', {counts: {...none, deleted: 3}}, true, 0],
  ]
  for (const [title, facts, reportWork, code] of cases) {
    it(`is ${title}`, () => {
      expect(exitCodeOf(result(facts), reportWork)).to.equal(code)
    })
  }
})
