import {expect} from 'chai'
import * as fc from 'fast-check'

import {formatTimestamp, RUN_TYPES, runDatasetName, type RunType} from '../../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../../src/lib/base/time.js'
import {findCommands, runCli} from '../support/cli.js'
import {deletionsAt, envOf, namesAt, withHub} from '../support/hub.js'
import {type Sandbox} from '../support/sandbox.js'

interface Account {
  runs: Array<{hoursAgo: number; types: RunType[]}>
  hasLeaderboard: boolean
}

const someAccount: fc.Arbitrary<Account> = fc.record({
  runs: fc.uniqueArray(
    fc.record({
      hoursAgo: fc.oneof(fc.integer({min: 0, max: 24}), fc.integer({min: 0, max: 60 * 24})),
      types: fc.oneof(
        fc.constant<RunType[]>([...RUN_TYPES]),
        fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}),
      ),
    }),
    {minLength: 1, maxLength: 6, selector: ({hoursAgo}) => hoursAgo},
  ),
  hasLeaderboard: fc.boolean(),
})

const someScope = fc.record({
  only: fc.subarray<RunType>([...RUN_TYPES], {maxLength: 2}),
  grace: fc.constantFrom('', '0', '30min', '1d'),
  deleteLeaderboard: fc.boolean(),
})

const someFlags: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.oneof(
      {weight: 1, arbitrary: fc.constant(['--all'])},
      {
        weight: 4,
        arbitrary: fc
          .record({
            age: fc.constantFrom('', '12h', '1', '7d', '2w', '1m', '1w3d'),
            keep: fc.integer({min: 0, max: 3}),
            incomplete: fc.constantFrom(false, false, true),
          })
          .map(({age, keep, incomplete}) => [
            ...(age === '' ? [] : ['--older-than', age]),
            ...(keep === 0 ? [] : ['--keep-recent', String(keep)]),
            ...(incomplete ? ['--incomplete-only', '--ignore-leaderboard'] : []),
          ]),
      },
    ),
    someScope,
  )
  .map(([chosen, {only, grace, deleteLeaderboard}]) => [
    ...chosen,
    ...only.flatMap((type) => ['--only', type]),
    ...(grace === '' ? [] : ['--grace', grace]),
    ...(deleteLeaderboard ? ['--delete-leaderboard'] : []),
  ])

/** Names that are nearly those of a run, in and beside the user's namespace. */
function decoysOf(user: string, stamp: string): string[] {
  const own = [
    `smoltrace-results-${stamp}-copy`,
    `smoltrace-resultsx-${stamp}`,
    `smoltrace-result-${stamp}`,
    `my-smoltrace-results-${stamp}`,
    `smoltrace-results-${stamp}0`,
    `smoltrace-results-${stamp.slice(1)}`,
    `smoltrace-results-${stamp.replace('_', '-')}`,
    `smoltrace-results-${stamp.slice(0, 4)}0231${stamp.slice(8)}`,
    `smoltrace-results-${stamp.slice(0, 9)}256199`,
    `smoltrace-leaderboard-${stamp}`,
    `smoltrace-tasks-${stamp}`,
    `Smoltrace-Traces-${stamp}`,
  ]
  const theirs = RUN_TYPES.map((type) => `smoltrace-${type}-${stamp}`)
  return [
    ...own.map((name) => `${user}/${name}`),
    ...['tinyagents', 'openbench', `${user}2`].flatMap((owner) => theirs.map((name) => `${owner}/${name}`)),
  ]
}

/** Fills a sandbox. @returns the names that may go */
function furnish(hub: Sandbox, {runs, hasLeaderboard}: Account, now: Date): Set<string> {
  const mayGo = new Set<string>()
  const others = new Set(
    ['leaderboard-copy', 'Leaderboard2', 'benchmark-v1', 'tasks'].map(
      (name) => `${hub.user}/smoltrace-${name}`,
    ),
  )
  others.add('tinyagents/smoltrace-leaderboard').add(`${hub.user}/notes`)
  for (const {hoursAgo, types} of runs) {
    const createdAt = new Date(now.getTime() - hoursAgo * HOUR - 20 * MINUTE)
    const stamp = formatTimestamp(new Date(createdAt.getTime() - 5 * MINUTE))
    for (const type of types) {
      const name = runDatasetName(hub.user, type, stamp)
      hub.state.addDataset({name, createdAt})
      mayGo.add(name)
    }

    for (const decoy of decoysOf(hub.user, stamp)) others.add(decoy)
  }

  for (const name of others) hub.state.addDataset({name, createdAt: new Date(now.getTime() - 90 * DAY)})
  if (hasLeaderboard) {
    const leaderboard = `${hub.user}/smoltrace-leaderboard`
    hub.state.addDataset({name: leaderboard, createdAt: new Date(now.getTime() - 90 * DAY)})
    mayGo.add(leaderboard)
  }

  return mayGo
}

describe('cleanup of any account with any flags', () => {
  it('deletes what the dry run named, and nothing but datasets of exactly such names', async () => {
    const commands = await findCommands()
    let deleted = 0
    await fc.assert(
      fc.asyncProperty(someAccount, someFlags, async (account, flags) => {
        const now = new Date()
        await withHub({seed: 'empty', clock: () => now, pageSize: 7}, async (hub) => {
          const mayGo = furnish(hub, account, now)
          const before = namesAt(hub)
          const cleanup = (...argv: string[]) => runCli(['cleanup', ...argv], envOf(hub), commands)
          const dry = await cleanup(...flags, '--json')
          expect(namesAt(hub), 'a dry run deletes nothing').to.deep.equal(before)
          const {delete: planned = [], leaderboard} = JSON.parse(dry.stdout)
          const named: string[] = planned.flatMap(({deletes}: {deletes: Array<{name: string}>}) =>
            deletes.map(({name}) => name),
          )
          if (leaderboard?.goes) named.push(leaderboard.name)

          const wet = await cleanup(...flags, '--no-dry-run', '--yes', '--json')
          const left = new Set(namesAt(hub))
          const went = before.filter((name) => !left.has(name))
          for (const name of [...named, ...went]) expect(mayGo.has(name), name).to.equal(true)
          if (!flags.includes('--delete-leaderboard'))
            expect(went).not.to.include(`${hub.user}/smoltrace-leaderboard`)
          expect(wet.exitCode).to.be.oneOf([0, 2])
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
