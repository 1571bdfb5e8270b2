import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {rename} from 'node:fs/promises'
import {join} from 'node:path'

import {type CleanupOptions} from '../../src/index.js'
import {NotAllowedError, RefusedError, UsageError} from '../../src/lib/base/errors.js'
import {DAY} from '../../src/lib/base/time.js'
import {
  exitCodeOfJobRestore,
  type JobRestoreOptions,
  type JobRestoreResult,
} from '../../src/lib/cleanup/job/restore.js'
import {Account, all, CARRIED, stampOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {isListing, isMove} from '../support/sandbox.js'

describe('undoing a job', () => {
  let account: Account
  let archive: string
  /** Full names of what the job takes, in the order in which it comes back. */
  let taken: string[]
  let ids: Array<string | undefined>

  const clean = (options: CleanupOptions = {}) => account.clean({olderThan: '30d', ...CARRIED, ...options})
  const statuses = ({outcomes}: JobRestoreResult) =>
    Object.fromEntries(outcomes.map(({name, status}) => [name, status]))
  const changes = () => account.hub.requests.filter(({method}) => method !== 'GET')

  beforeEach(async () => {
    account = await Account.open()
    archive = join(account.folder, 'copies')
    taken = [...account.old.toReversed(), ...account.older.toReversed()]
    ids = account.idsOf(taken)
  })

  afterEach(() => account.close())

  it('takes out of the trash what is there: the same datasets, once', async () => {
    await clean({trash: true, archive})
    const result = await account.undo()
    expect(statuses(result)).to.deep.equal(all(taken, 'restored'))
    expect(result.outcomes.map(({name}) => name)).to.deep.equal(taken)
    expect(new Set(result.outcomes.map(({from}) => from))).to.deep.equal(new Set(['trash']))
    expect(account.idsOf(taken)).to.deep.equal(ids)
    expect(result.moved?.reselected[0]?.runs).to.have.length(2)
    account.hub.requests.length = 0
    expect(statuses(await account.undo())).to.deep.equal(all(taken, 'present'))
    expect(changes()).to.deep.equal([])
  })

  it('restores from its archive what was deleted, and nothing else that is in that folder', async () => {
    await clean({run: [stampOf(account.old[0])], olderThan: undefined, archive})
    await clean({archive})
    const result = await account.undo()
    expect(statuses(result)).to.deep.equal(all(taken.slice(3), 'restored'))
    expect(exitCodeOfJobRestore(result)).to.equal(0)
    expect(account.names).to.not.include(account.old[0])
    expect(statuses(await account.undo())).to.deep.equal(all(taken.slice(3), 'present'))
  })

  it('takes each from where it is, and brings back what was deleted from the trash', async () => {
    await clean({trash: true, archive})
    account.hub.state.remove(account.inTrash([account.old[0]!])[0]!)
    const {outcomes} = await account.undo()
    expect(outcomes.filter(({from}) => from === 'archive').map(({name}) => name)).to.deep.equal([
      account.old[0],
    ])
    expect(account.names).to.include.members(taken)
  })

  it('undoes the emptying of the trash, under the names that datasets had outside', async () => {
    await clean({trash: true})
    await account.empty({all: true, archive, ...CARRIED})
    expect(statuses(await account.undo())).to.deep.equal(all(taken, 'restored'))
    expect(account.names).to.include.members(taken)
  })

  it('refuses what has no copy, and what another dataset has the name of', async () => {
    await clean({trash: true})
    account.add(account.older[0]!)
    const held = await account.undo()
    expect(statuses(held)).to.deep.equal({...all(account.old, 'restored'), ...all(account.older, 'refused')})
    expect(exitCodeOfJobRestore(held)).to.equal(3)
    await clean()
    const result = await account.undo()
    expect(result.counts).to.include({refused: result.outcomes.length, restored: 0})
    expect(result.outcomes[0]?.reason).to.equal('it was not archived')
  })

  it('does not take a copy of another dataset of that name for its own', async () => {
    await clean({archive})
    const [name = ''] = account.old
    const manifest = join(archive, `${name}.json`)
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(ids[2] ?? '', '0123456789abcdef01234567'))
    const {outcomes} = await account.undo()
    expect(Object.fromEntries(outcomes.map((each) => [each.name, each.status]))).to.deep.equal({
      ...all(account.old, 'refused'),
      ...all(account.older, 'restored'),
    })
    expect(outcomes.find((each) => each.name === name)?.reason).to.include('another dataset of its name')
  })

  it('only says in a dry run what it would do', async () => {
    await clean({trash: true})
    account.hub.requests.length = 0
    const {counts, dryRun} = await account.undo({dryRun: true})
    expect(dryRun).to.equal(true)
    expect(counts).to.include({restorable: 6})
    expect(changes()).to.deep.equal([])
  })

  it('says of what came back before Ctrl-C that it did', async () => {
    await clean({trash: true, archive})
    account.hub.state.remove(account.inTrash([account.older[0]!])[0]!)
    const controller = new AbortController()
    const result = await account.undo({
      signal: controller.signal,
      onMove: (event) => event.kind === 'finished' && controller.abort(),
      concurrency: 1,
    })
    expect(exitCodeOfJobRestore(result)).to.equal(130)
    expect(result.counts).to.include({restored: 1})
    expect(result.outcomes.find(({from}) => from === 'archive')?.status).to.equal('unattempted')
    expect(exitCodeOfJobRestore(await account.undo())).to.equal(0)
    expect(account.names).to.include.members(taken)
  })

  it('creates nothing where a move made something public', async () => {
    const secret = account.addRun(60 * DAY, {private: true})
    await clean({trash: true, archive, run: [stampOf(secret[0])], olderThan: undefined})
    account.hub.state.remove(account.inTrash([secret[0]!])[0]!)
    account.hub.state.moves.publish = true
    const result = await account.undo({concurrency: 1})
    expect(exitCodeOfJobRestore(result)).to.equal(3)
    expect(result.outcomes.find(({from}) => from === 'archive')).to.include({status: 'unattempted'})
    expect(account.names).to.not.include(secret[0])
  })

  it('does not create again what the listing does not show in the trash yet', async () => {
    for (const [hideFormerNames, names] of [
      [false, account.old],
      [true, account.older],
    ] as const) {
      await clean({trash: true, archive, run: [stampOf(names[0])], olderThan: undefined})
      Object.assign(account.hub.state.moves, {hideFormerNames, lagInListing: true})
      const {outcomes} = await account.undo()
      expect(outcomes.map(({status}) => status)).to.deep.equal(['failed', 'failed', 'failed'])
      expect(outcomes[0]?.reason).to.include('does not list')
      account.hub.state.moves.lagInListing = false
      expect((await account.undo()).counts).to.include({restored: 3})
    }
  })

  it('is refused where it does not fit, and changes nothing', async () => {
    await clean({archive})
    await rename(archive, `${archive}.moved`)
    account.hub.requests.length = 0
    const rejected: Array<[Partial<JobRestoreOptions>, abstract new (...parts: never[]) => Error, RegExp]> = [
      [{job: 'ffffffffffff'}, RefusedError, /No job/],
      [{}, RefusedError, /no longer in .*copies/],
      [{namespace: 'tinyagents'}, UsageError, /ran for mira/],
      [{endpoint: 'http://127.0.0.1:9'}, UsageError, /not for mira at http:\/\/127.0.0.1:9/],
      [{token: account.hub.tokens.read}, NotAllowedError, /read-only/],
      [{concurrency: 0}, UsageError, /concurrency/],
    ]
    const before = account.names
    for (const [options, kind, message] of rejected) {
      const error = await rejectionOf(account.undo(options))
      expect(error).to.be.instanceOf(kind)
      expect(error.message).to.match(message)
    }

    expect(changes()).to.deep.equal([])
    expect(account.names).to.deep.equal(before)
    expect(account.hub.requests.filter((each) => isListing(each)).length).to.equal(1)
    expect(account.hub.requests.filter((each) => isMove(each))).to.deep.equal([])
  })
})

