/**
 * Measures how fast the program is, each figure as a whole process next to what it is compared with. `npm run bench` runs all
 * of it, `npm run bench start size` only these parts. It measures and never judges.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {deletions, quota} from './bench/deletions.js'
import {type Figure, table} from './bench/figure.js'
import {listings, sizes} from './bench/sizes.js'
import {starts} from './bench/starts.js'

const parts: Record<string, () => Promise<Figure[]>> = {
  start: starts,
  size: sizes,
  listing: listings,
  deletion: deletions,
  quota,
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0)
  throw new Error(`No such part: ${unknown.join(', ')}. There are ${Object.keys(parts).join(', ')}.`)

// Journals of the runs that are measured belong nowhere else.
const data = mkdtempSync(join(tmpdir(), 'smoltrace-bench-'))
Object.assign(process.env, {SMOLTRACE_DATA_DIR: data, NO_COLOR: '1'})
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    console.log(`\n${table(await measure())}`)
  }
} finally {
  rmSync(data, {recursive: true, force: true})
}
