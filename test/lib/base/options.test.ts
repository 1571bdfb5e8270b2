import {expect} from 'chai'

import * as library from '../../../src/index.js'
import {UsageError} from '../../../src/lib/base/errors.js'
import {type OptionTable, readOptions} from '../../../src/lib/base/options.js'
import {loadPlan} from '../../../src/lib/plan/saved/files.js'
import {makeRules} from '../../../src/lib/retention/read-rules.js'
import {errorOf, rejectionOf} from '../../support/builders.js'
import {deletionsAt, namesAt} from '../../support/hub.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

const STAMP = '20260131_235959'
const NAME = `mira/smoltrace-results-${STAMP}`

/** `new String('x')` and its like. */
const boxed = (value: unknown): unknown => new Object(value)
const HOLE = Object.assign([], {length: 1})

/** Every function of the library that takes options. */
const FUNCTIONS: Record<string, (options: never) => unknown> = {
  applyPlan: (options) => library.applyPlan('plan.json', options),
  checkLeaderboard: library.checkLeaderboard,
  cleanupDatasets: library.cleanupDatasets,
  deleteDatasets: (options) => library.deleteDatasets([NAME], options),
  discoverSmoltraceDatasets: library.discoverSmoltraceDatasets,
  filterRuns: (options) => library.filterRuns([], options),
  protectLeaderboard: library.protectLeaderboard,
  protectRuns: (options) => library.protectRuns([STAMP], options),
  readHistory: (options) => library.readHistory('/nowhere', options),
  readLeaderboardRows: library.readLeaderboardRows,
  readRanking: library.readRanking,
  readSizes: library.readSizes,
  restoreDatasets: library.restoreDatasets,
  unprotectLeaderboard: library.unprotectLeaderboard,
  unprotectRuns: (options) => library.unprotectRuns([STAMP], options),
}

/** Values of a kind, and some that are not. */
const KINDS: Array<[kind: string, right: unknown[], wrong: unknown[]]> = [
  ['boolean', [true, false], ['false', 'true', 1, 0, boxed(true)]],
  ['text', ['x', ''], [5, ['x'], boxed('x'), new URL('http://127.0.0.1'), new Date()]],
  ['number', [5, -1.5], ['5', Number.NaN, Number.POSITIVE_INFINITY, [5]]],
  ['number or text', [5, '10%'], [['10%'], Number.NaN, true]],
  ['texts', [['x'], ['']], ['x', [], [5], [['x']], [null], [boxed('x')], new Set(['x']), HOLE]],
  ['function', [() => 5], [true, {}, 'x']],
  ['date', [new Date(0)], [0, '2026-01-31', new Date('x')]],
  ['signal', [new AbortController().signal, {aborted: false}], [true, {}, new AbortController()]],
  ['array', [[5]], [{}, 'x']],
  ['object', [{x: 5}], ['x', 5]],
  ['object or text', [{x: 5}, 'unknown'], [5, true]],
]

/** Whether it throws at once or later. */
const expectRefused = async (call: () => unknown) =>
  expect(await rejectionOf((async () => call())())).to.be.instanceOf(UsageError)

