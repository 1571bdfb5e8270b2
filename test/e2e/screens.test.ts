import {expectGolden} from '../support/golden.js'
import {withHub} from '../support/hub.js'
import {cleanEnv, preload} from '../support/process.js'
import {startInTerminal, type Terminal} from '../support/pty.js'

const NOW = '2026-11-20T09:12:00.000Z'
/** Loaded before the program: its clock stands still, its timers do not. */
const CLOCK = `
const now = Date.parse('${NOW}')
globalThis.Date = class extends Date {
  constructor(...parts) { super(...(parts.length > 0 ? parts : [now])) }
  static now() { return now }
}`
const DOWN = '\u001B[B'
const UP = '\u001B[A'
const END = '\u001B[F'

async function show(file: string, line: string, act: (terminal: Terminal) => Promise<void>): Promise<void> {
  await withHub({clock: () => new Date(NOW)}, async (hub) => {
    const terminal = startInTerminal(line.split(' '), cleanEnv(hub, {NO_COLOR: '1', ...preload(CLOCK)}), {
      rows: 60,
      columns: 80,
    })
    await act(terminal)
    const shown = terminal.screen.everything().join('\n').trimEnd()
    terminal.ctrlC()
    await terminal.finished
    const text = shown
      .replaceAll(hub.url, 'https://huggingface.co')
      .replaceAll(/(?<=^(?:Deleted|Moved) .*) in [\d.]+ s\b/gm, ' in 1.4 s')
      .replaceAll(/(?<=history )[\da-f]{8}\b/g, '3f9a2c4b')
    expectGolden(file, `$ smoltrace ${line}\n${text}`)
  })
}

describe('screens of a terminal', () => {
  it('pick-list.txt', () =>
    show(
      'pick-list.txt',
      'cleanup --interactive --older-than 30d --keep-recent 3 --no-dry-run',
      async (terminal) => {
        await terminal.waitFor('Enter: continue')
        for (const [keys, shown] of [
          [DOWN, '20261117_080258  picked by hand'],
          [END, '20260819_231620  not picked'],
          [UP, '20260904_095705  not picked'],
        ] as const) {
          terminal.press(`${keys} `)
          await terminal.waitFor(shown)
        }
      },
    ))

  it('confirm-trash.txt', () =>
    show('confirm-trash.txt', 'cleanup --older-than 60d --trash --no-dry-run', async (terminal) => {
      await terminal.waitFor('Type TRASH to continue')
      terminal.type('DELETE')
      await terminal.finished
    }))

  it('confirm.txt', () =>
    show('confirm.txt', 'cleanup --older-than 60d --no-dry-run', async (terminal) => {
      await terminal.waitFor('Type DELETE to continue')
      terminal.type('DELETE')
      await terminal.finished
    }))
})
