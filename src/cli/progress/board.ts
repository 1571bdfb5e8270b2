import {type Wait} from '../../lib/hub/retry.js'
import {describeWait} from '../../lib/views/format.js'
import {type Row, type Rows} from './rows.js'

/** What holds up a job: words, or a pause that ends at a moment of `performance.now()`. */
export type Note = string | {until: number; wait: Wait}

/** What the list of a deletion shares with whoever draws it. */
export interface Board {
  stream: NodeJS.WriteStream
  rows: Rows
  /** What holds up the whole job at the moment; empty where nothing does. */
  note: Note
  /** When the first deletion began, by `performance.now()`. */
  begunAt: number | undefined
  /** Told by the list: what holds up the job has changed. */
  announce: (text: string) => void
  /** Told by the list: a dataset has ended. */
  finished: (row: Row) => void
  /** Told by the list: the job ended before its list did. */
  abandon: () => void
}

/** What holds up a job, in words; the seconds of a pause are those that are left. */
export function noteText(note: Note, now: number): string {
  return typeof note === 'string' ? note : describeWait({...note.wait, ms: Math.max(0, note.until - now)})
}
