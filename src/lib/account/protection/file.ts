import {CancelledError, RefusedError, SmoltraceError} from '../../base/errors.js'
import {hasNameTwice} from '../../base/json.js'
import {parseTimestamp} from '../../base/names.js'
import {byText} from '../../base/text.js'
import {isDay} from '../../base/time.js'
import {type Hub} from '../../hub/client.js'
import {readSmallFile} from '../../hub/files.js'
import {type Inventory, type LeaderboardDataset} from '../datasets.js'
import {requireNoLeaderboard} from '../leaderboard/no-leaderboard.js'
import {type LeaderboardProtection, type Pin, type Protection} from './pins.js'

/**
 * Where the protection is kept: in a dot-directory of the leaderboard, which `datasets` ignores and which the next
 * evaluation, unlike anything written into the README, leaves alone.
 */
export const PROTECTION_PATH = '.smoltrace/protection.json'
const VERSION = 1

/**
 * Reads what is protected. Certain are a file with the hash that the Hub lists, a leaderboard that is neither listed nor at its
 * address, and a listed leaderboard certainly without the file; everything else is an error.
 * The leaderboard is as the listing had it; undefined where it had none.
 * @throws SmoltraceError where it cannot be read for certain
 */
export async function readProtection(
  hub: Hub,
  {leaderboard, namespace}: Pick<Inventory, 'leaderboard' | 'namespace'>,
): Promise<Protection> {
  if (!leaderboard) {
    await requireNoLeaderboard(hub, namespace)
    return {}
  }

  try {
    return await readProtectionAt(hub, leaderboard.name, await headOf(hub, leaderboard))
  } catch (error) {
    if (error instanceof SmoltraceError && !(error instanceof CancelledError))
      error.suggestions.unshift('Without this file it is not known what is protected.')
    throw error
  }
}

/** What was pinned since the listing must hold, so it is read at the head of now. */
async function headOf(hub: Hub, {name, id}: LeaderboardDataset): Promise<string> {
  const found = await hub.whereabouts(name)
  if (found.state === 'there' && found.id === id) return found.sha
  throw new RefusedError(`${name} is no longer the dataset that was just listed.`, {
    suggestions: ['It was renamed, deleted or created again meanwhile: run the same command again.'],
  })
}

/**
 * Reads the protection at one commit. Nothing is protected only where the file is certainly not there.
 * @param name full name of the leaderboard
 * @throws SmoltraceError where it cannot be read for certain
 */
export async function readProtectionAt(hub: Hub, name: string, commit: string): Promise<Protection> {
  const text = await readSmallFile(hub, name, commit, PROTECTION_PATH)
  return text === undefined ? {} : parseProtection(text, name)
}

/** For previews, which can say that they do not know: `unknown` and a warning instead of an error. */
export async function readProtectionIfPossible(
  hub: Hub,
  inventory: Pick<Inventory, 'leaderboard' | 'namespace'>,
  warnings: string[],
): Promise<Protection | 'unknown'> {
  try {
    return await readProtection(hub, inventory)
  } catch (error) {
    if (!(error instanceof SmoltraceError) || error instanceof CancelledError) throw error
    warnings.push(`What is protected is unknown, pinned runs among it. ${error.message}`)
    return 'unknown'
  }
}

/**
 * Reads the protection file.
 * @param text what the file holds
 * @param name full name of the leaderboard, for the error
 * @throws RefusedError where it is broken, or holds what this version does not know and might have to respect
 */
export function parseProtection(text: string, name: string): Protection {
  try {
    const file = objectOf(parseJson(text), 'it is no JSON object')
    const {version, leaderboard, runs, ...unknown} = file
    if (version !== VERSION)
      throw new Error(`its version is ${JSON.stringify(version)}, this program knows ${VERSION}`)
    refuseUnknown(unknown, 'it')
    if (hasNameTwice(text, file)) throw new Error('it has a name twice in one object')
    const pins = readPins(runs)
    return {
      ...(isThere(leaderboard) && {leaderboard: readLeaderboardPart(leaderboard)}),
      ...(pins && {runs: pins}),
    }
  } catch (error) {
    throw new RefusedError(
      `${PROTECTION_PATH} of ${name} cannot be understood: ${(error as Error).message}.`,
      {
        suggestions: [
          'It may come from a newer version of this program: update, or repair the file on the Hub.',
        ],
      },
    )
  }
}

/** Writes the protection file's text; runs in the order of their timestamps, so that a change is a small one. */
export function formatProtection({leaderboard, runs}: Protection): string {
  const pins = Object.entries(runs ?? {}).toSorted(([a], [b]) => byText(a, b))
  const parts = {version: VERSION, leaderboard, ...(pins.length > 0 && {runs: Object.fromEntries(pins)})}
  return `${JSON.stringify(parts, undefined, 2)}\n`
}

/** Whether nothing is protected, so that no file is needed. */
export function isEmptyProtection({leaderboard, runs}: Protection): boolean {
  return !leaderboard && Object.keys(runs ?? {}).length === 0
}

function readLeaderboardPart(part: unknown): LeaderboardProtection {
  const why = 'it does not say who protected it and when'
  const {by, at, reason} = objectOf(part, why)
  return {...authorOf(by, at, why), ...(typeof reason === 'string' && {reason})}
}

function readPins(runs: unknown): Record<string, Pin> | undefined {
  if (!isThere(runs)) return undefined
  const pins = Object.entries(objectOf(runs, 'its runs are no JSON object'))
  return pins.length === 0
    ? undefined
    : Object.fromEntries(pins.map(([run, pin]) => [run, readPin(run, pin)]))
}

/** Stricter than the leaderboard's part: an unknown field of a pin might be a condition to respect. */
function readPin(run: string, pin: unknown): Pin {
  if (!parseTimestamp(run)) throw new Error(`it pins ${JSON.stringify(run)}, which is no run's timestamp`)
  const why = `it does not say who pinned ${run} and when`
  const {by, at, reason, until, ...unknown} = objectOf(pin, why)
  refuseUnknown(unknown, `its pin of ${run}`)
  if (isThere(reason) && typeof reason !== 'string')
    throw new Error(`the reason of its pin of ${run} is no text`)
  if (isThere(until) && !isDay(until)) throw new Error(`the end of its pin of ${run} is no day`)
  return {
    ...authorOf(by, at, why),
    ...(typeof reason === 'string' && {reason}),
    ...(typeof until === 'string' && {until}),
  }
}

function authorOf(by: unknown, at: unknown, why: string): {by: string; at: Date} {
  const date = new Date(typeof at === 'string' ? at : Number.NaN)
  if (typeof by !== 'string' || Number.isNaN(date.getTime())) throw new Error(why)
  return {by, at: date}
}

function refuseUnknown(unknown: Record<string, unknown>, where: string): void {
  const parts = Object.keys(unknown)
  if (parts.length > 0) throw new Error(`${where} has unknown parts: ${parts.join(', ')}`)
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function objectOf(value: unknown, why: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(why)
  return value as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
