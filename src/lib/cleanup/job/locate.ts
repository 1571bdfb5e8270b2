import pLimit from 'p-limit'

import {discover, type Inventory, listedIn} from '../../account/datasets.js'
import {mapLimited} from '../../base/concurrency.js'
import {CancelledError} from '../../base/errors.js'
import {
  nameOutsideTrash,
  parseRunDatasetName,
  parseTrashName,
  trashDayOf,
  trashNameOf,
} from '../../base/names.js'
import {messageOf, printable} from '../../base/text.js'
import {whyHidden} from '../../hub/access.js'
import {HubUnreachableError} from '../../hub/errors.js'
import {type ConnectionOptions, type Session} from '../../hub/session.js'
import {type DatasetRecord, type DatasetState, type JobRecord} from '../journal/parse.js'
import {openSessionAt} from '../place.js'

/**
 * Where a dataset of a past job is. `back`: its name is in use again, though the job took it or another dataset has it; `there`:
 * it was never taken.
 */
export const PRESENT_STATES = ['gone', 'trash', 'back', 'there', 'unknown'] as const
export type PresentState = (typeof PRESENT_STATES)[number]

/** Where one dataset of a past job is now. */
export interface Present {
  state: PresentState
  /** The full name that it has outside the trash. */
  original: string
  /** Its full name now; undefined where it has none, or none that is known. */
  name?: string
  /** Another dataset has its name. */
  isOther?: true
  /** Why it is not known, or where it went. */
  reason?: string
}

/** A past job, and where its datasets are. */
export interface JobCheck {
  /** In the order of its datasets. */
  found: Present[]
  /** When the Hub was asked. */
  at: Date
  warnings: string[]
}

/** Asks the Hub where the datasets of a past job are now. Changes nothing. @throws as `openSessionAt` and `discover` */
export async function checkJob(job: JobRecord, options: ConnectionOptions): Promise<JobCheck> {
  const session = await openSessionAt(job, options, 'job')
  const found = await locate(job, await discover(session), session)
  return {found, at: session.now, warnings: session.warnings}
}

/** Info calls at a time. */
const MAX_CALLS = 8

/** What a listing shows where nothing happened since. */
const EXPECTED: Readonly<Record<DatasetState, PresentState | undefined>> = {
  deleted: 'gone',
  trashed: 'trash',
  gone: 'gone',
  untouched: 'there',
  unattempted: 'there',
  skipped: 'there',
  failed: 'there',
  uncertain: undefined,
}

/**
 * Finds the datasets of a job. A listing lags, and may hide some: it settles what it shows as the job left it, and each of the others
 * is asked for by name. @returns one for each, in their order
 */
export async function locate(
  {datasets, at}: Pick<JobRecord, 'at' | 'datasets'>,
  inventory: Inventory,
  session: Session,
): Promise<Present[]> {
  const search = new Search(inventory, session, at)
  return mapLimited(datasets, pLimit(MAX_CALLS), (dataset) => search.where(dataset))
}

class Search {
  private readonly namespace: string
  private readonly byId: ReadonlyMap<string, string>
  private readonly names: ReadonlySet<string>
  private readonly session: Session
  /** The day on which the job began. */
  private readonly day: string
  private unreachable: string | undefined

  constructor(inventory: Inventory, session: Session, startedAt: Date) {
    const listed = listedIn(inventory)
    this.namespace = inventory.namespace
    this.byId = new Map(listed.map(({id, name}) => [id, name]))
    this.names = new Set(listed.map(({name}) => name))
    this.session = session
    this.day = trashDayOf(startedAt)
  }

  async where(dataset: DatasetRecord): Promise<Present> {
    const original = nameOutsideTrash(dataset.name, this.namespace)
    const listed = this.listed(dataset, original)
    const isProof = listed.state !== 'gone' || whyHidden(this.session.access) === undefined
    if (listed.state === EXPECTED[dataset.state] && isProof) return listed
    if (this.unreachable !== undefined) return {state: 'unknown', original, reason: this.unreachable}
    try {
      return await this.ask(dataset, original, listed.state === 'trash' ? listed.name : undefined)
    } catch (error) {
      if (error instanceof CancelledError) throw error
      if (error instanceof HubUnreachableError) this.unreachable = messageOf(error)
      return {state: 'unknown', original, reason: messageOf(error)}
    }
  }

  private listed(dataset: DatasetRecord, original: string): Present {
    const name = this.byId.get(dataset.id)
    if (name !== undefined) return this.at(name, dataset, original)
    return this.names.has(original)
      ? {state: 'back', original, name: original, isOther: true}
      : {state: 'gone', original}
  }

  /** The same dataset, by its id, has this name. */
  private at(name: string, {state}: DatasetRecord, original: string): Present {
    if (parseTrashName(name, this.namespace)) return {state: 'trash', original, name}
    const isTaken = state === 'deleted' || state === 'trashed'
    return {state: isTaken ? 'back' : 'there', original, name}
  }

  /** @param inTrash its name in the trash according to the listing */
  private async ask(dataset: DatasetRecord, original: string, inTrash: string | undefined): Promise<Present> {
    const {hub, access} = this.session
    const found = await hub.whereabouts(original)
    if (found.state === 'there' && found.id === dataset.id) return this.at(original, dataset, original)
    // A name in the trash may not be led to, and a new dataset may have the former name.
    const led = found.state === 'moved' ? found.to : undefined
    const candidates = new Set(
      [inTrash, led, this.trashNameFor(dataset)].filter((name) => name !== undefined),
    )
    for (const name of candidates) {
      if (!parseTrashName(name, access.namespace)) continue
      const there = await hub.whereabouts(name)
      if (there.state === 'there' && there.id === dataset.id) return {state: 'trash', original, name}
    }

    if (found.state === 'there') return {state: 'back', original, name: original, isOther: true}
    if (found.state === 'moved' && led === undefined)
      return {state: 'unknown', original, reason: 'its address redirects elsewhere'}
    if (led !== undefined) return {state: 'gone', original, reason: `its name leads to ${printable(led)}`}
    const hidden = whyHidden(access)
    return hidden === undefined
      ? {state: 'gone', original}
      : {state: 'unknown', original, reason: `it may be hidden from this token: ${hidden}`}
  }

  /** Where this job put it, or found it. */
  private trashNameFor({name, state}: DatasetRecord): string | undefined {
    const {namespace} = this
    if (parseTrashName(name, namespace)) return name
    const parsed =
      state === 'trashed' || state === 'uncertain' ? parseRunDatasetName(name, namespace) : undefined
    return parsed && trashNameOf(namespace, this.day, parsed.type, parsed.timestamp)
  }
}
