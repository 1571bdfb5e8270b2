import {type Dataset, type RunDataset} from '../account/datasets.js'
import {RefusedError} from '../base/errors.js'
import {trashDayOf, trashNameOf} from '../base/names.js'
import {messageOf, printable} from '../base/text.js'
import {DAY} from '../base/time.js'
import {type PlanPart} from '../hub/client.js'
import {type Whereabouts} from '../hub/dataset-info.js'
import {type Session} from '../hub/session.js'
import {CHANGED} from '../plan/compare.js'
import {type Plan} from '../plan/plan.js'
import {goneOutcome, type Outcome} from './outcomes.js'

/** What the Hub shows of one dataset, asked for that one alone. */
export type HubState =
  /** What was to be done with it is done, whoever did it. `alarm`: it is, and no other may follow. */
  | {state: 'done'; alarm?: string}
  /** `isChanged`: another dataset has its name. */
  | {state: 'gone'; movedTo?: string; isChanged?: boolean}
  | {state: 'there'; isChanged: boolean}
  | {state: 'unknown'; why: string}

/** What a job does with each dataset of its plan, and how it finds out whether it is done. */
export interface Act {
  /** The outcome of a dataset with which it is done. */
  readonly done: 'deleted' | 'trashed'
  /** Whether it renames: then the Hub's OK is not enough, and each one is looked for afterwards. */
  readonly isMove: boolean
  /** Does it, or has it failed. @returns the Hub's id of the request, where it gave one */
  send(dataset: Dataset, part: PlanPart): Promise<string | undefined>
  /** Asks right before that whether it may be done; undefined where it may. */
  check?(dataset: Dataset): Promise<Outcome | undefined>
  lookFor(dataset: Dataset): Promise<HubState>
}

/** What a plan says is to be done. @param readDoubted reads what `deletion` takes, and nothing else does */
export async function actOf(
  {source, rules}: Plan,
  session: Session,
  readDoubted: () => Promise<ReadonlySet<string>>,
): Promise<Act> {
  if (source === 'trash') return emptying(session)
  return rules.trash ? trashing(session) : deletion(session, await readDoubted())
}

/**
 * Deletes for good.
 * @param doubted ids of datasets that may have another name by now: the Hub might follow the old one, so each is asked for first
 */
export function deletion({hub, access}: Session, doubted: ReadonlySet<string> = new Set()): Act {
  const lookFor = (dataset: Dataset) => ask(async () => stateOf(await hub.whereabouts(dataset.name), dataset))
  return {
    done: 'deleted',
    isMove: false,
    send: ({name}, part) => hub.deleteDataset(name, access.namespace, part),
    lookFor,
    ...(doubted.size > 0 && {
      async check(dataset: Dataset) {
        return doubted.has(dataset.id) ? whyNotSent(dataset, await lookFor(dataset)) : undefined
      },
    }),
  }
}

/** Deletes from the trash for good. A name there may lead to a dataset that was restored: it is asked for before it is deleted. */
function emptying(session: Session): Act {
  const {hub, access} = session
  const act = deletion(session)
  return {
    ...act,
    send: ({name}) => hub.deleteDataset(name, access.namespace, 'trash'),
    check: async (dataset) => whyNotSent(dataset, await act.lookFor(dataset)),
  }
}

/** The outcome of a dataset that is not at its name any longer as it was listed, or may not be; undefined where it is. */
function whyNotSent({name}: Dataset, found: HubState): Outcome | undefined {
  if (found.state === 'unknown')
    return {name, status: 'failed', reason: `it could not be checked: ${found.why}`}
  if (found.state === 'there' && !found.isChanged) return undefined
  const movedTo = found.state === 'gone' ? found.movedTo : undefined
  if (found.state === 'gone' && movedTo === undefined && !found.isChanged) return goneOutcome(name)
  const reason = movedTo === undefined ? CHANGED : `its name leads to ${printable(movedTo)}`
  return {name, status: 'skipped', reason}
}

/** Renames into the trash, under the Hub's date when the job began. @throws RefusedError where that is not certain */
function trashing(session: Session): Act {
  const day = dayOfMove(session)
  return moving(session, ({namespace, type, timestamp}) => trashNameOf(namespace, day, type, timestamp))
}

/** Ctrl-C must not keep it from being known whether a move published something. */
const URGENT = {isUrgent: true}

/** Renames, so that the same dataset has another name, and can be seen by nobody else. */
export function moving({hub, access}: Session, targetOf: (dataset: RunDataset) => string): Act {
  const lookFor = async (dataset: RunDataset): Promise<HubState> => {
    const target = targetOf(dataset)
    const moved = await hub.whereabouts(target, URGENT)
    if (moved.state === 'there' && moved.id === dataset.id) {
      const isExposed = dataset.private && moved.visibility !== 'private'
      return isExposed ? {state: 'done', alarm: await hide(target)} : {state: 'done'}
    }

    const found = stateOf(await hub.whereabouts(dataset.name, URGENT), dataset)
    // The old name leads to the new one, which does not answer as that dataset.
    if (found.state === 'gone' && found.movedTo === target)
      return {state: 'unknown', why: `${target} does not show it`}
    return found
  }

  /** A rename must not publish anything: what it says is why the job stops. */
  const hide = async (target: string): Promise<string> => {
    try {
      await hub.makePrivate(target, access.namespace)
      const now = await hub.whereabouts(target, URGENT)
      if (now.state !== 'there' || now.visibility !== 'private')
        throw new Error('the Hub still shows it as not private')
      return `the Hub showed ${target} as not private after the move, so it was made private again`
    } catch (error) {
      return `${target} may be public since it was moved. Make it private on the Hub now (${messageOf(error)})`
    }
  }

  return {
    done: 'trashed',
    isMove: true,
    send: (dataset) => hub.moveDataset(dataset.name, targetOf(ofRun(dataset)), access.namespace),
    lookFor: (dataset) => ask(() => lookFor(ofRun(dataset))),
  }
}

function ofRun(dataset: Dataset): RunDataset {
  if (dataset.type === 'leaderboard') throw new RefusedError('The leaderboard is never moved.')
  return dataset
}

/** The day in the names of what is trashed now, as the Hub has it: `trash empty` counts from it. @throws RefusedError */
function dayOfMove({hubTime, skewMs}: Session): string {
  if (Math.abs(skewMs) > DAY)
    throw new RefusedError(
      "`trash` refused: this machine's clock and the Hub's differ by more than a day, so the date of the move is unclear.",
      {suggestions: ["Correct this machine's clock."]},
    )
  return trashDayOf(hubTime)
}

async function ask(look: () => Promise<HubState>): Promise<HubState> {
  try {
    return await look()
  } catch (error) {
    return {state: 'unknown', why: messageOf(error)}
  }
}

/** Whether the same dataset, by its id, is still at its name. */
function stateOf(found: Whereabouts, {id, sha}: Dataset): HubState {
  if (found.state === 'missing') return {state: 'gone'}
  if (found.state === 'there')
    return found.id === id ? {state: 'there', isChanged: found.sha !== sha} : {state: 'gone', isChanged: true}
  // A login page would send every name elsewhere.
  if (found.to === undefined) return {state: 'unknown', why: 'its address redirects elsewhere'}
  return {state: 'gone', movedTo: found.to}
}
