import {expect} from 'chai'
import {existsSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {
  applyPlan,
  checkLeaderboard,
  cleanupDatasets,
  deleteDatasets,
  discoverSmoltraceDatasets,
  filterRuns,
  loadPolicy,
  type Plan,
  protectLeaderboard,
  protectRuns,
  readHistory,
  readLeaderboardRows,
  readRanking,
  readSizes,
  restoreDatasets,
  SmoltraceError,
  unprotectLeaderboard,
  unprotectRuns,
  UsageError,
} from '../../../src/index.js'
import {type OptionTable, readOptions} from '../../../src/lib/base/options.js'
import {loadPlan, savePlan} from '../../../src/lib/plan/saved/files.js'
import {rulesOf} from '../../../src/lib/retention/read-rules.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../support/builders.js'
import {deletionsAt, namesAt} from '../../support/hub.js'

const STAMP = '20260131_235959'
const NAME = `mira/smoltrace-results-${STAMP}`

/** `new String('x')` and its like. */
const boxed = (value: unknown): unknown => new Object(value)
const HOLE = Object.assign([], {length: 1})

/** Every function of the library that takes options, called with these. */
const FUNCTIONS: Record<string, (options: never) => unknown> = {
  applyPlan: (options) => applyPlan('plan.json', options),
  checkLeaderboard,
  cleanupDatasets,
  deleteDatasets: (options) => deleteDatasets([NAME], options),
  discoverSmoltraceDatasets,
  filterRuns: (options) => filterRuns([], options),
  protectLeaderboard,
  protectRuns: (options) => protectRuns([STAMP], options),
  readHistory: (options) => readHistory('/nowhere', options),
  readLeaderboardRows,
  readRanking,
  readSizes,
  restoreDatasets,
  unprotectLeaderboard,
  unprotectRuns: (options) => unprotectRuns([STAMP], options),
}

/** What each option must not hold, by the functions that have it. */
const CONNECTION = {
  token: [null, 5, ['hf_x'], boxed('hf_x')],
  endpoint: [null, new URL('http://127.0.0.1')],
  env: [null, 'HF_TOKEN=x'],
  signal: [null, true, {}, new AbortController()],
  clock: [null, new Date()],
  onWait: [null, 'x'],
}
const NAMESPACE = {namespace: [null, 5, ['mira']]}
const EXECUTION = {
  yes: ['false', 'true', 1, 0, null, boxed(true)],
  confirm: [true, null],
  confirmedBy: [null],
  concurrency: ['4', null, Number.NaN],
  maxDelete: [null, ['10%'], Number.POSITIVE_INFINITY],
  archive: [null, 5, ['copies']],
  journal: ['false', null, 0],
  dataDir: [null, 5],
  onEvent: [null, {}],
}
const RETENTION = {
  olderThan: [30, ['30d'], null, new Date(0)],
  incompleteOnly: ['no', 1, null],
  ignoreLeaderboard: ['no', 1],
  run: [STAMP, [STAMP, 5], [boxed(STAMP)], HOLE],
  model: ['gpt', [null], new Set(['gpt'])],
  team: ['x', [5]],
  purpose: ['x', [5]],
  status: ['failed', [5]],
  unreferenced: ['false', 1],
  scoreBelow: ['50', null, Number.NaN, [50]],
  all: ['false', 'true', 1, null],
  keepRecent: ['5', null, Number.NaN],
  keepWithin: [30, ['30d']],
  keepHourly: ['5'],
  keepDaily: ['5'],
  keepWeekly: ['5'],
  keepMonthly: ['5'],
  keepYearly: ['5'],
  keepBest: ['5', Number.NaN],
  by: [['cost'], null],
  groupBy: ['model', [5]],
  grace: [0, 6, null],
  only: ['results', [['results']]],
  deleteLeaderboard: ['false', 1, null],
}
const WRONG: Record<string, Record<string, unknown[]>> = {
  applyPlan: {...CONNECTION, ...EXECUTION, sizes: ['no', 1], onPlan: [null]},
  checkLeaderboard: {...CONNECTION, ...NAMESPACE},
  cleanupDatasets: {
    ...CONNECTION,
    ...NAMESPACE,
    ...EXECUTION,
    ...RETENTION,
    sizes: ['no'],
    choose: [null, []],
    onPlan: [true],
    savePlan: [null, 5],
  },
  deleteDatasets: {
    ...CONNECTION,
    ...NAMESPACE,
    ...EXECUTION,
    sizes: ['no'],
    deleteLeaderboard: ['false', 1, null],
  },
  discoverSmoltraceDatasets: {...CONNECTION, ...NAMESPACE},
  filterRuns: {
    ...RETENTION,
    now: [0, '2026-01-31', new Date('x')],
    protection: ['x'],
    rows: [{}],
  },
  protectLeaderboard: {
    ...CONNECTION,
    ...NAMESPACE,
    reason: [5, null],
    runs: ['false', 1],
    top: ['5', null],
    by: [5],
  },
  protectRuns: {...CONNECTION, ...NAMESPACE, reason: [5], until: [new Date(), null]},
  readHistory: {since: ['2026-01-31', new Date('x')], keep: [null]},
  readLeaderboardRows: {...CONNECTION, ...NAMESPACE},
  readRanking: {...CONNECTION, ...NAMESPACE, by: [5], groupBy: ['model'], model: ['gpt'], limit: ['5']},
  readSizes: {...CONNECTION, ...NAMESPACE},
  restoreDatasets: {
    ...CONNECTION,
    ...NAMESPACE,
    dir: [null, 5, ''],
    names: ['x', [5], [[NAME]]],
    dryRun: ['true', 1, null],
    concurrency: ['4'],
    onEvent: [null],
  },
  unprotectLeaderboard: {...CONNECTION, ...NAMESPACE},
  unprotectRuns: {...CONNECTION, ...NAMESPACE},
}

/** Calls it, whether it throws at once or later. */
const refusalOf = (call: () => unknown) => rejectionOf((async () => call())())

describe('the options of a function', () => {
  let hub: Sandbox

  before(async () => {
    hub = await startSandbox({seed: 'account'})
  })

  after(() => hub.close())

  const connection = () => ({token: hub.token, endpoint: hub.url, env: {}})
  const ofItsOwn = (name: string) =>
    'token' in (WRONG[name] ?? {}) ? connection() : name === 'filterRuns' ? {all: true} : {}

  for (const [name, call] of Object.entries(FUNCTIONS)) {
    describe(name, () => {
      const refuses = async (options: unknown, ...words: string[]) => {
        const requests = hub.requests.length
        const error = await refusalOf(() => call(options as never))
        expect(error, JSON.stringify(options)).to.be.instanceOf(UsageError)
        for (const word of words) expect(error.message).to.include(word)
        expect(hub.requests.slice(requests)).to.deep.equal([])
      }

      it('[S18] refuses every value of another kind, and names the option', async () => {
        for (const [option, values] of Object.entries(WRONG[name] ?? {})) {
          for (const value of values) await refuses({...ofItsOwn(name), [option]: value}, `\`${option}\``)
        }
      })

      it('[S18] refuses an option that it does not know, and names the one that was meant', async () => {
        for (const option of ['namspace', 'dryrun', 'untill', 'keepRecnt'])
          await refuses({...ofItsOwn(name), [option]: undefined, [`${option}x`]: 1}, `\`${option}x\``)
        const [known = ''] = Object.keys(WRONG[name] ?? {})
        const error = await refusalOf(() => call({...ofItsOwn(name), [`${known}s`]: 1} as never))
        expect((error as UsageError).suggestions).to.deep.equal([`Did you mean \`${known}\`?`])
      })

      it('refuses what is no plain object', async () => {
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
          Object.create(ofItsOwn(name)),
          Object.create(Object.assign(Object.create(null), {yes: true})),
        ])
          await refuses(options)
      })
    })
  }

  it('[S18] do not come from a prototype that somebody changed', async () => {
    const polluted: Record<string, unknown> = {
      dryRun: false,
      yes: true,
      all: true,
      deleteLeaderboard: true,
      token: 'hf_of_somebody_else',
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

  it('with a hole in an array hold something else than strings', () => {
    const table: OptionTable<{run?: string[] | undefined}> = {run: 'texts'}
    expect(() => readOptions({run: HOLE as string[]}, table)).to.throw(UsageError)
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
      for (const call of [
        () => applyPlan(file, connection()),
        () => loadPlan(file),
        () => loadPolicy(file),
        () => savePlan({} as Plan, file, {user: 'mira'}),
      ])
        expect(await refusalOf(call), JSON.stringify(file)).to.be.instanceOf(UsageError)
    }
  })

  it('of a plan that is saved are a plan and its maker', async () => {
    const {plan} = await cleanupDatasets({...connection(), olderThan: '1d'})
    const [first] = plan.delete
    const file = join(tmpdir(), 'never-written.json')
    const twice = {...plan, delete: first ? [first, first] : []}
    for (const save of [
      () => savePlan({} as Plan, file, {user: 'mira'}),
      () => savePlan(plan, file, {user: 5} as never),
      () => savePlan(twice, file, {user: 'mira'}),
    ])
      expect(await refusalOf(save)).to.be.instanceOf(SmoltraceError)
    expect(existsSync(file)).to.equal(false)
  })

  describe('names', () => {
    const wrong = ['x', [[NAME]], [boxed(NAME)], [NAME, null], new Set([NAME]), HOLE]
    for (const [what, call] of [
      ['deleteDatasets', (names: string[]) => deleteDatasets(names, connection())],
      ['protectRuns', (names: string[]) => protectRuns(names, connection())],
      ['unprotectRuns', (names: string[]) => unprotectRuns(names, connection())],
    ] as const) {
      it(`of ${what} are an array of strings`, async () => {
        const requests = hub.requests.length
        for (const names of wrong)
          expect(await refusalOf(() => call(names as string[])), JSON.stringify(names)).to.be.instanceOf(
            UsageError,
          )
        expect(hub.requests.slice(requests)).to.deep.equal([])
      })
    }
  })
})
