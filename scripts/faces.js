import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname} from 'node:path'

/** What a host has of its own: the first words of commands. */
const OF_THE_CLI_ALONE = new Set(['autocomplete', 'help'])

/**
 * Writes what oclif reads of the two faces of the program. `dist/plugin` is that of the plugin: the commands under one
 * topic, where they collide with none of the host's. `dist/face` is that of the command line, a package of its own to
 * oclif, where they have no topic; its manifest spares oclif loading them all at each start.
 * @param {string[]} commands files of `src/commands`, as paths in it
 */
export function writeFaces(commands) {
  write('dist/plugin/smoltrace/index.js', "export {default} from '../../cli/host/host-command.js'\n")
  for (const file of commands.filter((path) => !OF_THE_CLI_ALONE.has(/^\w+/.exec(path)[0]))) {
    const module = file.replace(/\.ts$/, '.js')
    const up = '../'.repeat(module.split('/').length + 1)
    write(`dist/plugin/smoltrace/${module}`, `export {default} from '${up}commands/${module}'\n`)
  }

  const {name, version, description, type} = readJson('package.json')
  const pjson = {
    name,
    version,
    description,
    type,
    private: true,
    files: [],
    oclif: readJson('src/cli/oclif.json'),
  }
  write('dist/face/package.json', `${JSON.stringify(pjson, undefined, 2)}\n`)
  const oclif = createRequire(import.meta.url).resolve('oclif/bin/run.js')
  execFileSync(process.execPath, [oclif, 'manifest'], {
    cwd: 'dist/face',
    env: {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: '1'},
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function write(path, text) {
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, text)
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
