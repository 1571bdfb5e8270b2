import {requireWriteAccess} from './access.js'
import {discover, type LeaderboardDataset} from './datasets.js'
import {CancelledError, RefusedError, SmoltraceError} from './errors.js'
import {type Hub} from './hub/client.js'
import {HubError} from './hub/errors.js'
import {leaderboardName} from './naming.js'
import {type ConnectionOptions, openSession} from './session.js'

/**
 * Where the protection is kept: in a dot-directory of the leaderboard, which `datasets` ignores and which the next
 * evaluation, unlike anything written into the README, leaves alone.
 */
export const PROTECTION_PATH = '.smoltrace/protection.json'
const VERSION = 1
const TRIES = 5

/** Who protected the leaderboard, when and why. */
export interface LeaderboardProtection {
  by: string
  at: Date
  reason?: string
}

/** A run that is kept by every rule: who pinned it, when, why and for how long. */
export interface Pin {
  by: string
  at: Date
  reason?: string
  /** The last day on which it holds, `YYYY-MM-DD` in UTC; without, it holds until it is lifted. */
  until?: string
}

/** What is protected in a namespace. */
export interface Protection {
  leaderboard?: LeaderboardProtection
  /** Pins by the run's timestamp, those that have run out among them. */
  runs?: Record<string, Pin>
}

/** What became of the wish to protect or unprotect. */
export interface ProtectionChange {
  /** Full name of the leaderboard. */
  leaderboard: string
  /** Whether anything was written; false where it was already so. */
  changed: boolean
  /** The protection in force now, or, after `unprotectLeaderboard`, the one that was lifted. */
  protection: LeaderboardProtection | undefined
}

/**
 * Reads what is protected. Certain are a full answer, no leaderboard in the listing, and a listed leaderboard without
 * the file; everything else is an error.
 * @param leaderboard the leaderboard as listed; undefined where the listing has none
 * @throws SmoltraceError where it cannot be read for certain
 */
export async function readProtection(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
): Promise<Protection> {
  if (!leaderboard) return {}
  const text = await hub.readText(leaderboard.name, PROTECTION_PATH, 'main').catch((error: unknown) => {
    if (error instanceof SmoltraceError)
      error.suggestions.unshift('Without this file it is not known what is protected.')
    throw error
  })
  return text === undefined ? {} : parseProtection(text, leaderboard.name)
}

/** For previews, which can say that they do not know: `unknown` and a warning instead of an error. */
export async function readProtectionIfPossible(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
  warnings: string[],
): Promise<Protection | 'unknown'> {
  try {
    return await readProtection(hub, leaderboard)
  } catch (error) {
    if (!(error instanceof SmoltraceError) || error instanceof CancelledError) throw error
    warnings.push(`Whether the leaderboard is protected is unknown. ${error.message}`)
    return 'unknown'
  }
}

/**
 * Reads the protection file.
 * @throws RefusedError where it is broken, or holds what this version does not know and might have to respect
 */
