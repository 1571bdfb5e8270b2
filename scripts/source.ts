import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

/** The repository, with a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const oclif = JSON.parse(read('src/cli/oclif.json'))

/** Our own command line as oclif is to read it, run from the sources. */
export const FROM_SOURCE = {
  isRoot: true,
  pjson: {...JSON.parse(read('package.json')), oclif},
  root: `${root}src`,
}
