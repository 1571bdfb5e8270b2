import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {byFlag, examplesOf, FROM_COMMAND_LINE} from '../../cli/flags/shared.js'
import {DEFAULT_METRIC, METRIC_LIST, parseMetric} from '../../lib/account/leaderboard/metrics.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {findTarget, replaceFile} from '../../lib/base/files.js'
import {formatCount, printable} from '../../lib/base/text.js'
import {formatPage, reportDocument} from '../../lib/report/page.js'
import {gatherReport} from '../../lib/report/report.js'
import {loadPolicy} from '../../lib/retention/policy/load.js'
import {formatBytes} from '../../lib/views/format.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'

export default class LeaderboardReport extends HubCommand {
  static override summary = 'Write the leaderboard as an HTML page.'
  static override exitCodes = HUB_CODES
  static override description = `Writes one self-contained HTML file: a ranking with links to the datasets, the score of each model over time, cost against score, storage by the age of runs and, with --policy, what would be deleted. It loads nothing, runs no script, and can be printed. Changes nothing on the Hub.

The page includes names from private datasets: think before sharing it.`
  static override examples = examplesOf([
    ['Write the page:', 'report.html'],
    ['Compare the costs of an organisation:', 'costs.html --by cost --namespace my-org'],
    [
      'Also show what a policy would delete, and replace an older page:',
      'report.html --policy policy.yaml --force',
    ],
  ])
  static override args = {
    file: Args.string({...FROM_COMMAND_LINE, description: 'The HTML file to write.', required: true}),
  }
  static override flags = {
    by: byFlag({
      summary: `Metric to compare by (default success_rate): ${METRIC_LIST}.`,
      helpGroup: 'OUTPUT',
    }),
    force: Flags.boolean({summary: 'Replace the file if it exists.', helpGroup: 'SAFETY'}),
    policy: Flags.string({
      summary: 'Also show what this policy would delete.',
      helpGroup: 'PLAN',
      helpValue: 'FILE',
    }),
  }

  async run(): Promise<Content<'leaderboard report'>> {
    const {args, flags} = await this.parse(LeaderboardReport)
    const by = parseMetric(flags.by ?? DEFAULT_METRIC)
    const target = await findTarget(args.file, {
      name: 'FILE',
      refuse: () => (flags.force ? undefined : 'it already exists; add `force` to replace it'),
    })
    const policy = flags.policy === undefined ? undefined : (await loadPolicy(flags.policy)).options
    const report = await this.ask(flags, (connection) => gatherReport(by, policy, connection))
    const bytes = await replaceFile(target, {
      kind: 'report',
      text: formatPage(report),
      advice: 'Use a file elsewhere, or make room, and try again.',
    })
    if (!this.jsonEnabled()) {
      const {counts, isPrivate} = report
      const what = `${formatCount(counts.evaluations, 'evaluation')} of ${formatCount(counts.models, 'model')}`
      this.say(`Wrote ${printable(args.file)} (${formatBytes(bytes)}): ${what}.`)
      if (isPrivate) this.say('It includes names from private datasets: think before sharing.')
    }

    return reportDocument(report, {file: target, bytes})
  }
}
