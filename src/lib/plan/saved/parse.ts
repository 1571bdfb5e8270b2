import {setImmediate as nextTurn} from 'node:timers/promises'

import {type LeaderboardDataset, type RunDataset, type TrashedDataset} from '../../account/datasets.js'
import {runsOf} from '../../account/runs.js'
import {isObject} from '../../base/collections.js'
import {type SmoltraceError, UsageError} from '../../base/errors.js'
import {isStandardDataset, parseDatasetName, parseRunDatasetName, parseTrashName} from '../../base/names.js'
import {parseValue, readJson} from '../../base/schema.js'
import {safe} from '../../base/text.js'
import {optionsOf, readRules} from '../../retention/read-rules.js'
import {isPicked} from '../pick.js'
import {deepFreeze, makePlan, type Plan} from '../plan.js'
import {contentOf, digestOf, PLAN_FORMAT, PLAN_VERSION, type RunNote} from './format.js'
import {PLAN, type PlanFile} from './schema.js'

/** Makes the error that ends the reading of a plan, from what is wrong. */
export type Refuse = (why: string) => SmoltraceError

/** A plan that was saved, and what was saved with it. */
export interface SavedPlan {
  /**
   * As it was made, but without the runs that it keeps. The leaderboard's protection is not saved and is none here: it has to be
   * read again.
   */
  plan: Plan
  madeBy: string
  madeAt: Date
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string
  /** The runs that are kept: only a reviewer of the plan needs them. */
  keptRuns: RunNote[]
}

const MAX_QUOTE = 100

/** Reads the text of a saved plan, of which nothing is trusted. @returns as `checkDocument` @throws as `checkDocument` */
export function parsePlan(json: string, refuse: Refuse): Promise<SavedPlan> {
  return checkDocument(() => openPlan(json, refuse), refuse)
}

/**
 * Checks a plan's document. The plan is made again from its datasets and rules, and all that the document says in addition must
 * follow from these.
 * @param open makes the document, again where it is needed twice: to keep what a text says would take as much as the plan
 * @returns the plan, frozen
 * @throws what `refuse` makes, naming the place
 */
export async function checkDocument(open: () => Record<string, unknown>, refuse: Refuse): Promise<SavedPlan> {
  // Each step takes some tenths of a second for ten thousand runs: Ctrl-C is heard in between.
  const file = parseValue(open(), PLAN, refuse)
  await nextTurn()
  const plan = rebuildPlan(file, refuse)
  await nextTurn()
  requireDistinct(file, refuse)
  const {format, version, program, madeBy, madeAt, digest, keep} = file
  // What a reviewer read must be what the plan says.
  const made = {format, version, program, madeBy, madeAt: madeAt.toISOString()}
  if (digestOf({...made, ...contentOf(plan, keep)}) !== digest)
    throw refuse(contradictionIn(open(), contentOf(plan, keep)))
  return deepFreeze({plan, madeBy, madeAt: plan.now, digest, keptRuns: keep})
}

/** Checks that a text is a plan, of this version, and unchanged. */
function openPlan(json: string, refuse: Refuse): Record<string, unknown> {
  const value = readJson(json, refuse)
  if (!isObject(value) || value.format !== PLAN_FORMAT) throw refuse('it is not a plan')
  const {digest, ...content} = value
  const {version} = content
  if (version !== PLAN_VERSION) {
    const which = typeof version === 'number' ? `version ${version}` : 'an unknown version'
    throw refuse(
      `its format is ${which}, but this program supports version ${PLAN_VERSION}: update smoltrace`,
    )
  }

  if (digest !== digestOf(content)) throw refuse('it was edited after it was made')
  return value
}

/** A dataset that is there twice would be deleted twice, and a run could be deleted and kept. */
function requireDistinct(file: PlanFile, refuse: Refuse): void {
  const seen = new Set<string>()
  const planned = file.delete.flatMap(({run, datasets, inTrash}) => [
    run,
    ...[...datasets, ...inTrash].map(({name}) => name),
  ])
  for (const name of [...planned, ...file.keep.map(({run}) => run)]) {
    if (seen.has(name)) throw refuse(`it names ${name} twice`)
    seen.add(name)
  }
}

