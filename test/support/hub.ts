import {setTimeout as sleep} from 'node:timers/promises'

import {type Sandbox, type SandboxOptions, startSandbox} from '../../src/lib/sandbox/index.js'

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

/** An oracle of its own: shaped like a run's dataset, and not on 31 February. */
export function isRunDataset(name: string, namespace: string): boolean {
  const [owner, own = ''] = name.split('/')
  return (
    owner === namespace &&
    /^smoltrace-(?:results|traces|metrics)-\d{8}_\d{6}$/.test(own) &&
    !own.includes('0231_')
  )
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${deadlineMs} ms went by without: ${what}`)
    await sleep(5)
  }
}
