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
