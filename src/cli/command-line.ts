import {quote, quoteForPowershell} from '../lib/base/shell.js'

/** A flag's value as oclif parses it. */
export type FlagValue = boolean | number | string | string[] | undefined
/** The flags that a person gave, by name. */
export type GivenFlags = Record<string, FlagValue>

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
