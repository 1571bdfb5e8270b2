import {expect} from 'chai'
import {mkdir, readFile, rename, rm, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {
  type RestoreEvent,
  type RestoreOptions,
  type RestoreOutcome,
} from '../../../src/lib/archive/restore-runs.js'
import {exitCodeOfRestore, restoreDatasets, type RestoreResult} from '../../../src/lib/archive/restore.js'
import {CancelledError, NotAllowedError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {type Repo} from '../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../support/builders.js'
import {withoutPauses} from '../../support/pauses.js'
import {type Fault, isCommit, type Sandbox} from '../../support/sandbox.js'
import {
  archiveAt,
  CREATED,
  FILES,
  NAME,
  ofFormerNamespace,
  openBench,
  OWN,
  TIMESTAMP,
  treeOf,
} from './support.js'

const TRACES = NAME.replace('results', 'traces')
const isCreation: Fault['match'] = ({path}) => path === '/api/repos/create'
const isPreupload: Fault['match'] = ({path}) => path.includes('/preupload/')

describe('restoring', () => {
  let hub: Sandbox
  let dir: string
  let close: () => Promise<void>

  beforeEach(async () => {
    ;({hub, dir, close} = await openBench())
  })

  afterEach(() => close())

  const home = () => join(dir, 'mira', OWN)
  const restore = (more: Partial<RestoreOptions> = {}): Promise<RestoreResult> =>
    restoreDatasets({dir, token: hub.token, endpoint: hub.url, ...more})

  /** Restores one dataset. */
  const restoreOne = async (more: Partial<RestoreOptions> = {}): Promise<RestoreOutcome> => {
    const {outcomes} = await restore(more)
    const [outcome] = outcomes
    if (!outcome || outcomes.length !== 1) throw new Error(`There are ${outcomes.length} outcomes.`)
    return outcome
  }

  /** Restores one dataset, and expects this outcome, with a reason only where one is given. */
  const expectOne = async (status: string, reason = /^$/, more: Partial<RestoreOptions> = {}) => {
    const outcome = await restoreOne(more)
    expect(outcome.status, outcome.reason).to.equal(status)
    expect(outcome.reason ?? '').to.match(reason)
  }

  const contentsOf = (name: string): Record<string, string> =>
    Object.fromEntries(
      [...(hub.state.get(name)?.files ?? [])].map(([path, file]) => [path, file.bytes().toString('base64')]),
    )
  const add = (name: string, files?: Record<string, string | Uint8Array>) =>
    hub.state.addDataset({name, createdAt: CREATED, private: true, files: files ?? {x: 'y'}})
  const removeFile = (path: string) =>
    hub.state.commit(hub.state.get(NAME)!, 'Remove', new Map([[path, null]]))
  const requestsTo = (match: Fault['match']) =>
    hub.requests.filter((request) => match({body: '', ...request}))
  const expectNoChange = () => {
    const isChange: Fault['match'] = (request) => request.method !== 'GET' && !isPreupload(request)
    expect(requestsTo(isChange)).to.deep.equal([])
  }

  /** Archives everything, and takes it off the Hub. */
  const archiveAll = async () => {
    await archiveAt(hub, dir)
    for (const {id} of hub.state.datasets()) hub.state.remove(id)
    hub.requests.length = 0
  }

  it('brings back every file, so that a second archive is the same', async () => {
    const before = contentsOf(NAME)
    await archiveAll()
    const outcome = await restoreOne()
    expect(outcome).to.include({name: NAME, status: 'restored', files: 7}).and.not.to.have.property('reason')
    expect(contentsOf(NAME)).to.deep.equal(before)
    expect(hub.state.cdn.sawAuthorization).to.equal(false)
    await archiveAt(hub, join(dir, 'second'))
    expect(treeOf(join(dir, 'second', 'mira', OWN))).to.deep.equal(treeOf(home()))
  })

  it('brings back what the Hub would not have made by itself: no `.gitattributes`, or another one', async () => {
    const attributes = '*.txt filter=lfs diff=lfs merge=lfs -text\n'
    add(TRACES, {'.gitattributes': attributes, 'x.txt': 'y', 'x.parquet': 'z'})
    removeFile('.gitattributes')
    const before = [contentsOf(NAME), contentsOf(TRACES)]
    await archiveAll()
    expect((await restore()).counts).to.include({restored: 2})
    expect([contentsOf(NAME), contentsOf(TRACES)]).to.deep.equal(before)
  })

  it('makes several commits of many files, each on top of the one before, and none twice where an answer is lost', async () => {
    hub.state.remove(NAME)
    add(NAME, Object.fromEntries(Array.from({length: 230}, (_, index) => [`notes/${index}.txt`, `${index}`])))
    removeFile('.gitattributes')
    const before = contentsOf(NAME)
    await archiveAll()
    hub.intercept({match: isCommit, times: 1, reset: 'after'})
    expect((await restoreOne()).status).to.equal('restored')
    expect(contentsOf(NAME)).to.deep.equal(before)
    expect(hub.state.get(NAME)?.history).to.have.length(4)
    const commits = requestsTo(isCommit)
    expect(commits).to.have.length(3)
    for (const {body} of commits) expect(body).to.match(/"parentCommit":"[\da-f]{40}"/)
  })

  describe('the visibility', () => {
    const gateLost = /^it was public and gated \(manual\): private until you set the gate again$/
    const both: Partial<Repo> = {private: true, gated: 'manual'}
    const [open, hidden] = [{private: false}, {private: true}]
    for (const [title, was, there, status, visibility, reason] of [
      ['is public where it was', {}, undefined, 'restored', 'public'],
      ['is private where it had a gate', {gated: 'manual'}, undefined, 'restored', 'private', gateLost],
      ['loses its gate where it was private', both, undefined, 'restored', 'private', /its gate .* is not/],
      ['is left where it is public now', hidden, open, 'present', 'public', /was private/],
      ['is left where it is private now', open, hidden, 'present', 'private', /was public/],
      ['is the same behind the same gate', {gated: 'auto'}, {}, 'present', 'public'],
    ] as Array<[string, Partial<Repo>, Partial<Repo> | undefined, string, string, RegExp?]>)
      it(title, async () => {
        const repo = Object.assign(hub.state.get(NAME)!, {private: false, ...was})
        await archiveAt(hub, dir)
        if (there) Object.assign(repo, there)
        else hub.state.remove(NAME)
        const rehearsed = await restoreOne({dryRun: true})
        expect(rehearsed.visibility).to.equal(visibility)
        expect(rehearsed.reason ?? '').to.match(reason ?? /^$/)
        await expectOne(status, reason)
        expect(hub.state.get(NAME)?.private).to.equal(visibility === 'private')
      })
  })

  describe('what is there already', () => {
    const byHand = {'.gitattributes': '*.txt filter=lfs diff=lfs merge=lfs -text\n'}
    const part = Object.fromEntries(Object.entries(FILES).filter(([path]) => path !== 'empty.txt'))
    const [open, gated] = [{private: false}, {private: false, gated: 'auto'}] as const
    for (const [title, there, status, reason, now = {}, was = {}] of [
      ['is present where it is equal', FILES, 'present'],
      ['is filled where it is empty', {}, 'restored'],
      ['is completed where it is part of the same', part, 'restored'],
      ['is completed behind the same gate', part, 'restored', undefined, gated, gated],
      [
        'is left where it is public and was private',
        {},
        'refused',
        /^it exists on the Hub and is public, but/,
        open,
      ],
      ['is left where it has another file', {...FILES, 'other.txt': 'x'}, 'refused', /"other.txt"/],
      ['is left where a file is another', {...FILES, 'README.md': 'x'}, 'refused', /"README.md"/],
      ['is left with another `.gitattributes`', {...FILES, '.gitattributes': 'x'}, 'refused', /".gitattr/],
      ['[S19] is left with a `.gitattributes` made by hand', byHand, 'refused', /".gitattributes"/],
    ] as Array<[string, Record<string, string>, string, RegExp?, Partial<Repo>?, Partial<Repo>?]>)
      it(title, async () => {
        const before = contentsOf(NAME)
        Object.assign(hub.state.get(NAME)!, was)
        await archiveAll()
        Object.assign(add(NAME, there), now)
        await expectOne(status, reason)
        if (status === 'restored') expect(contentsOf(NAME)).to.deep.equal(before)
        else expect(hub.requests.every(({method}) => method === 'GET')).to.equal(true)
      })

    it('is present where a file has moved into LFS, and the folder that was named may be a link', async () => {
      await archiveAt(hub, dir)
      await symlink(dir, join(dir, 'link'))
      const repo = hub.state.get(NAME)!
      const file = repo.files.get('README.md')!
      hub.state.commit(repo, 'Move', new Map([['README.md', {...file, lfs: true}]]))
      expect((await restoreOne({dir: join(dir, 'link')})).status).to.equal('present')
    })

    it('under the name is another one where the name was given up: it is created', async () => {
      await archiveAt(hub, dir)
      hub.state.rename(hub.state.get(NAME)!, 'mira/kept')
      expect((await restoreOne()).status).to.equal('restored')
      expect(hub.state.get('mira/kept')?.history).to.have.length(2)
    })

    it('and cannot be seen is left alone', async () => {
      await archiveAll()
      const body = '{"error":"You already created this dataset repo"}'
      hub.intercept({match: isCreation, respond: {status: 409, body}})
      await expectOne('refused', /it cannot be created: You already created this dataset repo/)
    })
  })

  describe('an archive', () => {
    const inHome = (path: string) => join(home(), path)
    const manifest = () => `${home()}.json`
    /** Changes fields of the manifest. */
    const edit = (change: object) => async () => {
      const fields = JSON.parse(await readFile(manifest(), 'utf8')) as object
      await writeFile(manifest(), JSON.stringify({...fields, ...change}))
    }

    /** Moves something out of the archive, and links to it. */
    const linkTo = (place: () => string) => async () => {
      await rename(place(), join(dir, 'elsewhere'))
      await symlink(join(dir, 'elsewhere'), place())
    }

    const copy = async () => {
      await rename(home(), `${home()}-copy`)
      await rename(manifest(), `${home()}-copy.json`)
    }

    const unfinish = async () => {
      await rm(manifest())
      await rename(home(), join(dir, 'mira', `.${OWN}.0-f.partial`))
    }

    const notes = 'deep/er/and/deeper/notes.txt'
    for (const [title, damage, reason] of [
      ['its folder is missing', () => rm(home(), {recursive: true}), /its folder is missing/],
      ['its manifest is missing', () => rm(manifest()), /its manifest is missing/],
      ['it was not archived to its end', unfinish, /its manifest is missing/],
      ['its manifest is broken', () => writeFile(manifest(), '{'), /is not valid: not JSON/],
      ['its manifest is of another dataset', edit({name: TRACES}), /wrong place/],
      ['its manifest is of another namespace', edit({namespace: 'other'}), /belongs to the namespace/],
      ['its name is not that of a dataset of a run', copy, /not a SMOLTRACE dataset/],
      ['a file is a link', linkTo(() => inHome('README.md')), /README.md is not a regular file/],
      ['its folder is a link', linkTo(home), /is not a folder/],
      ['its manifest is a link', linkTo(manifest), /is not a regular file/],
    ] as Array<[string, () => Promise<void>, RegExp]>)
      it(`is refused, before anything is created, where ${title}`, async () => {
        await archiveAll()
        await damage()
        await expectOne('refused', reason)
        expectNoChange()
      })

    it('is refused with all that is wrong with it at once', async () => {
      await archiveAll()
      await rm(inHome('README.md'))
      for (const path of [notes, 'empty.txt', 'deep/more.txt']) await writeFile(inHome(path), 'y')
      expect((await restoreOne()).reason).to.equal(
        '"README.md" is missing; "deep/er/and/deeper/notes.txt", "empty.txt" are not as archived; ' +
          '"deep/more.txt" is not in its manifest: remove that file',
      )
      expectNoChange()
    })

    it('is restored whatever file managers leave in it, with what the dataset has of that', async () => {
      hub.state.remove(NAME)
      add(NAME, {...FILES, 'deep/.DS_Store': 'of the dataset', '@eaDir/x': 'y'})
      const before = contentsOf(NAME)
      await archiveAll()
      for (const path of ['thumbs.db', 'desktop.ini', '._README.md', 'deep/._x'])
        await writeFile(inHome(path), 'left')
      for (const folder of [dir, join(dir, 'mira'), home(), inHome('data')]) {
        await mkdir(join(folder, '@eaDir', OWN), {recursive: true})
        await writeFile(join(folder, '@eaDir', `${OWN}.json`), 'left')
        await writeFile(join(folder, '.DS_Store'), 'left')
      }

      await writeFile(join(dir, 'mira', `._${OWN}.json`), 'left')
      expect((await restoreOne()).status).to.equal('restored')
      expect(contentsOf(NAME)).to.deep.equal(before)
      // It is an archive all the same: another one of the same is not another version.
      expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
      await rm(inHome('deep/.DS_Store'))
      expect((await restoreOne()).reason).to.include('"deep/.DS_Store" is missing')
    })

    it('of another namespace is refused, and the flag named that leads to it', async () => {
      await archiveAt(hub, dir)
      await archiveAt(hub, join(dir, 'second'))
      await ofFormerNamespace(join(dir, 'second'), hub.org)
      await rename(join(dir, 'second', hub.org), join(dir, hub.org))
      const {outcomes} = await restore()
      const other = outcomes.find(({name}) => name === `${hub.org}/${OWN}`)
      expect(other?.reason).to.equal(`it does not belong to mira: add --namespace ${hub.org}`)
      expect((await restoreOne({names: [OWN], dryRun: true})).name).to.equal(NAME)
      const ofOrg = await restore({namespace: hub.org})
      expect(ofOrg.outcomes).to.have.length(1)
      expect(ofOrg.outcomes[0]).to.include({name: `${hub.org}/${OWN}`, status: 'restored'})
      expect(ofOrg.warnings.join(' ')).to.include('1 archive of other namespaces')
      // What is named, and is not of that namespace, is not passed over.
      const error = await rejectionOf(restore({namespace: hub.org, names: [NAME]}))
      expect(error).to.be.instanceOf(RefusedError)
    })
  })

  describe('runs', () => {
    const stamps = ['20260103_000000', '20260102_000000', '20260101_000000'] as const
    const types = ['results', 'traces', 'metrics']
    const nameOf = (type: string, stamp: string) => `mira/smoltrace-${type}-${stamp}`
    const names = stamps.flatMap((stamp) => types.map((type) => nameOf(type, stamp)))
    const backOf = (stamp: string) => types.filter((type) => hub.state.get(nameOf(type, stamp)))

    /** Three whole runs in an archive, and nothing on the Hub. */
    beforeEach(async () => {
      hub.state.remove(NAME)
      const pins = ['smoltrace-pinned', 'smoltrace-pinned-until-20991231', 'smoltrace-pinned-until-20200101']
      for (const name of names.toReversed()) {
        const tag = pins[stamps.findIndex((stamp) => name === nameOf('results', stamp))] ?? 'smoltrace'
        add(name, {'README.md': `---\ntags:\n- ${tag}\n---\n`})
      }

      await archiveAll()
    })

    it('[S19] come back one after the other, the newest first, and in each results, traces, metrics, with their pins', async () => {
      for (const dryRun of [true, false]) {
        const {outcomes} = await restore({dryRun})
        expect(outcomes.map(({name}) => name)).to.deep.equal(names)
        expect(outcomes.flatMap(({pin}, at) => (pin ? [[at, pin]] : []))).to.deep.equal([
          [0, 'smoltrace-pinned'],
          [3, 'smoltrace-pinned-until-20991231'],
        ])
      }

      const created = requestsTo(isCreation).map(({body = ''}) => `mira/${JSON.parse(body).name}`)
      expect(created).to.deep.equal(names)
    })

    const answer = (status: number, error = '', skip = 0, ratelimit = '"api";r=900;t=200') => ({
      skip,
      respond: {status, headers: {ratelimit}, body: JSON.stringify({error})},
    })
    const perDay = answer(429, 'You have exceeded the rate limit for repository creation (300 per day).', 6)
    const usedUp = answer(429, '', 0, '"api";r=0;t=0')
    const full = answer(403, 'Private repository storage limit reached, please upgrade your plan')
    const isOfTraces: Fault['match'] = (request) =>
      isCommit(request) && request.path.includes(nameOf('traces', stamps[0]))
    for (const [title, match, fault, [restored, failed, unattempted], reason] of [
      ['[S19] the Hub creates no more', isCreation, perDay, [6, 1, 2], /300 per day.*later/],
      ['no quota is left to create', isCreation, usedUp, [0, 0, 9], /^the Hub's rate limit was reached/],
      ['no quota is left to fill', isPreupload, usedUp, [0, 1, 8], /the Hub's rate limit was reached/],
      ['the storage is full', isCommit, full, [0, 1, 8], /the account's storage is full.*free some space/],
      ['the token is revoked', isCreation, answer(401, '', 3), [3, 1, 5], /no longer accepts the token/],
      ['one dataset fails', isOfTraces, answer(400, 'Bad'), [7, 1, 1], /^the traces of this run: .*Bad/],
    ] as Array<[string, Fault['match'], Partial<Fault>, [number, number, number], RegExp]>)
      it(`are whole or not begun where ${title}, but for one, and the next time it continues`, async () => {
        const remove = hub.intercept({match, ...fault})
        const result = await withoutPauses(() => restore())
        expect(result.counts).to.include({restored, failed, unattempted})
        expect(exitCodeOfRestore(result)).to.equal(3)
        const isIncomplete = result.outcomes.some((each) => each.reason?.includes('incomplete on the Hub'))
        expect(isIncomplete).to.equal(match === isPreupload)
        for (const each of result.outcomes.filter(({status}) => status === 'unattempted'))
          expect(each.reason).to.match(reason)
        remove()
        expect((await restore()).counts).to.include({present: restored, restored: 9 - restored})
      })

    const traces = nameOf('traces', stamps[1])
    for (const [title, damage, reason] of [
      ['the archive is damaged', () => rm(join(dir, traces, 'README.md')), '"README.md" is missing'],
      ['something else is there', async () => void add(traces), 'a dataset with this name exists'],
    ] as Array<[string, () => Promise<void>, string]>)
      it(`are refused as a whole where of one of its datasets ${title}, and the others come back`, async () => {
        await damage()
        expect((await restore({dryRun: true})).counts).to.include({refused: 3, restorable: 6})
        const {outcomes, counts} = await restore()
        expect(counts).to.include({refused: 3, restored: 6})
        const refused = outcomes.filter(({status}) => status === 'refused')
        for (const each of refused) expect(each.reason).to.include(reason)
        expect(refused[0]?.reason).to.match(/^the traces of this run: /)
        expect(backOf(stamps[1]).filter((type) => type !== 'traces')).to.deep.equal([])
      })
  })

  describe('what changes after it was checked', () => {
    const SECRET = 'TOP SECRET'
    const PARQUET = 'data/train-00000-of-00001.parquet'
    const isUpload: Fault['match'] = ({method, body}) => method === 'PUT' && body.length > 100_000

    /** As long as what was checked: only the content tells them apart. */
    const secretFor = (path: string) => {
      const {length} = Buffer.from(FILES[path] ?? '')
      return SECRET.repeat(Math.ceil(length / SECRET.length)).slice(0, length)
    }

    const overwrite = (path: string) => writeFile(join(home(), path), secretFor(path))
    /** A link, with which another file of the user would be sent. */
    const plant = async (path: string) => {
      await writeFile(join(dir, 'secret'), secretFor(path))
      await rm(join(home(), path))
      await symlink(join(dir, 'secret'), join(home(), path))
    }

    /** Everything that the Hub and its store were sent, and what is in it in Base64. */
    const sent = () => {
      const bodies = [
        ...hub.requests.map(({body = ''}) => body),
        ...[...hub.state.uploads.values()].map(String),
      ]
      const encoded = bodies.flatMap((body) => body.match(/(?<=")[\w+/]{8,}=*(?=")/g) ?? [])
      return [...bodies, ...encoded.map((text) => Buffer.from(text, 'base64').toString())].join('\n')
    }

    beforeEach(archiveAll)

    for (const [title, match, change] of [
      ['a link is planted at the creation', isCreation, plant],
      ['a link is planted while its beginning is looked at', isPreupload, plant],
      ['a file is written to while its beginning is looked at', isPreupload, overwrite],
      ['[S19] a file is written to once it is in the store', isUpload, overwrite],
    ] as Array<[string, Fault['match'], (path: string) => Promise<void>]>)
      for (const path of match === isUpload ? [PARQUET] : ['README.md', PARQUET])
        it(`is not committed where ${title}: ${path}`, async () => {
          hub.intercept({match, times: 1, before: () => change(path)})
          await expectOne('failed', /" changed after it was checked.* the dataset on the Hub is incomplete/)
          expect(Object.keys(contentsOf(NAME))).to.deep.equal(['.gitattributes'])
          expect(sent()).not.to.include(SECRET)
          expect(requestsTo(isCommit)).to.deep.equal([])
        })
  })

  describe('under another namespace', () => {
    const OLD = 'mira-old'

    /** An archive of what the account was called before. */
    beforeEach(async () => {
      await archiveAll()
      await ofFormerNamespace(dir, OLD)
    })

    it('comes what `from` names, also into an organisation of the token, and the archive stays as it is', async () => {
      const before = treeOf(dir)
      expect(await rejectionOf(restore({from: OLD, namespace: 'somebody'}))).to.be.instanceOf(RefusedError)
      expectNoChange()
      for (const namespace of ['mira', hub.org]) {
        const result = await restore({from: OLD, namespace, names: [TIMESTAMP]})
        expect(result).to.include({from: OLD, namespace})
        const name = `${namespace}/${OWN}`
        expect(result.outcomes[0]).to.include({name, status: 'restored', visibility: 'private'})
      }

      expect(treeOf(dir)).to.deep.equal(before)
    })

    it('comes nothing where `from` names what is not there, or nothing, and the advice keeps where it should come', async () => {
      for (const [options, flags] of [
        [{from: 'mira'}, `--from ${OLD}`],
        [{from: 'nobody', namespace: hub.org}, `--from ${OLD} --namespace ${hub.org}`],
      ] as const) {
        const error = (await rejectionOf(restore(options))) as RefusedError
        const [advice] = error.suggestions
        expect(advice).to.equal(`It has archives of ${OLD}: smoltrace restore ${dir} ${flags}`)
      }

      expect((await restoreOne()).reason)
        .to.include(`add --from ${OLD}`)
        .and.not.include('--namespace')
    })
  })

  describe('the datasets named', () => {
    const board = 'mira/smoltrace-leaderboard'
    const newer = 'mira/smoltrace-results-20260106_000000'

    beforeEach(async () => {
      for (const name of [TRACES, board, newer]) add(name)
      await archiveAll()
    })

    it('are those of the words, each once, in their order; without words all', async () => {
      for (const [words, expected] of [
        [undefined, [board, newer, NAME, TRACES]],
        [[OWN], [NAME]],
        [
          [TIMESTAMP, NAME, OWN, 'smoltrace-leaderboard'],
          [NAME, TRACES, board],
        ],
        [
          [TRACES, newer, board, NAME],
          [NAME, TRACES, newer, board],
        ],
      ]) {
        const {outcomes} = await restore({names: words, dryRun: true})
        expect(outcomes.map(({name}) => name)).to.deep.equal(expected)
      }
    })

    it('are refused before anything is sent where one of them is not archived', async () => {
      for (const word of ['mira/smoltrace-results-20260107_000000', '20260107_000000', 'other', '', '..'])
        expect(await rejectionOf(restore({names: [NAME, word]}))).to.be.instanceOf(RefusedError)
      expect(hub.requests).to.deep.equal([])
    })
  })

  it('refuses a folder without archives, and says what it looked for; what is not a folder is a usage error', async () => {
    await mkdir(join(dir, 'mira', 'x'), {recursive: true})
    await writeFile(join(dir, 'mira', 'package.json'), '{"name":"x"}')
    const error = await rejectionOf(restore())
    expect(error).to.be.instanceOf(RefusedError)
    expect(error.message).to.include('expected NAMESPACE/DATASET.json')
    for (const name of ['nothing', 'mira/package.json'])
      expect(await rejectionOf(restore({dir: join(dir, name)}))).to.be.instanceOf(UsageError)
  })

  it('says in a dry run what would be done, and changes nothing', async () => {
    add(TRACES)
    await archiveAt(hub, dir)
    hub.state.remove(NAME)
    hub.requests.length = 0
    const result = await restore({dryRun: true, token: hub.tokens.read})
    expect(result.outcomes.map(({status}) => status)).to.deep.equal(['restorable', 'present'])
    expect(result.warnings.join(' ')).to.include('cannot restore anything')
    expect(exitCodeOfRestore(result)).to.equal(0)
    expect(hub.requests.every(({method}) => method === 'GET')).to.equal(true)
  })

  it('needs a token that may write everywhere, and 1 to 32 datasets at a time', async () => {
    await archiveAll()
    for (const token of [hub.tokens.read, hub.tokens.fineGrainedNarrow])
      expect(await rejectionOf(restore({token}))).to.be.instanceOf(NotAllowedError)
    for (const concurrency of [0, 33, 1.5, Number.NaN])
      expect(await rejectionOf(restore({concurrency}))).to.be.instanceOf(UsageError)
    expectNoChange()
  })

  describe('with another writer', () => {
    beforeEach(archiveAll)

    it('looks again where another creation is under way, or a lost commit arrives late', async () => {
      const busy = '{"error":"Cannot create repo: another conflicting operation is in progress"}'
      hub.intercept({match: isCreation, times: 1, respond: {status: 409, body: busy}})
      hub.intercept({match: isCommit, times: 1, reset: 'before'})
      hub.intercept({match: isCommit, times: 1, respond: {status: 412}})
      expect((await restoreOne()).status).to.equal('restored')
    })

    it('[S19] is refused where that one really writes in between', async () => {
      hub.intercept({match: isCommit, times: 1, before: () => void hub.state.touch(NAME)})
      await expectOne('refused', /^another client is writing to it$/)
      expect(Object.keys(contentsOf(NAME))).to.have.members(['.gitattributes', 'notes.txt'])
    })

    it('fails where the Hub does not show what was uploaded', async () => {
      const body = JSON.stringify({success: true, commitOid: 'a'.repeat(40), commitUrl: 'x'})
      hub.intercept({match: isCommit, respond: {status: 200, body}})
      await expectOne('failed', /does not show what was uploaded/)
    })
  })

  describe('when it is interrupted', () => {
    it('attempts nothing more, ends with 130, and continues the next time', async () => {
      const ofOlderRun = 'mira/smoltrace-results-20260104_000000'
      add(ofOlderRun)
      await archiveAll()
      const controller = new AbortController()
      hub.intercept({match: isCommit, times: 1, before: () => controller.abort()})
      const result = await restore({signal: controller.signal, concurrency: 1})
      expect(result.outcomes.map(({status}) => status)).to.deep.equal(['failed', 'unattempted'])
      expect(result.outcomes[0]?.reason).to.include('interrupted halfway')
      expect(exitCodeOfRestore(result)).to.equal(130)
      expect(hub.state.get(ofOlderRun)).to.equal(undefined)
      await restore()
      expect((await restore()).counts).to.include({present: 2})
    })

    it('throws where nothing was created yet', async () => {
      await archiveAll()
      const controller = new AbortController()
      const job = restore({signal: controller.signal, onEvent: () => controller.abort()})
      expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
      expectNoChange()
    })
  })

  it('reports what it checks, begins and has done, until the listener fails', async () => {
    await archiveAll()
    const events: RestoreEvent[] = []
    const result = await restore({
      async onEvent(event) {
        events.push(event)
        if (event.kind === 'finished') throw new Error('a listener that fails')
      },
    })
    expect(events.map(({kind}) => kind)).to.deep.equal(['checking', 'started', 'finished'])
    expect(events.at(-1)).to.include({done: 1, of: 1})
    expect(result.counts).to.include({restored: 1})
    expect(result.warnings).to.deep.equal(['onEvent failed and was not called again: a listener that fails'])
  })
})
