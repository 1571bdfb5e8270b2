import type {AsyncBuffer, FileMetaData} from 'hyparquet'

import {setImmediate as nextTurn} from 'node:timers/promises'

import {discover, type LeaderboardDataset} from './datasets.js'
import {CancelledError, RefusedError, SmoltraceError} from './errors.js'
import {type Hub} from './hub/client.js'
import {type RepoFile} from './hub/files.js'
import {COLUMNS, IDENTITY, type LeaderboardRow, toRows} from './leaderboard-rows.js'
import {readOptions} from './options.js'
import {CONNECTION, type ConnectionOptions, openSession} from './session.js'
import {inSlices} from './slices.js'
import {byText, safe} from './text.js'

/** In bytes: usual ones have some hundred thousand. */
const LARGEST_FILE = 256 * 1024 * 1024
const MOST_ROWS = 1_000_000
/** Bytes that are asked for at a time: a usual leaderboard is one request, a large one only the parts that are needed. */
const BLOCK = 512 * 1024

/** Older versions of `datasets` put a hash behind the numbers. */
const SHARD = /^(.*)-(\d+)-of-(\d+)(?:-[\da-f]+)?\.parquet$/i
/** What may stand beside the data and holds no rows. */
const NO_DATA =
  /\.(gif|html?|ipynb|jpe?g|md|pdf|png|py|rst|svg|txt|webp|ya?ml)$|(^|\/)(licen[cs]e|dataset_infos\.json)$/i

/**
 * Reads the leaderboard at the commit that the listing showed, and of its files only the columns above. Certainly
 * without rows are no leaderboard in the listing, and one that holds no data.
 * @param leaderboard as listed; undefined where the listing has none
 * @returns all rows of all its files, in their order
 * @throws RefusedError where a part is missing or cannot be read; else what the Hub's answer was (the Hub's contract,
 *   section 7)
 */
export async function readLeaderboard(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
): Promise<LeaderboardRow[]> {
  if (!leaderboard) return []
  const rows: LeaderboardRow[][] = []
  const files = dataFiles(await hub.listFiles(leaderboard.name, leaderboard.sha), leaderboard.name)
  for (const file of files) rows.push(await readFile(hub, leaderboard, file))
  return rows.flat()
}

/**
 * Reads the rows of a namespace's leaderboard, for `evidenceOf`.
 * @param options token, endpoint and namespace; by default those of the environment
 * @throws as `readLeaderboard`, and as `discoverSmoltraceDatasets`
 */
export async function readLeaderboardRows(options: ConnectionOptions = {}): Promise<LeaderboardRow[]> {
  const session = await openSession(readOptions(options, CONNECTION))
  return readLeaderboard(session.hub, (await discover(session)).leaderboard)
}

/** For commands that only look: `unknown` and a warning instead of an error. */
export async function readLeaderboardIfPossible(
  hub: Hub,
  leaderboard: LeaderboardDataset | undefined,
  warnings: string[],
): Promise<LeaderboardRow[] | 'unknown'> {
  try {
    return await readLeaderboard(hub, leaderboard)
  } catch (error) {
    if (!(error instanceof SmoltraceError) || error instanceof CancelledError) throw error
    warnings.push(`What the leaderboard says is unknown. ${error.message}`)
    return 'unknown'
  }
}

/** The Parquet files, in order. Whatever else could hold rows makes it uncertain that these are all. */
function dataFiles(files: RepoFile[], name: string): RepoFile[] {
  const visible = files.filter(({path}) => path !== 'README.md' && !/(^|\/)\./.test(path))
  const parquet = visible.filter(({path}) => path.toLowerCase().endsWith('.parquet'))
  const other = visible.find(
    (file) => !parquet.includes(file) && (parquet.length === 0 || mayHoldRows(file.path)),
  )
  if (other) throw unreadable(name, other.path, 'it is no Parquet')
  const huge = parquet.find(({size}) => size > LARGEST_FILE)
  if (huge) throw unreadable(name, huge.path, `it has ${huge.size} bytes, which no leaderboard has`)
  requireAllShards(parquet, name)
  return parquet.toSorted((a, b) => byText(a.path, b.path))
}

