import {expect} from 'chai'

import {applyPlan, type CleanupOptions, type CleanupResult} from '../../src/index.js'
import {DAY, MINUTE} from '../../src/lib/base/time.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, stampOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {withoutPauses} from '../support/pauses.js'

const SECOND = 1000
/** So many that none of these jobs waits for it. */
const PLENTY = {requests: 100_000, windowSeconds: 300}
const isDelete = ({method}: {method: string}) => method === 'DELETE'
const isListing = ({path}: {path: string}) => path.startsWith('/api/datasets?')

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

  function setRole(roleInOrg: 'no_access' | 'read' | undefined): void {
    const {orgs} = account.hub.state
    const index = orgs.findIndex(({name}) => name === org)
    if (roleInOrg) orgs[index]!.roleInOrg = roleInOrg
    else orgs.splice(index, 1)
  }

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
          match: ({path}) => path.includes('protection.json'),
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

  it('[S10] is asked for no sooner: a job of less than a minute lists for its plan, before its first DELETE and at its end', async () => {
    addRuns(5)
    account.hub.intercept({
      match: isDelete,
      skip: 3,
      times: 1,
      before() {
        account.now += 59 * SECOND
      },
    })
    await clean()
    expect(account.hub.requests.filter((each) => isListing(each))).to.have.length(3)
  })

  describe('is not certain', () => {
    /** What others do to the Hub, and a word of what is said of it. */
    const changes: Array<[title: string, change: () => void, words: string]> = [
      ['the role is one without access', () => setRole('no_access'), 'no access'],
      ['the role is one that only reads', () => setRole('read'), 'only read'],
      ['the owner is not a member any more', () => setRole(undefined), 'knows'],
      ['the leaderboard is deleted', () => void account.hub.state.remove(board), 'not listed'],
      [
        'the leaderboard is renamed',
        () => account.hub.state.rename(account.hub.state.get(board)!, `${org}/old-leaderboard`),
        'not listed',
      ],
      ['the leaderboard is made anew', () => account.makeAnew(board), 'was created again'],
      [
        'the listing is empty',
        () => void account.hub.intercept({match: isListing, respond: {status: 200, body: '[]'}}),
        'is there',
      ],
    ]
    for (const [title, change, words] of changes) {
      it(`[S10] where ${title} before the first DELETE: nothing is deleted, and that is an error`, async () => {
        addRuns(2)
        const before = account.names.length
        const error = await rejectionOf(clean({onPlan: change}))
        expect(error).to.have.property('exitCode', 1)
        expect(error.message).to.include(words)
        expect(account.deletions).to.deep.equal([])
        expect(account.names.length).to.be.within(before - 1, before)
      })

      it(`[S10] where ${title} since a plan was saved`, async () => {
        addRuns(2)
        await account.save({all: true, namespace: org})
        change()
        // A namespace that is not the token's, and a token that may not write, are refused before anything is listed.
        expect(await rejectionOf(apply(false)))
          .to.have.property('exitCode')
          .that.is.oneOf([1, 2, 4])
        if (title.endsWith('only reads')) expect((await apply(true)).wouldDelete).to.equal(6)
        else
          expect(await rejectionOf(apply(true)))
            .to.have.property('exitCode')
            .that.is.oneOf([1, 2])
        expect(account.deletions).to.deep.equal([])
      })

      it(`[S10] where ${title} in the middle: the rest is left, and nothing of it counts as gone`, async () => {
        addRuns(2)
        const result = await clean(
          atFirst('finished', () => {
            change()
            account.now += MINUTE
          }),
        )
        expect(exitCodeOf(result)).to.equal(3)
        expect(account.deletions).to.have.length(1)
        expect(result.counts).to.include({deleted: 1, unattempted: 5})
        expect(result.outcomes.at(-1)?.reason).to.include(words)
      })
    }
  })

  it('[S10] is certain where a saved plan was carried out before, leaderboard and all', async () => {
    addRuns(2)
    await account.save({all: true, deleteLeaderboard: true, namespace: org})
    expect((await apply(false)).counts).to.include({deleted: 7})
    const again = await apply(false)
    expect(again.counts).to.include({gone: 7})
    expect(exitCodeOf(again)).to.equal(0)
  })

  function apply(dryRun: boolean): Promise<CleanupResult> {
    return applyPlan(account.planFile, {...account.connection, dryRun, yes: true, dataDir: account.folder})
  }
})
