import {Flags, type Interfaces} from '@oclif/core'

import {METRIC_LIST} from '../../lib/account/leaderboard/metrics.js'
import {STATUSES} from '../../lib/account/leaderboard/row.js'
import {UsageError} from '../../lib/base/errors.js'
import {type RetentionOptions} from '../../lib/retention/rules.js'
import {byFlag, graceFlag, GROUP_LIST, groupByFlag, onlyFlag, selectionFlags, wholeNumber} from './shared.js'

const several = (summary: string, helpValue: string) =>
  Flags.string({summary, multiple: true, multipleNonGreedy: true, helpGroup: 'SELECTION', helpValue})

const score = Flags.custom<number>({
  async parse(input) {
    if (/^\d+(\.\d+)?$/.test(input)) return Number(input)
    throw new UsageError(`--score-below takes a number such as 50 or 0.5, not ${JSON.stringify(input)}.`)
  },
})

/** Selectors: what may go. */
const selectorFlags = {
  ...selectionFlags,
  run: several('Only the run with this timestamp; may be given several times.', 'TIMESTAMP'),
  model: several(
    'Only runs of a model that this pattern matches, such as "gpt-4*"; may be given several times.',
    'PATTERN',
  ),
  team: several('Only runs of this team; may be given several times.', 'NAME'),
  purpose: several('Only runs with this purpose; may be given several times.', 'NAME'),
  status: Flags.option({
    summary: `Only runs whose row on the leaderboard has this status (${STATUSES.join(', ')}); may be given several times.`,
    options: STATUSES,
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    helpGroup: 'SELECTION',
    helpValue: 'STATUS',
  })(),
  unreferenced: Flags.boolean({
    summary: 'Only runs that no row of the leaderboard cites.',
    helpGroup: 'SELECTION',
  }),
  'score-below': score({
    summary: 'Only finished runs whose score is below this; a run without a score is never selected.',
    helpGroup: 'SELECTION',
    helpValue: 'X',
  }),
  all: Flags.boolean({
    summary: 'Every run. Goes with no other selector and no keeper.',
    helpGroup: 'SELECTION',
  }),
}

const keeping = (summary: string) => wholeNumber({summary, min: 1, helpGroup: 'RETENTION', helpValue: 'N'})

/** Keepers: what stays, whatever selects it. */
const keeperFlags = {
  'keep-recent': keeping('Keep the N newest runs; pinned runs do not count.'),
  'keep-within': Flags.string({
    summary: 'Keep every run that is no older than this: 30d, 12h, 2w, 1m (30 days), 1y.',
    helpGroup: 'RETENTION',
    helpValue: 'AGE',
  }),
  'keep-hourly': keeping('Keep the newest run of each of the N newest hours that have one (UTC).'),
  'keep-daily': keeping('Keep the newest run of each of the N newest days that have one (UTC).'),
  'keep-weekly': keeping('Keep the newest run of each of the N newest weeks that have one (ISO weeks, UTC).'),
  'keep-monthly': keeping('Keep the newest run of each of the N newest months that have one (UTC).'),
  'keep-yearly': keeping('Keep the newest run of each of the N newest years that have one (UTC).'),
  'keep-best': keeping('Keep the N finished runs with the best scores; of equals the newer.'),
  by: byFlag({
    summary: `What --keep-best and --score-below go by (default success_rate): ${METRIC_LIST}. More is better of the first two, less of the others.`,
    helpGroup: 'RETENTION',
  }),
  'group-by': groupByFlag({
    summary: `Let keepers with a number count within each group of runs that agree in this: ${GROUP_LIST}; may be given several times.`,
    helpGroup: 'RETENTION',
  }),
}

/** Scope: which datasets of the chosen runs go. */
const scopeFlags = {
  only: onlyFlag(),
  'delete-leaderboard': Flags.boolean({
    summary: 'Delete the leaderboard as well, last of all. Refused while it is protected or runs are pinned.',
    helpGroup: 'SCOPE',
    exclusive: ['preserve-leaderboard'],
  }),
  'preserve-leaderboard': Flags.boolean({
    summary: 'Never delete the leaderboard. This is the default.',
    helpGroup: 'SCOPE',
  }),
}

/** All that says what may go and what must stay, in the order of the help. */
export const retentionFlags = {...selectorFlags, ...keeperFlags, ...scopeFlags, grace: graceFlag}

type GivenRetention = Interfaces.InferredFlags<typeof retentionFlags>

/** The flags of a retention, as the library takes them. */
export function retentionOf(flags: GivenRetention): RetentionOptions {
  return {
    olderThan: flags['older-than'],
    incompleteOnly: flags['incomplete-only'],
    ignoreLeaderboard: flags['ignore-leaderboard'],
    run: flags.run,
    model: flags.model,
    team: flags.team,
    purpose: flags.purpose,
    status: flags.status,
    unreferenced: flags.unreferenced,
    scoreBelow: flags['score-below'],
    all: flags.all,
    keepRecent: flags['keep-recent'],
    keepWithin: flags['keep-within'],
    keepHourly: flags['keep-hourly'],
    keepDaily: flags['keep-daily'],
    keepWeekly: flags['keep-weekly'],
    keepMonthly: flags['keep-monthly'],
    keepYearly: flags['keep-yearly'],
    keepBest: flags['keep-best'],
    by: flags.by,
    groupBy: flags['group-by'],
    grace: flags.grace,
    only: flags.only,
    deleteLeaderboard: flags['delete-leaderboard'],
  }
}