function rebuildPlan(file: PlanFile, refuse: Refuse): Plan {
  const {namespace, endpoint, madeAt, standard} = file
  const datasets = file.delete.flatMap(({run, datasets}, index) =>
    datasets.map(({planned: _, ...dataset}, at): RunDataset => {
      const parsed = parseRunDatasetName(dataset.name, namespace)
      if (parsed?.timestamp !== run)
        throw refuse(`delete[${index}].datasets[${at}].name: not a dataset of run ${run} of ${namespace}`)
      return {...dataset, namespace, type: parsed.type, timestamp: run}
    }),
  )
  const trash = file.delete.flatMap(({run, inTrash}, index) =>
    inTrash.map(({planned: _, ...dataset}, at): TrashedDataset => {
      const parsed = parseTrashName(dataset.name, namespace)
      if (parsed?.timestamp !== run)
        throw refuse(
          `delete[${index}].inTrash[${at}].name: not a dataset of run ${run} in the trash of ${namespace}`,
        )
      return {...dataset, namespace, ...parsed}
    }),
  )
  const strange = standard.findIndex((name) => !isStandardDataset(name, namespace))
  if (strange !== -1) throw refuse(`standard[${strange}]: not a standard dataset of ${namespace}`)
  const leaderboard = file.leaderboard ? toLeaderboard(file.leaderboard, namespace, refuse) : undefined
  const listed = {
    endpoint,
    namespace,
    now: madeAt,
    datasets,
    trash,
    leaderboard,
    standard,
    nearMisses: [],
    pages: 0,
    warnings: [],
  }
  const reasons = new Map(file.delete.map((run) => [run.run, run.reasons]))
  const decisions = runsOf(listed).map((run) => ({
    run,
    action: 'delete' as const,
    reasons: reasons.get(run.timestamp) ?? [],
  }))
  try {
    const rules = readRules(optionsOf(file.rules), {byHand: file.delete.every((run) => isPicked(run))})
    return deepFreeze({...makePlan(listed, decisions, rules, {}), archives: file.archives})
  } catch (error) {
    // Rules that no options could give are the file's fault.
    throw error instanceof UsageError
      ? refuse(`rules: not valid: ${error.message.replace(/\.$/, '')}`)
      : error
  }
}

function toLeaderboard(
  {planned: _, ...dataset}: NonNullable<PlanFile['leaderboard']>,
  namespace: string,
  refuse: Refuse,
): LeaderboardDataset {
  if (parseDatasetName(dataset.name, namespace)?.type !== 'leaderboard')
    throw refuse(`leaderboard.name: not the leaderboard of ${namespace}`)
  return {...dataset, namespace, type: 'leaderboard'}
}

/** Where a plan's file first says other than its rules and datasets: `delete[0].datasets[1].planned: is true, but …`. */
function contradictionIn(content: Record<string, unknown>, expected: object): string {
  for (const [name, part] of Object.entries(expected)) {
    const difference = differenceIn(part, content[name])
    if (difference !== undefined) return `${name}${difference}`
  }

  return 'it contradicts itself'
}

/** Where two JSON values differ first, whatever the order of names, and how: `[0].planned: is true, but …`. */
function differenceIn(expected: unknown, found: unknown): string | undefined {
  if (!isObject(expected) || !isObject(found))
    return expected === found
      ? undefined
      : `: is ${quote(found)}, but should be ${quote(expected)} by its rules and datasets`
  for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const difference = differenceIn(expected[name], found[name])
    if (difference !== undefined) return `${Array.isArray(found) ? `[${name}]` : `.${name}`}${difference}`
  }

  return undefined
}

/** A value in a message: short, on one line, and without what a terminal would obey. */
function quote(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing'
  return safe(text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text)
}
