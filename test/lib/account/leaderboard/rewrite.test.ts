import {expect} from 'chai'
import * as fc from 'fast-check'
import {parquetMetadata} from 'hyparquet'
import {parquetWriteBuffer} from 'hyparquet-writer'

import {rewriteParquet} from '../../../../src/lib/account/leaderboard/rewrite.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {rejectionOf} from '../../../support/builders.js'
import {DuckDB} from '../../../support/duckdb.js'

const REFERENCES = ['results_dataset', 'traces_dataset', 'metrics_dataset'] as const
/** As `datasets` and pandas write them. */
const METADATA = {
  huggingface: '{"info": {"features": {"run_id": {"dtype": "string", "_type": "Value"}}}}',
  pandas: '{"index_columns": [{"kind": "range", "start": 0, "stop": 9, "step": 1}], "ü": "😀"}',
}
const KEPT_METADATA = `kv_metadata {huggingface: '${METADATA.huggingface}', pandas: '${METADATA.pandas}'}`

/** Columns of every type that DuckDB writes, of an `i` from 0. */
const COLUMNS = [
  `if(i % 5 = 0, null, 'run-' || i) as run_id`,
  `null as team`,
  `null::double as pass_at_1`,
  `if(i % 3 = 0, 'ä😀' || chr(0) || i, '') as notes`,
  `i % 2 = 0 as flag`,
  `(i - 3)::tinyint as a_tinyint`,
  `(i - 3)::smallint as a_smallint`,
  `(2147483647 - i)::integer as an_integer`,
  `9223372036854775807 - i as total_tokens`,
  `(255 - i % 200)::utinyint as a_utinyint`,
  `(65535 - i % 200)::usmallint as a_usmallint`,
  `(4294967295 - i)::uinteger as a_uinteger`,
  `18446744073709551615::ubigint - i::ubigint as a_ubigint`,
  `case i % 5 when 0 then 'nan'::double when 1 then '-0'::double when 2 then '-infinity'::double else i / 3 end as success_rate`,
  `(i / 7)::float as a_float`,
  `(i * 1.1)::decimal(4, 1) as a_small_decimal`,
  `(i * 1.1)::decimal(18, 3) as a_decimal`,
  `(i * 1.1)::decimal(38, 5) as a_large_decimal`,
  `timestamp '2026-01-01 00:00:00.123456' + i * interval 1 second as in_microseconds`,
  `timestamp_ns '2026-01-01 00:00:00.123456789' as in_nanoseconds`,
  `timestamp_ms '2026-01-01 00:00:00.123' as in_milliseconds`,
  `timestamptz '2026-01-01 00:00:00.123456+02' as with_zone`,
  `date '2026-01-01' + i::integer as a_date`,
  `time '12:00:01.5' as a_time`,
  `interval (i) day as an_interval`,
  `uuid() as a_uuid`,
  `'\\xFF\\x00'::blob as a_blob`,
  `('{"temperature": 0.' || i || '}')::json as generation_settings`,
]
const NAMES = REFERENCES.map((name) => `if(i % 4 = 3, null, 'mira/${name}-' || i) as ${name}`)

