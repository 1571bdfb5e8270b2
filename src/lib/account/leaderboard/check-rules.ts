import {pushTo} from '../../base/collections.js'
import {capitalized} from '../../base/text.js'
import {formatDuration} from '../../base/time.js'
import {DEFAULT_GRACE_MS, isNew, type Run} from '../runs.js'
import {
  type CheckedRow,
  type CheckFacts,
  emptyPlace,
  type Finding,
  merged,
  type Place,
  placesBy,
  type Remark,
  REMARK_KINDS,
  type RemarkKind,
  rowsThat,
  shown,
  some,
  unique,
} from './findings.js'
import {hasMetrics, isCited, lostRows} from './index.js'
import {lossOf, runOfRow} from './references.js'

/** Rows whose results or metrics are gone. Traces alone prove nothing: rows name them also where none were ever made. */
export function danglingRows({rows, inventory}: CheckFacts): Finding[] {
  const found: Finding[] = []
  for (const {row, data, references} of rows) {
    const {gone, isTotal} = lossOf(references)
    if (gone.length === 0) continue
    const run = runOfRow(references) ?? ''
    const lost = references.filter(({state}) => state === 'gone')
    const what = isTotal ? 'all datasets' : `the ${gone.join(' and ')}`
    found.push({
      kind: 'dangling-row',
      message: `Row ${row} (${shown(data.model ?? 'no model')}): ${what} of run ${run} are gone.`,
      suggestion:
        `From an archive they come back with smoltrace restore DIR --namespace ${inventory.namespace}; ` +
        'else leave the row as a record of its scores, or take it out of the leaderboard.',
      rows: [row],
      runs: [run],
      datasets: lost.filter(({type}) => isTotal || type !== 'traces').flatMap(({dataset}) => dataset ?? []),
    })
  }

  return found
}

/** Runs that no row names or means, but for those whose row may be seconds away. */
export function runsWithoutRow(facts: CheckFacts): Finding[] {
  const found: Finding[] = []
  const {namespace, now} = facts.inventory
  const runs = uncited(facts).filter((run) => !mayGetRow(run, now))
  const next =
    `See what there is: smoltrace runs group --namespace ${namespace}. ` +
    `To delete them: smoltrace cleanup ${selectorOf(runs, facts)} --namespace ${namespace}`
  for (const run of runs) {
    const {timestamp} = run
    found.push({
      kind: 'run-without-row',
      message: `Run ${timestamp} (${run.datasets.map(({type}) => type).join(', ')}) has no row.`,
      suggestion: `${hasMetrics(run) ? LOST : STOPPED} ${next}`,
      rows: [],
      runs: [timestamp],
      datasets: run.datasets.map(({name}) => name),
    })
  }

  return found
}

const STOPPED = 'Its evaluation was stopped before it wrote a row.'

/** Metrics are uploaded right before the row. */
const LOST =
  'It has metrics, so it had a row. That row was lost: two evaluations wrote at the same time, or someone removed it.'

/** Runs that a command names one by one. */
const MOST_NAMED = 3

/**
 * What of `cleanup` selects these runs. `--unreferenced` is refused where no row is about a run that is there, or most rows were
 * lost.
 */
function selectorOf(runs: readonly Run[], {rows, index, runs: all, inventory: {now}}: CheckFacts): string {
  if (runs.length <= MOST_NAMED) return runs.map(({timestamp}) => `--run ${timestamp}`).join(' ')
  const isAnyCited = rows.some(({references}) => references.some(({state}) => state === 'there'))
  const isRefused = !isAnyCited || lostRows(all, index, now, DEFAULT_GRACE_MS) !== undefined
  return isRefused ? '--run TIMESTAMP' : '--unreferenced'
}

/** Several rows about one evaluation, or about one results dataset. */
export function duplicateRows({rows}: CheckFacts): Finding[] {
  const byDataset = new Map<string, CheckedRow[]>()
  const byId = new Map<string, CheckedRow[]>()
  for (const checked of rows) {
    const {data, references} = checked
    const results = references.find(({type}) => type === 'results')
    const isNowhere = results === undefined || results.state === 'local' || results.state === 'other'
    if (results && !isNowhere) pushTo(byDataset, results.dataset ?? results.name, checked)
    if (data.runId !== undefined) pushTo(byId, data.runId, checked)
  }

  const found: Finding[] = []
  const reported = new Set<string>()
  for (const [dataset, group] of byDataset) {
    if (group.length < 2) continue
    reported.add(keyOf(group))
    const ids = new Set(group.map(({data}) => data.runId))
    found.push(duplicate(group, `name ${shown(dataset)}`, ids.size > 1 ? SHARED : REPEATED))
  }

  for (const [id, group] of byId) {
    if (group.length < 2 || reported.has(keyOf(group))) continue
    found.push(duplicate(group, `have the run_id ${shown(id)}`, REPEATED))
  }

  return found.sort((a, b) => (a.rows[0] ?? 0) - (b.rows[0] ?? 0))
}

