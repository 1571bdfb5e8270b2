import {Config} from '@oclif/core'
import {runCommand} from '@oclif/test'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {FROM_SOURCE} from '../../scripts/source.js'
import {setVariables, type Variables} from '../../src/cli/output.js'
import {checkDocument} from './documents.js'

export {root} from '../../scripts/source.js'

export interface CliResult {
  stdout: string
  stderr: string
  exitCode: number
}

/** The program's commands. */
export function findCommands(): Promise<Config> {
  return Config.load(FROM_SOURCE)
}

let found: Promise<Config> | undefined
/** Found once for all calls, which takes longer than most of them; but for help and the sandbox, which change what they find. */
async function commandsFor(argv: readonly string[]): Promise<Config> {
  found ??= findCommands()
  const config = await found
  const isCommand = [1, 2].some((words) => config.findCommand(argv.slice(0, words).join(':')))
  const changes = new Set(['--help', '-h', 'autocomplete', 'help', 'sandbox'])
  return isCommand && !argv.some((word) => changes.has(word)) ? config : findCommands()
}

/**
 * Runs a command in this process, from the sources, with these variables beside those of the test. What it
 * prints under `--json` is held against its schema.
 */
export async function runCli(argv: string[], variables: Variables = {}): Promise<CliResult> {
  const own = mkdtempSync(join(tmpdir(), 'smoltrace-data-'))
  const env = {XDG_DATA_HOME: own, SMOLTRACE_CACHE_DIR: join(own, 'cache'), ...variables}
  const restore = setVariables(env)
  process.exitCode = undefined
  try {
    const words = argv.map((word) => (/\s/.test(word) || word === '' ? JSON.stringify(word) : word))
    const {stdout, stderr, error} = await runCommand(words, await commandsFor(argv))
    checkDocument(argv, stdout)
    const exitCode = Number(process.exitCode ?? error?.oclif?.exit ?? (error ? 1 : 0))
    requireNextStep(stdout, stderr)
    return {stdout, stderr, exitCode}
  } finally {
    restore()
    process.exitCode = undefined
  }
}

/** Whoever reads an error wants to know what to do: of every error that any test sees, the line below it says so. */
function requireNextStep(stdout: string, stderr: string): void {
  const [, ...errors] = stderr.split(/^Error: /m)
  for (const error of errors)
    if (!/^ {2}\S/m.test(error)) throw new Error(`says nothing of what to do next: ${error}`)
  if (/^ {2}"error": \{[^}]*"suggestions": \[\]/m.test(stdout))
    throw new Error(`says nothing of what to do next: ${stdout}`)
}
