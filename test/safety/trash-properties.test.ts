import {expect} from 'chai'
import * as fc from 'fast-check'

import {Account, CARRIED, stampOf} from '../support/account.js'
import {type FaultName, FAULTS} from '../support/faults.js'
import {withoutPauses} from '../support/pauses.js'
import {isDelete, isListing, isMove} from '../support/sandbox.js'

const SWITCHES = ['letDeleteFollow', 'hideFormerNames', 'lagInListing', 'modify', 'publish'] as const
const COMMANDS = ['trash', 'restore', 'empty'] as const
type Command = (typeof COMMANDS)[number]

/** Those that a test need not wait for. */
const SOME_FAULTS = (Object.keys(FAULTS) as FaultName[]).filter(
  (name) => !/no answer|stalls|window|edge/.test(name),
)
const isLook = ({method, path}: {method: string; path: string}) =>
  method === 'GET' && /^\/api\/datasets\/[^?]*smoltrace-/.test(path)
const TARGETS = {move: isMove, delete: isDelete, look: isLook, listing: isListing}

const step = fc.record({
  command: fc.constantFrom<Command>(...COMMANDS),
  switches: fc.subarray([...SWITCHES]),
  concurrency: fc.integer({min: 1, max: 3}),
  faults: fc.array(
    fc.record({
      target: fc.constantFrom(...(Object.keys(TARGETS) as Array<keyof typeof TARGETS>)),
      fault: fc.constantFrom(...SOME_FAULTS),
      skip: fc.integer({min: 0, max: 12}),
      times: fc.constantFrom(1, 1, 2, 9),
    }),
    {maxLength: 3},
  ),
  /** After so many outcomes Ctrl-C comes. */
  stopAfter: fc.option(fc.integer({min: 0, max: 5}), {freq: 4}),
})

const QUIET = {switches: [], concurrency: 1}
const LIE = {target: 'delete', fault: 'OK, and nothing is done', skip: 0, times: 1} as const

interface Told {
  /** The name that it had when the job began. */
  at: string
  status: string
  uncertain: boolean
}

describe('whatever goes wrong with moves to the trash, out of it and in it', () => {
  it('loses nothing but what was to be deleted, and tells the truth', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 4}), async (steps) => {
        const account = await Account.open()
        try {
          // One run is in the trash, and one was there.
          await account.clean({olderThan: '30d', trash: true, ...CARRIED})
          await account.untrash({timestamps: [stampOf(account.old[0])]})
          for (const each of steps) await play(account, each)
        } finally {
          await account.close()
        }
      }),
      {
        numRuns: 40,
        examples: [[[{...QUIET, command: 'empty', faults: [LIE], stopAfter: 0}]]],
      },
    )
  })
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function play(
  account: Account,
  {command, switches, concurrency, faults, stopAfter}: Step,
): Promise<void> {
  const {state} = account.hub
  for (const name of SWITCHES) state.moves[name] = switches.includes(name)
  for (const repo of state.datasets()) repo.private = true
  const removals = faults.map(({target, fault, ...rest}) =>
    account.hub.intercept({...rest, ...FAULTS[fault], match: TARGETS[target]}),
  )
  const before = new Map(state.datasets().map(({_id, id}) => [_id, id]))
  const ids = new Map(
    state
      .datasets()
      .map(({_id, id, formerId}) => [switches.includes('lagInListing') ? (formerId ?? id) : id, _id]),
  )
  const controller = new AbortController()
  const isLie = faults.some(({target, fault}) => target === 'delete' && fault === 'OK, and nothing is done')
  let outcomes = 0
  const onEvent = ({kind}: {kind: string}) => {
    if (kind === 'finished' && stopAfter !== null && outcomes++ === stopAfter) controller.abort()
  }

  const job = {concurrency, onEvent, signal: controller.signal}
  const told = await withoutPauses(() => carry(account, command, job)).catch(() => {})
  for (const remove of removals) remove()
  const after = new Map(state.datasets().map(({_id, id}) => [_id, id]))
  const isIn = (name: string | undefined) => name?.includes('-trash-') === true
  const lost = [...before].filter(([_id]) => !after.has(_id))
  if (command !== 'empty') expect(lost, `lost by ${command}`).to.deep.equal([])
  for (const [, name] of lost) expect(isIn(name), `${name} was not in the trash`).to.equal(true)
  if (!told) {
    expect([...after], `changed by a ${command} that failed`).to.deep.equal([...before])
    return
  }

  const named = new Set(told.map(({at}) => ids.get(at)))
  for (const [_id, name] of before)
    if (!named.has(_id)) expect(after.get(_id), `${name}, which is not told of`).to.equal(name)
  for (const {at, status, uncertain} of told) {
    const _id = ids.get(at) ?? ''
    const now = after.get(_id)
    const what = `${command}: ${at} is ${status}`
    expect(before.has(_id), what).to.equal(true)
    if (uncertain) continue
    switch (status) {
      case 'deleted': {
        // An OK that is a lie is found out by the last listing, which Ctrl-C does not wait for.
        if (!(isLie && controller.signal.aborted)) expect(now, what).to.equal(undefined)
        break
      }

      case 'trashed': {
        expect(isIn(now), what).to.equal(true)
        break
      }

      case 'restored': {
        expect(now !== undefined && !isIn(now), what).to.equal(true)
        break
      }

      case 'gone': {
        expect(now, what).not.to.equal(at)
        break
      }

      default: {
        expect(now, what).to.equal(before.get(_id))
      }
    }
  }
}

async function carry(
  account: Account,
  command: Command,
  job: {concurrency: number; onEvent: (event: {kind: string}) => void; signal: AbortSignal},
): Promise<Told[]> {
  if (command === 'restore') {
    const {runs} = await account.untrash({all: true, ...job})
    return runs.flatMap(({outcomes}) =>
      outcomes.map(({from, status, uncertain}) => ({at: from, status, uncertain: uncertain === true})),
    )
  }

  const options = {...CARRIED, ...job}
  const {outcomes} =
    command === 'empty'
      ? await account.empty({all: true, ...options})
      : await account.clean({olderThan: '30d', trash: true, ...options})
  return outcomes.map(({name, status, uncertain}) => ({at: name, status, uncertain: uncertain === true}))
}
