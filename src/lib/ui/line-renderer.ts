import {type Board} from './board.js'
import {describePace} from './pace.js'
import {type Row} from './rows.js'
import {thousands} from './wording.js'

/** A list up to this long has a line for each dataset. */
const LINE_FOR_EACH = 300
/** Of a longer one, progress is told after at least so many datasets, and so many ms. */
const STEP = 100
const STEP_MS = 5000
/** As many failures and skips are told at once; the summary tells of all of them. */
const MOST_TOLD = 100

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
  private told = 0
  private toldAt = -Infinity
  private toldDone = 0

  constructor(
    _tasks: unknown,
    {board, clock = () => performance.now()}: typeof LineRenderer.rendererOptions,
  ) {
    this.board = board
    this.clock = clock
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
    const isLong = this.board.rows.all.length > LINE_FOR_EACH
    if (!isLong) this.write(lineOf(row))
    else if (row.state === 'failed' || row.word === 'skipped') this.tellTrouble(row)
    if (isLong) this.tellProgress()
  }

  private tellTrouble(row: Row): void {
    if (this.told < MOST_TOLD) this.write(lineOf(row))
    else if (this.told === MOST_TOLD) this.write('more failed or was skipped: the summary tells of it')
    this.told++
  }

  private tellProgress(): void {
    const {rows, begunAt} = this.board
    const now = this.clock()
    const isLast = rows.done === rows.all.length
    const isTime = rows.done - this.toldDone >= STEP && now - this.toldAt >= STEP_MS
    if (!isLast && !isTime) return
    const pace = describePace(rows.done, rows.all.length, now - (begunAt ?? now))
    const failed = rows.counts.failed > 0 ? `, ${thousands(rows.counts.failed)} failed` : ''
    const ended = `${thousands(rows.done)} of ${thousands(rows.all.length)} done`
    this.write(`${ended}${failed}${pace ? `, ${pace}` : ''}`)
    this.toldDone = rows.done
    this.toldAt = now
  }

  private write(line: string): void {
    this.board.stream.write(`${line}\n`)
  }
}

function lineOf({name, word, reason}: Row): string {
  return `${word.padEnd(13)}  ${name}${reason ? `: ${reason}` : ''}`
}
