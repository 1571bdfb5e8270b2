import {Listr, type ListrRendererFactory, type ListrTask} from 'listr2'

import {type JobEvent} from '../execution.js'
import {type Outcome} from '../outcomes.js'
import {type Plan, plannedDatasets} from '../plan.js'
import {printable} from '../text.js'
import {LineRenderer} from './line-renderer.js'
import {type Board, DELETING} from './rows.js'
import {WindowRenderer} from './window-renderer.js'
import {describeWait, formatBytes} from './wording.js'

/** The live list of a deletion: one line per dataset. */
export interface Progress {
  onEvent: (event: JobEvent) => void
  /** Says something about the job as a whole. */
  note: (text: string) => void
  /** Settles when the last line is drawn. */
  end: () => Promise<void>
  /** Takes the list off the screen, where the job ended before anything of it was settled. */
  abandon: () => void
}

/** One dataset's place in the list. */
interface Row {
  start: () => void
  finish: (outcome: Outcome) => void
}

/**
 * Shows a deletion on stderr: a window of the list on a terminal, a line per finished dataset elsewhere and in CI.
 * The lib tells what happened; the list only shows it, and nothing is read back from it.
 */
export function showProgress(
  plan: Plan,
  signal: AbortSignal,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const rows = new Map<string, Row>()
  const tasks = plannedDatasets(plan).map(({name}) => toTask(name, rows))
  const board: Board = {stream, note: '', announce() {}, abandon() {}}
  const list = new Listr<unknown, ListrRendererFactory, ListrRendererFactory>(tasks, {
    concurrent: true,
    exitOnError: false,
    collectErrors: false,
    registerSignalListeners: false,
    renderer: isLive(stream) ? WindowRenderer : LineRenderer,
    rendererOptions: {board},
  })
  const finished = list.run()
  const note = (text: string) => {
    if (text === board.note) return
    board.note = text
    board.announce(text)
  }

  let hasBegun = false
  const stopping = () =>
    note(
      hasBegun
        ? 'stopping: what is under way is finished, Ctrl-C again ends at once'
        : 'stopping: nothing was deleted',
    )
  signal.addEventListener('abort', stopping, {once: true})

  return {
    note,
    onEvent(event) {
      if (!signal.aborted && board.note && (event.kind === 'started' || event.kind === 'finished'))
        board.note = ''
      if (event.kind === 'started') {
        hasBegun = true
        rows.get(event.name)?.start()
      } else if (event.kind === 'finished') rows.get(event.outcome.name)?.finish(event.outcome)
      else note(describeEvent(event))
    },
    async end() {
      board.note = ''
      await finished
    },
    abandon: () => board.abandon(),
  }
}

function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI
}

function toTask(name: string, rows: Map<string, Row>): ListrTask {
  const outcome = new Promise<Outcome>((finish) => {
    const row: Row = {finish, start() {}}
    rows.set(name, row)
  })
  return {
    title: name,
    async task(_context, task) {
      const row = rows.get(name)
      if (row) {
        row.start = () => {
          task.output = DELETING
        }
      }

      const {status, reason = '', requestId} = await outcome
      const text = printable(requestId ? `${reason} (request ${requestId})` : reason)
      if (status === 'failed') throw new Error(text)
      if (status !== 'deleted') task.skip(`${WORDS[status]}: ${text}`)
    },
  }
}

const WORDS = {gone: 'already gone', skipped: 'skipped', unattempted: 'not attempted'} as const

function describeEvent(
  event: Extract<JobEvent, {kind: 'archiving' | 'checking' | 'repeating' | 'waiting'}>,
): string {
  if (event.kind === 'checking') return 'looking again at what is left'
  if (event.kind === 'repeating') return `${event.name}: ${describeWait(event)}`
  if (event.kind === 'waiting') return describeWait(event)
  return `archiving before anything is deleted: ${event.done} of ${event.of} datasets, ${formatBytes(event.bytes)}`
}
