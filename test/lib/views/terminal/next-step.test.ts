import {expect} from 'chai'

import {aboutOf} from '../../../../src/cli/flags/shared.js'
import Cleanup from '../../../../src/commands/cleanup.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {resultOf} from '../../../../src/lib/cleanup/result.js'
import {formatNextStep, type NextStepFacts} from '../../../../src/lib/views/terminal/next-step.js'
import {ago, inventoryOf, PLAIN, planOf, runDatasets} from '../../../support/builders.js'

const INVENTORY = inventoryOf(runDatasets(ago(60 * DAY)))
const ABOUT = aboutOf({...Cleanup.flags, ...Cleanup.baseFlags})
const PLAN = planOf(INVENTORY, {olderThan: '30d'})

function next(given: NextStepFacts['given'], {archives = false, isRehearsal = false} = {}): string {
  const result = resultOf({plan: {...PLAN, archives}, inventory: INVENTORY, dryRun: true, warnings: []})
  return formatNextStep(
    result,
    {bin: 'smoltrace', given, about: ABOUT, isRehearsal},
    {style: PLAIN, width: undefined},
  )
}

describe('the next step after a dry run', () => {
  const cases: Array<[title: string, given: NextStepFacts['given'], command: string]> = [
    [
      'repeats what says what goes, and what makes it safer',
      {
        'older-than': '30d',
        'keep-recent': 3,
        archive: 'my copies',
        'max-delete': '10%',
        'dry-run': true,
        'exit-code': true,
      },
      "smoltrace cleanup --older-than 30d --keep-recent 3 --archive 'my copies' --max-delete 10% --no-dry-run",
    ],
    ['never says --yes', {all: true, yes: true}, 'smoltrace cleanup --all --no-dry-run'],
    [
      'never shows a token',
      {all: true, token: 'hf_abc'},
      "smoltrace cleanup --all --token 'hf_…' --no-dry-run",
    ],
    [
      'applies the plan that was saved, with what makes it safer and without what chose the runs',
      {'older-than': '30d', plan: 'p.json', 'max-delete': '50', concurrency: 2, namespace: 'org'},
      'smoltrace cleanup --apply p.json --max-delete 50 --concurrency 2 --no-dry-run',
    ],
  ]
  for (const [title, given, command] of cases) {
    it(title, () => {
      expect(next(given).split('\n').at(-1)).to.equal(`  ${command}`)
    })
  }

  it('names no command that would delete something else than what was picked', () => {
    const picked = next({'older-than': '30d', interactive: true})
    expect(picked).to.include('not kept').and.include('--plan FILE').and.not.include('30d')
    expect(picked.split('\n').at(-1)).to.equal('  smoltrace cleanup --apply FILE --no-dry-run')
    const saved = next({'older-than': '30d', interactive: true, plan: 'p.json'})
    expect(saved.split('\n').at(-1)).to.equal('  smoltrace cleanup --apply p.json --no-dry-run')
    const rehearsed = next({interactive: true}, {isRehearsal: true})
    expect(rehearsed).to.include('not kept').and.include('--no-dry-run').and.not.include('FILE')
    for (const line of [picked, rehearsed].join('\n').split('\n')) expect(line.length).to.be.below(80)
  })

  it('asks for the folder where a plan archives and none is given', () => {
    expect(next({apply: 'p.json'}, {archives: true})).to.include('--apply p.json --archive DIR --no-dry-run')
    expect(next({apply: 'p.json', archive: 'd'}, {archives: true})).to.include('--archive d --no-dry-run')
  })

  it('does not name a command that cannot work: the Hub of a rehearsal is gone', () => {
    const text = next({all: true, plan: 'p.json'}, {isRehearsal: true})
    expect(text).to.include('saved to p.json').and.include('--port').and.not.include('--apply')
    expect(next({all: true}, {isRehearsal: true})).to.include('--all --no-dry-run')
  })

  it('says how much it is about', () => {
    expect(next({all: true})).to.include('To delete these 3 datasets, run:')
  })
})
