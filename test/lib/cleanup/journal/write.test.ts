import {Config} from '@oclif/core'
import {expect} from 'chai'
import {mkdirSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {setVariables} from '../../../../src/cli/output.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {parseJournal} from '../../../../src/lib/cleanup/journal/parse.js'
import {
  dataDirectory,
  type Journal,
  type JournalHeader,
  journalName,
  prepareJournal,
} from '../../../../src/lib/cleanup/journal/write.js'
import {plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {
  ago,
  inventoryOf,
  later,
  NOW,
  planOf,
  rejectionOf,
  runDataset,
  runDatasets,
} from '../../../support/builders.js'
import {root} from '../../../support/cli.js'
import {gate} from '../../../support/hub.js'
import {
  beginJournal,
  type DataDir,
  interfere,
  JOURNALED,
  newDataDir,
  textOf,
} from '../../../support/journals.js'

const [FIRST, SECOND] = JOURNALED
const runs = Array.from({length: 11}, (_, index) => runDatasets(ago((31 + index) * DAY)))
const MANY = planOf(inventoryOf(runs.flat()), {all: true})

/** The permission bits alone. */
const modeOf = (path: string) => statSync(path).mode % 0o1000

const noSpace = async () => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'})
}

describe('journal', () => {
  let data: DataDir
  let putBack = () => {}
  const begin = (header?: Partial<JournalHeader>) => beginJournal(data.dir, header)
  const linesOf = (journal: Journal) => textOf(journal).split('\n')
  const entriesOf = (journal: Journal) =>
    linesOf(journal)
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, any>)

  beforeEach(async () => {
    data = await newDataDir()
  })

  afterEach(() => {
    putBack()
    putBack = () => {}
  })

  describe('being prepared', () => {
    it('makes its folder, and those above it, for the owner alone, and leaves nothing in it but journals', async () => {
      const deep = join(data.dir, 'a', 'b')
      const folder = join(deep, 'journal')
      await prepareJournal(deep)
      expect([modeOf(deep), modeOf(folder)]).to.deep.equal([0o700, 0o700])
      writeFileSync(join(folder, 'old.jsonl'), 'old')
      await prepareJournal(deep)
      expect(readdirSync(folder)).to.deep.equal(['old.jsonl'])
    })

    for (const blocked of ['x/journal', 'x']) {
      it(`refuses where ${blocked} cannot be a folder, and says what to do`, async () => {
        if (blocked !== 'x') mkdirSync(join(data.dir, 'x'))
        writeFileSync(join(data.dir, blocked), '')
        const error = await rejectionOf(prepareJournal(join(data.dir, 'x')))
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.match(
          /^The journal cannot be written in \S+: E\w+: .+\. Nothing is deleted without it\.$/,
        )
        expect((error as RefusedError).suggestions.join(' ')).to.include('`journal: false`')
      })
    }

    it('refuses where the disk is full, which takes a file but nothing in it, and leaves no file', async () => {
      putBack = await interfere({write: noSpace})
      const error = await rejectionOf(prepareJournal(data.dir))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('ENOSPC')
      expect(readdirSync(data.folder)).to.deep.equal([])
    })
  })

  describe('being opened', () => {
    it('has a file of its own that only its owner reads, named so that names sort by time', async () => {
      rmSync(data.folder, {recursive: true})
      const [one, two] = [await begin(), await begin()]
      expect(one.path).not.to.equal(two.path)
      expect(one.path).to.equal(join(data.folder, `20261005T120000000Z-${one.id}.jsonl`))
      expect(modeOf(one.path)).to.equal(0o600)
      expect(journalName(ago(1), one.id) < journalName(NOW, one.id)).to.equal(true)
    })

    // It is certain only once its folder is on the disk, too.
    for (const call of ['sync', 'write'] as const) {
      it(`refuses, and leaves no file, where the first ${call} fails`, async () => {
        putBack = await interfere({[call]: noSpace})
        expect(await rejectionOf(begin())).to.be.instanceOf(RefusedError)
        expect(readdirSync(data.folder)).to.deep.equal([])
      })
    }
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
      const disk = gate()
      const asked = gate()
      putBack = await interfere({
        async datasync(real) {
          asked.open()
          await disk.before()
          await real()
          steps.push('on the disk')
        },
      })
      const intent = journal.intent(FIRST).then(() => steps.push('may go'))
      await asked.before()
      expect(linesOf(journal)).to.have.length(3)
      expect(steps).to.deep.equal([])
      disk.open()
      await intent
      expect(steps).to.deep.equal(['on the disk', 'may go'])
    })

    it('takes 32 intents at a time, whole, with few waits for the disk', async () => {
      const journal = await begin({plan: MANY})
      let writes = 0
      const write = (real: () => Promise<unknown>) => {
        writes++
        return real()
      }

      putBack = await interfere({write})
      const datasets = plannedDatasets(MANY).slice(0, 32)
      const taken = datasets.map(async (dataset) => {
        await journal.intent(dataset)
        const lines = entriesOf(journal).filter(({kind}) => kind === 'intent')
        expect(lines.map(({name}) => name as string)).to.include(dataset.name)
        await journal.outcome({name: dataset.name, status: 'deleted'}, dataset)
      })
      await Promise.all(taken)
      await journal.end({interrupted: false})
      const kinds = entriesOf(journal).map(({kind}) => kind as string)
      for (const each of ['intent', 'outcome'])
        expect(kinds.filter((kind) => kind === each)).to.have.length(32)
      expect(kinds.at(-1)).to.equal('end')
      expect(writes).to.be.within(3, 8)
    })

    it('[S17] never holds a token or a control character, wherever it stands', async () => {
      const token = 'hf_abcDEF0123456789'
      const plan = {...MANY, endpoint: `http://127.0.0.1/${token}`}
      const journal = await begin({plan, confirmedBy: 'callback', archive: `/tmp/${token}`})
      await journal.intent({...FIRST, sha: token})
      for (const reason of [`no\n${token}`, `no\t"${token}"`, `\u001B[2J${token}`, token])
        await journal.outcome(
          {name: FIRST.name, status: 'failed', reason, requestId: token},
          {...FIRST, id: token},
        )
      await journal.end({interrupted: false})
      const text = textOf(journal)
      expect(text).to.include('hf_…').and.not.match(/hf_\w/)
      expect(text).not.to.match(/\\u00|\\n|\\t/)
      expect(entriesOf(journal)).to.have.length(7)
    })

    it('leaves names and the archive exact, though they may look like tokens', async () => {
      const dataset = runDataset('results', '20260901_120000', {namespace: 'hf_team'})
      const exact = {user: 'hf_bot', archive: '/mnt/hf_archive/copies'}
      const journal = await begin({...exact, plan: {...MANY, namespace: 'hf_team'}})
      await journal.intent(dataset)
      await journal.end({interrupted: false})
      const [header, intent] = entriesOf(journal)
      expect(header).to.include({namespace: 'hf_team', ...exact})
      expect(intent).to.include({name: dataset.name})
      expect(parseJournal(textOf(journal)).archive).to.equal(exact.archive)
    })
  })

  describe('that cannot be written any more', () => {
    const failing: Array<[title: string, calls: Parameters<typeof interfere>[0]]> = [
      ['the disk is full', {write: noSpace}],
      ['the disk does not confirm', {datasync: noSpace}],
      ['only a part of a line was taken', {write: async () => ({bytesWritten: 5})}],
    ]
    for (const [title, calls] of failing) {
      it(`refuses those intents and everything after them, where ${title}`, async () => {
        const journal = await begin()
        putBack = await interfere(calls)
        // Both wait for the same write.
        const [error] = await Promise.all([
          rejectionOf(journal.intent(FIRST)),
          rejectionOf(journal.intent(FIRST)),
        ])
        putBack()
        expect(error).to.be.instanceOf(RefusedError)
        expect(error?.message)
          .to.include(journal.path)
          .and.include('Nothing more is deleted or moved without it')
        expect(error?.message).not.to.include('\n')
        const outcome = {name: FIRST.name, status: 'unattempted'} as const
        expect(await rejectionOf(journal.intent(SECOND))).to.be.instanceOf(RefusedError)
        expect(await rejectionOf(journal.outcome(outcome))).to.be.instanceOf(RefusedError)
        expect(await rejectionOf(journal.end({interrupted: true}))).to.be.instanceOf(RefusedError)
        expect(linesOf(journal).slice(1).join('\n')).not.to.include(SECOND.name).and.not.include('"end"')
      })
    }
  })

  describe('the data directory', () => {
    const variables = ['SMOLTRACE_DATA_DIR', 'XDG_DATA_HOME', 'HOME'] as const
    const environments: Array<Partial<Record<(typeof variables)[number], string>>> = [
      {},
      {HOME: '/home/kim', XDG_DATA_HOME: '/data'},
      {HOME: '/home/kim', XDG_DATA_HOME: ''},
      {HOME: '/home/kim', XDG_DATA_HOME: '/data', SMOLTRACE_DATA_DIR: '/own'},
    ]
    for (const environment of environments) {
      it(`is the command line's with ${JSON.stringify(environment)}`, async () => {
        const restore = setVariables({
          ...Object.fromEntries(variables.map((name) => [name, undefined])),
          ...environment,
        })
        try {
          expect(dataDirectory()).to.equal((await Config.load({root})).dataDir)
        } finally {
          restore()
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
