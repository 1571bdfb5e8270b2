import {type Interfaces} from '@oclif/core'

import {renameOptions, SEE_OPTIONS, SmoltraceError} from '../../lib/base/errors.js'
import {EXIT, exitCodeFrom, type Failure} from '../../lib/base/exit-codes.js'
import {nearest} from '../../lib/base/nearest.js'
import {safe} from '../../lib/base/text.js'
import {indented, wrapText} from '../../lib/views/terminal/layout.js'
import {type Screen} from '../../lib/views/terminal/style.js'

/** How a person calls a command: the words before it, the command line that shows its help, and its flags. */
export interface Invocation {
  bin: string
  help: string
  flags: Interfaces.FlagInput
}

/** Our errors, those of oclif's parser with the fields of their classes, and unexpected ones. */
interface Thrown extends Error {
  oclif?: {exit?: number | false}
  /** Of `NonExistentFlagsError`. */
  flags?: string[]
  /** Of `RequiredArgsError`, and words of `UnexpectedArgsError`. */
  args?: Array<string | {name: string; description?: string}>
  /** What was parsed, where one flag was refused because of another. */
  parse?: {input?: {flags: Interfaces.FlagInput}; output?: {flags: Record<string, unknown>}}
}

const UNEXPECTED = 'Set DEBUG=1 to see where it comes from. It should not happen: please report it.'

/** Turns an error into what a person, or a script under `--json`, reads. */
export function failureOf(error: Thrown, invocation: Invocation): Failure {
  const exitCode = exitCodeFrom(error.oclif?.exit)
  const isOurs = error instanceof SmoltraceError
  const {message, suggestions} = isOurs ? error : adviceOn(error, invocation)
  return {
    name: !isOurs && exitCode === EXIT.usage ? 'UsageError' : error.name,
    message: safe(inCommandWords(withoutFrame(message), invocation)),
    exitCode,
    suggestions: suggestions.map((text) =>
      text === SEE_OPTIONS ? `See ${invocation.help}.` : inCommandWords(text, invocation),
    ),
  }
}

/** Says what is wrong with a command line, from the fields of oclif's error: its sentences are made for any program. */
function adviceOn(error: Thrown, {flags: known}: Invocation): Pick<Failure, 'message' | 'suggestions'> {
  const {message, oclif, flags, args = []} = error
  if (oclif?.exit === undefined) return {message, suggestions: [UNEXPECTED]}
  if (flags) {
    const meant = flags.flatMap(
      (flag) => nearest(flag.replaceAll(/^-+|=.*$/gs, ''), Object.keys(known)) ?? [],
    )
    const none = flags.length === 1 ? 'There is no flag' : 'There are no flags'
    const guesses = meant.map((flag) => `Did you mean --${flag}?`)
    return {message: `${none} ${flags.join(', ')}.`, suggestions: [...guesses, SEE_OPTIONS]}
  }

  const missing = args.flatMap((arg) => (typeof arg === 'string' ? [] : [arg]))
  if (missing.length > 0) {
    const named = missing.map(({name, description = ''}) => `${name.toUpperCase()} (${description})`)
    return {message: `Missing: ${named.join(', ')}`, suggestions: [SEE_OPTIONS]}
  }

  return {message: relationRefused(error) ?? message, suggestions: [SEE_OPTIONS]}
}

/** Which flag excludes, or lacks, which other one; undefined where that is not what is wrong. */
function relationRefused({parse}: Thrown): string | undefined {
  const given = parse?.output?.flags ?? {}
  for (const [name, {exclusive = [], dependsOn = []}] of Object.entries(parse?.input?.flags ?? {})) {
    if (given[name] === undefined) continue
    const clash = exclusive.find((other) => given[other] !== undefined)
    if (clash !== undefined) return `--${name} and --${clash} exclude each other: leave out one of them.`
    const lacking = dependsOn.find((other) => given[other] === undefined)
    if (lacking !== undefined) return `--${name} needs --${lacking}.`
  }

  return undefined
}

/** Takes off the lines that oclif puts around what is wrong. */
function withoutFrame(message: string): string {
  return message
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(/\nSee more help with --help$/, '')
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** Options whose flag has another name. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['applyPlan', 'apply'],
  ['dryRun: false', 'no-dry-run'],
  ['journal: false', 'no-journal'],
  ['savePlan', 'plan'],
  ['yes: true', 'yes'],
])

/** A command line of ours in a text; a path with the program's name in it is not one. */
const COMMAND_LINE =
  /(?<![\w'"/-])smoltrace (?=--|(?:autocomplete|cleanup|datasets|help|history|leaderboard|policy|restore|runs|sandbox)\b)/g

/** Puts a text of the library into the words of a command line: flags for options, and the program as it is called here. */
export function inCommandWords(text: string, {bin, flags}: Pick<Invocation, 'bin' | 'flags'>): string {
  const named = renameOptions(text, (option) => {
    const flag = FLAGS.get(option) ?? option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    return flag in flags ? `--${flag}` : undefined
  })
  return named.replaceAll(COMMAND_LINE, () => `${bin} `)
}

/** What went wrong, and what to do next, a paragraph each. A command, which begins with `bin`, is never broken, to be copied. */
export function formatFailure(failure: Failure, bin: string, screen: Screen): string {
  const {message, suggestions, exitCode} = failure
  const {style, width = Infinity} = screen
  const title = exitCode === EXIT.cancelled ? style.yellow('Cancelled:') : style.red('Error:')
  const advice = suggestions.map((text) => indented(formatAdvice(text, bin, width - 2), '  '))
  return [wrapText(`${title} ${message}`, width), ...advice].join('\n')
}

function formatAdvice(text: string, bin: string, width: number): string {
  const start = text.indexOf(`: ${bin} `)
  if (text.length <= width || (start === -1 && text.includes(`${bin} `))) return text
  if (start === -1) return wrapText(text, width)
  return `${wrapText(text.slice(0, start + 1), width)}\n  ${text.slice(start + 2)}`
}
