import {expect} from 'chai'

import {formatProtection} from '../../../src/lib/account/protection/file.js'
import {RefusedError} from '../../../src/lib/base/errors.js'
import {DAY, MINUTE} from '../../../src/lib/base/time.js'
import {LastLook, lookAt} from '../../../src/lib/plan/recheck.js'
import {
  ago,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  NOW,
  planOf,
  rejectionOf,
  runDatasets,
  sessionOf,
  tokenOf,
} from '../../support/builders.js'

const OLD = '20260801_120000'
const SECOND = 1000
const PINNED = formatProtection({runs: {[OLD]: {by: 'ann', at: NOW}}})

/** What a listing costs, and the Hub's quota of requests in five minutes. */
interface Cost {
  seconds?: number
  pages?: number
  quota?: number | undefined
}

type Setting = ReturnType<typeof setting>

/** A plan that takes the old one of two runs, and what is on the Hub when it is looked at. */
function setting({seconds = 0, pages = 1, quota}: Cost = {}, leaderboard = [leaderboardDataset()]) {
  const datasets = [...runDatasets(OLD), ...runDatasets(ago(DAY))]
  const inventory = inventoryOf(datasets, {leaderboard: leaderboard[0]})
  const hub = fakeHub([...datasets, ...leaderboard])
  let now = NOW.getTime()
  /** Moves the clock. */
  const later = (ms: number) => {
    now += ms
  }

  const list = hub.listDatasets.bind(hub)
  hub.listDatasets = (namespace) => {
    hub.pages += pages
    later(seconds * SECOND)
    return list(namespace)
  }

  if (quota) hub.quota.size = {requests: quota, windowMs: 300 * SECOND}
  const plan = planOf(inventory, {olderThan: '30d'})
  const session = {...sessionOf(hub), clock: () => new Date(now)}
  const listings = () => hub.log.filter((line) => line === 'LIST').length
  return {plan, hub, session, later, listings, last: new LastLook(plan, session)}
}

const ofOldRun = ['metrics', 'traces', 'results'].map((type) => `kim/smoltrace-${type}-${OLD}`)
const isOfOldRun = ({name}: {name: string}) => name.endsWith(OLD)

describe('a look at the Hub', () => {
  describe('[S10] is not certain, and says why,', () => {
    const orgs = [{name: 'kim', roleInOrg: 'no_access'}]
    const as = (identity: object) => (it: Setting) => Object.assign(it.hub, {identity})

    const cases: Array<[title: string, change: (it: Setting) => unknown, words: string]> = [
      ['where the role is one without access by now', as({...tokenOf('write', 'ann'), orgs}), 'no access'],
      ['where the token only reads by now', as(tokenOf('read')), 'read-only'],
      ['where the namespace is not one of the owner any more', as(tokenOf('write', 'ann')), 'kim'],
      [
        'where the leaderboard is not listed any more',
        ({hub}) => void hub.listing.pop(),
        'is not listed any more',
      ],
      [
        'where the leaderboard is another one',
        ({hub}) => hub.listing.splice(-1, 1, leaderboardDataset()),
        'was created again',
      ],
      [
        'where nothing of the plan is listed, and it is there',
        ({hub}) => Object.assign(hub, {listDatasets: async () => ({datasets: [], others: [], nameless: 0})}),
        'is there',
      ],
      [
        'where nothing of the plan is listed, and it was moved',
        ({hub}) => {
          hub.listing = hub.listing.filter((each) => !isOfOldRun(each))
          hub.whereabouts = async () => ({state: 'moved', to: 'kim/elsewhere'})
        },
        'moved to kim/elsewhere',
      ],
    ]
    for (const [title, change, words] of cases) {
      it(title, async () => {
        const it = setting()
        change(it)
        const error = await rejectionOf(lookAt(it.plan, it.session))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include(words)
      })
    }

    it('in the middle of a job too, where the listing is young enough to be used again', async () => {
      const {last, hub, later, listings} = setting()
      await last.again('age')
      later(10 * SECOND)
      hub.identity = tokenOf('read')
      expect(await rejectionOf(last.again('age'))).to.be.instanceOf(RefusedError)
      expect(listings()).to.equal(1)
    })
  })

  it('[S10] is certain where all of the plan is gone by the word of the Hub, the leaderboard there or not', async () => {
    const {plan, session, hub} = setting()
    hub.listing = hub.listing.filter((each) => !isOfOldRun(each) && !each.name.endsWith('leaderboard'))
    const {excluded} = await lookAt(plan, session)
    expect([...excluded].map(([name, {status}]) => [name, status])).to.deep.equal(
      ofOldRun.map((name) => [name, 'gone']),
    )
    // Of the three datasets, and of the leaderboard.
    expect(hub.log.filter((line) => line.startsWith('ASK'))).to.have.length(4)
  })

  it('does not ask where nothing, or only a part of the plan is gone', async () => {
    const {plan, session, hub} = setting()
    expect([...(await lookAt(plan, session)).excluded]).to.deep.equal([])
    hub.listing = hub.listing.filter(({name}) => name !== ofOldRun[0])
    expect((await lookAt(plan, session)).excluded.get(ofOldRun[0] ?? '')?.status).to.equal('gone')
    expect(hub.log).to.deep.equal(['LIST', 'READ', 'LIST', 'READ'])
  })

  it('is certain where there was no leaderboard, and is one now', async () => {
    const {plan, session, hub} = setting({}, [])
    hub.listing.push(leaderboardDataset())
    hub.protection = PINNED
    expect((await lookAt(plan, session)).excluded.size).to.equal(3)
  })
})

