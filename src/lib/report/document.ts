import type * as z from 'zod/mini'

import {certainBytes} from '../views/json/documents.js'
import {type LEADERBOARD_REPORT} from '../views/json/schemas/leaderboard.js'
import {type Report} from './report.js'

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
