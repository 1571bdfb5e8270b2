import {OptionError, RefusedError} from '../base/errors.js'
import {formatCount} from '../base/text.js'

/** The most that one plan may delete: so many datasets, or so many per cent of what the namespace holds. */
type DeletionLimit = {text: string; datasets: number} | {text: string; percent: number}

/**
 * Reads the value of `maxDelete`: `20`, or `10%` of the namespace's SMOLTRACE datasets, the leaderboard among them.
 * @throws UsageError where it is neither
 */
export function parseDeletionLimit(value: number | string): DeletionLimit {
  const text = String(value)
  const [, number, sign] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const size = Number(number)
  if (sign === '%' && size <= 100) return {text, percent: size}
  if (sign === '' && Number.isSafeInteger(size)) return {text, datasets: size}
  throw new OptionError(
    'maxDelete',
    `"${text}" is not a limit: give a number of datasets such as 20, or a share of all such as 10%`,
  )
}

/**
 * Refuses a plan that is larger than the caller expects.
 * @param total how many SMOLTRACE datasets the namespace holds, the leaderboard among them
 * @throws RefusedError
 */
export function refuseLargePlan(datasets: number, total: number, maxDelete?: number | string): void {
  if (maxDelete === undefined) return
  const limit = parseDeletionLimit(maxDelete)
  const most = 'percent' in limit ? (limit.percent * total) / 100 : limit.datasets
  if (datasets <= most) return
  const whole = 'percent' in limit ? ` of ${total}` : ''
  throw new RefusedError(
    `\`maxDelete\` ${limit.text} refused: the plan deletes ${formatCount(datasets, 'dataset')}${whole}.`,
    {suggestions: ['Look at the plan. If it is right, raise `maxDelete` or leave it out.']},
  )
}
