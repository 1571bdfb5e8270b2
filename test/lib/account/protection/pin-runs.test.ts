import {expect} from 'chai'

import {discoverSmoltraceDatasets} from '../../../../src/lib/account/datasets.js'
import {formatProtection} from '../../../../src/lib/account/protection/file.js'
import {parseProtection} from '../../../../src/lib/account/protection/parse.js'
import {type PinChange, protectRuns, unprotectRuns} from '../../../../src/lib/account/protection/pin-runs.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {
  protectLeaderboard,
  unprotectLeaderboard,
} from '../../../../src/lib/account/protection/protect-leaderboard.js'
import {groupDatasetsByRun} from '../../../../src/lib/account/runs.js'
import {RefusedError, UsageError} from '../../../../src/lib/base/errors.js'
import {runDatasetName} from '../../../../src/lib/base/names.js'
import {DAY, dayOf, HOUR} from '../../../../src/lib/base/time.js'
import {type CleanupOptions} from '../../../../src/lib/cleanup/cleanup.js'
import {type CleanupResult} from '../../../../src/lib/cleanup/result.js'
import {filterRuns} from '../../../../src/lib/retention/decide.js'
import {Account, CARRIED, stampOf} from '../../../support/account.js'
import {rejectionOf} from '../../../support/builders.js'
import {type Fault, isCommit} from '../../../support/sandbox.js'

const CARD = '---\r\nlicense: apache-2.0\r\ntags:\r\n- smoltrace\r\n- llm\r\n---\r\n\r\n# Results\r\n'
const UNTIL = '2999-12-31'

