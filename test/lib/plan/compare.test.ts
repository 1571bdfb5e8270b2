import {expect} from 'chai'

import {type LeaderboardDataset, type RunDataset} from '../../../src/lib/account/datasets.js'
import {type Protection} from '../../../src/lib/account/protection/pins.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {comparePlan} from '../../../src/lib/plan/compare.js'
import {type Plan} from '../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {
  ago,
  freshId,
  inventoryOf,
  leaderboardDataset,
  namesIn,
  NOTHING_KNOWN,
  NOW,
  planOf,
  runDataset,
  runDatasets,
  standings,
} from '../../support/builders.js'

const OLD = '20260801_120000'
const NEW = '20260901_120000'
const DATASETS = [...runDatasets(OLD), ...runDatasets(NEW)]
const [, traces, metrics] = DATASETS as [RunDataset, RunDataset, RunDataset]
const LEADERBOARD = leaderboardDataset()
const INVENTORY = inventoryOf(DATASETS, {leaderboard: LEADERBOARD})
const planBy = (options: RetentionOptions) => planOf(INVENTORY, options)
const EVERYTHING = planBy({all: true, deleteLeaderboard: true})

interface Now {
  datasets?: RunDataset[]
  leaderboard?: LeaderboardDataset | undefined
  protection?: Protection
}

/** What falls out of a plan, and why, by type; a run's timestamp is added but for the old one's. */
function excludedFrom(plan: Plan, now: Now): Record<string, string> {
  const {datasets = DATASETS, leaderboard, protection = {}} = {leaderboard: LEADERBOARD, ...now}
  const excluded = comparePlan(plan, inventoryOf(datasets, {leaderboard}), {...NOTHING_KNOWN, protection})
  return Object.fromEntries(
    [...excluded].map(([name, {status, reason}]) => [
      name.replace('kim/smoltrace-', '').replace(`-${OLD}`, ''),
      status === 'gone' ? status : reason,
    ]),
  )
}

/** The same of each dataset of the old run. */
const wholeRun = (reason: string) => ({results: reason, traces: reason, metrics: reason})
const without = (...left: RunDataset[]) => DATASETS.filter((each) => !left.includes(each))
const changed = (facts: Partial<RunDataset>, datasets = DATASETS) =>
  datasets.map((each) => (each === traces ? {...each, ...facts} : each))
const pinned = (run: string, until?: string): Protection => ({
  runs: {[run]: {by: 'ann', at: NOW, ...(until && {until})}},
})
const protection = {leaderboard: {by: 'ann', at: NOW}}
const tagged = (tag: string) => changed({pinTags: [tag]})

const CHANGED = 'changed since the plan was made'
const HALF_PINNED = wholeRun('now kept: pinned by ann (half: not in its card)')
const RUN_CHANGED = wholeRun(`traces ${CHANGED}`)
const TAG = ' "smoltrace-pinned-x", which is not a valid pin tag'
const sha = freshId()
const written = new Date(traces.lastModified.getTime() + 1)
const earlier = new Date(traces.lastModified.getTime() - 1)
const pinnedCards = DATASETS.map((each) => ({...each, sha, pinTags: ['smoltrace-pinned']}))
const pinnedNew = [...runDatasets(NEW, undefined, {pinTags: ['smoltrace-pinned']}), ...DATASETS.slice(0, 3)]
const staying = (pins: string) => `it cannot be deleted while runs are pinned: ${pins}`
const byTag = (tag: string) => ({
  ...wholeRun(`now kept: pinned by its tag${tag}`),
  leaderboard: staying(`${OLD} (pinned by its tag${tag})`),
})

