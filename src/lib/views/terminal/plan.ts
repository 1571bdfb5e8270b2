import {sizeOf, type Sizes} from '../../account/sizes.js'
import {count, thousands} from '../../base/text.js'
import {type KeptRun, type Plan, plannedDatasets} from '../../plan/plan.js'
import {decisionColumns} from '../columns.js'
import {formatBytes, placeAndTime} from '../format.js'
import {originPairs, type PlanNotes, rulePairs, totalText, untouchedPairs} from '../plan.js'
import {paragraphs, wrapText} from './layout.js'
import {formatOutcomes} from './result.js'
import {type Screen, type Style} from './style.js'
import {formatPairs, formatTable, widest} from './table.js'

/**
 * The whole plan as a person reads it: what was found or is left of a saved one, which rules apply, what is deleted, what stays, and
 * why. The totals come last: of a long plan the end is on the screen when the question comes.
 */
export function formatPlan(plan: Plan, notes: PlanNotes, screen: Screen): string {
  const {title, archive, sizes, saved, stale = []} = notes
  const {style, width} = screen
  const tableOf = (name: string, types: string, runs: KeptRun[]) => {
    if (runs.length === 0) return style.bold(`${name}: none`)
    const columns = decisionColumns(types, {now: plan.now, sizes})
    return `${style.bold(`${name}: ${thousands(runs.length)}`)}\n${formatTable(columns, runs, screen)}`
  }

  const total = totalText(plan, sizes)
  return paragraphs([
    `${style.bold(wrapText(title, width))}\n${wrapText(placeAndTime(plan.namespace, plan), width)}`,
    formatPairs([...originPairs(plan, notes), ...rulePairs(plan, archive)], screen),
    stale.length > 0
      ? `${style.bold(`Not any more: ${thousands(stale.length)}`)}\n${formatOutcomes(stale, screen)}`
      : '',
    tableOf('Runs to delete', 'What goes', plan.delete),
    saved ? '' : tableOf('Runs to keep', 'What it has', plan.keep),
    formatDatasets(plan, sizes, style),
    formatPairs(
      [
        ...untouchedPairs(plan, notes),
        ['Total', saved ? total : `${total}, ${count(plan.keep.length, 'run')} to keep`],
      ],
      screen,
    ),
  ])
}

/** Every dataset to delete, by full name. */
function formatDatasets(plan: Plan, sizes: Sizes | undefined, style: Style): string {
  const datasets = plannedDatasets(plan)
  if (datasets.length === 0) return ''
  const digits = String(datasets.length).length
  const longest = widest(datasets.map(({name}) => name))
  const lines = datasets.map((dataset, index) => {
    const name = `${String(index + 1).padStart(digits + 2)}. ${dataset.name.padEnd(longest)}`
    return `${name}  ${sizeText(dataset, sizes)}`.trimEnd()
  })
  const title = `Datasets to delete: ${thousands(datasets.length)}, in this order within each run`
  return [style.bold(title), ...lines].join('\n')
}

/** Equally wide for all datasets; empty where no size is known. */
function sizeText(dataset: {name: string}, sizes: Sizes | undefined): string {
  if (sizes === undefined || sizes === 'unknown') return ''
  const bytes = sizeOf(dataset, sizes)
  return (bytes === undefined ? 'unknown' : formatBytes(bytes)).padStart('unknown'.length)
}
