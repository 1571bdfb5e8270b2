import {expect} from 'chai'

import {
  applyPlan,
  checkLeaderboard,
  cleanupDatasets,
  deleteDatasets,
  discoverSmoltraceDatasets,
  filterRuns,
  loadPolicy,
  protectLeaderboard,
  protectRuns,
  readHistory,
  readLeaderboardRows,
  readRanking,
  readSizes,
  restoreDatasets,
  unprotectLeaderboard,
  unprotectRuns,
  UsageError,
} from '../../../src/index.js'
import {type OptionTable, readOptions} from '../../../src/lib/base/options.js'
import {loadPlan} from '../../../src/lib/plan/saved/files.js'
import {rulesOf} from '../../../src/lib/retention/read-rules.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../support/builders.js'
import {deletionsAt, namesAt} from '../../support/hub.js'

const STAMP = '20260131_235959'
const NAME = `mira/smoltrace-results-${STAMP}`

/** `new String('x')` and its like. */
const boxed = (value: unknown): unknown => new Object(value)
const HOLE = Object.assign([], {length: 1})

const CONNECTION = 'token endpoint env signal clock onWait'
const EXECUTION = 'yes confirm confirmedBy concurrency maxDelete archive journal dataDir onEvent sizes'
const RETENTION =
  'olderThan incompleteOnly ignoreLeaderboard run model team purpose status unreferenced scoreBelow all keepRecent keepWithin keepHourly keepDaily keepWeekly keepMonthly keepYearly keepBest by groupBy grace only deleteLeaderboard'

/** Every function of the library that takes options, its options, and how it is called with some. */
const FUNCTIONS: Array<[name: string, options: string, call: (options: never) => unknown]> = [
  ['applyPlan', `${CONNECTION} ${EXECUTION} onPlan`, (options) => applyPlan('plan.json', options)],
  ['checkLeaderboard', `${CONNECTION} namespace`, checkLeaderboard],
  [
    'cleanupDatasets',
    `${CONNECTION} namespace ${EXECUTION} ${RETENTION} choose onPlan savePlan`,
    cleanupDatasets,
  ],
  [
    'deleteDatasets',
    `${CONNECTION} namespace ${EXECUTION} deleteLeaderboard`,
    (options) => deleteDatasets([NAME], options),
  ],
  ['discoverSmoltraceDatasets', `${CONNECTION} namespace`, discoverSmoltraceDatasets],
  ['filterRuns', `${RETENTION} now protection rows`, (options) => filterRuns([], options)],
  ['protectLeaderboard', `${CONNECTION} namespace reason runs top by onEvent`, protectLeaderboard],
  ['protectRuns', `${CONNECTION} namespace reason until onEvent`, (options) => protectRuns([STAMP], options)],
  ['readHistory', 'since keep', (options) => readHistory('/nowhere', options)],
  ['readLeaderboardRows', `${CONNECTION} namespace`, readLeaderboardRows],
  ['readRanking', `${CONNECTION} namespace by groupBy model limit`, readRanking],
  ['readSizes', `${CONNECTION} namespace`, readSizes],
  ['restoreDatasets', `${CONNECTION} namespace dir names dryRun concurrency onEvent`, restoreDatasets],
  ['unprotectLeaderboard', `${CONNECTION} namespace`, unprotectLeaderboard],
  ['unprotectRuns', `${CONNECTION} namespace onEvent`, (options) => unprotectRuns([STAMP], options)],
]

/** Values of a kind, and some that are not. */
const KINDS: Array<[kind: string, right: unknown[], wrong: unknown[]]> = [
  ['boolean', [true, false], ['false', 'true', 1, 0, boxed(true)]],
  ['text', ['x', ''], [5, ['x'], boxed('x'), new URL('http://127.0.0.1'), new Date()]],
  ['number', [5, -1.5], ['5', Number.NaN, Number.POSITIVE_INFINITY, [5]]],
  ['number or text', [5, '10%'], [['10%'], Number.NaN, true]],
  ['texts', [['x'], []], ['x', [5], [['x']], [null], [boxed('x')], new Set(['x']), HOLE]],
  ['function', [() => 5], [true, {}, 'x']],
  ['date', [new Date(0)], [0, '2026-01-31', new Date('x')]],
  ['signal', [new AbortController().signal, {aborted: false}], [true, {}, new AbortController()]],
  ['array', [[5]], [{}, 'x']],
  ['object', [{x: 5}], ['x', 5]],
  ['object or text', [{x: 5}, 'unknown'], [5, true]],
]

/** Calls it, whether it throws at once or later. */
const refusalOf = (call: () => unknown) => rejectionOf((async () => call())())

