import {Args} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {cleanupFlags} from '../../cli/flags/cleanup.js'
import {retentionOf, ruleFlags} from '../../cli/flags/retention.js'
import {examplesOf, FROM_COMMAND_LINE} from '../../cli/flags/shared.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {formatFlags} from '../../lib/base/shell.js'
import {type WrittenRules} from '../../lib/plan/explain.js'
import {readRun} from '../../lib/plan/run-details.js'
import {loadPolicy} from '../../lib/retention/policy/load.js'
import {runDetailsDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatRun} from '../../lib/views/terminal/run.js'

export default class RunsShow extends HubCommand {
  static override summary = 'Show everything about one run.'
  static override exitCodes = HUB_CODES
  static override description = `Shows the model of a run, its score and cost, its datasets with their addresses, its pin, and the leaderboard rows that cite it. Changes nothing.

With --policy, or with flags of \`cleanup\`, also shows what these rules would do with the run, and which rules decide.`
  static override examples = examplesOf([
    ['Show a run:', '20260131_235959'],
    ['Show why a policy would keep or delete it:', '20260131_235959 --policy policy.yaml'],
    ['Show what `cleanup` flags would do with it:', '20260131_235959 --older-than 30d --keep-recent 5'],
    ['Open its results in a browser:', "20260131_235959 --json | jq -r '.datasets[0].address' | xargs open"],
  ])
  static override args = {
    timestamp: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Timestamp of the run, as `runs group` shows it.',
      required: true,
    }),
  }
  static dailyFlags = ['policy', 'older-than', 'keep-recent', 'json', 'namespace']
  static override flags = {...ruleFlags, policy: cleanupFlags.policy}

  async run(): Promise<Content<'runs show'>> {
    const {args, flags} = await this.parse(RunsShow)
    const {timestamp} = args
    const options = retentionOf(flags)
    const isAsked = Object.values(options).some((value) => value !== undefined)
    const written: WrittenRules | undefined =
      flags.policy === undefined ? (isAsked ? {options} : undefined) : await loadPolicy(flags.policy)
    const details = await this.ask(flags, (connection) => readRun(timestamp, {...connection, written}))
    if (!this.jsonEnabled()) {
      const place = formatFlags({namespace: flags.namespace})
      const hint = [this.bin, 'runs show', timestamp, ...place, '--older-than 30d'].join(' ')
      await this.print(formatRun(details, {written, hint}, this.screen))
    }

    return runDetailsDocument(details, written)
  }
}
