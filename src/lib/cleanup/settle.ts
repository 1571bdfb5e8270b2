import pLimit from 'p-limit'

import {type Dataset, discover, listedIn} from '../account/datasets.js'
import {mapLimited} from '../base/concurrency.js'
import {RefusedError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {requireSameAccess, type Session} from '../hub/session.js'
import {type Act, type HubState} from './act.js'
import {type GateOptions} from './gate.js'
import {doneOutcome, goneOutcome, type Outcome, stillThereOutcome, unknownOutcome} from './outcomes.js'

/** How it ended for one dataset, and what that rests on. */
export interface Attempt {
  readonly dataset: Dataset
  readonly outcome: Outcome
  /** A request was sent whose answer does not say what was done. */
  readonly isLost?: boolean
  /** It counts as taken or gone because it was no longer found. */
  readonly isAbsent?: boolean
  /** It changed, or another dataset has its name: the rest of its run is kept. */
  readonly isChanged?: boolean | undefined
  /** The Hub's id of the request that succeeded. */
  readonly requestId?: string | undefined
}

const NOWHERE = 'the Hub shows it under neither name'

/** The outcome of a dataset that is no longer there: ours, if a request was sent that the Hub may have performed. */
export function outcomeOfAbsence(
  name: string,
  {done, isMove}: Act,
  isLost: boolean,
  movedTo?: string,
): Outcome {
  if (!isLost || movedTo !== undefined) return goneOutcome(name, movedTo)
  // What was moved would have been found.
  return isMove ? unknownOutcome(name, isMove, new Error(NOWHERE)) : {name, status: done}
}

/**
 * Compares outcomes that may be untrue with one listing: an answer may be wrong, or lost.
 * @param correct called with each attempt that has another outcome
 * @returns whether they could be compared
 */
export async function settle(
  attempts: readonly Attempt[],
  {session, concurrency, signal, onEvent, act}: Omit<GateOptions, 'state'> & {act: Act; concurrency: number},
  correct: (attempt: Attempt) => Promise<void>,
): Promise<boolean> {
  const open = attempts.filter(
    ({outcome: {status, uncertain}}) => status === act.done || status === 'gone' || uncertain === true,
  )
  if (open.length === 0) return true
  if (signal?.aborted) return false
  onEvent({kind: 'checking'})
  try {
    const inventory = await discover(session)
    // If the token can no longer see everything, a listing does not show what is gone.
    await requireSameAccess(session)
    const listed = listedIn(inventory)
    const ids = new Map(listed.map(({name, id}) => [name, id]))
    const names = new Map(listed.map(({name, id}) => [id, name]))
    await mapLimited(open, pLimit(concurrency), async (attempt) => {
      const outcome = await compare(attempt, {ids, names}, {session, act})
      if (outcome) await correct({...attempt, outcome})
    })
    return true
  } catch (error) {
    if (signal?.aborted) return false
    session.warnings.push(`The final check of what is left failed: ${messageOf(error)}`)
    // Where the token may no longer see everything, what could not be found may only be hidden.
    const hidden = error instanceof RefusedError ? open.filter(({isAbsent}) => isAbsent) : []
    for (const attempt of hidden)
      await correct({...attempt, outcome: unknownOutcome(attempt.dataset.name, act.isMove, error as Error)})
    return false
  }
}

/** What a listing shows: the id of each name, and the name of each id. */
interface Listed {
  ids: ReadonlyMap<string, string>
  names: ReadonlyMap<string, string>
}

/** @returns undefined if the outcome is unchanged */
async function compare(
  attempt: Attempt,
  {ids, names}: Listed,
  {session, act}: {session: Session; act: Act},
): Promise<Outcome | undefined> {
  const {
    dataset: {name, id},
    outcome: {uncertain = false},
  } = attempt
  // Listings may lag, so that what one still shows is asked for once more; what was moved has another name there.
  if (ids.get(name) === id || (act.isMove && uncertain))
    return correctionOf(attempt, await act.lookFor(attempt.dataset), act)
  const other = names.get(id)
  const there = act.isMove || other === undefined ? undefined : await session.hub.whereabouts(other)
  // Somebody else renamed it, and nothing was deleted; a listing that lags may still have a name of what is gone.
  if (there?.state === 'there' && there.id === id) return goneOutcome(name, other)
  return correctionOf(attempt, {state: 'gone'}, act)
}

/** @returns undefined if the outcome is unchanged */
function correctionOf(attempt: Attempt, found: HubState, act: Act): Outcome | undefined {
  const {outcome, isLost = false} = attempt
  const {name, status, uncertain, requestId} = outcome
  if (found.state === 'done')
    return uncertain || found.alarm !== undefined ? doneOutcome(name, act.done, found.alarm) : undefined
  if (found.state === 'gone')
    return uncertain ? outcomeOfAbsence(name, act, isLost, found.movedTo) : undefined
  if (found.state === 'there') return stillThereOutcome(name, answerOf(attempt, act), requestId)
  if (uncertain || status === 'failed') return undefined
  return unknownOutcome(name, act.isMove, new Error(`the Hub still lists it, and ${found.why}`))
}

function answerOf({isLost, outcome}: Attempt, {done, isMove}: Act): string {
  if (isMove) return 'a move was sent'
  if (isLost) return 'the Hub did not confirm the DELETE with OK'
  return outcome.status === done ? 'the Hub returned OK' : 'the Hub reported it as gone'
}