const REPEATED = 'Take all of them but the newest out of the leaderboard.'
const SHARED =
  'Evaluations that begin in the same second write to one dataset, which holds what the last of them wrote: ' +
  'take the other rows out of the leaderboard.'

function duplicate(group: CheckedRow[], what: string, suggestion: string): Finding {
  const rows = group.map(({row}) => row)
  const references = group.flatMap((checked) => checked.references)
  return {
    kind: 'duplicate-rows',
    message: `Rows ${some(rows)} ${what}.`,
    suggestion,
    rows,
    runs: unique(group.flatMap((checked) => runOfRow(checked.references) ?? [])),
    datasets: unique(
      references.filter(({type}) => type === 'results').map(({dataset, name}) => dataset ?? shown(name)),
    ),
  }
}

/** Rows that name a dataset otherwise than it is called: cleanup keeps such runs, but no row counts as theirs. */
export function inexactNames({rows}: CheckFacts): Finding[] {
  const found: Finding[] = []
  for (const {row, references} of rows) {
    const inexact = references.filter(({state}) => state === 'inexact')
    const [first] = inexact
    if (!first) continue
    const datasets = inexact.flatMap(({dataset}) => dataset ?? [])
    found.push({
      kind: 'inexact-name',
      message: `Row ${row} writes ${shown(first.name)}, and the dataset is called ${first.dataset}.`,
      suggestion: 'Write the exact name in the leaderboard: only by that does a row belong to its run.',
      rows: [row],
      runs: [first.timestamp ?? ''],
      datasets,
    })
  }

  return found
}

/** Rows that name datasets under a namespace that they are not in any more: one finding for each such name. */
export function renamedNamespaces({rows, inventory}: CheckFacts): Finding[] {
  const {namespace} = inventory
  const places = placesBy(rows, 'renamed')
  return [...places].map(([owner, place]) => ({
    kind: 'renamed-namespace',
    message: capitalized(
      `${rowsThat('name', place)} datasets of ${shown(owner)}, which are here, in ${namespace}: ` +
        'it seems to have been renamed, or they were moved.',
    ),
    suggestion: `Write ${namespace}/ instead of ${shown(owner)}/ in these rows: until then they do not count as rows of their runs.`,
    ...merged([place]),
  }))
}

/** A public leaderboard with rows of private runs. */
export function exposedRuns({rows, inventory, known}: CheckFacts): Finding[] {
  const {leaderboard, endpoint} = inventory
  if (!leaderboard || leaderboard.private) return []
  const place = emptyPlace()
  for (const {row, references} of rows) {
    const secret = references.filter(
      ({dataset}) => dataset !== undefined && known.byName.get(dataset)?.private,
    )
    if (secret.length === 0) continue
    place.rows.push(row)
    for (const {timestamp, dataset} of secret) {
      if (timestamp !== undefined) place.runs.push(timestamp)
      if (dataset !== undefined) place.datasets.push(dataset)
    }
  }

  if (place.rows.length === 0) return []
  const found = {rows: place.rows, runs: unique(place.runs), datasets: unique(place.datasets)}
  return [
    {
      kind: 'exposed-runs',
      message:
        `${leaderboard.name} is public, and ${rowsThat('describe', place)} private runs: ` +
        'everyone can read their models, teams, scores and the names of their datasets.',
      suggestion: `Make it private at ${endpoint}/datasets/${leaderboard.name}/settings, or leave it if that is meant to be seen.`,
      ...found,
    },
  ]
}

function keyOf(group: CheckedRow[]): string {
  return group.map(({row}) => row).join(' ')
}

const REMARKS: Record<RemarkKind, (place: Place, owners: string[]) => string> = {
  'other-namespace': (place, owners) =>
    `${rowsThat('name', place)} datasets of other namespaces: ${some(owners)}`,
  'local-path': (place) => `${rowsThat('name', place)} files of the evaluating machine`,
  'no-datasets': (place) => `${rowsThat('name', place)} no dataset, as of evaluations that failed early`,
  'unknown-name': (place) => `${rowsThat('name', place)} what is not a dataset of a run`,
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
function uncited({runs, index}: CheckFacts): Run[] {
  return runs.filter(({timestamp}) => !isCited(timestamp, index))
}

/** Something of the run was created or changed within the grace period; the row comes last, also of a complete run. */
function mayGetRow(run: Run, now: Date): boolean {
  return isNew(run, now, DEFAULT_GRACE_MS)
}
