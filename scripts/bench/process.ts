import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync} from 'node:fs'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'

import type {BenchHub} from './hub.js'

export const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const hub = fileURLToPath(new URL('hub.ts', import.meta.url))

/** One process, measured from outside. */
export interface Run {
  /** From its start to its end, in ms. */
  ms: number
  /** Most memory that was in use, in MB; 0 where it was not asked for. */
  peakMb: number
  stdout: string
  stderr: string
}

interface RunOptions {
  env?: Record<string, string>
  /** Whether to ask for the memory, which costs a little time at the end. */
  isMemoryMeasured?: boolean
  /** Whether to keep what it prints; else that goes where nothing reads it. */
  isKept?: boolean
}

/** Of this process's variables those that say where things are: tokens, offline switches and Node's own would be measured too. */
function plainEnv(): Record<string, string | undefined> {
  const {PATH, HOME, TMPDIR, NODE_EXTRA_CA_CERTS, SMOLTRACE_DATA_DIR} = process.env
  return {
    PATH,
    HOME,
    TMPDIR,
    SMOLTRACE_DATA_DIR,
    NO_COLOR: '1',
    ...(NODE_EXTRA_CA_CERTS && {NODE_EXTRA_CA_CERTS}),
  }
}

/** Tells at the end how much memory was in use, in kB. */
const TELL = String.raw`process.on('exit', () => process.stderr.write('\npeak ' + process.resourceUsage().maxRSS + '\n'))`
const PEAK = `data:text/javascript,${encodeURIComponent(TELL)}`

/** Runs Node with these arguments to its end. */
export async function run(args: string[], options: RunOptions = {}): Promise<Run> {
  const {env = {}, isMemoryMeasured = false, isKept = false} = options
  const started = performance.now()
  const nowhere = openSync('/dev/null', 'w')
  const child = spawn(process.execPath, [...(isMemoryMeasured ? ['--import', PEAK] : []), ...args], {
    env: {...plainEnv(), ...env},
    stdio: ['ignore', isKept ? 'pipe' : nowhere, isKept || isMemoryMeasured ? 'pipe' : nowhere],
  })
  const texts = Promise.all([textOf(child.stdout), textOf(child.stderr)])
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  const ms = performance.now() - started
  closeSync(nowhere)
  const [stdout, stderr] = await texts
  // What is refused at once would look fast.
  if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr}`)
  return {ms, stdout, stderr, peakMb: Number(/^peak (\d+)$/m.exec(stderr)?.[1] ?? 0) / 1024}
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  if (stream) for await (const piece of stream) text += String(piece)
  return text
}

/** Serves an embedded Hub in a process of its own for one job, and ends it whatever happens. */
export async function withHub<T>(
  options: BenchHub,
  job: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, ['--import', 'tsx', hub, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface({input: child.stdout}), 'line')) as [string]
    const {endpoint, token} = JSON.parse(line) as {endpoint: string; token: string}
    return await job({HF_ENDPOINT: endpoint, HF_TOKEN: token})
  } finally {
    child.kill('SIGKILL')
  }
}

/** The middle of some numbers. */
export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Runs two commands in turn, so that a machine that becomes slower does so for both. */
export async function inTurn(
  times: number,
  first: () => Promise<Run>,
  second: () => Promise<Run>,
): Promise<{first: number; second: number; ratio: number}> {
  await first()
  await second()
  const pairs: Array<[number, number]> = []
  for (let time = 0; time < times; time++) pairs.push([(await first()).ms, (await second()).ms])
  return {
    first: median(pairs.map(([ms]) => ms)),
    second: median(pairs.map(([, ms]) => ms)),
    ratio: median(pairs.map(([a, b]) => a / b)),
  }
}
