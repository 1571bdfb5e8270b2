import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {globSync} from 'tinyglobby'

import {differences} from './differences.js'
import {root} from './source-face.js'

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
 * Generates the files that patterns name. With `--check` puts back what was there before, shows what differs, and lets the
 * process end with 1 where anything does. What fails changes nothing.
 * @param command what generates them
 * @param generate gives them, whatever it leaves in their place
 */
export async function regenerate(
  command: string,
  patterns: string[],
  generate: () => Promise<Files>,
): Promise<void> {
  const before = readFiles(...patterns)
  const after = await generate().catch((error: unknown) => {
    writeFiles(before, ...patterns)
    throw error
  })
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
