import {type Interfaces} from '@oclif/core'

import {didYouMean, nearest} from '../../lib/base/nearest.js'

/** What oclif's parser throws, as far as it is looked at. */
export interface ParseError {
  message: string
  /** Of unknown flags. */
  flags?: string[]
  /** Of arguments that are missing, or too many. */
  args?: Array<string | {name: string; description?: string}>
  oclif?: {exit?: number | false}
}

/** What a command takes, and how a person calls it. */
export interface ParsedCommand {
  /** What stands before the command. */
  bin: string
  /** What shows its help. */
  help: string
  flags: Interfaces.FlagInput
  /** A command line that works, if there is one. */
  example: string | undefined
}

interface Advice {
  message: string
  suggestions: string[]
}

const SEE_HELP = 'See {help}.'
/** Of what nobody has foreseen. */
const SEE_SOURCE = 'Set DEBUG=1 to see where it comes from. It should not happen: please report it.'

/**
 * Says in one line what oclif's parser refuses, and what to write instead.
 * @param error any that is none of ours
 */
export function adviceOn(error: ParseError, command: ParsedCommand): Advice {
  const message = oneLine(error.message)
  if (error.oclif?.exit === undefined) return {message, suggestions: [SEE_SOURCE]}
  return (
    onUnknownFlags(error, command) ??
    onMissingArguments(error, command) ??
    onUnexpectedArguments(error, message, command) ??
    onOption(message) ??
    onMissingValue(message, command) ?? {message, suggestions: [...clashAdvice(message), SEE_HELP]}
  )
}

function onUnknownFlags({message, flags}: ParseError, command: ParsedCommand): Advice | undefined {
  if (!flags || !message.startsWith('Nonexistent flag')) return undefined
  const unknown = flags.join(', ')
  return {
    message: flags.length === 1 ? `There is no flag ${unknown}.` : `There are no flags ${unknown}.`,
    suggestions: [...flags.flatMap((flag) => flagMeantBy(flag, command)), SEE_HELP],
  }
}

function flagMeantBy(word: string, {flags}: ParsedCommand): string[] {
  const meant = nearest(word.replace(/^-+/, '').replace(/=.*$/s, ''), Object.keys(flags))
  return meant === undefined ? [] : [`Did you mean --${meant}?`]
}

function onMissingArguments({message, args = []}: ParseError, {example}: ParsedCommand): Advice | undefined {
  if (!/^Missing \d+ required arg/.test(message)) return undefined
  const named = args.flatMap((arg) =>
    typeof arg === 'string' ? [arg] : `${arg.name.toUpperCase()} (${arg.description ?? ''})`,
  )
  return {
    message: `Missing: ${named.join(', ')}`,
    suggestions: [...(example === undefined ? [] : [`For example: ${example}`]), SEE_HELP],
  }
}

function onUnexpectedArguments(
  {args = []}: ParseError,
  message: string,
  command: ParsedCommand,
): Advice | undefined {
  if (!message.startsWith('Unexpected argument')) return undefined
  // Left over from `--json=yes`; and nobody is led past the confirmation by a guess.
  const words = args.map(String).filter((word) => nearest(word, ['yes', 'no-dry-run']) === undefined)
  return {message, suggestions: [...words.flatMap((word) => flagMeantBy(word, command)), SEE_HELP]}
}

function onOption(message: string): Advice | undefined {
  const [, flag, given = '', options = ''] =
    /^Expected (--[\w-]+)=(.*) to be one of: (.*)$/s.exec(message) ?? []
  if (flag === undefined) return undefined
  return {
    message: `${flag} takes ${options}, not ${JSON.stringify(given)}.`,
    suggestions: [...didYouMean(flag, given, options.split(', ')), SEE_HELP],
  }
}

function onMissingValue(message: string, {flags}: ParsedCommand): Advice | undefined {
  const [, flag] = /^Flag --([\w-]+) expects/.exec(message) ?? []
  if (flag === undefined) return undefined
  const value = valueOf(flags[flag])
  return {
    message: `--${flag} needs a value.`,
    suggestions: [`Write --${flag} ${[value].flat().join(' ')}.`, SEE_HELP],
  }
}

/** What stands behind a flag, as its help shows it. */
function valueOf(flag: Interfaces.FlagInput[string] | undefined): string | readonly string[] {
  return flag?.type === 'option' ? (flag.helpValue ?? flag.options?.join('|') ?? 'VALUE') : 'VALUE'
}

function clashAdvice(message: string): string[] {
  if (message.includes('cannot also be provided')) return ['Leave one of them out.']
  return message.includes(' goes only with ') ? ['Add it, or leave out the other.'] : []
}

/** oclif wraps its messages in lines of its own; a person and a log want one. */
function oneLine(message: string): string {
  return withoutFrame(message)
    .replace(/^--\S+: (?=Expected --)/, '')
    .replace(/^The following errors? occurred:\n\s*/, '')
    .replace(/^All of the following must be provided when using (--\S+): (.*)$/, '$1 goes only with $2.')
    .replaceAll(/=true(?= cannot also be provided)/g, '')
}

/**
 * Takes off the lines that oclif puts around what is wrong with the value of a flag.
 * @returns the message, behind the name of the flag
 */
export function withoutFrame(message: string): string {
  return message.replace(/^Parsing (--\S+) \n\t/, '$1: ').replace(/\nSee more help with --help$/, '')
}
