import {type LeaderboardDataset, type RunDataset} from '../../account/datasets.js'
import {groupDatasetsByRun} from '../../account/runs.js'
import {type SmoltraceError, UsageError} from '../../base/errors.js'
import {isStandardDataset, parseDatasetName} from '../../base/names.js'
import {hasManyParts, hasNameTwice, parseValue} from '../../base/schema.js'
import {safe} from '../../base/text.js'
import {optionsOf, readRules} from '../../retention/read-rules.js'
import {type Reason} from '../../retention/reasons.js'
import {isPicked, NOT_PICKED, PICKED} from '../pick.js'
import {frozen, makePlan, type Plan} from '../plan.js'
import {contentOf, digestOf, PLAN_FORMAT, PLAN_VERSION, type RunNote} from './format.js'
import {PLAN, type PlanFile, type PlanFileDataset} from './schema.js'

/** Makes the error that ends the reading of a plan, from what is wrong. */
export type Refuse = (why: string) => SmoltraceError

/** A plan that was saved, and what was saved with it. */
export interface SavedPlan {
  /**
   * As it was made, but without the runs that it keeps. The leaderboard's protection is not saved and is none here: it has to be
   * read anew.
   */
  plan: Plan
  madeBy: string
  madeAt: Date
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string
  /** The runs that stay: only a reviewer of the plan needs them. */
  keptRuns: RunNote[]
}

/** A plan has six levels; anything much deeper is not one, and would use up the stack. */
const LEVELS = 8
const LONGEST_QUOTE = 100

/**
 * Reads a saved plan, of which nothing is trusted. The plan is made again from its datasets and rules, and all that the text says
 * in addition must follow from these.
 * @returns the plan, frozen
 * @throws what `refuse` makes, naming the place
 */
export function parsePlan(json: string, refuse: Refuse): SavedPlan {
  const content = openPlan(json, refuse)
  const file = parseValue(content, PLAN, refuse)
  requireReasons(file, refuse)
  const plan = makeAgain(file, refuse)
  for (const [name, expected] of Object.entries(contentOf(plan, file.keep)))
    requireSame(expected, content[name], name, refuse)
  requireDistinct([...plan.delete.map(({run}) => run.timestamp), ...file.keep.map(({run}) => run)], (name) =>
    refuse(`it names ${name} twice`),
  )
  return frozen({plan, madeBy: file.madeBy, madeAt: plan.now, digest: file.digest, keptRuns: file.keep})
}

/** Whether a text is a saved plan of any version, right or wrong. */
export function isPlanText(json: string): boolean {
  return isPlan(parseJson(json))
}

/** Checks that a text is a plan, of this version, and unchanged. */
function openPlan(json: string, refuse: Refuse): Record<string, unknown> {
  const value = parseJson(json)
  if (value === undefined) throw refuse('it is not JSON')
  if (!isPlan(value)) throw refuse('it is not a plan')
  const {version, digest, ...content} = value
  if (version !== PLAN_VERSION) {
    const which = typeof version === 'number' ? `version ${version}` : 'an unknown version'
    throw refuse(
      `its format has ${which}, and this program knows ${PLAN_VERSION}: it was made by a newer version, update`,
    )
  }

  if (digest !== digestOf({version, ...content})) throw refuse('it was changed since it was made')
  if (hasManyParts(json)) throw refuse('it has too many values')
  if (hasNameTwice(json, value)) throw refuse('it has a name twice in one object')
  return value
}

function isPlan(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && value.format === PLAN_FORMAT && !isDeeperThan(LEVELS, value)
}

/** @returns undefined where the text is not JSON */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part))
}

/** A reason that overrules keepers and selectors must not hide behind another text: reviewers read the text. */
function requireReasons(file: PlanFile, refuse: Refuse): void {
  const check = (reasons: Reason[], byHand: Reason, place: string) => {
    const index = reasons.findIndex(({rule, text}) => rule === byHand.rule && text !== byHand.text)
    if (index !== -1) throw refuse(`${place}.reasons[${index}].text: not "${byHand.text}"`)
  }

  for (const [index, {reasons}] of file.delete.entries()) check(reasons, PICKED, `delete[${index}]`)
  for (const [index, {reasons}] of file.keep.entries()) check(reasons, NOT_PICKED, `keep[${index}]`)
}

