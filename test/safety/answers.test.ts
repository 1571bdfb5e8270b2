import {expect} from 'chai'
import {dirname} from 'node:path'

import {type JobEvent, readHistory} from '../../src/index.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {type Fault} from '../../src/lib/sandbox/index.js'
import {Account, all, CARRIED, statusesOf} from '../support/account.js'
import {json, serve} from '../support/builders.js'
import {patientClock} from '../support/clock.js'

const JOB = {olderThan: '30d', ...CARRIED}
const LOST = {reset: 'after', times: 1} as const

const deletes =
  (name = ''): Fault['match'] =>
  ({method, body}) =>
    method === 'DELETE' && body.includes(`"${name.split('/')[1]}"`)

describe('an answer to a deletion', () => {
  let account: Account
  /** The first dataset of the run that goes last, and of the one that goes first. */
  let name: string
  let first: string

  const intercept = (fault: Omit<Fault, 'match'>, target = name) =>
    account.hub.intercept({...fault, match: deletes(target)})
  const timesSent = () => account.deletions.filter((each) => each === name).length

  /** Both old runs are gone, but for these. */
  const expectStatuses = (
    {outcomes}: Awaited<ReturnType<Account['clean']>>,
    others: Record<string, string> = {},
  ) =>
    expect(statusesOf(outcomes)).to.deep.equal({
      ...all([...account.older, ...account.old], 'deleted'),
      ...others,
    })

  beforeEach(async () => {
    account = await Account.open()
    ;[name = ''] = account.old
    ;[first = ''] = account.older
  })

  afterEach(() => account.close())

  it('[S14] that is lost after the Hub acted leaves no doubt', async () => {
    intercept(LOST)
    expectStatuses(await account.clean(JOB))
    expect(timesSent()).to.equal(1)
  })

  it('[S14] that is lost before the Hub acted is asked for again', async () => {
    intercept({reset: 'before', times: 1})
    expectStatuses(await account.clean(JOB))
    expect(timesSent()).to.equal(2)
    expect(account.names).to.have.members(account.recent)
  })

  it('[S14] that is lost, and then is that it is not there, counts as deleted', async () => {
    intercept({reset: 'before', times: 1})
    intercept({before: () => void account.hub.state.remove(name)})
    expectStatuses(await account.clean(JOB))
    expect(timesSent()).to.equal(2)
  })

  it('[S14] that is lost, of a dataset made anew since, does not take the new one', async () => {
    const {hub} = account
    const {createdAt} = hub.state.get(name)!
    intercept(LOST)
    hub.intercept({
      match: ({path}) => path.startsWith(`/api/datasets/${name}?`) && hub.state.get(name) === undefined,
      before: () => void account.add(name, {createdAt}),
    })
    expectStatuses(await account.clean(JOB))
    expect(timesSent()).to.equal(1)
    expect(account.names).to.include(name)
  })

  it('[S14] that is OK though the Hub does nothing is a failure, in counts, exit code, journal and history', async () => {
    const reason = 'the Hub answered OK, but it is still there'
    intercept({respond: {status: 200, body: 'OK'}})
    const result = await account.clean(JOB)
    expectStatuses(result, {[name]: 'failed'})
    expect(result.outcomes.find((outcome) => outcome.name === name)?.reason).to.equal(reason)
    expect([exitCodeOf(result), result.remaining]).to.deep.equal([3, {runs: 2, datasets: 4}])
    const {jobs} = await readHistory(dirname(dirname(result.journal ?? '')))
    expect(jobs[0]?.counts).to.include({deleted: 5, failed: 1})
    expect(jobs[0]?.datasets.find((dataset) => dataset.name === name)).to.include({state: 'failed', reason})
  })

  for (const respond of [
    {status: 200},
    {status: 202, body: 'OK'},
    {status: 204},
    {status: 206, body: 'OK'},
    {status: 200, body: '{"ok":true}'},
    {status: 200, body: '{"error":"try later"}'},
    {status: 200, headers: {'Content-Type': 'text/html'}, body: '<html>Sign in</html>'},
  ]) {
    it(`[S14] that is ${respond.status} with "${respond.body ?? ''}" is deleted where the dataset is not there any more, and failed where it is`, async () => {
      intercept({respond, acts: true, times: 1})
      intercept({respond}, first)
      const result = await account.clean(JOB)
      expectStatuses(result, {...all(account.older, 'unattempted'), [first]: 'failed'})
      expect(exitCodeOf(result)).to.equal(3)
      expect(timesSent()).to.equal(1)
      expect(account.names).to.have.members([...account.older, ...account.recent])
    })
  }

  it('[S14] that it is not there is settled by asking for it: gone where that is so, else a failure', async () => {
    intercept({before: () => void account.hub.state.remove(name)})
    const headers = {'X-Error-Code': 'RepoNotFound'}
    intercept({respond: {status: 404, headers, body: '{"error":"no"}'}}, first)
    const result = await account.clean(JOB)
    expectStatuses(result, {[name]: 'gone', ...all(account.older, 'unattempted'), [first]: 'failed'})
    expect(exitCodeOf(result)).to.equal(3)
  })

  it('[S14] that is a redirect is not followed, and never counts as deleted', async () => {
    const bait = await serve((_request, response) => json(response, 'OK'))
    try {
      intercept({respond: {status: 307, headers: {Location: bait.url}}})
      const {outcomes} = await account.remove([name], CARRIED)
      expect(statusesOf(outcomes)).to.deep.equal({[name]: 'failed'})
      expect(bait.seen).to.deep.equal([])
      expect(account.names).to.include(name)
    } finally {
      await bait.close()
    }
  })

  it('[S14] 403 leaves the rest of its run, which a second call finishes', async () => {
    const [metrics = '', traces = '', results = ''] = account.older
    intercept({times: 1, respond: {status: 403, body: '{"error":"locked"}'}}, traces)
    const result = await account.clean(JOB)
    expectStatuses(result, {[traces]: 'failed', [results]: 'unattempted'})
    expect(result.outcomes.find(({status}) => status === 'failed')?.reason)
      .to.include('403')
      .and.include('locked')
    expect([account.names.includes(metrics), result.remaining]).to.deep.equal([false, {runs: 2, datasets: 5}])
    const plan = {...JOB, incompleteOnly: true, ignoreLeaderboard: true}
    expect(exitCodeOf(await account.clean(plan))).to.equal(0)
    expect(account.names).to.have.members(account.recent)
  })

  it('[S14] comes in order: the oldest run first, and metrics, traces, results within it', async () => {
    await account.clean({...JOB, concurrency: 1})
    expect(account.deletions).to.deep.equal([...account.older, ...account.old])
    const again = await account.remove(account.old, CARRIED)
    expect(statusesOf(again.outcomes)).to.deep.equal(all(account.old, 'gone'))
  })

  it('[S16] 401 stops everything after it', async () => {
    account.hub.intercept({
      match: ({method}) => method === 'DELETE',
      skip: 2,
      respond: {status: 401, body: '{"error":"no"}'},
    })
    const result = await account.clean({all: true, ...CARRIED, concurrency: 1})
    expect(result.counts).to.deep.equal({deleted: 2, failed: 1, skipped: 0, gone: 0, unattempted: 6})
    expect([result.interrupted, exitCodeOf(result)]).to.deep.equal([false, 3])
    expect(account.deletions).to.have.length(3)
  })

  describe('about the quota', () => {
    it('[S15] is waited for before it is used up, and nothing fails', async () => {
      await account.close()
      const quota = {requests: 6, windowSeconds: 1}
      const {clock, match} = patientClock(quota)
      account = await Account.open({quota, clock})
      account.hub.intercept({match})
      const events: JobEvent[] = []
      const {counts} = await account.clean({all: true, ...CARRIED, onEvent: (event) => events.push(event)})
      expect(events.some(({kind}) => kind === 'waiting')).to.equal(true)
      expect(account.hub.requests.filter(({status}) => status === 429)).to.deep.equal([])
      expect(counts).to.deep.equal({deleted: 9, failed: 0, skipped: 0, gone: 0, unattempted: 0})
    })

    it('[S10] that had to be waited for is followed by another look at what is left', async () => {
      const respond = {status: 429, headers: {RateLimit: '"api";r=0;t=0'}}
      intercept({times: 1, respond, before: () => void account.hub.state.touch(account.old[2] ?? '')}, first)
      expectStatuses(await account.clean({...JOB, concurrency: 1}), all(account.old, 'skipped'))
      expect(account.names).to.have.members([...account.old, ...account.recent])
    })

    it('[S15] of one kind of action stops the rest, which is left unattempted', async () => {
      const headers = {RateLimit: '"api";r=500;t=60'}
      intercept({respond: {status: 429, headers, body: '{"error":"Too many deletions"}'}}, account.older[1])
      const result = await account.clean({...JOB, concurrency: 1})
      expectStatuses(result, {...all([...account.old, ...account.older], 'unattempted'), [first]: 'deleted'})
      expect(result.outcomes.at(-1)?.reason).to.include('Too many deletions')
    })

    it('[S15] in the listing is waited for, and what rests on it is listed once more', async () => {
      const respond = {status: 429, headers: {RateLimit: '"api";r=0;t=0'}}
      account.hub.intercept({match: ({path}) => path.startsWith('/api/datasets?'), times: 1, respond})
      expectStatuses(await account.clean(JOB))
      const listings = account.hub.requests.filter(({path}) => path.startsWith('/api/datasets?'))
      // One that had to wait, its repeat, the look before the first DELETE, and the one at the end.
      expect(listings).to.have.length(4)
    })
  })

  it('[S18] of names that were not there or are pinned leaves no flaw in the journal', async () => {
    account.addBoard()
    await account.pin(name)
    const absent = `${account.hub.user}/smoltrace-results-20200101_000000`
    const {journal, outcomes} = await account.remove([name, first, absent], CARRIED)
    expect(statusesOf(outcomes)).to.deep.equal({[name]: 'skipped', [first]: 'deleted', [absent]: 'gone'})
    const {jobs, problems} = await readHistory(dirname(dirname(journal ?? '')))
    expect(problems).to.deep.equal([])
    expect(jobs[0]?.datasets.map((dataset) => [dataset.name, dataset.state])).to.deep.equal([
      [first, 'deleted'],
    ])
  })
})
