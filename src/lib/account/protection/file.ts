import {CancelledError, orUnknown, RefusedError, SmoltraceError} from '../../base/errors.js'
import {byText} from '../../base/text.js'
import {type Hub} from '../../hub/client.js'
import {readSmallFile} from '../../hub/files.js'
import {type Inventory, type LeaderboardDataset} from '../datasets.js'
import {requireNoLeaderboard} from '../leaderboard/no-leaderboard.js'
import {type Protection, PROTECTION_PATH, VERSION} from './pins.js'

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
  if (text === undefined) return {}
  // The schema library loads only where there is a file to read.
  const {parseProtection} = await import('./parse.js')
  return parseProtection(text, name)
}

/** For previews, which can say that they do not know: `unknown` and a warning instead of an error. */
export function readProtectionIfPossible(
  hub: Hub,
  inventory: Pick<Inventory, 'leaderboard' | 'namespace'>,
  warnings: string[],
): Promise<Protection | 'unknown'> {
  const what = 'What is protected is unknown, pinned runs among it.'
  return orUnknown(readProtection(hub, inventory), what, warnings)
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
