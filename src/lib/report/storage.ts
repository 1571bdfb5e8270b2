import {DAY} from '../duration.js'
import {type Run} from '../runs.js'
import {type Steps} from '../slices.js'

/** Bytes on the Hub by full name of the dataset, or that nobody may know. */
export type Sizes = 'unknown' | ReadonlyMap<string, number>

/** How much of something there is. */
export interface Amount {
  datasets: number
  /** Of the datasets whose size is known; undefined where none is. */
  bytes: number | undefined
  /** Datasets whose size is not known. */
  unsized: number
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

/**
 * What runs take up on the Hub, by their age.
 * @param runs that the Hub has
 * @param options `going` are the full names of the datasets that the plan deletes
 * @returns from the youngest run's band to the oldest one's
 */
export function* storing(
  runs: readonly Run[],
  options: {sizes: Sizes; going: ReadonlySet<string>; now: Date},
): Steps<AgeBand[]> {
  const {sizes, going, now} = options
  const bands = BANDS.map(([days, title]) => ({
    days,
    band: {title, runs: 0, all: nothing(), goes: nothing()},
  }))
  for (const {time, datasets} of runs) {
    const age = now.getTime() - time.getTime()
    const band = bands.find(({days}) => age < days * DAY)?.band
    if (!band) continue
    band.runs++
    const names = datasets.map(({name}) => name)
    count(band.all, names, sizes)
    const gone = names.filter((name) => going.has(name))
    count(band.goes, gone, sizes)
    yield
  }

  const filled = bands.map(({band}) => band.runs > 0)
  return bands.slice(Math.max(0, filled.indexOf(true)), filled.lastIndexOf(true) + 1).map(({band}) => band)
}

/** Nothing yet. */
export function nothing(): Amount {
  return {datasets: 0, bytes: undefined, unsized: 0}
}

/** What these datasets come to. */
export function amountOf(names: Iterable<string>, sizes: Sizes): Amount {
  const amount = nothing()
  count(amount, names, sizes)
  return amount
}

/** All of these together. */
export function sumOf(amounts: readonly Amount[]): Amount {
  const known = amounts.flatMap(({bytes}) => bytes ?? [])
  return {
    datasets: amounts.reduce((sum, {datasets}) => sum + datasets, 0),
    bytes: known.length > 0 ? known.reduce((sum, bytes) => sum + bytes, 0) : undefined,
    unsized: amounts.reduce((sum, {unsized}) => sum + unsized, 0),
  }
}

function count(amount: Amount, names: Iterable<string>, sizes: Sizes): void {
  for (const name of names) {
    const bytes = sizes === 'unknown' ? undefined : sizes.get(name)
    amount.datasets++
    if (bytes === undefined) amount.unsized++
    else amount.bytes = (amount.bytes ?? 0) + bytes
  }
}