describe('the options of a function', () => {
  let hub: Sandbox

  before(async () => {
    hub = await startSandbox({seed: 'account'})
  })

  after(() => hub.close())

  const connection = () => ({token: hub.token, endpoint: hub.url, env: {}})

  for (const [name, call] of Object.entries(FUNCTIONS)) {
    it(`[S18] of ${name} are refused before anything is sent where one is not known, or they are no options`, async () => {
      const requests = hub.requests.length
      for (const options of [
        {...connection(), namspace: 'x'},
        {namspace: undefined, yess: null},
        null,
        [],
        'x',
      ])
        await expectRefused(() => call(options as never))
      expect(hub.requests.slice(requests)).to.deep.equal([])
    })
  }

  it('[S18] are named where they are not known, with the one that was meant', () => {
    const given: object = {yes: true, dryrun: false}
    const error = errorOf(() => readOptions(given, {yes: 'boolean', dryRun: 'boolean'}))
    expect(error).to.be.instanceOf(UsageError).and.have.property('message', 'Unknown option `dryrun`.')
    expect(error).to.deep.include({suggestions: ['Did you mean `dryRun`?']})
  })

  it('are a plain object', () => {
    class Options {
      get yes() {
        return true
      }
    }
    const inherited = Object.assign(Object.create(null), {yes: true})
    const created = [{}, inherited].map((prototype) => Object.create(prototype) as object)
    for (const options of [null, 5, 'x', [], new Map(), new Options(), ...created] as object[])
      expect(() => readOptions(options, {yes: 'boolean'})).to.throw(UsageError, 'a plain object')
  })

  for (const [kind, right, wrong] of KINDS) {
    it(`[S18] of the kind "${kind}" hold nothing else`, () => {
      const table = {x: kind} as unknown as OptionTable<{x: unknown}>
      for (const value of right) expect(readOptions({x: value}, table)).to.deep.equal({x: value})
      for (const value of [null, ...wrong])
        expect(() => readOptions({x: value}, table)).to.throw(UsageError, /^`x` takes (?:an? |true)/)
    })
  }

  it('[S18] do not come from a prototype that other code changed', async () => {
    const polluted = {dryRun: false, yes: true, all: true, deleteLeaderboard: true, token: 'hf_of_another'}
    Object.assign(Object.prototype, polluted)
    try {
      const {dryRun, plan} = await library.cleanupDatasets({...connection(), olderThan: '1d'})
      expect(dryRun).to.equal(true)
      expect(plan.rules).to.include({all: false, deleteLeaderboard: false})
      const named = await library.deleteDatasets([`${hub.user}/smoltrace-results-${STAMP}`], connection())
      expect(named.dryRun).to.equal(true)
      expect(await rejectionOf(library.cleanupDatasets(connection()))).to.be.instanceOf(UsageError)
      expect(makeRules({keepRecent: 5})).to.include({all: false, deleteLeaderboard: false})
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }

    expect(deletionsAt(hub)).to.deep.equal([])
    expect(namesAt(hub)).not.to.deep.equal([])
  })

  it('[S18] are read once: what a getter, the caller or an array changes later has no effect', () => {
    const table = {yes: 'boolean', run: 'texts', model: 'texts'} as const
    let reads = 0
    const run = ['a']
    const options = {
      get yes() {
        return ++reads > 1
      },
      run,
      model: Object.defineProperty(['a'], '0', {get: () => (++reads > 2 ? 5 : 'a')}),
    }
    const read = readOptions(options, table)
    run.push('b')
    expect([read, reads]).to.deep.equal([{yes: false, run: ['a'], model: ['a']}, 2])
  })

  it('that are undefined are not there, hidden ones are, and a prototype may be missing', () => {
    const read = (given: object) => readOptions<{keepRecent?: number}>(given, {keepRecent: 'number'})
    const bare = Object.assign(Object.create(null) as object, {keepRecent: 5, other: undefined})
    for (const given of [bare, Object.defineProperty({}, 'keepRecent', {value: 5})])
      expect(read(given)).to.deep.equal({keepRecent: 5})
    expect(Object.keys(read({}))).to.deep.equal(['keepRecent'])
  })

  it('do without the name of a file or a folder only where they need none', async () => {
    for (const file of [null, undefined, '', 5, ['plan.json']] as unknown as string[]) {
      await expectRefused(() => library.applyPlan(file, connection()))
      await expectRefused(() => loadPlan(file))
      await expectRefused(() => library.loadPolicy(file))
      await expectRefused(() => library.restoreDatasets({...connection(), dir: file}))
    }
  })

  it('[S18] are not the only strict ones: names are an array of strings', async () => {
    const requests = hub.requests.length
    for (const call of [library.deleteDatasets, library.protectRuns, library.unprotectRuns])
      for (const names of ['x', [[NAME]], [boxed(NAME)], [NAME, null], new Set([NAME]), HOLE])
        await expectRefused(() => call(names as string[], connection()))
    expect(hub.requests.slice(requests)).to.deep.equal([])
  })
})
