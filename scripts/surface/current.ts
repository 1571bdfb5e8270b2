import {type Config} from '@oclif/core'
import {existsSync, readFileSync} from 'node:fs'

import {publishedSchemas} from '../schemas/files.js'
import {surfaceOf} from './items.js'
import {digestsOf, type Snapshot, type State} from './snapshot.js'

const file = (path: string) => new URL(`../../${path}`, import.meta.url)
/** Where the snapshot is. */
export const SNAPSHOT = file('test/surface.snapshot.json')

/** How things are in this repository. */
export function currentState({commands}: Config): State {
  return {
    surface: surfaceOf(commands, publishedSchemas()),
    changelog: readFileSync(file('CHANGELOG.md'), 'utf8'),
    version: (JSON.parse(readFileSync(file('package.json'), 'utf8')) as {version: string}).version,
  }
}

/** The snapshot on file; where there is none, one begins with what is there now. */
export function readSnapshot({surface}: State): Snapshot {
  return existsSync(SNAPSHOT)
    ? (JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Snapshot)
    : {release: null, baseline: digestsOf(surface), surface}
}
