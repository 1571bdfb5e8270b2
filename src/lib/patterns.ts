import picomatch from 'picomatch'

/**
 * Whether a text matches one of these glob patterns: `*` stands for any characters, `/` among them, since models are named
 * `organisation/name`. Letter case counts, and a `!` at the start is nothing special: a pattern never means "all but".
 */
export function matcherOf(patterns: readonly string[]): (text: string) => boolean {
  return picomatch([...patterns], {bash: true, dot: true, nonegate: true})
}
