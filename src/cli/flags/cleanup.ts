import {Flags, type Interfaces} from '@oclif/core'

import {type SizesOption} from '../../lib/account/sizes.js'
import {EXIT} from '../../lib/base/exit-codes.js'
import {type ExecutionOptions} from '../../lib/cleanup/options.js'
import {loadPolicy} from '../../lib/retention/policy/load.js'
import {type RetentionOptions} from '../../lib/retention/rules.js'
import {type HubCommand} from '../base-command.js'
import {CHOOSING_FLAGS, RULE_FLAGS} from '../command-line.js'
import {defaultOf} from './defaults.js'
import {retentionFlags, retentionOf} from './retention.js'
import {concurrencyFlag, sizesFlag, summaryFlag} from './shared.js'

const {grace, ...choosingFlags} = retentionFlags

/** Every flag of `cleanup`, in the order of its help. */
export const cleanupFlags = {
  ...choosingFlags,
  interactive: Flags.boolean({
    char: 'i',
    summary:
      'Pick the runs from a list. Runs that your rules select start checked; pinned runs are always kept.',
    helpGroup: 'PLAN',
  }),
  policy: Flags.string({
    summary:
      'Use the rules in this YAML file. `policy explain` shows what they do. Excludes selectors, keepers, scope and grace.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
    // Two places for rules would leave it open which of them holds.
    exclusive: [...RULE_FLAGS],
  }),
  plan: Flags.string({
    summary: 'Save the plan of this dry run to FILE, for review.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
  }),
  apply: Flags.string({
    summary: 'Use a saved plan. Datasets that changed since are skipped. Excludes selectors and keepers.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
    // The plan itself says what is deleted: a filter with it would have no effect.
    exclusive: ['plan', ...CHOOSING_FLAGS],
  }),
  // The help of a host aligns a group only where its first flag has a letter.
  yes: Flags.boolean({char: 'y', summary: 'Skip the confirmation.', helpGroup: 'SAFETY'}),
  'dry-run': Flags.boolean({
    summary: 'Show what would be deleted. This is the default.',
    helpGroup: 'SAFETY',
    exclusive: ['no-dry-run'],
  }),
  'no-dry-run': Flags.boolean({
    summary: 'Delete for good, or move to the trash (--trash), after a confirmation.',
    helpGroup: 'SAFETY',
  }),
  archive: Flags.string({
    summary: 'Download each dataset to DIR before deleting it. `restore` brings it back.',
    default: async () => defaultOf('archive'),
    helpGroup: 'SAFETY',
    helpValue: 'DIR',
  }),
  'max-delete': Flags.string({
    summary: 'Refuse plans of more than N datasets, or P% of all.',
    helpGroup: 'SAFETY',
    helpValue: 'N|P%',
  }),
  'no-journal': Flags.boolean({
    summary: 'Delete without recording it in `history`.',
    helpGroup: 'SAFETY',
  }),
  grace,
  sizes: sizesFlag,
  summary: summaryFlag,
  verbose: Flags.boolean({
    summary: 'Show every run and dataset, even if they do not fit on the screen.',
    helpGroup: 'OUTPUT',
    exclusive: ['quiet'],
  }),
  quiet: Flags.boolean({
    summary: 'Print only totals and errors. The plan is still shown before a confirmation.',
    helpGroup: 'OUTPUT',
  }),
  'exit-code': Flags.boolean({
    summary: `Exit with ${EXIT.found} if a dry run finds something to delete.`,
    helpGroup: 'OUTPUT',
  }),
  concurrency: concurrencyFlag('Runs'),
}

const {only, yes, archive, sizes, summary, verbose, quiet, concurrency} = cleanupFlags

/** Every flag of `trash empty`, in the order of its help. */
export const emptyFlags = {
  'older-than': {
    ...cleanupFlags['older-than'],
    summary: 'Only runs moved to the trash before this: 14d, 2w, 1m (30 days), or a date such as 2026-01-31.',
  },
  all: {...cleanupFlags.all, summary: 'Everything in the trash.'},
  only,
  yes,
  'dry-run': cleanupFlags['dry-run'],
  'no-dry-run': {...cleanupFlags['no-dry-run'], summary: 'Delete for good, after a confirmation.'},
  archive,
  'max-delete': {
    ...cleanupFlags['max-delete'],
    summary: 'Refuse to delete more than N datasets, or P% of the trash.',
  },
  'no-journal': cleanupFlags['no-journal'],
  sizes,
  summary,
  verbose,
  quiet,
  'exit-code': cleanupFlags['exit-code'],
  concurrency,
}

/** What most cleanups use. */
export const DAILY_FLAGS = [
  'older-than',
  'incomplete-only',
  'run',
  'keep-recent',
  'keep-best',
  'only',
  'trash',
  'interactive',
  'archive',
  'max-delete',
  'no-dry-run',
] as const satisfies ReadonlyArray<keyof typeof cleanupFlags>

export type CleanupFlags = Interfaces.InferredFlags<typeof cleanupFlags & typeof HubCommand.baseFlags>
export type EmptyFlags = Interfaces.InferredFlags<typeof emptyFlags & typeof HubCommand.baseFlags>

/** How a plan is applied, as the library's options. */
export function executionOf(flags: EmptyFlags): ExecutionOptions & SizesOption {
  return {
    dryRun: !flags['no-dry-run'],
    yes: flags.yes,
    confirmedBy: 'phrase',
    concurrency: flags.concurrency,
    maxDelete: flags['max-delete'],
    archive: flags.archive,
    journal: !flags['no-journal'],
    sizes: flags.sizes,
  }
}

/** The rules, from a policy file or from the flags. */
export async function rulesOf(flags: CleanupFlags): Promise<RetentionOptions> {
  return flags.policy === undefined ? retentionOf(flags) : (await loadPolicy(flags.policy)).options
}
