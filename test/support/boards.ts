import {parquetWriteBuffer} from 'hyparquet-writer'

import {formatProtection} from '../../src/lib/account/protection/file.js'
import {type Protection, PROTECTION_PATH} from '../../src/lib/account/protection/pins.js'
import {storedFile} from '../../src/lib/sandbox/index.js'
import {type Cells} from './rows.js'
import {type Sandbox} from './sandbox.js'

const TYPES: Readonly<Record<string, 'BOOLEAN' | 'DOUBLE' | 'STRING'>> = {
  boolean: 'BOOLEAN',
  number: 'DOUBLE',
}

/** A Parquet file of these rows; the type of a column is that of its first cell. */
function parquetOf(rows: readonly Cells[]): Buffer {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columnData = names.map((name) => {
    const data = rows.map((row) => row[name] ?? null)
    return {name, data, type: TYPES[typeof data.find((cell) => cell !== null)] ?? 'STRING'}
  })
  return Buffer.from(parquetWriteBuffer({columnData}))
}

function boardAt(hub: Sandbox): NonNullable<ReturnType<Sandbox['state']['get']>> {
  const repo = hub.state.get(`${hub.user}/smoltrace-leaderboard`)
  if (!repo) throw new Error('There is no leaderboard.')
  return repo
}

/** Adds a file to a sandbox's leaderboard. */
export function addToBoard(hub: Sandbox, path: string, text: string): void {
  hub.state.commit(boardAt(hub), 'Add a file', new Map([[path, storedFile(text, false)]]))
}

/** Pins runs in the file of a sandbox's leaderboard, and not in their cards. */
export function pinInFile(hub: Sandbox, runs: Protection['runs']): void {
  addToBoard(hub, PROTECTION_PATH, formatProtection({runs}))
}

/** Replaces the Parquet files of a sandbox's leaderboard. */
export function writeFiles(hub: Sandbox, files: ReadonlyArray<[path: string, bytes: Buffer]>): void {
  const repo = boardAt(hub)
  const old = [...repo.head.files.keys()].filter((path) => path.endsWith('.parquet'))
  const changes = [
    ...old.map((path) => [path, null] as const),
    ...files.map(([path, bytes]) => [path, storedFile(bytes, true)] as const),
  ]
  hub.state.commit(repo, 'Replace the rows', new Map(changes))
}

/**
 * Replaces what a sandbox's leaderboard holds.
 * @param shards the rows of each file; none for a leaderboard without data
 */
export function writeBoard(hub: Sandbox, shards: ReadonlyArray<readonly Cells[]>): void {
  const number = (index: number) => String(index).padStart(5, '0')
  const total = number(shards.length)
  writeFiles(
    hub,
    shards.map((rows, index) => [`data/train-${number(index)}-of-${total}.parquet`, parquetOf(rows)]),
  )
}
