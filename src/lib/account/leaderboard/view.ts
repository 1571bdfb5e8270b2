import {RefusedError} from '../../base/errors.js'
import {leaderboardName, parseTimestamp, runDatasetName, type RunType} from '../../base/names.js'
import {whyHidden} from '../../hub/access.js'
import {type Hub} from '../../hub/client.js'
import {type ConnectionOptions, openSession, type Session} from '../../hub/session.js'
import {discover, type Inventory, type LeaderboardDataset} from '../datasets.js'
import {type Run, runsOf} from '../runs.js'
import {parseNames, type RowIndex} from './index.js'
import {type IndexedRows, readRowIndex} from './read.js'
import {type LeaderboardRow} from './row.js'

/**
 * The state of a dataset that a row names. It may be in the trash (`trashed`), or there under another name than the row has: in other
 * letters or by its address (`inexact`), or in a namespace that was renamed since (`renamed`). Or it never was in this namespace:
 * another's (`elsewhere`), a folder of the evaluating machine (`local`), or not a dataset of a run (`other`).
 */
export type ReferenceState =
  'elsewhere' | 'gone' | 'inexact' | 'local' | 'other' | 'renamed' | 'there' | 'trashed' | 'unknown'

/** One dataset that a row names. */
export interface Reference {
  /** Which of the row's columns names it. */
  type: RunType
  /** As the row has it: not safe to print. */
  name: string
  state: ReferenceState
  /** The full name, in this namespace, of the dataset that is meant; none for `elsewhere`, `local` and `other`. */
  dataset?: string
  /** Of the run that is meant, likewise. */
  timestamp?: string
  /** The namespace that an `elsewhere` or a `renamed` one names. */
  owner?: string
}

/** A row, and what there is of the datasets that it names. */
export interface ViewedRow {
  /** Which row of the leaderboard it is, counted from 1. */
  row: number
  /** Not safe to print. */
  data: LeaderboardRow
  /** Results first. */
  references: Reference[]
  /** The timestamp of the run that it is about, here or gone from here; undefined where it names none of this namespace. */
  run: string | undefined
  /** The types of what is gone. Traces alone are never: a row names them also where none were ever made. */
  gone: Array<Exclude<RunType, 'traces'>>
  /** Whether all that the row names is gone. */
  isTotal: boolean
}

/** A leaderboard's rows next to the datasets of its namespace. */
export interface LeaderboardView {
  inventory: Inventory
  /** Newest first. */
  runs: Run[]
  rows: ViewedRow[]
  index: RowIndex
}

/** Holds rows against the datasets of a namespace. Unless the token sees all of them, one that is not listed is not known to be gone. */
export function viewRows(
  {rows, index}: IndexedRows,
  inventory: Inventory,
  seesAll: boolean,
): LeaderboardView {
  const {namespace, datasets, trash} = inventory
  const listed = new Map<string, 'there' | 'trashed'>([
    ...trash.map(({type, timestamp}) => [runDatasetName(namespace, type, timestamp), 'trashed'] as const),
    ...datasets.map(({name}) => [name, 'there'] as const),
  ])
  const stateOf = (name: string) => resolve(name, namespace, listed, seesAll ? 'gone' : 'unknown')
  return {
    inventory,
    runs: runsOf(inventory),
    rows: rows.map((data, at) => viewRow(data, at + 1, stateOf)),
    index,
  }
}

/** What is known of a name, in addition to it. */
type Resolved = Omit<Reference, 'name' | 'type'>

function viewRow(data: LeaderboardRow, row: number, stateOf: (name: string) => Resolved): ViewedRow {
  const named = [
    ['results', data.resultsDataset],
    ['metrics', data.metricsDataset],
    ['traces', data.tracesDataset],
  ] as const
  const references = named.flatMap(([type, name]): Reference[] =>
    name === undefined ? [] : [{type, name, ...stateOf(name)}],
  )
  const run = references.find(({timestamp}) => timestamp !== undefined)?.timestamp
  const gone = references.flatMap(({state, type}) => (state === 'gone' && type !== 'traces' ? [type] : []))
  const isLeft = references.some(({state}) => LEFT.has(state))
  return {row, data, references, run, gone, isTotal: gone.length > 0 && !isLeft}
}

/** States of datasets that are there, under whatever name. */
const LEFT: ReadonlySet<ReferenceState> = new Set(['inexact', 'renamed', 'there', 'trashed'])

/** @param missing the state of a dataset that is not among those listed */
function resolve(
  name: string,
  namespace: string,
  listed: ReadonlyMap<string, 'there' | 'trashed'>,
  missing: 'gone' | 'unknown',
): Resolved {
  const [meant] = parseNames(name, namespace)
  if (meant?.isExact) return {state: listed.get(name) ?? missing, dataset: name, timestamp: meant.timestamp}
  if (/^local:/i.test(name)) return {state: 'local'}
  if (!meant?.isWhole || meant.owner === undefined || !parseTimestamp(meant.timestamp))
    return {state: 'other'}
  const {owner, type, timestamp} = meant
  const dataset = runDatasetName(namespace, type, timestamp)
  const isHere = listed.has(dataset)
  if (owner.toLowerCase() === namespace.toLowerCase())
    return {state: isHere ? 'inexact' : missing, dataset, timestamp}
  return isHere ? {state: 'renamed', dataset, timestamp, owner} : {state: 'elsewhere', owner}
}

/** What a view was read from, and what to know before trusting it. */
export interface ViewSource {
  inventory: Inventory
  leaderboard: LeaderboardDataset
  warnings: string[]
}

/** @throws RefusedError without a leaderboard; else as `readLeaderboardRows` */
export async function viewLeaderboard(
  options: ConnectionOptions,
): Promise<{view: LeaderboardView; source: ViewSource; hub: Hub}> {
  const session = await openSession(options)
  const {access, hub, warnings} = session
  const inventory = await discover(session, {isReadOnly: true})
  const leaderboard = requireLeaderboard(inventory, session)
  const read = await readRowIndex(hub, leaderboard)
  const seesAll = whyHidden(access) === undefined
  if (!seesAll)
    warnings.push('This token may not see every dataset, so unlisted ones are not reported as gone.')
  return {view: viewRows(read, inventory, seesAll), source: {inventory, leaderboard, warnings}, hub}
}

/** The leaderboard of a listing, for what cannot do without its rows. @throws RefusedError without one */
export function requireLeaderboard(
  {leaderboard, namespace}: Inventory,
  {access: {readLimit}}: Session,
): LeaderboardDataset {
  if (leaderboard) return leaderboard
  const why = readLimit ? [`Or this token cannot see it: ${readLimit}.`] : []
  throw new RefusedError(`${leaderboardName(namespace)} does not exist, so there are no rows to show.`, {
    suggestions: ['The first evaluation in this namespace creates it.', ...why],
  })
}
