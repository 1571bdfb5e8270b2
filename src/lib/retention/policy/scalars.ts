/**
 * Stands for a value without quotes that not every program reads the same way: `no`, `1:30` and `010` are texts or numbers
 * by the version of YAML. It fits nothing that the schema asks for.
 */
export const AMBIGUOUS = Symbol('ambiguous')

/** What a single value may be. */
export type ScalarValue = boolean | null | number | string | typeof AMBIGUOUS

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const WORDS = /^(?:y|yes|n|no|on|off|true|false|null)$/i
const NUMBERS = [
  // Binary, octal, hexadecimal, with underscores or signs.
  /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[\da-f_]+|\d[\d_]*)$/i,
  // With a point that lacks digits on one side, or with an exponent.
  /^[-+]?(?:\d[\d_]*)?(?:\.[\d_]*(?:e[-+]?\d+)?|e[-+]?\d+)$/i,
  // To the base of sixty.
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/,
  /^(?:[-+]?\.inf|\.nan)$/i,
]

/** Reads a value that stands without quotes, as every version of YAML reads it. */
export function readPlain(source: string): ScalarValue {
  if (source === '' || source === '~' || source === 'null') return null
  if (source === 'true' || source === 'false') return source === 'true'
  if (NUMBER.test(source)) return Number(source)
  return [WORDS, ...NUMBERS].some((pattern) => pattern.test(source)) ? AMBIGUOUS : source
}
