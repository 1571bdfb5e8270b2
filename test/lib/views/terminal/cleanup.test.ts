import {expect} from 'chai'

import {DAY} from '../../../../src/lib/base/time.js'
import {type RetentionOptions} from '../../../../src/lib/retention/rules.js'
import {type PlanNotes} from '../../../../src/lib/views/cleanup.js'
import {formatPlan} from '../../../../src/lib/views/terminal/cleanup.js'
import {ago, inventoryOf, NOW, PLAIN, planOf, runDatasets} from '../../../support/builders.js'

const INVENTORY = inventoryOf([
  ...runDatasets(ago(60 * DAY)),
  ...runDatasets(ago(40 * DAY), ['results']),
  ...runDatasets(ago(DAY)),
])
const SIZES = new Map(INVENTORY.datasets.map(({name}, index): [string, number] => [name, 100 ** index]))

const preview = (options: RetentionOptions, notes: Partial<PlanNotes> = {}) =>
  formatPlan(planOf(INVENTORY, options), {title: 'Dry run', ...notes}, {style: PLAIN, width: undefined})
/** The line that begins with a word. */
const line = (text: string, word: string) => text.split('\n').find((each) => each.startsWith(word)) ?? ''

describe('preview', () => {
  it('shows of a run that is deleted in part only that part, with its size', () => {
    expect(
      line(preview({run: ['20260806_120000'], only: ['traces']}, {sizes: SIZES}), '20260806_120000'),
    ).to.equal('20260806_120000  59d  traces     100 B  named by --run')
  })

  it('says what each run and each dataset takes up, and what of it is unknown', () => {
    const [first] = INVENTORY.datasets.map(({name}) => name)
    const text = preview({olderThan: '30d'}, {sizes: SIZES})
    expect(line(text, '20260806_120000')).to.include('results, traces, metrics   10 kB  ')
    expect(text).to.match(/^ +\d\. kim\/smoltrace-traces-20260806_120000 +100 B$/m)
    const some = preview({olderThan: '30d'}, {sizes: new Map([...SIZES].filter(([name]) => name !== first))})
    expect(line(some, '20260806_120000')).to.include('at least 10 kB')
    expect(some).to.match(/^ +\d\. kim\/smoltrace-results-20260806_120000 +unknown$/m)
    const none = preview({olderThan: '30d'}, {sizes: 'unknown'})
    expect(none.replaceAll(/^Storage +size unknown\n| \(size unknown\)/gm, '')).to.equal(
      preview({olderThan: '30d'}),
    )
  })

  it('says so where nothing is deleted and where nothing stays', () => {
    expect(preview({olderThan: '5y'}))
      .to.include('Runs to delete: none')
      .and.not.include('Datasets to delete')
    expect(preview({all: true, grace: '0'})).to.include('Runs to keep: none')
  })

  it('ends with the totals, which are on the screen when the question comes', () => {
    const last = (options: RetentionOptions) => preview(options).split('\n').at(-1)
    expect(last({olderThan: '30d'})).to.equal('Total        4 datasets of 2 runs to delete, 1 run to keep')
    expect(last({olderThan: '90d'})).to.equal('Total        nothing to delete, 3 runs to keep')
  })

  it('of a saved plan does not speak of runs that are kept, and is safe to print, whoever wrote the file', () => {
    const saved = {
      plan: planOf(INVENTORY, {olderThan: '30d'}),
      madeBy: 'ann\u001B[31m',
      madeAt: NOW,
      digest: 'x',
      keptRuns: [],
    }
    const stale = [{name: 'kim/a', status: 'skipped', reason: 'x\u001B[2J'}] as const
    const text = preview({olderThan: '30d'}, {saved, stale})
    expect(text)
      .to.include('Not any more: 1\n  kim/a: x')
      .and.match(/^Left of it +4 of 5 datasets$/m)
    expect(text).not.to.include('to keep').and.not.include('\u001B')
  })
})
