/** Serves an embedded Hub until it is killed. Its argument says how it is to be, in JSON; it prints where it is. */
import {formatTimestamp, RUN_TYPES, runDatasetName} from '../../src/lib/base/names.js'
import {type SandboxOptions, startSandbox} from '../../src/lib/sandbox/index.js'

export interface BenchHub extends SandboxOptions {
  /** So many runs with all three datasets in an account that has nothing else, instead of a seeded one. */
  completeRuns?: number
}

const HOUR = 60 * 60_000
const {completeRuns, ...options} = JSON.parse(process.argv[2] ?? '{}') as BenchHub
const hub = await startSandbox(completeRuns === undefined ? options : {...options, seed: 'empty'})
for (let run = 0; run < (completeRuns ?? 0); run++) {
  const createdAt = new Date(Date.now() - (run + 48) * HOUR)
  for (const type of RUN_TYPES)
    hub.state.addDataset({name: runDatasetName(hub.user, type, formatTimestamp(createdAt)), createdAt})
}

console.log(JSON.stringify({endpoint: hub.url, token: hub.token}))
