import {expect} from 'chai'
import * as fc from 'fast-check'
import {parquetWriteBuffer} from 'hyparquet-writer'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {brotliCompressSync, gzipSync} from 'node:zlib'

import {discover} from '../../../../src/lib/account/datasets.js'
import {
  readLeaderboard,
  readRowIndex,
  readRowIndexIfPossible,
} from '../../../../src/lib/account/leaderboard/read.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {CancelledError, RefusedError, SmoltraceError} from '../../../../src/lib/base/errors.js'
import {type Hub} from '../../../../src/lib/hub/client.js'
import {HubFormatError} from '../../../../src/lib/hub/errors.js'
import {type RepoFile} from '../../../../src/lib/hub/files.js'
import {openSession} from '../../../../src/lib/hub/session.js'
import {type Sandbox, startSandbox} from '../../../../src/lib/sandbox/index.js'
import {fakeHub, inventoryOf, leaderboardDataset, rejectionOf} from '../../../support/builders.js'
import {root} from '../../../support/cli.js'
import {withBitFlipped} from '../../../support/faults.js'

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
const idsOf = (rows: LeaderboardRow[]) => rows.map(({resultsDataset}) => resultsDataset)

/** A Hub that holds these files and no network. */
function hubWith(files: Files): {hub: Hub; fetched: string[]} {
  const fetched: string[] = []
  const bytesOf = (path: string) => Buffer.from(files[path] ?? '')
  const hub: Hub = {
    ...fakeHub([]),
    listFiles: async () =>
      Object.keys(files).map((path): RepoFile => ({path, size: bytesOf(path).length, oid: 'a'.repeat(40)})),
    async readWhole(_name, _commit, {path}) {
      fetched.push(path)
      return bytesOf(path)
    },
  }
  return {hub, fetched}
}

