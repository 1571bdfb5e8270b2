import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'

import {type Kind} from './kinds.js'
import {findNode, install, npmPlaces, plainEnv} from './npm.js'
import {execute, type Finished} from './process.js'

/** The commands that a made host has of its own, with the names of ours. */
export const OWN_COMMANDS = ['cleanup', 'datasets', 'runs'] as const

/** A host that is installed. */
export interface Host {
  kind: Kind
  /** Its name, and its version where it is somebody's. */
  title: string
  /** Its version of oclif. */
  core: string
  /** The version of the Node that it runs on. */
  node: string
  /** Starts it as it would be for another person: a home and data of their own. */
  enter: (folder: string) => Place
}

/** A host in the hands of one person. */
export interface Place {
  kind: Kind
  /** The home directory, where nobody but the host writes. */
  home: string
  /** Where this person works. */
  work: string
  /** Where the host keeps its data. */
  dataDir: string
  run: (argv: string[], env?: Record<string, string>, input?: string) => Promise<Finished>
  /** The arguments that name one of our commands in the way that this host shows them. */
  named: (words: string) => string[]
}

/** Installs a host from npm. */
export async function makeHost(kind: Kind, folder: string): Promise<Host> {
  const program = kind.node === undefined ? process.execPath : await findNode(kind.node, join(folder, 'node'))
  const dir = join(folder, kind.name)
  await install(dir, {...describe(kind), dependencies: kind.packages})
  if (kind.made) writeSources(dir, kind.made)
  const {stdout} = await execute(program, ['--version'], {cwd: dir, env: plainEnv()})
  const enter = (place: string) => enterHost(kind, program, dir, place)
  const [owner = ''] = Object.keys(kind.packages)
  const title = kind.made ? kind.name : `${kind.name} ${versionOf(owner, dir, kind)}`
  return {kind, title, core: versionOf('@oclif/core', dir, kind), node: stdout.trim().slice(1), enter}
}

function enterHost(kind: Kind, program: string, dir: string, folder: string): Place {
  const inside = (name: string) => join(folder, name)
  const [home, work, dataDir] = [inside('home'), inside('work'), inside('data')]
  rmSync(folder, {recursive: true, force: true})
  for (const path of [home, work]) mkdirSync(path, {recursive: true})
  const variable = kind.bin.toUpperCase()
  const env = plainEnv()
  Object.assign(env, npmPlaces(), kind.env, {
    // Hosts call themselves by their name.
    PATH: [dirname(program), join(dir, 'node_modules/.bin'), env.PATH].join(delimiter),
    HOME: home,
    [`${variable}_DATA_DIR`]: dataDir,
    [`${variable}_CACHE_DIR`]: inside('cache'),
    [`${variable}_CONFIG_DIR`]: inside('config'),
  })
  return {
    kind,
    home,
    work,
    dataDir,
    run: (argv, more, input) =>
      execute(program, [join(dir, kind.script), ...argv], {
        cwd: work,
        env: {...env, ...more},
        ...(input !== undefined && {input}),
      }),
    named(words) {
      const all = ['smoltrace', ...words.split(' ')]
      return kind.separator === ' ' ? all : [all.join(':')]
    },
  }
}

function describe({bin, made, separator}: Kind): object {
  if (!made) return {private: true}
  const plugins = ['@oclif/plugin-help', '@oclif/plugin-plugins']
  const oclif = {bin, dirname: bin, commands: './commands', topicSeparator: separator, plugins}
  return {name: bin, version: '1.0.0', private: true, type: made, oclif}
}

function writeSources(dir: string, made: 'commonjs' | 'module'): void {
  const isModule = made === 'module'
  const start = isModule
    ? "import {execute} from '@oclif/core'\nawait execute({dir: import.meta.url})\n"
    : "require('@oclif/core').execute({dir: __dirname})\n"
  writeFileSync(join(dir, 'run.js'), start)
  mkdirSync(join(dir, 'commands'), {recursive: true})
  for (const name of OWN_COMMANDS) {
    const [top, out] = isModule
      ? ["import {Command} from '@oclif/core'", 'export default']
      : ["const {Command} = require('@oclif/core')", 'module.exports =']
    const body = `class extends Command {
  static summary = 'The own ${name} of the host.'
  async run() {
    await this.parse()
    this.log('the own ${name} of the host')
  }
}`
    writeFileSync(join(dir, `commands/${name}.js`), `${top}\n${out} ${body}\n`)
  }
}

/** @returns of a package, as the host finds it */
function versionOf(name: string, dir: string, {made, packages}: Kind): string {
  const [owner = ''] = Object.keys(packages)
  const nested = join(dir, 'node_modules', made ? '' : owner, 'node_modules', name, 'package.json')
  for (const path of [nested, join(dir, 'node_modules', name, 'package.json')]) {
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as {version: string}).version
  }

  throw new Error(`${owner} has no ${name}.`)
}
