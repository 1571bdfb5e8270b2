import {type Run} from '../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../account/sizes.js'
import {DAY} from '../base/time.js'
import {count, formatStorage} from '../views/format.js'

/** How much of something there is. */
export interface Amount extends StorageSum {
  datasets: number
}

/** The runs of one age. */
export interface AgeBand {
  title: string
  runs: number
  all: Amount
  /** What of it the plan deletes. */
  goes: Amount
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

interface StorageOptions {
  sizes: Sizes
  /** Full names of the datasets that the plan deletes. */
  going: ReadonlySet<string>
  now: Date
}

/**
 * What runs take up on the Hub, by their age.
 * @param runs that the Hub has
 * @returns from the youngest run's band to the oldest one's
 */
export function storageByAge(runs: readonly Run[], options: StorageOptions): AgeBand[] {
  const {sizes, going, now} = options
  const bands = BANDS.map(([days, title]) => {
    const band: AgeBand = {title, runs: 0, all: NOTHING, goes: NOTHING}
    return {days, band}
  })
  for (const {time, datasets} of runs) {
    const age = now.getTime() - time.getTime()
    const band = bands.find(({days}) => age < days * DAY)?.band
    if (!band) continue
    band.runs++
    band.all = sumOf(band.all, amountOf(datasets, sizes))
    band.goes = sumOf(
      band.goes,
      amountOf(
        datasets.filter(({name}) => going.has(name)),
        sizes,
      ),
    )
  }

  const filled = bands.map(({band}) => band.runs > 0)
  return bands.slice(Math.max(0, filled.indexOf(true)), filled.lastIndexOf(true) + 1).map(({band}) => band)
}

const NOTHING: Amount = {datasets: 0, bytes: 0, unknown: 0}

/** What these datasets come to. */
export function amountOf(datasets: ReadonlyArray<{name: string}>, sizes: Sizes): Amount {
  return {datasets: datasets.length, ...storageOf(datasets, sizes)}
}

/** Both together. */
function sumOf(a: Amount, b: Amount): Amount {
  return {datasets: a.datasets + b.datasets, bytes: a.bytes + b.bytes, unknown: a.unknown + b.unknown}
}

/** Whether the size of any of them is known. */
export function isSized({datasets, unknown}: Amount): boolean {
  return unknown < datasets
}

/** `12 MB`, or where sizes are not known `9 datasets`. */
export function amountText(amount: Amount, areSized: boolean): string {
  return areSized ? formatStorage(amount) : count(amount.datasets, 'dataset')
}
