import {Args, Flags} from '@oclif/core'

import {type ConnectionFlags, HubCommand} from '../cli/base-command.js'
import {repeatFlags} from '../cli/command-line.js'
import {concurrencyFlag, examplesOf, FROM_COMMAND_LINE, givenFlags} from '../cli/flags/shared.js'
import {exitCodeOfRestore, restoreDatasets} from '../lib/archive/restore.js'
import {UsageError} from '../lib/base/errors.js'
import {EXIT, hubCodes} from '../lib/base/exit-codes.js'
import {formatWords, type GivenFlags} from '../lib/base/shell.js'
import {exitCodeOfJobRestore, type JobRestoreOptions, restoreJob} from '../lib/cleanup/job/restore.js'
import {type Content} from '../lib/views/json/schemas/documents.js'
import {jobRestoreDocument} from '../lib/views/json/trash.js'
import {shortId} from '../lib/views/result.js'
import {formatJobRestore, formatRestore} from '../lib/views/terminal/restore.js'

export default class Restore extends HubCommand {
  static override summary = 'Bring deleted datasets back to the Hub.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description = `Restores what \`cleanup --archive DIR\` saved. Unlike \`cleanup\`, it acts by default: use --dry-run to preview. Every file is checked on disk before anything is created, and compared with the Hub afterwards. A dataset gets back its name, files and visibility, but a new creation date: --older-than counts from today. Nothing on the Hub is overwritten: a partly restored dataset is completed, any other dataset of that name is left alone.

Runs are restored one by one, newest first or as listed, each completely or not at all. After an interruption or a failure, run the same command again: it resumes. With --from, archives of a renamed account or of a team are restored to your namespace, or to --namespace; names inside the files do not change.

With --job, whatever that cleanup took comes back: from the trash if it is there, otherwise from its archive.`
  static override examples = examplesOf([
    ['Show what an archive contains and what would be restored:', './archive --dry-run'],
    ['Restore everything:', './archive'],
    ['Undo the last cleanup:', '--job latest'],
    ['Restore one run:', './archive 20260131_235959'],
    ['Restore an archive made before the account was renamed:', './archive --from old-name'],
  ])
  static override usage = '<%= command.id %> [DIR [NAME]...] [FLAGS]'
  static override args = {
    dir: Args.string({
      ...FROM_COMMAND_LINE,
      description:
        'Folder of the archive: the DIR of `cleanup --archive`; then dataset names or run timestamps (default: everything in it). Not with --job.',
      multiple: true,
    }),
  }
  static override flags = {
    'dry-run': Flags.boolean({
      summary: 'Check the archive and show what would be restored.',
      helpGroup: 'SAFETY',
    }),
    job: Flags.string({
      summary: 'Restore what this cleanup took: an id from `history`, or `latest`.',
      helpGroup: 'SELECTION',
      helpValue: 'ID',
      exclusive: ['from'],
    }),
    from: Flags.string({
      summary: 'Restore archives of this namespace to another one.',
      helpValue: 'NAMESPACE',
      helpGroup: 'CONNECTION',
    }),
    concurrency: concurrencyFlag('Datasets'),
  }

  async run(): Promise<Content<'restore --job ID'> | Content<'restore'>> {
    const parsed = await this.parse(Restore)
    const {args, flags} = parsed
    const {job: id, from: source, concurrency, 'dry-run': dryRun} = flags
    const [dir, ...names] = args.dir ?? []
    if (dir !== undefined && id !== undefined)
      throw new UsageError('DIR and --job exclude each other: use one of them.')
    const given = givenFlags(parsed)
    if (id !== undefined) return this.undo({job: id, dryRun, concurrency}, flags, given)
    if (dir === undefined)
      throw new UsageError('Nothing selected: use DIR, or --job with the id of a cleanup.')
    const job = {dir, names: names.length > 0 ? names : undefined, from: source, dryRun, concurrency}
    const result = await this.ask(flags, async (connection, signal) => {
      const shown = await this.openProgress(signal)
      return restoreDatasets({...connection, ...job, onEvent: shown?.restore})
    })
    const next = [this.bin, 'restore', formatWords([dir, ...names]), repeatFlags(given)].join(' ').trimEnd()
    if (!this.jsonEnabled()) await this.print(formatRestore(result, this.screen, next))
    process.exitCode = exitCodeOfRestore(result)
    const {interrupted, from, ...rest} = result
    return {...rest, from: from ?? null, interrupted}
  }

  private async undo(
    job: Pick<JobRestoreOptions, 'concurrency' | 'dryRun' | 'job'>,
    flags: ConnectionFlags,
    given: GivenFlags,
  ): Promise<Content<'restore --job ID'>> {
    const result = await this.ask(this.asRecorded(flags), async (connection, signal) => {
      const shown = await this.openProgress(signal)
      const listeners = {onMove: shown?.untrashing, onEvent: shown?.restore}
      return restoreJob({...connection, ...job, ...listeners, dataDir: this.dataDirectory})
    })
    const next = `${this.bin} restore ${repeatFlags({...given, job: shortId(result.job)})}`
    if (!this.jsonEnabled()) await this.print(formatJobRestore(result, this.caller, this.screen, next))
    process.exitCode = exitCodeOfJobRestore(result)
    return jobRestoreDocument(result)
  }
}
