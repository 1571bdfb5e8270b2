import {expect} from 'chai'
import * as fc from 'fast-check'

import {discover} from '../../../../src/lib/account/datasets.js'
import {
  formatProtection,
  readProtection,
  readProtectionIfPossible,
} from '../../../../src/lib/account/protection/file.js'
import {parseProtection} from '../../../../src/lib/account/protection/parse.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {CancelledError, RefusedError, SmoltraceError} from '../../../../src/lib/base/errors.js'
import {formatTimestamp} from '../../../../src/lib/base/names.js'
import {type Hub} from '../../../../src/lib/hub/client.js'
import {type Whereabouts} from '../../../../src/lib/hub/dataset-info.js'
import {HubFormatError, HubUnreachableError} from '../../../../src/lib/hub/errors.js'
import {openSession} from '../../../../src/lib/hub/session.js'
import {type Sandbox, startSandbox, storedFile} from '../../../../src/lib/sandbox/index.js'
import {
  errorOf,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  missing,
  NOW,
  refusal,
  rejectionOf,
  someMoment,
} from '../../../support/builders.js'
import {withBitFlipped} from '../../../support/faults.js'

const AT = '2026-10-05T12:00:00.000Z'
const parse = (value: unknown) => parseProtection(JSON.stringify(value), 'kim/smoltrace-leaderboard')

