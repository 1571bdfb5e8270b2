import {Listr, type ListrRendererFactory} from 'listr2'
import {once} from 'node:events'

import {type JobEvent} from '../../lib/cleanup/execute.js'
import {datasetsInOrderOfDeletion, type Plan} from '../../lib/plan/plan.js'
import {describeWait, formatBytes} from '../../lib/views/format.js'
import {mayRedraw} from '../../lib/views/terminal/style.js'
import {type Board, type Note, noteText} from './board.js'
import {LineRenderer} from './line-renderer.js'
import {type RowTask, startTask} from './row-task.js'
import {Rows} from './rows.js'
import {WindowRenderer} from './window-renderer.js'

/** The live list of a deletion. */
export interface Progress {
  onEvent: (event: JobEvent) => void
  /** Says something about the job as a whole. */
  note: (text: string) => void
  /** Settles when the last line is drawn. */
  end: () => Promise<void>
  /** Takes the list off the screen, where the job ended before anything of it was settled. */
  abandon: () => void
}

/** Where what goes on is only written down, archiving is told of once for so many datasets. */
const ARCHIVED_STEP = 100
/** As many repeats are written down; the outcome of each dataset is, however many there were. */
const MOST_REPEATS_TOLD = 100

/**
 * Shows a deletion on stderr: a window of the list on a terminal, lines elsewhere and in CI. The lib tells what happened;
 * the list only shows it, and nothing is read back from it.
 */
export function showProgress(
  plan: Plan,
  signal: AbortSignal,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const rows = new Rows(datasetsInOrderOfDeletion(plan).map(({name}) => name))
  const board: Board = {
    stream,
    rows,
    note: '',
    begunAt: undefined,
    announce() {},
    finished() {},
    abandon() {},
  }
  const tasks = new Map<string, RowTask>()
  let toldRepeats = 0
  const {list, settle} = listFor(board)
  const finished = list.run()
  let toldDone = -1
  const note = (now: Note) => {
    const isRepeated = typeof now === 'string' && now === board.note
    board.note = now
    if (!isRepeated && now !== '') board.announce(noteText(now, performance.now()))
  }

  const stopping = () =>
    note(
      board.begunAt === undefined
        ? 'stopping: nothing was deleted'
        : 'stopping: what is under way is finished (Ctrl-C: at once)',
    )
  signal.addEventListener('abort', stopping, {once: true})

  return {
    note,
    onEvent(event) {
      // What was under way before a pause may end in it.
      const isOver = event.kind === 'started' || (event.kind === 'finished' && typeof board.note === 'string')
      if (isOver && !signal.aborted) board.note = ''
      switch (event.kind) {
        case 'started': {
          board.begunAt ??= performance.now()
          tasks.set(event.name, startTask(event.name, rows))
          return
        }

        case 'finished': {
          const {outcome} = event
          const task = tasks.get(outcome.name) ?? startTask(outcome.name, rows)
          tasks.delete(outcome.name)
          task.finish(outcome)
          const row = rows.finish(outcome)
          return row && board.finished(row)
        }

        case 'archiving': {
          board.note = describeArchiving(event)
          const isStep = event.of <= ARCHIVED_STEP || event.done % ARCHIVED_STEP === 0
          if (isStep && event.done !== toldDone) board.announce(board.note)
          toldDone = event.done
          return
        }

        case 'repeating': {
          const text = describeWait(event)
          tasks.get(event.name)?.explain(text)
          return toldRepeats++ < MOST_REPEATS_TOLD ? board.announce(`${event.name}: ${text}`) : undefined
        }

        case 'waiting': {
          return note({until: performance.now() + event.ms, wait: event})
        }

        case 'checking': {
          return note('looking again at what is left')
        }
      }
    },
    async end() {
      board.note = ''
      settle()
      await finished
    },
    abandon: () => board.abandon(),
  }
}

/** The task of the job as a whole, which the window or the lines belong to. */
function listFor(board: Board) {
  const over = new AbortController()
  const isOver = once(over.signal, 'abort')
  const title = `Deleting ${board.rows.all.length} datasets`
  const list = new Listr<unknown, ListrRendererFactory, ListrRendererFactory>(
    [{title, task: () => isOver.then(() => {})}],
    {
      registerSignalListeners: false,
      renderer: mayRedraw(board.stream) ? WindowRenderer : LineRenderer,
      rendererOptions: {board},
    },
  )
  return {list, settle: () => over.abort()}
}

function describeArchiving(event: Extract<JobEvent, {kind: 'archiving'}>): string {
  return `archiving before anything is deleted: ${event.done} of ${event.of} datasets, ${formatBytes(event.bytes)}`
}
