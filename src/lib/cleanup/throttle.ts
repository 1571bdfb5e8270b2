/** The right to have one request under way; to be given back exactly once. */
export interface Pass {
  /** How often the throttle had been closed further when this was given. */
  readonly cuts: number
}

/**
 * How many requests may be under way at a time: as many as asked for; half as many each time the Hub is overloaded; and one
 * more again for every round of them that went well. Waiters are let in in the order of arrival.
 */
export class Throttle {
  private readonly most: number
  private readonly left: () => number
  private readonly waiting: Array<() => void> = []
  private limit: number
  private cuts = 0
  private successes = 0
  private inFlight = 0

  /**
   * @param most never more than this many
   * @param left how many requests the quota still allows; one is always let in, to learn the quota
   */
  constructor(most: number, left: () => number = () => Number.POSITIVE_INFINITY) {
    this.most = most
    this.limit = most
    this.left = left
  }

  /** Settles when a request may be sent. */
  async enter(): Promise<Pass> {
    if (this.waiting.length > 0 || !this.hasRoom()) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve)
      })
    } else this.inFlight++
    return {cuts: this.cuts}
  }

  /** Gives the right back. */
  leave(): void {
    this.inFlight--
    while (this.waiting.length > 0 && this.hasRoom()) {
      this.inFlight++
      this.waiting.shift()?.()
    }
  }

  /** The Hub was overloaded. Requests that were under way together say so together, and count as one. */
  slowDown({cuts}: Pass): void {
    if (cuts !== this.cuts) return
    this.cuts++
    this.successes = 0
    this.limit = Math.max(1, Math.floor(this.limit / 2))
  }

  /** A request went well. */
  speedUp(): void {
    if (++this.successes < this.limit) return
    this.successes = 0
    this.limit = Math.min(this.most, this.limit + 1)
  }

  private hasRoom(): boolean {
    return this.inFlight === 0 || (this.inFlight < this.limit && this.inFlight < this.left())
  }
}
