import {parseDatasetName} from '../base/names.js'
import {printable, safe} from '../base/text.js'
import {type Visibility} from '../hub/dataset-info.js'
import {type LocalFile, type Shelved} from './entries.js'
import {type Manifest} from './manifest.js'
import {type Audience, type Step, visibilityFor} from './restore-dataset.js'

/**
 * The outcome of one archived dataset: `restored`; `present` (was there already, equal in every file); `refused` (a rule forbids
 * it, or the archive is not whole); `failed`; `unattempted`; after a dry run, `restorable`.
 */
export type RestoreStatus = 'failed' | 'present' | 'refused' | 'restorable' | 'restored' | 'unattempted'

/** The outcome of one archive. */
export interface RestoreOutcome {
  /** Full name of the dataset. */
  name: string
  status: RestoreStatus
  /** Why it is not restored; or what about it is not as it was. */
  reason?: string
  /** Who sees it, there or once it is created; undefined where nothing is restored. */
  visibility?: Visibility
  /** The tag in its card that pins its run: it comes back pinned. */
  pin?: string
  /** Files of the archive, and their size in bytes; 0 where it could not be read. */
  files: number
  bytes: number
}

/** One dataset on its way back. */
export interface Part {
  archive: Shelved
  /** Full name under which it comes back. */
  name: string
  /** Once its archive is checked. */
  ready?: {manifest: Manifest; files: LocalFile[]; pin: string | undefined}
  /** Once it was looked for on the Hub: what is to be done. */
  step?: Step
  /** Once it is settled. */
  outcome?: RestoreOutcome
}

/** A run comes back as a whole: where something of it cannot be brought back, the rest that is not settled is left alone. */
export function settleWhole(run: Part[]): void {
  const trouble = run.find(({outcome}) => outcome && !WELL.has(outcome.status))
  if (!trouble?.outcome) return
  const status = trouble.outcome.status === 'refused' ? 'refused' : 'unattempted'
  const reason = `the ${typeOf(trouble)} of this run: ${trouble.outcome.reason ?? trouble.outcome.status}`
  for (const part of run) part.outcome ??= outcomeOf(part, status, reason)
}

const WELL: ReadonlySet<RestoreStatus> = new Set(['present', 'restorable', 'restored'])

function typeOf({archive: {name, namespace}}: Part): string {
  return parseDatasetName(name, namespace)?.type ?? 'dataset'
}

/** The outcome of one dataset. */
export function outcomeOf(
  {name, archive: {manifest}}: Part,
  status: RestoreStatus,
  reason?: string,
): RestoreOutcome {
  const files = 'problem' in manifest ? [] : manifest.files
  const bytes = files.reduce((sum, {size}) => sum + size, 0)
  const why = reason === undefined ? {} : {reason: safe(reason)}
  return {name: printable(name), status, ...why, files: files.length, bytes}
}

/** With who sees it, there or once it is created, and what about that is not as it was. */
export function seenOutcome(
  part: Part,
  {manifest, pin}: NonNullable<Part['ready']>,
  status: RestoreStatus,
  there: Audience | undefined,
): RestoreOutcome {
  return {
    ...outcomeOf(part, status, remarkOn(manifest, there)),
    visibility: there?.visibility ?? visibilityFor(manifest),
    ...(pin !== undefined && {pin: safe(pin)}),
  }
}

/** What is not as it was: a gate cannot be created, and what is there already is left as visible as it is. */
function remarkOn(manifest: Manifest, there: Audience | undefined): string | undefined {
  const {visibility, gated} = manifest
  const wanted = visibilityFor(manifest)
  if (there?.visibility === visibility && there.gated === gated) return undefined
  if (there && there.visibility !== wanted) return `it is ${there.visibility} there, and was ${visibility}`
  if (gated === false) return undefined
  return wanted === visibility
    ? `its gate (${gated}) is not set again`
    : `it was public behind a gate (${gated}): private until you set the gate again`
}
