import pLimit from 'p-limit'

import {allDatasets, type Dataset, discover} from '../account/datasets.js'
import {RefusedError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {type Hub, type PlanPart} from '../hub/client.js'
import {requireSameAccess} from '../hub/session.js'
import {type GateOptions} from './gate.js'
import {gone, type Outcome, stillThere, unknownResult} from './outcomes.js'

/** A dataset of a plan, and what is known of its deletion. */
export interface Target {
  readonly dataset: Dataset
  readonly part: PlanPart
  isStarted?: boolean
  /** A DELETE was sent whose answer does not say what was done. */
  isLost?: boolean
  /** It counts as deleted or gone because it was not found any more. */
  isAbsent?: boolean
  /** It, or what has its name by now, is not what the plan has: the rest of its run stays. */
  isChanged?: boolean | undefined
  /** The Hub's id of the DELETE that succeeded. */
  requestId?: string | undefined
}

/** What the Hub shows under a dataset's name, asked for that one alone. */
type Sighting =
  /** `isChanged`: another dataset has its name. */
  | {state: 'gone'; movedTo?: string; isChanged?: boolean}
  | {state: 'there'; isChanged: boolean}
  | {state: 'unknown'; why: string}

/** Looks whether the same dataset, by its id, is still at its name. */
export async function lookFor(hub: Hub, {name, id, sha}: Dataset): Promise<Sighting> {
  try {
    const found = await hub.whereabouts(name)
    if (found.state === 'missing') return {state: 'gone'}
    if (found.state === 'there')
      return found.id === id
        ? {state: 'there', isChanged: found.sha !== sha}
        : {state: 'gone', isChanged: true}
    // A login page would send every name elsewhere.
    if (found.to === undefined) return {state: 'unknown', why: 'its name leads to another place'}
    return {state: 'gone', movedTo: found.to}
  } catch (error) {
    return {state: 'unknown', why: messageOf(error)}
  }
}

/** The outcome of a dataset that is no longer there: ours, where a DELETE was sent that may have been carried out. */
export function outcomeOfAbsence({dataset: {name}, isLost}: Target, movedTo: string | undefined): Outcome {
  return isLost && movedTo === undefined ? {name, status: 'deleted'} : gone(name, movedTo)
}

/**
 * Compares outcomes that may be untrue with one listing: an answer may be wrong, or lost.
 * @param correct called with each outcome that is another one
 * @returns whether they could be compared
 */
export async function settle(
  outcomes: ReadonlyArray<[target: Target, outcome: Outcome]>,
  {session, concurrency, signal, onEvent}: Omit<GateOptions, 'look'> & {concurrency: number},
  correct: (target: Target, outcome: Outcome) => Promise<void>,
): Promise<boolean> {
  const open = outcomes.filter(
    ([, {status, uncertain}]) => status === 'deleted' || status === 'gone' || uncertain === true,
  )
  if (open.length === 0) return true
  if (signal?.aborted) return false
  onEvent({kind: 'checking'})
  try {
    const inventory = await discover(session)
    // Of a token that may not see everything any more, a listing says nothing about what is gone.
    await requireSameAccess(session)
    const listed = new Map(allDatasets(inventory).map(({name, id}) => [name, id]))
    const compare = async ([target, outcome]: [target: Target, outcome: Outcome]) => {
      const {name, id} = target.dataset
      // Listings may lag, so that what one still shows is asked for once more.
      const sighting: Sighting =
        listed.get(name) === id ? await lookFor(session.hub, target.dataset) : {state: 'gone'}
      const correction = correctionOf(target, outcome, sighting)
      if (correction) await correct(target, correction)
    }

    const limit = pLimit(concurrency)
    await Promise.all(open.map((each) => limit(compare, each)))
    return true
  } catch (error) {
    if (signal?.aborted) return false
    session.warnings.push(`A last look, whether all of it is gone, failed: ${messageOf(error)}`)
    // Where the token may no longer see everything, what could not be found may only be hidden.
    const hidden = error instanceof RefusedError ? open.filter(([{isAbsent}]) => isAbsent) : []
    for (const [target] of hidden) await correct(target, unknownResult(target.dataset.name, error as Error))
    return false
  }
}

/** @returns undefined where the outcome stays as it is */
function correctionOf(target: Target, outcome: Outcome, sighting: Sighting): Outcome | undefined {
  const {name, status, uncertain, requestId} = outcome
  if (sighting.state === 'gone') return uncertain ? outcomeOfAbsence(target, sighting.movedTo) : undefined
  if (sighting.state === 'there') return stillThere(name, answerOf(target, outcome), requestId)
  if (uncertain || status === 'failed') return undefined
  return unknownResult(name, new Error(`the Hub still lists it, and ${sighting.why}`))
}

function answerOf({isLost}: Target, {status}: Outcome): string {
  if (isLost) return 'the Hub did not answer its DELETE with OK'
  return status === 'deleted' ? 'the Hub answered OK' : 'the Hub said that it was gone'
}
