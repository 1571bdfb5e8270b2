import type Enquirer from 'enquirer'

import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises'

import {mayRedraw, styleFor} from '../../lib/views/terminal/style.js'

/** A question as Enquirer's prompts take it, but for what is the same for all. */
export type Question = Record<string, unknown> & {type: 'input' | 'multiselect'; message: string}

/**
 * Asks one question, on stderr. What was typed before it is on the screen answers nothing.
 * @returns the answer; undefined after Esc or Ctrl-C, at the end of the input, and where the signal is aborted
 */
export async function ask<T>(question: Question, signal: AbortSignal): Promise<T | undefined> {
  const {default: Enquirer} = await import('enquirer')
  await discardTypeAhead()
  if (signal.aborted) return undefined
  const listenersBefore = new Set(
    STOP_SIGNALS.flatMap((name): NodeJS.SignalsListener[] => process.listeners(name)),
  )
  const asker = new Enquirer<{answer: T}>()
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
    const {answer} = await asker.prompt({
      ...question,
      name: 'answer',
      stdout: process.stderr,
      styles: {enabled: styleFor(process.stderr).isColoured},
    } as unknown as EnquirerQuestion)
    return signal.aborted ? undefined : answer
  } catch {
    // Ctrl-C rejects with an empty string instead of an error.
    return undefined
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Asks for a line of text, on stderr, as `ask` does; where nothing may be drawn anew, by a line that stays and without moving the
 * cursor, which a screen reader reads once.
 */
export async function askForLine(message: string, signal: AbortSignal): Promise<string | undefined> {
  if (mayRedraw(process.stderr)) return ask<string>({type: 'input', message}, signal)
  await discardTypeAhead()
  if (signal.aborted) return undefined
  process.stderr.write(`${message} `)
  const lines = createInterface({input: process.stdin, terminal: false})
  try {
    const [answer] = (await Promise.race([
      once(lines, 'line', {signal}),
      once(lines, 'close', {signal}),
    ])) as string[]
    return answer
  } catch {
    // The signal was aborted.
    return undefined
  } finally {
    lines.close()
  }
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

type EnquirerQuestion = Parameters<Enquirer['prompt']>[0]

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
