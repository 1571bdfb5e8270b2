import * as z from 'zod/mini'

import {problemIn} from '../../src/lib/base/schema.js'
import {DOCUMENTS} from '../../src/lib/views/json/schemas/documents.js'

/** What `--json` prints, parsed. */
export type JsonDocument = Record<string, unknown>

/** The file below `schemas/` that describes a document. */
export function schemaPathOf(document: JsonDocument): string {
  if ('error' in document) return 'json/error.schema.json'
  const form =
    'verdicts' in document ? ' run' : document.command === 'restore' && 'job' in document ? ' job' : ''
  return `json/${`${String(document.command)}${form}`.replaceAll(' ', '-')}.schema.json`
}

/**
 * Holds whatever a command line has printed under `--json` against its schema, every property and every word of it. Printing nothing
 * is the matter of other tests: oclif itself answers what is not a command.
 */
export function checkDocument(argv: readonly string[], stdout: string): void {
  if (!argv.includes('--json') || stdout === '' || argv.some((word) => HELP.has(word))) return
  const document = JSON.parse(stdout) as JsonDocument
  const path = schemaPathOf(document)
  const found = DOCUMENTS.find((each) => each.path === path)
  if (!found) throw new Error(`no schema describes this document: ${path}`)
  const {error} = z.safeParse(found.schema, document)
  if (error) throw new Error(`not as schemas/${path} says: ${problemIn(error)}`)
}

const HELP: ReadonlySet<string> = new Set(['--help', '-h', 'help'])
