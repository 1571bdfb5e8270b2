import {formatNumber} from '../../lib/base/text.js'
import {HOUR, MINUTE} from '../../lib/base/time.js'

/** A job of up to this many parts has a line for each. */
const LINE_FOR_EACH = 300
/** A longer one says how far it is after at least this many parts and ms. */
const STEP = 100
const STEP_MS = 5000
/** Maximum number of problems that are logged. */
const MAX_PROBLEMS = 100
/** Before that, a rate says more about the start than about the rest. */
const WARM_UP_MS = 2000

/** How far a job is after one more part, and whether this part failed or was skipped. */
interface Step {
  done: number
  of: number
  failed: number
  isProblem: boolean
}

/** The progress of a job in lines: one for each part, or of a long job each problem, and now and then how far it is. */
export class JobLog {
  private readonly write: (line: string) => void
  private readonly clock: () => number
  /** When the job began, by the clock. */
  private beganAt: number | undefined
  private problems = 0
  private logged = {done: 0, at: -Infinity}

  constructor(write: (line: string) => void, clock: () => number = () => performance.now()) {
    this.write = write
    this.clock = clock
  }

  begin(): void {
    this.beganAt ??= this.clock()
  }

  /** One part has ended. */
  finished(line: string, step: Step): void {
    this.begin()
    if (step.of <= LINE_FOR_EACH) return this.write(line)
    if (step.isProblem) this.problem(line)
    this.progress(step)
  }

  /** A failure, permanent or to be retried. */
  problem(line: string): void {
    if (this.problems < MAX_PROBLEMS) this.write(line)
    else if (this.problems === MAX_PROBLEMS) this.write('more problems: the summary lists what failed')
    this.problems++
  }

  /** How fast the job is, and how long it will take. */
  rate(done: number, of: number): string {
    const now = this.clock()
    return describeRate(done, of, now - (this.beganAt ?? now))
  }

  private progress({done, of, failed}: Step): void {
    const now = this.clock()
    const isDue = done - this.logged.done >= STEP && now - this.logged.at >= STEP_MS
    if (done !== of && !isDue) return
    const failures = failed > 0 ? `${formatNumber(failed)} failed` : ''
    const counts = [`${formatNumber(done)} of ${formatNumber(of)} done`, failures, this.rate(done, of)]
    this.write(counts.filter(Boolean).join(', '))
    this.logged = {done, at: now}
  }
}

/**
 * The rate of a job, and the time left at that rate: `41/s, 6 min left`. Waits count, as they recur. Nothing before it can be known,
 * and at the end.
 */
export function describeRate(done: number, total: number, elapsedMs: number): string {
  if (done === 0 || done >= total || elapsedMs < WARM_UP_MS) return ''
  const perSecond = (done / elapsedMs) * 1000
  const left = durationText(((total - done) / perSecond) * 1000)
  if (perSecond < 1) return `${Math.max(1, Math.round(perSecond * 60))}/min, ${left} left`
  const rate = perSecond < 9.95 ? perSecond.toFixed(1) : formatNumber(Math.round(perSecond))
  return `${rate}/s, ${left} left`
}

/** As roughly as it is known: `40 s`, `6 min`, `3 h 20 min`. */
function durationText(ms: number): string {
  if (ms < MINUTE) return `${Math.ceil(ms / 1000)} s`
  const minutes = Math.round(ms / MINUTE)
  if (ms < HOUR || minutes < 60) return `${minutes} min`
  return `${formatNumber(Math.floor(minutes / 60))} h ${minutes % 60} min`
}
