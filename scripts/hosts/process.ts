import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {text} from 'node:stream/consumers'

/** What a process left behind. */
export interface Finished {
  stdout: string
  stderr: string
  exitCode: number | null
}

export interface Start {
  cwd: string
  env: Record<string, string>
  /** What stands on stdin. */
  input?: string
}

/** In ms: what asks and waits for an answer must not hold everything up. */
const TIME_LIMIT = 300_000
const AT_A_TIME = 2
const waiting: Array<() => void> = []
let running = 0

/** Runs a program to its end; a few at a time, however many are asked for. */
export async function execute(program: string, argv: string[], start: Start): Promise<Finished> {
  if (running >= AT_A_TIME)
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
  running++
  try {
    const child = spawn(program, argv, {cwd: start.cwd, env: start.env, timeout: TIME_LIMIT})
    child.stdin.on('error', () => {}).end(start.input ?? '')
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    return {stdout, stderr, exitCode}
  } finally {
    running--
    waiting.shift()?.()
  }
}

/**
 * Runs what is only a step on the way.
 * @returns what it printed
 * @throws Error where it fails, with all that it said
 */
export async function succeed(program: string, argv: string[], start: Start): Promise<string> {
  const {stdout, stderr, exitCode} = await execute(program, argv, start)
  if (exitCode !== 0)
    throw new Error(`${program} ${argv.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`)
  return stdout
}
