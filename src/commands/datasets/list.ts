import {Flags} from '@oclif/core'

import {HubCommand} from '../../lib/base-command.js'
import {countByType} from '../../lib/datasets.js'
import {datasetDocument, leaderboardDocument} from '../../lib/documents.js'
import {onlyFlag, selectionFlags} from '../../lib/flags.js'
import {LazyList} from '../../lib/lazy-list.js'
import {type DatasetOrder, datasetsOf, lookAround} from '../../lib/overview.js'

const ORDERS: readonly DatasetOrder[] = ['created', 'modified', 'name']

export default class DatasetsList extends HubCommand {
  static override summary = 'List the SMOLTRACE datasets of a namespace.'
  static override description =
    'Shows every dataset that evaluations left, newest first, and names the leaderboard and the standard datasets. Changes nothing.'
  static override examples = [
    {description: 'Everything there is:', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Traces older than a month:',
      command: '<%= config.bin %> <%= command.id %> --only traces --older-than 30d',
    },
    {
      description: 'Names alone, for a script:',
      command: "<%= config.bin %> <%= command.id %> --json | jq -r '.datasets[].name'",
    },
  ]
  static override hiddenAliases = ['smoltrace:datasets:list']
  static override flags = {
    only: onlyFlag(),
    'older-than': selectionFlags['older-than'],
    sort: Flags.option({
      summary: 'Newest created first, newest changed first, or by name.',
      options: ORDERS,
      default: 'created' as const,
      helpGroup: 'OUTPUT',
    })(),
  }

  async run(): Promise<object> {
    const {flags} = await this.parse(DatasetsList)
    const overview = await this.cancellable((signal) =>
      lookAround({...this.connection(flags, signal), olderThan: flags['older-than']}),
    )
    for (const warning of overview.warnings) this.warn(warning)
    const datasets = datasetsOf(overview.runs, {only: flags.only, sort: flags.sort})
    if (!this.jsonEnabled()) {
      const {formatDatasetList} = await import('../../lib/ui/overview.js')
      await this.print(formatDatasetList(overview, datasets, this.screen))
    }

    const {inventory, cutoff, protection} = overview
    return {
      endpoint: inventory.endpoint,
      namespace: inventory.namespace,
      now: inventory.now,
      cutoff: cutoff ?? null,
      datasets: LazyList.of(datasets, datasetDocument),
      counts: countByType(datasets),
      leaderboard: leaderboardDocument(
        inventory.leaderboard,
        protection === 'unknown' ? protection : protection.leaderboard,
      ),
      standard: inventory.standard,
    }
  }
}
