import {Config} from '@oclif/core'
import {expect} from 'chai'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'

import {type Dataset} from '../../../../src/lib/account/datasets.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {parseJournal} from '../../../../src/lib/cleanup/journal/parse.js'
import {
  dataDirectory,
  type Journal,
  journalFolder,
  type JournalHeader,
  journalName,
  prepareJournal,
} from '../../../../src/lib/cleanup/journal/write.js'
import {plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {
  ago,
  inventoryOf,
  later,
  leaderboardDataset,
  NOW,
  planOf,
  rejectionOf,
  runDataset,
  runDatasets,
} from '../../../support/builders.js'
import {root} from '../../../support/cli.js'
import {interfere, openJournal} from '../../../support/journals.js'
import {inMemory} from '../../../support/scratch.js'

const PLAN = planOf(
  inventoryOf([...runDatasets(ago(60 * DAY)), ...runDatasets(ago(40 * DAY))], {
    leaderboard: leaderboardDataset(),
  }),
  {olderThan: '30d', deleteLeaderboard: true},
)
const [FIRST, SECOND] = plannedDatasets(PLAN) as [Dataset, Dataset]
const MANY = planOf(
  inventoryOf(Array.from({length: 11}, (_, index) => runDatasets(ago((31 + index) * DAY))).flat()),
  {
    all: true,
  },
)

/** The permission bits alone. */
const modeOf = (path: string) => statSync(path).mode % 0o1000

const noSpace = async () => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'})
}

