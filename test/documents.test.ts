import {Ajv} from 'ajv'
import {expect} from 'chai'
import {mkdtempSync, readdirSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import * as z from 'zod/mini'

import {type JsonSchema, publishedSchemas} from '../scripts/published-schemas.js'
import {journalFolder} from '../src/lib/cleanup/journal/write.js'
import {PLAN as SAVED} from '../src/lib/plan/saved/schema.js'
import {JOURNAL_LINE} from '../src/lib/views/json/schemas/history.js'
import {NOW} from './support/builders.js'
import {root, runCli} from './support/cli.js'
import {type JsonDocument, schemaPathOf} from './support/documents.js'
import {at, envOf, until, withHub} from './support/hub.js'
import {policyOf} from './support/policies.js'
import {fillAccount, RUNS} from './support/rich-account.js'
import {type Fault, type Sandbox} from './support/sandbox.js'

const PUBLISHED = publishedSchemas()
const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: /^https?:\/\/\S+$/,
}
const folder = mkdtempSync(join(tmpdir(), 'smoltrace-documents-'))
const PLAN = join(folder, 'plan.json')
const BOARD_PLAN = join(folder, 'board.json')
const POLICY = policyOf('select: {older-than: 7d}', 'keep: {best: 1, group-by: model}', 'only: [traces]')
const REAL = ['--no-dry-run', '--yes', '--concurrency', '1']

/** Command lines in their order: each sees what the one before it left. */
const CALLS: string[][] = [
  ['datasets', 'list', '--sizes', '--older-than', '1d'],
  ['runs', 'group', '--sizes'],
  ['runs', 'show', RUNS.best],
  ['runs', 'show', RUNS.twice, '--policy', POLICY],
  ['runs', 'show', RUNS.copied, '--older-than', '5d', '--only', 'traces', '--run', RUNS.copied],
  ['leaderboard', 'check'],
  ['cleanup', '--delete-leaderboard', '--plan', BOARD_PLAN],
  ['leaderboard', 'show', '--by', 'cost', '--group-by', 'model', '--limit', '3'],
  ['leaderboard', 'report', join(folder, 'report.html'), '--policy', POLICY],
  ['leaderboard', 'prune'],
  ['leaderboard', 'protect', '--top', '1', '--reason', 'cited'],
  ['runs', 'protect', RUNS.killed, '--until', '2030-01-01', '--reason', 'cited'],
  ['datasets', 'list'],
  ['runs', 'group'],
  ['cleanup', '--policy', POLICY, '--sizes', '--archive', folder],
  ['cleanup', '--keep-best', '1', '--score-below', '50', '--group-by', 'team'],
  ['policy', 'explain', POLICY],
  ['policy', 'explain', POLICY, '--run', RUNS.partial],
  ['runs', 'unprotect', RUNS.killed],
  ['leaderboard', 'unprotect'],
  ['cleanup', '--run', RUNS.killed, '--trash', '--grace', '0', ...REAL],
  ['trash', 'list', '--sizes'],
  ['trash', 'empty', '--all', '--sizes'],
  ['trash', 'restore', '--job', 'latest'],
  ['cleanup', '--older-than', '7d', '--plan', PLAN],
  ['plan', 'show', PLAN],
  ['cleanup', '--run', RUNS.partial, '--archive', folder, ...REAL],
  ['restore', folder, '--dry-run'],
  ['restore', folder, RUNS.partial],
  ['cleanup', '--apply', PLAN, '--sizes', ...REAL],
  ['restore', '--job', 'latest'],
  ['history', 'latest', '--check'],
  ['history', '--since', '30d'],
  ['autocomplete', 'bash'],
  ['cleanup'],
]

