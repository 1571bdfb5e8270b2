import {expect} from 'chai'

import {type HistoryProblem} from '../../../../src/lib/cleanup/journal/history.js'
import {
  DATASET_STATES,
  type DatasetRecord,
  type DatasetState,
  type JobRecord,
} from '../../../../src/lib/cleanup/journal/parse.js'
import {formatHistory, formatJob, type HistoryView} from '../../../../src/lib/views/terminal/history.js'
import {ago, later, NOW, PLAIN} from '../../../support/builders.js'

const VIEW: HistoryView = {style: PLAIN, width: undefined, bin: 'smoltrace'}

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
const BROKEN = jobOf([...DATASET_STATES], {id: 'aaaabbbbcccc', state: 'broken-off', endedAt: undefined})
const history = (jobs: JobRecord[], view: Partial<HistoryView> = {}, problems: HistoryProblem[] = []) =>
  formatHistory({dataDir: '/data', jobs, problems}, {...VIEW, ...view})
const one = (job: JobRecord, problems: HistoryProblem[] = []) => formatJob(job, problems, VIEW)

describe('the view of the history', () => {
  it('says where it looked, where there is nothing', () => {
    expect(history([])).to.equal('There is no job in /data.')
    expect(history([], {since: ago(0)})).to.equal('There is no job since 2026-10-05 12:00 UTC in /data.')
  })

  it('has a row for each job, and says of every one that needs a look what is certain and what is not', () => {
    expect(history([CLEAN, BROKEN], {since: NOW})).to.equal(`2 jobs since 2026-10-05 12:00 UTC, in /data

WHEN (UTC)        JOB       NAMESPACE  STATE       DATASETS
2026-10-05 12:00  3f9a2c4b  kim        finished    2 deleted, 1 gone
2026-10-05 12:00  aaaabbbb  kim        broken off  1 deleted, 1 gone, 1 untouched, 1 unattempted, 1 skipped, 1 failed, 1 uncertain

Job aaaabbbbcccc in kim, 2026-10-05 12:00 UTC: broken off, it was killed, it crashed, or it is still running
  Deleted: 1
  Already gone: 1
  Untouched, nothing was sent for them: 1
    kim/smoltrace-untouched-2
  Not attempted: 1
    2026-10-05 12:00:03  kim/smoltrace-unattempted-3: why unattempted
  Skipped: 1
    2026-10-05 12:00:04  kim/smoltrace-skipped-4: why skipped
  Failed: 1
    2026-10-05 12:00:05  kim/smoltrace-failed-5: why failed (request r-1)
  May be deleted or not: 1
    2026-10-05 12:00:06  kim/smoltrace-uncertain-6: why uncertain
  What is there now: smoltrace datasets list --namespace kim

Everything about one of them: smoltrace history JOB`)
  })

  it('says of one job who did it, by which rules, and when it ended', () => {
    expect(one(jobOf(['deleted'], {archive: '/archive'}))).to.equal(
      `Job 3f9a2c4b5d6e in kim, 2026-10-05 12:00 UTC: finished, it came to its end
Namespace  kim at https://huggingface.co
User       kim, with smoltrace/1.0.0
Confirmed  by typing DELETE
Rules      olderThan 30d, only ["traces"]
Archive    /archive
Ended      2026-10-05 12:01 UTC
Journal    20261005T120000000Z-3f9a2c4b5d6e.jsonl

  Deleted: 1
    2026-10-05 12:00:00  kim/smoltrace-deleted-0: why deleted`,
    )
    expect(one(BROKEN)).to.match(/^Archive +none\nEnded +not known$/m)
    expect(one(jobOf([], {confirmedBy: 'yes', rules: {}}))).to.match(/^Confirmed +by --yes\nRules +none$/m)
  })

  it('names files that could not be read, with all that is wrong with them', () => {
    const problems = [
      {file: 'x.jsonl', job: undefined, message: 'is empty'},
      {file: 'y.jsonl', job: 'aaaabbbbcccc', message: 'first'},
      {file: 'y.jsonl', job: 'aaaabbbbcccc', message: 'second'},
    ]
    for (const text of [history([CLEAN], {}, problems), one(CLEAN, problems)]) {
      expect(text).to.include('Not read, or not whole: 2 files')
      expect(text).to.include('\n  x.jsonl: is empty\n  y.jsonl: first and second')
    }
  })

  it('names some of thousands that nothing was sent for, and says how many more there are; all of them for one job', () => {
    const job = jobOf(Array.from({length: 3000}).fill('untouched') as DatasetState[], {state: 'broken-off'})
    const text = history([job])
    expect(text.split('\n').length).to.be.below(60)
    expect(text).to.include('… and 2,960 more datasets')
    expect(one(job)).to.include(nameOf('untouched', 2999))
  })
})
