import {Flags} from '@oclif/core'

import {RUN_TYPES} from './naming.js'
import {DEFAULT_GRACE} from './retention.js'

/** Flags that several commands share. Their values are read by the lib, which the library's callers use without us. */
export const selectionFlags = {
  'older-than': Flags.string({
    summary:
      'Only runs older than this: 30d, 12h, 2w, 1m (30 days), 1y, 1w3d, or before a date such as 2026-01-31.',
    helpGroup: 'SELECTION',
    helpValue: 'AGE',
  }),
  'incomplete-only': Flags.boolean({
    summary: 'Only runs that lack at least one of results, traces and metrics.',
    helpGroup: 'SELECTION',
  }),
}

export const onlyFlag = Flags.option({
  summary: 'Only datasets of this type; may be given several times.',
  options: RUN_TYPES,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  helpGroup: 'SELECTION',
})

export const graceFlag = Flags.string({
  summary: `How long an incomplete run may still be uploading (default ${DEFAULT_GRACE}): 30min, 6h, 1d, or 0 to turn it off.`,
  helpGroup: 'SAFETY',
  helpValue: 'DURATION',
})
