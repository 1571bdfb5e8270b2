import {expect} from 'chai'
import {join} from 'node:path'

import {restoreDatasets} from '../../src/index.js'
import {UsageError} from '../../src/lib/base/errors.js'
import {DAY} from '../../src/lib/base/time.js'
import {exitCodeOf, PlanRefusedError} from '../../src/lib/cleanup/result.js'
import {type EmptyOptions} from '../../src/lib/cleanup/trash/empty.js'
import {Account, all, CARRIED, stampOf, statusesOf} from '../support/account.js'
import {type FaultName, FAULTS} from '../support/faults.js'
import {withoutPauses} from '../support/pauses.js'
import {isDelete} from '../support/sandbox.js'

describe('[S21] emptying the trash', () => {
  let account: Account
  /** Names in the trash of what two old runs have, in the order of the DELETEs. */
  let older: string[]
  let old: string[]

  const empty = (options: EmptyOptions = {}) =>
    account.empty({all: true, concurrency: 1, ...CARRIED, ...options})
  /** What another client does right before the first DELETE. */
  const meanwhile = (act: () => void) => {
    let isDone = false
    return () => {
      if (!isDone) act()
      isDone = true
    }
  }

  beforeEach(async () => {
    account = await Account.open()
    older = account.inTrash(account.older)
    old = account.inTrash(account.old)
    await account.clean({olderThan: '30d', trash: true, ...CARRIED})
    account.hub.requests.length = 0
  })

  afterEach(() => account.close())

  it('deletes what is there, and asks for each name right before its DELETE', async () => {
    const result = await empty()
    expect(statusesOf(result.outcomes)).to.deep.equal(all([...older, ...old], 'deleted'))
    expect(exitCodeOf(result)).to.equal(0)
    expect(account.names).to.have.members(account.recent)
    const names = account.hub.requests.map(
      ({path, body = ''}) => /smoltrace-trash-[-\w]+/.exec(path + body)?.[0],
    )
    for (const [index, {method}] of account.hub.requests.entries())
      if (method === 'DELETE') expect(names[index - 1], 'asked for before').to.equal(names[index])
    expect(result.remaining).to.deep.equal({runs: 0, datasets: 0})
  })

  it('is a dry run unless told otherwise, and needs a choice and its own phrase', async () => {
    const dry = await account.empty({olderThan: '1d', all: undefined})
    expect(dry).to.include({dryRun: true, wouldDelete: 0})
    expect((await account.empty({all: true})).plan.phrase).to.equal('YES DELETE ALL')
    expect(dry.plan.phrase).to.equal('DELETE')
    for (const options of [{all: false}, {all: undefined, only: ['traces' as const]}, {olderThan: '1d'}])
      await account.refused(empty(options), UsageError)
    await account.refused(account.empty({all: true, dryRun: false}), UsageError)
    expect(account.hub.requests.filter(({method}) => method !== 'GET')).to.deep.equal([])
  })

  it('counts from the end of the day of the move, by the clock of the Hub', async () => {
    const midnight = Math.ceil((account.now + 1) / DAY) * DAY
    for (const [now, count] of [
      [midnight + DAY - 1000, 0],
      [midnight + DAY, 0],
      [midnight + DAY + 1000, 6],
    ] as const) {
      account.now = now
      expect((await account.empty({olderThan: '1d'})).wouldDelete, new Date(now).toISOString()).to.equal(
        count,
      )
    }

    // This machine is ahead, so the Hub's clock counts.
    account.now = midnight
    const ahead = {clock: () => new Date(midnight + 2 * DAY)}
    expect((await account.empty({olderThan: '1d', ...ahead})).wouldDelete).to.equal(0)
  })

  it('takes only what it is told to', async () => {
    const result = await empty({only: ['traces']})
    expect(Object.keys(statusesOf(result.outcomes))).to.have.members([older[1], old[1]])
    expect(account.names).to.include.members([older[0], older[2], ...account.recent])
  })

  const between: Array<[what: string, act: (name: string) => unknown, status: string]> = [
    ['restored', (name) => rename(name, name.replace(/trash-\d+-/, '')), 'skipped'],
    ['changed', (name) => account.hub.state.touch(name), 'skipped'],
    ['replaced', (name) => account.makeAnew(name), 'skipped'],
    ['deleted', (name) => account.hub.state.remove(name), 'gone'],
  ]
  const rename = (name: string, to: string) => account.hub.state.rename(account.hub.state.get(name)!, to)
  for (const [what, act, status] of between) {
    for (const letDeleteFollow of [false, true]) {
      it(`leaves a run of which something was ${what} meanwhile${letDeleteFollow ? ', where a DELETE follows' : ''}`, async () => {
        account.hub.state.moves.letDeleteFollow = letDeleteFollow
        const run = meanwhile(() => act(older[0]!))
        const ids = account.idsOf(older)
        const result = await empty({onEvent: ({kind}) => kind === 'started' && run()})
        const rest = status === 'gone' ? 'deleted' : 'unattempted'
        expect(result.outcomes.map((outcome) => outcome.status).toSorted()).to.deep.equal(
          [status, rest, rest, 'deleted', 'deleted', 'deleted'].toSorted(),
        )
        expect(statusesOf(result.outcomes)[older[0]!]).to.equal(status)
        expect(exitCodeOf(result)).to.equal(status === 'gone' ? 0 : 3)
        const left = new Set(account.hub.state.datasets().map(({_id}) => _id))
        if (status === 'skipped') for (const id of ids.slice(1)) expect(left.has(id!)).to.equal(true)
        if (what === 'restored') expect(left.has(ids[0]!), 'what was restored').to.equal(true)
      })
    }
  }

  it('touches nothing that was restored, though the listing still has its names there', async () => {
    for (const hideFormerNames of [false, true]) {
      account.hub.state.moves.hideFormerNames = hideFormerNames
      account.hub.state.moves.letDeleteFollow = true
      account.hub.state.moves.lagInListing = false
      await account.untrash({all: true})
      account.hub.state.moves.lagInListing = true
      const result = await empty()
      expect(result.counts.deleted).to.equal(0)
      expect(account.names).to.include.members([...account.older, ...account.old])
      account.hub.state.moves.lagInListing = false
      await account.clean({olderThan: '30d', trash: true, ...CARRIED})
    }
  })

  it('says of what another renamed at the last moment that it is not deleted', async () => {
    account.hub.intercept({
      match: isDelete,
      times: 1,
      before: () => rename(older[0]!, account.older[0]!),
      ...FAULTS['reset before the Hub acted'],
    })
    account.hub.state.moves.hideFormerNames = true
    account.hub.state.get(older[0]!)!.private = true
    const result = await withoutPauses(() => empty())
    expect(result.outcomes.find(({name}) => name === older[0])).to.include({status: 'gone'})
    expect(result.outcomes.find(({name}) => name === older[0])?.reason).to.include(account.older[0])
  })

  const answers: Array<[fault: FaultName, status: 'deleted' | 'failed']> = [
    ['500', 'deleted'],
    ['502 with a page, though the Hub acted', 'deleted'],
    ['reset before the Hub acted', 'deleted'],
    ['reset after the Hub acted', 'deleted'],
    ['202 with OK', 'deleted'],
    ['OK, and nothing is done', 'failed'],
    ['403', 'failed'],
  ]
  for (const [fault, status] of answers) {
    it(`settles a DELETE that the Hub answers with: ${fault}`, async () => {
      account.hub.intercept({...FAULTS[fault], match: isDelete, times: 1})
      const result = await withoutPauses(() => empty())
      expect(statusesOf(result.outcomes)[older[0]!]).to.equal(status)
      expect(account.names.includes(older[0]!)).to.equal(status === 'failed')
    })
  }

  it('deletes nothing whose name cannot be asked for', async () => {
    account.hub.intercept({...FAULTS['403'], match: ({path}) => path.startsWith(`/api/datasets/${older[0]}`)})
    const result = await withoutPauses(() => empty())
    expect(statusesOf(result.outcomes)).to.include({[older[0]!]: 'failed', [older[1]!]: 'unattempted'})
    expect(account.names).to.include.members(older)
    expect(account.deletions).to.have.members(old)
  })

  it('does not say that nothing was sent for what was lost, and can no longer be asked for', async () => {
    account.hub.intercept({...FAULTS['reset before the Hub acted'], match: isDelete, times: 1})
    const isLook = ({path}: {path: string}) => path.startsWith(`/api/datasets/${older[0]}?`)
    // Once before it, and once after it was lost.
    account.hub.intercept({...FAULTS['403'], match: isLook, skip: 2})
    const result = await withoutPauses(() => empty({concurrency: 2}))
    expect(result.outcomes.find(({name}) => name === older[0])).to.include({
      status: 'failed',
      uncertain: true,
    })
  })

  it('stops at Ctrl-C between the look and the DELETE', async () => {
    const controller = new AbortController()
    account.hub.intercept({
      match: ({path}) => path.startsWith(`/api/datasets/${older[0]}?`),
      before: () => controller.abort(),
    })
    const result = await empty({signal: controller.signal})
    expect(result.counts).to.include({deleted: 0, unattempted: 6})
    expect([exitCodeOf(result), account.deletions]).to.deep.equal([130, []])
  })

  const pins: Array<[where: string, pin: () => Promise<unknown>]> = [
    ['the protection file', async () => account.addBoard({protection: fileWith(stampOf(older[0]))})],
    ['the card of what is there', async () => account.write(older[2]!, 'README.md', PINNED)],
    [
      'the card of what is not there',
      async () => {
        rename(older[2]!, account.older[2]!)
        account.write(account.older[2]!, 'README.md', PINNED)
      },
    ],
  ]
  const PINNED = '---\ntags:\n- smoltrace-pinned\n---\n'
  const fileWith = (run: string) =>
    JSON.stringify({version: 1, runs: {[run]: {by: 'mira', at: '2026-01-01T00:00:00.000Z'}}})
  for (const [where, pin] of pins) {
    it(`keeps a run that is pinned by ${where}, before the plan and after it`, async () => {
      const ids = account.idsOf(older)
      const {counts} = await empty({
        yes: false,
        async confirm() {
          await pin()
          return true
        },
      })
      expect(counts.deleted).to.equal(3)
      const dry = await account.empty({all: true})
      expect(dry.plan.delete).to.deep.equal([])
      expect(dry.plan.keep.flatMap(({reasons}) => reasons.map(({rule}) => rule))).to.deep.equal(['pinned'])
      const left = new Set(account.hub.state.datasets().map(({_id}) => _id))
      for (const id of ids) expect(left.has(id!)).to.equal(true)
    })
  }

  it('archives under the names that they had, from which they come back', async () => {
    const dir = join(account.folder, 'copies')
    const result = await empty({archive: dir})
    expect(result.counts.deleted).to.equal(6)
    await restoreDatasets({...account.connection, dir})
    expect(account.names).to.include.members([...account.older, ...account.old])
  })

  for (const content of ['the same', 'other'])
    it(`loses neither of two datasets that had one name, with ${content} content, where they are archived`, async () => {
      const [first = ''] = older
      const card = content === 'other' ? content : `# ${account.older[0]}\n`
      account.hub.state.addDataset({
        name: first.replace(/trash-\d+/, 'trash-20260101'),
        createdAt: new Date(account.now - 90 * DAY),
        files: {'README.md': card, 'data/a.parquet': account.older[0]!},
      })
      const {counts, outcomes} = await empty({archive: join(account.folder, 'copies'), concurrency: 4})
      expect(counts).to.include(content === 'other' ? {deleted: 3, skipped: 4} : {deleted: 7})
      for (const {status, reason} of outcomes)
        if (status === 'skipped') expect(reason).to.include('already has another version of it')
    })

  it('keeps what cannot be archived', async () => {
    account.hub.intercept({
      ...FAULTS['403'],
      match: ({path}) => path.includes(older[2]!) && path.includes('/tree/'),
    })
    const result = await withoutPauses(() => empty({archive: join(account.folder, 'copies')}))
    expect(result.counts).to.include({deleted: 3, skipped: 3})
    expect(account.names).to.include.members(older)
  })

  it('is limited by a share of what is in the trash', async () => {
    await account.refused(empty({maxDelete: '90%'}), PlanRefusedError)
    await account.refused(empty({maxDelete: 5}), PlanRefusedError)
    expect((await empty({maxDelete: '100%'})).counts.deleted).to.equal(6)
  })

  it('needs a token that may delete', async () => {
    const token = account.hub.tokens.read
    const error = await account.refused(empty({token}), Error)
    expect(error.name).to.equal('NotAllowedError')
    expect(account.hub.requests.some(({path}) => path.startsWith('/api/datasets?'))).to.equal(false)
  })
})
