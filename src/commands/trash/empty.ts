import {type EmptyFlags, emptyFlags, executionOf} from '../../cli/flags/cleanup.js'
import {examplesOf, givenFlags} from '../../cli/flags/shared.js'
import {PlanCommand} from '../../cli/plan-command.js'
import {ALL_CODES} from '../../lib/base/exit-codes.js'
import {emptyTrash} from '../../lib/cleanup/trash/empty.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'

export default class TrashEmpty extends PlanCommand {
  static override summary = 'Show what to delete from the trash, then delete it for good.'
  static override exitCodes = ALL_CODES
  static override description =
    'Shows what would be deleted. Only --no-dry-run deletes, and then only after you type DELETE (YES DELETE ALL with --all), or with --yes. This frees the storage and cannot be undone. Ages count from the end of the day (UTC) on which a run was moved to the trash. Pinned runs are kept, and so are runs that are only partly in the trash, unless you add --only.'
  static override examples = examplesOf([
    ['Show what has been in the trash for two weeks:', '--older-than 14d'],
    ['Delete it after a confirmation, and keep a copy:', '--older-than 14d --archive copies --no-dry-run'],
    ['Empty the trash, in a nightly job:', '--older-than 14d --max-delete 100 --no-dry-run --yes'],
  ])
  static override flags = emptyFlags
  /** Those of `-h`. */
  static dailyFlags = ['older-than', 'all', 'only', 'archive', 'max-delete', 'no-dry-run']
  protected override readonly title = 'Trash'

  async run(): Promise<Content<'trash empty'>> {
    const parsed = await this.parse(TrashEmpty)
    const {flags}: {flags: EmptyFlags} = parsed
    return this.present(givenFlags(parsed), [], async (presenter, signal) =>
      emptyTrash({
        ...this.connection(flags, signal),
        ...executionOf(flags),
        ...(await presenter.execution(signal)),
        olderThan: flags['older-than'],
        all: flags.all,
        only: flags.only,
        dataDir: this.dataDirectory,
        withRows: presenter.showsRuns,
        onPlan: presenter.onPlan,
      }),
    )
  }
}
