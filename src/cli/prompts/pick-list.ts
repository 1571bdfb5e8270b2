import {printable} from '../../lib/base/text.js'
import {type PlanFacts} from '../../lib/cleanup/options.js'
import {inOrder, whyNotPickable} from '../../lib/plan/pick.js'
import {inScope, type KeptRun, type Plan} from '../../lib/plan/plan.js'
import {type Column, evaluationColumns, sizeColumn} from '../../lib/views/columns.js'
import {ageOf, typesOf} from '../../lib/views/format.js'

/** What is shown of runs beside a plan. */
export type PickFacts = Pick<PlanFacts, 'rows' | 'sizes'>

/** One run that can be picked, or that says why it cannot. */
export type PickRow = ReturnType<typeof rowOf>

/** The columns of the list, but for why; what a run has is dropped first. */
export function pickColumns({now, rules}: Plan, {rows, sizes}: PickFacts): Array<Column<KeptRun>> {
  return [
    {title: 'Run', cell: ({run}) => run.timestamp},
    {title: 'Age', cell: ({run}) => ageOf(run, now)},
    ...evaluationColumns<KeptRun>(rows),
    {title: 'Has', dropAt: 1, cell: ({run}) => (run.complete ? 'complete' : typesOf(run))},
    ...sizeColumn<KeptRun>(sizes, ({run}) => inScope(run, rules.only)),
  ]
}

/** The rows of a plan, newest first; what its rules select is checked. */
export function pickRows(plan: Plan, columns: Array<Column<KeptRun>>): PickRow[] {
  return inOrder(plan).map(({each, isPlanned}) =>
    rowOf(
      each,
      columns.map(({cell}) => cell(each)),
      {plan, isSelected: isPlanned},
    ),
  )
}

function rowOf(
  {run, reasons}: KeptRun,
  cells: string[],
  {plan, isSelected}: {plan: Plan; isSelected: boolean},
) {
  const holds = isSelected ? [] : whyNotPickable({run, reasons}, plan)
  const why = (holds.length > 0 ? holds : reasons).map(({text}) => text)
  return {
    timestamp: run.timestamp,
    /** By column. */
    cells,
    /** Why the rules select it or keep it. */
    why: printable(why.join('; ')),
    /** How many are deleted with it. */
    datasets: inScope(run, plan.rules.only).length,
    isSelected,
    /** Whether it is kept whatever is picked. */
    isHeld: holds.length > 0,
    isChecked: isSelected,
  }
}

/** Why a row is checked or not: what a person did, then what the rules say. */
export function noteOf({why, isSelected, isHeld, isChecked}: PickRow): string {
  if (isHeld) return `kept: ${why}`
  if (isChecked === isSelected) return why
  return isChecked
    ? `picked by hand (your rules keep it: ${why})`
    : `not picked (your rules select it: ${why})`
}

/** The list to pick from, with a filter and a cursor. Checked rows remain checked, whatever the filter. */
export class PickList {
  readonly rows: PickRow[]
  /** Those that the filter lets through. */
  matching: PickRow[]
  filter = ''
  private cursor = 0
  private top = 0

  constructor(rows: PickRow[]) {
    this.rows = rows
    this.matching = rows
  }

  get focused(): PickRow | undefined {
    return this.matching[this.cursor]
  }

  get checked(): PickRow[] {
    return this.rows.filter(({isChecked}) => isChecked)
  }

  /** Moves the cursor down so many rows, or up where negative; not beyond the ends. */
  move(by: number): void {
    this.cursor = Math.max(0, Math.min(this.matching.length - 1, this.cursor + by))
  }

  /** @returns whether the row under the cursor can be picked */
  toggle(): boolean {
    const row = this.focused
    if (!row || row.isHeld) return false
    row.isChecked = !row.isChecked
    return true
  }

  /** Checks all rows that the filter lets through, or none of them where all are. @returns whether any can be picked */
  toggleAll(): boolean {
    const free = this.matching.filter(({isHeld}) => !isHeld)
    const areChecked = free.every(({isChecked}) => isChecked)
    for (const row of free) row.isChecked = !areChecked
    return free.length > 0
  }

  /** Shows only rows that have this text in them, whatever their case; the cursor keeps its row if that is one. */
  search(filter: string): void {
    const {focused} = this
    this.filter = filter
    const wanted = filter.toLowerCase()
    this.matching = this.rows.filter((row) =>
      `${row.cells.join(' ')} ${noteOf(row)}`.toLowerCase().includes(wanted),
    )
    this.cursor = focused ? Math.max(0, this.matching.indexOf(focused)) : 0
  }

  /** The rows to show in so many lines, how many there are above them, and which of them the cursor is on. */
  window(height: number): {rows: PickRow[]; top: number; focus: number} {
    const last = Math.max(0, this.matching.length - height)
    this.top = Math.min(last, Math.max(this.cursor - height + 1, Math.min(this.top, this.cursor)))
    return {
      rows: this.matching.slice(this.top, this.top + height),
      top: this.top,
      focus: this.cursor - this.top,
    }
  }
}
