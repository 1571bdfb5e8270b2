import {fstatSync, readFileSync, writeSync} from 'node:fs'

import {RefusedError} from '../lib/base/errors.js'
import {EXIT, graverCode} from '../lib/base/exit-codes.js'

const STDOUT = 1
const STDERR = 2
/** Device number of `/dev/null` on Linux: major 1, minor 3. */
const NULL_DEVICE = 0x1_03

/** Why stdout could not be written, as far as that is known. The process has only one stdout, so there is one answer. */
let failure: string | undefined
let isWatched = false
let isTold = false
let advice = ''

/**
 * Watches stdout, so that what cannot be written neither ends a job in its middle nor goes unsaid: when the process ends, stderr
 * names the reason, and the exit code is 1 unless a graver one is set. A reader that stops reading (EPIPE) is no failure.
 * @param next what the reader of that message can do
 */
export function watchOutput(next = 'Send stdout elsewhere or make room there, then run it again.'): void {
  advice = next
  // oclif's own listener throws on everything but a closed pipe.
  process.stdout.removeAllListeners('error').on('error', note)
  process.stderr.removeAllListeners('error').on('error', ignore)
  if (isWatched) return
  isWatched = true
  if (isStdoutClosed()) failure = 'it is closed (or /dev/null, opened for reading too)'
  process.once('exit', tellAtExit)
}

/**
 * Stops a change whose plan nobody could see.
 * @throws RefusedError where stdout could not be written
 */
export function requireOutput(what: string): void {
  if (failure === undefined) return
  throw new RefusedError(`${what} could not be written to stdout: ${failure}.`, {
    suggestions: ['Send stdout elsewhere or make room there, then run it again; `> /dev/null` works, too.'],
  })
}

/** Whether stdout is known not to take what is written. */
export function hasOutputFailed(): boolean {
  return failure !== undefined
}

/** Stderr already says why the command failed: what is missing on stdout then needs no error of its own. */
export function dropOutputFailure(): void {
  isTold = true
}

function note({code = '', message}: NodeJS.ErrnoException): void {
  // After a first error Node refuses each later write for that reason alone.
  if (code === 'EPIPE' || code.startsWith('ERR_STREAM_')) return
  failure ??= `${message.replaceAll(/^\w+: |, write$/g, '')}${code && ` (${code})`}`
}

/**
 * Node opens `/dev/null` in place of a stdout that was closed, for reading and writing, and every write succeeds. A shell's
 * `> /dev/null` opens it for writing alone. Other systems do not tell.
 */
function isStdoutClosed(): boolean {
  try {
    if (fstatSync(STDOUT).rdev !== NULL_DEVICE) return false
    // Octal; the two lowest bits are the access mode, of which 2 is O_RDWR.
    return /^flags:\s*\d*[26]$/m.test(readFileSync('/proc/self/fdinfo/1', 'utf8'))
  } catch {
    return false
  }
}

function tellAtExit(): void {
  if (failure === undefined) return
  process.exitCode = graverCode(Number(process.exitCode ?? EXIT.done), EXIT.error)
  if (isTold) return
  try {
    writeSync(STDERR, `Error: not all of the output could be written to stdout: ${failure}.\n  ${advice}\n`)
  } catch {
    // Nobody can be told; the exit code remains.
  }
}

function ignore(): void {}
