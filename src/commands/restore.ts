import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../cli/base-command.js'
import {UNREPEATED_FLAGS} from '../cli/command-line.js'
import {concurrencyFlag, examplesOf, FROM_COMMAND_LINE, givenFlags} from '../cli/flags/shared.js'
import {exitCodeOfRestore, restoreDatasets} from '../lib/archive/restore.js'
import {EXIT, hubCodes} from '../lib/base/exit-codes.js'
import {formatFlags, formatWords} from '../lib/base/shell.js'
import {type Content} from '../lib/views/json/schemas/documents.js'
import {formatRestore} from '../lib/views/terminal/restore.js'

export default class Restore extends HubCommand {
  static override summary = 'Bring archived datasets back to the Hub.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description = `Reads what \`cleanup --archive DIR\` has written: every file is checked on the disk before anything is created, and compared with the Hub afterwards. A dataset gets its name, files and visibility back, but a new date of creation: --older-than counts from today for it. Acts at once, since nothing on the Hub is overwritten: a dataset of that name that is there is completed if it is part of the same, and else left alone. --dry-run only checks.

Runs come back one after the other, as they are named or the newest first, each as a whole or not at all. Interrupted or failed halfway, the same command resumes where it stopped. With --from, archives of a renamed account or of a team come back under the namespace of this token or of --namespace; names inside the files stay as they are.`
  static override examples = examplesOf([
    ['See what an archive holds, and what would come back:', './archive --dry-run'],
    ['Bring everything back:', './archive'],
    ['Bring one run back:', './archive 20260131_235959'],
    ['Bring back what was archived before the account was renamed:', './archive --from old-name'],
  ])
  static override args = {
    dir: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Folder of archives, as --archive was given.',
      required: true,
    }),
    name: Args.string({
      ...FROM_COMMAND_LINE,
      description:
        "Datasets, by full name or without the namespace, or runs' timestamps; default: everything.",
      multiple: true,
    }),
  }
  static override flags = {
    'dry-run': Flags.boolean({
      summary: 'Check the archive, show what would be restored, and create nothing.',
      helpGroup: 'SAFETY',
    }),
    from: Flags.string({
      summary: 'Bring archives of this namespace back under another one.',
      helpValue: 'NAMESPACE',
      helpGroup: 'CONNECTION',
    }),
    concurrency: concurrencyFlag('Datasets that are checked on the disk and looked for on the Hub'),
  }

  async run(): Promise<Content<'restore'>> {
    const parsed = await this.parse(Restore)
    const {args, flags} = parsed
    const {from: source, concurrency, 'dry-run': dryRun} = flags
    const job = {dir: args.dir, names: args.name, from: source, dryRun, concurrency}
    const result = await this.ask(flags, async (connection, signal) => {
      const shown = await this.openProgress(signal)
      return restoreDatasets({...connection, ...job, onEvent: shown?.restore})
    })
    const given = Object.entries(givenFlags(parsed)).filter(([name]) => !UNREPEATED_FLAGS.includes(name))
    const words = formatWords([args.dir, ...(args.name ?? [])])
    const next = [this.bin, 'restore', words, ...formatFlags(Object.fromEntries(given))].join(' ')
    if (!this.jsonEnabled()) await this.print(formatRestore(result, this.screen, next))
    process.exitCode = exitCodeOfRestore(result)
    const {interrupted, from, ...rest} = result
    return {...rest, from: from ?? null, interrupted}
  }
}
