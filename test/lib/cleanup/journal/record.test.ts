import {expect} from 'chai'
import * as fc from 'fast-check'
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'

import {type Dataset} from '../../../../src/lib/account/datasets.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {safe} from '../../../../src/lib/base/text.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {parseJournal} from '../../../../src/lib/cleanup/journal/parse.js'
import {DATASET_STATES, type DatasetState, isClean} from '../../../../src/lib/cleanup/journal/record.js'
import {type Journal, prepareJournal} from '../../../../src/lib/cleanup/journal/write.js'
import {type OutcomeStatus} from '../../../../src/lib/cleanup/outcomes.js'
import {plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {ago, errorOf, inventoryOf, later, NOW, planOf, runDatasets} from '../../../support/builders.js'
import {openJournal} from '../../../support/journals.js'
import {inMemory} from '../../../support/scratch.js'

const PLAN = planOf(inventoryOf([...runDatasets(ago(31 * DAY)), ...runDatasets(ago(32 * DAY))]), {
  olderThan: '30d',
})
const DATASETS = plannedDatasets(PLAN)
const [A, B] = DATASETS as [Dataset, Dataset]

/** One call of a journal: an intent, or an outcome. */
interface Step {
  dataset: number
  outcome?: {status: OutcomeStatus; reason: string; uncertain?: true} | undefined
}

const someSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    dataset: fc.nat({max: DATASETS.length - 1}),
    outcome: fc.option(
      fc.record(
        {
          status: fc.constantFrom<OutcomeStatus[]>('deleted', 'failed', 'gone', 'skipped', 'unattempted'),
          reason: fc.oneof(
            fc.string({unit: 'grapheme', maxLength: 12}),
            fc.constantFrom('', '"\n{', 'no hf_abc', '🤗 é'),
          ),
          uncertain: fc.constant(true as const),
        },
        {requiredKeys: ['status', 'reason']},
      ),
      {nil: undefined},
    ),
  }),
  {maxLength: 14},
)

/** What must be said of a dataset after the last step about it. */
function stateAfter(steps: Step[], dataset: number): DatasetState {
  const last = steps.findLast((step) => step.dataset === dataset)
  if (!last) return 'untouched'
  return !last.outcome || last.outcome.uncertain ? 'uncertain' : last.outcome.status
}

