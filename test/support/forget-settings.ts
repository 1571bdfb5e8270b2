const NAMES = ['TRANSFORMERS_OFFLINE', 'LC_ALL', 'LC_CTYPE', 'DEBUG', 'FORCE_COLOR']

/**
 * Forgets what this machine has set for the program, a real token above all: tests and screens are the same whoever makes them.
 */
export function forgetSettings(): void {
  const ours = Object.keys(process.env).filter((name) => /^(?:SMOLTRACE|HF|HUGGING_FACE)_/.test(name))
  for (const name of [...ours, ...NAMES]) delete process.env[name]
}
