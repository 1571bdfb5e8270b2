import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {examplesOf} from '../../cli/examples.js'
import {byFlag, FROM_COMMAND_LINE} from '../../cli/flags/shared.js'
import {DEFAULT_METRIC, METRIC_LIST, parseMetric} from '../../lib/account/leaderboard/metrics.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {type Report} from '../../lib/report/report.js'
import {type RetentionOptions} from '../../lib/retention/rules.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'

export default class LeaderboardReport extends HubCommand {
  static override summary = 'Write the leaderboard as a page: scores, costs and storage.'
  static override exitCodes = HUB_CODES
  static override description = `Writes one HTML file that needs nothing but itself: the score of each model over time, cost against score, storage by the age of runs, and with --policy what would be deleted. It loads nothing, runs no script, and can be printed. Changes nothing on the Hub.

The page names models and runs, also those of private datasets: take care whom you send it to.`
  static override examples = examplesOf([
    ['Write the page:', 'report.html'],
    ['Compare costs instead of success, for an organisation:', 'costs.html --by cost --namespace my-org'],
    [
      'With what a policy would delete, in the place of an older page:',
      'report.html --policy policy.yaml --force',
    ],
  ])
  static override args = {
    file: Args.string({...FROM_COMMAND_LINE, description: 'The HTML file to write.', required: true}),
  }
  static override flags = {
    by: byFlag({
      summary: `What evaluations are compared by (default success_rate): ${METRIC_LIST}.`,
      helpGroup: 'OUTPUT',
    }),
    force: Flags.boolean({summary: 'Replace the file if it exists.', helpGroup: 'SAFETY'}),
    policy: Flags.string({
      summary: 'Also show what the rules in this file would delete.',
      helpGroup: 'PLAN',
      helpValue: 'FILE',
    }),
  }

  async run(): Promise<Content<'leaderboard report'>> {
    const {args, flags} = await this.parse(LeaderboardReport)
    const by = parseMetric(flags.by ?? DEFAULT_METRIC)
    const {findReportTarget, reportDocument, writeReport} = await import('../../lib/report/write.js')
    const target = await findReportTarget(args.file, {mayReplace: flags.force})
    const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy)
    const {gatherReport} = await import('../../lib/report/report.js')
    const report = await this.cancellable((signal) =>
      gatherReport({...this.connection(flags, signal), by, policy}),
    )
    for (const warning of report.warnings) this.warn(warning)
    const bytes = await writeReport(report, target)
    if (!this.jsonEnabled()) await this.sayWhere(report, args.file, bytes)
    return reportDocument(report, {file: target, bytes})
  }

  private async sayWhere(report: Report, file: string, bytes: number): Promise<void> {
    const {count, formatBytes} = await import('../../lib/views/format.js')
    const {printable} = await import('../../lib/base/text.js')
    const {evaluations, models} = report.counts
    this.say(
      `Wrote ${printable(file)} (${formatBytes(bytes)}): ${count(evaluations, 'evaluation')} of ${count(models, 'model')}.`,
    )
    const secret = report.isPrivate ? ', also those of private datasets' : ''
    this.say(`It names models and runs${secret}: take care whom you send it to.`)
  }
}

async function readPolicy(file: string): Promise<RetentionOptions> {
  const {loadPolicy} = await import('../../lib/retention/policy/load.js')
  return (await loadPolicy(file)).options
}
