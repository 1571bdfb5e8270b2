/** Words that a POSIX shell passes on as they are. */
const PLAIN = /^[\w./:@%+=,-]+$/
/** Words that cmd.exe and PowerShell both pass on: to the latter a comma makes a list, and an at sign takes a variable apart. */
const PLAIN_ON_WINDOWS = /^(?:[\w./:+=\\-]+|\d+%)$/
/** What one of them puts something else in the place of, even between double quotes. */
const REPLACED_ON_WINDOWS = /["“”„$`%!\n]/

/** Writes words as a person would type them, quoted where a shell would take them apart. */
export function formatWords(words: string[], platform = process.platform): string {
  return words.map((word) => quote(word, platform)).join(' ')
}

/** Writes a word so that the platform's shells take it as it is. */
export function quote(word: string, platform: NodeJS.Platform): string {
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
