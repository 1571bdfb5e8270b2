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
import {RefusedError, SmoltraceError, UsageError} from '../../../../src/lib/base/errors.js'
import {cleanupDatasets} from '../../../../src/lib/cleanup/cleanup.js'
import {connectHub} from '../../../../src/lib/hub/client.js'
import {type Sandbox, startSandbox, storedFile} from '../../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../../support/builders.js'

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
