import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {
  JOURNAL_LINE,
  publishedSchemas,
  SAVED_PLAN,
  SCHEMA_FILES,
  type SchemaFile,
} from '../scripts/schemas/files.js'
import {type Schema} from '../scripts/schemas/words.js'
import {root} from './support/cli.js'
import {checkDocument, expectForm, type JsonDocument, schemaPathOf, validatorOf} from './support/documents.js'
import {writeEverything} from './support/every-document.js'
import {FormCoverage, partsOf} from './support/form-coverage.js'

/** What no document can show, and why the schema has it all the same. */
const NEVER = [
  // The library tells it of those who are asked, and `--json` asks nobody.
  'json/cleanup.schema.json.declined = true',
]

describe('what programs read', () => {
  const byFile = new Map<string, JsonDocument[]>()
  const add = (path: string, value: JsonDocument) => byFile.set(path, [...(byFile.get(path) ?? []), value])
  const writtenAs = ({path}: SchemaFile) => byFile.get(path) ?? []

  before(async () => {
    const {documents, plans, lines} = await writeEverything()
    for (const document of documents) add(schemaPathOf(document), document)
    for (const plan of plans) add(SAVED_PLAN, plan)
    for (const line of lines) add(JOURNAL_LINE, line)
  })

  it('shows every part of its schemas: each word, what may be null or left out, yes and no', () => {
    const coverage = new FormCoverage()
    for (const file of SCHEMA_FILES) for (const value of writtenAs(file)) coverage.visit(file.exact, value)
    expect(coverage.missing(SCHEMA_FILES.map(({path, exact}) => [path, exact]))).to.deep.equal(NEVER)
  })

  for (const file of SCHEMA_FILES) {
    describe(file.path, () => {
      it('holds for all that was written, as it is published and word for word', () => {
        const published = validatorOf(file.published)
        expect(writtenAs(file)).not.to.deep.equal([])
        for (const value of writtenAs(file)) {
          expectForm(file.path, value)
          expect(published(value), JSON.stringify(published.errors)).to.equal(true)
        }
      })

      it('misses what is gone, and sees what it does not know', () => {
        const exact = validatorOf(file.exact)
        const published = validatorOf(file.published)
        let tried = 0
        for (const {whole, object, schema} of eachObject(file, writtenAs(file))) {
          for (const name of schema.required as string[]) {
            const {[name]: value} = object
            delete object[name]
            expect([exact(whole), published(whole)], `without ${name}`).to.deep.equal([false, false])
            object[name] = value
            tried++
          }

          object['a newer property'] = 1
          expect(exact(whole), 'with more').to.equal(false)
          // Nobody carries out a plan of which they do not know everything.
          expect(published(whole), 'with more').to.equal(file.path !== SAVED_PLAN)
          delete object['a newer property']
          expect(exact(whole), 'as it was').to.equal(true)
        }

        expect(tried).to.be.above(3)
      })
    })
  }
})

interface SomeObject {
  whole: JsonDocument
  object: Record<string, unknown>
  schema: Schema
}

/** One object for each that a schema describes, and the document that it is in. */
function* eachObject({exact}: SchemaFile, values: JsonDocument[]): Generator<SomeObject> {
  const done = new Set<Schema>()
  for (const whole of values) {
    for (const {schema, value} of partsOf(exact, whole)) {
      if (!schema.properties || typeof value !== 'object' || value === null || done.has(schema)) continue
      done.add(schema)
      yield {whole, object: value as Record<string, unknown>, schema}
    }
  }
}

describe('the published schemas', () => {
  it('are what the sources say: npm run schema', () => {
    const onFile = readdirSync(join(root, 'schemas'), {recursive: true, encoding: 'utf8'})
    const paths = onFile
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.schema.json'))
    expect(paths.toSorted()).to.deep.equal(
      publishedSchemas()
        .map(([path]) => path)
        .toSorted(),
    )
    for (const [path, text] of publishedSchemas())
      expect(readFileSync(join(root, 'schemas', path), 'utf8'), path).to.equal(text)
  })

  for (const {path, published} of SCHEMA_FILES) {
    it(`say of ${path} where it is, and what everything in it is`, () => {
      expect(published.$id).to.equal(`https://unpkg.com/smoltrace/schemas/${path}`)
      expect(published.title).to.be.a('string')
      for (const [place, part] of namedParts(published))
        expect(part, place)
          .to.have.property('description')
          .that.matches(/\S.*[.:]$/)
    })
  }

  it('are all named by the page about them', () => {
    const page = readFileSync(join(root, 'docs/json.md'), 'utf8')
    for (const [path] of publishedSchemas()) expect(page).to.include(`](../schemas/${path})`)
  })

  it('let words grow, but not those that are promised to stay', () => {
    const file = SCHEMA_FILES.find(({path}) => path === 'json/cleanup.schema.json')
    const {Reason, Outcome} = (file?.published.definitions ?? {}) as Record<string, any>
    expect(Reason.properties.rule).to.include({type: 'string'}).and.not.have.property('enum')
    expect(Reason.properties.rule.examples).to.include('older-than')
    expect(Outcome.properties.status.enum).to.include('deleted')
  })
})

/** Everything that has a name in a schema. */
function* namedParts(schema: Schema, path = ''): Generator<[path: string, part: Schema]> {
  for (const word of ['definitions', 'properties']) {
    for (const [name, part] of Object.entries((schema[word] as Record<string, Schema> | undefined) ?? {})) {
      const isKnownElsewhere = '$ref' in part || 'anyOf' in part || 'const' in part
      if (!isKnownElsewhere) yield [`${path}.${name}`, part]
      yield* namedParts(part, `${path}.${name}`)
    }
  }

  if (schema.items) yield* namedParts(schema.items as Schema, `${path}[]`)
}

describe('the check that every command of every test goes through', () => {
  const good = {schemaVersion: 1, command: 'sandbox', endpoint: 'http://127.0.0.1:1', token: 'x', user: 'x'}
  const check = (document: object, argv = ['sandbox', '--json']) =>
    checkDocument(argv, `${JSON.stringify(document)}\n`)

  it('takes what is as it should be, and what is no document', () => {
    check({...good, organisation: 'x', warnings: []})
    check({nothing: true}, ['sandbox'])
    checkDocument(['cleanup', '--help', '--json'], 'USAGE')
    checkDocument(['nonsense', '--json'], '')
  })

  it('refuses what lacks something, has more, is of another form, or of no command', () => {
    const bad: Array<[object, RegExp]> = [
      [{...good, warnings: []}, /sandbox\.schema\.json says: .*organisation/],
      [{...good, organisation: 'x', warnings: [], more: 1}, /"more"/],
      [{...good, organisation: 1, warnings: []}, /\/organisation must be string/],
      [{...good, organisation: 'x', warnings: [], endpoint: 'nowhere'}, /\/endpoint must match format "uri"/],
      [{...good, command: 'nonsense'}, /no schema describes this document: json\/nonsense/],
      [{...good, error: {}}, /error\.schema\.json/],
    ]
    for (const [document, pattern] of bad) expect(() => check(document)).to.throw(pattern)
    expect(() => checkDocument(['sandbox', '--json'], '{}{}')).to.throw(SyntaxError)
  })
})
