/** A flag's value as oclif parses it. */
export type FlagValue = boolean | number | string | string[] | undefined

/** Words that a POSIX shell passes on as they are. */
const PLAIN = /^[\w./:@%+=,-]+$/
/** Words that cmd.exe and PowerShell both pass on: to the latter a comma makes a list, and an at sign takes a variable apart. */
const PLAIN_ON_WINDOWS = /^(?:[\w./:+=\\-]+|\d+%)$/
/** What one of them puts something else in the place of, even between double quotes. */
const REPLACED_ON_WINDOWS = /["“”„$`%!\n]/

/**
 * Writes flags as a person would type them, quoted where a shell would take them apart.
 * @param flags by name, as oclif parses them; those left at their default, and false ones, must be left out before
 * @param platform whose shell reads it
 */
export function formatFlags(flags: Record<string, FlagValue>, platform = process.platform): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    if (value === true) return [`--${name}`]
    return [value].flat().map((each) => `--${name} ${quote(String(each), platform)}`)
  })
}

/** Writes words as a person would type them, quoted where a shell would take them apart. */
export function formatWords(words: string[], platform = process.platform): string {
  return words.map((word) => quote(word, platform)).join(' ')
}

/**
 * Writes what sets variables of the environment, for pasting into another terminal.
 * @returns a line for each kind of shell that the platform has
 */
export function formatVariables(variables: Record<string, string>, platform = process.platform): string[] {
  const all = Object.entries(variables)
  if (platform !== 'win32')
    return [`export ${all.map(([name, value]) => `${name}=${quote(value, platform)}`).join(' ')}`]
  return [
    `PowerShell:  ${all.map(([name, value]) => `$env:${name}=${quoteForPowershell(value)}`).join('; ')}`,
    `cmd.exe:     ${all.map(([name, value]) => `set "${name}=${value}"`).join(' & ')}`,
  ]
}

/** Writes a word so that the platform's shells take it as it is. */
function quote(word: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return quoteForWindows(word)
  return PLAIN.test(word) ? word : quoteForPosix(word)
}

/** Quotes a word for sh, bash and zsh, whether it needs that or not. */
export function quoteForPosix(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * Double quotes, in which cmd.exe and PowerShell take a word alike, unless one of them would replace a part of it: a filter must
 * not become another one. That word is written for PowerShell; cmd.exe takes its quotes for a part of it, and finds nothing.
 */
function quoteForWindows(word: string): string {
  if (PLAIN_ON_WINDOWS.test(word)) return word
  if (REPLACED_ON_WINDOWS.test(word)) return quoteForPowershell(word)
  // Programs take a backslash before a quote for a sign that the quote is meant.
  return `"${word.replace(/\\+$/, '$&$&')}"`
}

/** Quotes a word for PowerShell, to which typographic quotes are quotes too. */
export function quoteForPowershell(word: string): string {
  return `'${word.replaceAll(/['‘’‚‛]/g, '$&$&')}'`
}
