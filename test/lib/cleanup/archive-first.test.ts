import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {type FileHandle, mkdir, mkdtemp, open, rm, stat, writeFile} from 'node:fs/promises'
import {hostname, tmpdir} from 'node:os'
import {join} from 'node:path'

import {CancelledError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {DAY} from '../../../src/lib/base/time.js'
import {cleanupDatasets, type CleanupOptions} from '../../../src/lib/cleanup/cleanup.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {ago, NOW, rejectionOf, runDatasets} from '../../support/builders.js'
import {deletionsAt, namesAt} from '../../support/hub.js'

const OLD = '20260801_120000'
const OLDER = '20260701_120000'
const BOARD = 'mira/smoltrace-leaderboard'

describe('archiving before a deletion', () => {
  let hub: Sandbox
  let folder: string
  let dir: string

  const clean = (options: CleanupOptions = {}) =>
    cleanupDatasets({
      token: hub.token,
      endpoint: hub.url,
      env: {},
      clock: () => NOW,
      all: true,
      dryRun: false,
      yes: true,
      archive: dir,
      dataDir: join(folder, 'data'),
      ...options,
    })
  const isDownloadOf = (name: string) => (request: {path: string}) =>
    request.path.includes(`/datasets/${name}/resolve/`) && isDownload(request)
  const isDownload = ({path}: {path: string}) =>
    path.includes('/resolve/') && !path.includes('protection.json')

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty', clock: () => NOW})
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-archiving-'))
    dir = join(folder, 'archive')
    for (const stamp of [OLD, OLDER]) {
      for (const {name, createdAt} of runDatasets(stamp)) {
        const own = name.replace('kim/', 'mira/')
        hub.state.addDataset({
          name: own,
          createdAt,
          files: {'README.md': `# ${own}\n`, 'data/a.parquet': own},
        })
      }
    }

    hub.state.addDataset({name: BOARD, createdAt: ago(90 * DAY), files: {'data/train.csv': 'model\n'}})
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  it('[S20] has every file of every dataset in the folder before the first one goes', async () => {
    const result = await clean()
    expect(exitCodeOf(result)).to.equal(0)
    expect(result.archive).to.include({dir, datasets: 6})
    const kinds = hub.requests.filter((request) => isDownload(request) || request.method === 'DELETE')
    const firstDeletion = kinds.findIndex(({method}) => method === 'DELETE')
    expect(firstDeletion).to.be.greaterThan(0)
    expect(kinds.slice(firstDeletion).some((request) => isDownload(request))).to.equal(false)
    for (const type of ['results', 'traces', 'metrics']) {
      const name = `mira/smoltrace-${type}-${OLD}`
      expect(readFileSync(join(dir, name, 'README.md'), 'utf8')).to.equal(`# ${name}\n`)
      expect(readFileSync(join(dir, name, 'data/a.parquet'), 'utf8')).to.equal(name)
    }
  })

  it('makes a plan that says so', async () => {
    expect((await clean({dryRun: true})).plan.archives).to.equal(true)
    expect((await clean({dryRun: true, archive: undefined})).plan.archives).to.equal(false)
  })

  it('does nothing in a dry run', async () => {
    const result = await clean({dryRun: true, deleteLeaderboard: true})
    expect(result.archive).to.equal(undefined)
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('keeps the whole run of which one dataset could not be archived, and says why', async () => {
    const name = `mira/smoltrace-traces-${OLD}`
    hub.intercept({
      match: isDownloadOf(name),
      respond: {status: 404, headers: {'X-Error-Code': 'EntryNotFound'}},
    })
    const result = await clean()
    expect(exitCodeOf(result)).to.equal(3)
    expect(result.counts).to.include({deleted: 3, skipped: 3})
    const reasons = new Map(result.outcomes.map((outcome) => [outcome.name, outcome.reason]))
    expect(reasons.get(name)).to.match(/^not archived: /)
    expect(reasons.get(`mira/smoltrace-metrics-${OLD}`)).to.match(/^not archived: the traces of this run: /)
    expect(namesAt(hub).filter((each) => each.includes(OLD))).to.have.length(3)
  })

  it('[S10] keeps what changed while it was archived', async () => {
    const name = `mira/smoltrace-traces-${OLD}`
    hub.intercept({match: isDownloadOf(name), times: 1, before: () => hub.state.touch(name)})
    const result = await clean()
    expect(result.counts).to.include({deleted: 3, skipped: 3})
    expect(namesAt(hub)).to.include(name)
  })

  it('that is interrupted deletes nothing', async () => {
    const controller = new AbortController()
    hub.intercept({match: isDownloadOf(`mira/smoltrace-results-${OLD}`), before: () => controller.abort()})
    const error = await rejectionOf(clean({signal: controller.signal}))
    expect(error).to.be.instanceOf(CancelledError).and.to.have.property('exitCode', 130)
    expect(deletionsAt(hub)).to.deep.equal([])
    expect(existsSync(join(dir, `mira/smoltrace-results-${OLD}.json`))).to.equal(false)
  })

  it('deletes nothing at all where the disk is full, and does not go on filling it', async () => {
    const handle = await open(folder)
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const {write} = prototype
    prototype.write = () =>
      Promise.reject(Object.assign(new Error('ENOSPC: no space left'), {code: 'ENOSPC'}))
    try {
      const error = await rejectionOf(clean({journal: false, concurrency: 1}))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include('no space is left on the disk').and.include(dir)
    } finally {
      prototype.write = write
    }

    expect(deletionsAt(hub)).to.deep.equal([])
    expect(hub.requests.filter((request) => isDownload(request)).length).to.be.at.most(9)
    expect((await clean()).counts.deleted).to.equal(6)
  })

  it('says of a name that no disk would take everywhere what to do about it', async () => {
    const name = `mira/smoltrace-traces-${OLD}`
    const repo = hub.state.get(name)
    if (repo)
      hub.state.commit(
        repo,
        'Add',
        new Map(['data/run:1.parquet', 'aux.txt'].map((path) => [path, repo.files.get('README.md') ?? null])),
      )
    const {outcomes} = await clean()
    const reason = outcomes.find((outcome) => outcome.name === name)?.reason
    expect(reason).to.include('"data/run:1.parquet"').and.include('"aux.txt"')
    expect(reason).to.include('rename it on the Hub, or delete the run without --archive')
  })

  it('is refused where another process archives into the folder, and nothing is deleted', async () => {
    await mkdir(join(dir, 'mira'), {recursive: true})
    const holder = {pid: process.ppid, host: hostname(), token: 'x'}
    await writeFile(join(dir, 'mira', '.archiving.lock'), JSON.stringify(holder))
    const error = await rejectionOf(clean())
    expect(error).to.be.instanceOf(RefusedError)
    expect(error.message).to.include('another process')
    expect((error as RefusedError).suggestions.join(' '))
      .to.include('Wait until the other one is done')
      .and.not.include('another folder')
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('keeps what it wrote from others on this machine', async () => {
    await clean()
    if (process.platform === 'win32') return
    expect((await stat(join(dir, 'mira'))).mode % 0o100).to.equal(0)
  })

  it('is refused into what is no folder, in a dry run too, before anything is sent', async () => {
    await writeFile(dir, 'a file\n')
    for (const archive of [dir, join(dir, 'inside'), '']) {
      for (const dryRun of [false, true])
        expect(await rejectionOf(clean({archive, dryRun}))).to.be.instanceOf(UsageError)
    }

    expect(hub.requests).to.deep.equal([])
  })

  describe('the leaderboard', () => {
    const options: CleanupOptions = {all: undefined, deleteLeaderboard: true, archive: undefined}

    it('is always done, into the data directory, and it is said where', async () => {
      const result = await clean(options)
      expect(exitCodeOf(result)).to.equal(0)
      expect(namesAt(hub)).not.to.include(BOARD)
      expect(result.archive?.dir).to.equal(join(folder, 'data/archives/20261005_120000'))
      expect(readFileSync(join(result.archive?.dir ?? '', BOARD, 'data/train.csv'), 'utf8')).to.equal(
        'model\n',
      )
    })

    it('is done beside the others where a folder is given', async () => {
      const result = await clean({all: true, deleteLeaderboard: true})
      expect(result.archive).to.include({dir, datasets: 7})
      expect(existsSync(join(folder, 'data/archives'))).to.equal(false)
    })

    it('[S12] keeps it where that fails, though everything else goes', async () => {
      hub.intercept({match: isDownloadOf(BOARD), respond: {status: 403, body: 'no'}})
      const result = await clean({all: true, deleteLeaderboard: true, archive: undefined})
      expect(exitCodeOf(result)).to.equal(3)
      expect(result.counts).to.include({deleted: 6, skipped: 1})
      expect(namesAt(hub)).to.deep.equal([BOARD])
    })

    it('is left undone where it stays', async () => {
      await clean({archive: undefined})
      expect(existsSync(join(folder, 'data/archives'))).to.equal(false)
    })
  })

  describe('and the journal', () => {
    const journals = () => readdirSync(join(folder, 'data/journal')).filter((name) => name.endsWith('.jsonl'))

    it('say where the other is', async () => {
      const result = await clean()
      expect(result.journal).to.equal(join(folder, 'data/journal', journals()[0] ?? ''))
      const [header = ''] = readFileSync(result.journal ?? '', 'utf8').split('\n')
      expect(JSON.parse(header)).to.include({kind: 'plan', archive: dir, confirmedBy: 'yes'})
    })

    it('that cannot be written ends it all, before anything is sent', async () => {
      await writeFile(join(folder, 'data'), 'in the way\n')
      const error = await rejectionOf(clean())
      expect(error).to.have.property('exitCode', 1)
      expect(error.message).to.include('journal')
      expect(hub.requests).to.deep.equal([])
      expect((await clean({journal: false})).counts.deleted).to.equal(6)
    })

    it('is not written for a dry run, nor where there is nothing to do, nor where nobody agreed', async () => {
      await clean({dryRun: true})
      await clean({all: undefined, olderThan: '2y'})
      await clean({yes: false, confirm: () => false})
      expect(journals()).to.deep.equal([])
    })
  })
})