const board = leaderboardDataset()
const read = (files: Files) => readLeaderboard(hubWith(files).hub, board)
const readOne = (columns: Columns) => read({[DATA]: parquet(columns)})

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

    afterEach(() => sandbox.close())

    describe('of an account', () => {
      beforeEach(async () => {
        sandbox = await startSandbox({runs: 12})
      })

      it('is read whole: rows of both generations, and one of a run that failed', async () => {
        const rows = await readAll()
        const failed = rows.filter(({runStatus}) => runStatus === 'failed')
        expect(new Set(rows.map(({runStatus}) => runStatus))).to.deep.equal(
          new Set(['completed', 'failed', undefined]),
        )
        expect(failed).to.have.length(1)
        expect(failed[0]).to.include({resultsDataset: undefined, runId: undefined, successRate: undefined})
        for (const row of rows.filter((each) => !failed.includes(each))) {
          expect(row.resultsDataset).to.match(/^mira\/smoltrace-results-\d{8}_\d{6}$/)
          expect(sandbox.state.get(row.resultsDataset ?? '')).not.to.equal(undefined)
          expect(row.successRate).to.be.within(0, 100)
          expect(row.totalTokens).to.be.greaterThan(0)
        }
      })

      it('is read at the commit that the listing showed, whatever was committed since', async () => {
        const {hub, leaderboard} = await connect()
        const before = await readLeaderboard(hub, leaderboard)
        const repo = sandbox.state.get(NAME)!
        sandbox.state.commit(repo, 'Empty it', new Map([[DATA, null]]))
        expect(await readLeaderboard(hub, leaderboard)).to.deep.equal(before)
        expect(before).not.to.deep.equal([])
        expect(await readAll()).to.deep.equal([])
      })

      const answers: Array<[title: string, status: number, headers: Record<string, string>]> = [
        ['401', 401, {}],
        ['403', 403, {}],
        ['404 for the whole dataset', 404, {'X-Error-Code': 'RepoNotFound'}],
        ['404 for the revision', 404, {'X-Error-Code': 'RevisionNotFound'}],
        ['404 for the file', 404, {'X-Error-Code': 'EntryNotFound'}],
        ['500', 500, {}],
      ]
      for (const place of ['/tree/', '/resolve/']) {
        for (const [title, status, headers] of answers) {
          it(`is not certain after ${title} from ${place}, so it is an error and unknown to a preview`, async () => {
            const {hub, leaderboard} = await connect()
            sandbox.intercept({
              match: ({path}) => path.includes(place),
              respond: {status, headers, body: '{"error":"no"}'},
            })
            const error = await rejectionOf(readLeaderboard(hub, leaderboard))
            expect(error).to.be.instanceOf(SmoltraceError).and.have.nested.property('answer.status', status)
            const warnings: string[] = []
            expect(await readRowIndexIfPossible(hub, leaderboard, warnings)).to.equal('unknown')
            expect(warnings).to.have.length(1)
            expect(warnings[0]).to.include('unknown').and.include(String(status))
          })
        }
      }

      it('[S11] is not certain where any bit of a file is another', async () => {
        const {hub, leaderboard} = await connect()
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

      for (const [title, alter] of [
        ['fewer', (body: Buffer) => body.subarray(0, -1)],
        ['more', (body: Buffer) => Buffer.concat([body, Buffer.from('x')])],
        ['no', () => Buffer.alloc(0)],
      ] as const) {
        it(`is not certain where ${title} bytes come than the tree lists`, async () => {
          const {hub, leaderboard} = await connect()
          sandbox.intercept({match: ({path}) => path.startsWith('/xet-bridge-us/'), alter})
          const error = await rejectionOf(readLeaderboard(hub, leaderboard))
          expect(error).to.be.instanceOf(HubFormatError)
          expect(error.message).to.match(/ \d+ bytes instead of \d+/)
        })
      }

      it('is not certain where a page comes instead of its bytes', async () => {
        sandbox.intercept({
          match: ({path}) => path.includes('/resolve/'),
          respond: {status: 200, headers: {'Content-Type': 'text/html'}, body: '<title>Log in</title>'},
        })
        expect(await rejectionOf(readAll())).to.be.instanceOf(SmoltraceError)
      })
    })

    it('certainly has no rows where it holds no data', async () => {
      sandbox = await startSandbox({seed: 'empty'})
      const createdAt = '2026-10-01T00:00:00Z'
      sandbox.state.addDataset({name: NAME, createdAt})
      expect(await readAll()).to.deep.equal([])
      sandbox.state.remove(NAME)
      const files = {'README.md': '# Leaderboard', '.smoltrace/protection.json': '{"version":1}'}
      sandbox.state.addDataset({name: NAME, createdAt, files})
      expect(await readAll()).to.deep.equal([])
    })
  })

  it('is not asked for where the listing has none', async () => {
    const {leaderboard} = inventoryOf([])
    const hub: Hub = {...fakeHub([]), listFiles: () => Promise.reject(new Error('was asked'))}
    expect(await readLeaderboard(hub, leaderboard)).to.deep.equal([])
  })

  describe('its rows', () => {
    it('have text where a text is, and undefined for everything else', async () => {
      const rows = await readOne([
        ids('a', null, '', 'b\u001B[2J', 'x'.repeat(100_000), '\u0000'),
        column('model', [{a: 1}, [1], 'm', null, '', 'm'], 'JSON'),
        column('team', [1n, 2n, null, 4n, 5n, 6n], 'INT64'),
        column('purpose', [true, false, null, true, true, true], 'BOOLEAN'),
      ])
      expect(idsOf(rows)).to.deep.equal([
        'a',
        undefined,
        undefined,
        'b\u001B[2J',
        'x'.repeat(100_000),
        '\u0000',
      ])
      expect(rows.map(({model}) => model)).to.deep.equal([
        undefined,
        undefined,
        'm',
        undefined,
        undefined,
        'm',
      ])
      for (const {team, purpose} of rows)
        expect({team, purpose}).to.deep.equal({team: undefined, purpose: undefined})
    })

    it('have finite numbers where numbers are, and undefined for everything else', async () => {
      const [first, second, third, fourth] = await readOne([
        ids('a', 'b', 'c', 'd'),
        column('total_tokens', [0n, 12n, null, 2n ** 62n], 'INT64'),
        column('success_rate', [Number.NaN, 87.5, Infinity, -Infinity], 'DOUBLE'),
        column('pass_at_1', ['0.5', '1', null, ''], 'STRING'),
        column('avg_duration_ms', [1, 0, null, -1], 'INT32'),
        column('total_cost_usd', [true, false, null, true], 'BOOLEAN'),
      ])
      const numbers = (
        {totalTokens, successRate, passAt1, avgDurationMs, totalCostUsd}: LeaderboardRow = first!,
      ) => [totalTokens, successRate, passAt1, avgDurationMs, totalCostUsd]
      expect([first, second, third, fourth].map((row) => numbers(row))).to.deep.equal([
        [0, undefined, undefined, 1, undefined],
        [12, 87.5, undefined, 0, undefined],
        [undefined, undefined, undefined, undefined, undefined],
        [2 ** 62, undefined, undefined, -1, undefined],
      ])
    })

    it('have every field, also where its column is missing or has no type', async () => {
      const nothing = {
        name: 'run_status',
        type: 'INT32' as const,
        repetition_type: 'OPTIONAL' as const,
        logical_type: {type: 'NULL' as const},
      }
      const text = {name: 'results_dataset', type: 'BYTE_ARRAY', logical_type: {type: 'STRING'}} as const
      const file = parquet([column('results_dataset', ['a', 'b']), column('run_status', [null, null])], {
        schema: [{name: 'root', num_children: 2}, {...text, repetition_type: 'OPTIONAL'}, nothing],
      })
      const rows = await read({[DATA]: file})
      expect(idsOf(rows)).to.deep.equal(['a', 'b'])
      expect(Object.keys(rows[0]!)).to.have.length(21)
      expect(Object.values(rows[0]!).filter((value) => value !== undefined)).to.deep.equal(['a'])
    })

    it('take a status that is no text for one that is not known, and never for none', async () => {
      const rows = await readOne([
        ids('a', 'b', 'c', 'd'),
        column('run_status', [{}, null, 'completed', []], 'JSON'),
      ])
      expect(rows.map(({runStatus}) => runStatus)).to.deep.equal([
        undefined,
        undefined,
        'completed',
        undefined,
      ])
      expect(rows.map(({damaged}) => damaged?.runStatus)).to.deep.equal([
        'is not text',
        undefined,
        undefined,
        'is not text',
      ])
    })

    it('come from all shards, in order, though their types differ', async () => {
      const rows = await read({
        'README.md': '# Leaderboard',
        'data/train-00001-of-00002.parquet': parquet([ids('c'), column('total_tokens', [2.5], 'DOUBLE')]),
        'data/train-00000-of-00002.parquet': parquet([
          ids('a', 'b'),
          column('total_tokens', [1n, null], 'INT64'),
        ]),
      })
      expect(idsOf(rows)).to.deep.equal(['a', 'b', 'c'])
      expect(rows.map(({totalTokens}) => totalTokens)).to.deep.equal([1, undefined, 2.5])
    })

    it('come from all groups of rows, and there may be none', async () => {
      const names = Array.from({length: 25}, (_, index) => `run ${index}`)
      const file = parquet([ids(...names)], {rowGroupSize: 4})
      expect(idsOf(await read({[DATA]: file}))).to.deep.equal(names)
      expect(await readOne([ids()])).to.deep.equal([])
    })

    /** Valid streams of formats for which Node has no compressor: their content is not made smaller. */
    const lz4Raw = (bytes: Uint8Array) => {
      const more = bytes.length - 15
      const full = Buffer.alloc(Math.max(0, Math.floor(more / 255)), 255)
      const length =
        more < 0 ? [Buffer.from([bytes.length * 16])] : [Buffer.from([240]), full, Buffer.from([more % 255])]
      return Buffer.concat([...length, bytes])
    }

    const bigEndian = (value: number) => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    }

    const hadoopLz4 = (bytes: Uint8Array) => {
      const block = lz4Raw(bytes)
      return Buffer.concat([bigEndian(bytes.length), bigEndian(block.length), block])
    }

    const zstd = (bytes: Uint8Array) => {
      const head = Buffer.alloc(12)
      head.writeUInt32BE(0x28_b5_2f_fd)
      head.writeUInt8(0xa0, 4)
      head.writeUInt32LE(bytes.length, 5)
      head.writeUIntLE(1 + bytes.length * 8, 9, 3)
      return Buffer.concat([head, bytes])
    }

    const codecs = {
      GZIP: gzipSync,
      BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
      ZSTD: zstd,
      LZ4: hadoopLz4,
      LZ4_RAW: lz4Raw,
    } as const
    for (const codec of Object.keys(codecs) as Array<keyof typeof codecs>) {
      it(`come from files in ${codec} as from those in snappy`, async () => {
        const names = Array.from(
          {length: 300},
          (_, index) => `run ${index} of many, ${'x'.repeat(index % 40)}`,
        )
        const compress = (bytes: Uint8Array) => new Uint8Array(codecs[codec](bytes))
        const file = parquet(
          [
            ids(...names),
            column(
              'success_rate',
              names.map((_, index) => index / 3),
              'DOUBLE',
            ),
          ],
          {
            codec,
            compressors: {[codec]: compress},
          },
        )
        const rows = await read({[DATA]: file})
        expect(idsOf(rows)).to.deep.equal(names)
        const snappy = await readOne([
          ids(...names),
          column(
            'success_rate',
            names.map((_, index) => index / 3),
            'DOUBLE',
          ),
        ])
        expect(rows).to.deep.equal(snappy)
      })
    }

    for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw']) {
      it(`come from a file that DuckDB has written in ${codec}`, async () => {
        const rows = await read({
          [DATA]: await readFile(join(root, `test/fixtures/leaderboard-${codec}.parquet`)),
        })
        expect(rows).to.have.length(63)
        expect(rows[0]).to.deep.include({
          resultsDataset: 'mira/smoltrace-results-20260901_120000',
          tracesDataset: 'mira/smoltrace-traces-20260901_120000',
          metricsDataset: 'mira/smoltrace-metrics-20260901_120000',
          model: 'gpt-4o',
          runStatus: 'completed',
          successRate: 95.5,
          totalTokens: 12_000,
        })
        expect(rows[1]).to.include({runStatus: 'partial', successRate: 20.25, totalTokens: undefined})
        expect(rows[2]).to.include({
          resultsDataset: undefined,
          model: 'ein Modell mit Ümläuten',
          runStatus: 'failed',
          successRate: undefined,
        })
        expect(rows.slice(3).map(({successRate, model}) => [successRate, model])).to.deep.equal(
          Array.from({length: 60}, (_, index) => [index / 4, `small ${index % 3}`]),
        )
      })
    }

    it('come from Parquet files alone: what can hold no rows may lie beside them', async () => {
      const files = {'notes.txt': 'Hello', 'assets/logo.png': 'PNG', '.cache/x.csv': 'a,b'}
      expect(idsOf(await read({...files, [DATA]: parquet([ids('a')])}))).to.deep.equal(['a'])
    })
  })

  describe('[S11] is refused, and never taken for one without rows, where', () => {
    const whole = parquet([ids('a', 'b', 'c')])
    const short = Object.assign(['a', 'b', 'c'], {slice: () => ['a', 'b']})
    const cases: Array<[title: string, files: Files]> = [
      ['its only data is no Parquet', {'data/train.csv': 'run_id\na'}],
      ['it holds something that nobody knows', {'leaderboard.db': 'x'}],
      ['it holds only notes', {'notes.txt': 'x'}],
      ['other data lies beside the Parquet', {[DATA]: whole, 'data/extra.jsonl': '{}'}],
      ['packed data lies beside the Parquet', {[DATA]: whole, 'extra.csv.gz': 'x'}],
      ['a README lies in its folder of data', {[DATA]: whole, 'data/README.md': 'x'}],
      ['its first shard is missing', {'data/train-00001-of-00002.parquet': whole}],
      ['its last shard is missing', {'data/train-00000-of-00002.parquet': whole}],
      [
        'a shard in the middle is missing',
        {'data/train-00000-of-00003.parquet': whole, 'data/train-00002-of-00003.parquet': whole},
      ],
      ['its shard is of none', {'data/train-00000-of-00000.parquet': whole}],
      [
        'a shard is of another set',
        {'data/train-00000-of-00002.parquet': whole, 'data/train-00001-of-00003.parquet': whole},
      ],
      ['its file is empty', {[DATA]: ''}],
      [
        'its file is a pointer',
        {[DATA]: 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'},
      ],
      ['its file is a page', {[DATA]: '<!doctype html><title>Log in</title>'}],
      ['its file is only the mark of one', {[DATA]: 'PAR1'}],
      [
        'its file says that its end is huge',
        {[DATA]: Buffer.from('PAR1\u00FF\u00FF\u00FF\u007FPAR1', 'latin1')},
      ],
      ['its file is cut off', {[DATA]: whole.subarray(0, -10)}],
      ['its second shard is broken', {'data/a.parquet': whole, 'data/b.parquet': 'x'}],
      ['its file is of something else', {[DATA]: parquet([column('image', ['x'], 'STRING')])}],
      ['its file holds results of a run', {[DATA]: parquet([column('run_id', ['a'], 'STRING')])}],
      [
        'its names are numbers',
        {
          [DATA]: parquet([
            column('results_dataset', [1, 2], 'INT32'),
            column('run_status', ['completed', null], 'STRING'),
          ]),
        },
      ],
      ['its names are lists', {[DATA]: parquet([column('results_dataset', [['kim/a'], []], 'JSON')])}],
      ['its shards have a hash and are not all there', {'data/train-00000-of-00003-0a1b2c3d.parquet': whole}],
      ['rows may be packed beside it', {[DATA]: whole, 'old.parquet.gz': 'x'}],
      ['rows may be in a database beside it', {[DATA]: whole, 'rows.sqlite': 'x'}],
      ['it has no columns', {[DATA]: parquet([])}],
      [
        'a column is there twice',
        {[DATA]: parquet([ids('a'), column('success_rate', [95]), column('success_rate', [5])])},
      ],
      [
        'a column lacks rows',
        {[DATA]: parquet([column('run_status', ['a', 'b', 'c']), column('results_dataset', short)])},
      ],
      [
        'what it says that it is packed with is not so',
        {[DATA]: parquet([ids('a')], {codec: 'ZSTD', compressors: {ZSTD: (bytes) => bytes}})},
      ],
    ]
    for (const [title, files] of cases) {
      it(title, async () => {
        const error = (await rejectionOf(read(files))) as RefusedError
        expect(error).to.be.instanceOf(RefusedError).and.have.property('exitCode', 1)
        expect(error.message).to.include(board.name).and.not.include('\n')
      })
    }

    describe('its files together', () => {
      const part = (size: number, index: number) => ({
        path: `data/${index}.parquet`,
        size,
        oid: 'a'.repeat(40),
      })
      const ofBytes = (...sizes: number[]) => sizes.map((size, index) => part(size, index))

      for (const [title, sizes] of [
        ['one', [64 * 1024 * 1024 + 1]],
        ['one of many', [1, 64 * 1024 * 1024]],
        ['all of many', Array.from({length: 65}, () => 1024 * 1024)],
      ] as const) {
        it(`are larger than any leaderboard (${title}), and then none is even asked for`, async () => {
          const {hub, fetched} = hubWith({})
          const error = await rejectionOf(
            readLeaderboard({...hub, listFiles: async () => ofBytes(...sizes)}, board),
          )
          expect(error).to.be.instanceOf(RefusedError)
          expect((error as RefusedError).suggestions.join(' ')).to.include('Remove rows')
          expect(fetched).to.deep.equal([])
        })
      }

      const nulls = (count: number) =>
        parquet([
          column(
            'results_dataset',
            Array.from({length: count}, () => null),
            'STRING',
          ),
        ])

      it('have more rows than any leaderboard', async () => {
        expect((await rejectionOf(read({[DATA]: nulls(100_001)}))).message).to.include('100001 rows')
      })

      it('[S11] have more rows than any leaderboard, few in each', async () => {
        const file = nulls(30_000)
        expect(file.length).to.be.below(2000)
        const files = Object.fromEntries(
          Array.from({length: 4}, (_, index) => [`data/${index}.parquet`, file]),
        )
        expect((await rejectionOf(read(files))).message).to.match(/data\/3\.parquet: it brings 30000 rows/)
      })

      it('unpack to more than any leaderboard', async () => {
        // Three bytes a character.
        const long = '\u2026'.repeat(1024 * 1024)
        const texts = (count: number) =>
          parquet([ids(...Array.from({length: count}, (_, index) => `${index}${long}`))])
        const files = {'data/a.parquet': texts(20), 'data/b.parquet': texts(25)}
        for (const file of Object.values(files)) expect(file.length).to.be.below(8 * 1024 * 1024)
        const error = (await rejectionOf(read(files))) as RefusedError
        expect(error.message).to.match(/data\/b\.parquet: unpacked it has/)
        expect(error.suggestions.join(' ')).to.include('Remove rows')
      })

      it('[S11] hold less, each cell counted, than a long text that all rows share', async () => {
        const text = (count: number) =>
          parquet([ids(...Array.from({length: count}, () => 'x'.repeat(1024 * 1024)))])
        const file = text(20)
        expect(file.length).to.be.below(2 * 1024 * 1024)
        expect(idsOf(await read({[DATA]: file}))).to.have.length(20)
        for (const files of [{[DATA]: text(33)}, {'data/a.parquet': file, 'data/b.parquet': file}]) {
          const error = (await rejectionOf(read(files))) as RefusedError
          expect(error.message).to.include('its column results_dataset has too much text')
          expect(error.suggestions.join(' ')).to.include('Remove rows')
        }
      })

      it('may say each text by what it shares with the one before, as far as that cannot become too long', async () => {
        const asDifferences = (count: number, length: number) => {
          const names = Array.from({length: count}, (_, index) => `${'x'.repeat(length)}${index}`)
          return {
            names,
            files: {
              [DATA]: parquet([{...ids(...names), encoding: 'DELTA_BYTE_ARRAY'}], {codec: 'UNCOMPRESSED'}),
            },
          }
        }

        const few = asDifferences(100, 40)
        expect(idsOf(await read(few.files))).to.deep.equal(few.names)
        const error = (await rejectionOf(read(asDifferences(2000, 70_000).files))) as RefusedError
        expect(error.message).to.include('results_dataset is in the encoding DELTA_BYTE_ARRAY')
        expect(error.suggestions).to.deep.equal([
          'Write it again without that encoding: the datasets library does not use it.',
        ])
      })

      it('keep for rules only rows that mean a run, in whatever form, and the number of all', async () => {
        const meant = [
          'mira/smoltrace-results-20260901_120000',
          'https://x/KIM/SMOLTRACE-TRACES-20260901_120001?y',
        ]
        const rows = [null, meant[0]!, 'mira/smoltrace-leaderboard', 'x', meant[1]!, '']
        const files = {
          'data/a.parquet': parquet([ids(...rows)]),
          'data/b.parquet': parquet([ids(null, null)]),
        }
        const read = await readRowIndex(hubWith(files).hub, board)
        expect([...read.index.values()].map(({all}) => idsOf([...all]))).to.deep.equal(
          meant.map((id) => [id]),
        )
        expect(read.count).to.equal(8)
        expect(await readLeaderboard(hubWith(files).hub, board)).to.have.length(8)
      })
    })

    it('its names come from an enemy, in letters that are safe to print', async () => {
      const error = await rejectionOf(read({'\u001B[2J hf_secretSecret123\n.bin': 'x'}))
      expect(error.message)
        .to.match(/^[\u0020-\u007E\u2026]+$/)
        .and.not.include('secret')
    })

    const advice: Array<[title: string, files: Files, advice: RegExp]> = [
      ['a file beside the data', {[DATA]: whole, 'leaderboard.csv': 'x'}, /^Remove or move it:/],
      ['a script beside the data', {[DATA]: whole, 'app.js': 'x'}, /^Remove or move it:/],
      ['data of another form', {'data/train.csv': 'x'}, /^Write its rows again as Parquet, or remove it/],
      ['a part that is missing', {'data/train-00001-of-00002.parquet': whole}, /upload has ended/],
      ['a broken file', {[DATA]: whole.subarray(0, -10)}, /earlier commit of it/],
      [
        'something else that was pushed',
        {[DATA]: parquet([column('image', ['x'], 'STRING')])},
        /earlier commit of the leaderboard/,
      ],
      [
        'a codec that nobody knows',
        {[DATA]: parquet([ids('a')], {codec: 'LZO', compressors: {LZO: (bytes) => bytes}})},
        /snappy compression/,
      ],
    ]
    for (const [title, files, helps] of advice) {
      it(`it is told what helps: ${title}`, async () => {
        const {suggestions} = (await rejectionOf(read(files))) as RefusedError
        expect(suggestions).to.have.length(1)
        expect(suggestions[0]).to.match(helps)
      })
    }

    it('it is cut off anywhere', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({min: 0, max: whole.length - 1}), async (length) => {
          expect(await rejectionOf(read({[DATA]: whole.subarray(0, length)}))).to.be.instanceOf(RefusedError)
        }),
        {numRuns: 60},
      )
    })
  })

  describe('for a preview', () => {
    it('is what it is where all is well, without a warning', async () => {
      const warnings: string[] = []
      const {hub} = hubWith({[DATA]: parquet([ids('a')])})
      expect(await readRowIndexIfPossible(hub, board, warnings)).to.deep.equal({index: new Map(), count: 1})
      expect(warnings).to.deep.equal([])
    })

    it('is unknown where it is broken', async () => {
      const warnings: string[] = []
      expect(await readRowIndexIfPossible(hubWith({[DATA]: 'x'}).hub, board, warnings)).to.equal('unknown')
      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('unknown').and.include(DATA)
    })

    it('ends too where the user cancelled or the program is at fault', async () => {
      for (const cause of [new CancelledError('enough'), new TypeError('a bug')]) {
        const hub: Hub = {...fakeHub([]), listFiles: () => Promise.reject(cause)}
        const warnings: string[] = []
        expect(await rejectionOf(readRowIndexIfPossible(hub, board, warnings))).to.equal(cause)
        expect(warnings).to.deep.equal([])
      }
    })

    it('ends where the user cancelled in the middle of a file', async () => {
      const cause = new CancelledError('enough')
      const hub: Hub = {...hubWith({[DATA]: 'x'}).hub, readWhole: () => Promise.reject(cause)}
      expect(await rejectionOf(readRowIndexIfPossible(hub, board, []))).to.equal(cause)
    })
  })
})
