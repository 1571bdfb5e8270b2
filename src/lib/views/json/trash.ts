import type * as z from 'zod/mini'

import {modelOfRun, scoreOfRun} from '../../account/leaderboard/index.js'
import {DEFAULT_METRIC} from '../../account/leaderboard/metrics.js'
import {pinOn} from '../../account/protection/pins.js'
import {originalName} from '../../account/trash.js'
import {safeName} from '../../base/text.js'
import {type JobRestoreResult} from '../../cleanup/job/restore.js'
import {type TrashListing} from '../../cleanup/trash/list.js'
import {type TrashRestoreResult} from '../../cleanup/trash/restore.js'
import {datasetDocument, storageDocument} from './documents.js'
import {type RESTORE_JOB} from './schemas/history.js'
import {type TRASH_LIST, type TRASH_RESTORE} from './schemas/trash.js'

/** What is in the trash. Models and scores are null where the leaderboard has none, or was not read. */
export function trashDocument({
  inventory,
  runs,
  protection,
  rows,
  sizes,
}: TrashListing): z.output<typeof TRASH_LIST> {
  const {endpoint, namespace, now, trash} = inventory
  return {
    endpoint,
    namespace,
    now,
    runs: runs.map((run) => {
      const {timestamp, time, missing, datasets} = run
      const pin = pinOn(run, protection, now)
      const [model, score] = [modelOfRun(run, rows), scoreOfRun(run, rows, DEFAULT_METRIC)]
      return {
        run: timestamp,
        trashedBefore: time,
        missing,
        partly: run.outside.length > 0,
        pinned: protection === 'unknown' && !pin ? null : pin !== undefined,
        model: model.is === 'yes' && model.value !== undefined ? safeName(model.value) : null,
        score: score.is === 'yes' ? score.value : null,
        datasets: datasets.map((dataset) => ({
          ...datasetDocument(dataset, sizes),
          originalName: originalName(dataset),
        })),
        ...storageDocument(datasets, sizes),
      }
    }),
    counts: {runs: runs.length, datasets: trash.length},
    ...storageDocument(trash, sizes),
  }
}

export function trashRestoreDocument(result: TrashRestoreResult): z.output<typeof TRASH_RESTORE> {
  const {endpoint, namespace, job = null, runs, present, counts, reselected, interrupted} = result
  return {
    endpoint,
    namespace,
    job,
    runs: runs.map(({timestamp, missing, outcomes, pin}) => ({
      run: timestamp,
      missing,
      pin: pin ?? null,
      outcomes,
    })),
    present,
    counts,
    reselected,
    interrupted,
  }
}

export function jobRestoreDocument(result: JobRestoreResult): z.output<typeof RESTORE_JOB> {
  const {endpoint, namespace, job, archive, dryRun, outcomes, counts, moved, partly, interrupted} = result
  const reselected = moved?.reselected ?? []
  return {endpoint, namespace, job, archive, dryRun, outcomes, counts, partly, reselected, interrupted}
}
