import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {type FileHandle, open as openFile} from 'node:fs/promises'
import {devNull} from 'node:os'
import {join} from 'node:path'

import {type Dataset} from '../../src/lib/account/datasets.js'
import {DAY} from '../../src/lib/base/time.js'
import {
  type Journal,
  type JournalHeader,
  openJournal,
  prepareJournal,
} from '../../src/lib/cleanup/journal/write.js'
import {plannedDatasets} from '../../src/lib/plan/plan.js'
import {ago, inventoryOf, later, NOW, planOf, runDatasets} from './builders.js'
import {inMemory} from './scratch.js'

/** Two old runs are deleted. */
export const PLAN = planOf(inventoryOf([...runDatasets(ago(31 * DAY)), ...runDatasets(ago(32 * DAY))]), {
  olderThan: '30d',
})
export const JOURNALED = plannedDatasets(PLAN) as [Dataset, Dataset, ...Dataset[]]

/** A data directory, ready for journals. */
export interface DataDir {
  dir: string
  /** Where its journals are. */
  folder: string
}

const folders: string[] = []

/** A data directory for one test, after which it is taken away. */
export async function newDataDir(): Promise<DataDir> {
  const dir = mkdtempSync(join(inMemory(), 'smoltrace-journal-'))
  folders.push(dir)
  await prepareJournal(dir)
  return {dir, folder: join(dir, 'journal')}
}

const opened: Journal[] = []

/** Begins a journal at a moment, whose lines follow a second later. */
export async function beginJournal(
  dataDir: string,
  header: Partial<JournalHeader> = {},
  at = NOW,
): Promise<Journal> {
  const moments = [at]
  const now = () => moments.pop() ?? later(at, 1000)
  const journal = await openJournal(dataDir, {plan: PLAN, user: 'kim', confirmedBy: 'yes', ...header}, now)
  opened.push(journal)
  return journal
}

/** After each test: newer Nodes do not put up with files that nobody closes. */
export async function closeJournals(): Promise<void> {
  for (const journal of opened.splice(0)) await journal.end({interrupted: true}).catch(() => {})
  for (const folder of folders.splice(0)) rmSync(folder, {recursive: true})
}

/** A job that deleted its first dataset, was not sure of the second, and was interrupted. */
export async function writeJob(dataDir: string, at = NOW): Promise<Journal> {
  const [first, second] = JOURNALED
  const journal = await beginJournal(dataDir, {}, at)
  await journal.intent(first)
  await journal.outcome({name: first.name, status: 'deleted', requestId: 'r-1'}, first)
  await journal.intent(second)
  await journal.end({interrupted: true})
  return journal
}

export const textOf = ({path}: Journal) => readFileSync(path, 'utf8')

type Calls = Pick<FileHandle, 'datasync' | 'sync' | 'write'>

/** Replaces calls of every open file; returns what puts them back. */
export async function interfere(
  calls: Partial<Record<keyof Calls, (real: () => Promise<unknown>) => Promise<unknown>>>,
): Promise<() => void> {
  const file = await openFile(devNull, 'r')
  const prototype = Object.getPrototypeOf(file) as Calls
  await file.close()
  const before = {write: prototype.write, datasync: prototype.datasync, sync: prototype.sync}
  for (const [name, call] of Object.entries(calls)) {
    const real = before[name as keyof Calls] as (...parts: unknown[]) => Promise<unknown>
    Object.assign(prototype, {
      [name](this: unknown, ...parts: unknown[]) {
        return call(() => real.apply(this, parts))
      },
    })
  }

  return () => void Object.assign(prototype, before)
}
