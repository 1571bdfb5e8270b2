import {sizeOf, type Sizes, storageOf, type StorageSum} from '../../account/sizes.js'
import {count, formatBytes} from '../format.js'
import {type Column} from './table.js'

/** The column of a table that tells what datasets take up. */
export interface SizeColumn {
  /** None where nobody asked for sizes, or no size is known: then the totals say all there is to say. */
  columns: Column[]
  /** As many cells as columns. */
  cells: (datasets: Iterable<{name: string}>) => string[]
}

/** Makes the column, or nothing. */
export function sizeColumn(sizes: Sizes | undefined): SizeColumn {
  if (sizes === undefined || sizes === 'unknown') return {columns: [], cells: () => []}
  return {
    columns: [{title: 'SIZE', isRight: true}],
    cells: (datasets) => [formatStorage(storageOf(datasets, sizes))],
  }
}

/** `12 MB`, or `unknown`: as wide for any dataset, where it stands behind each name of a list; empty as the column. */
export function sizeBehind(dataset: {name: string}, sizes: Sizes | undefined): string {
  if (sizes === undefined || sizes === 'unknown') return ''
  const bytes = sizeOf(dataset, sizes)
  return (bytes === undefined ? 'unknown' : formatBytes(bytes)).padStart('unknown'.length)
}

/** `1.2 GB`; `at least 1.2 GB` and `unknown` where not every size is known. */
export function formatStorage({bytes, unknown}: StorageSum): string {
  if (unknown === 0) return formatBytes(bytes)
  return bytes === 0 ? 'unknown' : `at least ${formatBytes(bytes)}`
}

/** The same for totals, which say what is missing: `at least 1.2 GB, 2 datasets of unknown size`. */
export function formatStorageTotal(sum: StorageSum): string {
  const {bytes, unknown} = sum
  if (unknown > 0 && bytes === 0) return 'size unknown'
  return unknown === 0
    ? formatStorage(sum)
    : `${formatStorage(sum)}, ${count(unknown, 'dataset')} of unknown size`
}
