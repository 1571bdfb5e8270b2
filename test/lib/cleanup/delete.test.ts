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
  sessionOf,
} from '../../support/builders.js'
import {gate, until} from '../../support/hub.js'
import {withoutPauses} from '../../support/pauses.js'

const LEADERBOARD = 'kim/smoltrace-leaderboard'
const lost = () => new HubUnreachableError('no answer')
const quota = (resetMs = 0) => refusal(429, {resetMs, text: 'slow down'})

const timestamp = (run: number) => `2026010${10 - run}_000000`
/** Short names of a run's datasets, such as `metrics 3`; the oldest run has the highest number. */
const short = (name: string) =>
  name
    .replace(/^kim\/smoltrace-(\w+)-2026010(\d)_000000$/, (_, type, day) => `${type} ${10 - Number(day)}`)
    .replace(LEADERBOARD, 'board')
const full = (text: string) =>
  text.replace(/^(\w+) (\d)$/, (_, type, run) => `kim/smoltrace-${type}-${timestamp(Number(run))}`)
const inTurn =
  (...errors: Array<Error | undefined>): OnDelete =>
  (_, time) =>
    errors[time]
const only =
  (text: string, ...errors: Array<Error | undefined>): OnDelete =>
  (name, time) =>
    name === full(text) ? errors[time] : undefined
const always =
  (text: string, error?: Error): OnDelete =>
  (name) =>
    name === full(text) ? error : undefined
const excluding = (...entries: Array<[text: string, status: Exclusion['status'], reason: string]>) =>
  new Map(entries.map(([text, status, reason]): [string, Exclusion] => [full(text), {status, reason}]))
const nothing = excluding()
const whole = (count: number): RunType[][] => Array.from({length: count}, () => [...RUN_TYPES])
const single = (count: number): RunType[][] => Array.from({length: count}, () => ['results'])

/** A plan that deletes these runs, the newest first, and perhaps the leaderboard. */
function planFor(runs: RunType[][], hasLeaderboard = false): Plan {
  const datasets = runs.flatMap((types, index) => runDatasets(timestamp(index + 1), types))
  const inventory = inventoryOf(datasets, {leaderboard: hasLeaderboard ? leaderboardDataset() : undefined})
  return planOf(inventory, {all: true, grace: '0', deleteLeaderboard: hasLeaderboard})
}

/**
 * How a deletion ended, the oldest run first: `2 dfu, 1 ddd, board u`. In the order of deletion, each dataset was deleted, failed, gone,
 * skipped or left unattempted.
 */
function endsOf(outcomes: Outcome[]): string {
  const letters = new Map<string, string>()
  const sorted = outcomes.toSorted((a, b) => order(a) - order(b))
  for (const {name, status} of sorted) {
    const run = short(name).split(' ').at(-1) ?? ''
    letters.set(run, (letters.get(run) ?? '') + status.charAt(0))
  }

  return [...letters].map((parts) => parts.join(' ')).join(', ')
}

function order({name}: Outcome): number {
  const [type = '', run] = short(name).split(' ')
  return run === undefined ? 0 : -10 * Number(run) + ['metrics', 'traces', 'results'].indexOf(type)
}

interface Carried {
  outcomes: Outcome[]
  ends: string
  /** By short name. */
  reasons: Record<string, string | undefined>
  events: DeletionEvent[]
  warnings: string[]
  hub: FakeHub
  /** Short names of what a DELETE was sent for. */
  sent: string[]
  /** Also in order: `look wait`, `intent metrics 1`, `DELETE metrics 1`, `deleted metrics 1 ID`. */
  log: string[]
}

/** What a deletion is carried out with, beyond what `carryOut` takes. */
interface Scene extends Partial<Omit<DeletionOptions, 'look'>> {
  /** What fell out of the plan before. */
  excluded?: Map<string, Exclusion>
  isOld?: (isFirst: boolean) => boolean
  /** What a look finds, or fails with; nothing by default. */
  look?: () => Error | ReadonlyMap<string, Exclusion>
  hub?: FakeHub
  /** What is listed when all was sent; by default what the Hub holds then. */
  listAtEnd?: () => Promise<Dataset[]>
  /** Entries of the journal that cannot be written; without, there is no journal. */
  unwritable?: RegExp
}

/** Carries a plan out at a fake Hub, one run at a time unless the options say otherwise. */
async function carry(
  plan: Plan,
  onDelete: OnDelete = () => {},
  {
    look = () => nothing,
    excluded = nothing,
    isOld = () => false,
    hub: given,
    listAtEnd,
    unwritable,
    ...options
  }: Scene = {},
): Promise<Carried> {
  const log: string[] = []
  const logged: OnDelete = (name, time) => {
    log.push(`DELETE ${short(name)}`)
    return onDelete(name, time)
  }

  const hub = given ?? fakeHub(plannedDatasets(plan), logged)
  if (listAtEnd) hub.listDatasets = async () => ({datasets: await listAtEnd(), others: [], nameless: 0})
  const session = sessionOf(hub)
  const events: DeletionEvent[] = []
  const outcomes = await carryOut(plan, {
    session,
    concurrency: 1,
    look: {
      excluded,
      isOld,
      async again(why) {
        await someTurns()
        log.push(`look ${why}`)
        const found = look()
        if (found instanceof Error) throw found
        this.excluded = new Map(found)
        return this.excluded
      },
    },
    onEvent: (event) => events.push(event),
    journal: unwritable && journalIn(log, unwritable),
    ...options,
  })
  return {
    outcomes,
    ends: endsOf(outcomes),
    reasons: Object.fromEntries(outcomes.map(({name, reason}) => [short(name), reason])),
    events,
    warnings: session.warnings,
    hub,
    sent: hub.deletes.map((name) => short(name)),
    log,
  }
}

