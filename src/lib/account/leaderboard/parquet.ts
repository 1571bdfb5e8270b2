import type {AsyncBuffer, ColumnMetaData, Compressors, FileMetaData, SchemaElement} from 'hyparquet'

import {setImmediate as nextTurn} from 'node:timers/promises'

import {COLUMNS, IDENTITY, type LeaderboardRow, toRows} from './row.js'

/** Why a file cannot be read, and what helps, in one sentence: each cause has its own way out. */
export class UnreadableFile extends Error {
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

/** What all files that are read together may still bring: a small file can unpack to more than any memory holds. */
export interface Budget {
  rows: number
  /** Bytes, as they are in the files and unpacked. */
  bytes: number
  /** Of all texts, each cell counted: a file has to hold a text only once, however many rows have it. */
  characters: number
}

/** What all files of a leaderboard may bring: ten times what ten thousand runs do, and read in a few hundred MB of memory. */
export function boardBudget(): Budget {
  return {rows: 100_000, bytes: 128 * 1024 * 1024, characters: 32 * 1024 * 1024}
}

/** A Parquet file whose columns are read one at a time. */
export interface ParquetFile {
  metadata: FileMetaData
  columns: readonly string[]
  /** Rows of each group. */
  counts: readonly number[]
  /** The cells of a column in one group, in a turn of the event loop of its own; null where there is no value. */
  read: (column: string, group: number, rows?: readonly [from: number, to: number]) => Promise<unknown[]>
}

/** How a file is read. */
interface ParquetOptions {
  budget: Budget
  /** The columns to read, of all that the file has. */
  choose: (names: readonly string[]) => readonly string[]
  /** Cells as they are stored, in place of what they mean: texts and times as bytes and numbers. */
  isPhysical?: boolean
}

/** What is read is taken off the budget. @throws UnreadableFile, or another error where the file is broken */
export async function openParquet(
  bytes: Buffer,
  {budget, choose, isPhysical = false}: ParquetOptions,
): Promise<ParquetFile> {
  const parquet = await import('hyparquet')
  const file = asyncBufferOf(bytes)
  const metadata = await parquet.parquetMetadataAsync(file, {geoparquet: false})
  const counts = rowCounts(metadata)
  const columns = choose(parquet.parquetSchema(metadata).children.map(({element}) => element.name))
  const chunks = metadata.row_groups
    .flatMap((group) => group.columns.flatMap(({meta_data: data}) => data ?? []))
    .filter(({path_in_schema: [name = '']}) => columns.includes(name))
  spend(budget, Number(metadata.num_rows), chunks)
  const compressors = await compressorsFor(chunks, budget)
  const schema = isPhysical ? physicalSchema(metadata) : metadata.schema
  const whole = {file, metadata: {...metadata, schema}, compressors, geoparquet: false, utf8: !isPhysical}
  let next = 0
  const starts = counts.map((count) => {
    next += count
    return next - count
  })
  return {
    metadata,
    columns,
    counts,
    async read(column, group, [from, to] = [0, counts[group] ?? 0]) {
      await nextTurn()
      const [start = 0, count] = [starts[group], to - from]
      const part = {...whole, rowStart: start + from, rowEnd: start + to, columns: [column]}
      const cells: unknown[] = []
      await parquet.parquetRead({
        ...part,
        // A page may begin before these rows, and end after them.
        onChunk({columnData, rowStart}) {
          const first = Math.max(0, part.rowStart - rowStart)
          const end = Math.min(columnData.length, part.rowEnd - rowStart)
          for (let index = first; index < end; index++) cells.push(columnData[index])
        },
      })
      // A cell without a value is null: undefined is one that hyparquet did not find.
      if (cells.length !== count || cells.includes(undefined))
        throw new Error(`its column ${column} has missing rows`)
      return cells
    },
  }
}

/** A schema that says how values are stored, and not what they mean. */
export function physicalSchema({schema}: Pick<FileMetaData, 'schema'>): SchemaElement[] {
  return schema.map((element) => {
    const physical = {...element}
    delete physical.converted_type
    delete physical.logical_type
    return physical
  })
}

/**
 * Reads the rows of a Parquet file. What is read is taken off the budget.
 * @throws UnreadableFile, or another error where the file is broken
 */
export async function readParquet(bytes: Buffer, budget: Budget): Promise<LeaderboardRow[]> {
  const {columns, counts, read} = await openParquet(bytes, {budget, choose: columnsIn})
  const groups: LeaderboardRow[][] = []
  for (const [group, count] of counts.entries()) {
    const cells = new Map<string, unknown[]>()
    for (const column of columns) {
      const values = await read(column, group)
      for (const value of values) if (typeof value === 'string') budget.characters -= value.length
      if (budget.characters < 0) throw tooLarge(`its column ${column} has too much text`)
      cells.set(column, values)
    }

    groups.push(toRows(cells, count))
  }

  return groups.flat()
}

/** How many rows each group has. */
function rowCounts({num_rows: rows, row_groups: groups}: FileMetaData): number[] {
  const counts = groups.map((group) => Number(group.num_rows))
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (counts.some((count) => !(count >= 0)) || total !== Number(rows))
    throw new Error(`some of its ${rows} rows are missing`)
  return counts
}

/** The columns to read, of those that the file has. */
function columnsIn(names: readonly string[]): string[] {
  if (!names.includes(IDENTITY))
    throw new UnreadableFile(
      `it has no column ${IDENTITY}, so it is not a leaderboard`,
      'Something else was pushed here: restore an earlier commit of the leaderboard on the Hub.',
    )
  const columns = COLUMNS.filter((each) => names.includes(each))
  const repeated = columns.find((each) => names.indexOf(each) !== names.lastIndexOf(each))
  if (repeated !== undefined)
    throw new UnreadableFile(
      `it has the column ${repeated} twice`,
      'Push the leaderboard again with each column once.',
    )
  return columns
}

/** Before anything is unpacked: what the file says of itself must fit. */
function spend(budget: Budget, rows: number, chunks: readonly ColumnMetaData[]): void {
  // A list can have any number of values in one row.
  const longest = Math.max(rows, ...chunks.map(({num_values: values}) => Number(values)))
  if (longest > budget.rows) throw tooLarge(`it has ${longest} rows or values`)
  const packed = chunks.reduce((sum, {total_compressed_size: size}) => sum + Number(size), 0)
  const unpacked = chunks.reduce((sum, {total_uncompressed_size: size}) => sum + Number(size), 0)
  if (!(Math.max(packed, unpacked) <= budget.bytes)) throw tooLarge(`it has ${unpacked} bytes uncompressed`)
  for (const {encodings, path_in_schema: path, ...chunk} of chunks) {
    // In this encoding each value may repeat all that came before it, and it is unpacked before anything can be counted.
    const longest = Number(chunk.num_values) * Number(chunk.total_uncompressed_size)
    if (encodings.includes('DELTA_BYTE_ARRAY') && !(longest <= budget.bytes))
      throw new UnreadableFile(
        `its column ${path[0]} uses the encoding DELTA_BYTE_ARRAY, whose decoded length is unknown`,
        'Push it again without that encoding: the datasets library does not use it.',
      )
  }

  budget.rows -= rows
  budget.bytes -= packed
}

/** What the files hold is more than any leaderboard does. */
export function tooLarge(what: string): UnreadableFile {
  return new UnreadableFile(
    `${what}, more than any real leaderboard`,
    'Remove rows you do not need, then push the leaderboard again.',
  )
}

/** What unpacks these columns. A page says how long it becomes before it is unpacked, and may say anything. */
async function compressorsFor(chunks: readonly ColumnMetaData[], budget: Budget): Promise<Compressors> {
  const codecs = new Set(chunks.map(({codec}) => codec))
  codecs.delete('UNCOMPRESSED')
  const known = await decompressors([...codecs].some((codec) => codec !== 'SNAPPY'))
  const compressors: Compressors = {}
  for (const codec of codecs) {
    const decompress = known[codec]
    if (!decompress)
      throw new UnreadableFile(
        `its compression ${codec} is not supported`,
        'Push it again with snappy compression, which every reader supports.',
      )
    compressors[codec] = (input, length) => {
      budget.bytes -= length
      if (!(length >= 0 && budget.bytes >= 0))
        throw tooLarge('it has more bytes uncompressed than it declares')
      return decompress(input, length)
    }
  }

  return compressors
}

/** `datasets` writes snappy; what the other codecs need is loaded where a file has one of them. */
async function decompressors(hasOthers: boolean): Promise<Compressors> {
  const {snappyUncompress} = await import('hyparquet')
  const SNAPPY = (input: Uint8Array, length: number) => {
    const output = new Uint8Array(length)
    snappyUncompress(input, output)
    return output
  }

  if (!hasOthers) return {SNAPPY}
  const others = await import('hyparquet-compressors')
  return {
    SNAPPY,
    GZIP: others.decompressGzip,
    BROTLI: others.decompressBrotli,
    ZSTD: (input, length) => others.decompressZstd(input, new Uint8Array(length)),
    LZ4: others.decompressLz4,
    LZ4_RAW: others.decompressLz4Raw,
  }
}

function asyncBufferOf(bytes: Buffer): AsyncBuffer {
  const size = bytes.length
  return {
    byteLength: size,
    slice(from, to = size) {
      if (!(from >= 0 && from <= to && to <= size)) throw new Error('it refers to data outside the file')
      return new Uint8Array(bytes.subarray(from, to)).buffer
    },
  }
}
