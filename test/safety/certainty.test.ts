import {expect} from 'chai'

import {
  HubError,
  HubFormatError,
  RefusedError,
  type RetentionOptions,
  SmoltraceError,
} from '../../src/index.js'
import {PROTECTION_PATH} from '../../src/lib/account/protection/pins.js'
import {DAY} from '../../src/lib/base/time.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, all, CARRIED, stampOf, statusesOf} from '../support/account.js'
import {writeBoard} from '../support/boards.js'
import {type Cells} from '../support/rows.js'
import {type Fault} from '../support/sandbox.js'

const NO = {status: 403, body: '{"error":"no"}'}

const EVERYTHING = {all: true, deleteLeaderboard: true, ...CARRIED}
const to =
  (part: string): Fault['match'] =>
  ({path}) =>
    path.includes(part)

describe('what is not certain', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open({pageSize: 4})
  })

  afterEach(() => account.close())

  describe('of the protection', () => {
    for (const [title, spoil] of [
      ['is of an unknown version', () => account.write(account.board, PROTECTION_PATH, '{"version": 2}')],
      ['is answered 403', () => account.hub.intercept({match: to(PROTECTION_PATH), respond: NO})],
    ] as const) {
      it(`[S11] deletes nothing, runs either, where the file ${title}`, async () => {
        account.addBoard({protection: '{"version": 1}'})
        const {plan} = await account.save()
        spoil()
        for (const job of [
          () => account.clean(EVERYTHING),
          () => account.clean({olderThan: '30d', ...CARRIED}),
          () => account.remove(account.old, CARRIED),
          () => account.remove(plan, CARRIED),
          () => account.apply(CARRIED),
        ])
          expect(await account.refused(job(), SmoltraceError))
            .to.have.property('exitCode')
            .that.is.oneOf([1, 4])
      })
    }

    it('[S11] is unknown in a dry run, which ends with 1 and saves no plan', async () => {
      account.addBoard({protection: '{"version": 1}'})
      account.hub.intercept({match: to(PROTECTION_PATH), respond: NO})
      const dry = await account.clean({olderThan: '30d'})
      const {plan, warnings} = dry
      expect(plan.leaderboard?.protection).to.equal('unknown')
      expect([plan.unknown, exitCodeOf(dry)]).to.deep.equal([['protection'], 1])
      expect(warnings.join(' ')).to.include('unknown')
      await account.refused(account.save(), HubError)
      await account.refused(account.clean({deleteLeaderboard: true}), HubError)
    })
  })

  describe('of the rows on the leaderboard', () => {
    const row = (name: string | undefined, cells: Cells = {}): Cells => ({
      results_dataset: `mira/smoltrace-results-${stampOf(name)}`,
      run_status: 'completed',
      success_rate: 50,
      model: 'm',
      ...cells,
    })
    // A selector by what is not there, one by what is, and a keeper.
    const rowRules: RetentionOptions[] = [
      {incompleteOnly: true},
      {unreferenced: true},
      {model: ['*']},
      {keepBest: 2},
    ]
    const boards: Array<[title: string, why: string, add: () => unknown]> = [
      ['there is no leaderboard', 'there is no leaderboard', () => {}],
      ['it has no rows', 'the leaderboard has none', () => account.addBoard()],
      [
        'it has lost rows',
        'lost rows: 2 of 3 runs',
        () => account.addBoard({rows: [row(account.recent[0])]}),
      ],
    ]

    for (const rules of rowRules) {
      const title = Object.keys(rules).join(' and ')
      it(`[S11] refuses ${title}, in dry runs too, where no row can say anything`, async () => {
        for (const [board, why, add] of boards) {
          add()
          for (const dryRun of [true, false]) {
            const error = await account.refused(account.clean({...rules, ...CARRIED, dryRun}), RefusedError)
            expect(error.message, board).to.include(why)
          }

          account.hub.state.remove(account.board)
        }
      })

      it(`[S11] does not know what ${title} takes where the rows cannot be read`, async () => {
        account.addBoard({rows: [row(account.old[0]), row(account.older[0]), row(account.recent[0])]})
        account.hub.intercept({match: to('.parquet'), respond: {status: 200, body: 'no Parquet'}})
        await account.refused(account.clean({...rules, ...CARRIED}), HubFormatError)
        const dry = await account.clean(rules)
        expect([dry.wouldDelete, dry.plan.unknown, exitCodeOf(dry)]).to.deep.equal([0, ['rows'], 1])
      })
    }

    it('[S11] knows what it needs to where no rule rests on them', async () => {
      account.addBoard({rows: [row(account.old[0])]})
      account.hub.intercept({match: to('.parquet'), respond: NO})
      const {plan, wouldDelete} = await account.clean({olderThan: '30d'})
      expect([plan.unknown ?? [], wouldDelete]).to.deep.equal([[], 6])
      expect(account.hub.requests.filter(({path}) => path.includes('.parquet'))).to.deep.equal([])
    })

    it('[S11] goes on without them with `ignoreLeaderboard`', async () => {
      const half = account.addRun(120 * DAY, {types: ['results']})
      await account.clean({incompleteOnly: true, ignoreLeaderboard: true, ...CARRIED})
      expect(account.deletions).to.deep.equal(half)
    })

    it('[S11] refuses where there is none in an organisation, whatever the user has', async () => {
      const {hub} = account
      account.addRun(40 * DAY, {owner: hub.org, types: ['results']})
      account.addBoard({rows: [row(account.old[0]), row(account.older[0]), row(account.recent[0])]})
      const error = await account.refused(
        account.clean({incompleteOnly: true, namespace: hub.org, ...CARRIED}),
        RefusedError,
      )
      expect(error.message).to.include('there is no leaderboard')
    })

    it('[S7] keeps a run without traces that has metrics, or whose row says that it finished', async () => {
      const [untraced, listed, killed] = [70, 80, 90].map((days) =>
        account.addRun(days * DAY, {types: days === 70 ? ['results', 'metrics'] : ['results']}),
      )
      account.addBoard({
        rows: [account.old, account.older, account.recent, listed ?? []].map(([name]) => row(name)),
      })
      const {plan} = await account.clean({incompleteOnly: true, ...CARRIED})
      expect(account.deletions).to.deep.equal(killed)
      const reasons = new Map(plan.keep.map(({run, reasons: [reason]}) => [run.timestamp, reason?.text]))
      expect(reasons.get(stampOf(untraced?.[0]))).to.include('metrics are uploaded last')
      expect(reasons.get(stampOf(listed?.[0]))).to.include('finished, per the leaderboard')
    })

    it('[S11] keeps the best run beside the one that is asked for where its score is in doubt', async () => {
      const {old, older, recent} = account
      account.addBoard()
      // A column of another type needs a file of its own.
      writeBoard(account.hub, [
        [row(old[0], {success_rate: '95.5'})],
        [row(older[0], {success_rate: 40}), row(recent[0], {success_rate: 30})],
      ])
      const {plan, outcomes} = await account.clean({keepBest: 1, ...CARRIED})
      const kept = plan.keep.find(({run}) => run.timestamp === stampOf(old[0]))
      expect(kept?.reasons.map(({text}) => text)).to.deep.equal([
        'its rank is unclear: its success_rate is text',
      ])
      expect(statusesOf(outcomes)).to.deep.equal(all(recent, 'deleted'))
    })
  })
})
