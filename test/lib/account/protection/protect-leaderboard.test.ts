import {expect} from 'chai'

import {discoverSmoltraceDatasets} from '../../../../src/lib/account/datasets.js'
import {protectRuns, unprotectRuns} from '../../../../src/lib/account/protection/pin-runs.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {
  protectLeaderboard,
  unprotectLeaderboard,
} from '../../../../src/lib/account/protection/protect-leaderboard.js'
import {groupDatasetsByRun} from '../../../../src/lib/account/runs.js'
import {CancelledError, NotAllowedError, RefusedError} from '../../../../src/lib/base/errors.js'
import {cleanupDatasets} from '../../../../src/lib/cleanup/cleanup.js'
import {HubUnreachableError} from '../../../../src/lib/hub/errors.js'
import {type Sandbox, startSandbox, storedFile} from '../../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../../support/builders.js'
import {withoutPauses} from '../../../support/pauses.js'

describe('protecting the leaderboard', () => {
  const isCommit = ({method, path}: {method: string; path: string}) =>
    method === 'POST' && path.includes('/commit/')
  const name = 'mira/smoltrace-leaderboard'
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({runs: 2})
  })

  afterEach(() => hub.close())

  const connection = () => ({endpoint: hub.url, token: hub.token, env: {}})

  it('[S13] starts over where somebody else changed the leaderboard in between', async () => {
    hub.intercept({match: isCommit, times: 2, before: () => hub.state.touch(name)})
    const {changed, protection} = await protectLeaderboard({...connection(), reason: 'cited'})
    expect(changed).to.equal(true)
    expect(protection).to.deep.include({by: 'mira', reason: 'cited'})
    expect(hub.requests.filter((request) => isCommit(request)).map(({status}) => status)).to.deep.equal([
      412, 412, 200,
    ])
  })

  it('gives up where others never stop changing it, and nothing is protected', async () => {
    hub.intercept({match: isCommit, before: () => hub.state.touch(name)})
    const error = await rejectionOf(protectLeaderboard(connection()))
    expect(error).to.be.instanceOf(RefusedError)
    expect(hub.state.get(name)?.head.files.has(PROTECTION_PATH)).to.equal(false)
  })

  it('says where it was interrupted over the commit that nothing is known of it, and the run stays pinned', async () => {
    const {datasets} = await discoverSmoltraceDatasets(connection())
    const timestamp = groupDatasetsByRun(datasets).find(({complete}) => complete)?.timestamp ?? ''
    await protectRuns([timestamp], connection())
    const controller = new AbortController()
    hub.intercept({match: isCommit, hold: 'after', before: () => controller.abort()})
    const error = await rejectionOf(unprotectRuns([timestamp], {...connection(), signal: controller.signal}))
    expect(error).to.be.instanceOf(CancelledError)
    expect((error as CancelledError).suggestions.join(' ')).to.include(
      `Whether ${name} was changed is not known`,
    )
    const {plan} = await cleanupDatasets({...connection(), all: true, grace: '0'})
    expect(plan.keep.map(({run}) => run.timestamp)).to.deep.equal([timestamp])
  })

  describe('where the answer to the commit is lost', () => {
    const protect = () => withoutPauses(() => protectLeaderboard({...connection(), reason: 'cited'}))

    it('sees that it arrived, commits once, and says that this was the change', async () => {
      hub.intercept({match: isCommit, times: 1, reset: 'after'})
      const {changed, protection} = await protect()
      expect([changed, protection?.reason]).to.deep.equal([true, 'cited'])
      expect(hub.state.get(name)?.head.title).to.equal('Protect the leaderboard')
      expect(hub.requests.filter((request) => isCommit(request))).to.have.length(1)
    })

    it('commits again what did not arrive', async () => {
      hub.intercept({match: isCommit, times: 2, reset: 'before'})
      expect((await protect()).changed).to.equal(true)
      expect(hub.state.get(name)?.head.files.has(PROTECTION_PATH)).to.equal(true)
    })

    it('gives up in the end, with what the network said', async () => {
      hub.intercept({match: isCommit, reset: 'before'})
      expect(await rejectionOf(protect())).to.be.instanceOf(HubUnreachableError)
      expect(hub.requests.filter((request) => isCommit(request))).to.have.length(6)
    })

    it('is lifted all the same', async () => {
      await protect()
      hub.intercept({match: isCommit, times: 1, reset: 'after'})
      const {changed, protection} = await withoutPauses(() => unprotectLeaderboard(connection()))
      expect([changed, protection?.reason]).to.deep.equal([true, 'cited'])
      expect(hub.state.get(name)?.head.files.has(PROTECTION_PATH)).to.equal(false)
    })
  })

  it('keeps what the first one said: who protected it, when and why', async () => {
    const first = await protectLeaderboard({...connection(), reason: 'first'})
    const second = await protectLeaderboard({...connection(), reason: 'second'})
    expect(second).to.deep.equal({...first, changed: false})
  })

  it('is lifted for good, and lifted again without a commit', async () => {
    await protectLeaderboard(connection())
    expect((await unprotectLeaderboard(connection())).changed).to.equal(true)
    const commits = hub.state.get(name)?.history.length
    expect((await unprotectLeaderboard(connection())).changed).to.equal(false)
    expect(hub.state.get(name)?.history.length).to.equal(commits)
    expect(hub.state.get(name)?.head.files.has(PROTECTION_PATH)).to.equal(false)
  })

  it('[S13] does not touch a file that it does not understand', async () => {
    hub.state.commit(
      hub.state.get(name)!,
      'newer',
      new Map([[PROTECTION_PATH, storedFile('{"version":2}', false)]]),
    )
    for (const job of [protectLeaderboard, unprotectLeaderboard]) {
      expect(await rejectionOf(job(connection()))).to.be.instanceOf(RefusedError)
    }

    expect(hub.requests.some((request) => isCommit(request))).to.equal(false)
  })

  it('is refused to a token that may only read, before anything is listed', async () => {
    const error = await rejectionOf(protectLeaderboard({...connection(), token: hub.tokens.read}))
    expect(error).to.be.instanceOf(NotAllowedError)
    expect(hub.requests.map(({path}) => path)).to.deep.equal(['/api/whoami-v2'])
  })
})
