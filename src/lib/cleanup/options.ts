import {access, constants, stat} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'

import {type RowIndex} from '../account/leaderboard/index.js'
import {SIZES, type Sizes, type SizesOption} from '../account/sizes.js'
import {type ArchiveEvent} from '../archive/archive.js'
import {checkConcurrency, DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {OptionError, UsageError} from '../base/errors.js'
import {checkWords, type OptionTable} from '../base/options.js'
import {messageOf} from '../base/text.js'
import {parseDeletionLimit} from '../plan/limit.js'
import {type Plan} from '../plan/plan.js'
import {type Confirmation, CONFIRMATIONS, dataDirectory, prepareJournal} from './journal/write.js'
import {type TakeEvent} from './outcomes.js'

/** How a plan is confirmed and applied. */
export interface ExecutionOptions {
  /** Default true: nothing is deleted. */
  dryRun?: boolean | undefined
  /** Deletes without asking `confirm`. */
  yes?: boolean | undefined
  /** Asked with the whole plan before anything is deleted; only `true` continues. */
  confirm?: ((plan: Plan) => boolean | Promise<boolean>) | undefined
  /** How `confirm` asks, for the journal; default `callback`. */
  confirmedBy?: Exclude<Confirmation, 'yes'> | undefined
  /** Runs that are worked on at a time, 1 to 32; default 4. */
  concurrency?: number | undefined
  /** The most that the plan may delete: a number of datasets, or `10%` of all. */
  maxDelete?: number | string | undefined
  /** Folder into which every dataset is archived before it is deleted. The leaderboard is always archived. */
  archive?: string | undefined
  /** Default true: every deletion is written down, and without a journal nothing is deleted. */
  journal?: boolean | undefined
  /** Where journals and archives of leaderboards are kept; default: where the command line keeps them. */
  dataDir?: string | undefined
  /** Called with everything that happens while the plan is applied. What it throws becomes a warning. */
  onEvent?: ((event: JobEvent, plan: Plan) => void) | undefined
}

/** What a caller that shows a plan gets beside it; nothing of it decides anything. */
export interface PlanFacts {
  warnings: string[]
  /** Where they were asked for. */
  sizes: Sizes | undefined
  /** What the leaderboard says of runs, by timestamp; `unknown` where it was not asked for or could not be read. */
  rows: RowIndex | 'unknown'
  /** Why the token can delete nothing; undefined where it can, as far as that is known. */
  writeLimit?: string | undefined
  /** Where datasets may be that were not found here; undefined for a saved plan, which names its own namespace. */
  otherNamespaces?: string[] | undefined
}

/** Asks for what only a screen needs. */
export interface FactsOptions extends SizesOption {
  /** Reads the leaderboard for `onPlan` and `choose`, whatever the rules rest on; where it cannot be read, a warning says so. */
  withRows?: boolean | undefined
}

export const FACTS: OptionTable<FactsOptions> = {...SIZES, withRows: 'boolean'}

export const EXECUTION: OptionTable<ExecutionOptions> = {
  dryRun: 'any',
  yes: 'boolean',
  confirm: 'function',
  confirmedBy: 'text',
  concurrency: 'number',
  maxDelete: 'number or text',
  archive: 'text',
  journal: 'boolean',
  dataDir: 'text',
  onEvent: 'function',
}

/** What happens while a plan is applied. */
export type JobEvent = ArchiveEvent | TakeEvent

/** Checks how a plan is to be applied. @throws UsageError */
export function checkExecution(options: ExecutionOptions): void {
  checkConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY)
  if (options.archive === '') throw new OptionError('archive', 'needs a folder')
  if (options.maxDelete !== undefined) parseDeletionLimit(options.maxDelete)
  const asking = CONFIRMATIONS.filter((each) => each !== 'yes')
  if (options.confirmedBy !== undefined)
    checkWords([options.confirmedBy], asking, 'confirmedBy', 'way to confirm')
  if (!isDryRun(options) && options.yes !== true && !options.confirm)
    throw new UsageError('Deleting needs confirmation: use `confirm`, or `yes: true`.')
}

/**
 * Makes sure, before anything is sent, that what a deletion writes can be written; in a dry run, the archive alone.
 * @throws UsageError where the archive's target is not a folder, RefusedError where the journal cannot be written
 */
export async function prepareExecution(options: ExecutionOptions): Promise<void> {
  if (options.archive !== undefined) await requireWritable(options.archive)
  if (isDryRun(options)) return
  if (options.journal !== false) await prepareJournal(dataDirOf(options))
}

/** The folder, or the nearest one above it that is there, in which it would be made. */
async function requireWritable(dir: string): Promise<void> {
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => {})
    if (found && !found.isDirectory()) throw new OptionError('archive', `${dir}: ${folder} is not a folder`)
    if (!found) continue
    await access(folder, constants.W_OK).catch((error: unknown) => {
      throw new OptionError('archive', `${dir}: ${folder} is not writable (${messageOf(error)})`)
    })
    return
  }
}

/**
 * Consent to a plan that archives is not consent to one that does not; without a prompt, only `all` says that `only` takes in all runs.
 * @throws UsageError
 */
export function requireConsent(
  {rules, archives}: Pick<Plan, 'archives' | 'rules'>,
  {dryRun, yes, archive}: ExecutionOptions,
): void {
  if (isDryRun({dryRun})) return
  if (archives && archive === undefined)
    throw new UsageError('The plan was made with `archive`: add `archive` to apply it.')
  if (yes === true && rules.everyRunByScope)
    throw new OptionError('only', 'alone selects every run: with `yes`, add `all` to confirm that', {
      suggestions: ['Add `all`, or confirm without `yes`. A saved plan must be created again with `all`.'],
    })
}

/** Only the word `false` deletes; any other value is a dry run. */
export function isDryRun({dryRun}: Pick<ExecutionOptions, 'dryRun'>): boolean {
  return dryRun !== false
}

/** Where journals and archives of leaderboards are kept. */
export function dataDirOf({dataDir}: Pick<ExecutionOptions, 'dataDir'>): string {
  return dataDir ?? dataDirectory()
}
