/**
 * Opens reports in a real browser, as people will: light, dark, on paper and on a telephone. Leaves pictures of them, and
 * ends with 1 where a page asks for anything, is not readable, or does not fit.
 */
import axe from 'axe-core'
import {mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {type Browser} from 'playwright-core'

import {openBrowser} from './report/browser.js'
import {accessFaults, chartFaults, overflowOf, paperOf} from './report/in-page.js'
import {writeEmpty, writeOdd, writeSingle, writeUsual} from './report/pages.js'

interface View {
  name: string
  width: number
  colorScheme: 'dark' | 'light'
  media: 'print' | 'screen'
}

const VIEWS: readonly View[] = [
  {name: 'light', width: 1280, colorScheme: 'light', media: 'screen'},
  {name: 'dark', width: 1280, colorScheme: 'dark', media: 'screen'},
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
  for (const write of [writeUsual, writeOdd, writeEmpty, writeSingle]) {
    const file = await write(folder)
    for (const view of VIEWS) {
      const found = await look(browser, file, view)
      const title = `${basename(file)}, ${view.name}`
      console.log(`${found.length === 0 ? 'good' : 'BAD '}  ${title}`)
      faults.push(...found.map((fault) => `${title}: ${fault}`))
    }
  }
} finally {
  await browser.close()
}

console.log(`Pictures: ${folder}`)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0

/** @returns what is wrong with a page as somebody sees it. */
async function look(
  browser: Browser,
  file: string,
  {name, width, colorScheme, media}: View,
): Promise<string[]> {
  const found: string[] = []
  const url = pathToFileURL(file).href
  const page = await browser.newPage({viewport: {width, height: 900}, colorScheme})
  await page.emulateMedia({media, colorScheme})
  page.on('console', (message) => found.push(`the console says: ${message.text()}`))
  page.on('pageerror', (error) => found.push(`a script fails: ${error.message}`))
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:'))
      found.push(`it asks for ${request.url()}`)
  })
  await page.goto(url)
  await page.screenshot({path: join(folder, `${basename(file, '.html')}-${name}.png`), fullPage: true})
  found.push(...(await page.evaluate(overflowOf)), ...(await page.evaluate(chartFaults)))
  if (media === 'print') {
    if ((await page.evaluate(paperOf)) !== WHITE) found.push('its paper is not white')
    await page.pdf({path: join(folder, `${basename(file, '.html')}.pdf`), preferCSSPageSize: true})
  } else {
    // What is folded up must be as good.
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    await page.evaluate(axe.source)
    found.push(...(await page.evaluate(overflowOf)), ...(await page.evaluate(accessFaults)))
  }

  await page.close()
  return [...new Set(found)]
}
