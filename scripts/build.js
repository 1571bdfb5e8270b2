/**
 * Makes `dist`: the types of the library, and the program in bundles that load only what a command uses. With `--if-needed` only where
 * a source is newer.
 */
import {build} from 'esbuild'
import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {globSync} from 'tinyglobby'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
/** What the build writes last. */
const MANIFEST = 'dist/cli/oclif.manifest.json'
if (!process.argv.includes('--if-needed') || !isCurrent()) await makeAll()

/** A manifest that an interrupted `npm pack` left behind makes it stale, too: oclif would read it. */
function isCurrent() {
  const built = statSync(MANIFEST, {throwIfNoEntry: false})
  const sources = [
    'src/**',
    'scripts/build.js',
    'package.json',
    'tsconfig*.json',
    'node_modules/.package-lock.json',
  ]
  if (!built || existsSync('oclif.manifest.json')) return false
  return globSync(sources, {onlyFiles: false}).every((path) => statSync(path).mtimeMs < built.mtimeMs)
}

async function makeAll() {
  for (const path of ['dist', 'oclif.manifest.json']) rmSync(path, {force: true, recursive: true})
  run('typescript/bin/tsc', ['-p', 'tsconfig.build.json'])
  const {name, version, type, description} = JSON.parse(readFileSync('package.json', 'utf8'))
  const {metafile} = await build({
    entryPoints: entryPoints(),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    // The compiler's `verbatimModuleSyntax` would load every module that only a type is imported from.
    tsconfigRaw: {},
    // oclif looks for these compilers where a plugin is run from its sources.
    external: ['typescript', 'ts-node'],
    define: {SMOLTRACE_VERSION: JSON.stringify(version)},
    // The CommonJS in the bundle asks for Node's modules by `require`.
    banner: {
      js: "import {createRequire as createRequireOf} from 'node:module'; const require = createRequireOf(import.meta.url);",
    },
  })
  writeFileSync('dist/THIRD-PARTY-NOTICES.txt', noticesOf(Object.keys(metafile.inputs)))
  // To oclif our command line is a package of its own, `dist/cli`; a host reads the package's, and finds all commands in one topic.
  const oclif = JSON.parse(readFileSync('src/cli/oclif.json', 'utf8').replaceAll('"./', '"../'))
  oclif.commands += '/smoltrace'
  writeFileSync(
    'dist/cli/package.json',
    JSON.stringify({name, version, type, description, private: true, files: [], oclif}),
  )
  run('oclif/bin/run.js', ['manifest'], 'dist/cli')
}

/** What oclif finds by its path, what is exported, and what is started, by the names that they have in `dist`. */
function entryPoints() {
  const commands = globSync('**/*.ts', {cwd: 'src/commands'}).map((file) => file.replace(/\.ts$/, ''))
  return {
    index: 'src/index.ts',
    'cli/start': 'src/cli/start.ts',
    'cli/help/help': 'src/cli/help/help.ts',
    'lib/sandbox/index': 'src/lib/sandbox/index.ts',
    'commands/smoltrace': 'src/cli/host/host-command.ts',
    ...Object.fromEntries(commands.map((file) => [`commands/smoltrace/${file}`, `src/commands/${file}.ts`])),
  }
}

/** The licences of the packages in the bundles. */
function noticesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  const texts = ['{licen[cs]e,notice,copying}*', '**/vendor/**/licen[cs]e*']
  const notices = [...folders].map((folder) => {
    const {name, version, license, author} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (!license) throw new Error(`${name} names no licence, so it cannot be shipped`)
    const options = {cwd: folder, absolute: true, caseSensitiveMatch: false, ignore: '**/node_modules/**'}
    const body = globSync(texts, options).map((file) => readFileSync(file, 'utf8').trim())
    // Some packages name a licence and ship no text of it.
    if (body.length === 0)
      body.push(`By ${author?.name ?? author ?? 'its authors'}: https://spdx.org/licenses/${license}.html`)
    return [`${name} ${version}: ${license}`, ...body].join('\n\n')
  })
  return ['These files contain code of the following packages.', ...notices.toSorted()].join(
    `\n${'-'.repeat(80)}\n`,
  )
}

function run(program, args, cwd = '.') {
  execFileSync(process.execPath, [join(process.cwd(), 'node_modules', program), ...args], {
    cwd,
    env: {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: '1'},
    // The compiler says on stdout what is wrong.
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
