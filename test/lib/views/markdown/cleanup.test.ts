import {expect} from 'chai'

import {EXIT} from '../../../../src/lib/base/exit-codes.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {type Outcome} from '../../../../src/lib/cleanup/outcomes.js'
import {exitCodeOf, type Report, resultOf} from '../../../../src/lib/cleanup/result.js'
import {plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {type SavedPlan} from '../../../../src/lib/plan/saved/parse.js'
import {cleanupSummary} from '../../../../src/lib/views/markdown/cleanup.js'
import {failureSummary} from '../../../../src/lib/views/markdown/markdown.js'
import {type NextStep} from '../../../../src/lib/views/result.js'
import {ago, inventoryOf, leaderboardDataset, NOW, planOf, runDatasets} from '../../../support/builders.js'
import {rendered} from '../../../support/gfm.js'

const INVENTORY = inventoryOf(
  [...runDatasets(ago(60 * DAY)), ...runDatasets(ago(40 * DAY)), ...runDatasets(ago(2 * DAY))],
  {leaderboard: leaderboardDataset()},
)
const PLAN = planOf(INVENTORY, {olderThan: '30d'})
const NAMES = plannedDatasets(PLAN).map(({name}) => name)
const HOSTILE = '<img src=x> | `@mira` [a](http://b.io)'

function summaryOf(
  report: Partial<Report>,
  {next, saved, warnings = []}: {next?: NextStep; saved?: SavedPlan; warnings?: string[]} = {},
): string {
  const result = resultOf({
    plan: PLAN,
    inventory: INVENTORY,
    dryRun: true,
    user: 'kim',
    warnings: [],
    ...report,
  })
  const exitCode = exitCodeOf(result)
  const job = {commandLine: 'smoltrace cleanup --older-than 30d', exitCode, warnings}
  return cleanupSummary(
    result,
    {title: '', saved, stale: result.stale},
    {bin: 'smoltrace', isRehearsal: false, next},
    job,
  )
}

const titleIn = (markdown: string) => markdown.split('\n')[0]
const outcomesOf = (...statuses: Array<Outcome['status']>): Outcome[] =>
  NAMES.map((name, index) => ({name, status: statuses[index] ?? 'deleted', reason: `why ${index}`}))

describe('the summary of a cleanup', () => {
  const nothing = planOf(INVENTORY, {olderThan: '1y'})
  const titles: Array<[title: string, report: Partial<Report>, statuses?: Array<Outcome['status']>]> = [
    ['dry run, 6 datasets to delete', {}],
    ['nothing to delete', {plan: nothing}],
    ['6 datasets deleted', {}, []],
    ['5 datasets deleted', {}, ['gone']],
    ['3 of 6 datasets not deleted', {}, ['failed', 'skipped', 'unattempted']],
    ['interrupted, 5 datasets deleted', {interrupted: true}, ['unattempted']],
    ['cancelled, nothing was deleted', {dryRun: false, declined: true}],
    ['nothing of the plan could be applied', {plan: nothing, applied: true, stale: outcomesOf('skipped')}],
  ]
  for (const [title, report, statuses] of titles) {
    it(`begins with how it ended: ${title}`, () => {
      const done = statuses && {dryRun: false, outcomes: outcomesOf(...statuses)}
      expect(titleIn(summaryOf({...report, ...done}))).to.equal(`## Cleanup: ${title}`)
    })
  }

  it('says what was asked, by which rules, and what it came to', () => {
    expect(rendered(summaryOf({})).rows).to.deep.include.members([
      ['Command', 'smoltrace cleanup --older-than 30d'],
      ['Namespace', 'kim at http://127.0.0.1:9, 2026-10-05 12:00 UTC'],
      ['Rule', 'older than 30d, before 2026-09-05 12:00 UTC'],
      ['Deletes', '2 of 3 runs (6 of 9 datasets): 2026-08-06 to 2026-08-26'],
      ['Exit code', '0: done, or nothing to do'],
    ])
  })

  it('names every run that goes and why, and folds away what stays', () => {
    const markdown = summaryOf({})
    const {rows, elements} = rendered(markdown)
    expect(rows).to.deep.include([
      PLAN.delete[1]?.run.timestamp,
      '59d',
      'results, traces, metrics',
      'older than 30d',
    ])
    expect(rows.filter((cells) => cells[3] === 'older than 30d')).to.have.length(2)
    expect(elements.filter((name) => name === 'details')).to.have.length(1)
    expect(markdown).to.match(/<details>\n<summary>Keeps 1 run: not older than 30d<\/summary>/)
  })

  it('explains the mark of restored runs', () => {
    expect(summaryOf({})).not.to.include('restored or copied')
    const restored = runDatasets(ago(50 * DAY), undefined, {createdAt: ago(DAY)})
    const plan = planOf(inventoryOf([...INVENTORY.datasets, ...restored]), {olderThan: '30d'})
    expect(rendered(summaryOf({plan})).text).to.include('* restored or copied: --older-than counts from')
  })

  it('names the command that carries a dry run out', () => {
    const next = {text: 'To delete it, run:', command: 'smoltrace x'}
    const {text, blocks} = rendered(summaryOf({}, {next}))
    expect(text).to.include('To delete it, run:')
    expect(blocks).to.deep.equal(['smoltrace x\n'])
  })

  it('says first what failed, then what else is not deleted, and last, folded, what is', () => {
    const outcomes = outcomesOf('gone', 'skipped', 'unattempted', 'failed')
    const markdown = summaryOf({dryRun: false, outcomes})
    const {rows} = rendered(markdown)
    expect(rows.slice(1, 5).map(([name, status]) => [name, status])).to.deep.equal([
      [NAMES[3], 'Failed'],
      [NAMES[2], 'Not attempted'],
      [NAMES[1], 'Skipped'],
      [NAMES[0], 'Already gone'],
    ])
    expect(markdown.indexOf('2 datasets deleted</summary>')).to.be.above(markdown.indexOf('Command'))
    expect(markdown).to.include('Exit code | 3: something failed, was skipped or was not attempted')
  })

  it('names what undoes it, what shows it again, and what to do about the rest, as the terminal does', () => {
    const archive = {dir: 'bak', datasets: 6, bytes: 9, isShared: false, isLeaderboardOnly: false}
    const next = {text: 'To delete the rest:', command: 'smoltrace cleanup --all --no-dry-run'}
    const done = {dryRun: false, outcomes: outcomesOf('failed'), archive, job: '3f9a2c4b71de'}
    const {rows, blocks, text} = rendered(summaryOf(done, {next}))
    expect(rows).to.deep.include.members([
      ['Undo', 'smoltrace restore --job 3f9a2c4b'],
      ['Details', 'smoltrace history 3f9a2c4b'],
    ])
    expect(text).to.include('To delete the rest:')
    expect(blocks).to.deep.equal(['smoltrace cleanup --all --no-dry-run\n'])
  })

  it('says whose plan was applied, and what has fallen out of it', () => {
    const saved = {plan: PLAN, madeBy: HOSTILE, madeAt: NOW, digest: 'sha256:abc', keptRuns: []}
    const stale: Outcome[] = [{name: 'kim/old', status: 'skipped', reason: HOSTILE}]
    const {rows, elements} = rendered(summaryOf({stale}, {saved}))
    expect(rows[1]).to.deep.equal([stale[0]?.name, 'Skipped', HOSTILE])
    expect(rows.find(([name]) => name === 'Plan')?.[1]).to.equal(
      `made by ${HOSTILE}, 2026-10-05 12:00 UTC (sha256:abc…)`,
    )
    expect(rows).to.deep.include(['Digest', 'sha256:abc'])
    expect(elements).not.to.include('img').and.not.include('a')
  })

  it('names the leaderboard once', () => {
    const {rows} = rendered(summaryOf({dryRun: false, outcomes: outcomesOf()}))
    expect(rows.filter(([name]) => name === 'Leaderboard')).to.have.length(1)
  })

  it('stays far below what GitHub shows, however much there is, and says what it leaves out', () => {
    const times = <T>(number: number, [item]: readonly T[]) => Array.from({length: number}, () => item as T)
    const plan = {...PLAN, delete: times(3000, PLAN.delete), keep: times(3000, PLAN.keep)}
    const outcomes = Array.from({length: 4000}, (_, index): Outcome => ({
      name: NAMES[0] ?? '',
      status: index % 2 ? 'failed' : 'deleted',
      reason: 'x'.repeat(5000),
    }))
    const warnings = [HOSTILE, ...times(500, ['y'.repeat(9000)])]
    const markdown = summaryOf({plan, dryRun: false, outcomes}, {warnings})
    expect(Buffer.byteLength(markdown)).to.be.within(100_000, 400_000)
    expect(markdown).to.match(/… and \d+,\d{3} more: `--json` names each/)
    expect(markdown).to.match(/… and \d,\d{3} more runs to delete: /)
    expect(markdown).to.match(/… and \d,\d{3} more runs kept: /)
    expect(markdown).to.include('… and 481 more')
    expect(markdown.match(/^<\/?details>$/gm)).to.have.length(6)
  })
})

describe('the summary of a failure', () => {
  const job = {commandLine: 'smoltrace cleanup --all', exitCode: EXIT.error, warnings: []}

  it('says what is wrong, that nothing was deleted, and what to do', () => {
    const failed = {
      name: 'RefusedError',
      message: HOSTILE,
      suggestions: ['Nothing was deleted.', 'Look at the plan.'],
    }
    const markdown = failureSummary('Cleanup', failed, job, 'Nothing was deleted.')
    const {text, elements} = rendered(markdown)
    expect(titleIn(markdown)).to.equal('## Cleanup: refused')
    expect(text)
      .to.include(`Error: ${HOSTILE}`)
      .and.include('Look at the plan.')
      .and.include('1: error, or refused')
    expect(text.match(/Nothing was deleted\./g)).to.have.length(1)
    expect(elements).not.to.include('img').and.not.include('a')
  })

  it('is not called a failure where a person cancelled', () => {
    const cancelled = {name: 'CancelledError', message: 'm', suggestions: []}
    expect(titleIn(failureSummary('Cleanup', cancelled, job))).to.equal('## Cleanup: cancelled')
  })
})
