import {CancelledError, orUnknown, RefusedError, SmoltraceError} from '../../base/errors.js'
import {leaderboardName} from '../../base/names.js'
import {byText} from '../../base/text.js'
import {changeFile, readSmallFile} from '../../hub/change.js'
import {type Hub} from '../../hub/client.js'
import {type Inventory, type LeaderboardDataset} from '../datasets.js'
import {type Protection, PROTECTION_PATH, PROTECTION_VERSION} from './pins.js'

type Board = Pick<Inventory, 'leaderboard' | 'namespace'>

/**
 * Reads what is protected, at the head of now. Certain are a file with the hash that the Hub lists, a leaderboard that is neither
 * listed nor at its address, and a listed leaderboard certainly without the file. @throws SmoltraceError where it is not certain
 */
export async function readProtection(hub: Hub, {leaderboard, namespace}: Board): Promise<Protection> {
  hub.announce({kind: 'pins'})
  if (!leaderboard) {
    await requireNoLeaderboard(hub, namespace)
    return {}
  }

  const {name, id} = leaderboard
  try {
    const found = await hub.whereabouts(name)
    if (found.state === 'there' && found.id === id)
      return await parse(await readSmallFile(hub, name, found.sha, PROTECTION_PATH), name)
    throw new RefusedError(`${name} is no longer the dataset that was just listed.`, {
      suggestions: ['It was renamed, deleted or re-created in the meantime: run the same command again.'],
    })
  } catch (error) {
    if (error instanceof SmoltraceError && !(error instanceof CancelledError))
      error.suggestions.unshift('Only this file shows what is protected.')
    throw error
  }
}

/** For previews, which can say that they do not know: `unknown` and a warning instead of an error. */
export function readProtectionIfPossible(
  hub: Hub,
  board: Board,
  warnings: string[],
): Promise<Protection | 'unknown'> {
  const what = 'Protection and pins are unknown.'
  return orUnknown(readProtection(hub, board), what, warnings)
}

/** A leaderboard that was renamed or moved would have taken the pins along, and its address would lead elsewhere. */
async function requireNoLeaderboard(hub: Hub, namespace: string): Promise<void> {
  const name = leaderboardName(namespace)
  const found = await hub.whereabouts(name)
  if (found.state === 'missing') return
  if (found.state === 'there')
    throw new RefusedError(`${name} exists, but the listing does not show it.`, {
      suggestions: ['It may just have been created: try again in a moment.'],
    })
  throw new RefusedError(
    `${name} was renamed or moved: its address redirects to ${found.to ?? 'another place'}, which may hold the pins and protection.`,
    {
      suggestions: [
        'Rename it back, or create a dataset with this name: nothing is deleted while the address redirects elsewhere.',
      ],
    },
  )
}

/** The schema library loads only where there is a file to read. */
async function parse(text: string | undefined, name: string): Promise<Protection> {
  if (text === undefined) return {}
  const {parseProtection} = await import('./parse.js')
  return parseProtection(text, name)
}

/** The protection before and after a change. */
export interface ProtectionEdit {
  before: Protection
  after: Protection
}

/**
 * Changes the protection file in one commit, or removes it once nothing is protected. An edit applied to its own
 * result changes nothing. @throws RefusedError where others never stop changing it, or the file cannot be understood
 */
export async function changeProtection(
  hub: Hub,
  {name, namespace}: LeaderboardDataset,
  title: string,
  edit: (current: Protection) => Protection,
): Promise<ProtectionEdit> {
  const place = {name, namespace, path: PROTECTION_PATH, title}
  const {before, after} = await changeFile(hub, place, async (text) => {
    const current = await parse(text, name)
    const wanted = formatProtection(edit(current))
    if (wanted === formatProtection(current)) return text ?? ''
    return wanted === formatProtection({}) ? '' : wanted
  })
  return {before: await parse(before, name), after: await parse(after, name)}
}

/** Writes the protection file's text; runs in the order of their timestamps, so that a change is a small one. */
export function formatProtection({leaderboard, runs}: Protection): string {
  const pins = Object.entries(runs ?? {}).toSorted(([a], [b]) => byText(a, b))
  const parts = {
    version: PROTECTION_VERSION,
    leaderboard,
    ...(pins.length > 0 && {runs: Object.fromEntries(pins)}),
  }
  return `${JSON.stringify(parts, undefined, 2)}\n`
}
