import {expect} from 'chai'
import stringWidth from 'string-width'

import {
  type RankingOptions,
  rankRows,
  readRankingRules,
} from '../../../../src/lib/account/leaderboard/ranking.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {formatRanking} from '../../../../src/lib/views/terminal/ranking.js'
import {bar, mayShowBars} from '../../../../src/lib/views/terminal/style.js'
import {inventoryOf, leaderboardDataset, PLAIN, runDatasets} from '../../../support/builders.js'
import {A, B, C, finished, named, rowOf, viewOf} from '../../../support/rows.js'

const SCORES = {
  successRate: 87.5,
  totalCostUsd: 0.25,
  totalTokens: 12_345,
  avgDurationMs: 2500,
  co2EmissionsG: 3,
}
const INVENTORY = inventoryOf([A, B].flatMap((run) => runDatasets(run)))
const ROWS = [
  finished(A, {model: 'openai/gpt', ...SCORES}),
  finished(B, {model: 'google/gemini', ...SCORES, successRate: 100}),
  finished(C, {model: 'qwen/coder', ...SCORES, successRate: 0, timestamp: '2026-09-04T01:00:00'}),
  rowOf({model: 'qwen/coder', runStatus: 'failed'}),
]
const show = (rows: LeaderboardRow[], options: RankingOptions = {}, width?: number) =>
  formatRanking(
    {
      ...rankRows(viewOf(rows, INVENTORY), readRankingRules(options)),
      inventory: INVENTORY,
      leaderboard: leaderboardDataset(),
      warnings: [],
    },
    {style: PLAIN, width, hasBars: true},
  )