/** A name that is there twice would hide in the grouping, so each dataset must have its own. */
function makeAgain(file: PlanFile, refuse: Refuse): Plan {
  const {namespace, endpoint, madeAt, leaderboard, standard} = file
  const datasets = file.delete.flatMap((run, index) =>
    run.datasets.map((each, at) =>
      toRunDataset(each, run.run, namespace, (why) =>
        refuse(`delete[${index}].datasets[${at}].name: ${why}`),
      ),
    ),
  )
  requireDistinct(
    datasets.map(({name}) => name),
    (name) => refuse(`delete names ${name} twice`),
  )
  const strange = standard.findIndex((name) => !isStandardDataset(name, namespace))
  if (strange !== -1) throw refuse(`standard[${strange}]: not a standard dataset of ${namespace}`)
  const inventory = {
    endpoint,
    namespace,
    now: madeAt,
    datasets,
    leaderboard: leaderboard ? toLeaderboard(leaderboard, namespace, refuse) : undefined,
    standard,
    nearMisses: [],
    warnings: [],
  }
  const reasons = new Map(file.delete.map((run) => [run.run, run.reasons]))
  const decisions = groupDatasetsByRun(datasets).map((run) => ({
    run,
    action: 'delete' as const,
    reasons: reasons.get(run.timestamp) ?? [],
  }))
  try {
    const rules = readRules(optionsOf(file.rules), {byHand: file.delete.every((run) => isPicked(run))})
    return frozen({...makePlan(inventory, decisions, rules, {}), archives: file.archives})
  } catch (error) {
    // Rules that no options could give are the file's fault.
    throw error instanceof UsageError
      ? refuse(`rules: make no sense: ${error.message.replace(/\.$/, '')}`)
      : error
  }
}

function toRunDataset(
  {goes: _, ...dataset}: PlanFileDataset,
  run: string,
  namespace: string,
  refuse: Refuse,
): RunDataset {
  const parsed = parseDatasetName(dataset.name, namespace)
  if (!parsed || parsed.type === 'leaderboard' || parsed.timestamp !== run)
    throw refuse(`not a dataset of run ${run} of ${namespace}`)
  return {...dataset, namespace, type: parsed.type, timestamp: run}
}

function toLeaderboard(
  {goes: _, ...dataset}: PlanFileDataset,
  namespace: string,
  refuse: Refuse,
): LeaderboardDataset {
  if (parseDatasetName(dataset.name, namespace)?.type !== 'leaderboard')
    throw refuse(`leaderboard.name: not the leaderboard of ${namespace}`)
  return {...dataset, namespace, type: 'leaderboard'}
}

function requireDistinct(names: string[], refuse: Refuse): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw refuse(name)
    seen.add(name)
  }
}

/**
 * What a reviewer read must be what the plan says.
 * @throws the error of the first place where they differ
 */
function requireSame(expected: unknown, found: unknown, place: string, refuse: Refuse): void {
  if (isSame(expected, found)) return
  if (!isContainer(expected) || !isContainer(found))
    throw refuse(`${place}: is ${quote(found)}, but its rules and datasets say ${quote(expected)}`)
  for (const name of new Set([...Object.keys(expected), ...Object.keys(found)]))
    requireSame(
      expected[name],
      found[name],
      Array.isArray(found) ? `${place}[${name}]` : `${place}.${name}`,
      refuse,
    )
}

/** Whether two values have the same JSON, but for the order of names. */
function isSame(a: unknown, b: unknown): boolean {
  if (!isContainer(a) || !isContainer(b)) return a === b
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  )
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A value in a message: short, on one line, and without what a terminal would obey. */
function quote(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing'
  return safe(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)
}
