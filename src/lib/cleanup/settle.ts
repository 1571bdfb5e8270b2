import pLimit from 'p-limit'

import {allDatasets, type Dataset, discover} from '../account/datasets.js'
import {RefusedError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {type Hub} from '../hub/client.js'
import {requireSameAccess} from '../hub/session.js'
import {type GateOptions} from './gate.js'
import {goneOutcome, type Outcome, stillThereOutcome, unknownOutcome} from './outcomes.js'

/** How the deletion of one dataset ended, and what that rests on. */
export interface Attempt {
  readonly dataset: Dataset
  readonly outcome: Outcome
  /** A DELETE was sent whose answer does not say what was done. */
  readonly isLost?: boolean
  /** It counts as deleted or gone because it was no longer found. */
  readonly isAbsent?: boolean
  /** It changed, or another dataset has its name: the rest of its run is kept. */
  readonly isChanged?: boolean | undefined
  /** The Hub's id of the DELETE that succeeded. */
  readonly requestId?: string | undefined
}

/** What the Hub shows under a dataset's name, asked for that one alone. */
type HubState =
  /** `isChanged`: another dataset has its name. */
  | {state: 'gone'; movedTo?: string; isChanged?: boolean}
  | {state: 'there'; isChanged: boolean}
  | {state: 'unknown'; why: string}

/** Checks whether the same dataset, by its id, is still at its name. */
export async function lookFor(hub: Hub, {name, id, sha}: Dataset): Promise<HubState> {
  try {
    const found = await hub.whereabouts(name)
    if (found.state === 'missing') return {state: 'gone'}
    if (found.state === 'there')
      return found.id === id
        ? {state: 'there', isChanged: found.sha !== sha}
        : {state: 'gone', isChanged: true}
    // A login page would send every name elsewhere.
    if (found.to === undefined) return {state: 'unknown', why: 'its address redirects elsewhere'}
    return {state: 'gone', movedTo: found.to}
  } catch (error) {
    return {state: 'unknown', why: messageOf(error)}
  }
}

/** The outcome of a dataset that is no longer there: ours, if a DELETE was sent that the Hub may have performed. */
export function outcomeOfAbsence(name: string, isLost: boolean, movedTo?: string): Outcome {
  return isLost && movedTo === undefined ? {name, status: 'deleted'} : goneOutcome(name, movedTo)
}

/**
 * Compares outcomes that may be untrue with one listing: an answer may be wrong, or lost.
 * @param correct called with each attempt that has another outcome
 * @returns whether they could be compared
 */
export async function settle(
  attempts: readonly Attempt[],
  {session, concurrency, signal, onEvent}: Omit<GateOptions, 'state'> & {concurrency: number},
  correct: (attempt: Attempt) => Promise<void>,
): Promise<boolean> {
  const open = attempts.filter(
    ({outcome: {status, uncertain}}) => status === 'deleted' || status === 'gone' || uncertain === true,
  )
  if (open.length === 0) return true
  if (signal?.aborted) return false
  onEvent({kind: 'checking'})
  try {
    const inventory = await discover(session)
    // If the token can no longer see everything, a listing does not show what is gone.
    await requireSameAccess(session)
    const listed = new Map(allDatasets(inventory).map(({name, id}) => [name, id]))
    const compare = async (attempt: Attempt) => {
      const {name, id} = attempt.dataset
      // Listings may lag, so that what one still shows is asked for once more.
      const found: HubState =
        listed.get(name) === id ? await lookFor(session.hub, attempt.dataset) : {state: 'gone'}
      const outcome = correctionOf(attempt, found)
      if (outcome) await correct({...attempt, outcome})
    }

    const limit = pLimit(concurrency)
    await Promise.all(open.map((each) => limit(compare, each)))
    return true
  } catch (error) {
    if (signal?.aborted) return false
    session.warnings.push(`The final check that everything is deleted failed: ${messageOf(error)}`)
    // Where the token may no longer see everything, what could not be found may only be hidden.
    const hidden = error instanceof RefusedError ? open.filter(({isAbsent}) => isAbsent) : []
    for (const attempt of hidden)
      await correct({...attempt, outcome: unknownOutcome(attempt.dataset.name, error as Error)})
    return false
  }
}

/** @returns undefined if the outcome is unchanged */
function correctionOf(attempt: Attempt, found: HubState): Outcome | undefined {
  const {outcome, isLost = false} = attempt
  const {name, status, uncertain, requestId} = outcome
  if (found.state === 'gone') return uncertain ? outcomeOfAbsence(name, isLost, found.movedTo) : undefined
  if (found.state === 'there') return stillThereOutcome(name, answerOf(attempt), requestId)
  if (uncertain || status === 'failed') return undefined
  return unknownOutcome(name, new Error(`the Hub still lists it, and ${found.why}`))
}

function answerOf({isLost, outcome}: Attempt): string {
  if (isLost) return 'the Hub did not confirm the DELETE with OK'
  return outcome.status === 'deleted' ? 'the Hub returned OK' : 'the Hub reported it as gone'
}
