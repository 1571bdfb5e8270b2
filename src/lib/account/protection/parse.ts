import * as z from 'zod/mini'

import {RefusedError} from '../../base/errors.js'
import {parseTimestamp} from '../../base/names.js'
import {parseJson} from '../../base/schema.js'
import {isDay} from '../../base/time.js'
import {type Protection, PROTECTION_PATH, PROTECTION_VERSION} from './pins.js'

/** What may be omitted, or null. */
const maybe = <S extends z.ZodMiniType>(schema: S) =>
  z.pipe(
    z.nullish(schema),
    z.transform((value) => value ?? undefined),
  )

const author = {
  by: z.string(),
  at: z.pipe(
    z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'not a date')),
    z.transform((text) => new Date(text)),
  ),
}
const leaderboard = z.object({
  ...author,
  reason: z.pipe(
    z.optional(z.unknown()),
    z.transform((reason) => (typeof reason === 'string' ? reason : undefined)),
  ),
})
/** Stricter than the leaderboard's part: an unknown field of a pin might be a condition to respect. */
const pin = z.strictObject({
  ...author,
  reason: maybe(z.string()),
  until: maybe(z.string().check(z.refine(isDay, 'not a date'))),
})
const run = z.string().check(z.refine((name) => parseTimestamp(name) !== undefined))
const FILE = z.pipe(
  z.strictObject({
    version: z.literal(PROTECTION_VERSION, `this program supports version ${PROTECTION_VERSION}`),
    leaderboard: maybe(leaderboard),
    runs: maybe(
      z.record(run, pin, {
        error: ({code}) => (code === 'invalid_key' ? 'not a run timestamp' : undefined),
      }),
    ),
  }),
  z.transform(({version: _version, ...protection}): Protection => protection),
)

/**
 * Reads the protection file.
 * @throws RefusedError where it is broken, or holds what this version does not know and might have to respect
 */
export function parseProtection(text: string, name: string): Protection {
  return parseJson(text, FILE, (why) => {
    const problem = `${PROTECTION_PATH} of ${name} is not valid: ${why}.`
    const advice = 'It may come from a newer version of smoltrace. Update, or fix the file on the Hub.'
    return new RefusedError(problem, {suggestions: [advice]})
  })
}
