import {expect} from 'chai'
import * as fc from 'fast-check'

import {METRIC_NAMES, METRICS} from '../../../src/lib/account/leaderboard/metrics.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {formatTimestamp} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {someCodePoint} from '../../support/arbitraries.js'
import {ago, inventoryOf, planOf, runDatasets} from '../../support/builders.js'
import {A, B, C, finished, named, rowOf} from '../../support/rows.js'
import {all, pageOf, readPage, type ReadPage, reportOf} from './support.js'

const DATASETS = [A, B, C].flatMap((timestamp) => runDatasets(timestamp))
const ROWS = [
  finished(A, {model: 'one/a', successRate: 60, totalCostUsd: 0.2}),
  finished(B, {model: 'one/a', successRate: 80, totalCostUsd: 0.4}),
  finished(C, {model: 'two/b', successRate: 70, totalCostUsd: 0}),
]
const PLAN = planOf(inventoryOf(DATASETS), {keepRecent: 1})

/** Everything that the page may consist of. */
const ELEMENTS = new Set(
  'html head meta title link style body a svg defs path pattern rect g use line polyline text desc header main footer section p h1 h2 bdi b dl div dt dd ul li strong figure figcaption span details summary table caption thead tbody tr th td'.split(
    ' ',
  ),
)
/** What no attribute of it may be. */
const ATTRIBUTES = /^(on.*|src|srcset|action|formaction|xlink:href|style|srcdoc)$/

/** What a link of it leads to: the datasets of the listing, and nothing that a row names. */
const ADDRESS =
  /^http:\/\/127\.0\.0\.1:9\/datasets\/kim\/smoltrace-(results|traces|metrics)-2026090[123]_120000$/

