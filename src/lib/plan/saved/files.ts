import {createReadStream} from 'node:fs'
import {text} from 'node:stream/consumers'

import {RefusedError, UsageError} from '../../base/errors.js'
import {findTarget, MAX_JSON, readTextFile, replaceFile} from '../../base/files.js'
import {readText} from '../../base/options.js'
import {printable} from '../../base/text.js'
import {type Plan} from '../plan.js'
import {type Refuse, type SavedPlan} from './parse.js'

/**
 * Saves a plan for a review; `loadPlan` reads it. An older plan in the file is replaced, whole or not at all, and nothing
 * else is. The same plan gives the same bytes.
 * @param user the owner of the token that the plan was made with
 * @throws UsageError where a plan cannot be written there
 * @throws RefusedError where the plan rests on what could not be read, or could not be loaded again, such as one of single names;
 *   where writing fails
 */
export async function savePlan(plan: Plan, file: string, user: string): Promise<void> {
  if (plan.leaderboard?.protection === 'unknown')
    throw notSaved('it is unknown whether the leaderboard is protected; try again later')
  if (plan.unknown) throw notSaved('the data its rules need could not be read; try again later')
  const target = await checkPlanTarget(file)
  // What reads and writes plans is loaded only where one is.
  const [{planDocument}, {checkDocument}, {requireReadable}] = await Promise.all([
    import('./format.js'),
    import('./parse.js'),
    import('../../base/schema.js'),
  ])
  const document = planDocument(plan, user)
  // What could not be applied later is not worth a review now. The text, which reads as this, takes as much memory: one after
  // the other.
  await checkDocument(() => document, notSaved)
  const json = JSON.stringify(document, undefined, 2)
  requireReadable(json, (why) => notSaved(`its file could not be read: ${why}`))
  await replaceFile(target, {
    kind: 'plan',
    text: `${json}\n`,
    advice: 'Use another file for `savePlan`, or free some space, and try again.',
  })
}

function notSaved(why: string): RefusedError {
  return new RefusedError(`The plan was not saved: ${why}.`, {
    suggestions: ['Narrow it with selectors or `only`, or run the cleanup without `savePlan`.'],
  })
}

/**
 * Checks that a plan can be saved in a file, before anything is sent to the Hub.
 * @returns the file to write, behind any links
 * @throws UsageError where it is a folder or something else that is not a plan, or where its folder cannot take it
 */
export function checkPlanTarget(file: string): Promise<string> {
  return findTarget(file, {
    name: '`savePlan`',
    refuse: async () =>
      (await isPlanFile(file))
        ? undefined
        : 'it exists and is not a plan; use another name, or remove it first',
  })
}

/** Whether a file begins as every plan does: to read all of an old one takes as much memory as to make the new one. */
async function isPlanFile(file: string): Promise<boolean> {
  const {PLAN_START} = await import('./format.js')
  const start = await text(createReadStream(file, {end: 99})).catch(() => '')
  return PLAN_START.test(start)
}

/**
 * Loads a plan that `savePlan` wrote, to apply it or to show it. Nothing in the file is trusted: who can edit it can compute its
 * digest again, so a plan can name nothing but datasets that `cleanup` might have planned, and is compared with a new listing
 * before anything is deleted.
 * @throws UsageError where the file cannot be read, is not a plan of this version, was changed, or contradicts itself
 */
export async function loadPlan(file: string, use: 'apply' | 'show' = 'apply'): Promise<SavedPlan> {
  readText(file, '`file`')
  const [named, advice] =
    use === 'show'
      ? ['', 'Create a new plan with `cleanup --plan`.']
      : ['`applyPlan` ', 'The plan was not applied. Create a new one with `savePlan`.']
  const refuse: Refuse = (why) =>
    new UsageError(`${named}${printable(file)}: ${why}.`, {suggestions: [advice]})
  const {parsePlan} = await import('./parse.js')
  return parsePlan(String(await readTextFile(file, MAX_JSON, refuse)), refuse)
}
