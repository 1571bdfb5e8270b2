/** A limit on how long nothing may happen. */
export interface TimeLimit {
  /** Aborted once it was too long. */
  readonly signal: AbortSignal
  readonly isOver: boolean
  /** The limit, in ms. */
  readonly ms: number
  /**
   * Counts from now on, anew where it was counting.
   * @param most ends it earlier, in ms
   */
  start(most?: number): void
  stop(): void
}

/** How long the Hub may be silent where nothing else is said, in ms. */
export const DEFAULT_SILENCE = 60_000
/** Nobody waits longer at a terminal, in ms. */
const LONGEST_SILENCE = 300_000

/** Like `AbortSignal.timeout`, which can be neither called off nor begun anew. */
export function timeLimit(ms: number): TimeLimit {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const expire = () => controller.abort(new DOMException('The Hub was silent for too long.', 'TimeoutError'))
  return {
    signal: controller.signal,
    get isOver() {
      return controller.signal.aborted
    },
    ms,
    start(most = ms) {
      clearTimeout(timer)
      timer = setTimeout(expire, Math.min(ms, most))
    },
    stop: () => clearTimeout(timer),
  }
}

/**
 * How long the Hub may be silent, from the variable that Hugging Face's own client reads for it (the Hub's contract, section
 * 10).
 * @returns milliseconds
 */
export function silenceIn({HF_HUB_DOWNLOAD_TIMEOUT: text = ''}: NodeJS.ProcessEnv): number {
  const ms = Number(text) * 1000
  return ms > 0 ? Math.min(ms, LONGEST_SILENCE) : DEFAULT_SILENCE
}
