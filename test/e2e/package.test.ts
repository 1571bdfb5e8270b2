import {expect} from 'chai'
import {execFile} from 'node:child_process'
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {mkdir, mkdtemp, rm, symlink} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, posix} from 'node:path'
import {promisify} from 'node:util'
import {globSync} from 'tinyglobby'

import {originsOf} from '../support/bundles.js'
import {root} from '../support/cli.js'
import {withHub} from '../support/hub.js'
import {cleanEnv, run} from '../support/process.js'

const execute = promisify(execFile)
/** What the package may take up unpacked; `docs/performance.md` defends it. */
const MAX_BYTES = 7_300_000
const BESIDE_DIST = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'bin/run.js',
  'oclif.manifest.json',
  'package.json',
  ...globSync('schemas/**', {cwd: root}),
]

/** Packs what is built, in another folder, and unpacks it where nothing else is installed. */
async function unpack(folder: string): Promise<{files: string[]; home: string}> {
  const source = join(folder, 'source')
  const isAlone = (file: string) => !file.includes('/') && file !== 'oclif.manifest.json'
  const parts = ['dist', 'bin', 'schemas', ...BESIDE_DIST.filter((file) => isAlone(file))]
  await mkdir(source)
  await execute('cp', ['-R', ...parts.map((part) => join(root, part)), source])
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'), 'junction')
  const there = {cwd: source, env: cleanEnv()}
  await execute(process.execPath, [join(root, 'node_modules/oclif/bin/run.js'), 'manifest'], there)
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const {stdout} = await execute('npm', pack, {...there, maxBuffer: 10_000_000})
  const [{filename, files}] = JSON.parse(stdout)
  await execute('tar', ['-xzf', join(folder, filename), '-C', folder])
  await rm(source, {recursive: true})
  return {files: files.map(({path}: {path: string}) => path), home: join(folder, 'package')}
}

describe('the package', () => {
  let folder: string
  let files: string[]
  let home: string
  const textOf = (file: string): string => readFileSync(join(home, file), 'utf8')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-package-'))
    ;({files, home} = await unpack(folder))
  })

  after(() => rm(folder, {recursive: true}))

  it('holds what is built and what a reader needs, and nothing else', () => {
    expect(files.filter((file) => !file.startsWith('dist/'))).to.have.members(BESIDE_DIST)
    const built = files.filter((file) => file.startsWith('dist/'))
    const kinds = built.filter((file) => !/\.(c?js|js\.map|d\.ts)$/.test(file))
    expect(kinds.toSorted()).to.deep.equal([
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/cli/oclif.manifest.json',
      'dist/cli/package.json',
    ])
  })

  it('is typed for those who have nothing but the types of Node', async () => {
    const consumer = join(folder, 'consumer')
    await mkdir(join(consumer, 'node_modules/@types'), {recursive: true})
    for (const [name, target] of [
      ['smoltrace', home],
      ['@types/node', join(root, 'node_modules/@types/node')],
      ['undici-types', join(root, 'node_modules/undici-types')],
    ] as const)
      await symlink(target, join(consumer, 'node_modules', name), 'junction')
    const code =
      "import {cleanupDatasets} from 'smoltrace'\nconst {outcomes} = await cleanupDatasets({keepRecent: 3})\n"
    writeFileSync(
      join(consumer, 'script.mts'),
      `${code}export const names: string[] = outcomes.map(({name}) => name)\n`,
    )
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    await execute(process.execPath, [tsc, ...options, '--preserveSymlinks', 'script.mts'], {
      cwd: consumer,
    }).catch(({stdout}) => expect.fail(stdout))
  })

  it('is all that is installed, and not larger than docs/performance.md says', () => {
    const {dependencies = {}} = JSON.parse(textOf('package.json'))
    expect(dependencies, 'is it needed at run time, and cannot be bundled?').to.deep.equal({})
    const size = files.reduce((sum, file) => sum + statSync(join(home, file)).size, 0)
    expect(size, 'find what has grown, or defend it in docs/performance.md').to.be.below(MAX_BYTES)
  })

  it('holds every file that its manifest, its exports and its help name', () => {
    for (const face of ['', 'dist/cli']) {
      const {commands} = JSON.parse(textOf(posix.join(face, 'oclif.manifest.json')))
      const paths = Object.values<any>(commands).map(({relativePath}) => posix.join(face, ...relativePath))
      expect(paths).to.have.length.above(10)
      expect(files).to.include.members(paths)
    }

    expect(files).to.include.members(['dist/index.js', 'dist/index.d.ts', 'dist/cli/help/help.js'])
  })

  it('tells the licence of every package that it holds code of', () => {
    const notices = textOf('dist/THIRD-PARTY-NOTICES.txt')
    const bundles = files.filter((file) => /\.c?js$/.test(file))
    const names = new Set(
      bundles.flatMap((file) => originsOf(join(home, file))).filter((name) => !/^src\//.test(name)),
    )
    expect([...names]).to.include.members(['@oclif/core', '@huggingface/hub', 'listr2'])
    for (const name of names) expect(notices, name).to.match(new RegExp(`^${name} \\d.*: \\S`, 'm'))
  })

  it('runs where nothing else is installed', () =>
    withHub({runs: 3}, async (hub) => {
      const program = join(home, 'bin/run.js')
      const version = await run(['--version'], cleanEnv(), program)
      expect(version.stderr).to.equal('')
      expect(version.stdout).to.match(new RegExp(`^smoltrace/${JSON.parse(textOf('package.json')).version} `))
      const group = await run(['runs', 'group'], cleanEnv(hub), program)
      expect({...group, stdout: ''}).to.deep.equal({stdout: '', stderr: '', exitCode: 0})
      expect(group.stdout).to.include('3 runs')
    }))

  it('is a library where nothing else is installed', async () => {
    const code = `import * as front from ${JSON.stringify(join(home, 'dist/index.js'))}; console.log(typeof front.cleanupDatasets)`
    const {stdout} = await execute(process.execPath, ['--input-type=module', '--eval', code], {
      env: cleanEnv(),
    })
    expect(stdout.trim()).to.equal('function')
  })
})

describe('a clone that is not built', () => {
  it('says so in place of a stack', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'smoltrace-clone-'))
    mkdirSync(join(clone, 'bin'))
    for (const file of ['bin/run.js', 'package.json']) copyFileSync(join(root, file), join(clone, file))
    const finished = await run(['--version'], cleanEnv(), join(clone, 'bin/run.js'))
    expect(finished).to.deep.equal({
      stdout: '',
      stderr: 'Error: the program is not built yet.\n  npm run build\n',
      exitCode: 1,
    })
  })
})
