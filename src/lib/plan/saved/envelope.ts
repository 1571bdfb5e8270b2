import {hasNameTwice} from '../../base/json.js'
import {Field, isObject, type Refuse} from './field.js'
import {digestOf, PLAN_FORMAT, PLAN_VERSION} from './format.js'

/** A plan has six levels; a much deeper document is not a plan, and would overflow the stack. */
const LEVELS = 8

/**
 * Opens a saved plan: checks that the text is one, of this version, and unchanged. What it says is not looked at yet.
 * @throws what `refuse` makes
 */
export function openPlan(text: string, refuse: Refuse): Field {
  const value = parseJson(text)
  if (value === undefined) throw refuse('it is no JSON')
  if (!isPlan(value)) throw refuse('it is no plan')
  const {version, digest, ...content} = value
  if (version !== PLAN_VERSION) {
    const which = typeof version === 'number' ? `version ${version}` : 'an unknown version'
    throw refuse(
      `its format has ${which}, and this program knows ${PLAN_VERSION}: it was made by a newer version, update`,
    )
  }

  if (digest !== digestOf({version, ...content})) throw refuse('it was changed since it was made')
  if (hasNameTwice(text, value)) throw refuse('it has a name twice in one object')
  return new Field(value, refuse)
}

/** Whether a text is a saved plan of any version, right or wrong. */
export function isPlanText(text: string): boolean {
  return isPlan(parseJson(text))
}

function isPlan(value: unknown): value is Record<string, unknown> {
  return isObject(value) && value.format === PLAN_FORMAT && !isDeeperThan(LEVELS, value)
}

/** @returns undefined where the text is not JSON */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part))
}
