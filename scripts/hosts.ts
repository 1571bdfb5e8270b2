/**
 * Puts the package, as npm would publish it, into other command lines, and checks that it is at home there. `npm run
 * test:hosts` tries all of them, `npm run test:hosts esm heroku` only these; `library` is how a project uses it as a library.
 * With `-- --in FOLDER`, what is installed stays there, and is taken from there the next time. Packages come from npm's cache or
 * from its registry.
 */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'

import {makeHost} from './hosts/host.js'
import {type Kind, KINDS} from './hosts/kinds.js'
import {pack, type Packed} from './hosts/npm.js'
import {tableOf} from './hosts/table.js'
import {LIBRARY, type Trial, tryLibrary, tryWay} from './hosts/trial.js'
import {WAYS} from './hosts/ways.js'

const {values, positionals} = parseArgs({
  options: {in: {type: 'string'}, whole: {type: 'boolean'}},
  allowPositionals: true,
})
const all = [...KINDS.map(({name}) => name), LIBRARY]
const unknown = positionals.filter((word) => !all.includes(word))
if (unknown.length > 0) throw new Error(`No such host: ${unknown.join(', ')}. There are ${all.join(', ')}.`)
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name)

const isKept = values.in !== undefined
const folder = isKept ? resolve(values.in ?? '') : mkdtempSync(join(tmpdir(), 'smoltrace-hosts-'))
mkdirSync(folder, {recursive: true})
try {
  const packed = await pack(join(folder, 'packed'))
  const trials: Trial[] = []
  for (const kind of KINDS.filter(({name}) => isWanted(name))) trials.push(...(await tryHost(kind, packed)))
  if (isWanted(LIBRARY)) trials.push(await tryLibrary(packed, folder))
  console.log(`\n${tableOf(trials)}`)
  for (const {host, how, faults} of trials) {
    for (const {check, error} of faults) console.error(`\n${host}, ${how}: ${check}\n${error.message}`)
  }

  process.exitCode = trials.some(({faults}) => faults.length > 0) ? 1 : 0
} finally {
  if (!isKept) rmSync(folder, {recursive: true, force: true})
}

/** @returns what came of it; a host that cannot be installed counts as one fault */
async function tryHost(kind: Kind, packed: Packed): Promise<Trial[]> {
  console.error(`Trying ${kind.name} …`)
  try {
    const host = await makeHost(kind, folder)
    return await Promise.all(
      WAYS.map((way) => tryWay(host, way, {packed, folder, isWhole: values.whole === true})),
    )
  } catch (error) {
    const faults = [{check: 'the host is installed', error: error as Error}]
    return [{host: kind.name, core: '-', node: '-', how: '-', checks: 1, faults, seconds: 0}]
  } finally {
    // The largest have 400 MB.
    if (!isKept) rmSync(join(folder, kind.name), {recursive: true, force: true})
  }
}
