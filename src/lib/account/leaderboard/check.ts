import {pushTo} from '../../base/collections.js'
import {orUnknown} from '../../base/errors.js'
import {readOptions} from '../../base/options.js'
import {capitalize, firstFew, joinWords, safeName} from '../../base/text.js'
import {formatDuration} from '../../base/time.js'
import {CONNECTION, type ConnectionOptions} from '../../hub/session.js'
import {DEFAULT_GRACE_MS, isNew, type Run} from '../runs.js'
import {hasMetrics, isCited, lostRows} from './index.js'
import {unlistedRows} from './orphans.js'
import {findLostRows, type LostRow, type PastRows} from './past.js'
import {
  type LeaderboardView,
  type Reference,
  type ReferenceState,
  type ViewedRow,
  viewLeaderboard,
  type ViewSource,
} from './view.js'

/** Where something is: rows counted from 1, runs by their timestamps, datasets by their full names. */
interface Location {
  rows: number[]
  runs: string[]
  datasets: string[]
}

/** What is there, in one sentence that is fit for a terminal. */
type Note = Location & {message: string}
/** The same, and what to do next, in one sentence. */
type Fault = Note & {suggestion: string}

/** Something of a leaderboard that is not as it should be. */
export type Finding = Fault & {kind: FindingKind}
/** Something that explains why a row or a run is not found fault with. */
type Remark = Note & {kind: RemarkKind}

/** What a check found, and where. */
export interface LeaderboardCheck extends ViewSource {
  /** How many the leaderboard has. */
  rows: number
  /** How many the namespace has. */
  runs: number
  /** In the order of `FINDING_KINDS`. */
  findings: Finding[]
  /** In the order of `REMARK_KINDS`. */
  remarks: Remark[]
  /** With how many earlier states of the rows they were compared, and whether there are no others; undefined where that is unknown. */
  past?: Pick<PastRows, 'areAll' | 'states'>
}

/**
 * Holds a namespace's leaderboard against its datasets. Changes nothing.
 * @throws RefusedError without a leaderboard; else as `readLeaderboardRows`
 */
export async function checkLeaderboard(options: ConnectionOptions = {}): Promise<LeaderboardCheck> {
  const {view, source, hub} = await viewLeaderboard(readOptions(options, CONNECTION))
  const {leaderboard, warnings} = source
  const rows = view.rows.map(({data}) => data)
  const what = 'Whether earlier commits have rows that were lost is unknown.'
  const past = await orUnknown(findLostRows(hub, leaderboard, rows), what, warnings)
  return {...checkRows(view, past === 'unknown' ? undefined : past), ...source}
}

/** The same of rows that were read. */
export function checkRows(view: LeaderboardView, past?: PastRows): Omit<LeaderboardCheck, keyof ViewSource> {
  const all = {...view, lost: past?.lost ?? []}
  return {
    rows: view.rows.length,
    runs: view.runs.length,
    findings: FINDING_KINDS.flatMap((kind) => CHECKS[kind](all).map((found) => ({kind, ...found}))),
    remarks: REMARK_KINDS.map((kind) => ({kind, ...NOTES[kind](all)})).filter(
      ({rows, runs}) => rows.length + runs.length > 0,
    ),
    ...(past && {past: {states: past.states, areAll: past.areAll}}),
  }
}

/** What is checked. */
interface Checked extends LeaderboardView {
  lost: readonly LostRow[]
}

