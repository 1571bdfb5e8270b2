import {expect} from 'chai'

import {DEFAULT_GRACE_MS} from '../../../../src/lib/account/runs.js'
import {type HistoryProblem} from '../../../../src/lib/cleanup/journal/history.js'
import {
  DATASET_STATES,
  type DatasetRecord,
  type DatasetState,
  type JobRecord,
} from '../../../../src/lib/cleanup/journal/parse.js'
import {formatHistory, formatJob, type HistoryView} from '../../../../src/lib/views/terminal/history.js'
import {ago, later, NOW, PLAIN} from '../../../support/builders.js'

const VIEW: HistoryView = {style: PLAIN, width: undefined, bin: 'smoltrace', isRehearsal: false}

const nameOf = (state: DatasetState, index = 0) => `kim/smoltrace-${state}-${index}`

function jobOf(states: DatasetState[], facts: Partial<JobRecord> = {}): JobRecord {
  const counts = Object.fromEntries(DATASET_STATES.map((state) => [state, 0])) as JobRecord['counts']
  const datasets = states.map((state, index): DatasetRecord => {
    counts[state]++
    const dataset = {name: nameOf(state, index), id: String(index), sha: 'a', lastModified: ago(1), state}
    if (state === 'untouched') return {...dataset, reason: undefined, requestId: undefined, at: undefined}
    const requestId = state === 'failed' ? 'r-1' : undefined
    return {...dataset, reason: `why ${state}`, requestId, at: later(NOW, 1000 * index)}
  })
  return {
    id: '3f9a2c4b5d6e',
    at: NOW,
    endedAt: later(NOW, 65_000),
    state: 'finished',
    program: 'smoltrace/1.0.0',
    endpoint: 'https://huggingface.co',
    namespace: 'kim',
    user: 'kim',
    phrase: 'DELETE',
    confirmedBy: 'phrase',
    source: 'runs',
    picked: false,
    rules: {olderThan: '30d', all: false, run: [], only: ['traces'], graceMs: 0},
    archive: null,
    savedPlan: null,
    datasets,
    counts,
    problems: [],
    ...facts,
  }
}

const CLEAN = jobOf(['deleted', 'deleted', 'gone'])
const BROKEN = jobOf(
  DATASET_STATES.filter((state) => state !== 'trashed'),
  {id: 'aaaabbbbcccc', state: 'broken-off', endedAt: undefined},
)
const history = (jobs: JobRecord[], view: Partial<HistoryView> = {}, problems: HistoryProblem[] = []) =>
  formatHistory({dataDir: '/data', jobs, settled: new Set(), problems}, {...VIEW, ...view})
const one = (job: JobRecord, problems: HistoryProblem[] = []) => formatJob(job, problems, VIEW)

