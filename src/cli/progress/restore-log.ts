import {type RestoreEvent} from '../../lib/archive/restore-options.js'
import {describeRestored} from '../../lib/views/terminal/restore.js'
import {hasLineForEach, LongLog} from './lines.js'

/** What a person who waits for a restore reads meanwhile. */
export class RestoreLog {
  private readonly write: (text: string) => void
  private readonly clock: () => number
  private readonly log: LongLog
  private begunAt: number | undefined
  private failed = 0

  constructor(write: (text: string) => void, clock: () => number = () => performance.now()) {
    this.write = write
    this.clock = clock
    this.log = new LongLog(write, clock)
  }

  tell(event: RestoreEvent): void {
    const now = this.clock()
    this.begunAt ??= now
    if (event.kind === 'started' && hasLineForEach(event.of)) this.write(`restoring ${event.name}`)
    if (event.kind !== 'finished') return
    const {outcome, done, of} = event
    const {status} = outcome
    if (status === 'failed') this.failed++
    const isTrouble = status === 'failed' || status === 'refused'
    const line = `${done} of ${of}: ${describeRestored(outcome)}`
    this.log.tell(line, isTrouble, {done, of, failed: this.failed, elapsedMs: now - this.begunAt})
  }
}
