import {expect} from 'chai'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {protectLeaderboard, protectRuns} from '../../../src/lib/account/protection/protect.js'
import {NotAllowedError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type ApplyOptions, applyPlan} from '../../../src/lib/cleanup/apply.js'
import {cleanupDatasets, type CleanupOptions} from '../../../src/lib/cleanup/cleanup.js'
import {parseJournal} from '../../../src/lib/cleanup/journal/parse.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {digestOf} from '../../../src/lib/plan/saved/format.js'
import {loadPlan} from '../../../src/lib/plan/saved/saved-plan.js'
import {
  type Column,
  type Sandbox,
  startSandbox,
  storedFile,
  toParquet,
} from '../../../src/lib/sandbox/index.js'
import {ago, NOW, rejectionOf, runDatasets} from '../../support/builders.js'
import {deletionsAt, namesAt} from '../../support/hub.js'

const OLD = '20260801_120000'
const OLDER = '20260701_120000'
const NEW = '20261004_120000'
const THIRTY_DAYS: CleanupOptions = {olderThan: '30d'}
const BOARD = 'mira/smoltrace-leaderboard'

describe('applying a saved plan', () => {
  let hub: Sandbox
  let folder: string
  let file: string

  const connection = () => ({token: hub.token, endpoint: hub.url, env: {}, clock: () => NOW})
  const save = (options: CleanupOptions = THIRTY_DAYS) =>
    cleanupDatasets({...connection(), ...options, savePlan: file})
  const apply = (options: ApplyOptions = {}) => applyPlan(file, {...connection(), ...options})
  const carryOut = (options: ApplyOptions = {}) => apply({dryRun: false, yes: true, ...options})
  const namesOf = (stamp: string) =>
    ['metrics', 'traces', 'results'].map((type) => `mira/smoltrace-${type}-${stamp}`)

  /** Makes these runs the ones that the leaderboard has rows about. */
  const list = (...stamps: string[]) => {
    const columns: Array<Column<string>> = [
      ['results_dataset', 'STRING', (stamp) => `mira/smoltrace-results-${stamp}`],
      ['success_rate', 'DOUBLE', () => 50],
    ]
    const data = storedFile(toParquet(columns, stamps), true)
    const changes = new Map([['data/train-00000-of-00001.parquet', data]])
    hub.state.commit(hub.state.get(BOARD)!, 'Rows', changes)
  }

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty', clock: () => NOW})
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-apply-'))
    file = join(folder, 'plan.json')
    for (const stamp of [OLD, OLDER, NEW]) {
      for (const {name, createdAt} of runDatasets(stamp))
        hub.state.addDataset({name: name.replace('kim/', 'mira/'), createdAt})
    }

    hub.state.addDataset({name: BOARD, createdAt: ago(90 * DAY)})
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  it('is a dry run unless told otherwise', async () => {
    await save()
    const result = await apply({yes: true})
    expect(result).to.include({dryRun: true, wouldDelete: 6})
    expect(exitCodeOf(result)).to.equal(0)
    expect(exitCodeOf(result, true)).to.equal(10)
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('refuses an option whose name is misspelt before anything is deleted', async () => {
    await save()
    const seen = hub.requests.length
    const error = await rejectionOf(carryOut({archve: folder} as never))
    expect(error)
      .to.be.instanceOf(UsageError)
      .and.deep.include({suggestions: ['Did you mean `archive`?']})
    expect(hub.requests).to.have.length(seen)
  })

  it('deletes exactly what is in the plan, without a filter', async () => {
    const {plan} = await save()
    expect(deletionsAt(hub)).to.deep.equal([])
    const result = await carryOut({concurrency: 1})
    expect(exitCodeOf(result)).to.equal(0)
    expect(deletionsAt(hub)).to.deep.equal(
      plan.delete.toReversed().flatMap(({datasets}) => datasets.map(({name}) => name)),
    )
    expect(namesAt(hub)).to.have.members([BOARD, ...namesOf(NEW)])
  })

  it('[S10] takes in nothing that became old enough since', async () => {
    await save({olderThan: '60d'})
    const later = () => new Date(NOW.getTime() + 300 * DAY)
    const result = await carryOut({clock: later})
    expect(result.counts.deleted).to.equal(6)
    expect(namesAt(hub)).to.include.members(namesOf(NEW))
  })

  it('asks for the phrase of the plan, with what is left of it', async () => {
    await save({all: true})
    hub.state.touch(namesOf(OLDER)[0] ?? '')
    let asked = 0
    await apply({
      dryRun: false,
      confirm(plan) {
        asked = plan.delete.length
        expect(plan.phrase).to.equal('YES DELETE ALL')
        return false
      },
    })
    expect(asked).to.equal(2)
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('skips what changed, whole runs of it, and says why', async () => {
    await save()
    hub.state.touch(`mira/smoltrace-traces-${OLD}`)
    const result = await carryOut()
    expect(result.stale.map(({name}) => name)).to.have.members(namesOf(OLD))
    expect(result.counts).to.include({deleted: 3, skipped: 3})
    expect(result.outcomes.find(({name}) => name.includes(`metrics-${OLD}`))?.reason).to.include(
      'traces changed',
    )
    expect(exitCodeOf(result)).to.equal(3)
    expect(namesAt(hub)).to.include.members(namesOf(OLD))
  })

  it('skips what was deleted and made again under the same name', async () => {
    await save()
    const [name = ''] = namesOf(OLD)
    hub.state.remove(name)
    hub.state.addDataset({name, createdAt: ago(65 * DAY)})
    expect((await carryOut()).counts).to.include({deleted: 3, skipped: 3})
    expect(namesAt(hub)).to.include(name)
  })

  it('[S13] skips a run that was pinned since, and says so before it asks', async () => {
    await save()
    await protectRuns([OLD], connection())
    const shown: string[][] = []
    const result = await carryOut({onPlan: (_saved, stale) => void shown.push(stale.map(({name}) => name))})
    expect(result.counts).to.include({deleted: 3, skipped: 3})
    expect(result.stale.map(({reason}) => reason)).to.deep.equal(
      Array.from({length: 3}, () => 'kept now: pinned by mira'),
    )
    expect(shown[0]).to.have.members(namesOf(OLD))
    expect(namesAt(hub)).to.include.members(namesOf(OLD))
  })

  it('looks again before it deletes, without a prompt too', async () => {
    await save()
    let looks = 0
    hub.intercept({
      match: ({path}) => path.startsWith('/api/datasets?'),
      before() {
        looks++
        if (looks === 2) hub.state.touch(`mira/smoltrace-results-${OLD}`)
      },
    })
    const result = await carryOut()
    expect(result.stale).to.deep.equal([])
    expect(result.counts).to.include({deleted: 3, skipped: 3})
  })

  it('keeps what its keeper saves by now, because newer runs are gone', async () => {
    await save({keepRecent: 1})
    for (const name of namesOf(NEW)) hub.state.remove(name)
    const result = await carryOut()
    expect(result.stale.map(({name}) => name)).to.have.members(namesOf(OLD))
    expect(result.stale[0]?.reason).to.equal('kept now: most recent 1 of 1')
    expect(namesAt(hub)).to.include.members(namesOf(OLD))
  })

  it('keeps what the rules in it never chose, whoever wrote it into the file', async () => {
    await save({all: true})
    const everything = JSON.parse(await readFile(file, 'utf8'))
    await save({olderThan: '30d', keepRecent: 1})
    const {rules, phrase} = JSON.parse(await readFile(file, 'utf8'))
    delete everything.digest
    const forged = {...everything, rules, phrase, keep: []}
    await writeFile(file, JSON.stringify({...forged, digest: digestOf(forged)}))
    const result = await carryOut()
    expect(result.stale.map(({name}) => name)).to.have.members(namesOf(NEW))
    expect(namesAt(hub)).to.include.members(namesOf(NEW))
  })

  it('keeps a run that the leaderboard lists as finished by now', async () => {
    const half = '20260601_120000'
    hub.state.addDataset({name: `mira/smoltrace-results-${half}`, createdAt: ago(120 * DAY)})
    list(OLD, OLDER, NEW)
    await save({incompleteOnly: true})
    list(OLD, OLDER, NEW, half)
    const result = await carryOut()
    expect(exitCodeOf(result)).to.equal(5)
    expect(result.stale[0]?.reason).to.equal('kept now: finished, listed on the leaderboard')
  })

  it('has nothing to do where all that had rows is gone', async () => {
    list(OLD)
    for (const name of [...namesOf(OLDER), ...namesOf(NEW)]) hub.state.remove(name)
    await save({scoreBelow: 60})
    for (const name of namesOf(OLD)) hub.state.remove(name)
    expect(exitCodeOf(await carryOut())).to.equal(0)
  })

  it('is told in the journal: what had fallen out of it, and who made it', async () => {
    await save()
    hub.state.touch(`mira/smoltrace-results-${OLD}`)
    const {journal = ''} = await carryOut({dataDir: folder})
    const job = parseJournal(await readFile(journal, 'utf8'))
    expect(job.counts).to.include({deleted: 3, skipped: 3})
    expect(job.savedPlan).to.include({madeBy: 'mira'})
    expect(job.confirmedBy).to.equal('yes')
  })

  it('looks again after the prompt', async () => {
    await save()
    const result = await apply({
      dryRun: false,
      async confirm() {
        await protectRuns([OLDER], connection())
        return true
      },
    })
    expect(result.stale).to.deep.equal([])
    expect(result.counts).to.include({deleted: 3, skipped: 3})
  })

  it('has nothing to do where all of it is gone', async () => {
    await save()
    await carryOut()
    const result = await carryOut()
    expect(result.counts).to.include({deleted: 0, gone: 6})
    expect(exitCodeOf(result)).to.equal(0)
    expect(exitCodeOf(await apply())).to.equal(0)
  })

  it('is stale where nothing of it can be applied', async () => {
    await save()
    for (const stamp of [OLD, OLDER]) hub.state.touch(`mira/smoltrace-results-${stamp}`)
    const result = await carryOut()
    expect(exitCodeOf(result)).to.equal(5)
    expect(result.counts).to.include({deleted: 0, skipped: 6})
    expect(exitCodeOf(await apply(), true)).to.equal(5)
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('[S16] is stale where all that was left of it changed before the first DELETE', async () => {
    await save()
    hub.state.remove(namesOf(OLD)[0] ?? '')
    const result = await carryOut({
      async onPlan() {
        await protectRuns([OLD, OLDER], connection())
      },
    })
    expect(result.counts).to.include({deleted: 0, gone: 1, skipped: 5})
    expect(exitCodeOf(result)).to.equal(5)
  })

  it('has nothing to do where the plan was empty', async () => {
    await save({olderThan: '3y'})
    expect(exitCodeOf(await carryOut())).to.equal(0)
  })

  describe('with the leaderboard in it', () => {
    it('deletes it last, archived', async () => {
      await save({all: true, deleteLeaderboard: true})
      const result = await carryOut({dataDir: folder})
      expect(exitCodeOf(result)).to.equal(0)
      expect(deletionsAt(hub).at(-1)).to.equal(BOARD)
      expect(result.archive).to.include({datasets: 1})
    })

    it('keeps it where anything before it falls out of the plan', async () => {
      await save({all: true, deleteLeaderboard: true})
      hub.state.touch(namesOf(OLDER)[2] ?? '')
      const result = await carryOut({dataDir: folder})
      expect(namesAt(hub)).to.include(BOARD)
      expect(result.outcomes.find(({name}) => name === BOARD)?.status).to.equal('skipped')
    })

    it('keeps it where it was protected, or a run pinned, since', async () => {
      for (const protect of [
        () => protectRuns([NEW], connection()),
        () => protectLeaderboard(connection()),
      ]) {
        await save({deleteLeaderboard: true}).catch(() => {})
        await protect()
        const result = await carryOut({dataDir: folder})
        expect(exitCodeOf(result)).to.equal(5)
        expect(namesAt(hub)).to.include(BOARD)
      }
    })
  })

  describe('is refused, and nothing is touched,', () => {
    const hubIsUntouched = () => expect(deletionsAt(hub)).to.deep.equal([])

    it('where the file was changed', async () => {
      await save()
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.replaceAll(OLD, NEW))
      hub.requests.length = 0
      const error = await rejectionOf(carryOut())
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(hub.requests).to.deep.equal([])
    })

    it('where it was made for another Hub', async () => {
      await save()
      hub.requests.length = 0
      const error = await rejectionOf(carryOut({endpoint: 'http://127.0.0.1:9'}))
      expect(error).to.be.instanceOf(UsageError)
      expect(error.message).to.include(hub.url).and.include('HF_ENDPOINT')
      expect(hub.requests).to.deep.equal([])
    })

    it('where it was made for another account', async () => {
      hub.state.addDataset({name: `${hub.org}/smoltrace-results-${OLD}`, createdAt: ago(65 * DAY)})
      await save({olderThan: '30d', namespace: hub.org})
      hub.state.orgs.splice(0)
      const error = await rejectionOf(carryOut())
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(error.message).to.include(hub.org)
      hubIsUntouched()
    })

    it('where it spells the account in other letters, dry run or not', async () => {
      await save()
      const content = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
      delete content.digest
      const text = JSON.stringify(content).replaceAll(/"mira(?=[/"])/g, '"Mira')
      const respelled = {...(JSON.parse(text) as object), madeBy: 'mira'}
      await writeFile(file, JSON.stringify({...respelled, digest: digestOf(respelled)}))
      for (const job of [() => carryOut(), () => apply()]) {
        const error = await rejectionOf(job())
        expect(error).to.be.instanceOf(UsageError)
        expect(error.message).to.include('made for Mira')
      }

      hubIsUntouched()
    })

    it('where it archives and no folder is given; a dry run shows it all the same', async () => {
      await save({olderThan: '30d', archive: folder})
      const error = await rejectionOf(carryOut())
      expect(error).to.be.instanceOf(UsageError)
      expect(error.message).to.include('--archive')
      hubIsUntouched()
      expect((await apply()).wouldDelete).to.equal(6)
      expect((await carryOut({archive: join(folder, 'archive')})).counts.deleted).to.equal(6)
    })

    it('where --only alone chose every run and --yes says nothing of that', async () => {
      await save({only: ['traces']})
      const error = await rejectionOf(carryOut())
      expect(error).to.be.instanceOf(UsageError)
      expect(error.message).to.include('--all')
      hubIsUntouched()
      await save({only: ['traces'], all: true})
      expect((await carryOut()).counts.deleted).to.equal(3)
    })

    it('where it is larger than --max-delete lets it be, counting only what is left of it', async () => {
      await save()
      const error = await rejectionOf(carryOut({maxDelete: 5}))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      hubIsUntouched()
      hub.state.touch(`mira/smoltrace-results-${OLD}`)
      expect((await carryOut({maxDelete: 5})).counts.deleted).to.equal(3)
    })

    it('to a token that may only read', async () => {
      await save()
      expect(await rejectionOf(carryOut({token: hub.tokens.read}))).to.be.instanceOf(NotAllowedError)
      hubIsUntouched()
    })

    it('where its rules need rows, and no row is of use to them by now', async () => {
      for (const rules of [{keepBest: 1}, {unreferenced: true}]) {
        await rm(file, {force: true})
        list(NEW, OLD)
        await save(rules)
        list()
        expect(await rejectionOf(carryOut())).to.be.instanceOf(RefusedError)
        hubIsUntouched()
      }
    })

    it('where the leaderboard has lost rows since', async () => {
      for (const rules of [
        {keepBest: 1},
        {unreferenced: true},
        {incompleteOnly: true, only: ['results' as const]},
      ]) {
        await rm(file, {force: true})
        list(NEW, OLD)
        await save(rules)
        list(NEW)
        expect((await rejectionOf(carryOut())).message).to.include('lost rows: 2 of 3 runs')
        hubIsUntouched()
      }
    })

    it('where what is protected cannot be read', async () => {
      await save()
      hub.intercept({match: ({path}) => path.includes('protection.json'), respond: {status: 500, body: 'no'}})
      expect(await rejectionOf(carryOut())).to.have.property('name', 'HubError')
      hubIsUntouched()
    })
  })

  describe('that was to be saved', () => {
    it('is not, where it is no dry run', async () => {
      const error = await rejectionOf(save({olderThan: '30d', dryRun: false, yes: true}))
      expect(error).to.be.instanceOf(UsageError)
      expect(hub.requests).to.deep.equal([])
    })

    it('is not, where a file is there that is no plan, before anything is sent', async () => {
      await writeFile(file, 'my thesis\n')
      expect(await rejectionOf(save())).to.be.instanceOf(UsageError)
      expect(hub.requests).to.deep.equal([])
      expect(await readFile(file, 'utf8')).to.equal('my thesis\n')
    })

    it('is not, where what is protected or what the leaderboard says is not certain', async () => {
      const remove = hub.intercept({
        match: ({path}) => path.includes('protection.json'),
        respond: {status: 500, body: 'no'},
      })
      expect(await rejectionOf(save())).to.have.property('name', 'HubError')
      remove()
      hub.intercept({match: ({path}) => path.includes('/tree/'), respond: {status: 500, body: 'no'}})
      expect(await rejectionOf(save({incompleteOnly: true}))).to.have.property('name', 'HubError')
      expect(await rejectionOf(loadPlan(file))).to.be.instanceOf(UsageError)
    })

    it('is not, where it is larger than --max-delete lets it be', async () => {
      expect(await rejectionOf(save({olderThan: '30d', maxDelete: '10%'}))).to.be.instanceOf(RefusedError)
      expect(await rejectionOf(loadPlan(file))).to.be.instanceOf(UsageError)
    })
  })
})
