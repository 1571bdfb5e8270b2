import {UsageError} from '../../lib/base/errors.js'
import {nearest} from '../../lib/base/nearest.js'
import {formatWords} from '../../lib/base/shell.js'
import {brief, listing, safe, withoutTokens} from '../../lib/base/text.js'
import {runsInside} from '../host/sandbox-arguments.js'
import {findByWords, HOST_TOPIC, namingWords, topicOf, wordsOf} from '../host/topic.js'

/** A command as oclif knows it, of which this much is asked. */
export interface KnownCommand {
  id: string
  hidden: boolean
  flags: Record<string, {type: string; char?: string | undefined}>
}

/**
 * Says what is wrong with words that name no command, and what may have been meant. Nothing is guessed from the flags, and they are
 * not repeated in a guess: one copied with `--yes` would delete.
 * @param argv all of the words, as typed after the program's name, in a host after the topic
 * @param commands all that there are
 * @param topic what stands before ours here
 */
export function unknownCommand(argv: string[], commands: KnownCommand[], topic: string[]): UsageError {
  const ours = commandsUnder(topic, commands)
  const ids = new Set(ours.map(({id}) => id))
  const words = fromFirstWord(argv, ours)
  const flags = argv.slice(0, argv.length - words.length)
  const found = findByWords(words, topic, (id) => ids.has(id))
  if (found && flags.length > 0) return misplacedFlags(flags, wordsOf(found.id), found.argv)
  if (found) return unexpectedArgument(wordsOf(found.id), found.argv)
  if (words.length === 0) return flagsAlone(flags, topic)

  const names = namesOf(ours)
  const naming = namingWords(words)
  const [first = ''] = naming
  if (naming.length === 1 && isTopic(first, names)) return topicAlone(first)
  return unknownWords(naming, names, ANYWHERE)
}

/** The same of words that should name a command to run in the sandbox. */
export function unknownInSandbox(words: string[], commands: KnownCommand[], topic: string[]): UsageError {
  const names = namesOf(commandsUnder(topic, commands)).filter((name) => runsInside(name))
  return unknownWords(namingWords(words), names, IN_SANDBOX)
}

/**
 * Finds the commands that were probably meant by words that name none: misspelt, in the wrong order, joined by another sign than a
 * blank, or without the first of two.
 * @param words what was typed, flags left out
 * @param names of all commands, such as `runs group`
 * @returns names, or a topic's first word; empty where nothing is near
 */
export function commandsNear(words: string[], names: string[]): string[] {
  const [first = '', second] = words[0] === HOST_TOPIC && words.length > 1 ? words.slice(1) : words
  const verbs = new Map(names.map((name) => [name, name.split(' ')[1] ?? '']))
  const withVerb = (verb: string | undefined) =>
    verb === undefined ? [] : names.filter((name) => verbs.get(name) === verb)
  const known = [...new Set(verbs.values())].filter(Boolean)
  const heads = [...new Set(names.map((name) => name.split(' ')[0] ?? ''))]
  const pair = second === undefined ? undefined : nearestPair(first, second, names)
  if (pair) return [pair]
  if (second !== undefined && heads.includes(first)) return withVerb(nearest(second, known))
  const whole = nearest(first, names)
  if (whole) return [whole]
  const part = nearest(first, [...heads, ...known])
  if (part) return heads.includes(part) ? [part] : withVerb(part)
  return withVerb(second && nearest(second, known))
}

function nearestPair(first: string, second: string, names: string[]): string | undefined {
  return nearest(`${first} ${second}`, names) ?? nearest(`${second} ${first}`, names)
}

/** What may stand without a command; in a host it is the host's. */
const WITHOUT_COMMAND = ['--help', '--no-color', '--version']

function flagsAlone([flag = '']: string[], topic: string[]): UsageError {
  const near = /^-v$/i.test(flag) ? '--version' : nearest(flag, WITHOUT_COMMAND)
  const guess = near && topic.length === 0 ? [`Did you mean smoltrace ${near}?`] : []
  return new UsageError('No command is given: flags stand after one.', {
    suggestions: [...guess, ALL_COMMANDS],
  })
}

