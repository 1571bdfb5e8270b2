import {Flags} from '@oclif/core'

import {METRIC_WORDS} from '../../lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../lib/account/leaderboard/row.js'
import {DEFAULT_CONCURRENCY, MAX_CONCURRENCY} from '../../lib/base/concurrency.js'
import {UsageError} from '../../lib/base/errors.js'
import {type FlagValue, type GivenFlags} from '../../lib/base/shell.js'
import {messageOf} from '../../lib/base/text.js'
import {defaultOf, DEFAULTS} from './defaults.js'

/** A whole number; what it may be is said in one line. */
export const wholeNumber = Flags.custom<number, {min: number; max?: number}>({
  parse: async (input, _context, range) => readWhole(input, range),
})

function readWhole(input: string, {min, max = Number.MAX_SAFE_INTEGER}: {min: number; max?: number}): number {
  const number = /^\d+$/.test(input) ? Number(input) : Number.NaN
  if (number >= min && number <= max) return number
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} up` : `${min} to ${max}`
  throw new UsageError(`use a whole number from ${range}, not ${JSON.stringify(input)}.`)
}

function concurrencyByDefault(range: {min: number; max: number}): number {
  const given = defaultOf('concurrency')
  if (given === undefined) return DEFAULT_CONCURRENCY
  try {
    return readWhole(given, range)
  } catch (error) {
    throw new UsageError(`${DEFAULTS.concurrency}: ${messageOf(error)}`)
  }
}

/** For arguments. oclif would look for a missing one on stdin, and take there what belongs to the loop around the command. */
export const FROM_COMMAND_LINE = {ignoreStdin: true} as const

export const sizesFlag = Flags.boolean({
  summary:
    'Show the size of each dataset on the Hub. Includes its history; unknown if the token may not read it.',
  helpGroup: 'OUTPUT',
})

/** @param what is shown: it ends the sentence in the help */
export const limitFlag = (what: string) =>
  wholeNumber({summary: `Show the first N ${what} only.`, min: 1, helpGroup: 'OUTPUT', helpValue: 'N'})

export const summaryFlag = Flags.string({
  summary: 'Append a Markdown summary to FILE. In GitHub Actions: "$GITHUB_STEP_SUMMARY".',
  helpGroup: 'OUTPUT',
  helpValue: 'FILE',
})

const CONCURRENCY = {min: 1, max: MAX_CONCURRENCY}

/** @param what is processed: it begins the sentence in the help */
export const concurrencyFlag = (what: string) =>
  wholeNumber({
    ...CONCURRENCY,
    summary: `${what} to process in parallel, 1 to ${MAX_CONCURRENCY}.`,
    default: async () => concurrencyByDefault(CONCURRENCY),
    helpGroup: 'CONNECTION',
    helpValue: 'N',
  })

/** What runs are ranked by. Its value is read by the lib. */
export const byFlag = Flags.option({options: METRIC_WORDS, helpValue: 'METRIC'})

/** The columns that `--group-by` takes, in words. */
export const GROUP_LIST = GROUP_COLUMNS.join(', ')

/** What rows, or the runs that they are about, are grouped by. */
export const groupByFlag = Flags.option({
  options: GROUP_COLUMNS,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  helpValue: 'COLUMN',
})

/** Of the flags as oclif parses them those that a person gave. */
export function givenFlags({
  flags,
  metadata,
}: {
  flags: Record<string, FlagValue>
  metadata: {flags: Record<string, {setFromDefault?: boolean} | undefined>}
}): GivenFlags {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !metadata.flags[name]?.setFromDefault))
}

/** Of every command. */
export const outputFlags = {
  json: Flags.boolean({summary: 'Print one JSON document, nothing else.', helpGroup: 'OUTPUT'}),
  'no-color': Flags.boolean({summary: 'Print without colours, like NO_COLOR.', helpGroup: 'OUTPUT'}),
}

/** Examples of a command's help, from what each does and the words that follow the command. */
export function examplesOf(
  pairs: ReadonlyArray<readonly [description: string, words: string]>,
): Array<{description: string; command: string}> {
  return pairs.map(([description, words]) => ({
    description,
    command: `<%= config.bin %> <%= command.id %> ${words}`.trimEnd(),
  }))
}
