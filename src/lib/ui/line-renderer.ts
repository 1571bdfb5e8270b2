import {ListrTaskEventType} from 'listr2'

import {type Board, type DeletionTask, toRow} from './rows.js'

/** Draws a deletion without a cursor: one line for each dataset as it is done. For pipes, CI and dumb terminals. */
export class LineRenderer {
  static nonTTY = true
  static rendererOptions: {board: Board}
  static rendererTaskOptions: Record<PropertyKey, never>
  private readonly tasks: DeletionTask[]
  private readonly board: Board

  constructor(tasks: DeletionTask[], {board}: typeof LineRenderer.rendererOptions) {
    this.tasks = tasks
    this.board = board
  }

  render(): void {
    const {board} = this
    const write = (line: string) => board.stream.write(`${line}\n`)
    board.announce = write
    for (const task of this.tasks) {
      task.on(ListrTaskEventType.CLOSED, () => {
        const {name, word, reason} = toRow(task)
        write(`${word.padEnd(13)}  ${name}${reason ? `: ${reason}` : ''}`)
      })
    }
  }

  end(): void {
    this.board.announce = () => {}
  }
}
