import {expect} from 'chai'
import {parquetWriteBuffer} from 'hyparquet-writer'

import {COLUMNS} from '../../src/lib/account/leaderboard/row.js'
import {writeFiles} from '../support/boards.js'
import {withHub} from '../support/hub.js'
import {cleanEnv, run} from '../support/process.js'

/** So much memory, in MB, the program has here. */
const HEAP = 600
const MILLION = 1_000_000

/** A Parquet file in which all rows have the same text, or none, in these columns. */
function repeating(columns: readonly string[], count: number, text: string | null): Buffer {
  const data = Array.from({length: count}, () => text)
  const columnData = columns.map((name) => ({name, data, type: 'STRING' as const}))
  return Buffer.from(parquetWriteBuffer({columnData, rowGroupSize: count}))
}

describe('a leaderboard that unpacks to very much', () => {
  describe('[S11] is read or refused, and never ends the program:', () => {
    const nulls = () => repeating(['results_dataset'], MILLION, null)
    const cases: Array<[title: string, files: () => Buffer[], exitCode: number]> = [
      ['a million rows that say nothing', () => [nulls()], 1],
      ['four files of a million rows that say nothing', () => Array.from({length: 4}, nulls), 1],
      ['as many rows as it may have, which say nothing', () => [repeating(COLUMNS, 100_000, null)], 0],
      [
        'one long text for all of its rows',
        () => [repeating(['results_dataset'], 90_000, 'x'.repeat(100_000))],
        1,
      ],
    ]
    for (const [title, files, exitCode] of cases) {
      it(title, async () => {
        const written = files()
        for (const file of written) expect(file.length).to.be.below(200_000)
        await withHub({runs: 3}, async (hub) => {
          writeFiles(
            hub,
            written.map((file, index) => [`data/${index}.parquet`, file]),
          )
          const env = cleanEnv(hub, {NODE_OPTIONS: `--max-old-space-size=${HEAP}`})
          const shown = await run(['leaderboard', 'show'], env)
          expect(shown.exitCode, shown.stderr).to.equal(exitCode)
          if (exitCode !== 0) expect(shown.stderr).to.include('more than any real leaderboard')
          const planned = await run(['cleanup', '--keep-best', '1', '--no-dry-run', '--yes'], env)
          expect(planned.exitCode, planned.stderr).to.equal(1)
          expect(planned.stderr).not.to.include('heap')
        })
      })
    }
  })
})
