import {type TaggingEvent} from '../../lib/account/protection/tagging.js'
import {type RestoreEvent, type RestoreOutcome} from '../../lib/archive/restore-runs.js'
import {formatNumber} from '../../lib/base/text.js'
import {type JobEvent} from '../../lib/cleanup/options.js'
import {type Outcome, type TakeEvent} from '../../lib/cleanup/outcomes.js'
import {type Plan, plannedDatasets} from '../../lib/plan/plan.js'
import {formatBytes} from '../../lib/views/format.js'
import {RESTORE_LABELS} from '../../lib/views/terminal/restore.js'
import {type Ended} from './items.js'
import {type Phase, Progress} from './progress.js'

const ARCHIVING: Phase = {doing: 'archiving', stopping: 'nothing was deleted'}
const ARCHIVING_FOR_TRASH: Phase = {...ARCHIVING, stopping: 'nothing was moved to the trash'}
const DELETING: Phase = {
  doing: 'deleting',
  stopping: 'what is under way is finished (Ctrl-C: at once)',
}
const TRASHING: Phase = {...DELETING, doing: 'moving to the trash'}
const RESTORING: Phase = {doing: 'restoring', stopping: 'the same command resumes'}
/** A job may restore from both: each has a count of its own. */
const UNTRASHING: Phase = {...RESTORING}
const TAGGING: Phase = {doing: 'changing cards', stopping: 'the same command resumes'}

/** So few cards are changed before progress is worth a window. */
const FEW_CARDS = 3

/** Shows jobs on stderr, each by its events. @param onOpen called before anything is written */
export function showJobs(signal: AbortSignal, onOpen: () => void) {
  const progress = new Progress(signal, onOpen)
  return {
    progress,
    deletion: showDeletion(progress),
    restore: showRestore(progress),
    untrashing: showUntrashing(progress),
    tagging: showTagging(progress),
  }
}

export function showDeletion(progress: Progress): (event: JobEvent, plan: Plan) => void {
  // Of a large plan, to count for each event would take longer than to delete.
  let planned: number | undefined
  return (event, plan) => {
    if (event.kind !== 'archiving') {
      planned ??= plannedDatasets(plan).length
      return showTaking(progress, event, plan.rules.trash ? TRASHING : DELETING, planned)
    }

    const {name, of, bytes, problem} = event
    progress.begin(plan.rules.trash ? ARCHIVING_FOR_TRASH : ARCHIVING, of)
    progress.items.detail = formatBytes(bytes)
    if (!progress.items.running.has(name)) return progress.start(name)
    const how = problem === undefined ? DONE : FAILED
    return progress.finish({name, words: 'archived', ...how, reason: problem})
  }
}

/** Restoring from the trash. */
function showUntrashing(progress: Progress): (event: TakeEvent, of: number) => void {
  return (event, of) => showTaking(progress, event, UNTRASHING, of)
}

function showTaking(progress: Progress, event: TakeEvent, phase: Phase, of: number): void {
  if (event.kind === 'repeating') return progress.repeat(event.name, event)
  if (event.kind === 'waiting') return progress.wait(event)
  if (event.kind === 'checking') return progress.say('rechecking what remains')
  progress.begin(phase, of)
  if (event.kind === 'started') return progress.start(event.name)
  return progress.finish(endOfTaking(event.outcome, phase))
}

const DONE = {ending: 'done'} as const
const FAILED = {ending: 'failed', words: 'failed'} as const
const UNATTEMPTED = {ending: 'unattempted', words: 'not attempted'} as const

function endOfTaking({name, status, reason = '', requestId}: Outcome, phase: Phase): Ended {
  const kinds = {
    deleted: {...DONE, words: 'deleted'},
    trashed: {...DONE, words: phase === UNTRASHING ? 'restored' : 'moved to the trash'},
    gone: {...DONE, words: 'already gone'},
    failed: FAILED,
    skipped: {ending: 'skipped', words: 'skipped'},
    unattempted: UNATTEMPTED,
  } as const
  return {name, ...kinds[status], reason: requestId ? `${reason} (request ${requestId})` : reason}
}

export function showRestore(progress: Progress): (event: RestoreEvent) => void {
  let checked = 0
  return (event) => {
    if (event.kind === 'checking') {
      checked++
      return progress.hint(`checking the copies: ${formatNumber(checked)} of ${formatNumber(event.of)}`)
    }

    progress.begin(RESTORING, event.of)
    if (event.kind === 'started') return progress.start(event.name)
    return progress.finish(endOfRestore(event.outcome))
  }
}

function endOfRestore({name, status, reason}: RestoreOutcome): Ended {
  const words = RESTORE_LABELS[status].toLowerCase()
  const ending =
    status === 'refused' ? 'failed' : status === 'unattempted' || status === 'failed' ? status : 'done'
  return {name, words, ending, reason}
}

export function showTagging(progress: Progress): (event: TaggingEvent) => void {
  return ({run, problem, of}) => {
    if (of <= FEW_CARDS) return
    progress.begin(TAGGING, of)
    const how = problem === undefined ? {...DONE, words: 'card changed'} : FAILED
    progress.finish({name: run, ...how, reason: problem})
  }
}
