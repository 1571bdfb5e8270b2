import {expect} from 'chai'

import {discover} from '../../../../src/lib/account/datasets.js'
import {
  formatProtection,
  readProtection,
  readProtectionIfPossible,
} from '../../../../src/lib/account/protection/file.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {CancelledError, RefusedError, SmoltraceError} from '../../../../src/lib/base/errors.js'
import {type Hub} from '../../../../src/lib/hub/client.js'
import {type Whereabouts} from '../../../../src/lib/hub/dataset-info.js'
import {HubFormatError} from '../../../../src/lib/hub/errors.js'
import {openSession} from '../../../../src/lib/hub/session.js'
import {storedFile} from '../../../../src/lib/sandbox/index.js'
import {hubOf, inventoryOf, leaderboardDataset, NOW, rejectionOf} from '../../../support/builders.js'
import {withBitFlipped} from '../../../support/faults.js'
import {type Sandbox, startSandbox} from '../../../support/sandbox.js'

describe('reading the protection', () => {
  const board = leaderboardDataset()
  const found = inventoryOf([], {leaderboard: board})
  const none = inventoryOf([])
  const HEAD = 'b'.repeat(40)
  const FILE = {path: PROTECTION_PATH, size: 1, oid: '0'.repeat(40)}
  /** A Hub whose leaderboard has no protection file, and a head that is newer than the listing. */
  const movedOn = (parts: Partial<Hub> = {}): Hub =>
    hubOf({
      whereabouts: async (name) => ({state: 'there', id: board.id, name, sha: HEAD}),
      listFiles: async () => [],
      async readText() {},
      ...parts,
    })
  const nowAt = (answer: Whereabouts) => movedOn({whereabouts: async () => answer})

  it('[S13] finds nothing protected where the listing has no leaderboard and its address has none either', async () => {
    const asked: string[] = []
    const hub = hubOf({
      async whereabouts(name) {
        asked.push(name)
        return {state: 'missing'}
      },
    })
    expect(await readProtection(hub, none)).to.deep.equal({})
    expect(asked).to.deep.equal([board.name])
  })

  it('finds nothing protected where neither the tree of the head of now nor its address has the file', async () => {
    const asked: unknown[] = []
    const ask = async (...args: unknown[]): Promise<undefined> => void asked.push(args)
    const listFiles: Hub['listFiles'] = async (...args) => (await ask(...args)) ?? []
    expect(await readProtectionIfPossible(movedOn({listFiles, readText: ask}), found, [])).to.deep.equal({})
    expect(asked).to.deep.equal([
      [board.name, HEAD],
      [board.name, HEAD, PROTECTION_PATH],
    ])
  })

  const there = {state: 'there', id: board.id, name: board.name, sha: board.sha} as const
  const leadingTo = (to?: string): Whereabouts => ({state: 'moved', to})
  const doubts: Array<[title: string, hub: Hub, word: string, inventory?: typeof found]> = [
    ['its address leads to another name', nowAt(leadingTo('kim/old-board')), 'kim/old-board', none],
    ['its address leads nowhere that is known', nowAt(leadingTo()), 'another place', none],
    ['it is not listed, and there all the same', nowAt(there), 'exists, but', none],
    ['it is another one by now', nowAt({...there, id: 'x'}), 'no longer'],
    ['it is gone', nowAt({state: 'missing'}), 'no longer'],
    ['it has another name', nowAt(leadingTo('kim/old')), 'no longer'],
    ['the tree does not list a file that is there', movedOn({readText: async () => '{}'}), 'does not list'],
    [
      'the file is broken',
      movedOn({listFiles: async () => [FILE], readWhole: async () => Buffer.from('{')}),
      'not JSON',
    ],
  ]
  for (const [title, hub, word, inventory = found] of doubts) {
    it(`is refused where ${title}, and unknown to a preview, with a warning`, async () => {
      const error = await rejectionOf(readProtection(hub, inventory))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(word)
      const warnings: string[] = []
      expect(await readProtectionIfPossible(hub, inventory, warnings)).to.equal('unknown')
      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('Protection').and.include(word)
    })
  }

  it('ends a preview too where the user cancelled or the program is at fault, without advice on the file', async () => {
    for (const cause of [new CancelledError('enough'), new TypeError('a bug')]) {
      const hub = movedOn({readText: () => Promise.reject(cause)})
      expect(await rejectionOf(readProtectionIfPossible(hub, found, []))).to.equal(cause)
      if (cause instanceof CancelledError)
        expect(cause.suggestions).to.deep.equal(new CancelledError('enough').suggestions)
    }
  })

  describe('on the Hub', () => {
    let sandbox: Sandbox
    const pinned = formatProtection({runs: {'20260101_120000': {by: 'ann', at: NOW}}})
    const connect = async (files?: Record<string, string>) => {
      sandbox = await startSandbox({seed: 'empty'})
      const facts = {createdAt: '2026-01-01T00:00:00Z', ...(files && {files})}
      sandbox.state.addDataset({name: 'mira/smoltrace-leaderboard', ...facts})
      const session = await openSession({endpoint: sandbox.url, token: sandbox.token, env: {}})
      const inventory = await discover(session)
      return () => readProtection(session.hub, inventory)
    }

    afterEach(() => sandbox.close())

    it('[S11] holds a pin that was written after the listing', async () => {
      const readNow = await connect()
      const repo = sandbox.state.get('mira/smoltrace-leaderboard')!
      const file = storedFile(Buffer.from(pinned), false)
      sandbox.state.commit(repo, 'Pin', new Map([[PROTECTION_PATH, file]]))
      expect(Object.keys((await readNow()).runs ?? {})).to.deep.equal(['20260101_120000'])
    })

    it('[S11] is not certain where any byte of it is another', async () => {
      const readNow = await connect({[PROTECTION_PATH]: pinned})
      let at = 0
      sandbox.intercept({
        match: ({path}) => path.startsWith('/api/resolve-cache/'),
        alter: (body) => withBitFlipped(body, at),
      })
      for (at = 0; at < pinned.length; at++)
        expect(await rejectionOf(readNow()), `byte ${at}`).to.be.instanceOf(HubFormatError)
    })

    it('is not certain where the tree lists it and EntryNotFound comes', async () => {
      const readNow = await connect({[PROTECTION_PATH]: pinned})
      const respond = {status: 404, headers: {'X-Error-Code': 'EntryNotFound'}, body: 'Entry not found'}
      sandbox.intercept({match: ({path}) => path.includes('/resolve/'), respond})
      expect(await rejectionOf(readNow())).to.be.instanceOf(SmoltraceError)
    })
  })
})
