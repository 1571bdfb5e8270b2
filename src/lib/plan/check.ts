import {isDeepStrictEqual} from 'node:util'
import * as z from 'zod/mini'

import {type TrashedDataset} from '../account/datasets.js'
import {groupDatasetsByRun} from '../account/runs.js'
import {type TrashedRun, trashedRunsOf} from '../account/trash.js'
import {RefusedError, UsageError} from '../base/errors.js'
import {parseDatasetName, parseRunDatasetName, parseTrashName} from '../base/names.js'
import {readOptions} from '../base/options.js'
import {optionsOf, readRules, RETENTION, rulesDocument} from '../retention/read-rules.js'
import {type RetentionRules} from '../retention/rules.js'
import {inScope, phraseFor, type Plan, PLAN_SOURCES, type PlannedRun} from './plan.js'

const text = z.string()
const reasons = z.array(z.object({rule: text, text}))
const PLANNED_DATASET = z.object({
  name: text,
  id: text,
  sha: text,
  createdAt: z.date(),
  lastModified: z.date(),
})
/** All that is looked at later is there, and of its kind; what it says is compared below. */
const PLAN = z.object({
  endpoint: text,
  namespace: text,
  source: z.enum(PLAN_SOURCES),
  now: z.date(),
  rules: z.object({}),
  archives: z.boolean(),
  delete: z.array(
    z.object({
      run: z.object({datasets: z.array(PLANNED_DATASET), inTrash: z.array(PLANNED_DATASET)}),
      datasets: z.array(PLANNED_DATASET),
      reasons,
    }),
  ),
  keep: z.array(z.object({run: z.object({timestamp: text}), reasons})),
  leaderboard: z.optional(z.object({dataset: PLANNED_DATASET, planned: z.boolean()})),
  standard: z.array(text),
})

/** Takes a plan from a caller: a copy that the caller cannot change, checked. @throws as `checkPlan` */
export function takePlan(given: Plan): Plan {
  let plan: Plan
  try {
    plan = structuredClone(given)
  } catch (error) {
    throw notAPlan(error)
  }

  checkPlan(plan)
  return plan
}

/**
 * Checks that a plan is one that this program could have made: what it deletes belongs to the runs that pins, keepers and changes are
 * looked up by.
 * @throws UsageError where it is not a plan, RefusedError where it contradicts itself
 */
export function checkPlan(plan: Plan): void {
  const {success, error} = z.safeParse(PLAN, plan)
  if (!success) throw notAPlan(error)
  const {namespace, rules, phrase, leaderboard} = plan
  if (!isDeepStrictEqual(rebuildRules(plan), rules))
    throw contradiction('its rules do not match their options')
  for (const planned of plan.delete) checkRun(planned, plan)
  const timestamps = new Set<string>()
  for (const {run} of [...plan.delete, ...plan.keep]) {
    if (timestamps.has(run.timestamp)) throw contradiction(`it has run ${run.timestamp} twice`)
    timestamps.add(run.timestamp)
  }

  if (phrase !== phraseFor(rules)) throw contradiction(`its rules do not require ${phrase}`)
  if (!leaderboard) return
  const {dataset, planned} = leaderboard
  if (parseDatasetName(dataset.name, namespace)?.type !== 'leaderboard' || dataset.namespace !== namespace)
    throw contradiction(`${dataset.name} is not the leaderboard of ${namespace}`)
  if (planned && !rules.deleteLeaderboard) throw contradiction('its rules do not include the leaderboard')
}

/** What the options of its rules make of them: a count that is not a number would keep nothing. */
function rebuildRules(plan: Plan): RetentionRules {
  try {
    return readRules(readOptions(optionsOf(rulesDocument(plan)), RETENTION), {byHand: true})
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw contradiction(`its rules are not valid: ${error.message.replace(/\.$/, '')}`)
  }
}

/** A run is what its datasets make of it, and loses some of those that its plan's scope takes in, in the order of deletion. */
function checkRun({run, datasets}: PlannedRun, {namespace, rules, source}: Plan): void {
  const isTrash = source === 'trash'
  const where = `run ${run.timestamp} ${isTrash ? 'in the trash ' : ''}of ${namespace}`
  for (const {name, type, timestamp} of run.datasets) {
    const parsed = isTrash ? parseTrashName(name, namespace) : parseRunDatasetName(name, namespace)
    if (parsed?.type !== type || parsed.timestamp !== timestamp)
      throw contradiction(`${name} is not a dataset of ${where}`)
  }

  for (const {name} of run.inTrash)
    if (parseTrashName(name, namespace)?.timestamp !== run.timestamp)
      throw contradiction(`${name} is not in the trash of ${where}`)

  // The trash may have two datasets of one type that were put there on two days.
  if (new Set(run.datasets.map(({type, name}) => (isTrash ? name : type))).size < run.datasets.length)
    throw contradiction(`run ${run.timestamp} has a dataset twice`)
  const made = isTrash
    ? trashedRunsOf({trash: run.datasets as TrashedDataset[], datasets: (run as TrashedRun).outside})
    : groupDatasetsByRun(run.datasets, run.inTrash)
  if (!isDeepStrictEqual(made, [run])) throw contradiction(`run ${run.timestamp} does not match its datasets`)
  const names = new Set(datasets.map(({name}) => name))
  const allowed = inScope(run, rules.only).filter(({name}) => names.has(name))
  if (datasets.length === 0 || !isDeepStrictEqual(allowed, datasets))
    throw contradiction(`the datasets it deletes for run ${run.timestamp} are not datasets of that run`)
}

function contradiction(why: string): RefusedError {
  return new RefusedError(`The plan contradicts itself: ${why}. Nothing was deleted.`, {
    suggestions: ['Create a new plan, and apply it unchanged.'],
  })
}

function notAPlan(cause: unknown): UsageError {
  return new UsageError('Pass a plan that `cleanupDatasets` returned, or an array of names.', {cause})
}
