import {thousands} from '../../lib/views/format.js'
import {describePace} from './rate.js'

/** A job of up to so many parts has a line for each. */
const LINE_FOR_EACH = 300
/** Of a longer one, progress is told after at least so many parts, and so many ms. */
const STEP = 100
const STEP_MS = 5000
/** As many troubles are told at once; the summary tells of all of them. */
const MOST_TOLD = 100

/** How far a job is. */
export interface Standing {
  done: number
  of: number
  failed: number
  /** Since its first part began. */
  elapsedMs: number
}

/** Whether each part of a job has a line of its own. */
export function hasLineForEach(parts: number): boolean {
  return parts <= LINE_FOR_EACH
}

/** A job of many parts in lines that a log can hold: of a long one each trouble, and now and then how far it is. */
export class LongLog {
  private readonly write: (line: string) => void
  private readonly clock: () => number
  private told = 0
  private toldAt = -Infinity
  private toldDone = 0

  constructor(write: (line: string) => void, clock: () => number) {
    this.write = write
    this.clock = clock
  }

  /** Takes in that one part has ended. */
  tell(line: string, isTrouble: boolean, standing: Standing): void {
    if (hasLineForEach(standing.of)) return this.write(line)
    if (isTrouble) this.tellTrouble(line)
    this.tellProgress(standing)
  }

  private tellTrouble(line: string): void {
    if (this.told < MOST_TOLD) this.write(line)
    else if (this.told === MOST_TOLD) this.write('more failed or was skipped: the summary tells of it')
    this.told++
  }

  private tellProgress({done, of, failed, elapsedMs}: Standing): void {
    const now = this.clock()
    const isTime = done - this.toldDone >= STEP && now - this.toldAt >= STEP_MS
    if (done !== of && !isTime) return
    const pace = describePace(done, of, elapsedMs)
    const failures = failed > 0 ? `, ${thousands(failed)} failed` : ''
    this.write(`${thousands(done)} of ${thousands(of)} done${failures}${pace ? `, ${pace}` : ''}`)
    this.toldDone = done
    this.toldAt = now
  }
}