export function parseProtection(text: string, name: string): Protection {
  const unreadable = (why: string) =>
    new RefusedError(`${PROTECTION_PATH} of ${name} cannot be understood: ${why}.`, {
      suggestions: [
        'It may come from a newer version of this program: update, or repair the file on the Hub.',
      ],
    })
  const file = parseObject(text)
  if (!file) throw unreadable('it is no JSON object')
  const {version, leaderboard, ...unknown} = file
  if (version !== VERSION)
    throw unreadable(`its version is ${JSON.stringify(version)}, this program knows ${VERSION}`)
  if (Object.keys(unknown).length > 0)
    throw unreadable(`it has unknown parts: ${Object.keys(unknown).join(', ')}`)
  if (leaderboard === undefined || leaderboard === null) return {}
  const {by, at, reason} = leaderboard as Record<string, unknown>
  const date = new Date(typeof at === 'string' ? at : Number.NaN)
  if (typeof by !== 'string' || Number.isNaN(date.getTime()))
    throw unreadable('it does not say who protected it and when')
  return {leaderboard: {by, at: date, ...(typeof reason === 'string' && {reason})}}
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Writes the protection file's text. */
export function formatProtection({leaderboard}: Protection): string {
  return `${JSON.stringify({version: VERSION, leaderboard}, undefined, 2)}\n`
}

/**
 * Refuses to go on where the leaderboard is protected.
 * @throws RefusedError that names the command which lifts the protection
 */
export function refuseProtected(leaderboard: LeaderboardDataset | undefined, protection: Protection): void {
  if (!leaderboard || !protection.leaderboard) return
  const {by, at, reason} = protection.leaderboard
  const since = `${by} protected it on ${at.toISOString().slice(0, 10)}${reason ? `: ${reason}` : ''}`
  throw new RefusedError(`--delete-leaderboard refused: ${leaderboard.name} is protected. ${since}`, {
    suggestions: [
      'Lift the protection first: {bin} leaderboard unprotect',
      'Or leave out --delete-leaderboard.',
    ],
  })
}

/**
 * Protects the leaderboard against deletion, for everyone and on every machine. Protecting it again changes nothing.
 * @throws RefusedError where the namespace has no leaderboard
 * @throws NotAllowedError where the token cannot write there
 */
export async function protectLeaderboard(
  options: ConnectionOptions & {reason?: string | undefined} = {},
): Promise<ProtectionChange> {
  const {reason} = options
  return changeProtection(options, 'Protect the leaderboard', (current, {user, now}) =>
    current.leaderboard ? current : {...current, leaderboard: {by: user, at: now, ...(reason && {reason})}},
  )
}

/**
 * Lifts the leaderboard's protection. Where there is none, nothing changes.
 * @throws RefusedError where the namespace has no leaderboard
 * @throws NotAllowedError where the token cannot write there
 */
export async function unprotectLeaderboard(options: ConnectionOptions = {}): Promise<ProtectionChange> {
  return changeProtection(
    options,
    'Lift the protection of the leaderboard',
    ({leaderboard: _lifted, ...rest}) => rest,
  )
}

type Edit = (current: Protection, who: {user: string; now: Date}) => Protection

/** Reads, edits and commits on one and the same commit; where another change came between, it starts over. */
async function changeProtection(
  options: ConnectionOptions,
  title: string,
  edit: Edit,
): Promise<ProtectionChange> {
  const session = await openSession(options)
  requireWriteAccess(session.access)
  const {leaderboard} = await discover(session)
  if (!leaderboard) throw new RefusedError(`${leaderboardName(session.access.namespace)} does not exist.`)
  for (let attempt = 1; ; attempt++) {
    const change = await tryChange(session.hub, leaderboard.name, title, (current) => edit(current, session))
    if (change) return change
    if (attempt === TRIES)
      throw new RefusedError(`${leaderboard.name} is being changed by others: try again in a moment.`)
  }
}

/** @returns undefined where the leaderboard changed between reading and committing (412). */
async function tryChange(
  hub: Hub,
  name: string,
  title: string,
  edit: (current: Protection) => Protection,
): Promise<ProtectionChange | undefined> {
  const parentCommit = await hub.headOf(name)
  const text = await hub.readText(name, PROTECTION_PATH, parentCommit)
  const before = text === undefined ? {} : parseProtection(text, name)
  const after = edit(before)
  const protection = after.leaderboard ?? before.leaderboard
  if (after.leaderboard === before.leaderboard) return {leaderboard: name, changed: false, protection}
  try {
    await hub.changeFile(name, {
      path: PROTECTION_PATH,
      text: after.leaderboard ? formatProtection(after) : undefined,
      title,
      parentCommit,
    })
  } catch (error) {
    if (error instanceof HubError && error.status === 412) return undefined
    throw error
  }

  return {leaderboard: name, changed: true, protection}
}
