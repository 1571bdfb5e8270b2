import {HubCommand} from '../../lib/base-command.js'
import {runDocument} from '../../lib/documents.js'
import {selectionFlags} from '../../lib/flags.js'
import {DEFAULT_GRACE_MS, lookAround, totalsOf} from '../../lib/overview.js'

export default class RunsGroup extends HubCommand {
  static override summary = 'Group the datasets of a namespace into evaluation runs.'
  static override description =
    'Shows every run, newest first: how old it is, which of its datasets exist, and what is missing. Changes nothing.'
  static override examples = [
    {description: 'Every run:', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'What is incomplete and older than a week:',
      command: '<%= config.bin %> <%= command.id %> --incomplete-only --older-than 7d',
    },
    {
      description: 'The timestamps alone, for a script:',
      command: "<%= config.bin %> <%= command.id %> --json | jq -r '.runs[].run'",
    },
  ]
  static override hiddenAliases = ['smoltrace:runs:group']
  static override flags = {...selectionFlags}

  async run(): Promise<object> {
    const {flags} = await this.parse(RunsGroup)
    const overview = await this.cancellable((signal) =>
      lookAround({
        ...this.connection(flags, signal),
        olderThan: flags['older-than'],
        incompleteOnly: flags['incomplete-only'],
      }),
    )
    for (const warning of overview.warnings) this.warn(warning)
    const {inventory, runs, cutoff} = overview
    const totals = totalsOf(runs, inventory.now)
    if (!this.jsonEnabled()) {
      const {formatRunTable} = await import('../../lib/ui/overview.js')
      this.log(formatRunTable(overview, totals, this.screen))
    }

    return {
      endpoint: inventory.endpoint,
      namespace: inventory.namespace,
      now: inventory.now,
      cutoff: cutoff ?? null,
      runs: runs.map((run) => runDocument(run, inventory.now, DEFAULT_GRACE_MS)),
      totals,
    }
  }
}
