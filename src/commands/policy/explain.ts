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
  static override summary = 'Say in sentences what a policy file keeps and what may go.'
  static override exitCodes = HUB_CODES
  static override description = `Checks the file and says what each of its rules means, and which rules hold without being written. Asks the Hub nothing and needs no token.

With --run, looks at the Hub and says what the policy does with that run, which rules decided, and what each of the others says. Changes nothing.

The form of the file is described by the JSON Schema in schemas/policy.schema.json of the package, which editors read.`
  static override examples = [
    ...examplesOf([
      ['Say what a policy does:', 'policy.yaml'],
      ['Ask why a run stays or goes:', 'policy.yaml --run 20260131_235959'],
    ]),
    {
      description: 'See everything that the policy would delete:',
      command:
        "<%= config.bin %> <%= command.id.replace(/policy.explain$/, 'cleanup') %> --policy policy.yaml",
    },
  ]
  static override args = {
    file: Args.string({...FROM_COMMAND_LINE, description: 'The policy file, in YAML.', required: true}),
  }
  static override flags = {
    run: Flags.string({
      summary: 'Say what happens to this run, and which rule decides it.',
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
