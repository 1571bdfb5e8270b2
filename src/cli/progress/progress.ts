import {Listr} from 'listr2'
import {once} from 'node:events'

import {type JobEvent} from '../../lib/cleanup/options.js'
import {type Wait} from '../../lib/hub/retry.js'
import {datasetsInOrderOfDeletion, type Plan} from '../../lib/plan/plan.js'
import {describeWait, formatBytes} from '../../lib/views/format.js'
import {mayRedraw, styleFor, widthOf} from '../../lib/views/terminal/style.js'
import {JobLog} from './job-log.js'
import {drawWindow, Items, STATE_WORDS} from './window.js'

/** Of a longer archiving, the log says how far it is after so many datasets. */
const ARCHIVED_STEP = 100
const REPAINT_MS = 100
/** A rate that changes more often cannot be read, in ms. */
const RATE_MS = 1000
const DEFAULT_HEIGHT = 24
/** The cursor's line, and two above: tmux keeps in its history what is cleared from the first line on, frame by frame. */
const SPARE_LINES = 3
const TO_FIRST_COLUMN = '\u001B[1G'
const CLEAR_BELOW = '\u001B[0J'

/** Hands listr2's calls on: its own renderer walks all rows at every change, and shows only the waiting tail. */
class LiveRenderer {
  static nonTTY = true
  static rendererOptions: Record<'end' | 'render', () => void>
  static rendererTaskOptions: Record<PropertyKey, never>
  readonly render: () => void
  readonly end: () => void

  constructor(_tasks: unknown, {render, end}: typeof LiveRenderer.rendererOptions) {
    this.render = render
    this.end = end
  }
}

/**
 * The progress of a deletion on stderr: a window of the list on a terminal, lines elsewhere and in CI. To listr2 the job is one task;
 * nothing is read back from it.
 */
export class Progress {
  private readonly stream: NodeJS.WriteStream
  private readonly signal: AbortSignal
  private readonly isLive: boolean
  private readonly items: Items
  private readonly log: JobLog
  /** What holds up the whole job: words, or a wait that ends at a moment of `performance.now()`; empty where nothing does. */
  private note: string | {until: number; wait: Wait} = ''
  private logged = ''
  private readonly over = new AbortController()
  private readonly drawn: Promise<unknown>
  private timer: NodeJS.Timeout | undefined
  private painted = 0
  private rate = {text: '', at: -Infinity}

  constructor(plan: Plan, signal: AbortSignal, stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream
    this.signal = signal
    this.isLive = mayRedraw(stream)
    this.log = new JobLog((line) => this.write(line))
    this.items = new Items(datasetsInOrderOfDeletion(plan).map(({name}) => name))
    const ended = once(this.over.signal, 'abort')
    this.drawn = this.isLive ? this.draw(ended) : ended
    signal.addEventListener('abort', () => this.stopping(), {once: true})
  }

  onEvent(event: JobEvent): void {
    const {items, log} = this
    // What was under way before a wait may end during it.
    const isWaiting = typeof this.note === 'object' && performance.now() < this.note.until
    const isOver = event.kind === 'started' || (event.kind === 'finished' && !isWaiting)
    if (isOver && !this.signal.aborted) {
      this.note = ''
      this.logged = ''
    }

    switch (event.kind) {
      case 'started': {
        log.begin()
        return items.start(event.name)
      }

      case 'finished': {
        const item = items.finish(event.outcome)
        if (!item) return
        const {name, state, reason} = item
        log.finished(`${STATE_WORDS[state].padEnd(13)}  ${name}${reason && `: ${reason}`}`, {
          done: items.done,
          of: items.all.length,
          failed: items.in.failed.size,
          isProblem: state === 'failed' || state === 'skipped',
        })
        return
      }

      case 'archiving': {
        const {done, of, bytes} = event
        const text = `archiving first: ${done} of ${of} datasets, ${formatBytes(bytes)}`
        if (of <= ARCHIVED_STEP || done % ARCHIVED_STEP === 0) this.writeOnce(text)
        if (!isWaiting) this.note = text
        return
      }

      case 'repeating': {
        const text = describeWait(event)
        items.explain(event.name, text)
        return log.problem(`${event.name}: ${text}`)
      }

      case 'waiting': {
        this.note = {until: performance.now() + event.ms, wait: event}
        return this.write(describeWait(event))
      }

      case 'checking': {
        return this.say('rechecking what remains')
      }
    }
  }

  /** Settles when the last line is drawn. */
  async end(): Promise<void> {
    this.note = ''
    this.over.abort()
    await this.drawn
  }

  /** Takes the list off the screen, where the job ended before anything of it was settled. */
  abandon(): void {
    if (this.timer === undefined) return
    clearInterval(this.timer)
    this.stream.write(this.erasure())
    this.painted = 0
  }

  private stopping(): void {
    const isBegun = this.log.beganAt !== undefined
    this.say(
      `stopping: ${isBegun ? 'what is under way is finished (Ctrl-C: at once)' : 'nothing was deleted'}`,
    )
  }

  private say(text: string): void {
    this.note = text
    this.writeOnce(text)
  }

  private writeOnce(text: string): void {
    if (text !== this.logged) this.write(text)
    this.logged = text
  }

  private write(line: string): void {
    if (!this.isLive) this.stream.write(`${line}\n`)
  }

  private draw(ended: Promise<unknown>): Promise<unknown> {
    const rendererOptions = {
      render: () => {
        this.paint()
        this.timer = setInterval(() => this.paint(), REPAINT_MS)
      },
      end: () => {
        clearInterval(this.timer)
        this.paint()
      },
    }
    return new Listr<unknown, typeof LiveRenderer, typeof LiveRenderer>(
      [{task: () => ended.then(() => {})}],
      {
        registerSignalListeners: false,
        renderer: LiveRenderer,
        rendererOptions,
      },
    ).run()
  }

  private paint(): void {
    const {stream, items, note, log} = this
    const now = performance.now()
    if (now - this.rate.at >= RATE_MS || items.done === items.all.length)
      this.rate = {text: log.rate(items.done, items.all.length), at: now}
    const lines = drawWindow(items, {
      height: (stream.rows || DEFAULT_HEIGHT) - SPARE_LINES,
      width: (widthOf(stream) ?? 80) - 1,
      style: styleFor(stream),
      note: typeof note === 'string' ? note : describeWait({...note.wait, ms: Math.max(0, note.until - now)}),
      rate: this.rate.text,
    })
    // In one piece, or the terminal would show the empty screen in between.
    stream.write(`${this.erasure()}${lines.join('\n')}\n`)
    this.painted = lines.length
  }

  /** A key that the terminal echoes, such as Ctrl-C, leaves the cursor inside a line. */
  private erasure(): string {
    return `${TO_FIRST_COLUMN}${this.painted > 0 ? `\u001B[${this.painted}A` : ''}${CLEAR_BELOW}`
  }
}
