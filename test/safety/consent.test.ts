import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {CancelledError, type CleanupOptions, type Plan, UsageError} from '../../src/index.js'
import {DAY} from '../../src/lib/base/time.js'
import {parseJournal} from '../../src/lib/cleanup/journal/parse.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, all, CARRIED, plannedNames, statusesOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {isListing} from '../support/sandbox.js'

describe('a yes', () => {
  let account: Account

  const ask = (options: CleanupOptions) => account.clean({olderThan: '30d', dryRun: false, ...options})

  beforeEach(async () => {
    account = await Account.open()
  })

  afterEach(() => account.close())

  it('[S9] is needed: of `confirm`, or by `yes`', async () => {
    const confirm = () => true
    const unknown = {confirm, confirmedBy: 'yes' as 'phrase'}
    for (const options of [{}, {yes: false}, unknown]) await account.refused(ask(options), UsageError)
    expect(account.hub.requests).to.deep.equal([])
  })

  for (const answer of [false, undefined, 1, 'DELETE'] as unknown as boolean[]) {
    it(`[S9] is not ${JSON.stringify(answer)}`, async () => {
      const result = await ask({confirm: async () => answer})
      expect(result).to.deep.include({declined: true, outcomes: [], wouldDelete: 6})
      expect(exitCodeOf(result)).to.equal(130)
      expect(account.deletions).to.deep.equal([])
    })
  }

  it('[S9] is asked for once, with the phrase, after the whole plan was shown', async () => {
    const steps: string[] = []
    let shown: Plan | undefined
    await account.clean({
      all: true,
      dryRun: false,
      async onPlan(plan) {
        await new Promise(setImmediate)
        steps.push(`${plannedNames(plan).length} shown`)
        shown = plan
      },
      confirm(plan) {
        expect(plan).to.equal(shown)
        steps.push(plan.phrase)
        return true
      },
    })
    expect(steps).to.deep.equal(['9 shown', 'YES DELETE ALL'])
    expect(account.names).to.deep.equal([])
  })

  it('[S9] is not asked for where nothing is to go, or `yes` is given', async () => {
    const confirm = () => expect.fail('asked')
    expect(exitCodeOf(await ask({olderThan: '5y', confirm}))).to.equal(0)
    expect((await ask({yes: true, confirm})).counts.deleted).to.equal(6)
  })

  it('[S9] is written down with who said it, and where the archive is', async () => {
    const archive = join(account.folder, 'copies')
    const answers: Array<[options: CleanupOptions, confirmedBy: string, archive?: string]> = [
      [{confirm: () => true, olderThan: '45d'}, 'callback'],
      [{confirm: () => true, confirmedBy: 'phrase', archive}, 'phrase', archive],
      [{yes: true, olderThan: '1d'}, 'yes'],
    ]
    for (const [options, confirmedBy, folder = null] of answers) {
      const {journal = ''} = await ask(options)
      expect(parseJournal(readFileSync(journal, 'utf8'))).to.include({confirmedBy, archive: folder})
    }
  })

  const broken = new Error('the prompt broke')
  const throws = () => {
    throw broken
  }

  const rejects = () => Promise.reject(broken)
  for (const callback of [throws, rejects]) {
    it(`[S9] is not what a callback does that ${callback.name}: the error is passed on, and nothing is deleted`, async () => {
      for (const options of [{confirm: callback}, {yes: true, onPlan: callback}])
        expect(await rejectionOf(ask(options))).to.equal(broken)
      expect(account.deletions).to.deep.equal([])
    })

    it(`[S10] is carried out whatever a listener does that ${callback.name}: with one warning, and no second call`, async () => {
      let calls = 0
      const onEvent = () => {
        calls++
        return callback()
      }

      const {counts, warnings} = await ask({yes: true, concurrency: 1, onEvent})
      expect(counts.deleted).to.equal(6)
      expect(warnings.filter((text) => text.includes('called again: the prompt broke'))).to.have.length(1)
      if (callback === throws) expect(calls).to.equal(1)
    })
  }

  it('[S9] cannot be given for another plan: it is frozen', async () => {
    account.addBoard()
    const changes: Array<(plan: any) => unknown> = [
      (plan) => plan.delete.push(...plan.keep),
      ({delete: [first], keep: [other]}) => Object.assign(first, {run: other.run}),
      ({delete: [first]}) => Object.assign(first.datasets[0], {name: account.recent[0]}),
      ({leaderboard}) => Object.assign(leaderboard, {planned: true}),
    ]
    const confirm = (plan: Plan) => {
      for (const change of changes) expect(() => change(plan), String(change)).to.throw(TypeError)
      return true
    }

    await ask({confirm})
    expect(account.names).to.have.members([...account.recent, account.board])
  })

  describe('is worth nothing once the job is interrupted:', () => {
    const moments: Array<[title: string, options: (stop: () => void) => CleanupOptions]> = [
      [
        'while it lists',
        (before) => {
          account.hub.intercept({match: isListing, before})
          return {yes: true}
        },
      ],
      ['while the plan is shown', (stop) => ({yes: true, onPlan: stop})],
      [
        'during the question',
        (stop) => ({
          confirm() {
            stop()
            return true
          },
        }),
      ],
    ]
    for (const [title, options] of moments) {
      it(`[S9] ${title}`, async () => {
        const stop = new AbortController()
        const job = ask({...options(() => stop.abort()), signal: stop.signal})
        expect((await account.refused(job, CancelledError)).exitCode).to.equal(130)
      })
    }
  })
})

