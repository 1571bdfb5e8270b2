import {expect} from 'chai'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {formatProtection, PROTECTION_PATH} from '../../../src/lib/account/protection/file.js'
import {formatTimestamp, RUN_TYPES, runDatasetName} from '../../../src/lib/base/names.js'
import {DAY, MINUTE} from '../../../src/lib/base/time.js'
import {applyPlan} from '../../../src/lib/cleanup/apply.js'
import {cleanupDatasets, type CleanupOptions} from '../../../src/lib/cleanup/cleanup.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {type Sandbox, startSandbox, storedFile} from '../../../src/lib/sandbox/index.js'
import {NOW, rejectionOf} from '../../support/builders.js'
import {deletionsAt, namesAt} from '../../support/hub.js'
import {withoutPauses} from '../../support/pauses.js'

const SECOND = 1000
/** In seconds: so many that none of these jobs waits for it. */
const PLENTY = {requests: 100_000, windowSeconds: 300}
const isDelete = ({method}: {method: string}) => method === 'DELETE'
const isListing = ({path}: {path: string}) => path.startsWith('/api/datasets?')

describe('what a deletion knows of the Hub', () => {
  let hub: Sandbox
  let now: number
  let folder: string
  /** The organisation whose runs these are. */
  let org: string
  let board: string

  const clock = () => new Date(now)
  const later = (ms: number) => {
    now += ms
  }

  const byName = () => ({endpoint: hub.url, token: hub.token, env: {}, clock})
  const connection = () => ({...byName(), namespace: org})
  const clean = (options: CleanupOptions = {}) =>
    cleanupDatasets({...connection(), all: true, dryRun: false, yes: true, dataDir: folder, ...options})
  const remaining = () => namesAt(hub).filter((name) => name !== board)

  /** Adds whole runs, the newest of which comes first. */
  function addRuns(count: number): string[][] {
    return Array.from({length: count}, (_, index) => {
      const createdAt = new Date(NOW.getTime() - 30 * DAY - index * DAY)
      const names = RUN_TYPES.map((type) => runDatasetName(org, type, formatTimestamp(createdAt)))
      for (const name of names) hub.state.addDataset({name, createdAt, private: true})
      return names
    })
  }

  function addLeaderboard(): void {
    hub.state.addDataset({name: board, createdAt: new Date(NOW.getTime() - 90 * DAY), private: true})
  }

  const runOf = ([name = '']: string[] = []) => name.slice(-15)

  function pin(names: string[] | undefined): void {
    const text = formatProtection({runs: {[runOf(names)]: {by: 'ann', at: NOW}}})
    hub.state.commit(hub.state.get(board)!, 'Pin', new Map([[PROTECTION_PATH, storedFile(text, false)]]))
  }

  function setRole(roleInOrg: 'no_access' | 'read' | undefined): void {
    const index = hub.state.orgs.findIndex(({name}) => name === org)
    if (roleInOrg) hub.state.orgs[index]!.roleInOrg = roleInOrg
    else hub.state.orgs.splice(index, 1)
  }

  beforeEach(async () => {
    now = NOW.getTime()
    hub = await startSandbox({seed: 'empty', clock, quota: PLENTY})
    org = hub.org
    board = `${org}/smoltrace-leaderboard`
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-looks-'))
    addLeaderboard()
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  const slowThings: Array<[title: string, options: (meanwhile: () => void) => CleanupOptions]> = [
    ['a plan that is shown', (meanwhile) => ({onPlan: meanwhile})],
    [
      'a question',
      (meanwhile) => ({
        yes: false,
        confirm() {
          meanwhile()
          return true
        },
      }),
    ],
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
  ]
  for (const [title, options] of slowThings) {
    it(`is new after ${title}: what was pinned or written to meanwhile stays`, async () => {
      const [changed = [], pinned, rest = []] = addRuns(3)
      const meanwhile = () => {
        pin(pinned)
        hub.state.touch(changed[0] ?? '')
      }

      const result = await clean(options(meanwhile))
      expect(deletionsAt(hub)).to.have.members(rest)
      expect(result.counts).to.include({deleted: 3, skipped: 6})
      expect(exitCodeOf(result)).to.equal(3)
    })
  }

  it('is new after requests that were repeated', async () => {
    const [changed = [], rest = []] = addRuns(2)
    hub.intercept({
      match: ({path}) => path.includes('protection.json'),
      times: 1,
      before: () => hub.state.touch(changed[0] ?? ''),
      respond: {status: 503, headers: {'Retry-After': '3'}, body: 'busy'},
    })
    await withoutPauses(() => clean())
    expect(deletionsAt(hub)).to.have.members(rest)
  })

  it('[S10] is new where the process was stopped between the look and the first DELETE', async () => {
    const [pinned = [], rest = []] = addRuns(2)
    let isFirst = true
    await clean({
      concurrency: 1,
      onEvent({kind}) {
        if (kind !== 'started' || !isFirst) return
        isFirst = false
        pin(pinned)
        later(10 * SECOND)
      },
    })
    expect(deletionsAt(hub)).to.have.members(rest)
  })

  it('[S10] lists anew where the process was stopped there: what was written to meanwhile stays', async () => {
    const [changed = [], rest = []] = addRuns(2)
    let isFirst = true
    const result = await clean({
      concurrency: 1,
      onEvent({kind}) {
        if (kind !== 'started' || !isFirst) return
        isFirst = false
        hub.state.touch(changed[0] ?? '')
        later(10 * SECOND)
      },
    })
    expect(deletionsAt(hub)).to.have.members(rest)
    expect(result.counts).to.include({deleted: 3, skipped: 3})
  })

  it('[S10] is a minute old at most: one of 700 runs that is pinned in the middle stays', async () => {
    // The newest run is the last in the order of deletion.
    const [pinned = []] = addRuns(700)
    hub.intercept({match: isDelete, skip: 446, times: 1, before: () => pin(pinned)})
    hub.intercept({match: isDelete, skip: 450, times: 1, before: () => later(MINUTE)})
    const result = await clean({concurrency: 8})
    expect(remaining()).to.have.members(pinned)
    expect(result.counts).to.include({deleted: 2097, skipped: 3})
    expect(result.outcomes.find(({name}) => name === pinned[0])?.reason).to.include('pinned by ann')
  }).timeout(60_000)

  it('is asked for no sooner: a job of less than a minute lists for its plan, before its first DELETE and at its end', async () => {
    addRuns(5)
    hub.intercept({match: isDelete, skip: 3, times: 1, before: () => later(59 * SECOND)})
    await clean()
    expect(hub.requests.filter((each) => isListing(each))).to.have.length(3)
  })

  describe('is not certain', () => {
    /** What others do to the Hub, and a word of what is said of it. */
    const changes: Array<[title: string, change: () => void, words: string]> = [
      ['the role is one without access', () => setRole('no_access'), 'no access'],
      ['the role is one that only reads', () => setRole('read'), 'only read'],
      ['the owner is not a member any more', () => setRole(undefined), 'knows'],
      ['the leaderboard is deleted', () => void hub.state.remove(board), 'not listed'],
      [
        'the leaderboard is renamed',
        () => hub.state.rename(hub.state.get(board)!, `${org}/old-leaderboard`),
        'not listed',
      ],
      [
        'the leaderboard is made anew',
        () => {
          hub.state.remove(board)
          addLeaderboard()
        },
        'was created again',
      ],
      [
        'the listing is empty',
        () => void hub.intercept({match: isListing, respond: {status: 200, body: '[]'}}),
        'is there',
      ],
    ]
    for (const [title, change, words] of changes) {
      it(`where ${title} before the first DELETE: nothing is deleted, and that is an error`, async () => {
        addRuns(2)
        const before = namesAt(hub).length
        const error = await rejectionOf(clean({onPlan: change}))
        expect(error).to.have.property('exitCode', 1)
        expect(error.message).to.include(words)
        expect(deletionsAt(hub)).to.deep.equal([])
        expect(namesAt(hub).length).to.be.within(before - 1, before)
      })

      it(`where ${title} since a plan was saved`, async () => {
        addRuns(2)
        const file = join(folder, 'plan.json')
        await cleanupDatasets({...connection(), all: true, savePlan: file})
        change()
        const apply = (dryRun: boolean) => applyPlan(file, {...byName(), dryRun, yes: true, dataDir: folder})
        // A namespace that is not the token's, and a token that may not write, are refused before anything is listed.
        expect(await rejectionOf(apply(false)))
          .to.have.property('exitCode')
          .that.is.oneOf([1, 2, 4])
        if (title.endsWith('only reads')) expect((await apply(true)).wouldDelete).to.equal(6)
        else
          expect(await rejectionOf(apply(true)))
            .to.have.property('exitCode')
            .that.is.oneOf([1, 2])
        expect(deletionsAt(hub)).to.deep.equal([])
      })

      it(`where ${title} in the middle: the rest is left, and nothing of it counts as gone`, async () => {
        addRuns(4)
        let finished = 0
        const result = await clean({
          concurrency: 1,
          onEvent({kind}) {
            if (kind !== 'finished' || ++finished !== 4) return
            change()
            later(MINUTE)
          },
        })
        expect(exitCodeOf(result)).to.equal(3)
        expect(deletionsAt(hub)).to.have.length(4)
        expect(result.counts).to.include({deleted: 4, unattempted: 8})
        expect(result.outcomes.at(-1)?.reason).to.include(words)
      })
    }
  })

  it('is certain where a saved plan was carried out before, leaderboard and all', async () => {
    addRuns(2)
    const file = join(folder, 'plan.json')
    await cleanupDatasets({...connection(), all: true, deleteLeaderboard: true, savePlan: file})
    const apply = () => applyPlan(file, {...byName(), dryRun: false, yes: true, dataDir: folder})
    expect((await apply()).counts).to.include({deleted: 7})
    const again = await apply()
    expect(again.counts).to.include({gone: 7})
    expect(exitCodeOf(again)).to.equal(0)
  })
})
