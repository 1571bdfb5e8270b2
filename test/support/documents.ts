import {Ajv, type ValidateFunction} from 'ajv'

import {EXPLAINED_RUN, FAILURE, fileName, SCHEMA_FILES} from '../../scripts/schemas/files.js'
import {type Schema} from '../../scripts/schemas/words.js'

/** What `--json` prints, parsed. */
export type JsonDocument = Record<string, unknown>

const FORMATS = {
  // As toISOString writes it, and in no other form.
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: /^https?:\/\/\S+$/,
}

/** What holds values against a schema. */
export function validatorOf(schema: Schema): ValidateFunction {
  return new Ajv({allowUnionTypes: true, strictRequired: false, formats: FORMATS}).compile(schema)
}

const known = new Map<string, ValidateFunction>()

function exactly(path: string): ValidateFunction {
  const found = known.get(path)
  if (found) return found
  const file = SCHEMA_FILES.find((each) => each.path === path)
  if (!file) throw new Error(`no schema describes this document: ${path}`)
  const made = validatorOf(file.exact)
  known.set(path, made)
  return made
}

/** The file below `schemas/` that describes a document. */
export function schemaPathOf(document: JsonDocument): string {
  if ('error' in document) return FAILURE
  return document.command === 'policy explain' && 'verdicts' in document
    ? EXPLAINED_RUN
    : fileName(String(document.command))
}

/** Fails where a value is not exactly as a schema of ours says. */
export function expectForm(path: string, value: unknown): void {
  const validate = exactly(path)
  if (validate(value)) return
  const problems = validate.errors?.map(
    ({instancePath, message, params}) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  )
  throw new Error(`not as schemas/${path} says: ${problems?.join('; ')}`)
}

/**
 * Holds against its schema whatever a command line has printed under `--json`. Nothing at all is the matter of other tests:
 * oclif itself answers what is no command.
 */
export function checkDocument(argv: readonly string[], stdout: string): void {
  if (!argv.includes('--json') || stdout === '' || argv.some((word) => HELP.has(word))) return
  const document = JSON.parse(stdout) as JsonDocument
  expectForm(schemaPathOf(document), document)
}

const HELP: ReadonlySet<string> = new Set(['--help', '-h', 'help'])
