import {expect} from 'chai'
import * as fc from 'fast-check'
import {readFileSync, statSync} from 'node:fs'

import {RefusedError} from '../../../../src/lib/base/errors.js'
import {safe} from '../../../../src/lib/base/text.js'
import {DATASET_STATES, type DatasetState, parseJournal} from '../../../../src/lib/cleanup/journal/parse.js'
import {type Journal} from '../../../../src/lib/cleanup/journal/write.js'
import {OUTCOME_STATUSES, type OutcomeStatus} from '../../../../src/lib/cleanup/outcomes.js'
import {someCodePoint} from '../../../support/arbitraries.js'
import {ENDPOINT, errorOf, later, NOW} from '../../../support/builders.js'
import {
  beginJournal,
  type DataDir,
  JOURNALED,
  newDataDir,
  textOf,
  writeJob,
} from '../../../support/journals.js'

const [A, B] = JOURNALED

/** One call of a journal: an intent, or an outcome. */
interface Step {
  dataset: number
  outcome?: {status: OutcomeStatus; reason: string; uncertain?: true} | undefined
}

const someReason = fc.oneof(
  fc.string({unit: 'grapheme', maxLength: 12}),
  fc.constantFrom('', '"\n{', 'no hf_abc', '🤗 é'),
)
const someOutcome = fc.record(
  {status: fc.constantFrom(...OUTCOME_STATUSES), reason: someReason, uncertain: fc.constant(true as const)},
  {requiredKeys: ['status', 'reason']},
)
const someSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    dataset: fc.nat({max: JOURNALED.length - 1}),
    outcome: fc.option(someOutcome, {nil: undefined}),
  }),
  {maxLength: 14},
)

/** What must be said of a dataset after the last step about it. */
function stateAfter(last: Step | undefined): DatasetState {
  if (!last) return 'untouched'
  return !last.outcome || last.outcome.uncertain ? 'uncertain' : last.outcome.status
}