const linesOf = (text: string, mark: RegExp) => text.split('\n').filter((line) => mark.test(line))
/** The titles of the columns, in the first table. */
const titlesIn = (text: string) => (linesOf(text, /^ *# /)[0] ?? '').trim().split(/\s{2,}/)
const widest = (text: string) => Math.max(...text.split('\n').map((line) => stringWidth(line)))

describe('the table of a ranking', () => {
  it('shows place, model, bar, numbers, date and run', () => {
    const text = show(ROWS)
    expect(linesOf(text, /gemini/)[0]).to.match(
      /^1 {2}google\/gemini {2}████████ {3}100\.0% {2}\$0\.2500 {2}12,345 +2\.5 s {2}3\.0 g +2026-09-02 {2}20260902_120000$/,
    )
    for (const line of show(ROWS, {}, 60).split('\n').slice(-3)) expect(stringWidth(line)).to.be.at.most(60)
  })

  it('marks what is gone, what failed, and dates that are local', () => {
    const text = show(ROWS)
    expect(linesOf(text, /qwen/)).to.have.length(2)
    expect(text).to.match(
      /^3 {2}qwen\/coder +········ +0\.0%.* ~2026-09-04 {2}20260903_120000 {2}datasets gone$/m,
    )
    expect(text).to.match(/^- {2}qwen\/coder +- .* - {2}- +failed$/m)
    const half = [finished(A, {metricsDataset: named('metrics', C)})]
    expect(show(half)).to.match(/ unclear: it names datasets of several runs, metrics gone$/m)
    expect(show([finished(A)])).to.match(/ unclear: its row has no success_rate$/m)
    expect(show([finished(A, {runStatus: 'on\u001B[2Jfire'})])).to.match(
      / unclear: status "on \[2Jfire" is unknown$/m,
    )
  })

  it('marks what was not measured, and explains that once', () => {
    const [row] = ROWS
    const one = show([{...row!, totalCostUsd: 0}, ...ROWS.slice(1)], {by: 'cost'})
    expect(linesOf(one, /gpt/)[0]).to.match(/^ - {2}openai\/gpt .* \? .* 20260901_120000$/)
    expect(linesOf(one, /not measured/)).to.deep.equal(['?  not measured, or not a valid number'])
    expect(show(ROWS, {by: 'cost'})).not.to.include('?')
    const bad = {...row!, totalCostUsd: undefined, damaged: {totalCostUsd: 'is text'}}
    expect(show([bad], {by: 'cost'})).to.match(/ {2}\? {2}12,345 .* unclear: its total_cost_usd is text$/m)
    // The other row of the run shows a cost, so its own line must say why it has no place.
    const twice = show([row!, {...row!, totalCostUsd: 0}], {by: 'cost'})
    expect(twice).to.match(/ \$0\.2500 .* unclear: cost not measured$/m)
  })

  it('shows no token from a row, and names that only begin like one', () => {
    const text = show(['hf_abcdefghijklmnopqrst', 'maker/hf_small'].map((model) => finished(A, {model})))
    expect(text).to.include(' hf_… ').and.include(' maker/hf_small ').and.not.include('hf_abc')
  })

  it('has the costs beside a note on a usual terminal, where places have two digits too', () => {
    const facts = {model: 'maker/a-long-name-of-a-model', successRate: 50, totalCostUsd: 0.25}
    const row = finished(C, {...facts, timestamp: '2026-09-04T10:00:00'})
    const text = show([row, row], {}, 80)
    expect(text).to.match(/^1= .* {2}datasets gone$/m)
    expect(titlesIn(text)).to.include('COST')
    expect(widest(text)).to.be.at.most(80)
  })

  it('drops columns on a narrow terminal, but not the one that rows are ranked by', () => {
    const model = 'a-rather-long-name-of-a-model/with-72-billion-parameters'
    const rows = ROWS.map((row) => ({...row, model}))
    for (const width of [60, 80, 100, 120]) expect(widest(show(rows, {}, width))).to.be.at.most(width)
    const titles = (options: RankingOptions, width?: number) => titlesIn(show(rows, options, width)).join(' ')
    expect(titles({}, 60)).to.equal('# MODEL SUCCESS RUN NOTES')
    expect(titles({}, 80)).to.equal('# MODEL SUCCESS COST TOKENS RUN NOTES')
    expect(show(rows, {}, 60))
      .to.include(' with-72-…ameters ')
      .and.not.include('~')
    expect(show(rows, {}, 140)).to.include('\n~  from the leaderboard row')
    expect(titles({by: 'co2'}, 70))
      .to.include('CO2')
      .and.not.include('COST')
    expect(titles({})).to.equal('# MODEL SUCCESS COST TOKENS DURATION CO2 DATE (UTC) RUN NOTES')
    expect(titles({by: 'pass'}, 80)).to.include('PASS@1')
  })

  it('names each group over its rows, and puts the same columns under each other', () => {
    const text = show([...ROWS, finished('20260904_120000', {model: 'qwen/coder', totalCostUsd: 1234})], {
      groupBy: ['model'],
      limit: 1,
    })
    expect(linesOf(text, /^model /)).to.deep.equal([
      'model google/gemini: 1 row',
      'model openai/gpt: 1 row',
      'model qwen/coder: 1 of 3 rows',
    ])
    const heads = linesOf(text, /^ *# /)
    expect(new Set(heads).size).to.equal(1)
    expect(heads).to.have.length(3)
    expect(titlesIn(text)).not.to.include('MODEL')
    expect(text).to.match(/^3 of 5 rows$/m)
    expect(show(ROWS, {by: 'cost', groupBy: ['team', 'purpose']}))
      .to.include('\nRanked by total_cost_usd, lower is better, within each team and purpose\n')
      .and.include('\nteam none, purpose none: 4 rows\n')
  })

  it('says so where no row is left', () => {
    expect(show([])).to.include('The leaderboard has no rows.')
    expect(show(ROWS, {model: ['no/*']})).to.include('None of 4 rows matches --model no/*.')
    expect(show(ROWS, {model: ['qwen/*']})).to.match(/^2 rows; 2 rows of other models$/m)
  })

  it('survives any row, and lets none of them command the terminal', () => {
    const hostile = `\u001B[2J\u202Eevil\n\u009B${'x'.repeat(100_000)}`
    const numbers = [Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -0, 1e21]
    const rows = numbers.map((number) =>
      rowOf({
        ...Object.fromEntries(Object.keys(SCORES).map((field) => [field, number])),
        model: hostile,
        team: `e${'\u0301'.repeat(5000)}`,
        runStatus: number === 1e21 ? hostile : 'completed',
        resultsDataset: hostile,
        timestamp: hostile,
      }),
    )
    for (const text of [show(rows), show(rows, {}, 80), show(rows, {groupBy: ['model', 'team']})]) {
      expect(text).not.to.match(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/)
      expect(text.length).to.be.below(20_000)
    }

    expect(widest(show(rows, {}, 80))).to.be.at.most(80)
  })
})

describe('bars', () => {
  it('are empty only for nothing and full only for all', () => {
    const lengths = [-5, 0, 0.001, 0.5, 0.999, 1, 1e300].map((share) => bar(share).replaceAll('·', '').length)
    expect(lengths).to.deep.equal([0, 0, 1, 4, 7, 8, 8])
  })

  const terminals: Array<[env: NodeJS.ProcessEnv, platform: NodeJS.Platform, hasBars: boolean]> = [
    [{LANG: 'en_GB.UTF-8'}, 'linux', true],
    [{LC_CTYPE: 'C.utf8', LANG: 'C'}, 'linux', true],
    [{LC_ALL: 'C', LANG: 'en_GB.UTF-8'}, 'linux', false],
    [{LANG: 'en_GB.UTF-8', TERM: 'dumb'}, 'linux', false],
    [{}, 'win32', true],
    [{LANG: 'en_GB.UTF-8', SMOLTRACE_PLAIN: '1'}, 'linux', false],
  ]
  for (const [env, platform, hasBars] of terminals) {
    it(`are ${hasBars ? '' : 'not '}drawn on ${platform} with ${JSON.stringify(env)}`, () => {
      expect(mayShowBars(env, platform)).to.equal(hasBars)
    })
  }
})
