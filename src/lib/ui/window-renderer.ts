import {clearScreenDown, cursorTo, moveCursor} from 'node:readline'

import {type Board, type DeletionTask, toRow} from './rows.js'
import {styleFor, widthOf} from './style.js'
import {drawWindow} from './window.js'

const REPAINT_MS = 100
const DEFAULT_HEIGHT = 24

/**
 * Draws a deletion on a terminal as a window onto the list. listr2's own renderer walks all rows at every change and
 * shows only the last screenful, which is the waiting tail.
 */
export class WindowRenderer {
  static nonTTY = true
  static rendererOptions: {board: Board}
  static rendererTaskOptions: Record<PropertyKey, never>
  private readonly tasks: DeletionTask[]
  private readonly board: Board
  private timer: NodeJS.Timeout | undefined
  private painted = 0

  constructor(tasks: DeletionTask[], {board}: typeof WindowRenderer.rendererOptions) {
    this.tasks = tasks
    this.board = board
  }

  render(): void {
    this.paint()
    this.timer = setInterval(() => this.paint(), REPAINT_MS)
    this.board.abandon = () => {
      clearInterval(this.timer)
      this.erase()
    }
  }

  end(): void {
    clearInterval(this.timer)
    this.paint()
  }

  private paint(): void {
    const {stream, note} = this.board
    const size = {height: (stream.rows || DEFAULT_HEIGHT) - 1, width: (widthOf(stream) ?? 80) - 1}
    const lines = drawWindow(
      this.tasks.map((task) => toRow(task)),
      note,
      size,
      styleFor(stream),
    )
    this.erase()
    stream.write(`${lines.join('\n')}\n`)
    this.painted = lines.length
  }

  private erase(): void {
    const {stream} = this.board
    // A key that the terminal echoes, such as Ctrl-C, leaves the cursor inside a line.
    cursorTo(stream, 0)
    if (this.painted > 0) moveCursor(stream, 0, -this.painted)
    clearScreenDown(stream)
    this.painted = 0
  }
}
