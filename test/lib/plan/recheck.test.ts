import {expect} from 'chai'

import {discover} from '../../../src/lib/account/datasets.js'
import {formatProtection} from '../../../src/lib/account/protection/file.js'
import {PROTECTION_PATH} from '../../../src/lib/account/protection/pins.js'
import {RefusedError} from '../../../src/lib/base/errors.js'
import {MINUTE} from '../../../src/lib/base/time.js'
import {openSession} from '../../../src/lib/hub/session.js'
import {recheck, RecheckState} from '../../../src/lib/plan/recheck.js'
import {Account, stampOf} from '../../support/account.js'
import {NOW, planOf, rejectionOf, tokenOf} from '../../support/builders.js'
import {isListing} from '../../support/sandbox.js'

const SECOND = 1000
/** Of an account's nine datasets and its leaderboard. */
const [ONE_PAGE, THREE_PAGES, TEN_PAGES] = [10, 4, 1]
const REQUESTS: Array<[what: string, path: RegExp]> = [
  ['LIST', /^\/api\/datasets\?(?!.*cursor)/],
  ['ASK', /\?expand=sha&expand=private$/],
  ['READ', /\/resolve\/.*\/protection\.json$/],
]

/** What a listing costs, and the Hub's quota of requests in five minutes. */
interface Cost {
  seconds?: number
  pageSize?: number
  quota?: number
}

let account: Account

/** A plan that takes the oldest of three runs, and what is on the Hub when it is looked at. */
async function setting({seconds = 0, pageSize = ONE_PAGE, quota = 1000}: Cost = {}, hasBoard = true) {
  account = await Account.open({pageSize})
  if (hasBoard) account.addBoard()
  const session = await openSession(account.connection)
  Object.assign(session.hub, {quota: {size: {requests: quota, windowMs: 300 * SECOND}}})
  const plan = planOf(await discover(session), {olderThan: '45d'})
  const later = (ms: number) => {
    account.now += ms
  }

  if (seconds > 0) account.hub.intercept({match: isListing, before: () => later(seconds * SECOND)})
  account.hub.requests.length = 0
  /** What was asked for, in order: a listing, however long, the head of a dataset, the leaderboard's protection. */
  const log = () =>
    account.hub.requests.flatMap(({path}) => REQUESTS.find(([, asks]) => asks.test(path))?.[0] ?? [])
  const listings = () => log().filter((what) => what === 'LIST').length
  return {plan, session, later, log, listings, last: new RecheckState(plan, session)}
}

const pinOldest = () => formatProtection({runs: {[stampOf(account.older[0])]: {by: 'ann', at: NOW}}})
const pin = () => account.write(account.board, PROTECTION_PATH, pinOldest())
const remove = (...names: string[]) => {
  for (const name of names) account.hub.state.remove(name)
}

/** Whoami answers so from now on. */
const become = (identity: object) => {
  const respond = {status: 200, body: JSON.stringify(identity)}
  account.hub.intercept({match: ({path}) => path === '/api/whoami-v2', respond})
}

describe('a look at the Hub', () => {
  afterEach(() => account.close())

  describe('[S10] is not certain, and says why,', () => {
    const orgs = [{name: 'mira', roleInOrg: 'no_access'}]
    const cases: Array<[title: string, change: () => unknown, words: string]> = [
      [
        'where the role is one without access by now',
        () => become({...tokenOf('write', 'ann'), orgs}),
        'no access',
      ],
      ['where the token only reads by now', () => become(tokenOf('read', 'mira')), 'read-only'],
      ['where the namespace is not one of the owner any more', () => become(tokenOf('write', 'ann')), 'mira'],
      ['where the leaderboard is no longer listed', () => remove(account.board), 'is no longer listed'],
      ['where the leaderboard is another one', () => account.makeAnew(account.board), 'was created again'],
      [
        'where nothing of the plan is listed, and it is there',
        () =>
          account.hub.intercept({
            match: isListing,
            respond: {status: 200, body: '[]'},
          }),
        'still exists',
      ],
      [
        'where nothing of the plan is listed, and it was moved',
        () => {
          const [first = '', ...others] = account.older
          remove(...others)
          account.hub.state.rename(account.hub.state.get(first)!, 'mira/elsewhere')
        },
        'moved to mira/elsewhere',
      ],
    ]
    for (const [title, change, words] of cases) {
      it(title, async () => {
        const {plan, session} = await setting()
        change()
        const error = await rejectionOf(recheck(plan, session))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include(words)
      })
    }

    it('in the middle of a job too, where the listing is young enough to be used again', async () => {
      const {last, later, listings} = await setting()
      await last.refresh('age')
      later(10 * SECOND)
      become(tokenOf('read', 'mira'))
      expect(await rejectionOf(last.refresh('age'))).to.be.instanceOf(RefusedError)
      expect(listings()).to.equal(1)
    })
  })

  it('[S10] is certain where all of the plan is gone by the word of the Hub, the leaderboard there or not', async () => {
    const {plan, session, log} = await setting()
    remove(...account.older, account.board)
    const {excluded} = await recheck(plan, session)
    expect([...excluded].map(([name, {status}]) => [name, status])).to.deep.equal(
      account.older.map((name) => [name, 'gone']),
    )
    // Of the three datasets, and of the leaderboard.
    expect(log()).to.deep.equal(['LIST', 'ASK', 'ASK', 'ASK', 'ASK'])
  })

  it('asks for no dataset but the leaderboard where nothing, or only a part of the plan is gone', async () => {
    const {plan, session, log} = await setting()
    expect([...(await recheck(plan, session)).excluded]).to.deep.equal([])
    const [first = ''] = account.older
    remove(first)
    expect((await recheck(plan, session)).excluded.get(first)?.status).to.equal('gone')
    expect(log()).to.deep.equal(['LIST', 'ASK', 'READ', 'LIST', 'ASK', 'READ'])
  })

  it('is certain where there was no leaderboard, and is one now', async () => {
    const {plan, session} = await setting({}, false)
    account.addBoard({protection: pinOldest()})
    expect((await recheck(plan, session)).excluded.size).to.equal(3)
  })
})

