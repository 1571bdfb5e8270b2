import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {type Dataset} from '../../../../src/lib/account/datasets.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {findJob, type History, readHistory} from '../../../../src/lib/cleanup/journal/history.js'
import {type Journal, journalFolder, prepareJournal} from '../../../../src/lib/cleanup/journal/write.js'
import {plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {
  ago,
  errorOf,
  inventoryOf,
  later,
  NOW,
  planOf,
  rejectionOf,
  runDatasets,
} from '../../../support/builders.js'
import {openJournal} from '../../../support/journals.js'
import {inMemory} from '../../../support/scratch.js'

const planOfRuns = (runs: number) =>
  planOf(inventoryOf(Array.from({length: runs}, (_, index) => runDatasets(ago((31 + index) * DAY))).flat()), {
    olderThan: '30d',
  })
const PLAN = planOfRuns(2)
const [A] = plannedDatasets(PLAN) as [Dataset]

describe('history', () => {
  let dataDir: string
  const textOf = ({path}: Pick<Journal, 'path'>) => readFileSync(path, 'utf8')
  const put = (name: string, text: string) => writeFileSync(join(journalFolder(dataDir), name), text)
  const writeJob = async (now = NOW) => {
    const journal = await openJournal(dataDir, {plan: PLAN, user: 'kim', confirmedBy: 'yes', now})
    await journal.intent(A)
    await journal.end({interrupted: true})
    return journal
  }

  beforeEach(async () => {
    dataDir = mkdtempSync(join(inMemory(), 'smoltrace-history-'))
    await prepareJournal(dataDir)
  })

  afterEach(() => {
    rmSync(dataDir, {recursive: true})
  })

  describe('of a data directory', () => {
    it('is empty where nothing was ever deleted', async () => {
      rmSync(journalFolder(dataDir), {recursive: true})
      expect(await readHistory(dataDir)).to.deep.equal({dataDir, jobs: [], problems: []})
    })

    it('tells of the newest job first', async () => {
      const moments = [ago(2 * DAY), NOW, ago(DAY)]
      for (const now of moments) await writeJob(now)
      const {jobs} = await readHistory(dataDir)
      expect(jobs.map(({at}) => at)).to.deep.equal([NOW, ago(DAY), ago(2 * DAY)])
    })

    it('leaves out what began before a moment, and nothing that began at it', async () => {
      for (const now of [ago(2 * DAY), ago(DAY), later(ago(DAY), -1)]) await writeJob(now)
      const {jobs} = await readHistory(dataDir, {since: ago(DAY)})
      expect(jobs.map(({at}) => at)).to.deep.equal([ago(DAY)])
    })

    it('keeps of each job only what it is told to, and counts all of it', async () => {
      await writeJob()
      const [whole] = (await readHistory(dataDir)).jobs
      const [job] = (await readHistory(dataDir, {keep: ({datasets}) => datasets.slice(0, 1)})).jobs
      expect(job?.datasets).to.deep.equal(whole?.datasets.slice(0, 1))
      expect(job?.counts).to.deep.equal(whole?.counts)
      expect(whole?.datasets.length).to.be.greaterThan(1)
    })

    const strangers: Array<[title: string, name: string, make: (path: string) => void, message: string]> = [
      [
        'an empty file',
        '20261005T120000000Z-aaaaaaaaaaaa.jsonl',
        (path) => writeFileSync(path, ''),
        'is empty',
      ],
      [
        'a binary file',
        'x.jsonl',
        (path) => writeFileSync(path, Buffer.from([0, 255, 254, 10, 200, 1])),
        'is not a journal',
      ],
      ['a file of JSON', 'x.json', (path) => writeFileSync(path, '{}\n'), 'is not a journal'],
      ['a text', 'notes.txt', (path) => writeFileSync(path, 'do not forget\n'), 'is not a journal'],
      ['a folder', 'x.jsonl', (path) => mkdirSync(path), 'is not a file'],
      ['a named pipe', 'x.jsonl', (path) => execFileSync('mkfifo', [path]), 'is not a file'],
      ['a link to nowhere', 'x.jsonl', (path) => symlinkSync('/nowhere', path), 'is not a file'],
    ]
    for (const [title, name, make, message] of strangers) {
      it(`names ${title} among the journals as a problem, and still tells of the others`, async () => {
        await writeJob()
        make(join(journalFolder(dataDir), name))
        const {jobs, problems} = await readHistory(dataDir)
        expect(jobs).to.have.length(1)
        expect(problems).to.have.length(1)
        expect(problems[0]).to.include({file: name, job: undefined})
        expect(problems[0]?.message).to.include(message)
      })
    }

    it('takes neither a link to a journal nor a copy of one for a job of its own', async () => {
      const {path} = await writeJob()
      symlinkSync(path, path.replace('.jsonl', '-link.jsonl'))
      copyFileSync(path, path.replace(/-\w+\.jsonl/, '-aaaaaaaaaaaa.jsonl'))
      const {jobs, problems} = await readHistory(dataDir)
      expect(jobs).to.have.length(1)
      expect(problems.map(({message}) => message)).to.have.length(2)
      expect(problems.map(({message}) => message).join(' '))
        .to.include('is not a file')
        .and.include('it is a copy')
    })

    it('names problems of a journal beside its job', async () => {
      const {path, id} = await writeJob()
      writeFileSync(path, textOf({path}).slice(0, -5))
      const {problems} = await readHistory(dataDir)
      expect(problems).to.have.length(1)
      expect(problems[0]).to.include({job: id}).and.to.have.property('message').that.includes('cut off')
    })

    it('does not mind hidden files, such as the trial of a program that was killed', async () => {
      put('.trial-abc', 'a full')
      put('.DS_Store', '')
      expect(await readHistory(dataDir)).to.deep.equal({dataDir, jobs: [], problems: []})
    })

    it('is safe to print, whatever the files are called', async () => {
      put('\u001B[2J hf_abcDEF.jsonl', 'x')
      const [problem] = (await readHistory(dataDir)).problems
      expect(problem?.file).to.equal('[2J hf_…')
    })

    it('is refused where the folder is there and cannot be read', async () => {
      rmSync(journalFolder(dataDir), {recursive: true})
      writeFileSync(journalFolder(dataDir), '')
      const error = await rejectionOf(readHistory(dataDir))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('cannot be read').and.include('ENOTDIR')
    })
  })

  describe('of one job', () => {
    const jobs = ['aaaa00000000', 'aaab00000000', 'bbbb00000000'].map((id) => ({id}))
    const history = {dataDir: '/data', jobs, problems: []} as unknown as History

    it('finds it by the beginning of its id, in any case', () => {
      expect(findJob(history, 'b')).to.equal(jobs[2])
      expect(findJob(history, 'AAAB')).to.equal(jobs[1])
      expect(findJob(history, 'aaaa00000000')).to.equal(jobs[0])
    })

    for (const id of ['', 'c', 'aaaa000000000', '\u001B[2J']) {
      it(`refuses ${JSON.stringify(id)}, which is the beginning of none`, () => {
        const error = errorOf(() => findJob(history, id)) as RefusedError
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.include('no job').and.include('/data').and.not.include('\u001B')
        expect(error.suggestions.join(' ')).to.include('smoltrace history')
      })
    }

    it('refuses the beginning of several, and names them', () => {
      const error = errorOf(() => findJob(history, 'aaa'))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('aaaa00000000, aaab00000000').and.not.include('bbbb')
    })
  })
})
