import {expect} from 'chai'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {readHistory} from '../../src/index.js'
import {RefusedError, UsageError} from '../../src/lib/base/errors.js'
import {DAY} from '../../src/lib/base/time.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {
  exitCodeOfTrashRestore,
  type TrashRestoreOptions,
  type TrashRestoreResult,
} from '../../src/lib/cleanup/trash/restore.js'
import {Account, all, CARRIED, stampOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {type FaultName, FAULTS} from '../support/faults.js'
import {withoutPauses} from '../support/pauses.js'
import {isMove} from '../support/sandbox.js'

describe('restoring from the trash', () => {
  let account: Account
  /** Full names outside, in the order in which they come back. */
  let planned: string[]
  let ids: Array<string | undefined>

  const restore = (options?: TrashRestoreOptions) =>
    account.untrash({concurrency: 1, ...(options ?? {all: true})})
  const outcomesOf = ({runs}: TrashRestoreResult) => runs.flatMap(({outcomes}) => outcomes)
  const statuses = (result: TrashRestoreResult) =>
    Object.fromEntries(outcomesOf(result).map(({name, status}) => [name, status]))
  const sentTo = () =>
    account.hub.requests
      .filter((each) => isMove(each))
      .map(({body = '{}'}) => (JSON.parse(body) as {toRepo: string}).toRepo)
  const trash = (options = {}) => account.clean({olderThan: '30d', trash: true, ...CARRIED, ...options})
  const newest = (names: string[]) => names.toReversed()

  beforeEach(async () => {
    account = await Account.open()
    planned = [...newest(account.old), ...newest(account.older)]
    ids = account.idsOf(planned)
    await trash()
    account.hub.requests.length = 0
  })

  afterEach(() => account.close())

  it('gives everything its name again, the newest run first, and changes nothing else', async () => {
    const result = await restore()
    expect(sentTo()).to.deep.equal(planned)
    expect(account.idsOf(planned)).to.deep.equal(ids)
    expect(statuses(result)).to.deep.equal(all(planned, 'restored'))
    expect(exitCodeOfTrashRestore(result)).to.equal(0)
    expect(account.names).to.have.members([...planned, ...account.recent])
    expect(outcomesOf(await restore())).to.deep.equal([])
  })

  it('restores what is left of the runs that are named, whatever an earlier call brought back', async () => {
    const named = [account.old, account.older].map(([name]) => stampOf(name))
    await restore({timestamps: named.slice(0, 1)})
    const result = await restore({timestamps: named})
    expect(statuses(result)).to.deep.equal(all(newest(account.older), 'restored'))
    expect(result.present).to.deep.equal(named.slice(0, 1))
    expect(exitCodeOfTrashRestore(result)).to.equal(0)
    // What would take them again is said of all that were named.
    expect(result.reselected.map(({runs}) => runs)).to.deep.equal([named])
    const again = await restore({timestamps: named})
    expect([again.present, exitCodeOfTrashRestore(again)]).to.deep.equal([named, 0])
    await account.refused(restore({timestamps: [...named, '20200101_000000']}), RefusedError)
  })

  it('takes for the latest job the latest that moved anything, and no other for a move', async () => {
    await account.empty({all: true, only: ['metrics'], ...CARRIED})
    const result = await restore({job: 'latest'})
    expect(result.counts.restored).to.equal(4)
    const {jobs} = await readHistory(account.folder)
    const [emptied, moved] = jobs.map(({id}) => id)
    expect(result.job).to.equal(moved)
    expect((await rejectionOf(restore({job: emptied}))).message).to.include('moved nothing to the trash')
  })

  it('leaves a run of which a name is taken, and restores the others', async () => {
    account.add(account.older[0]!)
    const result = await restore()
    expect(statuses(result)).to.deep.equal({
      ...all(account.old, 'restored'),
      ...all(account.older, 'skipped'),
    })
    expect(outcomesOf(result).at(-1)?.reason).to.include('rename or delete it on the Hub first')
    expect(exitCodeOfTrashRestore(result)).to.equal(3)
    expect(account.idsOf(account.inTrash(newest(account.older)))).to.deep.equal(ids.slice(3))
  })

  it('leaves a run of which the trash has something twice', async () => {
    account.add(account.inTrash([account.older[0]!])[0]!.replace(/trash-\d+/, 'trash-20250101'))
    const result = await restore()
    expect(result.counts).to.deep.include({restored: 3, skipped: 4})
    expect(account.idsOf(account.inTrash(newest(account.older)))).to.deep.equal(ids.slice(3))
  })

  it('fails where a name was taken after the listing, and leaves the rest of that run', async () => {
    const [, traces = ''] = planned
    account.hub.intercept({match: isMove, times: 1, before: () => account.add(traces)})
    const result = await restore()
    expect(result.counts).to.deep.include({restored: 4, failed: 1, unattempted: 1})
    expect(outcomesOf(result)[1]?.reason).to.include('already exists')
    expect(account.idsOf([planned[0]!, ...account.inTrash(planned.slice(1, 3))])).to.deep.equal(
      ids.slice(0, 3),
    )
  })

  it('finishes what was interrupted', async () => {
    const controller = new AbortController()
    const interrupted = await restore({
      all: true,
      signal: controller.signal,
      onEvent: ({kind}) => kind === 'finished' && controller.abort(),
    })
    expect(interrupted.counts).to.deep.include({restored: 1, unattempted: 5})
    expect(exitCodeOfTrashRestore(interrupted)).to.equal(130)
    expect((await restore({timestamps: [stampOf(planned[0])]})).counts).to.deep.include({restored: 2})
    expect((await restore()).counts).to.deep.include({restored: 3})
    expect(account.idsOf(planned)).to.deep.equal(ids)
  })

  const answers: Array<[fault: FaultName, status: 'failed' | 'restored']> = [
    ['500', 'restored'],
    ['502 with a page, though the Hub acted', 'restored'],
    ['reset before the Hub acted', 'restored'],
    ['reset after the Hub acted', 'restored'],
    ['202 with OK', 'restored'],
    ['OK, and nothing is done', 'failed'],
    ['403', 'failed'],
    ['429, the window is used up', 'restored'],
    ['429, a limit of this action', 'failed'],
  ]
  for (const [fault, status] of answers) {
    it(`settles a move that the Hub answers with: ${fault}`, async () => {
      account.hub.intercept({...FAULTS[fault], match: isMove, times: 1})
      const [first] = outcomesOf(await withoutPauses(() => restore()))
      expect(first?.status === 'unattempted' ? 'failed' : first?.status).to.equal(status)
      expect(account.names.includes(planned[0]!)).to.equal(status === 'restored')
    })
  }

  it('does not say that it failed where it cannot be seen', async () => {
    account.hub.intercept({
      ...FAULTS['403'],
      match: ({path}) => path.startsWith(`/api/datasets/${planned[0]}`),
    })
    const result = await withoutPauses(() => restore())
    expect(outcomesOf(result)[0]).to.include({status: 'failed', uncertain: true})
    expect(account.names).to.include(planned[0])
  })

  describe('of a job', () => {
    let first: string
    let second: string

    beforeEach(async () => {
      await restore()
      first = (await trash({olderThan: '45d'})).job ?? ''
      second = (await trash()).job ?? ''
    })

    it('restores what that job moved, and nothing else', async () => {
      expect(statuses(await restore({job: first.slice(0, 8)}))).to.deep.equal(all(account.older, 'restored'))
      expect(statuses(await restore({job: 'latest'}))).to.deep.equal(all(account.old, 'restored'))
      expect(account.idsOf(planned)).to.deep.equal(ids)
    })

    it('counts what it may have moved when it was killed', async () => {
      const folder = join(account.folder, 'journal')
      const file = join(folder, readdirSync(folder).find((name) => name.includes(second)) ?? '')
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      const sent = lines.slice(
        0,
        lines.findIndex((line) => line.includes('"outcome"')),
      )
      writeFileSync(file, `${sent.join('\n')}\n`)
      const moved = sent.filter((line) => line.includes('"intent"')).length
      expect(moved).to.be.within(1, 3)
      expect((await restore({job: second})).counts).to.deep.include({restored: moved})
    })

    it('is refused where it does not fit', async () => {
      const rejected: Array<[TrashRestoreOptions, abstract new (...parts: never[]) => Error, RegExp?]> = [
        [{job: 'latest', all: true}, UsageError],
        [{job: 'ffffffffffff'}, RefusedError, /No job/],
        [{job: ''}, RefusedError],
        [{job: first, timestamps: [stampOf(account.old[0])]}, RefusedError, new RegExp(`from job ${first}`)],
        [{job: first, namespace: 'tinyagents'}, UsageError, /ran for mira/],
        [{timestamps: ['20250101_000000']}, RefusedError, /not in the trash/],
        [{timestamps: ['yesterday']}, UsageError],
        [{timestamps: []}, UsageError],
        [{timestamps: [stampOf(account.old[0])], all: true}, UsageError],
        [{all: false}, UsageError, /Nothing selected/],
      ]
      for (const [options, kind, message = /./] of rejected) {
        const error = await account.refused(restore(options), kind)
        expect(error.message, JSON.stringify(options)).to.match(message)
      }
    })

    it('is looked for where it was run', async () => {
      const [name = ''] = account.addRun(60 * DAY, {owner: 'tinyagents'})
      await trash({namespace: 'tinyagents', run: [stampOf(name)], olderThan: undefined})
      expect((await restore({job: 'latest'})).counts).to.deep.include({restored: 3})
      expect(account.names).to.include(name)
    })
  })

  it('does not say that there is nothing where the listing lags', async () => {
    await restore()
    const {job = ''} = await trash()
    account.hub.state.moves.lagInListing = true
    for (const hideFormerNames of [false, true]) {
      account.hub.state.moves.hideFormerNames = hideFormerNames
      for (const options of [{job}, {timestamps: [stampOf(account.old[0])]}]) {
        const error = await account.refused(restore(options), RefusedError)
        expect(error.message).to.include('does not list it yet')
      }
    }

    account.hub.state.moves.lagInListing = false
    expect((await restore({job})).counts).to.deep.include({restored: 6})
    expect((await restore({job})).counts).to.deep.include({restored: 0})
  })

  it('says which rules would take it again, but of what is pinned', async () => {
    account.addBoard()
    const {reselected, runs} = await restore()
    expect(reselected).to.deep.equal([
      {rules: '--older-than 30d --trash', runs: [stampOf(account.old[0]), stampOf(account.older[0])]},
    ])
    expect(runs.map(({pin}) => pin)).to.deep.equal([undefined, undefined])
    await account.pin(account.old[0])
    await trash()
    const again = await restore()
    expect(again.reselected[0]?.runs).to.deep.equal([stampOf(account.older[0])])
  })

  const isSetting = ({method}: {method: string}) => method === 'PUT'
  const publications: Array<
    [what: string, fault: FaultName | undefined, reason: RegExp, isPrivate: boolean]
  > = [
    ['made private again', undefined, /made private again/, true],
    ['refused', '403', /may be public/, false],
    ['not done', 'OK, and nothing is done', /may be public/, false],
  ]
  for (const [what, fault, reason, isPrivate] of publications) {
    it(`stops where a move published something, whose hiding is ${what}, and tells it though it is the last`, async () => {
      await restore()
      const secret = account.addRun(60 * DAY, {private: true, types: ['results']})
      const only = {run: [stampOf(secret[0])], olderThan: undefined, grace: '0'}
      const json = {'Content-Type': 'application/json'}
      if (fault)
        account.hub.intercept({
          ...(fault === '403'
            ? FAULTS[fault]
            : {respond: {status: 200, headers: json, body: '{"private":true}'}}),
          match: isSetting,
        })
      account.hub.state.moves.publish = true
      const result = await withoutPauses(() => trash(only))
      const [name = ''] = account.inTrash(secret)
      expect(result.outcomes[0]).to.include({status: 'trashed'}).and.property('reason').match(reason)
      expect([exitCodeOf(result), account.hub.state.get(name)?.private]).to.deep.equal([3, isPrivate])

      account.hub.state.get(name)!.private = true
      const back = await withoutPauses(() => restore())
      expect(outcomesOf(back)[0]).to.include({status: 'restored'}).and.property('reason').match(reason)
      expect(exitCodeOfTrashRestore(back)).to.equal(3)
      expect(account.hub.state.get(secret[0]!)?.private).to.equal(isPrivate)
    })
  }

  it('keeps what is public so', async () => {
    await restore()
    expect(account.hub.state.get(planned[0]!)?.private).to.equal(false)
    expect(account.hub.requests.some((each) => isSetting(each))).to.equal(false)
  })
})