/** The kinds of findings: scripts rely on their names. */
const CHECKS = {
  /** Traces alone prove nothing: rows name them also where none were ever made. */
  'dangling-row'({rows, inventory}: LeaderboardView) {
    const all = rows.map(({data}) => data)
    const prunable = new Set(unlistedRows(all, inventory).map(({row}) => row))
    return rows
      .filter(({gone}) => gone.length > 0)
      .map(({row, data, references, run = '', gone, isTotal}) => ({
        message:
          `Row ${row} (${formatName(data.model ?? 'no model')}): ` +
          `${isTotal ? 'all datasets' : `the ${gone.join(' and ')}`} of run ${run} are gone.`,
        suggestion: prunable.has(row)
          ? `${PRUNABLE} smoltrace leaderboard prune --namespace ${inventory.namespace}`
          : KEEP,
        rows: [row],
        runs: [run],
        datasets: references
          .filter(({state, type}) => state === 'gone' && (isTotal || type !== 'traces'))
          .flatMap(({dataset}) => dataset ?? []),
      }))
  },

  /** Of runs that are there: what was lost with them is a note. */
  'lost-row'({inventory: {leaderboard, endpoint}, runs, lost}: Checked) {
    const there = new Set(runs.map(({timestamp}) => timestamp))
    return lost
      .filter((row) => row.runs.some((run) => there.has(run)))
      .map(({runs: about, data, sha}) => ({
        message:
          `The row of run ${about.join(', ')} (${formatName(data.model ?? 'no model')}) is lost: ` +
          'an earlier commit has it, the newest does not.',
        suggestion: `${OVERWRITTEN} ${endpoint}/datasets/${leaderboard?.name}/tree/${safeName(sha)}`,
        rows: [],
        runs: about,
        datasets: [],
      }))
  },

  'run-without-row'(view: Checked) {
    const {namespace} = view.inventory
    const found = new Set(view.lost.flatMap(({runs}) => runs))
    const runs = findUncited(view).filter((run) => !mayGetRow(run, view) && !found.has(run.timestamp))
    const [which, flags] = selectionOf(runs, view)
    const next = `Preview deleting ${which}: smoltrace cleanup ${flags} --namespace ${namespace}`
    return runs.map((run) => ({
      message: `Run ${run.timestamp} (${run.datasets.map(({type}) => type).join(', ')}) has no row.`,
      suggestion: `${hasMetrics(run) ? LOST : STOPPED} ${next}`,
      ...locationOfRuns([run]),
    }))
  },

  /** Several rows about one evaluation, or about one results dataset. */
  'duplicate-rows'({rows}: LeaderboardView) {
    const groups = new Map<string, ViewedRow[]>()
    for (const viewed of rows) {
      const results = viewed.references.find(({type}) => type === 'results')
      if (results && results.state !== 'local' && results.state !== 'other')
        pushTo(groups, `name ${results.dataset ?? results.name}`, viewed)
      const {runId} = viewed.data
      if (runId !== undefined) pushTo(groups, `have the run_id ${runId}`, viewed)
    }

    const seen = new Set<string>()
    return [...groups].flatMap(([what, group]) => {
      const numbers = group.map(({row}) => row)
      // Rows that agree in both are found by the first of the two.
      if (group.length < 2 || seen.has(numbers.join(' '))) return []
      seen.add(numbers.join(' '))
      return {
        message: `Rows ${formatItems(numbers)} ${formatName(what)}.`,
        suggestion: new Set(group.map(({data}) => data.runId)).size > 1 ? SHARED : REPEATED,
        rows: numbers,
        runs: [...new Set(group.flatMap(({run}) => run ?? []))],
        datasets: locationOf(citations(group).filter(({type}) => type === 'results')).datasets,
      }
    })
  },

  /** Cleanup keeps such runs, but no row counts as theirs. */
  'inexact-name': ({rows}: LeaderboardView) =>
    rows.flatMap((viewed) => {
      const inexact = citations([viewed], 'inexact')
      const [first] = inexact
      if (!first) return []
      return {
        message: `Row ${viewed.row} names ${formatName(first.name)}, but the dataset is called ${first.dataset}.`,
        suggestion: 'Use the exact name in the leaderboard: a row belongs to a run only by its exact name.',
        ...locationOf(inexact),
        runs: [first.timestamp ?? ''],
      }
    }),

  /** Rows that name datasets under a namespace that they have left: one finding for each such name. */
  'renamed-namespace'({rows, inventory: {namespace}}: LeaderboardView) {
    const owners = new Map<string, Cited[]>()
    for (const citation of citations(rows, 'renamed')) pushTo(owners, citation.owner ?? '', citation)
    return [...owners].map(([owner, found]) => ({
      message: capitalize(
        `${describeRows('name', found)} datasets of ${formatName(owner)}, which exist in ${namespace}: ` +
          'the namespace was probably renamed, or the datasets were moved.',
      ),
      suggestion: `Change ${formatName(owner)}/ to ${namespace}/ in these rows: until then they do not count as rows of their runs.`,
      ...locationOf(found),
    }))
  },

  /** A public leaderboard with rows of private runs. */
  'exposed-runs'({rows, inventory: {datasets, leaderboard, endpoint}}: LeaderboardView) {
    if (!leaderboard || leaderboard.private) return []
    const secret = new Set(datasets.filter((each) => each.private).map(({name}) => name))
    const found = citations(rows).filter(({dataset = ''}) => secret.has(dataset))
    if (found.length === 0) return []
    return [
      {
        message:
          `${leaderboard.name} is public, and ${describeRows('expose', found)} private runs: ` +
          'everyone can read their models, teams, scores and dataset names.',
        suggestion: `Make it private, unless this is intended: ${endpoint}/datasets/${leaderboard.name}/settings`,
        ...locationOf(found),
      },
    ]
  },
} satisfies Record<string, (view: Checked) => Fault[]>