const ALL_COMMANDS = 'All commands: smoltrace help'

/** Where a command was looked for. */
interface Place {
  /** Ends the sentence that begins with what was typed. */
  nothingThere: string
  /** What stands before a command there. */
  bin: string
  /** Whether the first of two words alone is an answer there: it shows the help of what goes with it. */
  hasTopics: boolean
}

const ANYWHERE: Place = {nothingThere: `is no command of ${HOST_TOPIC}`, bin: 'smoltrace', hasTopics: true}
const IN_SANDBOX: Place = {
  nothingThere: 'is no command that runs in the sandbox',
  bin: 'smoltrace sandbox',
  hasTopics: false,
}

function commandsUnder(topic: string[], commands: KnownCommand[]): KnownCommand[] {
  return commands.filter(({id}) => topicOf(id).join(',') === topic.join(',') && wordsOf(id) !== '')
}

function namesOf(commands: KnownCommand[]): string[] {
  return commands.filter(({hidden}) => !hidden).map(({id}) => wordsOf(id))
}

function unknownWords(words: string[], names: string[], place: Place): UsageError {
  const {nothingThere, bin, hasTopics} = place
  const [first = ''] = words
  const under = (name: string) => names.filter((other) => other.startsWith(`${name} `))
  const near = commandsNear(words, names)
    .flatMap((name) => (hasTopics || names.includes(name) ? [name] : under(name)))
    .map((name) => `${bin} ${name}`)
  const others = isTopic(first, names) ? commandsOf(first) : ALL_COMMANDS
  const suggestions = [...(near.length > 0 ? [`Did you mean ${listing(near, 'or')}?`] : []), others]
  return new UsageError(`"${asShown(words)}" ${nothingThere}.`, {suggestions})
}

function isTopic(word: string, names: string[]): boolean {
  return !names.includes(word) && names.some((name) => name.startsWith(`${word} `))
}

const commandsOf = (topic: string) => `Commands of ${topic}: smoltrace ${topic} --help`

/** Shown its help, whoever gave it flags would think that they were taken. */
function topicAlone(topic: string): UsageError {
  return new UsageError(`"${topic}" is the first of two words, and takes no flags.`, {
    suggestions: [commandsOf(topic)],
  })
}

function misplacedFlags(flags: string[], name: string, rest: string[]): UsageError {
  const own = flags.filter((word) => word !== '--')
  const line = safe(formatWords([...name.split(' '), ...withoutSecrets(own), ...withoutSecrets(rest)]))
  return new UsageError('Flags stand after the command, not before it.', {
    suggestions: [`Like this: smoltrace ${line}`],
  })
}

/** As oclif says it of words that a command finds too many itself. */
function unexpectedArgument(name: string, argv: string[]): UsageError {
  const [word = ''] = namingWords(argv)
  return new UsageError(`Unexpected argument: ${asShown([word])}`, {
    suggestions: [`See smoltrace ${name} --help`],
  })
}

/** Words as a sentence repeats them. */
function asShown(words: string[]): string {
  return brief(withoutTokens(words.slice(0, 2).join(' ')))
}

/** Leaves out the flags in front, with their values. */
function fromFirstWord(argv: string[], commands: KnownCommand[]): string[] {
  const flags = commands.flatMap((command) => Object.entries(command.flags))
  const valued = new Set(
    flags
      .filter(([, {type}]) => type === 'option')
      .flatMap(([name, {char}]) => [`--${name}`, ...(char ? [`-${char}`] : [])]),
  )
  let index = 0
  while (argv[index]?.startsWith('-')) index += valued.has(argv[index] ?? '') ? 2 : 1
  return argv.slice(index)
}

/** A token that does not look like one is known by its flag; in place of it stands what is blotted out with all that do. */
function withoutSecrets(words: string[]): string[] {
  return words.map((word, index) =>
    words[index - 1] === '--token' ? 'hf_token' : word.replace(/^--token=.*$/s, '--token=hf_token'),
  )
}
