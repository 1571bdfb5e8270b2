// Mutation testing: changes the rules that decide what is deleted, one small thing at a time, and sees whether their tests
// notice. `node scripts/mutation/run.js [ROOM …]` prints a table of scores, and what nobody noticed; it needs Node 22.
import {spawnSync} from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** What is changed, and the tests that have to notice. */
const ROOMS = {
  naming: {mutate: ['src/lib/base/names.ts'], spec: ['test/lib/base/names.test.ts']},
  duration: {mutate: ['src/lib/base/time.ts'], spec: ['test/lib/base/time.test.ts']},
  runs: {mutate: ['src/lib/account/runs.ts'], spec: ['test/lib/account/runs.test.ts']},
  retention: {
    mutate: ['src/lib/retention/decide.ts', 'src/lib/retention/*.ts'],
    spec: ['test/lib/retention/decide.test.ts', 'test/lib/retention/*.test.ts'],
  },
  plan: {mutate: ['src/lib/plan/plan.ts'], spec: ['test/lib/plan/plan.test.ts']},
}

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const tools = join(here, 'node_modules')
const REPORT = 'coverage/mutation.json'

const named = process.argv.slice(2)
const unknown = named.filter((room) => !Object.hasOwn(ROOMS, room))
if (unknown.length > 0)
  throw new Error(`No such room: ${unknown.join(', ')}. There are ${Object.keys(ROOMS).join(', ')}.`)
if (Number.parseInt(process.versions.node, 10) < 22) throw new Error('Stryker needs Node 22 or later.')
if (!existsSync(tools)) install()
const copy = makeCopy()
const lines = []
try {
  for (const room of named.length > 0 ? named : Object.keys(ROOMS))
    lines.push(...linesOf(mutate(ROOMS[room])))
} finally {
  rmSync(copy, {recursive: true, force: true})
}

console.log(['| file | changes | noticed | score |', '| --- | --- | --- | --- |', ...lines].join('\n'))

function install() {
  const {status} = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: true,
  })
  if (status !== 0) throw new Error('The tools for mutation testing could not be installed.')
}

/** Of the project, but with the older Mocha that Stryker's runner knows. */
function makeCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'smoltrace-mutation-'))
  for (const part of ['package.json', 'tsconfig.json', 'schemas', 'scripts', 'src', 'test'])
    cpSync(join(root, part), join(folder, part), {recursive: true, filter: (path) => path !== tools})
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const home = name === 'mocha' ? tools : join(root, 'node_modules')
    symlinkSync(join(home, name), join(folder, 'node_modules', name), 'junction')
  }

  return folder
}

/** @returns what became of each change, by file */
function mutate({mutate, spec}) {
  const config = {
    mutate,
    testRunner: 'mocha',
    plugins: ['@stryker-mutator/mocha-runner'],
    mochaOptions: {file: ['test/setup.ts'], spec},
    testRunnerNodeArgs: ['--import', 'tsx/esm'],
    coverageAnalysis: 'perTest',
    reporters: ['clear-text', 'json'],
    clearTextReporter: {reportTests: false, allowEmojis: false},
    jsonReporter: {fileName: REPORT},
    tempDirName: 'coverage/mutation',
    concurrency: 1,
    warnings: {slow: false},
  }
  writeFileSync(join(copy, 'stryker.config.json'), JSON.stringify(config))
  const stryker = join(tools, '@stryker-mutator/core/bin/stryker.js')
  const {status} = spawnSync(process.execPath, [stryker, 'run'], {cwd: copy, stdio: 'inherit'})
  if (status !== 0) throw new Error(`Stryker ended with ${status}.`)
  return JSON.parse(readFileSync(join(copy, REPORT), 'utf8')).files
}

function linesOf(files) {
  return Object.entries(files).map(([file, {mutants}]) => {
    const count = (...states) => mutants.filter(({status}) => states.includes(status)).length
    const noticed = count('Killed', 'Timeout')
    const all = noticed + count('Survived', 'NoCoverage')
    return `| \`${file}\` | ${all} | ${noticed} | ${all === 0 ? '-' : `${((100 * noticed) / all).toFixed(1)} %`} |`
  })
}
