import {type Protection} from '../account/protection/pins.js'
import {readSizesIfAsked, type Sizes, type SizesOption} from '../account/sizes.js'
import {type ConnectionOptions, requireDeletable, type Session, warnIfReadOnly} from '../hub/session.js'
import {type Exclusion} from '../plan/compare.js'
import {frozen, type Plan, type PlannedRun} from '../plan/plan.js'
import {lookAt} from '../plan/recheck.js'
import {type SavedPlan} from '../plan/saved/saved-plan.js'
import {execute, type ExecutionOptions, isDryRun} from './execute.js'
import {type Outcome} from './outcomes.js'
import {type CleanupResult} from './result.js'

/** A plan that was made before this job began. */
export interface EarlierPlan {
  plan: Plan
  session: Session
  /** The file that it is from. */
  saved?: SavedPlan
  /** Called with what is left of it and what has fallen out; waited for. */
  onRest?: (rest: Plan, stale: Outcome[], sizes?: Sizes) => Promise<void> | void
}

type Options = ExecutionOptions & Pick<ConnectionOptions, 'signal'> & SizesOption

/** Lists again, leaves out what is gone, changed or kept by now, and carries out the rest. A dry run compares just so. */
export async function carryOutEarlier(
  {plan, session, saved, onRest}: EarlierPlan,
  options: Options,
): Promise<CleanupResult> {
  if (isDryRun(options)) warnIfReadOnly(session)
  else requireDeletable(session)
  const sizes = await readSizesIfAsked(session, options)
  const {listing, protection, excluded} = await lookAt(plan, session)
  const {rest, stale} = withoutExcluded({...plan, now: session.now}, excluded, protection)
  await onRest?.(rest, stale, sizes)
  const {inventory} = listing
  return execute({plan: rest, stale, saved, inventory, session, sizes, signal: options.signal}, options)
}

/** Splits a plan into what is left of it and what is not. The leaderboard goes only if all before it can. */
function withoutExcluded(
  plan: Plan,
  excluded: Map<string, Exclusion>,
  protection: Protection,
): {rest: Plan; stale: Outcome[]} {
  const stale = [...excluded].map(([name, exclusion]): Outcome => ({name, ...exclusion}))
  const {leaderboard} = plan
  const isHeld = stale.some(({status}) => status === 'skipped')
  if (leaderboard?.goes && isHeld && !excluded.has(leaderboard.dataset.name))
    stale.push({
      name: leaderboard.dataset.name,
      status: 'skipped',
      reason: 'not everything before it can be deleted',
    })
  const left = plan.delete
    .map((each) => withoutThese(each, excluded))
    .filter(({datasets}) => datasets.length > 0)
  const goes = leaderboard?.goes === true && !stale.some(({name}) => name === leaderboard.dataset.name)
  return {
    rest: frozen({
      ...plan,
      delete: left,
      leaderboard: leaderboard && {...leaderboard, goes, protection: protection.leaderboard},
    }),
    stale,
  }
}

function withoutThese(planned: PlannedRun, excluded: Map<string, Exclusion>): PlannedRun {
  const datasets = planned.datasets.filter(({name}) => !excluded.has(name))
  return datasets.length === planned.datasets.length ? planned : {...planned, datasets}
}
