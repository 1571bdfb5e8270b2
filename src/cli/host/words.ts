/** The topic of our commands in a host, whose own `cleanup` or `datasets` they must never replace. */
export const HOST_TOPIC = 'smoltrace'

/** Words of the longest name of a command. */
const MAX_WORDS = 2

/** The word before a command in a host, where its id is `smoltrace:runs:group`; no word elsewhere, where it is `runs:group`. */
export function topicOf(id: string): string[] {
  return id.split(':')[0] === HOST_TOPIC ? [HOST_TOPIC] : []
}

/** The words that name a command, without the topic, so that they are the same everywhere: `runs group`. */
export function wordsOf(id: string): string {
  return id.split(':').slice(topicOf(id).length).join(' ')
}

/** The words that may be part of a command's name: those before the first flag. */
export function namingWords(words: string[]): string[] {
  const flag = words.findIndex((word) => word.startsWith('-'))
  return flag === -1 ? words : words.slice(0, flag)
}

/** Finds the longest command that words, as typed after the topic, begin with, and the arguments after it. */
export function findByWords(
  words: string[],
  topic: string[],
  isCommand: (id: string) => boolean,
): {id: string; argv: string[]} | undefined {
  for (let length = Math.min(words.length, MAX_WORDS); length > 0; length--) {
    const id = [...topic, ...words.slice(0, length)].join(':')
    if (isCommand(id)) return {id, argv: words.slice(length)}
  }

  return undefined
}

/** Flags of the sandbox that take a value of their own as the next word. */
const WITH_VALUE = new Set(['--latency', '--port', '--quota', '--runs'])

/** First words of commands that have nothing to do with a Hub: inside the sandbox they would do what they do outside. */
const OUTSIDE = new Set(['autocomplete', 'help', 'sandbox'])

/** Whether a command runs in the sandbox, by its words such as `runs group`, or by the first of them. */
export function runsInside(words: string): boolean {
  return !OUTSIDE.has(words.split(' ')[0] ?? '')
}

/**
 * Finds the command that runs in the sandbox, in a host by our topic: the bare name could be the host's own command, and a rehearsal
 * would become the real thing.
 * @param id of the sandbox
 */
export function findInside(
  words: string[],
  ids: readonly string[],
  id: string,
): ReturnType<typeof findByWords> {
  const known = new Set(ids.filter((each) => runsInside(wordsOf(each))))
  return findByWords(withoutTopic(words), topicOf(id), (each) => known.has(each))
}

/** The words after the topic, which may be omitted in the sandbox. */
export function withoutTopic(words: string[]): string[] {
  return words[0] === HOST_TOPIC ? words.slice(1) : words
}

/**
 * Splits the sandbox's raw arguments: from the first word on all belongs to the inner command, its `--json` and `--help` included, which
 * oclif would otherwise take for the sandbox's. Without such a word the sandbox only serves.
 */
export function splitArguments(argv: string[]): {own: string[]; inner: string[]} {
  let index = 0
  while (index < argv.length) {
    const word = argv[index] ?? ''
    if (word === '--') return {own: argv.slice(0, index), inner: argv.slice(index + 1)}
    if (!word.startsWith('-')) break
    index += WITH_VALUE.has(word) ? 2 : 1
  }

  return {own: argv.slice(0, index), inner: argv.slice(index)}
}
