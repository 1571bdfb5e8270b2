import {Flags} from '@oclif/core'

import {METRIC_WORDS} from '../../lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../lib/account/leaderboard/row.js'
import {DEFAULT_GRACE} from '../../lib/account/runs.js'
import {DEFAULT_CONCURRENCY, MAX_CONCURRENCY} from '../../lib/base/concurrency.js'
import {UsageError} from '../../lib/base/errors.js'
import {RUN_TYPES} from '../../lib/base/names.js'

/** A whole number; what it may be is said in one line. */
export const wholeNumber = Flags.custom<number, {min: number; max?: number}>({
  async parse(input, _context, {min, max = Number.MAX_SAFE_INTEGER}) {
    const number = /^\d+$/.test(input) ? Number(input) : Number.NaN
    if (number >= min && number <= max) return number
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} up` : `${min} to ${max}`
    throw new UsageError(`give a whole number from ${range}, not ${JSON.stringify(input)}.`)
  },
})

/** For arguments. oclif would look for a missing one on stdin, and take there what belongs to the loop around the command. */
export const FROM_COMMAND_LINE = {ignoreStdin: true} as const

/** Flags that several commands share. Their values are read by the lib, which the library's callers use without us. */
export const selectionFlags = {
  'older-than': Flags.string({
    summary:
      'Only runs older than this: 30d, 12h, 2w, 1m (30 days), 1y, 1w3d, or before a date such as 2026-01-31.',
    helpGroup: 'SELECTION',
    helpValue: 'AGE',
  }),
  'incomplete-only': Flags.boolean({
    summary:
      'Only runs that lack at least one of results, traces and metrics, and did not finish according to the leaderboard.',
    helpGroup: 'SELECTION',
  }),
  'ignore-leaderboard': Flags.boolean({
    summary: 'With --incomplete-only: do not ask the leaderboard which runs finished.',
    helpGroup: 'SELECTION',
    dependsOn: ['incomplete-only'],
  }),
}

export const onlyFlag = Flags.option({
  summary: `Only datasets of this type (${RUN_TYPES.join(', ')}); may be given several times.`,
  options: RUN_TYPES,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  helpGroup: 'SCOPE',
  helpValue: 'TYPE',
})

export const sizesFlag = Flags.boolean({
  summary:
    'Show what each dataset takes up on the Hub, its whole history included; unknown where the token may not read that.',
  helpGroup: 'OUTPUT',
})

export const summaryFlag = Flags.string({
  summary: 'Add a summary of the job in Markdown to this file, such as "$GITHUB_STEP_SUMMARY".',
  helpGroup: 'OUTPUT',
  helpValue: 'FILE',
})

export const graceFlag = Flags.string({
  summary: `How long an incomplete run may still be uploading (default ${DEFAULT_GRACE}): 30min, 6h, 1d, or 0 to turn it off.`,
  helpGroup: 'SAFETY',
  helpValue: 'DURATION',
})

/** How much goes on at once. @param what begins the sentence in the help */
export const concurrencyFlag = (what: string) =>
  wholeNumber({
    summary: `${what} at a time, 1 to ${MAX_CONCURRENCY}.`,
    default: DEFAULT_CONCURRENCY,
    min: 1,
    max: MAX_CONCURRENCY,
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

/** Of every command. */
export const outputFlags = {
  json: Flags.boolean({summary: 'Print one JSON document and nothing else.', helpGroup: 'OUTPUT'}),
  'no-color': Flags.boolean({summary: 'Print without colours, as with NO_COLOR.', helpGroup: 'OUTPUT'}),
}
