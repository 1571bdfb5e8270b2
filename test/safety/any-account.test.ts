import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Inventory} from '../../src/lib/account/datasets.js'
import {DAY} from '../../src/lib/base/time.js'
import {flagOf, type RetentionOptions, type RuleName} from '../../src/lib/retention/rules.js'
import {someCase} from '../support/arbitraries.js'
import {ago, NAMESPACE, NEAR_MISSES, NOW} from '../support/builders.js'
import {runCli} from '../support/cli.js'
import {at, deletionsAt, envOf, namesAt, withHub} from '../support/hub.js'
import {type Sandbox} from '../support/sandbox.js'

/** Options as a person gives them. The leaderboard has no rows to ask. */
function flagsOf(options: RetentionOptions): string[] {
  const all = {...options, ignoreLeaderboard: options.incompleteOnly}
  return Object.entries(all).flatMap(([name, value]) => {
    const flag = `--${flagOf(name as RuleName)}`
    if (typeof value === 'boolean') return value ? [flag] : []
    return [value ?? []].flat().flatMap((each) => [flag, String(each)])
  })
}

/** Fills a sandbox, with names that are nearly those of its runs next to them. @returns the names that may be deleted */
function furnish({user, state}: Sandbox, {datasets, leaderboard}: Inventory): Set<string> {
  const own = [...datasets, ...(leaderboard ? [leaderboard] : [])].map((dataset) => ({
    ...dataset,
    name: dataset.name.replace(NAMESPACE, user),
  }))
  // No date of a Hub is before its beginning or after now.
  const onHub = (date: Date) => new Date(Math.min(Math.max(date.getTime(), Date.UTC(2022, 0)), NOW.getTime()))
  for (const {name, createdAt, lastModified} of own)
    state.addDataset({name, createdAt: onHub(createdAt), lastModified: onHub(lastModified)})
  const stamps = [...new Set(datasets.map(({timestamp}) => timestamp))]
  // A leaderboard in other letters would be taken for a renamed one, and nothing would be deleted.
  const nearly = NEAR_MISSES.filter((name) => /^[\w.-]+$/.test(name) && !name.endsWith('-Leaderboard'))
  const others = [
    ...stamps.flatMap((stamp) => nearly.map((name) => `${user}/${name.replace('20260101_000000', stamp)}`)),
    ...['tinyagents', 'openbench', `${user}2`].flatMap((owner) =>
      own.map(({name}) => name.replace(user, owner)),
    ),
  ]
  for (const name of new Set(others)) state.addDataset({name, createdAt: ago(90 * DAY)})
  return new Set(own.map(({name}) => name))
}

describe('cleanup of any account with any flags', () => {
  it('deletes what the dry run named, and nothing but datasets of exactly such names', async () => {
    let deleted = 0
    await fc.assert(
      fc.asyncProperty(someCase, async ({inventory, options}) => {
        const flags = flagsOf(options)
        await withHub({seed: 'empty', clock: () => NOW, pageSize: 50}, async (hub) => {
          const mayGo = furnish(hub, inventory)
          const before = namesAt(hub)
          const cleanup = (...argv: string[]) =>
            at(NOW, () => runCli(['cleanup', ...flags, '--json', ...argv], envOf(hub)))
          const dry = await cleanup()
          expect(namesAt(hub), 'a dry run deletes nothing').to.deep.equal(before)
          const {delete: planned = [], leaderboard} = JSON.parse(dry.stdout)
          const named: string[] = planned.flatMap(({deletes}: {deletes: Array<{name: string}>}) =>
            deletes.map(({name}) => name),
          )
          if (leaderboard?.planned) named.push(leaderboard.name)

          const wet = await cleanup('--no-dry-run', '--yes')
          const left = new Set(namesAt(hub))
          const went = before.filter((name) => !left.has(name))
          for (const name of [...named, ...went]) expect(mayGo.has(name), name).to.equal(true)
          if (!options.deleteLeaderboard) expect(went).not.to.include(`${hub.user}/smoltrace-leaderboard`)
          expect(wet.exitCode, wet.stdout).to.be.oneOf([0, 2])
          expect(went).to.have.members(wet.exitCode === 0 ? named : [])
          expect(deletionsAt(hub)).to.have.members(went)
          deleted += went.length
        })
      }),
      {numRuns: 20},
    )
    expect(deleted, 'datasets deleted in all cases together').to.be.above(0)
  })
})
