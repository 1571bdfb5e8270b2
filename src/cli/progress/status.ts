import {capitalize, printable} from '../../lib/base/text.js'
import {type Wait} from '../../lib/hub/retry.js'
import {describeWait} from '../../lib/views/format.js'
import {cut} from '../../lib/views/terminal/layout.js'
import {mayRedraw, sizeOfTerminal} from '../../lib/views/terminal/style.js'

/** Of what takes less nobody needs to know, in ms. */
const PATIENCE_MS = 500
/** How often the time that is left is counted down, in ms. */
const REPAINT_MS = 1000
/** Erases the rest of a line. */
export const ERASE_TO_END = '\u001B[K'

/**
 * What is waited for, in one line at the end of a terminal, which is written over and taken away again. Nothing of it is seen for the
 * first half second, nor where the cursor does not move.
 */
export class Status {
  private readonly stream: NodeJS.WriteStream
  private timer: NodeJS.Timeout | undefined
  private isDrawn = false
  private step = ''
  private text = () => ''

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream
  }

  /** Whether there is a terminal that it can be drawn on. */
  get isPossible(): boolean {
    return mayRedraw(this.stream)
  }

  show(step: string): void {
    this.step = step
    this.say(() => step)
  }

  /** Counts the seconds of a wait down, then says again what was waited for before. */
  wait(wait: Wait): void {
    const left = countdown(wait)
    this.say(() => left() || this.step)
  }

  /** To be called before anything else is written to the terminal. */
  clear(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.isDrawn) this.stream.write(`\r${ERASE_TO_END}`)
    this.isDrawn = false
  }

  private say(text: () => string): void {
    if (!this.isPossible) return
    this.text = text
    if (this.isDrawn) this.draw()
    else this.timer ??= this.later(PATIENCE_MS)
  }

  private draw(): void {
    clearTimeout(this.timer)
    this.isDrawn = true
    const line = cut(`${capitalize(printable(this.text()))}…`, sizeOfTerminal(this.stream).columns - 1)
    this.stream.write(`\r${line}${ERASE_TO_END}`)
    this.timer = this.later(REPAINT_MS)
  }

  /** A line that only says how far the program is must not keep it from ending. */
  private later(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.draw(), ms).unref()
  }
}

/** @returns what says in words how long a wait still takes, and nothing once it is over */
export function countdown(wait: Wait): () => string {
  const end = performance.now() + wait.ms
  return () => {
    const ms = end - performance.now()
    return ms > 0 ? describeWait({...wait, ms}) : ''
  }
}
