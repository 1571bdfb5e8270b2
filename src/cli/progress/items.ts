import {printable} from '../../lib/base/text.js'

/** How one part of a job ended; `skipped`: it was decided not to do it. */
type Ending = 'done' | 'failed' | 'skipped' | 'unattempted'

/** A part of a job that has ended. */
export interface Ended {
  /** Full name of a dataset, or what else there are several of. */
  name: string
  ending: Ending
  /** `deleted`, `already there`. */
  words: string
  /** Why it is not done, or what about it is to be known. */
  reason?: string | undefined
}

/** How many of those that were done last are remembered. */
const MAX_RECENT = 3

/** The parts of a job. An event costs the same however many there are; those that have not begun are only a number. */
export class Items {
  readonly of: number
  /** More about how far the job is, such as bytes. */
  detail = ''
  /** Those that are in progress, and why one takes longer. */
  readonly running = new Map<string, string>()
  /** The last word of each that has ended, in the order of these words. */
  readonly in: Readonly<Record<Ending, Map<string, Ended>>> = {
    done: new Map(),
    failed: new Map(),
    skipped: new Map(),
    unattempted: new Map(),
  }
  /** The newest first. */
  recent: Ended[] = []

  constructor(of: number) {
    this.of = of
  }

  /** How many have ended, but for those that were not attempted. */
  get done(): number {
    return this.in.done.size + this.in.failed.size + this.in.skipped.size
  }

  start(name: string): void {
    this.running.set(name, '')
  }

  /** Says why a started one takes longer. */
  explain(name: string, reason: string): void {
    if (this.running.has(name)) this.running.set(name, printable(reason))
  }

  /** Records how one ended, or corrects that. */
  finish(ended: Ended): void {
    const {name, ending, reason = ''} = ended
    this.running.delete(name)
    for (const each of Object.values(this.in)) each.delete(name)
    const item = {...ended, reason: printable(reason)}
    this.in[ending].set(name, item)
    this.recent = this.recent.filter((each) => each.name !== name)
    if (ending === 'done') this.recent = [item, ...this.recent].slice(0, MAX_RECENT)
  }
}
