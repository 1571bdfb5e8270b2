import {expect} from 'chai'
import * as fc from 'fast-check'

import {discover} from '../../../src/lib/account/datasets.js'
import {type Protection} from '../../../src/lib/account/protection/pins.js'
import {isInFuture, mayBeUploading} from '../../../src/lib/account/runs.js'
import {RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {type CleanupOptions} from '../../../src/lib/cleanup/cleanup.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {openSession} from '../../../src/lib/hub/session.js'
import {readRowsToShow} from '../../../src/lib/plan/build.js'
import {comparePlan} from '../../../src/lib/plan/compare.js'
import {applyPick, hasChoice, whyNotPickable} from '../../../src/lib/plan/pick.js'
import {type Plan, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {loadPlan, savePlan} from '../../../src/lib/plan/saved/files.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {Account, CARRIED, stampOf} from '../../support/account.js'
import {someCase} from '../../support/arbitraries.js'
import {writeBoard} from '../../support/boards.js'
import {
  ago,
  errorOf,
  inventoryOf,
  leaderboardDataset,
  namesIn,
  NOTHING_KNOWN,
  NOW,
  planOf,
  rejectionOf,
  runDatasets,
} from '../../support/builders.js'

const NEWEST = '20261003_120000'
const NEW = '20261001_120000'
const OLD = '20260801_120000'
const OLDEST = '20260701_120000'
const UPLOADING = runDatasets(ago(HOUR), ['results'])
const UPLOAD = UPLOADING[0]?.timestamp ?? ''
const INVENTORY = inventoryOf([
  ...runDatasets(NEWEST),
  ...runDatasets(NEW),
  ...runDatasets(OLD),
  ...runDatasets(OLDEST, ['results', 'metrics']),
  ...UPLOADING,
])
const RULES: RetentionOptions = {olderThan: '30d', keepRecent: 1}

const pinOn = (timestamp: string): Protection => ({runs: {[timestamp]: {by: 'ann', at: NOW}}})
const going = (plan: Plan) => plan.delete.map(({run}) => run.timestamp)
const staying = (plan: Plan) => plan.keep.map(({run}) => run.timestamp)
const reasonsOf = (plan: Plan) =>
  Object.fromEntries(
    [...plan.delete, ...plan.keep].map(({run, reasons}) => [run.timestamp, reasons.map(({text}) => text)]),
  )

describe('picking by hand', () => {
  const plan = planOf(INVENTORY, RULES)

  it('lets go what was picked, keeps what was not, and says of both that a person did it', () => {
    const made = applyPick(plan, [NEWEST, OLD])
    expect(going(made)).to.deep.equal([NEWEST, OLD])
    expect(staying(made)).to.deep.equal([UPLOAD, NEW, OLDEST])
    expect(made.delete[0]?.reasons).to.deep.equal([{rule: 'picked', text: 'picked by hand'}])
    expect(made.keep.at(-1)?.reasons).to.deep.equal([{rule: 'picked', text: 'not picked'}])
  })

  it('leaves the reasons of the rules where a person agrees with them', () => {
    const made = reasonsOf(applyPick(plan, [NEWEST, OLD]))
    const before = reasonsOf(plan)
    for (const run of [OLD, NEW, UPLOAD]) expect(made[run]).to.deep.equal(before[run])
  })

  it('keeps all runs where none is picked, the leaderboard going as before', () => {
    const stock = inventoryOf(runDatasets(OLD), {leaderboard: leaderboardDataset()})
    const made = applyPick(planOf(stock, {all: true, deleteLeaderboard: true}), [])
    expect(plannedDatasets(made).map(({name}) => name)).to.deep.equal(['kim/smoltrace-leaderboard'])
    expect(made.phrase).to.equal('YES DELETE ALL')
  })

  it('takes of a run only what the scope takes in', () => {
    const made = applyPick(planOf(INVENTORY, {...RULES, only: ['traces']}), [NEWEST])
    expect(namesIn(made)).to.deep.equal([`kim/smoltrace-traces-${NEWEST}`])
  })

  it('asks for the phrase of --all where --only alone takes in every run', () => {
    const every = planOf(INVENTORY, {only: ['traces']})
    expect(going(every)).to.deep.equal([NEWEST, NEW, OLD])
    expect(applyPick(every, [OLD]).phrase).to.equal('YES DELETE ALL')
    expect(applyPick(plan, [NEWEST]).phrase).to.equal('DELETE')
  })

  const refused: Array<[title: string, of: Plan, run: string, words: string]> = [
    ['that is pinned', planOf(INVENTORY, RULES, pinOn(NEWEST)), NEWEST, 'pinned by ann'],
    ['that is pinned, with --all', planOf(INVENTORY, {all: true}, pinOn(OLD)), OLD, 'pinned by ann'],
    ['that may still be uploading', plan, UPLOAD, 'may still be uploading'],
    [
      'dated in the future',
      planOf(inventoryOf([...runDatasets('20271001_120000'), ...runDatasets(OLD)]), RULES),
      '20271001_120000',
      'in the future',
    ],
    [
      'that has nothing in the scope',
      planOf(INVENTORY, {keepRecent: 1, only: ['traces']}),
      OLDEST,
      'has no traces',
    ],
    ['that is not there', plan, '20200101_000000', 'no such run'],
    ['that is no timestamp', plan, `kim/smoltrace-results-${OLD}`, 'no such run'],
  ]
  for (const [title, of, run, words] of refused) {
    it(`refuses a run ${title}`, () => {
      const error = errorOf(() => applyPick(of, [OLD, run]))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include(run).and.include(words)
    })
  }

  it('keeps no other run in the place of one that was picked and is gone', () => {
    const stock = inventoryOf([NEWEST, NEW, OLD].flatMap((stamp) => runDatasets(stamp)))
    const rules = planOf(stock, {keepRecent: 1})
    const left = inventoryOf(stock.datasets.filter(({timestamp}) => timestamp !== NEWEST))
    const excluded = comparePlan(applyPick(rules, [NEWEST, NEW]), left, NOTHING_KNOWN)
    expect([...excluded.values()].every(({status}) => status === 'gone')).to.equal(true)
    const byRules = comparePlan(rules, left, NOTHING_KNOWN)
    expect([...byRules.values()][0]?.reason).to.equal('now kept: most recent 1 of 1')
  })

  it('refuses what is no list', () => {
    expect(errorOf(() => applyPick(plan, OLD as unknown as string[]))).to.be.instanceOf(UsageError)
  })

  it('knows where there is nothing to choose', () => {
    expect(hasChoice(plan)).to.equal(true)
    expect(hasChoice(planOf(INVENTORY, {olderThan: '5y'}))).to.equal(true)
    expect(hasChoice(planOf(inventoryOf([]), RULES))).to.equal(false)
    expect(hasChoice(planOf(inventoryOf(UPLOADING), {all: true}))).to.equal(false)
    expect(hasChoice(planOf(inventoryOf(runDatasets(OLD, ['results'])), {only: ['traces']}))).to.equal(false)
  })
})

const held = (plan: Plan) =>
  plan.keep.filter((each) => whyNotPickable(each, plan).length > 0).map(({run}) => run.timestamp)

/** A plan, what is pinned in it, and any choice of runs that can be picked. */
const somePick = someCase
  .filter(({options}) => Object.keys(options).some((name) => name !== 'deleteLeaderboard'))
  .chain(({inventory, options}) => {
    const timestamps = [...new Set(inventory.datasets.map(({timestamp}) => timestamp))]
    return fc
      .record({pins: fc.subarray(timestamps), wanted: fc.subarray(timestamps)})
      .map(({pins, wanted}) => {
        const runs = Object.fromEntries(pins.map((timestamp) => [timestamp, {by: 'ann', at: NOW}]))
        const plan = planOf(inventory, {...options, deleteLeaderboard: false}, {runs})
        const choice = wanted.filter((run) => !held(plan).includes(run))
        return {inventory, timestamps, protection: {runs}, plan, choice, made: applyPick(plan, choice)}
      })
  })
type Pick = typeof somePick extends fc.Arbitrary<infer T> ? T : never

describe('properties of picking', () => {
  const check = (property: (each: Pick) => void) => fc.assert(fc.property(somePick, property), {numRuns: 300})

  it('exactly the runs that were picked go, and each run is planned once or kept', () => {
    check(({timestamps, plan, choice, made}) => {
      expect(going(made)).to.have.members(choice)
      expect([...going(made), ...staying(made)]).to.have.members(timestamps)
      for (const {run, datasets} of made.delete) {
        expect(run.datasets).to.include.members(datasets)
        const {only} = plan.rules
        expect(datasets.every(({type}) => only.length === 0 || only.includes(type))).to.equal(true)
      }
    })
  })

  it('a run that a guard holds is never picked, by whatever rules', () => {
    check(({plan, protection, choice}) => {
      for (const {run} of plan.keep) {
        const isPinned = Object.hasOwn(protection.runs, run.timestamp)
        if (isPinned || mayBeUploading(run, NOW, plan.rules.graceMs)) {
          for (const wanted of [[run.timestamp], [...choice, run.timestamp]])
            expect(errorOf(() => applyPick(plan, wanted))).to.be.instanceOf(RefusedError)
        }

        if (isInFuture(run, NOW) && !plan.rules.all && plan.rules.run.length === 0)
          expect(held(plan)).to.include(run.timestamp)
      }
    })
  })

  it('nothing of it falls out again where nothing changed, and what is pinned meanwhile always does', () => {
    check(({inventory, protection, made}) => {
      expect([...comparePlan(made, inventory, {...NOTHING_KNOWN, protection})]).to.deep.equal([])
      const runs = Object.fromEntries(going(made).map((run) => [run, {by: 'bob', at: NOW}]))
      const excluded = comparePlan(made, inventory, {...NOTHING_KNOWN, protection: {runs}})
      expect([...excluded.keys()]).to.have.members(namesIn(made))
    })
  })
})

describe('cleanup with `choose`', () => {
  let account: Account
  let [older, old, recent]: string[] = []
  const pick = async () => [recent ?? '', old ?? '']
  const carryOut = (options: CleanupOptions) => account.clean({...CARRIED, ...options})
  const never = () => {
    throw new Error('must not be called')
  }

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
    ;[older, old, recent] = [account.older, account.old, account.recent].map(([name]) => stampOf(name))
  })

  afterEach(() => account.close())

  it('is asked with the plan of the rules, and shows, confirms and carries out the plan after the choice', async () => {
    const order: Array<[step: string, plan: Plan]> = []
    const result = await account.clean({
      olderThan: '30d',
      dryRun: false,
      async choose(plan) {
        order.push(['choose', plan])
        return pick()
      },
      onPlan: (plan) => void order.push(['show', plan]),
      confirm: (plan) => order.push(['confirm', plan]) > 0,
    })
    expect(order.map(([step, plan]) => [step, ...going(plan)])).to.deep.equal([
      ['choose', old, older],
      ['show', recent, old],
      ['confirm', recent, old],
    ])
    expect(order[2]?.[1]).to.equal(order[1]?.[1])
    expect(account.deletions).to.have.members([...account.recent, ...account.old])
    expect(exitCodeOf(result)).to.equal(0)
  })

  it('shows beside the plan what the leaderboard says; where that cannot be read, a warning is all', async () => {
    const seen: Array<'unknown' | number> = []
    const look = (withRows: boolean) =>
      account.clean({
        ...CARRIED,
        olderThan: '45d',
        withRows,
        dryRun: !withRows,
        onPlan: (_plan, {rows}) => void seen.push(rows === 'unknown' ? rows : rows.size),
      })
    writeBoard(account.hub, [[{results_dataset: `mira/smoltrace-results-${old}`, model: 'm'}]])
    account.hub.intercept({
      match: ({path}) => path.includes('.parquet'),
      respond: {status: 200, body: 'no Parquet'},
    })
    expect(await look(false)).to.deep.include({warnings: []})
    const {warnings, counts} = await look(true)
    expect(seen).to.deep.equal(['unknown', 'unknown'])
    expect(warnings.join('\n')).to.include('Models and scores are unknown.')
    expect(counts.deleted).to.equal(3)
  })

  it('does not wait for long for what only a screen shows', async () => {
    writeBoard(account.hub, [[{results_dataset: `mira/smoltrace-results-${old}`}]])
    account.hub.intercept({match: ({path}) => path.includes('.parquet'), hold: 'before'})
    const session = await openSession({endpoint: account.hub.url, token: account.hub.token, env: {}})
    expect(await readRowsToShow(session, await discover(session), 20)).to.equal('unknown')
    expect(session.warnings).to.deep.equal([
      'Models and scores are unknown. The Hub did not send the leaderboard within 0.02 s.',
    ])
  })

  it('needs no selector then, and picks from what no rule chose', async () => {
    await carryOut({
      async choose(plan) {
        expect(going(plan)).to.deep.equal([])
        return [recent ?? '']
      },
    })
    expect(account.deletions).to.have.members(account.recent)
    expect(await rejectionOf(account.clean({}))).to.be.instanceOf(UsageError)
  })

  it('deletes nothing where it is cancelled, and asks, shows and saves nothing more', async () => {
    const declining: CleanupOptions = {olderThan: '30d', async choose() {}, onPlan: never, confirm: never}
    for (const more of [{savePlan: account.planFile}, {dryRun: false}]) {
      const result = await account.clean({...declining, ...more})
      expect(result.declined).to.equal(true)
      expect(exitCodeOf(result, true)).to.equal(130)
    }

    expect(account.deletions).to.deep.equal([])
    expect(await rejectionOf(loadPlan(account.planFile))).to.be.instanceOf(UsageError)
  })

  it('deletes nothing where the signal was aborted meanwhile, where nothing is chosen, or every run is held', async () => {
    const stop = new AbortController()
    const choose = async () => {
      stop.abort()
      return pick()
    }

    const aborted = await carryOut({olderThan: '30d', signal: stop.signal, choose})
    expect(aborted.declined).to.equal(true)
    const none = await carryOut({olderThan: '30d', choose: async () => []})
    expect([none.wouldDelete, none.declined, exitCodeOf(none)]).to.deep.equal([0, false, 0])
    for (const [name] of [account.older, account.old, account.recent]) await account.pin(name)
    expect(await carryOut({choose: never})).to.deep.include({wouldDelete: 0, declined: false})
    expect(account.deletions).to.deep.equal([])
  })

  it('counts against maxDelete what was picked', async () => {
    await account.refused(carryOut({choose: pick, maxDelete: 5}), RefusedError)
    expect((await carryOut({choose: pick, maxDelete: 6})).counts.deleted).to.equal(6)
  })

  it('saves what was picked, and the plan is carried out as it was picked, but for what was pinned since', async () => {
    await account.save({choose: async () => []})
    expect((await account.apply(CARRIED)).wouldDelete).to.equal(0)
    await account.save({olderThan: '30d', choose: pick})
    const {plan, keptRuns} = await loadPlan(account.planFile)
    expect(reasonsOf(plan)).to.deep.equal({
      [recent ?? '']: ['picked by hand'],
      [old ?? '']: ['older than 30d'],
    })
    expect(keptRuns).to.deep.equal([{run: older, reasons: [{rule: 'picked', text: 'not picked'}]}])
    await account.pin(account.recent[0])
    const {stale} = await account.apply(CARRIED)
    expect(account.deletions).to.have.members(account.old)
    expect(new Set(stale.map(({reason}) => reason))).to.deep.equal(new Set(['now kept: pinned by mira']))
  })

  it('saves no plan in which another text stands for what was picked', async () => {
    const plan = applyPick(planOf(INVENTORY, RULES), [NEWEST])
    const reasons = [{rule: 'picked' as const, text: 'older than 30d'}]
    const misleading = {...plan, delete: plan.delete.map((each) => ({...each, reasons}))}
    const error = await rejectionOf(savePlan(misleading, account.planFile, 'kim'))
    expect(error.message).to.include('delete[0].reasons[0].text').and.include('picked by hand')
  })
})
