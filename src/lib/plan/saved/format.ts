import {createHash} from 'node:crypto'

import {type Dataset, type TrashedDataset} from '../../account/datasets.js'
import {byText, safe} from '../../base/text.js'
import {VERSION} from '../../base/version.js'
import {rulesDocument} from '../../retention/read-rules.js'
import {type Reason} from '../../retention/reasons.js'
import {inScope, type Plan} from '../plan.js'

/** What the `format` of every saved plan says, whatever its version. */
export const PLAN_FORMAT = 'smoltrace-plan'
export const PLAN_VERSION = 2
/** How the file of every plan begins. */
export const PLAN_START = new RegExp(`^\\s*{\\s*"format"\\s*:\\s*"${PLAN_FORMAT}"`)

/** A run, and why it is deleted or kept. */
export interface RunNote {
  /** The run's timestamp. */
  run: string
  reasons: Reason[]
}

/**
 * The form in which a plan is saved. Of each run that loses a dataset it names all datasets, since one that changes or
 * comes later holds back the whole run.
 * @returns plain JSON: dates in ISO 8601 and UTC, ages in ms, `null` where there is nothing. The `digest` covers all the rest
 *   whatever its layout and the order of its names. It finds a value that was edited, and is not a signature: who wants to
 *   can compute it again
 */
export function planDocument(plan: Plan, user: string): Record<string, unknown> {
  const document = {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    program: `smoltrace ${VERSION}`,
    madeBy: safe(user),
    madeAt: plan.now.toISOString(),
    ...contentOf(
      plan,
      plan.keep.map(({run, reasons}) => ({run: run.timestamp, reasons})),
    ),
  }
  return {...document, digest: digestOf(document)}
}

/** What a saved plan says of the plan itself: all that follows from its rules and datasets, and what is kept. */
export function contentOf(plan: Plan, kept: RunNote[]): object {
  const {endpoint, namespace, cutoff, phrase, archives, leaderboard, standard} = plan
  return {
    endpoint,
    namespace,
    // The digest covers texts, not dates.
    rules: {...rulesDocument(plan), cutoff: cutoff?.toISOString() ?? null},
    phrase,
    archives,
    leaderboard: leaderboard ? datasetOf(leaderboard.dataset, leaderboard.planned) : null,
    delete: plan.delete.map(({run, datasets, reasons}) => {
      const going = new Set(datasets.map(({name}) => name))
      return {
        run: run.timestamp,
        reasons: reasonsOf(reasons),
        datasets: inScope(run, []).map((dataset) => datasetOf(dataset, going.has(dataset.name))),
        inTrash: run.inTrash.map((dataset) => datasetOf(dataset, false)),
      }
    }),
    keep: kept.map(({run, reasons}) => ({run, reasons: reasonsOf(reasons)})),
    standard,
  }
}

function datasetOf(dataset: Dataset | TrashedDataset, planned: boolean): object {
  const {name, id, sha, createdAt, lastModified} = dataset
  return {
    planned,
    name,
    id,
    sha,
    createdAt: createdAt.toISOString(),
    lastModified: lastModified.toISOString(),
    private: dataset.private,
  }
}

function reasonsOf(reasons: Reason[]): Reason[] {
  return reasons.map(({rule, text}) => ({rule, text: safe(text)}))
}

/** The digest of a saved plan, over all of it but the digest. */
export function digestOf(document: object): string {
  const hash = createHash('sha256')
  let text = ''
  writeCanonical(document, (part) => {
    text += part
    if (text.length < CHUNK) return
    hash.update(text)
    text = ''
  })
  return `sha256:${hash.update(text).digest('hex')}`
}

/** Characters that are hashed at a time. */
const CHUNK = 65_536

/** JSON without blanks and with the names sorted by code unit: the same for every layout. */
function writeCanonical(value: unknown, write: (part: string) => void): void {
  if (typeof value !== 'object' || value === null) return write(JSON.stringify(value))
  if (Array.isArray(value)) {
    write('[')
    for (const [index, part] of value.entries()) {
      if (index > 0) write(',')
      writeCanonical(part, write)
    }

    return write(']')
  }

  let before = '{'
  for (const name of Object.keys(value).toSorted(byText)) {
    write(`${before}${JSON.stringify(name)}:`)
    writeCanonical((value as Record<string, unknown>)[name], write)
    before = ','
  }

  write(before === '{' ? '{}' : '}')
}
