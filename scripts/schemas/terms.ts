import {type Standing} from '../../src/lib/account/leaderboard/index.js'
import {METRIC_NAMES} from '../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../src/lib/account/leaderboard/row.js'
import {RUN_TYPES} from '../../src/lib/base/names.js'
import {type Phrase} from '../../src/lib/plan/plan.js'
import {allOf, count, growingWord, list, moment, object, orNull, type Schema, text, word} from './words.js'

export const timestamp = (description: string): Schema => ({
  type: 'string',
  pattern: String.raw`^\d{8}_\d{6}$`,
  description,
})
export const runType = (description: string) => word(RUN_TYPES, description)
export const visibility = (description: string) => word(['private', 'public'], description)
export const metric = (description: string) => growingWord(METRIC_NAMES, description)
export const column = (description: string) => growingWord(GROUP_COLUMNS, description)
export const names = (description: string) => list(text('Full name of a dataset.'), description)
export const ms = (description: string) => count(`${description} In milliseconds.`)

/** What datasets take up: null where it is not known of all of them. */
export const bytes = (description: string) =>
  orNull(
    count(
      `${description} In bytes, the whole history included; null where any of it is unknown. With --sizes.`,
    ),
  )

/** What a person types to confirm. */
export const PHRASES = allOf<Phrase>({DELETE: true, 'YES DELETE ALL': true})
/** What a row says of its evaluation. */
export const STANDINGS = allOf<Standing>({finished: true, partial: true, failed: true, unclear: true})

/** Which Hub a document is about, and whose datasets. */
export const place = {
  endpoint: {type: 'string', format: 'uri', description: 'The Hub that was asked.'},
  namespace: text('The user or organisation that it is about.'),
} satisfies Record<string, Schema>
/** The clock of a document. */
export const now = moment(
  "The clock that every age is measured with: the earlier of the Hub's and the machine's.",
)

/** Which Hub a document is about, and when. */
export const look = {...place, now}
export const cutoff = orNull(moment('The moment that --older-than stands for; null where it is not given.'))

/** How many of something there are, by word. */
export function tally(words: readonly string[], description: string): Schema {
  return object(description, Object.fromEntries(words.map((each) => [each, count(`How many: ${each}.`)])))
}
