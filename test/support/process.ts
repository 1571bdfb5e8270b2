import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from './cli.js'
import {checkDocument} from './documents.js'
import {envOf} from './hub.js'
import {type Sandbox} from './sandbox.js'

/** What a process left behind. */
export interface Finished {
  stdout: string
  stderr: string
  /** As a shell shows it: 128 and the signal's number where a signal ended it. */
  exitCode: number
}

/** The whole program, running. */
export interface Running {
  readonly stdout: string
  readonly stderr: string
  kill: (signal: 'SIGINT' | 'SIGKILL' | 'SIGTERM') => void
  /** Stops reading, as `head` does once it has enough. */
  closeStdout: () => void
  closeStderr: () => void
  finished: Promise<Finished>
}

export const PROGRAM = join(root, 'bin/run.js')
const SIGNALS = {SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15} as const

/** An environment that knows no token and no Hub but this one. */
export function cleanEnv(hub?: Sandbox, more: Record<string, string> = {}): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'smoltrace-home-'))
  const {PATH = ''} = process.env
  return {PATH, HOME: home, HF_HOME: home, LANG: 'C.UTF-8', ...(hub && envOf(hub)), ...more}
}

/** Has the program wait longer for an answer than a test has: what is over then has not waited for it. */
export const PATIENT = {HF_HUB_DOWNLOAD_TIMEOUT: '300'}

/** Variables that have Node run this code before the program. */
export function preload(code: string): Record<string, string> {
  return {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`}
}

/** Starts the program with pipes instead of a terminal, and with this text on stdin. */
export function start(argv: string[], env: Record<string, string>, program = PROGRAM, stdin = ''): Running {
  return startCommand([process.execPath, program, ...argv], env, {stdin})
}

/** Starts any command so. */
export function startCommand(
  [command = '', ...argv]: string[],
  env: Record<string, string>,
  {cwd = tmpdir(), stdin = ''} = {},
): Running {
  const child = spawn(command, argv, {env, cwd})
  child.stdin.on('error', () => {}).end(stdin)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return {
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
    closeStderr: () => void child.stderr.destroy(),
    finished: exitCodeOf(child).then((exitCode) => ({stdout, stderr, exitCode})),
  }
}

/** Runs the program to its end, with pipes instead of a terminal; a document of `--json` is held against its schema. */
export async function run(
  argv: string[],
  env: Record<string, string>,
  program = PROGRAM,
  stdin = '',
): Promise<Finished> {
  const finished = await start(argv, env, program, stdin).finished
  checkDocument(argv, finished.stdout)
  return finished
}

async function exitCodeOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  const [code, signal] = (await once(child, 'close')) as [number | null, keyof typeof SIGNALS | null]
  return code ?? 128 + SIGNALS[signal ?? 'SIGKILL']
}