export type FindingKind = keyof typeof CHECKS
export const FINDING_KINDS = Object.keys(CHECKS) as FindingKind[]

const PRUNABLE =
  'If its datasets were archived, `restore` brings them back. ' +
  'To empty such references and keep the scores, or to remove such rows, begin with a preview:'
const KEEP =
  'Keep the row as a record of its scores, or remove it from the leaderboard. ' +
  'If its datasets were archived before they were deleted, find the folder: smoltrace history'
const STOPPED = 'Its evaluation was stopped before it wrote a row.'

/** Metrics are uploaded right before the row. */
const LOST =
  'It has metrics, so it had a row. That row was lost: two evaluations wrote at the same time, or someone removed it.'

const OVERWRITTEN =
  'Two evaluations wrote at the same time, or someone removed it. ' +
  'To put it back, push a leaderboard with it, from the newest commit that has it:'

const REPEATED = 'Keep the newest, and remove the others from the leaderboard.'
const SHARED =
  "Evaluations that start in the same second write to the same dataset, which holds only the last one's data: " +
  'remove the other rows from the leaderboard.'

/** What looks like a fault, and is not a fault here. */
const NOTES = {
  'other-namespace'({rows}: LeaderboardView) {
    const found = citations(rows, 'elsewhere')
    const owners = new Set(found.map(({owner = ''}) => formatName(owner)))
    return note(found, `datasets of other namespaces: ${formatItems(owners)}`)
  },
  'local-path': ({rows}: LeaderboardView) =>
    note(citations(rows, 'local'), "files on the evaluator's machine"),
  'no-datasets'({rows}: LeaderboardView) {
    const found = rows.filter(({references}) => references.length === 0)
    const whose = found.length === 1 ? 'its evaluation' : 'their evaluations'
    const why = found.every(({data}) => data.runStatus === 'failed') ? ` (${whose} failed early)` : ''
    return {message: `${describeRows('have', found, 'has')} no datasets${why}`, ...locationOf(found)}
  },
  'unknown-name': ({rows}: LeaderboardView) =>
    note(citations(rows, 'other'), 'something that is not a dataset of a run'),
  'row-may-come'(view: LeaderboardView) {
    const place = locationOfRuns(findUncited(view).filter((run) => mayGetRow(run, view)))
    const grace = formatDuration(DEFAULT_GRACE_MS)
    return {
      message: `${formatItems(place.runs)}: changed in the last ${grace}, so a row may still be written`,
      ...place,
    }
  },
  'removed-row'({runs, lost}: Checked) {
    const there = new Set(runs.map(({timestamp}) => timestamp))
    const gone = lost.filter((row) => !row.runs.some((run) => there.has(run)))
    const about = [...new Set(gone.flatMap((row) => row.runs))]
    return {
      message: `${formatItems(about)}: an earlier commit has a row, and the run is gone, too`,
      rows: [],
      runs: about,
      datasets: [],
    }
  },
} satisfies Record<string, (view: Checked) => Note>

