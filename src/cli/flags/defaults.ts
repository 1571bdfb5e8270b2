/** Variables that replace the default of a flag, by flag. */
export const DEFAULTS = {
  namespace: 'SMOLTRACE_NAMESPACE',
  archive: 'SMOLTRACE_ARCHIVE',
  concurrency: 'SMOLTRACE_CONCURRENCY',
} as const

/**
 * What a variable says; undefined where it is empty. A default, and not oclif's `env`: a variable that is always set must neither
 * exclude other flags nor be repeated in the command that comes next.
 */
export function defaultOf(flag: keyof typeof DEFAULTS): string | undefined {
  return process.env[DEFAULTS[flag]] || undefined
}
