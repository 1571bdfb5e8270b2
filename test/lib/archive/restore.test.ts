import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {appendFile, mkdir, readFile, rename, rm, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {
  type RestoreEvent,
  type RestoreOptions,
  type RestoreOutcome,
} from '../../../src/lib/archive/restore-runs.js'
import {exitCodeOfRestore, restoreDatasets, type RestoreResult} from '../../../src/lib/archive/restore.js'
import {CancelledError, NotAllowedError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {type Fault, type Repo, type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../support/builders.js'
import {
  archiveAt,
  CREATED,
  FILES,
  NAME,
  ofFormerNamespace,
  OWN,
  TIMESTAMP,
  treeOf,
  withFolder,
} from './support.js'

const TRACES = NAME.replace('results', 'traces')
const isCreation: Fault['match'] = ({path}) => path === '/api/repos/create'
const isCommit: Fault['match'] = ({path}) => path.includes('/commit/')

describe('restoring', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty'})
    hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files: FILES})
  })

  afterEach(() => hub.close())

  const home = (dir: string) => join(dir, 'mira', OWN)
  const restore = (dir: string, more: Partial<RestoreOptions> = {}): Promise<RestoreResult> =>
    restoreDatasets({dir, token: hub.token, endpoint: hub.url, ...more})

  /** Restores one dataset. */
  const restoreOne = async (dir: string, more: Partial<RestoreOptions> = {}): Promise<RestoreOutcome> => {
    const {outcomes} = await restore(dir, more)
    const [outcome] = outcomes
    if (!outcome || outcomes.length !== 1) throw new Error(`There are ${outcomes.length} outcomes.`)
    return outcome
  }

  const contentsOf = (repo: Repo | undefined): Record<string, string> =>
    Object.fromEntries(
      [...(repo?.files ?? [])]
        .map(([path, file]): [string, string] => [path, file.bytes().toString('base64')])
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
  const changesAt = () =>
    hub.requests.filter(({method, path}) => method !== 'GET' && !path.includes('/preupload/')).length

  /** Archives everything, and runs a job with the archive. */
  const withArchive = (job: (dir: string) => Promise<void>): Promise<void> =>
    withFolder(async (dir) => {
      await archiveAt(hub, dir)
      await job(dir)
    })

  /** The same, with the dataset taken off the Hub. */
  const withoutDataset = (job: (dir: string) => Promise<void>): Promise<void> =>
    withArchive(async (dir) => {
      hub.state.remove(NAME)
      hub.requests.length = 0
      await job(dir)
    })

  it('brings back every file, so that a second archive is the same', () =>
    withArchive(async (dir) => {
      const before = contentsOf(hub.state.get(NAME))
      hub.state.remove(NAME)
      const outcome = await restoreOne(dir)
      expect(outcome)
        .to.include({name: NAME, status: 'restored', files: 7})
        .and.not.to.have.property('reason')
      expect(contentsOf(hub.state.get(NAME))).to.deep.equal(before)
      expect(hub.state.cdn.sawAuthorization).to.equal(false)
      await archiveAt(hub, join(dir, 'second'))
      expect(treeOf(home(join(dir, 'second')))).to.deep.equal(treeOf(home(dir)))
    }))

  it('brings back what the Hub would not have made by itself: no `.gitattributes`, or another one', () =>
    withFolder(async (dir) => {
      const repo = hub.state.get(NAME)
      const traces = hub.state.addDataset({
        name: TRACES,
        createdAt: CREATED,
        files: {
          '.gitattributes': '*.txt filter=lfs diff=lfs merge=lfs -text\n',
          'x.txt': 'y',
          'x.parquet': 'z',
        },
      })
      if (repo) hub.state.commit(repo, 'No attributes', new Map([['.gitattributes', null]]))
      await archiveAt(hub, dir)
      const before = [contentsOf(repo), contentsOf(traces)]
      hub.state.remove(NAME)
      hub.state.remove(TRACES)
      expect((await restore(dir)).counts).to.include({restored: 2})
      expect([contentsOf(hub.state.get(NAME)), contentsOf(hub.state.get(TRACES))]).to.deep.equal(before)
    }))

  it('makes several commits of many files, each on top of the one before, and none twice where an answer is lost', () =>
    withFolder(async (dir) => {
      const many = Array.from({length: 230}, (_, index) => [`notes/${index}.txt`, `${index}`])
      hub.state.remove(NAME)
      const repo = hub.state.addDataset({name: NAME, createdAt: CREATED, files: Object.fromEntries(many)})
      hub.state.commit(repo, 'No attributes', new Map([['.gitattributes', null]]))
      await archiveAt(hub, dir)
      hub.state.remove(NAME)
      hub.requests.length = 0
      hub.intercept({match: isCommit, times: 1, reset: 'after'})
      expect((await restoreOne(dir)).status).to.equal('restored')
      expect(contentsOf(hub.state.get(NAME))).to.deep.equal(contentsOf(repo))
      expect(hub.state.get(NAME)?.history).to.have.length(4)
      const commits = hub.requests.filter((request) => isCommit({body: '', ...request}))
      expect(commits).to.have.length(3)
      for (const {body} of commits) expect(body).to.match(/"parentCommit":"[\da-f]{40}"/)
    }))

  describe('the visibility', () => {
    it('is private from the first moment where it was', () =>
      withoutDataset(async (dir) => {
        let first: boolean | undefined
        hub.intercept({
          match: (request) => request.path.includes('/preupload/'),
          times: 1,
          before() {
            first = hub.state.get(NAME)?.private
          },
          delayMs: 0,
          reset: 'before',
        })
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect([first, hub.state.get(NAME)?.private]).to.deep.equal([true, true])
      }))

    for (const [title, was, there, expected] of [
      ['is public where it was', {}, undefined, {status: 'restored', visibility: 'public'}],
      [
        'is private where the dataset was public behind a gate',
        {gated: 'manual'},
        undefined,
        {
          status: 'restored',
          visibility: 'private',
          reason: 'it was public behind a gate (manual): private until you set the gate again',
        },
      ],
      [
        'is private, without its gate, where it had both',
        {private: true, gated: 'manual'},
        undefined,
        {status: 'restored', visibility: 'private', reason: 'its gate (manual) is not set again'},
      ],
      [
        'is left where it was private and is public, with nothing to upload',
        {private: true},
        {private: false},
        {status: 'present', visibility: 'public', reason: 'it is public there, and was private'},
      ],
      [
        'is left where it was public and is private, with nothing to upload',
        {},
        {private: true},
        {status: 'present', visibility: 'private', reason: 'it is private there, and was public'},
      ],
      ['is the same behind the same gate', {gated: 'auto'}, {}, {status: 'present', visibility: 'public'}],
    ] as Array<[string, Partial<Repo>, Partial<Repo> | undefined, Partial<RestoreOutcome>]>)
      it(title, () =>
        withFolder(async (dir) => {
          const repo = hub.state.get(NAME)!
          Object.assign(repo, {private: false, ...was})
          await archiveAt(hub, dir)
          if (there) Object.assign(repo, there)
          else hub.state.remove(NAME)
          const rehearsed = await restoreOne(dir, {dryRun: true})
          expect(rehearsed.visibility).to.equal(expected.visibility)
          expect(rehearsed.reason).to.equal(expected.reason)
          const {status, visibility, reason} = await restoreOne(dir)
          expect({status, visibility, ...(reason && {reason})}).to.deep.equal(expected)
          expect(hub.state.get(NAME)?.private).to.equal(visibility === 'private')
        }),
      )

    it('that is public now keeps what was private from being added', () =>
      withArchive(async (dir) => {
        hub.state.remove(NAME)
        hub.state.addDataset({name: NAME, createdAt: CREATED})
        expect(await restoreOne(dir))
          .to.include({status: 'refused'})
          .and.property('reason')
          .to.include('public')
        expect(changesAt()).to.equal(0)
      }))
  })

  describe('what is there already', () => {
    it('is present where it is equal, and nothing is sent but questions', () =>
      withArchive(async (dir) => {
        expect(await restoreOne(dir)).to.include({status: 'present'})
        expect(hub.requests.every(({method}) => method === 'GET')).to.equal(true)
      }))

    it('is present where a file has moved into LFS', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const repo = hub.state.get(NAME)
        const file = repo?.files.get('README.md')
        if (repo && file) hub.state.commit(repo, 'Move', new Map([['README.md', {...file, lfs: true}]]))
        expect((await restoreOne(dir)).status).to.equal('present')
      }))

    it('is completed where it is part of the same', () =>
      withArchive(async (dir) => {
        const repo = hub.state.get(NAME)
        const before = contentsOf(repo)
        if (repo) hub.state.commit(repo, 'Remove', new Map([['empty.txt', null]]))
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect(contentsOf(repo)).to.deep.equal(before)
        expect(repo?.history).to.have.length(4)
      }))

    it('is filled where it is empty', () =>
      withArchive(async (dir) => {
        const before = contentsOf(hub.state.get(NAME))
        hub.state.remove(NAME)
        const empty = hub.state.addDataset({name: NAME, createdAt: CREATED, private: true})
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect(contentsOf(empty)).to.deep.equal(before)
      }))

    it('is finished where it has some of the files, and the `.gitattributes` that creation makes', () =>
      withFolder(async (dir) => {
        const repo = hub.state.get(NAME)
        if (repo) hub.state.commit(repo, 'No attributes', new Map([['.gitattributes', null]]))
        await archiveAt(hub, dir)
        const before = contentsOf(repo)
        hub.state.remove(NAME)
        const files = {'README.md': FILES['README.md'] ?? ''}
        const half = hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files})
        expect(Object.keys(contentsOf(half))).to.have.members(['.gitattributes', 'README.md'])
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect(contentsOf(half)).to.deep.equal(before)
      }))

    for (const [title, change] of [
      ['another file', {'other.txt': 'x'}],
      ['another content', {'README.md': 'x'}],
      ['another `.gitattributes`', {'.gitattributes': 'x'}],
    ] as const)
      it(`is left alone where it has ${title}`, () =>
        withArchive(async (dir) => {
          hub.state.remove(NAME)
          const repo = hub.state.addDataset({
            name: NAME,
            createdAt: CREATED,
            private: true,
            files: {...FILES, ...change},
          })
          const {sha} = repo
          const outcome = await restoreOne(dir)
          expect(outcome.status).to.equal('refused')
          expect(outcome.reason).to.include(JSON.stringify(Object.keys(change)[0]))
          expect(repo.sha).to.equal(sha)
          expect(changesAt()).to.equal(0)
        }))

    it('[S20] is left alone where somebody wrote a `.gitattributes` and nothing else', () =>
      withArchive(async (dir) => {
        hub.state.remove(NAME)
        const files = {'.gitattributes': '*.txt filter=lfs diff=lfs merge=lfs -text\n'}
        const repo = hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files})
        const {sha} = repo
        expect(await restoreOne(dir)).to.include({status: 'refused'})
        expect(repo.sha).to.equal(sha)
        expect(changesAt()).to.equal(0)
      }))

    it('under the name is another one where the name was given up: it is created', () =>
      withArchive(async (dir) => {
        const repo = hub.state.get(NAME)
        if (repo) hub.state.rename(repo, 'mira/kept')
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect(hub.state.get('mira/kept')?.history).to.have.length(2)
      }))

    it('and cannot be seen is left alone', () =>
      withoutDataset(async (dir) => {
        hub.intercept({
          match: isCreation,
          respond: {status: 409, body: '{"error":"You already created this dataset repo"}'},
        })
        expect(await restoreOne(dir)).to.include({
          status: 'refused',
          reason: 'it cannot be created: You already created this dataset repo',
        })
      }))
  })

  describe('an archive', () => {
    const inHome = (dir: string, path: string) => join(home(dir), path)
    /** Changes fields of the manifest. */
    const edit = (change: object) => async (dir: string) => {
      const path = `${home(dir)}.json`
      const manifest = JSON.parse(await readFile(path, 'utf8')) as object
      await writeFile(path, JSON.stringify({...manifest, ...change}))
    }

    /** Moves something out of the archive, and links to it. */
    const linkTo = (place: (dir: string) => string) => async (dir: string) => {
      await rename(place(dir), join(dir, 'elsewhere'))
      await symlink(join(dir, 'elsewhere'), place(dir))
    }

    for (const [title, damage, reason] of [
      ['a file is missing', (dir) => rm(inHome(dir, 'README.md')), /"README.md" is missing/],
      ['a file is longer', (dir) => appendFile(inHome(dir, 'README.md'), 'x'), /"README.md" is not what/],
      [
        'a file has another content',
        (dir) => writeFile(inHome(dir, 'deep/er/and/deeper/notes.txt'), 'y'),
        /notes.txt" is not what/,
      ],
      ['there is a file more', (dir) => writeFile(inHome(dir, 'more.txt'), 'x'), /does not name "more.txt"/],
      ['its folder is missing', (dir) => rm(home(dir), {recursive: true}), /its folder is missing/],
      ['its manifest is broken', (dir) => writeFile(`${home(dir)}.json`, '{'), /cannot be used: not JSON/],
      ['its manifest is of another dataset', edit({name: TRACES}), /wrong place/],
      ['its manifest is of another namespace', edit({namespace: 'other'}), /of the namespace/],
      [
        'its name is not that of a dataset of a run',
        async (dir) => {
          await rename(home(dir), `${home(dir)}-copy`)
          await rename(`${home(dir)}.json`, `${home(dir)}-copy.json`)
        },
        /not a SMOLTRACE dataset/,
      ],
      ['a file is a link', linkTo((dir) => inHome(dir, 'README.md')), /README.md is not a plain file/],
      ['a folder in it is a link', linkTo((dir) => inHome(dir, 'deep')), /deep is not a plain file/],
      ['its folder is a link', linkTo(home), /is not a folder/],
      ['its manifest is a link', linkTo((dir) => `${home(dir)}.json`), /is not a plain file/],
    ] as Array<[string, (dir: string) => Promise<void>, RegExp]>)
      it(`is refused, before anything is created, where ${title}`, () =>
        withoutDataset(async (dir) => {
          await damage(dir)
          const outcome = await restoreOne(dir)
          expect(outcome.status).to.equal('refused')
          expect(outcome.reason).to.match(reason)
          expect(changesAt()).to.equal(0)
        }))

    it('is told all that is wrong with it at once', () =>
      withoutDataset(async (dir) => {
        await rm(join(home(dir), 'README.md'))
        await rm(join(home(dir), 'empty.txt'))
        await writeFile(join(home(dir), 'deep/er/and/deeper/notes.txt'), 'y')
        await writeFile(join(home(dir), 'more.txt'), 'x')
        await writeFile(join(home(dir), 'deep', 'most.txt'), 'x')
        expect((await restoreOne(dir)).reason).to.equal(
          '"README.md", "empty.txt" are missing; "deep/er/and/deeper/notes.txt" is not what was archived; ' +
            'its manifest does not name "deep/most.txt", "more.txt": remove those files',
        )
      }))

    it('is restored whatever file managers leave in it', () =>
      withoutDataset(async (dir) => {
        for (const path of ['.DS_Store', 'thumbs.db', 'desktop.ini', '._README.md', 'deep/._x'])
          await writeFile(join(home(dir), path), 'left')
        for (const folder of [dir, join(dir, 'mira'), home(dir), join(home(dir), 'deep')]) {
          await mkdir(join(folder, '@eaDir', OWN), {recursive: true})
          await writeFile(join(folder, '@eaDir', `${OWN}.json`), 'left')
          await writeFile(join(folder, '.DS_Store'), 'left')
        }

        await writeFile(join(dir, 'mira', `._${OWN}.json`), 'left')
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect(Object.keys(contentsOf(hub.state.get(NAME)))).to.have.members([
          '.gitattributes',
          ...Object.keys(FILES),
        ])
        // It is an archive all the same: another one of the same is no other version.
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
      }))

    it('has what file managers leave where the dataset has it', () =>
      withFolder(async (dir) => {
        hub.state.remove(NAME)
        const files = {...FILES, '.DS_Store': 'of the dataset', '@eaDir/x': 'y'}
        hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files})
        await archiveAt(hub, dir)
        hub.state.remove(NAME)
        expect((await restoreOne(dir)).status).to.equal('restored')
        expect(hub.state.get(NAME)?.files.get('.DS_Store')?.bytes().toString()).to.equal('of the dataset')
        await rm(join(home(dir), '.DS_Store'))
        expect((await restoreOne(dir)).reason).to.include('".DS_Store" is missing')
      }))

    it('of another namespace is refused, and the flag named that leads to it', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        await archiveAt(hub, join(dir, 'second'))
        await rename(join(dir, 'second', 'mira'), join(dir, hub.org))
        const path = join(dir, hub.org, `${OWN}.json`)
        const text = await readFile(path, 'utf8')
        await writeFile(path, text.replaceAll('mira', hub.org))
        const result = await restore(dir)
        const other = result.outcomes.find(({name}) => name === `${hub.org}/${OWN}`)
        expect(other?.reason).to.equal(`it is not of mira: add --namespace ${hub.org}`)
        const ofOrg = await restore(dir, {namespace: hub.org})
        expect(ofOrg.outcomes.map(({name}) => name)).to.deep.equal([`${hub.org}/${OWN}`])
        expect(ofOrg.warnings.join(' ')).to.include('1 archives of other namespaces')
        expect(exitCodeOfRestore(ofOrg)).to.equal(0)
        // What is named, and is not of that namespace, is not passed over.
        const error = await rejectionOf(restore(dir, {namespace: hub.org, names: [NAME]}))
        expect(error).to.be.instanceOf(RefusedError)
        await rm(join(dir, hub.org), {recursive: true})
        expect(await rejectionOf(restore(dir, {namespace: hub.org}))).to.be.instanceOf(RefusedError)
        expect(hub.state.get(`${hub.org}/${OWN}`)).not.to.equal(undefined)
      }))
  })

  describe('runs', () => {
    const stamps = ['20260103_000000', '20260102_000000', '20260101_000000']
    const nameOf = (type: string, stamp: string) => `mira/smoltrace-${type}-${stamp}`
    const backOf = (stamp: string) =>
      ['results', 'traces', 'metrics'].filter((type) => hub.state.get(nameOf(type, stamp)))

    /** Three whole runs in an archive, and nothing on the Hub. */
    const withRuns = (job: (dir: string) => Promise<void>) =>
      withFolder(async (dir) => {
        hub.state.remove(NAME)
        for (const stamp of stamps)
          for (const type of ['metrics', 'traces', 'results'])
            hub.state.addDataset({name: nameOf(type, stamp), createdAt: CREATED, files: {'README.md': stamp}})
        await archiveAt(hub, dir)
        for (const {id} of hub.state.datasets()) hub.state.remove(id)
        hub.requests.length = 0
        await job(dir)
      })

    it('[S20] come back one after the other, the newest first, and in each results, traces, metrics', () =>
      withRuns(async (dir) => {
        const {outcomes} = await restore(dir)
        const expected = stamps.flatMap((stamp) =>
          ['results', 'traces', 'metrics'].map((type) => nameOf(type, stamp)),
        )
        expect(outcomes.map(({name}) => name)).to.deep.equal(expected)
        const created = hub.requests
          .filter(({path}) => path === '/api/repos/create')
          .map(({body}) => `mira/${JSON.parse(body ?? '').name}`)
        expect(created).to.deep.equal(expected)
      }))

    it('[S20] are whole where the Hub creates no more, but for one; the rest is not attempted, and goes on later', () =>
      withRuns(async (dir) => {
        const remove = hub.intercept({
          match: isCreation,
          skip: 6,
          respond: {
            status: 429,
            headers: {ratelimit: '"api";r=900;t=200'},
            body: '{"error":"You have exceeded the rate limit for repository creation (300 per day)."}',
          },
        })
        const {outcomes, counts} = await restore(dir)
        expect(stamps.map((stamp) => backOf(stamp).length)).to.deep.equal([3, 3, 0])
        expect(counts).to.include({restored: 6, failed: 1, unattempted: 2})
        for (const {reason} of outcomes.slice(6)) expect(reason).to.include('300 per day')
        expect(outcomes.at(-1)?.reason).to.include('restore again later, and it continues')
        remove()
        expect((await restore(dir)).counts).to.include({present: 6, restored: 3})
      }))

    for (const [what, path, failed] of [
      ['create anything', '/api/repos/create', 0],
      ['fill what was created', '/preupload/', 1],
    ] as const) {
      it(`stop where the quota stays used up when it is to ${what}: failed is only what is there and incomplete`, () =>
        withRuns(async (dir) => {
          const remove = hub.intercept({
            match: (request) => request.path.includes(path),
            respond: {status: 429, headers: {ratelimit: '"api";r=0;t=0'}},
          })
          const {outcomes, counts} = await restore(dir)
          expect(counts).to.include({restored: 0, failed, unattempted: 9 - failed})
          expect(outcomes.filter(({reason = ''}) => reason.includes('incomplete'))).to.have.length(failed)
          for (const {reason} of outcomes) expect(reason).to.include('the quota of the Hub was used up')
          expect(hub.requests.filter((request) => request.path.includes(path))).to.have.length(4)
          remove()
          expect((await restore(dir)).counts).to.include({restored: 9})
        }))
    }

    it('stop where the storage of the account is full, and it is said', () =>
      withRuns(async (dir) => {
        hub.intercept({
          match: isCommit,
          respond: {
            status: 403,
            body: '{"error":"Private repository storage limit reached, please upgrade your plan"}',
          },
        })
        const {outcomes, counts} = await restore(dir)
        expect(counts).to.include({failed: 1, unattempted: 8})
        expect(outcomes[0]?.reason).to.include('storage limit reached')
        expect(outcomes[8]?.reason).to.include("the account's storage is full").and.include('make room')
        expect(hub.requests.filter(({path}) => path === '/api/repos/create')).to.have.length(1)
      }))

    for (const [title, damage, reason] of [
      [
        'its archive is not whole',
        (dir: string) => rm(join(dir, nameOf('traces', stamps[1] ?? ''), 'README.md')),
        '"README.md" is missing',
      ],
      [
        'something else is on the Hub',
        async () => {
          hub.state.addDataset({
            name: nameOf('traces', stamps[1] ?? ''),
            createdAt: CREATED,
            files: {other: 'x'},
          })
        },
        'a dataset of this name is there',
      ],
    ] as Array<[string, (dir: string) => Promise<void>, string]>)
      it(`are refused as a whole where of one of its datasets ${title}, and the others come back`, () =>
        withRuns(async (dir) => {
          await damage(dir)
          const rehearsed = await restore(dir, {dryRun: true})
          expect(rehearsed.counts).to.include({refused: 3, restorable: 6})
          const result = await restore(dir)
          expect(result.counts).to.include({refused: 3, restored: 6})
          expect(exitCodeOfRestore(result)).to.equal(3)
          const refused = result.outcomes.filter(({status}) => status === 'refused')
          for (const each of refused) expect(each.reason).to.include(reason)
          expect(refused[0]?.reason).to.match(/^the traces of this run: /)
          expect(backOf(stamps[1] ?? '').filter((type) => type !== 'traces')).to.deep.equal([])
        }))

    it('are left where one of their datasets failed: the rest of it is not attempted, and the others come back', () =>
      withRuns(async (dir) => {
        hub.intercept({
          match: (request) => isCommit(request) && request.path.includes(nameOf('traces', stamps[0] ?? '')),
          respond: {status: 400, body: '{"error":"Invalid YAML"}'},
        })
        const {outcomes, counts} = await restore(dir)
        expect(counts).to.include({restored: 7, failed: 1, unattempted: 1})
        expect(outcomes[2]).to.include({name: nameOf('metrics', stamps[0] ?? ''), status: 'unattempted'})
        expect(outcomes[2]?.reason).to.match(/^the traces of this run: .*Invalid YAML/)
      }))

    it('come back pinned where their cards say so, and it is told', () =>
      withFolder(async (dir) => {
        const tags = (...words: string[]) => `---\ntags:\n${words.map((word) => `- ${word}\n`).join('')}---\n`
        hub.state.remove(NAME)
        for (const [stamp, card] of [
          [stamps[0], tags('smoltrace', 'smoltrace-pinned')],
          [stamps[1], tags('smoltrace-pinned-until-20991231')],
          [stamps[2], tags('smoltrace-pinned-until-20200101')],
        ] as const)
          hub.state.addDataset({
            name: nameOf('results', stamp ?? ''),
            createdAt: CREATED,
            files: {'README.md': card},
          })
        await archiveAt(hub, dir)
        for (const {id} of hub.state.datasets()) hub.state.remove(id)
        const pins = ['smoltrace-pinned', 'smoltrace-pinned-until-20991231', undefined]
        for (const dryRun of [true, false])
          expect((await restore(dir, {dryRun})).outcomes.map(({pin}) => pin)).to.deep.equal(pins)
      }))
  })

  describe('what changes after it was checked', () => {
    const SECRET = 'TOP SECRET, of somebody'
    const PARQUET = 'data/train-00000-of-00001.parquet'
    const isPreupload: Fault['match'] = ({path}) => path.includes('/preupload/')
    const isBatch: Fault['match'] = ({path}) => path.endsWith('/objects/batch')
    const oid = createHash('sha256')
      .update(FILES[PARQUET] ?? '')
      .digest('hex')
    const isUpload: Fault['match'] = ({method, path}) => method === 'PUT' && path.includes(oid)

    /** As long as what was checked: only the content tells them apart. */
    const secretFor = (path: string) => {
      const {length} = Buffer.from(FILES[path] ?? '')
      return SECRET.repeat(Math.ceil(length / SECRET.length)).slice(0, length)
    }

    /** A link, with which another file of the user would be sent. */
    const plant = async (dir: string, path: string) => {
      await writeFile(join(dir, 'secret'), secretFor(path))
      await rm(join(home(dir), path))
      await symlink(join(dir, 'secret'), join(home(dir), path))
    }

    const overwrite = (dir: string, path: string) => writeFile(join(home(dir), path), secretFor(path))

    /** Contents and samples that a request holds. */
    const decoded = (body: string) =>
      [...body.matchAll(/"([\w+/]{8,}=*)"/g)].map(([, text]) => Buffer.from(text ?? '', 'base64').toString())

    /** Everything that the Hub and its store were sent. */
    const sent = () =>
      [
        ...hub.requests.flatMap(({body = ''}) => [body, ...decoded(body)]),
        ...[...hub.state.uploads.values()].map(String),
      ].join('\n')

    for (const [title, match, change] of [
      ['a link is planted at the creation', isCreation, plant],
      ['a file is written to at the creation', isCreation, overwrite],
      [
        'a file is removed at the creation',
        isCreation,
        (dir: string, path: string) => rm(join(home(dir), path)),
      ],
      ['a file is written to while its beginning is looked at', isPreupload, overwrite],
    ] as Array<[string, Fault['match'], (dir: string, path: string) => Promise<void>]>)
      for (const path of ['README.md', PARQUET])
        it(`is not sent, and nothing is committed, where ${title}: ${path}`, () =>
          withoutDataset(async (dir) => {
            hub.intercept({match, times: 1, before: () => change(dir, path)})
            const result = await restore(dir)
            expect(exitCodeOfRestore(result)).to.equal(3)
            const [outcome] = result.outcomes
            expect(outcome).to.include({status: 'failed'})
            expect(outcome?.reason)
              .to.include(`"${path}" changed after it was checked`)
              .and.include('the dataset on the Hub is incomplete')
            expect(Object.keys(contentsOf(hub.state.get(NAME)))).to.deep.equal(['.gitattributes'])
            expect(sent()).not.to.include(SECRET)
            expect(hub.requests.some((request) => isCommit({body: '', ...request}))).to.equal(false)
          }))

    it('[S20] is not committed where a file is written to once it is in the store', () =>
      withoutDataset(async (dir) => {
        hub.intercept({match: isUpload, times: 1, before: () => overwrite(dir, PARQUET)})
        const outcome = await restoreOne(dir)
        expect(outcome.reason).to.include('changed after it was checked')
        expect(Object.keys(contentsOf(hub.state.get(NAME)))).to.deep.equal(['.gitattributes'])
      }))

    for (const [title, match] of [
      ['its beginning is looked at', isPreupload],
      ['the store is asked for', isBatch],
      ['it goes to the store', isUpload],
    ] as Array<[string, Fault['match']]>)
      it(`is sent as it was checked, or not at all, where another file is put in its place while ${title}`, () =>
        withoutDataset(async (dir) => {
          hub.intercept({match, times: 1, before: () => plant(dir, PARQUET)})
          const {status} = await restoreOne(dir)
          const files = hub.state.get(NAME)?.files
          if (status === 'restored')
            expect(files?.get(PARQUET)?.bytes()).to.deep.equal(Buffer.from(FILES[PARQUET] ?? ''))
          else expect([...(files?.keys() ?? [])]).to.deep.equal(['.gitattributes'])
          expect(sent()).not.to.include(SECRET)
        }))
  })

  describe('under another namespace', () => {
    const OLD = 'mira-old'

    /** An archive of what the account was called before. */
    const withRenamed = (job: (dir: string) => Promise<void>) =>
      withoutDataset(async (dir) => {
        await ofFormerNamespace(dir, OLD)
        await job(dir)
      })

    it('comes what `from` names, with its files and its visibility, and the archive stays as it is', () =>
      withRenamed(async (dir) => {
        const before = treeOf(dir)
        const rehearsed = await restore(dir, {from: OLD, dryRun: true})
        expect(rehearsed.outcomes.map(({name, status}) => [name, status])).to.deep.equal([
          [NAME, 'restorable'],
        ])
        const result = await restore(dir, {from: OLD, names: [TIMESTAMP]})
        expect(result).to.include({from: OLD, namespace: 'mira'})
        expect(result.outcomes[0]).to.include({name: NAME, status: 'restored', visibility: 'private'})
        expect(contentsOf(hub.state.get(NAME))['README.md']).to.equal(
          Buffer.from(FILES['README.md'] ?? '').toString('base64'),
        )
        expect(treeOf(dir)).to.deep.equal(before)
        expect((await restore(dir, {from: OLD})).counts).to.include({present: 1})
      }))

    it('comes what `from` names into an organisation of the token', () =>
      withRenamed(async (dir) => {
        const {outcomes} = await restore(dir, {from: OLD, namespace: hub.org})
        expect(outcomes[0]).to.include({name: `${hub.org}/${OWN}`, status: 'restored'})
      }))

    it('[S20] comes nothing where the other one is none of the token', () =>
      withRenamed(async (dir) => {
        const error = await rejectionOf(restore(dir, {from: OLD, namespace: 'somebody'}))
        expect(error).to.be.instanceOf(RefusedError)
        expect(changesAt()).to.equal(0)
      }))

    it('comes nothing where there is no archive of what `from` names, and it is said of whom there is one', () =>
      withRenamed(async (dir) => {
        const error = await rejectionOf(restore(dir, {from: 'mira'}))
        expect((error as RefusedError).suggestions).to.deep.equal([
          `It holds archives of ${OLD}: smoltrace restore ${dir} --from ${OLD}`,
        ])
      }))

    it('comes nothing where `from` is misspelt, and what is recommended keeps where it should come', () =>
      withFolder(async (dir) => {
        await archiveAt(hub, dir)
        const error = await rejectionOf(restore(dir, {from: 'nobody', namespace: hub.org}))
        expect((error as RefusedError).suggestions).to.deep.equal([
          `It holds archives of mira: smoltrace restore ${dir} --from mira --namespace ${hub.org}`,
        ])
      }))

    it('comes nothing without `from`, and no namespace is recommended that the token does not have', () =>
      withRenamed(async (dir) => {
        const {reason} = await restoreOne(dir)
        expect(reason).to.include(`add --from ${OLD}`).and.not.include('--namespace')
      }))
  })

  describe('what is only a part of an archive', () => {
    const parts: Array<[title: string, damage: (dir: string) => Promise<void>]> = [
      ['has lost its manifest', (dir) => rm(`${home(dir)}.json`)],
      [
        'was not archived to its end',
        async (dir) => {
          await rm(`${home(dir)}.json`)
          await rename(home(dir), join(dir, 'mira', `.${OWN}.0-f.partial`))
        },
      ],
    ]
    for (const [title, damage] of parts) {
      it(`is refused, and not passed over, where it ${title}`, () =>
        withFolder(async (dir) => {
          hub.state.addDataset({name: TRACES, createdAt: CREATED, files: {x: 'y'}})
          await archiveAt(hub, dir)
          hub.state.remove(NAME)
          hub.state.remove(TRACES)
          await damage(dir)
          for (const names of [[], [TIMESTAMP]]) {
            const result = await restore(dir, {names})
            expect(result.outcomes.find(({name}) => name === NAME)).to.include({status: 'refused'})
            expect(exitCodeOfRestore(result)).to.equal(3)
          }

          expect(hub.state.get(NAME)).to.equal(undefined)
        }))
    }
  })

  it('asks again in a dry run where the Hub is busy for a moment', () =>
    withArchive(async (dir) => {
      hub.intercept({
        match: ({path}) => path.includes('/revision/'),
        times: 1,
        respond: {status: 503, body: ''},
      })
      expect((await restore(dir, {dryRun: true})).counts).to.include({failed: 0, present: 1})
    }))

  describe('the datasets named', () => {
    const names = [NAME, TRACES, 'mira/smoltrace-leaderboard', 'mira/smoltrace-results-20260106_000000']
    const withFour = (job: (dir: string) => Promise<void>) =>
      withFolder(async (dir) => {
        for (const name of names.slice(1)) hub.state.addDataset({name, createdAt: CREATED, files: {x: 'y'}})
        await archiveAt(hub, dir)
        await job(dir)
      })
    const chosen = async (dir: string, words: string[]) =>
      (await restore(dir, {names: words, dryRun: true})).outcomes.map(({name}) => name)

    for (const [title, words, expected] of [
      ['everything without a name, the leaderboard first', [], [names[2], names[3], NAME, TRACES]],
      ['one by its full name', [NAME], [NAME]],
      ['one without its namespace', [OWN], [NAME]],
      ['all of a run by its timestamp', [TIMESTAMP], [NAME, TRACES]],
      ['each once', [TIMESTAMP, NAME, OWN, 'smoltrace-leaderboard'], [NAME, TRACES, names[2]]],
      [
        'in the order in which they are named',
        [TRACES, names[3], names[2], NAME],
        [NAME, TRACES, names[3], names[2]],
      ],
    ] as Array<[string, string[], string[]]>)
      it(`are ${title}`, () =>
        withFour(async (dir) => {
          expect(await chosen(dir, words)).to.deep.equal(expected)
        }))

    it('are refused before anything is sent where one of them is not archived', () =>
      withFour(async (dir) => {
        hub.requests.length = 0
        for (const word of ['mira/smoltrace-results-20260107_000000', '20260107_000000', 'other', '', '..'])
          expect(await rejectionOf(restore(dir, {names: [NAME, word]}))).to.be.instanceOf(RefusedError)
        expect(hub.requests).to.deep.equal([])
      }))
  })

  describe('a folder', () => {
    it('without archives is refused, and it is said what was looked for', () =>
      withFolder(async (dir) => {
        await mkdir(join(dir, 'mira', 'x'), {recursive: true})
        await writeFile(join(dir, 'mira', 'package.json'), '{"name":"x"}')
        const error = await rejectionOf(restore(dir))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include('looked for NAMESPACE/DATASET.json')
      }))

    it('that is not there, or is a file, is a usage error', () =>
      withFolder(async (dir) => {
        await writeFile(join(dir, 'file'), '')
        for (const name of ['nothing', 'file'])
          expect(await rejectionOf(restore(join(dir, name)))).to.be.instanceOf(UsageError)
      }))

    it('may itself be a link', () =>
      withArchive(async (dir) => {
        await symlink(dir, join(dir, 'link'))
        expect((await restoreOne(join(dir, 'link'))).status).to.equal('present')
      }))
  })

  describe('a dry run', () => {
    it('checks the archive, says what would be done, and changes nothing', () =>
      withFolder(async (dir) => {
        hub.state.addDataset({name: TRACES, createdAt: CREATED, files: {x: 'y'}})
        await archiveAt(hub, dir)
        hub.state.remove(NAME)
        hub.requests.length = 0
        const result = await restore(dir, {dryRun: true, token: hub.tokens.read})
        expect(result.outcomes.map(({status}) => status)).to.deep.equal(['restorable', 'present'])
        expect(result.warnings.join(' ')).to.include('nothing could be restored')
        expect(exitCodeOfRestore(result)).to.equal(0)
        expect(hub.requests.every(({method}) => method === 'GET')).to.equal(true)
        await rm(join(home(dir), 'README.md'))
        expect(exitCodeOfRestore(await restore(dir, {dryRun: true}))).to.equal(3)
      }))
  })

  it('needs a token that may write everywhere', () =>
    withoutDataset(async (dir) => {
      for (const token of [hub.tokens.read, hub.tokens.fineGrainedReadOnly, hub.tokens.fineGrainedNarrow])
        expect(await rejectionOf(restore(dir, {token}))).to.be.instanceOf(NotAllowedError)
      expect(changesAt()).to.equal(0)
    }))

  it('takes 1 to 32 datasets at a time', () =>
    withoutDataset(async (dir) => {
      for (const concurrency of [0, 33, 1.5, Number.NaN])
        expect(await rejectionOf(restore(dir, {concurrency}))).to.be.instanceOf(UsageError)
    }))

  describe('through faults', () => {
    for (const [title, match, fault] of [
      ['the answer to the creation is lost', isCreation, {reset: 'after'}],
      ['the creation does not arrive', isCreation, {reset: 'before'}],
      [
        'another creation is under way',
        isCreation,
        {
          respond: {
            status: 409,
            body: '{"error":"Cannot create repo: another conflicting operation is in progress"}',
          },
        },
      ],
      ['the answer to the creation is a page', isCreation, {respond: {status: 200, body: '<html>'}}],
      ['the answer to a commit is lost', isCommit, {reset: 'after'}],
      ['a commit does not arrive', isCommit, {reset: 'before'}],
      ['the Hub fails at a commit', isCommit, {respond: {status: 502}}],
      ['an upload is cut', ({method}) => method === 'PUT', {reset: 'before'}],
      ['an upload fails', ({method}) => method === 'PUT', {respond: {status: 500}}],
      ['a look at the Hub fails', ({path}) => path.includes('/tree/'), {respond: {status: 503}}],
    ] as Array<[string, Fault['match'], Partial<Fault>]>)
      it(`looks at what is there and goes on where ${title}`, () =>
        withoutDataset(async (dir) => {
          hub.intercept({match, times: 1, ...fault})
          expect((await restoreOne(dir)).status).to.equal('restored')
          await archiveAt(hub, join(dir, 'second'))
          expect(treeOf(home(join(dir, 'second')))).to.deep.equal(treeOf(home(dir)))
          expect(hub.state.get(NAME)?.history).to.have.length(2)
        }))

    it('looks again where a commit whose answer was lost arrives late, and so in the way of the next one', () =>
      withoutDataset(async (dir) => {
        hub.intercept({match: isCommit, times: 1, reset: 'before'})
        hub.intercept({match: isCommit, times: 1, respond: {status: 412}})
        expect((await restoreOne(dir)).status).to.equal('restored')
      }))

    for (const [title, match, fault, status, reason] of [
      ['the Hub fails at every commit', isCommit, {respond: {status: 500}}, 'failed', /500/],
      ['creating is forbidden', isCreation, {respond: {status: 403}}, 'failed', /403/],
      ['an upload is refused', ({method}) => method === 'PUT', {respond: {status: 403}}, 'failed', /403/],
      ['somebody else commits in between', isCommit, {respond: {status: 412}}, 'refused', /another client/],
      [
        'a commit is refused',
        isCommit,
        {respond: {status: 400, body: '{"error":"Invalid YAML"}'}},
        'failed',
        /Invalid YAML/,
      ],
    ] as Array<[string, Fault['match'], Partial<Fault>, string, RegExp]>)
      it(`is ${status} where ${title}, and goes on the next time`, () =>
        withoutDataset(async (dir) => {
          const remove = hub.intercept({match, ...fault})
          const outcome = await restoreOne(dir)
          expect(outcome.status).to.equal(status)
          expect(outcome.reason).to.match(reason)
          remove()
          expect((await restoreOne(dir)).status).to.equal('restored')
        }))

    it('[S20] is refused where somebody really writes in between', () =>
      withoutDataset(async (dir) => {
        hub.intercept({match: isCommit, times: 1, before: () => void hub.state.touch(NAME)})
        expect(await restoreOne(dir)).to.include({
          status: 'refused',
          reason: 'another client is writing to it',
        })
        expect([...(hub.state.get(NAME)?.files.keys() ?? [])]).to.have.members([
          '.gitattributes',
          'notes.txt',
        ])
      }))

    it('fails where the Hub shows something else than what was uploaded', () =>
      withoutDataset(async (dir) => {
        hub.intercept({
          match: isCommit,
          respond: {
            status: 200,
            body: JSON.stringify({success: true, commitOid: 'a'.repeat(40), commitUrl: 'x'}),
          },
        })
        expect((await restoreOne(dir)).reason).to.include('something else than what was uploaded')
      }))

    it('stops where the token is not valid any more', () =>
      withFolder(async (dir) => {
        hub.state.addDataset({name: TRACES, createdAt: CREATED, files: {x: 'y'}})
        await archiveAt(hub, dir)
        for (const {id} of hub.state.datasets()) hub.state.remove(id)
        hub.intercept({match: isCreation, respond: {status: 401}})
        const result = await restore(dir)
        expect(result.outcomes.map(({status}) => status)).to.deep.equal(['failed', 'unattempted'])
        expect(result.outcomes[1]?.reason).to.include('does not accept the token')
        expect(exitCodeOfRestore(result)).to.equal(3)
      }))
  })

  describe('when it is interrupted', () => {
    it('attempts nothing more, ends with 130, and goes on the next time', () =>
      withFolder(async (dir) => {
        hub.state.addDataset({name: TRACES, createdAt: CREATED, files: {x: 'y'}})
        await archiveAt(hub, dir)
        hub.state.remove(NAME)
        hub.state.remove(TRACES)
        const controller = new AbortController()
        hub.intercept({match: isCommit, times: 1, before: () => controller.abort()})
        const result = await restore(dir, {signal: controller.signal, concurrency: 1})
        expect(result.outcomes.map(({status}) => status)).to.deep.equal(['failed', 'unattempted'])
        expect(result.outcomes[0]?.reason).to.include('interrupted halfway')
        expect(exitCodeOfRestore(result)).to.equal(130)
        expect(hub.state.get(TRACES)).to.equal(undefined)
        expect((await restore(dir)).counts.restored + (await restore(dir)).counts.present).to.be.at.least(2)
      }))

    it('throws where nothing was created yet', () =>
      withoutDataset(async (dir) => {
        expect(await rejectionOf(restore(dir, {signal: AbortSignal.abort()}))).to.be.instanceOf(
          CancelledError,
        )
        const controller = new AbortController()
        const onEvent = () => controller.abort()
        const job = restore(dir, {signal: controller.signal, onEvent})
        expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
        expect(changesAt()).to.equal(0)
      }))
  })

  it('tells what it checks, begins and has done, whatever the listener does', () =>
    withoutDataset(async (dir) => {
      const events: RestoreEvent[] = []
      await restore(dir, {
        onEvent(event) {
          events.push(event)
          throw new Error('a listener that fails')
        },
      })
      expect(events.map(({kind}) => kind)).to.deep.equal(['checking', 'started', 'finished'])
      expect(events.at(-1)).to.include({done: 1, of: 1})
    }))
})
