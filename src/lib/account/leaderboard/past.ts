import pLimit from 'p-limit'

import {mapLimited} from '../../base/concurrency.js'
import {CancelledError, SmoltraceError} from '../../base/errors.js'
import {type Hub} from '../../hub/client.js'
import {type RepoFile} from '../../hub/files.js'
import {type LeaderboardDataset} from '../datasets.js'
import {parseNames} from './index.js'
import {PRUNE_TITLES} from './orphans.js'
import {readBoardFiles} from './read.js'
import {type LeaderboardRow} from './row.js'

/** A row that an earlier commit has, and the newest does not. */
export interface LostRow {
  /** Timestamps of the runs that it is about. */
  runs: string[]
  /** Not safe to print. */
  data: LeaderboardRow
  /** The newest commit that has it. */
  sha: string
}

/** What earlier commits of a leaderboard have. */
export interface PastRows {
  lost: LostRow[]
  /** How many earlier states of its rows were compared. */
  states: number
  /** Whether there are no others. */
  areAll: boolean
}

/** So many earlier states are read at most: each is a whole leaderboard. */
const MAX_STATES = 20
/** An evaluation makes two commits, and pins make others. */
const MAX_COMMITS = 50
const CONCURRENCY = 8

/**
 * Compares a leaderboard with its earlier commits: of two evaluations that push at the same time, the later one overwrites the row of
 * the other. What a prune removed is not lost.
 * @param rows of the newest commit
 * @throws the Hub's errors where the commits cannot be listed; one that cannot be read is passed over
 */
export async function findLostRows(
  hub: Hub,
  leaderboard: LeaderboardDataset,
  rows: readonly LeaderboardRow[],
): Promise<PastRows> {
  const {name, sha, namespace} = leaderboard
  const {commits, areAll} = await hub.listCommits(name, sha, MAX_COMMITS)
  const trees = await mapLimited(commits, pLimit(CONCURRENCY), (commit) => hub.listFiles(name, commit.sha))
  const past: PastRows = {lost: [], states: 0, areAll}
  const seen = new Set(rows.flatMap((row) => marksOf(row, namespace)))
  const prunes: readonly string[] = Object.values(PRUNE_TITLES)
  for (const [index, commit] of commits.entries()) {
    const tree = trees[index] ?? []
    // The newest commit is the first; another one is of interest where the one after it changed its data.
    if (index === 0 || dataOf(tree) === dataOf(trees[index - 1] ?? [])) continue
    if (past.states === MAX_STATES) return {...past, areAll: false}
    const earlier = await readIfPossible(hub, {name, sha: commit.sha}, tree)
    if (!earlier) continue
    past.states++
    const wasPruned = prunes.includes(commits[index - 1]?.title ?? '')
    for (const data of earlier) {
      const marks = marksOf(data, namespace)
      const isLost = marks.length > 0 && !marks.some((mark) => seen.has(mark))
      for (const mark of marks) seen.add(mark)
      if (isLost && !wasPruned) past.lost.push({runs: runsOf(data, namespace), data, sha: commit.sha})
    }
  }

  return past
}

/** Equal where two commits have the same rows. */
function dataOf(files: readonly RepoFile[]): string {
  const data = files.filter(({path}) => path.toLowerCase().endsWith('.parquet'))
  return JSON.stringify(data.map(({path, oid}) => [path, oid]).toSorted())
}

/** Undefined where it cannot be read: an upload in several commits leaves states that were never whole. */
async function readIfPossible(
  hub: Hub,
  board: Pick<LeaderboardDataset, 'name' | 'sha'>,
  files: RepoFile[],
): Promise<LeaderboardRow[] | undefined> {
  const rows: LeaderboardRow[][] = []
  try {
    await readBoardFiles(hub, board, files, (file) => {
      rows.push(file.rows)
    })
  } catch (error) {
    if (!(error instanceof SmoltraceError) || error instanceof CancelledError) throw error
    return undefined
  }

  return rows.flat()
}

/** What tells a row from others: its id, and the runs that it is about. A newer row with either stands for it. */
function marksOf(row: LeaderboardRow, namespace: string): string[] {
  const id = row.runId === undefined ? [] : [`id ${row.runId}`]
  return [...id, ...runsOf(row, namespace).map((run) => `run ${run}`)]
}

function runsOf(
  {resultsDataset, tracesDataset, metricsDataset}: LeaderboardRow,
  namespace: string,
): string[] {
  const cells = [resultsDataset, metricsDataset, tracesDataset]
  const names = cells.flatMap((cell) => (cell === undefined ? [] : parseNames(cell, namespace)))
  return [...new Set(names.map(({timestamp}) => timestamp))]
}
