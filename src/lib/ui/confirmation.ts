import type Enquirer from 'enquirer'

import {type Plan, plannedDatasets} from '../plan.js'
import {styleFor} from './style.js'
import {count} from './wording.js'

/**
 * Shows the warning and asks for the plan's phrase, on stderr.
 * @returns whether exactly the phrase was typed; false after Ctrl-C and at the end of the input
 */
export async function confirmByPhrase(plan: Plan, signal: AbortSignal): Promise<boolean> {
  const {default: Enquirer} = await import('enquirer')
  const style = styleFor(process.stderr)
  const datasets = count(plannedDatasets(plan).length, 'dataset')
  const board = plan.leaderboard?.goes ? ', the leaderboard among them' : ''
  process.stderr.write(
    `\n${style.red(style.bold('WARNING'))}  You are about to delete ${style.bold(datasets)} (${count(plan.delete.length, 'run')})` +
      ` of ${plan.namespace} for good${board}.\n` +
      'There is no undo: the Hub keeps no copy.\n\n',
  )
  const asker = new Enquirer<{phrase: string}>()
  asker.on('prompt', (prompt: {cancel: () => void}) =>
    signal.addEventListener('abort', () => prompt.cancel(), {once: true}),
  )
  try {
    const answer = await asker.prompt({
      type: 'input',
      name: 'phrase',
      message: `Type ${plan.phrase} to go on, anything else to cancel:`,
      stdout: process.stderr,
      styles: {enabled: style.isColoured},
    } as Question)
    return !signal.aborted && answer.phrase === plan.phrase
  } catch {
    // Ctrl-C rejects with an empty string instead of an error.
    return false
  }
}

/** Enquirer's own types leave out the switch that turns its colours off. */
type Question = Parameters<Enquirer['prompt']>[0] & {styles: {enabled: boolean}}
