import {expect} from 'chai'

import {discoverSmoltraceDatasets} from '../../../../src/lib/account/datasets.js'
import {indexRows} from '../../../../src/lib/account/leaderboard/index.js'
import {readLeaderboard} from '../../../../src/lib/account/leaderboard/read.js'
import {formatProtection} from '../../../../src/lib/account/protection/file.js'
import {parseProtection} from '../../../../src/lib/account/protection/parse.js'
import {protectRuns, unprotectRuns} from '../../../../src/lib/account/protection/pin-runs.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {
  protectLeaderboard,
  unprotectLeaderboard,
} from '../../../../src/lib/account/protection/protect-leaderboard.js'
import {groupDatasetsByRun} from '../../../../src/lib/account/runs.js'
import {
  CancelledError,
  NotAllowedError,
  RefusedError,
  SmoltraceError,
  UsageError,
} from '../../../../src/lib/base/errors.js'
import {cleanupDatasets} from '../../../../src/lib/cleanup/cleanup.js'
import {connectHub} from '../../../../src/lib/hub/client.js'
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

describe('pinning runs', () => {
  const board = 'mira/smoltrace-leaderboard'
  const now = new Date('2026-10-05T12:00:00.000Z')
  let hub: Sandbox
  let runs: string[]

  beforeEach(async () => {
    hub = await startSandbox({runs: 9, clock: () => now})
    const names = hub.state
      .datasets()
      .map(({id}) => /^mira\/smoltrace-results-(\d{8}_\d{6})$/.exec(id)?.[1] ?? [])
    runs = names.flat().filter((run) => !run.includes('0231_'))
  })

  afterEach(() => hub.close())

  const connection = () => ({endpoint: hub.url, token: hub.token, env: {}, clock: () => now})
  const file = () => hub.state.get(board)?.head.files.get(PROTECTION_PATH)?.bytes().toString('utf8')
  const pinsOnHub = () => parseProtection(file() ?? '{"version": 1}', board).runs ?? {}

  it('commits who pinned which run, when, why and until when', async () => {
    const [first = '', second = ''] = runs.slice(1)
    const options = {...connection(), reason: 'paper', until: '2026-12-31'}
    const change = await protectRuns([first, second], options)
    const pin = {by: 'mira', at: now, reason: 'paper', until: '2026-12-31'}
    expect(change).to.deep.equal({
      leaderboard: board,
      changed: true,
      runs: [first, second].map((run) => ({run, changed: true, pin, tagged: true, problem: undefined})),
      interrupted: false,
    })
    expect(pinsOnHub()).to.deep.equal({[first]: pin, [second]: pin})
  })

  it('never commits a token that stands in the reason', async () => {
    await protectRuns(runs.slice(0, 1), {...connection(), reason: 'made with hf_abcdefgh'})
    await protectLeaderboard({...connection(), reason: 'see hf_abcdefgh'})
    expect(file()).to.include('hf_…').and.not.include('hf_abc')
  })

  it('[S13] leaves the protection of the leaderboard and other pins alone, in both directions', async () => {
    const [first = '', second = ''] = runs
    await protectLeaderboard(connection())
    await protectRuns([first], connection())
    await protectRuns([second], connection())
    await unprotectRuns([first], connection())
    expect(parseProtection(file() ?? '', board).leaderboard?.by).to.equal('mira')
    expect(Object.keys(pinsOnHub())).to.deep.equal([second])
    await unprotectLeaderboard(connection())
    expect(Object.keys(pinsOnHub())).to.deep.equal([second])
    await unprotectRuns([second], connection())
    expect(file()).to.equal(undefined)
  })

  const again: Array<
    [title: string, before: string | undefined, wanted: string | undefined, until: string | undefined]
  > = [
    ['is not shortened', '2026-12-31', '2026-11-30', '2026-12-31'],
    ['without an end is not given one', undefined, '2026-11-30', undefined],
    ['is lengthened', '2026-11-30', '2026-12-31', '2026-12-31'],
    ['loses its end', '2026-11-30', undefined, undefined],
    ['stays as it is', '2026-11-30', '2026-11-30', '2026-11-30'],
    ['that has run out is made anew', '2026-10-04', '2026-10-06', '2026-10-06'],
  ]
  for (const [title, before, wanted, until] of again) {
    it(`again: a pin ${title}`, async () => {
      const [run = ''] = runs
      const old = {by: 'ann', at: new Date('2026-09-01T00:00:00.000Z'), ...(before && {until: before})}
      const text = formatProtection({runs: {[run]: old}})
      hub.state.commit(hub.state.get(board)!, 'pin', new Map([[PROTECTION_PATH, storedFile(text, false)]]))
      const change = await protectRuns([run], {...connection(), until: wanted})
      expect(change.runs[0]?.pin?.until).to.equal(until)
      expect(change.changed).to.equal(until !== before)
      expect(pinsOnHub()[run]?.by).to.equal(until === before ? 'ann' : 'mira')
    })
  }

  const bad: Array<[title: string, job: () => Promise<unknown>, word: string]> = [
    ['no run', () => protectRuns([], connection()), 'timestamp'],
    ['a run that can be none', () => protectRuns(['20260231_000000'], connection()), '20260231_000000'],
    ['a day that is none', () => protectRuns(runs, {...connection(), until: '31.12.2026'}), '`until`'],
    ['a day that does not exist', () => protectRuns(runs, {...connection(), until: '2026-02-30'}), '`until`'],
    ['unpinning what is no run', () => unprotectRuns(['latest'], connection()), 'latest'],
    ['no best run', () => protectLeaderboard({...connection(), top: 0}), '`top`'],
    ['both ways to choose runs', () => protectLeaderboard({...connection(), top: 1, runs: true}), '`runs`'],
    ['a metric that is none', () => protectLeaderboard({...connection(), top: 1, by: 'luck'}), '`by`'],
    ['a metric without a number', () => protectLeaderboard({...connection(), by: 'total_cost_usd'}), '`by`'],
  ]
  for (const [title, job, word] of bad) {
    it(`is refused for ${title}, before anything is sent`, async () => {
      const error = await rejectionOf(job())
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(error.message).to.include(word)
      expect(hub.requests).to.deep.equal([])
    })
  }

  it('is refused until a day that is over, and holds on the day itself', async () => {
    const [run = ''] = runs
    const error = await rejectionOf(protectRuns([run], {...connection(), until: '2026-10-04'}))
    expect(error).to.be.instanceOf(UsageError)
    expect(hub.requests).to.deep.equal([])
    expect((await protectRuns([run], {...connection(), until: '2026-10-05'})).changed).to.equal(true)
  })

  it('is refused for a run that is not there, and pins none of the others', async () => {
    const error = await rejectionOf(protectRuns([...runs, '20200101_000000'], connection()))
    expect(error).to.be.instanceOf(RefusedError)
    expect(error.message).to.include('20200101_000000')
    expect(file()).to.equal(undefined)
  })

  it('lifts the pin of a run that is gone, and says where there was none', async () => {
    const [first = '', second = ''] = runs
    await protectRuns([first], connection())
    for (const type of ['results', 'traces', 'metrics']) hub.state.remove(`mira/smoltrace-${type}-${first}`)
    const change = await unprotectRuns([first, second], connection())
    expect(change.runs.map(({changed, pin}) => [changed, pin?.by])).to.deep.equal([
      [true, 'mira'],
      [false, undefined],
    ])
    expect((await unprotectRuns([first], connection())).changed).to.equal(false)
  })

  describe('that the leaderboard cites', () => {
    it('leaves no row pointing at nothing, whatever is cleaned up then', async () => {
      const {runs: pinned} = await protectLeaderboard({...connection(), runs: true})
      const rows = await readLeaderboard(
        connectHub({endpoint: hub.url, token: hub.token, source: 'test'}),
        (await discoverSmoltraceDatasets(connection())).leaderboard,
      )
      const cited = [...new Set(indexRows(rows, 'kim').keys())]
      expect(cited).to.have.length.greaterThan(3)
      expect(pinned.map(({run}) => run)).to.have.members(cited)
      await cleanupDatasets({...connection(), all: true, grace: '0', dryRun: false, yes: true})
      const left = groupDatasetsByRun((await discoverSmoltraceDatasets(connection())).datasets)
      expect(left.map(({timestamp}) => timestamp)).to.have.members(cited)
    })

    it('keeps the reason of a pin that it lengthens', async () => {
      const {runs: best} = await protectLeaderboard({...connection(), top: 1})
      const [first] = best
      await unprotectRuns([first?.run ?? ''], connection())
      await protectRuns([first?.run ?? ''], {...connection(), reason: 'paper', until: '2026-12-31'})
      const {runs: again} = await protectLeaderboard({...connection(), top: 1})
      expect(again[0]?.pin).to.deep.include({reason: 'paper'})
      expect(again[0]?.pin).not.to.have.property('until')
    })

    it('says that only the pins are new where the leaderboard was protected before', async () => {
      await protectLeaderboard({...connection(), reason: 'first'})
      const {changed, protection, runs: best} = await protectLeaderboard({...connection(), top: 2})
      expect(changed).to.equal(false)
      expect(protection?.reason).to.equal('first')
      expect(best.map((each) => each.changed)).to.deep.equal([true, true])
    })

    it('pins only the best that are still there', async () => {
      const {runs: best} = await protectLeaderboard({...connection(), top: 2, by: 'total_tokens'})
      await unprotectRuns(
        best.map(({run}) => run),
        connection(),
      )
      const [first] = best
      for (const type of ['results', 'traces', 'metrics'])
        hub.state.remove(`mira/smoltrace-${type}-${first?.run}`)
      const {runs: next} = await protectLeaderboard({...connection(), top: 2, by: 'total_tokens'})
      expect(next).to.have.length(2)
      expect(next[0]?.run).to.equal(best[1]?.run)
    })

    it('protects nothing where its rows cannot be read for certain', async () => {
      hub.state.commit(
        hub.state.get(board)!,
        'break',
        new Map([['data/train-00000-of-00001.parquet', storedFile('PAR1 and nothing else', true)]]),
      )
      expect(await rejectionOf(protectLeaderboard({...connection(), runs: true}))).to.be.instanceOf(
        SmoltraceError,
      )
      expect(file()).to.equal(undefined)
    })
  })
})