describe('the options of a function', () => {
  let hub: Sandbox

  before(async () => {
    hub = await startSandbox({seed: 'account'})
  })

  after(() => hub.close())

  const connection = () => ({token: hub.token, endpoint: hub.url, env: {}})

  for (const [name, list, call] of FUNCTIONS) {
    describe(name, () => {
      const names = list.split(' ')
      const own = () => (names.includes('token') ? connection() : name === 'filterRuns' ? {all: true} : {})
      const refuses = async (options: unknown, ...words: string[]) => {
        const requests = hub.requests.length
        const error = await refusalOf(() => call(options as never))
        expect(error, JSON.stringify(options)).to.be.instanceOf(UsageError)
        for (const word of words) expect(error.message).to.include(word)
        expect(hub.requests.slice(requests)).to.deep.equal([])
      }

      it('[S18] refuses a value of another kind for each of its options, and names the option', async () => {
        for (const option of names) await refuses({...own(), [option]: null}, `\`${option}\``)
      })

      it('[S18] refuses an option that it does not know, and names the one that was meant', async () => {
        for (const option of ['namspace', 'dryrun', 'untill', 'keepRecnt'])
          await refuses({...own(), [option]: undefined, [`${option}x`]: 1}, `\`${option}x\``)
        const [known = ''] = names
        const error = await refusalOf(() => call({...own(), [`${known}s`]: 1} as never))
        expect((error as UsageError).suggestions).to.deep.equal([`Did you mean \`${known}\`?`])
      })

      it('refuses what is not a plain object', async () => {
        class Options {
          get yes() {
            return true
          }
        }
        for (const options of [
          null,
          5,
          'x',
          [],
          new Map(),
          new Options(),
          Object.create(own()),
          Object.create(Object.assign(Object.create(null), {yes: true})),
        ])
          await refuses(options)
      })
    })
  }

  for (const [kind, right, wrong] of KINDS) {
    it(`[S18] of the kind "${kind}" hold nothing else`, () => {
      const table = {x: kind} as unknown as OptionTable<{x: unknown}>
      for (const value of right) expect(readOptions({x: value}, table)).to.deep.equal({x: value})
      for (const value of [null, ...wrong])
        expect(() => readOptions({x: value}, table), String(value)).to.throw(
          UsageError,
          /^`x` takes an? |^`x` takes true/,
        )
    })
  }

  it('[S18] do not come from a prototype that other code changed', async () => {
    const polluted: Record<string, unknown> = {
      dryRun: false,
      yes: true,
      all: true,
      deleteLeaderboard: true,
      token: 'hf_of_another_user',
    }
    Object.assign(Object.prototype, polluted)
    try {
      const {dryRun, plan} = await cleanupDatasets({...connection(), olderThan: '1d'})
      expect(dryRun).to.equal(true)
      expect(plan.rules).to.include({all: false, deleteLeaderboard: false})
      expect(await deleteDatasets([`${hub.user}/smoltrace-results-${STAMP}`], connection())).to.deep.include({
        dryRun: true,
      })
      const error = await rejectionOf(cleanupDatasets(connection()))
      expect(error).to.be.instanceOf(UsageError)
      expect(rulesOf({keepRecent: 5})).to.include({all: false, deleteLeaderboard: false})
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }

    expect(deletionsAt(hub)).to.deep.equal([])
    expect(namesAt(hub)).not.to.deep.equal([])
  })

  it('[S18] are read once: what a getter or the caller changes later has no effect', () => {
    interface Two {
      yes?: boolean | undefined
      run?: string[] | undefined
    }
    const table: OptionTable<Two> = {yes: 'boolean', run: 'texts'}
    let reads = 0
    const run = ['a']
    const read = readOptions<Two>(
      {
        get yes() {
          return ++reads > 1
        },
        run,
      },
      table,
    )
    run.push('b')
    expect([read.yes, read.yes, reads, read.run]).to.deep.equal([false, false, 1, ['a']])
  })

  it('are read once where they are arrays: an entry that changes after it was checked has no effect', () => {
    let reads = 0
    const run = Object.defineProperty(['a'], '0', {get: () => (++reads > 1 ? 5 : 'a')})
    const table: OptionTable<{run?: string[] | undefined}> = {run: 'texts'}
    expect([readOptions({run}, table).run, reads]).to.deep.equal([['a'], 1])
  })

  it('that are undefined are not there, hidden ones are, and a prototype may be missing', () => {
    interface One {
      keepRecent?: number | undefined
    }
    const table: OptionTable<One> = {keepRecent: 'number'}
    const bare = Object.assign(Object.create(null) as object, {keepRecent: 5, other: undefined})
    expect(readOptions<One>(bare, table)).to.deep.equal({keepRecent: 5})
    expect(readOptions<One>(Object.defineProperty({}, 'keepRecent', {value: 5}), table).keepRecent).to.equal(
      5,
    )
    expect(Object.keys(readOptions<One>({}, table))).to.deep.equal(['keepRecent'])
  })

  it('do without the name of a file only where they need none', async () => {
    for (const file of [null, undefined, '', 5, ['plan.json']] as unknown as string[]) {
      for (const call of [() => applyPlan(file, connection()), () => loadPlan(file), () => loadPolicy(file)])
        expect(await refusalOf(call), JSON.stringify(file)).to.be.instanceOf(UsageError)
    }
  })

  it('do without the name of a folder only where they need none', async () => {
    expect(await refusalOf(() => restoreDatasets({...connection(), dir: ''}))).to.be.instanceOf(UsageError)
  })

  it('[S18] are not the only strict ones: names are an array of strings', async () => {
    const requests = hub.requests.length
    for (const call of [deleteDatasets, protectRuns, unprotectRuns])
      for (const names of ['x', [[NAME]], [boxed(NAME)], [NAME, null], new Set([NAME]), HOLE])
        expect(
          await refusalOf(() => call(names as string[], connection())),
          JSON.stringify(names),
        ).to.be.instanceOf(UsageError)
    expect(hub.requests.slice(requests)).to.deep.equal([])
  })
})
