import {setTimeout as sleep} from 'node:timers/promises'

import {type Sandbox, type SandboxOptions, startSandbox} from './sandbox.js'

/** A token that no Hub knows. */
export const UNKNOWN_TOKEN = 'hf_nobody_has_this_token'

/** Starts a sandbox for one job, and ends it whatever happens. */
export async function withHub<T>(options: SandboxOptions, job: (hub: Sandbox) => Promise<T>): Promise<T> {
  const hub = await startSandbox(options)
  try {
    return await job(hub)
  } finally {
    await hub.close()
  }
}

/** The variables that lead a program to a sandbox. */
export function envOf(hub: Sandbox, token = hub.token): Record<string, string> {
  return {HF_ENDPOINT: hub.url, HF_TOKEN: token}
}

/** Runs a job at a moment: what asks for the time is told this one. Timers go on as ever. */
export async function at<T>(moment: Date, job: () => Promise<T>): Promise<T> {
  const RealDate = Date
  class FixedDate extends RealDate {
    constructor(...parts: [] | [number | string | Date]) {
      super(...((parts.length === 0 ? [moment] : parts) as [string]))
    }

    static override now(): number {
      return moment.getTime()
    }
  }

  globalThis.Date = FixedDate as DateConstructor
  try {
    return await job()
  } finally {
    globalThis.Date = RealDate
  }
}

/** Full names of what the Hub was asked to delete, in order, whatever it answered. */
export function deletionsAt(hub: Sandbox): string[] {
  return hub.requests
    .filter(({method}) => method === 'DELETE')
    .map(({body = '{}'}) => {
      const {organization, name} = JSON.parse(body) as {organization?: string; name: string}
      return `${organization ?? hub.user}/${name}`
    })
}

/** Full names of everything that is on the Hub, sorted. */
export function namesAt(hub: Sandbox): string[] {
  return hub.state
    .datasets()
    .map(({id}) => id)
    .toSorted()
}

/** The datasets of the user's runs: nothing else may ever be deleted, but for the leaderboard. */
export function runDatasetsAt(hub: Sandbox): string[] {
  return namesAt(hub).filter((name) => isRunDataset(name, hub.user))
}

/** The timestamps in these names, each once, the oldest first. */
export function stampsIn(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.slice(-15)))].toSorted()
}

/** Timestamps of the user's runs, the oldest first. */
export function runsAt(hub: Sandbox): string[] {
  return stampsIn(runDatasetsAt(hub))
}

/** An oracle of its own: shaped like a run's dataset, and not on 31 February. */
export function isRunDataset(name: string, namespace: string): boolean {
  const [owner, own = ''] = name.split('/')
  return (
    owner === namespace &&
    /^smoltrace-(?:results|traces|metrics)-\d{8}_\d{6}$/.test(own) &&
    !own.includes('0231_')
  )
}

/** In ms, and less than a test has: it is for what hangs, and not for what a slow machine takes its time over. */
const DEADLINE = 90_000

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${DEADLINE} ms went by without: ${what}`)
    await sleep(5)
  }
}

/** Answers that are held back, as long as a test needs. */
export interface Gate {
  /** For a fault to wait for. */
  before: () => Promise<void>
  /** Lets go what is held back, and holds back nothing more. */
  open: () => void
}

/** Something that answers wait for until it is opened. */
export function gate(): Gate {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return {before: () => opened, open}
}
