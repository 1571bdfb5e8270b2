import {expect} from 'chai'
import * as fc from 'fast-check'

import {type Inventory} from '../../../../src/lib/account/datasets.js'
import {indexRows, type RowIndex} from '../../../../src/lib/account/leaderboard/index.js'
import {formatNumber} from '../../../../src/lib/base/text.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {type Outcome, type OutcomeStatus} from '../../../../src/lib/cleanup/outcomes.js'
import {type ArchiveSummary, type Report, resultOf} from '../../../../src/lib/cleanup/result.js'
import {type Plan} from '../../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../../src/lib/retention/rules.js'
import {type PlanNotes, planPairs} from '../../../../src/lib/views/plan.js'
import {fold, formatPlan, formatResult} from '../../../../src/lib/views/terminal/cleanup.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  NOW,
  PLAIN,
  planOf,
  runDatasets,
} from '../../../support/builders.js'
import {finished} from '../../../support/rows.js'

const ENDING = {bin: 'smoltrace', isRehearsal: false}
const SCREEN = {style: PLAIN, width: undefined}

describe('preview', () => {
  const INVENTORY = inventoryOf([
    ...runDatasets(ago(60 * DAY)),
    ...runDatasets(ago(40 * DAY), ['results']),
    ...runDatasets(ago(DAY)),
  ])
  const SIZES = new Map(INVENTORY.datasets.map(({name}, index): [string, number] => [name, 100 ** index]))
  const preview = (options: RetentionOptions, notes: Partial<PlanNotes> = {}) =>
    formatPlan(planOf(INVENTORY, options), {title: 'Dry run', ...notes}, SCREEN)

  it('shows of a run that is deleted in part only that part, with its size', () => {
    expect(preview({run: ['20260806_120000'], only: ['traces']}, {sizes: SIZES})).to.match(
      /^- 20260806_120000 {2}59d {2}traces +100 B {2}named with --run$/m,
    )
  })

  it('says what each run and each dataset takes up, and what of it is unknown', () => {
    const [first] = INVENTORY.datasets.map(({name}) => name)
    expect(preview({olderThan: '30d'}, {sizes: SIZES}))
      .to.match(/^- 20260806_120000 .*results, traces, metrics {3}10 kB {2}/m)
      .and.match(/^ +\d\. kim\/smoltrace-traces-20260806_120000 +100 B$/m)
    const some = new Map([...SIZES].filter(([name]) => name !== first))
    expect(preview({olderThan: '30d'}, {sizes: some}))
      .to.match(/^- 20260806_120000 .*at least 10 kB/m)
      .and.match(/^ +\d\. kim\/smoltrace-results-20260806_120000 +unknown$/m)
    const none = preview({olderThan: '30d'}, {sizes: 'unknown'})
    expect(none.replace(', size unknown', '')).to.equal(preview({olderThan: '30d'}))
  })

  it('says so where nothing is deleted and where nothing stays', () => {
    const nothing = preview({olderThan: '5y'})
    expect(nothing)
      .to.include('Deletes no runs')
      .and.not.match(/Deletes \d/)
    expect(preview({all: true, grace: '0'})).not.to.match(/^Keeps \d/m)
  })

  it('of a saved plan does not speak of runs that are kept, and is safe to print, whoever wrote the file', () => {
    const plan = planOf(INVENTORY, {olderThan: '30d'})
    const saved = {plan, madeBy: 'ann\u001B[31m', madeAt: NOW, digest: 'x', keptRuns: []}
    const stale = [{name: 'kim/a', status: 'skipped', reason: 'x\u001B[2J'}] as const
    const text = preview({olderThan: '30d'}, {saved, stale})
    expect(text)
      .to.include('No longer deletable: 1\n  kim/a: x')
      .and.match(/^Still valid +4 of 5 datasets$/m)
    expect(text)
      .not.to.match(/^Keeps \d/m)
      .and.not.include('\u001B')
  })
})