describe('the protection file', () => {
  it('says who protected the leaderboard, when and why', () => {
    expect(parse({version: 1, leaderboard: {by: 'ann', at: AT, reason: 'paper'}})).to.deep.equal({
      leaderboard: {by: 'ann', at: NOW, reason: 'paper'},
    })
  })

  it('need not say why', () => {
    expect(parse({version: 1, leaderboard: {by: 'ann', at: AT}})).to.deep.equal({
      leaderboard: {by: 'ann', at: NOW},
    })
    expect(parse({version: 1, leaderboard: {by: 'ann', at: AT, reason: 5}})).to.deep.equal({
      leaderboard: {by: 'ann', at: NOW},
    })
  })

  it('protects nothing where it names nothing', () => {
    expect(parse({version: 1})).to.deep.equal({})

    expect(parse({version: 1, leaderboard: null})).to.deep.equal({})
  })

  const broken: Array<[title: string, text: string]> = [
    ['nothing', ''],
    ['blanks', ' \n'],
    ['no JSON', '{version: 1}'],
    ['half of its JSON', '{"version": 1, "leaderboard": {"by": "a'],
    ['a page', '<!doctype html><title>Log in</title>'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"protected"'],
    ['a list', '[{"version": 1}]'],
    ['a merge conflict', '<<<<<<< HEAD\n{"version": 1}'],
    ['no version', '{}'],
    ['no version beside a protection', `{"leaderboard": {"by": "ann", "at": "${AT}"}}`],
    ['a later version', '{"version": 2}'],
    ['an earlier version', '{"version": 0}'],
    ['its version as a text', '{"version": "1"}'],
    ['a name twice', '{"version": 1, "runs": {"20260801_120000": {}}, "runs": {}}'],
    ['an unknown part', '{"version": 1, "models": {}}'],
    ['an empty unknown part', '{"version": 1, "pins": null}'],
    ['a leaderboard that is only true', '{"version": 1, "leaderboard": true}'],
    ['a leaderboard that is only false', '{"version": 1, "leaderboard": false}'],
    ['a leaderboard that is a text', '{"version": 1, "leaderboard": ""}'],
    ['a leaderboard that is a list', '{"version": 1, "leaderboard": []}'],
    ['a leaderboard that says nothing', '{"version": 1, "leaderboard": {}}'],
    ['a leaderboard without a date', '{"version": 1, "leaderboard": {"by": "ann"}}'],
    ['a leaderboard without an author', `{"version": 1, "leaderboard": {"at": "${AT}"}}`],
    ['a date that is none', '{"version": 1, "leaderboard": {"by": "ann", "at": "yesterday"}}'],
    ['a date that is a number', '{"version": 1, "leaderboard": {"by": "ann", "at": 1}}'],
    ['an author that is a number', `{"version": 1, "leaderboard": {"by": 1, "at": "${AT}"}}`],
  ]
  for (const [title, text] of broken) {
    it(`is refused where it holds ${title}, and never taken for no protection`, () => {
      const error = errorOf(() => parseProtection(text, 'kim/smoltrace-leaderboard'))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(PROTECTION_PATH).and.include('kim/smoltrace-leaderboard')
    })
  }

  const pin = {by: 'ann', at: AT}
  const run = '20260131_235959'

  it('says which runs are pinned, by whom, since when, why and until when', () => {
    expect(parse({version: 1, runs: {[run]: {...pin, reason: 'paper', until: '2026-12-31'}}})).to.deep.equal({
      runs: {[run]: {by: 'ann', at: NOW, reason: 'paper', until: '2026-12-31'}},
    })
    expect(parse({version: 1, runs: {[run]: {...pin, reason: null, until: null}}})).to.deep.equal({
      runs: {[run]: {by: 'ann', at: NOW}},
    })
  })

  it('pins nothing where it names no run', () => {
    for (const runs of [null, {}]) expect(parse({version: 1, runs})).to.deep.equal({})
  })

  const brokenPins: Array<[title: string, runs: unknown]> = [
    ['a list', [run]],
    ['a text', run],
    ['a run that can be none', {'20260231_000000': pin}],
    ['a run by its full name', {'ann/smoltrace-results-20260131_235959': pin}],
    ['a run that every object has', {constructor: pin}],
    ['a pin that is only true', {[run]: true}],
    ['a pin that is null', {[run]: null}],
    ['a pin without an author', {[run]: {at: AT}}],
    ['a pin without a date', {[run]: {by: 'ann'}}],
    ['a pin until a day that is none', {[run]: {...pin, until: '2026-02-30'}}],
    ['a pin until a moment', {[run]: {...pin, until: '2026-12-31T00:00:00Z'}}],
    ['a pin until a number', {[run]: {...pin, until: 2026}}],
    ['a pin with a reason that is no text', {[run]: {...pin, reason: 5}}],
    ['a pin with a condition that is not known', {[run]: {...pin, only: ['traces']}}],
    ['one bad pin among good ones', {[run]: pin, '20260201_000000': {}}],
  ]
  for (const [title, runs] of brokenPins) {
    it(`is refused where its runs are or hold ${title}`, () => {
      expect(() => parse({version: 1, runs})).to.throw(RefusedError, PROTECTION_PATH)
    })
  }

  it('is refused for a name of an object that every object has', () => {
    expect(() => parseProtection('{"version": 1, "__proto__": {"x": 1}}', 'x')).to.throw(RefusedError)
    expect(() => parseProtection('{"version": 1, "constructor": 1}', 'x')).to.throw(RefusedError)
    for (const runs of [
      `{"__proto__": ${JSON.stringify(pin)}}`,
      `{"${run}": {"by": "ann", "at": "${AT}", "__proto__": {}}}`,
    ])
      expect(() => parseProtection(`{"version": 1, "runs": ${runs}}`, 'x')).to.throw(RefusedError)
  })

  it('is read as it was written', () => {
    const words = {
      by: fc.string({unit: 'binary'}),
      at: fc.date({noInvalidDate: true}),
      reason: fc.string({unit: 'binary', minLength: 1}),
    }
    const day = fc
      .date({min: new Date('2000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true})
      .map((date) => date.toISOString().slice(0, 10))
    const protections = fc.record(
      {
        leaderboard: fc.record(words, {requiredKeys: ['by', 'at']}),
        runs: fc.dictionary(
          someMoment.map((moment) => formatTimestamp(moment)),
          fc.record({...words, until: day}, {requiredKeys: ['by', 'at']}),
          {minKeys: 1, noNullPrototype: true},
        ),
      },
      {requiredKeys: []},
    )
    fc.assert(
      fc.property(protections, (protection) => {
        expect(parseProtection(formatProtection(protection), 'x')).to.deep.equal(protection)
      }),
      {numRuns: 300},
    )
    expect(parseProtection(formatProtection({}), 'x')).to.deep.equal({})
  })
})

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
