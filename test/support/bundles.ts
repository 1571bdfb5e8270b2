import {readFileSync} from 'node:fs'

/** A heading that the bundler puts before what it took from a file. */
const ORIGIN = /^ *\/\/ (?:node_modules\/(?:.*\/node_modules\/)?((?:@[^/\n]+\/)?[^/\n]+)\/|(src\/\S+)$)/gm

/** @returns what went into a bundle: names of packages, and paths of our own sources */
export function originsOf(path: string | URL): string[] {
  const origins = [...readFileSync(path, 'utf8').matchAll(ORIGIN)].map(
    ([, name, source]) => name ?? source ?? '',
  )
  return [...new Set(origins)]
}
