/** Flags of the sandbox that take a value of their own as the next word. */
const WITH_VALUE = new Set(['--latency', '--port', '--quota', '--runs'])

/** First words of commands that have nothing to do with a Hub: inside, they would do what they do outside. */
const OUTSIDE = new Set(['autocomplete', 'help', 'sandbox'])

/** Whether a command runs in the sandbox, by its words such as `runs group`, or by the first of them. */
export function runsInside(words: string): boolean {
  return !OUTSIDE.has(words.split(' ')[0] ?? '')
}

/** The sandbox's words, and those of the command that runs inside it. */
export interface SplitArguments {
  own: string[]
  /** From the first word that is no flag of the sandbox's; empty where it only serves. */
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
