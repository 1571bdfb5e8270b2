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
  static override description = `Restores what \`cleanup --archive DIR\` saved. Unlike \`cleanup\`, it acts by default: use --dry-run to preview. Every file is checked on disk before anything is created, and compared with the Hub afterwards. A dataset gets back its name, files and visibility, but a new creation date: --older-than counts from today. Nothing on the Hub is overwritten: a partly restored dataset is completed, any other dataset of that name is left alone.

Runs are restored one by one, newest first or in the order you list them, each completely or not at all. After an interruption or a failure, run the same command again: it resumes. With --from, archives of a renamed account or of a team are restored to your namespace, or to --namespace; names inside the files do not change.`
  static override examples = examplesOf([
    ['Show what an archive contains and what would be restored:', './archive --dry-run'],
    ['Restore everything:', './archive'],
    ['Restore one run:', './archive 20260131_235959'],
    ['Restore an archive made before the account was renamed:', './archive --from old-name'],
  ])
  static override args = {
    dir: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Folder of the archive: the DIR of `cleanup --archive`.',
      required: true,
    }),
    name: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Dataset names or run timestamps (default: everything).',
      multiple: true,
    }),
  }
  static override flags = {
    'dry-run': Flags.boolean({
      summary: 'Check the archive and show what would be restored.',
      helpGroup: 'SAFETY',
    }),
    from: Flags.string({
      summary: 'Restore archives of this namespace to another one.',
      helpValue: 'NAMESPACE',
      helpGroup: 'CONNECTION',
    }),
    concurrency: concurrencyFlag('Datasets'),
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
