import {Flags} from '@oclif/core'

import {DEFAULT_CONCURRENCY, MAX_CONCURRENCY} from './concurrency.js'
import {graceFlag, onlyFlag, selectionFlags, sizesFlag, wholeNumber} from './flags.js'

/** What may go: selectors and keepers. */
const retentionFlags = {
  ...selectionFlags,
  run: Flags.string({
    summary: 'Only the run with this timestamp; may be given several times.',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SELECTOR',
    helpValue: 'TIMESTAMP',
  }),
  all: Flags.boolean({
    summary: 'Every run. Goes with no other selector and no keeper.',
    helpGroup: 'SELECTOR',
  }),
  'keep-recent': wholeNumber({
    summary: 'Keep the N newest runs, whatever selects them; pinned runs do not count.',
    min: 1,
    helpGroup: 'KEEPER',
    helpValue: 'N',
  }),
}

/** Which datasets of the chosen runs go. */
const scopeFlags = {
  only: onlyFlag(),
  'delete-leaderboard': Flags.boolean({
    summary: 'Delete the leaderboard as well, last of all. Refused while it is protected or runs are pinned.',
    helpGroup: 'SCOPE',
    exclusive: ['preserve-leaderboard'],
  }),
  'preserve-leaderboard': Flags.boolean({
    summary: 'Never delete the leaderboard. This is the default.',
    helpGroup: 'SCOPE',
  }),
}

/** What stands between a plan and a deletion. */
const safetyFlags = {
  'dry-run': Flags.boolean({
    summary: 'Show what would be deleted and delete nothing. This is the default.',
    helpGroup: 'SAFETY',
    exclusive: ['no-dry-run'],
  }),
  'no-dry-run': Flags.boolean({
    summary: 'Delete for good, after a confirmation.',
    helpGroup: 'SAFETY',
  }),
  yes: Flags.boolean({
    char: 'y',
    summary: 'Do not ask for the confirmation.',
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
  grace: graceFlag,
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

/** Every flag of `cleanup`, in the order of its help. */
export const cleanupFlags = {
  ...retentionFlags,
  ...scopeFlags,
  ...safetyFlags,
  ...planFlags,
  sizes: sizesFlag,
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

/** What goes with `--apply`: how it is carried out and who does it. What goes is in the plan. */
export const APPLY_FLAGS: ReadonlySet<string> = new Set([
  'apply',
  'archive',
  'concurrency',
  'dry-run',
  'exit-code',
  'json',
  'max-delete',
  'no-dry-run',
  'no-journal',
  'sizes',
  'token',
  'yes',
])
