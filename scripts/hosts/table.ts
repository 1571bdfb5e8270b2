import {type Trial} from './trial.js'

const TITLES = ['host', '@oclif/core', 'node', 'how', 'checks', 'seconds']

/** The trials as a table that can be pasted into a document. */
export function tableOf(trials: Trial[]): string {
  const rows = trials.map(({host, core, node, how, checks, faults, seconds}) => [
    host,
    core,
    node,
    how,
    faults.length === 0 ? `${checks} passed` : `${faults.length} of ${checks} FAILED`,
    seconds.toFixed(0),
  ])
  const all = [TITLES, ...rows]
  const widths = TITLES.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(TITLES), line(widths.map((width) => '-'.repeat(width))), ...rows.map((row) => line(row))].join(
    '\n',
  )
}
