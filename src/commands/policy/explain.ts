import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {examplesOf, FROM_COMMAND_LINE} from '../../cli/flags/shared.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {explainRun} from '../../lib/plan/explain.js'
import {loadPolicy} from '../../lib/retention/policy/load.js'
import {readRules} from '../../lib/retention/read-rules.js'
import {runDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatPolicy, formatRunExplanation, rulesInWords} from '../../lib/views/terminal/policy.js'

export default class PolicyExplain extends HubCommand {
  static override summary = 'Explain a policy file in plain English.'
  static override exitCodes = HUB_CODES
  static override description = `Checks the file and explains each of its rules, and the rules that always apply. Does not contact the Hub and needs no token.

With --run, reads the Hub and shows what the policy does with that run, and why. Changes nothing.

The format is described by a JSON Schema that editors understand: schemas/policy.schema.json in the package.`
  static override examples = [
    ...examplesOf([
      ['Explain a policy:', 'policy.yaml'],
      ['Show why a run would be deleted or kept:', 'policy.yaml --run 20260131_235959'],
    ]),
    {
      description: 'Show everything that the policy would delete:',
      command:
        "<%= config.bin %> <%= command.id.replace(/policy.explain$/, 'cleanup') %> --policy policy.yaml",
    },
  ]
  static override args = {
    file: Args.string({...FROM_COMMAND_LINE, description: 'The policy file, in YAML.', required: true}),
  }
  static override flags = {
    run: Flags.string({
      summary: 'Show what happens to this run, and why.',
      helpGroup: 'SELECTION',
      helpValue: 'TIMESTAMP',
    }),
  }

  async run(): Promise<Content<'policy explain'> | Content<'policy explain --run TIMESTAMP'>> {
    const {args, flags} = await this.parse(PolicyExplain)
    const at = new Date()
    const policy = await loadPolicy(args.file, at)
    const {file, options} = policy
    if (flags.run === undefined) {
      if (!this.jsonEnabled()) await this.print(formatPolicy(policy, at, this.screen))
      return {file, options, rules: rulesInWords(policy, at)}
    }

    const timestamp = flags.run
    const found = await this.ask(flags, (connection) => explainRun(policy, timestamp, connection))
    if (!this.jsonEnabled()) await this.print(formatRunExplanation(policy, found, this.screen))
    const {run, now, ...rest} = found
    return {file, options, now, ...rest, ...runDocument(run, now, readRules(options).graceMs)}
  }
}
