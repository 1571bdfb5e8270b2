/** Runs jobs, at most so many at a time. */
export type Bounded = <T>(job: () => Promise<T>) => Promise<T>

/**
 * Makes a gate that lets so many jobs through at a time; the others wait in the order they came.
 * @param size at least 1
 */
export function bounded(size: number): Bounded {
  const waiting: Array<() => void> = []
  let running = 0
  return async (job) => {
    if (running < size) running++
    else {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
    }

    try {
      return await job()
    } finally {
      const next = waiting.shift()
      // The place is handed on, so that nobody who comes just now can take it.
      if (next) next()
      else running--
    }
  }
}

/** Waits for every one of these, also where one fails; then the first failure is thrown, in the order of the list. */
export async function all<T>(jobs: Array<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(jobs)
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
