import {OptionError} from '../base/errors.js'
import {formatCount, formatNumber} from '../base/text.js'
import {type Plan} from './plan.js'

/** The most that one plan may delete: so many datasets, or so many per cent of all in the namespace. */
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
    `"${text}" is not a valid limit: use a number of datasets such as 20, or a share of all such as 10%`,
  )
}

/**
 * Why a plan that is larger than the caller expects is refused, and what to do; undefined where it is not too large.
 * @param total how many SMOLTRACE datasets the namespace holds, the leaderboard among them; where the trash is emptied, how many are there
 */
export function refusalOfSize(
  datasets: number,
  total: number,
  maxDelete?: number | string,
  plan?: Pick<Plan, 'source'> & {rules: Pick<Plan['rules'], 'trash'>},
): {message: string; suggestion: string} | undefined {
  if (maxDelete === undefined || datasets === 0) return undefined
  const limit = parseDeletionLimit(maxDelete)
  const most = 'percent' in limit ? (limit.percent * total) / 100 : limit.datasets
  if (datasets <= most) return undefined
  const share = `${Math.ceil((100 * datasets) / total)}%`
  const enough = 'percent' in limit ? share : String(datasets)
  const does = plan?.rules.trash ? 'trashes' : 'deletes'
  const all = formatCount(total, 'dataset')
  const ofAll = plan?.source === 'trash' ? `the ${all} in the trash` : `the namespace's ${all}`
  return {
    message: `\`maxDelete\` ${limit.text} refused: the plan ${does} ${formatNumber(datasets)} of ${ofAll} (${share}).`,
    suggestion: `If the plan is right, raise \`maxDelete\` to ${enough} or omit it.`,
  }
}
