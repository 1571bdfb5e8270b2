import {Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {byFlag, examplesOf, GROUP_LIST, groupByFlag, wholeNumber} from '../../cli/flags/shared.js'
import {writeAndWait} from '../../cli/output.js'
import {METRIC_LIST} from '../../lib/account/leaderboard/metrics.js'
import {readRanking} from '../../lib/account/leaderboard/ranking.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {rankingCsv} from '../../lib/views/csv.js'
import {rankingDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatRanking} from '../../lib/views/terminal/ranking.js'
import {mayShowBars} from '../../lib/views/terminal/style.js'

export default class LeaderboardShow extends HubCommand {
  static override summary = "Show the leaderboard's rows, the best first."
  static override exitCodes = HUB_CODES
  static override description = `Ranks the evaluations that finished by one metric; equal scores have the same place, and the newer row comes first. Those that failed, stopped early or have no score come below, without a place. Rows whose datasets are gone are marked; a missing traces dataset is not, since rows name one also where none was made. Changes nothing.

Durations are the average of one test. Dates are those of the runs on the Hub. One with a ~ is the row's own: the local time of the evaluating machine.`
  static override examples = examplesOf([
    ['Every row, by success rate:', ''],
    ['The three cheapest evaluations of each model:', '--by cost --group-by model --limit 3'],
    ['Those of two makers of models:', "--model 'openai/*' --model 'anthropic/*'"],
    ['All of it, for a spreadsheet:', '--csv > leaderboard.csv'],
  ])
  static override flags = {
    by: byFlag({
      summary: `What rows are ranked by (default success_rate): ${METRIC_LIST}.`,
      helpGroup: 'OUTPUT',
    }),
    'group-by': groupByFlag({
      summary: `Rank within each group of rows that agree in this column; may be given several times: ${GROUP_LIST}.`,
      helpGroup: 'OUTPUT',
    }),
    model: Flags.string({
      summary:
        'Only rows of a model that this pattern matches, such as openai/*; may be given several times, and one of them is enough.',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SELECTION',
      helpValue: 'PATTERN',
    }),
    limit: wholeNumber({
      summary: 'At most N rows; with --group-by, of each group.',
      min: 1,
      helpGroup: 'OUTPUT',
      helpValue: 'N',
    }),
    csv: Flags.boolean({
      summary: 'Print CSV instead of a table.',
      helpGroup: 'OUTPUT',
      exclusive: ['json'],
    }),
  }

  async run(): Promise<Content<'leaderboard show'>> {
    const {flags} = await this.parse(LeaderboardShow)
    const {by, model, limit, 'group-by': groupBy} = flags
    const ranked = await this.ask(flags, (connection) =>
      readRanking({...connection, by, groupBy, model, limit}),
    )
    if (flags.csv) await writeAndWait(process.stdout, rankingCsv(ranked))
    else if (!this.jsonEnabled())
      await this.print(formatRanking(ranked, {...this.screen, hasBars: mayShowBars()}))

    return rankingDocument(ranked)
  }
}
