import {formatDuration} from '../../base/time.js'
import {DEFAULT_GRACE_MS} from '../runs.js'
import {isNew, type Run} from '../runs.js'
import {type Place, type Remark, REMARK_KINDS, type RemarkKind} from './findings.js'
import {isCited} from './index.js'
import {type CheckFacts, emptyPlace, merged, placesBy, rowsThat, shown, some} from './places.js'

const REMARKS: Record<RemarkKind, (place: Place, owners: string[]) => string> = {
  'other-namespace': (place, owners) =>
    `${rowsThat('name', place)} datasets of other namespaces: ${some(owners)}`,
  'local-path': (place) => `${rowsThat('name', place)} files of the evaluating machine`,
  'no-datasets': (place) => `${rowsThat('name', place)} no dataset, as of evaluations that failed early`,
  'unknown-name': (place) => `${rowsThat('name', place)} what is no dataset of a run`,
  'row-may-come': ({runs}) =>
    `${some(runs)}: changed in the last ${formatDuration(DEFAULT_GRACE_MS)}, a row may still come`,
}

/** What looks like a fault, and is none in this namespace. */
export function notesOn(facts: CheckFacts): Remark[] {
  const {rows, inventory} = facts
  const elsewhere = placesBy(rows, 'elsewhere')
  const coming = uncited(facts).filter((run) => mayGetRow(run, inventory.now))
  const places: Record<RemarkKind, Place> = {
    'other-namespace': merged([...elsewhere.values()]),
    'local-path': merged([...placesBy(rows, 'local').values()]),
    'no-datasets': {
      ...emptyPlace(),
      rows: rows.filter(({references}) => references.length === 0).map(({row}) => row),
    },
    'unknown-name': merged([...placesBy(rows, 'other').values()]),
    'row-may-come': {
      rows: [],
      runs: coming.map(({timestamp}) => timestamp),
      datasets: coming.flatMap(({datasets}) => datasets.map(({name}) => name)),
    },
  }
  const owners = [...elsewhere.keys()].map((owner) => shown(owner))
  return REMARK_KINDS.filter((kind) => places[kind].rows.length + places[kind].runs.length > 0).map(
    (kind) => ({
      kind,
      message: REMARKS[kind](places[kind], owners),
      ...places[kind],
    }),
  )
}

/** Runs that no row names, or means. */
export function uncited({runs, index}: CheckFacts): Run[] {
  return runs.filter(({timestamp}) => !isCited(timestamp, index))
}

/** Something of the run was created or changed within the grace period; the row comes last, also of a complete run. */
export function mayGetRow(run: Run, now: Date): boolean {
  return isNew(run, now, DEFAULT_GRACE_MS)
}
