import type * as z from 'zod/mini'

import {findTarget, replaceFile} from '../base/files.js'
import {certainBytes} from '../views/json/documents.js'
import {type LEADERBOARD_REPORT} from '../views/json/schemas/leaderboard.js'
import {formatPage} from './page.js'
import {type Report} from './report.js'

/**
 * Checks that a report can be written to a file, before anything is sent to the Hub.
 * @returns the file, behind any links
 * @throws UsageError where it is a folder, or exists and may not be replaced
 */
export function findReportTarget(file: string, {mayReplace}: {mayReplace: boolean}): Promise<string> {
  return findTarget(file, {
    name: 'FILE',
    refuse: () => (mayReplace ? undefined : 'exists, add `force` to replace it'),
  })
}

/**
 * Writes a report, whole or not at all.
 * @param target as `findReportTarget` returns it
 * @returns its size in bytes
 * @throws RefusedError where writing fails
 */
export function writeReport(report: Report, target: string): Promise<number> {
  return replaceFile(target, {
    kind: 'report',
    text: formatPage(report),
    advice: 'Give a file elsewhere, or make room, and try again.',
  })
}

/** A report in the document of `--json`: where it is and what it counts. The rest is in the page. */
export function reportDocument(
  report: Report,
  {file, bytes}: {file: string; bytes: number},
): z.output<typeof LEADERBOARD_REPORT> {
  const {endpoint, namespace, now, scores, counts, storage, losses} = report
  return {
    file,
    bytes,
    endpoint,
    namespace,
    now,
    by: scores.by,
    counts,
    storage: certainBytes(storage.all),
    policy: losses
      ? {
          runs: losses.total,
          datasets: losses.amount.datasets,
          keeps: losses.kept,
          frees: certainBytes(losses.amount),
        }
      : null,
  }
}
