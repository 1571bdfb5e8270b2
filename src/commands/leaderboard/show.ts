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
  static override summary = 'Rank the evaluations on the leaderboard, best first.'
  static override exitCodes = HUB_CODES
  static override description = `Ranks finished evaluations by one metric. Equal scores share a rank, newer first. Evaluations that failed, stopped early or have no score follow without a rank. Rows whose datasets are gone are marked; a missing traces dataset is not, because rows always name one. Changes nothing.

Durations are the average of one test. Dates are those of the runs on the Hub; a ~ marks a date from the leaderboard row (evaluator's local time).`
  static override examples = examplesOf([
    ['Rank by success rate:', ''],
    ['Show the three cheapest evaluations of each model:', '--by cost --group-by model --limit 3'],
    ['Show the rows of two model vendors:', "--model 'openai/*' --model 'anthropic/*'"],
    ['Export everything to a spreadsheet:', '--csv > leaderboard.csv'],
  ])
  static override flags = {
    by: byFlag({
      summary: `Metric to rank by (default success_rate): ${METRIC_LIST}.`,
      helpGroup: 'OUTPUT',
    }),
    'group-by': groupByFlag({
      summary: `Rank within each group: ${GROUP_LIST}. Repeatable.`,
      helpGroup: 'OUTPUT',
    }),
    model: Flags.string({
      summary: 'Only rows of models matching PATTERN, such as openai/*. Repeatable; one match is enough.',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SELECTION',
      helpValue: 'PATTERN',
    }),
    limit: wholeNumber({
      summary: 'Show at most N rows, of each group with --group-by.',
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
