import {expect} from 'chai'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {protectLeaderboard, RefusedError, unprotectLeaderboard} from '../../src/index.js'
import {PROTECTION_PATH} from '../../src/lib/account/protection/pins.js'
import {exitCodeOf} from '../../src/lib/cleanup/result.js'
import {Account, all, CARRIED, stampOf, statusesOf} from '../support/account.js'
import {type Fault} from '../support/sandbox.js'

const EVERYTHING = {all: true, deleteLeaderboard: true, ...CARRIED}
const BY_ANN = '{"version": 1, "leaderboard": {"by": "ann", "at": "2026-01-01T00:00:00.000Z"}}\n'
const NO = {status: 403, body: '{"error":"no"}'}

const deletes =
  (name = ''): Fault['match'] =>
  ({method, body}) =>
    method === 'DELETE' && body.includes(`"${name.split('/')[1]}"`)

describe('the leaderboard', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
  })

  afterEach(() => account.close())

  it('[S12] stays with all, and goes only where that is said: last, archived, and counted', async () => {
    const counts = async (options: object) => (await account.clean(options)).wouldDelete
    expect(await counts({olderThan: '30d'})).to.equal(6)
    expect(await counts({olderThan: '30d', deleteLeaderboard: true})).to.equal(7)
    expect(await counts({deleteLeaderboard: true})).to.equal(1)
    await account.clean({olderThan: '30d', all: undefined, ...CARRIED})
    expect(account.names).to.include(account.board)
    const {archive} = await account.clean({...EVERYTHING, concurrency: 8})
    expect(account.deletions.at(-1)).to.equal(account.board)
    expect(account.names).to.deep.equal([])
    expect(archive).to.include({datasets: 1, isLeaderboardOnly: true})
    expect(existsSync(join(archive?.dir ?? '', account.board, 'README.md'))).to.equal(true)
  })

  it('[S12] goes by name only where that is said, after the rest', async () => {
    const [first = ''] = account.old
    await account.remove([account.board, first], {...CARRIED, deleteLeaderboard: true})
    expect(account.deletions).to.deep.equal([first, account.board])
  })

  for (const [title, protect, words] of [
    ['it is protected', () => protectLeaderboard({...account.connection, reason: 'cited'}), 'cited'],
    ['a run is pinned, by the file', () => account.pin(account.recent[0]), 'runs unprotect'],
    [
      'a run is pinned, by a tag alone',
      () => account.write(account.recent.at(-1) ?? '', 'README.md', '---\ntags:\n- smoltrace-pinned\n---\n'),
      'pinned',
    ],
  ] as const) {
    it(`[S12] is refused while ${title}, in dry runs too, and the runs stay as well`, async () => {
      await account.save({all: true, deleteLeaderboard: true})
      await protect()
      const before = account.names
      for (const dryRun of [true, false]) {
        const {exitCode, message, suggestions} = await account.refused(
          account.clean({...EVERYTHING, dryRun}),
          RefusedError,
        )
        expect(exitCode).to.equal(1)
        expect([message, ...suggestions].join('\n')).to.include(words)
      }

      const names = [account.board, ...account.old]
      const byName = account.remove(names, {...CARRIED, deleteLeaderboard: true})
      await account.refused(byName, RefusedError)
      const applied = await account.apply(CARRIED)
      expect(statusesOf(applied.outcomes)).to.include({[account.board]: 'skipped'})
      expect(account.names).to.include(account.board).and.have.lengthOf.at.most(before.length)
    })
  }

  it('[S13] can be deleted again once its protection is lifted, and keeps no run from going', async () => {
    const first = await protectLeaderboard({...account.connection, reason: 'cited'})
    expect([first.leaderboard, first.changed]).to.deep.equal([account.board, true])
    expect((await protectLeaderboard(account.connection)).changed).to.equal(false)
    expect((await account.clean({olderThan: '30d', ...CARRIED})).counts.deleted).to.equal(6)
    expect((await unprotectLeaderboard(account.connection)).protection?.reason).to.equal('cited')
    await account.clean({deleteLeaderboard: true, ...CARRIED})
    expect(account.names).not.to.include(account.board)
  })

  it('[S13] keeps the runs that are pinned in it, whatever selects them', async () => {
    await account.pin(account.old[0])
    for (const options of [{all: true}, {run: [stampOf(account.old[0])]}, {olderThan: '1d'}])
      await account.clean({...options, ...CARRIED})
    const {outcomes} = await account.remove(account.old, CARRIED)
    expect(statusesOf(outcomes)).to.deep.equal(all(account.old, 'skipped'))
    expect(account.names).to.have.members([...account.old, account.board])
  })

  for (const path of [PROTECTION_PATH, 'notes.txt']) {
    it(`[S12] stays where ${path} is written before the answer, or while the runs go`, async () => {
      const change = () => account.write(account.board, path, BY_ANN)
      const confirm = () => {
        change()
        return true
      }

      const alone = await account.clean({deleteLeaderboard: true, dryRun: false, confirm})
      expect(statusesOf(alone.outcomes)).to.deep.equal({[account.board]: 'skipped'})
      account.hub.state.remove(account.board)
      account.addBoard()
      account.hub.intercept({match: deletes(account.older[2]), before: change})
      const {outcomes} = await account.clean(EVERYTHING)
      expect(statusesOf(outcomes)).to.include({...all(account.older, 'deleted'), [account.board]: 'skipped'})
      expect(account.names).to.deep.equal([account.board])
    })
  }

  it('[S12] stays where it cannot be archived, though everything else goes', async () => {
    account.write(account.board, 'data/train.csv', 'model\n')
    const isCopy: Fault['match'] = ({path}) =>
      path.includes('leaderboard/resolve/') && path.includes('train.csv')
    const restore = account.hub.intercept({match: isCopy, respond: NO})
    const result = await account.clean(EVERYTHING)
    expect(exitCodeOf(result)).to.equal(3)
    expect(result.counts).to.include({deleted: 9, skipped: 1})
    expect(account.names).to.deep.equal([account.board])
    restore()
    const {archive} = await account.clean({deleteLeaderboard: true, ...CARRIED})
    expect(archive?.dir.startsWith(join(account.folder, 'archives'))).to.equal(true)
    expect(readFileSync(join(archive?.dir ?? '', account.board, 'data/train.csv'), 'utf8')).to.equal(
      'model\n',
    )
  })
})