describe('a job', () => {
  let dataDir: string
  const begin = () =>
    openJournal(dataDir, {plan: PLAN, user: 'kim', confirmedBy: 'yes', now: NOW}, () => later(NOW, 1000))
  const textOf = ({path}: Journal) => readFileSync(path, 'utf8')
  const take = async (journal: Journal, {dataset: index, outcome}: Step) => {
    const dataset = DATASETS[index] ?? A
    await (outcome ? journal.outcome({name: dataset.name, ...outcome}, dataset) : journal.intent(dataset))
  }

  /** A finished job that deleted its first dataset, was not sure of the second, and left the rest. */
  const writeJob = async () => {
    const journal = await begin()
    await journal.intent(A)
    await journal.outcome({name: A.name, status: 'deleted', requestId: 'r-1'}, A)
    await journal.intent(B)
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

  describe('of what was written', () => {
    it('says of each dataset what the last line about it says', async () => {
      await fc.assert(
        fc.asyncProperty(someSteps, fc.option(fc.boolean(), {nil: undefined}), async (steps, interrupted) => {
          const journal = await begin()
          for (const step of steps) await take(journal, step)
          if (interrupted !== undefined) await journal.end({interrupted})
          const job = parseJournal(textOf(journal))
          expect(job.problems).to.deep.equal([])
          expect(Object.keys(job.counts)).to.have.members([...DATASET_STATES])
          expect(Object.values(job.counts).reduce((sum, each) => sum + each)).to.equal(DATASETS.length)
          expect(job.datasets.map(({state}) => state)).to.deep.equal(
            DATASETS.map((_, index) => stateAfter(steps, index)),
          )
          for (const [index, {reason}] of job.datasets.entries()) {
            const last = steps.findLast(({dataset}) => dataset === index)
            if (last?.outcome) expect(reason).to.equal(safe(last.outcome.reason) || undefined)
          }

          expect(job.state).to.equal(
            interrupted === undefined ? 'broken-off' : interrupted ? 'interrupted' : 'finished',
          )
        }),
        {numRuns: 60},
      )
    })

    it('[S14] stays true wherever the file is cut off, at every byte', async () => {
      await fc.assert(
        fc.asyncProperty(someSteps, async (steps) => {
          const journal = await begin()
          const header = statSync(journal.path).size
          const ends: number[] = []
          for (const step of steps) {
            await take(journal, step)
            ends.push(statSync(journal.path).size)
          }

          await journal.end({interrupted: false})
          const bytes = readFileSync(journal.path)
          // A line is whole with its last brace; the line feed adds nothing.
          for (let size = header - 1; size < bytes.length; size++) {
            const text = bytes.subarray(0, size).toString('utf8')
            const whole = steps.filter((_, index) => (ends[index] ?? 0) - 1 <= size)
            const job = parseJournal(text)
            const states = job.datasets.map(({state}) => state)
            expect(states, `cut at ${size}`).to.deep.equal(
              DATASETS.map((_, index) => stateAfter(whole, index)),
            )
            expect(job.state).to.equal(size < bytes.length - 1 ? 'broken-off' : 'finished')
          }
        }),
        {numRuns: 5},
      )
    })

    it('[S14] is none where the first line is cut off, at every byte', async () => {
      const journal = await begin()
      const bytes = readFileSync(journal.path)
      for (let size = 0; size < bytes.length - 1; size++)
        expect(errorOf(() => parseJournal(bytes.subarray(0, size).toString('utf8')))).to.be.instanceOf(
          RefusedError,
        )
    })

    it('says what the first line says, and when the job ended', async () => {
      const journal = await writeJob()
      const job = parseJournal(textOf(journal))
      expect(job).to.deep.include({
        id: journal.id,
        at: NOW,
        endedAt: later(NOW, 1000),
        state: 'interrupted',
        endpoint: PLAN.endpoint,
        namespace: 'kim',
        user: 'kim',
        phrase: 'DELETE',
        confirmedBy: 'yes',
        archive: undefined,
      })
      expect(job.rules).to.include({olderThan: '30d', cutoff: '2026-09-05T12:00:00.000Z'})
      expect(job.counts).to.include({deleted: 1, uncertain: 1, untouched: DATASETS.length - 2})
      const {name, id, sha, lastModified} = A
      expect(job.datasets[0]).to.deep.equal({
        name,
        id,
        sha,
        lastModified,
        state: 'deleted',
        reason: undefined,
        requestId: 'r-1',
        at: later(NOW, 1000),
      })
      expect(job.datasets[1]?.reason).to.include('no result')
    })

    const jobs: Array<
      [title: string, clean: boolean, status: OutcomeStatus, change?: (text: string) => string]
    > = [
      ['all was deleted', true, 'deleted'],
      ['all was gone', true, 'gone'],
      ['one failed', false, 'failed'],
      ['one was skipped', false, 'skipped'],
      [
        'one is uncertain',
        false,
        'deleted',
        (text) => text.replace('"deleted"', '"deleted","uncertain":true'),
      ],
      [
        'it was interrupted',
        false,
        'deleted',
        (text) => text.replace('"interrupted":false', '"interrupted":true'),
      ],
      ['it has no end', false, 'deleted', (text) => text.replace(/.*"end".*\n/, '')],
      ['a line of it is damaged', false, 'deleted', (text) => `${text}\n`],
    ]
    for (const [title, clean, status, change] of jobs) {
      it(`is ${clean ? '' : 'not '}clean where ${title}`, async () => {
        const journal = await begin()
        for (const dataset of DATASETS) {
          await journal.intent(dataset)
          await journal.outcome({name: dataset.name, status}, dataset)
        }

        await journal.end({interrupted: false})
        const text = textOf(journal)
        const changed = change ? change(text) : text
        expect(changed === text).to.equal(change === undefined)
        expect(isClean(parseJournal(changed))).to.equal(clean)
      })
    }
  })

  describe('of a journal that is not whole', () => {
    const damaged: Array<[title: string, at: 2 | 3 | 4, change: (line: string) => string]> = [
      ['an outcome is of an unknown status', 2, (line) => line.replace('deleted', 'removed')],
      [
        'an outcome has a number for its reason',
        2,
        (line) => line.replace('"status"', '"reason":5,"status"'),
      ],
      [
        'an outcome is uncertain in words',
        2,
        (line) => line.replace('"status"', '"uncertain":"no","status"'),
      ],
      ['a line is broken', 3, (line) => line.slice(5)],
      ['a line is empty', 3, () => ''],
      ['a line is of an unknown kind', 3, (line) => line.replace('intent', 'archived')],
      ['a line is about a dataset that is not planned', 3, (line) => line.replace('smoltrace-', '')],
      ['a line has no moment', 3, (line) => line.replace('"at"', '"on"')],
      ['a line is a list', 3, (line) => `[${line}]`],
      ['a line is another plan', 3, () => '{"kind":"plan"}'],
      ['zeros stand where a line was', 3, () => '\0'.repeat(50)],
      ['the end says neither how', 4, (line) => line.replace('true', '"yes"')],
    ]
    for (const [title, at, change] of damaged) {
      it(`leaves uncertain what no other line tells, where ${title}`, async () => {
        const lines = textOf(await writeJob()).split('\n')
        const job = parseJournal(lines.with(at, change(lines[at] ?? '')).join('\n'))
        expect(job.problems).to.have.length(1)
        expect(job.problems[0]).to.match(new RegExp(`^its line ${at + 1} cannot be read`))
        expect(job.datasets[0]?.state).to.equal(at === 2 ? 'uncertain' : 'deleted')
        expect(job.state).to.equal(at === 4 ? 'broken-off' : 'interrupted')
        expect(isClean(job)).to.equal(false)
        for (const {state, reason} of job.datasets.slice(1)) {
          expect(state).to.equal('uncertain')
          expect(reason).to.be.a('string').and.not.to.equal('')
        }
      })
    }

    it('notes a last line that is cut off, and takes nothing from it', async () => {
      const journal = await begin()
      await journal.intent(A)
      await journal.intent(B)
      const job = parseJournal(textOf(journal).slice(0, -10))
      expect(job.problems).to.deep.equal(['its last line is cut off and says nothing'])
      expect(job.datasets.map(({state}) => state).slice(0, 3)).to.deep.equal([
        'uncertain',
        'untouched',
        'untouched',
      ])
      await journal.end({interrupted: true})
    })

    type Header = Record<string, any>
    const keys = ['id', 'at', 'program', 'endpoint', 'namespace', 'user', 'phrase', 'confirmedBy', 'rules']
    const headers: Array<[title: string, change: (header: Header) => unknown, message: RegExp]> = [
      ['another kind of line', (header) => ({...header, kind: 'intent'}), /^is not a journal$/],
      ['a list', (header) => [header], /^is not a journal$/],
      ['null', () => null, /^is not a journal$/],
      ['a version from the future', (header) => ({...header, version: 2}), /version/],
      ['no version', (header) => ({...header, version: undefined}), /version/],
      ['a date that does not exist', (header) => ({...header, at: '2026-02-30T00:00:00.000Z'}), /lacks/],
      ['an unknown confirmation', (header) => ({...header, confirmedBy: 'nobody'}), /lacks/],
      ['a dataset that is null', (header) => ({...header, datasets: [null]}), /lacks/],
      ['datasets that are no list', (header) => ({...header, datasets: {}}), /lacks/],
      [
        'a dataset twice',
        ({datasets, ...header}) => ({...header, datasets: [...datasets, datasets[0]]}),
        /lacks/,
      ],
      [
        'a dataset without a name',
        ({datasets, ...header}) => ({...header, datasets: [{...datasets[0], name: ''}]}),
        /lacks/,
      ],
    ]
    for (const key of [...keys, 'archive', 'datasets'])
      headers.push([`no ${key}`, (header) => ({...header, [key]: undefined}), /lacks/])
    for (const [title, change, message] of headers) {
      it(`takes it for no journal where the first line has ${title}`, async () => {
        const [first = '', ...lines] = textOf(await writeJob()).split('\n')
        const text = [JSON.stringify(change(JSON.parse(first))), ...lines].join('\n')
        const error = errorOf(() => parseJournal(text))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.match(message)
      })
    }

    it('never fails in any other way, whatever the text', () => {
      fc.assert(
        fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.json()), fc.json(), (first, second) => {
          for (const text of [first, `${first}\n${second}`, `${first}\n`])
            expect(errorOf(() => parseJournal(text))).to.be.instanceOf(RefusedError)
        }),
        {numRuns: 500},
      )
    })

    it('never fails in any other way, whatever follows a plan', async () => {
      const journal = await begin()
      const header = textOf(journal)
      await journal.end({interrupted: false})
      fc.assert(
        fc.property(fc.array(fc.oneof(fc.string({unit: 'binary'}), fc.json())), (lines) => {
          const {datasets} = parseJournal(header + lines.join('\n'))
          expect(datasets.some(({state}) => state !== 'untouched' && state !== 'uncertain')).to.equal(false)
        }),
        {numRuns: 500},
      )
    })

    it('is safe to print, whoever changed it', async () => {
      const [first = '', ...lines] = textOf(await writeJob()).split('\n')
      const header = {
        ...JSON.parse(first),
        user: 'kim\u001B[2J',
        endpoint: 'http://127.0.0.1/hf_abcDEF',
        rules: {'older\u001BThan': ['30d\u202E'], cutoff: {deep: '\u0007'}},
        archive: '/tmp\n/x',
      }
      const outcome = JSON.stringify({
        kind: 'outcome',
        at: NOW,
        name: B.name,
        status: 'failed',
        reason: '\u001B]0;x\u0007',
      })
      const job = parseJournal([JSON.stringify(header), outcome, ...lines].join('\n'))
      expect(job.counts.failed + job.counts.uncertain).to.be.above(0)
      const everything = JSON.stringify(job)
      expect(everything).not.to.match(/\\u00|\\n|\u202E|hf_abc/)
    })
  })
})
