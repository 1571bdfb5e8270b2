import {type Schema} from '../words.js'

/** A document that a command prints with `--json` where it did not fail. */
export interface DocumentForm {
  /** The words that call the command. */
  command: string
  title: string
  description: string
  properties: Record<string, Schema>
  optional?: readonly string[]
}
