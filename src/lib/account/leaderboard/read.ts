import {orUnknown, RefusedError} from '../../base/errors.js'
import {readOptions} from '../../base/options.js'
import {byText, messageOf, safe} from '../../base/text.js'
import {type Hub} from '../../hub/client.js'
import {type RepoFile} from '../../hub/files.js'
import {CONNECTION, type ConnectionOptions, openSession} from '../../hub/session.js'
import {discover, type LeaderboardDataset} from '../datasets.js'
import {indexRows, type RowIndex} from './index.js'
import {boardBudget, readParquet, tooLarge, UnreadableFile} from './parquet.js'
import {type LeaderboardRow} from './row.js'

/** Bytes of all its files together: usual ones have some hundred thousand. */
const MAX_BYTES = 64 * 1024 * 1024

/** Older versions of `datasets` put a hash behind the numbers. */
export const SHARD = /^(.*)-(\d+)-of-(\d+)(?:-[\da-f]+)?\.parquet$/i

/** Files that may be next to the data and hold no rows. */
const NO_DATA =
  /\.(gif|html?|ipynb|jpe?g|md|pdf|png|py|rst|svg|txt|webp|ya?ml)$|(^|\/)(licen[cs]e|dataset_infos\.json)$/i

/** One Parquet file of a leaderboard, and its rows. */
interface BoardFile {
  path: string
  bytes: Buffer
  rows: LeaderboardRow[]
}

/**
 * Reads all rows at the commit that the listing showed, from files that have the hash which the tree of that commit lists. There
 * are certainly none where the listing has no leaderboard, or it holds no data.
 * @throws RefusedError where a part is missing or cannot be read; else what the Hub's answer was (the Hub's contract, section 7)
 */
export async function readLeaderboard(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
): Promise<LeaderboardRow[]> {
  if (!leaderboard) return []
  const {name, sha} = leaderboard
  const rows: LeaderboardRow[][] = []
  await readBoardFiles(hub, leaderboard, await hub.listFiles(name, sha), (file) => {
    rows.push(file.rows)
  })
  return rows.flat()
}

/**
 * Reads the Parquet files of a leaderboard at one commit, in the order of their rows.
 * @param hub where it is
 * @param leaderboard which one, at which commit
 * @param files all of that commit
 * @param onFile called with one after the other: not all of them need to be held
 * @throws as `readLeaderboard`
 */
export async function readBoardFiles(
  hub: Hub,
  leaderboard: Pick<LeaderboardDataset, 'name' | 'sha'>,
  files: RepoFile[],
  onFile: (file: BoardFile) => void,
): Promise<void> {
  const {name, sha} = leaderboard
  hub.announce({kind: 'leaderboard'})
  const budget = boardBudget()
  for (const file of dataFiles(files, name)) {
    const bytes = await hub.readWhole(name, sha, file)
    try {
      onFile({path: file.path, bytes, rows: await readParquet(bytes, budget)})
    } catch (error) {
      throw unreadable(name, file.path, error)
    }
  }
}

/** All rows, those that mean no run among them, and an index of them. */
export interface IndexedRows {
  rows: readonly LeaderboardRow[]
  index: RowIndex
}

/** Reads a leaderboard as `readLeaderboard` does. */
export async function readRowIndex(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
): Promise<IndexedRows> {
  const rows = await readLeaderboard(hub, leaderboard)
  return {rows, index: indexRows(rows, leaderboard?.namespace ?? '')}
}

/** For what only looks: `unknown` and a warning instead of an error. */
export function readRowIndexIfPossible(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
  warnings: string[],
): Promise<IndexedRows | 'unknown'> {
  return orUnknown(readRowIndex(hub, leaderboard), 'Leaderboard data is unknown.', warnings)
}

/**
 * Reads the rows of a namespace's leaderboard, for `filterRuns`.
 * @throws RefusedError where they cannot be read for certain; else as `discoverSmoltraceDatasets`
 */
export async function readLeaderboardRows(options: ConnectionOptions = {}): Promise<LeaderboardRow[]> {
  const session = await openSession(readOptions(options, CONNECTION))
  return readLeaderboard(session.hub, (await discover(session)).leaderboard)
}

/** The Parquet files, in order. Whatever else could hold rows makes it uncertain that these are all. */
function dataFiles(files: RepoFile[], name: string): RepoFile[] {
  const visible = files.filter(({path}) => path !== 'README.md' && !/(^|\/)\./.test(path))
  const parquet = visible.filter(({path}) => path.toLowerCase().endsWith('.parquet'))
  const hasData = parquet.length > 0
  const mayBeRows = ({path}: RepoFile) => !hasData || /(^|\/)data\//i.test(path) || !NO_DATA.test(path)
  const other = visible.find((file) => !parquet.includes(file) && mayBeRows(file))
  if (other) {
    const way = hasData ? 'Remove or move it' : 'Push its rows again as Parquet, or remove it'
    const advice = `${way}: a leaderboard may hold rows in Parquet files only.`
    throw unreadable(name, other.path, new UnreadableFile('it is not Parquet', advice))
  }

  const bytes = parquet.reduce((sum, {size}) => sum + size, 0)
  const [first] = parquet
  if (first && bytes > MAX_BYTES) {
    const what = parquet.length === 1 ? 'it has' : `together with the ${parquet.length - 1} others, it has`
    throw unreadable(name, first.path, tooLarge(`${what} ${bytes} bytes`))
  }

  requireAllShards(parquet, name)
  return parquet.toSorted((a, b) => byText(a.path, b.path))
}

const UPLOADING =
  'Run the command again when the upload is complete. If no upload is running, one was interrupted: push the leaderboard again.'

/** An upload that was cut off, or is in progress, leaves some of `train-00000-of-00003.parquet`, … */
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
    if (found.size === wanted && wanted > 0) continue
    const why = `only ${found.size} of its ${wanted} parts are there`
    throw unreadable(name, path, new UnreadableFile(why, UPLOADING))
  }
}

const BROKEN =
  'The file is damaged: restore an earlier commit of it on the Hub, or push the leaderboard again.'

function unreadable(name: string, path: string, cause: unknown): RefusedError {
  const where = `${safe(path).slice(0, 200)}: ${messageOf(cause).slice(0, 200)}`
  const advice = cause instanceof UnreadableFile ? cause.advice : BROKEN
  return new RefusedError(`The leaderboard ${name} cannot be read: ${where}.`, {suggestions: [advice], cause})
}
