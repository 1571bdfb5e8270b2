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
import {HubFormatError, HubUnreachableError} from '../../../../src/lib/hub/errors.js'
import {openSession} from '../../../../src/lib/hub/session.js'
import {type Sandbox, startSandbox, storedFile} from '../../../../src/lib/sandbox/index.js'
import {
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  missing,
  NOW,
  refusal,
  rejectionOf,
} from '../../../support/builders.js'
import {withBitFlipped} from '../../../support/faults.js'

describe('reading the protection', () => {
  const board = leaderboardDataset()

  const found = inventoryOf([], {leaderboard: board})

  it('[S13] finds nothing protected where the listing has no leaderboard and its address has none either', async () => {
    const hub = fakeHub([])
    expect(await readProtection(hub, inventoryOf([]))).to.deep.equal({})
    expect(hub.log).to.deep.equal([`ASK ${board.name}`])
  })

  const elsewhere: Array<[title: string, answer: Whereabouts, word: string]> = [
    ['leads to another name', {state: 'moved', to: 'kim/old-board'}, 'kim/old-board'],
    [
      'leads to an organisation',
      {state: 'moved', to: 'acme/smoltrace-leaderboard'},
      'acme/smoltrace-leaderboard',
    ],
    ['leads nowhere that is known', {state: 'moved', to: undefined}, 'another place'],
    ['is there all the same', {state: 'there', id: board.id, name: board.name, sha: board.sha}, 'is there'],
  ]
  for (const [title, answer, word] of elsewhere) {
    it(`is refused where the listing has no leaderboard, but its address ${title}`, async () => {
      const hub: Hub = {...fakeHub([]), whereabouts: async () => answer}
      const error = await rejectionOf(readProtection(hub, inventoryOf([])))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(board.name).and.include(word)
      const warnings: string[] = []
      expect(await readProtectionIfPossible(hub, inventoryOf([]), warnings)).to.equal('unknown')
      expect(warnings[0]).to.include(word)
    })
  }

  it('is not certain where the address of a leaderboard that is not listed does not answer', async () => {
    const cause = refusal(503)
    const hub: Hub = {...fakeHub([]), whereabouts: () => Promise.reject(cause)}
    expect(await rejectionOf(readProtection(hub, inventoryOf([])))).to.equal(cause)
  })

  const FILE = {path: PROTECTION_PATH, size: 9, oid: 'a'.repeat(40)}
  const HEAD = 'b'.repeat(40)
  /** A leaderboard whose head moved on since it was listed. */
  const movedOn = (parts: Partial<Hub>): Hub => ({
    ...fakeHub([board]),
    whereabouts: async (name) => ({state: 'there', id: board.id, name, sha: HEAD}),
    ...parts,
  })

  it('finds nothing protected where the tree does not list the file and the file is not there', async () => {
    const asked: unknown[] = []
    const hub = movedOn({
      async listFiles(...args) {
        asked.push(args)
        return [{...FILE, path: 'README.md'}]
      },
      async readText(...args): Promise<undefined> {
        asked.push(...args)
      },
    })
    expect(await readProtection(hub, found)).to.deep.equal({})
    expect(asked).to.deep.equal([
      [board.name, HEAD],
      {name: board.name, revision: HEAD, path: '.smoltrace/protection.json'},
    ])
  })

  it('reads the file whole at the head of now, as the tree of that commit lists it', async () => {
    const asked: unknown[] = []
    const hub = movedOn({
      listFiles: async () => [FILE],
      async readWhole(...args) {
        asked.push(args)
        return Buffer.from(formatProtection({leaderboard: {by: 'ann', at: NOW}}))
      },
    })
    expect((await readProtection(hub, found)).leaderboard?.by).to.equal('ann')
    expect(asked).to.deep.equal([[board.name, HEAD, FILE]])
  })

  const contradictions: Array<[title: string, parts: Partial<Hub>]> = [
    [
      'the file is there and the tree does not list it',
      {listFiles: async () => [], readText: async () => '{}'},
    ],
    [
      'the dataset is another one by now',
      {whereabouts: async (name) => ({state: 'there', id: 'x', name, sha: HEAD})},
    ],
    ['the dataset is gone', {whereabouts: async () => ({state: 'missing'})}],
    ['the dataset has another name', {whereabouts: async () => ({state: 'moved', to: 'kim/old'})}],
  ]
  for (const [title, parts] of contradictions) {
    it(`is not certain where ${title}`, async () => {
      const error = await rejectionOf(readProtection(movedOn({listFiles: async () => [], ...parts}), found))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
    })
  }

  describe('on the Hub', () => {
    let sandbox: Sandbox
    const pinned = formatProtection({runs: {'20260101_120000': {by: 'ann', at: NOW}}})
    const connect = async (files?: Record<string, string>) => {
      sandbox = await startSandbox({seed: 'empty'})
      sandbox.state.addDataset({
        name: 'mira/smoltrace-leaderboard',
        createdAt: '2026-01-01T00:00:00Z',
        ...(files && {files}),
      })
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

    for (const [title, respond] of [
      ['nothing', {status: 200, body: ''}],
      ['a page', {status: 200, headers: {'Content-Type': 'text/html'}, body: '<title>Log in</title>'}],
      ['EntryNotFound', {status: 404, headers: {'X-Error-Code': 'EntryNotFound'}, body: 'Entry not found'}],
    ] as const) {
      it(`is not certain where the tree lists it and ${title} comes`, async () => {
        const readNow = await connect({[PROTECTION_PATH]: pinned})
        sandbox.intercept({match: ({path}) => path.includes('/resolve/'), respond})
        expect(await rejectionOf(readNow())).to.be.instanceOf(SmoltraceError)
      })
    }
  })

  const uncertain: Array<[title: string, error: Error]> = [
    ['401', refusal(401)],
    ['403', refusal(403)],
    ['404 for the whole dataset', missing()],
    ['500', refusal(500)],
    ['no answer', new HubUnreachableError('gone')],
  ]
  for (const [title, cause] of uncertain) {
    it(`is not certain after ${title}, so it is an error`, async () => {
      const hub: Hub = {...fakeHub([board]), readText: () => Promise.reject(cause)}
      expect(await rejectionOf(readProtection(hub, found))).to.equal(cause)
    })

    it(`is unknown to a preview after ${title}, with a warning`, async () => {
      const hub: Hub = {...fakeHub([board]), readText: () => Promise.reject(cause)}
      const warnings: string[] = []
      expect(await readProtectionIfPossible(hub, found, warnings)).to.equal('unknown')
      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('protected').and.include(cause.message)
    })
  }

  it('is unknown to a preview where the file is broken', async () => {
    const hub = fakeHub([board])
    hub.protection = '{'
    const warnings: string[] = []
    expect(await readProtectionIfPossible(hub, found, warnings)).to.equal('unknown')
    expect(warnings).to.have.length(1)
  })

  it('warns of nothing where all is well', async () => {
    const warnings: string[] = []
    expect(await readProtectionIfPossible(fakeHub([board]), found, warnings)).to.deep.equal({})
    expect(warnings).to.deep.equal([])
  })

  it('ends a preview too where the user cancelled or the program is at fault', async () => {
    for (const cause of [new CancelledError('enough'), new TypeError('a bug')]) {
      const hub: Hub = {...fakeHub([board]), readText: () => Promise.reject(cause)}
      expect(await rejectionOf(readProtectionIfPossible(hub, found, []))).to.equal(cause)
    }
  })

  it('gives no advice about the file where the user cancelled', async () => {
    const cause = new CancelledError('enough')
    const hub: Hub = {...fakeHub([board]), whereabouts: () => Promise.reject(cause)}
    expect(await rejectionOf(readProtection(hub, found))).to.equal(cause)
    expect(cause.suggestions).to.deep.equal(new CancelledError('enough').suggestions)
  })
})
