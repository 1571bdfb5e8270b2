import {markdownTable} from '../markdown-table.js'
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
  return markdownTable(TITLES, rows)
}
