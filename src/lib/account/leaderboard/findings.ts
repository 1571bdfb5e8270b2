import {listing, safeName} from '../../base/text.js'
import {type Inventory} from '../datasets.js'
import {type Run} from '../runs.js'
import {type RowIndex} from './index.js'
import {type DatasetIndex, type Reference, type ReferenceState} from './references.js'
import {type LeaderboardRow} from './row.js'

/** What a check of a leaderboard can find. Names stay as they are: scripts rely on them. */
export const FINDING_KINDS = [
  'dangling-row',
  'run-without-row',
  'duplicate-rows',
  'inexact-name',
  'renamed-namespace',
  'exposed-runs',
] as const

/** A kind of finding. */
export type FindingKind = (typeof FINDING_KINDS)[number]

/** Findings about rows and runs that are not wrong. */
export const REMARK_KINDS = [
  'other-namespace',
  'local-path',
  'no-datasets',
  'unknown-name',
  'row-may-come',
] as const

/** A kind of remark. */
export type RemarkKind = (typeof REMARK_KINDS)[number]

/** Where in a leaderboard, and on the Hub, something is. */
export interface Place {
  /** Numbers of rows, counted from 1. */
  rows: number[]
  /** Runs by their timestamps. */
  runs: string[]
  /** Full names of datasets. */
  datasets: string[]
}

/** Something of a leaderboard that is not as it should be. */
export interface Finding extends Place {
  kind: FindingKind
  /** What it is, in one sentence, fit for a terminal. */
  message: string
  /** What to do next, in one sentence. */
  suggestion: string
}

/** Something that explains why a row or a run is not found fault with. */
export interface Remark extends Place {
  kind: RemarkKind
  message: string
}

/** A row and the state of the datasets that it names. */
export interface CheckedRow {
  /** Counted from 1. */
  row: number
  data: LeaderboardRow
  references: Reference[]
}

/** What the rules rest on. */
export interface CheckFacts {
  index: RowIndex
  rows: readonly CheckedRow[]
  /** Newest first. */
  runs: readonly Run[]
  inventory: Inventory
  known: DatasetIndex
}

/** Names in a sentence; more of them are in the lists. */
const NAMES_SHOWN = 3
const LONGEST_NAME = 120

/** The rows with references in one state, by the namespace that these name. */
export function placesBy(rows: readonly CheckedRow[], state: ReferenceState): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const {row, references} of rows) {
    for (const {owner = '', timestamp, dataset, name} of references.filter((each) => each.state === state)) {
      const place = places.get(owner) ?? emptyPlace()
      if (place.rows.at(-1) !== row) place.rows.push(row)
      if (timestamp !== undefined && place.runs.at(-1) !== timestamp) place.runs.push(timestamp)
      place.datasets.push(dataset ?? shown(name))
      places.set(owner, place)
    }
  }

  return places
}

export function emptyPlace(): Place {
  return {rows: [], runs: [], datasets: []}
}

export function merged(places: Place[]): Place {
  return {
    rows: unique(places.flatMap(({rows}) => rows)).sort((a, b) => a - b),
    runs: unique(places.flatMap(({runs}) => runs)),
    datasets: unique(places.flatMap(({datasets}) => datasets)),
  }
}

export function unique<T>(items: T[]): T[] {
  return [...new Set(items)]
}

/** `row 3 names`, `rows 3 and 5 name`, `rows 3, 5, 7 and 12 more name`. */
export function rowsThat(verb: string, {rows}: Place): string {
  return rows.length === 1 ? `row ${some(rows)} ${verb}s` : `rows ${some(rows)} ${verb}`
}

/** `3`, `3 and 5`, `3, 5, 7 and 12 more`. */
export function some(items: Array<number | string>): string {
  const rest = items.length - NAMES_SHOWN
  const named = items.slice(0, NAMES_SHOWN).map(String)
  return listing(rest > 0 ? [...named, `${rest} more`] : named)
}

/** A name from the leaderboard, fit for a terminal and a sentence. */
export function shown(name: string): string {
  const text = safeName(name.slice(0, LONGEST_NAME * 2))
  return text.length > LONGEST_NAME ? `${safeName(text.slice(0, LONGEST_NAME - 1))}…` : text
}