describe('the view of the history', () => {
  it('says where it looked, where there is nothing', () => {
    expect(history([])).to.equal('No cleanups recorded in /data.')
    expect(history([], {since: ago(0)})).to.equal('No cleanups recorded since 2026-10-05 12:00 UTC in /data.')
  })

  it('has a line for each job, and a line for each way in which jobs did not end well', () => {
    const failed = jobOf(['deleted', 'failed'], {id: 'ddddeeeeffff', archive: '/archives/of kim'})
    expect(history([CLEAN, failed, BROKEN, BROKEN], {since: NOW})).to
      .equal(`4 jobs since 2026-10-05 12:00 UTC, in /data

WHEN (UTC)        JOB       NAMESPACE  RULE                                      DONE            ARCHIVE  STATE
2026-10-05 12:00  3f9a2c4b  kim        --older-than 30d --grace 0 --only traces  2 deleted                completed
2026-10-05 12:00  ddddeeee  kim        --older-than 30d --grace 0 --only traces  1 of 2 deleted  of kim   partly failed
2026-10-05 12:00  aaaabbbb  kim        --older-than 30d --grace 0 --only traces  1 of 6 deleted           did not finish
2026-10-05 12:00  aaaabbbb  kim        --older-than 30d --grace 0 --only traces  1 of 6 deleted           did not finish

1 job partly failed: smoltrace history ddddeeee
2 jobs did not finish, the latest: smoltrace history aaaabbbb`)
  })

  const ends: Array<[end: string, states: DatasetState[], facts?: Partial<JobRecord>]> = [
    ['completed', ['deleted', 'gone']],
    ['partly failed', ['deleted', 'failed']],
    ['partly failed', ['deleted', 'uncertain']],
    ['partly failed', ['gone', 'unattempted', 'skipped']],
    ['failed', ['failed']],
    ['partly skipped', ['deleted', 'skipped']],
    ['skipped', ['skipped']],
    ['stopped by Ctrl-C', ['deleted', 'unattempted'], {state: 'interrupted'}],
    ['did not finish', ['deleted', 'untouched'], {state: 'broken-off'}],
  ]
  for (const [end, states, facts] of ends) {
    it(`calls a job ${end} where its datasets are ${states.join(', ')}`, () => {
      const job = jobOf(states, facts)
      expect(history([job])).to.match(new RegExp(`  ${end}$`, 'm'))
      expect(history([job]).includes(`1 job ${end}: smoltrace history 3f9a2c4b`)).to.equal(
        end !== 'completed',
      )
      expect(one(job)).to.match(new RegExp(`^Result +${end}\\b`, 'm'))
    })
  }

  it('names the Hub where jobs are of several, and drops columns where a terminal is narrow', () => {
    const jobs = [
      jobOf(['deleted'], {archive: '/copies'}),
      jobOf(['deleted'], {endpoint: 'http://127.0.0.1:1'}),
    ]
    const titlesAt = (width: number) => history(jobs, {width}).split('\n')[2]?.split(/ {2,}/)
    expect(titlesAt(120)).to.include.members(['NAMESPACE', 'HUB', 'RULE', 'ARCHIVE', 'STATE'])
    expect(titlesAt(80)).to.deep.equal(['WHEN (UTC)', 'JOB', 'NAMESPACE', 'RULE', 'DONE', 'STATE'])
    expect(titlesAt(60)).to.deep.equal(['WHEN (UTC)', 'JOB', 'DONE', 'STATE'])
    for (const width of [60, 80, 120])
      for (const line of history(jobs, {width}).split('\n')) expect(line.length).to.be.at.most(width)
  })

  it('shows whether a job deleted, trashed or emptied the trash, in 60 columns too', () => {
    const trashing = jobOf(['trashed', 'failed'], {rules: {olderThan: '30d', trash: true}})
    const emptying = jobOf(['deleted'], {source: 'trash', rules: {all: true}})
    const lines = history([trashing, emptying], {width: 80}).split('\n')
    expect(lines[3]).to.match(/ --older-than 30d …? *1 of 2 trashed +partly failed$/)
    expect(lines[4]).to.match(/ trash empty --all +1 deleted +completed$/)
    expect(history([trashing], {width: 60})).to.match(/ {2}1 of 2 trashed {2}partly failed$/m)
    expect(one(emptying)).to.match(/^Flags +trash empty --all$/m)
  })

  it('shows of one job who did it, with which flags, when it ended, and the way back', () => {
    const job = jobOf(['deleted'], {archive: '/my copies', namespace: 'team'})
    expect(one(job)).to.equal(`Job 3f9a2c4b5d6e, 2026-10-05 12:00 UTC

Deleted: 1
  12:00:00  kim/smoltrace-deleted-0

Result     completed
Datasets   1 deleted
Namespace  team at https://huggingface.co
Flags      --older-than 30d --grace 0 --only traces --archive '/my copies'
Confirmed  by typing DELETE, by kim
Ended      2026-10-05 12:01 UTC
Program    smoltrace/1.0.0
Journal    20261005T120000000Z-3f9a2c4b5d6e.jsonl
Undo       smoltrace restore --job 3f9a2c4b`)
    expect(formatJob(job, [], {...VIEW, isRehearsal: true})).not.to.include('Undo')
    expect(one(jobOf(['failed'], {archive: '/copies'}))).not.to.include('Undo')
    expect(one(BROKEN)).to.match(/^Ended +unknown$/m)
    expect(one(jobOf([], {confirmedBy: 'yes', rules: {}}))).to.match(
      /^Flags +none: picked by hand\nConfirmed +with --yes, by kim$/m,
    )
  })

  it('shows the datasets of one job by what is certain of them', () => {
    expect(one(BROKEN)).to.include(`
Deleted: 1
  12:00:00  kim/smoltrace-deleted-0
Already gone: 1
  12:00:01  kim/smoltrace-gone-1: why gone
Not attempted (nothing was sent): 1
  kim/smoltrace-untouched-2
Not attempted: 1
  12:00:03  kim/smoltrace-unattempted-3: why unattempted
Skipped: 1
  12:00:04  kim/smoltrace-skipped-4: why skipped
Failed: 1
  12:00:05  kim/smoltrace-failed-5: why failed (request r-1)
May or may not be deleted: 1
  12:00:06  kim/smoltrace-uncertain-6: why uncertain
To see where they are now: smoltrace history aaaabbbb --check

Result     did not finish: it was killed, it crashed, or it is still running
Datasets   1 deleted, 1 already gone, 1 not attempted (nothing was sent), 1 not attempted, 1 skipped, 1 failed, 1 may or may not be deleted
`)
  })

  const finishing: Array<[title: string, command: string | undefined, facts: Partial<JobRecord>]> = [
    ['a cleanup', 'cleanup --older-than 30d --trash', {rules: {olderThan: '30d', trash: true}}],
    [
      'one that archives, of a team',
      "cleanup --keep-recent 3 --archive '/my copies' --namespace team",
      {rules: {keepRecent: 3}, archive: '/my copies', namespace: 'team'},
    ],
    ['what empties the trash', 'trash empty --all', {rules: {all: true}, source: 'trash'}],
    ['one whose runs were picked', undefined, {rules: {only: ['traces']}, picked: true}],
    ['one of names', undefined, {rules: {}}],
    ['one of a saved plan', undefined, {rules: {all: true}, savedPlan: {madeBy: 'kim', digest: 'd'}}],
    ['one of rules that are unknown here', undefined, {rules: {olderThan: '30 moons'}}],
  ]
  for (const [title, command, facts] of finishing) {
    it(`shows how to finish ${title}${command === undefined ? ': not at all' : ''}`, () => {
      const rules = {graceMs: DEFAULT_GRACE_MS, ...facts.rules}
      const own = {...facts, rules, state: 'broken-off'} as const
      const shown = (states: DatasetState[], view: Partial<HistoryView> = {}) =>
        /^To finish +(.*)$/m.exec(formatJob(jobOf(states, own), [], {...VIEW, ...view}))?.[1]
      const line = command && `smoltrace ${command} --no-dry-run`
      expect(shown(['deleted', 'untouched'])).to.equal(line)
      expect(shown(['unattempted'])).to.equal(line)
      expect(shown(['deleted', 'skipped'])).to.equal(undefined)
      expect(shown(['untouched'], {isSettled: true})).to.equal(undefined)
      expect(shown(['untouched'], {isRehearsal: true})).to.equal(undefined)
    })
  }

  it('shows a reason that several datasets share once', () => {
    const job = jobOf(['uncertain', 'uncertain', 'uncertain'], {rules: {trash: true}})
    const [first, second, third] = job.datasets as [DatasetRecord, DatasetRecord, DatasetRecord]
    const reason = 'its move was sent or about to be sent, and no result was recorded'
    const datasets = [{...first, reason}, second, {...third, reason}]
    expect(formatJob({...job, datasets}, [], {...VIEW, width: 80})).to.include(`
May or may not be trashed: 1
  12:00:01  kim/smoltrace-uncertain-1: why uncertain
May or may not be trashed: 2 (its move was sent or about to be sent, and no
result was recorded)
  12:00:00  kim/smoltrace-uncertain-0
  12:00:02  kim/smoltrace-uncertain-2
To see where`)
  })

  it('shows a dataset on one line of 60 columns, its day only after the first, and aligns a long reason', () => {
    const [dataset] = jobOf(['failed']).datasets
    const name = 'kim/smoltrace-metrics-20260917_161440'
    const records = [NOW, later(NOW, 86_400_000)].map((at, index) => ({
      ...dataset!,
      name,
      at,
      reason: 'a b '.repeat(9 + index).trim(),
    }))
    const lines = formatJob({...jobOf(['failed']), datasets: records}, [], {...VIEW, width: 60}).split('\n')
    expect(lines.slice(3, 5)).to.deep.equal([
      `  12:00:00  ${name}: a b a b a`,
      `            b a b a b a b a b a b a b (request r-1)`,
    ])
    expect(lines[5]).to.equal(`  2026-10-06 12:00:00  ${name}:`)
  })

  it('has a line for each damaged file; of one job all that is wrong', () => {
    const problems = [
      {file: 'x.jsonl', job: undefined, message: 'is empty'},
      ...['first', 'second', 'third'].map((message) => ({file: 'y.jsonl', job: 'aaaabbbbcccc', message})),
    ]
    expect(history([CLEAN], {}, problems)).to.include(
      '\n\nDamaged: x.jsonl (is empty)\nDamaged: y.jsonl (first and 2 more)',
    )
    expect(one(CLEAN, problems)).to.include('\nDamaged: y.jsonl (first, second and third)')
  })
})
