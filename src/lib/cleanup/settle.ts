import {type Dataset} from '../account/datasets.js'
import {messageOf} from '../base/text.js'
import {type Hub} from '../hub/client.js'
import {CHANGED} from '../plan/compare.js'
import {gone, type Outcome, stillThere, unknownResult} from './outcomes.js'

/** What the Hub shows under a dataset's name, asked for that one alone. */
type Sighting =
  | {state: 'gone'; movedTo?: string | undefined}
  | {state: 'there'; isChanged: boolean}
  | {state: 'unknown'; why: string}

/** Looks whether the same dataset, by its id, is still at its name. */
export async function lookFor(hub: Hub, {name, id, sha}: Dataset): Promise<Sighting> {
  try {
    const found = await hub.whereabouts(name)
    if (found.state === 'missing') return {state: 'gone'}
    if (found.state === 'there')
      return found.id === id ? {state: 'there', isChanged: found.sha !== sha} : {state: 'gone'}
    // A login page would send every name elsewhere.
    if (found.to === undefined) return {state: 'unknown', why: 'its name leads to another place'}
    return {state: 'gone', movedTo: found.to}
  } catch (error) {
    return {state: 'unknown', why: messageOf(error)}
  }
}

/**
 * The outcome of a dataset that is no longer there.
 * @param mayBeOurs a DELETE was sent that may have been carried out
 */
export function outcomeOfAbsence(name: string, movedTo: string | undefined, mayBeOurs: boolean): Outcome {
  return mayBeOurs && movedTo === undefined ? {name, status: 'deleted'} : gone(name, movedTo)
}

export function changedMeanwhile(name: string): Outcome {
  return {name, status: 'skipped', reason: CHANGED}
}

/** What was known of a dataset before everything was listed a last time. */
interface Known {
  outcome: Outcome
  dataset: Dataset
  /** A DELETE was sent whose answer does not say what was done. */
  isLost: boolean
  /** The last listing shows the same dataset. */
  isListed: boolean
}

/**
 * What a last listing says of an outcome. Listings may lag, so that what one still shows is asked for once more.
 * @returns undefined where the outcome stays as it is
 */
export async function correctionOf(known: Known, hub: Hub): Promise<Outcome | undefined> {
  const {outcome, dataset, isLost, isListed} = known
  const {name, status, uncertain, requestId} = outcome
  const sighting: Sighting = isListed ? await lookFor(hub, dataset) : {state: 'gone'}
  switch (sighting.state) {
    case 'gone': {
      return uncertain ? outcomeOfAbsence(name, sighting.movedTo, isLost) : undefined
    }

    case 'there': {
      return stillThere(name, accountOf(known), requestId)
    }

    case 'unknown': {
      return uncertain || status === 'failed'
        ? undefined
        : unknownResult(name, new Error(`the Hub still lists it, and ${sighting.why}`))
    }
  }
}

function accountOf({outcome: {status}, isLost}: Known): string {
  if (isLost) return 'the Hub did not answer its DELETE with OK'
  return status === 'deleted' ? 'the Hub answered OK' : 'the Hub said that it was gone'
}
