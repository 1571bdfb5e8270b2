import {type Board} from './board.js'
import {LongLog} from './lines.js'
import {type Row} from './rows.js'

/**
 * Draws a deletion without a cursor, for pipes, CI and dumb terminals: a line for each dataset as it is done. Of a long list
 * only what failed or was skipped has a line of its own, and how far it is another one now and then.
 */
export class LineRenderer {
  static nonTTY = true
  static rendererOptions: {board: Board; clock?: () => number}
  static rendererTaskOptions: Record<PropertyKey, never>
  private readonly board: Board
  private readonly clock: () => number
  private readonly log: LongLog

  constructor(
    _tasks: unknown,
    {board, clock = () => performance.now()}: typeof LineRenderer.rendererOptions,
  ) {
    this.board = board
    this.clock = clock
    this.log = new LongLog((line) => this.write(line), clock)
  }

  render(): void {
    this.board.announce = (text) => this.write(text)
    this.board.finished = (row) => this.tell(row)
  }

  end(): void {
    this.board.announce = () => {}
    this.board.finished = () => {}
  }

  private tell(row: Row): void {
    const {rows, begunAt} = this.board
    const now = this.clock()
    this.log.tell(lineOf(row), row.state === 'failed' || row.word === 'skipped', {
      done: rows.done,
      of: rows.all.length,
      failed: rows.counts.failed,
      elapsedMs: now - (begunAt ?? now),
    })
  }

  private write(line: string): void {
    this.board.stream.write(`${line}\n`)
  }
}

function lineOf({name, word, reason}: Row): string {
  return `${word.padEnd(13)}  ${name}${reason ? `: ${reason}` : ''}`
}
