import {existsSync} from 'node:fs'
import {type Browser, chromium} from 'playwright-core'

/** Where a browser may be: the one that is named, Debian's, and what the runners of GitHub have. */
const PLACES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** It is to show a file and to talk to nobody. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a headless browser, with a profile of its own that is gone when it ends. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place && existsSync(place))
  if (!executablePath) {
    throw new Error(
      'No Chromium is installed: `apt-get install chromium`, or say where one is with CHROMIUM_PATH=/path/to/it.',
    )
  }

  return chromium.launch({executablePath, args: FLAGS})
}