describe('asking where the datasets of a job are', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open()
  })

  afterEach(() => account.close())

  const states = async (options = {}) => {
    const {found} = await account.check(options)
    return found.map(({state, isOther}) => (isOther ? `other ${state}` : state))
  }

  const trash = (options: CleanupOptions = {}) =>
    account.clean({run: [stampOf(account.old[0])], trash: true, ...CARRIED, ...options})
  const infos = () => account.hub.requests.filter(({path}) => /^\/api\/datasets\/.*expand=private/.test(path))

  it('finds them in the trash, back, gone, and replaced', async () => {
    await trash()
    account.hub.requests.length = 0
    expect(await states()).to.deep.equal(['trash', 'trash', 'trash'])
    // The listing agrees with the journal: nothing else is asked.
    expect(infos()).to.deep.equal([])
    const [first = '', second = '', third = ''] = account.inTrash(account.old)
    await account.untrash({all: true})
    expect(await states()).to.deep.equal(['back', 'back', 'back'])
    await trash()
    account.hub.state.remove(first)
    account.hub.state.remove(second)
    account.add(account.old[1]!)
    expect(await states()).to.deep.equal(['gone', 'other back', 'trash'])
    expect(account.names).to.include(third)
  })

  it('finds them whatever the listing and former names show', async () => {
    Object.assign(account.hub.state.moves, {hideFormerNames: true, lagInListing: true})
    await trash()
    expect(await states()).to.deep.equal(['trash', 'trash', 'trash'])
  })

  it('shows of what was not taken that it is still there', async () => {
    account.hub.intercept({match: isMove, respond: {status: 403, body: '{"error":"no"}'}})
    await trash()
    expect(await states()).to.deep.equal(['there', 'there', 'there'])
  })

  it('does not take what may be hidden for gone, nor what cannot be asked for', async () => {
    await trash({trash: false})
    expect(await states()).to.deep.equal(['gone', 'gone', 'gone'])
    account.hub.requests.length = 0
    account.hub.intercept({
      match: ({path}) => path.startsWith('/api/whoami'),
      alter(body) {
        const answer = JSON.parse(body.toString()) as {auth: {accessToken: unknown}}
        return Buffer.from(JSON.stringify({...answer, auth: {type: 'oauth', accessToken: {}}}))
      },
    })
    expect(await states()).to.deep.equal(['unknown', 'unknown', 'unknown'])
    expect(infos()).to.have.length(3)
    account.hub.intercept({
      match: ({path}) => path.startsWith('/api/datasets/'),
      respond: {status: 403, body: '{"error":"not yours"}'},
    })
    const {found} = await account.check()
    expect(found[0]?.reason).to.include('not yours')
  })
})
