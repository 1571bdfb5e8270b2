import {parquetWriteBuffer} from 'hyparquet-writer'
import {createHash} from 'node:crypto'

import {sha1} from '../objects.js'

const MODULUS = 2_147_483_647
const MULTIPLIER = 48_271

/** Numbers and choices that look random but are the same for the same seed text (Lehmer's generator). */
export class Random {
  #state: number

  constructor(seed: string) {
    this.#state = 1 + (createHash('sha1').update(seed).digest().readUInt32LE(0) % (MODULUS - 1))
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state * MULTIPLIER) % MODULUS
    return (this.#state - 1) / (MODULUS - 1)
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** A number from `min` to `max`, rounded to `digits` decimals. */
  decimal(min: number, max: number, digits: number): number {
    return Number((min + this.next() * (max - min)).toFixed(digits))
  }

  /** One of the choices. */
  pick<const Choices extends readonly unknown[]>(choices: Choices): Choices[number] {
    return choices[this.whole(0, choices.length - 1)]
  }
}

/** A version-4 UUID that is the same for the same seed text. */
export function uuidFrom(seed: string): string {
  const hex = sha1(seed)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

type ColumnType = 'BOOLEAN' | 'DOUBLE' | 'INT64' | 'STRING'
export type Cell = boolean | number | string | null

/** A column: its name, its type, and its value in a row. */
export type Column<Row> = readonly [name: string, type: ColumnType, valueOf: (row: Row) => Cell]

/** Writes rows as a Parquet file. */
export function toParquet<Row>(columns: ReadonlyArray<Column<Row>>, rows: readonly Row[]): Buffer {
  const columnData = columns.map(([name, type, valueOf]) => ({
    name,
    type,
    data: rows.map((row) => {
      const value = valueOf(row)
      return type === 'INT64' && typeof value === 'number' ? BigInt(value) : value
    }),
  }))
  return Buffer.from(parquetWriteBuffer({columnData}))
}
