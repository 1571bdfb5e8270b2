import {markdownTable} from '../markdown-table.js'

/** One line of the result. */
export interface Figure {
  what: string
  /** In ms. */
  measured: number
  /** What it is compared with. */
  against: string
  /** In ms. */
  reference: number
  ratio: number
  /** What else was seen. */
  notes?: string
}

const TITLES = ['what', 'measured', 'compared with', 'that', 'ratio', 'notes']

/** The figures as a table that can be pasted into a document. */
export function table(figures: Figure[]): string {
  const rows = figures.map(({what, measured, against, reference, ratio, notes = ''}) => [
    what,
    duration(measured),
    against,
    duration(reference),
    ratio.toFixed(2),
    notes,
  ])
  return markdownTable(TITLES, rows)
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`
}
