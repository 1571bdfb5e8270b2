import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {concurrencyFlag, examplesOf, FROM_COMMAND_LINE} from '../../cli/flags/shared.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {exitCodeOfTrashRestore, restoreTrash} from '../../lib/cleanup/trash/restore.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {trashRestoreDocument} from '../../lib/views/json/trash.js'
import {formatTrashRestore} from '../../lib/views/terminal/trash.js'

export default class TrashRestore extends HubCommand {
  static override summary = 'Restore runs from the trash.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description =
    'Acts at once, since nothing can be lost. Datasets are restored under their former names, with their files, history and creation dates. If another dataset has one of these names now, that run is kept in the trash; the others are restored. After an interruption, run the same command again. To keep a restored run from the next cleanup, pin it: `runs protect TIMESTAMP`'
  static override examples = examplesOf([
    ['Restore a run:', '20260131_235959'],
    ['Restore what the last cleanup moved there:', '--job latest'],
    ['Restore everything:', '--all'],
  ])
  static override args = {
    timestamp: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Run timestamps, from `trash list`.',
      multiple: true,
    }),
  }
  static override flags = {
    job: Flags.string({
      summary: 'Restore what this cleanup moved there: an id from `history`, or `latest`.',
      helpGroup: 'SELECTION',
      helpValue: 'ID',
      exclusive: ['all'],
    }),
    all: Flags.boolean({summary: 'Restore everything in the trash.', helpGroup: 'SELECTION'}),
    concurrency: concurrencyFlag('Runs'),
  }

  async run(): Promise<Content<'trash restore'>> {
    const {args, flags} = await this.parse(TrashRestore)
    const {job, all, concurrency} = flags
    const options = {timestamps: args.timestamp, job, all, concurrency, dataDir: this.dataDirectory}
    const own = job === undefined ? flags : this.asRecorded(flags)
    const result = await this.ask(own, async (connection, signal) => {
      const shown = await this.openProgress(signal)
      return restoreTrash({...connection, ...options, onEvent: shown?.untrashing})
    })
    if (!this.jsonEnabled()) await this.print(formatTrashRestore(result, this.caller, this.screen))
    process.exitCode = exitCodeOfTrashRestore(result)
    return trashRestoreDocument(result)
  }
}
