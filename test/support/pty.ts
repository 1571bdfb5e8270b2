import {spawn} from '@lydell/node-pty'
import {tmpdir} from 'node:os'
import {stripVTControlCharacters} from 'node:util'

import {until} from './hub.js'
import {PROGRAM} from './process.js'

/** The whole program in a terminal of its own. */
export interface Terminal {
  /** All that was written, as it was written. */
  readonly raw: string
  /** The same without the terminal's commands. */
  readonly text: string
  readonly screen: Screen
  /** Waits until a text was written; what was written before the last keys does not count. */
  waitFor: (text: RegExp | string) => Promise<void>
  /** Presses keys, as the bytes that a terminal sends for them. */
  press: (keys: string) => void
  /** Types a line and Enter. */
  type: (line: string) => void
  ctrlC: () => void
  /** Ctrl-D, the end of the input. */
  ctrlD: () => void
  /** Sends a signal from outside. */
  kill: (signal: NodeJS.Signals) => void
  /** Settles with the exit code when the program has ended. */
  finished: Promise<number>
}

/** Starts the program in a terminal; with `inShell`, as a job of bash, which ends when it is told to. */
export function startInTerminal(
  argv: string[],
  env: Record<string, string>,
  {rows = 24, columns = 100, inShell = false}: {rows?: number; columns?: number; inShell?: boolean} = {},
): Terminal {
  const line = [process.execPath, PROGRAM, ...argv]
  const [file = '', ...args] = inShell ? ['bash', '--norc', '--noprofile', '-i'] : line
  const name = env.TERM ?? 'xterm-256color'
  const pty = spawn(file, args, {name, rows, cols: columns, cwd: tmpdir(), env})
  if (inShell) pty.write(`${line.join(' ')}\r`)
  const screen = new Screen(rows, columns)
  let raw = ''
  let typedAt = 0
  pty.onData((data) => {
    raw += data
    screen.write(data)
  })
  const press = (keys: string) => {
    typedAt = raw.length
    pty.write(keys)
  }

  const text = (from = 0) => stripVTControlCharacters(raw.slice(from)).replaceAll('\r', '')
  return {
    get raw() {
      return raw
    },
    get text() {
      return text()
    },
    screen,
    async waitFor(wanted) {
      const isThere = () =>
        typeof wanted === 'string' ? text(typedAt).includes(wanted) : wanted.test(text(typedAt))
      await until(`${wanted} on the terminal`, isThere).catch((error: Error) => {
        throw new Error(`${error.message}. It shows:\n${screen.visible().join('\n')}`)
      })
    },
    press,
    type: (line) => press(`${line}\r`),
    ctrlC: () => press('\u0003'),
    ctrlD: () => pty.write('\u0004'),
    kill: (signal) => pty.kill(signal),
    finished: new Promise((resolve) => {
      pty.onExit(({exitCode, signal}) => resolve(signal ? 128 + signal : exitCode))
    }),
  }
}

const PIECES = /\u001B\[([?\d;]*)([A-Za-z])|\u001B[^[]|[\r\n\b]|[^\u001B\r\n\b]/gu

/** What a terminal of this size shows, and what has scrolled off its top: as much of one as the program uses. */
export class Screen {
  /** What nothing can reach any more. */
  readonly gone: string[] = []
  private lines: string[] = ['']
  private row = 0
  private column = 0
  private readonly rows: number
  private readonly columns: number

  constructor(rows: number, columns: number) {
    this.rows = rows
    this.columns = columns
  }

  /** The lines that can be seen. */
  visible(): string[] {
    return this.lines.map((line) => line.trimEnd())
  }

  /** Everything, from the first line to the last. */
  everything(): string[] {
    return [...this.gone, ...this.visible()]
  }

  write(data: string): void {
    for (const [piece, parameters, command] of data.matchAll(PIECES)) {
      if (piece === '\r') this.column = 0
      if (piece === '\n') this.lineFeed()
      if (piece === '\b') this.column = Math.max(0, this.column - 1)
      if (command !== undefined) this.obey(command, parameters ?? '')
      else if (!/^[\r\n\b\u001B]/.test(piece)) this.put(piece)
    }
  }

  private put(character: string): void {
    if (this.column >= this.columns) {
      this.column = 0
      this.lineFeed()
    }

    const line = [...(this.lines[this.row] ?? '').padEnd(this.column)]
    line[this.column] = character
    this.lines[this.row] = line.join('')
    this.column++
  }

  private lineFeed(): void {
    this.row++
    if (this.row === this.rows) {
      this.gone.push((this.lines.shift() ?? '').trimEnd())
      this.row--
    }

    this.lines[this.row] ??= ''
  }

  private obey(command: string, parameters: string): void {
    const number = Number.parseInt(parameters, 10)
    const steps = Number.isNaN(number) ? 1 : number
    const line = this.lines[this.row] ?? ''
    if (command === 'A') this.row = Math.max(0, this.row - steps)
    if (command === 'B') this.row = Math.min(this.rows - 1, this.row + steps)
    if (command === 'C') this.column += steps
    if (command === 'D') this.column = Math.max(0, this.column - steps)
    if (command === 'F') [this.row, this.column] = [Math.max(0, this.row - steps), 0]
    if (command === 'G') this.column = steps - 1
    if (command === 'K') this.lines[this.row] = parameters === '2' ? '' : line.slice(0, this.column)
    if (command === 'J') {
      // As tmux does: what is cleared from the first character on is kept above.
      if (this.row === 0 && this.column === 0) this.gone.push(...this.visible())
      this.lines[this.row] = line.slice(0, this.column)
      this.lines.length = this.row + 1
    }

    if (command === 'H' || command === 'f')
      throw new Error(`The program jumps about: ${parameters}${command}`)
  }
}
