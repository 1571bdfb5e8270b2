import {type Report} from './report.js'
import {type Amount, isSized} from './storage.js'

/** A report in the document of `--json`: where it is and what it counts. The rest is in the page. */
export function reportDocument(report: Report, {file, bytes}: {file: string; bytes: number}): object {
  const {endpoint, namespace, now, scores, counts, storage, losses} = report
  return {
    file,
    bytes,
    endpoint,
    namespace,
    now,
    by: scores.by,
    counts,
    storage: storageDocument(storage.all),
    policy: losses
      ? {
          runs: losses.total,
          datasets: losses.amount.datasets,
          keeps: losses.kept,
          frees: storageDocument(losses.amount),
        }
      : null,
  }
}

/** Null where no size is known. */
function storageDocument(amount: Amount): object | null {
  const {bytes, unknown} = amount
  return isSized(amount) || amount.datasets === 0 ? {bytes, unknown} : null
}
