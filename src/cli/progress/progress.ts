import {Listr} from 'listr2'
import {once} from 'node:events'
import {stripVTControlCharacters} from 'node:util'

import {capitalize} from '../../lib/base/text.js'
import {type Wait} from '../../lib/hub/retry.js'
import {describeWait} from '../../lib/views/format.js'
import {columnsOf, cut} from '../../lib/views/terminal/layout.js'
import {mayRedraw, mayShowBars, sizeOfTerminal, styleFor} from '../../lib/views/terminal/style.js'
import {type Ended, Items} from './items.js'
import {JobLog} from './job-log.js'
import {countdown, ERASE_TO_END} from './status.js'
import {drawWindow} from './window.js'

const REPAINT_MS = 100
/** A rate that changes more often cannot be read, in ms. */
const RATE_MS = 1000
/** The cursor's line, and two above it. */
const SPARE_LINES = 3

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

/** One part of a job after another, each with its own count. */
export interface Phase {
  /** What is done to each: `deleting`. */
  doing: string
  /** What is said after Ctrl-C. */
  stopping: string
}

/**
 * The progress of a job on stderr: on a terminal a window that is taken away at the end, since the result follows; lines elsewhere and in
 * CI. It opens with the first thing that it is told. To listr2 the job is one task; nothing is read back from it.
 */
export class Progress {
  isOpen = false
  /** What the phase is about. */
  items = new Items(0)
  private readonly stream: NodeJS.WriteStream
  private readonly signal: AbortSignal
  private readonly onOpen: () => void
  private readonly isLive: boolean
  private phase: Phase | undefined
  private log: JobLog
  /** What else there is to say, and until when the job waits. */
  private note = ''
  private pause = () => ''
  private logged = ''
  private readonly over = new AbortController()
  private drawn: Promise<unknown> | undefined
  private timer: NodeJS.Timeout | undefined
  /** Columns of each line that is on the screen. */
  private painted: number[] = []
  private rate = {text: '', at: -Infinity}

  /** @param onOpen called before anything is written */
  constructor(
    signal: AbortSignal,
    onOpen: () => void = () => {},
    stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.stream = stream
    this.signal = signal
    this.onOpen = onOpen
    this.isLive = mayRedraw(stream)
    this.log = new JobLog((line) => this.write(line))
    signal.addEventListener('abort', () => this.stop(), {once: true})
  }

  /** Says what is done from now on, and to how many; again without effect. */
  begin(phase: Phase, of: number): void {
    this.open()
    if (this.phase === phase) return
    this.phase = phase
    this.items = new Items(of)
    this.log = new JobLog((line) => this.write(line))
    this.log.begin()
    this.rate = {text: '', at: -Infinity}
  }

  start(name: string): void {
    this.goOn()
    this.pause = () => ''
    this.items.start(name)
  }

  finish(ended: Ended): void {
    // What was in progress before a wait may end during it.
    if (this.pause() === '') this.goOn()
    const {items} = this
    items.finish(ended)
    const {name, words, ending, reason} = ended
    this.log.finished(`${words.padEnd(13)}  ${name}${reason ? `: ${reason}` : ''}`, {
      done: items.done + items.in.unattempted.size,
      of: items.of,
      failed: items.in.failed.size,
      isProblem: ending === 'failed' || ending === 'skipped',
    })
  }

  /** A part is tried again. */
  repeat(name: string, wait: Wait): void {
    const text = describeWait(wait)
    this.items.explain(name, text)
    this.log.problem(`${name}: ${text}`)
  }

  wait(wait: Wait): void {
    this.open()
    this.pause = countdown(wait)
    this.write(describeWait(wait))
  }

  /** Says in the window what is done in between. */
  hint(text: string): void {
    this.open()
    if (!this.signal.aborted) this.note = text
  }

  say(text: string): void {
    this.open()
    this.note = text
    if (text !== this.logged) this.write(text)
    this.logged = text
  }

  /** Settles when the window is off the screen. */
  async end(): Promise<void> {
    this.over.abort()
    await this.drawn
  }

  /** Takes the window off the screen, where the job ended early. */
  abandon(): void {
    clearInterval(this.timer)
    if (this.isLive) this.paint([])
  }

  private stop(): void {
    if (this.isOpen) this.say(`stopping: ${this.phase?.stopping ?? 'nothing was changed'}`)
  }

  private goOn(): void {
    if (this.signal.aborted) return
    this.note = ''
    this.logged = ''
  }

  private write(line: string): void {
    if (!this.isLive) this.stream.write(`${line}\n`)
  }

  private open(): void {
    if (this.isOpen) return
    this.isOpen = true
    this.onOpen()
    if (!this.isLive) return
    const ended = once(this.over.signal, 'abort')
    this.drawn = new Listr<unknown, typeof LiveRenderer, typeof LiveRenderer>(
      [{task: () => ended.then(() => {})}],
      {
        registerSignalListeners: false,
        renderer: LiveRenderer,
        rendererOptions: {
          render: () => {
            this.timer = setInterval(() => this.draw(), REPAINT_MS)
          },
          end: () => this.abandon(),
        },
      },
    ).run()
  }

  private draw(): void {
    const {stream, items, phase, log} = this
    const now = performance.now()
    if (now - this.rate.at >= RATE_MS || items.done === items.of)
      this.rate = {text: log.rate(items.done, items.of), at: now}
    const note = this.pause() || this.note
    const {columns, rows} = sizeOfTerminal(stream)
    const width = columns - 1
    const height = rows - SPARE_LINES
    const style = styleFor(stream)
    if (!phase) return this.paint(note ? [style.bold(cut(capitalize(note), width))] : [])
    const {doing} = phase
    const rate = this.rate.text
    this.paint(drawWindow(items, {height, width, style, hasBars: mayShowBars(), doing, note, rate}))
  }

  /**
   * Draws lines over those that are there, each erased only behind its end: tmux keeps in its history what is erased from the first
   * line of the screen on, frame by frame, and a screen that is empty in between flickers.
   */
  private paint(lines: readonly string[]): void {
    // A terminal that became narrower has broken lines in two, and one that became lower has lost the first.
    const {columns, rows} = sizeOfTerminal(this.stream)
    const taken = this.painted.reduce((sum, each) => sum + Math.max(1, Math.ceil(each / columns)), 0)
    const above = Math.min(taken, rows - 1)
    const below = Math.max(0, above - lines.length)
    const all = [...lines, ...Array.from({length: below}, () => '')]
    const drawn = all.map((line) => `${line}${ERASE_TO_END}\n`).join('')
    // A key that the terminal echoes, such as Ctrl-C, leaves the cursor inside a line, and a word on it.
    this.stream.write(`\r${up(above)}${drawn}${ERASE_TO_END}${up(below)}`)
    this.painted = lines.map((line) => columnsOf(stripVTControlCharacters(line)))
  }
}

function up(lines: number): string {
  return lines > 0 ? `\u001B[${lines}A` : ''
}
