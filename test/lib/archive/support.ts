import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readdirSync, readFileSync, utimesSync} from 'node:fs'
import {mkdtemp, rename, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'

import {type Dataset, discover} from '../../../src/lib/account/datasets.js'
import {archiveDatasets, type ArchiveOptions, type ArchiveResult} from '../../../src/lib/archive/archive.js'
import {type RepoFile} from '../../../src/lib/hub/files.js'
import {openSession, type Session} from '../../../src/lib/hub/session.js'
import {gitBlobId} from '../../../src/lib/sandbox/index.js'
import {root} from '../../support/cli.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

export const CREATED = '2026-01-05T12:00:00Z'
export const TIMESTAMP = '20260105_113000'
export const NAME = `mira/smoltrace-results-${TIMESTAMP}`
export const OWN = NAME.slice('mira/'.length)

/** Contents of every kind: small and large, in LFS by name and by size, empty, in folders, with letters of all sorts. */
export const FILES: Record<string, string | Uint8Array> = {
  'README.md': '---\ntags: [smoltrace]\n---\n# Results\n',
  'data/train-00000-of-00001.parquet': new Uint8Array(300_000).map((_, index) => index % 251),
  'data/übersicht (1).txt': 'grün\n',
  'deep/er/and/deeper/notes.txt': 'x',
  'empty.parquet': '',
  'empty.txt': '',
}

/** A Hub with that dataset alone, and a folder for archives. */
export async function openBench() {
  const hub = await startSandbox({seed: 'empty'})
  hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files: FILES})
  const dir = await mkdtemp(join(tmpdir(), 'smoltrace-archive-'))
  return {hub, dir, close: () => hub.close()}
}

/** Runs a job with a folder of its own. */
export async function withFolder<T>(job: (folder: string) => Promise<T>): Promise<T> {
  return job(await mkdtemp(join(tmpdir(), 'smoltrace-archive-')))
}

/** Everything below a folder by path, files with their content, links with their mark; without the archives' own dates. */
export function treeOf(folder: string, prefix = ''): Record<string, string> {
  const tree: Record<string, string> = {}
  for (const entry of readdirSync(folder, {withFileTypes: true})) {
    const [path, source] = [`${prefix}${entry.name}`, join(folder, entry.name)]
    if (entry.isDirectory()) Object.assign(tree, {[`${path}/`]: ''}, treeOf(source, `${path}/`))
    else tree[path] = entry.isFile() ? readFileSync(source, 'base64') : 'not a plain file'
  }

  return tree
}

/** The folders into which something is fetched, or was when its holder ended. */
export function stagedIn(dir: string): string[] {
  return readdirSync(join(dir, 'mira')).filter(
    (name) => name.startsWith(`.${OWN}.`) && name.endsWith('.partial'),
  )
}

/** Makes whoever holds the lock of the folder silent for so long that it is taken for dead. */
export function silenceHolder(dir: string): void {
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(join(dir, 'mira', '.archiving.lock'), longAgo, longAgo)
}

/** Makes an archive of the user's one of another namespace's, as if the account had been renamed since. */
export async function ofFormerNamespace(dir: string, namespace: string): Promise<void> {
  await rename(join(dir, 'mira'), join(dir, namespace))
  for (const entry of readdirSync(join(dir, namespace)).filter((name) => name.endsWith('.json'))) {
    const path = join(dir, namespace, entry)
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as {name: string}
    const name = manifest.name.replace('mira/', `${namespace}/`)
    await writeFile(path, JSON.stringify({...manifest, namespace, name}))
  }
}

/** A session as the user of a sandbox. */
export function sessionAt(hub: Sandbox, more: {token?: string; signal?: AbortSignal} = {}): Promise<Session> {
  return openSession({token: hub.token, endpoint: hub.url, ...more})
}

/** The datasets of the user as a listing shows them now. */
export async function datasetsAt(hub: Sandbox): Promise<Dataset[]> {
  const {datasets, leaderboard} = await discover(await sessionAt(hub))
  return [...datasets, ...(leaderboard ? [leaderboard] : [])]
}

/** Archives what is listed now, or these datasets. */
export async function archiveAt(
  hub: Sandbox,
  dir: string,
  more: Partial<ArchiveOptions> & {datasets?: Dataset[]} = {},
): Promise<Map<string, ArchiveResult>> {
  const {signal} = more
  const session = await sessionAt(hub, signal ? {signal} : {})
  return archiveDatasets(more.datasets ?? (await datasetsAt(hub)), {
    session: {...session, now: new Date('2026-02-01T00:00:00Z')},
    dir,
    concurrency: 4,
    ...more,
  })
}

/** Why the only dataset was not archived. */
export function reasonOf(results: Map<string, ArchiveResult>): string {
  const [result] = results.values()
  return result?.status === 'failed' ? result.reason : `it is ${result?.status}`
}

/** What git and the Hub call a content in git. */
export function fileOf(path: string, content: string | Uint8Array): RepoFile {
  const bytes = Buffer.from(content)
  return {path, size: bytes.length, oid: gitBlobId(bytes)}
}

/** Archives everything in a process of its own, as a script for {@link runScript}: prints the results. */
export const ARCHIVE_SCRIPT = `
const session = await openSession({endpoint, token})
const {datasets} = await discover(session)
const results = await archiveDatasets(datasets, {session, dir, concurrency: 1})
console.log(JSON.stringify([...results]))
`

const IMPORTS = `
import {archiveDatasets} from './src/lib/archive/archive.js'
import {restoreDatasets} from './src/lib/archive/restore.js'
import {discover} from './src/lib/account/datasets.js'
import {openSession} from './src/lib/hub/session.js'
const [dir, endpoint, token] = process.argv.slice(1)
`

/**
 * Runs a script in a process of its own, apart from the embedded Hub and its memory.
 * @param limit what the shell does before, such as `ulimit`
 * @returns what it printed
 */
export async function runScript(script: string, hub: Sandbox, dir: string, limit = 'true'): Promise<string> {
  const node = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', IMPORTS + script]
  const argv = [process.execPath, ...node, dir, hub.url, hub.token]
  const child = spawn('sh', ['-c', `${limit}; exec "$@"`, 'sh', ...argv], {cwd: root})
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (stdout === '' && stderr !== '') throw new Error(stderr)
  return stdout
}
