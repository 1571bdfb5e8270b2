import {discover, type Inventory, listedIn} from '../account/datasets.js'
import {type RowIndex} from '../account/leaderboard/index.js'
import {readProtection} from '../account/protection/file.js'
import {type Protection} from '../account/protection/pins.js'
import {runsOf} from '../account/runs.js'
import {RefusedError} from '../base/errors.js'
import {MINUTE, stopwatch} from '../base/time.js'
import {whyHidden} from '../hub/access.js'
import {type QuotaSize} from '../hub/quota.js'
import {requireSameAccess, type Session} from '../hub/session.js'
import {requireUsableRows} from '../retention/context.js'
import {rereadRows} from './build.js'
import {comparePlan, type Exclusion} from './compare.js'
import {type Plan, plannedDatasets} from './plan.js'

/** How old a recheck may be when the first DELETE is sent, in ms. */
const MAX_FIRST_AGE = 10_000
/** How old a recheck may become within a job, in ms. */
const MAX_AGE = MINUTE
/** Listings take a tenth of a job's time at most, and a tenth of its quota. */
const SHARE = 10
/** Of names that are no longer listed, so many are requested one by one. */
const MAX_ASKED = 10

/** Why a plan is rechecked: before the first DELETE, as the last recheck is too old for a later one, or after a wait. */
export type RecheckReason = 'age' | 'first' | 'wait'

/** What one recheck found, and what fell out of the plan by it. */
interface Recheck {
  listing: Snapshot
  protection: Protection
  excluded: Map<string, Exclusion>
}

/** What was listed, what the leaderboard's rows say of it, and what the listing took. */
interface Snapshot {
  inventory: Inventory
  rows: RowIndex
  ms: number
}

/**
 * Checks what of a plan may still be deleted: every comparison of a plan with the Hub is this one. Asks whose token it is after the
 * listing, which silently omits what the token can no longer see, and reads the protection last.
 * @param known a listing that is young enough to be used again
 * @throws RefusedError where the access shrank, the plan's leaderboard is not listed or is another one, all of the plan vanished
 *   without certainty, or its rules rest on rows that were lost or are of no use now; SmoltraceError where an answer is not certain
 */
export async function recheck(plan: Plan, session: Session, known?: Snapshot): Promise<Recheck> {
  const listing = known ?? (await takeSnapshot(plan, session))
  if (known) await requireSameAccess(session)
  const {inventory, rows} = listing
  const protection = await readProtection(session.hub, inventory)
  return {listing, protection, excluded: comparePlan(plan, inventory, {protection, rows})}
}

async function takeSnapshot(plan: Plan, session: Session): Promise<Snapshot> {
  const {clock} = session
  const elapsed = stopwatch(clock)
  const inventory = await discover(session)
  await requireSameAccess(session)
  let rows: RowIndex = new Map()
  if (!(await allIsGone(plan, inventory, session))) {
    requireSameLeaderboard(plan, inventory)
    rows = await rereadRows(session, inventory, plan.rules)
    // Rows also describe runs that this deletion has already taken.
    const planned = plan.delete.map(({run}) => run)
    const known = new Set(planned.map(({timestamp}) => timestamp))
    const others = runsOf(inventory).filter(({timestamp}) => !known.has(timestamp))
    requireUsableRows(plan.rules, [...planned, ...others], rows, inventory.now)
  }

  return {inventory, rows, ms: elapsed()}
}

/**
 * Whether nothing of the plan exists any longer.
 * @throws RefusedError where that is not certain: one of its names answers anyway, or the token may not see everything
 */
async function allIsGone(plan: Plan, inventory: Inventory, session: Session): Promise<boolean> {
  const {hub, access} = session
  const listed = new Set(listedIn(inventory).map(({name}) => name))
  const planned = plannedDatasets(plan)
  if (planned.length === 0 || planned.some(({name}) => listed.has(name))) return false
  const hidden = whyHidden(access)
  if (hidden !== undefined)
    throw new RefusedError(
      `None of the planned datasets are listed, but they may just be hidden from this token: ${hidden}.`,
    )
  for (const {name} of planned.slice(0, MAX_ASKED)) {
    const found = await hub.whereabouts(name)
    if (found.state === 'missing') continue
    const where = found.state === 'there' ? 'still exists' : `was moved to ${found.to ?? 'another address'}`
    throw new RefusedError(
      `None of the planned datasets are listed any longer, but ${name} ${where}: the listing cannot be trusted.`,
      {suggestions: ['Check the namespace on the Hub, then create a new plan.']},
    )
  }

  return true
}

/** What was pinned is known from the leaderboard, so without the one that the plan saw nothing is. @throws RefusedError */
function requireSameLeaderboard({leaderboard}: Plan, {leaderboard: current}: Inventory): void {
  if (!leaderboard || leaderboard.dataset.id === current?.id) return
  const {name} = leaderboard.dataset
  const change = current ? 'was created again' : 'is no longer listed'
  throw new RefusedError(
    `${name} ${change} since the plan was made, so its pins and protection are unknown.`,
    {
      suggestions: [
        'It may have been renamed or deleted. Pin the runs to keep again, then create a new plan.',
      ],
    },
  )
}

/** The last recheck of a job, and how old it is. */
export class RecheckState {
  /** What fell out of the plan, by full name. */
  excluded: Map<string, Exclusion>
  private readonly plan: Plan
  private readonly session: Session
  private readonly before: Map<string, Exclusion>
  private listing: Snapshot | undefined
  private age = () => Number.POSITIVE_INFINITY
  private listingAge = () => Number.POSITIVE_INFINITY

  /** @param before what had fallen out before the first recheck */
  constructor(plan: Plan, session: Session, before = new Map<string, Exclusion>()) {
    this.plan = plan
    this.session = session
    this.before = before
    this.excluded = before
  }

  /** Whether it is too old for a DELETE. @param isFirst whether none was sent before */
  isOld(isFirst: boolean): boolean {
    return this.age() >= (isFirst ? MAX_FIRST_AGE : MAX_AGE) || this.isListingOld()
  }

  /**
   * Rechecks. A listing that is young enough is used again for `age`, and after a `wait` where a new one would take most of the
   * new quota; the `first` DELETE rests on a new one.
   * @throws as `recheck`
   */
  async refresh(why: RecheckReason): Promise<void> {
    const mayReuse = why === 'age' || (why === 'wait' && this.isListingDear())
    const known = mayReuse && !this.isListingOld() ? this.listing : undefined
    const {listing, excluded} = await recheck(this.plan, this.session, known)
    // Counted from the end: a wait in the middle of each recheck would make all of them too old.
    this.age = stopwatch(this.session.clock)
    if (!known) this.listingAge = this.age
    this.listing = listing
    this.excluded = new Map([...this.before, ...excluded])
  }

  private isListingOld(): boolean {
    if (!this.listing) return true
    const {
      ms,
      inventory: {pages},
    } = this.listing
    const {requests, windowMs} = this.quota
    return this.listingAge() >= Math.max(MAX_AGE, SHARE * ms, (SHARE * pages * windowMs) / requests)
  }

  private isListingDear(): boolean {
    return 2 * (this.listing?.inventory.pages ?? 0) > this.quota.requests
  }

  private get quota(): QuotaSize {
    return this.session.hub.quota.size ?? {requests: Number.POSITIVE_INFINITY, windowMs: 0}
  }
}
