import {printable} from '../../lib/base/text.js'
import {inOrder, whyNotPickable} from '../../lib/plan/pick.js'
import {inScope, type KeptRun, type Plan} from '../../lib/plan/plan.js'
import {ageOf, typesOf} from '../../lib/views/format.js'

/** One run that can be picked, or that says why it cannot. */
export type PickRow = ReturnType<typeof rowOf>

/** The rows of a plan, newest first, in columns as wide as the widest cell; what its rules select is checked. */
export function pickRows(plan: Plan): PickRow[] {
  const rows = inOrder(plan).map(({each, isPlanned}) => rowOf(each, plan, isPlanned))
  for (const column of ['age', 'has'] as const) {
    let width = 0
    for (const row of rows) width = Math.max(width, row[column].length)
    for (const row of rows) row[column] = row[column].padEnd(width)
  }

  return rows
}

function rowOf({run, reasons}: KeptRun, plan: Plan, isSelected: boolean) {
  const holds = isSelected ? [] : whyNotPickable({run, reasons}, plan)
  const why = (holds.length > 0 ? holds : reasons).map(({text}) => text)
  return {
    timestamp: run.timestamp,
    age: ageOf(run, plan.now),
    has: run.complete ? 'complete' : typesOf(run),
    /** Why the rules select it or keep it. */
    why: printable(why.join('; ')),
    /** How many are deleted with it. */
    datasets: inScope(run, plan.rules.only).length,
    isSelected,
    /** Whether it stays whatever is picked. */
    isHeld: holds.length > 0,
    isChecked: isSelected,
  }
}

/** Why a row is checked or not: what a person did, then what the rules say. */
export function noteOf({why, isSelected, isHeld, isChecked}: PickRow): string {
  if (isHeld) return `stays: ${why}`
  if (isChecked === isSelected) return why
  return isChecked ? `picked by hand, against: ${why}` : `not picked, against: ${why}`
}

/** The list to pick from, with a filter and a cursor. What is checked stays so whatever the filter. */
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

  /** @returns whether there is a row under the cursor that may go */
  toggle(): boolean {
    const row = this.focused
    if (!row || row.isHeld) return false
    row.isChecked = !row.isChecked
    return true
  }

  /** Checks all rows that the filter lets through, or none of them where all are. @returns whether any may go */
  toggleAll(): boolean {
    const free = this.matching.filter(({isHeld}) => !isHeld)
    const areChecked = free.every(({isChecked}) => isChecked)
    for (const row of free) row.isChecked = !areChecked
    return free.length > 0
  }

  /** Shows only rows that have this text in them, in large letters or small; the cursor stays on its row if that is one. */
  search(filter: string): void {
    const {focused} = this
    this.filter = filter
    const wanted = filter.toLowerCase()
    this.matching = this.rows.filter((row) =>
      `${row.timestamp} ${row.age} ${row.has} ${noteOf(row)}`.toLowerCase().includes(wanted),
    )
    this.cursor = focused ? Math.max(0, this.matching.indexOf(focused)) : 0
  }

  /** The rows to show in so many lines, and which of these the cursor is on. */
  window(height: number): {rows: PickRow[]; focus: number} {
    const last = Math.max(0, this.matching.length - height)
    this.top = Math.min(last, Math.max(this.cursor - height + 1, Math.min(this.top, this.cursor)))
    return {rows: this.matching.slice(this.top, this.top + height), focus: this.cursor - this.top}
  }
}
