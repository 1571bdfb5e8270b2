import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {type FileHandle, mkdtemp, open, rm} from 'node:fs/promises'
import {devNull, tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Inventory} from '../../../src/lib/account/datasets.js'
import {formatProtection} from '../../../src/lib/account/protection/file.js'
import {MAX_CONCURRENCY} from '../../../src/lib/base/concurrency.js'
import {CancelledError, NotAllowedError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {checkExecution, execute, type ExecutionOptions, type Job} from '../../../src/lib/cleanup/execute.js'
import {parseJournal} from '../../../src/lib/cleanup/journal/parse.js'
import {gone} from '../../../src/lib/cleanup/outcomes.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {plannedDatasets} from '../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  ago,
  type FakeHub,
  fakeHub,
  freshId,
  inventoryOf,
  leaderboardDataset,
  missing,
  NOW,
  type OnDelete,
  planOf,
  refusal,
  rejectionOf,
  runDatasets,
  sessionOf,
  WRITER,
} from '../../support/builders.js'

const OLD = '20260801_120000'
const THIRTY_DAYS: RetentionOptions = {olderThan: '30d'}
const PROTECTED = formatProtection({leaderboard: {by: 'ann', at: NOW}})

/** A job over one old run, one of yesterday and the leaderboard. */
function jobFor(
  options: RetentionOptions = THIRTY_DAYS,
  {onDelete, signal}: {onDelete?: OnDelete; signal?: AbortSignal} = {},
): {job: Job; hub: FakeHub; inventory: Inventory} {
  const datasets = [...runDatasets(OLD), ...runDatasets(ago(DAY))]
  const leaderboard = leaderboardDataset()
  const inventory = inventoryOf(datasets, {leaderboard})
  const hub = fakeHub([...datasets, leaderboard], onDelete)
  return {
    job: {plan: planOf(inventory, options), inventory, session: sessionOf(hub), signal},
    hub,
    inventory,
  }
}

const ofOldRun = ['metrics', 'traces', 'results'].map((type) => `kim/smoltrace-${type}-${OLD}`)

const slowDownFirst: OnDelete = (_, time) => (time === 0 ? refusal(429, {resetMs: 0}) : undefined)
const goneThenFailing: OnDelete = (name) =>
  name === ofOldRun[0] ? missing() : name === ofOldRun[1] ? refusal(500) : undefined

