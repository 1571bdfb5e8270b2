import {type Run} from '../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../account/sizes.js'
import {DAY} from '../base/time.js'

export interface Amount extends StorageSum {
  datasets: number
}

export interface AgeBand {
  title: string
  runs: number
  all: Amount
  deleted: Amount
}

/** Upper ends of the bands in days, the youngest first. */
const BANDS: ReadonlyArray<[days: number, title: string]> = [
  [0, 'dated in the future'],
  [7, 'under 7 days'],
  [14, '7 to 14 days'],
  [30, '14 to 30 days'],
  [60, '30 to 60 days'],
  [90, '60 to 90 days'],
  [180, '90 to 180 days'],
  [365, '180 to 365 days'],
  [Infinity, 'over 365 days'],
]

/** The storage of runs on the Hub by their age, from the youngest run's band to the oldest one's. */
export function storageByAge(
  runs: readonly Run[],
  {sizes, deleted, now}: {sizes: Sizes; deleted: ReadonlySet<string>; now: Date},
): AgeBand[] {
  const bands = BANDS.map(([end, title], index): AgeBand => {
    const begin = BANDS[index - 1]?.[0] ?? -Infinity
    const own = runs.filter(({time}) => {
      const days = (now.getTime() - time.getTime()) / DAY
      return days >= begin && days < end
    })
    const datasets = own.flatMap((run) => run.datasets)
    const gone = datasets.filter(({name}) => deleted.has(name))
    return {title, runs: own.length, all: amountOf(datasets, sizes), deleted: amountOf(gone, sizes)}
  })
  const filled = bands.map((band) => band.runs > 0)
  return bands.slice(Math.max(0, filled.indexOf(true)), filled.lastIndexOf(true) + 1)
}

export function amountOf(datasets: ReadonlyArray<{name: string}>, sizes: Sizes): Amount {
  return {datasets: datasets.length, ...storageOf(datasets, sizes)}
}

/** Whether the size of any of them is known. */
export function isSized({datasets, unknown}: Amount): boolean {
  return unknown < datasets
}
