import {expect} from 'chai'
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {HubError, RefusedError, UsageError} from '../../src/index.js'
import {DAY} from '../../src/lib/base/time.js'
import {parseJournal} from '../../src/lib/cleanup/journal/parse.js'
import {exitCodeOf, PlanRefusedError} from '../../src/lib/cleanup/result.js'
import {loadPlan} from '../../src/lib/plan/saved/files.js'
import {digestOf} from '../../src/lib/plan/saved/format.js'
import {Account, CARRIED, plannedNames, stampOf} from '../support/account.js'
import {writeBoard} from '../support/boards.js'

describe('a saved plan', () => {
  let account: Account
  let old: string[]
  let older: string[]
  let recent: string[]

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
    ;({old, older, recent} = account)
  })

  afterEach(() => account.close())

  /** Makes these runs the ones that the leaderboard has rows about. */
  const list = (...runs: string[][]) =>
    writeBoard(account.hub, [
      runs.map(([name]) => ({results_dataset: `mira/smoltrace-results-${stampOf(name)}`, success_rate: 50})),
    ])
  const touch = (...names: string[]) => names.map((name) => account.hub.state.touch(name))
  const remove = (...names: string[]) => names.map((name) => account.hub.state.remove(name))

  async function expectRefusal(error: new (...parts: never[]) => Error, code: number, options = {}) {
    const found = await account.refused(account.apply({...CARRIED, ...options}), error)
    expect(found).to.have.property('exitCode', code)
    return found.message
  }

  it('[S10] deletes exactly what is in it, in order, and a second time has nothing to do', async () => {
    const {plan} = await account.save()
    const dry = await account.apply()
    expect([exitCodeOf(dry), exitCodeOf(dry, true)]).to.deep.equal([0, 10])
    account.now += 300 * DAY
    const result = await account.apply({...CARRIED, concurrency: 1})
    expect(exitCodeOf(result)).to.equal(0)
    expect(account.deletions).to.deep.equal([...older, ...old])
    expect(account.deletions).to.have.members(plannedNames(plan))
    for (const options of [{}, CARRIED]) expect(exitCodeOf(await account.apply(options))).to.equal(0)
  })

  it('[S10] asks for the phrase of the plan, with what is left of it, and looks again after the answer', async () => {
    await account.save({all: true})
    touch(older[0] ?? '')
    const shown: string[][] = []
    const result = await account.apply({
      dryRun: false,
      onPlan: (_plan, {stale}) => void shown.push(stale.map(({name}) => name)),
      async confirm(plan) {
        shown.push([plan.phrase], plannedNames(plan))
        await account.pin(old[0])
        return true
      },
    })
    expect(shown).to.deep.equal([older, ['YES DELETE ALL'], [...recent, ...old]])
    expect(result.stale.map(({name}) => name)).to.deep.equal(older)
    expect(result.counts).to.include({deleted: 3, skipped: 6})
  })

  it('[S10] keeps a run whose creation was moved back in the file: age and grace go by it', async () => {
    await account.save()
    const plan = JSON.parse(await readFile(account.planFile, 'utf8'))
    delete plan.digest
    const [run] = plan.delete
    run.datasets[0].createdAt = new Date(account.now - 60 * DAY).toISOString()
    await writeFile(account.planFile, JSON.stringify({...plan, digest: digestOf(plan)}))
    const result = await account.apply(CARRIED)
    expect(result.stale.map(({name}) => stampOf(name))).to.deep.equal([run.run, run.run, run.run])
    expect(result.counts.deleted).to.equal(3)
  })

  it('[S10] keeps a run that the leaderboard lists as finished by now', async () => {
    const half = account.addRun(120 * DAY, {types: ['results']})
    list(old, older, recent)
    await account.save({incompleteOnly: true})
    list(old, older, recent, half)
    const result = await account.apply(CARRIED)
    expect(exitCodeOf(result)).to.equal(5)
    expect(result.stale[0]?.reason).to.equal('now kept: finished, per the leaderboard')
  })

  it('[S14] is in the journal: what fell out of it, who made it, and who confirmed', async () => {
    await account.save()
    touch(old[2] ?? '')
    const {journal = ''} = await account.apply(CARRIED)
    const job = parseJournal(await readFile(journal, 'utf8'))
    expect(job.counts).to.include({deleted: 3, skipped: 3})
    expect(job.savedPlan).to.include({madeBy: 'mira'})
    expect(job.confirmedBy).to.equal('yes')
  })

  it('[S16] is stale where nothing of it can be applied', async () => {
    await account.save()
    touch(old[0] ?? '', older[0] ?? '')
    const result = await account.apply(CARRIED)
    expect([exitCodeOf(result), exitCodeOf(await account.apply(), true)]).to.deep.equal([5, 5])
    expect(result.counts).to.include({deleted: 0, skipped: 6})
  })

  it('[S16] has nothing to do where it was empty, or all that had rows is gone', async () => {
    await account.save({olderThan: '3y'})
    expect(exitCodeOf(await account.apply(CARRIED))).to.equal(0)
    list(old)
    remove(...older, ...recent)
    await account.save({scoreBelow: 60})
    remove(...old)
    expect(exitCodeOf(await account.apply(CARRIED))).to.equal(0)
  })

  describe('is refused, and nothing is touched,', () => {
    it('[S10] where it was made for another account', async () => {
      account.addRun(65 * DAY, {owner: account.hub.org})
      await account.save({olderThan: '30d', namespace: account.hub.org})
      account.hub.state.orgs.splice(0)
      expect(await expectRefusal(UsageError, 2)).to.include(account.hub.org)
    })

    it('[S10] where it spells the account in other letters', async () => {
      await account.save()
      const content = JSON.parse(await readFile(account.planFile, 'utf8')) as Record<string, unknown>
      delete content.digest
      const text = JSON.stringify(content).replaceAll(/"mira(?=[/"])/g, '"Mira')
      const respelled = {...(JSON.parse(text) as object), madeBy: 'mira'}
      await writeFile(account.planFile, JSON.stringify({...respelled, digest: digestOf(respelled)}))
      for (const dryRun of [true, false])
        expect(await expectRefusal(UsageError, 2, {dryRun})).to.include('made for Mira')
    })

    it('[S10] where it archives and no folder is given; a dry run shows it all the same', async () => {
      await account.save({olderThan: '30d', archive: account.folder})
      expect(await expectRefusal(UsageError, 2)).to.include('archive')
      expect((await account.apply()).wouldDelete).to.equal(6)
      const {counts} = await account.apply({...CARRIED, archive: join(account.folder, 'copies')})
      expect(counts.deleted).to.equal(6)
    })

    it('[S10] where it is larger than `maxDelete` lets it be, counting only what is left of it', async () => {
      await account.save()
      await expectRefusal(RefusedError, 1, {maxDelete: 5})
      touch(old[2] ?? '')
      expect((await account.apply({...CARRIED, maxDelete: 5})).counts.deleted).to.equal(3)
    })

    for (const rules of [
      {keepBest: 1},
      {unreferenced: true},
      {incompleteOnly: true, only: ['results' as const]},
    ]) {
      it(`[S11] where the leaderboard has lost rows since, for ${Object.keys(rules).join(' and ')}`, async () => {
        list(old, older, recent)
        await account.save(rules)
        list(recent)
        expect(await expectRefusal(RefusedError, 1)).to.include('lost rows: 2 of 3 runs')
        writeBoard(account.hub, [])
        await expectRefusal(RefusedError, 1)
      })
    }
  })

  it('[S11] is not saved where what the leaderboard says is not certain', async () => {
    list(old, older, recent)
    const restore = account.hub.intercept({
      match: ({path}) => path.includes('.parquet'),
      respond: {status: 500, body: 'no'},
    })
    await account.refused(account.save({incompleteOnly: true}), HubError)
    await account.refused(loadPlan(account.planFile), UsageError)
    restore()
  })

  it('[S10] is saved where it is larger than `maxDelete`, to be looked at, and refused again when it is applied', async () => {
    list(old, older, recent)
    // Six of ten: the leaderboard counts.
    const tooLarge = {olderThan: '30d', maxDelete: '59%'}
    const refused = await account.refused(account.save(tooLarge), PlanRefusedError)
    expect((refused as PlanRefusedError).result).to.include({wouldDelete: 6, dryRun: true})
    expect((await loadPlan(account.planFile)).plan.delete).to.have.length(2)
    await account.refused(account.apply({...CARRIED, maxDelete: '59%'}), PlanRefusedError)
    expect((await account.save({...tooLarge, maxDelete: '60%'})).wouldDelete).to.equal(6)
  })
})
