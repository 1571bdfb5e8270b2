import {expect} from 'chai'
import * as fc from 'fast-check'

import {METRIC_NAMES, METRICS} from '../../../src/lib/account/leaderboard/metrics.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
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
  'html head meta title link style body svg defs path circle pattern rect g use line text desc header main footer section p h1 h2 bdi b dl div dt dd ul li strong figure figcaption span details summary table caption thead tbody tr th td'.split(
    ' ',
  ),
)
/** What no attribute of it may be. */
const ATTRIBUTES = /^(on.*|src|srcset|action|formaction|xlink:href|style|srcdoc)$/

/** Checks that a page is what was written, and nothing that a row brought. */
function expectHarmless(page: ReadPage): void {
  expect(page.errors).to.deep.equal([])
  for (const {name, attributes} of page.elements) {
    expect(ELEMENTS.has(name), name).to.equal(true)
    for (const [attribute, value] of attributes) {
      expect(attribute).not.to.match(ATTRIBUTES)
      if (attribute === 'href') expect(value).to.match(/^#[a-z\d-]+$|^data:,$/)
    }
  }

  const ids = page.elements.flatMap(({attributes}) => attributes.get('id') ?? [])
  expect(new Set(ids).size).to.equal(ids.length)
}

describe('the page of a report', () => {
  const page = readPage(pageOf(ROWS, DATASETS, {plan: PLAN}))

  it('forbids itself to load or run anything', () => {
    expectHarmless(page)
    const policy = all(page, 'meta').find(({attributes}) => attributes.has('http-equiv'))?.attributes
    expect(policy?.get('content')).to.equal("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    for (const {text} of all(page, 'style')) expect(text).not.to.match(/url\((?!#)|@import/)
  })

  it('says its language, what it is of and when, and has four parts, each named by its heading', () => {
    const texts = (name: string) => all(page, name).map(({text}) => text)
    expect(all(page, 'html')[0]?.attributes.get('lang')).to.equal('en')
    expect(texts('h1')).to.deep.equal(['Leaderboard of kim'])
    expect(texts('dl')[0]).to.include('2026-10-05 12:00 UTC').and.include('http://127.0.0.1:9')
    expect(texts('h2')).to.deep.equal([
      'Success rate over time',
      'Cost against success rate',
      'Datasets by run age',
      'What the policy would delete',
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

    for (const title of ['Success rate over time', 'Cost against success rate', 'Datasets by run age'])
      expect(all(page, 'caption').map(({text}) => text)).to.include(title)
    for (const {attributes} of all(page, 'th')) expect(attributes.get('scope')).to.match(/^(col|row)$/)
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
    expect(all(one, 'section')[0]?.text).to.include('Left out: 1 unfinished.')
    const two = pageOf([...rows, finished(C)], [])
    expect(two).to.include('Left out: 1 unfinished and 1 without a usable score.')
  })

  it('says what is not known, where there is nothing to draw', () => {
    expect(pageOf([], []))
      .to.include('no evaluation that finished and has a success rate yet')
      .and.include('There are no runs on the Hub.')
    expect(pageOf(ROWS, DATASETS)).to.include('Storage is unknown')
    const uncosted = pageOf([finished(A, {model: 'm', successRate: 5})], DATASETS)
    expect(uncosted).to.include('No evaluation with a score says what it cost.')
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
    fc.string({unit: 'binary', maxLength: 300}),
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
    expect(text).to.match(/There are 10,000 evaluations: each mark is the mean of up to \d+ that follow/)
    expect(text).to.include('the others are shown as one: 42.')
    expect(plan.delete.length).to.equal(2998)
    expect(text).to.include('Counted above and not named here: 2,498 older runs of the plan.')
  })
})
