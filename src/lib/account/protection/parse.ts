import * as z from 'zod/mini'

import {RefusedError} from '../../base/errors.js'
import {parseTimestamp} from '../../base/names.js'
import {parseJson} from '../../base/schema.js'
import {isDay} from '../../base/time.js'
import {type LeaderboardProtection, type Pin, type Protection, PROTECTION_PATH, VERSION} from './pins.js'

const author = {
  by: z.string(),
  at: z.pipe(
    z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'not a date')),
    z.transform((text) => new Date(text)),
  ),
}
const leaderboard = z.pipe(
  z.object({...author, reason: z.optional(z.unknown())}),
  z.transform(({reason, ...rest}): LeaderboardProtection =>
    typeof reason === 'string' ? {...rest, reason} : rest,
  ),
)
/** Stricter than the leaderboard's part: an unknown field of a pin might be a condition to respect. */
const pin = z.pipe(
  z.strictObject({
    ...author,
    reason: z.nullish(z.string()),
    until: z.nullish(z.string().check(z.refine(isDay, 'not a day'))),
  }),
  z.transform(({by, at, reason, until}): Pin => ({
    by,
    at,
    ...(typeof reason === 'string' && {reason}),
    ...(until && {until}),
  })),
)
/** The names are checked first: a record drops `__proto__` without an issue. */
const namedRuns = z.unknown().check(
  z.check(({value, issues}) => {
    const wrong = Object.keys(value ?? {}).find((name) => !parseTimestamp(name))
    if (wrong === undefined) return
    issues.push({code: 'custom', input: value, path: [wrong], message: 'not the timestamp of a run'})
  }),
)
const FILE = z.strictObject({
  version: z.literal(VERSION, `this program knows version ${VERSION}`),
  leaderboard: z.nullish(leaderboard),
  runs: z.nullish(z.pipe(namedRuns, z.record(z.string(), pin))),
})

/**
 * Reads the protection file.
 * @param text what the file holds
 * @param name full name of the leaderboard, for the error
 * @throws RefusedError where it is broken, or holds what this version does not know and might have to respect
 */
export function parseProtection(text: string, name: string): Protection {
  const {leaderboard, runs} = parseJson(text, FILE, (why) => {
    const problem = `${PROTECTION_PATH} of ${name} cannot be understood: ${why}.`
    const advice = 'It may come from a newer version of this program: update, or repair the file on the Hub.'
    return new RefusedError(problem, {suggestions: [advice]})
  })
  return {...(leaderboard && {leaderboard}), ...(runs && Object.keys(runs).length > 0 && {runs})}
}
