import {type DuckDBConnection, DuckDBInstance} from '@duckdb/node-api'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {inMemory} from './scratch.js'

/** DuckDB, a reader and writer of Parquet that shares no code with ours. */
export class DuckDB {
  private readonly folder: string
  private readonly connection: DuckDBConnection
  private files = 0

  private constructor(folder: string, connection: DuckDBConnection) {
    this.folder = folder
    this.connection = connection
  }

  static async open(): Promise<DuckDB> {
    const folder = await mkdtemp(join(inMemory(), 'smoltrace-duckdb-'))
    const instance = await DuckDBInstance.create(':memory:', {threads: '1'})
    return new DuckDB(folder, await instance.connect())
  }

  async close(): Promise<void> {
    this.connection.closeSync()
    await rm(this.folder, {recursive: true, force: true})
  }

  /** A Parquet file with the rows of a query. @param how what else `copy` is told */
  async parquet(query: string, how = ''): Promise<Buffer> {
    const file = this.nextFile()
    await this.connection.run(`copy (${query}) to '${file}' (format parquet${how && `, ${how}`})`)
    return readFile(file)
  }

  /** What a query finds; `FILE` in it is the file with these bytes. Values are as JSON has them, exact ones as text. */
  async ask(query: string, bytes?: Buffer): Promise<unknown[]> {
    const file = this.nextFile()
    if (bytes) await writeFile(file, bytes)
    const reader = await this.connection.runAndReadAll(query.replaceAll('FILE', `'${file}'`))
    return reader.getRowObjectsJson()
  }

  private nextFile(): string {
    return join(this.folder, `${++this.files}.parquet`)
  }
}