describe('the preview on a screen', () => {
  /** Runs a day apart, each with a model of its own, one of the oldest pinned. */
  const accountOf = (runs: number) =>
    inventoryOf(Array.from({length: runs}, (_, index) => runDatasets(ago((index + 1) * DAY))).flat(), {
      leaderboard: leaderboardDataset(),
    })
  const rowsOf = (inventory: Inventory): RowIndex =>
    indexRows(
      inventory.datasets
        .filter(({type}) => type === 'results')
        .map(({timestamp}, index) =>
          finished(timestamp, {model: `some-vendor/a-model-with-a-long-name-${index}`, successRate: 50}),
        ),
      'kim',
    )
  const accounts = new Map(
    [3, 100, 3000].map((runs) => {
      const inventory = accountOf(runs)
      return [runs, {inventory, rows: rowsOf(inventory)}]
    }),
  )
  const plans = new Map<string, Plan>()
  const show = (runs: number, options: RetentionOptions, width?: number, height?: number) => {
    const {inventory, rows} = accounts.get(runs)!
    const pinned = runDatasets(ago(runs * DAY))[0]!.timestamp
    const key = JSON.stringify([runs, options])
    const plan =
      plans.get(key) ?? planOf(inventory, options, {runs: {[pinned]: {by: 'ann', at: NOW}}}, {rows})
    plans.set(key, plan)
    return formatPlan(plan, {title: 'Cleanup', rows}, {style: PLAIN, width, height})
  }

  for (const runs of accounts.keys())
    for (const width of [60, 80, 120])
      for (const height of [20, 24, 40])
        it(`of ${runs} runs fits ${width} columns and ${height} lines, and ends with the facts`, () => {
          for (const options of [
            {olderThan: '30d'},
            {keepRecent: 5, keepWeekly: 2},
            {all: true},
            {only: ['traces' as const]},
          ]) {
            const lines = show(runs, options, width, height).split('\n')
            expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(width)
            expect(lines.length, lines.join('\n')).to.be.at.most(34)
            expect(lines.slice(-16).join('\n')).to.match(/^Rule .*^Keeps .*^Deletes .*^Leaderboard /ms)
          }

          const nothing = show(runs, {olderThan: '10y'}, width, height).split('\n')
          expect(nothing.length, nothing.join('\n')).to.be.at.most(26)
          expect(nothing.join('\n')).not.to.match(/^Copy /m)

          const one = show(runs, {run: [runDatasets(ago(2 * DAY))[0]!.timestamp]}, width, height).split('\n')
          expect(one.length).to.be.at.most(20)
          const others = `${(runs - 1).toLocaleString('en')} runs: not named with --run`
          expect(one.filter((line) => line.includes('not named'))).to.deep.equal([`Keeps        ${others}`])
        })

  it('shows the newest and the oldest of many, marked, what a guard holds before other kept runs, and how many there are more', () => {
    const lines = show(100, {olderThan: '30d'}, 80, 24).split('\n')
    const at = (text: string) => lines.findIndex((line) => line.startsWith(text))
    expect(at('- 20260904_')).to.equal(at('Deletes 69 whole runs') + 2)
    expect(
      lines.filter((line) => /^ {2}… \d+ more: --verbose shows every run and every dataset$/.test(line)),
    ).to.have.length(2)
    expect(at('  20260627_'), lines.join('\n')).to.equal(at('Keeps 31 runs') + 1)
    expect(lines.join('\n')).to.match(/^- .*…\S* +50\.0% +older than 30d$/m)
  })

  it('counts each run once: in a row, among those that are folded away, or with others', () => {
    const run = runDatasets(ago(2 * DAY))[0]!.timestamp
    const number = (text = '0') => Number(text.replaceAll(',', ''))
    for (const runs of accounts.keys())
      for (const options of [{olderThan: '30d'}, {keepRecent: 5}, {olderThan: '10y'}, {run: [run]}]) {
        const text = show(runs, options, 80, 24)
        const sections = [...text.matchAll(/^(?:Deletes|Keeps) ([\d,]+) .*(?:\n.+)*/gm)]
        expect(sections).not.to.have.length(0)
        for (const [section, total] of sections) {
          const rows = section.match(/^[- ] \d{8}_/gm)?.length ?? 0
          const others = [...section.matchAll(/^ {2}(?:… )?([\d,]+) (?:more|other runs?):/gm)]
          const counted = others.reduce((sum, [, count]) => sum + number(count), rows)
          expect(counted, section).to.equal(number(total))
        }
      }
  })

  it('shows what a guard or something unclear keeps first, and at least one of it, whatever else there is', () => {
    const {inventory, rows} = accounts.get(100)!
    const [bad = '', worse = ''] = [70, 71].map((days) => runDatasets(ago(days * DAY))[0]!.timestamp)
    const unclear = new Map(rows)
    for (const run of [bad, worse]) unclear.set(run, indexRows([finished(run)], 'kim').get(run)!)
    const plan = planOf(inventory, {olderThan: '30d', keepBest: 1}, {}, {rows: unclear})
    const lines = formatPlan(plan, {title: '', rows: unclear}, {style: PLAIN, width: 80, height: 24}).split(
      '\n',
    )
    const at = lines.indexOf(`Keeps ${plan.keep.length} runs`)
    expect(lines[at + 1], lines.join('\n')).to.match(new RegExp(`^  ${bad} .* its rank is`))
    expect(lines.slice(at).join('\n')).to.include(`  ${worse} `)
    expect(planPairs(plan, {title: ''}).find(([name]) => name === 'Keeps')?.[1]).to.include(', 2 unclear')
    const reason = {rule: 'pinned', text: `pinned by ann: ${'why '.repeat(60)}`} as const
    const long = {...plan, keep: plan.keep.map(({run}) => ({run, reasons: [reason]}))}
    const shown = formatPlan(long, {title: ''}, {style: PLAIN, width: 60, height: 24})
    expect(shown.match(/pinned by ann/g)).to.have.length(1)
    expect(shown.split('\n').length).to.be.at.most(34)
  })

  for (const runs of [3, 100, 3000])
    it(`shows at least two rows of each list of ${runs} runs where reasons take several lines`, () => {
      const {inventory, rows} = accounts.get(runs)!
      const plan = planOf(inventory, {keepRecent: 2, keepWeekly: 4}, {}, {rows})
      const reason = {rule: 'grace', text: 'may still be uploading: changed 3min ago'} as const
      const long = {...plan, keep: plan.keep.map(({run}) => ({run, reasons: [reason]}))}
      const shown = formatPlan(long, {title: '', rows}, {style: PLAIN, width: 60, height: 20})
      expect(shown.match(/may still be$/gm)?.length, shown).to.be.at.least(2)
      if (plan.delete.length > 1) expect(shown.match(/^- \d{8}_/gm)?.length).to.be.at.least(2)
      expect(shown.split('\n').length).to.be.at.most(36)
    })

  const types: Array<[title: string, options: RetentionOptions, column: boolean]> = [
    ['Deletes 2 whole runs', {olderThan: '30d'}, false],
    ['Deletes the results of 2 runs', {olderThan: '30d', only: ['results']}, false],
    ['Deletes the traces of 1 run', {olderThan: '30d', only: ['traces']}, false],
    ['Deletes 2 runs', {olderThan: '30d', only: ['results', 'traces']}, true],
  ]
  for (const [title, options, column] of types)
    it(`shows what is deleted of each run where that differs, and on a pipe: ${title}`, () => {
      const inventory = inventoryOf([
        ...runDatasets(ago(60 * DAY)),
        ...runDatasets(ago(40 * DAY), ['results']),
      ])
      const plan = planOf(inventory, options)
      const lines = formatPlan(plan, {title: ''}, {style: PLAIN, width: 80, height: 24}).split('\n')
      expect(lines).to.include(title)
      expect(lines.some((line) => /^ {2}RUN .* DELETES /.test(line))).to.equal(column)
      expect(formatPlan(plan, {title: ''}, SCREEN)).to.match(/^ {2}RUN .* DELETES /m)
    })

  it('shows it of a saved plan too of which a part of a run is no longer deletable', () => {
    const plan = planOf(inventoryOf(runDatasets(ago(60 * DAY))), {olderThan: '30d'})
    const part = {...plan, delete: plan.delete.map((run) => ({...run, datasets: run.datasets.slice(1)}))}
    expect(formatPlan(part, {title: ''}, {style: PLAIN, width: 80, height: 24}))
      .to.match(/^Deletes 1 run$/m)
      .and.match(/ results, traces +older than 30d$/m)
  })

  it('cuts the model before it drops what is deleted, and the score', () => {
    const shown = show(100, {olderThan: '30d', only: ['results', 'traces']}, 100, 24)
    expect(shown).not.to.include('DELETES')
    const {inventory, rows} = accounts.get(100)!
    const some = {
      ...inventory,
      datasets: inventory.datasets.filter(({type}, index) => type !== 'traces' || index % 2),
    }
    const plan = planOf(some, {olderThan: '30d', only: ['results', 'traces']}, {}, {rows})
    const at = (width: number) => formatPlan(plan, {title: '', rows}, {style: PLAIN, width, height: 24})
    expect(at(100)).to.match(/^ {2}RUN +AGE +MODEL +SCORE +DELETES +WHY$/m)
    expect(at(80)).to.match(/^ {2}RUN +AGE +MODEL +DELETES +WHY$/m)
  })

  it('folds rows without losing one: those shown and those hidden are all, in their order, in so many lines', () => {
    const sections = fc.record({
      rows: fc.array(fc.integer({min: 1, max: 5}), {maxLength: 30}),
      lines: fc.integer({min: 1, max: 40}),
      shows: fc.constantFrom('both ends' as const, 'the first' as const),
    })
    fc.assert(
      fc.property(sections, ({rows: heights, lines, shows}) => {
        const rows = heights.map((height, index) => `${`${index}\n`.repeat(height - 1)}${index}`)
        const shown = fold({rows, total: rows.length, shows}, lines)
        const [more = '', ...none] = shown.filter((row) => row.startsWith('  … '))
        const kept = shown.filter((row) => row !== more)
        expect(none).to.deep.equal([])
        expect(kept.length + (more ? Number(/\d+/.exec(more)) : 0)).to.equal(rows.length)
        expect(rows.filter((row) => kept.includes(row))).to.deep.equal(kept)
        expect(shown.join('\n').split('\n').length).to.be.at.most(Math.max(1, lines))
        expect(more === '').to.equal(rows.join('\n').split('\n').length <= lines || rows.length === 0)
        if (shows === 'the first') expect(kept).to.deep.equal(rows.slice(0, kept.length))
      }),
    )
  })

  it('shows everything, datasets too, where it has no height, and in one line a run on a pipe', () => {
    const whole = show(100, {olderThan: '30d'}, 80)
    expect(whole.match(/^- \d{8}_/gm)).to.have.length(69)
    expect(whole.match(/^ {2}\d{8}_/gm)).to.have.length(31)
    expect(whole.match(/^ +\d+\. kim\//gm)).to.have.length(207)
    const piped = show(100, {keepRecent: 5, keepWeekly: 2}).split('\n')
    const runs = piped.filter((line) => /^[- ] \d{8}_/.test(line))
    expect(runs).to.have.length(100)
    for (const line of runs)
      expect(line).to.match(
        /some-vendor\/a-model-with-a-long-name-\d+ +50\.0% .* (?:not among the 5|most recent|weekly|pinned)/,
      )
  })

  it('explains the mark of restored runs where it shows one, and there alone', () => {
    const note = '* restored or copied: --older-than counts from that day, not from the evaluation'
    const dates = Array.from({length: 99}, (_, index) => runDatasets(ago((index + 1) * DAY))).flat()
    const shown = (daysAgo: number, restoredAgo: number, height?: number) => {
      const restored = runDatasets(ago(daysAgo * DAY), undefined, {createdAt: ago(restoredAgo * DAY)})
      const own = inventoryOf([
        ...dates.filter(({timestamp}) => timestamp !== restored[0]!.timestamp),
        ...restored,
      ])
      const screen = {style: PLAIN, width: 80, height}
      return formatPlan(planOf(own, {olderThan: '30d'}), {title: 'Cleanup'}, screen).replaceAll('\n', ' ')
    }

    expect(shown(99, 40)).to.include(note)
    expect(shown(99, 40, 24)).to.include(note)
    expect(shown(60, 1)).to.include(note)
    expect(shown(60, 1, 24)).not.to.include('* ')
    expect(shown(60, 60)).not.to.include('* ')
  })

  it('says once why no keeper saves any of them, and no model twice', () => {
    const lines = show(100, {keepWeekly: 2, keepMonthly: 1}, 120, 40)
    expect(lines).to.include('Deletes 97 whole runs: not among the 2 weekly runs and not the monthly run\n')
    const grouped = show(100, {keepBest: 1, groupBy: ['model']}, 120, 40)
    expect(grouped).to.include('best 1 of 1 by success_rate (50)').and.not.include(' for model ')
  })
})

describe('the result of a plan', () => {
  const INVENTORY = inventoryOf(runDatasets('20260901_120000'), {leaderboard: leaderboardDataset()})
  const DONE = {
    plan: planOf(INVENTORY, {all: true}),
    inventory: INVENTORY,
    dryRun: false,
    user: 'kim',
    warnings: [],
  }
  const summary = (outcomes: Outcome[], facts: Partial<Report> = {}, width?: number) =>
    formatResult(resultOf({...DONE, outcomes, ...facts}), ENDING, {style: PLAIN, width})
  const outcomeOf = (status: OutcomeStatus, more: Partial<Outcome> = {}): Outcome => ({
    name: `kim/${status}`,
    status,
    ...(status === 'deleted' ? {} : {reason: `why ${status}`}),
    ...more,
  })

  it('names everything that was not deleted, the worst first, with the reason and the id of the request', () => {
    const others = (['deleted', 'gone', 'skipped', 'unattempted'] as const).map((status) => outcomeOf(status))
    const failed = outcomeOf('failed', {requestId: 'Root=1-abc'})
    expect(summary([...others, failed], {deletionMs: 2345})).to.equal(
      `Failed: 1
  kim/failed: why failed (request Root=1-abc)

Not attempted: 1
  kim/unattempted: why unattempted

Skipped: 1
  kim/skipped: why skipped

Already gone: 1
  kim/gone: why gone

Deleted 1 of 5 datasets in 2.3 s: 1 failed, 1 not attempted, 1 skipped, 1 already gone. 1 run, 3 datasets remain.`,
    )
  })

  it('counts the runs of what was deleted, and names no outcome that there was not', () => {
    const outcomes = INVENTORY.datasets.map(({name}) => outcomeOf('deleted', {name}))
    expect(summary(outcomes)).to.equal('Deleted 3 datasets of 1 run in 0.0 s. 0 runs, 0 datasets remain.')
    const [first, ...others] = outcomes
    const failed = others.map(({name}) => outcomeOf('failed', {name}))
    expect(summary([first!, ...failed])).to.include('\nDeleted 1 of 3 datasets (1 run partly) in ')
    const two = [...runDatasets('20260901_120000'), ...runDatasets('20260902_120000')]
    const ends = two.map(({name}, index) => outcomeOf(index === 5 ? 'failed' : 'deleted', {name}))
    const plan = planOf(inventoryOf(two), {all: true})
    expect(summary(ends, {plan})).to.include('\nDeleted 5 of 6 datasets (1 run, 1 partly) in ')
    expect(
      summary([first!, outcomeOf('unattempted')], {interrupted: true})
        .split('\n')
        .at(-1),
    ).to.equal(
      'Interrupted: running requests were finished, nothing new was started. Deleted 1 of 2 datasets (1 run) in 0.0 s: 1 not attempted. 1 run, 2 datasets remain.',
    )
  })

  it('says what was freed, as far as that is known, and where the archive is', () => {
    const [name = ''] = INVENTORY.datasets.map((dataset) => dataset.name)
    const outcomes = [outcomeOf('deleted', {name}), outcomeOf('deleted')]
    expect(summary(outcomes, {sizes: new Map([[name, 5]])})).to.match(
      /^Freed +at least 5 B, 1 dataset of unknown size$/m,
    )
    expect(summary(outcomes, {archive: ARCHIVE})).to.match(
      /^Archived {2}31 datasets \(99 kB\) in my copies$/m,
    )
  })

  const ARCHIVE = {
    dir: 'my copies',
    datasets: 31,
    bytes: 99_000,
    isShared: false,
    isLeaderboardOnly: false,
  }
  const deletedBy = (days: number, report: Partial<Report> = {}, archive: Partial<ArchiveSummary> = {}) => {
    const runs = Array.from({length: days}, (_, index) => runDatasets(ago((index + 1) * DAY))).flat()
    const inventory = inventoryOf(runs, {leaderboard: leaderboardDataset()})
    const plan = planOf(inventory, {all: true, deleteLeaderboard: true})
    const outcomes = runs.map(({name}) => outcomeOf('deleted', {name}))
    const more = {plan, inventory, archive: {...ARCHIVE, ...archive}, ...report}
    return summary(report.outcomes ?? outcomes, more, 20)
  }

  it('ends with the commands that undo it and show it again, however narrow the terminal', () => {
    expect(deletedBy(2, {job: '3f9a2c4b71de'})).to.match(
      /^Undo {6}smoltrace restore --job 3f9a2c4b\nDetails {3}smoltrace history 3f9a2c4b$/m,
    )
    expect(deletedBy(2, {job: '3f9a2c4b71de', outcomes: [outcomeOf('failed')]})).not.to.include('Undo')
    expect(deletedBy(2, {user: 'ann'})).to.match(/^Undo +smoltrace restore 'my copies' --namespace kim$/m)
    expect(deletedBy(2)).not.to.include('Details')
    expect(deletedBy(2, {outcomes: [outcomeOf('failed')]})).not.to.include('Undo')
    const rehearsal = {bin: 'smoltrace sandbox', isRehearsal: true}
    const result = resultOf({...DONE, outcomes: [outcomeOf('deleted')], archive: ARCHIVE})
    expect(formatResult(result, rehearsal, SCREEN)).not.to.include('Undo')
  })

  it('names what to restore where the folder has more, or says so', () => {
    expect(deletedBy(2, {}, {isShared: true})).to.match(
      /^Undo +smoltrace restore 'my copies' 20261004_120000 20261003_120000$/m,
    )
    expect(deletedBy(6, {}, {isShared: true})).to.match(
      /^Undo +smoltrace restore 'my copies'\n +\(also restores what else is in that folder\)$/m,
    )
  })

  it('does not call it an undo of everything where only the leaderboard was archived', () => {
    const board = outcomeOf('deleted', {name: leaderboardDataset().name})
    const only = {isLeaderboardOnly: true}
    const run = runDatasets(ago(DAY)).map(({name}) => outcomeOf('deleted', {name}))
    expect(deletedBy(1, {outcomes: [...run, board]}, only)).to.match(
      /^Undo +smoltrace restore 'my copies'\n +\(the leaderboard only\)$/m,
    )
    expect(deletedBy(1, {outcomes: [board]}, only)).to.match(/^Undo +smoltrace restore 'my copies'$/m)
    expect(deletedBy(1, {outcomes: run}, only)).not.to.include('Undo')
    expect(deletedBy(1, {outcomes: [...run, board]}, {isShared: true})).to.match(
      /^Undo .* smoltrace-leaderboard 20261004_120000$/m,
    )
  })

  it('ends with what to do about the rest, in a line that can be copied', () => {
    const next = {text: 'To delete the rest:', command: 'smoltrace cleanup --all --no-dry-run'}
    const result = resultOf({...DONE, outcomes: [outcomeOf('failed')]})
    expect(formatResult(result, {...ENDING, next}, {style: PLAIN, width: 20})).to.match(
      /\n\nTo delete the rest:\n {2}smoltrace cleanup --all --no-dry-run$/,
    )
  })

  const many = (count: number, reasonOf: (index: number) => string) =>
    Array.from({length: count}, (_, index) =>
      outcomeOf('failed', {name: `kim/${index}`, reason: reasonOf(index)}),
    )

  it('groups thousands by their reasons, with how often there is each and a name', () => {
    const outcomes = many(5000, (index) => (index % 5 === 0 ? '403 not yours' : '500 oops'))
    const text = summary(outcomes, {journal: '/data/x'})
    expect(text).to.match(/^Failed: 5,000 \(`history` names each\)$/m)
    expect(text).to.match(
      /^ {2}4,000 datasets, the first kim\/1: 500 oops\n {2}1,000 datasets, the first kim\/0: 403 not yours$/m,
    )
  })

  it('shows why nothing more was attempted once, from four datasets on, and apart from other reasons', () => {
    const left = (count: number) =>
      Array.from({length: count}, (_, index) =>
        outcomeOf('unattempted', {name: `kim/${index}`, reason: 'interrupted'}),
      )
    expect(summary(left(3))).to.include('Not attempted: 3\n  kim/0: interrupted\n  kim/1: interrupted\n')
    expect(summary([...left(3), outcomeOf('unattempted')])).to.include(
      'Not attempted: 4\n  3 datasets, the first kim/0: interrupted\n  kim/unattempted: why unattempted\n\n',
    )
  })

  it('is short also where each of thousands has a reason of its own, and accounts for all of them', () => {
    const text = summary(many(5000, (index) => `no ${index}`))
    expect(text.split('\n').length).to.be.below(60)
    const named = text.match(/^ {2}kim\/\d+: no \d+$/gm)?.length
    expect(text).to.include(`\n  ${formatNumber(5000 - Number(named))} datasets for other reasons\n`)
  })

  it('is safe to print and fits a narrow terminal', () => {
    const text = summary([outcomeOf('failed', {reason: 'ann\u001B[2J'})], {interrupted: true}, 60)
    expect(text).not.to.include('\u001B')
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(60)
  })
})
