import axe from 'axe-core'
import {expect} from 'chai'
import {existsSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {type Browser, chromium, type Page} from 'playwright-core'

import {indexRows} from '../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow} from '../../src/lib/account/leaderboard/row.js'
import {formatTimestamp} from '../../src/lib/base/names.js'
import {MINUTE} from '../../src/lib/base/time.js'
import {formatPage} from '../../src/lib/report/page.js'
import {makeReport} from '../../src/lib/report/report.js'
import {ago, inventoryOf, runDatasets} from '../support/builders.js'
import {runCli} from '../support/cli.js'
import {envOf, withHub} from '../support/hub.js'
import {named} from '../support/rows.js'
import {accessFaults, chartFaults, overflowOf, paperOf, unfold} from './in-page.js'

/** Where a browser may be: the one that is named, Debian's, and what GitHub's runners have. */
const BROWSERS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const VIEWS = [
  {name: 'light', width: 1280, colorScheme: 'light', media: 'screen', isTested: true},
  {name: 'dark', width: 1280, colorScheme: 'dark', media: 'screen', isTested: true},
  {name: 'telephone', width: 360, colorScheme: 'light', media: 'screen', isTested: false},
  {name: 'narrowest', width: 320, colorScheme: 'dark', media: 'screen', isTested: false},
  // A4 within its margins.
  {name: 'print', width: 688, colorScheme: 'dark', media: 'print', isTested: false},
] as const

describe('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smoltrace-report-'))
  let browser: Browser
  let page: Page

  before(async () => {
    const executablePath = BROWSERS.find((path) => path && existsSync(path))
    if (!executablePath) throw new Error('There is no Chromium: install one, or set CHROMIUM_PATH.')
    browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu']})
    page = await browser.newPage()
  })

  after(async () => {
    await browser?.close()
  })

  for (const [name, write] of Object.entries({
    'a usual one': writeUsual,
    'one of 10,000 hostile rows': () => writeRows(10_000),
    'an empty one': () => writeRows(0),
    'one of a single run': () => writeRows(1),
  })) {
    it(`asks for nothing, fits, and can be read: ${name}`, async () => {
      const url = pathToFileURL(await write()).href
      const faults: string[] = []
      page.removeAllListeners()
      page.on('console', (message) => faults.push(`the console says: ${message.text()}`))
      page.on('pageerror', (error) => faults.push(`a script fails: ${error.message}`))
      page.on('request', (request) => {
        if (request.url() !== url && !request.url().startsWith('data:'))
          faults.push(`it asks for ${request.url()}`)
      })
      await page.goto(url)
      await page.evaluate(axe.source)
      for (const view of VIEWS) faults.push(...(await look(view)).map((fault) => `${view.name}: ${fault}`))
      expect(faults).to.deep.equal([])
    })
  }

  async function look({width, colorScheme, media, isTested}: (typeof VIEWS)[number]): Promise<string[]> {
    await page.setViewportSize({width, height: 900})
    await page.emulateMedia({media, colorScheme})
    const found = [...(await page.evaluate(overflowOf)), ...(await page.evaluate(chartFaults))]
    if (media === 'print') {
      if ((await page.evaluate(paperOf)) !== 'rgb(255, 255, 255)') found.push('the paper is not white')
      return found
    }

    await page.evaluate(unfold, true)
    found.push(...(await page.evaluate(overflowOf)))
    if (isTested) found.push(...(await page.evaluate(accessFaults)))
    await page.evaluate(unfold, false)
    return found
  }

  /** As a person does, with a policy. */
  async function writeUsual(): Promise<string> {
    const [file, policy] = [join(folder, 'usual.html'), join(folder, 'policy.yaml')]
    writeFileSync(policy, 'version: 1\nselect: {older-than: 30d}\nkeep: {recent: 10}\n')
    await withHub({runs: 60}, async (hub) => {
      const {exitCode, stderr} = await runCli(['leaderboard', 'report', file, '--policy', policy], envOf(hub))
      expect(exitCode, stderr).to.equal(0)
    })
    return file
  }

  async function writeRows(count: number): Promise<string> {
    const ages = Array.from({length: count}, (_, index) => ago((index + 1) * 48 * MINUTE))
    const rows = ages.map((date, index) => oddRow(index, date))
    const inventory = inventoryOf(ages.slice(0, 300).flatMap((date) => runDatasets(date)))
    const report = makeReport({
      inventory,
      rows,
      index: indexRows(rows, inventory.namespace),
      sizes: 'unknown',
      plan: undefined,
      by: 'success_rate',
      warnings: ['Dataset sizes are unknown. The token may not read it.'],
    })
    const file = join(folder, `${count}.html`)
    writeFileSync(file, formatPage(report))
    return file
  }
})

/** What people, and those who want to harm them, may have written into a row. */
const NAMES = [
  '</script><script>alert(1)</script>',
  `"onload='alert(1)' <img src=x onerror=alert(1)>`,
  '\u202Eodd/direction\u0000\u001B[31m',
  'x'.repeat(300),
  'نموذج/لغة',
  '模型/大型語言模型',
]

function oddRow(index: number, date: Date): LeaderboardRow {
  return {
    model: NAMES[index % 40] ?? `maker/model-${index % 40}`,
    resultsDataset: named('results', formatTimestamp(date)),
    successRate: index % 97 === 96 ? Number.NaN : 50 + 45 * Math.sin(index) * Math.sin(index / 700),
    totalCostUsd: index % 3 === 0 ? 0 : 10 ** (3 * Math.sin(index) - 1),
  } as LeaderboardRow
}
