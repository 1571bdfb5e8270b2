import {styleFor, widthOf} from '../../lib/views/terminal/style.js'
import {type Board, noteText} from './board.js'
import {describePace} from './rate.js'
import {drawWindow} from './window.js'

const REPAINT_MS = 100
/** A rate that is told anew more often cannot be read, in ms. */
const PACE_MS = 1000
const DEFAULT_HEIGHT = 24
/** The cursor's line, and two above: tmux keeps everything that is cleared from the first line on, frame by frame. */
const LINES_LEFT_ALONE = 3
const TO_FIRST_COLUMN = '\u001B[1G'
const CLEAR_BELOW = '\u001B[0J'

/**
 * Draws a deletion on a terminal as a window onto the list. listr2's own renderer walks all rows at every change and
 * shows only the last screenful, which is the waiting tail.
 */
export class WindowRenderer {
  static nonTTY = true
  static rendererOptions: {board: Board}
  static rendererTaskOptions: Record<PropertyKey, never>
  private readonly board: Board
  private timer: NodeJS.Timeout | undefined
  private painted = 0
  private pace = {text: '', at: -Infinity}

  constructor(_tasks: unknown, {board}: typeof WindowRenderer.rendererOptions) {
    this.board = board
  }

  render(): void {
    this.paint()
    this.timer = setInterval(() => this.paint(), REPAINT_MS)
    this.board.abandon = () => {
      clearInterval(this.timer)
      this.board.stream.write(this.erasure())
      this.painted = 0
    }
  }

  end(): void {
    clearInterval(this.timer)
    this.paint()
  }

  private paint(): void {
    const {stream, rows, note} = this.board
    const now = performance.now()
    const size = {
      height: (stream.rows || DEFAULT_HEIGHT) - LINES_LEFT_ALONE,
      width: (widthOf(stream) ?? 80) - 1,
    }
    const heading = {note: noteText(note, now), pace: this.paceAt(now)}
    const lines = drawWindow(rows, heading, size, styleFor(stream))
    // In one piece, or the terminal would show the empty screen in between.
    stream.write(`${this.erasure()}${lines.join('\n')}\n`)
    this.painted = lines.length
  }

  private paceAt(now: number): string {
    const {rows, begunAt = now} = this.board
    if (rows.done === rows.all.length) return ''
    if (now - this.pace.at >= PACE_MS)
      this.pace = {text: describePace(rows.done, rows.all.length, now - begunAt), at: now}
    return this.pace.text
  }

  /** A key that the terminal echoes, such as Ctrl-C, leaves the cursor inside a line. */
  private erasure(): string {
    return `${TO_FIRST_COLUMN}${this.painted > 0 ? `\u001B[${this.painted}A` : ''}${CLEAR_BELOW}`
  }
}
