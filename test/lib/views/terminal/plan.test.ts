import {expect} from 'chai'

import {DAY} from '../../../../src/lib/base/time.js'
import {picked} from '../../../../src/lib/plan/pick.js'
import {plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {type RetentionOptions} from '../../../../src/lib/retention/rules.js'
import {formatPlan, type PlanNotes} from '../../../../src/lib/views/terminal/plan.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  NOW,
  PLAIN,
  planOf,
  runDatasets,
} from '../../../support/builders.js'

const INVENTORY = inventoryOf(
  [...runDatasets(ago(60 * DAY)), ...runDatasets(ago(40 * DAY), ['results']), ...runDatasets(ago(DAY))],
  {leaderboard: leaderboardDataset(), standard: ['kim/smoltrace-tasks']},
)
const preview = (
  options: RetentionOptions,
  {inventory = INVENTORY, width = undefined as number | undefined, protection = {}, notes = {}} = {},
) => formatPlan(planOf(inventory, options, protection), {title: 'Dry run', ...notes}, {style: PLAIN, width})

/** The line that begins with a word. */
const line = (text: string, word: string) => text.split('\n').find((each) => each.startsWith(word)) ?? ''

const board = (options: RetentionOptions, rest = {}) => line(preview(options, rest), 'Leaderboard')

