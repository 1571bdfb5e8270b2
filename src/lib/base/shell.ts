import {escapeUnprintable} from './text.js'

/** Words that a POSIX shell passes on as they are. */
const PLAIN = /^[\w./:@%+=,-]+$/
/** Words that cmd.exe and PowerShell both pass on: in PowerShell `,` makes a list, and `@` splats a variable. */
const PLAIN_ON_WINDOWS = /^(?:[\w./:+=\\-]+|\d+%)$/
/** What one of them expands even between double quotes. */
const REPLACED_ON_WINDOWS = /["“”„$`%!\n]/

/** Writes words as a person would type them, quoted where a shell would take them apart. */
export function formatWords(words: string[], platform = process.platform): string {
  return words.map((word) => quote(word, platform)).join(' ')
}

/** Writes a word so that the platform's shells take it as it is. */
export function quote(word: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return quoteForWindows(word)
  if (PLAIN.test(word)) return word
  const escaped = escapeUnprintable(word)
  return escaped === undefined ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `$'${escaped}'`
}

/**
 * Double quotes, which cmd.exe and PowerShell read alike, unless one of them would expand a part of the word. Such a word is quoted
 * for PowerShell; cmd.exe takes the quotes for a part of it, and so selects nothing.
 */
function quoteForWindows(word: string): string {
  if (PLAIN_ON_WINDOWS.test(word)) return word
  if (REPLACED_ON_WINDOWS.test(word)) return quoteForPowershell(word)
  // A backslash before the closing quote would escape it.
  return `"${word.replace(/\\+$/, '$&$&')}"`
}

/** Quotes a word for PowerShell, to which typographic quotes are quotes too. */
export function quoteForPowershell(word: string): string {
  return `'${word.replaceAll(/['‘’‚‛]/g, '$&$&')}'`
}

/** A flag's value. */
export type FlagValue = boolean | number | string | string[] | undefined
/** Flags as they were used, by name. */
export type GivenFlags = Record<string, FlagValue>

/**
 * Writes flags as a person would type them, quoted where a shell would take them apart. The token itself is shown nowhere.
 * @param flags by name; those left at their default must be omitted before
 */
export function formatFlags(flags: GivenFlags, platform = process.platform): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    if (value === true) return [`--${name}`]
    const values = name === 'token' ? ['hf_…'] : [value].flat()
    return values.map((each) => `--${name} ${quote(String(each), platform)}`)
  })
}
