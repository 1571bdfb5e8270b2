/**
 * Takes every screen of the README and of `docs/` anew, from the embedded Hub, at a moment that stands still: the same bytes
 * on every machine and day. With `--check` changes no file, shows what is not current, and ends with 1 where anything is.
 */
import {settings} from '@oclif/core'
import {readFileSync, writeFileSync} from 'node:fs'

import {keepTogether} from '../test/support/scratch.js'
import {differences} from './differences.js'
import {forgetSettings} from './forget-settings.js'
import {takeScreens} from './screens/page.js'
import {pages} from './screens/pages.js'

// A left-over manifest or a stale dist must not answer for the sources.
settings.enableAutoTranspile = false
forgetSettings()
keepTogether()

const isCheck = process.argv.includes('--check')
const named = process.argv.slice(2).filter((word) => !word.startsWith('-'))
let stale = 0
for (const path of named.length > 0 ? named : pages()) {
  const before = readFileSync(path, 'utf8')
  const after = await takeScreens(before).catch((error: Error) => {
    throw new Error(`${path}: ${error.message}`, {cause: error})
  })
  if (after === before) continue
  stale++
  if (isCheck) console.log(differences(path, before, after))
  else {
    writeFileSync(path, after)
    console.log(`${path}: screens taken`)
  }
}

if (isCheck && stale > 0) {
  console.error('These screens are not what the program shows now: npm run docs')
  process.exitCode = 1
}
