import {printable} from '../../lib/base/text.js'
import {type Outcome, type OutcomeStatus} from '../../lib/cleanup/outcomes.js'

/** One dataset as a line shows it. */
export interface Row {
  name: string
  state: RowState
  /** The state in a word or two. */
  word: string
  /** Why it is not deleted, or not yet. */
  reason: string
}

export const ROW_STATES = ['waiting', 'deleting', 'deleted', 'failed', 'other'] as const
export type RowState = (typeof ROW_STATES)[number]

const WORDS: Record<OutcomeStatus, string> = {
  deleted: 'deleted',
  failed: 'failed',
  gone: 'already gone',
  skipped: 'skipped',
  unattempted: 'not attempted',
}

/** The datasets of a deletion and how far it is. What happens to one costs the same however many there are. */
export class Rows {
  /** In the order in which they go. */
  readonly all: readonly Row[]
  readonly counts: Record<RowState, number>
  /** In the order in which they were started, or ended. */
  readonly deleting = new Set<Row>()
  readonly failed: Row[] = []
  readonly other: Row[] = []
  private readonly byName: Map<string, Row>
  /** Before this place none waits any more. */
  private firstWaiting = 0

  constructor(names: string[]) {
    this.all = names.map((name): Row => ({name, state: 'waiting', word: 'waiting', reason: ''}))
    this.byName = new Map(this.all.map((row) => [row.name, row]))
    this.counts = {waiting: this.all.length, deleting: 0, deleted: 0, failed: 0, other: 0}
  }

  /** How many have ended, one way or the other. */
  get done(): number {
    return this.counts.deleted + this.counts.failed + this.counts.other
  }

  /** The first that wait. */
  waiting(most: number): Row[] {
    while (this.all[this.firstWaiting] && this.all[this.firstWaiting]?.state !== 'waiting')
      this.firstWaiting++
    const found: Row[] = []
    for (let index = this.firstWaiting; index < this.all.length && found.length < most; index++) {
      const row = this.all[index]
      if (row?.state === 'waiting') found.push(row)
    }

    return found
  }

  start(name: string): void {
    const row = this.byName.get(name)
    if (!row) return
    this.move(row, 'deleting')
    row.word = 'deleting'
    this.deleting.add(row)
  }

  /** Says why one that was started takes longer. */
  explain(name: string, reason: string): void {
    const row = this.byName.get(name)
    if (row) row.reason = printable(reason)
  }

  /**
   * Ends a row, or one more time where it came out otherwise than was said.
   * @returns the row that ended; undefined where it is none of these
   */
  finish({name, status, reason = '', requestId}: Outcome): Row | undefined {
    const row = this.byName.get(name)
    if (!row) return undefined
    this.deleting.delete(row)
    this.move(row, status === 'deleted' || status === 'failed' ? status : 'other')
    row.word = WORDS[status]
    row.reason = printable(requestId ? `${reason} (request ${requestId})` : reason)
    if (row.state === 'failed') this.failed.push(row)
    if (row.state === 'other') this.other.push(row)
    return row
  }

  private move(row: Row, state: RowState): void {
    if (row.state === 'failed') remove(this.failed, row)
    if (row.state === 'other') remove(this.other, row)
    this.counts[row.state]--
    this.counts[state]++
    row.state = state
  }
}

function remove(rows: Row[], row: Row): void {
  const index = rows.indexOf(row)
  if (index !== -1) rows.splice(index, 1)
}