describe('pins', () => {
  let account: Account
  let pinned: string
  let other: string
  let results: string

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
    ;[pinned, other] = [stampOf(account.older[0]), stampOf(account.old[0])]
    results = nameOf('results', pinned)
    account.write(results, 'README.md', CARD)
  })

  afterEach(() => account.close())

  const nameOf = (type: 'metrics' | 'results' | 'traces', run: string) => runDatasetName('mira', type, run)
  const textOf = (name: string, path: string) =>
    account.hub.state.get(name)?.head.files.get(path)?.bytes().toString('utf8')
  const cardOf = (name: string) => textOf(name, 'README.md')
  const entries = () =>
    parseProtection(textOf(account.board, PROTECTION_PATH) ?? '{"version": 1}', account.board).runs ?? {}
  const commits = () => account.hub.requests.filter((request) => isCommit(request)).map(({path}) => path)
  const isCommitTo =
    (name: string): Fault['match'] =>
    (request) =>
      isCommit(request) && request.path.includes(name)
  const protect = (runs = [pinned], more: object = {}) => protectRuns(runs, {...account.connection, ...more})
  const lift = (runs = [pinned], more: object = {}) => unprotectRuns(runs, {...account.connection, ...more})
  const short = ({runs}: PinChange) => runs.map(({run, changed, tagged}) => [run, changed, tagged])
  const loseBoard = () => account.hub.state.remove(account.board)

  /** The reasons why runs stay, by run. */
  const keptIn = ({plan}: CleanupResult) =>
    Object.fromEntries(
      plan.keep.map(({run, reasons}) => [run.timestamp, reasons.map(({text}) => text).join('; ')]),
    )
  const kept = async () => keptIn(await account.clean({all: true, grace: '0'}))

  describe('made', () => {
    it('[S13] are one commit to the file for all, and a line in the card of each run’s results', async () => {
      const change = await protect([pinned, other], {until: UNTIL, reason: 'paper'})
      expect(commits().map((path) => path.split('/')[4])).to.have.members([
        'smoltrace-leaderboard',
        `smoltrace-results-${pinned}`,
        `smoltrace-results-${other}`,
      ])
      expect(commits()[0]).to.include('leaderboard')
      expect(cardOf(results)).to.equal(
        CARD.replace('- smoltrace\r\n', '- smoltrace-pinned-until-29991231\r\n- smoltrace\r\n'),
      )
      expect(cardOf(nameOf('traces', pinned))).not.to.include('pinned')
      const pin = {by: 'mira', at: change.runs[0]?.pin?.at, reason: 'paper', until: UNTIL}
      expect(entries()).to.deep.equal({[pinned]: pin, [other]: pin})
      expect(change).to.deep.equal({
        leaderboard: account.board,
        changed: true,
        runs: [pinned, other].map((run) => ({run, changed: true, pin, tagged: true, problem: undefined})),
        interrupted: false,
      })
    })

    it('go into the card of every dataset of a run without results, into a new one where there is none', async () => {
      const [metrics = '', traces = ''] = account.addRun(60 * DAY, {types: ['traces', 'metrics']})
      account.erase(metrics, 'README.md')
      await protect([stampOf(traces)])
      const front = '---\ntags:\n- smoltrace-pinned\n---\n'
      expect([cardOf(traces), cardOf(metrics)]).to.deep.equal([`${front}# ${traces}\n`, front])
    })

    it('are the tag alone where there is no leaderboard, whatever the listing still shows', async () => {
      loseBoard()
      account.hub.state.letTagsLag(true)
      const change = await protect()
      expect(change).to.include({leaderboard: undefined, changed: true})
      expect(change.runs[0]).to.include({pin: undefined, tagged: true})
      expect(short(await lift())).to.deep.equal([[pinned, true, false]])
      expect(cardOf(results)).to.equal(CARD)
      expect(short(await protect())).to.deep.equal([[pinned, true, true]])
      expect(cardOf(results)).to.include('- smoltrace-pinned\r\n')
    })

    it('cost nothing where the listing shows the tag, and no commit where it does not show it yet', async () => {
      account.hub.state.letTagsLag(true)
      await protect()
      const before = commits().length
      expect(short(await protect())).to.deep.equal([[pinned, false, true]])
      expect(commits()).to.have.length(before)
      account.hub.state.letTagsLag(false)
      account.hub.requests.length = 0
      await protect()
      expect(account.hub.requests.filter(({path}) => path.includes(pinned))).to.deep.equal([])
    })

    const again: Array<[title: string, before: string | undefined, wanted?: string, until?: string]> = [
      ['is not shortened', UNTIL, '2999-11-30', UNTIL],
      ['without an end is not given one', undefined, UNTIL],
      ['is lengthened', '2999-11-30', UNTIL, UNTIL],
      ['loses its end', UNTIL],
      ['stays as it is', UNTIL, UNTIL, UNTIL],
      ['that has run out is made anew', '2026-01-01', UNTIL, UNTIL],
    ]
    for (const [title, before, wanted, until] of again) {
      it(`again: a pin ${title}`, async () => {
        const old = {by: 'ann', at: new Date('2025-09-01T00:00:00.000Z'), until: before}
        account.write(account.board, PROTECTION_PATH, formatProtection({runs: {[pinned]: old}}))
        const change = await protect([pinned], {until: wanted})
        expect(change.runs[0]?.pin).to.include({by: until === before ? 'ann' : 'mira'})
        expect(change.runs[0]?.pin?.until).to.equal(until)
        expect(entries()).to.deep.equal({[pinned]: change.runs[0]?.pin})
      })
    }

    it('wait with the card of a run that may still be uploading, which the file pins', async () => {
      const [fresh = ''] = account.addRun(HOUR, {types: ['results']})
      const run = stampOf(fresh)
      const [made] = (await protect([run])).runs
      expect(made?.problem).to.include('uploading')
      expect(entries()).to.have.all.keys(run)
      expect(cardOf(fresh)).not.to.include('pinned')
      account.now += DAY
      expect(short(await protect([run]))).to.deep.equal([[run, true, true]])
    })

    it('are half where the card is not clear, which is left alone, keep the run, and are finished by asking again', async () => {
      const unclear = '---\ntags: [a\n---\n'
      account.write(results, 'README.md', unclear)
      const change = await protect([pinned, other])
      expect(short(change)).to.deep.equal([
        [pinned, true, false],
        [other, true, true],
      ])
      expect(change.runs[0]?.problem).to.be.a('string')
      expect(await kept()).to.deep.equal({
        [pinned]: 'pinned by mira (half: not in its card)',
        [other]: 'pinned by mira',
      })
      expect(cardOf(results)).to.equal(unclear)
      account.write(results, 'README.md', CARD)
      expect(short(await protect())).to.deep.equal([[pinned, true, true]])
      expect((await kept())[pinned]).to.equal('pinned by mira')
    })

    it('[S1] are half where a dataset has another name by now, to which nothing is written', async () => {
      const {state} = account.hub
      account.hub.intercept({
        match(request) {
          const isForFile = isCommitTo(account.board)(request)
          if (isForFile) state.rename(state.get(results)!, 'mira/notes')
          return false
        },
        respond: {status: 500},
      })
      const [made] = (await protect()).runs
      expect(made?.problem).to.include('renamed, moved or deleted')
      expect(textOf('mira/notes', 'README.md')).to.equal(CARD)
    })

    it('stop at the first card where the token makes too many changes, and leave the rest', async () => {
      const headers = {ratelimit: '"api";r=900;t=100'}
      const respond = {status: 429, headers, body: '{"error": "limit of commits"}'}
      account.hub.intercept({match: isCommitTo('smoltrace-results'), respond})
      const more = Array.from({length: 9}, (_, day) => stampOf(account.addRun((20 + day) * DAY)[0]))
      const {runs} = await protect([pinned, other, ...more])
      // One to the file, and those that were under way.
      expect(commits()).to.have.length.below(6)
      expect(runs.every(({tagged, problem}) => !tagged && problem?.includes('limit of commits'))).to.equal(
        true,
      )
    })

    it('that are interrupted say which runs are half pinned, and are finished by asking again', async () => {
      const controller = new AbortController()
      const abort = () => controller.abort()
      account.hub.intercept({match: isCommitTo(results), before: abort, hold: 'before', times: 1})
      const change = await protect([pinned, other], {signal: controller.signal})
      expect(change.interrupted).to.equal(true)
      expect(change.runs.some(({problem}) => problem?.includes('interrupted'))).to.equal(true)
      expect(entries()).to.have.all.keys(pinned, other)
      const events: object[] = []
      const finished = await protect([pinned, other], {onEvent: (event: object) => events.push(event)})
      expect(finished.interrupted).to.equal(false)
      expect(finished.runs.every(({tagged}) => tagged)).to.equal(true)
      const of = events.length
      expect(events.at(-1)).to.include({kind: 'tagging', done: of, of, problem: undefined})
    })

    it('that are interrupted when only a card waits for its upload are not half done', async () => {
      const [fresh = ''] = account.addRun(HOUR, {types: ['results']})
      const controller = new AbortController()
      const {interrupted, runs} = await protect([other, stampOf(fresh)], {
        signal: controller.signal,
        onEvent: () => controller.abort(),
      })
      expect([interrupted, ...runs.map(({tagged}) => tagged)]).to.deep.equal([false, true, false])
    })

    it('never commit a token that is in the reason', async () => {
      await protect([pinned], {reason: 'made with hf_abcdefgh'})
      await protectLeaderboard({...account.connection, reason: 'see hf_abcdefgh'})
      expect(textOf(account.board, PROTECTION_PATH)).to.include('hf_…').and.not.include('hf_abc')
    })
  })

  const bad: Array<[title: string, job: () => Promise<unknown>, word: string]> = [
    ['no run', () => protect([]), 'timestamp'],
    ['a run that cannot be', () => protect(['20260231_000000']), '20260231_000000'],
    ['what is not a day', () => protect([pinned], {until: '31.12.2026'}), '`until`'],
    ['a day that does not exist', () => protect([pinned], {until: '2999-02-30'}), '`until`'],
    ['a day that is over', () => protect([pinned], {until: dayOf(new Date(account.now - DAY))}), '`until`'],
    ['unpinning what is not a run', () => lift(['latest']), 'latest'],
  ]
  for (const [title, job, word] of bad) {
    it(`are refused for ${title}, before anything is sent`, async () => {
      const error = await rejectionOf(job())
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(error.message).to.include(word)
      expect(account.hub.requests).to.deep.equal([])
    })
  }

  it('are refused for a run that is not there, and pin none of the others', async () => {
    const error = await rejectionOf(protect([pinned, '20200101_000000']))
    expect(error).to.be.instanceOf(RefusedError).and.to.have.property('message').which.includes('20200101')
    expect(commits()).to.deep.equal([])
    expect((await protect([pinned], {until: dayOf(new Date(account.now))})).changed).to.equal(true)
  })

  it('[S13] leave the protection of the leaderboard and other pins alone, in both directions', async () => {
    await protectLeaderboard(account.connection)
    await protect()
    await protect([other])
    await lift()
    expect(entries()).to.have.all.keys(other)
    expect((await protectLeaderboard(account.connection)).changed).to.equal(false)
    await unprotectLeaderboard(account.connection)
    expect(entries()).to.have.all.keys(other)
    await lift([other])
    expect(textOf(account.board, PROTECTION_PATH)).to.equal(undefined)
  })

  describe('lifted', () => {
    it('leave the cards as they were, every tag of every dataset out', async () => {
      const [traces, metrics] = [nameOf('traces', pinned), nameOf('metrics', pinned)]
      account.erase(metrics, 'README.md')
      await protect()
      account.write(traces, 'README.md', '---\ntags: [Smoltrace-Pinned-x]\n---\n')
      account.write(metrics, 'README.md', '---\ntags:\n- smoltrace-pinned\n---\n')
      expect(short(await lift())).to.deep.equal([[pinned, true, false]])
      expect(cardOf(results)).to.equal(CARD)
      expect(cardOf(traces)).not.to.match(/pinned/i)
      expect(cardOf(metrics)).to.equal(undefined)
      expect(entries()).to.deep.equal({})
      expect(await kept()).to.deep.equal({})
    })

    it('may be of a run that is gone, and say where there was none', async () => {
      await protect()
      for (const name of account.older) account.hub.state.remove(name)
      const change = await lift([pinned, other])
      expect(change.runs.map(({changed, pin}) => [changed, pin?.by])).to.deep.equal([
        [true, 'mira'],
        [false, undefined],
      ])
      expect((await lift()).changed).to.equal(false)
    })

    it('[S13] are lifted in the file first: a card that cannot be changed keeps the run pinned, and says so', async () => {
      await protect()
      const respond = {status: 403, body: '{"error": "storage limit reached"}'}
      const repair = account.hub.intercept({match: isCommitTo(results), respond})
      expect(short(await lift())).to.deep.equal([[pinned, true, true]])
      expect(entries()).to.deep.equal({})
      expect(await kept()).to.deep.equal({[pinned]: 'pinned by its tag'})
      repair()
      expect(short(await lift())).to.deep.equal([[pinned, true, false]])
      expect(await kept()).to.deep.equal({})
    })
  })

  const losses: Array<[title: string, lose: () => void]> = [
    ['is deleted', loseBoard],
    ['is made anew', () => account.makeAnew(account.board)],
    ['loses its .smoltrace', () => account.erase(account.board, PROTECTION_PATH)],
  ]
  for (const [title, lose] of losses) {
    it(`[S13] keep the run where the leaderboard ${title}, whatever takes it`, async () => {
      const {plan} = await account.save({all: true, grace: '0'})
      await protect([pinned], {until: UNTIL, reason: 'paper'})
      lose()
      const reason = `pinned by its tag until ${UNTIL}`
      for (const rules of [
        {all: true, only: ['traces']},
        {run: [pinned, other]},
        {olderThan: '1d', keepRecent: 1},
      ]) {
        const found = await account.clean({...(rules as CleanupOptions), grace: '0'})
        expect(keptIn(found)).to.include({[pinned]: reason})
        expect(found.plan.delete).not.to.deep.equal([])
      }

      const picked = await rejectionOf(account.clean({grace: '0', choose: async () => [pinned]}))
      expect(picked).to.be.instanceOf(RefusedError).and.to.have.property('message').which.includes(reason)
      const {datasets} = await discoverSmoltraceDatasets(account.connection)
      const parted = filterRuns(groupDatasetsByRun(datasets), {all: true, grace: '0'})
      expect(parted.keep.map(({run}) => run.timestamp)).to.deep.equal([pinned])
      const named = await account.remove([...account.older, nameOf('traces', other)], CARRIED)
      expect(named.counts).to.include({deleted: 1, skipped: 3})
      expect(named.outcomes.find(({name}) => name === results)?.reason).to.equal(reason)
      for (const job of [() => account.apply(CARRIED), () => account.remove(plan, CARRIED)])
        await job().catch((error: unknown) => expect(error).to.be.instanceOf(RefusedError))
      await account.clean({all: true, grace: '0', ...CARRIED})
      expect(account.names.filter((name) => name !== account.board)).to.have.members(account.older)
    })
  }

  it('[S13] keep the leaderboard, and where it was renamed delete nothing at all', async () => {
    await protect()
    account.erase(account.board, PROTECTION_PATH)
    const kept = await rejectionOf(account.clean({deleteLeaderboard: true, ...CARRIED}))
    expect(kept).to.be.instanceOf(RefusedError)
    expect(kept.message).to.include(`${pinned} (pinned by its tag)`)
    const name = 'tinyagents/smoltrace-leaderboard'
    account.hub.state.rename(account.hub.state.get(account.board)!, name)
    for (const job of [
      () => account.clean({all: true, grace: '0', ...CARRIED}),
      () => account.remove([nameOf('traces', other)], CARRIED),
    ]) {
      const error = await rejectionOf(job())
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(name)
    }

    const dry = await account.clean({all: true, grace: '0'})
    expect(dry.warnings.join(' ')).to.include(name)
    expect(keptIn(dry)[pinned]).to.equal('pinned by its tag')
    expect(account.deletions).to.deep.equal([])
  })
})
