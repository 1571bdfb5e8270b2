import {comparing, type Exclusion} from './comparison.js'
import {discover, type Inventory} from './datasets.js'
import {RefusedError} from './errors.js'
import {findOutAgain} from './find-out.js'
import {type Plan} from './plan.js'
import {readProtection} from './protection-file.js'
import {type Protection} from './protection.js'
import {requireUsableRows} from './retention/usable-rows.js'
import {type Session} from './session.js'
import {inSlices} from './slices.js'

/** How often the datasets are listed anew before a listing without a wait in its middle is given up. */
const LOOKS = 3

/**
 * Lists again and says what fell out of a plan. A listing that had to wait for the quota in its middle is itself out of
 * date.
 * @throws RefusedError where the quota leaves no time for a listing without a wait; SmoltraceError where what is there
 *   is not certain
 */
export async function compareWithNow(plan: Plan, session: Session): Promise<Map<string, Exclusion>> {
  const {hub} = session
  for (let look = 0; look < LOOKS; look++) {
    const waitsBefore = hub.waits
    const fresh = await discover(session)
    const protection = await readProtection(hub, fresh.leaderboard)
    const excluded = await compareWith(plan, fresh, protection, session)
    if (hub.waits === waitsBefore) return excluded
  }

  throw new RefusedError(
    'The quota of the Hub was used up each time the datasets were listed again: nothing more is deleted.',
    {suggestions: ['Wait five minutes, then run the same command again: it goes on with what is left.']},
  )
}

/**
 * Compares a plan with a listing; reads the leaderboard again where the plan rests on it.
 * @throws RefusedError where the plan's rules need rows and none is of use to them now; else as `findOutAgain`
 */
export async function compareWith(
  plan: Plan,
  fresh: Inventory,
  protection: Protection,
  session: Session,
): Promise<Map<string, Exclusion>> {
  const said = await findOutAgain(session, fresh, plan.rules)
  // Rows tell about runs that this deletion has taken already, too.
  const runs = [...plan.delete.map(({run}) => run), ...fresh.datasets]
  requireUsableRows(plan.rules, runs, said.citations)
  return inSlices(comparing(plan, fresh, {protection, ...said}))
}
