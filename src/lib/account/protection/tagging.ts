import {DEFAULT_CONCURRENCY} from '../../base/concurrency.js'
import {CancelledError, SmoltraceError} from '../../base/errors.js'
import {type Hub} from '../../hub/client.js'
import {HubError} from '../../hub/errors.js'
import {readSmallFile} from '../../hub/files.js'
import {changeFile, textChange} from '../../hub/uploads.js'
import {type RunDataset} from '../datasets.js'

const CARD = 'README.md'

/** The datasets of one run whose cards are to change, and how. */
interface Tagging {
  run: string
  datasets: readonly RunDataset[]
  /**
   * @param card undefined where there is none
   * @returns the new card; an empty one is not kept
   * @throws CardError where it cannot be changed with certainty
   */
  edit: (card: string | undefined) => string
}

/** The outcome of one run's cards. */
interface Tagged {
  /** Whether one of them changed now. */
  changed: boolean
  /** Why not all of them are as wanted, in words; undefined where they are. */
  problem: string | undefined
}

/** One run's cards are done. */
export interface TaggingEvent {
  kind: 'tagging'
  run: string
  problem: string | undefined
  done: number
  of: number
}

interface TaggingOptions {
  signal?: AbortSignal | undefined
  onEvent?: ((event: TaggingEvent) => void) | undefined
}

const INTERRUPTED = 'interrupted before its card was done'

/**
 * Changes the cards of runs, several at a time. A card that cannot be changed holds up no other one; where the Hub takes no more
 * changes from this token, or the job is interrupted, the rest is left as it is.
 * @param title of the commits
 * @returns the outcome of each run, and whether an abort left some undone
 */
export async function changeCards(
  taggings: readonly Tagging[],
  title: string,
  hub: Hub,
  {signal, onEvent}: TaggingOptions,
): Promise<{results: Map<string, Tagged>; interrupted: boolean}> {
  const results = new Map<string, Tagged>()
  const queue = taggings.values()
  let stop: string | undefined
  const work = async () => {
    for (const tagging of queue) {
      const held = signal?.aborted ? INTERRUPTED : stop
      const {error, ...result} = held
        ? {changed: false, problem: held, error: undefined}
        : await changeRun(tagging, hub, title)
      if (isForAll(error)) stop = `not attempted: ${result.problem}`
      results.set(tagging.run, result)
      const {run} = tagging
      onEvent?.({kind: 'tagging', run, problem: result.problem, done: results.size, of: taggings.length})
    }
  }

  await Promise.all(Array.from({length: Math.min(DEFAULT_CONCURRENCY, taggings.length)}, work))
  const isOpen = [...results.values()].some(({problem}) => problem !== undefined)
  return {results, interrupted: signal?.aborted === true && isOpen}
}

/** What one of the cards could not be changed for ends the run. */
async function changeRun(
  {datasets, edit}: Tagging,
  hub: Hub,
  title: string,
): Promise<Tagged & {error: unknown}> {
  let changed = false
  try {
    for (const dataset of datasets) if (await changeCard(hub, dataset, title, edit)) changed = true
    return {changed, problem: undefined, error: undefined}
  } catch (error) {
    return {changed, problem: problemOf(error), error}
  }
}

async function changeCard(
  hub: Hub,
  {name, namespace}: RunDataset,
  title: string,
  edit: Tagging['edit'],
): Promise<boolean> {
  const {changed} = await changeFile(hub, name, async () => {
    const parentCommit = await hub.headOf(name)
    // A card that arrived damaged would be committed so.
    const before = await readSmallFile(hub, name, parentCommit, CARD)
    const after = edit(before) || undefined
    return {
      before,
      after,
      changed: (after ?? '') !== (before ?? ''),
      commit: () => hub.upload(name, namespace, {...textChange(CARD, after), title, parentCommit}),
    }
  })
  return changed
}

/** Anything else is a fault of this program. */
function problemOf(error: unknown): string {
  if (error instanceof CancelledError) return INTERRUPTED
  if (error instanceof SmoltraceError) return error.message
  throw error
}

/** Whether the next card would meet the same: the token is not accepted any more, or has made too many changes. */
function isForAll(error: unknown): boolean {
  return error instanceof HubError && (error.status === 401 || error.status === 429)
}
