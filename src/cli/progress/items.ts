import {printable} from '../../lib/base/text.js'
import {type Outcome, type OutcomeStatus} from '../../lib/cleanup/outcomes.js'

export type ItemState = OutcomeStatus | 'deleting' | 'waiting'

/** The states of a dataset in words, in the order in which they are counted. */
export const STATE_WORDS: Readonly<Record<ItemState, string>> = {
  waiting: 'waiting',
  deleting: 'deleting',
  deleted: 'deleted',
  failed: 'failed',
  skipped: 'skipped',
  gone: 'already gone',
  unattempted: 'not attempted',
}
export const STATES = Object.keys(STATE_WORDS) as ItemState[]

/** One dataset of a deletion, as a line shows it. */
export interface Item {
  name: string
  state: ItemState
  /** Why it is not deleted, or not yet. */
  reason: string
}

/** The datasets of a deletion. An event costs the same however many there are. */
export class Items {
  /** In the order of deletion. */
  readonly all: readonly Item[]
  /** Those in each state, in the order in which they reached it. */
  readonly in: Readonly<Record<ItemState, Set<Item>>>
  private readonly byName: Map<string, Item>

  constructor(names: readonly string[]) {
    this.all = names.map((name) => ({name, state: 'waiting', reason: ''}))
    this.byName = new Map(this.all.map((item) => [item.name, item]))
    const sets = STATES.map((state) => [state, new Set(state === 'waiting' ? this.all : [])])
    this.in = Object.fromEntries(sets) as typeof this.in
  }

  /** How many have an outcome. */
  get done(): number {
    return this.all.length - this.in.waiting.size - this.in.deleting.size
  }

  start(name: string): void {
    this.move(name, 'deleting', '')
  }

  /** Says why one that was started takes longer. */
  explain(name: string, reason: string): void {
    const item = this.byName.get(name)
    if (item) item.reason = printable(reason)
  }

  /**
   * Records an outcome, or corrects an earlier one.
   * @returns the item; undefined where the name is not among them
   */
  finish({name, status, reason = '', requestId}: Outcome): Item | undefined {
    return this.move(name, status, requestId ? `${reason} (request ${requestId})` : reason)
  }

  private move(name: string, state: ItemState, reason: string): Item | undefined {
    const item = this.byName.get(name)
    if (!item) return undefined
    this.in[item.state].delete(item)
    this.in[state].add(item)
    return Object.assign(item, {state, reason: printable(reason)})
  }
}