describe('a job', () => {
  let data: DataDir
  const begin = () => beginJournal(data.dir)
  const take = async (journal: Journal, {dataset: index, outcome}: Step) => {
    const dataset = JOURNALED[index] ?? A
    await (outcome ? journal.outcome({name: dataset.name, ...outcome}, dataset) : journal.intent(dataset))
  }

  beforeEach(async () => {
    data = await newDataDir()
  })

  describe('of what was written', () => {
    it('[S14] says of each dataset what the last line about it says, wherever the file is cut off, at every byte', async () => {
      await fc.assert(
        fc.asyncProperty(someSteps, fc.boolean(), async (steps, interrupted) => {
          const journal = await begin()
          const header = statSync(journal.path).size
          const ends: number[] = []
          for (const step of steps) {
            await take(journal, step)
            ends.push(statSync(journal.path).size)
          }

          await journal.end({interrupted})
          const bytes = readFileSync(journal.path)
          // A line is whole with its last brace; the line feed adds nothing.
          for (let size = header - 1; size <= bytes.length; size++) {
            const whole = steps.filter((_, index) => (ends[index] ?? 0) - 1 <= size)
            const job = parseJournal(bytes.subarray(0, size).toString('utf8'))
            for (const [index, {state, reason}] of job.datasets.entries()) {
              const last = whole.findLast(({dataset}) => dataset === index)
              expect(state, `cut at ${size}`).to.equal(stateAfter(last))
              if (last?.outcome) expect(reason).to.equal(safe(last.outcome.reason) || undefined)
            }

            const ended = interrupted ? 'interrupted' : 'finished'
            expect(job.state).to.equal(size < bytes.length - 1 ? 'broken-off' : ended)
          }

          const {problems, counts} = parseJournal(textOf(journal))
          expect(problems).to.deep.equal([])
          expect(Object.keys(counts)).to.have.members([...DATASET_STATES])
          expect(Object.values(counts).reduce((sum, each) => sum + each)).to.equal(JOURNALED.length)
        }),
        {numRuns: 10},
      )
    })

    it('[S14] is none where the first line is cut off, at every byte', async () => {
      const journal = await begin()
      const bytes = readFileSync(journal.path)
      for (let size = 0; size < bytes.length - 1; size++) {
        const cut = bytes.subarray(0, size).toString('utf8')
        expect(errorOf(() => parseJournal(cut))).to.be.instanceOf(RefusedError)
      }
    })

    it('says what the first line says, and when the job ended', async () => {
      const journal = await beginJournal(data.dir, {confirmedBy: 'phrase', archive: '/archive'})
      await journal.outcome({name: A.name, status: 'deleted', requestId: 'r-1'}, A)
      await journal.end({interrupted: true})
      const {program, rules, datasets, ...job} = parseJournal(textOf(journal))
      const at = later(NOW, 1000)
      expect(job).to.deep.include({id: journal.id, at: NOW, endedAt: at, state: 'interrupted'})
      expect(job).to.include({endpoint: ENDPOINT, namespace: 'kim', user: 'kim', phrase: 'DELETE'})
      expect(job).to.include({confirmedBy: 'phrase', archive: '/archive'})
      expect(program).to.match(/^smoltrace\/\d/)
      expect(rules).to.include({olderThan: '30d', cutoff: '2026-09-05T12:00:00.000Z'})
      const unknown = {state: 'untouched', reason: undefined, requestId: undefined, at: undefined}
      const [first, ...others] = JOURNALED.map(({name, id, sha, lastModified}) => {
        const planned = {name, id, sha, lastModified}
        return {...planned, ...unknown}
      })
      expect(datasets).to.deep.equal([{...first, state: 'deleted', requestId: 'r-1', at}, ...others])
    })
  })

  it('names the request that has no result: a DELETE, or a move', async () => {
    const journal = await begin()
    await journal.intent(A)
    const text = textOf(journal)
    const moving = text.replace('"trash":false', '"trash":true')
    const emptying = moving.replace('"source":"runs"', '"source":"trash"')
    const reasons = [text, moving, emptying].map((each) => parseJournal(each).datasets[0]?.reason)
    expect(reasons).to.deep.equal(
      ['DELETE', 'move', 'DELETE'].map(
        (request) => `its ${request} was sent or about to be sent, and no result was recorded`,
      ),
    )
  })

  it('is of a cleanup where its journal is of a version that did not know the trash', async () => {
    const text = textOf(await begin())
    expect(parseJournal(text.replace('"source":"runs"', '"source":"trash"'))).to.include({source: 'trash'})
    expect(parseJournal(text.replace('"source":"runs",', ''))).to.include({source: 'runs'})
  })

  describe('of a journal that is not whole', () => {
    const damaged: Array<[title: string, at: 2 | 3 | 4, from: RegExp | string, to: string]> = [
      ['an outcome is of an unknown status', 2, 'deleted', 'removed'],
      ['an outcome has a number for its reason', 2, '"status"', '"reason":5,"status"'],
      ['a line is broken', 3, '{"kin', ''],
      ['a line is of an unknown kind', 3, 'intent', 'archived'],
      ['a line is about a dataset that is not planned', 3, 'smoltrace-', ''],
      ['a line is a list', 3, /.+/, '[$&]'],
      ['a line is another plan', 3, /.+/, '{"kind":"plan"}'],
      ['zeros stand where a line was', 3, /.+/, '\0'.repeat(50)],
      ['the end says neither how', 4, 'true', '"yes"'],
    ]
    for (const [title, at, from, to] of damaged) {
      it(`leaves uncertain what no other line tells, where ${title}`, async () => {
        const lines = textOf(await writeJob(data.dir)).split('\n')
        const job = parseJournal(lines.with(at, (lines[at] ?? '').replace(from, to)).join('\n'))
        expect(job.problems).to.have.length(1)
        expect(job.problems[0]).to.match(new RegExp(`^its line ${at + 1} cannot be read`))
        expect(job.datasets[0]?.state).to.equal(at === 2 ? 'uncertain' : 'deleted')
        expect(job.state).to.equal(at === 4 ? 'broken-off' : 'interrupted')
        for (const {state, reason} of job.datasets.slice(1)) {
          expect(state).to.equal('uncertain')
          expect(reason).to.match(/line|result/)
        }
      })
    }

    const first = {name: 'x', id: 'x', sha: 'x', lastModified: NOW}
    const keys = ['id', 'at', 'program', 'endpoint', 'namespace', 'user', 'phrase', 'confirmedBy', 'rules']
    const headers: Array<[title: string, change: object | null, message: RegExp]> = [
      ['another kind of line', {kind: 'intent'}, /^is not a journal$/],
      ['null', null, /^is not a journal$/],
      ['a version from the future', {version: 2}, /version/],
      ['no version', {version: undefined}, /version/],
      ['a date that does not exist', {at: '2026-02-30T00:00:00.000Z'}, /first line is incomplete/],
      ['an unknown confirmation', {confirmedBy: 'nobody'}, /first line is incomplete/],
      ['a dataset that is null', {datasets: [null]}, /first line is incomplete/],
      ['a dataset twice', {datasets: [first, first]}, /first line is incomplete/],
      ['a dataset without a name', {datasets: [{...first, name: ''}]}, /first line is incomplete/],
      ...[...keys, 'archive', 'datasets'].map((key): [string, object, RegExp] => [
        `no ${key}`,
        {[key]: undefined},
        /first line is incomplete/,
      ]),
    ]
    for (const [title, change, message] of headers) {
      it(`takes it for no journal where the first line has ${title}`, async () => {
        const [header = '', ...lines] = textOf(await writeJob(data.dir)).split('\n')
        const changed = change && {...JSON.parse(header), ...change}
        const error = errorOf(() => parseJournal([JSON.stringify(changed), ...lines].join('\n')))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.match(message)
      })
    }

    const someLine = fc.oneof(fc.string({unit: someCodePoint}), fc.json())

    it('never fails in any other way, whatever the text, and whatever follows a plan', async () => {
      const header = textOf(await begin())
      fc.assert(
        fc.property(someLine, fc.json(), fc.array(someLine), (first, second, lines) => {
          for (const text of [first, `${first}\n${second}`, `${first}\n`])
            expect(errorOf(() => parseJournal(text))).to.be.instanceOf(RefusedError)
          const {counts} = parseJournal(header + lines.join('\n'))
          expect(counts.untouched + counts.uncertain).to.equal(JOURNALED.length)
        }),
        {numRuns: 500},
      )
    })

    it('is safe to print, whoever changed it', async () => {
      const [first = '', ...lines] = textOf(await writeJob(data.dir)).split('\n')
      const header = {
        ...JSON.parse(first),
        user: 'kim\u001B[2J',
        endpoint: 'http://127.0.0.1/hf_abcDEF',
        rules: {'older\u001BThan': ['30d\u202E'], cutoff: {deep: '\u0007'}},
        archive: '/tmp\n/x',
      }
      const outcome = {kind: 'outcome', at: NOW, name: B.name, status: 'failed', reason: '\u001B]0;x\u0007'}
      const job = parseJournal([JSON.stringify(header), JSON.stringify(outcome), ...lines].join('\n'))
      expect(job.counts.failed + job.counts.uncertain).to.be.above(0)
      expect(JSON.stringify(job)).not.to.match(/\\u00|\\n|\u202E|hf_abc/)
    })
  })
})
