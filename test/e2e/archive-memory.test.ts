import {expect} from 'chai'

import {ARCHIVE_SCRIPT, CREATED, NAME, runScript, withFolder} from '../lib/archive/support.js'
import {withHub} from '../support/hub.js'

const SIZE = 50_000_000
/** Beside what is in use, something of what is not swept up yet. */
const MAX_BYTES = SIZE / 2

/** A script that looks, while a job runs, how much of what it holds cannot be thrown away. */
const watching = (job: string) => `
const held = () => process.memoryUsage().arrayBuffers
let peak = 0
const watch = setInterval(() => {
  // Sweeping takes longer than the job: only where it makes a difference.
  if (held() > ${MAX_BYTES / 4}) globalThis.gc()
  peak = Math.max(peak, held())
}, 20)
${job}
clearInterval(watch)
console.log(peak)
`
const RESTORE_SCRIPT = `
const {outcomes} = await restoreDatasets({dir, endpoint, token})
console.log(JSON.stringify(outcomes))
`

describe('a large file', () => {
  it('is archived and restored without being held in memory', () =>
    withHub({seed: 'empty'}, (hub) =>
      withFolder(async (dir) => {
        const files = {'data/large.parquet': Buffer.alloc(SIZE, 'smoltrace')}
        hub.state.addDataset({name: NAME, createdAt: CREATED, files})
        for (const [script, status] of [
          [ARCHIVE_SCRIPT, 'archived'],
          [RESTORE_SCRIPT, 'restored'],
        ] as const) {
          const [result, peak] = (await runScript(watching(script), hub, dir)).trim().split('\n')
          expect(result).to.include(`"status":"${status}"`)
          expect(Number(peak)).to.be.at.most(MAX_BYTES)
          hub.state.remove(NAME)
        }
      }),
    ))
})
