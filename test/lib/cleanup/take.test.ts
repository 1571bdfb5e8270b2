import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Dataset} from '../../../src/lib/account/datasets.js'
import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {deletion} from '../../../src/lib/cleanup/act.js'
import {isMissing, type Outcome, type TakeEvent} from '../../../src/lib/cleanup/outcomes.js'
import {type TakeOptions, takePlanned} from '../../../src/lib/cleanup/take.js'
import {type PlanPart} from '../../../src/lib/hub/client.js'
import {type Whereabouts} from '../../../src/lib/hub/dataset-info.js'
import {HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {type Listing} from '../../../src/lib/hub/listing.js'
import {type Exclusion} from '../../../src/lib/plan/compare.js'
import {type Plan, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {
  ACCESS,
  hubOf,
  inventoryOf,
  leaderboardDataset,
  missing,
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
const halfAPage = () => new HubFormatError('half a page')

const timestamp = (run: number) => `2026010${10 - run}_000000`
/** With short names of datasets, such as `metrics 3`; the oldest run has the highest number. */
const short = (text: string) =>
  text
    .replace(/kim\/smoltrace-(\w+)-2026010(\d)_000000/, (_, type, day) => `${type} ${10 - Number(day)}`)
    .replace(LEADERBOARD, 'board')
const full = (text: string) =>
  text.replace(/^(\w+) (\d)$/, (_, type, run) => `kim/smoltrace-${type}-${timestamp(Number(run))}`)

// How the Hub answers: each dataset in this way, or one alone, of which nothing else is said the last answer is OK.
const inTurn =
  (...errors: Array<Error | undefined>): OnDelete =>
  (_, time) =>
    errors[time]
const only =
  (text: string, ...errors: Array<Error | undefined>): OnDelete =>
  (name, time) =>
    name === full(text) ? errors[time] : undefined
const always =
  (text: string, error: Error): OnDelete =>
  (name) =>
    name === full(text) ? error : undefined
const fails = (error: Error) => () => Promise.reject(error)
/** A Hub that answers OK and does nothing. */
const idle = (hub: FakeHub) => {
  const {listing} = hub
  Object.defineProperty(hub, 'listing', {get: () => listing, set() {}})
}

const excluding = (...entries: Array<[text: string, status: Exclusion['status'], reason: string]>) =>
  new Map(entries.map(([text, status, reason]): [string, Exclusion] => [full(text), {status, reason}]))
const nothing = excluding()
const DELETES_OF_FOUR = [4, 3, 2, 1].map((run) => `DELETE results ${run}`).join(', ')
const whole = (count: number): RunType[][] => Array.from({length: count}, () => [...RUN_TYPES])
const single = (count: number): RunType[][] => Array.from({length: count}, () => ['results'])

/** A plan that deletes these runs, the newest first, and perhaps the leaderboard. */
function planFor(runs: RunType[][], hasLeaderboard = false): Plan {
  const datasets = runs.flatMap((types, index) => runDatasets(timestamp(index + 1), types))
  const inventory = inventoryOf(datasets, {leaderboard: hasLeaderboard ? leaderboardDataset() : undefined})
  return planOf(inventory, {all: true, grace: '0', deleteLeaderboard: hasLeaderboard})
}

const [RUN, TWO_RUNS, THREE_RUNS] = [planFor(whole(1)), planFor(whole(2)), planFor(whole(3))]
const ONE = planFor(single(1))
const PAIR = planFor([['metrics', 'results']])
const WITH_BOARD = planFor(single(1), true)

/**
 * How a deletion ended, the oldest run first: `2 dfu, 1 ddd, board u`. In the order of deletion, each dataset was deleted, failed, gone,
 * skipped or left unattempted; `?` where that is uncertain.
 */
function endsOf(outcomes: Outcome[]): string {
  const letters = new Map<string, string>()
  for (const {name, status, uncertain} of outcomes.toSorted((a, b) => order(a) - order(b))) {
    const run = short(name).split(' ').at(-1) ?? ''
    letters.set(run, `${letters.get(run) ?? ''}${status.charAt(0)}${uncertain ? '?' : ''}`)
  }

  return [...letters].map((parts) => parts.join(' ')).join(', ')
}

function order({name}: Outcome): number {
  const [type = '', run] = short(name).split(' ')
  return run === undefined ? 0 : -10 * Number(run) + ['metrics', 'traces', 'results'].indexOf(type)
}

/** How a Hub answers DELETEs: with an error, which is the truth where it is a 404, or by doing it. */
type OnDelete = (name: string, time: number) => Error | Promise<Error | void> | void
type FakeHub = ReturnType<typeof hubFor>

/** A Hub that holds the datasets of a plan. @param onDelete gets the name, and how often it was asked to delete it before */
function hubFor(plan: Plan, onDelete: OnDelete) {
  const hub = {
    ...hubOf({whoAmI: async () => ({...ACCESS, date: undefined})}),
    quota: {allowance: {left: Number.POSITIVE_INFINITY, refillMs: 0}, size: undefined},
    listing: plannedDatasets(plan),
    /** Names that a DELETE was sent for, in the order it was sent. */
    deletes: [] as string[],
    /** What was asked for, in order: `DELETE name`, `ASK name`, `LIST`. */
    log: [] as string[],
    async listDatasets(): Promise<Listing> {
      hub.log.push('LIST')
      return {datasets: hub.listing, trash: [], others: [], nameless: 0, pages: 1}
    },
    async whereabouts(name: string): Promise<Whereabouts> {
      hub.log.push(`ASK ${name}`)
      const dataset = hub.listing.find((each) => each.name === name)
      return dataset ? there(dataset) : {state: 'missing'}
    },
    async deleteDataset(name: string, _namespace: string, part: PlanPart): Promise<string | undefined> {
      const time = hub.deletes.filter((each) => each === name).length
      hub.deletes.push(name)
      hub.log.push(`DELETE ${name}${part === 'leaderboard' ? ' as leaderboard' : ''}`)
      const error = await onDelete(name, time)
      if (!error || isMissing(error)) hub.listing = hub.listing.filter((dataset) => dataset.name !== name)
      if (error) throw error
      return undefined
    },
  }
  return hub
}

const there = ({id, name, sha}: Dataset) => ({state: 'there' as const, id, name, sha})

/** What a deletion is carried out with, beyond what `takePlanned` takes. */
interface Scene extends Partial<Omit<TakeOptions, 'state'>> {
  answers?: OnDelete | undefined
  /** Changes the Hub beforehand. */
  at?: (hub: FakeHub) => unknown
  /** What fell out of the plan before. */
  excluded?: Map<string, Exclusion>
  isOld?: (isFirst: boolean, hub: FakeHub) => boolean
  /** What a look finds, or fails with; nothing by default. */
  look?: (hub: FakeHub) => Error | ReadonlyMap<string, Exclusion>
  /** What is listed when all was sent; by default what the Hub holds then. */
  listAtEnd?: () => Promise<Dataset[]>
  /** Aborts the job as this is sent, or in the middle of a look or of a wait. */
  abortAt?: string
  /** Entries of the journal that cannot be written; without, there is no journal. */
  unwritable?: RegExp
}

/** Carries a plan out at a fake Hub, one run at a time unless the options say otherwise. */
async function carry(plan: Plan, scene: Scene = {}) {
  const {answers, at, look = () => nothing, excluded = nothing, isOld = () => false} = scene
  const {listAtEnd, unwritable, abortAt, ...options} = scene
  const controller = new AbortController()
  const abortIf = (what: string) => what === abortAt && controller.abort()
  const hub = hubFor(plan, (name, time) => {
    abortIf(`DELETE ${short(name)}`)
    return answers?.(name, time)
  })
  if (listAtEnd)
    hub.listDatasets = async () => ({
      datasets: await listAtEnd(),
      trash: [],
      others: [],
      nameless: 0,
      pages: 1,
    })
  at?.(hub)
  const session = sessionOf(hub)
  const events: TakeEvent[] = []
  const outcomes = await takePlanned(plan, {
    concurrency: 1,
    signal: controller.signal,
    onEvent(event) {
      events.push(event)
      abortIf(event.kind)
    },
    journal: unwritable && journalIn(hub.log, unwritable),
    act: deletion(session),
    ...options,
    session,
    state: {
      excluded,
      isOld: (isFirst) => isOld(isFirst, hub),
      async refresh(why) {
        await someTurns()
        hub.log.push(`look ${why}`)
        abortIf('look')
        const found = look(hub)
        if (found instanceof Error) throw found
        this.excluded = new Map(found)
      },
    },
  })
  return {
    outcomes,
    ends: endsOf(outcomes),
    // By short name, as all that follows is.
    reasons: Object.fromEntries(outcomes.map(({name, reason}) => [short(name), reason])),
    events,
    warnings: session.warnings,
    sent: hub.deletes.map((name) => short(name)),
    /** `look wait`, `intent metrics 1`, `DELETE metrics 1`, `ASK metrics 1`, `deleted metrics 1 ID`, `LIST`. */
    log: hub.log.map((entry) => short(entry)),
  }
}

const kindsOf = (events: TakeEvent[], kind: TakeEvent['kind']) =>
  events.filter((event) => event.kind === kind)

/** Lets go on whatever can. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

/** Of which nothing fails. */
const NONE = /^$/

function journalIn(log: string[], unwritable: RegExp): NonNullable<TakeOptions['journal']> {
  const write = async (entry: string) => {
    await someTurns()
    if (unwritable.test(entry)) throw new RefusedError('The journal cannot be written.')
    log.push(entry)
  }

  return {
    intent: ({name}) => write(`intent ${name}`),
    outcome: ({name, status, requestId, uncertain}) =>
      write([uncertain ? 'uncertain' : status, name, requestId ?? ''].join(' ').trim()),
  }
}

/** What must come of a scene; lists are written with commas, and a number is their length. */
interface Expected {
  ends: RegExp | string
  sent?: number | string
  log?: string
  reasons?: Record<string, RegExp>
  /** How many datasets a DELETE was begun for. */
  started?: number
  /** How long the pauses were, in ms. */
  pauses?: number[]
  warnings?: RegExp[]
}

type Row = [scene: Scene & {plan: Plan}, expected: Expected]

function scenes(rows: Record<string, Row | (() => Row)>): void {
  for (const [title, row] of Object.entries(rows)) {
    it(title, () =>
      withoutPauses(async (paused) => {
        const [{plan, ...scene}, expected] = typeof row === 'function' ? row() : row
        const {ends, sent, log, reasons = {}, started, pauses, warnings} = expected
        const carried = await carry(plan, scene)
        if (typeof ends === 'string') expect(carried.ends).to.equal(ends)
        else expect(carried.ends).to.match(ends)
        if (typeof sent === 'number') expect(carried.sent).to.have.length(sent)
        else if (sent !== undefined) expect(carried.sent.join(', ')).to.equal(sent)
        if (log !== undefined) expect(carried.log.join(', ')).to.equal(log)
        for (const [name, reason] of Object.entries(reasons)) expect(carried.reasons[name]).to.match(reason)
        if (started !== undefined) expect(kindsOf(carried.events, 'started')).to.have.length(started)
        if (pauses) expect(paused).to.deep.equal(pauses)
        if (warnings) expect(carried.warnings).to.have.length(warnings.length)
        for (const [index, warning] of warnings?.entries() ?? [])
          expect(carried.warnings[index]).to.match(warning)
      }),
    )
  }
}

describe('deletion', () => {
  scenes({
    'does nothing for an empty plan, and looks at nothing': [
      {plan: planFor([])},
      {ends: '', log: '', started: 0},
    ],
    '[S14] deletes the oldest run first, and metrics, traces, results within a run': [
      {plan: TWO_RUNS},
      {ends: '2 ddd, 1 ddd', sent: 'metrics 2, traces 2, results 2, metrics 1, traces 1, results 1'},
    ],
    'does not send what fell out of the plan before, and keeps its status and reason': [
      {
        plan: RUN,
        at: (hub) => hub.listing.shift(),
        excluded: excluding(['metrics 1', 'gone', 'left'], ['traces 1', 'skipped', 'changed']),
      },
      {
        ends: '1 gsd',
        sent: 'results 1',
        started: 1,
        reasons: {'metrics 1': /^left$/, 'traces 1': /^changed$/},
      },
    ],
    'that is interrupted in the middle starts nothing new and waits for what is under way': [
      {plan: planFor(whole(4)), answers: someTurns, concurrency: 3, abortAt: 'DELETE metrics 2'},
      {ends: '4 duu, 3 duu, 2 duu, 1 uuu', sent: 3, reasons: {'results 1': /^interrupted$/}},
    ],
  })

  it('[S14] has one DELETE of each unfinished run in flight, up to the concurrency, and never more', async () => {
    const shapes = fc.array(fc.subarray<RunType>([...RUN_TYPES], {minLength: 1}), {
      minLength: 1,
      maxLength: 9,
    })
    const concurrencies = fc.integer({min: 1, max: 6})
    const failures = fc.array(fc.boolean(), {minLength: 27, maxLength: 27})
    const picks = fc.infiniteStream(fc.nat())
    const property = fc.asyncProperty(
      shapes,
      concurrencies,
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
        const carried = carry(planFor(types), {
          answers: hold,
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
    scenes({
      '[S14] leaves the rest of its run unattempted, and other runs go on': [
        {plan: TWO_RUNS, answers: only('traces 2', refusal(403))},
        {
          ends: '2 dfu, 1 ddd',
          sent: 'metrics 2, traces 2, metrics 1, traces 1, results 1',
          reasons: {'results 2': /traces/},
        },
      ],
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
      it(`has the words of the Hub, safe to print, and is not tried again: ${outcome.reason}`, async () => {
        const {outcomes, sent} = await carry(ONE, {
          answers() {
            throw error
          },
        })
        expect(outcomes).to.deep.equal([{name: full('results 1'), status: 'failed', ...outcome}])
        expect(sent).to.have.length(1)
      })
    }
  })

  describe('an answer 404', () => {
    const unsettled = (isListed: boolean): Row => [
      {
        plan: ONE,
        answers: missing,
        at: (hub) => Object.assign(hub, {whereabouts: fails(lost())}),
        listAtEnd: async () => (isListed ? plannedDatasets(ONE) : []),
      },
      {ends: isListed ? '1 f?' : '1 g'},
    ]

    scenes({
      'for a dataset that is not there finds it gone, and goes on with its run': [
        {plan: RUN, answers: always('metrics 1', missing())},
        {ends: '1 gdd', reasons: {'metrics 1': /^was already gone$/}},
      ],
      'for one that was renamed says so': [
        {
          plan: RUN,
          answers: always('metrics 1', missing()),
          at: (hub) => Object.assign(hub, {whereabouts: async () => ({state: 'moved', to: 'kim/elsewhere'})}),
        },
        {ends: '1 gdd', reasons: {'metrics 1': /^was renamed to kim\/elsewhere$/}},
      ],
      '[S10] for a name that is another dataset now finds it gone, and leaves the rest': [
        {
          plan: RUN,
          answers: always('metrics 1', missing()),
          at: (hub) =>
            Object.assign(hub, {whereabouts: async () => ({state: 'there', id: 'other', sha: 'f'})}),
        },
        {ends: '1 guu'},
      ],
      '[S14] for a dataset that is still there is a failure': [
        {plan: ONE, answers: fails(missing())},
        {ends: '1 f', reasons: {'results 1': /404[^.]*[^.], but it is still there/}},
      ],
      '[S14] for a dataset that changed after a lost answer is a failure, and leaves the rest': [
        {
          plan: RUN,
          answers: (_, time) => fails([lost(), missing()][time] ?? new Error('nothing else is sent'))(),
          at(hub) {
            const ask = hub.whereabouts.bind(hub)
            let asked = 0
            hub.whereabouts = async (name) => ({...(await ask(name)), ...(++asked > 1 && {sha: 'other'})})
          },
        },
        {ends: '1 fuu'},
      ],
      'for a dataset whose whereabouts cannot be asked for is a failure where it is listed in the end':
        unsettled(true),
      'for such a dataset finds it gone where it is not listed': unsettled(false),
    })
  })

  describe('a lost answer', () => {
    scenes({
      'that stays lost is a failure where the dataset is still there, and leaves the rest of the run': [
        {plan: RUN, answers: always('metrics 1', lost())},
        {ends: '1 fuu', sent: 6, reasons: {'metrics 1': /no answer.*it is still there/}},
      ],
      'is not repeated once the job is stopped, and is never called unattempted': [
        {plan: RUN, answers: lost, abortAt: 'DELETE metrics 1'},
        {ends: '1 f?uu', sent: 1, reasons: {'metrics 1': /may or may not be deleted/}},
      ],
      'is a deletion where a look that others needed lacks the dataset': [
        {
          plan: planFor(single(2)),
          concurrency: 2,
          answers(name, time) {
            if (time > 0) return
            return name === full('results 1') ? lost() : quota()
          },
          look(hub) {
            hub.listing = hub.listing.filter(({name}) => name !== full('results 1'))
            return excluding(['results 1', 'gone', 'left'])
          },
        },
        {ends: '2 d, 1 d'},
      ],
    })

    for (const error of [refusal(429, {actionLimit: true}), refusal(401), refusal(409)]) {
      const row = {plan: ONE, answers: inTurn(lost(), error)}
      const title = `and then an answer ${error.status} are`
      scenes({
        [`${title} a failure where the dataset is listed in the end`]: [
          {...row},
          {ends: '1 f', reasons: {'results 1': /it is still there/}},
        ],
        [`${title} not known where that cannot be listed`]: [
          {...row, listAtEnd: fails(new Error('no list'))},
          {ends: '1 f?', reasons: {'results 1': /may or may not be deleted/}},
        ],
      })
    }

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
          const plan = PAIR
          const [dataset] = plannedDatasets(plan) as [Dataset]
          const carried = await carry(plan, {
            answers: only('metrics 1', error),
            at(hub) {
              hub.whereabouts = async () => {
                hub.log.push('ASK')
                return where(dataset)
              }
            },
            listAtEnd: async () => [],
          })
          expect(carried.log[1], title).to.equal('ASK')
          expect(carried.sent.slice(1).join(', '), title).to.equal(sent)
          expect(carried.ends, title).to.equal(ends)
        }
      })
    }
  })

  describe('the look at the end', () => {
    const plan = planFor([[...RUN_TYPES], ['results']])
    const all = planFor(whole(1), true)
    const others = plannedDatasets(plan).map((each) => ({...each, id: 'other'}))
    const DELETES = 'DELETE results 2, DELETE metrics 1, DELETE traces 1, DELETE results 1'

    scenes({
      'is not made where nothing was deleted': [
        {plan, answers: () => refusal(403)},
        {ends: '2 f, 1 fuu', log: 'DELETE results 2, DELETE metrics 1'},
      ],
      'is not made where the job was interrupted': [
        {plan, abortAt: 'DELETE results 2'},
        {ends: '2 d, 1 uuu', log: 'DELETE results 2', warnings: []},
      ],
      'finds no failure where the listing only lags': [
        {plan, listAtEnd: async () => plannedDatasets(plan)},
        {ends: '2 d, 1 ddd'},
      ],
      'finds none where another dataset has the name since': [
        {plan, listAtEnd: async () => others},
        {ends: '2 d, 1 ddd', log: DELETES},
      ],
      'leaves open what is still listed and cannot be asked for': [
        {
          plan,
          at: (hub) => idle(Object.assign(hub, {whereabouts: fails(new HubFormatError('half an answer'))})),
        },
        {ends: '2 f?, 1 f?f?f?', reasons: {'results 2': /half an answer/}},
      ],
      'comes before the leaderboard, which stays where it finds anything': [
        {plan: all, at: idle},
        {ends: '1 fff, board u'},
      ],
      'that fails leaves the leaderboard': [
        {plan: all, listAtEnd: fails(halfAPage())},
        {ends: '1 ddd, board u', sent: 'metrics 1, traces 1, results 1'},
      ],
      'comes after the leaderboard, too': [{plan: planFor([], true), at: idle}, {ends: 'board f'}],
      'that fails is a warning, and changes no outcome': [
        {plan, listAtEnd: fails(halfAPage())},
        {ends: '2 d, 1 ddd', warnings: [/half a page/]},
      ],
      '[S14] by a token with less access makes nothing gone of what could not be found': [
        {
          plan,
          answers: only('metrics 1', missing()),
          excluded: excluding(['results 2', 'gone', 'left']),
          listAtEnd: fails(new RefusedError('not a member any more')),
        },
        {ends: '2 f?, 1 f?dd', warnings: [/not a member/]},
      ],
    })

    it('[S14] finds a failure where the Hub returned OK and did nothing, and says so everywhere', async () => {
      const {outcomes, events, log} = await carry(plan, {at: idle, concurrency: 3, unwritable: NONE})
      expect(outcomes).to.have.length(4)
      for (const outcome of outcomes) {
        const {name} = outcome
        const reason = 'the Hub returned OK, but it is still there'
        expect(outcome).to.deep.equal({name, status: 'failed', reason})
        expect(log.findLast((entry) => entry.includes(short(name)))).to.equal(`failed ${short(name)}`)
        expect(events.slice(-4)).to.deep.include({kind: 'finished', outcome})
      }
    })
  })

  describe('an answer that stops the job', () => {
    scenes({
      '401: the rest of all runs is unattempted': [
        {plan: THREE_RUNS, answers: only('traces 3', refusal(401))},
        {ends: '3 dfu, 2 uuu, 1 uuu', sent: 2, reasons: {'metrics 1': /no longer accepts the token/}},
      ],
      '[S15] of a limit of the action: the rest is unattempted, in the words of the Hub': [
        {
          plan: THREE_RUNS,
          answers: only('traces 3', refusal(429, {actionLimit: true, text: 'exceeded\u0007(300 per day)'})),
        },
        {ends: '3 duu, 2 uuu, 1 uuu', sent: 2, reasons: {'metrics 1': /exceeded \(300 per day\)/}},
      ],
    })
  })

  describe('a Hub that is not well', () => {
    scenes({
      // One more may be under way.
      'is not asked on and on: after five datasets in a row of which nothing is known, the rest stays': [
        {plan: planFor(single(9)), answers: () => refusal(503)},
        {ends: /^(?:\d f, ){5,6}(?:\d u(?:, |$)){3,4}$/, reasons: {'results 1': /failed 5 times in a row/}},
      ],
      'holds up no other run while one dataset pauses': [
        {
          plan: planFor(single(3)),
          answers: always('results 3', refusal(503, {retryAfterMs: 60_000})),
          abortAt: 'DELETE results 1',
        },
        {ends: '3 f?, 2 d, 1 d', sent: 'results 3, results 2, results 1'},
      ],
      'is backed off from where it answers 429 without a word, a few times': [
        {plan: ONE, answers: () => refusal(429)},
        {ends: '1 f', sent: 6},
      ],
    })

    for (const relief of [undefined, refusal(403)])
      scenes({
        [`is asked on where anything in between ${relief ? 'is refused' : 'goes well'}`]: [
          {plan: planFor(single(9)), answers: (name) => (/2026010[46]/.test(name) ? relief : refusal(503))},
          {ends: /^[^u]+$/},
        ],
      })

    it('says of each retry what went wrong, and how many there will be', async () => {
      const {events} = await carry(ONE, {answers: inTurn(refusal(503), lost())})
      const repeat = {kind: 'repeating', name: full('results 1'), why: 'retry', ms: 0, of: 5}
      expect(kindsOf(events, 'started')).to.have.length(1)
      expect(kindsOf(events, 'repeating')).to.deep.equal([
        {...repeat, cause: 'the Hub returned 503', retry: 1},
        {...repeat, cause: 'no response from the Hub (no answer)', retry: 2},
      ])
      const once = await carry(ONE, {answers: inTurn(refusal(429))})
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

      const carried = carry(planFor(single(9)), {answers: hold, concurrency: 4})
      for (const inFlight of [4, 2, 3, 4]) {
        await until(`${inFlight} requests are under way`, () => pending.length === inFlight)
        await someTurns()
        expect(pending).to.have.length(inFlight)
        for (const answer of pending.splice(0)) answer()
      }

      expect((await carried).ends).to.match(/^(\d d(, |$)){9}$/)
    })
  })

  describe('a quota', () => {
    const empty = (hub: FakeHub) => {
      hub.quota.allowance = {left: 0, refillMs: 5}
    }

    scenes({
      '[S15] that is known to be used up is waited for before anything is sent, and no intent is in vain': [
        {
          plan: ONE,
          at: empty,
          unwritable: NONE,
          look(hub) {
            hub.quota.allowance = {left: 9, refillMs: 0}
            return nothing
          },
        },
        {
          ends: '1 d',
          pauses: [100],
          log: 'look wait, intent results 1, DELETE results 1, deleted results 1, LIST',
        },
      ],
      '[S10] that is used up is waited for, then comes a new look, then the same DELETE again': [
        {plan: PAIR, answers: only('metrics 1', quota(1))},
        {
          ends: '1 dd',
          log: 'DELETE metrics 1, look wait, DELETE metrics 1, DELETE results 1, LIST',
          pauses: [100],
        },
      ],
      '[S15] is never a failure, however often it is used up, as long as anything is deleted in between': [
        {plan: planFor(whole(9)), answers: (_, time) => (time < 3 ? quota() : undefined)},
        {ends: /^(\d ddd(, |$)){9}$/},
      ],
      '[S15] may last for one deletion at a time, though others wait for the next window already': [
        {
          plan: planFor(single(4)),
          concurrency: 4,
          at(hub) {
            empty(hub)
            const {deleteDataset} = hub
            hub.deleteDataset = (...args) => {
              empty(hub)
              return deleteDataset(...args)
            }
          },
          look(hub) {
            const looks = hub.log.filter((line) => line === 'look wait').length
            if (looks >= 3) hub.quota.allowance = {left: 1, refillMs: 0}
            return nothing
          },
        },
        {ends: '4 d, 3 d, 2 d, 1 d'},
      ],
      '[S15] ends the job after three windows in a row without one deletion, and fails nothing': [
        {plan: TWO_RUNS, answers: (name) => (name === full('metrics 2') ? undefined : quota(2000))},
        {
          ends: '2 duu, 1 uuu',
          reasons: {'results 1': /rate limit.*3 times in a row/},
          sent: 5,
          pauses: [2000, 2000, 2000],
        },
      ],
      'ends the job so too where the windows were empty from the start': [
        {plan: ONE, at: empty},
        {ends: '1 u', sent: '', pauses: [100, 1000, 1000]},
      ],
      'ends the job so too where many wait at a time': [
        {plan: planFor(whole(9)), concurrency: 4, answers: () => quota()},
        {ends: /^(\d uuu(, |$)){9}$/, sent: 9, pauses: [100, 1000, 1000]},
      ],
      'that is used up holds up every run, and is waited for once': [
        {
          plan: planFor(single(4)),
          concurrency: 4,
          async answers(_, time) {
            await new Promise(setImmediate)
            return time === 0 ? quota() : undefined
          },
        },
        {ends: '4 d, 3 d, 2 d, 1 d', log: `${DELETES_OF_FOUR}, look wait, ${DELETES_OF_FOUR}, LIST`},
      ],
      'that is used up holds up a run whose DELETE was under way until the look is over': [
        {
          plan: planFor([
            ['metrics', 'results'],
            ['metrics', 'results'],
          ]),
          concurrency: 2,
          async answers(name, time) {
            if (name === full('metrics 1')) await new Promise(setImmediate)
            return name === full('metrics 2') && time === 0 ? quota() : undefined
          },
        },
        {
          ends: '2 dd, 1 dd',
          log: 'DELETE metrics 2, DELETE metrics 1, look wait, DELETE results 1, DELETE metrics 2, DELETE results 2, LIST',
        },
      ],
      'that is used up leaves out what changed or left meanwhile': [
        {
          plan: THREE_RUNS,
          answers: only('metrics 3', quota()),
          look(hub) {
            hub.listing = hub.listing.filter(({name}) => name !== full('metrics 3'))
            return excluding(
              ['metrics 3', 'gone', 'left'],
              ['metrics 2', 'skipped', 'x'],
              ['results 2', 'skipped', 'x'],
            )
          },
        },
        {
          ends: '3 gdd, 2 sds, 1 ddd',
          reasons: {'results 2': /^x$/},
          sent: 'metrics 3, traces 3, results 3, traces 2, metrics 1, traces 1, results 1',
        },
      ],
      'that is used up twice takes the newest look for the whole truth'() {
        const looks = [excluding(['results 2', 'skipped', 'changed'])]
        return [
          {
            plan: planFor(single(3)),
            answers: only('results 3', quota(), quota()),
            look: () => looks.shift() ?? nothing,
          },
          {ends: '3 d, 2 d, 1 d'},
        ]
      },
      'that is used up stops the job, with the reason, where the look is not certain': [
        {plan: TWO_RUNS, answers: only('traces 2', quota()), look: halfAPage},
        {ends: '2 duu, 1 uuu', sent: 2, reasons: {'metrics 1': /half a page/}},
      ],
      'that is used up stops the job where the look was cancelled, as an interruption': [
        {plan: TWO_RUNS, answers: only('traces 2', quota()), look: () => new CancelledError('enough')},
        {ends: '2 duu, 1 uuu', sent: 2, reasons: {'metrics 1': /^interrupted$/}},
      ],
      'is not waited for any longer once the job is aborted': [
        {plan: RUN, answers: inTurn(quota(3_600_000)), abortAt: 'waiting'},
        {ends: '1 uuu', log: 'DELETE metrics 1'},
      ],
    })

    it('lets no more requests go at a time than are left of it', async () => {
      let inFlight = 0
      let most = 0
      const {ends} = await carry(planFor(single(6)), {
        concurrency: 4,
        async answers() {
          most = Math.max(most, ++inFlight)
          await someTurns()
          inFlight--
        },
        at: (hub) => Object.assign(hub.quota, {allowance: {left: 2, refillMs: 0}}),
      })
      expect([most, ends]).to.deep.equal([2, '6 d, 5 d, 4 d, 3 d, 2 d, 1 d'])
    })

    it('that is used up is an event, and so is each look', async () => {
      const {events} = await carry(ONE, {answers: inTurn(quota(1))})
      expect(events.filter(({kind}) => kind === 'waiting' || kind === 'checking')).to.deep.equal([
        {kind: 'waiting', why: 'quota', ms: 100},
        {kind: 'checking'},
        {kind: 'checking'},
      ])
    })
  })

  describe('[S10] a look that is too old', () => {
    const uncertain = new RefusedError('no access')

    scenes({
      'is one for all that would send a DELETE, and each of them waits for it': [
        {plan: planFor(single(4)), concurrency: 4, isOld: (_, hub) => hub.log.length === 0},
        {ends: '4 d, 3 d, 2 d, 1 d', log: `look first, ${DELETES_OF_FOUR}, LIST`},
      ],
      'before each of many DELETEs is made anew as often': [
        {
          plan: planFor([[...RUN_TYPES], ...single(9)].slice(0, 9)),
          isOld: (_, hub) => !hub.log.at(-1)?.startsWith('look'),
        },
        {
          ends: /^[^fu]+$/,
          log: [
            'look first, DELETE results 9',
            ...[8, 7, 6, 5, 4, 3, 2].map((run) => `DELETE results ${run}`),
            ...['metrics', 'traces', 'results'].map((type) => `DELETE ${type} 1`),
          ]
            .join(', look age, ')
            .concat(', LIST'),
        },
      ],
      // Asked about before the intent, after it, and after the look.
      'because the intent took its time is followed by another, not by another intent'() {
        const answers = [false, true, false, false]
        return [
          {plan: ONE, isOld: () => answers.shift() ?? false, unwritable: NONE},
          {ends: '1 d', log: 'intent results 1, look first, DELETE results 1, deleted results 1, LIST'},
        ]
      },
      'and cannot be made anew leaves the rest': [
        {plan: RUN, isOld: (isFirst) => !isFirst, look: () => uncertain},
        {ends: '1 duu', sent: 'metrics 1', reasons: {'traces 1': /no access/}},
      ],
      'differs from a wait: after one for the quota, and before the leaderboard, the listing is made anew': [
        {plan: WITH_BOARD, answers: only('results 1', quota(), refusal(429))},
        {
          ends: '1 d, board d',
          log: 'DELETE results 1, look wait, DELETE results 1, look age, DELETE results 1, LIST, look wait, DELETE board as leaderboard, LIST',
        },
      ],
      'each time, before anything can be sent, ends the job': [
        {plan: RUN, isOld: () => true},
        {
          ends: '1 uuu',
          log: Array.from({length: 10}, () => 'look first').join(', '),
          reasons: {'metrics 1': /was out of date/},
        },
      ],
    })

    it('is asked about as the first one until a DELETE was sent', async () => {
      const asked: boolean[] = []
      await carry(PAIR, {isOld: (isFirst) => asked.push(isFirst) === 0})
      // Before and after the intent of each.
      expect(asked).to.deep.equal([true, true, false, false])
    })

    it('and cannot be made anew is an error before anything was sent', async () => {
      const at = (hub: FakeHub) => Object.assign(hub, {deleteDataset: () => expect.fail('sent')})
      const scene = {at, concurrency: 2, isOld: () => true, look: () => uncertain}
      expect(await rejectionOf(carry(TWO_RUNS, scene))).to.equal(uncertain)
    })
  })

  describe('a journal', () => {
    const twice = 'intent results 1, DELETE results 1'
    const unlisted = fails(lost())

    scenes({
      'has the intent again before a DELETE is repeated': [
        {plan: ONE, answers: inTurn(lost(), quota()), unwritable: NONE},
        {ends: '1 d', log: `${twice}, ASK results 1, ${twice}, look wait, ${twice}, deleted results 1, LIST`},
      ],
      'has the outcome without an intent where no DELETE was sent': [
        {
          plan: planFor([['results'], ['metrics', 'results']]),
          answers: only('metrics 2', refusal(403)),
          excluded: excluding(['results 1', 'skipped', 'changed']),
          unwritable: NONE,
        },
        {
          ends: '2 fu, 1 s',
          log: 'intent metrics 2, DELETE metrics 2, failed metrics 2, unattempted results 2, skipped results 1',
        },
      ],
      'says of a DELETE whose answers were all lost that nothing is known': [
        {
          plan: ONE,
          answers: lost,
          at: (hub) => Object.assign(hub, {whereabouts: unlisted}),
          unwritable: NONE,
          listAtEnd: unlisted,
        },
        {ends: '1 f?', log: `${twice}, uncertain results 1`},
      ],
      '[S14] that cannot take the intent stops everything, and no DELETE is sent': [
        {plan: TWO_RUNS, unwritable: /^intent/, concurrency: 2},
        {ends: '2 uuu, 1 uuu', sent: '', reasons: {'metrics 1': /journal/}},
      ],
      'that cannot take an outcome any more stops everything, and the outcome is reported all the same': [
        {plan: RUN, unwritable: /^deleted/},
        {ends: '1 duu', sent: 'metrics 1'},
      ],
      'is waited for while the quota ends: what fell out of the plan in that moment stays'() {
        const fallenOut = gate()
        return [
          {
            plan: planFor(single(2)),
            answers: only('results 2', quota()),
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
          },
          {ends: '2 d, 1 s', sent: 'results 2, results 2'},
        ]
      },
    })

    it('has the id of the request that succeeded, which no outcome shows', async () => {
      const {log, outcomes} = await carry(ONE, {
        at: (hub) => Object.assign(hub, {deleteDataset: async () => 'id'}),
        unwritable: NONE,
        listAtEnd: async () => [],
      })
      expect(log.at(-1)).to.equal('deleted results 1 id')
      expect(outcomes[0]).not.to.have.property('requestId')
    })
  })

  describe('the leaderboard', () => {
    const plan = WITH_BOARD
    scenes({
      '[S12] is deleted last, after one more look': [
        {plan, concurrency: 4},
        {ends: '1 d, board d', log: 'DELETE results 1, LIST, look wait, DELETE board as leaderboard, LIST'},
      ],
      'is deleted where what was before it is gone': [
        {plan, answers: only('results 1', missing())},
        {ends: '1 g, board d', sent: 'results 1, board'},
      ],
      'stays where the last look finds it protected or changed': [
        {plan, look: () => excluding([LEADERBOARD, 'skipped', 'protected by ann'])},
        {ends: '1 d, board s', sent: 'results 1', reasons: {board: /^protected by ann$/}},
      ],
      'stays where the last look is not certain': [
        {plan, look: halfAPage},
        {ends: '1 d, board u', sent: 'results 1', reasons: {board: /half a page/}},
      ],
      'stays where the last look is aborted': [
        {plan, abortAt: 'look'},
        {ends: '1 d, board u', sent: 'results 1', reasons: {board: /^interrupted$/}},
      ],
    })

    const before: Array<[title: string, ends: string, scene: Scene]> = [
      ['failed', '1 f, board u', {answers: always('results 1', refusal(500))}],
      ['was refused with 401', '1 f, board u', {answers: always('results 1', refusal(401))}],
      ['was stopped by a limit', '1 u, board u', {answers: () => refusal(429, {actionLimit: true})}],
      ['was skipped', '1 s, board u', {excluded: excluding(['results 1', 'skipped', 'changed'])}],
    ]
    for (const [title, ends, scene] of before)
      scenes({
        [`stays where what was before it ${title}`]: [
          {...scene, plan},
          {ends, reasons: {board: /some datasets before it/}},
        ],
      })
  })
})
