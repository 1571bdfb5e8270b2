import {type TaggingEvent} from '../../lib/account/protection/tagging.js'
import {LongLog} from './lines.js'

/** So few are done before anybody waits. */
const FEW = 3

/** What a person who waits for the tags reads meanwhile. */
export class TaggingLog {
  private readonly clock = () => performance.now()
  private readonly log: LongLog
  private begunAt: number | undefined
  private failed = 0

  constructor(write: (text: string) => void) {
    this.log = new LongLog(write, this.clock)
  }

  tell({run, problem, done, of}: TaggingEvent): void {
    const now = this.clock()
    this.begunAt ??= now
    if (problem !== undefined) this.failed++
    const line = `${done} of ${of}: the card of ${run}${problem === undefined ? ' is done' : `: ${problem}`}`
    if (of <= FEW) return
    const standing = {done, of, failed: this.failed, elapsedMs: now - this.begunAt}
    this.log.tell(line, problem !== undefined, standing)
  }
}
