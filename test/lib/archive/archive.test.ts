import {expect} from 'chai'
import {statSync, writeFileSync} from 'node:fs'
import {appendFile, chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {type ArchiveEvent} from '../../../src/lib/archive/archive.js'
import {mayHoldOthers} from '../../../src/lib/archive/entries.js'
import {type Manifest, parseManifest} from '../../../src/lib/archive/manifest.js'
import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {type Repo} from '../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../support/builders.js'
import {gate, until} from '../../support/hub.js'
import {type Fault, type Sandbox} from '../../support/sandbox.js'
import {
  archiveAt,
  CREATED,
  datasetsAt,
  fileOf,
  FILES,
  NAME,
  openBench,
  OWN,
  reasonOf,
  silenceHolder,
  stagedIn,
  treeOf,
} from './support.js'

const isDownload: Fault['match'] = ({path}) => path.includes('/resolve')
const isFile: Fault['match'] = ({path}) => path.startsWith('/datasets/') && path.includes('/resolve')
const isTree: Fault['match'] = ({path}) => path.includes('/tree/')
const PARQUET = 'data/train-00000-of-00001.parquet'
const TRACES = NAME.replace('results', 'traces')

describe('archiving', () => {
  let hub: Sandbox
  let dir: string
  let close: () => Promise<void>

  beforeEach(async () => {
    ;({hub, dir, close} = await openBench())
  })

  afterEach(() => close())

  const homeIn = (folder: string) => join(folder, 'mira', OWN)
  const home = () => homeIn(dir)
  const manifestPath = () => `${home()}.json`
  const partial = () => join(dir, 'mira', `.${OWN}.0.partial`)
  const namesIn = () => readdir(join(dir, 'mira'))
  const repo = (): Repo => hub.state.get(NAME)!
  const manifest = async (): Promise<Manifest> => parseManifest(await readFile(manifestPath(), 'utf8'))
  const asked = () => hub.requests.filter((request) => isFile({...request, body: ''})).length
  const expectArchived = async () => {
    const results = await archiveAt(hub, dir)
    expect(results.get(NAME)?.status, reasonOf(results)).to.equal('archived')
  }

  /** Deletes the dataset, and re-creates it. */
  const replace = (createdAt = CREATED, files: Record<string, string | Uint8Array> = FILES) => {
    hub.state.remove(NAME)
    hub.state.addDataset({name: NAME, createdAt, private: true, files})
  }

  it('can be asked whether the folder may hold others, also incomplete ones', async () => {
    await expectArchived()
    const known = new Set([NAME])
    expect(await mayHoldOthers(dir, known)).to.equal(false)
    expect(await mayHoldOthers(dir, new Set())).to.equal(true)
    await mkdir(join(dir, 'acme', OWN), {recursive: true})
    expect(await mayHoldOthers(dir, known)).to.equal(true)
    expect(await mayHoldOthers(join(dir, 'none'), known)).to.equal(true)
  })

  it('leaves every file as the dataset has it, the manifest, and nothing else', async () => {
    const results = await archiveAt(hub, dir)
    const {files} = repo()
    const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes().length, 0)
    expect(results.get(NAME)).to.deep.equal({status: 'archived', bytes})
    for (const [path, file] of files)
      expect((await readFile(join(home(), path))).equals(file.bytes()), path).to.equal(true)
    expect(await namesIn()).to.have.members([OWN, `${OWN}.json`])
    const paths = Object.keys(treeOf(home())).filter((path) => !path.endsWith('/'))
    expect(paths).to.have.members([...files.keys()])
    expect(hub.state.cdn.requests).to.be.greaterThan(0)
    expect(hub.state.cdn.sawAuthorization).to.equal(false)
  })

  it('records what is known of the dataset', async () => {
    await archiveAt(hub, dir)
    const {files, ...facts} = await manifest()
    expect(facts).to.deep.include({
      endpoint: hub.url,
      namespace: 'mira',
      name: NAME,
      id: repo()._id,
      sha: repo().sha,
      visibility: 'private',
      gated: false,
      createdAt: new Date(CREATED),
      archivedAt: new Date('2026-02-01T00:00:00Z'),
      previousIdentities: [],
    })
    const inOrder = `${JSON.stringify(await manifest(), undefined, 2)}\n`
    expect(await readFile(manifestPath(), 'utf8')).to.equal(inOrder)
    expect(facts.tags).to.include('smoltrace')
    expect(facts.program).to.match(/^smoltrace\/\d/)
    const inLfs = files.filter(({sha256}) => sha256 !== undefined).map(({path}) => path)
    expect(inLfs).to.have.members([PARQUET, 'empty.parquet'])
  })

  it('archives the commit that was listed, not what came later', async () => {
    const datasets = await datasetsAt(hub)
    hub.state.touch(NAME)
    expect((await archiveAt(hub, dir, {datasets})).get(NAME)).to.include({status: 'archived'})
    expect((await manifest()).sha).to.equal(datasets[0]?.sha)
    expect(await readdir(home())).not.to.include('notes.txt')
  })

  it('reports how far it has come', async () => {
    hub.state.addDataset({name: TRACES, createdAt: CREATED, files: {x: 'y'}})
    const events: ArchiveEvent[] = []
    const results = await archiveAt(hub, dir, {concurrency: 1, onEvent: (event) => void events.push(event)})
    const sizes = [...results.values()].map((result) => (result.status === 'archived' ? result.bytes : 0))
    expect(events.map(({done, of}) => [done, of].join('/'))).to.deep.equal(['0/2', '1/2', '1/2', '2/2'])
    expect(events.at(-1)?.bytes).to.equal(sizes.reduce((a, b) => a + b, 0))
  })

  describe('a second time', () => {
    for (const [title, damage, fetched] of [
      ['checks what is there and fetches nothing', async () => {}, 0],
      [
        'fetches again what is broken or missing, and only that',
        async () => {
          await appendFile(join(home(), 'README.md'), 'x')
          await writeFile(join(home(), PARQUET), Buffer.alloc(300_000))
          await rm(join(home(), 'deep'), {recursive: true})
        },
        3,
      ],
      ['writes the manifest where only that is missing', () => rm(manifestPath()), 0],
    ] as Array<[string, () => Promise<void>, number]>)
      it(title, async () => {
        await archiveAt(hub, dir)
        const before = treeOf(dir)
        await damage()
        hub.requests.length = 0
        await expectArchived()
        expect(treeOf(dir)).to.deep.equal(before)
        expect(asked()).to.equal(fetched)
      })

    it('keeps the former identity where the same content has come back under another', async () => {
      await archiveAt(hub, dir)
      const {id, sha, createdAt, archivedAt} = await manifest()
      replace('2026-03-01')
      await expectArchived()
      const now = await manifest()
      expect(now.id).to.equal(repo()._id).and.not.to.equal(id)
      expect(now.previousIdentities).to.deep.equal([{id, sha, createdAt, archivedAt}])
    })

    it('leaves a manifest that says the same as it is', async () => {
      await archiveAt(hub, dir)
      const text = await readFile(manifestPath(), 'utf8')
      const earlier = text.replace('2026-02-01', '2026-01-31')
      await writeFile(manifestPath(), earlier)
      await expectArchived()
      expect(await readFile(manifestPath(), 'utf8')).to.equal(earlier)
    })

    it('is the same where a file has moved into LFS, and records a visibility that has changed', async () => {
      await archiveAt(hub, dir)
      repo().private = false
      await expectArchived()
      expect(await manifest()).to.deep.include({visibility: 'public', previousIdentities: []})
      const file = repo().files.get('README.md')!
      hub.state.commit(repo(), 'Move', new Map([['README.md', {...file, lfs: true}]]))
      await expectArchived()
      expect((await manifest()).sha).to.equal(repo().sha)
    })

    for (const [title, change] of [
      ['another file', () => void hub.state.touch(NAME)],
      ['another size', () => replace(CREATED, {...FILES, 'empty.txt': 'not empty'})],
      ['other bytes', () => replace(CREATED, {...FILES, 'deep/er/and/deeper/notes.txt': 'y'})],
    ] as const)
      it(`leaves an archive of another version alone: ${title}`, async () => {
        await archiveAt(hub, dir)
        const before = treeOf(dir)
        change()
        const reason = 'already has another version of it: use another folder'
        expect(reasonOf(await archiveAt(hub, dir))).to.include(reason)
        expect(treeOf(dir)).to.deep.equal(before)
      })
  })

  describe('that is refused', () => {
    const answer = (change: object) => () => {
      const {_id, sha} = repo()
      const dates = {createdAt: CREATED, lastModified: CREATED}
      const body = JSON.stringify({_id, id: NAME, sha, private: true, gated: false, ...dates, ...change})
      hub.intercept({match: ({path}) => path.includes('/revision/'), respond: {status: 200, body}})
    }

    const list = (entries: object[]) =>
      hub.intercept({match: isTree, respond: {status: 200, body: JSON.stringify(entries)}})
    const endEarly = () => {
      const entries = [...repo().files].map(([path, file]) => fileOf(path, file.bytes()))
      list(entries.slice(3).map((entry) => ({type: 'file', ...entry})))
    }

    const addByHand = async () => {
      await mkdir(home())
      await writeFile(join(home(), 'README.md'), 'mine')
    }

    const addToArchive = async () => {
      await archiveAt(hub, dir)
      await writeFile(join(home(), 'mine.txt'), 'mine')
    }

    /** Puts a link to what is not of the archive into the place of something. */
    const linkAt =
      (path: () => string, target = 'outside') =>
      async () => {
        await mkdir(join(dir, 'outside'))
        await writeFile(join(dir, 'outside', 'mine.txt'), 'mine')
        await rm(path(), {recursive: true, force: true})
        await symlink(join(dir, target), path())
      }

    const linkInArchive = async () => {
      await archiveAt(hub, dir)
      await linkAt(() => join(home(), 'data'))()
    }

    for (const [title, prepare, reason] of [
      ['a folder that is not an archive is there', addByHand, /exists and is not an archive/],
      ['an archive has a file more', addToArchive, /contains "mine.txt"/],
      ['a file is in the place of its folder', () => writeFile(home(), 'mine'), /is not a folder/],
      ['a folder is in the place of its manifest', () => mkdir(manifestPath()), /is not a regular file/],
      ['the folder of the namespace is a link', linkAt(() => join(dir, 'mira')), /mira is not a folder/],
      ['its folder is a link', linkAt(home), /is not a folder/],
      ['its manifest is a link', linkAt(manifestPath, 'outside/mine.txt'), /is not a regular file/],
      ['a folder in its archive is a link', linkInArchive, /data is not a regular file/],
      ['it is gone', () => void hub.state.remove(NAME), /no longer there/],
      [
        'it was renamed',
        () => void hub.state.rename(repo(), 'mira/other'),
        /another dataset now has its name/,
      ],
      ['its id is another', answer({_id: 'f'.repeat(24)}), /another dataset/],
      ['nothing says which files there are', answer({}), /an unknown number in its info/],
      ['[S19] a proxy takes `Link` away, so that its list ends early', endEarly, /4 listed, 7 in its info/],
      [
        'a path leads out',
        () => list([{type: 'file', path: '../x', size: 1, oid: 'a'.repeat(40)}]),
        /its file/,
      ],
    ] as Array<[string, () => unknown, RegExp]>)
      it(`changes nothing where ${title}`, async () => {
        const datasets = await datasetsAt(hub)
        await mkdir(join(dir, 'mira'))
        await prepare()
        const before = treeOf(dir)
        const said = await archiveAt(hub, dir, {datasets}).then(reasonOf, (error: Error) => error.message)
        expect(said).to.match(reason)
        expect(treeOf(dir)).to.deep.equal(before)
      })
  })

  it('makes the folder that was named where it is not there, also behind a link, and says why it cannot', async () => {
    await symlink(dir, join(dir, 'link'))
    expect(reasonOf(await archiveAt(hub, join(dir, 'link', 'a', 'b')))).to.equal('it is archived')
    expect(await readdir(join(dir, 'a', 'b', 'mira'))).to.include(OWN)
    await writeFile(join(dir, 'file'), '')
    const error = await rejectionOf(archiveAt(hub, join(dir, 'file', 'x')))
    expect(error).to.be.instanceOf(RefusedError)
    expect(error.message)
      .to.include('a file already exists there')
      .and.include(join(dir, 'file', 'x'))
    if (process.getuid?.() === 0) return
    await chmod(dir, 0o500)
    expect((await rejectionOf(archiveAt(hub, join(dir, 'c')))).message).to.include('no permission')
    await chmod(dir, 0o700)
  })

  it('takes only datasets of its namespace', async () => {
    const [dataset] = await datasetsAt(hub)
    for (const name of ['mira/../../evil', 'other/smoltrace-leaderboard']) {
      const results = await archiveAt(hub, dir, {datasets: [{...dataset!, name}]})
      expect(reasonOf(results)).to.include('not a dataset of')
    }
  })

  describe('when it is interrupted', () => {
    it('throws, looks unfinished, and continues the next time with what is missing', async () => {
      const controller = new AbortController()
      hub.intercept({match: isFile, skip: 4, times: 1, before: () => controller.abort(), reset: 'before'})
      const job = archiveAt(hub, dir, {signal: controller.signal, concurrency: 1})
      const interrupted = await rejectionOf(job)
      expect(interrupted).to.be.instanceOf(CancelledError)
      expect(interrupted.message).to.match(/^Interrupted: \d+ of \d+ datasets? archived to /)
      expect(await namesIn())
        .to.deep.equal(stagedIn(dir))
        .and.have.length(1)
      hub.requests.length = 0
      await expectArchived()
      expect(asked()).to.be.within(1, 2)
      expect(await namesIn()).to.have.members([OWN, `${OWN}.json`])
      const other = archiveAt(hub, join(dir, 'other'), {signal: AbortSignal.abort(), datasets: []})
      expect(await rejectionOf(other)).to.be.instanceOf(CancelledError)
      expect(await readdir(dir)).to.deep.equal(['mira'])
    })

    it('forgets what another version of the dataset left behind', async () => {
      await mkdir(join(partial(), 'old', 'folder'), {recursive: true})
      await mkdir(join(partial(), 'empty.txt'))
      for (const path of ['old/folder/x', 'README.md', 'data']) await writeFile(join(partial(), path), 'x')
      await expectArchived()
      await archiveAt(hub, join(dir, 'fresh'))
      expect(stagedIn(dir)).to.deep.equal([])
      expect(treeOf(home())).to.deep.equal(treeOf(homeIn(join(dir, 'fresh'))))
    })

    it('continues from the longest part of each file that earlier holders left, if none is too long', async () => {
      const paths = ['a.txt', 'b.txt', 'c.txt', 'd.txt']
      replace(CREATED, Object.fromEntries(paths.map((path) => [path, 'x'.repeat(30)])))
      for (const folder of paths.keys()) {
        const staging = join(dir, 'mira', `.${OWN}.${folder}.partial`)
        await mkdir(staging, {recursive: true})
        // Each folder has the longest part of another file; in the others, that file is shorter, empty or too long.
        for (const [at, path] of paths.entries()) {
          const size = [20, 10, 0, 40][(at - folder + 4) % 4] ?? 0
          await writeFile(join(staging, path), 'x'.repeat(size))
        }
      }

      const sizes: number[] = []
      const match: Fault['match'] = ({path}) => /\/resolve-cache\/.*\.txt/.test(path)
      const alter = (body: Buffer) => {
        sizes.push(body.length)
        return body
      }

      hub.intercept({match, alter})
      await expectArchived()
      expect(sizes).to.deep.equal(paths.map(() => 10))
    })

    it('uses nothing of what was left where it is a link, or there is a link in it', async () => {
      const outside = join(dir, 'outside')
      for (const folder of [outside, partial()]) await mkdir(folder, {recursive: true})
      await writeFile(join(outside, 'README.md'), FILES['README.md'] ?? '')
      const before = treeOf(outside)
      await symlink(join(outside, 'README.md'), join(partial(), 'README.md'))
      await symlink(outside, join(dir, 'mira', `.${OWN}.1.partial`))
      await expectArchived()
      expect(statSync(join(home(), 'README.md')).nlink).to.equal(1)
      expect(treeOf(outside)).to.deep.equal(before)
      expect(stagedIn(dir)).to.deep.equal([`.${OWN}.1.partial`])
    })
  })

  describe('next to another process', () => {
    /** Makes another process of another machine the holder of the lock. */
    const takeOver = () => {
      const holder = {pid: process.pid, host: 'elsewhere', token: 'x'}
      writeFileSync(join(dir, 'mira', '.archiving.lock'), JSON.stringify(holder))
    }

    it('does not finish what another has taken over', async () => {
      hub.intercept({match: isDownload, times: 1, before: takeOver})
      expect(reasonOf(await archiveAt(hub, dir))).to.include('another process started')
      expect((await namesIn()).filter((name) => name.startsWith(OWN))).to.deep.equal([])
    })

    it('does not record what another has taken over', async () => {
      await archiveAt(hub, dir)
      const before = await readFile(manifestPath(), 'utf8')
      replace('2026-03-01')
      hub.intercept({match: isTree, before: takeOver})
      expect(reasonOf(await archiveAt(hub, dir))).to.include('another process started')
      expect(await readFile(manifestPath(), 'utf8')).to.equal(before)
    })

    it('[S19] builds on nothing that a holder before may still write to', async () => {
      await mkdir(partial(), {recursive: true})
      await writeFile(join(partial(), 'README.md'), FILES['README.md'] ?? '')
      const {ino} = await stat(join(partial(), 'README.md'))
      hub.requests.length = 0
      await expectArchived()
      expect((await stat(join(home(), 'README.md'))).ino).not.to.equal(ino)
      expect(hub.requests.some(({path}) => path.endsWith('README.md'))).to.equal(false)
    })

    it('[S19] leaves what one has archived alone, whatever the other writes that was taken for dead', async () => {
      await archiveAt(hub, join(dir, 'alone'))
      const isOneDone = gate()
      let isUnderWay = false
      // The first one has the file open, and goes on with it once the second one is through.
      hub.intercept({
        match: (request) => isDownload(request) && request.path.endsWith(PARQUET),
        times: 1,
        before() {
          isUnderWay = true
          return isOneDone.before()
        },
        respond: {status: 200, body: 'x'},
      })
      const first = archiveAt(hub, dir)
      await until('the first one has the file open', () => isUnderWay)
      silenceHolder(dir)
      await expectArchived()
      const archived = treeOf(join(dir, 'mira'))
      hub.intercept({match: isDownload, respond: {status: 404}})
      isOneDone.open()
      expect(reasonOf(await first)).to.match(/another process|404|cannot be created or found/)
      expect(treeOf(join(dir, 'mira'))).to.deep.equal(archived)
      expect(treeOf(home())).to.deep.equal(treeOf(homeIn(join(dir, 'alone'))))
    })
  })
})
