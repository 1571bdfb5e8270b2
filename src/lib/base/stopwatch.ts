/**
 * Starts counting now. A monotonic clock stands still while the machine sleeps, and the wall clock can be set back: the larger
 * of the two differences counts.
 * @param clock the wall clock
 * @returns what gives the milliseconds since then
 */
export function stopwatch(clock: () => Date): () => number {
  const monotonic = performance.now()
  const wall = clock().getTime()
  return () => {
    const byWall = clock().getTime() - wall
    return Math.max(performance.now() - monotonic, Number.isFinite(byWall) ? byWall : 0)
  }
}
