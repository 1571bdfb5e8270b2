/**
 * Opens reports in a real browser, as people will: light, dark, on paper and on a telephone. Leaves pictures of them, and
 * ends with 1 where a page asks for anything, is not readable, or does not fit.
 */
import axe from 'axe-core'
import {mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {type Page} from 'playwright-core'

import {openBrowser} from './report/browser.js'
import {accessFaults, chartFaults, overflowOf, paperOf, unfold} from './report/in-page.js'
import {writeEmpty, writeOdd, writeSingle, writeUsual} from './report/pages.js'

interface View {
  name: string
  width: number
  colorScheme: 'dark' | 'light'
  media: 'print' | 'screen'
  /** Whether axe looks too, which takes a while; what it finds depends on the colours. */
  isTested?: boolean
}

const VIEWS: readonly View[] = [
  {name: 'light', width: 1280, colorScheme: 'light', media: 'screen', isTested: true},
  {name: 'dark', width: 1280, colorScheme: 'dark', media: 'screen', isTested: true},
  {name: 'telephone', width: 360, colorScheme: 'light', media: 'screen'},
  {name: 'narrowest', width: 320, colorScheme: 'dark', media: 'screen'},
  // Of A4 within its margins. Whoever reads by night prints on white.
  {name: 'print', width: 688, colorScheme: 'dark', media: 'print'},
]
const WHITE = 'rgb(255, 255, 255)'

const folder = await mkdtemp(join(tmpdir(), 'smoltrace-report-'))
const faults: string[] = []
const browser = await openBrowser()
try {
  const page = await browser.newPage()
  for (const write of [writeUsual, writeOdd, writeEmpty, writeSingle]) {
    const file = await write(folder)
    const found = await open(page, file)
    for (const view of VIEWS) found.push(...(await look(page, basename(file, '.html'), view)))
    console.log(`${found.length === 0 ? 'good' : 'BAD '}  ${basename(file)}`)
    faults.push(...found.map((fault) => `${basename(file)}: ${fault}`))
  }
} finally {
  await browser.close()
}

console.log(`Pictures: ${folder}`)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0

/** @returns what the page does that it must not; what it does later is added. */
async function open(page: Page, file: string): Promise<string[]> {
  const found: string[] = []
  const url = pathToFileURL(file).href
  page.removeAllListeners()
  page.on('console', (message) => found.push(`the console says: ${message.text()}`))
  page.on('pageerror', (error) => found.push(`a script fails: ${error.message}`))
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:'))
      found.push(`it asks for ${request.url()}`)
  })
  await page.goto(url)
  await page.evaluate(axe.source)
  return found
}

/** @returns what is wrong with the page as somebody sees it. */
async function look(
  page: Page,
  title: string,
  {name, width, colorScheme, media, isTested}: View,
): Promise<string[]> {
  await page.setViewportSize({width, height: 900})
  await page.emulateMedia({media, colorScheme})
  await page.screenshot({path: join(folder, `${title}-${name}.png`), fullPage: true})
  const found = [...(await page.evaluate(overflowOf)), ...(await page.evaluate(chartFaults))]
  if (media === 'print') {
    if ((await page.evaluate(paperOf)) !== WHITE) found.push('the paper is not white')
    for (const note of await page.locator('.unprinted').all())
      if (await note.isHidden()) found.push('runs are missing on the paper, and nothing says so')
    await page.pdf({path: join(folder, `${title}.pdf`), preferCSSPageSize: true})
  } else {
    // What is folded up must be as good.
    await page.evaluate(unfold, true)
    found.push(...(await page.evaluate(overflowOf)))
    if (isTested) found.push(...(await page.evaluate(accessFaults)))
    await page.evaluate(unfold, false)
  }

  return found.map((fault) => `${name}: ${fault}`)
}
