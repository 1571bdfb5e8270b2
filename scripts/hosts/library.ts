import assert from 'node:assert/strict'
import {readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {MOST_BYTES} from '../ceiling.js'
import {root} from '../source-face.js'
import {type Check} from './check.js'
import {install, type Packed, plainEnv} from './npm.js'
import {succeed} from './process.js'

/** What a project may get from us at most; `docs/performance.md` has the figures, and what to do about more. */
const MOST_PACKAGES = 1
const MOST_MB = MOST_BYTES / 1e6

const USE = `import {cleanupDatasets, type CleanupResult, groupDatasetsByRun, type Run, UsageError} from 'smoltrace'

export async function tidy(): Promise<CleanupResult> {
  const runs: readonly Run[] = groupDatasetsByRun([])
  if (runs.length > 0) throw new UsageError('There is one.')
  return cleanupDatasets({keepRecent: 3})
}
`

/** How projects find packages, and their files that are compiled so. */
const COMPILERS = [
  {module: 'node16', resolution: 'node16', files: ['use.mts']},
  {module: 'nodenext', resolution: 'nodenext', files: ['use.mts', 'use.cts']},
  {module: 'esnext', resolution: 'bundler', files: ['use.ts']},
]

/** What has to hold in a project that has nothing but our package. */
export async function libraryChecks(packed: Packed, dir: string): Promise<Check[]> {
  // What was installed there before is another build.
  rmSync(dir, {recursive: true, force: true})
  await install(dir, {private: true, dependencies: {smoltrace: `file:${packed.tarball}`}})
  const names = packagesIn(dir)
  const start = {cwd: dir, env: plainEnv()}
  for (const ending of ['ts', 'mts', 'cts']) writeFileSync(join(dir, `use.${ending}`), USE)
  const isTold = async (argv: string[]) =>
    assert.equal((await succeed('node', argv, start)).trim(), 'function')
  return [
    {
      name: `it is ${MOST_PACKAGES} package of ${MOST_MB} MB at most`,
      async run() {
        assert.ok(names.length <= MOST_PACKAGES, `${names.length} packages: ${names.join(', ')}`)
        const megabytes = sizeOf(join(dir, 'node_modules')) / 1e6
        assert.ok(megabytes <= MOST_MB, `${megabytes.toFixed(2)} MB`)
      },
    },
    {
      name: 'CommonJS requires it',
      run: () => isTold(['-p', "typeof require('smoltrace').cleanupDatasets"]),
    },
    {
      name: 'ES modules import it',
      run: () =>
        isTold([
          '--input-type=module',
          '-e',
          "console.log(typeof (await import('smoltrace')).cleanupDatasets)",
        ]),
    },
    ...COMPILERS.map(({module, resolution, files}) => ({
      name: `TypeScript knows its types by ${resolution}`,
      async run() {
        const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
        const options = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2023']
        await succeed(
          process.execPath,
          [
            join(root, 'node_modules/typescript/bin/tsc'),
            '--module',
            module,
            '--moduleResolution',
            resolution,
            ...options,
            ...types,
            ...files,
          ],
          start,
        )
      },
    })),
  ]
}

function packagesIn(dir: string): string[] {
  return readdirSync(join(dir, 'node_modules'), {recursive: true, encoding: 'utf8'})
    .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@.][^/@]*\/package\.json$/.test(path))
    .map((path) => dirname(path))
}

/** In bytes. */
function sizeOf(dir: string): number {
  return readdirSync(dir, {recursive: true, encoding: 'utf8'})
    .map((path) => statSync(join(dir, path)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0)
}
