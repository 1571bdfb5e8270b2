import {expect} from 'chai'
import {dirname} from 'node:path'

import {
  discoverSmoltraceDatasets,
  NotAllowedError,
  readHistory,
  RefusedError,
  UsageError,
} from '../../src/index.js'
import {DAY} from '../../src/lib/base/time.js'
import {Account, all, CARRIED, statusesOf} from '../support/account.js'

describe('which datasets go', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open({pageSize: 4})
  })

  afterEach(() => account.close())

  describe('by their names', () => {
    it('[S1] deletes those that are named, each once, and leaves no flaw in the journal where a name is not there or is pinned', async () => {
      account.addBoard()
      const {old, older, recent, hub} = account
      await account.pin(recent[0])
      const absent = `${hub.user}/smoltrace-results-20200101_000000`
      const free = [...old.slice(1), older[1] ?? '']
      const named = [...free, absent, recent[0] ?? '', ...old.slice(1)]
      const {outcomes, journal} = await account.remove(named, CARRIED)
      const skipped = {[recent[0] ?? '']: 'skipped', [absent]: 'gone'}
      expect(statusesOf(outcomes)).to.deep.equal({...all(free, 'deleted'), ...skipped})
      expect(outcomes).to.have.length(5)
      expect(account.names).to.have.members([old[0], older[0], older[2], ...recent, account.board])
      const {jobs, problems} = await readHistory(dirname(dirname(journal ?? '')))
      expect(problems).to.deep.equal([])
      expect(jobs[0]?.datasets.map(({name, state}) => [name, state])).to.have.deep.members(
        free.map((name) => [name, 'deleted']),
      )
      expect((await account.remove([], CARRIED)).outcomes).to.deep.equal([])
    })

    const refused: Array<[title: string, names: (account: Account) => unknown[]]> = [
      ['without a namespace', ({old}) => [old[0]?.split('/')[1]]],
      ['with something behind it', ({old}) => [`${old[0]}-copy`]],
      ['of a day that does not exist', ({hub}) => [`${hub.user}/smoltrace-results-20260231_000000`]],
      ['that is not a text', () => [undefined]],
      ['of which only the second is bad', ({old, hub}) => [old[0], `${hub.user}/thesis`]],
      ['of the leaderboard, unless that is said', ({old, board}) => [old[0], board]],
      ['of two namespaces', ({old, hub}) => [old[0], `${hub.org}/smoltrace-results-20260101_000000`]],
      ['in another letter case', ({old, hub}) => [old[0]?.replace(hub.user, hub.user.toUpperCase())]],
    ]
    for (const [title, names] of refused) {
      it(`[S1] refuses a name ${title}`, async () => {
        account.addBoard()
        await account.refused(account.remove(names(account) as string[], CARRIED), UsageError)
      })
    }
  })

  describe('by whose they are', () => {
    it('[S2] deletes in an organisation nothing of the user, and the other way round', async () => {
      const {hub, old, older, recent} = account
      const theirs = account.addRun(40 * DAY, {owner: hub.org})
      await account.clean({all: true, namespace: hub.org, ...CARRIED})
      expect(account.names).to.have.members([...old, ...older, ...recent])
      for (const name of theirs) account.add(name)
      await account.clean({all: true, ...CARRIED})
      expect(account.names).to.have.members(theirs)
    })

    it('[S2] does not take an unknown namespace for an empty one', async () => {
      const nobody = {...account.connection, namespace: 'nobody'}
      await account.refused(discoverSmoltraceDatasets(nobody), RefusedError)
      await account.refused(account.clean({all: true, ...nobody}), RefusedError)
      const name = 'nobody/smoltrace-results-20260101_000000'
      await account.refused(account.remove([name], CARRIED), RefusedError)
      const another = account.remove(account.old, {...CARRIED, namespace: account.hub.org})
      await account.refused(another, UsageError)
    })

    for (const kind of ['read', 'fineGrainedReadOnly', 'fineGrainedNarrow'] as const) {
      it(`[S2] refuses a token of the kind ${kind} before it lists anything; a dry run only warns`, async () => {
        const token = account.hub.tokens[kind]
        const {plan, warnings} = await account.save()
        const dry = await account.clean({olderThan: '30d', token})
        expect([dry.wouldDelete, warnings]).to.deep.equal([6, []])
        expect(dry.warnings).not.to.deep.equal([])
        for (const job of [
          () => account.clean({all: true, ...CARRIED, token}),
          () => account.remove(account.old, {...CARRIED, token}),
          () => account.remove(plan, {...CARRIED, token}),
          () => account.apply({...CARRIED, token}),
        ]) {
          account.hub.requests.length = 0
          await account.refused(job(), NotAllowedError)
          expect(account.hub.requests.map(({path}) => path)).to.deep.equal(['/api/whoami-v2'])
        }
      })
    }
  })

  describe('where some datasets may be hidden', () => {
    const asOAuth = ({hub}: Account) => {
      const identity = {type: 'user', name: hub.user, orgs: [], auth: {type: 'oauth'}}
      const body = JSON.stringify(identity)
      const headers = {Date: new Date(account.now).toUTCString()}
      hub.intercept({
        match: ({path}) => path.startsWith('/api/whoami'),
        respond: {status: 200, headers, body},
      })
    }

    const withGroups = ({hub}: Account) => {
      hub.state.orgs[0]!.resourceGroups = [{id: '1', name: 'lab', role: 'write'}]
      account.addRun(40 * DAY, {owner: hub.org})
    }

    for (const [title, arrange, more] of [
      ['an OAuth token', asOAuth, {}],
      ['an organisation with resource groups', withGroups, {namespace: 'tinyagents'}],
    ] as const) {
      it(`[S2] refuses rules that rest on what is not there, in dry runs too: ${title}`, async () => {
        arrange(account)
        const incomplete = {incompleteOnly: true}
        for (const rule of [incomplete, {...incomplete, ignoreLeaderboard: true}, {unreferenced: true}]) {
          for (const dryRun of [true, false]) {
            const job = account.clean({...rule, ...more, ...CARRIED, dryRun})
            expect((await account.refused(job, RefusedError)).message).to.include('hidden')
          }
        }
      })

      it(`[S2] goes on with other rules, and warns: ${title}`, async () => {
        arrange(account)
        for (const dryRun of [true, false]) {
          const {warnings} = await account.clean({olderThan: '30d', ...more, ...CARRIED, dryRun})
          expect(warnings.join('\n')).to.include('may be hidden from this token')
        }

        expect(account.deletions).not.to.deep.equal([])
      })
    }
  })

  it('[S3] are none where the Hub does not say what time it is; a dry run warns', async () => {
    const {hub} = account
    const url = `${hub.url}/api/whoami-v2`
    const body = await (await fetch(url, {headers: {authorization: `Bearer ${hub.token}`}})).text()
    const respond = {status: 200, headers: {Date: 'garbage'}, body}
    hub.intercept({match: ({path}) => path.startsWith('/api/whoami-v2'), respond})
    const {plan, warnings, wouldDelete} = await account.clean({all: true})
    expect(wouldDelete).to.equal(9)
    expect(warnings.join(' ')).to.include('has no date')
    await account.refused(account.clean({all: true, ...CARRIED}), RefusedError)
    await account.refused(account.remove(plan, CARRIED), RefusedError)
  })

  describe('by the rules', () => {
    it('[S14] deletes the rest of a run that failed with a second call', async () => {
      const {hub, older} = account
      const [metrics = '', traces = ''] = older
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes(`"${traces.split('/')[1]}"`),
        times: 1,
        respond: {status: 403, body: '{"error":"locked"}'},
      })
      const {remaining} = await account.clean({olderThan: '30d', ...CARRIED})
      expect(remaining).to.deep.equal({runs: 2, datasets: 5})
      expect(account.names).not.to.include(metrics)
      await account.clean({incompleteOnly: true, ignoreLeaderboard: true, ...CARRIED})
      expect(account.names).to.have.members(account.recent)
    })

    it('[S5] needs more than `yes` for one type of every run, wherever the plan is from', async () => {
      const {plan} = await account.save({only: ['traces']})
      for (const job of [
        () => account.clean({only: ['traces'], ...CARRIED}),
        () => account.remove(plan, CARRIED),
        () => account.apply(CARRIED),
      ]) {
        account.hub.requests.length = 0
        await account.refused(job(), UsageError)
        expect(account.hub.requests).to.deep.equal([])
      }

      const confirm = ({phrase}: {phrase: string}) => phrase === 'YES DELETE ALL'
      expect((await account.remove(plan, {dryRun: false, confirm})).counts.deleted).to.equal(3)
      await account.save({only: ['metrics'], all: true})
      expect((await account.apply(CARRIED)).counts.deleted).to.equal(3)
      expect((await account.clean({only: ['results'], all: true, ...CARRIED})).counts.deleted).to.equal(3)
    })
  })

  describe('by default', () => {
    for (const dryRun of [undefined, true, null, 0, 'false'] as unknown as boolean[]) {
      it(`[S8] are none with dryRun: ${JSON.stringify(dryRun)}, wherever the plan is from`, async () => {
        const {plan} = await account.save()
        const options = {yes: true, dryRun, confirm: () => expect.fail('asked')}
        const doors = [
          () => account.clean({olderThan: '30d', ...options}),
          () => account.remove(plan, options),
          () => account.remove([...account.old, ...account.older], options),
          () => account.apply(options),
        ]
        for (const job of doors) {
          // What is neither true nor false is refused, and never taken for false.
          const result = await job().catch((error: unknown) => error)
          if (result instanceof UsageError) expect(dryRun).not.to.equal(undefined)
          else expect(result).to.deep.include({dryRun: true, wouldDelete: 6, outcomes: []})
        }

        expect(account.deletions).to.deep.equal([])
      })
    }
  })
})
