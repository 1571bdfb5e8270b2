/**
 * Puts the package, as npm would publish it, into other command lines, and checks that it is at home there. `npm run
 * test:hosts` tries all of them, `npm run test:hosts esm heroku` only these; `--keep` keeps what was installed. Packages come
 * from npm's cache or from its registry.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {makeHost} from './hosts/host.js'
import {type Kind, KINDS} from './hosts/kinds.js'
import {pack, type Packed} from './hosts/npm.js'
import {tableOf} from './hosts/table.js'
import {type Trial, tryWay} from './hosts/trial.js'
import {WAYS} from './hosts/ways.js'

const wanted = process.argv.slice(2).filter((word) => word !== '--keep')
const unknown = wanted.filter((word) => !KINDS.some(({name}) => name === word))
if (unknown.length > 0) {
  console.error(`No such host: ${unknown.join(', ')}. There are ${KINDS.map(({name}) => name).join(', ')}.`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'smoltrace-hosts-'))
try {
  const packed = await pack(join(folder, 'packed'))
  const trials: Trial[] = []
  for (const kind of KINDS.filter(({name}) => wanted.length === 0 || wanted.includes(name)))
    trials.push(...(await tryHost(kind, packed)))
  console.log(tableOf(trials))
  for (const {host, how, faults} of trials) {
    for (const {check, error} of faults) console.error(`\n${host}, ${how}: ${check}\n${error.message}`)
  }

  process.exitCode = trials.some(({faults}) => faults.length > 0) ? 1 : 0
} finally {
  if (process.argv.includes('--keep')) console.log(`Kept: ${folder}`)
  else rmSync(folder, {recursive: true, force: true})
}

/** @returns what came of it; a host that cannot be installed counts as one fault */
async function tryHost(kind: Kind, packed: Packed): Promise<Trial[]> {
  console.error(`Trying ${kind.name} …`)
  try {
    const host = await makeHost(kind, folder)
    return await Promise.all(WAYS.map((way) => tryWay(host, way, packed, folder)))
  } catch (error) {
    const faults = [{check: 'the host is installed', error: error as Error}]
    return [{host: kind.name, core: '-', node: '-', how: '-', checks: 1, faults, seconds: 0}]
  } finally {
    // The largest have 400 MB.
    if (!process.argv.includes('--keep')) rmSync(join(folder, kind.name), {recursive: true, force: true})
  }
}
