import {discover, type Inventory} from './datasets.js'
import {carryOut, type DeletionEvent, type Outcome, type OutcomeStatus} from './deletion.js'
import {CancelledError, RefusedError, UsageError} from './errors.js'
import {comparePlan, type Exclusion, type Plan, plannedDatasets} from './plan.js'
import {readProtection} from './protection.js'
import {type Session} from './session.js'

/** How a plan is confirmed and carried out. */
export interface ExecutionOptions {
  /** Default true: nothing is deleted. */
  dryRun?: boolean | undefined
  /** Deletes without asking `confirm`. */
  yes?: boolean | undefined
  /** Asked with the whole plan before anything is deleted; only `true` goes on. */
  confirm?: ((plan: Plan) => boolean | Promise<boolean>) | undefined
  /** Runs that are worked on at a time, 1 to 32; default 4. */
  concurrency?: number | undefined
  /** Called with everything that happens while the plan is carried out. What it throws becomes a warning. */
  onEvent?: ((event: DeletionEvent, plan: Plan) => void) | undefined
}

/** How a job ended. */
export interface CleanupResult {
  plan: Plan
  dryRun: boolean
  /** `confirm` did not say yes: nothing was deleted. */
  declined: boolean
  /** The signal was aborted before everything had been attempted. */
  interrupted: boolean
  /** Datasets in the plan: what a dry run would delete. */
  wouldDelete: number
  /** One for each dataset of the plan that was carried out; empty after a dry run. */
  outcomes: Outcome[]
  counts: Record<OutcomeStatus, number>
  /** Runs and their datasets that were there at the start. */
  found: RunCounts
  /** Runs and their datasets that are left, as far as this job knows. */
  remaining: RunCounts
  /** Time the deletion took, in ms. */
  deletionMs: number
  warnings: string[]
}

export interface RunCounts {
  runs: number
  datasets: number
}

export const DEFAULT_CONCURRENCY = 4
export const MAX_CONCURRENCY = 32

/** How often the datasets are listed anew before a listing without a wait in its middle is given up. */
const LOOKS = 3

/**
 * Checks how a plan is to be carried out.
 * @throws UsageError
 */
export function checkExecution({
  dryRun,
  yes,
  confirm,
  concurrency = DEFAULT_CONCURRENCY,
}: ExecutionOptions): void {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    throw new UsageError(`--concurrency takes a whole number from 1 to ${MAX_CONCURRENCY}.`)
  }

  if (!isDryRun({dryRun}) && !yes && !confirm)
    throw new UsageError('Deleting needs a confirmation: give `confirm`, or `yes: true`.')
}

/** Only the word `false` deletes; whatever else stands there is a dry run. */
export function isDryRun({dryRun}: Pick<ExecutionOptions, 'dryRun'>): boolean {
  return dryRun !== false
}

/** A plan, and what is known when it is to be carried out. */
export interface Job {
  plan: Plan
  /** The newest listing. */
  inventory: Inventory
  session: Session
  signal?: AbortSignal | undefined
  /** The plan may be older than the listing or than a wait for the quota: compare it before anything goes. */
  isStale: () => boolean
}

/** Confirms a plan and carries it out: what was confirmed is what goes. */
export async function execute(
  {plan, inventory, session, signal, isStale}: Job,
  options: ExecutionOptions,
): Promise<CleanupResult> {
  const {yes, confirm} = options
  const dryRun = isDryRun(options)
  const report = {plan, inventory, dryRun, warnings: session.warnings}
  if (dryRun || plannedDatasets(plan).length === 0) return resultOf(report)
  const declined = !yes && (await confirm?.(plan)) !== true
  if (declined) return resultOf({...report, declined})
  const lookAgain = () => compareWithNow(plan, session)
  const excluded = !yes || isStale() ? await lookAgain() : new Map<string, Exclusion>()
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  const started = performance.now()
  const outcomes = await carryOut(plan, {
    hub: session.hub,
    namespace: session.access.namespace,
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    signal,
    excluded,
    lookAgain,
    onEvent: guarded((event) => options.onEvent?.(event, plan), session.warnings),
  })
  return resultOf({
    ...report,
    outcomes,
    interrupted: signal?.aborted === true && outcomes.some(({status}) => status === 'unattempted'),
    deletionMs: performance.now() - started,
  })
}

/** A fault in the listener must not leave a deletion half-done and unreported. */
function guarded(
  listener: (event: DeletionEvent) => void,
  warnings: string[],
): (event: DeletionEvent) => void {
  let isBroken = false
  return (event) => {
    if (isBroken) return
    const giveUp = (error: unknown) => {
      if (isBroken) return
      isBroken = true
      warnings.push(`onEvent failed and was not called again: ${String(error)}`)
    }

    try {
      Promise.resolve(listener(event)).catch(giveUp)
    } catch (error) {
      giveUp(error)
    }
  }
}

/** A listing that had to wait for the quota in its middle is itself out of date. */
async function compareWithNow(plan: Plan, session: Session): Promise<Map<string, Exclusion>> {
  const {hub} = session
  for (let look = 0; look < LOOKS; look++) {
    const waitsBefore = hub.waits
    const fresh = await discover(session)
    const protection = await readProtection(hub, fresh.leaderboard)
    if (hub.waits === waitsBefore) return comparePlan(plan, fresh, protection)
  }

  throw new RefusedError(
    'The quota of the Hub was used up each time the datasets were listed again: nothing more is deleted.',
  )
}

type Report = Partial<Pick<CleanupResult, 'declined' | 'deletionMs' | 'interrupted' | 'outcomes'>> &
  Pick<CleanupResult, 'dryRun' | 'plan' | 'warnings'> & {
    inventory: Inventory
  }

function resultOf({inventory, outcomes = [], ...report}: Report): CleanupResult {
  const counts = {deleted: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  const left = new Set(
    outcomes.filter(({status}) => status === 'deleted' || status === 'gone').map(({name}) => name),
  )
  return {
    declined: false,
    interrupted: false,
    deletionMs: 0,
    ...report,
    wouldDelete: plannedDatasets(report.plan).length,
    outcomes,
    counts,
    found: countRuns(inventory.datasets),
    remaining: countRuns(inventory.datasets.filter(({name}) => !left.has(name))),
  }
}

function countRuns(datasets: Inventory['datasets']): RunCounts {
  return {runs: new Set(datasets.map(({timestamp}) => timestamp)).size, datasets: datasets.length}
}

/**
 * The exit code of a finished job: 0 done or nothing to do, 3 anything failed, skipped or unattempted, 130 declined or
 * interrupted, 10 a dry run that found work where `reportWork` asks for it.
 */
export function exitCodeOf(
  {wouldDelete, dryRun, declined, interrupted, counts}: CleanupResult,
  reportWork = false,
): number {
  if (declined || interrupted) return 130
  if (dryRun) return reportWork && wouldDelete > 0 ? 10 : 0
  return counts.failed + counts.skipped + counts.unattempted > 0 ? 3 : 0
}