describe('the last look of a job', () => {
  afterEach(() => account.close())

  it('[S10] is too old for the first DELETE after 10 s, for a later one after a minute', async () => {
    const {last, later} = await setting()
    expect(last.isOld(false), 'before any').to.equal(true)
    await last.refresh('age')
    for (const [seconds, isOldForFirst, isOldForLater] of [
      [9, false, false],
      [1, true, false],
      [49, true, false],
      [1, true, true],
    ] as const) {
      later(seconds * SECOND)
      expect([last.isOld(true), last.isOld(false)]).to.deep.equal([isOldForFirst, isOldForLater])
    }
  })

  it('is as old as its end, however long it took', async () => {
    const {last, later, listings} = await setting()
    account.hub.intercept({match: ({path}) => path.includes('/resolve/'), before: () => later(5 * MINUTE)})
    await last.refresh('age')
    expect(last.isOld(true)).to.equal(false)
    expect(listings()).to.equal(1)
  })

  it('sees a pin that was written since, though the listing is young enough to be used again', async () => {
    const {last, log, later} = await setting({seconds: 30})
    await last.refresh('age')
    expect(last.excluded.size).to.equal(0)
    pin()
    later(MINUTE)
    expect(last.isOld(false)).to.equal(true)
    await last.refresh('age')
    expect(last.excluded.size).to.equal(3)
    expect(log()).to.deep.equal(['LIST', 'ASK', 'READ', 'ASK', 'READ'])
  })

  describe('[S10] lists anew', () => {
    /** What the listing costs, and how old it becomes before it is made anew, in s. */
    const cases: Array<[title: string, cost: Cost, age: number]> = [
      ['after a minute where it costs little', {}, 60],
      ['after ten times what it took', {seconds: 30}, 300],
      ['so seldom that it costs a tenth of the quota', {pageSize: TEN_PAGES, quota: 250}, 120],
      ['after a minute where that is less than a tenth of the quota', {pageSize: THREE_PAGES}, 60],
      ['so seldom, however small the quota is', {pageSize: THREE_PAGES, quota: 10}, 900],
    ]
    for (const [title, cost, age] of cases) {
      it(title, async () => {
        const {last, later, listings} = await setting(cost)
        await last.refresh('age')
        later(age * SECOND - 1)
        await last.refresh('age')
        expect(listings(), 'one moment before').to.equal(1)
        expect(last.isOld(false)).to.equal(false)
        later(1)
        expect(last.isOld(false)).to.equal(true)
        await last.refresh('age')
        expect(listings()).to.equal(2)
      })
    }

    it('before the first DELETE, however young the listing is and whatever it costs', async () => {
      const {last, log} = await setting({quota: 1})
      await last.refresh('first')
      await last.refresh('first')
      expect(log()).to.deep.equal(['LIST', 'ASK', 'READ', 'LIST', 'ASK', 'READ'])
    })

    for (const [quota, listed] of [
      [20, 2],
      [19, 1],
    ] as const)
      it(`after a wait for the quota, unless it would take most of the next one: ${listed} of 2 times with ${quota}`, async () => {
        const {last, log, listings} = await setting({pageSize: TEN_PAGES, quota})
        await last.refresh('age')
        await last.refresh('wait')
        expect(listings()).to.equal(listed)
        expect(log().filter((what) => what === 'READ')).to.have.length(2)
      })
  })
})
