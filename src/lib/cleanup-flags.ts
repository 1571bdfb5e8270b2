import {Flags} from '@oclif/core'

import {DEFAULT_CONCURRENCY, MAX_CONCURRENCY} from './concurrency.js'
import {sizesFlag, summaryFlag, wholeNumber} from './flags.js'
import {retentionFlags} from './retention-flags.js'

/** Choosing without a rule, or against one. */
const pickingFlags = {
  interactive: Flags.boolean({
    char: 'i',
    summary: 'Pick the runs from a list, in which what the rules select is checked. Pinned ones stay.',
    helpGroup: 'PICKING',
  }),
}

/** What stands between a plan and a deletion. */
const safetyFlags = {
  // The help aligns a group only where its first flag has a letter.
  yes: Flags.boolean({
    char: 'y',
    summary: 'Do not ask for the confirmation.',
    helpGroup: 'SAFETY',
  }),
  'dry-run': Flags.boolean({
    summary: 'Show what would be deleted and delete nothing. This is the default.',
    helpGroup: 'SAFETY',
    exclusive: ['no-dry-run'],
  }),
  'no-dry-run': Flags.boolean({
    summary: 'Delete for good, after a confirmation.',
    helpGroup: 'SAFETY',
  }),
  archive: Flags.string({
    summary: 'Download each dataset into this folder before it is deleted; `restore` brings it back.',
    helpGroup: 'SAFETY',
    helpValue: 'DIR',
  }),
  'max-delete': Flags.string({
    summary: 'Refuse a plan that deletes more than N datasets, or more than P% of all.',
    helpGroup: 'SAFETY',
    helpValue: 'N|P%',
  }),
  'no-journal': Flags.boolean({
    summary: 'Delete even though nothing is written down for `history`.',
    helpGroup: 'SAFETY',
  }),
}

/** Plans that are made now and carried out later. */
const planFlags = {
  plan: Flags.string({
    summary: 'Save the plan of this dry run to a file, for review.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
    exclusive: ['apply'],
  }),
  apply: Flags.string({
    summary:
      'Carry out a saved plan: what is in it and has not changed since. Takes no selector and no keeper.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
  }),
}

/** Rules that stand in a file. */
const policyFlags = {
  policy: Flags.string({
    summary:
      'Take the rules from this file instead, in YAML; `policy explain` says what it does. Takes no selector, keeper, scope or grace beside it.',
    helpGroup: 'POLICY',
    helpValue: 'FILE',
  }),
}

const {grace, ...choosingFlags} = retentionFlags

/** Every flag of `cleanup`, in the order of its help. */
export const cleanupFlags = {
  ...choosingFlags,
  ...pickingFlags,
  ...policyFlags,
  ...safetyFlags,
  grace,
  ...planFlags,
  sizes: sizesFlag,
  summary: summaryFlag,
  concurrency: wholeNumber({
    summary: `Runs that are worked on at a time, 1 to ${MAX_CONCURRENCY}.`,
    default: DEFAULT_CONCURRENCY,
    min: 1,
    max: MAX_CONCURRENCY,
    helpGroup: 'OTHER',
    helpValue: 'N',
  }),
  'exit-code': Flags.boolean({
    summary: 'A dry run that finds something to delete ends with exit code 10.',
    helpGroup: 'OTHER',
  }),
}
