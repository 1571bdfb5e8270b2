import {HubCommand} from '../../cli/base-command.js'
import {examplesOf, sizesFlag} from '../../cli/flags/shared.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {listTrash} from '../../lib/cleanup/trash/list.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {trashDocument} from '../../lib/views/json/trash.js'
import {formatTrash} from '../../lib/views/terminal/trash.js'

export default class TrashList extends HubCommand {
  static override summary = 'List the runs in the trash.'
  static override exitCodes = HUB_CODES
  static override description =
    'Shows what `cleanup --trash` moved there, last moved first. Their files and history are unchanged; they use storage until the trash is emptied. Changes nothing.'
  static override examples = examplesOf([
    ['List the trash:', ''],
    ['Show what emptying it would free:', '--sizes'],
    ['Get only the timestamps, for a script:', "--json | jq -r '.runs[].run'"],
  ])
  static override flags = {sizes: sizesFlag}

  async run(): Promise<Content<'trash list'>> {
    const {flags} = await this.parse(TrashList)
    const listing = await this.ask(flags, (connection) =>
      listTrash({...connection, sizes: flags.sizes, withRows: true}),
    )
    if (!this.jsonEnabled()) await this.print(formatTrash(listing, this.caller, this.screen))
    return trashDocument(listing)
  }
}
