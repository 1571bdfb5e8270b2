import {UsageError} from '../../base/errors.js'
import {readTextFile} from '../../base/files.js'
import {readText} from '../../base/options.js'
import {printable} from '../../base/text.js'
import {type Refuse} from './field.js'
import {parsePlan, type SavedPlan} from './parse.js'

/** In bytes; some hundred thousand datasets. */
export const LARGEST_PLAN = 64 * 1024 * 1024

/**
 * Loads a plan that `savePlan` wrote, to carry it out. Nothing in the file is trusted: who can edit it can compute its
 * digest anew, so a plan can name nothing but datasets that `cleanup` might have planned, and is compared with a new listing
 * before anything is deleted.
 * @throws UsageError where the file cannot be read, is not a plan of this version, was changed, or contradicts itself
 */
export async function loadPlan(file: string): Promise<SavedPlan> {
  readText(file, '`file`')
  const refuse: Refuse = (why) =>
    new UsageError(`\`applyPlan\` ${printable(file)}: ${why}.`, {
      suggestions: ['Nothing of it is carried out. Make a new plan, with `savePlan`.'],
    })
  return parsePlan(await readPlanText(file, refuse), refuse)
}

/** The text of a file that may be a plan, in UTF-8. */
export async function readPlanText(file: string, refuse: Refuse): Promise<string> {
  const bytes = await readTextFile(file, {bytes: LARGEST_PLAN, text: '64 MiB'}, refuse)
  return bytes.toString()
}