const kindsOf = (events: DeletionEvent[], kind: DeletionEvent['kind']) =>
  events.filter((event) => event.kind === kind)

/** Lets go on whatever can. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

/** Of which nothing fails. */
const NONE = /^$/

function journalIn(log: string[], unwritable: RegExp): NonNullable<DeletionOptions['journal']> {
  const write = async (entry: string) => {
    await someTurns()
    if (unwritable.test(entry)) throw new RefusedError('The journal cannot be written.')
    log.push(entry)
  }

  return {
    intent: ({name}) => write(`intent ${short(name)}`),
    outcome: ({name, status, requestId, uncertain}) =>
      write([uncertain ? 'uncertain' : status, short(name), requestId ?? ''].join(' ').trim()),
  }
}

describe('deletion', () => {
  it('does nothing for an empty plan, and looks at nothing', async () => {
    const {hub, outcomes, events} = await carry(planFor([]))
    expect([hub.log, outcomes, events]).to.deep.equal([[], [], []])
  })

  it('[S14] deletes the oldest run first, and metrics, traces, results within a run', async () => {
    const {sent} = await carry(planFor(whole(2)))
    const types = ['metrics', 'traces', 'results']
    expect(sent).to.deep.equal([2, 1].flatMap((run) => types.map((type) => `${type} ${run}`)))
  })

  it('[S14] has one DELETE of each unfinished run in flight, up to the concurrency, and never more', async () => {
    const shapes = fc.array(fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}), {
      minLength: 1,
      maxLength: 9,
    })
    const failures = fc.array(fc.boolean(), {minLength: 27, maxLength: 27})
    const picks = fc.infiniteStream(fc.nat())
    const property = fc.asyncProperty(
      shapes,
      fc.integer({min: 1, max: 6}),
      failures,
      picks,
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
          expect(new Set(names.map((name) => name.slice(-1))).size).to.equal(names.length)
          const name = names[(picks.next().value ?? 0) % names.length] ?? ''
          pending.get(name)?.()
          pending.delete(name)
          await new Promise(setImmediate)
        }

        expect((await carried).outcomes).to.have.length(types.flat().length)
      },
    )
    await fc.assert(property, {numRuns: 200})
  })

  describe('a failure', () => {
    it('[S14] leaves the rest of its run unattempted, and other runs go on', async () => {
      const {ends, sent, reasons} = await carry(planFor(whole(2)), only('traces 2', refusal(403)))
      expect(ends).to.equal('2 dfu, 1 ddd')
      expect(sent).not.to.include('results 2')
      expect(reasons['results 2']).to.include('traces')
    })

    const failures: Array<[error: unknown, outcome: Partial<Outcome>]> = [
      [
        refusal(403, {text: 'not\u001B[2J yours', requestId: 'Root=1-abc'}),
        {reason: '403 not [2J yours', requestId: 'Root=1-abc'},
      ],
      [refusal(409), {reason: '409 no'}],
      [refusal(404), {reason: '404 no'}],
      [refusal(404, {code: 'RevisionNotFound'}), {reason: '404 no'}],
      [new Error('odd'), {reason: 'odd'}],
      ['a text', {reason: 'a text'}],
    ]
    for (const [error, outcome] of failures) {
      it(`is told in the words of the Hub, safe to print, and not tried again: ${outcome.reason}`, async () => {
        const plan = planFor(single(1))
        const hub = fakeHub(plannedDatasets(plan))
        let calls = 0
        hub.deleteDataset = async () => {
          calls++
          throw error
        }

        const {outcomes} = await carry(plan, undefined, {hub})
        expect(outcomes).to.deep.equal([{name: full('results 1'), status: 'failed', ...outcome}])
        expect(calls).to.equal(1)
      })
    }
  })

  describe('an answer 404', () => {
    it('for a dataset that is not there, or was renamed, finds it gone, and goes on with its run', async () => {
      const plan = planFor(whole(1))
      const hub = fakeHub(plannedDatasets(plan), always('metrics 1', missing()))
      expect((await carry(plan, undefined, {hub})).reasons['metrics 1']).to.equal('was not there any more')
      hub.whereabouts = async () => ({state: 'moved', to: 'kim/elsewhere'})
      const {ends, reasons} = await carry(plan, undefined, {hub})
      expect([ends, reasons['metrics 1']]).to.deep.equal(['1 gdd', 'was renamed to kim/elsewhere'])
    })

    it('[S14] for a dataset that is still there is a failure', async () => {
      const plan = planFor(single(1))
      const hub = fakeHub(plannedDatasets(plan))
      hub.deleteDataset = () => Promise.reject(missing())
      const {outcomes} = await carry(plan, undefined, {hub})
      expect(outcomes[0]).to.include({status: 'failed'}).and.not.to.have.property('uncertain')
      expect(outcomes[0]?.reason).to.include('404').and.include('it is still there')
    })

    it('[S14] for a dataset that changed after a lost answer is a failure too, and leaves the rest of the run', async () => {
      const plan = planFor(whole(1))
      const hub = fakeHub(plannedDatasets(plan))
      const answers = [lost(), missing()]
      hub.deleteDataset = async () => {
        throw answers.shift() ?? new Error('nothing else is sent')
      }

      const ask = hub.whereabouts
      let asked = 0
      hub.whereabouts = async (name) => ({...(await ask(name)), ...(++asked > 1 && {sha: 'f'.repeat(40)})})
      expect((await carry(plan, undefined, {hub, concurrency: 1})).ends).to.equal('1 fuu')
    })

    it('for a dataset whose whereabouts cannot be asked for is settled by the listing at the end', async () => {
      const plan = planFor(single(1))
      for (const isListed of [true, false]) {
        const hub = fakeHub(plannedDatasets(plan), () => missing())
        hub.whereabouts = () => Promise.reject(lost())
        const listAtEnd = async () => (isListed ? plannedDatasets(plan) : [])
        const {outcomes} = await carry(plan, undefined, {hub, listAtEnd})
        expect(outcomes[0]?.status).to.equal(isListed ? 'failed' : 'gone')
        expect(outcomes[0]?.uncertain).to.equal(isListed ? true : undefined)
      }
    })
  })

  describe('a lost answer', () => {
    it('that stays lost is a failure where the dataset is still there, and leaves the rest of the run', async () => {
      const {ends, reasons, sent, outcomes} = await carry(planFor(whole(1)), always('metrics 1', lost()))
      expect(ends).to.equal('1 fuu')
      expect(reasons['metrics 1']).to.include('it is still there').and.include('no answer')
      expect(outcomes[0]).not.to.have.property('uncertain')
      expect(sent).to.have.length(6)
    })

    it('is not repeated once the job is stopped, and is never called unattempted', async () => {
      const controller = new AbortController()
      const stop: OnDelete = () => {
        controller.abort()
        return lost()
      }

      const {ends, reasons, sent} = await carry(planFor(whole(1)), stop, {signal: controller.signal})
      expect(ends).to.equal('1 fuu')
      expect(reasons['metrics 1']).to.include('may be deleted or not')
      expect(sent).to.have.length(1)
    })

    for (const error of [refusal(429, {actionLimit: true}), refusal(401), refusal(409)]) {
      it(`is not known after an answer ${error.status} to the next DELETE, until everything is listed`, async () => {
        const answers = inTurn(lost(), error)
        const shown = await carry(planFor(single(1)), answers)
        expect(shown.outcomes[0]).to.include({status: 'failed'}).and.not.to.have.property('uncertain')
        expect(shown.reasons['results 1']).to.include('it is still there')
        const blind = await carry(planFor(single(1)), answers, {
          listAtEnd: () => Promise.reject(new Error('no list')),
        })
        expect(blind.outcomes[0]).to.deep.include({status: 'failed', uncertain: true})
        expect(blind.reasons['results 1']).to.include('may be deleted or not')
      })
    }

    it('is a deletion where a look that others needed lacks the dataset', async () => {
      const plan = planFor(single(2))
      const hub = fakeHub(plannedDatasets(plan), (name, time) => {
        if (time > 0) return
        return name === full('results 1') ? lost() : quota()
      })
      const {ends} = await carry(plan, undefined, {
        hub,
        concurrency: 2,
        look() {
          hub.listing = hub.listing.filter(({name}) => name !== full('results 1'))
          return excluding(['results 1', 'gone', 'left'])
        },
      })
      expect(ends).to.equal('2 d, 1 d')
    })

    const there = ({id, name, sha}: Dataset) => ({state: 'there' as const, id, name, sha})
    /** Where the first dataset of a run is found after that answer, what is sent then, and how the run ends. */
    const found: Array<
      [title: string, where: (dataset: Dataset) => Whereabouts, sent: string, ends: string]
    > = [
      ['there', there, 'metrics 1, results 1', '1 dd'],
      ['missing', () => ({state: 'missing'}), 'results 1', '1 dd'],
      ['renamed', () => ({state: 'moved', to: 'kim/elsewhere'}), 'results 1', '1 gd'],
      // One that changed leaves the rest of its run.
      ['changed', (dataset) => ({...there(dataset), sha: 'other'}), '', '1 su'],
      ['another one by its id', (dataset) => ({...there(dataset), id: 'other'}), '', '1 du'],
      // The listing at the end, which lacks it, says more.
      ['led elsewhere', () => ({state: 'moved', to: undefined}), '', '1 du'],
      ['not known', () => expect.fail('half an answer'), '', '1 du'],
    ]
    for (const error of [
      lost(),
      new HubFormatError('202 with nothing instead of OK'),
      ...[302, 307, 408, 500, 501, 502, 503, 504, 520].map((status) => refusal(status)),
    ]) {
      it(`[S10][S14] such as "${error.message}" is settled by a look at that dataset: it is sent again only where it is there`, async () => {
        for (const [title, where, sent, ends] of found) {
          const plan = planFor([['metrics', 'results']])
          const [dataset] = plannedDatasets(plan) as [Dataset]
          const hub = fakeHub([dataset], only('metrics 1', error))
          hub.whereabouts = async () => {
            hub.log.push('ASK')
            return where(dataset)
          }

          const carried = await carry(plan, undefined, {hub, listAtEnd: async () => []})
          expect(hub.log[1], title).to.equal('ASK')
          expect(carried.sent.slice(1).join(', '), title).to.equal(sent)
          expect(carried.ends, title).to.equal(ends)
        }
      })
    }
  })

  describe('the look at the end', () => {
    const plan = planFor([[...RUN_TYPES], ['results']])

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

    it('is not made where nothing was deleted, or the job was interrupted', async () => {
      const refused = await carry(plan, () => refusal(403))
      expect(refused.hub.log).not.to.include('LIST')
      const controller = new AbortController()
      const stopped = await carry(plan, () => controller.abort(), {signal: controller.signal})
      expect(stopped.hub.log).not.to.include('LIST')
      expect(stopped.warnings).to.deep.equal([])
    })

    it('[S14] finds a failure where the Hub answered OK and did nothing, and says so everywhere', async () => {
      const {outcomes, events, log} = await carry(plan, undefined, {
        hub: idle(),
        concurrency: 3,
        unwritable: NONE,
      })
      expect(outcomes).to.have.length(4)
      for (const outcome of outcomes) {
        const {name} = outcome
        const reason = 'the Hub answered OK, but it is still there'
        expect(outcome).to.deep.equal({name, status: 'failed', reason})
        expect(log.findLast((entry) => entry.includes(short(name)))).to.equal(`failed ${short(name)}`)
        expect(events.slice(-4)).to.deep.include({kind: 'finished', outcome})
      }
    })

    it('finds no failure where the listing only lags, or another dataset has the name since', async () => {
      const lagging = await carry(plan, undefined, {listAtEnd: async () => plannedDatasets(plan)})
      expect(lagging.ends).to.equal('2 d, 1 ddd')
      const others = plannedDatasets(plan).map((each) => ({...each, id: 'other'}))
      const renewed = await carry(plan, undefined, {listAtEnd: async () => others})
      expect(renewed.ends).to.equal('2 d, 1 ddd')
      expect(renewed.hub.log.join(' ')).not.to.include('ASK')
    })

    it('leaves open what is still listed and cannot be asked for', async () => {
      const hub = idle()
      hub.whereabouts = () => Promise.reject(new HubFormatError('half an answer'))
      for (const outcome of (await carry(plan, undefined, {hub})).outcomes) {
        expect(outcome).to.include({status: 'failed', uncertain: true})
        expect(outcome.reason).to.include('half an answer')
      }
    })

    it('that fails is a warning, and changes no outcome', async () => {
      const {ends, warnings} = await carry(plan, undefined, {
        listAtEnd: () => Promise.reject(new HubFormatError('half a page')),
      })
      expect(ends).to.equal('2 d, 1 ddd')
      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('half a page')
    })

    it('[S14] by a token with less access makes nothing gone of what could not be found', async () => {
      const {ends, outcomes, warnings} = await carry(plan, only('metrics 1', missing()), {
        excluded: excluding(['results 2', 'gone', 'left']),
        listAtEnd: () => Promise.reject(new RefusedError('not a member any more')),
      })
      expect(ends).to.equal('2 f, 1 fdd')
      for (const {status, uncertain} of outcomes) expect(uncertain === true).to.equal(status === 'failed')
      expect(warnings).to.have.length(1)
    })

    it('comes before the leaderboard, which stays where anything else did or it fails, and after it', async () => {
      const all = planFor(whole(1), true)
      expect((await carry(all, undefined, {hub: idle(all)})).ends).to.equal('1 fff, board u')
      const listAtEnd = () => Promise.reject(new HubFormatError('half a page'))
      const blind = await carry(all, undefined, {listAtEnd})
      expect(blind.ends).to.equal('1 ddd, board u')
      expect(blind.sent).not.to.include('board')
      const alone = planFor([], true)
      expect((await carry(alone, undefined, {hub: idle(alone)})).ends).to.equal('board f')
    })
  })

  describe('an answer that stops the job', () => {
    const stops: Array<[title: string, error: Error, ends: string, reason: string]> = [
      ['401', refusal(401), '3 dfu, 2 uuu, 1 uuu', 'does not accept the token'],
      [
        '[S15] of a limit of the action, in its words',
        refusal(429, {actionLimit: true, text: 'exceeded\u0007(300 per day)'}),
        '3 duu, 2 uuu, 1 uuu',
        'exceeded (300 per day)',
      ],
    ]
    for (const [title, error, ends, reason] of stops) {
      it(`${title}: the rest of all runs is unattempted`, async () => {
        const carried = await carry(planFor(whole(3)), only('traces 3', error))
        expect(carried.ends).to.equal(ends)
        expect(carried.sent).to.have.length(2)
        expect(carried.reasons['metrics 1']).to.include(reason)
      })
    }
  })

  describe('a Hub that is not well', () => {
    it('is not asked on and on: after five datasets in a row of which nothing is known, the rest stays', async () => {
      const {ends, outcomes} = await carry(planFor(single(9)), () => refusal(503))
      // One more may be under way.
      expect([...ends.matchAll(/f/g)].length).to.be.within(5, 6)
      expect([...ends.matchAll(/[fu]/g)]).to.have.length(9)
      const left = outcomes.find(({status}) => status === 'unattempted')
      expect(left?.reason).to.include('failed 5 times in a row')
    })

    it('is asked on where anything goes well in between, or is refused', async () => {
      for (const relief of [undefined, refusal(403)]) {
        const {ends} = await carry(planFor(single(9)), (name) =>
          /2026010[258]/.test(name) ? relief : refusal(503),
        )
        expect(ends).not.to.include('u')
      }
    })

    it('holds up nobody else while one dataset pauses', async () => {
      const controller = new AbortController()
      const {ends, sent} = await carry(
        planFor(single(3)),
        (name) => {
          if (name === full('results 1')) controller.abort()
          return name === full('results 3') ? refusal(503, {retryAfterMs: 60_000}) : undefined
        },
        {signal: controller.signal},
      )
      expect(sent).to.deep.equal(['results 3', 'results 2', 'results 1'])
      expect(ends).to.equal('3 f, 2 d, 1 d')
    })

    it('tells of each repeat what went wrong, and how many there will be', async () => {
      const {events} = await carry(planFor(single(1)), inTurn(refusal(503), lost()))
      const repeat = {kind: 'repeating', name: full('results 1'), why: 'retry', ms: 0, of: 5}
      expect(kindsOf(events, 'started')).to.have.length(1)
      expect(kindsOf(events, 'repeating')).to.deep.equal([
        {...repeat, cause: 'the Hub answered 503', retry: 1},
        {...repeat, cause: 'no answer from the Hub (no answer)', retry: 2},
      ])
    })

    it('is backed off from where it answers 429 without a word, a few times', async () => {
      const {ends, sent} = await carry(planFor(single(1)), () => refusal(429))
      expect(ends).to.equal('1 f')
      expect(sent).to.have.length(6)
      const once = await carry(planFor(single(1)), inTurn(refusal(429)))
      expect(once.ends).to.equal('1 d')
      expect(kindsOf(once.events, 'waiting')[0]).to.deep.include({why: 'retry', retry: 1})
    })

    it('gets half as many requests at a time, and more again as it recovers', async () => {
      const pending: Array<() => void> = []
      let sent = 0
      const hold: OnDelete = () => {
        const isOverload = sent++ < 4
        return new Promise((resolve) => {
          pending.push(() => resolve(isOverload ? refusal(503) : undefined))
        })
      }

      const carried = carry(planFor(single(9)), hold, {concurrency: 4})
      for (const inFlight of [4, 2, 3, 4]) {
        await until(`${inFlight} requests are under way`, () => pending.length === inFlight)
        await someTurns()
        expect(pending).to.have.length(inFlight)
        for (const answer of pending.splice(0)) answer()
      }

      expect((await carried).ends).to.match(/^(\d d(, |$)){9}$/)
    })
  })

  describe('a quota that is known', () => {
    it('[S15] is waited for before anything is sent into its end, then all is looked at, and no intent is in vain', async () => {
      const plan = planFor(single(1))
      const hub = fakeHub(plannedDatasets(plan))
      hub.quota.allowance = {left: 0, refillMs: 20}
      const look = () => {
        hub.quota.allowance = {left: 9, refillMs: 0}
        return nothing
      }

      const {log, events} = await carry(plan, undefined, {hub, unwritable: NONE, look})
      expect(kindsOf(events, 'waiting')).to.deep.equal([{kind: 'waiting', why: 'quota', ms: 100}])
      expect(log).to.deep.equal(['look wait', 'intent results 1', 'deleted results 1'])
    })

    it('lets no more requests go at a time than are left of it', async () => {
      const plan = planFor(single(6))
      let inFlight = 0
      let most = 0
      const hub = fakeHub(plannedDatasets(plan), async () => {
        most = Math.max(most, ++inFlight)
        await someTurns()
        inFlight--
      })
      hub.quota.allowance = {left: 2, refillMs: 0}
      const {ends} = await carry(plan, undefined, {hub, concurrency: 4})
      expect([most, ends]).to.deep.equal([2, '6 d, 5 d, 4 d, 3 d, 2 d, 1 d'])
    })
  })

  describe('a used-up quota', () => {
    it('[S10] is waited for, then all is looked at again, then the same DELETE is sent again', async () => {
      const {ends, log, events} = await carry(planFor([['metrics', 'results']]), only('metrics 1', quota(1)))
      expect(log).to.deep.equal(['DELETE metrics 1', 'look wait', 'DELETE metrics 1', 'DELETE results 1'])
      expect(ends).to.equal('1 dd')
      expect(events.filter(({kind}) => kind === 'waiting' || kind === 'checking')).to.deep.equal([
        {kind: 'waiting', why: 'quota', ms: 100},
        {kind: 'checking'},
        {kind: 'checking'},
      ])
    })

    it('[S15] is never a failure, however often it is used up, as long as anything goes in between', () =>
      withoutPauses(async () => {
        const {ends} = await carry(planFor(whole(9)), (_, time) => (time < 3 ? quota() : undefined))
        expect(ends).to.match(/^(\d ddd(, |$)){9}$/)
      }))

    it('[S15] goes on after empty windows and a deletion, though others wait for the next window already', () =>
      withoutPauses(async () => {
        const plan = planFor(single(4))
        const hub = fakeHub(plannedDatasets(plan), () => {
          hub.quota.allowance = {left: 0, refillMs: 5}
        })
        hub.quota.allowance = {left: 0, refillMs: 5}
        let looks = 0
        const look = () => {
          if (++looks >= 3) hub.quota.allowance = {left: 1, refillMs: 0}
          return nothing
        }

        const {ends} = await carry(plan, undefined, {hub, look, concurrency: 4})
        expect(ends).to.equal('4 d, 3 d, 2 d, 1 d')
      }))

    it('[S15] ends the job after three windows in a row without one deletion, and fails nothing', () =>
      withoutPauses(async (pauses) => {
        const {ends, reasons, sent} = await carry(planFor(whole(2)), (name) =>
          name === full('metrics 2') ? undefined : quota(2000),
        )
        expect(ends).to.equal('2 duu, 1 uuu')
        expect(reasons['results 1']).to.include('quota').and.include('3 times in a row')
        expect(sent).to.have.length(5)
        expect(pauses).to.deep.equal([2000, 2000, 2000])
      }))

    it('ends the job so too where the windows were empty from the start, or many wait at a time', () =>
      withoutPauses(async (pauses) => {
        const plan = planFor(single(1))
        const hub = fakeHub(plannedDatasets(plan))
        hub.quota.allowance = {left: 0, refillMs: 5}
        const empty = await carry(plan, undefined, {hub})
        expect([empty.ends, empty.sent]).to.deep.equal(['1 u', []])
        expect(pauses).to.deep.equal([100, 1000, 1000])
        const {ends, sent} = await carry(planFor(whole(9)), () => quota(), {concurrency: 4})
        expect(ends).to.match(/^(\d uuu(, |$)){9}$/)
        expect(pauses).to.have.length(6)
        expect(sent.length).to.be.at.most(16)
      }))

    it('holds up every run, and is waited for once', async () => {
      const {ends, log} = await carry(
        planFor(whole(4)),
        async (name, time) => {
          await new Promise(setImmediate)
          return name.includes('metrics') && time === 0 ? quota() : undefined
        },
        {concurrency: 4},
      )
      const metrics = [4, 3, 2, 1].map((run) => `DELETE metrics ${run}`)
      expect(log.slice(0, 5)).to.deep.equal([...metrics, 'look wait'])
      expect(log.filter((line) => line === 'look wait')).to.have.length(1)
      expect(ends).to.equal('4 ddd, 3 ddd, 2 ddd, 1 ddd')
    })

    it('holds up a run whose DELETE was under way: nothing of it is sent before the look is over', async () => {
      const types: RunType[] = ['metrics', 'results']
      const {log} = await carry(
        planFor([types, types]),
        async (name, time) => {
          if (name === full('metrics 1')) await new Promise(setImmediate)
          return name === full('metrics 2') && time === 0 ? quota() : undefined
        },
        {concurrency: 2},
      )
      expect(log.slice(0, 3)).to.deep.equal(['DELETE metrics 2', 'DELETE metrics 1', 'look wait'])
      expect(log).to.have.length(6)
    })

    it('leaves out what changed or left meanwhile', async () => {
      const plan = planFor(whole(3))
      const hub = fakeHub(plannedDatasets(plan), only('metrics 3', quota()))
      const look = () => {
        hub.listing = hub.listing.filter(({name}) => name !== full('metrics 3'))
        return excluding(
          ['metrics 3', 'gone', 'left'],
          ['metrics 2', 'skipped', 'x'],
          ['results 2', 'skipped', 'x'],
        )
      }

      const {ends, reasons, sent} = await carry(plan, undefined, {hub, look})
      expect(ends).to.equal('3 gdd, 2 sds, 1 ddd')
      expect(sent).not.to.include('metrics 2').and.not.to.include('results 2')
      expect(reasons['results 2']).to.equal('x')
    })

    it('takes the newest look for the whole truth', async () => {
      const looks = [excluding(['results 2', 'skipped', 'changed'])]
      const look = () => looks.shift() ?? nothing
      const {ends} = await carry(planFor(single(3)), only('results 3', quota(), quota()), {look})
      expect(ends).to.equal('3 d, 2 d, 1 d')
    })

    const looks: Array<[title: string, error: Error, reason: RegExp]> = [
      ['is not certain', new HubFormatError('half a page'), /half a page/],
      ['was cancelled, as an interruption', new CancelledError('enough'), /^interrupted$/],
    ]
    for (const [title, error, reason] of looks) {
      it(`stops the job where the look ${title}: the rest is unattempted, with the reason`, async () => {
        const carried = carry(planFor(whole(2)), only('traces 2', quota()), {look: () => error})
        const {ends, sent, reasons} = await carried
        expect(ends).to.equal('2 duu, 1 uuu')
        expect(reasons['metrics 1']).to.match(reason)
        expect(sent).to.have.length(2)
      })
    }

    it('is not waited for any longer once the job is aborted', async () => {
      const controller = new AbortController()
      const {ends} = await carry(planFor(whole(1)), inTurn(quota(3_600_000)), {
        signal: controller.signal,
        onEvent(event) {
          if (event.kind === 'waiting') controller.abort()
        },
        look: () => expect.fail('looked'),
      })
      expect(ends).to.equal('1 uuu')
    })
  })

  describe('[S10] a look that is too old', () => {
    /** One that is made anew before each DELETE, or before the first one alone. */
    const aging = (isOldAgain: boolean) => {
      let isOld = true
      const onDelete: OnDelete = () => {
        isOld = isOldAgain
      }

      const look = () => {
        isOld = false
        return nothing
      }

      return [onDelete, {isOld: () => isOld, look}] as const
    }

    it('is one for all that would send a DELETE, and each of them waits for it', async () => {
      const [onDelete, scene] = aging(false)
      const {ends, log} = await carry(planFor(single(4)), onDelete, {...scene, concurrency: 4})
      expect(log).to.deep.equal(['look first', ...[4, 3, 2, 1].map((run) => `DELETE results ${run}`)])
      expect(ends).to.equal('4 d, 3 d, 2 d, 1 d')
    })

    it('before each of many DELETEs is made anew as often', async () => {
      const [onDelete, scene] = aging(true)
      const {ends, log} = await carry(planFor(whole(6)), onDelete, scene)
      expect(log.filter((line) => line === 'look age')).to.have.length(17)
      expect(ends).to.equal('6 ddd, 5 ddd, 4 ddd, 3 ddd, 2 ddd, 1 ddd')
    })

    it('is asked about as the first one until a DELETE was sent', async () => {
      const asked: boolean[] = []
      await carry(planFor([['metrics', 'results']]), undefined, {
        isOld: (isFirst) => asked.push(isFirst) === 0,
      })
      // Before and after the intent of each.
      expect(asked).to.deep.equal([true, true, false, false])
    })

    it('because the intent took its time is followed by another, not by another intent', async () => {
      // Asked about before the intent, after it, and after the look.
      const answers = [false, true, false, false]
      const isOld = () => answers.shift() ?? false
      const {log} = await carry(planFor(single(1)), undefined, {isOld, unwritable: NONE})
      expect(log).to.deep.equal(['intent results 1', 'look first', 'DELETE results 1', 'deleted results 1'])
    })

    it('and cannot be made anew is an error before anything was sent; later it leaves the rest', async () => {
      const uncertain = new RefusedError('no access')
      const look = () => uncertain
      const hub = fakeHub(plannedDatasets(planFor(whole(2))))
      const first = carry(planFor(whole(2)), undefined, {hub, concurrency: 2, isOld: () => true, look})
      expect(await rejectionOf(first)).to.equal(uncertain)
      expect(hub.deletes).to.deep.equal([])
      const later = carry(planFor(whole(1)), undefined, {isOld: (isFirst) => !isFirst, look})
      const {ends, sent, reasons} = await later
      expect([ends, sent]).to.deep.equal(['1 duu', ['metrics 1']])
      expect(reasons['traces 1']).to.include('no access')
    })

    it('is told from a wait: after one for the quota, and before the leaderboard, the listing is made anew', async () => {
      const {log} = await carry(planFor(single(1), true), only('results 1', quota(), refusal(429)))
      expect(log.filter((line) => line.startsWith('look'))).to.deep.equal([
        'look wait',
        'look age',
        'look wait',
      ])
    })

    it('each time, before anything can be sent, ends the job', async () => {
      const {ends, log, reasons} = await carry(planFor(whole(1)), undefined, {isOld: () => true})
      expect(new Set(log)).to.deep.equal(new Set(['look first']))
      expect(log.length).to.be.within(2, 20)
      expect(ends).to.equal('1 uuu')
      expect(reasons['metrics 1']).to.include('was too old')
    })
  })

  describe('a journal', () => {
    it('has the id of the request that succeeded, which no outcome shows', async () => {
      const plan = planFor(single(1))
      const hub = fakeHub(plannedDatasets(plan))
      hub.deleteDataset = async () => 'id'
      const {log, outcomes} = await carry(plan, undefined, {hub, unwritable: NONE, listAtEnd: async () => []})
      expect(log.at(-1)).to.equal('deleted results 1 id')
      expect(outcomes[0]).not.to.have.property('requestId')
    })

    it('has the intent again before a DELETE is repeated', async () => {
      const {log} = await carry(planFor(single(1)), inTurn(lost(), quota()), {unwritable: NONE})
      const twice = ['intent results 1', 'DELETE results 1']
      expect(log).to.deep.equal([...twice, ...twice, 'look wait', ...twice, 'deleted results 1'])
    })

    it('has the outcome without an intent where no DELETE was sent', async () => {
      const excluded = excluding(['results 1', 'skipped', 'changed'])
      const plan = planFor([['results'], ['metrics', 'results']])
      const {log} = await carry(plan, only('metrics 2', refusal(403)), {unwritable: NONE, excluded})
      expect(log.filter((line) => !line.startsWith('DELETE'))).to.deep.equal([
        'intent metrics 2',
        'failed metrics 2',
        'unattempted results 2',
        'skipped results 1',
      ])
    })

    it('[S14] that cannot take the intent stops everything, and no DELETE is sent', async () => {
      const scene = {unwritable: /^intent/, concurrency: 2}
      const {ends, sent, reasons} = await carry(planFor(whole(2)), undefined, scene)
      expect([ends, sent]).to.deep.equal(['2 uuu, 1 uuu', []])
      expect(reasons['metrics 1']).to.include('journal')
    })

    it('that cannot take an outcome any more stops everything, and the outcome is reported all the same', async () => {
      const {ends, sent} = await carry(planFor(whole(1)), undefined, {unwritable: /^deleted/})
      expect([ends, sent]).to.deep.equal(['1 duu', ['metrics 1']])
    })

    it('is waited for while the quota ends: what fell out of the plan in that moment stays', async () => {
      const fallenOut = gate()
      const {ends, sent} = await carry(planFor(single(2)), only('results 2', quota()), {
        concurrency: 2,
        journal: {
          // The newer run's intent takes so long that the older one has met the end of the quota meanwhile.
          intent: async ({name}) => void (short(name) === 'results 1' && (await fallenOut.before())),
          async outcome() {},
        },
        look() {
          fallenOut.open()
          return excluding(['results 1', 'skipped', 'pinned'])
        },
      })
      expect(ends).to.equal('2 d, 1 s')
      expect(sent).not.to.include('results 1')
    })

    it('says of a DELETE whose answers were all lost that nothing is known', async () => {
      const unlisted = () => Promise.reject(lost())
      const hub = {...fakeHub([], () => lost()), whereabouts: unlisted}
      const {log} = await carry(planFor(single(1)), undefined, {unwritable: NONE, hub, listAtEnd: unlisted})
      expect(log.at(-1)).to.equal('uncertain results 1')
    })
  })

  it('does not send what fell out of the plan before, and keeps its status and reason', async () => {
    const excluded = excluding(['metrics 1', 'gone', 'left'], ['traces 1', 'skipped', 'changed'])
    const plan = planFor(whole(1))
    const there = plannedDatasets(plan).filter(({name}) => name !== full('metrics 1'))
    const {ends, reasons, sent, events} = await carry(plan, undefined, {excluded, hub: fakeHub(there)})
    expect([ends, sent]).to.deep.equal(['1 gsd', ['results 1']])
    expect(reasons).to.deep.include({'metrics 1': 'left', 'traces 1': 'changed'})
    expect(kindsOf(events, 'started')).to.have.length(1)
  })

  describe('an interruption', () => {
    it('in the middle starts nothing new and waits for what is under way', async () => {
      const controller = new AbortController()
      let finished = 0
      const {ends, sent, reasons} = await carry(
        planFor(whole(4)),
        async () => {
          controller.abort()
          await new Promise(setImmediate)
          finished++
        },
        {concurrency: 3, signal: controller.signal},
      )
      expect(finished).to.equal(sent.length).and.be.within(1, 3)
      expect([...ends.matchAll(/d/g)]).to.have.length(finished)
      expect([...ends.matchAll(/u/g)]).to.have.length(12 - finished)
      expect(reasons['results 1']).to.equal('interrupted')
    })
  })

  describe('the leaderboard', () => {
    it('[S12] goes last, after one more look', async () => {
      const {hub, ends, log} = await carry(planFor(whole(2), true), undefined, {concurrency: 4})
      expect(hub.log.slice(-3)).to.deep.equal(['LIST', `DELETE ${LEADERBOARD} as leaderboard`, 'LIST'])
      expect(log.slice(-2)).to.deep.equal(['look wait', 'DELETE board'])
      expect(ends).to.equal('2 ddd, 1 ddd, board d')
    })

    const before: Array<[title: string, ends: string, options: Scene, error?: Error]> = [
      ['gone', '1 g, board d', {}, missing()],
      ['failed', '1 f, board u', {}, refusal(500)],
      ['refused with 401', '1 f, board u', {}, refusal(401)],
      ['stopped by a limit', '1 u, board u', {}, refusal(429, {actionLimit: true})],
      ['skipped', '1 s, board u', {excluded: excluding(['results 1', 'skipped', 'changed'])}],
    ]
    for (const [title, ends, options, error] of before) {
      it(`goes or stays by what was before it: ${title}`, async () => {
        const carried = await carry(planFor(single(1), true), always('results 1', error), options)
        expect(carried.ends).to.equal(ends)
        expect(carried.sent.includes('board')).to.equal(ends.endsWith('d'))
      })
    }

    const controller = new AbortController()
    const aborting = () => {
      controller.abort()
      return nothing
    }

    const looks: Array<[title: string, scene: Scene, ends: string, reason: RegExp]> = [
      [
        'finds it protected or changed',
        {look: () => excluding([LEADERBOARD, 'skipped', 'protected by ann'])},
        '1 d, board s',
        /^protected by ann$/,
      ],
      ['is not certain', {look: () => new HubFormatError('half a page')}, '1 d, board u', /half a page/],
      ['is aborted', {signal: controller.signal, look: aborting}, '1 d, board u', /^interrupted$/],
    ]
    for (const [title, scene, ends, reason] of looks) {
      it(`stays where the last look ${title}`, async () => {
        const carried = await carry(planFor(single(1), true), undefined, scene)
        expect(carried.ends).to.equal(ends)
        expect(carried.reasons.board).to.match(reason)
        expect(carried.sent).to.deep.equal(['results 1'])
      })
    }
  })
})