describe('a plan compared with a new listing', () => {
  const cases: Array<[title: string, now: Now, excluded: Record<string, string>, plan?: Plan]> = [
    ['loses nothing where nothing changed', {}, {}],
    ['loses the run of a dataset made anew', {datasets: changed({id: freshId()})}, RUN_CHANGED],
    ['loses the run of one with another head', {datasets: changed({sha})}, RUN_CHANGED],
    ['loses the run of one created at another time', {datasets: changed({createdAt: earlier})}, RUN_CHANGED],
    ['loses the run of one written to', {datasets: changed({lastModified: written})}, RUN_CHANGED],
    ['loses the run of one that is older now', {datasets: changed({lastModified: earlier})}, RUN_CHANGED],
    ['takes no notice of one that became public', {datasets: changed({private: false})}, {}],
    ['goes on with the rest of a run', {datasets: without(metrics)}, {metrics: 'gone'}],
    ['finds a run gone', {datasets: DATASETS.slice(3)}, wholeRun('gone')],
    [
      'tells what left from what changed in the same run',
      {datasets: changed({sha}, without(metrics))},
      {...RUN_CHANGED, metrics: 'gone'},
    ],
    [
      'loses the run where a dataset beyond the scope changed',
      {datasets: changed({sha})},
      {metrics: `traces ${CHANGED}`},
      planBy({all: true, only: ['metrics']}),
    ],
    [
      '[S10] never gains anything, and knows only what is planned',
      {datasets: [...runDatasets('20260701_000000'), ...runDatasets(NEW)]},
      wholeRun('gone'),
      planBy({run: [OLD]}),
    ],
    [
      'loses a protected leaderboard',
      {protection},
      {leaderboard: 'protected by ann since the plan was made'},
    ],
    ['loses a changed one', {leaderboard: {...LEADERBOARD, sha}}, {leaderboard: CHANGED}],
    ['loses one written to', {leaderboard: {...LEADERBOARD, lastModified: NOW}}, {leaderboard: CHANGED}],
    ['finds one gone that was protected', {leaderboard: undefined, protection}, {leaderboard: 'gone'}],
    [
      'leaves one alone that stays',
      {leaderboard: {...LEADERBOARD, sha}, protection},
      {},
      planBy({all: true}),
    ],
    ['loses a run pinned since', {protection: pinned(OLD)}, HALF_PINNED, planBy({all: true})],
    ['takes no notice of a pin that has run out', {protection: pinned(OLD, '2026-10-04')}, {}],
    [
      'names the pin of a run, not the change that pinning made to its card',
      {datasets: pinnedCards, protection: pinned(OLD)},
      wholeRun('now kept: pinned by ann'),
      planBy({run: [OLD]}),
    ],
    ['loses a run tagged since, and the leaderboard', {datasets: tagged('smoltrace-pinned')}, byTag('')],
    ['loses a run with a tag in doubt', {datasets: tagged('smoltrace-pinned-x')}, byTag(TAG)],
    ['takes no notice of a tag that has run out', {datasets: tagged('smoltrace-pinned-until-20261004')}, {}],
    [
      '[S12] keeps the leaderboard in which another run was pinned since',
      {protection: pinned('20200101_000000')},
      {leaderboard: staying('20200101_000000 (pinned by ann)')},
    ],
    [
      'does not count a run that has a tag since, as it does not count one with an entry',
      {datasets: pinnedNew},
      wholeRun('now kept: most recent 1 of 1'),
      planBy({keepRecent: 1}),
    ],
  ]
  for (const [title, now, excluded, plan = EVERYTHING] of cases) {
    it(title, () => {
      expect(excludedFrom(plan, now)).to.deep.equal(excluded)
    })
  }

  it('loses the whole run that a dataset came to', () => {
    const partial = runDatasets(OLD, ['results'])
    const now = {datasets: [...partial, runDataset('metrics', OLD)], leaderboard: undefined}
    expect(excludedFrom(planOf(inventoryOf(partial), {all: true}), now)).to.deep.equal({
      results: 'the run has new metrics since the plan was made',
    })
  })

  it('that rests on the leaderboard loses a run that is listed there by now', () => {
    const half = runDatasets(OLD, ['results', 'traces'])
    const plan = planOf(inventoryOf(half, {leaderboard: LEADERBOARD}), {incompleteOnly: true})
    const later = inventoryOf(half, {leaderboard: {...LEADERBOARD, sha: freshId()}})
    const excludedBy = (standing: 'failed' | 'finished' | 'unclear') =>
      comparePlan(plan, later, {protection: {}, rows: standings([OLD, standing])}).size
    expect([excludedBy('finished'), excludedBy('unclear'), excludedBy('failed')]).to.deep.equal([2, 2, 0])
  })

  it('keeps by now what its own keeper saves, because others are gone', () => {
    const stock = ['20261001_120000', NEW, OLD, '20260701_120000'].flatMap((stamp) => runDatasets(stamp))
    const plan = planOf(inventoryOf(stock), {keepRecent: 2})
    const now = {datasets: stock.slice(3), leaderboard: undefined}
    expect(excludedFrom(plan, now)).to.deep.equal(wholeRun('now kept: most recent 2 of 2'))
  })

  it('keeps what its own rules never chose, whoever wrote it into the plan', () => {
    const young = [...runDatasets(ago(2 * HOUR)), ...runDatasets(ago(HOUR), ['results'])]
    const stock = inventoryOf([...DATASETS, ...young])
    const honest = planOf(stock, {olderThan: '30d'})
    const forged = {...planOf(stock, {all: true, grace: '0'}), rules: honest.rules}
    const excluded = comparePlan(forged, stock, NOTHING_KNOWN)
    expect(namesIn(forged).filter((name) => !excluded.has(name))).to.have.members(namesIn(honest))
  })

  it('takes a run that it has begun to delete for the run it was, not for an upload', () => {
    const young = runDatasets(ago(2 * HOUR))
    for (const options of [{run: [young[0]?.timestamp ?? '']}, {all: true}]) {
      const excluded = comparePlan(
        planOf(inventoryOf(young), options),
        inventoryOf(young.slice(0, 1)),
        NOTHING_KNOWN,
      )
      expect([...excluded.values()].map(({status}) => status)).to.deep.equal(['gone', 'gone'])
    }
  })
})
