import {randomUUID} from 'node:crypto'
import {access, constants, open, realpath, rename, rm, stat} from 'node:fs/promises'
import {dirname, join, resolve, sep} from 'node:path'

import {RefusedError, SmoltraceError, UsageError} from '../errors.js'
import {jsonPieces} from '../json.js'
import {type Plan} from '../plan.js'
import {chunksOf, inSlices} from '../slices.js'
import {printable} from '../text.js'
import {lookingForPlan} from './envelope.js'
import {documentingPlan, type PlanFacts} from './format.js'
import {parsingPlan} from './parse.js'
import {LARGEST_PLAN, readPlanText} from './read.js'

/**
 * Saves a plan for a review; `loadPlan` reads it. An older plan in the file is replaced, whole or not at all, and nothing
 * else is. The same plan gives the same bytes.
 * @throws UsageError where the file is no place for a plan
 * @throws RefusedError where it is not known whether the leaderboard is protected, where the plan could not be loaded again,
 *   such as one of single names, or where writing fails
 */
export async function savePlan(plan: Plan, file: string, facts: PlanFacts): Promise<void> {
  if (plan.leaderboard?.protection === 'unknown')
    throw notSaved('whether the leaderboard is protected is unknown, try again later')
  const document = await inSlices(documentingPlan(plan, facts))
  const target = await findTarget(file)
  await replace(target, document)
}

/**
 * Checks that a plan can be saved in a file, before anything is sent to the Hub.
 * @throws UsageError where it is a folder or something else that is no plan, or where its folder cannot take it
 */
export async function checkPlanTarget(file: string): Promise<void> {
  await findTarget(file)
}

function notSaved(why: string): RefusedError {
  return new RefusedError(`The plan is not saved: ${why}.`)
}

/** @returns the file to write, behind any links. */
async function findTarget(file: string): Promise<string> {
  const wrong = (why: string) => new UsageError(`--plan ${printable(file)}: ${why}.`)
  if (file === '') throw new UsageError('--plan needs the name of a file.')
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return
    throw wrong(`it cannot be looked at (${error.code ?? error.message})`)
  })
  if (found?.isDirectory() || file.endsWith('/') || file.endsWith(sep))
    throw wrong('it is a folder, give the name of a file in it')
  if (found && !(await isPlanFile(file)))
    throw wrong('exists and is no plan, give another name or remove it first')
  const target = found ? await realpath(file) : resolve(file)
  await requireFolder(dirname(target), wrong)
  return target
}

async function isPlanFile(file: string): Promise<boolean> {
  try {
    return await inSlices(lookingForPlan(await readPlanText(file, (why) => new UsageError(why))))
  } catch {
    return false
  }
}

async function requireFolder(folder: string, wrong: (why: string) => UsageError): Promise<void> {
  const found = await stat(folder).catch(() => {})
  if (!found?.isDirectory()) throw wrong('its folder does not exist, create it first')
  await access(folder, constants.W_OK).catch(() => {
    throw wrong('its folder cannot be written to, give a file elsewhere')
  })
}

/** Whoever looks meanwhile, or after a crash, finds the old plan or the new one. */
async function replace(target: string, document: object): Promise<void> {
  const temporary = join(dirname(target), `.smoltrace-plan-${randomUUID()}`)
  try {
    await write(temporary, document)
    // What could not be carried out later is not worth a review now.
    await inSlices(parsingPlan(await readPlanText(temporary, notSaved), notSaved))
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, {force: true}).catch(() => {})
    if (error instanceof SmoltraceError) throw error
    const {code, message} = error as NodeJS.ErrnoException
    throw new RefusedError(`The plan could not be written to ${printable(target)} (${code ?? message}).`, {
      cause: error,
      suggestions: ['Give --plan a file elsewhere, or make room, and try again.'],
    })
  }
}

async function write(file: string, document: object): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    let size = 0
    for (const text of chunksOf(jsonPieces(document))) {
      size += Buffer.byteLength(text)
      if (size >= LARGEST_PLAN) throw notSaved('it would be larger than 64 MiB, take fewer runs at a time')
      await handle.writeFile(text)
    }

    await handle.writeFile('\n')
    await handle.sync()
  } finally {
    await handle.close()
  }
}