describe('the last look of a job', () => {
  it('[S10] is too old for the first DELETE after 10 s, for a later one after a minute', async () => {
    const {last, later} = setting()
    expect(last.isOld(false), 'before any').to.equal(true)
    await last.again('age')
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
    const {last, hub, later, listings} = setting()
    const read = hub.readText.bind(hub)
    hub.readText = (...file) => {
      later(5 * MINUTE)
      return read(...file)
    }

    await last.again('age')
    expect(last.isOld(true)).to.equal(false)
    expect(listings()).to.equal(1)
  })

  it('sees a pin that was written since, though the listing is young enough to be used again', async () => {
    const {last, hub, later} = setting({seconds: 30})
    await last.again('age')
    expect(last.excluded.size).to.equal(0)
    hub.protection = PINNED
    later(MINUTE)
    expect(last.isOld(false)).to.equal(true)
    await last.again('age')
    expect(last.excluded.size).to.equal(3)
    expect(hub.log).to.deep.equal(['LIST', 'READ', 'READ'])
  })

  describe('[S10] lists anew', () => {
    /** What the listing costs, and how old it becomes before it is made anew, in s. */
    const cases: Array<[title: string, cost: Cost, age: number]> = [
      ['after a minute where it costs little', {}, 60],
      ['after ten times what it took', {seconds: 30}, 300],
      ['so seldom that it costs a tenth of the quota', {pages: 30, quota: 1000}, 90],
      ['after a minute where that is less than a tenth of the quota', {pages: 3, quota: 1000}, 60],
      ['so seldom, however small the quota is', {pages: 4, quota: 10}, 1200],
    ]
    for (const [title, cost, age] of cases) {
      it(title, async () => {
        const {last, later, listings} = setting(cost)
        await last.again('age')
        later(age * SECOND - 1)
        await last.again('age')
        expect(listings(), 'one moment before').to.equal(1)
        expect(last.isOld(false)).to.equal(false)
        later(1)
        expect(last.isOld(false)).to.equal(true)
        await last.again('age')
        expect(listings()).to.equal(2)
      })
    }

    it('before the first DELETE, however young the listing is and whatever it costs', async () => {
      const {last, hub} = setting({quota: 1})
      await last.again('first')
      await last.again('first')
      expect(hub.log).to.deep.equal(['LIST', 'READ', 'LIST', 'READ'])
    })

    it('after each wait for the quota, unless it would take most of the next one', async () => {
      for (const [pages, listed] of [
        [5, 2],
        [6, 1],
      ] as const) {
        const {last, hub, listings} = setting({pages, quota: 10})
        await last.again('age')
        await last.again('wait')
        expect(listings()).to.equal(listed)
        expect(hub.log.filter((line) => line === 'READ')).to.have.length(2)
      }
    })
  })
})
