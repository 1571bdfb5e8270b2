import {accessSync, constants, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** Names the folder to the processes that do parts of the work. */
const VARIABLE = 'MOCHA_SCRATCH'

/**
 * Has all that is written in the folder for temporary files stand in one folder there, which the first process takes away at its
 * end: a run of all tests writes tens of thousands of folders.
 */
export function keepTogether(): void {
  const {[VARIABLE]: given} = process.env
  const scratch = given ?? mkdtempSync(join(tmpdir(), 'smoltrace-'))
  Object.assign(process.env, {[VARIABLE]: scratch, TMPDIR: scratch, TEMP: scratch, TMP: scratch})
  if (given === undefined) process.on('exit', () => takeAway(scratch))
}

function takeAway(folder: string): void {
  try {
    rmSync(folder, {recursive: true, force: true, maxRetries: 3})
  } catch {
    // A program that outlives its test may still write there: no reason for the tests to fail.
  }
}

/** A folder in memory where there is one: what waits until it is on the disk need not wait for a disk. */
export function inMemory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
