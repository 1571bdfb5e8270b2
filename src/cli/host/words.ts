/** The topic of our commands in a host, whose own `cleanup` or `datasets` they must never replace. */
export const HOST_TOPIC = 'smoltrace'

/** Words of the longest name of a command. */
const MOST_WORDS = 2

/**
 * @param id of one of our commands, as oclif knows it: `runs:group`, in a host `smoltrace:runs:group`
 * @returns the word before all our commands there: the topic, or nothing
 */
export function topicOf(id: string): string[] {
  return id.split(':')[0] === HOST_TOPIC ? [HOST_TOPIC] : []
}

/** The words that name a command, without the topic, so that they are the same everywhere: `runs group`. */
export function wordsOf(id: string): string {
  return id.split(':').slice(topicOf(id).length).join(' ')
}

/** What of words may be part of a command's name: those before the first flag. */
export function namingWords(words: string[]): string[] {
  const flag = words.findIndex((word) => word.startsWith('-'))
  return flag === -1 ? words : words.slice(0, flag)
}

/**
 * Finds the command that words begin with, the longest that there is.
 * @param words as typed, after the topic
 * @param topic the word before all our commands here
 * @returns its id and the arguments after it; undefined where no command begins so
 */
export function findByWords(
  words: string[],
  topic: string[],
  isCommand: (id: string) => boolean,
): {id: string; argv: string[]} | undefined {
  for (let length = Math.min(words.length, MOST_WORDS); length > 0; length--) {
    const id = [...topic, ...words.slice(0, length)].join(':')
    if (isCommand(id)) return {id, argv: words.slice(length)}
  }

  return undefined
}

/** Flags of the sandbox that take a value of their own as the next word. */
const WITH_VALUE = new Set(['--latency', '--port', '--quota', '--runs'])

/** First words of commands that have nothing to do with a Hub: inside, they would do what they do outside. */
const OUTSIDE = new Set(['autocomplete', 'help', 'sandbox'])

/** Whether a command runs in the sandbox, by its words such as `runs group`, or by the first of them. */
export function runsInside(words: string): boolean {
  return !OUTSIDE.has(words.split(' ')[0] ?? '')
}

/** The sandbox's words, and those of the command that runs inside it. */
interface SplitArguments {
  own: string[]
  /** From the first word that is not a flag of the sandbox; empty where it only serves. */
  inner: string[]
}

/**
 * Splits the raw arguments: everything from the first word on belongs to the inner command, its `--json` and `--help`
 * included, which oclif would otherwise take for the sandbox's.
 */
export function splitArguments(argv: string[]): SplitArguments {
  let index = 0
  while (index < argv.length) {
    const word = argv[index] ?? ''
    if (word === '--') return {own: argv.slice(0, index), inner: argv.slice(index + 1)}
    if (!word.startsWith('-')) break
    index += WITH_VALUE.has(word) ? 2 : 1
  }

  return {own: argv.slice(0, index), inner: argv.slice(index)}
}
