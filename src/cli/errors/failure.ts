import {type Interfaces} from '@oclif/core'

import {renameOptions, SEE_OPTIONS, SmoltraceError} from '../../lib/base/errors.js'
import {EXIT, exitCodeFrom, type Failure} from '../../lib/base/exit-codes.js'
import {parseTimestamp} from '../../lib/base/names.js'
import {nearest} from '../../lib/base/nearest.js'
import {safe} from '../../lib/base/text.js'
import {indented, wrapText} from '../../lib/views/terminal/layout.js'
import {paintFirst, type Screen} from '../../lib/views/terminal/style.js'
import {ownFlag} from './synonyms.js'

/** How a person calls a command: the words before it, the command line that shows its help, and its flags. */
export interface Invocation {
  bin: string
  help: string
  flags: Interfaces.FlagInput
  /** The variables that values of flags came from, by flag. */
  variables?: Readonly<Record<string, string>>
}

/** Our errors, those of oclif's parser with the fields of their classes, and unexpected ones. */
interface Thrown extends Error {
  oclif?: {exit?: number | false}
  /** Of `NonExistentFlagsError`. */
  flags?: string[]
  /** Of `RequiredArgsError`, and words of `UnexpectedArgsError`. */
  args?: Array<string | {name: string; description?: string}>
  /** What was parsed, where that is known. */
  parse?: {
    input?: {argv: string[]; args: object; flags: Interfaces.FlagInput}
    output?: {flags: Record<string, unknown>}
  }
}

type Advice = Pick<Failure, 'message' | 'suggestions'>

const UNEXPECTED = 'Set DEBUG=1 to see where it comes from. This should not happen: please report it.'

/** Turns an error into what a person, or a script under `--json`, reads. */
export function failureOf(error: Thrown, invocation: Invocation): Failure {
  const exitCode = exitCodeFrom(error.oclif?.exit)
  const isOurs = error instanceof SmoltraceError
  const {message, suggestions} = isOurs ? error : adviceOn(error, invocation)
  return {
    name: !isOurs && exitCode === EXIT.usage ? 'UsageError' : error.name,
    message: safe(inCommandWords(withoutFrame(message), invocation, invocation.variables)),
    exitCode,
    suggestions: suggestions.map((text) =>
      text === SEE_OPTIONS ? `All flags: ${invocation.help}` : inCommandWords(text, invocation),
    ),
  }
}

/** Says what is wrong with a command line, from the fields of oclif's error: its sentences are made for any program. */
function adviceOn(error: Thrown, {flags: known}: Invocation): Advice {
  const {message, oclif, flags, args = [], parse} = error
  if (oclif?.exit === undefined) return {message, suggestions: [UNEXPECTED]}
  if (flags) {
    const names = flags.map((flag) => flag.replace(/=.*$/s, ''))
    const none = flags.length === 1 ? 'Unknown flag' : 'Unknown flags'
    const guesses = flags.flatMap((flag, index) =>
      guessFlag(flag, known).map((guess) =>
        flags.length > 1 ? `${names[index]}: ${guess.charAt(0).toLowerCase()}${guess.slice(1)}` : guess,
      ),
    )
    return {message: `${none} ${names.join(', ')}.`, suggestions: [...new Set(guesses), SEE_OPTIONS]}
  }

  const missing = args.flatMap((arg) => (typeof arg === 'string' ? [] : [arg]))
  if (missing.length > 0) {
    const named = missing.map(
      ({name, description = ''}) => `${name.toUpperCase()} (${description.replace(/\.$/, '')})`,
    )
    return {message: `Missing ${named.join(', ')}.`, suggestions: [SEE_OPTIONS]}
  }

  const unexpected = args.flatMap((arg) => (typeof arg === 'string' ? [arg] : []))
  const found =
    unexpected.length > 0 ? adviceOnUnexpected(unexpected, parse?.input ?? {}) : adviceOnValue(message, known)
  if (found) return {...found, suggestions: [...found.suggestions, SEE_OPTIONS]}
  return {message: relationRefused(error) ?? message, suggestions: [SEE_OPTIONS]}
}

/** Which flag was probably meant: by its spelling, then by what other tools call it, and only then by what is spelled alike. */
function guessFlag(flag: string, known: Interfaces.FlagInput): string[] {
  const name = flag.replaceAll(/^-+|=.*$/gs, '')
  const plain = name.replaceAll(/(?<=[a-z])(?=[A-Z])|_/g, '-').toLowerCase()
  // A pin does what these do elsewhere, and for every later cleanup as well.
  if (/^(?:exclude|keep-runs?|pin|protect)$/.test(plain) && 'no-dry-run' in known)
    return ['To keep single runs, pin them: smoltrace runs protect TIMESTAMP']
  const names = Object.keys(known)
  const meant = names.includes(plain) ? plain : (ownFlag(plain, new Set(names)) ?? nearest(plain, names))
  return meant === undefined ? [] : [`Did you mean --${meant}?`]
}

/** Words that turn a switch on or off elsewhere. */
const SWITCHED = /^(?:(?<off>false|no|off|0)|true|yes|on|1)$/i

