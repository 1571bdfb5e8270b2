import {Flags, type Interfaces} from '@oclif/core'

import {type SizesOption} from '../../lib/account/sizes.js'
import {EXIT} from '../../lib/base/exit-codes.js'
import {type ExecutionOptions} from '../../lib/cleanup/options.js'
import {loadPolicy} from '../../lib/retention/policy/load.js'
import {type RetentionOptions} from '../../lib/retention/rules.js'
import {type HubCommand} from '../base-command.js'
import {CHOOSING_FLAGS, RULE_FLAGS} from '../command-line.js'
import {retentionFlags, retentionOf} from './retention.js'
import {concurrencyFlag, sizesFlag, summaryFlag} from './shared.js'

const {grace, ...choosingFlags} = retentionFlags

/** Every flag of `cleanup`, in the order of its help. */
export const cleanupFlags = {
  ...choosingFlags,
  interactive: Flags.boolean({
    char: 'i',
    summary: 'Pick the runs from a list, in which what the rules select is checked. Pinned ones stay.',
    helpGroup: 'PLAN',
  }),
  policy: Flags.string({
    summary:
      'Take the rules from this file instead, in YAML; `policy explain` says what it does. Excludes selectors, keepers, scope and grace.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
    // Two places for rules would leave it open which of them holds.
    exclusive: [...RULE_FLAGS],
  }),
  plan: Flags.string({
    summary: 'Save the plan of this dry run to a file, for review.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
  }),
  apply: Flags.string({
    summary:
      'Carry out a saved plan: what is in it and has not changed since. Takes no selector and no keeper.',
    helpGroup: 'PLAN',
    helpValue: 'FILE',
    // The plan itself says what is deleted: a filter with it would have no effect.
    exclusive: ['plan', ...CHOOSING_FLAGS],
  }),
  // The help of a host aligns a group only where its first flag has a letter.
  yes: Flags.boolean({char: 'y', summary: 'Do not ask for the confirmation.', helpGroup: 'SAFETY'}),
  'dry-run': Flags.boolean({
    summary: 'Show what would be deleted and delete nothing. This is the default.',
    helpGroup: 'SAFETY',
    exclusive: ['no-dry-run'],
  }),
  'no-dry-run': Flags.boolean({summary: 'Delete for good, after a confirmation.', helpGroup: 'SAFETY'}),
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
  grace,
  sizes: sizesFlag,
  summary: summaryFlag,
  'exit-code': Flags.boolean({
    summary: `End with exit code ${EXIT.found} where a dry run finds something to delete.`,
    helpGroup: 'OUTPUT',
  }),
  concurrency: concurrencyFlag('Runs that are worked on'),
}

export type CleanupFlags = Interfaces.InferredFlags<typeof cleanupFlags & typeof HubCommand.baseFlags>

/** How a plan is carried out, as the library's options. */
export function executionOf(flags: CleanupFlags): ExecutionOptions & SizesOption {
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