describe('execution', () => {
  describe('a dry run', () => {
    for (const [title, options] of [
      ['by default', {}],
      ['asked for', {dryRun: true}],
      ['asked for with yes', {dryRun: true, yes: true}],
    ] as const) {
      it(`${title} asks the Hub and the user nothing`, async () => {
        const {job, hub} = jobFor()
        let asked = 0
        const result = await execute(job, {
          ...options,
          confirm() {
            asked++
            return true
          },
        })
        expect(hub.log).to.deep.equal([])
        expect(asked).to.equal(0)
        expect(result).to.deep.include({
          dryRun: true,
          declined: false,
          interrupted: false,
          outcomes: [],
          found: {runs: 2, datasets: 6},
          remaining: {runs: 2, datasets: 6},
        })
      })
    }
  })

  describe('a plan, wherever it is from,', () => {
    const refuses = async (job: Job, hub: FakeHub, options: ExecutionOptions = {}) => {
      const error = await rejectionOf(execute(job, {dryRun: false, yes: true, journal: false, ...options}))
      expect(hub.log).to.deep.equal([])
      return error
    }

    it('[S18] is refused where it contradicts itself, in a dry run too', async () => {
      const {job, hub} = jobFor()
      const [first] = job.plan.delete
      const datasets = job.plan.keep[0]?.run.datasets ?? []
      const plan = {...job.plan, delete: first ? [{...first, datasets}] : []}
      expect(await refuses({...job, plan}, hub)).to.be.instanceOf(RefusedError)
      expect(await refuses({...job, plan}, hub, {dryRun: true})).to.be.instanceOf(RefusedError)
    })

    it('is refused at another Hub and in another namespace', async () => {
      const {job, hub} = jobFor()
      const plan = {...job.plan, endpoint: 'https://huggingface.co.example.com'}
      expect(await refuses({...job, plan}, hub)).to.be.instanceOf(RefusedError)
      const session = {...job.session, access: {namespace: 'KIM'}}
      expect(await refuses({...job, session}, hub)).to.be.instanceOf(RefusedError)
    })

    it('of one type of every run is not carried out by `yes` alone', async () => {
      const {job, hub} = jobFor({only: ['traces']})
      expect(await refuses(job, hub)).to.be.instanceOf(UsageError)
    })

    it('that archives is not carried out without an archive', async () => {
      const {job, hub} = jobFor()
      expect(await refuses({...job, plan: {...job.plan, archives: true}}, hub)).to.be.instanceOf(UsageError)
    })

    it('[S18] is refused to a token that cannot delete, and where the time is not certain', async () => {
      const {job, hub} = jobFor()
      const access = {...job.session.access, powerless: 'the token is read-only'}
      expect(await refuses({...job, session: {...job.session, access}}, hub)).to.be.instanceOf(
        NotAllowedError,
      )
      const session = {...job.session, isTimeCertain: false}
      expect(await refuses({...job, session}, hub)).to.be.instanceOf(RefusedError)
    })
  })

  describe('a confirmation', () => {
    for (const answer of [false, undefined, 'yes', 1, 'DELETE'] as unknown as boolean[]) {
      it(`that answers ${JSON.stringify(answer) ?? 'nothing'} deletes nothing`, async () => {
        const {job, hub} = jobFor()
        const result = await execute(job, {dryRun: false, confirm: async () => answer})
        expect(result.declined).to.equal(true)
        expect(hub.log).to.deep.equal([])
        expect(exitCodeOf(result)).to.equal(130)
      })
    }

    it('is asked with the whole plan, and not at all where nothing is to go', async () => {
      const {job} = jobFor()
      const asked: unknown[] = []
      const confirm = (plan: unknown) => {
        asked.push(plan)
        return true
      }

      await execute(job, {dryRun: false, confirm})
      expect(asked).to.deep.equal([job.plan])
      const empty = jobFor({olderThan: '5y'})
      const result = await execute(empty.job, {dryRun: false, confirm})
      expect(asked).to.have.length(1)
      expect(exitCodeOf(result)).to.equal(0)
    })

    it('is followed by another look before anything goes', async () => {
      const {job, hub} = jobFor()
      const result = await execute(job, {dryRun: false, confirm: () => true})
      expect(hub.log).to.deep.equal(['LIST', 'READ', ...ofOldRun.map((name) => `DELETE ${name}`), 'LIST'])
      expect(result.counts.deleted).to.equal(3)
      expect(result.remaining).to.deep.equal({runs: 1, datasets: 3})
    })

    it('that took a while keeps what changed meanwhile', async () => {
      const {job, hub} = jobFor()
      const result = await execute(job, {
        dryRun: false,
        confirm() {
          hub.listing = hub.listing.map((each) =>
            each.name === ofOldRun[0] ? {...each, sha: freshId()} : each,
          )
          return true
        },
      })
      expect(hub.deletes).to.deep.equal([])
      expect(result.counts).to.deep.include({deleted: 0, skipped: 3})
      expect(exitCodeOf(result)).to.equal(3)
    })

    it('that took a while keeps a leaderboard protected meanwhile', async () => {
      const {job, hub} = jobFor({deleteLeaderboard: true})
      const result = await execute(job, {
        dryRun: false,
        confirm() {
          hub.protection = PROTECTED
          return true
        },
      })
      expect(hub.deletes).to.deep.equal([])
      expect(result.outcomes[0]).to.deep.include({status: 'skipped'})
    })

    it('is worth nothing where the look after it fails', async () => {
      const {job, hub} = jobFor()
      hub.listDatasets = () => Promise.reject(new HubFormatError('half a page'))
      expect(await rejectionOf(execute(job, {dryRun: false, confirm: () => true}))).to.be.instanceOf(
        HubFormatError,
      )
      expect(hub.deletes).to.deep.equal([])
    })

    it('is worth nothing where the protection cannot be read after it', async () => {
      const {job, hub} = jobFor()
      hub.protection = '{"version": 2}'
      expect(await rejectionOf(execute(job, {dryRun: false, confirm: () => true}))).to.be.instanceOf(
        RefusedError,
      )
      expect(hub.deletes).to.deep.equal([])
    })
  })

  describe('without a confirmation', () => {
    it('[S10] a plan is compared before anything goes, however new it is', async () => {
      const {job, hub} = jobFor()
      await execute(job, {dryRun: false, yes: true})
      expect(hub.log).to.deep.equal(['LIST', 'READ', ...ofOldRun.map((name) => `DELETE ${name}`), 'LIST'])
    })

    it('a confirmation that is given as well is not asked', async () => {
      const {job} = jobFor()
      const result = await execute(job, {dryRun: false, yes: true, confirm: () => false})
      expect(result.counts.deleted).to.equal(3)
    })
  })

  it('[S10] lists a large account on a slow Hub at most a tenth of the time, and its pins every minute', async () => {
    const SECONDS = 1000
    const timestamps = Array.from({length: 300}, (_, index) => ago(40 * DAY + index * HOUR))
    const datasets = timestamps.flatMap((timestamp) => runDatasets(timestamp))
    const leaderboard = leaderboardDataset()
    const inventory = inventoryOf(datasets, {leaderboard})
    let now = NOW.getTime()
    // An account of 30,000 datasets: 31 pages, a second each.
    const hub = fakeHub([...datasets, leaderboard], () => {
      now += 3 * SECONDS
    })
    const list = hub.listDatasets.bind(hub)
    hub.quotaSize = {requests: 1000, windowMs: 300 * SECONDS}
    hub.listDatasets = (namespace) => {
      now += 31 * SECONDS
      hub.pages += 31
      return list(namespace)
    }

    const session = {...sessionOf(hub), clock: () => new Date(now)}
    const job = {plan: planOf(inventory, THIRTY_DAYS), inventory, session}
    const result = await execute(job, {dryRun: false, yes: true, concurrency: 1, journal: false})
    expect(result.counts.deleted).to.equal(900)
    const entries = hub.log.filter((line) => !line.startsWith('ASK'))
    expect(entries.slice(0, 3).map((line) => line.slice(0, 6))).to.deep.equal(['LIST', 'READ', 'DELETE'])
    const count = (what: string) => entries.filter((line) => line === what).length
    // 2700 s of DELETEs: a listing each 310 s, the protection each 60 s.
    expect(count('LIST')).to.be.within(9, 10)
    expect(count('READ')).to.be.within(45, 55)
  }).timeout(30_000)

  describe('a signal', () => {
    it('before the first deletion cancels the job', async () => {
      const controller = new AbortController()
      const {job, hub} = jobFor({olderThan: '30d'}, {signal: controller.signal})
      const confirm = () => {
        controller.abort()
        return true
      }

      expect(await rejectionOf(execute(job, {dryRun: false, confirm}))).to.be.instanceOf(CancelledError)
      expect(hub.deletes).to.deep.equal([])
    })

    it('[S16] in the middle ends the job as interrupted, with 130 even where something failed', async () => {
      const controller = new AbortController()
      const onDelete: OnDelete = () => {
        controller.abort()
        return refusal(500)
      }

      const {job} = jobFor({olderThan: '30d'}, {signal: controller.signal, onDelete})
      const result = await execute(job, {dryRun: false, yes: true})
      expect(result.interrupted).to.equal(true)
      expect(result.counts).to.deep.include({failed: 1, unattempted: 2})
      expect(exitCodeOf(result)).to.equal(130)
    })
  })

  describe('a listener', () => {
    it('hears of everything, with the plan', async () => {
      const {job} = jobFor()
      const kinds: string[] = []
      await execute(job, {
        dryRun: false,
        yes: true,
        onEvent({kind}, plan) {
          expect(plan).to.equal(job.plan)
          kinds.push(kind)
        },
      })
      const each = ['started', 'finished']
      expect(kinds).to.deep.equal([...each, ...each, ...each, 'checking'])
    })

    it('that throws breaks nothing: all is deleted and reported, it is not called again, and a warning says so', async () => {
      const {job, hub} = jobFor({all: true, grace: '0', deleteLeaderboard: true})
      let calls = 0
      const result = await execute(job, {
        dryRun: false,
        yes: true,
        concurrency: 2,
        onEvent() {
          calls++
          throw new Error('no screen')
        },
      })
      expect(hub.deletes).to.have.length(7)
      expect(result.counts.deleted).to.equal(7)
      expect(calls).to.equal(1)
      expect(result.warnings.join(',')).to.include('no screen')
      expect(exitCodeOf(result)).to.equal(0)
    })

    it('that throws while the quota is waited for breaks nothing either', async () => {
      const {job, hub} = jobFor({olderThan: '30d'}, {onDelete: slowDownFirst})
      const result = await execute(job, {
        dryRun: false,
        yes: true,
        onEvent({kind}) {
          if (kind === 'waiting') throw new Error('no screen')
        },
      })
      expect(result.counts.deleted).to.equal(3)
      expect(hub.log).to.include('LIST')
    })
  })

  it('is interrupted also where Ctrl-C came before it was known what became of a DELETE', async () => {
    const controller = new AbortController()
    const {job} = jobFor(THIRTY_DAYS, {
      signal: controller.signal,
      onDelete(name) {
        if (!name.includes('results')) return
        controller.abort()
        return new HubUnreachableError('no answer')
      },
    })
    const result = await execute(job, {dryRun: false, yes: true})
    expect(result.outcomes.at(-1)).to.include({status: 'failed', uncertain: true})
    expect(result.interrupted).to.equal(true)
    expect(exitCodeOf(result)).to.equal(130)
    expect(parseJournal(readFileSync(result.journal ?? '', 'utf8'))).to.include({state: 'interrupted'})
  })

  it('writes down what had fallen out of a plan with few waits for the disk', async () => {
    const timestamps = Array.from({length: 100}, (_, index) => ago(40 * DAY + index * HOUR))
    const whole = planOf(inventoryOf(timestamps.flatMap((timestamp) => runDatasets(timestamp))), THIRTY_DAYS)
    const stale = plannedDatasets(whole).map(({name}) => gone(name))
    const {job} = jobFor(THIRTY_DAYS)
    const saved = {plan: whole, madeBy: 'kim', madeAt: NOW, digest: 'sha256:0', keptRuns: []}
    const handle = await open(devNull)
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const {datasync} = prototype
    let waits = 0
    prototype.datasync = function (this: FileHandle) {
      waits++
      return datasync.call(this)
    }

    try {
      const {journal = ''} = await execute({...job, stale, saved}, {dryRun: false, yes: true})
      const told = readFileSync(journal, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"status":"gone"'))
      expect(told).to.have.length(300)
      expect(waits).to.be.within(3, 30)
    } finally {
      prototype.datasync = datasync
    }
  })

  it('is an error, with a journal that is ended, where the access is lost right before the first DELETE', async () => {
    const {job, hub} = jobFor(THIRTY_DAYS)
    let now = NOW.getTime()
    const session = {...job.session, clock: () => new Date(now)}
    const dataDir = await mkdtemp(join(tmpdir(), 'smoltrace-execution-'))
    const carried = execute(
      {...job, session},
      {
        dryRun: false,
        yes: true,
        dataDir,
        onEvent({kind}) {
          if (kind !== 'started') return
          now += 10_000
          hub.identity = {...WRITER, tokenRole: 'read'}
        },
      },
    )
    expect(await rejectionOf(carried)).to.be.instanceOf(RefusedError)
    expect(hub.deletes).to.deep.equal([])
    const [name = ''] = readdirSync(join(dataDir, 'journal'))
    const {state, counts} = parseJournal(readFileSync(join(dataDir, 'journal', name), 'utf8'))
    expect(state).to.equal('finished')
    expect(counts).to.include({deleted: 0, unattempted: 3})
    await rm(dataDir, {recursive: true})
  })

  it('says in the journal who said yes', async () => {
    const confirmed = async (options: ExecutionOptions) => {
      const {job} = jobFor(THIRTY_DAYS)
      const {journal = ''} = await execute(job, {dryRun: false, ...options})
      return parseJournal(readFileSync(journal, 'utf8')).confirmedBy
    }

    expect(await confirmed({yes: true})).to.equal('yes')
    expect(await confirmed({confirm: () => true})).to.equal('callback')
    expect(await confirmed({confirm: () => true, confirmedBy: 'phrase'})).to.equal('phrase')
  })

  it('counts the leaderboard where --max-delete is a share of everything', async () => {
    const {job} = jobFor(THIRTY_DAYS)
    // Three of seven: six datasets of runs, and the leaderboard.
    expect(await rejectionOf(execute(job, {maxDelete: '42%'}))).to.be.instanceOf(RefusedError)
    expect((await execute(job, {maxDelete: '43%'})).wouldDelete).to.equal(3)
  })

  it('looks at protection and listing before the leaderboard goes, and again after a wait', async () => {
    const onDelete: OnDelete = (name, time) =>
      name === ofOldRun[1] && time === 0 ? refusal(429, {resetMs: 0}) : undefined
    const {job, hub} = jobFor({olderThan: '30d', deleteLeaderboard: true}, {onDelete})
    await execute(job, {dryRun: false, yes: true})
    const [metrics, traces, results] = ofOldRun.map((name) => `DELETE ${name}`)
    // The first look follows the archiving of the leaderboard.
    expect(hub.log).to.deep.equal([
      'LIST',
      'READ',
      metrics,
      traces,
      'LIST',
      'READ',
      traces,
      results,
      // What the Hub answered is compared first, and once more at the end.
      'LIST',
      'LIST',
      'READ',
      'DELETE kim/smoltrace-leaderboard as leaderboard',
      'LIST',
    ])
  })

  it('counts what is left by what is known: failures and skips stay, what is gone does not', async () => {
    const {job} = jobFor({olderThan: '30d'}, {onDelete: goneThenFailing})
    const result = await execute(job, {dryRun: false, yes: true})
    expect(result.counts).to.deep.equal({deleted: 0, failed: 1, skipped: 0, gone: 1, unattempted: 1})
    expect(result.found).to.deep.equal({runs: 2, datasets: 6})
    expect(result.remaining).to.deep.equal({runs: 2, datasets: 5})
  })

  describe('its options', () => {
    for (const concurrency of [0, -1, 1.5, 33, Number.NaN, Infinity]) {
      it(`are refused for a concurrency of ${concurrency}`, () => {
        expect(() => checkExecution({concurrency})).to.throw(UsageError, '--concurrency')
      })
    }

    it('are refused for an archive without a name, in a dry run too: what it proposes must work', () => {
      expect(() => checkExecution({archive: ''})).to.throw(UsageError, '--archive')
    })

    it('are refused where nothing confirms a deletion', () => {
      expect(() => checkExecution({dryRun: false})).to.throw(UsageError, 'confirm')
      expect(() => checkExecution({dryRun: false, yes: false})).to.throw(UsageError)
    })

    const fine: ExecutionOptions[] = [
      {},
      {dryRun: true},
      {dryRun: false, yes: true},
      {dryRun: false, confirm: () => true},
      {concurrency: 1},
      {concurrency: MAX_CONCURRENCY},
    ]
    for (const options of fine) {
      it(`are fine where they are ${
        Object.entries(options)
          .map(([name, value]) => `${name} ${typeof value === 'function' ? 'given' : value}`)
          .join(', ') || 'none'
      }`, () => {
        expect(() => checkExecution(options)).not.to.throw()
      })
    }
  })
})
