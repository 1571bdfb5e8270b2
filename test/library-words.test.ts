import {expect} from 'chai'

import {
  applyPlan,
  checkLeaderboard,
  cleanupDatasets,
  type CleanupOptions,
  deleteDatasets,
  filterRuns,
  loadPolicy,
  protectLeaderboard,
  protectRuns,
  readRanking,
  restoreDatasets,
  SmoltraceError,
} from '../src/index.js'
import {checkRows} from '../src/lib/account/leaderboard/check.js'
import {inventoryOf, rejectionOf, runDatasets} from './support/builders.js'
import {policyFile} from './support/policies.js'
import {viewOf} from './support/rows.js'
import {type Sandbox, startSandbox} from './support/sandbox.js'

const STAMP = '20260131_235959'

describe('the words of the library', () => {
  let hub: Sandbox

  before(async () => {
    hub = await startSandbox({runs: 3})
  })

  after(() => hub.close())

  const connection = () => ({token: hub.token, endpoint: hub.url, env: {}})
  const clean = (options: CleanupOptions) => () => cleanupDatasets({...connection(), ...options})
  const carried = {dryRun: false, yes: true}
  const failures: Array<[title: string, call: () => unknown, words: string[]]> = [
    ['an age that looks like a flag', clean({olderThan: '--keep-recent'}), ['`olderThan` "--keep-recent"']],
    ['a grace period', clean({all: true, grace: '5m'}), ['`grace` "5m"']],
    ['no rule', clean({}), ['`olderThan`', '`keepRecent`', '`only`', '`deleteLeaderboard`']],
    ['a clash', clean({all: true, keepRecent: 5}), ['`all`', '`keepRecent`']],
    ['a metric', clean({keepBest: 1, by: 'speed'}), ['`by` "speed"']],
    ['a run', clean({run: [STAMP]}), ['`run`', STAMP]],
    ['no confirmation', clean({all: true, dryRun: false}), ['`confirm`', '`yes: true`']],
    ['one type of every run', clean({only: ['traces'], ...carried}), ['`only`', '`yes`', '`all`']],
    ['a large plan', clean({all: true, maxDelete: 1}), ['`maxDelete` 1']],
    ['a plan to save', clean({all: true, ...carried, savePlan: 'x'}), ['`savePlan`', '`dryRun: false`']],
    ['a namespace', clean({all: true, namespace: 'nobody'}), ['`namespace` "nobody"']],
    ['names', () => deleteDatasets([`${hub.user}/thesis`], connection()), ['thesis']],
    ['a plan', () => applyPlan('/nowhere/plan.json', connection()), ['`applyPlan` /nowhere/plan.json']],
    ['a policy', () => loadPolicy(policyFile('version: 2')), ['version']],
    ['a day', () => protectRuns([STAMP], {...connection(), until: 'never'}), ['`until` "never"']],
    ['pins', () => protectLeaderboard({...connection(), runs: true, top: 1}), ['`runs`', '`top`']],
    ['a ranking', () => readRanking({...connection(), groupBy: ['x' as 'model']}), ['`groupBy` "x"']],
    ['runs', () => filterRuns([], {status: ['done' as 'failed']}), ['`status` "done"']],
    ['a folder', () => restoreDatasets({...connection(), dir: '/nowhere'}), ['/nowhere']],
    ['no token', () => cleanupDatasets({endpoint: hub.url, env: {HF_HOME: '/x'}, all: true}), ['token']],
    ['offline mode', () => cleanupDatasets({env: {HF_HUB_OFFLINE: '1'}, all: true}), ['HF_HUB_OFFLINE']],
  ]
  for (const [title, call, words] of failures) {
    it(`name options and hold no placeholders: ${title}`, async () => {
      const error = await rejectionOf((async () => call())())
      expect(error).to.be.instanceOf(SmoltraceError)
      const {message, suggestions} = error as SmoltraceError
      for (const word of words) expect(message).to.include(word)
      expect(message.replaceAll(/"[^"]*"/g, '')).not.to.match(/--[a-z]|\{\w+\}/)
      expect(suggestions).not.to.deep.equal([])
      for (const suggestion of suggestions) {
        expect(suggestion).not.to.match(/\{\w+\}/)
        if (!suggestion.includes('smoltrace ')) expect(suggestion).not.to.match(/--[a-z]/)
      }
    })
  }

  it('[S18] are those of the findings of a check, with the Hub and without', async () => {
    const found = [
      ...(await checkLeaderboard(connection())).findings,
      ...checkRows(viewOf([], inventoryOf(runDatasets(STAMP)))).findings,
    ]
    expect(found.map(({suggestion}) => suggestion).join(' '))
      .to.include('smoltrace ')
      .and.not.match(/\{\w+\}/)
  })
})
