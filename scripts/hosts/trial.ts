import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {type Check, type Subject} from './check.js'
import {type Host} from './host.js'
import {jobChecks} from './jobs.js'
import {libraryChecks} from './library.js'
import {type Packed} from './npm.js'
import {shownChecks} from './shown.js'
import {leavingChecks, type Way} from './ways.js'

/** What is tried beside the hosts, under this name. */
export const LIBRARY = 'library'

/** What became of one host and one way into it. */
export interface Trial {
  host: string
  core: string
  node: string
  how: string
  checks: number
  /** What does not hold: the check, and what was seen. */
  faults: Array<{check: string; error: Error}>
  seconds: number
}

/** What is tried in every host. */
export interface Round {
  packed: Packed
  /** For what belongs to one host and way. */
  folder: string
  /** Whether a linked package is given all checks, too. */
  isWhole: boolean
}

/** Puts the package into a host in one way, checks everything there, and takes it out again. */
export async function tryWay(
  {kind, title, core, node, enter}: Host,
  way: Way,
  {packed, folder, isWhole}: Round,
): Promise<Trial> {
  const place = enter(join(folder, `${kind.name}-${way.name}`))
  const {stdout: before} = await place.run(['--help'])
  const subject: Subject = {place, before, commands: commandsOf(packed), home: packed.home}
  return {
    host: title,
    core,
    node,
    how: way.name,
    ...(await carryOut([
      [{name: `plugins ${way.name}`, run: () => way.enter(place, packed)}],
      [...shownChecks(subject), ...jobChecks(subject)].filter(
        ({isBrief}) => isWhole || isBrief || way.name === 'install',
      ),
      leavingChecks(place, way, before),
    ])),
  }
}

/** Uses the package as a library. */
export async function tryLibrary(packed: Packed, folder: string): Promise<Trial> {
  const checks = await libraryChecks(packed, join(folder, LIBRARY))
  return {
    host: LIBRARY,
    core: '-',
    node: process.versions.node,
    how: 'npm install',
    ...(await carryOut([checks])),
  }
}

/** Makes checks, those of a round at the same time. */
async function carryOut(rounds: Check[][]): Promise<Pick<Trial, 'checks' | 'faults' | 'seconds'>> {
  const started = performance.now()
  const faults = []
  for (const round of rounds) {
    const found = await Promise.all(round.map((check) => faultOf(check)))
    faults.push(...found.flatMap((fault) => fault ?? []))
    // What cannot be put in cannot be looked at.
    if (round === rounds[0] && faults.length > 0) break
  }

  return {checks: rounds.flat().length, faults, seconds: (performance.now() - started) / 1000}
}

async function faultOf({name, run}: Check): Promise<{check: string; error: Error} | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return {check: name, error: error as Error}
  }
}

/** The commands of the package, as words, from the manifest that hosts read. */
function commandsOf({home}: Packed): string[] {
  const {commands} = JSON.parse(readFileSync(join(home, 'oclif.manifest.json'), 'utf8')) as {commands: object}
  return Object.keys(commands)
    .filter((id) => id !== 'smoltrace')
    .map((id) => id.split(':').slice(1).join(' '))
}
