import assert from 'node:assert/strict'

import {type Place} from './host.js'
import {type Finished} from './process.js'

/** What a host says of a linked plugin that is written in ES modules, in `docs/hosts.md`. */
const KNOWN_WARNINGS = [
  /Warning: smoltrace is a linked ESM module and cannot be auto-transpiled\. Existing compiled source will be used instead\./g,
]

/** What is on stderr beside the warnings that a host gives by design; their lines may be wrapped and marked. */
export function unexpected(stderr: string): string {
  let text = stderr.replaceAll(/[›»\s]+/g, ' ')
  for (const known of KNOWN_WARNINGS) text = text.replaceAll(known, '')
  return text.trim()
}

/** @throws AssertionError where it ended otherwise, or said anything on stderr that it had no reason for */
export function expectCalm({stdout, stderr, exitCode}: Finished, code = 0): void {
  assert.deepEqual(
    {exitCode, stderr: unexpected(stderr)},
    {exitCode: code, stderr: ''},
    `it printed: ${stdout.slice(-500)}`,
  )
}

/** Of help that lists commands or topics, the names that stand there. */
export function listed(help: string): string[] {
  return [...help.matchAll(/^ {2}(\S+(?: \S+)*?)(?: {2,}\S.*)?$/gm)].map(([, name = '']) => name)
}

/** Of help, the command lines of its usage and its examples: what follows `$ `, in one line. */
export function commandLines(help: string): string[] {
  const whole = help.replaceAll(/ \\\n\s+/g, ' ')
  return [...whole.matchAll(/^\s*\$ (.+)$/gm)].map(([, line = '']) => line)
}

/**
 * @param line as help or a hint shows it
 * @returns the command of ours that it calls, without the topic; undefined where it calls none
 */
export function calledIn(line: string, {kind}: Place, commands: readonly string[]): string | undefined {
  const start = `${kind.bin} smoltrace${/^\S+ smoltrace:/.test(line) ? ':' : ' '}`
  if (!line.startsWith(start)) return undefined
  const rest = line.slice(start.length).split(' ')
  const words = rest[0]?.includes(':') ? rest[0].split(':') : rest
  return [2, 1].map((length) => words.slice(0, length).join(' ')).find((name) => commands.includes(name))
}
