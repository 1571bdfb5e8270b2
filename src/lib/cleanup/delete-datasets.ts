import {allDatasets, discover, type Inventory} from '../account/datasets.js'
import {readProtection} from '../account/protection/file.js'
import {refuseProtected} from '../account/protection/pins.js'
import {SIZES, type SizesOption} from '../account/sizes.js'
import {UsageError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../base/options.js'
import {CONNECTION, type ConnectionOptions} from '../hub/session.js'
import {takePlan} from '../plan/check.js'
import {makePlanOfNames, type Plan} from '../plan/plan.js'
import {carryOutEarlier} from './apply.js'
import {execute, openJob} from './execute.js'
import {checkExecution, EXECUTION, type ExecutionOptions} from './options.js'
import {gone, type Outcome} from './outcomes.js'
import {type CleanupResult} from './result.js'

/** How a deletion of named datasets, or of a plan in hand, is carried out. */
export interface DeleteOptions extends ConnectionOptions, ExecutionOptions, SizesOption {
  /** The leaderboard may be among the names. */
  deleteLeaderboard?: boolean | undefined
}

const DELETE_OPTIONS: OptionTable<DeleteOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  ...SIZES,
  deleteLeaderboard: 'boolean',
}

/**
 * Deletes what a plan says, or single datasets by name, under the same rules as `cleanupDatasets`: exact names only,
 * nothing that changed since the plan, no protected leaderboard. A dry run by default, which compares in the same way.
 * @param target a plan, or full names of one namespace; names of datasets that are not there are `gone`. Single
 *   datasets need no selectors, and the grace period does not hold them back
 * @throws UsageError where a name is not a SMOLTRACE dataset, the names are of several namespaces, or the plan is none;
 *   RefusedError where the plan contradicts itself or was made elsewhere; else as `cleanupDatasets`
 */
export async function deleteDatasets(
  target: Plan | string[],
  options: DeleteOptions = {},
): Promise<CleanupResult> {
  const own = readOptions(options, DELETE_OPTIONS)
  checkExecution(own)
  return Array.isArray(target)
    ? deleteNamed([...new Set(readTexts(target, 'Names of datasets'))], own)
    : carryOutEarlier(await takePlan(target), own)
}

async function deleteNamed(names: string[], options: DeleteOptions): Promise<CleanupResult> {
  const namespace = namespaceOf(names, options)
  const opened = await openJob({...options, namespace})
  const {session} = opened
  if (namespace !== undefined && namespace !== session.access.namespace)
    throw new UsageError(
      `The namespace is spelled ${session.access.namespace}, not ${namespace}: nothing is deleted.`,
    )
  const inventory = await discover(session)
  const protection = await readProtection(session.hub, inventory)
  const plan = makePlanOfNames(inventory, names, protection)
  if (plan.leaderboard?.goes) refuseProtected(inventory, protection)
  const stale = leftOut(names, inventory, plan)
  return execute({...opened, plan, stale, inventory}, options)
}

/** The outcomes of names that the plan has no place for: those that are not there, and those of pinned runs. */
function leftOut(names: string[], inventory: Inventory, {keep}: Plan): Outcome[] {
  const listed = new Set(allDatasets(inventory).map(({name}) => name))
  const absent = names.filter((name) => !listed.has(name)).map((name) => gone(name))
  const named = new Set(names)
  const pinned = keep.flatMap(({run, reasons}) => {
    const pin = reasons.find(({rule}) => rule === 'pinned')
    const held = pin ? run.datasets.filter(({name}) => named.has(name)) : []
    return held.map(({name}): Outcome => ({name, status: 'skipped', reason: pin?.text ?? ''}))
  })
  return [...absent, ...pinned]
}

/** The one namespace that all names are of. */
function namespaceOf(
  names: string[],
  {deleteLeaderboard = false, namespace}: DeleteOptions,
): string | undefined {
  const wanted = namespace ?? names[0]?.split('/')[0]
  for (const name of names) {
    const type = parseDatasetName(name, wanted ?? '')?.type
    if (!type) throw new UsageError(`"${name}" is not a SMOLTRACE dataset of ${wanted}: nothing is deleted.`)
    if (type === 'leaderboard' && !deleteLeaderboard) {
      throw new UsageError(`${name} is the leaderboard: it is deleted only with \`deleteLeaderboard: true\`.`)
    }
  }

  return names.length > 0 ? wanted : namespace
}