type RemarkKind = keyof typeof NOTES
export const REMARK_KINDS = Object.keys(NOTES) as RemarkKind[]

function note(found: Cited[], what: string): Note {
  return {message: `${describeRows('name', found)} ${what}`, ...locationOf(found)}
}

/** Some of these runs, and the flags that select them: not `--unreferenced` where that is refused, as no row is about a run, or most are lost. */
function selectionOf(
  runs: readonly Run[],
  {rows, index, runs: all, inventory}: LeaderboardView,
): [which: string, flags: string] {
  const isAnyCited = citations(rows, 'there').length > 0
  const isRefused = !isAnyCited || lostRows(all, index, inventory.now, DEFAULT_GRACE_MS) !== undefined
  if (runs.length > MAX_SHOWN && !isRefused) return ['all of these runs', '--unreferenced']
  const flags = runs.slice(0, MAX_SHOWN).map(({timestamp}) => `--run ${timestamp}`)
  const some = runs.length > MAX_SHOWN ? `the first ${MAX_SHOWN}` : 'these runs'
  return [runs.length === 1 ? 'this run' : some, flags.join(' ')]
}

/** Runs that no row means. */
function findUncited({runs, index}: LeaderboardView): Run[] {
  return runs.filter(({timestamp}) => !isCited(timestamp, index))
}

/** The row comes last, also of a complete run. */
function mayGetRow(run: Run, {inventory}: LeaderboardView): boolean {
  return isNew(run, inventory.now, DEFAULT_GRACE_MS)
}

/** A row, and the dataset that it names, if it names one. */
type Cited = Partial<Reference> & {row: number}

/** Every dataset that rows name, or those in one state. */
function citations(rows: readonly ViewedRow[], wanted?: ReferenceState): Array<Reference & {row: number}> {
  return rows.flatMap(({row, references}) =>
    references
      .filter(({state}) => wanted === undefined || state === wanted)
      .map((reference) => ({...reference, row})),
  )
}

function locationOf(found: Cited[]): Location {
  const names = found.flatMap(({dataset, name = ''}) => dataset ?? (name === '' ? [] : formatName(name)))
  return {
    rows: [...new Set(found.map(({row}) => row))],
    runs: [...new Set(found.flatMap(({timestamp = []}) => timestamp))],
    datasets: [...new Set(names)],
  }
}

function locationOfRuns(runs: readonly Run[]): Location {
  return {
    rows: [],
    runs: runs.map(({timestamp}) => timestamp),
    datasets: runs.flatMap(({datasets}) => datasets.map(({name}) => name)),
  }
}

/** `row 3 names`, `rows 3 and 5 name`, `rows 3, 5, 7 and 12 more name`. */
function describeRows(verb: string, found: ReadonlyArray<{row: number}>, ofOne = `${verb}s`): string {
  const rows = new Set(found.map(({row}) => row))
  return rows.size === 1 ? `row ${formatItems(rows)} ${ofOne}` : `rows ${formatItems(rows)} ${verb}`
}

/** So many runs, or rows, are named one by one. */
const MAX_SHOWN = 3

/** `3, 5, 7 and 12 more`: all of them are in the lists. */
function formatItems(items: Iterable<number | string>): string {
  return joinWords(firstFew(Array.from(items, String), MAX_SHOWN))
}

const MAX_NAME = 120

/** A name from the leaderboard, fit for a terminal and a sentence. */
function formatName(name: string): string {
  const text = safeName(name.slice(0, MAX_NAME * 2))
  return text.length > MAX_NAME ? `${safeName(text.slice(0, MAX_NAME - 1))}…` : text
}