/** Checks that a page is what was written, and nothing that a row brought. */
function expectHarmless(page: ReadPage): void {
  expect(page.errors).to.deep.equal([])
  for (const {name, attributes} of page.elements) {
    expect(ELEMENTS.has(name), name).to.equal(true)
    for (const [attribute, value] of attributes) {
      expect(attribute).not.to.match(ATTRIBUTES)
      if (attribute === 'href') expect(value).to.match(name === 'a' ? ADDRESS : /^#[a-z\d-]+$|^data:,$/)
    }

    if (name === 'a') expect(attributes.get('rel')).to.equal('noreferrer')
  }

  const ids = page.elements.flatMap(({attributes}) => attributes.get('id') ?? [])
  expect(new Set(ids).size).to.equal(ids.length)
}

/** The rows of a table, its head first, their cells joined. */
function tableRows(page: ReadPage, caption: string): string[] {
  const starts = page.elements.flatMap(({name, text}, index) =>
    name === 'caption' && text === caption ? [index + 1] : [],
  )
  const after = page.elements.slice(starts[0])
  const end = after.findIndex(({name}) => name === 'caption' || name === 'section' || name === 'p')
  const rows: string[][] = []
  for (const {name, text} of after.slice(0, end === -1 ? undefined : end)) {
    if (name === 'tr') rows.push([])
    if (name === 'th' || name === 'td') rows.at(-1)?.push(text.trim())
  }

  return rows.map((cells) => cells.join('|'))
}

describe('the page of a report', () => {
  const page = readPage(pageOf(ROWS, DATASETS, {plan: PLAN}))

  it('forbids itself to load or run anything', () => {
    expectHarmless(page)
    const policy = all(page, 'meta').find(({attributes}) => attributes.has('http-equiv'))?.attributes
    expect(policy?.get('content')).to.equal("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    for (const {text} of all(page, 'style')) expect(text).not.to.match(/url\((?!#)|@import/)
  })

  it('says its language, what it is of and when, and has five parts, each named by its heading', () => {
    const texts = (name: string) => all(page, name).map(({text}) => text)
    expect(all(page, 'html')[0]?.attributes.get('lang')).to.equal('en')
    expect(texts('h1')).to.deep.equal(['Leaderboard of kim'])
    expect(texts('dl')[0]).to.include('2026-10-05 12:00 UTC').and.include('http://127.0.0.1:9')
    expect(texts('h2')).to.deep.equal([
      'Ranking',
      'Success rate over time',
      'Cost against success rate',
      'Datasets by run age',
      'Runs the policy would delete',
    ])
    const ids = all(page, 'h2').map(({attributes}) => attributes.get('id'))
    expect(all(page, 'section').map(({attributes}) => attributes.get('aria-labelledby'))).to.deep.equal(ids)
  })

  it('describes every chart, and has its numbers in a table', () => {
    const charts = all(page, 'svg', 'chart')
    expect(charts).to.have.length(4)
    const ids = new Map(page.elements.map((each) => [each.attributes.get('id'), each]))
    for (const {attributes} of charts) {
      expect(attributes.get('role')).to.equal('img')
      expect(ids.get(attributes.get('aria-labelledby'))).to.include({name: 'title'})
      expect(ids.get(attributes.get('aria-describedby'))).to.include({name: 'desc'})
    }

    const captions = all(page, 'caption').map(({text}) => text)
    expect(captions).to.include.members(['Ranking', 'Datasets by run age'])
    for (const {attributes} of all(page, 'th')) expect(attributes.get('scope')).to.match(/^(col|row)$/)
  })

  it('ranks all rows, with their numbers and links to what is listed of each run', () => {
    const rows = [
      finished(A, {
        model: 'one/a',
        successRate: 90,
        totalCostUsd: 0.5,
        totalTokens: 1234,
        avgDurationMs: 2500,
      }),
      finished(B, {model: 'two/b', successRate: 90, totalCostUsd: 0, totalTokens: Infinity}),
      finished('20260904_120000', {model: 'not/listed', timestamp: '2026-09-04T10:00:00', successRate: 7}),
      rowOf({
        model: 'failed/one',
        runStatus: 'failed',
        resultsDataset: 'other/smoltrace-results-20260801_120000',
      }),
      finished(C, {model: 'odd/score', successRate: 170}),
    ]
    const ranked = readPage(pageOf(rows, [...runDatasets(A), ...runDatasets(B, ['metrics'])]))
    const [head, ...cells] = tableRows(ranked, 'Ranking')
    expect(head).to.equal('Place|Model|Success rate|Cost|Tokens|Duration|Date|Run|Datasets')
    expect(cells).to.deep.equal([
      `1=|two/b|90%|–|–|–|2026-09-02|${B}|metrics`,
      `1=|one/a|90%|$0.50|1,234|2.5 s|2026-09-01|${A}|results, traces, metrics`,
      '3|not/listed|7%|–|–|–|~2026-09-04|20260904_120000|–',
      `–|odd/score|unclear|–|–|–|~2026-09-03|${C}|–`,
      '–|failed/one|failed|–|–|–|–|–|–',
    ])
    expectHarmless(ranked)
    const links = all(ranked, 'a').map(({attributes}) => attributes.get('href'))
    expect(links).to.deep.equal(
      [named('metrics', B), ...(['results', 'traces', 'metrics'] as const).map((type) => named(type, A))].map(
        (name) => `http://127.0.0.1:9/datasets/${name}`,
      ),
    )
  })

  it('folds what is below the best 20, and takes at most 60 kB for 100 runs', () => {
    const rows = Array.from({length: 100}, (_, index) =>
      finished(formatTimestamp(ago(index * DAY)), {
        model: `some-vendor/a-model-of-${index % 7}B`,
        successRate: (index * 37) % 101,
        totalCostUsd: 0.1234 + index / 1000,
        totalTokens: 123_456,
        avgDurationMs: 12_345,
      }),
    )
    const text = pageOf(rows, Array.from({length: 100}, (_, index) => runDatasets(ago(index * DAY))).flat())
    expect(text.length).to.be.below(60_000)
    const folded = readPage(text)
    expect(tableRows(folded, 'Ranking')).to.have.length(1 + 20)
    expect(tableRows(folded, 'Ranking, continued')).to.have.length(1 + 80)
    expect(all(folded, 'summary')[0]?.text).to.equal('80 more rows')
    expect(all(folded, 'a')).to.have.length(20 * 3 + 80)
  })

  it('ranks by what evaluations are compared by, and shows the success rate beside it', () => {
    const [head, first] = tableRows(readPage(pageOf(ROWS, DATASETS, {by: 'total_cost_usd'})), 'Ranking')
    expect(head).to.equal('Place|Model|Cost|Success rate|Tokens|Duration|Date|Run|Datasets')
    expect(first).to.match(/^1\|one\/a\|\$0\.20\|60%\|/)
  })

  it('names each model beside its mark, whatever the colours', () => {
    const names = all(page, 'figcaption').map(({text}) => text)
    expect(names).to.deep.equal([
      'one/alatest 80%, mean 70%, best of 2: 80%',
      'two/blatest 70%, mean 70%, best of 1: 70%',
    ])
  })

  it('shows what the policy would delete, with the words of cleanup', () => {
    const text = all(page, 'section').at(-1)?.text
    for (const part of ['6 datasets of 2 runs', 'not the most recent', 'nothing was deleted', B, 'one/a'])
      expect(text).to.include(part)
    expect(text).not.to.include(`${C}2d`)
  })

  it('counts one thing as one, and says why others are left out', () => {
    const rows = [finished(A, {model: 'm', successRate: 5}), finished(B, {runStatus: 'failed'})]
    const one = readPage(pageOf(rows, runDatasets(A, ['results'])))
    expect(all(one, 'dl', 'figures')[0]?.text).to.equal(
      'scored evaluation1model1run on the Hub1dataset of runs1storageunknown',
    )
    expect(all(one, 'section')[1]?.text).to.include('Not shown: 1 unfinished.')
    const two = pageOf([...rows, finished(C)], [])
    expect(two).to.include('Not shown: 1 unfinished and 1 without a usable score.')
  })

  it('says what is not known, where there is nothing to draw', () => {
    expect(pageOf([], []))
      .to.include('No finished evaluation on the leaderboard has a success rate yet')
      .and.include('There are no runs on the Hub.')
    expect(pageOf(ROWS, DATASETS)).to.include('Storage is unknown')
    const uncosted = pageOf([finished(A, {model: 'm', successRate: 5})], DATASETS)
    expect(uncosted).to.include('No scored evaluation has a known cost.')
    for (const rows of [[], ROWS.slice(0, 1)]) expectHarmless(readPage(pageOf(rows, [])))
  })

  it('shows what runs take up, and says of how many that is unknown', () => {
    const sizes = new Map([named('results', A), named('traces', A)].map((name) => [name, 3_000_000]))
    const text = pageOf(ROWS, DATASETS, {sizes, plan: PLAN})
    expect(text).to.include('Storage by run age').and.include('at least 6.0 MB')
    expect(text).to.include('The size of 7 datasets is unknown')
  })

  it('compares by any metric, and costs by success', () => {
    const row = finished(A, Object.fromEntries(METRIC_NAMES.map((metric) => [METRICS[metric].field, 0.5])))
    for (const by of METRIC_NAMES) {
      const {scores, costs} = reportOf([row], DATASETS, {by})
      expect([scores.evaluations, costs.evaluations]).to.deep.equal([1, 1])
      expect(costs.by).to.equal(by === 'total_cost_usd' ? 'success_rate' : by)
    }
  })
})

describe('the page of hostile rows', () => {
  const evil = fc.oneof(
    fc.string({unit: someCodePoint, maxLength: 300}),
    fc.constantFrom(
      '</script><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onload='alert(1)",
      '</title></svg><svg onload=alert(1)>',
      '<!--',
      ']]>',
      '&lt;b&gt;&#x3c;',
      'x'.repeat(300),
      '',
      '\u202Eabc\u0000\u001B[31m\uFFFE\uD800',
    ),
  )
  const number = fc.oneof(fc.double(), fc.constantFrom(0, -1, 1e308, 5e-324, 50, 100))
  const row = fc.record({
    model: fc.option(evil, {nil: undefined}),
    timestamp: fc.oneof(
      evil,
      fc.constantFrom('2026-09-01T10:00:00', '9999-12-31', '0001-01-01T00:00:00', '2026-99-99'),
    ),
    resultsDataset: fc.oneof(evil, fc.constantFrom(named('results', A), named('results', B))),
    runStatus: fc.constantFrom('completed', 'failed'),
    successRate: number,
    totalCostUsd: number,
  }) as fc.Arbitrary<LeaderboardRow>

  it('holds nothing of them but text', () => {
    fc.assert(
      fc.property(fc.array(row, {maxLength: 20}), evil, (rows, warning) => {
        const page = pageOf(rows, DATASETS, {plan: PLAN, warnings: [warning]})
        expectHarmless(readPage(page))
        expect(page).not.to.match(/NaN|Infinity|[\u0000-\u0008\u000B-\u001F\u202A-\u202E\u2066-\u2069]/)
      }),
      {numRuns: 200},
    )
  })

  it('shows a name as it was written', () => {
    const model = '<b>&amp;"it\'s"</b>'
    const page = readPage(pageOf([finished(A, {model, successRate: 5, totalCostUsd: 1})], DATASETS))
    expect(all(page, 'bdi').map(({text}) => text)).to.include(model)
    expect(all(page, 'title').map(({text}) => text)).to.include(`Success rate of ${model} over time`)
  })

  it('shows no token from a row', () => {
    const model = 'hf_abcdefghijklmnop'
    expect(pageOf([finished(A, {model, successRate: 5})], DATASETS)).not.to.include(model)
    const named = pageOf([finished(A, {model: 'maker/hf_small', successRate: 5})], DATASETS)
    expect(named).to.include('<bdi>maker/hf_small</bdi>')
  })

  it('stays small and says what it left out, however many rows there are', () => {
    const rows = Array.from({length: 10_000}, (_, index) => {
      const timestamp = ago(index * HOUR).toISOString()
      const model = `${'m'.repeat(300)}${index % 50}`
      return rowOf({
        model,
        resultsDataset: `local:${index}`,
        timestamp,
        successRate: index % 101,
        totalCostUsd: 1,
      })
    })
    const datasets = Array.from({length: 3000}, (_, index) => runDatasets(ago(index * DAY))).flat()
    const plan = planOf(inventoryOf(datasets), {keepRecent: 1})
    const text = pageOf(rows, datasets, {plan})
    expect(text.length).to.be.below(2_000_000)
    expect(text).to.match(/There are 10,000 evaluations: each mark is the mean of up to \d+ consecutive ones/)
    expect(text).to.include('one more shows the others (42).')
    expect(text).to.include('Table: Success rate over time').and.include('Table: Cost against success rate')
    expect(text).to.include('Not shown: 9,500 more rows.')
    expect(plan.delete.length).to.equal(2998)
    expect(text).to.include('Counted above but not listed: 2,498 older runs of the plan.')
  })
})
