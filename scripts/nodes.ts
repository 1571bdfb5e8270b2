/**
 * Runs the whole test suite on each of the versions of Node that are supported, or on those that are named:
 * `npm run test:nodes -- 22 24`. Their binaries come from the npm package `node`.
 */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {delimiter, dirname, isAbsolute, join} from 'node:path'

import {root} from './source-face.js'

/** The oldest that `engines` allows, and every line that is maintained since. */
const VERSIONS = ['20.19', '22', '24', '26']

const named = process.argv.slice(2)
const unknown = named.filter((version) => !/^\d+(\.\d+)*$/.test(version))
if (unknown.length > 0)
  throw new Error(`No version of Node: ${unknown.join(', ')}. Give for example 22 or 20.19.`)

const lines: string[] = []
for (const version of named.length > 0 ? named : VERSIONS) {
  const node = await install(version)
  const begun = performance.now()
  const code =
    (await run(node, ['--version'])) || (await run(node, [join(root, 'node_modules/mocha/bin/mocha.js')]))
  const seconds = Math.round((performance.now() - begun) / 1000)
  lines.push(`${version.padEnd(8)} ${code === 0 ? 'passed' : 'failed'} in ${seconds} s`)
  if (code !== 0) process.exitCode = 1
}

console.log(`\n${lines.join('\n')}`)

/** @returns where the newest binary of this version is, installed the first time it is asked for */
async function install(version: string): Promise<string> {
  const folder = join(root, 'node_modules/.cache/nodes', version)
  const binary = join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, {recursive: true})
  // Else npm would install into the project around it.
  writeFileSync(join(folder, 'package.json'), '{"private": true}')
  const code = await run('npm', ['install', '--no-audit', '--no-fund', '--silent', `node@${version}`], folder)
  if (code !== 0 || !existsSync(binary)) throw new Error(`Node ${version} could not be installed from npm.`)
  return binary
}

/** Runs a program; a Node stands first on the path, as what it starts may ask for `node`. */
async function run(program: string, argv: string[], cwd = root): Promise<number> {
  const {PATH = ''} = process.env
  const env = isAbsolute(program)
    ? {...process.env, PATH: [dirname(program), PATH].join(delimiter)}
    : process.env
  const child = spawn(program, argv, {cwd, env, stdio: 'inherit', shell: program === 'npm'})
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}
