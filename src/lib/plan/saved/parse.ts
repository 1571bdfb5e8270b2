import {groupDatasetsByRun} from '../../account/runs.js'
import {isPicked} from '../pick.js'
import {frozen, makePlan, type Plan} from '../plan.js'
import {readEndpoint, readKept, readLeaderboard, readNamespace, readRun, readStandard} from './entries.js'
import {openPlan} from './envelope.js'
import {type Field, quote, type Refuse} from './field.js'
import {contentOf, type RunNote} from './format.js'
import {nonsense, readSavedRules} from './rules.js'

/** A plan that was saved, and what was saved with it. */
export interface SavedPlan {
  /**
   * As it was made, but without the runs that it keeps. The leaderboard's protection is not saved and stands here as none:
   * it has to be read anew.
   */
  plan: Plan
  madeBy: string
  madeAt: Date
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string
  /** The runs that stay: only for the review of the plan. */
  keptRuns: RunNote[]
}

const PARTS = [
  'format',
  'version',
  'program',
  'madeBy',
  'madeAt',
  'endpoint',
  'namespace',
  'rules',
  'phrase',
  'archives',
  'leaderboard',
  'delete',
  'keep',
  'standard',
  'digest',
] as const
type Parts = Record<(typeof PARTS)[number], Field>

/**
 * Reads a saved plan's text, of which nothing is trusted. The plan is made again from its datasets and rules, and all that
 * the text says in addition must be what comes of that.
 * @returns the plan, frozen
 * @throws what `refuse` makes, naming the place
 */
export function parsePlan(text: string, refuse: Refuse): SavedPlan {
  const root = openPlan(text, refuse)
  const parts = root.parts(...PARTS)
  parts.program.text()
  const keptRuns = parts.keep.list().map((field) => readKept(field))
  const plan = makeAgain(parts)
  for (const [name, expected] of Object.entries(contentOf(plan, keptRuns)))
    requireSame(expected, root.at(name))
  const timestamps = [...plan.delete.map(({run}) => run.timestamp), ...keptRuns.map(({run}) => run)]
  requireDistinct(timestamps, root)
  return frozen({
    plan,
    madeBy: parts.madeBy.text(),
    madeAt: plan.now,
    digest: parts.digest.text(),
    keptRuns,
  })
}

/** A name that is there twice would hide in the groupDatasetsByRun, so each dataset must have its own. */
function makeAgain(parts: Parts): Plan {
  const namespace = readNamespace(parts.namespace)
  const runs = parts.delete.list().map((field) => readRun(field, namespace))
  const datasets = runs.flatMap((run) => run.datasets)
  requireDistinct(
    datasets.map(({name}) => name),
    parts.delete,
  )
  const inventory = {
    endpoint: readEndpoint(parts.endpoint),
    namespace,
    now: parts.madeAt.date(),
    datasets,
    leaderboard: parts.leaderboard.nullOr((field) => readLeaderboard(field, namespace)),
    standard: parts.standard.list().map((field) => readStandard(field, namespace)),
    nearMisses: [],
    warnings: [],
  }
  const reasons = new Map(runs.map((run) => [run.run, run.reasons]))
  const decisions = groupDatasetsByRun(datasets).map((run) => ({
    run,
    action: 'delete' as const,
    reasons: reasons.get(run.timestamp) ?? [],
  }))
  const rules = readSavedRules(parts.rules, {byHand: runs.every((run) => isPicked(run))})
  const plan = sensibly(parts.rules, () => makePlan(inventory, decisions, rules, {}))
  return frozen({...plan, archives: parts.archives.boolean()})
}

/** Rules that no flags could give are the file's fault. */
function sensibly<T>(field: Field, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw nonsense(field, error)
  }
}

function requireDistinct(names: string[], field: Field): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw field.error(`names ${name} twice`)
    seen.add(name)
  }
}

/**
 * What a reviewer read must be what the plan says.
 * @throws the error of the first place where they differ
 */
function requireSame(expected: unknown, found: Field): void {
  const {value} = found
  if (isSame(expected, value)) return
  if (!isContainer(expected) || !isContainer(value))
    throw found.error(`is ${quote(value)}, but its rules and datasets say ${quote(expected)}`)
  for (const name of new Set([...Object.keys(expected), ...Object.keys(value)]))
    requireSame(expected[name], found.at(name))
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
