import {Config} from '@oclif/core'
import {runCommand} from '@oclif/test'
import {mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {checkDocument} from './documents.js'

/** The repository, with a slash at the end. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const read = (path: string) => JSON.parse(readFileSync(`${root}${path}`, 'utf8'))
const oclif = {...read('src/cli.json'), commands: './src/commands', helpClass: './src/help'}
const pjson = {...read('package.json'), oclif}

export interface CliResult {
  stdout: string
  stderr: string
  exitCode: number
}

const AS_ROOT = {isRoot: true, pjson, root}

/**
 * The program's commands, found once for many calls: finding them takes longer than most of them. Not for help, which
 * changes what it shows.
 */
export function findCommands(): Promise<Config> {
  return Config.load(AS_ROOT)
}

/**
 * Runs a command in this process, from the sources, with these variables beside those of the test. What it
 * prints under `--json` is held against its schema.
 * @param commands found before, for calls that are many
 */
export async function runCli(
  argv: string[],
  variables: Record<string, string> = {},
  commands?: Config,
): Promise<CliResult> {
  const env = {XDG_DATA_HOME: mkdtempSync(join(tmpdir(), 'smoltrace-data-')), ...variables}
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, env)
  process.exitCode = undefined
  try {
    const words = argv.map((word) => (/\s/.test(word) || word === '' ? JSON.stringify(word) : word))
    const {stdout, stderr, error} = await runCommand(words, commands ?? AS_ROOT)
    checkDocument(argv, stdout)
    const exitCode = Number(process.exitCode ?? error?.oclif?.exit ?? (error ? 1 : 0))
    return {stdout, stderr, exitCode}
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }

    process.exitCode = undefined
  }
}
