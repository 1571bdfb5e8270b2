import {expect} from 'chai'
import * as fc from 'fast-check'
import {parquetWriteBuffer} from 'hyparquet-writer'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {discover} from '../../../../src/lib/account/datasets.js'
import {
  readLeaderboard,
  readRowIndex,
  readRowIndexIfPossible,
} from '../../../../src/lib/account/leaderboard/read.js'
import {type LeaderboardRow, ROW_FIELDS} from '../../../../src/lib/account/leaderboard/row.js'
import {RefusedError, SmoltraceError} from '../../../../src/lib/base/errors.js'
import {type Hub} from '../../../../src/lib/hub/client.js'
import {HubFormatError} from '../../../../src/lib/hub/errors.js'
import {type RepoFile} from '../../../../src/lib/hub/files.js'
import {openSession} from '../../../../src/lib/hub/session.js'
import {hubOf, inventoryOf, leaderboardDataset, rejectionOf} from '../../../support/builders.js'
import {root} from '../../../support/cli.js'
import {withBitFlipped} from '../../../support/faults.js'
import {type Sandbox, startSandbox} from '../../../support/sandbox.js'

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData']
type Files = Record<string, string | Uint8Array>

const DATA = 'data/train-00000-of-00001.parquet'
const NAME = 'mira/smoltrace-leaderboard'

const parquet = (columnData: Columns, more: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}) =>
  Buffer.from(parquetWriteBuffer({columnData, ...more}))
const column = (name: string, data: unknown[], type?: Columns[number]['type']): Columns[number] => ({
  name,
  data,
  ...(type && {type}),
})
const ids = (...data: Array<string | null>) => column('results_dataset', data, 'STRING')
const idsOf = (rows: readonly LeaderboardRow[]) => rows.map(({resultsDataset}) => resultsDataset)
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({length: count}, (_, index) => make(index))

/** A Hub that holds these files and no network. */
function hubWith(files: Files): Hub {
  const bytesOf = (path: string) => Buffer.from(files[path] ?? '')
  return hubOf({
    listFiles: async () =>
      Object.keys(files).map((path): RepoFile => ({path, size: bytesOf(path).length, oid: 'a'.repeat(40)})),
    readWhole: async (_name, _commit, {path}) => bytesOf(path),
  })
}

const board = leaderboardDataset()
const read = (files: Files) => readLeaderboard(hubWith(files), board)
const one = (...file: Parameters<typeof parquet>): Files => ({[DATA]: parquet(...file)})
const readOne = (columns: Columns) => read(one(columns))
const whole = parquet([ids('a', 'b', 'c')])
const shard = (part: string, file = whole): Files => ({[`data/train-${part}.parquet`]: file})
const refusal = async (files: Files) => {
  const error = await rejectionOf(read(files))
  expect(error).to.be.instanceOf(RefusedError).and.have.property('exitCode', 1)
  expect(error.message).to.include(board.name).and.not.include('\n')
  return error as RefusedError
}

