import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Dataset} from '../../../src/lib/account/datasets.js'
import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {carryOut, type DeletionOptions} from '../../../src/lib/cleanup/delete.js'
import {type DeletionEvent, type Outcome} from '../../../src/lib/cleanup/outcomes.js'
import {type Whereabouts} from '../../../src/lib/hub/dataset-info.js'
import {HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {type Exclusion} from '../../../src/lib/plan/compare.js'
import {type Plan, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {type LookReason} from '../../../src/lib/plan/recheck.js'
import {
  type FakeHub,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  missing,
  type OnDelete,
  planOf,
  refusal,
  rejectionOf,
  runDatasets,
} from '../../support/builders.js'
import {until} from '../../support/hub.js'
import {withoutPauses} from '../../support/pauses.js'

const LEADERBOARD = 'kim/smoltrace-leaderboard'
const lost = () => new HubUnreachableError('no answer')
const quota = (resetMs = 0) => refusal(429, {resetMs, text: 'slow down'})
const nothing: Map<string, Exclusion> = new Map()

/** Short names of a run's datasets, such as `metrics 3`. */
const short = (name: string) =>
  name.replace(
    /^kim\/smoltrace-(\w+)-2026010(\d)_000000$/,
    (_, type: string, day: string) => `${type} ${10 - Number(day)}`,
  )
const timestamp = (run: number) => `2026010${10 - run}_000000`
const full = (text: string) =>
  text.replace(
    /^(\w+) (\d)$/,
    (_, type: string, run: string) => `kim/smoltrace-${type}-${timestamp(Number(run))}`,
  )
const inTurn =
  (...errors: Array<Error | undefined>): OnDelete =>
  (_, time) =>
    errors[time]
const only =
  (text: string, onDelete: OnDelete): OnDelete =>
  (name, time) =>
    name === full(text) ? onDelete(name, time) : undefined

/** A plan that deletes as many runs, the oldest of which has the highest number, and perhaps the leaderboard. */
function planFor(runs: Array<readonly RunType[]>, hasLeaderboard = false): Plan {
  const datasets = runs.flatMap((types, index) => runDatasets(timestamp(index + 1), types))
  const inventory = inventoryOf(datasets, {leaderboard: hasLeaderboard ? leaderboardDataset() : undefined})
  return planOf(inventory, {all: true, grace: '0', deleteLeaderboard: hasLeaderboard})
}

/** The statuses of each run, of its metrics, traces and results in this order. */
function byRun(statuses: Record<string, string>): Record<string, string[]> {
  const runs: Record<string, string[]> = {}
  for (const type of ['metrics', 'traces', 'results', LEADERBOARD]) {
    for (const [name, status] of Object.entries(statuses))
      if (name.startsWith(type)) (runs[name.split(' ')[1] ?? 'leaderboard'] ??= []).push(status)
  }

  return runs
}

interface Carried {
  outcomes: Outcome[]
  /** Status by short name. */
  statuses: Record<string, string>
  reasons: Record<string, string | undefined>
  events: DeletionEvent[]
  warnings: string[]
  hub: FakeHub
}

/** Carries a plan out at a fake Hub, one run at a time unless the options say otherwise. */
async function carry(
  plan: Plan,
  onDelete: OnDelete,
  options: Partial<DeletionOptions> = {},
): Promise<Carried> {
  const {hub = fakeHub(plannedDatasets(plan), onDelete)} = options as {hub?: FakeHub}
  const events: DeletionEvent[] = []
  const warnings: string[] = []
  const outcomes = await carryOut(plan, {
    hub,
    namespace: plan.namespace,
    listAtEnd: async () => (await hub.listDatasets(plan.namespace)).datasets as Dataset[],
    warn: (text) => warnings.push(text),
    concurrency: 1,
    excluded: nothing,
    lookAgain: async () => nothing,
    isOld: () => false,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return {
    outcomes,
    statuses: Object.fromEntries(outcomes.map(({name, status}) => [short(name), status])),
    reasons: Object.fromEntries(outcomes.map(({name, reason}) => [short(name), reason])),
    events,
    warnings,
    hub,
  }
}

/** All have the same status. */
const expectAll = (statuses: Record<string, string>, status: string) =>
  expect([...new Set(Object.values(statuses))]).to.deep.equal([status])

/** Lets go on whatever can. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

describe('deletion', () => {
  it('deletes all of a plan, each dataset once, and reports each once', async () => {
    const plan = planFor([RUN_TYPES, ['results'], RUN_TYPES])
    const {hub, outcomes, events} = await carry(plan, () => {}, {concurrency: 2})
    const names = plannedDatasets(plan).map(({name}) => name)
    expect(hub.deletes).to.have.members(names)
    expect(outcomes.map(({name}) => name)).to.have.members(names)
    expect(outcomes.every(({status, reason}) => status === 'deleted' && reason === undefined)).to.equal(true)
    expect(events.filter(({kind}) => kind === 'started')).to.have.length(names.length)
    expect(events.filter(({kind}) => kind === 'finished')).to.have.length(names.length)
  })

  it('does nothing for an empty plan, and looks at nothing', async () => {
    const {hub, outcomes, events} = await carry(planFor([]), () => {})
    expect([hub.log, outcomes, events]).to.deep.equal([[], [], []])
  })

  describe('the order', () => {
    it('[S14] is oldest run first, and metrics, traces, results within a run', async () => {
      const {hub} = await carry(planFor([RUN_TYPES, RUN_TYPES]), () => {})
      expect(hub.deletes.map((name) => short(name))).to.deep.equal([
        'metrics 2',
        'traces 2',
        'results 2',
        'metrics 1',
        'traces 1',
        'results 1',
      ])
    })

    it('[S14] sends nothing of a run before the answer to what went before', async () => {
      const inFlight = new Set<string>()
      const {hub} = await carry(
        planFor([RUN_TYPES, RUN_TYPES, RUN_TYPES]),
        async (name) => {
          const run = short(name).slice(-1)
          expect(inFlight.has(run), name).to.equal(false)
          inFlight.add(run)
          await new Promise(setImmediate)
          inFlight.delete(run)
        },
        {concurrency: 3},
      )
      for (const run of ['1', '2', '3']) {
        const own = hub.deletes.map((name) => short(name)).filter((name) => name.endsWith(run))
        expect(own).to.deep.equal([`metrics ${run}`, `traces ${run}`, `results ${run}`])
      }
    })
  })

  it('[S14] has as many DELETEs in flight as runs are unfinished, up to the concurrency, and never more', async () => {
    const shapes = fc.array(fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}), {
      minLength: 1,
      maxLength: 9,
    })
    const failures = fc.array(fc.boolean(), {minLength: 27, maxLength: 27})
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.integer({min: 1, max: 6}),
        failures,
        fc.infiniteStream(fc.nat()),
        async (types, concurrency, fails, picks) => {
          const pending = new Map<string, () => void>()
          const unfinished = new Map(types.map((each, index) => [String(index + 1), each.length]))
          let sent = 0
          const hold: OnDelete = (name) =>
            new Promise((resolve) => {
              const isFailure = fails[sent++] ?? false
              pending.set(short(name), () => resolve(isFailure ? refusal(403) : undefined))
            })
          const carried = carry(planFor(types), hold, {
            concurrency,
            onEvent(event) {
              if (event.kind !== 'finished') return
              const run = short(event.outcome.name).slice(-1)
              const left = (unfinished.get(run) ?? 0) - 1
              if (left === 0) unfinished.delete(run)
              else unfinished.set(run, left)
            },
          })
          while (unfinished.size > 0) {
            await new Promise(setImmediate)
            expect(pending.size).to.equal(Math.min(concurrency, unfinished.size))
            const names = [...pending.keys()]
            const name = names[(picks.next().value ?? 0) % names.length] ?? ''
            pending.get(name)?.()
            pending.delete(name)
            await new Promise(setImmediate)
          }

          const {outcomes} = await carried
          expect(outcomes).to.have.length(types.flat().length)
        },
      ),
      {numRuns: 200},
    )
  })

  describe('a failure', () => {
    const plan = planFor([RUN_TYPES, RUN_TYPES])

    it('[S14] leaves the rest of its run unattempted, and other runs go on', async () => {
      const {statuses, hub, reasons} = await carry(
        plan,
        only('traces 2', () => refusal(403, {text: 'not yours'})),
      )
      expect(byRun(statuses)).to.deep.equal({
        2: ['deleted', 'failed', 'unattempted'],
        1: ['deleted', 'deleted', 'deleted'],
      })
      expect(hub.deletes).not.to.include(full('results 2'))
      expect(reasons['results 2']).to.include('traces')
    })

    it("is told in the Hub's words, safe to print, with the id of the request", async () => {
      const {outcomes} = await carry(
        plan,
        only('metrics 1', () => refusal(403, {text: 'not\u001B[2J yours', requestId: 'Root=1-abc'})),
      )
      const outcome = outcomes.find(({name}) => name === full('metrics 1'))
      expect(outcome).to.deep.include({status: 'failed', requestId: 'Root=1-abc'})
      expect(outcome?.reason).to.include('403').and.include('yours').and.not.include('\u001B')
    })

    it('has no id of a request where the Hub gave none', async () => {
      const {outcomes} = await carry(
        plan,
        only('metrics 1', () => refusal(409)),
      )
      expect(outcomes.find(({status}) => status === 'failed')).not.to.have.property('requestId')
    })

    for (const error of [new Error('odd'), refusal(403), refusal(409), refusal(423)]) {
      it(`such as "${error.message}" is not tried again`, async () => {
        const {hub, statuses} = await carry(
          plan,
          only('metrics 2', () => error),
        )
        expect(statuses['metrics 2']).to.equal('failed')
        expect(hub.deletes.filter((name) => name === full('metrics 2'))).to.have.length(1)
      })
    }

    it('that is thrown as no error is one all the same', async () => {
      const hub = fakeHub([])
      // eslint-disable-next-line prefer-promise-reject-errors
      hub.deleteDataset = () => Promise.reject('a text')
      const {outcomes} = await carry(planFor([['results']]), () => {}, {hub})
      expect(outcomes[0]).to.deep.include({status: 'failed', reason: 'a text'})
    })
  })

  describe('an answer 404', () => {
    it('for a dataset that is not there finds it gone, and goes on with its run', async () => {
      const {statuses, reasons} = await carry(
        planFor([RUN_TYPES]),
        only('metrics 1', () => missing()),
      )
      expect(byRun(statuses)).to.deep.equal({1: ['gone', 'deleted', 'deleted']})
      expect(reasons['metrics 1']).to.be.a('string')
    })

    it('[S14] for a dataset that is still there is a failure', async () => {
      const plan = planFor([['results']])
      const hub = fakeHub(plannedDatasets(plan))
      hub.deleteDataset = () => Promise.reject(missing())
      const {outcomes} = await carry(plan, () => {}, {hub})
      expect(outcomes[0]).to.include({status: 'failed'}).and.not.to.have.property('uncertain')
      expect(outcomes[0]?.reason).to.include('404').and.include('it is still there')
    })

    it('for a dataset that was renamed says where to', async () => {
      const plan = planFor([['results']])
      const hub = fakeHub(plannedDatasets(plan), () => missing())
      hub.whereabouts = async () => ({state: 'moved', to: 'kim/elsewhere'})
      const {outcomes} = await carry(plan, () => {}, {hub})
      expect(outcomes[0]).to.include({status: 'gone', reason: 'was renamed to kim/elsewhere'})
    })

    it('for a dataset whose whereabouts cannot be asked for is settled by the listing at the end', async () => {
      const plan = planFor([['results']])
      for (const [isListed, status] of [
        [true, 'failed'],
        [false, 'gone'],
      ] as const) {
        const hub = fakeHub(plannedDatasets(plan), () => missing())
        hub.whereabouts = () => Promise.reject(lost())
        const {outcomes} = await carry(plan, () => {}, {
          hub,
          listAtEnd: async () => (isListed ? plannedDatasets(plan) : []),
        })
        expect(outcomes[0]?.status).to.equal(status)
        expect(outcomes[0]?.uncertain).to.equal(isListed ? true : undefined)
      }
    })

    it('that does not speak of the dataset is a failure', async () => {
      for (const code of [undefined, 'RevisionNotFound']) {
        const {statuses} = await carry(planFor([['results']]), () => refusal(404, {code}))
        expect(statuses['results 1']).to.equal('failed')
      }
    })

    it('to a DELETE that repeats one whose answer was lost says it is deleted', async () => {
      const {statuses, hub, events} = await carry(planFor([['results']]), inTurn(lost(), missing()))
      expect(statuses['results 1']).to.equal('deleted')
      expect(hub.deletes).to.have.length(2)
      expect(events.filter(({kind}) => kind === 'started')).to.have.length(1)
    })
  })

  describe('a lost answer', () => {
    it('that stays lost is a failure where the dataset is still there, and leaves the rest of the run', async () => {
      const {statuses, reasons, hub, outcomes} = await carry(
        planFor([RUN_TYPES]),
        only('metrics 1', () => lost()),
      )
      expect(byRun(statuses)).to.deep.equal({1: ['failed', 'unattempted', 'unattempted']})
      expect(reasons['metrics 1']).to.include('it is still there').and.include('no answer')
      expect(outcomes[0]).not.to.have.property('uncertain')
      expect(hub.deletes).to.have.length(6)
    })

    it('is not repeated once the job is stopped, and is never called unattempted', async () => {
      const controller = new AbortController()
      const stop: OnDelete = () => {
        controller.abort()
        return lost()
      }

      const {statuses, reasons, hub} = await carry(planFor([RUN_TYPES]), stop, {signal: controller.signal})
      expect(byRun(statuses)).to.deep.equal({1: ['failed', 'unattempted', 'unattempted']})
      expect(reasons['metrics 1']).to.include('may be deleted or not')
      expect(hub.deletes).to.have.length(1)
    })

    for (const error of [refusal(429, {actionLimit: true}), refusal(401), refusal(409)]) {
      it(`is not known after an answer ${error.status} to the next DELETE, until everything is listed`, async () => {
        const plan = planFor([['results']])
        const answers = inTurn(lost(), error)
        const shown = await carry(plan, answers)
        expect(shown.statuses['results 1']).to.equal('failed')
        expect(shown.reasons['results 1']).to.include('it is still there')
        const blind = await carry(plan, answers, {listAtEnd: () => Promise.reject(new Error('no list'))})
        expect(blind.outcomes[0]).to.deep.include({status: 'failed', uncertain: true})
        expect(blind.reasons['results 1']).to.include('may be deleted or not')
      })
    }

    it('is a deletion where a look that others needed lacks the dataset', async () => {
      const excluded = new Map<string, Exclusion>([[full('results 1'), {status: 'gone', reason: 'left'}]])
      const plan = planFor([['results'], ['results']])
      const hub = fakeHub(plannedDatasets(plan), (name, time) => {
        if (time > 0) return
        return name === full('results 1') ? lost() : quota()
      })
      const {statuses} = await carry(plan, () => {}, {
        hub,
        concurrency: 2,
        async lookAgain() {
          hub.listing = hub.listing.filter(({name}) => name !== full('results 1'))
          return excluded
        },
      })
      expect(statuses['results 1']).to.equal('deleted')
    })

    const lostAnswers = [
      lost(),
      new HubFormatError('202 with nothing instead of OK'),
      ...[302, 307, 408, 500, 501, 502, 503, 504, 520].map((status) => refusal(status)),
    ]
    for (const error of lostAnswers) {
      /** Carries out a plan of one dataset whose first DELETE is answered so, and which is found so then. */
      const found = async (where: (dataset: Dataset) => Whereabouts) => {
        const plan = planFor([['results']])
        const [dataset] = plannedDatasets(plan) as [Dataset]
        const hub = fakeHub([dataset], inTurn(error))
        hub.whereabouts = async (name) => {
          hub.log.push(`ASK ${name}`)
          return where(dataset)
        }

        // The listing alone could not tell.
        const carried = await carry(plan, () => {}, {hub, listAtEnd: async () => []})
        return {...carried, log: hub.log.map((line) => line.split(' ')[0])}
      }

      const there = ({id, name, sha}: Dataset): Whereabouts => ({state: 'there', id, name, sha})

      it(`[S14] such as "${error.message}" is settled by the whereabouts of that dataset: there, so it is sent again`, async () => {
        const {log, statuses} = await found(there)
        expect(log).to.deep.equal(['DELETE', 'ASK', 'DELETE'])
        expect(statuses['results 1']).to.equal('deleted')
      })

      const absences: Array<[title: string, where: (dataset: Dataset) => Whereabouts, status: string]> = [
        ['missing', () => ({state: 'missing'}), 'deleted'],
        ['another one by its id', (dataset) => ({...there(dataset), id: 'other'}) as Whereabouts, 'deleted'],
        ['renamed', () => ({state: 'moved', to: 'kim/elsewhere'}), 'gone'],
        ['changed', (dataset) => ({...there(dataset), sha: 'other'}) as Whereabouts, 'skipped'],
      ]
      for (const [title, where, status] of absences) {
        it(`[S14] such as "${error.message}" is settled by the whereabouts of that dataset: ${title}, so it is never sent again`, async () => {
          const {log, statuses} = await found(where)
          expect(log).to.deep.equal(['DELETE', 'ASK'])
          expect(statuses['results 1']).to.equal(status)
        })
      }

      it(`[S14] such as "${error.message}" is not known where the whereabouts are not: it is never sent again`, async () => {
        for (const where of [
          (): Whereabouts => {
            throw new HubFormatError('half an answer')
          },
          (): Whereabouts => ({state: 'moved', to: undefined}),
        ]) {
          const {log} = await found(where)
          expect(log).to.deep.equal(['DELETE', 'ASK'])
        }
      })
    }
  })

  describe('the look at the end', () => {
    const plan = planFor([RUN_TYPES, ['results']])

    it('is one listing, and asks for nothing else where nothing of the plan is left', async () => {
      const {hub} = await carry(plan, () => {})
      expect(hub.log.filter((line) => !line.startsWith('DELETE'))).to.deep.equal(['LIST'])
      expect(hub.log.at(-1)).to.equal('LIST')
    })

    it('is not made where nothing was deleted, or the job was interrupted', async () => {
      const refused = await carry(plan, () => refusal(403))
      expect(refused.hub.log).not.to.include('LIST')
      const controller = new AbortController()
      const stopped = await carry(plan, () => controller.abort(), {signal: controller.signal})
      expect(stopped.hub.log).not.to.include('LIST')
      expect(stopped.warnings).to.deep.equal([])
    })

    /** A Hub that answers OK and does nothing. */
    const idle = (of: Plan = plan) => {
      const hub = fakeHub(plannedDatasets(of))
      const {deleteDataset} = hub
      hub.deleteDataset = async (...args) => {
        const before = hub.listing
        try {
          return await deleteDataset(...args)
        } finally {
          hub.listing = before
        }
      }

      return hub
    }

    it('[S14] finds a failure where the Hub answered OK and did nothing, and says so everywhere', async () => {
      const written: Outcome[] = []
      const {outcomes, events} = await carry(plan, () => {}, {
        hub: idle(),
        concurrency: 3,
        journal: {
          async intent() {},
          async outcome(outcome) {
            written.push(outcome)
          },
        },
      })
      expect(outcomes).to.have.length(4)
      for (const {name, status, reason, uncertain} of outcomes) {
        expect([status, uncertain]).to.deep.equal(['failed', undefined])
        expect(reason).to.equal('the Hub answered OK, but it is still there')
        expect(written.findLast((each) => each.name === name)?.status).to.equal('failed')
        const told = events.filter((event) => event.kind === 'finished' && event.outcome.name === name)
        expect(told.at(-1)).to.deep.include({outcome: {name, status, reason}})
      }
    })

    it('finds no failure where the listing only lags', async () => {
      const {statuses} = await carry(plan, () => {}, {listAtEnd: async () => plannedDatasets(plan)})
      expectAll(statuses, 'deleted')
    })

    it('finds no failure where another dataset has the name since', async () => {
      const {statuses, hub} = await carry(plan, () => {}, {
        listAtEnd: async () => plannedDatasets(plan).map((each) => ({...each, id: 'other'})),
      })
      expectAll(statuses, 'deleted')
      expect(hub.log.filter((line) => line.startsWith('ASK'))).to.deep.equal([])
    })

    it('leaves open what is still listed and cannot be asked for', async () => {
      const hub = idle()
      hub.whereabouts = () => Promise.reject(new HubFormatError('half an answer'))
      const {outcomes} = await carry(plan, () => {}, {hub})
      for (const outcome of outcomes) {
        expect(outcome).to.include({status: 'failed', uncertain: true})
        expect(outcome.reason).to.include('half an answer')
      }
    })

    it('finds deleted what was not known, where it is not there any more', async () => {
      const hub = fakeHub(plannedDatasets(plan), (name) => {
        hub.listing = hub.listing.filter((each) => each.name !== name)
        return lost()
      })
      hub.whereabouts = () => Promise.reject(lost())
      const {outcomes, statuses} = await carry(plan, () => {}, {hub})
      expect(byRun(statuses)).to.deep.equal({2: ['deleted'], 1: ['deleted', 'unattempted', 'unattempted']})
      expect(outcomes.some(({uncertain}) => uncertain)).to.equal(false)
    })

    it('that fails is a warning, and changes no outcome', async () => {
      const {statuses, warnings} = await carry(plan, () => {}, {
        listAtEnd: () => Promise.reject(new HubFormatError('half a page')),
      })
      expectAll(statuses, 'deleted')
      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('half a page')
    })

    it('[S14] by a token with less access makes nothing gone of what could not be found', async () => {
      const {statuses, outcomes, warnings} = await carry(
        plan,
        (name) => (name === full('metrics 1') ? missing() : undefined),
        {listAtEnd: () => Promise.reject(new RefusedError('not a member any more'))},
      )
      expect(byRun(statuses)).to.deep.equal({2: ['deleted'], 1: ['failed', 'deleted', 'deleted']})
      expect(outcomes.find(({status}) => status === 'failed')).to.include({uncertain: true})
      expect(warnings).to.have.length(1)
    })

    it('comes before the leaderboard, which stays where anything else did', async () => {
      const whole = planFor([RUN_TYPES], true)
      const {statuses, hub} = await carry(whole, () => {}, {hub: idle(whole)})
      expect(hub.deletes).not.to.include(LEADERBOARD)
      expect(byRun(statuses)).to.deep.equal({1: ['failed', 'failed', 'failed'], leaderboard: ['unattempted']})
    })

    it('keeps the leaderboard where it fails', async () => {
      const {statuses, hub} = await carry(planFor([['results']], true), () => {}, {
        listAtEnd: () => Promise.reject(new HubFormatError('half a page')),
      })
      expect(hub.deletes).not.to.include(LEADERBOARD)
      expect(statuses).to.deep.equal({'results 1': 'deleted', [LEADERBOARD]: 'unattempted'})
    })

    it('comes after the leaderboard too', async () => {
      const alone = planFor([], true)
      const {statuses} = await carry(alone, () => {}, {hub: idle(alone)})
      expect(statuses[LEADERBOARD]).to.equal('failed')
    })
  })

  describe('an answer 401', () => {
    it('stops the rest of all runs, which is unattempted', async () => {
      const {statuses, hub, reasons} = await carry(
        planFor([RUN_TYPES, RUN_TYPES, RUN_TYPES]),
        only('traces 3', () => refusal(401)),
      )
      expect(byRun(statuses)).to.deep.equal({
        3: ['deleted', 'failed', 'unattempted'],
        2: ['unattempted', 'unattempted', 'unattempted'],
        1: ['unattempted', 'unattempted', 'unattempted'],
      })
      expect(hub.deletes).to.have.length(2)
      expect(reasons['metrics 1']).to.include('token')
    })

    it('lets those finish that are under way', async () => {
      const release: Array<() => void> = []
      const onDelete: OnDelete = (name) => {
        if (name === full('metrics 2')) {
          setImmediate(() => release.pop()?.())
          return refusal(401)
        }

        return new Promise((resolve) => {
          release.push(resolve)
        })
      }

      const {statuses} = await carry(planFor([RUN_TYPES, RUN_TYPES]), onDelete, {concurrency: 2})
      expect(statuses).to.deep.include({
        'metrics 2': 'failed',
        'metrics 1': 'deleted',
        'traces 1': 'unattempted',
      })
    })
  })

  describe('a Hub that is not well', () => {
    const many: Array<readonly RunType[]> = Array.from({length: 9}, () => ['results'])

    it('is not asked on and on: after five datasets in a row of which nobody knows anything, the rest stays', async () => {
      const {statuses, outcomes} = await carry(planFor(many), () => refusal(503))
      const counts = (status: string) => Object.values(statuses).filter((each) => each === status).length
      // One more may be under way, of which nobody knows anything either.
      expect(counts('failed')).to.be.within(5, 6)
      expect(counts('failed') + counts('unattempted')).to.equal(9)
      const left = outcomes.find(({status}) => status === 'unattempted')
      expect(left?.reason).to.include('failed 5 times in a row')
    })

    it('is asked on where anything goes well in between, or is refused', async () => {
      for (const relief of [undefined, refusal(403)]) {
        const {statuses} = await carry(planFor(many), (name) =>
          /2026010[258]/.test(name) ? relief : refusal(503),
        )
        expect(Object.values(statuses)).not.to.include('unattempted')
      }
    })

    it('holds up nobody else while one dataset pauses', async () => {
      const order: string[] = []
      const plan = planFor([['results'], ['results'], ['results']])
      const controller = new AbortController()
      const carried = carry(
        plan,
        (name) => {
          order.push(short(name))
          if (order.length === 3) controller.abort()
          return name === full('results 3') ? refusal(503, {retryAfterMs: 60_000}) : undefined
        },
        {signal: controller.signal},
      )
      const {statuses} = await carried
      expect(order).to.deep.equal(['results 3', 'results 2', 'results 1'])
      expect(statuses).to.include({'results 2': 'deleted', 'results 1': 'deleted'})
    })

    it('tells of each repeat what went wrong, and how many there will be', async () => {
      const {events} = await carry(planFor([['results']]), inTurn(refusal(503), lost()))
      expect(events.filter(({kind}) => kind === 'repeating')).to.deep.equal([
        {
          kind: 'repeating',
          name: full('results 1'),
          why: 'retry',
          ms: 0,
          cause: 'the Hub answered 503',
          retry: 1,
          of: 5,
        },
        {
          kind: 'repeating',
          name: full('results 1'),
          why: 'retry',
          ms: 0,
          cause: 'no answer from the Hub (no answer)',
          retry: 2,
          of: 5,
        },
      ])
    })

    it('is backed off from where it answers 429 without a word, a few times', async () => {
      const {statuses, hub} = await carry(planFor([['results']]), () => refusal(429))
      expect(statuses['results 1']).to.equal('failed')
      expect(hub.deletes).to.have.length(6)
      const once = await carry(planFor([['results']]), inTurn(refusal(429)))
      expect(once.statuses['results 1']).to.equal('deleted')
      expect(once.events.find(({kind}) => kind === 'waiting')).to.deep.include({why: 'retry', retry: 1})
    })

    it('gets half as many requests at a time, and more again as it recovers', async () => {
      const pending: Array<() => void> = []
      let sent = 0
      const carried = carry(
        planFor(many),
        () => {
          const isOverload = sent++ < 4
          return new Promise((resolve) => {
            pending.push(() => resolve(isOverload ? refusal(503) : undefined))
          })
        },
        {concurrency: 4},
      )
      for (const inFlight of [4, 2, 3, 4]) {
        await until(`${inFlight} requests are under way`, () => pending.length === inFlight)
        await someTurns()
        expect(pending).to.have.length(inFlight)
        for (const answer of pending.splice(0)) answer()
      }

      const {statuses} = await carried
      expectAll(statuses, 'deleted')
    })
  })

  describe('a quota that is known', () => {
    it('[S15] is waited for before anything is sent into its end, then all is looked at, and no intent is in vain', async () => {
      const plan = planFor([['results']])
      const hub = fakeHub(plannedDatasets(plan))
      hub.allowance = {left: 0, refillMs: 20}
      const steps: string[] = []
      const {statuses} = await carry(plan, () => {}, {
        hub,
        journal: {
          async intent() {
            steps.push('intent')
          },
          async outcome() {
            steps.push('outcome')
          },
        },
        async lookAgain() {
          steps.push('look')
          return nothing
        },
        onEvent(event) {
          if (event.kind !== 'waiting') return
          steps.push(`${event.why} ${event.ms}`)
          hub.allowance = {left: 9, refillMs: 0}
        },
      })
      expect(steps).to.deep.equal(['quota 100', 'look', 'intent', 'outcome'])
      expect(statuses['results 1']).to.equal('deleted')
    })

    it('lets no more requests go at a time than are left of it', async () => {
      const plan = planFor(Array.from({length: 6}, () => ['results'] as const))
      let inFlight = 0
      let most = 0
      const hub = fakeHub(plannedDatasets(plan), async () => {
        most = Math.max(most, ++inFlight)
        await someTurns()
        inFlight--
      })
      hub.allowance = {left: 2, refillMs: 0}
      const {outcomes} = await carry(plan, () => {}, {hub, concurrency: 4})
      expect(most).to.equal(2)
      expect(outcomes.every(({status}) => status === 'deleted')).to.equal(true)
    })
  })

  describe('a used-up quota', () => {
    it('[S10] is waited for, then all is looked at again, then the same DELETE is sent again', async () => {
      const steps: string[] = []
      const plan = planFor([RUN_TYPES])
      const {statuses, events, hub} = await carry(
        plan,
        (name, time) => {
          steps.push(short(name))
          return name === full('traces 1') && time === 0 ? quota(1) : undefined
        },
        {
          async lookAgain() {
            steps.push('look')
            return nothing
          },
        },
      )
      expect(steps).to.deep.equal(['metrics 1', 'traces 1', 'look', 'traces 1', 'results 1'])
      expectAll(statuses, 'deleted')
      expect(events.filter(({kind}) => kind === 'waiting' || kind === 'checking')).to.deep.equal([
        {kind: 'waiting', why: 'quota', ms: 100},
        {kind: 'checking'},
        {kind: 'checking'},
      ])
      expect(hub.deletes).to.have.length(4)
    })

    it('[S15] is never a failure, however often it is used up, as long as anything goes in between', () =>
      withoutPauses(async () => {
        const many = planFor(Array.from({length: 9}, () => RUN_TYPES))
        const {statuses} = await carry(many, (_, time) => (time < 3 ? quota() : undefined))
        expectAll(statuses, 'deleted')
      }))

    it('[S15] ends the job after three windows in a row without one deletion, and fails nothing', () =>
      withoutPauses(async (pauses) => {
        const {statuses, reasons, hub} = await carry(planFor([RUN_TYPES, RUN_TYPES]), (name) =>
          name === full('metrics 2') ? undefined : quota(2000),
        )
        expect(byRun(statuses)).to.deep.equal({
          2: ['deleted', 'unattempted', 'unattempted'],
          1: ['unattempted', 'unattempted', 'unattempted'],
        })
        expect(reasons['results 1']).to.include('quota').and.include('3 times in a row')
        expect(hub.deletes).to.have.length(5)
        expect(pauses).to.deep.equal([2000, 2000, 2000])
      }))

    it('ends the job after three windows that were empty from the start', () =>
      withoutPauses(async (pauses) => {
        const plan = planFor([['results']])
        const hub = fakeHub(plannedDatasets(plan))
        hub.allowance = {left: 0, refillMs: 5}
        const {statuses} = await carry(plan, () => {}, {hub})
        expect(statuses['results 1']).to.equal('unattempted')
        expect(hub.deletes).to.deep.equal([])
        expect(pauses).to.deep.equal([100, 1000, 1000])
      }))

    it('ends the job where nobody waits any more, though many wait at a time', () =>
      withoutPauses(async (pauses) => {
        const many = planFor(Array.from({length: 9}, () => RUN_TYPES))
        const {statuses, hub} = await carry(many, () => quota(), {concurrency: 4})
        expectAll(statuses, 'unattempted')
        expect(pauses.length).to.equal(3)
        expect(hub.deletes.length).to.be.at.most(16)
      }))

    it('holds up every run, and is waited for once', async () => {
      const log: string[] = []
      const all: Array<readonly RunType[]> = Array.from({length: 4}, () => RUN_TYPES)
      const {statuses, events} = await carry(
        planFor(all),
        async (name, time) => {
          await new Promise(setImmediate)
          const isFirst = name.includes('metrics') && time === 0
          if (!isFirst) log.push(short(name))
          return isFirst ? quota() : undefined
        },
        {
          concurrency: 4,
          async lookAgain() {
            const sentBefore = log.length
            await someTurns()
            expect(log.length, 'sent during the look').to.equal(sentBefore)
            log.push('look')
            return nothing
          },
        },
      )
      expect(log[0]).to.equal('look')
      expect(log.filter((line) => line === 'look')).to.have.length(1)
      expect(events.filter(({kind}) => kind === 'waiting')).to.have.length(1)
      expectAll(statuses, 'deleted')
    })

    it('holds up a run whose DELETE was under way: nothing of it is sent before the look is over', async () => {
      const log: string[] = []
      await carry(
        planFor([
          ['metrics', 'results'],
          ['metrics', 'results'],
        ]),
        async (name, time) => {
          log.push(short(name))
          if (name === full('metrics 1')) await new Promise(setImmediate)
          return name === full('metrics 2') && time === 0 ? quota() : undefined
        },
        {
          concurrency: 2,
          async lookAgain() {
            await someTurns()
            log.push('look')
            return nothing
          },
        },
      )
      expect(log.slice(0, 3)).to.deep.equal(['metrics 2', 'metrics 1', 'look'])
      expect(log).to.have.length(6)
    })

    it('leaves out what changed or left meanwhile', async () => {
      const plan = planFor([RUN_TYPES, RUN_TYPES, RUN_TYPES])
      const hub = fakeHub(plannedDatasets(plan), only('metrics 3', inTurn(quota())))
      const {statuses, reasons} = await carry(plan, () => {}, {
        hub,
        async lookAgain() {
          hub.listing = hub.listing.filter(({name}) => name !== full('metrics 3'))
          return new Map<string, Exclusion>([
            [full('metrics 3'), {status: 'gone', reason: 'left'}],
            ...RUN_TYPES.map((type): [string, Exclusion] => [
              full(`${type} 2`),
              {status: 'skipped', reason: 'traces changed'},
            ]),
          ])
        },
      })
      expect(byRun(statuses)).to.deep.equal({
        3: ['gone', 'deleted', 'deleted'],
        2: ['skipped', 'skipped', 'skipped'],
        1: ['deleted', 'deleted', 'deleted'],
      })
      expect(hub.deletes.some((name) => short(name).endsWith('2'))).to.equal(false)
      expect(reasons['results 2']).to.equal('traces changed')
    })

    it('takes the newest look for the whole truth', async () => {
      const looks = [
        new Map<string, Exclusion>([[full('metrics 2'), {status: 'skipped', reason: 'changed'}]]),
        nothing,
      ]
      const {statuses} = await carry(
        planFor([['metrics'], ['metrics'], ['metrics']]),
        only('metrics 3', inTurn(quota(), quota())),
        {
          lookAgain: async () => looks.shift() ?? nothing,
        },
      )
      expect(statuses['metrics 2']).to.equal('deleted')
    })

    it('stops the job where the look is not certain: the rest is unattempted, with the reason', async () => {
      const {statuses, hub, reasons} = await carry(
        planFor([RUN_TYPES, RUN_TYPES]),
        only('traces 2', inTurn(quota())),
        {
          lookAgain: () => Promise.reject(new HubFormatError('half a page')),
        },
      )
      expect(byRun(statuses)).to.deep.equal({
        2: ['deleted', 'unattempted', 'unattempted'],
        1: ['unattempted', 'unattempted', 'unattempted'],
      })
      expect(reasons['metrics 1']).to.include('half a page')
      expect(hub.deletes).to.have.length(2)
    })

    it('stops the job where the look was cancelled, as an interruption', async () => {
      const {statuses, reasons} = await carry(planFor([['results']]), inTurn(quota()), {
        lookAgain: () => Promise.reject(new CancelledError('enough')),
      })
      expect(statuses['results 1']).to.equal('unattempted')
      expect(reasons['results 1']).to.equal('interrupted')
    })

    it('is not waited for any longer once the job is aborted', async () => {
      const controller = new AbortController()
      let looks = 0
      const {statuses} = await carry(planFor([RUN_TYPES]), inTurn(quota(3_600_000)), {
        signal: controller.signal,
        onEvent(event) {
          if (event.kind === 'waiting') controller.abort()
        },
        async lookAgain() {
          looks++
          return nothing
        },
      })
      expectAll(statuses, 'unattempted')
      expect(looks).to.equal(0)
    })

    it('[S15] is told from a limit of the action, which stops the rest with its words', async () => {
      const limit = refusal(429, {actionLimit: true, text: 'exceeded for deletion\u0007 (300 per day)'})
      const {statuses, reasons, hub} = await carry(
        planFor([RUN_TYPES, RUN_TYPES]),
        only('traces 2', () => limit),
      )
      expect(byRun(statuses)).to.deep.equal({
        2: ['deleted', 'unattempted', 'unattempted'],
        1: ['unattempted', 'unattempted', 'unattempted'],
      })
      expect(reasons['results 1']).to.include('300 per day').and.not.include('\u0007')
      expect(hub.deletes).to.have.length(2)
    })
  })

  describe('[S10] a look that is too old', () => {
    /** Looks that take a while, each of which is young enough once it is over. */
    function looks() {
      const seen = {count: 0, isOld: true, whys: [] as string[], firsts: new Set<boolean>()}
      return {
        seen,
        isOld(isFirst: boolean) {
          seen.firsts.add(isFirst)
          return seen.isOld
        },
        async lookAgain(why: LookReason) {
          seen.count++
          seen.whys.push(why)
          await someTurns()
          seen.isOld = false
          return nothing
        },
      }
    }

    it('is one for all that would send a DELETE, and each of them waits for it', async () => {
      const {seen, isOld, lookAgain} = looks()
      const {hub, statuses} = await carry(
        planFor([['results'], ['results'], ['results'], ['results']]),
        () => {
          expect(seen.count).to.equal(1)
        },
        {concurrency: 4, isOld, lookAgain},
      )
      expect(seen.whys).to.deep.equal(['first'])
      expect(hub.deletes).to.have.length(4)
      expectAll(statuses, 'deleted')
    })

    it('is asked about as the first one until a DELETE was sent', async () => {
      const asked: boolean[] = []
      const {hub} = await carry(planFor([['metrics', 'results']]), () => {}, {
        isOld(isFirst) {
          asked.push(isFirst)
          return false
        },
      })
      expect(hub.deletes).to.have.length(2)
      // Before and after the intent of each.
      expect(asked).to.deep.equal([true, true, false, false])
    })

    it('because the intent took its time is followed by another, not by another intent', async () => {
      const {seen, isOld, lookAgain} = looks()
      seen.isOld = false
      const steps: string[] = []
      const {statuses} = await carry(planFor([['results']]), () => void steps.push('DELETE'), {
        isOld,
        async lookAgain(why) {
          steps.push('look')
          return lookAgain(why)
        },
        journal: {
          async intent() {
            steps.push('intent')
            seen.isOld = true
          },
          async outcome() {},
        },
      })
      expect(steps.filter((step) => step !== 'look').slice(0, 2)).to.deep.equal(['intent', 'DELETE'])
      expect(steps.slice(0, 3)).to.deep.equal(['intent', 'look', 'DELETE'])
      expect(statuses['results 1']).to.equal('deleted')
    })

    it('and cannot be made anew before anything was sent is an error, whatever it is', async () => {
      const uncertain = new RefusedError('The access has changed meanwhile.')
      const plan = planFor([RUN_TYPES, RUN_TYPES])
      const hub = fakeHub(plannedDatasets(plan))
      const carried = carry(plan, () => {}, {
        hub,
        concurrency: 2,
        isOld: () => true,
        lookAgain: () => Promise.reject(uncertain),
      })
      expect(await rejectionOf(carried)).to.equal(uncertain)
      expect(hub.deletes).to.deep.equal([])
    })

    it('and cannot be made anew later leaves the rest', async () => {
      let isOld = false
      const {statuses, reasons, hub} = await carry(
        planFor([RUN_TYPES]),
        () => {
          isOld = true
        },
        {isOld: () => isOld, lookAgain: () => Promise.reject(new RefusedError('no access'))},
      )
      expect(hub.deletes.map((name) => short(name))).to.deep.equal(['metrics 1'])
      expect(byRun(statuses)).to.deep.equal({1: ['deleted', 'unattempted', 'unattempted']})
      expect(reasons['traces 1']).to.include('no access')
    })

    it('before each of many DELETEs is made anew as often', async () => {
      let isOld = true
      let count = 0
      const {statuses} = await carry(
        planFor(Array.from({length: 9}, () => ['metrics', 'results'] as const)),
        () => {
          isOld = true
        },
        {
          isOld: () => isOld,
          async lookAgain() {
            count++
            isOld = false
            return nothing
          },
        },
      )
      expect(count).to.equal(18)
      expectAll(statuses, 'deleted')
    })

    it('is told from a wait: after one for the quota, and before the leaderboard, the listing is made anew', async () => {
      const whys: string[] = []
      await carry(planFor([['results']], true), only('results 1', inTurn(quota(), refusal(429))), {
        async lookAgain(why) {
          whys.push(why)
          return nothing
        },
      })
      expect(whys).to.deep.equal(['wait', 'age', 'wait'])
    })

    it('each time, before anything can be sent, ends the job', async () => {
      let count = 0
      const {statuses, reasons, hub} = await carry(planFor([RUN_TYPES]), () => {}, {
        isOld: () => true,
        async lookAgain() {
          count++
          return nothing
        },
      })
      expect(hub.deletes).to.deep.equal([])
      expect(count).to.be.within(2, 20)
      expectAll(statuses, 'unattempted')
      expect(reasons['metrics 1']).to.include('was too old')
    })
  })

  describe('a journal', () => {
    const failure = new RefusedError('The journal cannot be written.')

    /** Writes into the log of the Hub, so that the order of both is seen. */
    const journalIn = (
      log: string[],
      fails: (entry: string) => boolean = () => false,
    ): NonNullable<DeletionOptions['journal']> => {
      const write = async (entry: string) => {
        await someTurns()
        if (fails(entry)) throw failure
        log.push(entry)
      }

      return {
        intent: ({name}) => write(`intent ${short(name)}`),
        outcome: ({name, status, requestId}) => write(`${status} ${short(name)} ${requestId ?? ''}`.trim()),
      }
    }

    const written = (entries: string[]) => ({journal: journalIn(entries), entries})

    it('has the intent before each DELETE, and the outcome with the id of the request after it', async () => {
      const log: string[] = []
      const plan = planFor([['results', 'metrics']])
      const hub = fakeHub(plannedDatasets(plan), (name) => void log.push(`DELETE ${short(name)}`))
      const {deleteDataset} = hub
      hub.deleteDataset = async (...args) => {
        await deleteDataset(...args)
        return `id of ${short(args[0])}`
      }

      const outcomes = await carry(plan, () => {}, {hub, journal: journalIn(log)})
      expect(log).to.deep.equal([
        'intent metrics 1',
        'DELETE metrics 1',
        'deleted metrics 1 id of metrics 1',
        'intent results 1',
        'DELETE results 1',
        'deleted results 1 id of results 1',
      ])
      expect(outcomes.outcomes[0]).not.to.have.property('requestId')
    })

    it('has the intent again before a DELETE is repeated', async () => {
      const {journal, entries} = written([])
      await carry(planFor([['results']]), inTurn(lost(), quota()), {journal})
      expect(entries).to.deep.equal([
        'intent results 1',
        'intent results 1',
        'intent results 1',
        'deleted results 1',
      ])
    })

    it('has the outcome without an intent where no DELETE was sent', async () => {
      const {journal, entries} = written([])
      const excluded = new Map<string, Exclusion>([
        [full('results 1'), {status: 'skipped', reason: 'changed'}],
      ])
      await carry(
        planFor([['results'], RUN_TYPES]),
        only('metrics 2', () => refusal(403)),
        {journal, excluded},
      )
      expect(entries.filter((entry) => entry.startsWith('intent'))).to.deep.equal(['intent metrics 2'])
      expect(entries).to.include.members([
        'skipped results 1',
        'unattempted traces 2',
        'unattempted results 2',
      ])
    })

    it('[S14] that cannot take the intent stops everything, and no DELETE is sent', async () => {
      const {hub, statuses, reasons} = await carry(planFor([RUN_TYPES, RUN_TYPES]), () => {}, {
        journal: journalIn([], (entry) => entry.startsWith('intent')),
        concurrency: 2,
      })
      expect(hub.deletes).to.deep.equal([])
      expectAll(statuses, 'unattempted')
      expect(reasons['metrics 1']).to.include('journal')
    })

    it('that cannot take an outcome any more stops everything, and the outcome is reported all the same', async () => {
      const {hub, statuses} = await carry(planFor([RUN_TYPES]), () => {}, {
        journal: journalIn([], (entry) => entry.startsWith('deleted')),
      })
      expect(hub.deletes.map((name) => short(name))).to.deep.equal(['metrics 1'])
      expect(byRun(statuses)).to.deep.equal({1: ['deleted', 'unattempted', 'unattempted']})
    })

    it('is waited for while the quota ends: what fell out of the plan in that moment stays', async () => {
      const seen = {fallenOut: false}
      const {hub, statuses} = await carry(
        planFor([['results'], ['results']]),
        only('results 2', (_, time) => (time === 0 ? quota() : undefined)),
        {
          concurrency: 2,
          journal: {
            // The older run's intent takes so long that the newer one has met the end of the quota meanwhile.
            async intent({name}) {
              if (short(name) === 'results 1') while (!seen.fallenOut) await someTurns()
            },
            async outcome() {},
          },
          async lookAgain() {
            seen.fallenOut = true
            return new Map([[full('results 1'), {status: 'skipped', reason: 'pinned'}]])
          },
        },
      )
      expect(statuses).to.deep.equal({'results 2': 'deleted', 'results 1': 'skipped'})
      expect(hub.deletes.map((name) => short(name))).not.to.include('results 1')
    })

    it('says of a DELETE whose answers were all lost that nobody knows', async () => {
      const outcomes: Outcome[] = []
      const journal: NonNullable<DeletionOptions['journal']> = {
        async intent() {},
        async outcome(outcome) {
          outcomes.push(outcome)
        },
      }
      const unlisted = () => Promise.reject(lost())
      const hub = fakeHub([], () => lost())
      await carry(planFor([['results']]), () => {}, {
        journal,
        hub: {...hub, whereabouts: unlisted},
        listAtEnd: unlisted,
      })
      expect(outcomes[0]).to.include({status: 'failed', uncertain: true})
    })
  })

  describe('what fell out of the plan before', () => {
    it('is not sent, and keeps its status and reason', async () => {
      const excluded = new Map<string, Exclusion>([
        [full('metrics 1'), {status: 'gone', reason: 'left'}],
        [full('traces 1'), {status: 'skipped', reason: 'changed'}],
      ])
      const plan = planFor([RUN_TYPES])
      const there = plannedDatasets(plan).filter(({name}) => name !== full('metrics 1'))
      const {outcomes, hub, events} = await carry(plan, () => {}, {excluded, hub: fakeHub(there)})
      expect(outcomes.slice(0, 2)).to.deep.equal([
        {name: full('metrics 1'), status: 'gone', reason: 'left'},
        {name: full('traces 1'), status: 'skipped', reason: 'changed'},
      ])
      expect(hub.deletes.map((name) => short(name))).to.deep.equal(['results 1'])
      expect(events.filter(({kind}) => kind === 'started')).to.have.length(1)
    })
  })

  describe('an interruption', () => {
    it('before the start lets nothing go', async () => {
      const {hub, statuses} = await carry(planFor([RUN_TYPES], true), () => {}, {signal: AbortSignal.abort()})
      expect(hub.deletes).to.deep.equal([])
      expectAll(statuses, 'unattempted')
    })

    it('in the middle starts nothing new and waits for what is under way', async () => {
      const controller = new AbortController()
      let finished = 0
      const {statuses, hub, reasons} = await carry(
        planFor([RUN_TYPES, RUN_TYPES, RUN_TYPES, RUN_TYPES]),
        async () => {
          controller.abort()
          await new Promise(setImmediate)
          finished++
        },
        {concurrency: 3, signal: controller.signal},
      )
      expect(hub.deletes.length).to.be.lessThan(4)
      expect(finished).to.equal(hub.deletes.length)
      expect(Object.values(statuses).filter((status) => status === 'deleted')).to.have.length(finished)
      expect(Object.values(statuses).filter((status) => status === 'unattempted')).to.have.length(
        12 - finished,
      )
      expect(reasons['results 1']).to.equal('interrupted')
    })
  })

  describe('the leaderboard', () => {
    it('[S12] goes last, after one more look', async () => {
      const looks: number[] = []
      const {hub, outcomes} = await carry(planFor([RUN_TYPES, RUN_TYPES], true), () => {}, {
        concurrency: 4,
        async lookAgain() {
          looks.push(1)
          return nothing
        },
      })
      expect(hub.log.slice(-3)).to.deep.equal(['LIST', `DELETE ${LEADERBOARD} as leaderboard`, 'LIST'])
      expect(hub.log.slice(0, -2).some((line) => line.includes('leaderboard'))).to.equal(false)
      expect(outcomes.at(-1)).to.deep.equal({name: LEADERBOARD, status: 'deleted'})
      expect(looks).to.have.length(1)
    })

    it('goes alone where nothing else is planned', async () => {
      const {hub} = await carry(planFor([], true), () => {})
      expect(hub.deletes).to.deep.equal([LEADERBOARD])
    })

    it('goes where all before it was gone', async () => {
      const {statuses} = await carry(
        planFor([['results']], true),
        only('results 1', () => missing()),
      )
      expect(statuses).to.deep.equal({'results 1': 'gone', [LEADERBOARD]: 'deleted'})
    })

    const obstacles: Array<[title: string, onDelete: OnDelete, options: Partial<DeletionOptions>]> = [
      ['failed', only('results 1', () => refusal(500)), {}],
      ['was refused with 401', only('results 1', () => refusal(401)), {}],
      ['was stopped by a limit', only('results 1', () => refusal(429, {actionLimit: true})), {}],
      [
        'was skipped',
        () => {},
        {excluded: new Map([[full('results 1'), {status: 'skipped', reason: 'changed'}]])},
      ],
    ]
    for (const [title, onDelete, options] of obstacles) {
      it(`stays where something before it ${title}`, async () => {
        const {hub, statuses} = await carry(planFor([['results']], true), onDelete, options)
        expect(hub.deletes).not.to.include(LEADERBOARD)
        expect(statuses[LEADERBOARD]).to.equal('unattempted')
      })
    }

    it('stays where it became protected or changed while the runs were deleted', async () => {
      const {hub, statuses, reasons} = await carry(planFor([['results']], true), () => {}, {
        lookAgain: async () =>
          new Map<string, Exclusion>([[LEADERBOARD, {status: 'skipped', reason: 'protected by ann'}]]),
      })
      expect(hub.deletes).to.deep.equal([full('results 1')])
      expect(statuses[LEADERBOARD]).to.equal('skipped')
      expect(reasons[LEADERBOARD]).to.equal('protected by ann')
    })

    it('stays where the last look is not certain', async () => {
      const {hub, statuses} = await carry(planFor([['results']], true), () => {}, {
        lookAgain: () => Promise.reject(new HubFormatError('half a page')),
      })
      expect(hub.deletes).to.deep.equal([full('results 1')])
      expect(statuses[LEADERBOARD]).to.equal('unattempted')
    })

    it('stays where the job was aborted during the last look', async () => {
      const controller = new AbortController()
      const {hub, statuses} = await carry(planFor([['results']], true), () => {}, {
        signal: controller.signal,
        async lookAgain() {
          controller.abort()
          return nothing
        },
      })
      expect(hub.deletes).to.deep.equal([full('results 1')])
      expect(statuses[LEADERBOARD]).to.equal('unattempted')
    })

    it('stays, without a word, where it is not part of the plan', async () => {
      const datasets = runDatasets(timestamp(1))
      const plan = planOf(inventoryOf(datasets, {leaderboard: leaderboardDataset()}), {all: true})
      const {hub, outcomes} = await carry(plan, () => {})
      expect(hub.deletes).not.to.include(LEADERBOARD)
      expect(outcomes).to.have.length(3)
    })
  })
})
