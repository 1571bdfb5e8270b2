import {join} from 'node:path'

import {type Dataset} from '../account/datasets.js'
import {type ArchiveEvent, type ArchiveResult} from '../archive/archive.js'
import {formatTimestamp} from '../base/names.js'
import {type Session} from '../hub/session.js'
import {type Exclusion} from '../plan/compare.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {type ArchiveSummary} from './result.js'

/** What was archived, and what may not be deleted because it was not. */
interface Archived {
  /** Undefined where nothing was to be archived. */
  summary: ArchiveSummary | undefined
  excluded: Map<string, Exclusion>
}

interface Options {
  session: Session
  signal?: AbortSignal | undefined
  /** Folder to archive every dataset into; without, only the leaderboard is archived. */
  archive?: string | undefined
  /** Where the leaderboard is archived without a request for it. */
  dataDir: string
  concurrency: number
  onEvent: (event: ArchiveEvent) => void
}

/**
 * Archives what the options say, and the leaderboard always, before anything is deleted. Where one dataset of a run could
 * not be archived completely, the whole run falls out of the plan.
 * @throws CancelledError where the signal was aborted
 */
export async function archiveBeforeDeletion(
  plan: Plan,
  {session, signal, archive, dataDir, concurrency, onEvent}: Options,
): Promise<Archived> {
  const wanted = datasetsToArchive(plan, archive !== undefined)
  if (wanted.length === 0) return {summary: undefined, excluded: new Map()}
  const {archiveDatasets} = await import('../archive/archive.js')
  const dir = archive ?? leaderboardArchive(dataDir, session.now)
  const results = await archiveDatasets(wanted, {
    session,
    dir,
    concurrency,
    signal,
    onEvent,
  })
  const done = [...results.values()].filter((result) => result.status === 'archived')
  const bytes = done.reduce((sum, each) => sum + each.bytes, 0)
  return {
    summary: {dir, datasets: done.length, bytes},
    excluded: notArchived(plan, results),
  }
}

/** Where the leaderboard is archived without a request for it: one folder for each time. */
export function leaderboardArchive(dataDir: string, now: Date): string {
  return join(dataDir, 'archives', formatTimestamp(now))
}

function datasetsToArchive(plan: Plan, isWanted: boolean): Dataset[] {
  return plannedDatasets(plan).filter(({type}) => isWanted || type === 'leaderboard')
}

function notArchived(plan: Plan, results: Map<string, ArchiveResult>): Map<string, Exclusion> {
  const excluded = new Map<string, Exclusion>()
  const whole = plan.leaderboard?.goes ? [[plan.leaderboard.dataset]] : []
  for (const datasets of [...plan.delete.map((run) => run.datasets), ...whole]) {
    const failure = datasets.find(({name}) => results.get(name)?.status === 'failed')
    const result = failure && results.get(failure.name)
    if (result?.status !== 'failed') continue
    for (const {name} of datasets) {
      const whose = name === failure?.name ? '' : `the ${failure?.type} of this run: `
      excluded.set(name, {status: 'skipped', reason: `not archived: ${whose}${result.reason}`})
    }
  }

  return excluded
}
