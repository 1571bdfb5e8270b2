import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {type FileHandle, open, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {CancelledError, type CleanupOptions, RefusedError, UsageError} from '../../src/index.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, all, CARRIED, statusesOf} from '../support/account.js'

const isDownload = ({path}: {path: string}) => path.includes('/resolve/') && !path.includes('protection.json')
const isDownloadOf = (name: string) => (request: {path: string}) =>
  request.path.includes(`/datasets/${name}/resolve/`) && isDownload(request)

describe('an archive before a deletion', () => {
  let account: Account
  let dir: string
  let data: string
  let traces: string

  const clean = (options: CleanupOptions = {}) =>
    account.clean({olderThan: '30d', ...CARRIED, archive: dir, dataDir: data, ...options})

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
    dir = join(account.folder, 'copies')
    data = join(account.folder, 'data')
    traces = account.old[1] ?? ''
  })

  afterEach(() => account.close())

  it('[S19] has every file of every dataset in the folder before the first one goes', async () => {
    const result = await clean()
    expect(exitCodeOf(result)).to.equal(0)
    expect(result.archive).to.include({dir, datasets: 6, isShared: false, isLeaderboardOnly: false})
    const kinds = account.hub.requests.filter((request) => isDownload(request) || request.method === 'DELETE')
    const firstDeletion = kinds.findIndex(({method}) => method === 'DELETE')
    expect(firstDeletion).to.equal(kinds.findLastIndex((request) => isDownload(request)) + 1)
    for (const name of [...account.old, ...account.older]) {
      expect(readFileSync(join(dir, name, 'README.md'), 'utf8')).to.equal(`# ${name}\n`)
      expect(readFileSync(join(dir, name, 'data/a.parquet'), 'utf8')).to.equal(name)
    }

    if (process.platform !== 'win32') expect((await stat(join(dir, 'mira'))).mode % 0o100).to.equal(0)
  })

  it('is part of the plan, and not made in a dry run', async () => {
    const result = await clean({dryRun: true, deleteLeaderboard: true})
    expect([result.plan.archives, result.archive]).to.deep.equal([true, undefined])
    expect((await clean({dryRun: true, archive: undefined})).plan.archives).to.equal(false)
    expect(readdirSync(account.folder)).to.deep.equal([])
  })

  it('[S19] keeps the whole run of which one dataset could not be archived, and says why', async () => {
    account.hub.intercept({
      match: isDownloadOf(traces),
      respond: {status: 404, headers: {'X-Error-Code': 'EntryNotFound'}},
    })
    const result = await clean()
    expect([exitCodeOf(result), statusesOf(result.outcomes)]).to.deep.equal([
      3,
      {...all(account.old, 'skipped'), ...all(account.older, 'deleted')},
    ])
    const reasons = new Map(result.outcomes.map(({name, reason}) => [name, reason]))
    expect(reasons.get(traces)).to.match(/^not archived: /)
    expect(reasons.get(account.old[0] ?? '')).to.match(/^not archived: the traces of this run: /)
  })

  it('[S10] keeps what changed while it was archived', async () => {
    account.hub.intercept({
      match: isDownloadOf(traces),
      times: 1,
      before: () => void account.hub.state.touch(traces),
    })
    expect((await clean()).counts).to.include({deleted: 3, skipped: 3})
    expect(account.names).to.include.members(account.old)
  })

  it('[S19] that is interrupted deletes nothing, and leaves no half copy', async () => {
    const stop = new AbortController()
    account.hub.intercept({match: isDownloadOf(traces), before: () => stop.abort()})
    await account.refused(clean({signal: stop.signal}), CancelledError)
    expect(existsSync(join(dir, `${traces}.json`))).to.equal(false)
  })

  it('[S19] deletes nothing at all where the disk is full, and does not go on filling it', async () => {
    const handle = await open(account.folder)
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const {write} = prototype
    prototype.write = () =>
      Promise.reject(Object.assign(new Error('ENOSPC: no space left'), {code: 'ENOSPC'}))
    try {
      const error = await account.refused(clean({journal: false, concurrency: 1}), RefusedError)
      expect(error.exitCode).to.equal(1)
      expect(error.message).to.include('the disk is full').and.include(dir)
    } finally {
      prototype.write = write
    }

    expect(account.hub.requests.filter((request) => isDownload(request)).length).to.be.at.most(9)
    expect((await clean()).counts.deleted).to.equal(6)
  })

  it('keeps a run with a file name that no disk takes, and says what to do about it', async () => {
    account.write(traces, 'data/run:1.parquet', 'x')
    const reason = (await clean()).outcomes.find(({name}) => name === traces)?.reason
    expect(reason).to.match(
      /"data\/run:1.parquet".*: rename it on the Hub, or delete the run without an archive/,
    )
  })

  it('[S19] is refused into what is no folder, in a dry run too, before anything is sent', async () => {
    await writeFile(dir, 'a file\n')
    for (const archive of [dir, join(dir, 'inside')]) {
      for (const dryRun of [false, true]) await account.refused(clean({archive, dryRun}), UsageError)
    }

    expect(account.hub.requests).to.deep.equal([])
  })

  it('[S12] holds the leaderboard beside the others where a folder is given', async () => {
    expect((await clean({deleteLeaderboard: true})).archive).to.include({dir, datasets: 7})
    expect(existsSync(join(data, 'archives'))).to.equal(false)
  })
})

describe('the journal of a deletion', () => {
  let account: Account
  let data: string
  const clean = (options: CleanupOptions) =>
    account.clean({olderThan: '30d', ...CARRIED, dataDir: data, ...options})

  beforeEach(async () => {
    account = await Account.open()
    data = join(account.folder, 'data')
  })

  afterEach(() => account.close())

  it('[S14] that cannot be written ends it all before anything is sent, unless none is asked for', async () => {
    await writeFile(data, 'in the way\n')
    const error = await account.refused(clean({}), RefusedError)
    expect(error.exitCode).to.equal(1)
    expect(error.message).to.include('journal')
    expect(account.hub.requests).to.deep.equal([])
    expect((await clean({journal: false})).counts.deleted).to.equal(6)
  })

  it('is not written for a dry run, nor where there is nothing to do, nor where the answer was no', async () => {
    for (const options of [{dryRun: true}, {olderThan: '2y'}, {yes: false, confirm: () => false}])
      await clean(options)
    expect(existsSync(join(data, 'journal')) ? readdirSync(join(data, 'journal')) : []).to.deep.equal([])
  })
})
