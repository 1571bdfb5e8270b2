import {expect} from 'chai'

import {type CleanupOptions} from '../../src/index.js'
import {RefusedError, UsageError} from '../../src/lib/base/errors.js'
import {DAY, HOUR} from '../../src/lib/base/time.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, all, CARRIED, stampOf, statusesOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {type FaultName, FAULTS} from '../support/faults.js'
import {withoutPauses} from '../support/pauses.js'
import {isMove} from '../support/sandbox.js'

describe('[S21] cleanup into the trash', () => {
  let account: Account
  /** Names in the trash of what two old runs have, in the order of the moves. */
  let moved: string[]

  const trash = (options: CleanupOptions = {}) =>
    account.clean({olderThan: '30d', trash: true, concurrency: 1, ...CARRIED, ...options})
  const movesAt = () =>
    account.hub.requests
      .filter((each) => isMove(each))
      .map(({body = '{}'}) => (JSON.parse(body) as {toRepo: string}).toRepo)
  const asked = () => account.hub.requests.filter(({path}) => path.includes('/smoltrace-trash-')).length

  beforeEach(async () => {
    account = await Account.open()
    moved = account.inTrash([...account.older, ...account.old])
  })

  afterEach(() => account.close())

  it('renames the datasets of the plan, oldest run first, and deletes nothing', async () => {
    const planned = [...account.older, ...account.old]
    const ids = account.idsOf(planned)
    const result = await trash()
    expect(statusesOf(result.outcomes)).to.deep.equal(all(planned, 'trashed'))
    expect(result.counts).to.include({trashed: 6, deleted: 0})
    expect(exitCodeOf(result)).to.equal(0)
    expect(movesAt()).to.deep.equal(moved)
    expect(account.idsOf(moved)).to.deep.equal(ids)
    expect(account.names).to.have.members([...moved, ...account.recent])
    expect(account.deletions).to.deep.equal([])
    // The move, and one look at the new name.
    expect(asked()).to.equal(6)
    expect(result.remaining).to.deep.equal({runs: 1, datasets: 3})
  })

  it('is asked for with words of its own', async () => {
    const phraseOf = async (options: CleanupOptions) => (await account.clean(options)).plan.phrase
    expect(await phraseOf({olderThan: '30d', trash: true})).to.equal('TRASH')
    expect(await phraseOf({all: true, trash: true})).to.equal('TRASH ALL')
    expect(await phraseOf({only: ['traces'], trash: true})).to.equal('TRASH ALL')
  })

  it('is a part of a saved plan, which does as it says', async () => {
    await account.save({olderThan: '30d', trash: true})
    const result = await account.apply(CARRIED)
    expect(result.counts).to.include({trashed: 6, deleted: 0})
    expect(account.names).to.include.members(moved)
  })

  it('never takes the leaderboard, and a pinned run', async () => {
    account.addBoard()
    await account.pin(account.older[0])
    await account.refused(trash({deleteLeaderboard: true}), UsageError)
    const result = await trash()
    expect(account.names).to.include.members([account.board, ...account.older])
    expect(result.counts).to.include({trashed: 3})
    const refusal = await rejectionOf(trash({run: [stampOf(account.old[0])]}))
    expect(refusal).to.be.instanceOf(RefusedError)
    expect(refusal.message).to.include('in the trash')
  })

  it('finishes what was interrupted', async () => {
    const controller = new AbortController()
    const result = await trash({
      signal: controller.signal,
      onEvent: (event) => event.kind === 'finished' && controller.abort(),
    })
    expect(exitCodeOf(result)).to.equal(130)
    expect(result.counts).to.include({trashed: 1, unattempted: 5})
    expect(account.names).to.include(moved[0])
    const deletion = await account.clean({all: true, ...CARRIED, dryRun: true})
    expect(deletion.plan.delete.map(({run}) => run.timestamp)).to.not.include(stampOf(account.older[0]))
    const rest = await trash()
    expect(rest.counts).to.include({trashed: 5})
    expect(account.names).to.have.members([...moved, ...account.recent])
  })

  it('looks for what was moved even where Ctrl-C came in the middle', async () => {
    const controller = new AbortController()
    account.hub.intercept({match: isMove, times: 1, before: async () => controller.abort()})
    const result = await trash({signal: controller.signal})
    expect(result.outcomes[0]).to.deep.equal({name: account.older[0], status: 'trashed'})
    expect(result.counts).to.include({trashed: 1, unattempted: 5})
  })

  it('skips a run of which the trash has a dataset of that name', async () => {
    account.add(moved[1]!)
    const result = await trash()
    expect(account.names).to.include.members(account.older)
    expect(result.plan.keep.flatMap(({reasons}) => reasons.map(({rule}) => rule))).to.include('trash')
    expect(result.counts).to.include({trashed: 3})
  })

  it('fails where the name is taken after all, and leaves the rest of that run', async () => {
    const result = await trash({
      onEvent(event) {
        if (event.kind === 'started' && !account.names.includes(moved[1]!)) account.add(moved[1]!)
      },
    })
    expect(result.counts).to.include({trashed: 4, failed: 1, unattempted: 1})
    expect(exitCodeOf(result)).to.equal(3)
    expect(result.outcomes[1]?.reason).to.include('already exists')
  })

  const answers: Array<[fault: FaultName, isPerformed: boolean]> = [
    ['500', false],
    ['502 with a page', false],
    ['502 with a page, though the Hub acted', true],
    ['reset before the Hub acted', false],
    ['reset after the Hub acted', true],
    ['200 with nothing', false],
    ['200 with nothing, though the Hub acted', true],
    ['202 with OK', false],
    ['OK, and nothing is done', false],
    ['403', false],
  ]
  for (const [fault, isPerformed] of answers) {
    it(`settles a move that the Hub answers with: ${fault}`, async () => {
      account.hub.intercept({...FAULTS[fault], match: isMove, times: 1})
      const result = await withoutPauses(() => trash())
      const [first] = result.outcomes
      const isThere = account.names.includes(moved[0]!)
      if (isPerformed) expect(isThere).to.equal(true)
      expect(first?.status).to.equal(isThere ? 'trashed' : 'failed')
      expect(account.names.includes(first?.name ?? '')).to.equal(!isThere)
      expect(first?.uncertain).to.equal(undefined)
    })
  }

  it('does not say that a move failed whose new name cannot be seen', async () => {
    account.hub.intercept({...FAULTS['403'], match: ({path}) => path.includes('smoltrace-trash-')})
    const result = await withoutPauses(() => trash({run: [stampOf(account.old[0])]}))
    const [first] = result.outcomes
    expect(first).to.include({status: 'failed', uncertain: true})
    expect(first?.reason).to.match(/^it may or may not be moved: /)
    expect(result.counts).to.include({failed: 1, unattempted: 2})
  })

  it('makes what a move published private again, and stops', async () => {
    const secret = account.addRun(60 * DAY, {private: true})
    account.hub.state.moves.publish = true
    const result = await trash()
    const [name = ''] = account.inTrash(secret)
    expect(account.hub.state.get(name)?.private).to.equal(true)
    expect(result.counts).to.include({trashed: 1, unattempted: 8})
    expect(exitCodeOf(result)).to.equal(3)
    expect(result.outcomes[0]?.reason).to.include('made private again')
  })

  it('says so where it cannot be made private', async () => {
    const secret = account.addRun(60 * DAY, {private: true})
    account.hub.state.moves.publish = true
    account.hub.intercept({...FAULTS['403'], match: ({method}) => method === 'PUT'})
    const result = await trash()
    expect(result.outcomes[0]?.reason).to.include(`${account.inTrash(secret)[0]} may be public`)
    expect(exitCodeOf(result)).to.equal(3)
  })

  it('believes the names and not the listing, which may lag', async () => {
    account.hub.state.moves.lagInListing = true
    account.hub.state.moves.hideFormerNames = true
    const result = await trash()
    expect(result.counts).to.include({trashed: 6})
    expect(exitCodeOf(result)).to.equal(0)
  })

  it('is not undone by a deletion on a listing that lags, where the Hub follows former names', async () => {
    Object.assign(account.hub.state.moves, {lagInListing: true, letDeleteFollow: true})
    await trash()
    const result = await account.clean({olderThan: '30d', ...CARRIED})
    expect(result.counts).to.include({skipped: 2, deleted: 0})
    expect(result.outcomes[0]?.reason).to.equal(`its name leads to ${moved[0]}`)
    expect(account.names).to.include.members(moved)
    expect(account.deletions).to.deep.equal([])
  })

  it('is refused where the clocks disagree about the day, and dated by the Hub', async () => {
    const ahead = (ms: number) => ({clock: () => new Date(account.now + ms)})
    await account.refused(trash(ahead(-25 * HOUR)), RefusedError)
    await account.refused(trash(ahead(25 * HOUR)), RefusedError)
    await trash(ahead(23 * HOUR))
    expect(account.names).to.include.members(moved)
  })
})
