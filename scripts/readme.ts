/**
 * Generates the command reference from the built commands: a list in the README, a page for each topic in `docs/commands`.
 * With `--check` changes nothing and ends with 1 where it is not current.
 */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {format, resolveConfig} from 'prettier'

import {type Files, readFiles, regenerate, writeFiles} from './files.js'
import {root} from './source-face.js'

const PAGES = 'docs/commands'
const PLACES = ['README.md', `${PAGES}/*.md`]
const WIDTH = 100
const OCLIF = join(root, 'node_modules/oclif/bin/run.js')
/** What oclif takes for the program: the package itself is what hosts load. */
const home = join(root, 'dist/face')
const pages = `../../${PAGES}`

/** Links from the README, headings as everywhere else, none of the first order in its middle, and lines as the formatter has them. */
async function tidied(path: string, text: string): Promise<string> {
  const plain = text
    .replaceAll(`](${pages}/`, `](${PAGES}/`)
    .replaceAll(/^# Command Topics\n\n/gm, '')
    .replaceAll(/^(.+)\n=+$/gm, '# $1')
  return format(plain, {...(await resolveConfig(path)), parser: 'markdown'})
}

/** Has oclif write them all, and each as it is to be. */
async function generate(): Promise<Files> {
  // Pages of topics that are no more would stay.
  writeFiles(new Map(), `${PAGES}/*.md`)
  execFileSync(
    process.execPath,
    [OCLIF, 'readme', '--no-aliases', '--multi', '--output-dir', pages, '--readme-path', '../../README.md'],
    {
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {...process.env, COLUMNS: `${WIDTH}`, NO_COLOR: '1', OCLIF_SKIP_NEW_VERSION_CHECK: 'true'},
    },
  )
  const generated = [...readFiles(...PLACES)]
  return new Map(
    await Promise.all(
      generated.map(async ([path, text]) => [path, await tidied(join(root, path), text)] as const),
    ),
  )
}

await regenerate('readme', PLACES, generate)
