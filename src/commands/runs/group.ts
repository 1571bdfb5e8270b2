import {HubCommand} from '../../cli/base-command.js'
import {retentionFlags} from '../../cli/flags/retention.js'
import {examplesOf, sizesFlag} from '../../cli/flags/shared.js'
import {readOverview, totalsOf} from '../../lib/account/overview.js'
import {datasetsIn} from '../../lib/account/runs.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {stateDocument, storageDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatRunTable} from '../../lib/views/terminal/overview.js'

export default class RunsGroup extends HubCommand {
  static override summary = 'Group the datasets of a namespace into evaluation runs.'
  static override exitCodes = HUB_CODES
  static override description = `Shows every run, newest first: how old it is, which of its datasets exist, and its state. Changes nothing.

The leaderboard says which evaluations finished. One without --enable-otel has no traces and lacks nothing for it; one that failed is not complete even with all three datasets.`
  static override examples = examplesOf([
    ['See every run:', ''],
    ['See what did not finish and is older than a week:', '--incomplete-only --older-than 7d'],
    ['See what lacks a dataset, finished or not:', '--incomplete-only --ignore-leaderboard'],
    ['Count how many runs are in which state, for a script:', '--json | jq .totals.states'],
  ])
  static override flags = {
    'older-than': retentionFlags['older-than'],
    'incomplete-only': retentionFlags['incomplete-only'],
    'ignore-leaderboard': retentionFlags['ignore-leaderboard'],
    sizes: sizesFlag,
  }

  async run(): Promise<Content<'runs group'>> {
    const {flags} = await this.parse(RunsGroup)
    const overview = await this.ask(flags, (connection) =>
      readOverview({
        ...connection,
        olderThan: flags['older-than'],
        incompleteOnly: flags['incomplete-only'],
        ignoreLeaderboard: flags['ignore-leaderboard'],
        withRows: true,
        sizes: flags.sizes,
      }),
    )
    const {runs, cutoff = null, sizes} = overview
    const {endpoint, namespace, now} = overview.inventory
    const totals = totalsOf(overview)
    if (!this.jsonEnabled()) await this.print(formatRunTable(overview, totals, this.screen))

    return {
      endpoint,
      namespace,
      now,
      cutoff,
      runs: Array.from(runs, (run) => stateDocument(run, overview)),
      totals: {...totals, ...storageDocument(datasetsIn(runs), sizes)},
    }
  }
}
