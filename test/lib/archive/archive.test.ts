import {expect} from 'chai'
import {statSync, writeFileSync} from 'node:fs'
import {appendFile, chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {type ArchiveEvent} from '../../../src/lib/archive/archive.js'
import {type Manifest, parseManifest} from '../../../src/lib/archive/manifest.js'
import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {type Fault, type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {rejectionOf, serve} from '../../support/builders.js'
import {gate, until} from '../../support/hub.js'
import {
  ARCHIVE_SCRIPT,
  archiveAt,
  CREATED,
  datasetsAt,
  fileOf,
  FILES,
  NAME,
  OWN,
  reasonOf,
  silenceHolder,
  stagedIn,
  startScript,
  treeOf,
  withFolder,
} from './support.js'

const isDownload: Fault['match'] = ({path}) => path.includes('/resolve')
const PARQUET = 'data/train-00000-of-00001.parquet'

describe('archiving', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty'})
    hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files: FILES})
  })

  afterEach(() => hub.close())

  const home = (dir: string) => join(dir, 'mira', OWN)
  const manifestIn = async (dir: string): Promise<Manifest> =>
    parseManifest(await readFile(`${home(dir)}.json`, 'utf8'))
  const downloads = () => hub.requests.filter((request) => isDownload({...request, body: ''})).length

  it('leaves every file as the dataset has it, the manifest, and nothing else', () =>
    withFolder(async (dir) => {
      const results = await archiveAt(hub, dir)
      const files = hub.state.get(NAME)?.files ?? new Map<string, never>()
      const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes().length, 0)
      expect(results.get(NAME)).to.deep.equal({status: 'archived', bytes})
      for (const [path, file] of files)
        expect((await readFile(join(home(dir), path))).equals(file.bytes()), path).to.equal(true)
      expect(await readdir(join(dir, 'mira'))).to.have.members([OWN, `${OWN}.json`])
      expect(Object.keys(treeOf(home(dir))).filter((path) => !path.endsWith('/'))).to.have.members([
        ...files.keys(),
      ])
      expect(hub.state.cdn.requests).to.be.greaterThan(0)
      expect(hub.state.cdn.sawAuthorization).to.equal(false)
    }))

  it('records what is known of the dataset', () =>
    withFolder(async (dir) => {
      await archiveAt(hub, dir)
      const repo = hub.state.get(NAME)
      const manifest = await manifestIn(dir)
      expect(manifest).to.deep.include({
        endpoint: hub.url,
        namespace: 'mira',
        name: NAME,
        id: repo?._id,
        sha: repo?.sha,
        visibility: 'private',
        gated: false,
        createdAt: new Date(CREATED),
        archivedAt: new Date('2026-02-01T00:00:00Z'),
        previousIdentities: [],
      })
      expect(manifest.tags).to.include('smoltrace')
      expect(manifest.program).to.match(/^smoltrace\/\d/)
      const [large, small] = [PARQUET, 'README.md'].map((path) =>
        manifest.files.find((file) => file.path === path),
      )
      expect(large).to.have.property('sha256')
      expect(small).not.to.have.property('sha256')
    }))

  it('archives the commit that was listed, not what came later', () =>
    withFolder(async (dir) => {
      const datasets = await datasetsAt(hub)
      hub.state.touch(NAME)
      expect((await archiveAt(hub, dir, {datasets})).get(NAME)).to.include({status: 'archived'})
      expect((await manifestIn(dir)).sha).to.equal(datasets[0]?.sha)
      expect(await readdir(home(dir))).not.to.include('notes.txt')
    }))

  it('tells how far it has come', () =>
    withFolder(async (dir) => {
      hub.state.addDataset({name: NAME.replace('results', 'traces'), createdAt: CREATED, files: {x: 'y'}})
      const events: ArchiveEvent[] = []
      const results = await archiveAt(hub, dir, {
        concurrency: 1,
        onEvent: (event) => void events.push(event),
      })
      const sizes = [...results.values()].map((result) => (result.status === 'archived' ? result.bytes : 0))
      expect(events.map(({done}) => done)).to.deep.equal([0, 1, 1, 2])
      expect(events.every(({kind, of}) => kind === 'archiving' && of === 2)).to.equal(true)
      expect(events.at(-1)?.bytes).to.equal(sizes.reduce((a, b) => a + b, 0))
    }))

  describe('a second time', () => {
    it('checks what is there and fetches nothing', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const before = [downloads(), treeOf(dir)]
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        expect([downloads(), treeOf(dir)]).to.deep.equal(before)
      }))

    it('fetches again what is broken or missing, and only that', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const before = treeOf(dir)
        await appendFile(join(home(dir), 'README.md'), 'x')
        await writeFile(join(home(dir), PARQUET), Buffer.alloc(300_000))
        await rm(join(home(dir), 'deep'), {recursive: true})
        hub.requests.length = 0
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        expect(treeOf(dir)).to.deep.equal(before)
        expect(hub.requests.filter(({path}) => path.startsWith('/datasets/'))).to.have.length(3)
      }))

    it('writes the manifest where only that is missing', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const before = treeOf(dir)
        await rm(`${home(dir)}.json`)
        const count = downloads()
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        expect([downloads(), treeOf(dir)]).to.deep.equal([count, before])
      }))

    it('keeps the former identity where the same content has come back under another', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const former = await manifestIn(dir)
        const files = treeOf(home(dir))
        hub.state.remove(NAME)
        hub.state.addDataset({name: NAME, createdAt: '2026-03-01', files: FILES})
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        const manifest = await manifestIn(dir)
        expect(manifest.id).to.equal(hub.state.get(NAME)?._id).and.not.to.equal(former.id)
        expect(manifest.previousIdentities).to.deep.equal([
          {id: former.id, sha: former.sha, createdAt: former.createdAt, archivedAt: former.archivedAt},
        ])
        expect(treeOf(home(dir))).to.deep.equal(files)
      }))

    it('records a visibility that has changed without a commit', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const repo = hub.state.get(NAME)
        if (repo) repo.private = false
        await archiveAt(hub, dir)
        expect(await manifestIn(dir)).to.deep.include({visibility: 'public', previousIdentities: []})
      }))

    for (const [title, change] of [
      ['another commit', () => void hub.state.touch(NAME)],
      [
        'another dataset of the same name',
        () => {
          hub.state.remove(NAME)
          hub.state.addDataset({name: NAME, createdAt: CREATED, files: {...FILES, 'empty.txt': 'not empty'}})
        },
      ],
    ] as const)
      it(`leaves an archive of another version alone: ${title}`, () =>
        withFolder(async (dir) => {
          await archiveAt(hub, dir)
          const before = treeOf(dir)
          change()
          expect(reasonOf(await archiveAt(hub, dir))).to.include(
            'already holds another version of it: choose another folder',
          )
          expect(treeOf(dir)).to.deep.equal(before)
        }))
  })

  describe('with something in the way', () => {
    for (const [title, prepare, reason] of [
      [
        'a folder of somebody else',
        async (place: string) => {
          await mkdir(place)
          await writeFile(join(place, 'README.md'), 'mine')
        },
        /is there and is not an archive/,
      ],
      [
        'a file in an archive that the dataset has not',
        async (place: string, dir: string) => {
          await archiveAt(hub, dir)
          await writeFile(join(place, 'mine.txt'), 'mine')
        },
        /holds "mine.txt"/,
      ],
      ['a file in place of the folder', (place: string) => writeFile(place, 'mine'), /is not a folder/],
      ['a manifest that is none', (place: string) => writeFile(`${place}.json`, '{}'), /cannot be used/],
      ['a folder in place of the manifest', (place: string) => mkdir(`${place}.json`), /is not a plain file/],
    ] as const)
      it(`fails and changes nothing: ${title}`, () =>
        withFolder(async (dir) => {
          await mkdir(join(dir, 'mira'))
          await prepare(home(dir), dir)
          const before = treeOf(dir)
          expect(reasonOf(await archiveAt(hub, dir))).to.match(reason)
          expect(treeOf(dir)).to.deep.equal(before)
        }))

    for (const [title, link] of [
      ['the folder of the namespace', (dir: string) => join(dir, 'mira')],
      ['the folder of the dataset', home],
      ['what was left of fetching it', (dir: string) => join(dir, 'mira', `.${OWN}.0.partial`)],
      ['the manifest', (dir: string) => `${home(dir)}.json`],
    ] as const)
      it(`writes through no link: ${title}`, () =>
        withFolder(async (dir) =>
          withFolder(async (outside) => {
            await writeFile(join(outside, 'mine.txt'), 'mine')
            if (link(dir) !== join(dir, 'mira')) await mkdir(join(dir, 'mira'))
            await symlink(title.includes('manifest') ? join(outside, 'mine.txt') : outside, link(dir))
            const outcome = await archiveAt(hub, dir).catch((error: unknown) => error)
            if (title === 'the folder of the namespace') expect(outcome).to.be.instanceOf(RefusedError)
            else if (title !== 'what was left of fetching it')
              expect([...(outcome as Awaited<ReturnType<typeof archiveAt>>).values()][0]?.status).to.equal(
                'failed',
              )
            expect(treeOf(outside)).to.deep.equal({'mine.txt': Buffer.from('mine').toString('base64')})
          }),
        ))

    it('writes through no link among the files that are there already', () =>
      withFolder(async (dir) =>
        withFolder(async (outside) => {
          await archiveAt(hub, dir)
          await rm(join(home(dir), 'data'), {recursive: true})
          await symlink(outside, join(home(dir), 'data'))
          expect(reasonOf(await archiveAt(hub, dir))).to.include('data is not a plain file')
          expect(await readdir(outside)).to.deep.equal([])
        }),
      ))

    it('takes a link for the folder that was named', () =>
      withFolder(async (dir) =>
        withFolder(async (real) => {
          await symlink(real, join(dir, 'link'))
          expect((await archiveAt(hub, join(dir, 'link'))).get(NAME)?.status).to.equal('archived')
          expect(await readdir(join(real, 'mira'))).to.include(OWN)
        }),
      ))

    it('makes the folder where it is not there, and says why it cannot', () =>
      withFolder(async (dir) => {
        const results = await archiveAt(hub, join(dir, 'a', 'b'))
        expect(results.get(NAME)?.status).to.equal('archived')
        await writeFile(join(dir, 'file'), '')
        const error = await rejectionOf(archiveAt(hub, join(dir, 'file', 'x')))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message)
          .to.include('a file is in the way')
          .and.include(join(dir, 'file', 'x'))
        if (process.getuid?.() === 0) return
        await chmod(dir, 0o500)
        expect((await rejectionOf(archiveAt(hub, join(dir, 'c')))).message).to.include('no permission')
        await chmod(dir, 0o700)
      }))
  })

  describe('of a dataset that is not what was listed', () => {
    for (const [title, change, reason] of [
      ['gone', () => void hub.state.remove(NAME), /not there any more/],
      [
        'made anew',
        () => {
          hub.state.remove(NAME)
          hub.state.addDataset({name: NAME, createdAt: CREATED, files: FILES})
        },
        /404|another dataset/,
      ],
      [
        'renamed',
        () => {
          const repo = hub.state.get(NAME)
          if (repo) hub.state.rename(repo, 'mira/other')
        },
        /another dataset has its name/,
      ],
    ] as const)
      it(`fails where it is ${title}`, () =>
        withFolder(async (dir) => {
          const datasets = await datasetsAt(hub)
          change()
          expect(reasonOf(await archiveAt(hub, dir, {datasets}))).to.match(reason)
          expect(await readdir(join(dir, 'mira'))).to.deep.equal([])
        }))

    for (const [title, change, reason] of [
      ['its id is another', {_id: 'f'.repeat(24)}, /another dataset/],
      ['its name is another', {id: 'mira/smoltrace-results-20260105_113001'}, /another dataset/],
      ['its gate is not known', {gated: 'perhaps'}, /does not describe/],
      ['nothing says who may see it', {private: null}, /does not describe/],
      ['the Hub does not say which files there are', {}, /an unknown number in its info/],
    ] as Array<[string, object, RegExp]>)
      it(`fails where ${title}`, () =>
        withFolder(async (dir) => {
          const datasets = await datasetsAt(hub)
          const {_id, sha} = hub.state.get(NAME)!
          const dates = {createdAt: CREATED, lastModified: CREATED}
          const answer = {_id, id: NAME, sha, private: true, gated: false, ...dates, ...change}
          hub.intercept({
            match: ({path}) => path.includes('/revision/'),
            respond: {status: 200, body: JSON.stringify(answer)},
          })
          expect(reasonOf(await archiveAt(hub, dir, {datasets}))).to.match(reason)
          expect(await readdir(join(dir, 'mira'))).to.deep.equal([])
        }))
  })

  it('[S20] fails where the listing ends early without a word, as behind a proxy that takes `Link` away', () =>
    withFolder(async (dir) => {
      const entries = [...hub.state.get(NAME)!.files].map(([path, file]) => fileOf(path, file.bytes()))
      hub.intercept({
        match: ({path}) => path.includes('/tree/'),
        respond: {
          status: 200,
          body: JSON.stringify(entries.slice(3).map((entry) => ({type: 'file', ...entry}))),
        },
      })
      expect(reasonOf(await archiveAt(hub, dir))).to.include('(4 listed, 7 in its info)')
      expect(await readdir(join(dir, 'mira'))).to.deep.equal([])
    }))

  describe('of hostile entries', () => {
    for (const [entry, reason] of [
      [{type: 'file', path: '../../evil'}, 'its file'],
      [{type: 'file', path: 'README.MD'}, 'its file'],
      [{type: 'unknown', path: 'x'}, 'not certainly a file'],
    ] as const)
      it(`archives nothing where one is a ${entry.type} ${entry.path}`, () =>
        withFolder(async (dir) => {
          const fields = {size: 1, oid: 'a'.repeat(40)}
          const entries = [{type: 'file', path: 'README.md'}, entry].map((each) => ({...each, ...fields}))
          hub.intercept({
            match: (request) => request.path.includes('/tree/'),
            respond: {status: 200, body: JSON.stringify(entries)},
          })
          expect(reasonOf(await archiveAt(hub, join(dir, 'archive')))).to.include(reason)
          expect(Object.keys(treeOf(dir))).to.deep.equal(['archive/', 'archive/mira/'])
        }))

    it('takes only datasets of its namespace', () =>
      withFolder(async (dir) => {
        const [dataset] = await datasetsAt(hub)
        if (!dataset) throw new Error('There is a dataset.')
        for (const name of ['mira/../../evil', 'other/smoltrace-leaderboard', 'mira/other'])
          expect(reasonOf(await archiveAt(hub, dir, {datasets: [{...dataset, name}]}))).to.include(
            'not a dataset of',
          )
        expect(await readdir(join(dir, 'mira'))).to.deep.equal([])
      }))
  })

  describe('through faults', () => {
    for (const [title, part, fault] of [
      ['an error of the Hub', '/resolve', {respond: {status: 500}}],
      ['a connection that is cut', '/resolve', {reset: 'before'}],
      ['a body that ends too early', '/resolve', {respond: {status: 200, body: 'x'}}],
      ['an error at its facts', '/revision/', {respond: {status: 502}}],
      ['an error at its files', '/tree/', {respond: {status: 502}}],
    ] as Array<[string, string, Partial<Fault>]>)
      it(`goes on after ${title}`, () =>
        withFolder(async (dir) => {
          hub.intercept({match: ({path}) => path.includes(part), times: 2, ...fault})
          expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        }))

    for (const [title, fault, reason] of [
      ['the Hub fails again and again', {respond: {status: 503}}, /503/],
      ['a file is not there', {respond: {status: 404, headers: {'X-Error-Code': 'EntryNotFound'}}}, /404/],
      ['the token is not valid any more', {respond: {status: 401}}, /401/],
      ['other bytes come', {respond: {status: 200, body: '0'.repeat(300_000)}}, /another content/],
    ] as Array<[string, Partial<Fault>, RegExp]>)
      it(`fails where ${title}, and leaves nothing that looks finished`, () =>
        withFolder(async (dir) => {
          hub.intercept({match: ({path}) => path.includes('/resolve') && path.includes(PARQUET), ...fault})
          expect(reasonOf(await archiveAt(hub, dir))).to.match(reason)
          expect(await readdir(join(dir, 'mira')))
            .to.deep.equal(stagedIn(dir))
            .and.have.length(1)
        }))

    it('goes on where the body of a large file was cut in its middle, after the bytes that came', () =>
      withFolder(async (dir) => {
        const bytes = Buffer.from(FILES[PARQUET] ?? '')
        const ranges: Array<string | undefined> = []
        const store = await serve(({headers}, response) => {
          ranges.push(headers.range)
          const start = Number(/\d+/.exec(headers.range ?? '0')?.[0])
          const status = start > 0 ? 206 : 200
          response.writeHead(status, {
            'content-length': bytes.length - start,
            ...(start > 0 && {'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`}),
          })
          if (start > 0) response.end(bytes.subarray(start))
          else {
            const partial = () => join(dir, 'mira', stagedIn(dir)[0] ?? '', PARQUET)
            const hasCome = () => statSync(partial(), {throwIfNoEntry: false})?.size === 100_000
            response.write(bytes.subarray(0, 100_000))
            void until('the first part is on the disk', hasCome).then(() => response.destroy())
          }
        })
        hub.intercept({
          match: ({path}) => path.includes('/resolve') && path.includes(PARQUET),
          respond: {status: 302, headers: {location: `${store.url}/object`}},
        })
        const results = await archiveAt(hub, dir)
        await store.close()
        expect(results.get(NAME)?.status).to.equal('archived')
        expect(ranges[0]).to.equal(undefined)
        expect(ranges[1]).to.equal('bytes=100000-')
        expect(store.seen.every(({headers}) => headers.authorization === undefined)).to.equal(true)
      }))

    it('fails for one dataset and goes on with the others', () =>
      withFolder(async (dir) => {
        const other = NAME.replace('results', 'traces')
        hub.state.addDataset({name: other, createdAt: CREATED, files: {x: 'y'}})
        hub.intercept({
          match: ({path}) => path.includes('/tree/') && path.includes(OWN),
          respond: {status: 500},
        })
        const results = await archiveAt(hub, dir)
        expect(results.get(NAME)?.status).to.equal('failed')
        expect(results.get(other)?.status).to.equal('archived')
      }))
  })

  describe('when it is interrupted', () => {
    it('throws, looks unfinished, and goes on the next time with what is missing', () =>
      withFolder(async (dir) => {
        const controller = new AbortController()
        let count = 0
        hub.intercept({
          match: (request) => isDownload(request) && request.path.startsWith('/datasets/') && ++count === 5,
          before: () => controller.abort(),
          reset: 'before',
        })
        const job = archiveAt(hub, dir, {signal: controller.signal, concurrency: 1})
        expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
        expect(await readdir(join(dir, 'mira')))
          .to.deep.equal(stagedIn(dir))
          .and.have.length(1)
        hub.requests.length = 0
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        const asked = hub.requests.filter(({path}) => path.startsWith('/datasets/')).length
        expect(asked).to.be.greaterThan(0).and.to.be.at.most(2)
        expect(await readdir(join(dir, 'mira'))).to.have.members([OWN, `${OWN}.json`])
      }))

    it('goes on after a process that was killed in its middle', () =>
      withFolder(async (dir) => {
        const child = startScript(ARCHIVE_SCRIPT, hub, dir)
        let count = 0
        const remove = hub.intercept({
          match: (request) => isDownload(request) && request.path.startsWith('/datasets/') && ++count === 5,
          before: () => child.kill('SIGKILL'),
          reset: 'before',
        })
        await child.ended
        remove()
        expect(await readdir(join(dir, 'mira'))).to.have.members([...stagedIn(dir), '.archiving.lock'])
        expect(await rejectionOf(archiveAt(hub, dir)))
          .to.be.instanceOf(RefusedError)
          .with.property('suggestions')
          .that.matches(/If it was killed, its lock expires in \d+ s/)
        silenceHolder(dir)
        hub.requests.length = 0
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        expect(hub.requests.filter(({path}) => path.startsWith('/datasets/')).length).to.be.lessThan(5)
        expect(await readdir(join(dir, 'mira'))).to.have.members([OWN, `${OWN}.json`])
      }))

    it('does nothing where it was interrupted before', () =>
      withFolder(async (dir) => {
        const datasets = await datasetsAt(hub)
        const job = archiveAt(hub, join(dir, 'x'), {
          datasets,
          signal: AbortSignal.abort(),
        }).catch((error: unknown) => error)
        expect(await job).to.be.instanceOf(CancelledError)
        expect(await readdir(dir)).to.deep.equal([])
      }))

    it('forgets what another version of the dataset left behind', () =>
      withFolder(async (dir) => {
        const partial = join(dir, 'mira', `.${OWN}.0.partial`)
        await mkdir(join(partial, 'old', 'folder'), {recursive: true})
        await writeFile(join(partial, 'old', 'folder', 'x'), 'x')
        await writeFile(join(partial, 'README.md'), 'another beginning')
        await mkdir(join(partial, 'empty.txt'))
        await writeFile(join(partial, 'data'), 'x')
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        await archiveAt(hub, join(dir, 'fresh'))
        expect(treeOf(dir, 'fresh/')).not.to.have.property(`fresh/mira/.${OWN}.0.partial/`)
        expect(treeOf(home(dir))).to.deep.equal(treeOf(home(join(dir, 'fresh'))))
      }))

    it('uses nothing of what was left where there is a link in it', () =>
      withFolder(async (dir) => {
        const partial = join(dir, 'mira', `.${OWN}.0.partial`)
        await mkdir(partial, {recursive: true})
        await writeFile(join(dir, 'mine.txt'), FILES['README.md'] ?? '')
        await symlink(join(dir, 'mine.txt'), join(partial, 'README.md'))
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        expect(statSync(join(home(dir), 'README.md')).nlink).to.equal(1)
        expect(await readFile(join(dir, 'mine.txt'), 'utf8')).to.equal(FILES['README.md'])
        expect(stagedIn(dir)).to.deep.equal([])
      }))
  })

  describe('by two at once', () => {
    it('lets one do it, and tells the other', () =>
      withFolder(async (dir) => {
        const both = [archiveAt(hub, dir), archiveAt(hub, dir)]
        // Or the one could be through before the other asks.
        const isOneRefused = Promise.any(both.map((each) => rejectionOf(each)))
        hub.intercept({match: isDownload, times: 1, before: () => isOneRefused})
        const settled = await Promise.allSettled(both)
        const done = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
        const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []))
        expect(done.map((each) => reasonOf(each))).to.deep.equal(['it is archived'])
        expect(refused[0]?.message).to.include('another process is archiving into this folder')
        expect(await readdir(join(dir, 'mira'))).to.have.members([OWN, `${OWN}.json`])
      }))

    /** Makes another process of another machine the holder of the lock. */
    const takeOver = (dir: string) => {
      const holder = {pid: process.pid, host: 'elsewhere', token: 'x'}
      writeFileSync(join(dir, 'mira', '.archiving.lock'), JSON.stringify(holder))
    }

    it('does not finish what another has taken over', () =>
      withFolder(async (dir) => {
        hub.intercept({match: isDownload, times: 1, before: () => takeOver(dir)})
        expect(reasonOf(await archiveAt(hub, dir))).to.include('another process has begun')
        const names = await readdir(join(dir, 'mira'))
        expect(names).not.to.include(OWN).and.not.to.include(`${OWN}.json`)
      }))

    it('does not record what another has taken over', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const before = await readFile(`${home(dir)}.json`, 'utf8')
        hub.state.remove(NAME)
        hub.state.addDataset({name: NAME, createdAt: '2026-03-01', files: FILES})
        hub.intercept({match: ({path}) => path.includes('/tree/'), before: () => takeOver(dir)})
        expect(reasonOf(await archiveAt(hub, dir))).to.include('another process has begun')
        expect(await readFile(`${home(dir)}.json`, 'utf8')).to.equal(before)
      }))

    it('[S20] builds on nothing that a holder before may still write to', () =>
      withFolder(async (dir) => {
        const partial = join(dir, 'mira', `.${OWN}.0.partial`)
        await mkdir(partial, {recursive: true})
        await writeFile(join(partial, 'README.md'), FILES['README.md'] ?? '')
        const {ino} = await stat(join(partial, 'README.md'))
        hub.requests.length = 0
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        expect((await stat(join(home(dir), 'README.md'))).ino).not.to.equal(ino)
        expect(hub.requests.some(({path}) => path.endsWith('README.md'))).to.equal(false)
      }))

    it('[S20] leaves what one has archived alone, whatever the other writes that was taken for dead', () =>
      withFolder(async (dir) => {
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
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
        const archived = treeOf(join(dir, 'mira'))
        hub.intercept({match: isDownload, respond: {status: 404}})
        isOneDone.open()
        expect(reasonOf(await first)).to.match(/another process|404|cannot be made or found/)
        expect(treeOf(join(dir, 'mira'))).to.deep.equal(archived)
        expect(treeOf(home(dir))).to.deep.equal(treeOf(home(join(dir, 'alone'))))
      }))
  })
})