describe('what programs read', () => {
  const written = new Map<string, JsonDocument[]>()
  const keep = (path: string, ...documents: JsonDocument[]) =>
    written.set(path, [...(written.get(path) ?? []), ...documents])

  before(() => at(NOW, () => withHub({seed: 'empty', clock: () => NOW}, writeAll)))

  async function writeAll(hub: Sandbox): Promise<void> {
    fillAccount(hub)
    const once = (part: string, fault: Partial<Fault>) =>
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes(part),
        times: 1,
        ...fault,
      })
    const env = {...envOf(hub), SMOLTRACE_DATA_DIR: folder}
    const print = async (argv: string[]) => {
      const {stdout} = await runCli([...argv, '--json'], env)
      const document = JSON.parse(stdout) as JsonDocument
      keep(schemaPathOf(document), document)
    }

    for (const argv of CALLS) {
      if (argv.includes('--apply')) {
        hub.state.touch(`mira/smoltrace-metrics-${RUNS.twice}`)
        once(RUNS.failed, {
          respond: {status: 403, body: '{"error":"no"}', headers: {'X-Request-Id': 'Root=1'}},
        })
      }

      await print(argv)
    }

    const listeners = process.listenerCount('SIGINT')
    const served = print(['sandbox'])
    await until('the sandbox', () => process.listenerCount('SIGINT') > listeners)
    process.emit('SIGINT')
    await served
    for (const file of [PLAN, BOARD_PLAN])
      keep('plan.schema.json', JSON.parse(readFileSync(file, 'utf8')) as JsonDocument)
    for (const name of readdirSync(journalFolder(folder))) {
      const lines = readFileSync(join(journalFolder(folder), name), 'utf8')
        .trim()
        .split('\n')
      keep('journal.schema.json', ...lines.map((line) => JSON.parse(line) as JsonDocument))
    }
  }

  for (const [path, schema] of PUBLISHED) {
    if (path === 'policy.schema.json') continue
    it(`is as ${path} says, and may have more in a newer version`, () => {
      const validate = new Ajv({allowUnionTypes: true, formats: FORMATS}).compile(schema)
      expect(written.get(path) ?? []).not.to.deep.equal([])
      for (const document of written.get(path) ?? []) {
        expect(validate(document), JSON.stringify(validate.errors)).to.equal(true)
        // A plan is carried out, so all of it must be known.
        expect(validate({...document, newer: 1})).to.equal(path !== 'plan.schema.json')
        expect(validate({newer: 1})).to.equal(false)
      }
    })
  }

  it('is described to the last property: plans and journals as documents, which every test checks', () => {
    const files = [
      ['plan.schema.json', SAVED],
      ['journal.schema.json', JOURNAL_LINE],
    ] as const
    for (const [path, schema] of files) {
      for (const each of written.get(path) ?? []) {
        // What a schema does not know, it leaves out.
        expect(z.encode<z.core.$ZodType>(schema, z.parse<z.core.$ZodType>(schema, each))).to.deep.equal(each)
      }
    }
  })
})

describe('the published schemas', () => {
  it('are what the sources say: npm run schema', () => {
    const onFile = readdirSync(join(root, 'schemas'), {recursive: true, encoding: 'utf8'})
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.schema.json'))
    expect(onFile).to.have.members([...PUBLISHED.keys()])
    for (const [path, schema] of PUBLISHED) {
      const text = readFileSync(join(root, 'schemas', path), 'utf8')
      expect(text, path).to.equal(`${JSON.stringify(schema, undefined, 2)}\n`)
    }
  })

  it('say where they are, and what everything in them is; the page about them names them all', () => {
    const page = readFileSync(join(root, 'docs/json.md'), 'utf8')
    for (const [path, schema] of PUBLISHED) {
      expect(page).to.include(`](../schemas/${path})`)
      expect(schema.$id).to.equal(`https://unpkg.com/smoltrace/schemas/${path}`)
      expect(schema.title, path).to.be.a('string')
      for (const [place, part] of namedParts(schema, path))
        expect(part, place)
          .to.have.property('description')
          .that.matches(/\S.*[.:]$/)
    }
  })

  it('let words grow, but not those that are promised to stay', () => {
    const {Reason, Outcome} = PUBLISHED.get('json/cleanup.schema.json')?.definitions ?? {}
    expect(Reason?.properties?.rule).to.include({type: 'string'}).and.not.have.property('enum')
    expect(Reason?.properties?.rule?.examples).to.include('older-than')
    expect(Outcome?.properties?.status?.enum).to.include('deleted')
    const plan = PUBLISHED.get('plan.schema.json')
    expect(JSON.stringify(plan)).to.match(/"enum":\[[^\]]*"older-than"/)
  })
})

/** Everything that has a name in a schema. */
function* namedParts(schema: JsonSchema, path: string): Generator<[path: string, part: JsonSchema]> {
  const named = {...schema.definitions, ...schema.properties}
  for (const [name, part] of Object.entries(named)) {
    if (!part.$ref && !part.anyOf) yield [`${path}.${name}`, part]
    yield* namedParts(part, `${path}.${name}`)
  }

  const {items, anyOf = [], oneOf = []} = schema
  for (const part of [...(items ? [items] : []), ...anyOf, ...oneOf]) yield* namedParts(part, `${path}[]`)
}