function mayHoldRows(path: string): boolean {
  return /(^|\/)data\//i.test(path) || !NO_DATA.test(path)
}

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
      throw unreadable(name, path, `only ${found.size} of its ${wanted} parts are there`)
  }
}

async function readFile(
  hub: Hub,
  {name, sha}: LeaderboardDataset,
  {path, size}: RepoFile,
): Promise<LeaderboardRow[]> {
  const parquet = await import('hyparquet')
  const file = inBlocks(size, (start, end) => hub.readRange({name, revision: sha, path}, start, end))
  try {
    const metadata = await parquet.parquetMetadataAsync(file, {initialFetchSize: BLOCK, geoparquet: false})
    const present = new Set(parquet.parquetSchema(metadata).children.map(({element}) => element.name))
    // Something else, such as a run's results that were pushed here by mistake.
    if (!present.has(IDENTITY)) throw new Error(`it has no column ${IDENTITY}, so it is no leaderboard`)
    const columns = COLUMNS.filter((each) => present.has(each))
    const rows: LeaderboardRow[][] = []
    for (const [rowStart, rowEnd] of rowGroups(metadata)) {
      const read = async (column: string) => {
        const part = {file, metadata, columns: [column], rowStart, rowEnd, geoparquet: false}
        const cells = (await parquet.parquetReadObjects(part)).map((row): unknown => row[column])
        return [column, cells] as const
      }

      const cells = new Map(await Promise.all(columns.map((column) => read(column))))
      rows.push(await inSlices(toRows(cells, rowEnd - rowStart)))
    }

    return rows.flat()
  } catch (error) {
    if (error instanceof SmoltraceError) throw error
    throw unreadable(name, path, error instanceof Error ? error.message : String(error), error)
  }
}

/** The first row of each group and the one behind its last. */
function rowGroups(metadata: FileMetaData): Array<[start: number, end: number]> {
  const sizes = metadata.row_groups.map((group) => Number(group.num_rows))
  const total = Number(metadata.num_rows)
  if (!(total >= 0 && total <= MOST_ROWS)) throw new Error(`it has ${total} rows, which no leaderboard has`)
  if (sizes.some((size) => !(size >= 0)) || sizes.reduce((sum, size) => sum + size, 0) !== total)
    throw new Error(`it lacks some of its ${total} rows`)
  let start = 0
  return sizes.map((size) => {
    const group: [number, number] = [start, start + size]
    start += size
    return group
  })
}

/**
 * A file of which every byte is asked for at most once, whatever it says of itself.
 * @param read the bytes from `start` to before `end`
 */
function inBlocks(size: number, read: (start: number, end: number) => Promise<ArrayBuffer>): AsyncBuffer {
  const blocks = new Map<number, Promise<ArrayBuffer>>()
  let turn: Promise<unknown> = Promise.resolve()
  const blockAt = (start: number): Promise<ArrayBuffer> => {
    const block = blocks.get(start) ?? read(start, Math.min(start + BLOCK, size))
    blocks.set(start, block)
    return block
  }

  return {
    byteLength: size,
    slice(from, to = size) {
      if (!(from >= 0 && from <= to && to <= size)) throw new Error('it points outside itself')
      const first = Math.floor(from / BLOCK) * BLOCK
      const starts = Array.from(
        {length: Math.ceil((to - first) / BLOCK)},
        (_, index) => first + index * BLOCK,
      )
      const part = Promise.all(starts.map((start) => blockAt(start))).then(async (parts) => {
        const bytes = await new Blob(parts).slice(from - first, to - first).arrayBuffer()
        // Each part is decoded in a turn of its own: all columns at once would hold up everything else.
        turn = turn.then(() => nextTurn())
        await turn
        return bytes
      })
      // hyparquet asks ahead, and may fail over something else before it looks at the answer.
      part.catch(() => {})
      return part
    },
  }
}

function unreadable(name: string, path: string, why: string, cause?: unknown): RefusedError {
  const file = safe(path).slice(0, 200)
  const reason = safe(why).slice(0, 200)
  return new RefusedError(`The leaderboard ${name} cannot be read: ${file}: ${reason}.`, {
    cause,
    suggestions: ['Repair it on the Hub, or run again when its upload has ended.'],
  })
}
