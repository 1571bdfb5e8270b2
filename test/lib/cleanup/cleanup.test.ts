import {expect} from 'chai'
import {readFileSync} from 'node:fs'

import {formatProtection} from '../../../src/lib/account/protection/file.js'
import {NotAllowedError, RefusedError, SmoltraceError, UsageError} from '../../../src/lib/base/errors.js'
import {DAY} from '../../../src/lib/base/time.js'
import {cleanupDatasets, type CleanupOptions, deleteDatasets} from '../../../src/lib/cleanup/cleanup.js'
import {parseJournal} from '../../../src/lib/cleanup/journal/parse.js'
import {HubError} from '../../../src/lib/hub/errors.js'
import {type Plan} from '../../../src/lib/plan/plan.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {ago, NAMESPACE, NOW, rejectionOf, runDatasets} from '../../support/builders.js'

const OLD = '20260801_120000'
const NEW = '20261004_120000'
const PROTECTION = {'.smoltrace/protection.json': formatProtection({leaderboard: {by: 'ann', at: NOW}})}

describe('cleanup', () => {
  let hub: Sandbox

  /** Names in the namespace of the sandbox's user. */
  const own = (name: string) => name.replace(`${NAMESPACE}/`, `${hub.user}/`)
  const run = (stamp: string) => runDatasets(stamp).map(({name, createdAt}) => ({name: own(name), createdAt}))
  const board = (files: Record<string, string> = {}) =>
    hub.state.addDataset({name: `${hub.user}/smoltrace-leaderboard`, createdAt: ago(90 * DAY), files})
  const names = () => hub.state.datasets().map(({id}) => id)
  const paths = () => hub.requests.map(({method, path}) => `${method} ${path.split('?')[0]}`)
  const connection = (token = hub.token) => ({token, endpoint: hub.url, env: {}, clock: () => NOW})
  const clean = (options: CleanupOptions) => cleanupDatasets({...connection(), ...options})

  const remove = (target: Plan | string[], options: Parameters<typeof deleteDatasets>[1] = {}) =>
    deleteDatasets(target, {...connection(), ...options})

  /** Someone commits to a dataset. */
  async function changeOnHub(name: string): Promise<void> {
    const lines = [
      {key: 'header', value: {summary: 'Change'}},
      {key: 'file', value: {path: 'x.txt', content: 'x'}},
    ]
    const response = await fetch(`${hub.url}/api/datasets/${name}/commit/main`, {
      method: 'POST',
      headers: {authorization: `Bearer ${hub.token}`, 'content-type': 'application/x-ndjson'},
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    expect(response.status).to.equal(200)
  }

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty', clock: () => NOW})
    for (const dataset of [...run(OLD), ...run(NEW)]) hub.state.addDataset(dataset)
  })

  afterEach(() => hub.close())

  it('is a dry run unless told otherwise', async () => {
    const result = await clean({olderThan: '30d', yes: true})
    expect(result.dryRun).to.equal(true)
    expect(paths().filter((line) => line.startsWith('DELETE'))).to.deep.equal([])
    expect(names()).to.have.length(6)
  })

  it('deletes what the plan says, and nothing else', async () => {
    const result = await clean({olderThan: '30d', dryRun: false, yes: true})
    expect(result.counts.deleted).to.equal(3)
    expect(names()).to.have.members(run(NEW).map(({name}) => name))
    expect(result.remaining).to.deep.equal({runs: 1, datasets: 3})
  })

  it('shows the plan before it asks, and waits until it is shown', async () => {
    const order: string[] = []
    let shown: Plan | undefined
    await clean({
      olderThan: '30d',
      dryRun: false,
      async onPlan(plan) {
        await new Promise(setImmediate)
        order.push('shown')
        shown = plan
      },
      confirm(plan) {
        order.push('asked')
        expect(plan).to.equal(shown)
        return false
      },
    })
    expect(order).to.deep.equal(['shown', 'asked'])
    expect(names()).to.have.length(6)
  })

  describe('refuses before anything is sent', () => {
    const cases: Array<[title: string, options: CleanupOptions]> = [
      ['options without a selector', {}],
      ['an age that is none', {olderThan: 'soon'}],
      ['an age in the future', {olderThan: '2026-10-06'}],
      ['a deletion that nothing confirms', {all: true, dryRun: false}],
      ['a keeper whose name is misspelt', {olderThan: '3d', keepRecnt: 5, dryRun: false, yes: true} as never],
      ['a bad concurrency', {all: true, concurrency: 0}],
      ['--only alone with yes', {only: ['traces'], dryRun: false, yes: true}],
    ]
    for (const [title, options] of cases) {
      it(title, async () => {
        expect(await rejectionOf(clean(options))).to.be.instanceOf(UsageError)
        expect(paths()).to.deep.equal([])
      })
    }
  })

  it('refuses an option of a deletion by names that is misspelt, before anything is sent', async () => {
    const job = remove(names(), {dryRun: false, yes: true, archve: 'copies'} as never)
    expect(await rejectionOf(job)).to.be.instanceOf(UsageError)
    expect(paths()).to.deep.equal([])
  })

  it('takes --only alone where a person confirms it, and with yes where --all is given', async () => {
    const asked = await clean({
      only: ['traces'],
      dryRun: false,
      confirm: ({phrase}) => phrase === 'YES DELETE ALL',
    })
    expect(asked.counts.deleted).to.equal(2)
    const all = await clean({only: ['metrics'], all: true, dryRun: false, yes: true})
    expect(all.counts.deleted).to.equal(2)
    expect(names()).to.have.length(2)
  })

  it('refuses a run that is not there before the plan is shown', async () => {
    let isShown = false
    const onPlan = () => {
      isShown = true
    }

    expect(await rejectionOf(clean({run: ['20200101_000000'], onPlan}))).to.be.instanceOf(RefusedError)
    expect(isShown).to.equal(false)
  })

  describe('a token without the right to write', () => {
    for (const kind of ['read', 'fineGrainedReadOnly', 'fineGrainedNarrow'] as const) {
      it(`of the kind ${kind} is refused before the listing`, async () => {
        const error = await rejectionOf(
          cleanupDatasets({...connection(hub.tokens[kind]), all: true, dryRun: false, yes: true}),
        )
        expect(error).to.be.instanceOf(NotAllowedError)
        expect(paths()).to.deep.equal(['GET /api/whoami-v2'])
      })
    }

    it('may look', async () => {
      expect((await cleanupDatasets({...connection(hub.tokens.read), all: true})).found.datasets).to.equal(6)
    })
  })

  describe('the leaderboard', () => {
    it('stays with --all', async () => {
      board()
      await clean({all: true, dryRun: false, yes: true})
      expect(names()).to.deep.equal([`${hub.user}/smoltrace-leaderboard`])
    })

    it('goes with --delete-leaderboard', async () => {
      board()
      await clean({all: true, deleteLeaderboard: true, dryRun: false, yes: true})
      expect(names()).to.deep.equal([])
    })

    for (const dryRun of [true, false]) {
      it(`is refused while it is protected, ${dryRun ? 'in a dry run too' : 'and nothing else goes either'}`, async () => {
        board(PROTECTION)
        const error = await rejectionOf(clean({all: true, deleteLeaderboard: true, dryRun, yes: true}))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include('ann')
        expect(names()).to.have.length(7)
      })
    }

    it('that is protected does not keep runs from going', async () => {
      board(PROTECTION)
      const result = await clean({olderThan: '30d', dryRun: false, yes: true})
      expect(result.counts.deleted).to.equal(3)
    })
  })

  describe('a protection that cannot be read', () => {
    beforeEach(() => {
      board()
      hub.intercept({match: ({path}) => path.includes('/resolve/'), respond: {status: 500, body: 'oops'}})
    })

    it('ends a deletion, of runs too', async () => {
      expect(await rejectionOf(clean({olderThan: '30d', dryRun: false, yes: true}))).to.be.instanceOf(
        HubError,
      )
      expect(names()).to.have.length(7)
    })

    it('is unknown in a dry run, with a warning', async () => {
      const result = await clean({olderThan: '30d'})
      expect(result.plan.leaderboard?.protection).to.equal('unknown')
      expect(result.warnings.join(',')).to.include('unknown')
    })

    it('ends a dry run of --delete-leaderboard', async () => {
      expect(await rejectionOf(clean({deleteLeaderboard: true}))).to.be.instanceOf(HubError)
    })
  })

  it('deletes nothing where a page of the listing fails', async () => {
    await hub.close()
    hub = await startSandbox({seed: 'empty', clock: () => NOW, pageSize: 2})
    for (const dataset of [...run(OLD), ...run(NEW)]) hub.state.addDataset(dataset)
    hub.intercept({match: ({path}) => path.includes('cursor='), respond: {status: 503, body: 'busy'}})
    expect(await rejectionOf(clean({all: true, dryRun: false, yes: true}))).to.be.instanceOf(HubError)
    expect(names()).to.have.length(6)
  })

  it('compares with a new listing where the first had to wait for the quota', async () => {
    hub.intercept({
      match: ({path}) => path.startsWith('/api/datasets?'),
      times: 1,
      respond: {status: 429, headers: {ratelimit: '"api";r=0;t=0'}},
    })
    const result = await clean({olderThan: '30d', dryRun: false, yes: true})
    expect(result.counts.deleted).to.equal(3)
    // One that had to wait, its repeat, the look before the first DELETE, and the one at the end.
    expect(paths().filter((line) => line === 'GET /api/datasets')).to.have.length(4)
  })

  describe('--incomplete-only', () => {
    const HALF = '20260601_120000'

    beforeEach(() => {
      hub.state.addDataset({name: `${hub.user}/smoltrace-results-${HALF}`, createdAt: ago(120 * DAY)})
    })

    it('[S11] is refused where there is no leaderboard to ask which runs finished, and goes on where told to', async () => {
      for (const dryRun of [true, false]) {
        const error = await rejectionOf(clean({incompleteOnly: true, dryRun, yes: true}))
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.include('there is no leaderboard')
        expect((error as SmoltraceError).suggestions.join(' ')).to.include('--ignore-leaderboard')
      }

      const {warnings, wouldDelete} = await clean({incompleteOnly: true, ignoreLeaderboard: true})
      expect([wouldDelete, warnings]).to.deep.equal([1, []])
    })

    it('keeps in a dry run, and refuses in a wet one, what a leaderboard that cannot be read may save', async () => {
      board({'data/train.csv': 'model\n'})
      const dry = await clean({incompleteOnly: true})
      expect(dry.wouldDelete).to.equal(0)
      expect(dry.warnings.join(' ')).to.include('What the leaderboard says is unknown')
      const error = await rejectionOf(clean({incompleteOnly: true, dryRun: false, yes: true}))
      expect(error).to.be.instanceOf(RefusedError)
      expect(names()).to.include(`${hub.user}/smoltrace-results-${HALF}`)
      const {counts} = await clean({incompleteOnly: true, ignoreLeaderboard: true, dryRun: false, yes: true})
      expect(counts.deleted).to.equal(1)
    })

    it('does not ask the leaderboard for other rules', async () => {
      board({'data/train.csv': 'model\n'})
      await clean({olderThan: '30d'})
      // One for the protection.
      expect(paths().filter((path) => path.includes('/tree/'))).to.have.length(1)
    })
  })

  describe('deleteDatasets', () => {
    const carried = {dryRun: false, yes: true}

    it('deletes the named datasets and no others', async () => {
      const [results, , metrics] = run(OLD).map(({name}) => name) as [string, string, string]
      const result = await remove([results, metrics], carried)
      expect(result.outcomes.map(({name}) => name)).to.deep.equal([metrics, results])
      expect(names()).to.have.length(4)
    })

    it('is a dry run unless told otherwise', async () => {
      const [name = ''] = run(OLD).map((dataset) => dataset.name)
      const result = await remove([name], {yes: true})
      expect(result.dryRun).to.equal(true)
      expect(result.outcomes).to.deep.equal([])
      expect(names()).to.have.length(6)
    })

    it('finds gone what is not there, once', async () => {
      const absent = `${hub.user}/smoltrace-results-20200101_000000`
      const result = await remove([absent, absent], carried)
      expect(result.outcomes).to.have.length(1)
      expect(result.outcomes[0]).to.deep.include({name: absent, status: 'gone'})
      expect(result.counts.gone).to.equal(1)
    })

    it('says of each name what became of it: deleted, pinned, or not there', async () => {
      board({'.smoltrace/protection.json': formatProtection({runs: {[OLD]: {by: 'ann', at: ago(DAY)}}})})
      const pinned = run(OLD).map(({name}) => name)
      const absent = `${hub.user}/smoltrace-results-20200101_000000`
      const free = names().filter((name) => !pinned.includes(name) && !name.endsWith('leaderboard'))
      const {outcomes} = await remove([...pinned, absent, ...free, ...pinned], carried)
      const statusOf = new Map(outcomes.map(({name, status}) => [name, status]))
      expect(statusOf.size).to.equal(outcomes.length)
      expect(outcomes).to.have.length(7)
      expect(pinned.map((name) => statusOf.get(name))).to.deep.equal(['skipped', 'skipped', 'skipped'])
      expect(free.map((name) => statusOf.get(name))).to.deep.equal(['deleted', 'deleted', 'deleted'])
      expect(statusOf.get(absent)).to.equal('gone')
    })

    it('leaves a journal without a flaw beside names that were not there or are pinned', async () => {
      board({'.smoltrace/protection.json': formatProtection({runs: {[OLD]: {by: 'ann', at: ago(DAY)}}})})
      const [pinned, free] = [OLD, NEW].map((stamp) => own(`${NAMESPACE}/smoltrace-results-${stamp}`))
      const absent = `${hub.user}/smoltrace-results-20200101_000000`
      const {journal} = await remove([pinned ?? '', free ?? '', absent], carried)
      const {datasets, problems} = parseJournal(readFileSync(journal ?? '', 'utf8'))
      expect(problems).to.deep.equal([])
      expect(datasets.map(({name, state}) => [name, state])).to.deep.equal([[free, 'deleted']])
    })

    it('refuses names that are not of SMOLTRACE, of several namespaces, or of the leaderboard, before anything is sent', async () => {
      const [name = ''] = run(OLD).map((dataset) => dataset.name)
      const refused = [
        [`${hub.user}/notes`],
        [name, `${hub.user}/smoltrace-results-20260801_120000-copy`],
        [name, 'other/smoltrace-results-20260801_120000'],
        [`${hub.user}/smoltrace-tasks`],
        [`${hub.user}/smoltrace-leaderboard`],
        [''],
      ]
      for (const target of refused)
        expect(await rejectionOf(remove(target, carried)), target.join(',')).to.be.instanceOf(UsageError)
      expect(paths()).to.deep.equal([])
    })

    it('deletes the leaderboard where that is said, unless it is protected', async () => {
      board(PROTECTION)
      const target = [`${hub.user}/smoltrace-leaderboard`]
      expect(await rejectionOf(remove(target, {...carried, deleteLeaderboard: true}))).to.be.instanceOf(
        RefusedError,
      )
      expect(names()).to.have.length(7)
    })

    it('reads the protection for runs too', async () => {
      board({'.smoltrace/protection.json': '{"version": 2}'})
      const [name = ''] = run(OLD).map((dataset) => dataset.name)
      expect(await rejectionOf(remove([name], carried))).to.be.instanceOf(RefusedError)
    })

    it('applies a plan, but for what changed since', async () => {
      const {plan} = await clean({all: true})
      const [changed] = run(OLD).map(({name}) => name)
      await changeOnHub(changed ?? '')
      const result = await remove(plan, carried)
      expect(result.counts).to.deep.include({deleted: 3, skipped: 3})
      expect(names()).to.have.members(run(OLD).map(({name}) => name))
    })

    it('refuses a plan of another Hub or another namespace', async () => {
      const {plan} = await clean({all: true})
      expect(
        await rejectionOf(remove({...plan, endpoint: 'https://huggingface.co'}, carried)),
      ).to.be.instanceOf(RefusedError)
      expect(await rejectionOf(remove(plan, {...carried, namespace: hub.org}))).to.be.instanceOf(RefusedError)
      expect(names()).to.have.length(6)
    })

    it('deletes nothing beyond the listing, whatever a plan was turned into', async () => {
      const {plan} = await clean({olderThan: '30d'})
      hub.state.addDataset({name: `${hub.user}/notes`, createdAt: NOW})
      const [first] = plan.delete
      const [dataset] = first?.datasets ?? []
      if (!first || !dataset) throw new Error('no plan')
      const forged = {...plan, delete: [{...first, datasets: [{...dataset, name: `${hub.user}/notes`}]}]}
      expect(await rejectionOf(remove(forged, carried))).to.be.instanceOf(RefusedError)
      expect(names()).to.include(`${hub.user}/notes`).and.have.length(7)
    })
  })
})
