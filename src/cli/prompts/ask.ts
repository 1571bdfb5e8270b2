import Enquirer from 'enquirer'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises'

import {hasColours, mayRedraw, styleFor} from '../../lib/views/terminal/style.js'

/** A prompt of Enquirer, with what its types omit. */
export type Prompt = Enquirer.Prompt & {cancel: () => Promise<void>}

const {Input} = Enquirer as typeof Enquirer & {Input: new (options: object) => Prompt}

/** Long enough for what was typed before the question to arrive, in ms. */
const TYPE_AHEAD_MS = 50

/**
 * Asks by a prompt of Enquirer, on stderr. What was typed before it is on the screen answers nothing.
 * @returns the answer; undefined after Esc, Ctrl-C or Ctrl-D, and where the signal is aborted
 */
export async function ask<T>(make: (options: object) => Prompt, signal: AbortSignal): Promise<T | undefined> {
  await discardTypeAhead()
  if (signal.aborted) return undefined
  const stop = new AbortController()
  const quit = () => stop.abort()
  const prompt = make({
    stdout: process.stderr,
    styles: {enabled: hasColours(process.stderr)},
    actions: {ctrl: CTRL_KEYS},
    quit,
  })
  signal.addEventListener('abort', quit)
  // After Ctrl-Z, Node pauses the input and leaves it to us to go on: without it the program would end in silence.
  let isOver = false
  const resume = () =>
    setImmediate(() => {
      if (isOver) return
      process.stdin.resume()
      prompt.render()
    })
  process.on('SIGCONT', resume)
  try {
    const cancelled = once(stop.signal, 'abort').then(() => prompt.cancel())
    return (await Promise.race([prompt.run(), cancelled])) as T | undefined
  } catch {
    // Enquirer rejects with an empty string; and with an error from Node 24 on, where Node closed the input itself at Ctrl-C.
    return undefined
  } finally {
    signal.removeEventListener('abort', quit)
    process.off('SIGCONT', resume)
    isOver = true
    // Node takes the input for paused since then, and would leave it open.
    process.stdin.pause()
  }
}

/** The keys of both prompts, by the names of Enquirer's actions. */
const CTRL_KEYS = {a: 'first', c: 'quit', d: 'quit', e: 'last', k: 'cutForward', u: 'reset', w: 'cutLeft'}

/** What Enquirer shows in front of a question, and knows of its answer. */
type PromptState = {status: 'cancelled' | 'pending' | 'submitted'; input: string}

/**
 * Asks for a line as `ask` does; where nothing may be redrawn, without moving the cursor, which a screen reader reads once.
 * @param isRight whether a line is marked as an answer, and not as a wrong one
 * @returns the line; undefined also at the end of the input
 */
export async function askForLine(
  message: string,
  signal: AbortSignal,
  isRight: (line: string) => boolean,
): Promise<string | undefined> {
  if (mayRedraw(process.stderr)) {
    // Enquirer's own format hides the cursor, and then takes signals for its own.
    const format = (text = '') => text
    const {red} = styleFor(process.stderr)
    const marks = {pending: '?', submitted: '✔', cancelled: red('✖')}
    const prefix = ({status, input}: PromptState) =>
      status === 'submitted' && !isRight(input) ? marks.cancelled : marks[status]
    return ask<string>((options) => new Input({...options, message, format, prefix}), signal)
  }

  await discardTypeAhead()
  process.stderr.write(`${message} `)
  const lines = createInterface({input: process.stdin, terminal: false, signal})
  try {
    const {value} = await lines[Symbol.asyncIterator]().next()
    return value
  } finally {
    lines.close()
  }
}

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
