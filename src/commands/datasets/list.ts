import {Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {retentionFlags} from '../../cli/flags/retention.js'
import {examplesOf, limitFlag, sizesFlag} from '../../cli/flags/shared.js'
import {countByType} from '../../lib/account/datasets.js'
import {UsageError} from '../../lib/base/errors.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {type DatasetOrder, datasetsOf, pinnedAmong, readOverview} from '../../lib/plan/overview.js'
import {datasetDocument, leaderboardDocument, storageDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatDatasetList} from '../../lib/views/terminal/overview.js'

const ORDERS: readonly DatasetOrder[] = ['created', 'modified', 'name', 'size']

export default class DatasetsList extends HubCommand {
  static override summary = 'List the SMOLTRACE datasets of a namespace.'
  static override exitCodes = HUB_CODES
  static override description =
    'Shows every dataset that evaluations created, newest first, then the leaderboard and the task datasets, which are never touched. Changes nothing.'
  static override examples = examplesOf([
    ['List all datasets:', ''],
    ['List traces older than a month:', '--only traces --older-than 30d'],
    ['Show the largest first:', '--sizes --sort size'],
    ['Get only the names, for a script:', "--json | jq -r '.datasets[].name'"],
  ])
  static override flags = {
    only: retentionFlags.only,
    'older-than': retentionFlags['older-than'],
    sort: Flags.option({
      summary: 'Sort by created, modified, name or size. Newest or largest first; size needs --sizes.',
      options: ORDERS,
      default: 'created' as const,
      helpGroup: 'OUTPUT',
      helpValue: 'ORDER',
    })(),
    limit: limitFlag('datasets'),
    sizes: sizesFlag,
  }

  async run(): Promise<Content<'datasets list'>> {
    const {flags} = await this.parse(DatasetsList)
    if (flags.sort === 'size' && !flags.sizes)
      throw new UsageError('--sort size needs --sizes, which reads the sizes.')
    const overview = await this.ask(flags, (connection) =>
      readOverview({...connection, selection: {olderThan: flags['older-than']}, sizes: flags.sizes}),
    )
    const {sizes} = overview
    const datasets = datasetsOf(overview.runs, flags.sort, {only: flags.only, sizes})
    const shown = datasets.slice(0, flags.limit)
    if (!this.jsonEnabled()) await this.print(formatDatasetList(overview, {datasets, shown}, this.screen))

    const {cutoff = null, protection} = overview
    const {endpoint, namespace, now, leaderboard, standard, nearMisses} = overview.inventory
    const protectedBy = protection === 'unknown' ? protection : protection.leaderboard
    return {
      endpoint,
      namespace,
      now,
      cutoff,
      datasets: Array.from(shown, (dataset) => datasetDocument(dataset, sizes)),
      counts: countByType(datasets),
      ...storageDocument(datasets, sizes),
      leaderboard: leaderboardDocument(leaderboard, protectedBy, sizes),
      pinned: pinnedAmong(overview, datasets),
      standard,
      nearMisses,
    }
  }
}