describe('leaderboard', () => {
  describe('on the Hub', () => {
    let sandbox: Sandbox
    const connect = async () => {
      const session = await openSession({endpoint: sandbox.url, token: sandbox.token, env: {}})
      return {hub: session.hub, leaderboard: (await discover(session)).leaderboard}
    }

    const readAll = async () => {
      const {hub, leaderboard} = await connect()
      return readLeaderboard(hub, leaderboard)
    }

    beforeEach(async () => {
      sandbox = await startSandbox({runs: 12})
    })

    afterEach(() => sandbox.close())

    it('is read at the commit that the listing showed, whatever was committed since', async () => {
      const {hub, leaderboard} = await connect()
      const before = await readLeaderboard(hub, leaderboard)
      sandbox.state.commit(sandbox.state.get(NAME)!, 'Empty it', new Map([[DATA, null]]))
      expect(await readLeaderboard(hub, leaderboard)).to.deep.equal(before)
      expect(before).not.to.deep.equal([])
      expect(await readAll(), 'with a README alone').to.deep.equal([])
    })

    // Of other answers: test/faults.
    it('[S11] is not certain where a file is not found, or any bit of it is another', async () => {
      const {hub, leaderboard} = await connect()
      for (const place of ['/tree/', '/resolve/'])
        for (const code of ['RepoNotFound', 'RevisionNotFound', 'EntryNotFound']) {
          const respond = {status: 404, headers: {'X-Error-Code': code}, body: '{"error":"no"}'}
          sandbox.intercept({match: ({path}) => path.includes(place), times: 1, respond})
          const error = await rejectionOf(readLeaderboard(hub, leaderboard))
          expect(error).to.be.instanceOf(SmoltraceError).and.have.nested.property('answer.status', 404)
        }

      const sent = sandbox.state.get(NAME)!.head.files.get(DATA)!.bytes()
      let at = 0
      sandbox.intercept({
        match: ({path}) => path.startsWith('/xet-bridge-us/'),
        alter: (body) => withBitFlipped(body, at),
      })
      for (at = 0; at < sent.length; at += 97) {
        const error = await rejectionOf(readLeaderboard(hub, leaderboard))
        expect(error, `byte ${at}`).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include(DATA).and.include('its hash differs')
      }
    })
  })

  it('is not asked for where the listing has none', async () => {
    const hub = hubOf({listFiles: () => Promise.reject(new Error('was asked'))})
    expect(await readLeaderboard(hub, inventoryOf([]).leaderboard)).to.deep.equal([])
  })

  it('certainly has no rows where it holds no data', async () => {
    expect(await read({})).to.deep.equal([])
    const files = {'README.md': '# Leaderboard', '.smoltrace/protection.json': '{"version":1}'}
    expect(await read(files)).to.deep.equal([])
  })

  describe('its rows', () => {
    type Case = [data: unknown[], type: Columns[number]['type'], expected: unknown[], damage: unknown[]]
    const [text, number, nan, infinite] = ['is not text', 'is text', 'is not a number', 'is not finite']
    const u = undefined
    const CELLS: Record<string, Case> = {
      model: [[{a: 1}, [1], 'm', null], 'JSON', [u, u, 'm', u], [text, text, u, u]],
      provider: [['', 'b\u001B[2J', '\u0000', null], 'STRING', [u, 'b\u001B[2J', '\u0000', u], [u, u, u, u]],
      team: [[1n, 2n, null, 4n], 'INT64', [u, u, u, u], [text, text, u, text]],
      purpose: [[true, false, null, true], 'BOOLEAN', [u, u, u, u], [text, text, u, text]],
      runStatus: [[{}, null, 'completed', ''], 'JSON', [u, u, 'completed', ''], [text, u, u, u]],
      totalTokens: [[0n, 12n, null, 2n ** 62n], 'INT64', [0, 12, u, 2 ** 62], [u, u, u, u]],
      successRate: [
        [Number.NaN, 87.5, Infinity, -Infinity],
        'DOUBLE',
        [u, 87.5, u, u],
        [nan, u, infinite, infinite],
      ],
      passAt1: [['0.5', '1', null, ''], 'STRING', [u, u, u, u], [number, number, u, number]],
      avgDurationMs: [[1, 0, null, -1], 'INT32', [1, 0, u, -1], [u, u, u, u]],
      totalCostUsd: [[true, false, null, true], 'BOOLEAN', [u, u, u, u], [nan, nan, u, nan]],
    }
    for (const [field, [data, type, expected, damage]] of Object.entries(CELLS)) {
      it(`have in ${field} what its column is for, and say what is wrong with everything else`, async () => {
        const name = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace('at1', 'at_1')
        const rows = await readOne([ids('a', 'b', 'c', 'd'), column(name, data, type)])
        expect(rows.map((row) => row[field as 'model'])).to.deep.equal(expected)
        expect(rows.map(({damaged}) => damaged?.[field])).to.deep.equal(damage)
      })
    }

    it('have every field, also where its column is missing or has no type', async () => {
      const optional = {repetition_type: 'OPTIONAL'} as const
      const nothing = {name: 'run_status', type: 'INT32', ...optional, logical_type: {type: 'NULL'}} as const
      const logical = {logical_type: {type: 'STRING'}} as const
      const text = {name: 'results_dataset', type: 'BYTE_ARRAY', ...optional, ...logical} as const
      const file = parquet([column('results_dataset', ['a', 'b']), column('run_status', [null, null])], {
        schema: [{name: 'root', num_children: 2}, text, nothing],
      })
      const rows = await read({[DATA]: file})
      expect(idsOf(rows)).to.deep.equal(['a', 'b'])
      expect(rows[0]).to.have.all.keys(ROW_FIELDS)
      expect(Object.values(rows[0]!).filter((value) => value !== undefined)).to.deep.equal(['a'])
    })

    it('come from all shards, in order, though their types differ, and from Parquet files alone', async () => {
      const [first, second] = [[1n, null], [2.5]]
      const rows = await read({
        'README.md': '# Leaderboard',
        'notes.txt': 'Hello',
        'assets/logo.png': 'PNG',
        '.cache/x.csv': 'a,b',
        ...shard('00001-of-00002', parquet([ids('c'), column('total_tokens', second, 'DOUBLE')])),
        ...shard('00000-of-00002', parquet([ids('a', 'b'), column('total_tokens', first, 'INT64')])),
      })
      expect(idsOf(rows)).to.deep.equal(['a', 'b', 'c'])
      expect(rows.map(({totalTokens}) => totalTokens)).to.deep.equal([1, undefined, 2.5])
    })

    it('come from all groups of rows, and there may be none', async () => {
      const names = times(25, (index) => `run ${index}`)
      expect(idsOf(await read(one([ids(...names)], {rowGroupSize: 4})))).to.deep.equal(names)
      expect(await readOne([ids()])).to.deep.equal([])
    })

    for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw']) {
      it(`come from a file that DuckDB has written in ${codec}`, async () => {
        const file = await readFile(join(root, `test/fixtures/leaderboard-${codec}.parquet`))
        const rows = await read({[DATA]: file})
        expect(rows).to.have.length(63)
        const named = (type: string) => `mira/smoltrace-${type}-20260901_120000`
        const names = {resultsDataset: named('results'), tracesDataset: named('traces')}
        const facts = {model: 'gpt-4o', runStatus: 'completed', successRate: 95.5, totalTokens: 12_000}
        expect(rows[0]).to.include({...names, ...facts, metricsDataset: named('metrics')})
        expect(rows[1]).to.include({runStatus: 'partial', successRate: 20.25, totalTokens: undefined})
        expect(rows[2]).to.include({resultsDataset: undefined, model: 'ein Modell mit Ümläuten'})
        expect(rows.slice(3).map(({successRate, model}) => [successRate, model])).to.deep.equal(
          times(60, (index) => [index / 4, `small ${index % 3}`]),
        )
      })
    }

    it('come from files in the LZ4 of Hadoop, which DuckDB does not write', async () => {
      /** One block of literals alone, fewer than 15, behind both lengths. */
      const framed = (bytes: Uint8Array) => {
        const block = Buffer.from([bytes.length * 16, ...bytes])
        const head = Buffer.alloc(8)
        head.writeUInt32BE(bytes.length)
        head.writeUInt32BE(block.length, 4)
        return new Uint8Array(Buffer.concat([head, block]))
      }

      expect(idsOf(await read(one([ids('a')], {codec: 'LZ4', compressors: {LZ4: framed}})))).to.deep.equal([
        'a',
      ])
    })
  })

  describe('[S11] is refused, and never taken for one without rows, where', () => {
    const short = Object.assign(['a', 'b', 'c'], {slice: () => ['a', 'b']})
    const REMOVE = /^Remove or move it:/
    const REWRITE = /^Push its rows again as Parquet, or remove it/
    const WAIT = /upload is complete/
    const BROKEN = /earlier commit of it/
    const OTHER = /earlier commit of the leaderboard/
    const packedAs = (codec: 'LZO' | 'ZSTD') =>
      one([ids('a')], {codec, compressors: {[codec]: (bytes: Uint8Array) => bytes}})
    const twice = [ids('a'), column('success_rate', [95]), column('success_rate', [5])]
    const numbers = [column('results_dataset', [1, 2], 'INT32'), column('run_status', ['x', null])]
    const lacking = [column('run_status', ['a', 'b', 'c']), column('results_dataset', short)]
    const huge = Buffer.from('PAR1\u00FF\u00FF\u00FF\u007FPAR1', 'latin1')
    const cases: Array<[title: string, files: Files, helps: RegExp]> = [
      ['its only data is not Parquet', {'data/train.csv': 'run_id\na'}, REWRITE],
      ['it holds something unknown', {'leaderboard.db': 'x'}, REWRITE],
      ['it holds only notes', {'notes.txt': 'x'}, REWRITE],
      ['a script lies beside the Parquet', {[DATA]: whole, 'app.js': 'x'}, REMOVE],
      ['other data lies beside the Parquet', {[DATA]: whole, 'data/extra.jsonl': '{}'}, REMOVE],
      ['packed data lies beside the Parquet', {[DATA]: whole, 'extra.csv.gz': 'x'}, REMOVE],
      ['a README lies in its folder of data', {[DATA]: whole, 'data/README.md': 'x'}, REMOVE],
      ['its last shard is missing', shard('00000-of-00002'), WAIT],
      ['a shard in between is missing', {...shard('00000-of-00003'), ...shard('00002-of-00003')}, WAIT],
      ['its shard is of none', shard('00000-of-00000'), WAIT],
      ['a shard is of another set', {...shard('00000-of-00002'), ...shard('00001-of-00003')}, WAIT],
      ['its shards have a hash', shard('00000-of-00003-0a1b2c3d'), WAIT],
      ['its file is empty', {[DATA]: ''}, BROKEN],
      ['its file is a pointer', {[DATA]: 'version https://git-lfs.github.com/spec/v1\nsize 9\n'}, BROKEN],
      ['its file is a page', {[DATA]: '<!doctype html><title>Log in</title>'}, BROKEN],
      ['its file says that its end is huge', {[DATA]: huge}, BROKEN],
      ['its second shard is broken', {'data/a.parquet': whole, 'data/b.parquet': 'x'}, BROKEN],
      ['its file is of something else', one([column('image', ['x'], 'STRING')]), OTHER],
      ['its file holds results of a run', one([column('run_id', ['a'], 'STRING')]), OTHER],
      ['it has no columns', one([]), OTHER],
      ['its names are numbers', one(numbers), BROKEN],
      ['its names are lists', one([column('results_dataset', [['a'], []], 'JSON')]), BROKEN],
      ['a column is there twice', one(twice), /each column once/],
      ['a column lacks rows', one(lacking), BROKEN],
      ['what it says that it is packed with is not so', packedAs('ZSTD'), BROKEN],
      ['its codec is unknown', packedAs('LZO'), /snappy compression/],
    ]
    for (const [title, files, helps] of cases) {
      it(`${title}, and says what helps`, async () => {
        const error = await refusal(files)
        const {suggestions} = error
        expect(Object.keys(error), 'what is printed with it').not.to.include('cause')
        expect(suggestions).to.have.length(1)
        expect(suggestions[0]).to.match(helps)
      })
    }

    it('its names come from an enemy, in letters that are safe to print', async () => {
      const {message} = await refusal({'\u001B[2J hf_secretSecret123\n.bin': 'x'})
      expect(message)
        .to.match(/^[\u0020-\u007E\u2026]+$/)
        .and.not.include('secret')
    })

    it('it is cut off anywhere', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({min: 0, max: whole.length - 1}), async (length) => {
          await refusal({[DATA]: whole.subarray(0, length)})
        }),
        {numRuns: 60},
      )
    })

    describe('its files together', () => {
      it('are larger than any leaderboard, and then none is even asked for', async () => {
        const MIB = 1024 * 1024
        for (const sizes of [[64 * MIB + 1], [1, 64 * MIB], times(65, () => MIB)]) {
          const hub = hubOf({
            listFiles: async () =>
              sizes.map((size, index) => ({path: `data/${index}.parquet`, size, oid: 'a'.repeat(40)})),
            readWhole: () => Promise.reject(new Error('was asked')),
          })
          const error = await rejectionOf(readLeaderboard(hub, board))
          expect(error).to.be.instanceOf(RefusedError)
          expect((error as RefusedError).suggestions.join(' ')).to.include('Remove rows')
        }
      })

      const nulls = (count: number) => parquet([ids(...times(count, () => null))])

      it('[S11] have more rows than any leaderboard, in one or a few in each', async () => {
        expect((await refusal({[DATA]: nulls(100_001)})).message).to.include('100001 rows')
        const file = nulls(30_000)
        expect(file.length).to.be.below(2000)
        const files = Object.fromEntries(times(4, (index) => [`data/${index}.parquet`, file]))
        expect((await refusal(files)).message).to.match(/data\/3\.parquet: it has 30000 rows/)
      })

      it('unpack to more than any leaderboard', async () => {
        // Three bytes a character.
        const long = '\u2026'.repeat(1024 * 1024)
        const texts = (count: number) => parquet([ids(...times(count, (index) => `${index}${long}`))])
        const files = {'data/a.parquet': texts(20), 'data/b.parquet': texts(25)}
        for (const file of Object.values(files)) expect(file.length).to.be.below(8 * 1024 * 1024)
        const error = await refusal(files)
        expect(error.message).to.match(/data\/b\.parquet: it has \d+ bytes uncompressed/)
        expect(error.suggestions.join(' ')).to.include('Remove rows')
      })

      it('[S11] hold less, each cell counted, than a long text that all rows share', async () => {
        const text = (count: number) => parquet([ids(...times(count, () => 'x'.repeat(1024 * 1024)))])
        const file = text(20)
        expect(file.length).to.be.below(2 * 1024 * 1024)
        expect(idsOf(await read({[DATA]: file}))).to.have.length(20)
        for (const files of [{[DATA]: text(33)}, {'data/a.parquet': file, 'data/b.parquet': file}])
          expect((await refusal(files)).message).to.include('its column results_dataset has too much text')
      })

      it('may say each text by what it shares with the one before, as far as that cannot become too long', async () => {
        const namesOf = (count: number, length: number) =>
          times(count, (index) => `${'x'.repeat(length)}${index}`)
        const asDifferences = (names: string[]) => ({
          [DATA]: parquet([{...ids(...names), encoding: 'DELTA_BYTE_ARRAY'}], {codec: 'UNCOMPRESSED'}),
        })
        const few = namesOf(100, 40)
        expect(idsOf(await read(asDifferences(few)))).to.deep.equal(few)
        const error = await refusal(asDifferences(namesOf(2000, 70_000)))
        expect(error.message).to.include('results_dataset uses the encoding DELTA_BYTE_ARRAY')
        expect(error.suggestions[0]).to.include('Push it again without that encoding')
      })
    })
  })

  it('is unknown to a preview where it is broken, with a warning', async () => {
    const warnings: string[] = []
    expect(await readRowIndexIfPossible(hubWith({[DATA]: 'x'}), board, warnings)).to.equal('unknown')
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.include('unknown').and.include(DATA)
  })

  it('has an index by run, and all rows, those that mean no run among them', async () => {
    const name = 'mira/smoltrace-results-20260901_120000'
    const {index, rows} = await readRowIndex(hubWith(one([ids(null, name, 'x')])), board)
    expect([...index.values()].map(({all}) => idsOf(all))).to.deep.equal([[name]])
    expect(rows).to.have.length(3)
  })
})
