import {join} from 'node:path'

import {type ArchiveOptions, type ArchiveResult} from '../archive/archive.js'
import {formatTimestamp} from '../base/names.js'
import {type Exclusion} from '../plan/compare.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {dataDirOf, type ExecutionOptions} from './options.js'
import {type ArchiveSummary} from './result.js'

/**
 * Archives what the options say, and the leaderboard always, before anything is deleted.
 * @returns what was archived, and what may not be deleted: each run of which one dataset could not be archived completely
 * @throws CancelledError where the signal was aborted
 */
export async function archiveBeforeDeletion(
  plan: Plan,
  {archive, dataDir}: Pick<ExecutionOptions, 'archive' | 'dataDir'>,
  how: Omit<ArchiveOptions, 'dir'>,
): Promise<{archive?: ArchiveSummary; excluded: Map<string, Exclusion>}> {
  const wanted = plannedDatasets(plan).filter(({type}) => archive !== undefined || type === 'leaderboard')
  if (wanted.length === 0) return {excluded: new Map()}
  const {archiveDatasets} = await import('../archive/archive.js')
  const dir = archive ?? leaderboardArchive(dataDirOf({dataDir}), how.session.now)
  const results = await archiveDatasets(wanted, {...how, dir})
  const done = [...results.values()].filter((result) => result.status === 'archived')
  const bytes = done.reduce((sum, each) => sum + each.bytes, 0)
  const {mayHoldOthers} = await import('../archive/entries.js')
  const isShared = await mayHoldOthers(dir, new Set(results.keys()))
  const summary = {dir, datasets: done.length, bytes, isShared, isLeaderboardOnly: archive === undefined}
  return {archive: summary, excluded: notArchived(plan, results)}
}

/** Where the leaderboard is archived without a request for it: one folder for each time. */
export function leaderboardArchive(dataDir: string, now: Date): string {
  return join(dataDir, 'archives', formatTimestamp(now))
}

function notArchived(plan: Plan, results: Map<string, ArchiveResult>): Map<string, Exclusion> {
  const excluded = new Map<string, Exclusion>()
  const board = plan.leaderboard?.planned ? [[plan.leaderboard.dataset]] : []
  for (const datasets of [...plan.delete.map((run) => run.datasets), ...board]) {
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
