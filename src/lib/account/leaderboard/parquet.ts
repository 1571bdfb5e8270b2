import type {AsyncBuffer, ColumnMetaData, Compressors, FileMetaData} from 'hyparquet'

import {setImmediate as nextTurn} from 'node:timers/promises'

/** Why a file cannot be read, and what helps: each cause has its own way out. */
export class UnreadableFile extends Error {
  /** One sentence for a person. */
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

/** Cells by the column's name; null where a cell has no value. */
interface Group {
  cells: Map<string, unknown[]>
  /** How many rows it has. */
  count: number
}

/**
 * Reads the columns `wanted` of a Parquet file, as far as it has them, one group of rows after the other; without the one
 * `required` it is something else. What is read is taken off the budget.
 * @yields each group, in order
 * @throws UnreadableFile, or hyparquet's errors where the file is broken
 */
export async function* groupsOf(
  bytes: Buffer,
  asked: {wanted: readonly string[]; required: string},
  budget: Budget,
): AsyncGenerator<Group> {
  const {wanted, required} = asked
  const parquet = await import('hyparquet')
  const file = inTurns(bytes)
  const metadata = await parquet.parquetMetadataAsync(file, {geoparquet: false})
  const names = parquet.parquetSchema(metadata).children.map(({element}) => element.name)
  const present = new Set(names)
  if (!present.has(required))
    throw new UnreadableFile(
      `it has no column ${required}, so it is not a leaderboard`,
      'Something else was pushed here: bring back an earlier commit of the leaderboard.',
    )
  const columns = wanted.filter((each) => present.has(each))
  const repeated = columns.find((each) => names.indexOf(each) !== names.lastIndexOf(each))
  if (repeated !== undefined)
    throw new UnreadableFile(
      `it has the column ${repeated} twice`,
      'Write the leaderboard again with each column once.',
    )
  const groups = rowGroups(metadata)
  takeOff(budget, metadata, columns)
  const compressors = await compressorsFor(metadata, columns, budget)
  for (const [rowStart, rowEnd] of groups) {
    const read = async (column: string) => {
      const part = {file, metadata, columns: [column], rowStart, rowEnd, compressors, geoparquet: false}
      const cells = (await parquet.parquetReadObjects(part)).map((row): unknown => row[column])
      return [column, cells] as const
    }

    const cells = new Map(await Promise.all(columns.map((column) => read(column))))
    takeOffTexts(budget, cells)
    yield {cells, count: rowEnd - rowStart}
  }
}

/** The first row of each group and the one behind its last. */
function rowGroups(metadata: FileMetaData): Array<[start: number, end: number]> {
  const sizes = metadata.row_groups.map((group) => Number(group.num_rows))
  const total = Number(metadata.num_rows)
  if (sizes.some((size) => !(size >= 0)) || sizes.reduce((sum, size) => sum + size, 0) !== total)
    throw new Error(`it lacks some of its ${total} rows`)
  let start = 0
  return sizes.map((size) => {
    const group: [number, number] = [start, start + size]
    start += size
    return group
  })
}

/** Before anything is unpacked: what the file says of itself must fit. */
function takeOff(budget: Budget, metadata: FileMetaData, columns: readonly string[]): void {
  const rows = Number(metadata.num_rows)
  const chunks = chunksIn(metadata, columns)
  // A list can have any number of values in one row.
  const longest = Math.max(rows, ...chunks.map(({num_values: values}) => Number(values)))
  if (longest > budget.rows) throw tooLarge(`it brings ${longest} rows or values`)
  const packed = chunks.reduce((sum, {total_compressed_size: size}) => sum + Number(size), 0)
  const unpacked = chunks.reduce((sum, {total_uncompressed_size: size}) => sum + Number(size), 0)
  if (!(Math.max(packed, unpacked) <= budget.bytes)) throw tooLarge(`unpacked it has ${unpacked} bytes`)
  for (const chunk of chunks) refuseRepeats(chunk, budget)
  budget.rows -= rows
  budget.bytes -= packed
}

/** In this encoding each value may repeat all that came before it, and it is unpacked before anything can be counted. */
function refuseRepeats(
  {encodings, num_values: values, total_uncompressed_size: size, path_in_schema: [column]}: ColumnMetaData,
  {bytes}: Budget,
): void {
  const most = Number(values) * Number(size)
  if (!encodings.includes('DELTA_BYTE_ARRAY') || most <= bytes) return
  throw new UnreadableFile(
    `its column ${column} is in the encoding DELTA_BYTE_ARRAY, whose decoded length is unknown`,
    'Write it again without that encoding: the datasets library does not use it.',
  )
}

function takeOffTexts(budget: Budget, columns: ReadonlyMap<string, unknown[]>): void {
  for (const [column, cells] of columns) {
    for (const cell of cells) if (typeof cell === 'string') budget.characters -= cell.length
    if (budget.characters < 0) throw tooLarge(`its column ${column} has too much text`)
  }
}

function chunksIn({row_groups: groups}: FileMetaData, columns: readonly string[]) {
  const names = new Set(columns)
  return groups
    .flatMap((group) => group.columns.flatMap(({meta_data: data}) => data ?? []))
    .filter(({path_in_schema: [name = '']}) => names.has(name))
}

function tooLarge(what: string): UnreadableFile {
  return new UnreadableFile(
    `${what}, which no leaderboard has`,
    'Remove rows that you do not need, and push the leaderboard again.',
  )
}

type Codec = keyof Compressors
type Decompress = NonNullable<Compressors[Codec]>

/** What unpacks these columns. A page says how long it becomes before it is unpacked, and may say anything. */
async function compressorsFor(
  metadata: FileMetaData,
  columns: readonly string[],
  budget: Budget,
): Promise<Compressors> {
  const codecs = new Set(chunksIn(metadata, columns).map(({codec}) => codec))
  codecs.delete('UNCOMPRESSED')
  const known = await decompressors([...codecs].some((codec) => codec !== 'SNAPPY'))
  const within =
    (decompress: Decompress): Decompress =>
    (input, length) => {
      budget.bytes -= length
      if (!(length >= 0 && budget.bytes >= 0)) throw tooLarge('unpacked it has more bytes than it says')
      return decompress(input, length)
    }

  return Object.fromEntries(
    [...codecs].map((codec) => {
      const decompress = known[codec]
      if (decompress) return [codec, within(decompress)]
      throw new UnreadableFile(
        `its compression ${codec} is not known`,
        'Write it again with snappy compression, which every reader knows.',
      )
    }),
  )
}

/** `datasets` writes snappy; what the other codecs need is loaded where a file has one of them. */
async function decompressors(hasOthers: boolean): Promise<Compressors> {
  const {snappyUncompress} = await import('hyparquet')
  const SNAPPY: Decompress = (input, length) => {
    const output = new Uint8Array(length)
    snappyUncompress(input, output)
    return output
  }

  if (!hasOthers) return {SNAPPY}
  const {decompressBrotli, decompressLz4, decompressLz4Raw, decompressZstd, gunzip} =
    await import('hyparquet-compressors')
  return {
    SNAPPY,
    GZIP: (input, length) => gunzip(input, new Uint8Array(length)),
    BROTLI: decompressBrotli,
    ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
    LZ4: decompressLz4,
    LZ4_RAW: decompressLz4Raw,
  }
}

/** Each part is decoded in a turn of its own: all columns at once would hold up everything else. */
function inTurns(bytes: Buffer): AsyncBuffer {
  const size = bytes.length
  let turn: Promise<unknown> = Promise.resolve()
  return {
    byteLength: size,
    async slice(from, to = size) {
      if (!(from >= 0 && from <= to && to <= size)) throw new Error('it points outside itself')
      turn = turn.then(() => nextTurn())
      await turn
      return new Uint8Array(bytes.subarray(from, to)).buffer
    },
  }
}
