import {orUnknown, RefusedError, SmoltraceError} from '../../base/errors.js'
import {readOptions} from '../../base/options.js'
import {byText, messageOf, safe} from '../../base/text.js'
import {type Hub} from '../../hub/client.js'
import {type RepoFile} from '../../hub/files.js'
import {CONNECTION, type ConnectionOptions, openSession} from '../../hub/session.js'
import {discover, type LeaderboardDataset} from '../datasets.js'
import {type RowIndex, rowIndexer} from './index.js'
import {type Budget, readParquet, UnreadableFile} from './parquet.js'
import {type LeaderboardRow, toRows} from './row.js'

/** Bytes of all its files together: usual ones have some hundred thousand. */
const MOST_BYTES = 64 * 1024 * 1024

/** What all its files together may bring: ten times what ten thousand runs do, and read in a few hundred MB of memory. */
const MOST: Budget = {rows: 100_000, bytes: 128 * 1024 * 1024, characters: 32 * 1024 * 1024}

/** Older versions of `datasets` put a hash behind the numbers. */
const SHARD = /^(.*)-(\d+)-of-(\d+)(?:-[\da-f]+)?\.parquet$/i

/** Files that may be next to the data and hold no rows. */
const NO_DATA =
  /\.(gif|html?|ipynb|jpe?g|md|pdf|png|py|rst|svg|txt|webp|ya?ml)$|(^|\/)(licen[cs]e|dataset_infos\.json)$/i

/**
 * Reads the leaderboard at the commit that the listing showed. Each of its files is fetched whole, and believed only where
 * it has the hash that the tree of that commit lists. Certainly without rows are no leaderboard in the listing, and one
 * that holds no data.
 * @param leaderboard as listed; undefined where the listing has none
 * @returns all rows of all its files, in their order
 * @throws RefusedError where a part is missing or cannot be read; else what the Hub's answer was (the Hub's contract,
 *   section 7)
 */
export async function readLeaderboard(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
): Promise<LeaderboardRow[]> {
  const rows: LeaderboardRow[] = []
  await readRows(hub, leaderboard, (row) => rows.push(row))
  return rows
}

/** What rules ask of a leaderboard. */
export interface IndexedRows {
  index: RowIndex
  /** How many it has, with those that mean no run. */
  count: number
}

/** Reads a leaderboard as `readLeaderboard` does, for rules: rows that mean no run are counted, and not kept. */
export async function readRowIndex(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
): Promise<IndexedRows> {
  const {add, finish} = rowIndexer(leaderboard?.namespace ?? '')
  const count = await readRows(hub, leaderboard, add)
  return {index: finish(), count}
}

/** For commands that only look: `unknown` and a warning instead of an error. */
export function readRowIndexIfPossible(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
  warnings: string[],
): Promise<IndexedRows | 'unknown'> {
  return orUnknown(readRowIndex(hub, leaderboard), 'What the leaderboard says is unknown.', warnings)
}

/**
 * Reads the rows of a namespace's leaderboard, for `filterRuns`.
 * @throws as `readLeaderboard`, and as `discoverSmoltraceDatasets`
 */
export async function readLeaderboardRows(options: ConnectionOptions = {}): Promise<LeaderboardRow[]> {
  const session = await openSession(readOptions(options, CONNECTION))
  return readLeaderboard(session.hub, (await discover(session)).leaderboard)
}

/** @returns how many rows there are */
async function readRows(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
  take: (row: LeaderboardRow) => void,
): Promise<number> {
  if (!leaderboard) return 0
  const {name, sha} = leaderboard
  const budget = {...MOST}
  for (const file of dataFiles(await hub.listFiles(name, sha), name)) {
    const bytes = await hub.readWhole(name, sha, file)
    try {
      await readParquet(bytes, budget, (cells, count) => {
        for (const row of toRows(cells, count)) take(row)
      })
    } catch (error) {
      if (error instanceof SmoltraceError) throw error
      const advice = error instanceof UnreadableFile ? error.advice : BROKEN
      throw unreadable(name, file.path, {why: messageOf(error), advice, cause: error})
    }
  }

  return MOST.rows - budget.rows
}

/** The Parquet files, in order. Whatever else could hold rows makes it uncertain that these are all. */
function dataFiles(files: RepoFile[], name: string): RepoFile[] {
  const visible = files.filter(({path}) => path !== 'README.md' && !/(^|\/)\./.test(path))
  const parquet = visible.filter(({path}) => path.toLowerCase().endsWith('.parquet'))
  const other =
    parquet.length === 0
      ? visible[0]
      : visible.find(
          (file) => !parquet.includes(file) && (/(^|\/)data\//i.test(file.path) || !NO_DATA.test(file.path)),
        )
  if (other) {
    const way = parquet.length === 0 ? 'Write its rows again as Parquet, or remove it' : 'Remove or move it'
    const advice = `${way}: a leaderboard holds Parquet files and nothing else that may be rows.`
    throw unreadable(name, other.path, {why: 'it is not Parquet', advice})
  }

  const bytes = parquet.reduce((sum, {size}) => sum + size, 0)
  const [first] = parquet
  if (first && bytes > MOST_BYTES) {
    const advice = 'Remove rows that you do not need, and push the leaderboard again.'
    const what = parquet.length === 1 ? 'it has' : `with the ${parquet.length - 1} others it has`
    throw unreadable(name, first.path, {why: `${what} ${bytes} bytes, which no leaderboard has`, advice})
  }

  requireAllShards(parquet, name)
  return parquet.toSorted((a, b) => byText(a.path, b.path))
}

const UPLOADING =
  'Run it again when the upload has ended. If none is running, one was cut off: push the leaderboard again.'

/** An upload that was cut off, or is under way, leaves some of `train-00000-of-00003.parquet`, … */
function requireAllShards(files: RepoFile[], name: string): void {
  const sets = new Map<string, {path: string; wanted: number; found: Set<number>}>()
  for (const {path} of files) {
    const [, start = '', index, total] = SHARD.exec(path) ?? []
    if (index === undefined) continue
    const key = `${start} of ${Number(total)}`
    const set = sets.get(key) ?? {path, wanted: Number(total), found: new Set()}
    if (Number(index) < set.wanted) set.found.add(Number(index))
    sets.set(key, set)
  }

  for (const {path, wanted, found} of sets.values()) {
    if (found.size < wanted || wanted === 0)
      throw unreadable(name, path, {
        why: `only ${found.size} of its ${wanted} parts are there`,
        advice: UPLOADING,
      })
  }
}

const BROKEN =
  'The file is broken: bring back an earlier commit of it on the Hub, or push the leaderboard again.'

function unreadable(
  name: string,
  path: string,
  {why, advice, cause}: {why: string; advice: string; cause?: unknown},
): RefusedError {
  const where = `${safe(path).slice(0, 200)}: ${why.slice(0, 200)}`
  return new RefusedError(`The leaderboard ${name} cannot be read: ${where}.`, {suggestions: [advice], cause})
}