describe('journal', () => {
  let dataDir: string
  let putBack = () => {}
  const begin = (facts: Partial<JournalHeader> = {}) =>
    openJournal(dataDir, {plan: PLAN, user: 'kim', confirmedBy: 'phrase', now: NOW, ...facts}, () =>
      later(NOW, 1000),
    )
  const linesOf = ({path}: Pick<Journal, 'path'>) => readFileSync(path, 'utf8').split('\n')
  const entriesOf = (journal: Journal) =>
    linesOf(journal)
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, any>)

  beforeEach(async () => {
    dataDir = mkdtempSync(join(inMemory(), 'smoltrace-journal-'))
    await prepareJournal(dataDir)
  })

  afterEach(() => {
    putBack()
    putBack = () => {}
    rmSync(dataDir, {recursive: true})
  })

  it('of a job that broke off is closed without a last line', async function () {
    if (process.platform !== 'linux') this.skip()
    const journal = await begin()
    const isOpen = () =>
      readdirSync('/proc/self/fd').some((fd) => {
        try {
          return readlinkSync(join('/proc/self/fd', fd)) === journal.path
        } catch {
          return false
        }
      })
    expect(isOpen()).to.equal(true)
    const late = journal.intent(FIRST)
    await journal.abandon()
    await late
    expect(isOpen()).to.equal(false)
    expect(entriesOf(journal).map(({kind}) => kind)).to.deep.equal(['plan', 'intent'])
    await journal.abandon()
  })

  describe('being prepared', () => {
    it('makes its folder, and those above it, for the owner alone, and leaves nothing in it', async () => {
      const deep = join(dataDir, 'a', 'b')
      await prepareJournal(deep)
      expect([modeOf(deep), modeOf(journalFolder(deep))]).to.deep.equal([0o700, 0o700])
      expect(readdirSync(journalFolder(deep))).to.deep.equal([])
    })

    it('keeps the journals that are there', async () => {
      writeFileSync(join(journalFolder(dataDir), 'old.jsonl'), 'old')
      await prepareJournal(dataDir)
      expect(readdirSync(journalFolder(dataDir))).to.deep.equal(['old.jsonl'])
    })

    for (const blocked of ['x/journal', 'x', '/proc/smoltrace']) {
      it(`refuses where ${blocked} cannot be a folder, and says what to do`, async function () {
        if (blocked.startsWith('/proc') && process.platform !== 'linux') this.skip()
        if (blocked.includes('/j')) mkdirSync(join(dataDir, 'x'))
        if (!blocked.startsWith('/')) writeFileSync(join(dataDir, blocked), '')
        const folder = blocked.startsWith('/') ? blocked : join(dataDir, 'x')
        const error = await rejectionOf(prepareJournal(folder))
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.match(
          /^The journal cannot be written in \S+: E\w+: .+\. Nothing is deleted without it\.$/,
        )
        expect((error as RefusedError).suggestions.join(' ')).to.include('`journal: false`')
      })
    }

    it('refuses where the disk is full, which takes a file but nothing in it, and leaves no file', async () => {
      putBack = await interfere({write: noSpace})
      const error = await rejectionOf(prepareJournal(dataDir))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('ENOSPC')
      expect(readdirSync(journalFolder(dataDir))).to.deep.equal([])
    })
  })

  describe('being opened', () => {
    it('has a file of its own that only its owner reads, named so that names sort by time', async () => {
      const [one, two] = [await begin(), await begin()]
      expect(one.path).not.to.equal(two.path)
      expect(one.path).to.equal(join(journalFolder(dataDir), `20261005T120000000Z-${one.id}.jsonl`))
      expect(modeOf(one.path)).to.equal(0o600)
      const earlier = journalName(ago(1), one.id)
      expect([journalName(NOW, one.id), earlier].toSorted()[0]).to.equal(earlier)
    })

    it('says first what was planned, by which rules, and who said yes', async () => {
      const journal = await begin({confirmedBy: 'yes', archive: '/archive'})
      const [header, ...rest] = entriesOf(journal)
      expect(rest).to.deep.equal([])
      expect(header).to.include({
        kind: 'plan',
        version: 1,
        id: journal.id,
        confirmedBy: 'yes',
        archive: '/archive',
      })
      expect(header?.program).to.match(/^smoltrace\/\d/)
      expect(header?.rules).to.include({
        olderThan: '30d',
        cutoff: '2026-09-05T12:00:00.000Z',
        deleteLeaderboard: true,
      })
      expect(header?.datasets).to.deep.equal(
        plannedDatasets(PLAN).map(({name, id, sha, lastModified}) => ({
          name,
          id,
          sha,
          lastModified: lastModified.toISOString(),
        })),
      )
    })

    // It is certain only once its folder is on the disk, too.
    for (const call of ['sync', 'write'] as const) {
      it(`refuses, and leaves no file, where the first ${call} fails`, async () => {
        putBack = await interfere({[call]: noSpace})
        expect(await rejectionOf(begin())).to.be.instanceOf(RefusedError)
        expect(readdirSync(journalFolder(dataDir))).to.deep.equal([])
      })
    }

    it('makes its folder where that is gone', async () => {
      rmSync(journalFolder(dataDir), {recursive: true})
      const journal = await begin()
      await journal.end({interrupted: false})
      expect(readdirSync(journalFolder(dataDir))).to.have.length(1)
    })
  })

  describe('being written', () => {
    it('holds each intent, each outcome and the end as a line of its own, in order', async () => {
      const journal = await begin()
      await journal.intent(FIRST)
      await journal.intent(FIRST)
      await journal.outcome({name: FIRST.name, status: 'deleted', requestId: 'r-1'}, FIRST)
      await journal.outcome({name: SECOND.name, status: 'failed', reason: 'may be', uncertain: true})
      await journal.end({interrupted: true})
      const at = later(NOW, 1000).toISOString()
      const intent = {kind: 'intent', at, name: FIRST.name, id: FIRST.id, sha: FIRST.sha}
      expect(entriesOf(journal).slice(1)).to.deep.equal([
        intent,
        intent,
        {kind: 'outcome', at, name: FIRST.name, status: 'deleted', requestId: 'r-1', sha: FIRST.sha},
        {kind: 'outcome', at, name: SECOND.name, status: 'failed', uncertain: true, reason: 'may be'},
        {kind: 'end', at, interrupted: true},
      ])
      expect(linesOf(journal).at(-1)).to.equal('')
    })

    it('[S14] lets a DELETE go only once its intent is on the disk', async () => {
      const journal = await begin()
      const steps: string[] = []
      let reach = () => {}
      const disk = new Promise<void>((resolve) => {
        reach = resolve
      })
      let asked = () => {}
      const isAsked = new Promise<void>((resolve) => {
        asked = resolve
      })
      putBack = await interfere({
        async datasync(real) {
          asked()
          await disk
          await real()
          steps.push('on the disk')
        },
      })
      const intent = journal.intent(FIRST).then(() => steps.push('may go'))
      await isAsked
      expect(linesOf(journal)).to.have.length(3)
      expect(steps).to.deep.equal([])
      reach()
      await intent
      expect(steps).to.deep.equal(['on the disk', 'may go'])
    })

    it('takes 32 intents at a time, whole, with few waits for the disk', async () => {
      const journal = await begin({plan: MANY})
      const calls: string[] = []
      const count = (name: string) => (real: () => Promise<unknown>) => {
        calls.push(name)
        return real()
      }

      putBack = await interfere({datasync: count('sync'), write: count('write')})
      const datasets = plannedDatasets(MANY).slice(0, 32)
      await Promise.all(
        datasets.map(async (dataset) => {
          await journal.intent(dataset)
          expect(readFileSync(journal.path, 'utf8')).to.include(
            `"intent","at":"${later(NOW, 1000).toISOString()}","name":"${dataset.name}"`,
          )
          await journal.outcome({name: dataset.name, status: 'deleted'}, dataset)
        }),
      )
      await journal.end({interrupted: false})
      const kinds = entriesOf(journal).map(({kind}) => kind as string)
      expect(kinds.filter((kind) => kind === 'intent')).to.have.length(32)
      expect(kinds.filter((kind) => kind === 'outcome')).to.have.length(32)
      expect(kinds.at(-1)).to.equal('end')
      const writes = calls.filter((name) => name === 'write').length
      expect(calls).to.have.length(2 * writes)
      expect(writes).to.be.within(3, 8)
    })

    it('[S17] never holds a token or a control character, wherever it stands', async () => {
      const token = 'hf_abcDEF0123456789'
      const plan = {...PLAN, endpoint: `http://127.0.0.1/${token}`}
      const journal = await begin({plan, confirmedBy: 'callback', archive: `/tmp/${token}`})
      await journal.intent({...FIRST, sha: token})
      for (const reason of [`no ${token}`, `no\n${token}`, `no\t"${token}"`, `\u001B[2J${token}`, token])
        await journal.outcome(
          {name: FIRST.name, status: 'failed', reason, requestId: token},
          {...FIRST, id: token},
        )
      await journal.end({interrupted: false})
      const text = readFileSync(journal.path, 'utf8')
      expect(text).to.include('hf_…').and.not.match(/hf_\w/)
      expect(text).not.to.match(/\\u00|\\n|\\t/)
      expect(entriesOf(journal)).to.have.length(8)
    })

    it('leaves names and the archive exact, though they may look like tokens', async () => {
      const dataset = runDataset('results', '20260901_120000', {namespace: 'hf_team'})
      const archive = '/mnt/hf_archive/copies'
      const plan = {...PLAN, namespace: 'hf_team'}
      const journal = await openJournal(dataDir, {
        plan,
        user: 'hf_bot',
        confirmedBy: 'yes',
        archive,
        now: NOW,
      })
      await journal.intent(dataset)
      await journal.end({interrupted: false})
      const [header, intent] = entriesOf(journal)
      expect(header).to.include({namespace: 'hf_team', user: 'hf_bot', archive})
      expect(intent).to.include({name: dataset.name})
      expect(parseJournal(readFileSync(journal.path, 'utf8')).archive).to.equal(archive)
    })
  })

  describe('that cannot be written any more', () => {
    const failing: Array<[title: string, calls: Parameters<typeof interfere>[0]]> = [
      ['the disk is full', {write: noSpace}],
      ['the disk does not confirm', {datasync: noSpace}],
      ['only a part of a line was taken', {write: async () => ({bytesWritten: 5})}],
    ]
    for (const [title, calls] of failing) {
      it(`refuses that intent and everything after it, where ${title}`, async () => {
        const journal = await begin()
        putBack = await interfere(calls)
        const error = await rejectionOf(journal.intent(FIRST))
        putBack()
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include(journal.path).and.include('Nothing more is deleted without it')
        expect(error.message).not.to.include('\n')
        for (const call of [
          () => journal.intent(SECOND),
          () => journal.outcome({name: FIRST.name, status: 'unattempted'}),
          () => journal.end({interrupted: true}),
        ])
          expect(await rejectionOf(call())).to.be.instanceOf(RefusedError)
        expect(linesOf(journal).slice(1).join('\n')).not.to.include(SECOND.name).and.not.include('"end"')
      })
    }

    it('refuses every one of the intents that waited for the same write', async () => {
      const journal = await begin({plan: MANY})
      putBack = await interfere({write: noSpace})
      const results = await Promise.allSettled(
        plannedDatasets(MANY).map((dataset) => journal.intent(dataset)),
      )
      expect(new Set(results.map(({status}) => status))).to.deep.equal(new Set(['rejected']))
    })

    it('refuses what comes after its end', async () => {
      const journal = await begin()
      await journal.end({interrupted: false})
      expect(await rejectionOf(journal.intent(FIRST))).to.be.instanceOf(RefusedError)
      expect(entriesOf(journal).at(-1)).to.include({kind: 'end'})
    })
  })

  describe('the data directory', () => {
    const variables = ['SMOLTRACE_DATA_DIR', 'XDG_DATA_HOME', 'HOME'] as const
    const environments: Array<Partial<Record<(typeof variables)[number], string>>> = [
      {},
      {HOME: '/home/kim'},
      {HOME: '/home/kim', XDG_DATA_HOME: '/data'},
      {HOME: '/home/kim', XDG_DATA_HOME: ''},
      {HOME: '/home/kim', XDG_DATA_HOME: '/data', SMOLTRACE_DATA_DIR: '/own'},
      {HOME: '/home/kim', SMOLTRACE_DATA_DIR: ''},
    ]
    for (const environment of environments) {
      it(`is the command line's with ${JSON.stringify(environment)}`, async () => {
        const before = {...process.env}
        for (const name of variables) delete process.env[name]
        Object.assign(process.env, environment)
        try {
          const {dataDir: expected} = await Config.load({root})
          expect(dataDirectory()).to.equal(expected)
        } finally {
          for (const name of variables) delete process.env[name]
          Object.assign(process.env, before)
        }
      })
    }

    it('is under the local data of a person on Windows', () => {
      const env = {LOCALAPPDATA: '/local', HOME: '/home/kim'}
      expect(dataDirectory(env, 'win32')).to.equal(join('/local', 'smoltrace'))
      expect(dataDirectory(env, 'linux')).to.equal(join('/home/kim', '.local/share/smoltrace'))
      expect(dataDirectory({USERPROFILE: '/people/kim'}, 'win32')).to.equal(
        join('/people/kim', '.local/share/smoltrace'),
      )
    })
  })
})