describe('rewriting a Parquet file', () => {
  let duck: DuckDB

  before(async () => {
    duck = await DuckDB.open()
  })

  after(() => duck.close())

  const fileOf = (columns: readonly string[], count: number, how = KEPT_METADATA) =>
    duck.parquet(`select i as place, ${columns.join(', ')} from range(${count}) t(i)`, how)
  const rewrite = (bytes: Buffer, rows: number[], drop: boolean) =>
    rewriteParquet('data/train.parquet', bytes, {rows: new Set(rows), drop})

  /** Each row as one text, with every bit of its numbers. */
  const rowsOf = (bytes: Buffer) => duck.ask('select * from FILE', bytes)
  const tablesOf = async (bytes: Buffer) => [
    await duck.ask('select * exclude (file_name) from parquet_schema(FILE)', bytes),
    await duck.ask('select * exclude (file_name) from parquet_kv_metadata(FILE)', bytes),
  ]

  it('changes those rows, and keeps each other value, column, type and text of the metadata', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          columns: fc.subarray(COLUMNS),
          count: fc.integer({min: 0, max: 12}),
          rows: fc.uniqueArray(fc.integer({min: 0, max: 11})),
          drop: fc.boolean(),
          codec: fc.constantFrom('snappy', 'zstd', 'uncompressed'),
        }),
        async ({columns, count, rows, drop, codec}) => {
          const how = `${KEPT_METADATA}, compression ${codec}`
          const bytes = await fileOf([...NAMES, ...columns], count, how)
          const {bytes: written, rows: left} = await rewrite(bytes, rows, drop)
          const empty = Object.fromEntries(REFERENCES.map((name) => [name, null]))
          const changed = (await rowsOf(bytes)).flatMap((row, index) => {
            if (!rows.includes(index)) return [row]
            return drop ? [] : [{...(row as object), ...empty}]
          })
          expect(await rowsOf(written)).to.deep.equal(changed)
          expect(left).to.equal(changed.length)
          expect(await tablesOf(written)).to.deep.equal(await tablesOf(bytes))
        },
      ),
      {
        numRuns: 60,
        examples: [
          [{columns: COLUMNS, count: 12, rows: [0, 2, 3, 11], drop: false, codec: 'snappy'}],
          [{columns: COLUMNS, count: 3, rows: [0, 1, 2], drop: true, codec: 'snappy'}],
        ],
      },
    )
  })

  for (const drop of [true, false]) {
    it(`changes those rows of a group that is written in several parts, ${drop ? 'dropping' : 'emptying'} them`, async () => {
      const bytes = await fileOf(NAMES, 25_001, 'row_group_size 122880')
      const rows = [0, 9999, 10_000, 19_999, 20_000, 25_000]
      const {bytes: written, rows: left} = await rewrite(bytes, rows, drop)
      expect(left).to.equal(drop ? 25_001 - rows.length : 25_001)
      const list = `[${rows.join(', ')}]`
      const sums = `count(*)::int as n, sum(place * place)::varchar as places`
      const named = REFERENCES.map((name) => `count(${name})::int as ${name}`).join(', ')
      const [wanted] = await duck.ask(
        `select ${sums}, ${named} from FILE where not list_contains(${list}, place)`,
        bytes,
      )
      const kept = `select ${sums}, ${named} from FILE where not list_contains(${list}, place)`
      expect((await duck.ask(kept, written))[0]).to.deep.equal(wanted)
      const isOrdered =
        'select bool_and(place > before) as ok from (select place, lag(place, 1, -1) over () as before from FILE)'
      expect((await duck.ask(isOrdered, written))[0]).to.deep.equal({ok: true})
      const changed = `select ${named} from FILE where list_contains(${list}, place)`
      expect((await duck.ask(changed, written))[0]).to.deep.equal(
        Object.fromEntries(REFERENCES.map((name) => [name, 0])),
      )
    })
  }

  it('keeps rows in several groups in their order', async () => {
    const bytes = await fileOf(NAMES, 9000, 'row_group_size 2048')
    const {bytes: written} = await rewrite(bytes, [0, 2047, 2048, 8999], true)
    const [found] = await duck.ask(
      'select count(*)::integer n, list(place)[2046:2047] as places from FILE',
      written,
    )
    expect(found).to.deep.equal({n: 8996, places: ['2046', '2049']})
  })

  it('counts by how much the table in memory shrinks', async () => {
    const bytes = await duck.parquet(`select 'mira/a' results_dataset, 'ü' model, 1::bigint n`)
    expect(await rewrite(bytes, [0], false)).to.include({rows: 1, shrunkBy: 6})
    expect(await rewrite(bytes, [0], true)).to.include({rows: 0, shrunkBy: 6 + 4 + 2 + 4 + 8})
  })

  it('keeps a column of the type null, as Arrow writes one of nothing', async () => {
    const schema = [
      {name: 'schema', num_children: 2, repetition_type: 'REQUIRED' as const},
      {
        name: 'results_dataset',
        type: 'BYTE_ARRAY' as const,
        repetition_type: 'OPTIONAL' as const,
        logical_type: {type: 'STRING' as const},
      },
      {
        name: 'team',
        type: 'INT32' as const,
        repetition_type: 'OPTIONAL' as const,
        logical_type: {type: 'NULL' as const},
      },
    ]
    const text = (name: string) => [...Buffer.from(name)]
    const columnData = [
      {name: 'results_dataset', data: ['a', 'b'].map((name) => new Uint8Array(text(name)))},
      {name: 'team', data: [null, null]},
    ]
    const bytes = Buffer.from(parquetWriteBuffer({columnData, schema}))
    const {bytes: written} = await rewrite(bytes, [0], false)
    expect(await rowsOf(written)).to.deep.equal([
      {results_dataset: null, team: null},
      {results_dataset: 'b', team: null},
    ])
    const schemaOf = (file: Buffer) => parquetMetadata(file, {geoparquet: false}).schema
    expect(schemaOf(written)).to.deep.equal(schemaOf(bytes))
  })

  const refused: Array<[what: string, columns: string[], drop: boolean, named: RegExp]> = [
    ['a list', [`[i] as tags`], false, /column tags has nested values/],
    ['a struct', [`{'a': i} as config`], true, /column config has nested values/],
    ['a map', [`map {'a': i} as settings`], false, /column settings has nested values/],
  ]
  for (const [what, columns, drop, named] of refused)
    it(`refuses ${what}, and names its column`, async () => {
      const error = await rejectionOf(rewrite(await fileOf([...NAMES, ...columns], 3), [0], drop))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message)
        .to.match(named)
        .and.match(/^data\/train\.parquet cannot be written back exactly/)
    })

  it('refuses to empty a reference that the file does not let be empty, and drops its row', async () => {
    const columnData = [{name: 'metrics_dataset', data: ['a', 'b'], type: 'STRING' as const, nullable: false}]
    const bytes = Buffer.from(parquetWriteBuffer({columnData}))
    const error = await rejectionOf(rewrite(bytes, [0], false))
    expect(error.message).to.include('its column metrics_dataset cannot be empty')
    expect(await rowsOf((await rewrite(bytes, [0], true)).bytes)).to.deep.equal([{metrics_dataset: 'b'}])
  })

  it('refuses a broken file', async () => {
    const bytes = await fileOf(NAMES, 3)
    const error = await rejectionOf(rewrite(bytes.subarray(0, 90), [0], false))
    expect(error).to.be.instanceOf(RefusedError)
  })
})
