import {expect} from 'chai'

import {applyPlan, type CleanupOptions, type CleanupResult} from '../../src/index.js'
import {DAY, MINUTE} from '../../src/lib/base/time.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, stampOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {withoutPauses} from '../support/pauses.js'
import {isDelete, isProtection} from '../support/sandbox.js'

const SECOND = 1000
/** So many that none of these jobs waits for it. */
const PLENTY = {requests: 100_000, windowSeconds: 300}

describe('what a deletion knows of the Hub', () => {
  let account: Account
  /** The organisation whose runs these are. */
  let org: string
  let board: string

  const clean = (options: CleanupOptions = {}) =>
    account.clean({namespace: org, all: true, dryRun: false, yes: true, ...options})
  const touch = (name = '') => account.hub.state.touch(name)
  const pin = ([name]: string[] = []) =>
    account.write(
      board,
      '.smoltrace/protection.json',
      JSON.stringify({version: 1, runs: {[stampOf(name)]: {by: 'ann', at: '2026-01-01T00:00:00.000Z'}}}),
    )

  /** Adds whole runs, the newest of which comes first, and goes last. */
  const addRuns = (count: number) =>
    Array.from({length: count}, (_, index) => account.addRun((30 + index) * DAY, {owner: org, private: true}))

  beforeEach(async () => {
    account = await Account.open({quota: PLENTY})
    org = account.hub.org
    board = account.add(`${org}/smoltrace-leaderboard`, {private: true})
  })

  afterEach(() => account.close())

  /** Does something once, at the first event of a kind. */
  const atFirst = (kind: string, job: () => void): CleanupOptions => {
    let isDone = false
    return {
      concurrency: 1,
      onEvent(event) {
        if (event.kind !== kind || isDone) return
        isDone = true
        job()
      },
    }
  }

  const moments: Array<[title: string, options: (meanwhile: () => void) => CleanupOptions]> = [
    [
      'a choice',
      (meanwhile) => ({
        all: undefined,
        async choose({keep}) {
          meanwhile()
          return keep.map(({run}) => run.timestamp)
        },
      }),
    ],
    [
      'the process was stopped before the first DELETE',
      (meanwhile) =>
        atFirst('started', () => {
          meanwhile()
          account.now += 10 * SECOND
        }),
    ],
    [
      'requests that were repeated',
      (before) => {
        account.hub.intercept({
          match: isProtection,
          times: 1,
          before,
          respond: {status: 503, headers: {'Retry-After': '3'}, body: 'busy'},
        })
        return {}
      },
    ],
  ]
  for (const [title, options] of moments) {
    it(`[S10] is new after ${title}: what was pinned or written to meanwhile stays`, async () => {
      const [changed = [], pinned, rest = []] = addRuns(3)
      const meanwhile = () => {
        pin(pinned)
        touch(changed[0])
      }

      const result = await withoutPauses(() => clean(options(meanwhile)))
      expect(account.deletions).to.have.members(rest)
      expect(result.counts).to.include({deleted: 3, skipped: 6})
      expect(exitCodeOf(result)).to.equal(3)
    })
  }

  it('[S10] is a minute old at most: a run that is pinned in the middle stays', async () => {
    const [pinned = []] = addRuns(60)
    account.hub.intercept({match: isDelete, skip: 80, times: 1, before: () => pin(pinned)})
    account.hub.intercept({
      match: isDelete,
      skip: 84,
      times: 1,
      before() {
        account.now += MINUTE
      },
    })
    const result = await clean({concurrency: 8})
    expect(account.names).to.include.members(pinned)
    expect(result.counts).to.include({deleted: 177, skipped: 3})
    expect(result.outcomes.find(({name}) => name === pinned[0])?.reason).to.include('pinned by ann')
  })

  describe('is not certain where the leaderboard was made anew', () => {
    const MADE_ANEW = 'was created again'

    it('[S10] before the first DELETE, or since a plan was saved: nothing is deleted, and that is an error', async () => {
      addRuns(2)
      await account.save({all: true, namespace: org})
      const before = account.names
      for (const job of [
        () => clean({onPlan: () => account.makeAnew(board)}),
        () => apply(true),
        () => apply(false),
      ]) {
        const error = await rejectionOf(job())
        expect(error).to.have.property('exitCode', 1)
        expect(error.message).to.include(MADE_ANEW)
      }

      expect(account.deletions).to.deep.equal([])
      expect(account.names).to.deep.equal(before)
    })

    it('[S10] in the middle: the rest is left, and nothing of it counts as gone', async () => {
      addRuns(2)
      const meanwhile = () => {
        account.makeAnew(board)
        account.now += MINUTE
      }

      const result = await clean(atFirst('finished', meanwhile))
      expect(exitCodeOf(result)).to.equal(3)
      expect(result.counts).to.include({deleted: 1, unattempted: 5})
      expect(result.outcomes.at(-1)?.reason).to.include(MADE_ANEW)
    })
  })

  function apply(dryRun: boolean): Promise<CleanupResult> {
    return applyPlan(account.planFile, {...account.connection, dryRun, yes: true, dataDir: account.folder})
  }
})
