import {Listr} from 'listr2'
import {once} from 'node:events'

import {type JobEvent} from '../../lib/cleanup/options.js'
import {datasetsInOrderOfDeletion, type Plan} from '../../lib/plan/plan.js'
import {describeWait, formatBytes} from '../../lib/views/format.js'
import {mayRedraw} from '../../lib/views/terminal/style.js'
import {JobLog} from './job-log.js'
import {LiveRenderer, type ProgressState} from './live-renderer.js'
import {Items, STATE_WORDS} from './window.js'

/** The live list of a deletion. */
export type Progress = ReturnType<typeof showProgress>

/** Of a longer archiving, the log says how far it is after so many datasets. */
const ARCHIVED_STEP = 100

/**
 * Shows a deletion on stderr: a window of the list on a terminal, lines elsewhere and in CI. To listr2 the job is one task; nothing
 * is read back from it.
 */
export function showProgress(plan: Plan, signal: AbortSignal, stream: NodeJS.WriteStream = process.stderr) {
  const items = new Items(datasetsInOrderOfDeletion(plan).map(({name}) => name))
  const isLive = mayRedraw(stream)
  const write = (line: string) => {
    if (!isLive) stream.write(`${line}\n`)
  }

  const log = new JobLog(write)
  const state: ProgressState = {stream, items, log, note: '', erase() {}}
  const over = new AbortController()
  const ended = once(over.signal, 'abort')
  const options = {registerSignalListeners: false, renderer: LiveRenderer, rendererOptions: {state}}
  const drawn = isLive
    ? new Listr<unknown, typeof LiveRenderer, typeof LiveRenderer>(
        [{task: () => ended.then(() => {})}],
        options,
      ).run()
    : ended
  let logged = ''
  const logOnce = (text: string) => {
    if (text !== logged) write(text)
    logged = text
  }

  const note = (text: string) => {
    state.note = text
    logOnce(text)
  }

  const stopping = () => {
    const what =
      log.beganAt === undefined ? 'nothing was deleted' : 'what is under way is finished (Ctrl-C: at once)'
    note(`stopping: ${what}`)
  }

  signal.addEventListener('abort', stopping, {once: true})

  return {
    onEvent(event: JobEvent): void {
      // What was under way before a wait may end during it.
      const isWaiting = typeof state.note === 'object' && performance.now() < state.note.until
      const isOver = event.kind === 'started' || (event.kind === 'finished' && !isWaiting)
      if (isOver && !signal.aborted) {
        state.note = ''
        logged = ''
      }

      switch (event.kind) {
        case 'started': {
          log.begin()
          return items.start(event.name)
        }

        case 'finished': {
          const item = items.finish(event.outcome)
          if (!item) return
          const {name, state: ended, reason} = item
          log.finished(`${STATE_WORDS[ended].padEnd(13)}  ${name}${reason && `: ${reason}`}`, {
            done: items.done,
            of: items.all.length,
            failed: items.in.failed.size,
            isProblem: ended === 'failed' || ended === 'skipped',
          })
          return
        }

        case 'archiving': {
          const {done, of, bytes} = event
          const text = `archiving first: ${done} of ${of} datasets, ${formatBytes(bytes)}`
          if (of <= ARCHIVED_STEP || done % ARCHIVED_STEP === 0) logOnce(text)
          if (!isWaiting) state.note = text
          return
        }

        case 'repeating': {
          const text = describeWait(event)
          items.explain(event.name, text)
          return log.problem(`${event.name}: ${text}`)
        }

        case 'waiting': {
          state.note = {until: performance.now() + event.ms, wait: event}
          return write(describeWait(event))
        }

        case 'checking': {
          return note('looking again at what is left')
        }
      }
    },
    /** Settles when the last line is drawn. */
    async end(): Promise<void> {
      state.note = ''
      over.abort()
      await drawn
    },
    /** Takes the list off the screen, where the job ended before anything of it was settled. */
    abandon: () => state.erase(),
  }
}
