import {findingMembers, type JsonPart} from '../../base/json-parts.js'
import {hasNameTwice} from '../../base/json.js'
import {isList, LazyList} from '../../base/lazy-list.js'
import {type Steps} from '../../base/steps.js'
import {Field, type Refuse} from './field.js'
import {digestOf, PLAN_FORMAT, PLAN_VERSION} from './format.js'

/** A plan has six levels; what goes much deeper is none, and would use up the stack. */
const LEVELS = 8

/** A text whose members can all be parsed. */
interface Envelope {
  /** Those of lists are parsed each time they are asked for. */
  members: Record<string, unknown>
  hasNameTwice: boolean
  isDeep: boolean
}

/**
 * Opens a saved plan: checks that the text is one, of this version, and unchanged. What it says is not looked at yet. Of a
 * long plan never more than one entry is parsed at a time.
 * @throws what `refuse` makes
 */
export function* openPlan(text: Buffer, refuse: Refuse): Steps<Field> {
  const envelope = yield* opening(text)
  if (envelope === undefined) throw refuse('it is no JSON')
  if (!isPlan(envelope)) throw refuse('it is no plan')
  const {version, digest, ...content} = envelope.members
  if (version !== PLAN_VERSION) {
    const which = typeof version === 'number' ? `version ${version}` : 'an unknown version'
    throw refuse(
      `its format has ${which}, and this program knows ${PLAN_VERSION}: it was made by a newer version, update`,
    )
  }

  if (digest !== (yield* digestOf({version, ...content}))) throw refuse('it was changed since it was made')
  if (envelope.hasNameTwice) throw refuse('it has a name twice in one object')
  return new Field(envelope.members, refuse)
}

/** Whether a text is a saved plan of any version, right or wrong. */
export function* lookingForPlan(text: Buffer): Steps<boolean> {
  return isPlan(yield* opening(text))
}

function isPlan(envelope: Envelope | undefined): boolean {
  return envelope?.members.format === PLAN_FORMAT && !envelope.isDeep
}

/** @returns undefined where the text is no JSON */
function* opening(text: Buffer): Steps<Envelope | undefined> {
  try {
    const members = yield* findingMembers(text)
    if (members) return yield* checkingParts(members)
    JSON.parse(text.toString())
    return {members: {}, hasNameTwice: false, isDeep: false}
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function* checkingParts(members: Array<[string, JsonPart]>): Steps<Envelope> {
  const byName = new Map(members)
  let isTwice = byName.size < members.length
  let isDeep = false
  for (const [, part] of members) {
    const levels = isList(part) ? LEVELS - 2 : LEVELS - 1
    for (const text of isList(part) ? part : [part]) {
      const value: unknown = JSON.parse(text)
      isDeep ||= isDeeperThan(levels, value)
      isTwice ||= !isDeep && hasNameTwice(text, value)
      yield
    }
  }

  const parsed = [...byName].map(([name, part]) => [name, isList(part) ? lazily(part) : JSON.parse(part)])
  return {members: Object.fromEntries(parsed) as Record<string, unknown>, hasNameTwice: isTwice, isDeep}
}

function lazily(texts: LazyList<string>): LazyList<unknown> {
  return LazyList.of(texts, (text) => JSON.parse(text) as unknown)
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part))
}
