import {type FileHandle, open as openFile} from 'node:fs/promises'
import {devNull} from 'node:os'

import {type Journal, openJournal as open} from '../../src/lib/cleanup/journal/write.js'

const opened: Journal[] = []

/** As the lib's, but what a test leaves open is closed after it: newer Nodes do not put up with files that nobody closes. */
export async function openJournal(...parts: Parameters<typeof open>): Promise<Journal> {
  const journal = await open(...parts)
  opened.push(journal)
  return journal
}

/** After each test. */
export async function closeJournals(): Promise<void> {
  for (const journal of opened.splice(0)) await journal.abandon()
}

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
