import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {copyFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {type Dataset} from '../../../../src/lib/account/datasets.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {findJob, type History, readHistory, readJob} from '../../../../src/lib/cleanup/journal/history.js'
import {type OutcomeStatus} from '../../../../src/lib/cleanup/outcomes.js'
import {type Plan} from '../../../../src/lib/plan/plan.js'
import {ago, errorOf, later, NOW, rejectionOf} from '../../../support/builders.js'
import {
  beginJournal,
  type DataDir,
  JOURNALED,
  newDataDir,
  PLAN,
  textOf,
  writeJob,
} from '../../../support/journals.js'

describe('history', () => {
  let data: DataDir

  beforeEach(async () => {
    data = await newDataDir()
  })

  it('is empty where nothing was ever deleted, whatever hidden files there are', async () => {
    const nothing = {dataDir: data.dir, jobs: [], settled: new Set(), problems: []}
    writeFileSync(join(data.folder, '.trial-abc'), 'a full')
    expect(await readHistory(data.dir)).to.deep.equal(nothing)
    rmSync(data.folder, {recursive: true})
    expect(await readHistory(data.dir)).to.deep.equal(nothing)
  })

  it('tells of the newest job first, and leaves out what began before a moment', async () => {
    for (const at of [ago(DAY), later(ago(DAY), -1), NOW]) await writeJob(data.dir, at)
    const moments = async (since?: Date) => (await readHistory(data.dir, {since})).jobs.map(({at}) => at)
    expect(await moments()).to.deep.equal([NOW, ago(DAY), later(ago(DAY), -1)])
    expect(await moments(ago(DAY))).to.deep.equal([NOW, ago(DAY)])
  })

  it('counts the datasets of each job without naming them, where it is brief', async () => {
    await writeJob(data.dir)
    const [whole] = (await readHistory(data.dir)).jobs
    const [brief] = (await readHistory(data.dir, {brief: true})).jobs
    expect(whole?.datasets).to.have.length(JOURNALED.length)
    expect(brief).to.deep.equal({...whole, datasets: []})
    expect(brief && (await readJob(data.dir, brief))).to.deep.equal(whole)
  })

  it('takes a job for settled where later ones took all that it left, at the same Hub', async () => {
    const take = async (at: Date, datasets: Dataset[], status: OutcomeStatus, plan: Plan = PLAN) => {
      const journal = await beginJournal(data.dir, {plan}, at)
      for (const dataset of datasets) await journal.outcome({name: dataset.name, status}, dataset)
      return journal.id
    }

    const settled = async () => [...(await readHistory(data.dir, {brief: true})).settled]

    const [first, ...others] = JOURNALED
    const broken = await take(ago(4), [first], 'deleted')
    const failed = await take(ago(3), others.slice(1), 'failed')
    await take(ago(2), JOURNALED, 'deleted', {...PLAN, endpoint: 'http://127.0.0.1:1'})
    expect(await settled())
      .not.to.include.members([broken])
      .and.not.to.include.members([failed])
    const last = await take(ago(1), others, 'trashed')
    expect(await settled())
      .to.include.members([broken])
      .and.not.to.include.members([failed, last])
    const rest = await take(NOW, [first], 'gone')
    expect(await settled())
      .to.include.members([broken, failed, last])
      .and.not.to.include.members([rest])
  })

  const strangers: Array<[title: string, name: string, make: (path: string) => void, message: string]> = [
    ['an empty file', 'x.jsonl', (path) => writeFileSync(path, ''), 'is empty'],
    ['a text', 'notes.txt', (path) => writeFileSync(path, 'do not forget\n'), 'is not a journal'],
    ['a named pipe', 'x.jsonl', (path) => execFileSync('mkfifo', [path]), 'is not a file'],
    ['a link to nowhere', 'x.jsonl', (path) => symlinkSync('/nowhere', path), 'is not a file'],
  ]
  for (const [title, name, make, message] of strangers) {
    it(`names ${title} among the journals as a problem, and still tells of the others`, async () => {
      await writeJob(data.dir)
      make(join(data.folder, name))
      const {jobs, problems} = await readHistory(data.dir)
      expect(jobs).to.have.length(1)
      expect(problems).to.have.length(1)
      expect(problems[0]).to.include({file: name, job: undefined})
      expect(problems[0]?.message).to.include(message)
    })
  }

  it('takes neither a link to a journal nor a copy of one for a job of its own', async () => {
    const {path} = await writeJob(data.dir)
    symlinkSync(path, path.replace('.jsonl', '-link.jsonl'))
    copyFileSync(path, path.replace(/-\w+\.jsonl/, '-aaaaaaaaaaaa.jsonl'))
    const {jobs, problems} = await readHistory(data.dir)
    expect(jobs).to.have.length(1)
    expect(problems).to.have.length(2)
    expect(problems.map(({message}) => message).join(' ')).to.match(
      /is not a file.*is a copy|is a copy.*is not a file/,
    )
  })

  it('names problems of a journal with its job', async () => {
    const journal = await writeJob(data.dir)
    writeFileSync(journal.path, textOf(journal).slice(0, -5))
    const [problem] = (await readHistory(data.dir)).problems
    expect(problem).to.include({job: journal.id, message: 'its last line is cut off and was ignored'})
  })

  it('is safe to print, whatever the files are called', async () => {
    writeFileSync(join(data.folder, '\u001B[2J hf_abcDEF.jsonl'), 'x')
    const [problem] = (await readHistory(data.dir)).problems
    expect(problem?.file).to.equal('[2J hf_…')
  })

  it('is refused where the folder is there and cannot be read', async () => {
    rmSync(data.folder, {recursive: true})
    writeFileSync(data.folder, '')
    const error = await rejectionOf(readHistory(data.dir))
    expect(error).to.be.instanceOf(RefusedError)
    expect(error.message).to.include('cannot be read').and.include('ENOTDIR')
  })

  describe('of one job', () => {
    const jobs = ['aaaa00000000', 'aaab00000000', 'bbbb00000000'].map((id) => ({id}))
    const history = {dataDir: '/data', jobs, settled: new Set(), problems: []} as unknown as History

    it('finds it by the beginning of its id, in any case, and the latest by that word', () => {
      for (const [id, index] of [
        ['b', 2],
        ['AAAB', 1],
        ['aaaa00000000', 0],
        ['latest', 0],
      ] as const)
        expect(findJob(history, id)).to.equal(jobs[index])
    })

    const refused: Array<[id: string, words: RegExp, advice: string]> = [
      ...['', 'c', 'aaaa000000000', '\u001B[2J'].map((id): [string, RegExp, string] => [
        id,
        /^No job "[\w[]*" is recorded in \/data\.$/,
        'smoltrace history',
      ]),
      ['aaa', /: aaaa00000000, aaab00000000\.$/, 'more'],
    ]
    for (const [id, words, advice] of refused) {
      it(`refuses ${JSON.stringify(id)}, the beginning of none or of several`, () => {
        const error = errorOf(() => findJob(history, id)) as RefusedError
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.match(words)
        expect(error.suggestions.join(' ')).to.include(advice)
      })
    }
  })
})
