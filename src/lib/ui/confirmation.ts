import type Enquirer from 'enquirer'

import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises'

import {type Plan, plannedDatasets} from '../plan.js'
import {type Style, styleFor} from './style.js'
import {count} from './wording.js'

/**
 * Shows the warning and asks for the plan's phrase, on stderr.
 * @param isArchived whether every dataset is archived first
 * @returns whether exactly the phrase was typed; false after Ctrl-C and at the end of the input
 */
export async function confirmByPhrase(
  plan: Plan,
  isArchived: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const {default: Enquirer} = await import('enquirer')
  const style = styleFor(process.stderr)
  process.stderr.write(
    `\n${style.red(style.bold('WARNING'))}  You are about to delete ${whatGoes(plan, style)}.\n${undoText(plan, isArchived)}\n\n`,
  )
  await discardTypeAhead()
  const listenersBefore = new Set(
    STOP_SIGNALS.flatMap((name): NodeJS.SignalsListener[] => process.listeners(name)),
  )
  const asker = new Enquirer<{phrase: string}>()
  let cancel: (() => void) | undefined
  asker.on('prompt', (prompt: Prompt) => {
    cancel = () => prompt.cancel()
    prompt.on('run', () => {
      dropSignalListeners(listenersBefore)
      releaseInputOnce(prompt)
    })
    // At the end of its input Enquirer waits for ever.
    prompt.on('keypress', (_text, key) => key.ctrl && key.name === 'd' && cancel?.())
  })
  const onAbort = () => cancel?.()
  signal.addEventListener('abort', onAbort)
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
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function whatGoes(plan: Plan, style: Style): string {
  const {delete: runs, leaderboard, namespace} = plan
  if (runs.length === 0) return `${style.bold('the leaderboard')} of ${namespace} for good`
  const datasets = style.bold(count(plannedDatasets(plan).length, 'dataset'))
  const board = leaderboard?.goes ? ', the leaderboard among them' : ''
  return `${datasets} (${count(runs.length, 'run')}) of ${namespace} for good${board}`
}

function undoText({delete: runs, leaderboard}: Plan, isArchived: boolean): string {
  if (leaderboard?.goes && runs.length === 0)
    return 'Its files are archived first: `restore` brings these back.'
  if (isArchived) return 'Each is archived first, as it is now: `restore` brings its files back.'
  return leaderboard?.goes
    ? 'Only the leaderboard is archived first.\nFor the rest there is no undo: the Hub keeps no copy.'
    : 'There is no undo: the Hub keeps no copy.'
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** Long enough for what was typed before the question to arrive, in ms. */
const TYPE_AHEAD_MS = 50

/** What was typed before the plan was on the screen confirms nothing. */
async function discardTypeAhead(): Promise<void> {
  const {stdin} = process
  stdin.setRawMode?.(true)
  stdin.resume()
  await sleep(TYPE_AHEAD_MS)
  // A process that was held up all that time has read nothing yet.
  await nextTurn()
  stdin.pause()
  stdin.setRawMode?.(false)
}

/** Enquirer would end the process; what a signal means is for the command to say. */
function dropSignalListeners(except: Set<NodeJS.SignalsListener>): void {
  for (const name of STOP_SIGNALS) {
    for (const listener of process.listeners(name)) if (!except.has(listener)) process.off(name, listener)
  }
}

/** Node closes the input itself at Ctrl-C and Ctrl-D; from Node 24 on, Enquirer's second try at it throws. */
function releaseInputOnce(prompt: Prompt): void {
  const {stop} = prompt
  prompt.off('close', stop)
  prompt.once('close', () => {
    try {
      stop()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_USE_AFTER_CLOSE') throw error
    }
  })
}

/** Enquirer's own types leave out the switch that turns its colours off. */
type Question = Parameters<Enquirer['prompt']>[0] & {styles: {enabled: boolean}}

/** What is used of Enquirer's prompt beside what its types tell. */
interface Prompt {
  cancel: () => void
  /** Gives the input back; Enquirer calls it when the prompt closes. */
  stop: () => void
  on: (
    event: 'keypress' | 'run',
    listener: (text: string, key: {ctrl?: boolean; name?: string}) => void,
  ) => void
  once: (event: 'close', listener: () => void) => void
  off: (event: 'close', listener: () => void) => void
}
