import {expect} from 'chai'
import {existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import module from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {originsOf} from '../support/bundles.js'
import {root} from '../support/cli.js'
import {withHub} from '../support/hub.js'
import {cleanEnv, type Finished, preload, PROGRAM, run} from '../support/process.js'

/** What takes long to load, or is not for everyone. */
const HEAVY = ['@huggingface/hub', 'enquirer', 'hyparquet', 'hyparquet-writer', 'listr2', 'sandbox', 'yaml']

/** The prompt, and what reads policies. */
const UNUSED_BY_DELETION = new Set(['enquirer', 'yaml'])

interface Loaded extends Finished {
  /** Packages and sources of ours. */
  origins: string[]
  /** Of them, those that take long. */
  heavy: string[]
}

/** Runs the program, or another file, and asks Node which files it has loaded. */
async function load(argv: string[], env: Record<string, string>, program = PROGRAM): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'smoltrace-coverage-'))
  const finished = await run(argv, {...env, NODE_V8_COVERAGE: folder}, program)
  const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  const urls = reports.flatMap(({result}) => result.map(({url}: {url: string}) => url))
  const bundles = urls.filter((url) => url.includes('/dist/')).map((url) => new URL(url))
  const origins = bundles.flatMap((url) => originsOf(url))
  return {...finished, origins, heavy: heavyOf(origins)}
}

/** The sandbox's way of telling arguments apart is small, and the help needs it too. */
function heavyOf(origins: string[]): string[] {
  const isSandbox = (origin: string) => /^src\/lib\/sandbox\/(?!arguments)/.test(origin)
  const names = new Set(origins.map((origin) => (isSandbox(origin) ? 'sandbox' : origin)))
  return HEAVY.filter((name) => names.has(name))
}

describe('what a start loads', () => {
  it('is found in the bundles by the names that are looked for here', () => {
    const files = readdirSync(join(root, 'dist'), {recursive: true, encoding: 'utf8'})
    const bundles = files.filter((file) => file.endsWith('.js')).map((file) => join(root, 'dist', file))
    expect(heavyOf(bundles.flatMap((bundle) => originsOf(bundle)))).to.deep.equal(HEAVY)
  })

  for (const [words, code] of [
    ['--version', 0],
    ['--help', 0],
    ['runs', 0],
    ['runs group --bogus', 2],
    ['cleanup --older-than nonsense --json', 2],
    ['history --json', 0],
    ['leaderboard show --by beauty', 2],
    ['nonsense', 2],
    ['autocomplete bash', 0],
  ] as const) {
    it(`is oclif and nothing heavy for ${words}`, async () => {
      const {exitCode, origins, heavy} = await load(words.split(' '), cleanEnv())
      expect(exitCode).to.equal(code)
      expect(origins).to.include('@oclif/core')
      expect(heavy).to.deep.equal([])
    })
  }

  it('is for runs group what talks to the Hub, reads the leaderboard and draws a table', () =>
    withHub({runs: 3}, async (hub) => {
      const {exitCode, heavy} = await load(['runs', 'group'], cleanEnv(hub))
      expect(exitCode).to.equal(0)
      expect(heavy).to.deep.equal(['@huggingface/hub', 'hyparquet'])
    }))

  it("is never Node's own fetch, which takes longer than all the rest", () =>
    withHub({runs: 3}, async (hub) => {
      const spy = String.raw`for (const name of ["fetch", "Headers", "Response"])
  Object.defineProperty(globalThis, name, {get() { console.error("asked for " + name) }})
process.on("exit", () => console.error(process.moduleLoadList.join("\n")))`
      const words = ['cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes']
      const {exitCode, stderr} = await run(words, cleanEnv(hub, preload(spy)))
      expect(exitCode).to.equal(0)
      expect(stderr).to.include('NativeModule http').and.not.include('asked for')
    }))

  it('is for a rehearsal of a deletion all that a deletion may need', async () => {
    const words = ['sandbox', 'cleanup', '--keep-recent', '1', '--no-dry-run', '--yes']
    const {exitCode, heavy} = await load(words, cleanEnv())
    expect(exitCode).to.equal(0)
    expect(heavy).to.deep.equal(HEAVY.filter((name) => !UNUSED_BY_DELETION.has(name)))
  })

  it('is for the library neither oclif nor anything heavy', async () => {
    const {exitCode, origins, heavy} = await load([], cleanEnv(), join(root, 'dist/index.js'))
    expect(exitCode).to.equal(0)
    expect(origins).to.include('src/lib/cleanup/cleanup.ts').and.not.include('@oclif/core')
    expect(heavy).to.deep.equal([])
  })
})

describe('compiled code', () => {
  it("is kept in the user's own cache, where Node can do that", async () => {
    const caches = mkdtempSync(join(tmpdir(), 'smoltrace-cache-'))
    const {exitCode} = await run(['--version'], cleanEnv(undefined, {XDG_CACHE_HOME: caches}))
    expect(exitCode).to.equal(0)
    expect(existsSync(join(caches, 'smoltrace/compiled'))).to.equal('enableCompileCache' in module)
  })

  it('is done without where it cannot be kept', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'smoltrace-cache-')), 'file')
    writeFileSync(file, '')
    const {stdout, stderr, exitCode} = await run(['--version'], cleanEnv(undefined, {XDG_CACHE_HOME: file}))
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    expect(stdout).to.match(/^smoltrace\/\d/)
  })
})
