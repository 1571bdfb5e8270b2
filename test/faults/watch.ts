import {type FaultName, FAULTS, type NamedFault} from '../support/faults.js'
import {type RunOut} from '../support/limits.js'
import {type FaultTarget, isMove, type Sandbox} from '../support/sandbox.js'
import {type Classify} from './kinds.js'
import {type Often} from './rules.js'

/** One dataset as it was at a moment. */
export interface Snapshot {
  id: string
  sha: string
  isPrivate: boolean
  /** In bytes. */
  storage: number
  files: ReadonlyMap<string, {bytes: () => Buffer}>
}

/** Everything that is on the Hub now, by full name. */
export function snapshotOf(hub: Sandbox): Map<string, Snapshot> {
  return new Map(
    hub.state
      .datasets()
      .map(({id, _id, sha, private: isPrivate, storage, head}) => [
        id,
        {id: _id, sha, isPrivate, storage, files: head.files},
      ]),
  )
}

/** What was seen of the requests of one job. */
export interface Watch {
  /** The kind of the request that is looked at now. */
  current: string
  /** Every kind so far. */
  kinds: Set<string>
  /** Full names of what the Hub was asked to delete, or to move to the trash, repeated ones too. */
  deletes: string[]
  /** How often the fault struck. */
  struck: number
}

/** Looks at every request before anything strikes it. */
export function watch(
  hub: Sandbox,
  classify: Classify,
  onDelete: (name: string, time: number) => void,
): Watch {
  const seen: Watch = {kinds: new Set(), deletes: [], struck: 0, current: ''}
  hub.intercept({
    match(request) {
      seen.current = classify(request)
      seen.kinds.add(seen.current)
      const name = request.method === 'DELETE' ? deletedBy(request) : trashedBy(request)
      if (name !== undefined) {
        seen.deletes.push(name)
        onDelete(name, seen.deletes.filter((each) => each === name).length)
      }

      return false
    },
  })
  return seen
}

/** What a request moves to the trash: of the way back no journal is kept. */
function trashedBy(request: FaultTarget): string | undefined {
  if (!isMove(request)) return undefined
  const {fromRepo} = JSON.parse(request.body) as {fromRepo: string}
  return fromRepo.includes('/smoltrace-trash-') ? undefined : fromRepo
}

function deletedBy({body}: FaultTarget): string {
  const {organization, name} = JSON.parse(body) as {organization: string; name: string}
  return `${organization}/${name}`
}

/**
 * Makes one request of a kind fail, or every one. A token that is rejected once for good is rejected from then on.
 * @param seen of the watch that was installed before
 * @param runOut ends the wait for an answer that does not come
 */
export function strike(
  hub: Sandbox,
  seen: Watch,
  {kind, fault, often}: {kind: string; fault: FaultName; often: Often},
  runOut: RunOut,
): void {
  const named: NamedFault = FAULTS[fault]
  const isForGood = fault === '401' && often === 'always'
  const times = often === 'once' ? 1 : Number.POSITIVE_INFINITY
  hub.intercept({
    ...named,
    times,
    ...(isSilent(named) && {before: (port) => runOut(port, named.hold ? 0 : 1)}),
    match() {
      const isHit = seen.current === kind || (isForGood && seen.struck > 0)
      if (isHit) seen.struck++
      return isHit
    },
  })
}

function isSilent({hold, breakOff}: NamedFault): boolean {
  return hold !== undefined || breakOff === 'stalled'
}
