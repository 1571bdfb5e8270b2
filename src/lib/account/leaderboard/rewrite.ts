import type {FileMetaData, ParquetType} from 'hyparquet'

import {setImmediate as nextTurn} from 'node:timers/promises'
import {isDeepStrictEqual} from 'node:util'

import {RefusedError} from '../../base/errors.js'
import {messageOf, safe} from '../../base/text.js'
import {boardBudget, openParquet, type ParquetFile, physicalSchema} from './parquet.js'
import {NAMES} from './row.js'

/** A file without some rows, or with some whose references are empty. */
interface RewrittenFile {
  bytes: Buffer
  /** How many rows it has. */
  rows: number
  /** By how many bytes its table in memory is smaller, as Arrow counts it. */
  shrunkBy: number
}

/** What is changed of a file. */
interface Change {
  /** Which rows, counted from 0. */
  rows: ReadonlySet<number>
  /** Whether they are removed; else the datasets that they name are. */
  drop: boolean
}

/** Rows that are encoded without a turn of the event loop. */
const GROUP_SIZE = 5000
/** Rows of which all cells are in memory at a time; a group is unpacked anew for each. */
const WINDOW = 2 * GROUP_SIZE

/**
 * Changes rows of a Parquet file, and nothing else of it: what is written is read again and compared, value by value as it is stored,
 * with its schema and its metadata. Statistics, which are optional, are left out; the compression is snappy.
 * @throws RefusedError where anything, which is named, cannot be written as it was
 */
export async function rewriteParquet(path: string, bytes: Buffer, change: Change): Promise<RewrittenFile> {
  const refuse = (what: string, cause?: unknown) =>
    new RefusedError(`${safe(path)} cannot be written back exactly: ${safe(what)}.`, {
      cause,
      suggestions: ['Edit it with the program that wrote it.'],
    })
  try {
    const before = await openPhysical(bytes)
    const problem = problemOf(before, bytes, change)
    if (problem !== undefined) throw refuse(problem)
    const written = await write(before, change)
    const after = await openPhysical(written)
    const {columns, shrunkBy} = await compare(before, after, change)
    if (columns.length > 0) throw refuse(`its column ${columns[0]} would change`)
    if (!isSameTable(before.metadata, after.metadata)) throw refuse('its schema or its metadata would change')
    return {bytes: written, rows: Number(after.metadata.num_rows), shrunkBy}
  } catch (error) {
    throw error instanceof RefusedError ? error : refuse(messageOf(error), error)
  }
}

async function openPhysical(bytes: Buffer): Promise<ParquetFile> {
  const budget = boardBudget()
  const file = await openParquet(bytes, {budget, choose: (names) => names, isPhysical: true})
  // What may be unpacked at all was checked: it is unpacked again for each window, and once to be compared.
  budget.bytes *= Math.ceil(Number(file.metadata.num_rows) / WINDOW) + 1
  return file
}

/** Why a file is not even tried. */
function problemOf({metadata, columns}: ParquetFile, bytes: Buffer, {drop}: Change): string | undefined {
  const elements = metadata.schema.slice(1)
  const repeated = columns.find((each) => columns.indexOf(each) !== columns.lastIndexOf(each))
  if (repeated !== undefined) return `it has the column ${repeated} twice`
  const nested = elements.find(({type, repetition_type: how}) => type === undefined || how === 'REPEATED')
  if (nested) return `its column ${nested.name} has nested values`
  const old = elements.find(({type}) => type === 'INT96')
  if (old) return `its column ${old.name} has the type INT96`
  const fixed = elements.find(({name, repetition_type: how}) => NAMES.has(name) && how === 'REQUIRED')
  if (fixed && !drop) return `its column ${fixed.name} cannot be empty`
  // The reader takes out a byte order mark, and puts this character where a text is not UTF-8.
  const footer = bytes.subarray(-metadata.metadata_length - 8)
  const texts = JSON.stringify([columns, metadata.key_value_metadata])
  return texts.includes('\uFFFD') || footer.includes('\uFEFF')
    ? 'its metadata has text that is not plain UTF-8'
    : undefined
}

/** The cells of a column as they are to be, group by group. @param start the number of the first row */
function edited(column: string, cells: unknown[], start: number, {rows, drop}: Change): unknown[] {
  if (drop) return cells.filter((_, index) => !rows.has(start + index))
  return NAMES.has(column) ? cells.map((cell, index) => (rows.has(start + index) ? null : cell)) : cells
}

async function write(before: ParquetFile, change: Change): Promise<Buffer> {
  const {ByteWriter, ParquetWriter} = await import('hyparquet-writer')
  const {metadata, columns, counts, read} = before
  const writer = Object.assign(new ByteWriter(), {flush: () => nextTurn()})
  const kvMetadata = metadata.key_value_metadata
  const file = new ParquetWriter({
    writer,
    schema: physicalSchema(metadata),
    statistics: false,
    ...(kvMetadata && {kvMetadata}),
  })
  let start = 0
  for (const [group, count] of counts.entries()) {
    for (let from = 0; from < count; from += WINDOW) {
      const window: [number, number] = [from, Math.min(count, from + WINDOW)]
      const columnData = []
      for (const name of columns) {
        const data = edited(name, await read(name, group, window), start + from, change)
        columnData.push({name, data, offsetIndex: false})
      }

      await file.write({columnData, rowGroupSize: GROUP_SIZE})
    }

    start += count
  }

  // Values were written as they are stored; the file says what they mean.
  file.schema = metadata.schema
  await file.finish()
  const {buffer, byteOffset, length} = writer.getBytes()
  return Buffer.from(buffer, byteOffset, length)
}

/** @returns the columns that are not as they are to be, and by how many bytes the table shrinks */
async function compare(
  before: ParquetFile,
  after: ParquetFile,
  change: Change,
): Promise<{columns: string[]; shrunkBy: number}> {
  const types = new Map(before.metadata.schema.map(({name, type}) => [name, type]))
  const columns: string[] = []
  let shrunkBy = 0
  for (const name of before.columns) {
    const [old, now] = [await readAll(before, name), await readAll(after, name)]
    const wanted = edited(name, old, 0, change)
    if (now.length !== wanted.length || now.some((cell, index) => !isSameCell(cell, wanted[index])))
      columns.push(name)
    const type = types.get(name)
    shrunkBy += sizeOf(type, old) - sizeOf(type, now)
  }

  return {columns, shrunkBy}
}

async function readAll({counts, read}: ParquetFile, column: string): Promise<unknown[]> {
  const groups: unknown[][] = []
  for (const group of counts.keys()) groups.push(await read(column, group))
  return groups.flat()
}

/** Bytes by their content; numbers by theirs, so that 0 is not -0. */
function isSameCell(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return Object.is(a, b)
  return a === b || Buffer.compare(a, b) === 0
}

function isSameTable(before: FileMetaData, after: FileMetaData): boolean {
  const partsOf = ({schema, key_value_metadata: texts}: FileMetaData) => [schema, texts]
  return isDeepStrictEqual(partsOf(before), partsOf(after))
}

const WIDTHS: Partial<Record<ParquetType, number>> = {BOOLEAN: 1 / 8, INT32: 4, FLOAT: 4}

/** In bytes, as a column of an Arrow table; `null` takes up as much as any other number. */
function sizeOf(type: ParquetType | undefined, cells: readonly unknown[]): number {
  const width = (type && WIDTHS[type]) ?? 8
  if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY') return width * cells.length
  return cells.reduce((sum: number, cell) => sum + 4 + (cell instanceof Uint8Array ? cell.length : 0), 0)
}
