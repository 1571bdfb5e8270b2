import {type Dataset} from '../account/datasets.js'
import {messageOf, printable} from '../base/text.js'
import {HubError} from '../hub/errors.js'
import {type RetryWait, type Wait} from '../hub/retry.js'

export const OUTCOME_STATUSES = ['deleted', 'trashed', 'failed', 'skipped', 'gone', 'unattempted'] as const
/** Of one dataset; `skipped`: changed or protected since the plan, or not archived; `gone`: was already gone. */
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number]

/** The outcome of one dataset. */
export interface Outcome {
  /** Full name of the dataset. */
  name: string
  status: OutcomeStatus
  /** Why it is neither `deleted` nor `trashed`; of what is moved, that it may have been public. */
  reason?: string
  /** The Hub's id of the request that failed. */
  requestId?: string
  /** It is unknown whether the Hub deleted or moved it. */
  uncertain?: true
}

/** What happens while a plan is applied. */
export type TakeEvent =
  | {kind: 'checking'}
  /** Called again for a dataset whose outcome the final listing corrects. */
  | {kind: 'finished'; outcome: Outcome}
  | (RetryWait & {kind: 'repeating'; name: string})
  | {kind: 'started'; name: string}
  | (Wait & {kind: 'waiting'})

export function isMissing(error: Error): boolean {
  return error instanceof HubError && error.status === 404 && error.answer.code === 'RepoNotFound'
}

/** It is done; `alarm`: and something is wrong with it that somebody has to know. */
export function doneOutcome(name: string, status: 'deleted' | 'trashed', alarm: string | undefined): Outcome {
  return {name, status, ...(alarm !== undefined && {reason: alarm})}
}

/** Whether a move showed it to others: it is the only reason that what is done has. */
export function isExposed({status, reason}: {status: string; reason?: string | undefined}): boolean {
  return (status === 'trashed' || status === 'restored') && reason !== undefined
}

/** The outcome of a dataset that was there once and is gone. */
export function goneOutcome(name: string, movedTo?: string): Outcome {
  const reason = movedTo === undefined ? 'was already gone' : `was renamed to ${printable(movedTo)}`
  return {name, status: 'gone', reason}
}

/** A DELETE or a move was sent, and the Hub shows afterwards that it did nothing. */
export function stillThereOutcome(name: string, why: string, requestId?: string): Outcome {
  return {
    name,
    status: 'failed',
    reason: `${why.replace(/\.$/, '')}, but it is still there`,
    ...(requestId && {requestId}),
  }
}

export function unattemptedOutcome({name}: Dataset, reason: string): Outcome {
  return {name, status: 'unattempted', reason}
}

/** A DELETE or a move was sent before, and its result is unknown; unless a listing has shown the dataset since. */
export function outcomeAfterLostAnswer(blocked: Outcome, isMove: boolean): Outcome {
  if (blocked.status === 'skipped') return blocked
  return blocked.status === 'gone' && !isMove
    ? {name: blocked.name, status: 'deleted'}
    : unknownOutcome(blocked.name, isMove)
}

export function unknownOutcome(name: string, isMove: boolean, error?: Error): Outcome {
  const answer = error ? messageOf(error) : "the Hub's response was lost"
  const done = isMove ? 'moved' : 'deleted'
  return {name, status: 'failed', reason: `it may or may not be ${done}: ${answer}`, uncertain: true}
}

export function failedOutcome({name}: Dataset, error: Error): Outcome {
  if (!(error instanceof HubError)) return {name, status: 'failed', reason: messageOf(error)}
  const {status, text, requestId} = error.answer
  return {
    name,
    status: 'failed',
    reason: `${status} ${printable(text)}`.trim(),
    ...(requestId && {requestId}),
  }
}
