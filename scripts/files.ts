import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {globSync} from 'tinyglobby'

import {root} from '../test/support/cli.js'
import {differences} from './differences.js'

/** Texts by their paths in the repository. */
export type Files = Map<string, string>

/** The files that patterns name, as they are on the disk. */
export function readFiles(...patterns: string[]): Files {
  const paths = globSync(patterns, {cwd: root}).toSorted()
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

/** Makes the files that patterns name these and no others. */
export function writeFiles(files: Files, ...patterns: string[]): void {
  for (const path of readFiles(...patterns).keys()) if (!files.has(path)) rmSync(join(root, path))
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), {recursive: true})
    writeFileSync(join(root, path), text)
  }
}

/**
 * With `--check` puts back what was there before, shows what differs from what was generated, and lets the process end with 1
 * where anything does. Without it leaves what was generated.
 */
export function settle(before: Files, after: Files, command: string, ...patterns: string[]): void {
  if (!process.argv.includes('--check')) return writeFiles(after, ...patterns)
  writeFiles(before, ...patterns)
  const stale = [...new Set([...after.keys(), ...before.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  )
  for (const path of stale) console.log(differences(path, before.get(path) ?? '', after.get(path) ?? ''))
  if (stale.length === 0) return
  console.error(`Not current: ${stale.join(', ')}. Generate anew: npm run ${command}`)
  process.exitCode = 1
}
