import {METRIC_NAMES, METRICS} from '../../account/leaderboard/metrics.js'
import {GROUP_COLUMNS, STATUSES} from '../../account/leaderboard/row.js'
import {DEFAULT_GRACE} from '../../account/runs.js'
import {RUN_TYPES} from '../../base/names.js'
import {AGE_FORMS, GRACE_FORMS} from '../../base/time.js'
import {type Period, PERIODS} from '../buckets.js'

/** A part of the schema. `errorMessage` says what to write instead: editors show it, and so do we. */
export interface Schema {
  [keyword: string]: unknown
  errorMessage?: string
  properties?: Record<string, Schema>
}

/** Where editors find the published schema. */
export const SCHEMA_ID = 'https://unpkg.com/smoltrace/schemas/policy.schema.json'

/** Patterns of JSON Schema have no flags: each letter in both cases, and white space around all. */
const UNITS = String.raw`^\s*([0-9]+([hHdDwWyY]|[mM][oO]?))+\s*$`
const DAYS = String.raw`^\s*[0-9]+\s*$`
const DATE = String.raw`^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$`
const TEXT_FORMS =
  'give a text or a list of texts, in quotes where one could be read as a number or as yes or no'

/** A key whose value is one of several forms of text, or a number. */
function text(title: string, description: string, forms: Schema): Schema {
  return {title, description, ...forms}
}

/** A key that takes one value or a list of values, of which any may hold. */
function oneOrMore(title: string, description: string, items: Schema & {errorMessage: string}): Schema {
  const list = {type: 'array', minItems: 1, items}
  return {title, description, anyOf: [items, list], errorMessage: items.errorMessage}
}

function oneOf(words: readonly string[]): Schema & {errorMessage: string} {
  return {enum: [...words], errorMessage: `give one or more of ${words.join(', ')}`}
}

const plainText = {type: 'string', minLength: 1, errorMessage: TEXT_FORMS}

/** A key that is written only where it holds: `false` could be read as the opposite rule. */
function onlyTrue(title: string, description: string): Schema {
  return {title, description, const: true, errorMessage: 'write true, or leave the line out'}
}

function wholeNumber(title: string, description: string): Schema {
  return {title, description, type: 'integer', minimum: 1, errorMessage: 'give a whole number from 1 up'}
}

const metric: Schema = {
  title: 'Metric',
  description: `What the scores are: a column of the leaderboard or its short name. More is better of success_rate and pass_at_1, less of the others. Default: success_rate.`,
  enum: METRIC_NAMES.flatMap((name) => [name, METRICS[name].short]),
  errorMessage: `give one of ${METRIC_NAMES.map((name) => `${name} (${METRICS[name].short})`).join(', ')}`,
}

const NAMES: Record<Period, string> = {
  hourly: 'hours',
  daily: 'days',
  weekly: 'ISO weeks',
  monthly: 'months',
  yearly: 'years',
}

const buckets = Object.fromEntries(
  PERIODS.map((period) => [
    period,
    wholeNumber(
      `Newest of each of N ${NAMES[period]}`,
      `Keep the newest run of each of the last N ${NAMES[period]} that have one, in UTC.`,
    ),
  ]),
)

