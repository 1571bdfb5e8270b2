import {fstatSync, readFileSync, writeSync} from 'node:fs'

import {RefusedError} from '../lib/base/errors.js'
import {EXIT, moreSevere} from '../lib/base/exit-codes.js'

/** Device number of `/dev/null` on Linux: major 1, minor 3. */
const NULL_DEVICE = 0x1_03

/** Why stdout, which the process has one of, could not be written. */
let failure: string | undefined
let isWatched = false
let isReported = false
let advice = ''

/**
 * Lets no write error of stdout abort a job: at exit stderr names the reason, and what to do next, and the exit code is 1 unless a
 * more severe one is set. EPIPE is not a failure.
 */
export function watchOutput(next = 'Redirect stdout elsewhere or free some space, then run it again.'): void {
  advice = next
  // oclif's own listener throws on everything but a closed pipe.
  process.stdout.removeAllListeners('error').on('error', recordFailure)
  process.stderr.removeAllListeners('error').on('error', () => {})
  if (isWatched) return
  isWatched = true
  if (isStdoutClosed()) failure = 'it is closed (or /dev/null, opened for reading too)'
  process.once('exit', reportAtExit)
}

/** Writes a text and waits until it has left the process, or cannot: the stream's listeners know why. */
export function writeAndWait(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, 'utf8', () => resolve())
  })
}

/** Refuses a change whose plan could not be shown. @throws RefusedError where stdout could not be written */
export function requirePlanWritten(): void {
  if (failure === undefined) return
  throw new RefusedError(`The plan could not be written to stdout: ${failure}.`, {
    suggestions: [
      'Redirect stdout elsewhere or free some space, then run it again; `> /dev/null` works, too.',
    ],
  })
}

/** Whether a write to stdout has failed. */
export function hasOutputFailed(): boolean {
  return failure !== undefined
}

/** Drops the report at exit: stderr already says why the command failed. */
export function dropOutputFailure(): void {
  isReported = true
}

function recordFailure({code = '', message}: NodeJS.ErrnoException): void {
  // After a first error Node refuses each later write for that reason alone.
  if (code === 'EPIPE' || code.startsWith('ERR_STREAM_')) return
  failure ??= `${message.replaceAll(/^\w+: |, write$/g, '')}${code && ` (${code})`}`
}

/** Node replaces a closed stdout by `/dev/null`, open for reading too; a shell's `> /dev/null` is not. Known on Linux alone. */
function isStdoutClosed(): boolean {
  try {
    if (fstatSync(1).rdev !== NULL_DEVICE) return false
    // Octal; the two lowest bits are the access mode, of which 2 is O_RDWR.
    return /^flags:\s*\d*[26]$/m.test(readFileSync('/proc/self/fdinfo/1', 'utf8'))
  } catch {
    return false
  }
}

function reportAtExit(): void {
  if (failure === undefined) return
  process.exitCode = moreSevere(Number(process.exitCode ?? EXIT.done), EXIT.error)
  if (isReported) return
  try {
    writeSync(2, `Error: not all of the output could be written to stdout: ${failure}.\n  ${advice}\n`)
  } catch {
    // Stderr fails too; the exit code remains.
  }
}

/** Variables to set, and with undefined those to unset. */
export type Variables = Record<string, string | undefined>

/** Sets variables. @returns what puts them back as they were */
export function setVariables(variables: Variables): () => void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }

  return () => {
    setVariables(before)
  }
}

/**
 * What has to be set for Node, oclif and us to agree on colours, or to have none: Node takes an empty `NO_COLOR` for a no, and where
 * both are set warns and obeys `FORCE_COLOR`.
 */
export function colourVariables(env: Variables, isOff: boolean): Variables {
  const {NO_COLOR} = env
  if (isOff) return {NO_COLOR: '1', FORCE_COLOR: undefined}
  if (NO_COLOR === '') return {NO_COLOR: undefined}
  return NO_COLOR === undefined ? {} : {FORCE_COLOR: undefined}
}
