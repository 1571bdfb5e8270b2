import {parseDatasetName, parseTimestamp, runDatasetName, type RunType} from '../../base/names.js'
import {type Inventory, type RunDataset} from '../datasets.js'
import {parseLooseNames} from './index.js'
import {type LeaderboardRow} from './row.js'

/**
 * The state of a dataset that a row names: it is there; it is gone from this namespace; whether it is there is not
 * known. Or it is there under another name than the row has: in other letters or by its address (`inexact`), or in a
 * namespace that is called otherwise (`renamed`). Or it never was in this namespace: another's (`elsewhere`), a folder of
 * the evaluating machine (`local`), or no dataset of a run (`other`).
 */
export type ReferenceState =
  'elsewhere' | 'gone' | 'inexact' | 'local' | 'other' | 'renamed' | 'there' | 'unknown'

/** One dataset that a row names. */
export interface Reference {
  /** Which of the row's columns names it. */
  type: RunType
  /** As the row has it: not safe to print. */
  name: string
  state: ReferenceState
  /** The full name, in this namespace, of the dataset that is meant; undefined for `elsewhere`, `local` and `other`. */
  dataset: string | undefined
  /** Of the run that is meant, likewise. */
  timestamp: string | undefined
  /** The namespace that an `elsewhere` or a `renamed` one names. */
  owner: string | undefined
}

/** The datasets that names are held against. */
export interface DatasetIndex {
  namespace: string
  byName: ReadonlyMap<string, RunDataset>
  /** Whether the token sees every dataset: one that it cannot see is not known to be gone. */
  isWhole: boolean
}

/** Sorts the datasets of a listing by their names. */
export function indexDatasets({namespace, datasets}: Inventory, isWhole: boolean): DatasetIndex {
  const byName = new Map<string, RunDataset>()
  for (const dataset of datasets) {
    byName.set(dataset.name, dataset)
  }

  return {namespace, byName, isWhole}
}

/** The datasets that a row names, results first, and their states. */
export function referencesOf(row: LeaderboardRow, known: DatasetIndex): Reference[] {
  const named = [
    ['results', row.resultsDataset],
    ['metrics', row.metricsDataset],
    ['traces', row.tracesDataset],
  ] as const
  return named.flatMap(([type, name]) => (name === undefined ? [] : {type, name, ...resolve(name, known)}))
}

/** The run that a row is about, by its timestamp: here, or gone from here. */
export function runOfRow(references: readonly Reference[]): string | undefined {
  return references.find(({timestamp}) => timestamp !== undefined)?.timestamp
}

/** What a row lacks. */
export interface Loss {
  /** The types of what is gone. Traces alone are never: a row names them also where none were ever made. */
  gone: Array<Exclude<RunType, 'traces'>>
  /** Whether nothing that the row names is there any more. */
  isTotal: boolean
}

/** Which of a row's datasets are gone. */
export function lossOf(references: readonly Reference[]): Loss {
  const gone = references.flatMap(({state, type}) => (state === 'gone' && type !== 'traces' ? [type] : []))
  const isLeft = ({state}: Reference) => state === 'there' || state === 'inexact' || state === 'renamed'
  return {
    gone,
    isTotal: gone.length > 0 && !references.some((reference) => isLeft(reference)),
  }
}

type Resolved = Omit<Reference, 'name' | 'type'>

function resolve(name: string, {namespace, byName, isWhole}: DatasetIndex): Resolved {
  const nowhere = {dataset: undefined, timestamp: undefined, owner: undefined}
  const missing = isWhole ? 'gone' : 'unknown'
  const exact = parseDatasetName(name, namespace)
  if (exact && exact.type !== 'leaderboard') {
    const {timestamp} = exact
    return {state: byName.has(name) ? 'there' : missing, dataset: name, timestamp, owner: undefined}
  }

  if (/^local:/i.test(name)) return {...nowhere, state: 'local'}
  const [meant] = parseLooseNames(name)
  if (!meant?.isWhole || meant.owner === undefined || !parseTimestamp(meant.timestamp))
    return {...nowhere, state: 'other'}
  const {owner, type, timestamp} = meant
  const dataset = runDatasetName(namespace, type, timestamp)
  const isHere = byName.has(dataset)
  if (owner.toLowerCase() === namespace.toLowerCase())
    return {state: isHere ? 'inexact' : missing, dataset, timestamp, owner: undefined}
  return isHere ? {state: 'renamed', dataset, timestamp, owner} : {...nowhere, state: 'elsewhere', owner}
}
