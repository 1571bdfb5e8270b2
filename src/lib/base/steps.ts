import {setImmediate as nextTurn} from 'node:timers/promises'

/**
 * Long work in small steps: each `yield` is a place where it may be put aside for a moment. So what is written once can be
 * done at once, or in slices between which signals, timers and answers get their turn.
 */
export type Steps<T> = Generator<void, T, void>

/** How long the event loop may have to wait for its turn, in ms; a step may take as long again. */
const SLICE_MS = 10

/** Does all steps without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const {done, value} = steps.next()
    if (done) return value
  }
}

/** Does the steps in slices of `SLICE_MS`. */
export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  let end = performance.now() + SLICE_MS
  for (;;) {
    const {done, value} = steps.next()
    if (done) return value
    if (performance.now() < end) continue
    await nextTurn()
    end = performance.now() + SLICE_MS
  }
}

/** What pauses work that is written as a loop of its own, called after each step: it waits only where a slice is over. */
export function pacer(): () => Promise<void> | undefined {
  let end = performance.now() + SLICE_MS
  return () => (performance.now() < end ? undefined : pause())

  async function pause(): Promise<void> {
    await nextTurn()
    end = performance.now() + SLICE_MS
  }
}

/** Makes something of each item, a step for each. */
export function* mapping<T, U>(items: Iterable<T>, make: (item: T) => U): Steps<U[]> {
  const made: U[] = []
  for (const item of items) {
    made.push(make(item))
    yield
  }

  return made
}

/** Characters of a text that are written together. */
export const CHUNK = 65_536

/** The pieces of a text in larger ones, each of which takes no longer to make than a slice. */
export function* chunksOf(pieces: Iterable<string>): Generator<string> {
  let chunk = ''
  for (const piece of pieces) {
    chunk += piece
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }

  if (chunk !== '') yield chunk
}