describe('preview', () => {
  it('says what it is, of which namespace, where and when', () => {
    const [title, place] = preview({all: true}).split('\n')
    expect(title).to.equal('Dry run')
    expect(place).to.include('kim').and.include('http://127.0.0.1:9').and.include('2026-10-05 12:00 UTC')
  })

  it('says what was found', () => {
    expect(line(preview({all: true}), 'Found'))
      .to.include('3 runs: 2 complete, 1 incomplete')
      .and.include('3 results, 2 traces, 2 metrics')
  })

  describe('with sizes', () => {
    const sizes = new Map(INVENTORY.datasets.map(({name}, index): [string, number] => [name, 100 ** index]))
    const [first] = INVENTORY.datasets.map(({name}) => name)
    const withSizes = (told: PlanNotes['sizes'], rules?: RetentionOptions) =>
      preview(rules ?? {olderThan: '30d'}, {notes: {sizes: told}})

    it('says what each run and each dataset takes up, and what the plan frees', () => {
      const text = withSizes(sizes)
      expect(line(text, 'Storage')).to.equal('Storage    1.0 TB')
      expect(line(text, 'Found')).to.equal(line(preview({olderThan: '30d'}), 'Found'))
      expect(line(text, '20260806_120000')).to.include('results, traces, metrics   10 kB  ')
      expect(line(text, '20261004_120000')).to.include('1.0 TB')
      expect(text).to.match(/^ +\d\. kim\/smoltrace-traces-20260806_120000 +100 B$/m)
      expect(line(text, 'Total')).to.include('4 datasets of 2 runs to delete (frees 1.0 MB), 1 run to keep')
    })

    it('leaves the reasons room on a narrow terminal', () => {
      for (const width of [60, 80]) {
        const text = preview({olderThan: '30d'}, {width, notes: {sizes}})
        const why = text.split('\n').filter((each) => each.startsWith('RUN '))
        expect(why).to.have.length(2)
        for (const title of why) expect(title.indexOf('WHY')).to.be.within(30, width - 20)
        expect(text).to.match(/^RUN +AGE +SIZE +WHY$|^RUN +AGE +WHAT GOES +SIZE +WHY$/m)
      }
    })

    it('counts of a run only what goes where only a part of it does', () => {
      const text = withSizes(sizes, {only: ['traces']})
      expect(line(text, '20260806_120000')).to.include(' 100 B  ')
      expect(line(text, 'Total')).to.include('frees')
    })

    it('says what of it is unknown', () => {
      const some = new Map([...sizes].filter(([name]) => name !== first))
      const text = withSizes(some)
      expect(line(text, '20260806_120000')).to.include('at least 10 kB')
      expect(text).to.match(/^ +\d\. kim\/smoltrace-results-20260806_120000 +unknown$/m)
      expect(line(text, 'Total')).to.include('(frees at least 1.0 MB, 1 dataset of unknown size)')
    })

    it('says only in its totals that no size is known', () => {
      const text = withSizes('unknown')
      expect(text).not.to.include('SIZE')
      expect(line(text, 'Total')).to.include('4 datasets of 2 runs to delete (size unknown)')
      expect(text.replaceAll(/^Storage +size unknown\n| \(size unknown\)/gm, '')).to.equal(
        preview({olderThan: '30d'}),
      )
    })
  })

  it('says how many pinned runs stay, and with each why', () => {
    const protection = {runs: {'20260806_120000': {by: 'ann\u001B[2J', at: NOW, reason: 'paper'}}}
    const text = preview({olderThan: '30d'}, {protection})
    expect(line(text, 'Must stay')).to.include('1 pinned run and incomplete runs')
    expect(line(text, '20260806_120000')).to.include('pinned by ann').and.include(': paper')
    expect(text).not.to.include('\u001B')
    expect(line(preview({olderThan: '30d'}), 'Must stay')).not.to.include('pinned')
  })

  it('says where datasets are archived, and the leaderboard always', () => {
    expect(line(preview({all: true}), 'Archive')).to.equal('')
    expect(line(preview({all: true}, {notes: {archive: 'copies'}}), 'Archive')).to.include(
      'to copies, before',
    )
    const goes = board({deleteLeaderboard: true}, {notes: {leaderboardArchive: '/data/archives/x'}})
    expect(goes).to.include('DELETED as well, archived first to /data/archives/x')
  })

  it('says whether incomplete means not finished either', () => {
    expect(line(preview({incompleteOnly: true}), 'May go')).to.include('incomplete and not finished')
    const plain = line(preview({incompleteOnly: true, ignoreLeaderboard: true}), 'May go')
    expect(plain).to.include('incomplete').and.not.include('finished')
  })

  it('names every dataset that goes, numbered, in the order it goes', () => {
    const plan = planOf(INVENTORY, {olderThan: '30d'})
    const text = preview({olderThan: '30d'})
    const numbered = [...text.matchAll(/^ +(\d+)\. (\S+)$/gm)].map(([, number, name]) => [
      Number(number),
      name,
    ])
    expect(numbered).to.deep.equal(plannedDatasets(plan).map(({name}, index) => [index + 1, name]))
  })

  it('names every run once, those that go apart from those that stay, with reasons', () => {
    const text = preview({olderThan: '30d'})
    const [going = '', staying = ''] = text.split('Runs to keep: ')
    expect(going)
      .to.include('Runs to delete: 2')
      .and.include('20260806_120000')
      .and.include('20260826_120000')
    expect(staying.startsWith('1\n')).to.equal(true)
    expect(line(staying, '20261004_120000')).to.include('23h').and.include('not older than 30d')
    expect(line(going, '20260826_120000')).to.include('results').and.not.include('traces')
  })

  it('shows of a run that goes in part only the part that goes', () => {
    const text = preview({run: ['20260806_120000'], only: ['traces']})
    expect(line(text, '20260806_120000')).to.include('traces').and.not.include('metrics')
  })

  it('always prints the moment that an age stands for', () => {
    expect(line(preview({olderThan: '30d'}), 'May go'))
      .to.include('30d')
      .and.include('2026-09-05 12:00 UTC')
      .and.not.include('month')
    expect(line(preview({olderThan: '2026-09-01'}), 'May go')).to.include('2026-09-01 00:00 UTC')
  })

  it('says how long a month is where one was asked for', () => {
    expect(line(preview({olderThan: '1m'}), 'May go')).to.include('a month is 30 days')
  })

  it('names every selector, the keeper and the grace period', () => {
    const text = preview({
      olderThan: '30d',
      incompleteOnly: true,
      run: ['20260806_120000'],
      keepRecent: 3,
      grace: '1d',
    })
    expect(text.slice(text.indexOf('May go'), text.indexOf('Scope')).split('\n')).to.deep.equal([
      'May go     runs that are older than 30d, before 2026-09-05 12:00 UTC,',
      '           incomplete and not finished,',
      '           and named by --run (20260806_120000)',
      'Must stay  the 3 most recent runs and incomplete runs changed in the last 1d',
      '',
    ])
    expect(line(text, 'Must stay')).to.include('3 most recent').and.include('1d')
    expect(line(preview({keepRecent: 1}), 'Must stay')).to.include('the most recent run')
    expect(line(preview({all: true, grace: '0'}), 'Must stay')).to.include('nothing')
  })

  it('says where every run may go, and where none may', () => {
    expect(line(preview({all: true}), 'May go')).to.include('every run')
    expect(line(preview({only: ['traces']}), 'May go')).to.include('every run')
    expect(line(preview({keepRecent: 2}), 'May go')).to.include('every run')
    expect(line(preview({deleteLeaderboard: true}), 'May go')).to.include('no run')
  })

  it('says what of the runs goes, and whether the leaderboard does', () => {
    expect(line(preview({all: true}), 'Scope'))
      .to.include('whole runs')
      .and.include('never the leaderboard')
    expect(line(preview({all: true, only: ['traces', 'metrics']}), 'Scope')).to.include(
      'only traces and metrics',
    )
    expect(line(preview({all: true, deleteLeaderboard: true}), 'Scope')).to.include('and the leaderboard')
    expect(line(preview({deleteLeaderboard: true}), 'Scope')).to.include('the leaderboard alone')
  })

  it('says how many runs were picked against the rules, and how many were not', () => {
    const text = (options: RetentionOptions, chosen: string[]) => {
      const plan = picked(planOf(INVENTORY, options), chosen)
      return formatPlan(plan, {title: 'Cleanup'}, {style: PLAIN, width: 100})
    }

    const rules = {olderThan: '30d'}
    expect(line(text(rules, ['20261004_120000']), 'By hand')).to.include('1 run picked and 2 runs not picked')
    expect(line(text(rules, []), 'By hand')).to.include('2 runs not picked')
    expect(text(rules, ['20260806_120000', '20260826_120000'])).not.to.include('By hand')
    expect(text({deleteLeaderboard: true}, ['20261004_120000']))
      .to.include('whole runs, and the leaderboard')
      .and.not.include('leaderboard alone')
  })

  it('says what becomes of the leaderboard', () => {
    expect(board({all: true}))
      .to.include('preserved')
      .and.not.include('DELETED')
    expect(board({all: true, deleteLeaderboard: true}))
      .to.include('DELETED')
      .and.not.include('preserved')
    expect(board({all: true}, {protection: {leaderboard: {by: 'ann', at: NOW}}})).to.include(
      'protected by ann',
    )
    expect(board({all: true}, {inventory: {...INVENTORY, leaderboard: undefined}})).to.include(
      'there is none',
    )
    expect(board({deleteLeaderboard: true}, {inventory: {...INVENTORY, leaderboard: undefined}})).to.include(
      'none to delete',
    )
  })

  it('says that the standard datasets are never touched', () => {
    expect(line(preview({all: true}), 'Standard'))
      .to.include('kim/smoltrace-tasks')
      .and.include('never touched')
  })

  it('says so where nothing goes and where nothing stays', () => {
    const nothing = preview({olderThan: '5y'})
    expect(nothing).to.include('Runs to delete: none').and.not.include('Datasets to delete')
    expect(preview({all: true, grace: '0'})).to.include('Runs to keep: none')
    expect(preview({all: true}, {inventory: inventoryOf([])}))
      .to.include('0 runs')
      .and.include('Runs to delete: none')
  })

  it('fits its tables into the terminal', () => {
    const text = preview({olderThan: '30d', incompleteOnly: true, keepRecent: 1}, {width: 70})
    const tables = text.slice(text.indexOf('Runs to delete'), text.indexOf('Datasets to delete'))
    for (const each of tables.split('\n')) expect(each.length).to.be.at.most(70)
  })

  it('ends with the totals, which are on the screen when the question comes', () => {
    const last = (options: RetentionOptions) => preview(options).split('\n').at(-1)
    expect(last({olderThan: '30d'})).to.equal('Total        4 datasets of 2 runs to delete, 1 run to keep')
    expect(last({olderThan: '90d'})).to.equal('Total        nothing to delete, 3 runs to keep')
  })
})
