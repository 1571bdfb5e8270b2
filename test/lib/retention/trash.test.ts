import {expect} from 'chai'
import * as fc from 'fast-check'

import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {trashedRunsOf} from '../../../src/lib/account/trash.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type RetentionContext} from '../../../src/lib/retention/context.js'
import {makeRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {decideTrash} from '../../../src/lib/retention/trash.js'
import {someInventory, someKeepers} from '../../support/arbitraries.js'
import {
  ago,
  inventoryOf,
  NOTHING_KNOWN,
  NOW,
  runDatasets,
  standings,
  trashed,
} from '../../support/builders.js'
import {decisionsOf, deletedBy} from '../../support/rows.js'

const BOARD: RetentionContext = {...NOTHING_KNOWN, rows: standings(['20250101_000000', 'finished'])}
const [OLD, PART, NEW] = [
  runDatasets(ago(60 * DAY)),
  runDatasets(ago(40 * DAY)),
  runDatasets(ago(20 * DAY)),
] as const
const STAMPS = [OLD, PART, NEW].map(([dataset]) => dataset!.timestamp)
const [, stamp = ''] = STAMPS

/** Three runs, of which the middle one has these types in the trash, and these outside. */
function account(inTrash: RunType[], outside = RUN_TYPES.filter((type) => !inTrash.includes(type))): Run[] {
  const left = PART.filter(({type}) => outside.includes(type))
  const gone = PART.filter(({type}) => inTrash.includes(type)).map((dataset) => trashed(dataset))
  return groupDatasetsByRun([...OLD, ...left, ...NEW], gone)
}

const deleted = (runs: Run[], options: RetentionOptions) => deletedBy(decisionsOf(runs, options, BOARD))
const reasonsFor = (runs: Run[], options: RetentionOptions) =>
  decisionsOf(runs, options, BOARD)
    .find(({run}) => run.timestamp === stamp)
    ?.reasons.map(({rule, text}) => `${rule}: ${text}`)

describe('a run that is partly in the trash', () => {
  it('is whole', () => {
    for (const types of [['metrics'], ['metrics', 'traces'], ['results']] as RunType[][]) {
      const [, run] = account(types)
      expect(run).to.deep.include({timestamp: stamp, complete: true, missing: []})
    }
  })

  // As an interrupted `cleanup --trash` leaves it.
  const parts: RunType[][] = [['metrics'], ['metrics', 'traces'], ['traces', 'results']]
  const rules: Array<[options: RetentionOptions, others: string[]]> = [
    [{incompleteOnly: true}, []],
    [{unreferenced: true}, [STAMPS[0]!, STAMPS[2]!]],
    [{all: true}, [STAMPS[0]!, STAMPS[2]!]],
    [{olderThan: '30d'}, [STAMPS[0]!]],
    [{only: ['results']}, [STAMPS[0]!, STAMPS[2]!]],
    // It counts as one of the two.
    [{keepRecent: 2}, [STAMPS[0]!]],
    [{keepMonthly: 1}, [STAMPS[0]!]],
    [{run: [stamp]}, [stamp]],
    [{run: [stamp], olderThan: '50d'}, []],
  ]
  for (const types of parts) {
    for (const [options, expected] of rules) {
      it(`${JSON.stringify(options)} deletes ${expected.length} runs where its ${types.join(', ')} are there`, () => {
        expect(deleted(account(types), options)).to.have.members(expected)
      })
    }
  }

  it('says so, and what of it is there', () => {
    expect(reasonsFor(account(['metrics', 'traces']), {all: true})).to.deep.equal([
      'trash: partly in the trash: its traces and metrics',
    ])
  })

  it('is taken by a rule that moves the rest there', () => {
    expect(deleted(account(['metrics']), {olderThan: '30d', trash: true})).to.have.members([STAMPS[0], stamp])
    expect(deleted(account(['metrics']), {all: true, trash: true})).to.have.members(STAMPS)
  })

  it('is not moved where the trash has a copy of it, which it may be deleted next to', () => {
    const runs = account(['results', 'metrics'], ['results', 'traces', 'metrics'])
    expect(reasonsFor(runs, {olderThan: '30d', trash: true})).to.deep.equal([
      'trash: the trash has its results and metrics already',
    ])
    expect(deleted(runs, {olderThan: '30d'})).to.have.members([STAMPS[0], stamp])
  })

  it('is pinned by the card of what is there', () => {
    const pinned = PART.map((dataset) => ({...dataset, pinTags: ['smoltrace-pinned']}))
    const gone = pinned.filter(({type}) => type === 'results').map((dataset) => trashed(dataset))
    const left = PART.filter(({type}) => type !== 'results')
    const runs = groupDatasetsByRun([...OLD, ...left, ...NEW], gone)
    expect(deleted(runs, {run: [stamp]})).to.deep.equal([])
  })

  it('is decided upon as a whole one by every rule that trashes, and never deleted by another', () => {
    const some = fc.record({
      inventory: someInventory,
      keepers: someKeepers,
      picks: fc.array(fc.boolean(), {minLength: 20, maxLength: 20}),
    })
    fc.assert(
      fc.property(some, ({inventory: {datasets}, keepers, picks}) => {
        const whole = groupDatasetsByRun(datasets)
        // Of each run with more than one dataset perhaps one.
        const moved = whole.flatMap(({datasets: own}, index) =>
          own.length > 1 && picks[index] === true ? own.slice(0, 1) : [],
        )
        const left = datasets.filter((dataset) => !moved.includes(dataset))
        const parted = groupDatasetsByRun(
          left,
          moved.map((dataset) => trashed(dataset)),
        )
        const options = {...keepers, olderThan: '1d'}
        expect(deletedBy(decisionsOf(parted, {...options, trash: true}))).to.deep.equal(
          deletedBy(decisionsOf(whole, {...options, trash: true})),
        )
        const parts = new Set(moved.map(({timestamp}) => timestamp))
        const expected = deletedBy(decisionsOf(whole, options)).filter((each) => !parts.has(each))
        expect(deletedBy(decisionsOf(parted, options))).to.deep.equal(expected)
      }),
    )
  })
})

describe('what of the trash is deleted', () => {
  const inventory = inventoryOf(NEW.slice(1), {
    trash: [
      ...[...OLD, NEW[0]!].map((dataset) => trashed(dataset, '20260901')),
      ...PART.map((dataset) => trashed(dataset)),
    ],
  })
  const emptied = (options: RetentionOptions) =>
    deletedBy(decideTrash(trashedRunsOf(inventory), makeRules(options), NOW, {protection: {}}))

  const cases: Array<[options: RetentionOptions, stamps: string[]]> = [
    [{all: true}, [STAMPS[0]!, stamp]],
    // From the end of the day: the first of October ended three and a half days ago.
    [{olderThan: '3d'}, [STAMPS[0]!, stamp]],
    [{olderThan: '4d'}, [STAMPS[0]!]],
    [{olderThan: '35d'}, []],
    // A run of which the rest is not there, by its type alone.
    [{all: true, only: ['results']}, [...STAMPS]],
  ]
  for (const [options, expected] of cases) {
    it(`is by ${JSON.stringify(options)}: ${expected.length} runs`, () => {
      expect(emptied(options)).to.have.members(expected)
    })
  }
})
