import pLimit from 'p-limit'

import {DEFAULT_CONCURRENCY, mapLimited} from '../../base/concurrency.js'
import {CancelledError, SmoltraceError} from '../../base/errors.js'
import {changeFile} from '../../hub/change.js'
import {type Hub} from '../../hub/client.js'
import {HubError} from '../../hub/errors.js'
import {type RunDataset} from '../datasets.js'

/** The datasets of one run whose cards are to change. */
export interface Tagging {
  run: string
  datasets: readonly RunDataset[]
  /** Takes the text of a card, empty without one, and returns the new one. */
  edit: (card: string) => string
}

/** The outcome of one run's cards. */
export interface Tagged {
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

/** How cards are changed. */
export interface TaggingOptions {
  signal?: AbortSignal | undefined
  /** Called for each run whose cards are done. */
  onEvent?: ((event: TaggingEvent) => void) | undefined
}

const INTERRUPTED = 'interrupted before its card was changed'

/**
 * Changes the cards of runs, several at a time. A card that cannot be changed ends its run and holds up no other one; where the Hub
 * takes no more changes from this token, or the job is interrupted, the rest is left as it is.
 */
export async function changeCards(
  taggings: readonly Tagging[],
  title: string,
  hub: Hub,
  {signal, onEvent}: TaggingOptions,
): Promise<Map<string, Tagged>> {
  const results = new Map<string, Tagged>()
  let stop: string | undefined
  await mapLimited(taggings, pLimit(DEFAULT_CONCURRENCY), async ({run, datasets, edit}) => {
    let changed = false
    let problem = signal?.aborted ? INTERRUPTED : stop
    try {
      for (const {name, namespace} of problem ? [] : datasets) {
        const place = {name, namespace, path: 'README.md', title}
        const {before, after} = await changeFile(hub, place, (card = '') => edit(card))
        changed ||= before !== after
      }
    } catch (error) {
      // Anything else is a fault of this program.
      if (!(error instanceof SmoltraceError)) throw error
      problem = error instanceof CancelledError ? INTERRUPTED : error.message
      // The next card would meet the same: the token is no longer accepted, or has made too many changes.
      if (error instanceof HubError && [401, 429].includes(error.status)) stop = `not attempted: ${problem}`
    }

    results.set(run, {changed, problem})
    onEvent?.({kind: 'tagging', run, problem, done: results.size, of: taggings.length})
  })
  return results
}
