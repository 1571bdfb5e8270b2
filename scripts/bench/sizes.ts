import {type Figure} from './figure.js'
import {bin, median, type Run, run, withHub} from './process.js'

const TIMES = 3
const LATENCY = 50
/** A quota that nothing here uses up. */
const quota = {requests: 1_000_000, windowSeconds: 300}

async function several(measure: () => Promise<Run>): Promise<{ms: number; peakMb: number}> {
  const runs: Run[] = []
  for (let time = 0; time < TIMES; time++) runs.push(await measure())
  return {ms: median(runs.map(({ms}) => ms)), peakMb: Math.max(...runs.map(({peakMb}) => peakMb))}
}

/** Dry runs of accounts of growing size, the smallest of which is the measure for the others. */
export async function sizes(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const runs of [10, 1000, 10_000]) {
    const {ms, peakMb} = await withHub({completeRuns: runs, quota}, (env) =>
      several(() => run([bin, 'cleanup', '--keep-recent', '5'], {env, isMemoryMeasured: true})),
    )
    const reference = figures[0]?.measured ?? ms
    figures.push({
      what: `dry run of ${runs.toLocaleString('en')} runs`,
      measured: ms,
      against: 'that of 10 runs',
      reference,
      ratio: ms / reference,
      notes: `at most ${Math.round(peakMb)} MB`,
    })
  }

  return figures
}

const BARE = `
const expand = ['private', 'downloads', 'gated', 'likes', 'lastModified', 'sha', 'createdAt']
const query = ['limit=500', 'author=mira', 'sort=createdAt', ...expand.map((key) => 'expand=' + key)]
let url = process.env.HF_ENDPOINT + '/api/datasets?' + query.join('&')
const headers = {authorization: 'Bearer ' + process.env.HF_TOKEN}
let pages = 0
while (url) {
  const response = await fetch(url, {headers})
  await response.text()
  pages++
  url = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
}
console.log(pages)`

/** A dry run over 30,000 datasets on a slow Hub next to the least that fetches the same pages; both without their start. */
export async function listings(): Promise<Figure[]> {
  return withHub({completeRuns: 10_000, latencyMs: LATENCY, quota}, async (env) => {
    const nothing = await several(() => run(['-e', '0']))
    const start = await several(() => run([bin, '--version']))
    const bare = await several(() => run(['--input-type=module', '-e', BARE], {env}))
    const dry = await several(() => run([bin, 'cleanup', '--keep-recent', '5'], {env}))
    const measured = dry.ms - start.ms
    const reference = bare.ms - nothing.ms
    return [
      {
        what: 'dry run of 10,000 runs, 50 ms latency, start-up aside',
        measured,
        against: 'a loop of `fetch` over the same pages',
        reference,
        ratio: measured / reference,
      },
    ]
  })
}