/** The form of a policy file, as it is published in `schemas/policy.schema.json`. */
export const POLICY_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: SCHEMA_ID,
  title: 'Retention policy of smoltrace',
  description:
    'Which evaluation runs may be deleted and which must stay: for `smoltrace cleanup --policy FILE` and `smoltrace policy explain FILE`.',
  type: 'object',
  additionalProperties: false,
  required: ['version'],
  anyOf: [{required: ['select']}, {required: ['keep']}],
  errorMessage: 'say which runs may go, by select, keep or both',
  properties: {
    version: {
      title: 'Version of this form',
      description: 'Always 1.',
      const: 1,
      errorMessage: 'write 1: this program reads version 1 of policies',
    },
    select: {
      title: 'Selectors: what may go',
      description:
        'A run may go if all of these hold for it. Without this part, every run that nothing keeps may go.',
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      errorMessage: 'give at least one selector below it, such as older-than: 30d, or leave it out',
      properties: {
        'older-than': text(
          'Older than',
          'Runs older than this: 30d, 12h, 2w, 1m (30 days), 1y (365 days), a sum such as 1w3d, a number of days, or before a date such as 2026-01-31.',
          {
            type: ['string', 'integer'],
            pattern: `${UNITS}|${DAYS}|${DATE}`,
            minimum: 1,
            errorMessage: `give ${AGE_FORMS}`,
          },
        ),
        'incomplete-only': onlyTrue(
          'Incomplete only',
          'Runs that lack at least one of results, traces and metrics, and did not finish according to the leaderboard.',
        ),
        'ignore-leaderboard': onlyTrue(
          'Ignore the leaderboard',
          'With incomplete-only: do not ask the leaderboard which runs finished.',
        ),
        model: oneOrMore(
          'Model',
          'Runs of a model that one of these patterns matches: * stands for any letters, ? for one. A pattern that begins with * needs quotes.',
          plainText,
        ),
        team: oneOrMore('Team', 'Runs of one of these teams.', plainText),
        purpose: oneOrMore('Purpose', 'Runs with one of these purposes.', plainText),
        status: oneOrMore(
          'Status',
          'Runs whose evaluation came to one of these, according to the leaderboard.',
          oneOf(STATUSES),
        ),
        unreferenced: onlyTrue('Unreferenced', 'Runs that no row of the leaderboard cites.'),
        'score-below': {
          title: 'Score below',
          description:
            'Runs whose score is below this, by the metric that `by` names: a success rate goes up to 100, pass@1 up to 1.',
          type: 'number',
          exclusiveMinimum: 0,
          errorMessage: 'give a number above 0, such as 50 or 0.5',
        },
        by: metric,
      },
    },
    keep: {
      title: 'Keepers: what must stay',
      description: 'A run stays if any of these holds for it, whatever selects it.',
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      errorMessage: 'give at least one keeper below it, such as recent: 5, or leave it out',
      properties: {
        recent: wholeNumber('Newest N', 'Keep the N newest runs.'),
        within: text('Within', 'Keep runs no older than this, counted from now: 30d, 12h, 2w, 1y, 1w3d.', {
          type: ['string', 'integer'],
          pattern: `${UNITS}|${DAYS}`,
          minimum: 1,
          errorMessage: 'give 30d, 12h, 2w, 1m (30 days), 1y, a sum such as 1w3d, or a number of days',
        }),
        ...buckets,
        best: wholeNumber('Best N', 'Keep the N runs with the best scores, by the metric that `by` names.'),
        by: metric,
        'group-by': oneOrMore(
          'Group by',
          'Keepers with a number count within each group of runs that agree in all of these columns of the leaderboard.',
          oneOf(GROUP_COLUMNS),
        ),
      },
    },
    only: oneOrMore(
      'Scope',
      'Only datasets of these types go, of the runs that go. The leaderboard never goes by a policy.',
      oneOf(RUN_TYPES),
    ),
    grace: text(
      'Grace period',
      `How long an incomplete run may still be uploading and is kept: 30min, 6h, 1d, or 0 to turn it off. Default: ${DEFAULT_GRACE}.`,
      {
        type: ['string', 'integer'],
        pattern: String.raw`^\s*0\s*$|^\s*([0-9]+([mM][iI][nN]|[hHdDwW]))+\s*$`,
        minimum: 0,
        maximum: 0,
        errorMessage: `give ${GRACE_FORMS}`,
      },
    ),
  },
}

/** The published file: what editors read. */
export function formatSchema(): string {
  return `${JSON.stringify(POLICY_SCHEMA, undefined, 2)}\n`
}
