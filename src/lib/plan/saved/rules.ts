import {UsageError} from '../../base/errors.js'
import {MINUTE} from '../../base/time.js'
import {readRules} from '../../retention/read-rules.js'
import {type RetentionOptions, type RetentionRules} from '../../retention/rules.js'
import {type Field} from './field.js'

const RULE_PARTS = [
  'olderThan',
  'cutoff',
  'incompleteOnly',
  'ignoreLeaderboard',
  'run',
  'model',
  'team',
  'purpose',
  'status',
  'unreferenced',
  'scoreBelow',
  'all',
  'keepRecent',
  'keepWithin',
  'keepHourly',
  'keepDaily',
  'keepWeekly',
  'keepMonthly',
  'keepYearly',
  'keepBest',
  'by',
  'groupBy',
  'graceMs',
  'only',
  'deleteLeaderboard',
] as const

/**
 * The checks of the flags are those of the saved rules.
 * @param field where they stand
 * @param how who else says what may go
 * @param how.byHand a person picked every run that goes
 */
export function readSavedRules(field: Field, how: {byHand: boolean}): RetentionRules {
  const parts = field.parts(...RULE_PARTS)
  const text = (each: Field) => each.nullOr((found) => found.text())
  const count = (each: Field) => each.nullOr((found) => found.wholeNumber())
  const texts = <T extends string>(each: Field) => each.list().map((found) => found.text() as T)
  const options: RetentionOptions = {
    olderThan: text(parts.olderThan),
    incompleteOnly: parts.incompleteOnly.boolean(),
    ignoreLeaderboard: parts.ignoreLeaderboard.boolean(),
    run: texts(parts.run),
    model: texts(parts.model),
    team: texts(parts.team),
    purpose: texts(parts.purpose),
    status: texts(parts.status),
    unreferenced: parts.unreferenced.boolean(),
    scoreBelow: parts.scoreBelow.nullOr((found) => found.number()),
    all: parts.all.boolean(),
    keepRecent: count(parts.keepRecent),
    keepWithin: text(parts.keepWithin),
    keepHourly: count(parts.keepHourly),
    keepDaily: count(parts.keepDaily),
    keepWeekly: count(parts.keepWeekly),
    keepMonthly: count(parts.keepMonthly),
    keepYearly: count(parts.keepYearly),
    keepBest: count(parts.keepBest),
    by: text(parts.by),
    groupBy: texts(parts.groupBy),
    grace: graceText(parts.graceMs.wholeNumber()),
    only: texts(parts.only),
    deleteLeaderboard: parts.deleteLeaderboard.boolean(),
  }
  try {
    return readRules(options, how)
  } catch (error) {
    throw nonsense(field, error)
  }
}

function graceText(ms: number): string {
  return ms === 0 ? '0' : `${ms / MINUTE}min`
}

export function nonsense(field: Field, error: unknown): unknown {
  return error instanceof UsageError
    ? field.error(`make no sense: ${error.message.replace(/\.$/, '')}`)
    : error
}
