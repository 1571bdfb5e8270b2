import {expect} from 'chai'

import {type GivenFlags, nextStep} from '../../src/cli/command-line.js'
import {DAY} from '../../src/lib/base/time.js'
import {resultOf} from '../../src/lib/cleanup/result.js'
import {ago, inventoryOf, planOf, runDatasets} from '../support/builders.js'

const INVENTORY = inventoryOf(runDatasets(ago(60 * DAY)))
const PLAN = planOf(INVENTORY, {olderThan: '30d'})

function next(given: GivenFlags, {archives = false, isRehearsal = false} = {}) {
  const result = resultOf({plan: {...PLAN, archives}, inventory: INVENTORY, dryRun: true, warnings: []})
  return nextStep(result, given, {bin: 'smoltrace', isRehearsal})
}

describe('the next step after a dry run', () => {
  const cases: Array<[title: string, given: GivenFlags, arguments_: string | undefined, facts?: object]> = [
    [
      'repeats what says what is deleted, and what makes it safer',
      {
        'older-than': '30d',
        'keep-recent': 3,
        archive: 'my copies',
        'max-delete': '10%',
        'dry-run': true,
        'exit-code': true,
      },
      "--older-than 30d --keep-recent 3 --archive 'my copies' --max-delete 10%",
    ],
    ['never says --yes', {all: true, yes: true}, '--all'],
    ['never shows a token', {all: true, token: 'hf_abc'}, "--all --token 'hf_…'"],
    [
      'applies the plan that was saved, with what makes it safer and without what chose the runs',
      {'older-than': '30d', plan: 'p.json', 'max-delete': '50', concurrency: 2, namespace: 'org'},
      '--apply p.json --max-delete 50 --concurrency 2',
    ],
    [
      'names no command that would delete something else than what was picked',
      {'older-than': '30d', interactive: true},
      '--apply FILE',
    ],
    [
      'applies what was picked and saved',
      {'older-than': '30d', interactive: true, plan: 'p.json'},
      '--apply p.json',
    ],
    ['asks for the folder where a plan archives', {apply: 'p'}, '--apply p --archive DIR', {archives: true}],
    [
      'asks for no folder where one is given',
      {apply: 'p', archive: 'd'},
      '--apply p --archive d',
      {archives: true},
    ],
    ['names no command for what is lost', {interactive: true}, undefined, {isRehearsal: true}],
    ['names no command for a Hub that is gone', {all: true, plan: 'p'}, undefined, {isRehearsal: true}],
    ['names the command of a rehearsal', {all: true}, '--all', {isRehearsal: true}],
  ]
  for (const [title, given, flags, facts] of cases) {
    it(title, () => {
      const expected = flags === undefined ? undefined : `smoltrace cleanup ${flags} --no-dry-run`
      expect(next(given, facts)?.command).to.equal(expected)
    })
  }

  it('says how much it is about, and what is not kept', () => {
    expect(next({all: true})?.text).to.include('To delete these 3 datasets, run:')
    expect(next({interactive: true})?.text)
      .to.include('not kept')
      .and.include('--plan FILE')
    expect(next({plan: 'p.json'}, {isRehearsal: true})?.text)
      .to.include('saved to p.json')
      .and.include('--port')
  })
})
