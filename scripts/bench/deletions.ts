import {type Figure} from './figure.js'
import {bin, run, withHub} from './process.js'

const RUNS = 100
const LATENCY = 50
/** One that is not used up. */
const LARGE = {requests: 1_000_000, windowSeconds: 300}

interface Result {
  counts: Record<string, number>
}

/** The deletion of 300 datasets next to the least time in which so many requests can be answered. */
export async function deletions(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const concurrency of [1, 4, 8, 16]) figures.push(await deletion(concurrency))
  return [...figures, ...(await trash(8))]
}

/** The same through the trash: there, back, there again and emptied. Each takes two requests, one of which looks. */
async function trash(concurrency: number): Promise<Figure[]> {
  return withHub({completeRuns: RUNS, latencyMs: LATENCY, quota: LARGE}, async (env) => {
    const call = (argv: string[]) => run([bin, ...argv, '--json'], {env, isKept: true})
    const wet = ['--no-dry-run', '--yes', '--concurrency', String(concurrency)]
    const all = ['cleanup', '--all', '--grace', '0', '--trash']
    const reference = Math.ceil(RUNS / concurrency) * 3 * 2 * LATENCY
    const figure = (what: string, done: {ms: number; stdout: string}, before: {ms: number}): Figure => {
      const {counts} = JSON.parse(done.stdout) as Result
      const taken = (counts.trashed ?? 0) + (counts.restored ?? 0) + (counts.deleted ?? 0)
      const measured = done.ms - before.ms
      return {
        what: `${what} of ${taken} datasets, ${LATENCY} ms latency, concurrency ${concurrency}`,
        measured,
        against: 'ceil(runs / concurrency) · 3 · 2 · latency',
        reference,
        ratio: measured / reference,
        notes: `${counts.failed} failed; before it ${Math.round(before.ms)} ms`,
      }
    }

    const plan = await call(all)
    const there = figure('trashing', await call([...all, ...wet]), plan)
    const before = await call(['trash', 'list'])
    const back = figure(
      'restoring',
      await call(['trash', 'restore', '--all', '--concurrency', String(concurrency)]),
      before,
    )
    await call([...all, ...wet])
    const empty = ['trash', 'empty', '--all']
    const dry = await call(empty)
    return [there, back, figure('emptying', await call([...empty, ...wet]), dry)]
  })
}

async function deletion(concurrency: number): Promise<Figure> {
  return withHub({completeRuns: RUNS, latencyMs: LATENCY, quota: LARGE}, async (env) => {
    const all = [bin, 'cleanup', '--all', '--grace', '0', '--json']
    // Everything that comes before the first DELETE: the start, who it is, the listing, the protection.
    const before = await run(all, {env, isKept: true})
    const done = await run([...all, '--no-dry-run', '--yes', '--concurrency', String(concurrency)], {
      env,
      isKept: true,
    })
    const {counts} = JSON.parse(done.stdout) as Result
    const reference = Math.ceil(RUNS / concurrency) * 3 * LATENCY
    const measured = done.ms - before.ms
    return {
      what: `deletion of ${counts.deleted} datasets, ${LATENCY} ms latency, concurrency ${concurrency}`,
      measured,
      against: 'ceil(runs / concurrency) · 3 · latency',
      reference,
      ratio: measured / reference,
      notes: `${counts.failed} failed; before it ${Math.round(before.ms)} ms`,
    }
  })
}

const QUOTA = 100
const WINDOW = 20

/** The same under a quota that is used up three times. */
export async function quota(): Promise<Figure[]> {
  return withHub({completeRuns: RUNS, quota: {requests: QUOTA, windowSeconds: WINDOW}}, async (env) => {
    const done = await run(
      [bin, 'cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes', '--concurrency', '8', '--json'],
      {env, isKept: true},
    )
    const {counts} = JSON.parse(done.stdout) as Result
    const deleted = counts.deleted ?? 0
    const figure = (against: string, requests: number): Figure => {
      const reference = (Math.ceil(requests / QUOTA) - 1) * WINDOW * 1000
      return {
        what: `deletion of ${deleted} datasets, ${QUOTA} requests in ${WINDOW} s`,
        measured: done.ms,
        against,
        reference,
        ratio: done.ms / reference,
        notes: `${counts.failed} failed`,
      }
    }

    return [
      figure('whole windows that the requests need, those of the safety rules included', deleted + 2 + 3),
      figure('whole windows that the DELETEs alone need', deleted),
      {
        ...figure('the rate of the quota', deleted),
        reference: (deleted / QUOTA) * WINDOW * 1000,
        ratio: done.ms / ((deleted / QUOTA) * WINDOW * 1000),
      },
    ]
  })
}
