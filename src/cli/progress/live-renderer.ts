import {type Wait} from '../../lib/hub/retry.js'
import {describeWait} from '../../lib/views/format.js'
import {styleFor, widthOf} from '../../lib/views/terminal/style.js'
import {type JobLog} from './job-log.js'
import {drawWindow, type Items} from './window.js'

/** What a renderer draws of a deletion. */
export interface ProgressState {
  readonly stream: NodeJS.WriteStream
  readonly items: Items
  readonly log: JobLog
  /** What holds up the whole job: words, or a wait that ends at a moment of `performance.now()`; empty where nothing does. */
  note: string | {until: number; wait: Wait}
  /** Takes what was drawn off the screen; set by the renderer that draws. */
  erase: () => void
}

const REPAINT_MS = 100
/** A rate that changes more often cannot be read, in ms. */
const RATE_MS = 1000
const DEFAULT_HEIGHT = 24
/** The cursor's line, and two above: tmux keeps in its history what is cleared from the first line on, frame by frame. */
const SPARE_LINES = 3
const TO_FIRST_COLUMN = '\u001B[1G'
const CLEAR_BELOW = '\u001B[0J'

/** Draws a deletion on a terminal: listr2's own renderer walks all rows at every change, and shows only the waiting tail. */
export class LiveRenderer {
  static nonTTY = true
  static rendererOptions: {state: ProgressState}
  static rendererTaskOptions: Record<PropertyKey, never>
  private readonly state: ProgressState
  private timer: NodeJS.Timeout | undefined
  private painted = 0
  private rate = {text: '', at: -Infinity}

  constructor(_tasks: unknown, {state}: typeof LiveRenderer.rendererOptions) {
    this.state = state
  }

  render(): void {
    this.paint()
    this.timer = setInterval(() => this.paint(), REPAINT_MS)
    this.state.erase = () => {
      clearInterval(this.timer)
      this.state.stream.write(this.erasure())
      this.painted = 0
    }
  }

  end(): void {
    clearInterval(this.timer)
    this.paint()
  }

  private paint(): void {
    const {stream, items, note} = this.state
    const now = performance.now()
    const lines = drawWindow(items, {
      height: (stream.rows || DEFAULT_HEIGHT) - SPARE_LINES,
      width: (widthOf(stream) ?? 80) - 1,
      style: styleFor(stream),
      note: typeof note === 'string' ? note : describeWait({...note.wait, ms: Math.max(0, note.until - now)}),
      rate: this.rateAt(now),
    })
    // In one piece, or the terminal would show the empty screen in between.
    stream.write(`${this.erasure()}${lines.join('\n')}\n`)
    this.painted = lines.length
  }

  private rateAt(now: number): string {
    const {items, log} = this.state
    const isDue = now - this.rate.at >= RATE_MS || items.done === items.all.length
    if (isDue) this.rate = {text: log.rate(items.done, items.all.length), at: now}
    return this.rate.text
  }

  /** A key that the terminal echoes, such as Ctrl-C, leaves the cursor inside a line. */
  private erasure(): string {
    return `${TO_FIRST_COLUMN}${this.painted > 0 ? `\u001B[${this.painted}A` : ''}${CLEAR_BELOW}`
  }
}