describe('what is confirmed is what goes', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
  })

  afterEach(() => account.close())

  /** Jobs over the two old runs, each with a change by another client between what was seen and the first DELETE. */
  const doors: Record<string, (change: () => unknown) => ReturnType<Account['clean']>> = {
    'before the answer': (change) =>
      account.clean({
        olderThan: '30d',
        dryRun: false,
        async confirm() {
          await change()
          return true
        },
      }),
    'while the plan is shown, and nothing is asked': (change) =>
      account.clean({olderThan: '30d', ...CARRIED, onPlan: async () => void (await change())}),
    async 'since a plan was made'(change) {
      const {plan} = await account.clean({olderThan: '30d'})
      await change()
      return account.remove(plan, CARRIED)
    },
    async 'since a plan was saved'(change) {
      await account.save()
      await change()
      return account.apply(CARRIED)
    },
  }
  const SKIPPED = ['skipped', 'skipped', 'skipped']
  const GONE_FIRST = ['gone', 'deleted', 'deleted']
  /** What another client does to the run of 40 days ago, and how its datasets then end, in the order of deletion. */
  const changes: Array<[title: string, change: () => unknown, statuses: string[]]> = [
    ['a dataset changes', () => account.hub.state.touch(account.old[2] ?? ''), SKIPPED],
    ['a dataset is made anew under its name', () => account.makeAnew(account.old[1] ?? ''), SKIPPED],
    ['the run is pinned', () => account.pin(account.old[0]), SKIPPED],
    ['a dataset is deleted', () => account.hub.state.remove(account.old[0] ?? ''), GONE_FIRST],
    [
      'a dataset is renamed, which is not followed',
      () => account.hub.state.rename(account.hub.state.get(account.old[0] ?? '')!, 'mira/my-best-run'),
      GONE_FIRST,
    ],
    ['another old run comes', () => account.addRun(70 * DAY), ['deleted', 'deleted', 'deleted']],
  ]
  for (const [when, job] of Object.entries(doors)) {
    for (const [what, change, statuses] of changes) {
      it(`[S10] ${what} ${when}`, async () => {
        let before: string[] = []
        const result = await job(async () => {
          await change()
          before = account.names
        })
        const {old, older} = account
        const ended = Object.fromEntries(old.map((name, index) => [name, statuses[index]]))
        expect(statusesOf(result.outcomes)).to.deep.equal({...ended, ...all(older, 'deleted')})
        const deleted = new Set(
          result.outcomes.flatMap(({name, status}) => (status === 'deleted' ? [name] : [])),
        )
        expect(account.names).to.deep.equal(before.filter((name) => !deleted.has(name)))
        expect(exitCodeOf(result)).to.equal(statuses === SKIPPED ? 3 : 0)
      })
    }
  }

  it('[S10] a dry run compares just so: what is gone, changed or pinned is not counted', async () => {
    const {old, older, recent, hub} = account
    const {plan} = await account.clean({all: true})
    hub.state.remove(old[0] ?? '')
    hub.state.touch(older[1] ?? '')
    await account.pin(recent[0])
    const {wouldDelete, stale, plan: rest} = await account.remove(plan)
    expect([wouldDelete, plannedNames(rest)]).to.deep.equal([2, old.slice(1)])
    expect(statusesOf(stale)).to.deep.equal({
      [old[0] ?? '']: 'gone',
      ...all([...older, ...recent], 'skipped'),
    })
    expect(account.deletions).to.deep.equal([])
  })
})
