import {pushTo} from '../base/collections.js'
import {runDatasetName, type RunType} from '../base/names.js'
import {DAY} from '../base/time.js'
import {type Inventory, type RunDataset, type TrashedDataset} from './datasets.js'
import {groupDatasetsByRun, newestFirst, type Run} from './runs.js'

/** What is in the trash of one run. */
export interface TrashedRun extends Run {
  /** The end of the day on which the last of it was put there: all its ages count from then. */
  time: Date
  /** By their names in the trash. */
  datasets: TrashedDataset[]
  /** What of the run is not in the trash: its cards may pin the run. */
  outside: RunDataset[]
  /** Of what there is neither in the trash nor outside: it is deleted, or never was. */
  missing: RunType[]
}

/** What is in the trash, by runs, what was put there last first. */
export function trashedRunsOf({
  trash,
  datasets: others,
}: Pick<Inventory, 'datasets' | 'trash'>): TrashedRun[] {
  const outside = new Map<string, RunDataset[]>()
  for (const dataset of others) pushTo(outside, dataset.timestamp, dataset)
  return groupDatasetsByRun(trash)
    .map((run): TrashedRun => {
      // All of them come from the trash.
      const datasets = run.datasets as TrashedDataset[]
      const rest = outside.get(run.timestamp) ?? []
      const missing = run.missing.filter((type) => rest.every((dataset) => dataset.type !== type))
      const days = datasets.map(({trashedOn}) => endOfDay(trashedOn).getTime())
      return {
        ...run,
        datasets,
        time: new Date(Math.max(...days)),
        datesDisagree: false,
        outside: rest,
        missing,
        complete: missing.length === 0,
      }
    })
    .sort(newestFirst)
}

/** The name that a dataset in the trash had, and has again once it is restored. */
export function originalName({namespace, type, timestamp}: RunDataset): string {
  return runDatasetName(namespace, type, timestamp)
}

/** @param day `YYYYMMDD` in UTC */
function endOfDay(day: string): Date {
  return new Date(Date.parse(day.replace(/(....)(..)(..)/, '$1-$2-$3')) + DAY)
}
