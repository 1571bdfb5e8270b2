import {Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {retentionOf, selectionFlags} from '../../cli/flags/retention.js'
import {byFlag, examplesOf, limitFlag, sizesFlag} from '../../cli/flags/shared.js'
import {METRIC_LIST} from '../../lib/account/leaderboard/metrics.js'
import {datasetsIn} from '../../lib/account/runs.js'
import {trashedRunsOf} from '../../lib/account/trash.js'
import {UsageError} from '../../lib/base/errors.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {readOverview, type RunOrder, sortRuns, totalsOf} from '../../lib/plan/overview.js'
import {stateDocument, storageDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatRunTable} from '../../lib/views/terminal/overview.js'

const ORDERS: readonly RunOrder[] = ['age', 'score', 'model', 'size']

export default class RunsGroup extends HubCommand {
  static override summary = 'List the evaluation runs of a namespace.'
  static override exitCodes = HUB_CODES
  static override description = `Shows every run, newest first: how old it is, its model and score, which of its datasets exist, and its state. Changes nothing. Also called \`runs list\` and \`runs ls\`.

The selection flags mean the same as in \`cleanup\`: the runs shown are those that it would select, before pins, the grace period and --keep-* flags save any of them. If the leaderboard cannot be read, models and scores are shown as ?.

The leaderboard says which evaluations finished. A run without --enable-otel has no traces, yet it is not incomplete. A failed run is never complete, even with all three datasets.`
  static override examples = examplesOf([
    ['List all runs:', ''],
    ['List the ten best runs of some models:', '--model "openai/*" --sort score --limit 10'],
    ['List unfinished runs older than a week:', '--incomplete-only --older-than 7d'],
    ['Count the runs in each state, for a script:', '--json | jq .totals.states'],
  ])
  static override flags = {
    ...selectionFlags,
    by: byFlag({
      summary: `Metric of SCORE, --sort score and --score-below (default success_rate): ${METRIC_LIST}.`,
      helpGroup: 'OUTPUT',
    }),
    sort: Flags.option({
      summary:
        'Sort by age, score, model or size. Newest, best or largest first, models by name; size needs --sizes.',
      options: ORDERS,
      default: 'age' as const,
      helpGroup: 'OUTPUT',
      helpValue: 'ORDER',
    })(),
    limit: limitFlag('runs'),
    sizes: sizesFlag,
  }

  async run(): Promise<Content<'runs group'>> {
    const {flags} = await this.parse(RunsGroup)
    if (flags.sort === 'size' && !flags.sizes)
      throw new UsageError('--sort size needs --sizes, which reads the sizes.')
    const overview = await this.ask(flags, (connection) =>
      readOverview({...connection, selection: retentionOf(flags), withRows: true, sizes: flags.sizes}),
    )
    const {runs, cutoff = null, by, sizes} = overview
    const {endpoint, namespace, now, trash} = overview.inventory
    const totals = totalsOf(overview)
    const shown = sortRuns(overview, flags.sort).slice(0, flags.limit)
    if (!this.jsonEnabled()) await this.print(formatRunTable(overview, {shown, totals}, this.screen))

    return {
      endpoint,
      namespace,
      now,
      cutoff,
      by,
      runs: Array.from(shown, (run) => stateDocument(run, overview)),
      totals: {...totals, ...storageDocument(datasetsIn(runs), sizes)},
      trash: {runs: trashedRunsOf(overview.inventory).length, datasets: trash.length},
    }
  }

  /** By whichever of its names it was called. */
  protected override get commandName(): string {
    return 'runs group'
  }
}