/** What a word that belongs nowhere was probably meant for. */
export function adviceOnUnexpected(
  words: string[],
  {argv = [], args = {}, flags: known = {}}: {argv?: string[]; args?: object; flags?: object},
): Advice {
  const [word = ''] = words
  const at = argv.findIndex((each, index) => each.endsWith(`=${word}`) || argv[index + 1] === word)
  const flag = argv[at]?.replaceAll(/^--|=.*$/gs, '') ?? ''
  const switched = SWITCHED.exec(word)
  if ((known as Interfaces.FlagInput)[flag]?.type === 'boolean' && (switched || argv[at]?.includes('='))) {
    const opposite = flag.startsWith('no-') ? flag.slice(3) : `no-${flag}`
    const meant = switched?.groups?.off === undefined ? flag : opposite
    const next = meant in known ? `Did you mean --${meant}?` : 'Omit it instead.'
    return {message: `--${flag} takes no value.`, suggestions: [next]}
  }

  const quoted = words.map((each) => JSON.stringify(each)).join(', ')
  const count = Object.keys(args).length
  const isRun = 'run' in known && words.every((each) => parseTimestamp(each))
  return {
    message: count === 0 ? `This command takes no arguments: ${quoted}.` : `Too many arguments: ${quoted}.`,
    suggestions: isRun ? [`Did you mean ${words.map((each) => `--run ${each}`).join(' ')}?`] : [],
  }
}

/** Of the errors without fields, oclif's sentence. */
const VALUES = new RegExp(
  [
    /^Expected (?:--(?<flag>\S+?)=)?(?<value>.*) to be one of: (?<words>.*)$/,
    /^Flag --(?<lone>\S+) expects (?:a value|one of these values: (?<some>.*))$/,
    /^Flag --(?<twice>\S+) can only be specified once$/,
  ]
    .map(({source}) => source)
    .join('|'),
  's',
)

/** What is wrong with a flag's value; undefined where something else is. */
function adviceOnValue(text: string, known: Interfaces.FlagInput): Advice | undefined {
  const {flag, value = '', words = '', lone, some, twice} = VALUES.exec(withoutFrame(text))?.groups ?? {}
  if (twice !== undefined) return {message: `--${twice} was used twice.`, suggestions: ['Use it once.']}
  if (lone !== undefined) {
    const message = `--${lone} needs a value${some === undefined ? '' : `: ${some}`}.`
    // In other tools it is a switch that makes it real.
    const isSwitch = lone === 'apply' && 'no-dry-run' in known
    return {
      message,
      suggestions: isSwitch ? ['It takes a saved plan. To delete for real, use --no-dry-run.'] : [],
    }
  }

  if (!words) return undefined
  const near = nearest(value, words.split(', '))
  const meant = near === undefined ? [] : [`Did you mean ${flag === undefined ? near : `--${flag} ${near}`}?`]
  return {
    message: `${flag === undefined ? '' : `--${flag}: `}${JSON.stringify(value)} is not one of ${words}.`,
    suggestions: meant,
  }
}

/** Which flag excludes, or lacks, which other one; undefined where that is not what is wrong. */
function relationRefused({parse}: Thrown): string | undefined {
  const given = parse?.output?.flags ?? {}
  for (const [name, {exclusive = [], dependsOn = []}] of Object.entries(parse?.input?.flags ?? {})) {
    if (given[name] === undefined) continue
    const clash = exclusive.find((other) => given[other] !== undefined)
    if (clash !== undefined) return `--${name} and --${clash} exclude each other: use one of them.`
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
  /(?<![\w'"/-])smoltrace (?=--|(?:autocomplete|cleanup|datasets|help|history|leaderboard|plan|policy|restore|runs|sandbox|trash)\b)/g

/**
 * Puts a text of the library into the words of a command line: flags for options, or variables where their values came from these, and
 * the program as it is called here.
 */
export function inCommandWords(
  text: string,
  {bin, flags}: Pick<Invocation, 'bin' | 'flags'>,
  variables: Invocation['variables'] = {},
): string {
  const named = renameOptions(text, (option) => {
    const flag = FLAGS.get(option) ?? option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    return flag in flags ? (variables[flag] ?? `--${flag}`) : undefined
  })
  return named.replaceAll(COMMAND_LINE, () => `${bin} `)
}

/** What went wrong, and what to do next, a paragraph each. */
export function formatFailure(failure: Failure, bin: string, screen: Screen): string {
  const {message, suggestions, exitCode} = failure
  const {style, width = Infinity} = screen
  const isCancelled = exitCode === EXIT.cancelled
  const text = isCancelled ? paintFirst(style.yellow, message) : `${style.red('Error:')} ${message}`
  const advice = suggestions.map((text) => indented(formatAdvice(text, bin, width - 2), '  '))
  return [wrapText(text, width), ...advice].join('\n')
}

/** One suggestion in lines of this width, its command, which begins with `bin`, never broken: it is to be copied. */
export function formatAdvice(text: string, bin: string, width: number): string {
  const start = text.indexOf(`: ${bin} `)
  if (text.length <= width || (start === -1 && text.includes(`${bin} `))) return text
  if (start === -1) return wrapText(text, width)
  return `${wrapText(text.slice(0, start + 1), width)}\n  ${text.slice(start + 2)}`
}
