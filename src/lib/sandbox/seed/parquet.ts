import {parquetWriteBuffer} from 'hyparquet-writer'

type ColumnType = 'BOOLEAN' | 'DOUBLE' | 'INT64' | 'STRING'
export type Cell = boolean | number | string | null

/** A column: its name, its type, and its value in a row. */
export type Column<Row> = readonly [name: string, type: ColumnType, valueOf: (row: Row) => Cell]

/** Writes rows as a Parquet file. */
export function toParquet<Row>(columns: ReadonlyArray<Column<Row>>, rows: readonly Row[]): Buffer {
  const columnData = columns.map(([name, type, valueOf]) => ({
    name,
    type,
    data: rows.map((row) => stored(valueOf(row), type)),
  }))
  return Buffer.from(parquetWriteBuffer({columnData}))
}

function stored(value: Cell, type: ColumnType): Cell | bigint {
  return type === 'INT64' && typeof value === 'number' ? BigInt(value) : value
}
