import {isDeepStrictEqual} from 'node:util'

import {type RunDataset} from '../account/datasets.js'
import {groupDatasetsByRun} from '../account/runs.js'
import {RefusedError, UsageError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {readOptions} from '../base/options.js'
import {optionsOf, readRules, RETENTION, rulesDocument, rulesOf} from '../retention/read-rules.js'
import {type RetentionRules} from '../retention/rules.js'
import {inScope, phraseFor, type Plan, type PlannedRun} from './plan.js'

/**
 * Takes a plan from a caller: a copy that the caller cannot change, checked against itself.
 * @throws UsageError where it is not a plan, RefusedError where it contradicts itself
 */
export async function takePlan(given: Plan): Promise<Plan> {
  const plan = copyOf(given)
  checkPlan(plan)
  return plan
}

function copyOf(given: Plan): Plan {
  try {
    return structuredClone(given)
  } catch (error) {
    throw new UsageError('Give a plan as `cleanupDatasets` returns it, or an array of names.', {cause: error})
  }
}

/**
 * Checks that a plan is one that this program could have made: who reads it must be able to trust that what
 * is deleted belongs to the runs that pins, keepers and changes are looked up by.
 * @throws UsageError where it is not a plan, RefusedError where it contradicts itself
 */
export function checkPlan(plan: Plan): void {
  if (!hasShape(plan))
    throw new UsageError('Give a plan as `cleanupDatasets` returns it, or an array of names.')
  const {namespace, rules, phrase, leaderboard} = plan
  checkRules(plan)
  const timestamps = new Set<string>()
  for (const planned of plan.delete) {
    checkRun(planned, plan)
    requireNew(planned.run.timestamp, timestamps)
  }

  for (const {run} of plan.keep) {
    requireNew(run.timestamp, timestamps)
  }

  if (phrase !== phraseFor(rules)) throw contradiction(`its rules do not ask for ${phrase}`)
  if (!leaderboard) return
  const {dataset, goes} = leaderboard
  if (parseDatasetName(dataset.name, namespace)?.type !== 'leaderboard' || dataset.namespace !== namespace)
    throw contradiction(`${dataset.name} is not the leaderboard of ${namespace}`)
  if (goes && !rules.deleteLeaderboard) throw contradiction('its rules leave the leaderboard alone')
}

/** Rules are what their options make of them: a count that is not a number would keep nothing. */
function checkRules(plan: Plan): void {
  if (!isDeepStrictEqual(rulesAgain(plan), plan.rules))
    throw contradiction('its rules are not what options make of them')
}

function rulesAgain(plan: Plan): RetentionRules {
  try {
    return readRules(readOptions(optionsOf(rulesDocument(plan)), RETENTION), {byHand: true})
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw contradiction(`its rules make no sense: ${error.message.replace(/\.$/, '')}`)
  }
}

/** A run is what its datasets make of it, and loses some of those that its plan's scope takes in, in the order of deletion. */
function checkRun({run, datasets}: PlannedRun, {namespace, rules}: Plan): void {
  for (const {name, type, timestamp} of run.datasets) {
    const said = parseDatasetName(name, namespace)
    if (!said || said.type === 'leaderboard' || said.type !== type || said.timestamp !== timestamp)
      throw contradiction(`${name} is not a dataset of run ${timestamp} of ${namespace}`)
  }

  if (new Set(run.datasets.map(({type}) => type)).size < run.datasets.length)
    throw contradiction(`run ${run.timestamp} has a dataset twice`)
  if (!isDeepStrictEqual(groupDatasetsByRun(run.datasets), [run]))
    throw contradiction(`run ${run.timestamp} is not what its datasets make of it`)
  const names = new Set(datasets.map(({name}) => name))
  const allowed = inScope(run, rules.only).filter(({name}) => names.has(name))
  if (datasets.length === 0 || !isDeepStrictEqual(allowed, datasets))
    throw contradiction(`what it deletes of run ${run.timestamp} are not datasets of that run`)
}

function requireNew(timestamp: string, seen: Set<string>): void {
  if (seen.has(timestamp)) throw contradiction(`it has run ${timestamp} twice`)
  seen.add(timestamp)
}

function contradiction(why: string): RefusedError {
  return new RefusedError(`The plan contradicts itself: ${why}. Nothing is deleted.`, {
    suggestions: ['Make a new plan, and carry it out unchanged.'],
  })
}

/** Whether all that is looked at later is there, and of its kind. */
function hasShape(plan: unknown): plan is Plan {
  if (!isObject(plan)) return false
  const {endpoint, namespace, now, rules, archives, leaderboard, standard} = plan
  return (
    typeof endpoint === 'string' &&
    typeof namespace === 'string' &&
    isDate(now) &&
    isRules(rules) &&
    isListOf(plan.delete, isPlanned) &&
    isListOf(plan.keep, isKept) &&
    isListOf(standard, (each) => typeof each === 'string') &&
    typeof archives === 'boolean' &&
    (leaderboard === undefined || isLeaderboard(leaderboard))
  )
}

function isKept(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.run)) return false
  return typeof value.run.timestamp === 'string' && isListOf(value.reasons, isReason)
}

function isReason(value: unknown): boolean {
  return isObject(value) && typeof value.rule === 'string' && typeof value.text === 'string'
}

function isLeaderboard(value: unknown): boolean {
  return isObject(value) && isDataset(value.dataset) && typeof value.goes === 'boolean'
}

function isPlanned(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.run) || !isListOf(value.reasons, isReason)) return false
  return isListOf(value.run.datasets, isDataset) && isListOf(value.datasets, isDataset)
}

function isDataset(value: unknown): value is RunDataset {
  if (!isObject(value)) return false
  const {name, id, sha, createdAt, lastModified} = value
  return (
    [name, id, sha].every((text) => typeof text === 'string') && isDate(createdAt) && isDate(lastModified)
  )
}

/** Rules have each name that rules of ours have, and lists where these have lists. */
function isRules(rules: unknown): boolean {
  if (!isObject(rules)) return false
  return Object.entries(rulesOf({})).every(([name, value]) => {
    const given = rules[name]
    return (
      Object.hasOwn(rules, name) &&
      (value === undefined ||
        (typeof given === typeof value && given !== null && Array.isArray(given) === Array.isArray(value)))
    )
  })
}

/** Spread, since `every` passes over holes. */
function isListOf(value: unknown, is: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && [...(value as unknown[])].every((each) => is(each))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime())
}
