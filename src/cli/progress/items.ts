import {printable} from '../../lib/base/text.js'
import {type Outcome, type OutcomeStatus} from '../../lib/cleanup/outcomes.js'
import {type Wait} from '../../lib/hub/retry.js'

/** One dataset of a deletion, as a line shows it. */
export interface Item {
  name: string
  state: ItemState
  /** The state in a word or two. */
  word: string
  /** Why it is not deleted, or not yet. */
  reason: string
}

export const ITEM_STATES = ['waiting', 'deleting', 'deleted', 'failed', 'other'] as const
export type ItemState = (typeof ITEM_STATES)[number]

const WORDS: Record<OutcomeStatus, string> = {
  deleted: 'deleted',
  failed: 'failed',
  gone: 'already gone',
  skipped: 'skipped',
  unattempted: 'not attempted',
}

/** The datasets of a deletion. An event costs the same however many there are. */
export class Items {
  /** In the order of deletion. */
  readonly all: readonly Item[]
  /** Those in each state, in the order in which they reached it. */
  readonly in: Readonly<Record<ItemState, Set<Item>>>
  /** When the first deletion began, by `performance.now()`. */
  beganAt: number | undefined
  private readonly byName: Map<string, Item>

  constructor(names: readonly string[]) {
    this.all = names.map((name): Item => ({name, state: 'waiting', word: 'waiting', reason: ''}))
    this.byName = new Map(this.all.map((item) => [item.name, item]))
    this.in = {
      waiting: new Set(this.all),
      deleting: new Set(),
      deleted: new Set(),
      failed: new Set(),
      other: new Set(),
    }
  }

  /** How many have an outcome. */
  get done(): number {
    return this.all.length - this.in.waiting.size - this.in.deleting.size
  }

  start(name: string): void {
    this.beganAt ??= performance.now()
    this.move(name, 'deleting', 'deleting', '')
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
    const state = status === 'deleted' || status === 'failed' ? status : 'other'
    return this.move(name, state, WORDS[status], requestId ? `${reason} (request ${requestId})` : reason)
  }

  private move(name: string, state: ItemState, word: string, reason: string): Item | undefined {
    const item = this.byName.get(name)
    if (!item) return undefined
    this.in[item.state].delete(item)
    this.in[state].add(item)
    return Object.assign(item, {state, word, reason: printable(reason)})
  }
}

/** What a renderer draws of a deletion. */
export interface ProgressState {
  readonly stream: NodeJS.WriteStream
  readonly items: Items
  /** What holds up the whole job: words, or a wait that ends at a moment of `performance.now()`; empty where nothing does. */
  note: string | {until: number; wait: Wait}
  /** Takes what was drawn off the screen; set by the renderer that draws. */
  erase: () => void
}
