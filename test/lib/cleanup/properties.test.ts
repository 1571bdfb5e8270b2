import {expect} from 'chai'
import * as fc from 'fast-check'

import {allDatasets, type Inventory} from '../../../src/lib/account/datasets.js'
import {type Run} from '../../../src/lib/account/runs.js'
import {UsageError} from '../../../src/lib/base/errors.js'
import {DAY, MINUTE} from '../../../src/lib/base/time.js'
import {comparePlan} from '../../../src/lib/plan/compare.js'
import {type Plan, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {someCase} from '../../support/arbitraries.js'
import {freshId, later, namesIn, NOTHING_KNOWN, NOW, planOf, runDataset} from '../../support/builders.js'

/**
 * How long ago anything of a run was created, or changed within two days of the newest creation, by its datasets: what decides is
 * not asked about itself.
 */
const quietMs = ({datasets}: Run) => {
  const since = (dates: Date[]) => NOW.getTime() - Math.max(...dates.map(Number))
  const created = since(datasets.map(({createdAt}) => createdAt))
  return created < 2 * DAY
    ? Math.min(created, since(datasets.map(({lastModified}) => lastModified)))
    : created
}

describe('properties of every plan', () => {
  it('[S3][S7][S12] every dataset of a run is planned once or kept; no upload goes, no run of the future, no leaderboard unasked', () => {
    fc.assert(
      fc.property(someCase, ({inventory, options}) => {
        const before = structuredClone([inventory, options])
        const plan = safePlan(inventory, options)
        expect([inventory, options], 'what goes in').to.deep.equal(before)
        fc.pre(plan !== undefined)
        const turned = {...inventory, datasets: inventory.datasets.toReversed()}
        expect(safePlan(turned, options), 'the order of the listing').to.deep.equal(plan)
        const planned = namesIn(plan)
        expect(new Set(planned).size).to.equal(planned.length)
        const seen = [...plan.delete, ...plan.keep].flatMap(({run}) => run.datasets)
        expect(seen).to.have.members(inventory.datasets)
        for (const {run, datasets} of plan.delete) {
          const {graceMs} = plan.rules
          expect(run.datasets).to.include.members(datasets)
          expect(run.datasets.length === 3 || graceMs === 0 || quietMs(run) >= graceMs).to.equal(true)
          if (options.run === undefined && options.all !== true)
            expect(run.time.getTime()).to.be.at.most(NOW.getTime())
        }

        if (plan.leaderboard?.planned) expect(options.deleteLeaderboard).to.equal(true)
        expect(comparePlan(plan, structuredClone(inventory), NOTHING_KNOWN), 'what falls out').to.deep.equal(
          new Map(),
        )
      }),
      {numRuns: 1200},
    )
  })

  it("[S3] the machine's time zone changes nothing", () => {
    const islands = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']
    const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', ...islands]
    const before = process.env.TZ
    try {
      fc.assert(
        fc.property(someCase, fc.shuffledSubarray(zones, {minLength: 3}), ({inventory, options}, chosen) => {
          const offsets = new Set<number>()
          const plans = chosen.map((zone) => {
            process.env.TZ = zone
            offsets.add(NOW.getTimezoneOffset())
            return JSON.stringify(safePlan(inventory, options))
          })
          expect(offsets.size).to.equal(chosen.length)
          expect(new Set(plans).size).to.equal(1)
        }),
        {numRuns: 400},
      )
    } finally {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    }
  })

  it('[S10] what is left of a plan is in the new listing, unchanged, as are the rest of its runs', () => {
    const cases = someCase.chain(({inventory, options}) =>
      somethingHappened(inventory).map((fresh) => ({inventory, options, fresh})),
    )
    fc.assert(
      fc.property(cases, ({inventory, options, fresh}) => {
        const plan = safePlan(inventory, options)
        fc.pre(plan !== undefined)
        const excluded = comparePlan(plan, fresh, NOTHING_KNOWN)
        const planned = plannedDatasets(plan)
        expect(planned.map(({name}) => name)).to.include.members([...excluded.keys()])
        const current = new Map(allDatasets(fresh).map((each) => [each.name, each]))
        for (const {run, datasets} of plan.delete) {
          if (datasets.every(({name}) => excluded.has(name))) continue
          const known = new Map(run.datasets.map((each) => [each.name, each]))
          for (const each of fresh.datasets.filter(({timestamp}) => timestamp === run.timestamp)) {
            expect(each).to.deep.equal(known.get(each.name))
          }
        }

        for (const each of planned) {
          if (!excluded.has(each.name)) expect(current.get(each.name)).to.deep.equal(each)
        }
      }),
      {numRuns: 1000},
    )
  })

  it('these cases delete something often enough to mean anything', () => {
    const cases = fc.sample(someCase, {numRuns: 300, seed: 1})
    const plans = cases.map(({inventory, options}) => safePlan(inventory, options))
    const sizes = plans.map((plan) => (plan ? plannedDatasets(plan).length : 0))
    expect(sizes.filter((size) => size > 0).length).to.be.greaterThan(60)
    expect(sizes.filter((size) => size === 0).length).to.be.greaterThan(10)
  })
})

/** Undefined where the options are refused for this clock. */
function safePlan(inventory: Inventory, options: RetentionOptions): Plan | undefined {
  try {
    return planOf(inventory, options)
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** A later listing of the same namespace: datasets left, changed, were made anew, or came. */
function somethingHappened(inventory: Inventory): fc.Arbitrary<Inventory> {
  const fate = fc.constantFrom('left', 'changed', 'moved', 'anew', 'same', 'same', 'same', 'same')
  const board = inventory.leaderboard
  return fc
    .record({
      fates: fc.array(fate, {minLength: inventory.datasets.length, maxLength: inventory.datasets.length}),
      newcomers: fc.subarray(inventory.datasets.map(({timestamp}) => timestamp)),
      isBoardChanged: fc.boolean(),
    })
    .map(({fates, newcomers, isBoardChanged}) => {
      const datasets = inventory.datasets.flatMap((dataset, index) => {
        const what = fates[index]
        if (what === 'left') return []
        if (what === 'changed') return [{...dataset, sha: freshId()}]
        if (what === 'moved') return [{...dataset, lastModified: later(dataset.lastModified, MINUTE)}]
        return what === 'anew' ? [{...dataset, id: freshId()}] : [dataset]
      })
      const names = new Set(datasets.map(({name}) => name))
      const added = [...new Set(newcomers)]
        .map((timestamp) => runDataset('metrics', timestamp, {createdAt: NOW}))
        .filter(({name}) => !names.has(name))
      const leaderboard = board && isBoardChanged ? {...board, sha: freshId()} : board
      return {...inventory, datasets: [...datasets, ...added], leaderboard}
    })
}
