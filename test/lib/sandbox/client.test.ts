import {
  commit,
  createRepo,
  datasetInfo,
  deleteFile,
  deleteRepo,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  HubApiError,
  listDatasets,
  listFiles,
  pathsInfo,
  uploadFile,
  whoAmI,
} from '@huggingface/hub'
import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {failureOf, NOW, sandboxAt} from './support.js'

const REPO = 'datasets/mira/smoltrace-leaderboard'
const DATA = 'data/train-00000-of-00001.parquet'

describe('sandbox: what @huggingface/hub does with it', () => {
  let sandbox: Sandbox
  let access: {accessToken: string; hubUrl: string}

  beforeEach(async () => {
    sandbox = await sandboxAt({pageSize: 10})
    access = {accessToken: sandbox.token, hubUrl: sandbox.url}
  })

  afterEach(() => sandbox.close())

  it('whoAmI', async () => {
    const me = await whoAmI(access)
    expect([me.name, me.auth.accessToken?.createdAt]).to.deep.equal([
      'mira',
      new Date('2026-06-07T12:00:00Z'),
    ])
    const error = await failureOf(whoAmI({...access, accessToken: 'hf_wrong'}))
    expect(error).to.be.instanceOf(HubApiError)
    expect(error).to.include({statusCode: 401})
    expect((error as HubApiError).message).to.match(/^Invalid username or password\..*Request ID: Root=1-/)
  })

  it('listDatasets, over all pages', async () => {
    const listed = []
    for await (const dataset of listDatasets({
      ...access,
      search: {owner: 'mira'},
      additionalFields: ['createdAt', 'tags', 'sha'],
    }))
      listed.push(dataset)
    const own = sandbox.state.datasets().filter(({namespace}) => namespace === 'mira')
    expect(listed.map(({name}) => name)).to.have.members(own.map(({id}) => id))
    const [first] = listed
    const repo = sandbox.state.get(first?.name ?? '')
    expect(first).to.deep.include({
      id: repo?._id,
      private: repo?.private,
      updatedAt: repo?.lastModified,
      sha: repo?.sha,
    })
    expect(sandbox.requests.length).to.equal(Math.ceil(own.length / 10))
  })

  it('datasetInfo', async () => {
    const info = await datasetInfo({
      ...access,
      name: 'mira/smoltrace-leaderboard',
      additionalFields: ['sha', 'author'],
    })
    const {sha} = sandbox.state.get('mira/smoltrace-leaderboard') ?? {}
    expect(info).to.include({name: 'mira/smoltrace-leaderboard', private: false, sha, author: 'mira'})
  })

  it('deleteRepo', async () => {
    await deleteRepo({...access, repo: REPO})
    expect(sandbox.state.get('mira/smoltrace-leaderboard')).to.equal(undefined)
    expect(await failureOf(deleteRepo({...access, repo: REPO}))).to.include({statusCode: 404})
    expect(await failureOf(deleteRepo({...access, repo: 'mira/smoltrace-tasks'}))).to.include({
      statusCode: 404,
    })
  })

  it('createRepo', async () => {
    const created = await createRepo({...access, repo: 'datasets/mira/new', visibility: 'private'})
    expect(created).to.deep.equal({
      repoUrl: `${sandbox.url}/datasets/mira/new`,
      id: sandbox.state.get('mira/new')?._id,
    })
    expect(sandbox.state.get('mira/new')?.private).to.equal(true)
    const error = await failureOf(createRepo({...access, repo: 'datasets/mira/new'}))
    expect(error).to.include({statusCode: 409})
  })

  it('uploadFile and deleteFile', async () => {
    await uploadFile({...access, repo: REPO, file: {path: '.smoltrace/x.json', content: new Blob(['{}'])}})
    const repo = sandbox.state.get('mira/smoltrace-leaderboard')
    expect(repo?.files.get('.smoltrace/x.json')?.bytes().toString()).to.equal('{}')
    await deleteFile({...access, repo: REPO, path: '.smoltrace/x.json'})
    expect(repo?.files.has('.smoltrace/x.json')).to.equal(false)
  })

  it('commit, with parentCommit and with files that go to LFS', async () => {
    const {sha: parentCommit = ''} = sandbox.state.get('mira/smoltrace-leaderboard') ?? {}
    const parquet = new Blob(['PAR1 new PAR1'])
    const params = {
      ...access,
      repo: REPO,
      title: 'Replace the data',
      parentCommit,
      operations: [
        {operation: 'addOrUpdate' as const, path: DATA, content: parquet},
        {operation: 'addOrUpdate' as const, path: 'notes.md', content: new Blob(['text'])},
        {operation: 'delete' as const, path: 'README.md'},
      ],
    }
    const result = await commit(params)
    const repo = sandbox.state.get('mira/smoltrace-leaderboard')
    expect(result?.commit.oid).to.equal(repo?.sha)
    expect(repo?.lastModified).to.deep.equal(NOW)
    expect(repo?.files.get(DATA)).to.include({lfs: true})
    expect([...(repo?.files.keys() ?? [])]).to.have.members(['.gitattributes', DATA, 'notes.md'])
    expect(await (await downloadFile({...access, repo: REPO, path: DATA, xet: false}))?.text()).to.equal(
      'PAR1 new PAR1',
    )

    const error = await failureOf(commit(params))
    expect(error).to.include({statusCode: 412})
    expect(sandbox.state.cdn.sawAuthorization).to.equal(false)
  })

  it('listFiles, pathsInfo and fileExists', async () => {
    const files = []
    for await (const file of listFiles({...access, repo: REPO, recursive: true, expand: true}))
      files.push(file)
    expect(files.map(({path, type}) => `${type} ${path}`)).to.deep.equal([
      'directory data',
      'file .gitattributes',
      'file README.md',
      `file ${DATA}`,
    ])
    expect(files.at(-1)?.lfs?.size).to.equal(files.at(-1)?.size)
    const [info] = await pathsInfo({...access, repo: REPO, paths: [DATA, 'nothing'], expand: true})
    expect(info?.lastCommit).to.deep.include({title: 'Upload dataset'})
    expect(await fileExists({...access, repo: REPO, path: 'README.md'})).to.equal(true)
    expect(await fileExists({...access, repo: REPO, path: 'nothing'})).to.equal(false)
  })

  it('fileDownloadInfo and downloadFile, for files in git, in LFS and nowhere', async () => {
    const repo = sandbox.state.datasets().find(({id}) => id.startsWith('mira/smoltrace-traces-'))
    const own = {...access, repo: `datasets/${repo?.id}`}
    const card = await downloadFile({...own, path: 'README.md'})
    expect(await card?.text()).to.equal(repo?.files.get('README.md')?.bytes().toString())
    const data = repo?.files.get(DATA)?.bytes()
    const info = await fileDownloadInfo({...own, path: DATA})
    expect(info?.size).to.equal(data?.length)
    expect(info?.xet?.hash).to.match(/^[\da-f]{64}$/)
    const blob = await downloadFile({...own, path: DATA, xet: false})
    expect(
      Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0)).equals(data ?? Buffer.alloc(0)),
    ).to.equal(true)
    expect(await (await blob?.slice(0, 4))?.text()).to.equal('PAR1')
    expect(await downloadFile({...own, path: 'nothing'})).to.equal(null)
    expect(
      await failureOf(downloadFile({...own, accessToken: sandbox.tokens.fineGrainedNarrow, path: DATA})),
    ).to.include({statusCode: 404})
    expect(sandbox.state.cdn.sawAuthorization).to.equal(false)
  })
})
