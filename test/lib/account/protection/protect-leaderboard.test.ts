import {expect} from 'chai'

import {protectRuns, unprotectRuns} from '../../../../src/lib/account/protection/pin-runs.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {
  protectLeaderboard,
  type ProtectOptions,
  unprotectLeaderboard,
} from '../../../../src/lib/account/protection/protect-leaderboard.js'
import {CancelledError, NotAllowedError, RefusedError, UsageError} from '../../../../src/lib/base/errors.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {Account, CARRIED, stampOf} from '../../../support/account.js'
import {writeBoard} from '../../../support/boards.js'
import {rejectionOf} from '../../../support/builders.js'
import {withoutPauses} from '../../../support/pauses.js'
import {type Cells} from '../../../support/rows.js'
import {isCommit} from '../../../support/sandbox.js'

describe('protecting the leaderboard', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
  })

  afterEach(() => account.close())

  const protect = (options: ProtectOptions = {}) => protectLeaderboard({...account.connection, ...options})
  const unprotect = () => unprotectLeaderboard(account.connection)
  const isProtected = () => account.hub.state.get(account.board)?.head.files.has(PROTECTION_PATH)
  const commits = () => account.hub.requests.filter((request) => isCommit(request))
  const touch = () => account.hub.state.touch(account.board)

  it('[S13] starts over where another client changed the leaderboard in between', async () => {
    account.hub.intercept({match: isCommit, times: 2, before: touch})
    const {changed, protection} = await protect({reason: 'cited'})
    expect(changed).to.equal(true)
    expect(protection).to.deep.include({by: 'mira', reason: 'cited'})
    expect(commits().map(({status}) => status)).to.deep.equal([412, 412, 200])
  })

  it('gives up where others never stop changing it, and nothing is protected', async () => {
    account.hub.intercept({match: isCommit, before: touch})
    expect(await rejectionOf(protect())).to.be.instanceOf(RefusedError)
    expect(isProtected()).to.equal(false)
  })

  it('says where it was interrupted over the commit that nothing is known of it, and the run stays pinned', async () => {
    const timestamp = stampOf(account.old[0])
    await protectRuns([timestamp], account.connection)
    const controller = new AbortController()
    account.hub.intercept({match: isCommit, hold: 'after', before: () => controller.abort()})
    const {signal} = controller
    const error = await rejectionOf(unprotectRuns([timestamp], {...account.connection, signal}))
    expect(error).to.be.instanceOf(CancelledError)
    expect((error as CancelledError).suggestions.join(' ')).to.include(`whether ${account.board} was changed`)
    const {plan} = await account.clean({all: true, grace: '0'})
    expect(plan.keep.map(({run}) => run.timestamp)).to.deep.equal([timestamp])
  })

  it('sees where the answer to the commit is lost that it arrived, commits once, and says that this was the change', async () => {
    account.hub.intercept({match: isCommit, times: 1, reset: 'after'})
    const {changed, protection} = await withoutPauses(() => protect({reason: 'cited'}))
    expect([changed, protection.reason]).to.deep.equal([true, 'cited'])
    expect(commits()).to.have.length(1)
    account.hub.intercept({match: isCommit, times: 1, reset: 'after'})
    const lifted = await withoutPauses(unprotect)
    expect([lifted.changed, lifted.protection?.reason]).to.deep.equal([true, 'cited'])
    expect(isProtected()).to.equal(false)
  })

  it('keeps what the first one said, and is lifted for good: again, neither makes a commit', async () => {
    const first = await protect({reason: 'first'})
    expect(await protect({reason: 'second'})).to.deep.equal({...first, changed: false})
    expect((await unprotect()).changed).to.equal(true)
    expect((await unprotect()).changed).to.equal(false)
    expect(commits()).to.have.length(2)
    expect(isProtected()).to.equal(false)
  })

  it('[S13] does not touch a file that it does not understand', async () => {
    account.write(account.board, PROTECTION_PATH, '{"version":2}')
    for (const job of [protect, unprotect]) expect(await rejectionOf(job())).to.be.instanceOf(RefusedError)
    expect(commits()).to.deep.equal([])
  })

  it('is refused to a token that may only read, before anything is listed', async () => {
    const error = await rejectionOf(protect({token: account.hub.tokens.read}))
    expect(error).to.be.instanceOf(NotAllowedError)
    expect(account.hub.requests.map(({path}) => path)).to.deep.equal(['/api/whoami-v2'])
  })

  const bad: Array<[title: string, options: ProtectOptions, word: string]> = [
    ['no best run', {top: 0}, '`top`'],
    ['both ways to choose runs', {top: 1, runs: true}, '`runs`'],
    ['a metric that is unknown', {top: 1, by: 'luck'}, '`by`'],
    ['a metric without a number', {by: 'total_cost_usd'}, '`by`'],
  ]
  for (const [title, options, word] of bad) {
    it(`is refused for ${title}, before anything is sent`, async () => {
      const error = await rejectionOf(protect(options))
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(error.message).to.include(word)
      expect(account.hub.requests).to.deep.equal([])
    })
  }

  describe('with the runs that it cites', () => {
    let best: string
    let twice: string
    let text: string
    let bare: string

    beforeEach(() => {
      ;[best, twice, text] = [stampOf(account.older[0]), stampOf(account.old[0]), stampOf(account.recent[0])]
      bare = stampOf(account.addRun(60 * DAY)[0])
      writeBoard(account.hub, [
        [row(best, {success_rate: 90}), row(twice, {success_rate: 50}), row(twice, {success_rate: 95})],
        [row(text, {success_rate: 'very good'})],
      ])
    })

    const row = (stamp: string, cells: Cells): Cells => ({
      results_dataset: `mira/smoltrace-results-${stamp}`,
      run_status: 'completed',
      ...cells,
    })
    const namesOf = (runs: Array<{run: string}>) => runs.map(({run}) => run)

    it('pins them all, whatever is cleaned up then; one with metrics and no row is in doubt', async () => {
      const {runs, inDoubt} = await protect({runs: true})
      expect(runs.map(({run, pin}) => [run, pin?.reason])).to.deep.equal(
        [best, twice, text].map((run) => [run, 'cited by the leaderboard']),
      )
      expect(inDoubt).to.deep.equal([{run: bare, why: 'no row on the leaderboard, though it has metrics'}])
      const {plan} = await account.clean({all: true, grace: '0', ...CARRIED})
      expect(plan.keep.map(({run}) => run.timestamp)).to.have.members([best, twice, text])
      expect(account.deletions).to.have.length(3)
    })

    it('pins only the best, those that are still there; without a score a run is in doubt', async () => {
      const {runs, inDoubt} = await protect({top: 2})
      expect(namesOf(runs)).to.deep.equal([best])
      expect(namesOf(inDoubt)).to.have.members([twice, text, bare])
      expect((await protect({top: 1, by: 'total_tokens'})).runs).to.deep.equal([])
      for (const name of account.older) account.hub.state.remove(name)
      expect((await protect({top: 1})).runs).to.deep.equal([])
    })

    it('keeps the reason of a pin that it lengthens, and what protected the leaderboard before', async () => {
      await protect({reason: 'first'})
      await protectRuns([best], {...account.connection, reason: 'paper', until: '2999-12-31'})
      const {changed, protection, runs} = await protect({top: 1})
      expect([changed, protection.reason]).to.deep.equal([false, 'first'])
      expect(runs[0]).to.include({changed: true})
      expect(runs[0]?.pin).to.deep.include({reason: 'paper'}).and.not.have.property('until')
    })
  })
})
